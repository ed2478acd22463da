"""The maps that come with the package: files of ``sbml/`` and ``docs/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pysb

from ketamine_mtor import build, knowledge, paths, rules
from ketamine_mtor.errors import InputError
from ketamine_mtor.files import differing, renewed
from ketamine_mtor.model_files import packaged
from ketamine_mtor.sbgn import activity, activity_picture, check
from ketamine_mtor.sbgn.content import Map, Naming
from ketamine_mtor.sbgn.from_pysb import network_map, rule_map
from ketamine_mtor.sbgn.layout import arrange
from ketamine_mtor.sbgn.picture import to_svg
from ketamine_mtor.sbgn.write import to_sbgn

NETWORK = "sbml/ketamine_mtor.sbgn"
PAGE = "docs/sbgn.md"
_MAPS, _PICTURES = "sbml/maps", "docs/maps"
ACTIVITY_MAP, ACTIVITY_PICTURE = activity_picture.FILE, f"{_PICTURES}/activity_flow.svg"


@dataclass(frozen=True)
class Stretch:
    """A module of ``rules/``, the variant that has it, and the names of its rules."""

    module: str
    variant: str
    rules: tuple[str, ...]

    @property
    def map(self) -> str:
        """Its map, by its path from the root."""
        return f"{_MAPS}/{self.module}.sbgn"

    @property
    def picture(self) -> str:
        """Its picture, by its path from the root."""
        return f"{_PICTURES}/{self.module}.svg"


def stretches() -> list[Stretch]:
    """Every module that writes rules, in the figure's order, those of variants alone last."""
    found: dict[str, Stretch] = {}
    for variant in rules.writers():
        for module, names in rules.modules(variant).items():
            found.setdefault(module, Stretch(module, variant, tuple(names)))
    return list(found.values())


def naming() -> Naming:
    """What the tables say the model's things are."""
    said = build.described(knowledge.load())
    return Naming(said.monomers, said.compartments)


def whole() -> Map:
    """The map of the default's network."""
    model = _networked(knowledge.DEFAULT_VARIANT)
    return network_map(model, naming(), "Ketamine and mTOR: the whole network")


def part(stretch: Stretch) -> Map:
    """The map of a stretch's rules."""
    title = rules.title(stretch.module)
    return rule_map(_networked(stretch.variant), naming(), stretch.module, title, stretch.rules)


@cache
def _networked(variant: str) -> pysb.Model:
    """The model of a variant with its network, as committed; not to be changed."""
    generated = packaged(variant).network
    assert generated is not None  # the package has it
    return generated()


def files() -> Mapping[str, str]:
    """The text of every file of maps, by its path from the root.

    Raises
    ------
    MissingExtra
        Without Graphviz.
    InputError
        Where the page lacks the marks between which the list of maps stands, or the activities
        are not as they should be.
    """
    found: dict[str, str] = {}
    found[ACTIVITY_MAP] = activity.to_sbgn(activity.load_flow())
    found[ACTIVITY_PICTURE] = activity.picture(found[ACTIVITY_MAP])
    network = whole()
    found[NETWORK] = to_sbgn(network, arrange(network))
    listed = []
    for stretch in stretches():
        content = part(stretch)
        layout = arrange(content)
        found[stretch.map] = to_sbgn(content, layout)
        found[stretch.picture] = to_svg(content, layout)
        listed.append(_section(stretch, content))
    page = paths.root() / PAGE
    found[PAGE] = renewed(paths.read(page), "\n\n".join(listed), str(page))
    return found


def _section(stretch: Stretch, content: Map) -> str:
    """A stretch's part of the page."""
    only = "" if stretch.variant == knowledge.DEFAULT_VARIANT else f", variant `{stretch.variant}`"
    size = f"{len(content.processes)} processes{only}"
    return (
        f"### {stretch.module}\n\n{content.title} ({size};"
        f" [`{stretch.map}`](../{stretch.map})).\n\n"
        f"![{stretch.module}]({stretch.picture.removeprefix('docs/')})"
    )


def _too_many(wanted: Mapping[str, str], root: Path) -> list[str]:
    there = [
        path.relative_to(root).as_posix()
        for folder, ending in ((_MAPS, "sbgn"), (_PICTURES, "svg"))
        for path in sorted((root / folder).glob(f"*.{ending}"))
    ]
    return [name for name in there if name not in wanted]


def faults(wanted: Mapping[str, str]) -> list[str]:
    """What is wrong with the maps; see :mod:`ketamine_mtor.sbgn.check`.

    Those that stand there already were valid when they were written, and what the rules say is
    asked of all.
    """
    maps = {name: text.encode() for name, text in wanted.items() if name.endswith(".sbgn")}
    new = differing(paths.root(), maps)
    found = {name: check.invalid(wanted[name]) if name in new else [] for name in maps}
    found[NETWORK] += check.against_sbml(wanted[NETWORK], packaged().sbml)
    flow = activity.load_flow()
    found[ACTIVITY_MAP] += check.against_activities(
        wanted[ACTIVITY_MAP],
        (each.id for each in flow.activities),
        {(each.source, each.target): each.kind for each in flow.influences},
    )
    for stretch in stretches():
        model = rules.build_model(stretch.variant)
        found[stretch.map] += check.against_rules(wanted[stretch.map], model, stretch.rules)
    return [f"{name}: {line}" for name, lines in found.items() for line in lines]


def made() -> dict[str, bytes | None]:
    """The files as bytes, by their paths from the root; None for maps of modules that are no more.

    Raises
    ------
    InputError
        Where a map is not as it should be.
    """
    wanted = files()
    wrong = faults(wanted)
    if wrong:
        raise InputError(f"{wrong[0]} ({len(wrong)} in all)")
    gone = dict.fromkeys(_too_many(wanted, paths.root()))
    return {name: text.encode() for name, text in wanted.items()} | gone

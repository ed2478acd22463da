"""What can be wrong with an SBGN-ML text: the standard's rules, and whether it shows the model.

Nothing here knows how maps are drawn: a text is read back and compared with the SBML, with the
rules, or with the activities. Each check gives one line for each fault.
"""

from __future__ import annotations

import re
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libsbml
import pysb

from ketamine_mtor.errors import MissingExtra
from ketamine_mtor.sbgn.activity_picture import ACTIVITY, ACTIVITY_ID
from ketamine_mtor.sbgn.content import (
    ASSOCIATION,
    CATALYSIS,
    CONSUMPTION,
    DISSOCIATION,
    PROCESS,
    PRODUCTION,
    SOURCE,
    STIMULATION,
)
from ketamine_mtor.sbgn.write import NAMESPACE

_TAG = f"{{{NAMESPACE}}}"
_PROCESSES = frozenset({PROCESS, ASSOCIATION, DISSOCIATION})
_DRIVES = frozenset({CATALYSIS, STIMULATION})
#: What is said of binding sites beside states; complexes say it too.
_BINDING = frozenset({"(free)", "(bound)"})
#: Molecules, each with its states: what an entity consists of.
Made = tuple[tuple[str, tuple[str, ...]], ...]


def invalid(text: str) -> list[str]:
    """What the XSD, the classes of a text's language and the schematron rules say of it.

    Raises
    ------
    MissingExtra
        Where libsbgnpy is not installed.
    """
    try:
        from libsbgnpy import validate, validate_schematron
    except ImportError:
        raise MissingExtra("checking maps needs libsbgnpy: install ketamine-mtor[sbgn]") from None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "map.sbgn"
        path.write_text(text, encoding="utf-8")
        faults = [str(each) for each in validate(path)]
        faults += [
            f"{each.rule_id} at {each.element_id}: {each.message}"
            for each in validate_schematron(path)
        ]
    return faults


@dataclass(frozen=True)
class _Glyph:
    made: Made
    compartment: str
    held: bool


@dataclass(frozen=True)
class _Flow:
    """A process: what it takes, gives and is driven by, each with its stoichiometry."""

    left: Counter[Any]
    right: Counter[Any]
    drivers: Counter[Any]

    def __str__(self) -> str:
        sides = (" + ".join(map(str, sorted(each.elements()))) for each in (self.left, self.right))
        driven = ", ".join(map(str, sorted(self.drivers.elements()))) or "nothing"
        return f"{' to '.join(sides)}, driven by {driven}"


@dataclass(frozen=True)
class _Read:
    """What stands in a text: glyphs by id, processes by id, and what is no map at all."""

    glyphs: Mapping[str, _Glyph]
    flows: Mapping[str, _Flow]
    faults: tuple[str, ...]


def against_sbml(text: str, sbml: str) -> list[str]:
    """Where a map of a whole network does not show what the SBML of that network has.

    Every species that reacts and every reaction has one glyph, of its id; a species is made of
    what its BNGL pattern says, in its compartment; a reaction takes and gives what changes, and
    is driven by what is on both sides.
    """
    read = _read(text)
    # Held: libSBML frees a model with its document.
    document = libsbml.readSBMLFromString(sbml)
    model = document.getModel()
    reactions = {each.getId(): _net(each) for each in model.getListOfReactions()}
    reacting = {key for flow in reactions.values() for key in flow.left + flow.right + flow.drivers}
    species = {
        each.getId(): _Glyph(
            _of_bngl(each.getName()), each.getCompartment(), each.getBoundaryCondition()
        )
        for each in model.getListOfSpecies()
        if each.getId() in reacting
    }
    faults = [*read.faults, *_differences("species", species, read.glyphs)]
    return faults + _differences("reaction", reactions, read.flows)


def against_rules(text: str, model: pysb.Model, rules: Iterable[str]) -> list[str]:
    """Where a map of rules does not show them.

    Every rule has one glyph, of its name; what goes in, comes out and drives it are the molecules
    and states that the rule names, and a pattern that stands on both sides as it is drives it.
    """
    read = _read(text)
    made = {key: glyph.made for key, glyph in read.glyphs.items()}
    drawn = {
        name: _Flow(*(_renamed(side, made) for side in (flow.left, flow.right, flow.drivers)))
        for name, flow in read.flows.items()
    }
    wanted = {name: _of_rule(model.rules[name]) for name in rules}
    return [*read.faults, *_differences("rule", wanted, drawn)]


def against_activities(
    text: str, activities: Iterable[str], influences: Mapping[tuple[str, str], str]
) -> list[str]:
    """Where a map of activities does not show these: ids, and the class of arc of each pair."""
    drawn = ET.fromstring(text)
    glyphs = {
        each.get("id", ""): each.get("class") for each in drawn.iterfind(f"{_TAG}map/{_TAG}glyph")
    }
    arcs = {
        (each.get("source", ""), each.get("target", "")): each.get("class")
        for each in drawn.iterfind(f"{_TAG}map/{_TAG}arc")
    }
    wanted = {ACTIVITY_ID + each: ACTIVITY for each in activities}
    ends = {
        (ACTIVITY_ID + source, ACTIVITY_ID + target): kind
        for (source, target), kind in influences.items()
    }
    return _differences("activity", wanted, glyphs) + _differences("influence", ends, arcs)


def _differences(what: str, wanted: Mapping[Any, object], drawn: Mapping[Any, object]) -> list[str]:
    faults = [f"{what} {key} is not drawn" for key in wanted if key not in drawn]
    faults += [f"{key} is drawn and is no {what}" for key in drawn if key not in wanted]
    return faults + [
        f"{what} {key} is {wanted[key]} and drawn as {drawn[key]}"
        for key in wanted
        if key in drawn and wanted[key] != drawn[key]
    ]


# What a map says


def _read(text: str) -> _Read:
    root = ET.fromstring(text)
    glyphs: dict[str, _Glyph] = {}
    flows: dict[str, _Flow] = {}
    faults: list[str] = []
    ports: dict[str, tuple[str, int]] = {}
    sources: set[str] = set()
    for glyph in root.iterfind(f"{_TAG}map/{_TAG}glyph"):
        key, kind = glyph.get("id", ""), glyph.get("class")
        if key in glyphs or key in flows:
            faults.append(f"{key} is drawn twice")
        if kind in _PROCESSES:
            flows[key] = _Flow(Counter(), Counter(), Counter())
            for side, port in enumerate(glyph.iterfind(f"{_TAG}port")):
                ports[port.get("id", "")] = key, side
        elif kind == SOURCE:
            sources.add(key)
        elif kind != "compartment":
            glyphs[key] = _Glyph(
                tuple(sorted(_molecules(glyph))),
                glyph.get("compartmentRef", "").removeprefix("compartment__"),
                any(each.get("class") == "unit of information" for each in glyph),
            )
    for arc in root.iterfind(f"{_TAG}map/{_TAG}arc"):
        kind, ends = arc.get("class"), (arc.get("source", ""), arc.get("target", ""))
        entity, process = ends if kind != PRODUCTION else ends[::-1]
        label = arc.find(f"{_TAG}glyph/{_TAG}label")
        times = int(label.get("text", "1")) if label is not None else 1
        if kind in _DRIVES and process in flows and entity in glyphs:
            flows[process].drivers[entity] += times
        elif kind in (CONSUMPTION, PRODUCTION) and process in ports and entity in glyphs:
            name, side = ports[process]
            (flows[name].left, flows[name].right)[side][entity] += times
        elif entity not in sources or process not in ports:
            faults.append(f"{arc.get('id')} is no {kind} of a process by an entity")
    return _Read(glyphs, flows, tuple(faults))


def _molecules(glyph: ET.Element) -> list[tuple[str, tuple[str, ...]]]:
    """The molecules of a glyph: those inside it, or else itself."""
    inside = [
        each
        for each in glyph.iterfind(f"{_TAG}glyph")
        if each.get("class") not in ("state variable", "unit of information")
    ]
    if inside:
        return [molecule for each in inside for molecule in _molecules(each)]
    label = glyph.find(f"{_TAG}label")
    name, *rest = label.get("text", "").split("\n") if label is not None else [""]
    states = [tuple(said.split("@")) for line in rest for said in line.split(", ")]
    states += [
        (each.get("value", ""), each.get("variable", ""))
        for each in glyph.iterfind(f"{_TAG}glyph/{_TAG}state")
    ]
    shown = (f"{value}@{site}" for value, site in states if value not in _BINDING)
    return [(name, tuple(sorted(shown)))]


# What the model says


def _of_bngl(pattern: str) -> Made:
    """The molecules of a species' BNGL pattern."""
    found = []
    for name, sites in re.findall(r"(\w+)\(([^)]*)\)", pattern):
        states = (re.match(r"(\w+)~(\w+)", site) for site in sites.split(","))
        found.append((name, tuple(sorted(f"{each[2]}@{each[1]}" for each in states if each))))
    return tuple(sorted(found))


def _net(reaction: libsbml.Reaction) -> _Flow:
    left, right = (
        Counter({each.getSpecies(): int(each.getStoichiometry()) for each in side})
        for side in (reaction.getListOfReactants(), reaction.getListOfProducts())
    )
    both = left & right
    return _Flow(left - both, right - both, Counter(dict.fromkeys(both, 1)))


def _of_rule(rule: pysb.Rule) -> _Flow:
    """A rule's sides; patterns are the same where PySB writes them the same."""
    left, right = (
        {number: each for number, each in enumerate(side.complex_patterns)}
        for side in (rule.reactant_pattern, rule.product_pattern)
    )
    drivers = []
    for number, each in list(left.items()):
        same = next((other for other in right if repr(right[other]) == repr(each)), None)
        if same is not None:
            drivers.append(_of_pattern(each))
            del left[number], right[same]
    return _Flow(
        Counter(map(_of_pattern, left.values())),
        Counter(map(_of_pattern, right.values())),
        Counter(dict.fromkeys(drivers, 1)),
    )


def _of_pattern(pattern: pysb.ComplexPattern) -> Made:
    found = []
    for molecule in pattern.monomer_patterns:
        states = []
        for site, condition in molecule.site_conditions.items():
            value = condition[0] if isinstance(condition, tuple) else condition
            if isinstance(value, str):
                states.append(f"{value}@{site}")
        found.append((molecule.monomer.name, tuple(sorted(states))))
    return tuple(sorted(found))


def _renamed(side: Counter[str], made: Mapping[str, Made]) -> Counter[Made]:
    found: Counter[Made] = Counter()
    for key, times in side.items():
        found[made[key]] += times
    return found

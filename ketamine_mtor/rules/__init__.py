"""The caption in PySB: one module per stretch of the figure, in the figure's order."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ketamine_mtor import knowledge, paths

if TYPE_CHECKING:
    import pysb

#: Where things are, before the figure begins.
_ANATOMY = "anatomy"
#: The modules of the default, in the figure's order.
STRETCHES = (
    # "Ketamine blockade of NMDARs on tonic firing GABA interneurons ..."
    "ketamine",
    "nmdar",
    "disinhibition",
    "glutamate",
    # "... activates AMPARs and leads to subsequent Ca2+ influx ... promotes BDNF release ..."
    "calcium_entry",
    "bdnf",
    # "... acts via ... TrkB-Akt to stimulate mTOR signalling ... mTORC1 and mTORC2 ..."
    "trkb",
    "pi3k_akt",
    "mtor_complexes",
    "mtorc1",
    # "... S6K ... 4E-PB ... translation of synaptic proteins ... synaptogenesis ... BDNF"
    "translation_control",
    "translation",
    # "Akt/PKB and PKC ... GAP43 ... MARKS ... actin cytoskeleton ... calmodulin"
    "mtorc2",
    "calmodulin",
    "gap43",
    "marcks",
    "actin",
    "synapses",
)


def build_model(variant: str | None = None, tables: knowledge.Tables | None = None) -> pysb.Model:
    """The rules as a model whose network is not yet generated.

    Parameters
    ----------
    variant
        Name of a variant (``info variants``); None is the default, ``caption``.
    tables
        The numbers, without a variant's settings (default: the package's own).

    Raises
    ------
    InputError
        For an unknown variant, or a table that is not as it should be.
    """
    return _written(variant, tables)[0]


def stretches(tables: knowledge.Tables | None = None) -> dict[str, str]:
    """Each number that a rule uses to the module of ``rules/`` that names it first.

    In the figure's order, the default's modules before those of variants.
    """
    base = knowledge.load() if tables is None else tables
    found: dict[str, str] = {}
    known = base.numbers()
    for variant in base.variants:
        used = _written(variant, base)[1]
        found = {**{name: module for name, module in used.items() if name in known}, **found}
    order = [_ANATOMY, *STRETCHES]
    order += [name for row in base.variants.values() for name in row.modules]
    return dict(sorted(found.items(), key=lambda pair: order.index(pair[1])))


def writers() -> list[str]:
    """The default, and each variant with rules of its own: every rule is in one of these."""
    rows = knowledge.load().variants.items()
    return [name for name, row in rows if name == knowledge.DEFAULT_VARIANT or row.modules]


def homes(variant: str | None = None) -> dict[str, str]:
    """Each rule, parameter and formula of a variant to the module of ``rules/`` that wrote it."""
    return _written(variant, None)[1]


def modules(variant: str | None = None) -> dict[str, list[str]]:
    """Each module of ``rules/`` that writes rules of a variant, to their names.

    In the figure's order; the modules of the variant alone come last.
    """
    model, named = _written(variant, None)
    found: dict[str, list[str]] = {}
    for rule in model.rules:
        found.setdefault(named[rule.name], []).append(rule.name)
    return found


def title(module: str) -> str:
    """What a module of ``rules/`` is about, in the first sentence of its docstring."""
    said = import_module(f"ketamine_mtor.rules.{module}").__doc__ or module
    return said.strip().splitlines()[0].rstrip(".")


def _written(
    variant: str | None, tables: knowledge.Tables | None
) -> tuple[pysb.Model, dict[str, str]]:
    """The model, and each of its components to the module that named it first."""
    from ketamine_mtor.rules.caption import Caption

    variant = knowledge.DEFAULT_VARIANT if variant is None else variant
    base = knowledge.load() if tables is None else tables
    tables = base.with_settings(variant)
    drug_free = {row.id: row.value for row in base.wildtype.values()}
    wildtype = {**base.values(), **drug_free}
    c = Caption(paths.NAME, tables.values(), wildtype)
    named: dict[str, str] = {}
    for name in (_ANATOMY, *STRETCHES, *tables.variants[variant].modules):
        module = import_module(f"ketamine_mtor.rules.{name}")
        module.write(c, tables) if name == _ANATOMY else module.write(c)
        for component in c.model.components:
            named.setdefault(component.name, name)
    return c.finish(), named

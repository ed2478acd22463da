"""What there is to ask for: observables, drugs, genes, parameters, claims and variants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ketamine_mtor import knowledge
from ketamine_mtor.errors import one_of

Row = dict[str, Any]


def listed(what: str) -> list[Row]:
    """The rows of a list, all fields of each as JSON's types.

    Raises
    ------
    InputError
        For a list that there is not.
    """
    return LISTS[one_of("list", what, LISTS)][0]()


def columns(what: str) -> Sequence[str]:
    """The fields of a list that are shown on the terminal."""
    return LISTS[what][1]


def footer(what: str) -> tuple[str, Any] | None:
    """What follows a list: its name and JSON's types, or None.

    Parameters follow with their ``split``: kind to how many there are, and to how many some claim
    is sensitive, and the share of these that is measured or derived.
    """
    if what != "parameters":
        return None
    from ketamine_mtor.sensitivity.evidence import committed_split

    split = committed_split()
    kinds = {
        kind: {"numbers": count, "sensitive": split.sensitive[kind]}
        for kind, count in split.every.items()
    }
    return "split", {"kinds": kinds, "share": round(split.share, 4)}


def _table(*names: str) -> Callable[[], list[Row]]:
    def rows() -> list[Row]:
        tables = knowledge.load()
        return [asdict(row) for name in names for row in getattr(tables, name).values()]

    return rows


def _variants() -> list[Row]:
    tables = knowledge.load()
    numbers = tables.numbers()
    rows = []
    for row in tables.variants.values():
        own = [each for each in tables.variant_settings.values() if each.variant == row.variant]
        settings = {
            each.parameter: {"value": each.value, "unit": numbers[each.parameter].unit}
            for each in own
        }
        rows.append({**asdict(row), "settings": settings})
    return rows


def _claims() -> list[Row]:
    from ketamine_mtor.claims import load_claims

    return [
        {
            "id": claim.id,
            "kind": claim.kind,
            "role": claim.role,
            "quote": list(claim.quote),
            "statement": claim.statement,
            "experiment": claim.experiment,
            "source": list(claim.source),
        }
        for claim in load_claims()
    ]


#: List to what gives its rows, and the fields that the terminal shows.
LISTS: Mapping[str, tuple[Callable[[], list[Row]], tuple[str, ...]]] = {
    "observables": (_table("observables"), ("id", "unit", "meaning", "source")),
    "drugs": (_table("drugs"), ("drug", "target", "usual_nM", "source", "note")),
    "genes": (_table("genes"), ("gene", "stands_for", "parameters", "note")),
    "parameters": (
        _table("parameters", "initial_amounts"),
        ("id", "value", "unit", "kind", "source", "note"),
    ),
    "claims": (_claims, ("id", "kind", "role", "statement", "source")),
    "variants": (_variants, ("variant", "meaning", "modules", "settings", "source", "note")),
}

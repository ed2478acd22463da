"""The formulas of an SBML file's initial assignments, read from its XML.

libSBML's own trees are left aside: in a process that also imports libSEDML (as tellurium does) they
come as that library's, and the types of their nodes are then no numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple
from xml.etree import ElementTree

from ketamine_mtor.errors import InputError

_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "plus": lambda *terms: math.fsum(terms),
    "times": lambda *factors: math.prod(factors),
    "minus": lambda a, b=None: -a if b is None else a - b,
    "divide": lambda a, b: a / b if b else math.nan,
    "power": math.pow,
    "exp": math.exp,
    "ln": math.log,
}


class Formula(NamedTuple):
    """What is assigned: its value, given those of the names that it uses."""

    names: frozenset[str]
    value: Callable[[Mapping[str, float]], float]


def initial_assignments(sbml: str) -> dict[str, Formula]:
    """Symbol to its formula, of a text that is known to be SBML.

    Raises
    ------
    InputError
        For a formula of more than numbers, names and ``+ - * / ^ exp ln``.
    """
    return {
        each.get("symbol", ""): _formula(part)
        for each in ElementTree.fromstring(sbml.encode()).iterfind(".//{*}initialAssignment")
        for part in each.iterfind("{*}math/*")
    }


def _formula(node: ElementTree.Element) -> Formula:
    kind = _tag(node)
    if kind == "ci":
        name = (node.text or "").strip()
        return Formula(frozenset([name]), lambda values: values[name])
    if kind == "cn":
        number = _number(node)
        return Formula(frozenset(), lambda values: number)
    operator, *operands = [*node] if kind == "apply" else [node]
    function = _FUNCTIONS.get(_tag(operator))
    if function is None:
        raise InputError(
            f"an initial assignment of the SBML uses '{_tag(operator)}';"
            " allowed: numbers, names and + - * / ^ exp ln"
        )
    parts = [_formula(each) for each in operands]
    return Formula(
        frozenset().union(*(part.names for part in parts)),
        lambda values: function(*[part.value(values) for part in parts]),
    )


def _number(node: ElementTree.Element) -> float:
    """A number as MathML writes it: in one piece, or in two with ``<sep/>`` between."""
    first, second = float(node.text or "nan"), [float(sep.tail or "nan") for sep in node]
    if node.get("type") == "rational":
        return first / second[0]
    if node.get("type") == "e-notation":
        return float(f"{first}e{second[0]:.0f}")
    return first


def _tag(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]

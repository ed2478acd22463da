"""The formulas of an SBML file's assignments, read from its XML.

They work on numbers, and on arrays with an entry for each animal. libSBML's own trees are left
aside: in a process that also imports libSEDML (as tellurium does) they come as that library's, and
the types of their nodes are then no numbers.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from xml.etree import ElementTree

import numpy as np

from ketamine_mtor.errors import InputError


def quotient(a: Any, b: Any) -> Any:
    """``a / b``; what is divided by nothing is no number."""
    return np.divide(a, np.where(b, b, np.nan)) if isinstance(b, np.ndarray) else a / (b or np.nan)


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "plus": lambda *terms: sum(terms),
    "times": lambda *factors: math.prod(factors),
    "minus": lambda a, b=None: -a if b is None else a - b,
    "divide": quotient,
    "power": operator.pow,
    "exp": np.exp,
    "ln": np.log,
}


class Formula(NamedTuple):
    """What is assigned: its value, given those of the names that it uses."""

    names: frozenset[str]
    value: Callable[[Mapping[str, Any]], Any]


def assignments(sbml: str) -> str:
    """The part of a text that is known to be SBML which has the initial assignments."""
    found = ElementTree.fromstring(sbml.encode()).find(".//{*}listOfInitialAssignments")
    return "<none/>" if found is None else ElementTree.tostring(found, encoding="unicode")


def initial_assignments(sbml: str) -> dict[str, Formula]:
    """Symbol to the formula of its initial assignment, of a text that is known to be SBML, or of
    the part of it that :func:`assignments` gives.

    Raises
    ------
    InputError
        For a formula of more than numbers, names and ``+ - * / ^ exp ln``.
    """
    return {
        each.get("symbol", ""): formula(part)
        for each in ElementTree.fromstring(sbml.encode()).iterfind(".//{*}initialAssignment")
        for part in each.iterfind("{*}math/*")
    }


def formula(node: ElementTree.Element) -> Formula:
    """The formula of a MathML expression; InputError as above."""
    kind = tag(node)
    if kind == "ci":
        name = (node.text or "").strip()
        return Formula(frozenset([name]), lambda values: values[name])
    if kind == "cn":
        number = _number(node)
        return Formula(frozenset(), lambda values: number)
    applied, *operands = [*node] if kind == "apply" else [node]
    function = _FUNCTIONS.get(tag(applied))
    if function is None:
        raise InputError(
            f"an assignment of the SBML uses '{tag(applied)}'; allowed: + - * / ^ exp ln"
        )
    parts = [formula(each) for each in operands]
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


def tag(node: ElementTree.Element) -> str:
    """An element's name without its namespace."""
    return node.tag.rpartition("}")[2]

"""Which names of an SBML text can matter in a run, given the species that are there at its start.

A reaction whose reactants never appear has no rate, so that numbers which only it uses change
nothing. Holds for laws that vanish without a reactant, as all of this model's do: mass action.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple, Protocol, TypeVar
from xml.etree import ElementTree


class CanRun(Protocol):
    """A reaction, as far as whether it can run."""

    @property
    def reactants(self) -> frozenset[str]:
        """Species without any of which it has no rate."""

    @property
    def products(self) -> frozenset[str]:
        """Species that it makes."""


_R = TypeVar("_R", bound=CanRun)


def running(reactions: Iterable[_R], present: Iterable[str]) -> list[_R]:
    """The reactions that can run, in order, where only ``present`` species are there at first."""
    listed, there = list(reactions), set(present)
    while True:
        found = [each for each in listed if each.reactants <= there]
        made = frozenset().union(*(each.products for each in found))
        if made <= there:
            return found
        there |= made


class _Reaction(NamedTuple):
    reactants: frozenset[str]
    products: frozenset[str]
    #: What its law names.
    law: frozenset[str]


class Reach:
    """The reactions and formulas of one text that is known to be SBML."""

    def __init__(self, sbml: str):
        root = ElementTree.fromstring(sbml.encode())
        self._reactions = [
            _Reaction(
                _species(each, "listOfReactants"),
                _species(each, "listOfProducts"),
                _named(each.find("{*}kineticLaw")),
            )
            for each in root.iterfind(".//{*}reaction")
        ]
        formulas = [(each.get("variable"), each) for each in root.iterfind(".//{*}assignmentRule")]
        formulas += [
            (each.get("symbol"), each) for each in root.iterfind(".//{*}initialAssignment")
        ]
        self._formulas = {name: _named(each) for name, each in formulas}
        self._used = cache(self._used_with)

    def used(self, present: Iterable[str], read: Iterable[str]) -> frozenset[str]:
        """All names that a run can depend on.

        Parameters
        ----------
        present
            Species that are there at the start, or are added on the way.
        read
            What is read beside the rates: observables, initial amounts.
        """
        return self._used(frozenset(present), frozenset(read))

    def _used_with(self, present: frozenset[str], read: frozenset[str]) -> frozenset[str]:
        names = set(read).union(*(each.law for each in running(self._reactions, present)))
        new = names
        while new:
            new = set().union(*(self._formulas.get(name, ()) for name in new)) - names
            names |= new
        return frozenset(names)


def _species(reaction: ElementTree.Element, part: str) -> frozenset[str]:
    return frozenset(
        each.get("species", "") for each in reaction.iterfind(f"{{*}}{part}/{{*}}speciesReference")
    )


def _named(node: ElementTree.Element | None) -> frozenset[str]:
    found = () if node is None else node.iterfind(".//{*}ci")
    return frozenset((each.text or "").strip() for each in found)

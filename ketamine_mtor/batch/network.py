"""A polynomial system as index tables, with the static pattern of its LU factors.

``dy_i/dt = sum over terms t of change[i, t] * constant[t] * product of y_j, j in factors[t]``: any
mass-action network, and other polynomial systems. All that depends on the structure alone is worked
out here, once: which entries of the Jacobian there are, in which order to eliminate, what fills in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np


class Lists(NamedTuple):
    """Lists of numbers, end to end: list ``i`` is ``start[i]`` to ``start[i + 1]``."""

    start: np.ndarray
    item: np.ndarray
    weight: np.ndarray


class Factors(NamedTuple):
    """Where the entries of L and U are kept, and what eliminating does to them.

    The ``n`` diagonal ones come first, then U by rows, then L by rows. ``upper_column`` and
    ``lower_column`` are those of each entry; ``target`` is the entry that each single elimination
    (row, column of L, column of U; in this order) changes.
    """

    upper_start: np.ndarray
    upper_column: np.ndarray
    lower_start: np.ndarray
    lower_column: np.ndarray
    target: np.ndarray


class Tables(NamedTuple):
    """What the kernel reads. Variables are in the order of elimination, terms in that of degree.

    Attributes
    ----------
    degrees
        How many terms are of degree 0, at most 1 and at most 2.
    factors
        For each term the variables that it is a product of, each a slot.
    changes
        For each variable the terms that change it, with their weights.
    entries
        For each entry of L and U the slots whose derivatives make up the Jacobian's, with weights.
    lu
        The pattern of the factors.
    """

    degrees: np.ndarray
    factors: Lists
    changes: Lists
    entries: Lists
    lu: Factors


class Network:
    """A polynomial system.

    Parameters
    ----------
    variables
        How many there are.
    factors
        For each term its variables; one that is squared is there twice.
    changes
        For each term what it changes: variable to weight.
    """

    def __init__(
        self,
        variables: int,
        factors: Sequence[Sequence[int]],
        changes: Sequence[Mapping[int, float]],
    ):
        if len(factors) != len(changes):
            raise ValueError(f"{len(factors)} terms, but changes of {len(changes)}")
        self.variables, self.terms = variables, len(factors)
        near: list[set[int]] = [set() for _ in range(variables)]
        for term, change in zip(factors, changes, strict=True):
            for i in change:
                near[i].update(term)
        #: The variables in the order of elimination, and where each is in it.
        self.order = np.array(_minimum_degree(near), np.int64)
        self.place = np.argsort(self.order)
        at = self.place.tolist()
        pattern = [{at[j] for j in near[i]} | {at[i]} for i in self.order.tolist()]
        places, lu = _eliminate(pattern)
        #: The terms in the order that the kernel has them in, by degree.
        self.sequence = np.argsort([len(term) for term in factors], kind="stable")
        ordered = [factors[t] for t in self.sequence]
        turn = np.argsort(self.sequence).tolist()
        slots = list(accumulate((len(term) for term in ordered), initial=0))
        changing: list[list[tuple[int, float]]] = [[] for _ in range(variables)]
        entries: list[list[tuple[int, float]]] = [[] for _ in places]
        for t, term, change in zip(turn, factors, changes, strict=True):
            for i, weight in change.items():
                changing[at[i]].append((t, weight))
                for slot, j in enumerate(term, start=slots[t]):
                    entries[places[at[i], at[j]]].append((slot, weight))
        self.tables = Tables(
            degrees=np.searchsorted([len(term) for term in ordered], range(3), side="right"),
            factors=_lists([(at[j], 1.0) for j in term] for term in ordered),
            changes=_lists(changing),
            entries=_lists(entries),
            lu=lu,
        )

    def rates(self, state: np.ndarray, constants: np.ndarray) -> np.ndarray:
        """dy/dt of states ``[..., variable]`` with constants ``[..., term]``."""
        flux = np.broadcast_to(constants, (*state.shape[:-1], self.terms))[..., self.sequence]
        start, item, _ = self.tables.factors
        for term in range(self.terms):
            for variable in item[start[term] : start[term + 1]]:
                flux[..., term] *= state[..., self.order[variable]]
        rates = np.zeros(state.shape)
        start, item, weight = self.tables.changes
        for i, variable in enumerate(self.order):
            own = slice(start[i], start[i + 1])
            rates[..., variable] = flux[..., item[own]] @ weight[own]
        return rates

    def groups(self, groups: Iterable[Mapping[int, float]]) -> Lists:
        """Weighted sums of variables, for the kernel to read out."""
        return _lists([(int(self.place[i]), w) for i, w in group.items()] for group in groups)


def _lists(lists: Iterable[Sequence[tuple[int, float]]]) -> Lists:
    rows = list(lists)
    start = list(accumulate((len(row) for row in rows), initial=0))
    flat = [pair for row in rows for pair in row]
    return Lists(
        np.array(start, np.int32),
        np.array([item for item, _ in flat], np.int32),
        np.array([weight for _, weight in flat], np.float64),
    )


def _minimum_degree(rows: Sequence[Iterable[int]]) -> list[int]:
    """The order that eliminates the variable with fewest neighbours first, lower numbers first."""
    near: list[set[int]] = [set() for _ in rows]
    for i, row in enumerate(rows):
        for j in row:
            if i != j:
                near[i].add(j)
                near[j].add(i)
    left, order = set(range(len(near))), []
    while left:
        pivot = min(left, key=lambda i: (len(near[i]), i))
        left.remove(pivot)
        order.append(pivot)
        for i in near[pivot]:
            near[i] |= near[pivot]
            near[i] -= {i, pivot}
    return order


def _eliminate(rows: Sequence[set[int]]) -> tuple[dict[tuple[int, int], int], Factors]:
    """Where each entry of the factors of a matrix with these rows is kept, and their pattern."""
    n = len(rows)
    below: list[list[int]] = [[] for _ in range(n)]
    above: list[list[int]] = []
    for k in range(n):
        above.append(sorted(j for j in rows[k] if j > k))
        for i in range(k + 1, n):
            if k in rows[i]:
                below[i].append(k)
                rows[i].update(above[k])
    places = {(i, i): i for i in range(n)}
    for half in (above, below):
        for i, columns in enumerate(half):
            for j in columns:
                places[i, j] = len(places)
    upper = list(accumulate(map(len, above), initial=n))
    lower = list(accumulate(map(len, below), initial=upper[-1]))
    target = [places[i, j] for i in range(n) for k in below[i] for j in above[k]]
    flat = [[j for row in half for j in row] for half in (above, below)]
    return places, Factors(
        np.array(upper, np.int32),
        np.array(flat[0], np.int32),
        np.array(lower, np.int32),
        np.array(flat[1], np.int32),
        np.array(target, np.int32),
    )

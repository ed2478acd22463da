"""Which numbers vary in an ensemble, and between which bounds."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np

from ketamine_mtor.errors import InputError
from ketamine_mtor.knowledge.rows import ASSUMED, Value
from ketamine_mtor.model_files import ModelFiles
from ketamine_mtor.sensitivity.differences import numbers

#: What is assumed is never taken as known better than this factor, whatever its row says.
ASSUMED_WITHIN = 3.0
#: Over and times more than this there is nothing left of a model.
LARGEST_SPREAD = 1e6


@dataclass(frozen=True)
class Space:
    """Numbers that vary, each as a factor on its value, between bounds.

    Attributes
    ----------
    names
        Ids of parameters and initial amounts.
    low, high
        The smallest and the largest factor of each; between them the logarithm is uniform.
    """

    names: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def factors(self, points: np.ndarray) -> np.ndarray:
        """Factors, ``[set, number]``, from points of the unit cube, ``[set, number]``."""
        low, high = np.log(self.low), np.log(self.high)
        return np.exp(low + points * (high - low))


def space(files: ModelFiles, spread: float | None = None) -> Space:
    """All numbers of a model that are above 0 and stay so: no volume, no dose, no drug, no switch.

    Parameters
    ----------
    files
        The model, and the tables with the values and their plausible ranges.
    spread
        The bounds of all are their values over and times this; without it those of their rows, what
        is assumed at least :data:`ASSUMED_WITHIN` either way.

    Raises
    ------
    InputError
        For a spread that is not above 1 and up to :data:`LARGEST_SPREAD`.
    """
    number = isinstance(spread, Real) and not isinstance(spread, bool)
    if spread is not None and not (number and 1 < spread <= LARGEST_SPREAD):
        raise InputError(
            f"the spread is {spread!r}; allowed: a factor above 1, up to {LARGEST_SPREAD:g}"
        )
    rows = files.tables.numbers()
    # What may be 0 is a switch, such as where a drug is given.
    names = tuple(
        name for name in numbers(files) if rows[name].value > 0 and (rows[name].low or 0) > 0
    )
    bounds = [(1 / spread, spread) if spread else _plausible(rows[name]) for name in names]
    low, high = zip(*bounds, strict=True)
    return Space(names, low, high)


def _plausible(row: Value) -> tuple[float, float]:
    low, high = (bound / row.value for bound in (row.low, row.high) if bound is not None)
    if row.kind != ASSUMED:
        return low, high
    return min(low, 1 / ASSUMED_WITHIN), max(high, ASSUMED_WITHIN)

"""What `make fit` runs: an optimiser finds the fitted numbers again from the data of the fits.

Distances are in standard deviations of the data, so that a cost, the sum of their squares, of about
the number of data is a good fit. Numbers are varied as log10 within low to high of their rows; a
weak prior holds what the data do not decide at the value of its table.

===============  ==============================================================================
``targets``      how far a model is from the data of a fit
``tables``       what was found, as a table and put into the tables of the model's numbers
``page``         ``docs/fit.md`` and its picture
===============  ==============================================================================
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.differentiate import jacobian
from scipy.optimize import least_squares

from ketamine_mtor import knowledge
from ketamine_mtor.claims.fits import Fit
from ketamine_mtor.engines.built import check_built
from ketamine_mtor.errors import InputError
from ketamine_mtor.fit.targets import Aim, Curve, Reading, aim, curves, read
from ketamine_mtor.processes import pool

if TYPE_CHECKING:
    from ketamine_mtor.knowledge.rows import Value
    from ketamine_mtor.model_files import ModelFiles

#: A fit starts from its table's values times and divided by this, in turn: the middle of low to
#: high is the table's value itself for most numbers, and further off there is no burst to fit.
AWAY = 1.3
#: Step of the differences in log10: small against the range, large against the solver's noise.
STEP = 0.01
#: The prior's distance of a number that lies the whole of low to high from its table's value.
PRIOR = 1.0
#: When the optimiser is done: relative change of cost and of numbers; so many points at most.
TOLERANCE, MOST_STEPS = 1e-3, 100
#: A number this close to low or high (as a share of the range) is at the bound.
_AT_BOUND = 1e-3
#: What is applied to many points: the built-in map, or that of a pool.
Mapper = Callable[..., Iterable[Aim]]


@dataclass(frozen=True)
class Found:
    """What a fit found.

    Attributes
    ----------
    fit
        The fit.
    table, start, fitted
        The values of its parameters, in its order: the tables', the first, the last.
    at_bound
        Which of the fitted ones are at low or high.
    uncertainty
        Standard deviation of ln(value), from the Jacobian at the end, the prior included.
    by_prior
        That of log10(value) over the prior's: 1 where the data say nothing.
    costs
        Sum of squared distances of the targets at ``table``, ``start`` and ``fitted``.
    before, after
        Readings of targets and checks with the tables' values and with the fitted ones.
    curves
        The same two, of every target of kind ``points``: times (h) and shares of the model.
    animals, failed
        How many sets of values were tried, and with how many of them a run failed.
    message
        Why the optimiser stopped.
    """

    fit: Fit
    table: np.ndarray
    start: np.ndarray
    fitted: np.ndarray
    at_bound: np.ndarray
    uncertainty: np.ndarray
    by_prior: np.ndarray
    costs: Mapping[str, float]
    before: tuple[Reading, ...]
    after: tuple[Reading, ...]
    curves: tuple[tuple[Curve, ...], ...]
    animals: int
    failed: int
    message: str

    @property
    def ratio(self) -> np.ndarray:
        """Fitted over table."""
        return self.fitted / self.table

    def better(self) -> bool:
        """Whether the data and the prior together like the fitted values more than the tables'."""
        return self.costs["fitted"] + self.costs["prior"] < self.costs["table"]


def optimise(
    fit: Fit,
    numbers: Mapping[str, Value],
    *,
    from_table: bool = False,
    mapper: Mapper = map,
    files: ModelFiles | None = None,
) -> Found:
    """Find the values of a fit's parameters that its data like best.

    Parameters
    ----------
    fit
        Data and parameters.
    numbers
        The tables' rows, by id.
    from_table
        Whether to start from the tables' values instead of :data:`AWAY` from them.
    mapper
        Applies :func:`aim` to many sets of values.
    files
        As in :func:`read`.

    Raises
    ------
    InputError
        For a parameter without a range above 0.
    """
    rows = [_ranged(numbers[name], fit) for name in fit.parameters]
    table, low, high = (
        np.log10([getattr(row, column) for row in rows]) for column in ("value", "low", "high")
    )
    span = high - low
    inside = low + _AT_BOUND * span, high - _AT_BOUND * span
    turns = np.resize([1.0, -1.0], len(rows)) * math.log10(AWAY)
    start = np.clip(table if from_table else table + turns, *inside)
    known: dict[tuple[float, ...], Aim] = {}

    def aims(points: Sequence[tuple[float, ...]]) -> list[Aim]:
        new = [point for point in dict.fromkeys(points) if point not in known]
        changed = [_values(fit, rows, table, point) for point in new]
        known.update(zip(new, mapper(partial(aim, fit=fit, files=files), changed), strict=True))
        return [known[point] for point in points]

    def away(x: np.ndarray) -> np.ndarray:
        points = [tuple(point) for point in x.reshape(len(rows), -1).T.tolist()]
        return np.array([each.away for each in aims(points)]).T.reshape(-1, *x.shape[1:])

    def distances(x: np.ndarray) -> np.ndarray:
        return np.concatenate([away(x), PRIOR * (x - table) / span])

    def slopes(x: np.ndarray) -> np.ndarray:
        data = jacobian(away, x, order=2, maxiter=1, initial_step=STEP).df
        return np.vstack([data, np.diag(PRIOR / span)])

    done = least_squares(
        distances,
        start,
        jac=slopes,
        bounds=(low, high),
        method="trf",
        ftol=TOLERANCE,
        xtol=TOLERANCE,
        max_nfev=MOST_STEPS,
    )
    spread = np.sqrt(np.diag(np.linalg.inv(done.jac.T @ done.jac)))
    every = fit.targets + fit.checks
    ends = [_values(fit, rows, table, tuple(x)) for x in (table, done.x)]
    before, after = (tuple(read(every, values, files)[0]) for values in ends)
    costs = {
        name: float(np.square(away(x)).sum())
        for name, x in (("table", table), ("start", start), ("fitted", done.x))
    }
    costs["prior"] = float(np.square(PRIOR * (done.x - table) / span).sum())
    return Found(
        fit=fit,
        table=np.array([row.value for row in rows]),
        start=10**start,
        fitted=10**done.x,
        at_bound=(done.x < inside[0]) | (done.x > inside[1]),
        uncertainty=spread * math.log(10),
        by_prior=spread * PRIOR / span,
        costs=costs,
        before=before,
        after=after,
        curves=tuple(curves(every, values, files) for values in ends),
        animals=len(known),
        failed=sum(each.failed for each in known.values()),
        message=done.message.replace("`", ""),
    )


def _ranged(row: Value, fit: Fit) -> Value:
    if row.low is None or row.high is None or not 0 < row.low < row.high:
        raise InputError(
            f"fit {fit.id}: {row.id} has no range low to high above 0, which a fit needs"
        )
    return row


def _values(
    fit: Fit, rows: Sequence[Value], table: np.ndarray, point: Sequence[float]
) -> dict[str, float]:
    """The point (log10) as values; where it is the table's, that exact number."""
    return {
        row.id: row.value if x == known else float(10**x)
        for row, known, x in zip(rows, table, point, strict=True)
    }


def run(
    fits: Sequence[Fit], *, from_table: bool = False, workers: int | None = None
) -> list[Found]:
    """Do these fits, in processes (default: as many as there are cores).

    Raises
    ------
    InputError
        When the tables were changed since the last build: what is not fitted is read in the SBML.
    """
    check_built()
    numbers = knowledge.load().numbers()
    with pool(workers) as processes:
        found = []
        for fit in fits:
            found.append(optimise(fit, numbers, from_table=from_table, mapper=processes.map))
            print(say(found[-1]), flush=True)
    return found


def say(found: Found) -> str:
    """A fit in one line."""
    costs = " to ".join(f"{found.costs[name]:.3g}" for name in ("start", "fitted"))
    return (
        f"{found.fit.id}: cost {costs}, {found.costs['table']:.3g} with the tables' values;"
        f" {found.animals} animals, {found.failed} failed; {found.message}"
    )

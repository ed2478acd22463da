"""Which numbers of the model decide which claims, and move the drug-free steady state.

A sensitivity is d ln(y) / d ln(p) at the model's own numbers, by central differences in ln(p). Here
y is the number that decides a claim, as the judge measures it and always of the same part of the
claim, or the drug-free value of a readout (then it is called an elasticity). Where a claim asks
that y be at most a threshold, dy is taken in shares of the threshold: of what is nearly nothing, as
it should be, shares mean nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.differentiate import jacobian

from ketamine_mtor import knowledge, model_files
from ketamine_mtor.claims import validate
from ketamine_mtor.claims.bench import Bench, NotRun
from ketamine_mtor.claims.evaluate import measure
from ketamine_mtor.claims.judge import PASS, Runs, Verdict
from ketamine_mtor.claims.model import Claim, Peak
from ketamine_mtor.claims.scores import Part
from ketamine_mtor.engines.built import check_built
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.processes import pool
from ketamine_mtor.run import LEAST_AT_REST
from ketamine_mtor.schedule import resting
from ketamine_mtor.sensitivity.runs import changed_animals
from ketamine_mtor.sensitivity.tables import Decided, Sensitivities

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor.model_files import ModelFiles

#: Step in ln(p), both ways: the error of differences is its square, the solver's is 1e-6 over it.
STEP = 0.02
#: Length of the run of which only the start, the drug-free steady state, is read (h).
_SHORT_RUN_H = 0.1
#: What the numbers of a point are worked out with: the built-in map, or that of a pool.
Mapper = Callable[..., Iterable[list[float]]]


@dataclass(frozen=True)
class Decider:
    """The part of a claim that decides it: of its only condition the part at ``index``."""

    claim: Claim
    index: int
    measured: float
    threshold: float


@lru_cache(maxsize=16)
def numbers(*files: ModelFiles) -> tuple[str, ...]:
    """Parameters and initial amounts of any SBML that are not 0: no volume, no dose, no drug."""
    from ketamine_mtor.engines.constants import Constants

    tables = files[0].tables
    present = {name for each in files for name in Constants(each.sbml).resolve({})}
    left_out = {row.size for row in tables.compartments.values()} | set(resting(tables))
    return tuple(
        name
        for name, row in tables.numbers().items()
        if row.value != 0 and name in present and name not in left_out
    )


def numbers_for(claims: Iterable[Claim]) -> tuple[str, ...]:
    """The :func:`numbers` of the default model and of the variants that these claims ask about."""
    variants = {each.variant for claim in claims for each in claim.needed()}
    others = sorted(variants - {knowledge.DEFAULT_VARIANT})
    return numbers(*map(model_files.packaged, (knowledge.DEFAULT_VARIANT, *others)))


def deciders(verdicts: Iterable[Verdict]) -> list[Decider]:
    """What decides the claims that :func:`left_out` does not leave out."""
    found = []
    for verdict in verdicts:
        part = verdict.decisive
        if part is None or part.measured is None or part.threshold is None:
            continue
        if left_out(verdict):
            continue
        same = [each for each in verdict.parts if each.condition == part.condition]
        claim = replace(verdict.claim, conditions=(part.condition,))
        found.append(Decider(claim, same.index(part), part.measured, part.threshold))
    return found


def left_out(verdict: Verdict) -> str:
    """Why a claim has no sensitivity, or nothing."""
    part = verdict.decisive
    if verdict.status != PASS or part is None:
        return "it does not pass"
    if _is_time_of_peak(part):
        return "the time of a peak decides, which is read on the grid of the samples"
    if not part.measured:
        return "the number that decides is 0"
    return ""


def _is_time_of_peak(part: Part) -> bool:
    return isinstance(part.condition, Peak) and part.unit == "min"


def read(
    factors: Mapping[str, float],
    deciding: Sequence[Decider] = (),
    readouts: Sequence[str] = (),
    files: ModelFiles | None = None,
) -> list[float]:
    """The numbers that decide claims, then drug-free values, of an animal with changed numbers.

    Parameters
    ----------
    factors
        Number to the factor on its value, also on one that an experiment sets itself, and where
        an initial amount is a unit of counting.
    deciding
        What is measured; NaN where the run fails or the event never happens.
    readouts
        Observables of which the drug-free value is read (in their unit).
    files
        The model's files, for every experiment (default: the package's of its variant).
    """

    def run(experiment: Experiment) -> xr.Dataset:
        own = files or model_files.packaged(experiment.variant)
        return changed_animals(own).run(experiment, factors)

    runs = Runs([each.claim for each in deciding], run)
    found = [_measured(each, runs) for each in deciding]
    if readouts:
        tables = files.tables if files else None
        animal = Experiment(
            ketamine=0, hours=_SHORT_RUN_H, observables=tuple(readouts), tables=tables
        )
        rest = run(animal)
        found += [rest[name].attrs["baseline"] for name in readouts]
    return found


def _measured(decider: Decider, runs: Runs) -> float:
    (condition,) = decider.claim.conditions
    try:
        part = measure(condition, Bench(decider.claim, runs))[decider.index]
    except (NotRun, IndexError):
        return math.nan
    return math.nan if part.measured is None else part.measured


def sensitivities(
    reader: Callable[[Mapping[str, float]], list[float]],
    columns: Sequence[str],
    *,
    least: Sequence[float] = (),
    mapper: Mapper = map,
) -> tuple[np.ndarray, np.ndarray]:
    """What a reader reads, and the logarithmic sensitivity of each of its numbers.

    Parameters
    ----------
    reader
        Factors on numbers to what is read, as :func:`read`.
    columns
        The numbers that are changed, one at a time.
    least
        Of the first numbers that are read, what a change is divided by where it is larger than
        the number itself.
    mapper
        Applies the reader to many points.

    Returns
    -------
    tuple of numpy.ndarray
        ``values[row]`` and ``sensitivities[row, column]``; NaN where a value is not finite or 0.
    """
    known: dict[tuple[float, ...], list[float]] = {}

    def every(x: np.ndarray) -> np.ndarray:
        points = [tuple(point) for point in x.reshape(len(columns), -1).T.tolist()]
        new = [point for point in dict.fromkeys(points) if point not in known]
        factors = [
            {name: math.exp(away) for name, away in zip(columns, point, strict=True) if away}
            for point in new
        ]
        known.update(zip(new, mapper(reader, factors), strict=True))
        return np.array([known[point] for point in points]).T.reshape(-1, *x.shape[1:])

    origin = np.zeros(len(columns))
    slopes = jacobian(every, origin, order=2, maxiter=1, initial_step=STEP).df
    values = every(origin)
    size = np.where(values == 0, np.nan, np.abs(values))
    size[: len(least)] = np.maximum(size[: len(least)], np.abs(least))
    return values, slopes / np.copysign(size, values)[:, np.newaxis]


def compute(workers: int | None = None) -> tuple[list[Decided], Sensitivities, Sensitivities]:
    """What decides the claims, its sensitivities, and elasticities of the drug-free steady state.

    Parameters
    ----------
    workers
        Processes (default: as many as there are cores).

    Raises
    ------
    InputError
        When the tables were changed since the last build.
    """
    check_built()
    verdicts = validate().verdicts
    deciding = deciders(verdicts)
    columns = numbers_for(each.claim for each in deciding)
    observables = tuple(model_files.packaged().tables.observables)
    rest = read({}, readouts=observables)
    readouts = [
        name for name, value in zip(observables, rest, strict=True) if abs(value) > LEAST_AT_REST
    ]
    reader = partial(read, deciding=deciding, readouts=readouts)
    with pool(workers) as processes:
        least = [each.threshold for each in deciding]
        _, found = sensitivities(reader, columns, least=least, mapper=processes.map)
    claims = tuple(each.claim.id for each in deciding)
    measured = {each.claim.id: (each.measured, each.threshold) for each in deciding}
    return (
        [
            Decided(verdict.claim.id, *measured[verdict.claim.id])
            if verdict.claim.id in measured
            else Decided(verdict.claim.id, left_out=left_out(verdict))
            for verdict in verdicts
        ],
        Sensitivities(claims, columns, found[: len(claims)]),
        Sensitivities(tuple(readouts), columns, found[len(claims) :]),
    )

"""One chunk of an ensemble: its runs, a verdict per claim and set, and what the referee says."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ketamine_mtor import model_files
from ketamine_mtor.claims.bench import Bench
from ketamine_mtor.claims.evaluate import score
from ketamine_mtor.claims.judge import FAIL, NOT_RUN, PASS, Runs, Verdict, judge, margin
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.ensembles.design import Design
from ketamine_mtor.ensembles.runners import Courses, KernelRunner, RoadRunnerRunner, Runner
from ketamine_mtor.errors import SimulationError

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr

    from ketamine_mtor.claims.model import Claim
    from ketamine_mtor.experiment import Experiment

#: The referee's runs and the kernel's lie on different sides of a threshold.
UNRESOLVED = "unresolved"
STATUSES = (PASS, FAIL, UNRESOLVED, NOT_RUN)
#: A maximum below this (in the readout's unit) is nothing, and a share of this is taken.
_NOTHING = 1e-6


@dataclass(frozen=True)
class Plan:
    """What an ensemble does, whoever does it.

    Attributes
    ----------
    design
        The parameter sets.
    claims
        Ids of what is judged.
    variant
        Variant of the model for the experiments that name none.
    chunk
        Sets in a chunk.
    kernel
        Whether the batch kernel runs them, or libRoadRunner does.
    relative, absolute
        The kernel's tolerances; the absolute one in nM.
    near
        How near a threshold, as a share of it, a number is borderline.
    referee
        Share of the sets that the referee runs in any case.
    seed
        Which these are.
    """

    design: Design
    claims: tuple[str, ...]
    variant: str
    chunk: int
    kernel: bool
    relative: float
    absolute: float
    near: float
    referee: float
    seed: int

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return -(-self.design.samples // self.chunk)

    def only(self, index: int) -> Plan:
        """This plan, as far as one chunk needs it."""
        return replace(self, design=self.design.only(*self.bounds(index)))

    def bounds(self, index: int) -> tuple[int, int]:
        """The first set of a chunk, and the first of the next."""
        return bounds(index, self.chunk, self.design.samples)


def bounds(index: int, chunk: int, samples: int) -> tuple[int, int]:
    """The first set of a chunk, and the first of the next; only the last chunk may be short."""
    return index * chunk, min((index + 1) * chunk, samples)


@dataclass(frozen=True)
class Verdicts:
    """What came out of a chunk.

    Attributes
    ----------
    sets
        Numbers of the parameter sets.
    status, measured
        Claim to its status and the number that decides it, of each set.
    deviation
        Of sets that the referee ran whole, the largest difference of a readout as a share of its
        maximum; not a number for the others.
    """

    sets: np.ndarray
    status: Mapping[str, np.ndarray]
    measured: Mapping[str, np.ndarray]
    deviation: np.ndarray


@lru_cache(maxsize=4)
def claims_of(ids: tuple[str, ...]) -> tuple[Claim, ...]:
    return tuple(claim for claim in load_claims() if claim.id in ids)


@lru_cache(maxsize=16)
def kernel_runner(variant: str, relative: float, absolute: float) -> KernelRunner:
    """The variant in the batch kernel, loaded once; raises as :class:`KernelRunner`."""
    return KernelRunner(model_files.packaged(variant), relative, absolute)


@lru_cache(maxsize=8)
def _referee(variant: str) -> RoadRunnerRunner:
    return RoadRunnerRunner(model_files.packaged(variant))


class _Read:
    """A readout of many animals, as a claim's bench looks at it."""

    def __init__(self, values: np.ndarray, baseline: np.ndarray):
        self._values, self.attrs = values, {"baseline": baseline}

    def __array__(self, dtype: object = None, copy: bool | None = None) -> np.ndarray:
        return self._values


class _Herd:
    """The runs of many animals, as a claim's bench looks at them."""

    def __init__(self, courses: Courses):
        self._courses = courses

    def __contains__(self, name: object) -> bool:
        return name in self._courses.values

    def __getitem__(self, name: str) -> np.ndarray | _Read:
        if name == "time":
            return self._courses.time
        return _Read(self._courses.values[name], self._courses.baselines[name])


class _ChunkRuns:
    """The runs of a chunk, each made once, kept whole as long as a claim that waits needs it.

    Parameters
    ----------
    plan, claims
        What is judged.
    factors
        Number to a factor on its value for each set of the chunk.
    keep
        The sets whose runs are kept for the referee.
    """

    def __init__(
        self,
        plan: Plan,
        claims: Sequence[Claim],
        factors: Mapping[str, np.ndarray],
        keep: np.ndarray,
    ):
        self._plan, self._factors, self._keep = plan, factors, keep
        self._runners: dict[str, Callable[[Experiment], Courses]] = {}
        # A herd has what a bench reads of a dataset.
        self.runs = Runs(claims, self._run, plan.variant)  # type: ignore[arg-type]
        self.failed: dict[Experiment, np.ndarray] = {}
        self.restless: dict[Experiment, np.ndarray] = {}
        self.kept: dict[Experiment, Courses] = {}
        last = {each: claim.id for claim in claims for each in claim.needed(plan.variant)}
        self._done_after: dict[str, list[Experiment]] = {}
        for experiment, claim in last.items():
            self._done_after.setdefault(claim, []).append(experiment)

    def _run(self, experiment: Experiment) -> _Herd:
        plan, variant = self._plan, experiment.variant
        if variant not in self._runners:
            runner: Runner = (
                kernel_runner(variant, plan.relative, plan.absolute)
                if plan.kernel
                else _referee(variant)
            )
            self._runners[variant] = runner.of(self._factors)
        found = self._runners[variant](experiment)
        self.failed[experiment], self.restless[experiment] = found.failed, found.restless
        self.kept[experiment] = found.of(self._keep)
        return _Herd(found)

    def lost(self, claim: Claim) -> tuple[np.ndarray, np.ndarray]:
        """Sets of which a run that the claim needs gave nothing, and those that never rest."""
        asked = [self.runs.asked(each) for each in claim.needed(self._plan.variant)]
        failed, restless = ([by[each] for each in asked] for by in (self.failed, self.restless))
        return np.any(failed, axis=0), np.any(restless, axis=0)

    def judged(self, claim: Claim) -> None:
        """Let go of the runs that no later claim needs."""
        for experiment in self._done_after.get(claim.id, ()):
            self.runs.forget(experiment)


#: Loaded models belong to one thread at a time, and a worker may have several.
_ALONE = threading.Lock()


def run_chunk(plan: Plan, index: int) -> Verdicts:
    """Run and judge one chunk: a pure function of its arguments."""
    with _ALONE:
        return _run_chunk(plan, index)


def _run_chunk(plan: Plan, index: int) -> Verdicts:
    start, stop = plan.bounds(index)
    table = plan.design.factors(start, stop)
    names = plan.design.names
    factors = {name: np.ascontiguousarray(c) for name, c in zip(names, table.T, strict=True)}
    claims, sets = claims_of(plan.claims), stop - start
    drawn = np.random.default_rng([plan.seed, index]).random(sets)
    whole = drawn < (plan.referee if plan.kernel else 0.0)
    courses = _ChunkRuns(plan, claims, factors, whole)
    status, measured, doubtful = {}, {}, {}
    for claim in claims:
        status[claim.id], measured[claim.id], near = _judged(claim, courses.runs, plan, sets)
        lost, restless = courses.lost(claim)
        status[claim.id][lost] = NOT_RUN
        measured[claim.id][lost] = np.nan
        # An animal that goes round for ever would keep the referee for hours.
        doubtful[claim.id] = (whole | near | lost) & ~restless if plan.kernel else whole
        courses.judged(claim)
    deviation = np.full(sets, np.nan)
    for i in np.flatnonzero(np.any(list(doubtful.values()), axis=0)):
        asked = [claim for claim in claims if doubtful[claim.id][i]]
        kept = int(whole[:i].sum()) if whole[i] else None
        verdicts, apart = _refereed(asked, factors, int(i), plan, courses, kept)
        for verdict in verdicts:
            name = verdict.claim.id
            if status[name][i] == NOT_RUN:
                # What the kernel gave up the referee alone decides.
                number = verdict.decisive and verdict.decisive.measured
                status[name][i] = verdict.status
                measured[name][i] = np.nan if number is None else number
            elif verdict.status != status[name][i]:
                status[name][i] = UNRESOLVED
        if whole[i]:
            deviation[i] = apart
    return Verdicts(np.arange(start, stop), status, measured, deviation)


def _judged(
    claim: Claim, runs: Runs, plan: Plan, sets: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Status, deciding number, and whether it is borderline, of a claim in each set."""
    bench = Bench(claim, runs, plan.variant)
    passed, margins, numbers = [], [], []
    for condition in claim.conditions:
        scores, lacking = score(condition, bench)
        absent = np.zeros(sets, bool)
        for which, _ in lacking.found:
            absent |= which
        for each in scores:
            with np.errstate(invalid="ignore"):
                away = margin(each.measured, each.threshold, each.at_least)
            passed.append(each.passed & ~absent)
            margins.append(np.where(absent, -np.inf, away))
            numbers.append(np.where(absent, np.nan, each.measured))
    holds = np.all(passed, axis=0)
    away = np.where(passed, np.abs(margins), -np.abs(margins))
    # The part that decides: the first that fails, else the one that is nearest to failing.
    first = np.argmin(passed, axis=0)
    decisive = np.where(holds, np.argmin(away, axis=0), first)
    number = np.take_along_axis(np.array(numbers), decisive[np.newaxis], axis=0)[0]
    nearest = away.min(axis=0)
    near = np.where(holds, nearest < plan.near, nearest > -plan.near)
    return np.where(holds, PASS, FAIL).astype(object), number, near


def _refereed(
    claims: Sequence[Claim],
    factors: Mapping[str, np.ndarray],
    index: int,
    plan: Plan,
    courses: _ChunkRuns,
    kept: int | None,
) -> tuple[list[Verdict], float]:
    """libRoadRunner's verdicts on a set, and how far off the runs are where they are kept."""
    done: dict[Experiment, xr.Dataset | SimulationError] = {}
    apart = [0.0]

    def run(experiment: Experiment) -> xr.Dataset:
        asked = courses.runs.asked(experiment)
        if asked not in done:
            done[asked] = found = _referee(asked.variant).one(asked, factors, index)
            ours = courses.kept[asked]
            if (
                not isinstance(found, SimulationError)
                and kept is not None
                and not ours.failed[kept]
            ):
                apart.append(_deviation(found, ours, kept))
        found = done[asked]
        if isinstance(found, SimulationError):
            raise found
        return found

    return judge(claims, run, plan.variant), max(apart)


def _deviation(found: xr.Dataset, ours: Courses, index: int) -> float:
    """The largest difference of a set's readouts, as a share of their maxima."""
    shares = []
    for name in map(str, found):
        theirs = found[name].to_numpy()
        size = max(float(np.abs(theirs).max()), _NOTHING)
        shares.append(float(np.abs(ours.values[name][index] - theirs).max()) / size)
    return max(shares)

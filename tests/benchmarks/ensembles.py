"""The batch kernel beside libRoadRunner: at the same error, at claim accuracy, and as both grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import pairwise

import numpy as np

from tests.benchmarks import measure, samples
from tests.benchmarks.problems import Problem, load
from tests.benchmarks.rows import GROWTH, MANY, MEMORY, Row
from tests.benchmarks.samples import Samples
from tests.benchmarks.single import EXACT
from tests.benchmarks.workers import Workers, working

KERNEL, ROADRUNNER = samples.ENGINES
SAME, CLAIM = f"{KERNEL}, same error", f"{KERNEL}, claim accuracy"
#: What libRoadRunner is asked for in an ensemble.
USUAL = 1e-6
#: The error that claims bear, of 95 % of the sets.
BORNE = 1e-3
#: Tolerances of the kernel that are tried, the widest first.
LADDER = (1e-2, 5e-3, 2e-3, 1e-3, 5e-4, 2e-4, 1e-4, 5e-5, 2e-5, 1e-5, 1e-6, 1e-7)
#: Problems below and above 200 species; sets of a round, of the kernel and of libRoadRunner.
PROBLEMS = ("earm_1_0", "up to TrkB", "the model")
SETS, FEW = 256, 12
ROUNDS = 25
#: Sets whose error is looked at.
LOOKED_AT = 40
#: A small network for many samples; libRoadRunner is not asked for more than this.
SMALL, NUMBERS, MOST_SLOW = "robertson", (100, 1000, 10_000, 100_000), 1000
#: Runs within which memory must not grow, and of a chunk of them.
RUNS, CHUNK = 100_000, 1000


_held: list[Samples] = []


def _hold(sets: Samples) -> None:
    _held.append(sets)


@cache
def _prepared(engine: str, relative: float) -> samples.RunSets:
    return samples.ENGINES[engine](_held[0], relative)


def _values(engine: str, relative: float, low: int, high: int) -> np.ndarray:
    return _prepared(engine, relative)(slice(low, high))


def _run(engine: str, relative: float, sets: int) -> None:
    _values(engine, relative, 0, sets)


def _all_values(pool: Workers, engine: str, relative: float, sets: int, workers: int) -> np.ndarray:
    """What comes out for the first sets, which the workers share."""
    cuts = np.linspace(0, sets, workers + 1).astype(int).tolist()
    parts = [partial(_values, engine, relative, *cut) for cut in pairwise(cuts)]
    return np.concatenate(pool.each(parts))


def _grown(engine: str, relative: float, runs: int) -> float:
    """MB that this process has more after so many runs than after a tenth of them."""
    sets = len(_held[0])
    for turn in range(runs // sets):
        _values(engine, relative, 0, sets)
        if turn == runs // sets // 10:
            before = measure.resident()
    return measure.resident() - before


def widest(errors: dict[float, np.ndarray], allowed: float) -> float | None:
    """The widest tolerance at which 95 % of the sets have at most the allowed error."""
    good = [each for each, own in errors.items() if np.quantile(own, 0.95) <= allowed]
    return max(good, default=None)


def compare(problem: Problem, workers: Sequence[int] = (1, 2)) -> Iterator[Row]:
    """libRoadRunner at its usual tolerance, and the kernel at two: one worker each, then two."""
    most = max(workers)
    with working(most, _hold, samples.draw(problem, SETS)) as pool:

        def errors(engine: str, relative: float) -> np.ndarray:
            return measure.error(_all_values(pool, engine, relative, LOOKED_AT, most), exact)

        exact = _all_values(pool, ROADRUNNER, EXACT, LOOKED_AT, most)
        usual = errors(ROADRUNNER, USUAL)
        ladder = {each: errors(KERNEL, each) for each in LADDER}
        same, claim = widest(ladder, float(np.quantile(usual, 0.95))), widest(ladder, BORNE)
        chosen = {ROADRUNNER: (ROADRUNNER, USUAL, FEW, usual)}
        for name, relative in ((SAME, same), (CLAIM, claim)):
            if relative is None:
                reason = "no tolerance that was tried is tight enough"
                yield Row(MANY, problem.name, problem.size, name, note=reason)
            else:
                chosen[name] = (KERNEL, relative, SETS, ladder[relative])
        seconds = measure.interleaved(
            {
                (name, count): partial(pool.pace, partial(_run, engine, relative, sets), count)
                for count in workers
                for name, (engine, relative, sets, _) in chosen.items()
            },
            ROUNDS,
            clock=lambda run, repeats: run(),
        )
    for (name, count), own in seconds.items():
        _, relative, sets, off = chosen[name]
        yield Row(
            MANY,
            problem.name,
            problem.size,
            name,
            relative,
            count,
            sets,
            tuple(each / sets for each in own),
            float(np.median(off)),
            float(np.quantile(off, 0.95)),
        )


def growth() -> Iterator[Row]:
    """A small network with more and more sets, and the memory that many runs leave behind."""
    problem = load(SMALL)
    few = samples.draw(problem, CHUNK)
    exact = samples.roadrunner(few, EXACT)(slice(LOOKED_AT))
    ladder = {
        each: measure.error(samples.kernel(few, each)(slice(LOOKED_AT)), exact) for each in LADDER
    }
    relative = widest(ladder, BORNE)
    if relative is None:
        raise ValueError(f"the kernel finds no tolerance for {SMALL}")
    tolerances = {KERNEL: relative, ROADRUNNER: USUAL}
    # Few times, since what is left behind is of runs.
    with working(1, _hold, replace(few, times=few.times[::25])) as pool:
        for engine, own in tolerances.items():
            (grown,) = pool.each([partial(_grown, engine, own, RUNS)])
            yield Row(MEMORY, problem.name, problem.size, engine, own, runs=RUNS, grown=grown)
    for number in NUMBERS:
        sets = samples.draw(problem, number)
        runs = {
            engine: partial(samples.ENGINES[engine](sets, own), slice(number))
            for engine, own in tolerances.items()
            if engine == KERNEL or number <= MOST_SLOW
        }
        for engine, took in measure.interleaved(runs).items():
            seconds = tuple(each / number for each in took)
            yield Row(
                GROWTH, problem.name, problem.size, engine, tolerances[engine], 1, number, seconds
            )

"""One run of each problem in each engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from time import perf_counter

import numpy as np

from ketamine_mtor.engines.session import RELATIVE
from tests.benchmarks import engines, measure
from tests.benchmarks.problems import MODEL, Problem
from tests.benchmarks.rows import AROUND, ONE, Row

#: Tolerance of the reference.
EXACT = 1e-11
#: Engines that are run on the model alone: one runs nothing else, and of the others it is enough.
MODEL_ONLY = ("ketamine_mtor", "basico", "AMICI")
#: Engines that take seconds beyond so many species: there they run the model alone.
SLOW = {"PySB SciPy": 120}
#: Rounds in which this package's few per cent beside the bare run are looked for.
MANY_ROUNDS = 75


def compare(problem: Problem, names: Iterable[str] = tuple(engines.ENGINES)) -> Iterator[Row]:
    """A row for each engine; one that is not here has the reason instead of numbers."""
    exact = engines.prepare(engines.REFERENCE, problem, EXACT)()
    runs: dict[str, engines.Run] = {}
    absent: dict[str, str] = {}
    for name in names:
        if problem.name != MODEL and (name in MODEL_ONLY or problem.size > SLOW.get(name, np.inf)):
            continue
        try:
            runs[name] = engines.prepare(name, problem, RELATIVE)
        except engines.Absent as reason:
            absent[name] = str(reason)
    yield from told(problem, exact, runs, absent)


def told(
    problem: Problem,
    exact: np.ndarray,
    runs: Mapping[str, engines.Run],
    absent: Mapping[str, str],
) -> Iterator[Row]:
    """The rows of these runs, and of the engines that are absent with their reasons."""
    errors, before, failed = {}, {}, {}
    for name, run in runs.items():
        start = perf_counter()
        try:
            errors[name] = float(measure.error(run(), exact))
            before[name] = perf_counter() - start
        except Exception as error:  # Whatever a tool raises: the others are still measured.
            failed[name] = f"failed: {error}"
    seconds = measure.interleaved({name: runs[name] for name in errors}, before=before)
    for name, error in errors.items():
        own = tuple(seconds[name])
        yield Row(
            ONE, problem.name, problem.size, name, RELATIVE, 1, 1, own, error=error, error95=error
        )
    for name, reason in {**absent, **failed}.items():
        yield Row(ONE, problem.name, problem.size, name, RELATIVE, note=" ".join(reason.split()))


def around(problem: Problem) -> Iterator[Row]:
    """The bare run and this package's alone beside each other, in many rounds."""
    names = engines.REFERENCE, "ketamine_mtor"
    runs = {name: engines.prepare(name, problem, RELATIVE) for name in names}
    for name, own in measure.interleaved(runs, MANY_ROUNDS).items():
        yield Row(AROUND, problem.name, problem.size, name, RELATIVE, seconds=tuple(own))

"""Interleaved rounds, and how far a result is from a reference."""

from __future__ import annotations

import math
import resource
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

#: Rounds of every comparison.
ROUNDS = 5
#: A measurement lasts at least this long (s): short runs are repeated within a round.
LEAST_S = 0.02
#: Where a course is below this share of its maximum, errors are shares of that.
FLOOR = 1e-3
#: A result that is further off than this is wrong, however quick.
WRONG = 1e-2


def interleaved(
    runs: Mapping[Any, Callable[[], object]],
    rounds: int = ROUNDS,
    before: Mapping[Any, float] | None = None,
    clock: Callable[[Callable[[], Any], int], float] | None = None,
) -> dict[Any, list[float]]:
    """Seconds of each run in each round; a round runs all of them, each time in another order.

    Each has run once ``before``, so that nothing is compiled or read while the clock runs: what
    that took (s) may be given. ``clock`` says how long each of so many repeats of a run took (s);
    by default that is looked at here.
    """
    clock = clock or _seconds
    if before is None:
        before = {name: _seconds(run, 1) for name, run in runs.items()}
    repeats = {name: _repeats(before[name]) for name in runs}
    names = list(runs)
    found: dict[Any, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % max(1, len(names))
        for name in names[first:] + names[:first]:
            found[name].append(clock(runs[name], repeats[name]))
    return found


def _repeats(seconds: float) -> int:
    return max(1, math.ceil(LEAST_S / max(seconds, 1e-9)))


def _seconds(run: Callable[[], object], repeats: int) -> float:
    start = perf_counter()
    for _ in range(repeats):
        run()
    return (perf_counter() - start) / repeats


def error(found: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """How far off simulations are: the largest over observables and times, of each.

    Parameters
    ----------
    found, reference
        ``[..., time, observable]``.

    Returns
    -------
    numpy.ndarray
        ``[...]``: shares of the reference, or of :data:`FLOOR` of its maximum over the times where
        it is below that. Infinite where a number is none.
    """
    size = np.abs(reference)
    floor = np.maximum(FLOOR * size.max(axis=-2, keepdims=True), np.finfo(float).tiny)
    with np.errstate(invalid="ignore", over="ignore"):
        share = np.abs(found - reference) / np.maximum(size, floor)
    return np.where(np.isfinite(share), share, np.inf).max(axis=(-2, -1), initial=0.0)


def resident() -> float:
    """The memory that this process has now, MB; as Linux tells it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20

"""Processes that stay, and how quick they are one at a time and together."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from time import perf_counter
from typing import Any


class Workers:
    """Processes that do what they are told, each in the same way."""

    def __init__(self, pools: Sequence[ProcessPoolExecutor]):
        self._pools = pools

    def each(self, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        """What the calls return, one for each worker, at the same time."""
        waiting = [pool.submit(call) for pool, call in zip(self._pools, calls, strict=False)]
        return [each.result() for each in waiting]

    def pace(self, call: Callable[[], object], count: int) -> float:
        """Seconds that so many workers take for one of these calls.

        As many make it at the same time; where that is one, all do in turn. What counts are
        their rates together: none waits for the slowest, as none does who takes chunk after chunk.
        """
        took: list[float] = []
        for first in range(0, len(self._pools), count):
            own = self._pools[first : first + count]
            waiting = [pool.submit(_seconds, call) for pool in own]
            took += [each.result() for each in waiting]
        return len(took) / sum(count / each for each in took)


def _seconds(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


@contextmanager
def working(count: int, begin: Callable[..., object], *arguments: object) -> Iterator[Workers]:
    """So many workers, each of which begins with a call."""
    context = multiprocessing.get_context("spawn")
    pools = [
        ProcessPoolExecutor(1, mp_context=context, initializer=begin, initargs=arguments)
        for _ in range(count)
    ]
    try:
        yield Workers(pools)
    finally:
        for pool in pools:
            pool.shutdown()

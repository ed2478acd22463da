"""From nothing to judged claims: ``km.ensemble`` on all claims of the caption, with few sets."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter

import ketamine_mtor as km
from ketamine_mtor.errors import SimulationError
from ketamine_mtor.robustness import caption_claims
from tests.benchmarks.rows import JUDGED, Row

#: Sets of a small ensemble and of a larger one, both of whole chunks for two workers.
SETS = 256, 768
NAME = "all caption claims"


def judged(workers: tuple[int, ...] = (1, 2), sets: tuple[int, ...] = SETS) -> Iterator[Row]:
    """Ensembles of few sets, from which one of many is reckoned."""
    if not callable(getattr(km, "ensemble", None)):
        yield Row(JUDGED, NAME, engine="ensemble", note="this version has no km.ensemble")
        return
    for count in workers:
        for number in sets:
            try:
                taken = _elsewhere(number, count)
            except SimulationError as error:
                yield Row(JUDGED, NAME, engine="ensemble", workers=count, note=str(error))
                continue
            own = (taken / number,)
            yield Row(JUDGED, NAME, engine="ensemble", workers=count, runs=number, seconds=own)


def _elsewhere(number: int, workers: int) -> float:
    # One worker is the process itself, which would keep its models for the next ensemble.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_seconds, number, workers).result()


def _seconds(number: int, workers: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        km.ensemble(
            number, out=Path(folder) / "run", seed=0, workers=workers, claims=caption_claims()
        )
        return perf_counter() - start

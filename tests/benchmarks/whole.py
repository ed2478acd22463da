"""All claims of the caption judged: the chunks of ``km.ensemble``, and what it takes to begin."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter

import ketamine_mtor as km
from ketamine_mtor.claims import study
from ketamine_mtor.ensembles import chunk
from ketamine_mtor.ensembles.chunk import Plan
from ketamine_mtor.ensembles.run import make_plan
from ketamine_mtor.studies.robustness import DRAWS, SEED, caption_claims
from tests.benchmarks.rows import JUDGED, START, Row
from tests.benchmarks.workers import working

NAME = "all caption claims"
#: Every round is of another chunk; small ones, since a busy machine changes its mind in seconds.
ROUNDS, CHUNK = 21, 24


def judged(workers: tuple[int, ...] = (1, 2)) -> Iterator[Row]:
    """Seconds until the first verdicts are there, and those of a set in chunk after chunk."""
    with working(1, int) as pool:
        (first,) = pool.each([partial(_first, max(workers))])
    yield Row(START, NAME, engine="ensemble", workers=max(workers), seconds=(first,))
    plan = _plan()
    found: dict[int, list[float]] = {count: [] for count in workers}
    with working(max(workers), _begin, plan) as pool:
        for turn in range(ROUNDS):
            call = partial(_anew, plan, turn)
            for count in workers if turn % 2 else workers[::-1]:
                found[count].append(pool.pace(call, count))
    for count, own in found.items():
        each = tuple(seconds / plan.chunk for seconds in own)
        yield Row(JUDGED, NAME, engine="ensemble", workers=count, runs=plan.chunk, seconds=each)


def _plan() -> Plan:
    return make_plan(
        DRAWS[0].sets,
        SEED,
        "sobol",
        None,
        None,
        caption_claims(),
        None,
        CHUNK,
    )


def _begin(plan: Plan) -> None:
    """Load all that kernel and referee need: for one set, which both run."""
    chunk.run_chunk(replace(plan, chunk=1, referee=1.0), 0)


def _anew(plan: Plan, index: int) -> None:
    """Judge a chunk, as if it were met for the first time: the referee keeps where animals rest."""
    for variant in study.variants(chunk.claims_of(plan.claims), plan.variant):
        chunk._referee(variant)._runs.session.forget()
    chunk.run_chunk(plan, index)


def _first(workers: int) -> float:
    """Seconds of an ensemble of a set for each worker."""
    with tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        km.ensemble(
            workers,
            chunk=1,
            out=Path(folder) / "run",
            workers=workers,
            claims=caption_claims(),
        )
        return perf_counter() - start

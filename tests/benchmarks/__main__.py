"""``python -m tests.benchmarks``: what ``make bench`` runs."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from collections.abc import Iterator
from functools import partial
from importlib import metadata
from time import perf_counter

from ketamine_mtor import paths
from ketamine_mtor.engines.compiled import processor_name
from ketamine_mtor.errors import InputError
from ketamine_mtor.files import renewed, write
from ketamine_mtor.script import Parser
from tests.benchmarks import ensembles, page, picture, problems, single, whole
from tests.benchmarks.engines import EXTRA
from tests.benchmarks.rows import MACHINE, Row, load, tsv
from tests.benchmarks.workers import working

#: Packages whose versions the page tells.
TOLD = (
    "libroadrunner",
    "python-copasi",
    "copasi-basico",
    "bionetgen",
    "pysb",
    "scipy",
    "bngsim",
    "numba",
    "numpy",
)


def machine() -> Iterator[Row]:
    """What it ran on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Row(MACHINE, "cores", note=str(cores))
    yield Row(MACHINE, "processor", note=processor_name())
    yield Row(MACHINE, "load average before", note=f"{os.getloadavg()[0]:.1f}")
    yield Row(MACHINE, "system", note=f"{platform.system()} {platform.machine()}")
    yield Row(MACHINE, "two processes that only add, against one", note=f"{_cores():.2f}")
    yield Row(MACHINE, "Python", note=platform.python_version())
    for name in TOLD:
        try:
            yield Row(MACHINE, name, note=metadata.version(name))
        except metadata.PackageNotFoundError:
            yield Row(MACHINE, name, note="not installed")
    for found in sorted(EXTRA.glob("**/site-packages/amici-*.dist-info")) + sorted(
        EXTRA.glob("cython/cython-*.dist-info")
    ):
        name, version = found.stem.split("-")[:2]
        yield Row(MACHINE, name, note=version)


def _cores() -> float:
    """How much quicker two processes are than one where neither needs any memory."""
    adds = partial(sum, range(3_000_000))
    with working(2, int) as pool:
        rounds = [(pool.pace(adds, 1), pool.pace(adds, 2)) for _ in range(11)]
    return statistics.median(alone / together for alone, together in rounds)


def run() -> Iterator[Row]:
    """All parts, in turn."""
    yield from machine()
    for name in problems.PROBLEMS:
        yield from single.compare(problems.load(name))
    yield from single.around(problems.load(problems.MODEL))
    for name in ensembles.PROBLEMS:
        yield from ensembles.compare(problems.load(name))
    yield from ensembles.growth()
    yield from whole.judged()


def measured() -> list[Row]:
    """All rows, each told on stderr when it is there."""
    start, rows = perf_counter(), []
    for row in run():
        rows.append(row)
        said = f"{1e3 * row.median:.4g} ms" if row.measured else row.note or f"{row.grown:.1f} MB"
        words = (f"{perf_counter() - start:6.0f} s", row.part, row.problem, row.engine, said)
        print("  ".join(word for word in words if word), file=sys.stderr, flush=True)
    took = Row(MACHINE, "the bench took", note=f"{(perf_counter() - start) / 60:.1f} minutes")
    return [took, *rows]


def main(arguments: list[str] | None = None) -> int:
    """Measure, and write the table, the page and the picture; 2 where these cannot be written."""
    parser = Parser(prog="python -m tests.benchmarks")
    parser.add_argument("--page", action="store_true", help="only rewrite the page and the picture")
    only = parser.parse_args(arguments).page
    results = paths.validation() / "results" / "benchmarks.tsv"
    docs = paths.root() / "docs"
    try:
        if not only:
            write(results, tsv(measured()).encode())
        rows = load(paths.read(results))
        whole = renewed(paths.read(docs / "benchmarks.md"), page.table(rows), "docs/benchmarks.md")
        write(docs / "benchmarks.md", whole.encode())
        write(docs / page.PICTURE, picture.drawn(rows))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

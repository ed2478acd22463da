"""What was measured, a row for each measurement; kept as a table, from which the page is made."""

from __future__ import annotations

import csv
import io
import math
import statistics
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

from ketamine_mtor.errors import InputError
from tests.benchmarks.measure import WRONG

#: Parts of the bench.
MACHINE, ONE, AROUND, MANY, GROWTH, START, JUDGED, MEMORY = (
    "machine",
    "one run",
    "around a run",
    "ensemble",
    "samples",
    "start",
    "judged",
    "memory",
)


@dataclass(frozen=True)
class Row:
    """One measurement.

    Attributes
    ----------
    part
        Of the bench.
    problem, species
        What was run, and how many species of it can change.
    engine
        What ran it.
    relative
        The tolerance that it was asked for.
    workers, runs
        Processes, and simulations, or sets that are judged, of a round.
    seconds
        Per simulation or set, round by round; rounds of the same part and problem belong together.
    error, error95
        Median and 95 % quantile over the sets, see :func:`tests.benchmarks.measure.error`.
    grown
        Memory that was more at the end (MB).
    note
        Why there is no number; of the machine, what it is.
    """

    part: str
    problem: str
    species: int = 0
    engine: str = ""
    relative: float = math.nan
    workers: int = 1
    runs: int = 1
    seconds: tuple[float, ...] = ()
    error: float = math.nan
    error95: float = math.nan
    grown: float = math.nan
    note: str = ""

    @property
    def measured(self) -> bool:
        """Whether it ran."""
        return bool(self.seconds)

    @property
    def wrong(self) -> bool:
        """Whether what came out is too far off to be called a result."""
        return self.measured and self.error95 > WRONG

    @property
    def median(self) -> float:
        """Seconds per simulation."""
        return statistics.median(self.seconds)


COLUMNS = tuple(each.name for each in fields(Row))


def quicker(slow: Row | None, quick: Row | None) -> float | None:
    """How many times quicker the second is: the median over rounds; None without both, right."""
    if slow is None or quick is None or any(not r.measured or r.wrong for r in (slow, quick)):
        return None
    return statistics.median(a / b for a, b in zip(slow.seconds, quick.seconds, strict=True))


def tsv(rows: Iterable[Row]) -> str:
    """The rows, tab separated; the seconds of the rounds with a blank between."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_cell(each) for each in astuple(row)])
    return text.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(f"{each:.4g}" for each in value)
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.4g}"
    return str(value)


def load(text: str) -> list[Row]:
    """What :func:`tsv` wrote.

    Raises
    ------
    InputError
        For another table.
    """
    head, *lines = csv.reader(text.splitlines(), delimiter="\t") if text else [[]]
    if tuple(head) != COLUMNS:
        raise InputError(f"benchmarks.tsv is no table of {' '.join(COLUMNS)}; run: make bench")
    return [_row(dict(zip(COLUMNS, line, strict=True))) for line in lines]


def _row(cells: dict[str, str]) -> Row:
    read = {}
    for field in fields(Row):
        cell, kind = cells[field.name], field.type
        if kind == "int":
            read[field.name] = int(cell)
        elif kind == "float":
            read[field.name] = float(cell) if cell else math.nan
        elif kind == "str":
            read[field.name] = cell
        else:
            read[field.name] = tuple(map(float, cell.split()))
    return Row(**read)

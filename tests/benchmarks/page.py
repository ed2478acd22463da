"""The page and the verdicts on it, from the rows alone."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ketamine_mtor.pages import markdown
from tests.benchmarks import engines, ensembles
from tests.benchmarks.problems import MODEL
from tests.benchmarks.rows import (
    AROUND,
    GROWTH,
    JUDGED,
    MACHINE,
    MANY,
    MEMORY,
    ONE,
    START,
    Row,
    quicker,
)

#: Networks of fewer species are small.
LARGE = 200
#: The ensemble that is reckoned from smaller ones.
WHOLE = 10_000
PICTURE = "benchmarks.svg"


@dataclass(frozen=True)
class Verdict:
    """A line of what should hold.

    Attributes
    ----------
    what, wanted
        What is compared with what, and the least or most that it should be.
    value
        What was measured; None where it was not.
    shown
        The value as told, or why there is none.
    met
        Whether it holds; None without a value.
    """

    what: str
    wanted: str
    value: float | None
    shown: str
    met: bool | None


def verdicts(rows: Sequence[Row]) -> list[Verdict]:
    """What should hold, and what was measured; of several measurements the worst counts."""
    one = {row.engine: row for row in rows if row.part == ONE and row.problem == MODEL}
    ours = one.get("ketamine_mtor")
    around = {row.engine: row for row in rows if row.part == AROUND}
    many = [row for row in rows if row.part == MANY]
    small = [row for row in many if row.species < LARGE]
    large = [row for row in many if row.species >= LARGE]
    kernel = (ensembles.SAME, ensembles.CLAIM)
    grown = [row.grown for row in rows if row.part == MEMORY]
    times = "{:.1f}x".format
    minutes = _minutes(rows)
    return [
        _at_least(
            "our `simulate` against bare libRoadRunner",
            0.95,
            quicker(around.get(engines.REFERENCE), around.get("ketamine_mtor")),
        ),
        _at_least("one run against COPASI", 3, quicker(one.get("COPASI"), ours), times),
        _at_least(
            "one run against PySB's SciPy (Cython)", 4, quicker(one.get("PySB SciPy"), ours), times
        ),
        _at_least(
            f"ensemble at libRoadRunner's error, below {LARGE} species",
            8,
            _worst(gain(small, ensembles.SAME)),
            times,
        ),
        _at_least(
            f"ensemble at libRoadRunner's error, from {LARGE} species on",
            10,
            _worst(gain(large, ensembles.SAME)),
            times,
        ),
        _at_least(
            "ensemble at claim accuracy against libRoadRunner at 1e-6",
            20,
            _worst(gain(many, ensembles.CLAIM)),
            times,
        ),
        _at_least(
            "two workers against one, kernel",
            1.85,
            *_scaling([row for row in many if row.engine in kernel]),
        ),
        _at_least(
            "two workers against one, judged claims",
            1.85,
            *_scaling([row for row in rows if row.part == JUDGED]),
        ),
        _below(
            f"memory that {ensembles.RUNS:,} runs leave behind",
            20,
            "MB",
            max(grown, default=None),
            "{:.1f} MB".format,
        ),
        _below(
            f"{WHOLE:,} parameter sets, all caption claims, from nothing",
            15,
            "minutes",
            minutes,
            "{:.1f} minutes, reckoned".format,
        ),
    ]


def _at_least(
    what: str, least: float, value: float | None, show: Callable[[float], str] = "{:.2f}".format
) -> Verdict:
    met = None if value is None else value >= least
    return Verdict(what, f"at least {least:g}", value, _shown(value, show), met)


def _below(
    what: str, most: float, unit: str, value: float | None, show: Callable[[float], str]
) -> Verdict:
    met = None if value is None else value < most
    return Verdict(what, f"under {most:g} {unit}", value, _shown(value, show), met)


def _shown(value: float | None, show: Callable[[float], str]) -> str:
    return "not measured" if value is None else show(value)


def gain(rows: Iterable[Row], engine: str) -> list[float | None]:
    """How much quicker an engine is than libRoadRunner with as many workers, where it was run."""
    listed = list(rows)
    base = {(r.problem, r.workers): r for r in listed if r.engine == ensembles.ROADRUNNER}
    return [quicker(base.get((r.problem, r.workers)), r) for r in listed if r.engine == engine]


def _scaling(rows: Sequence[Row]) -> tuple[float | None, Callable[[float], str]]:
    """How much quicker two workers are than one, and how to tell it.

    The median of the rounds of all networks and tolerances, since a round's ratio is a tenth or
    two off on a busy machine; the smallest and the largest median of one are told beside it.
    """
    alone = {(r.problem, r.engine): r for r in rows if r.workers == 1}
    both = [(alone.get((r.problem, r.engine)), r) for r in rows if r.workers == 2]
    own = [quicker(*each) for each in both]
    if not own or None in own:
        return None, str
    rounds = [a / b for one, two in both for a, b in zip(one.seconds, two.seconds, strict=True)]
    beside = f" ({min(own):.2f} to {max(own):.2f})" if len(own) > 1 else ""
    return statistics.median(rounds), lambda value: f"{value:.2f}{beside}"


def _worst(found: Sequence[float | None]) -> float | None:
    """The smallest; None where there is none, or one could not be measured."""
    numbers = [each for each in found if each is not None]
    return min(numbers) if numbers and len(numbers) == len(found) else None


def judging(rows: Iterable[Row]) -> tuple[float, float] | None:
    """Seconds until the first verdicts of two workers are there, and then of each set."""
    listed = list(rows)
    start = next((row for row in listed if row.part == START), None)
    sets = next((row for row in listed if row.part == JUDGED and row.workers == 2), None)
    if start is None or sets is None:
        return None
    # The mean: chunks differ in what the referee looks at, and all of them have to be run.
    return start.median, statistics.mean(sets.seconds)


def _minutes(rows: Sequence[Row]) -> float | None:
    found = judging(rows)
    return None if found is None else (found[0] + WHOLE * found[1]) / 60


def table(rows: Sequence[Row]) -> str:
    """What stands between the marks: the machine, what should hold, and all that was run."""
    machine = "; ".join(f"{row.problem}: {row.note}" for row in rows if row.part == MACHINE)
    parts = (
        machine,
        markdown(
            ["what", "should be", "measured", "met"],
            (
                [
                    each.what,
                    each.wanted,
                    each.shown,
                    {None: "-", True: "yes", False: "no"}[each.met],
                ]
                for each in verdicts(rows)
            ),
        ),
        markdown(
            [
                "what",
                "network",
                "species",
                "engine",
                "workers",
                "tolerance",
                "ms per run",
                "libRoadRunner's time over this",
                "error, median",
                "error, 95 %",
            ],
            (_cells(row, rows) for row in rows if row.part in (ONE, AROUND, MANY)),
        ),
        _growth(rows),
    )
    return "\n\n".join(part for part in parts if part)


def _cells(row: Row, rows: Sequence[Row]) -> list[str]:
    cells = [row.part, row.problem, str(row.species), row.engine, str(row.workers)]
    if not row.measured:
        return [*cells, "-", row.note, "-", "-", "-"]
    base = next(
        (
            each
            for each in rows
            if (each.part, each.problem, each.workers) == (row.part, row.problem, row.workers)
            and each.engine == engines.REFERENCE
        ),
        None,
    )
    ratio = quicker(base, row)
    beside = "wrong" if row.wrong else "-" if ratio is None else _three_digits(ratio)
    return [
        *cells,
        f"{row.relative:.0e}",
        _three_digits(1e3 * row.median),
        beside,
        _error(row.error),
        _error(row.error95 if row.part == MANY else math.nan),
    ]


def _three_digits(number: float) -> str:
    """About three digits, and no power of ten."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _error(error: float) -> str:
    return "-" if math.isnan(error) else f"{error:.1e}"


def _growth(rows: Sequence[Row]) -> str:
    """A sentence for each network whose number of sets was raised."""
    lines = []
    for engine in dict.fromkeys(row.engine for row in rows if row.part == GROWTH):
        own = [row for row in rows if row.part == GROWTH and row.engine == engine]
        told = ", ".join(f"{row.runs:,}: {_three_digits(1e6 * row.median)}" for row in own)
        lines.append(f"- {engine} on `{own[0].problem}`, µs per set with so many sets: {told}")
    for row in rows:
        if row.part == MEMORY:
            lines.append(f"- {row.engine}: {row.runs:,} runs leave {row.grown:.1f} MB behind")
    base = [row for row in rows if row.part == MANY and row.engine == ensembles.ROADRUNNER]
    gained, tell = _scaling(base)
    if gained is not None:
        lines.append(f"- libRoadRunner, two workers against one: {tell(gained)}")
    if (found := judging(rows)) is not None:
        lines.append(
            f"- all caption claims, two workers: {found[0]:.0f} s until the first verdicts, then"
            f" {1e3 * found[1]:.0f} ms per set"
        )
    return "\n".join(lines)

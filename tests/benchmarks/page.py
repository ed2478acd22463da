"""The page and the verdicts on it, from the rows alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ketamine_mtor.evidence import markdown
from tests.benchmarks import engines, ensembles
from tests.benchmarks.problems import MODEL
from tests.benchmarks.rows import AROUND, GROWTH, JUDGED, MACHINE, MANY, MEMORY, ONE, Row, quicker

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
        As the issue says it.
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
            _worst(_scaling([row for row in many if row.engine in kernel])),
        ),
        _at_least("two workers against one, judged claims", 1.85, _judged_scaling(rows)),
        _below(
            f"memory that {ensembles.RUNS:,} runs leave behind",
            20,
            max(grown, default=None),
            "{:.1f} MB".format,
        ),
        _below(
            f"{WHOLE:,} parameter sets, all caption claims, from nothing",
            15,
            minutes,
            "{:.1f} minutes, reckoned".format,
        ),
    ]


def _at_least(
    what: str, least: float, value: float | None, show: Callable[[float], str] = "{:.2f}".format
) -> Verdict:
    met = None if value is None else value >= least
    return Verdict(what, f"at least {least:g}", value, _shown(value, show), met)


def _below(what: str, most: float, value: float | None, show: Callable[[float], str]) -> Verdict:
    met = None if value is None else value < most
    return Verdict(what, f"under {most:g}", value, _shown(value, show), met)


def _shown(value: float | None, show: Callable[[float], str]) -> str:
    return "not measured" if value is None else show(value)


def gain(rows: Iterable[Row], engine: str) -> list[float | None]:
    """How much quicker an engine is than libRoadRunner with as many workers, where it was run."""
    listed = list(rows)
    base = {(r.problem, r.workers): r for r in listed if r.engine == ensembles.ROADRUNNER}
    return [quicker(base.get((r.problem, r.workers)), r) for r in listed if r.engine == engine]


def _scaling(rows: Iterable[Row]) -> list[float | None]:
    """How much quicker two workers are than one."""
    listed = list(rows)
    alone = {(r.problem, r.engine): r for r in listed if r.workers == 1}
    return [quicker(alone.get((r.problem, r.engine)), r) for r in listed if r.workers == 2]


def _worst(found: Sequence[float | None]) -> float | None:
    """The smallest; None where there is none, or one could not be measured."""
    numbers = [each for each in found if each is not None]
    return min(numbers) if numbers and len(numbers) == len(found) else None


def per_set(rows: Iterable[Row], workers: int) -> tuple[float, float] | None:
    """Seconds of the start, and of each set that is judged; from a small and a larger ensemble."""
    own = sorted(
        (row for row in rows if row.part == JUDGED and row.measured and row.workers == workers),
        key=lambda row: row.runs,
    )
    if len(own) < 2:
        return None
    few, more = own[0], own[-1]
    each = (more.median * more.runs - few.median * few.runs) / (more.runs - few.runs)
    return few.median * few.runs - each * few.runs, each


def _minutes(rows: Sequence[Row]) -> float | None:
    found = per_set(rows, 2)
    return None if found is None else (found[0] + WHOLE * found[1]) / 60


def _judged_scaling(rows: Sequence[Row]) -> float | None:
    alone, together = per_set(rows, 1), per_set(rows, 2)
    return alone[1] / together[1] if alone and together else None


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
    beside = "wrong" if row.wrong else "-" if ratio is None else f"{ratio:.3g}"
    return [
        *cells,
        f"{row.relative:g}",
        f"{1e3 * row.median:.3g}",
        beside,
        _error(row.error),
        _error(row.error95 if row.part == MANY else math.nan),
    ]


def _error(error: float) -> str:
    return "-" if math.isnan(error) else f"{error:.1e}"


def _growth(rows: Sequence[Row]) -> str:
    """A sentence for each network whose number of sets was raised."""
    lines = []
    for engine in dict.fromkeys(row.engine for row in rows if row.part == GROWTH):
        own = [row for row in rows if row.part == GROWTH and row.engine == engine]
        told = ", ".join(f"{row.runs:,}: {1e6 * row.median:.3g}" for row in own)
        lines.append(f"- {engine} on `{own[0].problem}`, µs per set with so many sets: {told}")
    for row in rows:
        if row.part == MEMORY:
            lines.append(f"- {row.engine}: {row.runs:,} runs leave {row.grown:.1f} MB behind")
    for workers in (1, 2):
        if (found := per_set(rows, workers)) is not None:
            lines.append(
                f"- all caption claims, {workers} worker(s): {found[0]:.0f} s of start, then"
                f" {1e3 * found[1]:.0f} ms per set"
            )
    return "\n".join(lines)

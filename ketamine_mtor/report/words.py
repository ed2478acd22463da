"""What the table and the page say alike: kinds of claims, numbers with their units."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from ketamine_mtor.claims import Result
from ketamine_mtor.claims.judge import Verdict
from ketamine_mtor.claims.model import Condition
from ketamine_mtor.claims.scores import Part

#: Kinds of claims, in this order and never in one table: title and what such a claim rests on.
KINDS = {
    "caption": ("The caption", "each has to pass"),
    "literature": ("Published findings", "from papers that were read"),
    "expectation": ("Expectations", "widely reported or implied, no source was read"),
}


def measured(part: Part | None) -> str:
    """The measured number with its unit; empty where nothing was measured."""
    if part is None or part.measured is None:
        return ""
    return f"{part.measured:.3g}{_unit(part.unit)}"


def threshold(part: Part | None) -> str:
    """The threshold with its sense and unit, or both bounds; empty where there is none."""
    if part is None or part.threshold is None:
        return ""
    if part.bounds is not None:
        low, high = part.bounds
        return f"{low:.3g} to {high:.3g}{_unit(part.unit)}"
    return f"{part.sense} {part.threshold:.3g}{_unit(part.unit)}"


def counts(result: Result) -> str:
    """How many claims pass, fail, and were not run."""
    return f"{result['passed']} pass, {result['failed']} fail, {result['not_run']} not run"


def by_kind(verdicts: Iterable[Verdict]) -> list[tuple[str, str, list[Verdict]]]:
    """Title, what they rest on, and the verdicts of each kind that there is."""
    found = list(verdicts)
    grouped = [
        (title, about, [verdict for verdict in found if verdict.claim.kind == kind])
        for kind, (title, about) in KINDS.items()
    ]
    return [group for group in grouped if group[2]]


def by_condition(parts: Iterable[Part]) -> list[tuple[Condition, list[Part]]]:
    """Each condition with what was measured of it, in their order."""
    return [
        (condition, list(members))
        for condition, members in itertools.groupby(parts, key=lambda part: part.condition)
    ]


def _unit(unit: str) -> str:
    return "" if unit == "1" else f" {unit}"

"""Times and sizes as the claim files write them: "30 min", "3 h", "10 %", 0.02."""

from __future__ import annotations

import re
from dataclasses import dataclass

HOURS_PER = {"min": 1 / 60, "h": 1.0, "d": 24.0}
_TIME = re.compile(r"^(-?\d+(?:\.\d+)?)\s*(min|h|d)$")
_PERCENT = re.compile(r"^(\d+(?:\.\d+)?)\s*%$")


@dataclass(frozen=True)
class Size:
    """Size of a change: a share of the reference (0.1 for "10 %") or in the readout's unit."""

    value: float
    relative: bool

    def __str__(self) -> str:
        return f"{100 * self.value:g} %" if self.relative else f"{self.value:g}"


#: What counts as a change where the claim gives no size of its own.
SMALLEST_CHANGE = Size(0.10, relative=True)
SMALLEST_CHANGE_OF_FRACTION = Size(0.02, relative=False)


def hours(text: str) -> float:
    """Time in hours from "30 min", "3 h" or "7 d"; ``ValueError`` for anything else."""
    match = _TIME.match(text.strip())
    if not match:
        raise ValueError(f"'{text}' is no time: write for example '30 min', '3 h' or '7 d'")
    return float(match[1]) * HOURS_PER[match[2]]


def share(text: str) -> float:
    """A share from "50 %" (0.5); ``ValueError`` for anything else."""
    match = _PERCENT.match(text.strip())
    if not match:
        raise ValueError(f"'{text}' is no share: write for example '50 %'")
    return float(match[1]) / 100


def size(value: str | float) -> Size:
    """A size of a change from "10 %" (of the reference) or 0.02 (in the readout's own unit)."""
    if isinstance(value, str):
        return Size(share(value), relative=True)
    return Size(float(value), relative=False)

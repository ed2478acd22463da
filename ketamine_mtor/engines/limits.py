"""How an engine's run ends before its time: by failing, or by taking too long."""

from __future__ import annotations

import contextlib
import math
import os
import time
from collections.abc import Iterator
from contextvars import ContextVar

from ketamine_mtor.errors import InputError

#: How long a run may take (s), its way to rest included: what this variable says ...
VARIABLE = "KETAMINE_MTOR_TIME_LIMIT"
#: ... or this: four thousand times what one run takes.
USUAL_S = 600.0


class EngineFailure(RuntimeError):
    """A solver gave up ``reached`` seconds after the start of the stretch."""

    def __init__(self, reason: str, reached: float = 0.0):
        super().__init__(reason)
        self.reason, self.reached = reason, reached


class OutOfTime(EngineFailure):
    """The run takes too long; trying again would not help."""


#: When the run that goes on has to end (s of the monotonic clock), and how long that is.
_end: ContextVar[tuple[float, float]] = ContextVar("_end", default=(math.inf, math.inf))


def limit() -> float:
    """How long a run may take (s).

    Raises
    ------
    InputError
        Where the variable ``KETAMINE_MTOR_TIME_LIMIT`` is no number above 0.
    """
    said = os.environ.get(VARIABLE, "")
    try:
        seconds = float(said) if said else USUAL_S
    except ValueError:
        seconds = math.nan
    if not seconds > 0:
        raise InputError(f"{VARIABLE} is '{said}'; allowed: seconds, above 0, or inf")
    return seconds


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """A run, which has to end within :func:`limit`; one within another ends with that."""
    if _end.get()[0] < math.inf:
        yield
        return
    seconds = limit()
    token = _end.set((time.monotonic() + seconds, seconds))
    try:
        yield
    finally:
        _end.reset(token)


def over() -> bool:
    """Whether the run that goes on should have ended."""
    return time.monotonic() > _end.get()[0]


def check(reached: float = 0.0) -> None:
    """OutOfTime where the run that goes on should have ended; ``reached``: as EngineFailure."""
    if over():
        raise OutOfTime(f"it takes longer than {_end.get()[1]:g} s ({VARIABLE})", reached)

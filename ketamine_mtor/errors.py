"""What can go wrong, as four names; the command line turns each into one line on stderr."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

#: A list of allowed words longer than this is cut: the nearest match says the rest.
SHOWN_AT_MOST = 40
#: Words that are less alike (0 to 1) were not meant.
_ALIKE = 0.5


class InputError(ValueError):
    """A wrong value: the message, one line, names it, what is allowed and the nearest match."""

    def __init__(self, message: object):
        super().__init__(" ".join(str(message).split()))


@contextmanager
def within(place: object) -> Iterator[None]:
    """What is wrong with the input in here is said to be in ``place``; None: as it is."""
    try:
        yield
    except InputError as error:
        raise error if place is None else InputError(f"{place}: {error}") from None


class MissingExtra(RuntimeError):
    """Something that an optional extra brings is not installed: the message says which extra."""


class SimulationError(RuntimeError):
    """An integration failed.

    Attributes
    ----------
    experiment
        The :class:`~ketamine_mtor.experiment.Experiment` that was run, or None.
    time_h
        The time reached, in hours; None when no drug-free steady state was found.
    """

    def __init__(self, reason: str, experiment: object = None, time_h: float | None = None):
        where = "" if time_h is None else f" at {time_h:.6g} h"
        what = "" if experiment is None else f" in {experiment}"
        super().__init__(f"{reason}{where}{what}")
        self.reason, self.experiment, self.time_h = reason, experiment, time_h

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.reason, self.experiment, self.time_h)


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed word that ``word`` was probably meant to be, whatever its case, or None.

    Of words that are as near, the first.
    """
    matcher = difflib.SequenceMatcher(b=str(word).lower())

    def likeness(candidate: str) -> float:
        matcher.set_seq1(candidate.lower())
        return matcher.ratio()

    best = max(allowed, key=likeness, default=None)
    return best if best is not None and likeness(best) >= _ALIKE else None


def one_of(what: str, word: object, allowed: Collection[str]) -> str:
    """``word``, if it is one of those allowed; else the error of :func:`not_allowed`."""
    if not isinstance(word, str) or word not in allowed:
        raise not_allowed(what, word, allowed)
    return word


def not_allowed(what: str, word: object, allowed: Iterable[str]) -> InputError:
    """The error for a word outside a fixed vocabulary, ready to raise.

    >>> str(not_allowed("drug", "rapamicin", ["rapamycin", "NBQX"]))
    "unknown drug 'rapamicin'; nearest: 'rapamycin'; allowed: rapamycin, NBQX"
    """
    allowed = list(allowed)
    guess = nearest(str(word), allowed)
    near = f"; nearest: '{guess}'" if guess else ""
    shown = ", ".join(allowed[:SHOWN_AT_MOST]) or "none"
    more = len(allowed) - SHOWN_AT_MOST
    rest = f" and {more} more" if more > 0 else ""
    return InputError(f"unknown {what} '{word}'{near}; allowed: {shown}{rest}")

"""Messages about wrong claim files: one line with place, what is allowed, the nearest match."""

from __future__ import annotations

from collections.abc import Iterable

from ketamine_mtor.errors import InputError, nearest


def fault(where: str, what: str) -> InputError:
    """One line: where the mistake is, and what is allowed there."""
    return InputError(f"{where}: {' '.join(what.split())}")


def known(word: object, allowed: Iterable[str], where: str, what: str) -> None:
    """`InputError` with the nearest match unless the word is one of those allowed."""
    choices = sorted(allowed)
    if word in choices:
        return
    close = nearest(str(word), choices)
    hint = f"; nearest: {close}" if close else ""
    listed = ", ".join(choices) if len(choices) <= 60 else f"one of {len(choices)}"
    raise fault(where, f"unknown {what} '{word}'{hint} (allowed: {listed})")

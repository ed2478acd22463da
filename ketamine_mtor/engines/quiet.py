"""Keeps C libraries off the terminal, and what they say short."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Drop what C libraries print about failures, which are raised anyway."""
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def first_line(error: Exception) -> str:
    """What an error says first, without a stop at its end."""
    return str(error).splitlines()[0].rstrip(".,; ")

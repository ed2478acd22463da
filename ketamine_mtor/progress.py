"""How far long work has come, for people at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def progress(what: str, total: int, done: int = 0) -> Iterator[Callable[[], None]]:
    """Shows how many of ``what`` are done and the time left on stderr, where that is a terminal.

    The bar is gone when the work has ended. Gives what is to be called after each.
    """
    # Asked first: for nobody, rich need not be imported.
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total, completed=done)
        yield lambda: bar.advance(task)


@contextmanager
def tracked(what: str, items: Collection[T]) -> Iterator[Iterable[T]]:
    """Gives ``items`` to iterate over, once; each counts as done when the next is asked for."""
    with progress(what, len(items)) as advance:

        def one_by_one() -> Iterator[T]:
            for item in items:
                yield item
                advance()

        yield one_by_one()

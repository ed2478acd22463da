"""Processes that share long work."""

from __future__ import annotations

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import SpawnContext


def fresh() -> SpawnContext:
    """How processes are started: each a new interpreter, which runs the program's file anew.

    A program that came through a pipe is treated as one that is typed in: it has no such file.
    """
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if file and not os.path.exists(file):
        # Python calls it '<stdin>', which every new process would look for and end.
        del main.__file__
    # A simulator's compiled code does not survive a fork.
    return multiprocessing.get_context("spawn")


def pool(workers: int | None = None) -> ProcessPoolExecutor:
    """So many processes; by default one per core."""
    return ProcessPoolExecutor(workers or os.cpu_count(), mp_context=fresh())

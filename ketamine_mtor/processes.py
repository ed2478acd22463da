"""Processes that share long work."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor


def pool(workers: int | None = None) -> ProcessPoolExecutor:
    """So many processes; by default one per core."""
    # Fresh interpreters: a simulator's compiled code does not survive a fork.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers or os.cpu_count(), mp_context=context)

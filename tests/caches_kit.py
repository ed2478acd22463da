"""What the package reads and makes once per process, and tests that patch the package."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from typing import Any


def caches() -> dict[str, _lru_cache_wrapper[Any]]:
    """Name to function, of all in the package whose results are kept."""
    return {
        f"{function.__module__}.{function.__qualname__}": function
        for name, module in sorted(sys.modules.items())
        if name.partition(".")[0] == "ketamine_mtor"
        for function in vars(module).values()
        if isinstance(function, _lru_cache_wrapper)
    }


def forget() -> None:
    """Read and make all afresh."""
    for cache in caches().values():
        cache.cache_clear()


@contextlib.contextmanager
def nothing_kept() -> Iterator[None]:
    """Forget what was read and made inside: it may be of a package that a test had changed."""
    before = {name: cache.cache_info().misses for name, cache in caches().items()}
    try:
        yield
    finally:
        for name, cache in caches().items():
            # A cache that was cleared inside counts anew.
            if cache.cache_info().misses != before.get(name, 0):
                cache.cache_clear()

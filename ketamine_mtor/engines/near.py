"""Compiled code close to its constants.

The code that libRoadRunner compiles reaches its constants over 2 GiB at most, yet the two are put
wherever there is room. In a large process with holes in its memory they can come to lie further
apart, and the process dies of a segmentation fault: ``docs/decisions/0018-code-near-constants.md``.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import itertools
import mmap
import threading
from collections.abc import Iterator

#: Where all that is asked for finds room within this (bytes), nothing is done: half of the 2 GiB.
SAFE = 1 << 30
#: A hole of this size (bytes) has room for all that compiling asks for.
ROOM = 1 << 30
_MAPS = "/proc/self/maps"
# Of linux/mman.h; the module mmap does not have them.
_PROT_NONE, _MAP_NORESERVE, _MAP_FIXED_NOREPLACE = 0, 0x4000, 0x100000

_lock = threading.RLock()


@contextlib.contextmanager
def close_together() -> Iterator[None]:
    """What is asked of the system meanwhile lies in one place: holes elsewhere are closed.

    Nothing is done in a small process, or where the system is not Linux.
    """
    with _lock, contextlib.ExitStack() as opened:
        bottom, holes = layout()
        if holes and sum(holes[-1]) - bottom > SAFE:
            for start, size in holes:
                opened.callback(_release, *_reserve(start, size))
        yield


def layout() -> tuple[int, list[tuple[int, int]]]:
    """Where the highest hole with much room ends, and each hole above it: first byte, length.

    Linux gives memory from the highest hole that is large enough, and there from the upper end.
    (0, no holes) where the system does not tell.
    """
    try:
        with open(_MAPS, encoding="utf-8", errors="replace") as lines:
            parts = list(itertools.takewhile(lambda line: "[stack]" not in line, lines))
    except OSError:
        return 0, []
    ranges = [tuple(int(end, 16) for end in line.split()[0].split("-")) for line in parts]
    holes: list[tuple[int, int]] = []
    for (_, end), (start, _) in reversed(list(itertools.pairwise(ranges))):
        if start - end >= ROOM:
            return start, holes[::-1]
        if start > end:
            holes.append((end, start - end))
    return 0, []


def _reserve(start: int, size: int) -> tuple[int, int]:
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_NORESERVE | _MAP_FIXED_NOREPLACE
    return _system().mmap(start, size, _PROT_NONE, flags, -1, 0), size


def _release(start: int, size: int) -> None:
    # Where another thread was quicker there was nothing to reserve.
    if start != ctypes.c_void_p(-1).value:
        _system().munmap(start, size)


@functools.cache
def _system() -> ctypes.CDLL:
    system = ctypes.CDLL(None)
    whole, count = ctypes.c_void_p, ctypes.c_size_t
    system.mmap.argtypes = [whole, count, *[ctypes.c_int] * 3, ctypes.c_long]
    system.mmap.restype = whole
    system.munmap.argtypes = [whole, count]
    return system

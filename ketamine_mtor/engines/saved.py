"""Compiled models kept between runs, in a folder of the user's: written whole, tried before use.

An entry is a file named by its key. Its ending says how far it is trusted: ``.new`` was written
and nobody has loaded it yet, ``.good`` was loaded by a process of its own, ``.bad`` failed there
and is not tried again. Whatever is wrong with an entry, or with the folder, there is just none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from ketamine_mtor.errors import InputError
from ketamine_mtor.files import write

#: Names the folder, or switches it off.
VARIABLE, OFF = "KETAMINE_MTOR_CACHE", "off"
NEW, GOOD, BAD = ".new", ".good", ".bad"
#: What the folder may hold (bytes); what was not used for longest goes first.
LARGEST = 64_000_000
_MARK = b"ketamine_mtor compiled model\n"
_DIGITS = 40


def folder() -> Path | None:
    """Where entries lie, or None where they are switched off or there is no home.

    That is the folder that the variable ``KETAMINE_MTOR_CACHE`` names, else ``ketamine_mtor`` in
    that of ``XDG_CACHE_HOME``, else in ``~/.cache``.
    """
    named = os.environ.get(VARIABLE, "")
    if named:
        return None if named == OFF else Path(named).absolute()
    given = os.environ.get("XDG_CACHE_HOME", "")
    try:
        # The standard says to ignore a relative path.
        place = Path(given) if os.path.isabs(given) else Path.home() / ".cache"
    except RuntimeError:
        return None
    return place / "ketamine_mtor"


@contextlib.contextmanager
def switched_off() -> Iterator[None]:
    """Nothing is read or kept meanwhile, here and in processes that are started."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = OFF
    try:
        yield
    finally:
        del os.environ[VARIABLE]
        if before is not None:
            os.environ[VARIABLE] = before


def key(*parts: bytes) -> str:
    """The name of what is made from ``parts``."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:_DIGITS]


def find(name: str, try_out: Callable[[Path], bool]) -> bytes | None:
    """The content of an entry that was tried, or None.

    Parameters
    ----------
    name
        Its key.
    try_out
        Whether the entry in a file can be loaded; asked once, for an entry that nobody has loaded.
    """
    place = folder()
    if place is None:
        return None
    good, new = place / f"{name}{GOOD}", place / f"{name}{NEW}"
    try:
        if not good.exists() and new.exists():
            if content(new, name) is None:
                new.unlink(missing_ok=True)
                return None
            verdict = good if try_out(new) else new.with_suffix(BAD)
            # Another process may have come to its verdict first.
            with contextlib.suppress(FileNotFoundError):
                os.replace(new, verdict)
        # One that was written while another came to its verdict.
        new.unlink(missing_ok=True)
        found = content(good, name)
        if found is None:
            good.unlink(missing_ok=True)
        else:
            os.utime(good)
    except OSError:
        return None
    return found


def content(path: Path, name: str) -> bytes | None:
    """What a file holds, or None unless it is whole, of this key, and nobody else's to change."""
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            others = about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
            if others or about.st_uid != os.getuid():
                return None
            whole = file.read()
    except OSError:
        return None
    made = whole[whole.find(b"\n", len(_MARK)) + 1 :]
    return made if whole.startswith(_head(name, made)) else None


def keep(name: str, made: bytes) -> None:
    """Write an entry, to be tried when it is next met, unless there is one of this key."""
    place = folder()
    if place is None:
        return
    try:
        if any((place / f"{name}{ending}").exists() for ending in (NEW, GOOD, BAD)):
            return
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        write(place / f"{name}{NEW}", _head(name, made) + made)
        _bound(place)
    except (OSError, InputError):
        return


def distrust(name: str) -> None:
    """Do not use an entry again."""
    place = folder()
    if place is not None:
        good = place / f"{name}{GOOD}"
        with contextlib.suppress(OSError):
            os.replace(good, good.with_suffix(BAD))


def _head(name: str, made: bytes) -> bytes:
    return _MARK + f"{name} {hashlib.sha256(made).hexdigest()}\n".encode()


def _bound(place: Path) -> None:
    """Delete the entries that were not used for longest, until the rest is within bounds."""
    entries = []
    for ending in (NEW, GOOD, BAD):
        for path in place.glob(f"*{ending}"):
            with contextlib.suppress(FileNotFoundError):
                about = path.stat()
                entries.append((about.st_mtime, about.st_size, path))
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= LARGEST:
            return
        path.unlink(missing_ok=True)
        total -= size

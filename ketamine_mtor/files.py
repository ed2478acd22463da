"""Files are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from ketamine_mtor.errors import InputError

#: Between these marks stands the part of a page that is generated.
BEGIN, END = "<!-- table:begin -->", "<!-- table:end -->"


def write_with(path: Path, writer: Callable[[Path], object]) -> None:
    """Let ``writer`` write beside ``path`` (a name with the same suffix), then put it in place.

    Raises
    ------
    InputError
        When the folder cannot be written; what stood at ``path`` is then still there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
    os.close(handle)
    try:
        writer(Path(name))
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise InputError(f"{path} cannot be written: {error.strerror}") from None
        raise


def write(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path``; see :func:`write_with`."""
    write_with(path, lambda scratch: scratch.write_bytes(content))


def write_all(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Write each of ``files`` (a path in ``folder``, to its bytes); the paths written."""
    for name, content in files.items():
        write(folder / name, content)
    return [str(folder / name) for name in files]


def differing(folder: Path, files: Mapping[str, bytes | None]) -> list[str]:
    """The names of those of ``files`` that ``folder`` has otherwise, lacks, or has too many.

    The last are those whose content is None.
    """
    return [name for name, content in files.items() if _there(folder / name) != content]


def _there(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def out_of_step(name: str, by: str, why: str = "") -> str:
    """The line on a committed file that is old, and the command that renews it."""
    return f"{name} is out of step{why and f' ({why})'}; run: {by}"


def renewed(text: str, generated: str, name: str) -> str:
    """``text`` with ``generated`` between the marks :data:`BEGIN` and :data:`END`.

    Raises
    ------
    InputError
        Where the text of ``name`` lacks the marks.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise InputError(f"{name} lacks the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{generated}\n{END}{after}"

"""What is read from outside: regular files of a bounded size, and XML that no parser chokes on."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from ketamine_mtor.errors import InputError

#: The largest file that is read (bytes): ten times the largest that the package writes.
LARGEST = 64_000_000
#: How deep elements may lie in each other; libSBML crashes beyond some ten thousands.
DEEPEST = 500


def content(path: Path) -> bytes:
    """All that a file holds.

    Raises
    ------
    InputError
        Where it cannot be read, is no regular file (a pipe may never end), or has more than
        :data:`LARGEST` bytes.
    """
    try:
        about = path.stat()
        if not (stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)):
            raise InputError(f"{path} cannot be read: it is no regular file")
        if about.st_size > LARGEST:
            raise InputError(
                f"{path} cannot be read: it has {about.st_size} bytes; allowed: up to {LARGEST}"
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None


def read(path: Path) -> str:
    """The text of a file in UTF-8, read as by :func:`content`; all line ends become ``\\n``."""
    try:
        text = content(path).decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{path} cannot be read: {error}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check_xml(text: str) -> None:
    """Whether a text is XML that can be given to any parser.

    Raises
    ------
    InputError
        Where it is not well formed, has a DOCTYPE, whose entities may be endless or other files,
        or elements more than :data:`DEEPEST` deep.
    """
    depth = 0

    def doctype(*_: object) -> NoReturn:
        raise InputError("it has a DOCTYPE; allowed: XML without, as SBML is")

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise InputError(f"its elements lie more than {DEEPEST} deep in each other")

    def end(_: object) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise InputError(f"it is no XML: {error}") from None

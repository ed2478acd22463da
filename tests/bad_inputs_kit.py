"""Bad inputs: the cases of ``bad_inputs.tsv``, the files that they need, and what each must do.

A case is a command line of ``ketamine-mtor`` in a folder of its own. ``files`` are what it finds
there, as ``PATH:MAKER``; below ``model/`` lies a copy of the package with its tables, claims and
SBML, which then runs instead. ``says`` are words of its message, with `` | `` between them.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests import damage

ROOT = Path(__file__).parents[1]
TABLE = Path(__file__).parent / "bad_inputs.tsv"
#: In a case's folder: the package that runs instead, some of it damaged.
MODEL = "model"
COMMAND = (str(Path(sys.executable).with_name("ketamine-mtor")),)
#: How long a case may take (s); the slowest takes three.
PATIENCE_S = 60
#: Of larger files the size and the time of the last change are compared, not the content.
_LARGE = 10_000_000
_HEAD = "error: "
#: What a command line of the table is too short for.
_WORDS = {
    "{long}": "n" * 300,
    "{newline}": "\n",
    "{thousand}": ",".join(map(str, range(1, 1001))),
}


@dataclass(frozen=True)
class Case:
    """One bad input.

    Attributes
    ----------
    command
        What follows ``ketamine-mtor``.
    files
        Path in the case's folder to the maker of what lies there.
    environment
        Variables that are set.
    says
        Words that the message must have.
    """

    id: str
    command: tuple[str, ...]
    files: Mapping[str, Callable[[Path], object]]
    environment: Mapping[str, str]
    says: tuple[str, ...]

    @property
    def own_package(self) -> bool:
        """Whether it runs a package of its own, so only as a process of its own."""
        return any(path.startswith(f"{MODEL}/") for path in self.files)


def cases() -> list[Case]:
    """All cases of the table; a variable stands before the command, as in a shell."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    made = []
    for row in rows:
        command = row["command"]
        for short, word in _WORDS.items():
            command = command.replace(short, word)
        words = shlex.split(command)
        variables = [word for word in words if word.startswith("KETAMINE_MTOR_")]
        files = dict(each.split(":") for each in row["files"].split())
        made.append(
            Case(
                row["case"],
                tuple(word for word in words if word not in variables),
                {path: damage.MAKERS[maker] for path, maker in files.items()},
                dict(each.split("=", 1) for each in variables),
                tuple(row["says"].split(" | ")),
            )
        )
    return made


def prepare(case: Case, folder: Path) -> None:
    """Put into an empty folder what the case finds there."""
    if case.own_package:
        _copy_package(folder / MODEL)
    for path, maker in case.files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink():
            place.unlink()
        maker(place)


def _copy_package(folder: Path) -> None:
    """The package as links, in folders of their own, so that any file can be another."""
    for part in ("ketamine_mtor", "sbml", "validation"):
        for path in (ROOT / part).rglob("*"):
            if path.is_file():
                place = folder / path.relative_to(ROOT)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(path)


def snapshot(folder: Path) -> dict[str, str]:
    """Each path in the folder, to what lies there."""
    found = {}
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in (*folders, *files):
            path = Path(place, name)
            found[str(path.relative_to(folder))] = _told(path)
    return found


def _told(path: Path) -> str:
    about = path.lstat()
    if path.is_symlink():
        return f"link to {os.readlink(path)}"
    if not path.is_file():
        return f"mode {about.st_mode:o}"
    if about.st_size > _LARGE:
        return f"{about.st_size} bytes of {about.st_mtime_ns}"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def faults(
    case: Case,
    status: int | None,
    stdout: str,
    stderr: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> list[str]:
    """What is wrong with how the case ended; nothing where it ended as it has to.

    Parameters
    ----------
    status
        The exit status; None where it had to be stopped.
    before, after
        The :func:`snapshot` of its folder.
    """
    found = []
    if status is None:
        found.append("it does not end")
    elif status != 2:
        found.append(f"exit status {status}")
    lines = stderr.splitlines()
    if len(lines) != 1 or not lines[0].startswith(_HEAD) or not lines[0].removeprefix(_HEAD):
        found.append(f"stderr is not one line of an error: {stderr!r}")
    if "Traceback" in stdout + stderr:
        found.append("a traceback")
    if stdout:
        found.append(f"stdout has {stdout!r}")
    found += [f"the message lacks '{word}': {stderr!r}" for word in case.says if word not in stderr]
    changed = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    found += [f"{path} is new, gone or changed" for path in changed]
    return found


def run(
    case: Case,
    folder: Path,
    command: Sequence[str] = COMMAND,
    patience: float = PATIENCE_S,
) -> list[str]:
    """The faults of a case that runs as the real command, or another, in an empty folder."""
    prepare(case, folder)
    before = snapshot(folder)
    package = folder / MODEL if case.own_package else ROOT
    environment = {
        **os.environ,
        "KETAMINE_MTOR_CACHE": "off",
        "PYTHONPATH": str(package),
        "PYTHONDONTWRITEBYTECODE": "1",
        **case.environment,
    }
    try:
        done = subprocess.run(
            [*command, *case.command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            timeout=patience,
        )
        ended = (done.returncode, done.stdout, done.stderr)
    except subprocess.TimeoutExpired:
        ended = (None, "", "")
    return faults(case, *ended, before, snapshot(folder))

"""A committed table of ``validation/results/``, what makes it, and whether it is up to date."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketamine_mtor import paths
from ketamine_mtor.ensembles.store import fingerprint, version_of
from ketamine_mtor.ensembles.workers import here
from ketamine_mtor.errors import InputError
from ketamine_mtor.files import write
from ketamine_mtor.progress import progress
from ketamine_mtor.script import Parser, command, told

if TYPE_CHECKING:
    import pandas as pd

#: The last column of each table: what the rows are of.
OF = "of"
#: Digits of a digest, and of one that names a folder.
_DIGITS, _FOLDER_DIGITS = 8, 12
_SEPARATOR = "\t"


@dataclass(frozen=True)
class Study:
    """A table.

    Attributes
    ----------
    name
        Of the table, without its ending.
    command
        What makes it.
    what
        What it is of, in words.
    subject
        All that its rows depend on, as JSON's types.
    """

    name: str
    command: str
    what: str
    subject: Callable[[], dict[str, Any]]

    def file(self, folder: Path | None = None) -> Path:
        """Where the table is; in the folder of those that are committed by default."""
        return (folder or paths.committed()) / f"{self.name}.tsv"

    def identity(self) -> str:
        """The start of a digest of the subject, as it is now."""
        return fingerprint(self.subject())[:_DIGITS]

    def text(self, frame: pd.DataFrame) -> str:
        """The table as it is committed."""
        whole = frame.assign(**{OF: self.identity()})
        return whole.to_csv(sep=_SEPARATOR, index=False, float_format="%.6g", lineterminator="\n")

    def frame(self, folder: Path | None = None) -> pd.DataFrame:
        """The table as it was written; what is empty is an empty text.

        Raises
        ------
        InputError
            Where it cannot be read.
        """
        import pandas as pd

        try:
            return pd.read_csv(
                StringIO(paths.read(self.file(folder))), sep=_SEPARATOR, keep_default_na=False
            )
        except ValueError as error:
            raise InputError(
                f"{self.name}.tsv is no table: {str(error).splitlines()[0]}; run: {self.command}"
            ) from None

    def out_of_step(self, frame: pd.DataFrame) -> list[str]:
        """A line where the table is of something else than there is now."""
        now = self.identity()
        if len(frame) and OF in frame and (frame[OF].astype(str) == now).all():
            return []
        return [f"validation/results/{self.name}.tsv is of other {self.what}; run: {self.command}"]


def kept(
    what: str, tasks: Mapping[str, Callable[[], bytes]], folder: Path, workers: int | None
) -> dict[str, Any]:
    """What tasks give, as JSON, by their names; what a folder has is not made anew.

    Parameters
    ----------
    what
        What the tasks are called.
    tasks
        Name of a file, without its ending, to what computes its bytes, in any process.
    folder
        Where each result is kept as soon as it is there.
    workers
        Processes (default: one per core).

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C; what is done is kept.
    """
    files = {name: folder / f"{name}.json" for name in tasks}
    found = {name: json.loads(paths.read(path)) for name, path in files.items() if path.exists()}
    left = [name for name in tasks if name not in found]
    try:
        with (
            progress(what, len(tasks), len(found)) as advance,
            closing(here({i: tasks[name] for i, name in enumerate(left)}, workers)) as made,
        ):
            for index, content in made:
                write(files[left[index]], content)
                found[left[index]] = json.loads(content)
                advance()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"interrupted: {len(found)} of {len(tasks)} {what} are kept in {folder}"
        ) from None
    return {name: found[name] for name in tasks}


def scratch(out: Path, subject: dict[str, Any]) -> Path:
    """The folder in ``out`` for what is made of a subject with what is installed now."""
    versions = {name: version_of(name) for name in ("ketamine-mtor", "libroadrunner")}
    return out / fingerprint({**subject, **versions})[:_FOLDER_DIGITS]


@command
def run(
    studies: Sequence[Study],
    make: Callable[[argparse.Namespace], Sequence[pd.DataFrame]],
    arguments: Sequence[str] | None = None,
    look: Callable[..., Iterable[str]] = lambda *frames: (),
) -> int:
    """What ``python -m`` of studies that are made together does; it has the name of the first.

    Parameters
    ----------
    studies
        The tables.
    make
        Makes them anew.
    arguments
        Of the command line.
    look
        Says what is not as it should be in the tables, if they are up to date.

    Returns
    -------
    int
        The exit status: 0; 1 where something is not as it should be, with ``--check`` in the
        committed table, where a simulation fails, or after Ctrl-C; 2 for wrong input or a missing
        extra.
    """
    parser = Parser(prog=f"python -m ketamine_mtor.studies.{studies[0].name}")
    parser.add_argument("--check", action="store_true", help="only look at the committed table")
    parser.add_argument("--workers", type=int, help="processes [one per core]")
    parser.add_argument(
        "--out",
        type=Path,
        default=paths.results() / studies[0].name,
        help="folder for what is kept until all is done",
    )
    parser.add_argument(
        "--tables", type=Path, default=paths.committed(), help="folder of the tables"
    )
    given = parser.parse_args(arguments)
    try:
        if given.check:
            frames = [study.frame(given.tables) for study in studies]
            each = zip(studies, frames, strict=True)
            lines = [line for study, frame in each for line in study.out_of_step(frame)]
        else:
            frames, lines = list(make(given)), []
            for study, frame in zip(studies, frames, strict=True):
                write(study.file(given.tables), study.text(frame).encode())
                print(f"written: {study.file(given.tables)}")
        return told(lines or look(*frames))
    except KeyboardInterrupt as error:
        print(f"error: {str(error) or 'interrupted'}; the same again goes on", file=sys.stderr)
        return 1

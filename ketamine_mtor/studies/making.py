"""How the committed studies are made: kept until all is done, and looked at."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketamine_mtor import paths
from ketamine_mtor.claims.study import Study, fingerprint
from ketamine_mtor.ensembles.store import version_of
from ketamine_mtor.ensembles.workers import here
from ketamine_mtor.files import write
from ketamine_mtor.progress import progress
from ketamine_mtor.script import Parser, command, told

if TYPE_CHECKING:
    import pandas as pd

#: Digits of a digest that names a folder.
_DIGITS = 12


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
    return out / fingerprint({**subject, **versions})[:_DIGITS]


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

"""``python -m ketamine_mtor.archive``: what ``make archive`` runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ketamine_mtor import archive, paths
from ketamine_mtor.script import Parser, command


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write the archive and the folder for BioModels.

    Returns the exit status: 0; 1 where a run fails; 2 for wrong input or a missing extra.
    """
    parser = Parser(prog="python -m ketamine_mtor.archive")
    default = paths.results().parent / "dist"
    parser.add_argument("--out", type=Path, default=default, help="folder to write to (dist)")
    folder = parser.parse_args(arguments).out
    written = archive.renew(folder)
    print(f"{len(written)} files below {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

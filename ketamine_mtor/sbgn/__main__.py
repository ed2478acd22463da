"""``python -m ketamine_mtor.sbgn``: what ``make sbgn`` runs, or with ``--check`` only compares."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ketamine_mtor import paths
from ketamine_mtor.sbgn import publish
from ketamine_mtor.script import Parser, command


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """0 where all is well, 1 where ``--check`` finds a difference, 2 for bad input."""
    parser = Parser(
        prog="python -m ketamine_mtor.sbgn", description="rewrite the maps of sbml/ and docs/maps/"
    )
    parser.add_argument("--check", action="store_true", help="only compare the files")
    given = parser.parse_args(arguments)
    wanted = publish.files()
    if given.check:
        lines = list(publish.differences(wanted, paths.root()))
        print("\n".join(lines) or f"{len(wanted)} files are what the rules give")
        return 1 if lines else 0
    publish.publish(wanted, paths.root())
    return 0


if __name__ == "__main__":
    sys.exit(main())

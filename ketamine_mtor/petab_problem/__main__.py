"""``python -m ketamine_mtor.petab_problem``: writes the PEtab problem."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ketamine_mtor import petab_problem
from ketamine_mtor.engines.built import check_built
from ketamine_mtor.errors import InputError

#: Where it goes when nothing else is said.
FOLDER = Path("dist") / "petab"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write it; the exit status: 0, or 2 for wrong input."""
    parser = argparse.ArgumentParser(
        prog="python -m ketamine_mtor.petab_problem", description=petab_problem.__doc__
    )
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR", help=f"({FOLDER})")
    folder = parser.parse_args(arguments).out
    try:
        check_built()
        for path in petab_problem.write(folder):
            print(path)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

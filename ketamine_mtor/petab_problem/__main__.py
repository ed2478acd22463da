"""``python -m ketamine_mtor.petab_problem``: writes the PEtab problem."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from ketamine_mtor import paths, petab_problem
from ketamine_mtor.engines.built import check_built
from ketamine_mtor.files import renewed
from ketamine_mtor.script import Parser, command, renew_or_check

PROGRAM = "python -m ketamine_mtor.petab_problem"
#: Where it goes when nothing else is said.
FOLDER = Path("dist") / "petab"
PAGE = "docs/petab.md"


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write it; the exit status: 0; 1 where the page is out of step; 2 for wrong input."""
    parser = Parser(prog=PROGRAM, description=petab_problem.__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR", help=f"({FOLDER})")
    parser.add_argument(
        "--page", action="store_true", help="only renew the tables of docs/petab.md"
    )
    parser.add_argument(
        "--check", action="store_true", help="only say whether these are out of step"
    )
    given = parser.parse_args(arguments)
    check_built()
    if given.page or given.check:
        tables = petab_problem.page(petab_problem.problem())
        page = renewed(paths.read(paths.root() / PAGE), tables, PAGE)
        return renew_or_check({PAGE: page.encode()}, "make petab-page", check=given.check)
    for path in petab_problem.write(given.out):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())

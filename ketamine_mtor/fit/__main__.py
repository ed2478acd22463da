"""``python -m ketamine_mtor.fit``: what ``make fit`` runs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from ketamine_mtor import fit, knowledge, paths
from ketamine_mtor.claims.fits import Fit, load_fits
from ketamine_mtor.errors import not_allowed
from ketamine_mtor.files import write
from ketamine_mtor.fit import page, tables
from ketamine_mtor.script import Parser, command


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Find the numbers of all fits, or of some; the exit status, 2 for bad input."""
    parser = Parser(description="find the fitted numbers from their data")
    parser.add_argument("--fit", action="append", metavar="ID", help="only this fit (repeat)")
    parser.add_argument(
        "--write",
        action="store_true",
        help="start from the tables' values and put what is better into the tables",
    )
    given = parser.parse_args(arguments)
    fits = _chosen(load_fits(), given.fit)
    results = fit.run(fits, from_table=given.write)
    numbers = knowledge.load().numbers()
    if given.write:
        better = [found for found in results if found.better()]
        values = {
            name: value
            for found in better
            for name, value in zip(found.fit.parameters, found.fitted.tolist(), strict=True)
        }
        changed = tables.write_values(values, knowledge.PACKAGED)
        print(f"written: {', '.join(changed) or 'nothing'}; next: make steady build fit")
    elif given.fit:
        print(tables.table(results, numbers), end="")
    else:
        write(paths.validation() / "results" / "fit.tsv", tables.table(results, numbers).encode())
        page.publish(results, paths.root() / "docs")
    return 0


def _chosen(fits: Sequence[Fit], wanted: Iterable[str] | None) -> list[Fit]:
    """The fits of these ids, or all."""
    known = {fit.id: fit for fit in fits}
    for name in wanted or ():
        if name not in known:
            raise not_allowed("fit", name, known)
    return [fit for fit in fits if not wanted or fit.id in wanted]


if __name__ == "__main__":
    sys.exit(main())

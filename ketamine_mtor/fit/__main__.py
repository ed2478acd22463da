"""``python -m ketamine_mtor.fit``: what ``make fit`` runs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ketamine_mtor import fit, knowledge, paths
from ketamine_mtor.claims.fits import Fit, load_fits
from ketamine_mtor.errors import not_allowed
from ketamine_mtor.files import write
from ketamine_mtor.fit import page, tables
from ketamine_mtor.script import Parser, command, told

if TYPE_CHECKING:
    from ketamine_mtor.knowledge.rows import Value

RESULTS = "fit.tsv"


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Find the numbers of all fits, or of some; or with ``--check`` look at the results.

    Returns the exit status: 0; 1 where the results are of other fits or values; 2 for bad input.
    """
    parser = Parser(description="find the fitted numbers from their data")
    parser.add_argument("--fit", action="append", metavar="ID", help="only this fit (repeat)")
    parser.add_argument(
        "--write",
        action="store_true",
        help="start from the tables' values and put what is better into the tables",
    )
    parser.add_argument("--check", action="store_true", help="only look at the committed results")
    given = parser.parse_args(arguments)
    if given.check:
        text = paths.read(paths.committed(RESULTS))
        return told(out_of_step(text, load_fits(), knowledge.load().numbers()))
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
        write(paths.committed(RESULTS), tables.table(results, numbers).encode())
        page.publish(results, paths.root() / "docs")
    return 0


def out_of_step(text: str, fits: Iterable[Fit], numbers: Mapping[str, Value]) -> list[str]:
    """A line for each row of the results that is of other fits, numbers, values or data."""
    rows = csv.DictReader(text.splitlines(), delimiter="\t")
    there = {(row["fit"], row["parameter"], row["table"], row["data"]) for row in rows}
    wanted = {
        (fit.id, name, f"{numbers[name].value:g}", ",".join(fit.data))
        for fit in fits
        for name in fit.parameters
    }
    return [
        f"validation/results/{RESULTS} {'lacks' if each in wanted else 'has'} {' '.join(each)};"
        " run: make fit"
        for each in sorted(wanted ^ there)
    ]


def _chosen(fits: Sequence[Fit], wanted: Iterable[str] | None) -> list[Fit]:
    """The fits of these ids, or all."""
    known = {fit.id: fit for fit in fits}
    for name in wanted or ():
        if name not in known:
            raise not_allowed("fit", name, known)
    return [fit for fit in fits if not wanted or fit.id in wanted]


if __name__ == "__main__":
    sys.exit(main())

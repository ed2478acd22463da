"""``python -m ketamine_mtor.fit``: what ``make fit`` runs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from ketamine_mtor import fit, knowledge
from ketamine_mtor.claims.fits import Fit, load_fits
from ketamine_mtor.errors import not_allowed
from ketamine_mtor.fit import page, tables
from ketamine_mtor.fit.tables import STUDY
from ketamine_mtor.script import Parser, command, renew_or_check, told


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
        return told(STUDY.out_of_step(STUDY.frame()))
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
        text = tables.table(results, numbers)
        made = {f"validation/results/{STUDY.name}.tsv": text.encode(), **page.made(results)}
        return renew_or_check(made, STUDY.command, check=False)
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

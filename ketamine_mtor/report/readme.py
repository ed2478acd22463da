"""The verdicts of the caption's claims as a table in README.md."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ketamine_mtor import paths
from ketamine_mtor.claims import Result, validate
from ketamine_mtor.files import renewed, write
from ketamine_mtor.pages import markdown
from ketamine_mtor.report.words import by_kind, counts, measured, threshold
from ketamine_mtor.script import command, renew_or_check

PAGE = "README.md"


def table(result: Result) -> str:
    """The claims of the first kind, a row each, and how many of all pass."""
    _, _, verdicts = by_kind(result.verdicts)[0]
    rows = [
        (
            verdict.claim.number,
            verdict.claim.statement,
            measured(verdict.decisive),
            threshold(verdict.decisive),
            verdict.status,
        )
        for verdict in verdicts
    ]
    columns = ("claim", "what the caption says", "measured", "threshold", "status")
    return f"{markdown(columns, rows)}\n\nWith the claims beyond the caption: {counts(result)}."


def _page() -> tuple[str, str]:
    """README.md as it is, and as it has to be."""
    text = paths.read(paths.root() / PAGE)
    return text, renewed(text, table(validate()), PAGE)


def _renew() -> list[str]:
    path = paths.root() / PAGE
    write(path, _page()[1].encode())
    return [str(path)]


def _differences() -> list[str]:
    before, after = _page()
    return [] if before == after else [f"{PAGE} is not what is generated; run: make readme"]


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m ketamine_mtor.report.readme``: judge the claims and rewrite their table.

    With ``--check`` nothing is written. Returns the exit status: 0; 1 for a failed simulation, or
    where the table is not in step; 2 for wrong input.
    """
    prog = "python -m ketamine_mtor.report.readme"
    return renew_or_check(prog, _renew, _differences, arguments)


if __name__ == "__main__":
    sys.exit(main())

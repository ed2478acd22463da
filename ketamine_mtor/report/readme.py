"""The verdicts of the caption's claims as a table in README.md."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ketamine_mtor import paths
from ketamine_mtor.claims import Result, validate
from ketamine_mtor.files import renewed
from ketamine_mtor.pages import markdown
from ketamine_mtor.report.words import by_kind, counts, measured, threshold
from ketamine_mtor.script import command, renewing_command

PAGE = "README.md"


def table(result: Result) -> str:
    """The claims of the first kind, a row each, and how many of all pass."""
    _, _, verdicts = by_kind(result.verdicts)[0]
    rows = [
        (
            verdict.claim.number,
            verdict.claim.statement,
            verdict.decisive.condition.say() if verdict.decisive else "",
            measured(verdict.decisive),
            threshold(verdict.decisive),
            verdict.status,
        )
        for verdict in verdicts
    ]
    columns = (
        "claim",
        "what the caption says",
        "the condition nearest to its threshold",
        "measured",
        "threshold",
        "status",
    )
    return f"{markdown(columns, rows)}\n\nWith the claims beyond the caption: {counts(result)}."


def made() -> dict[str, bytes]:
    """README.md with the table made anew."""
    text = paths.read(paths.root() / PAGE)
    return {PAGE: renewed(text, table(validate()), PAGE).encode()}


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m ketamine_mtor.report.readme``: judge the claims and rewrite their table.

    With ``--check`` nothing is written. Returns the exit status: 0; 1 for a failed simulation, or
    where the table is out of step; 2 for wrong input.
    """
    prog = "python -m ketamine_mtor.report.readme"
    return renewing_command(prog, "make readme", made, arguments)


if __name__ == "__main__":
    sys.exit(main())

"""The verdicts as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ketamine_mtor.claims.judge import FAIL, NOT_RUN, PASS
from ketamine_mtor.claims.model import number
from ketamine_mtor.report.words import by_kind, counts, measured, threshold

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

    from ketamine_mtor.claims import Result

_COLOURS = {PASS: "green", FAIL: "red", NOT_RUN: "yellow"}


def table(result: Result) -> Group:
    """The claims as tables for the terminal, one per kind, and the counts of them all.

    A row has id, what it says and of what the number is, measured, threshold and status.
    """
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    made: list[Any] = []
    for title, about, verdicts in by_kind(result.verdicts):
        rows = Table(title=f"{title}: {about}", title_justify="left", show_lines=False)
        rows.add_column("claim", no_wrap=True)
        rows.add_column("what it says", ratio=1)
        rows.add_column("measured", justify="right", no_wrap=True)
        rows.add_column("threshold", justify="right", no_wrap=True)
        rows.add_column("status", no_wrap=True)
        for verdict in verdicts:
            part = verdict.decisive
            said = Text(verdict.claim.statement)
            reason = verdict.reason or (part.condition.say() if part else "")
            if verdict.status != PASS and reason:
                said.append(f"\n{reason}", style=_COLOURS[FAIL])
            elif part:
                said.append(f"\n{part.condition.readout.id} in {part.condition.setup}", style="dim")
            rows.add_row(
                verdict.claim.number,
                said,
                measured(part),
                threshold(part),
                Text(verdict.status, style=_COLOURS[verdict.status]),
            )
        made.append(rows)
    made.append(counts(result))
    return Group(*made)


def necessity(result: Result) -> Table:
    """The claims' own mutants as a table: claim, rules taken out, what it became."""
    from rich.table import Table
    from rich.text import Text

    shown = sum(row.shown for row in result.necessity)
    counts = f"{shown} of {len(result.necessity)} claims fail without their rules, and only there"
    made = Table(caption=counts)
    for name in ("claim", "without", "claim then", "lost upstream", "shown"):
        made.add_column(name, no_wrap=name.startswith("claim"))
    for row in result.necessity:
        made.add_row(
            number(row.mutant.claim),
            ", ".join(row.mutant.rules),
            Text(row.status, style=_COLOURS[PASS if row.shown else FAIL]),
            ", ".join(f"{name} {status}" for name, status in row.upstream),
            "yes" if row.shown else "no",
        )
    return made

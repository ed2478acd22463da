"""From the rules to the judged claims, all made afresh: what `make reproduce` runs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from rich.console import Console

from ketamine_mtor import knowledge, paths, report
from ketamine_mtor.claims import validate
from ketamine_mtor.engines import saved
from ketamine_mtor.progress import tracked

REPORT = "report.html"


def reproduce(console: Console | None = None) -> int:
    """Build the model and its variants afresh, compare with what is committed, judge and report.

    Nothing that is committed is read for the build but the rules and the tables, nothing that was
    compiled before is used; nothing that is committed is changed.

    Parameters
    ----------
    console
        Where the table goes; standard output by default.

    Returns
    -------
    int
        0 where all is as expected, else 1.
    """
    from ketamine_mtor import build
    from ketamine_mtor.emit.validate import problems

    console = console or Console()
    with tempfile.TemporaryDirectory() as scratch, saved.switched_off():
        folder = Path(scratch)
        console.print("Network and SBML from the rules, afresh ...")
        with tracked("variants", knowledge.load().variants) as variants:
            made = {name: build.fresh(folder, name) for name in variants}
        complaints = [line for files in made.values() for line in problems(files.sbml)]
        complaints += build.differences(folder, paths.sbml().parent)
        console.print("Simulating and judging ...")
        result = validate(files=made[knowledge.DEFAULT_VARIANT], others=made)
    path = paths.results() / REPORT
    report.write(result, path)
    console.print(report.table(result))
    for line in (*complaints, *result.surprises):
        console.print(line, style="red", markup=False, soft_wrap=True)
    console.print(f"Report: {path}", soft_wrap=True, markup=False)
    return 0 if result.as_expected and not complaints else 1

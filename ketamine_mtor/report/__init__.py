"""What the judge found, for people: a table on the terminal and a page with a plot per claim."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ketamine_mtor import files, knowledge, paths
from ketamine_mtor._version import __version__
from ketamine_mtor.claims import caption as text
from ketamine_mtor.claims.evaluate import Part
from ketamine_mtor.claims.judge import FAIL, NOT_RUN, PASS, Verdict
from ketamine_mtor.claims.loader import read_caption

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

    from ketamine_mtor.claims import Result

TITLE = "The caption, judged: how ketamine acts on mTOR"
_COLOURS = {PASS: "green", FAIL: "red", NOT_RUN: "yellow"}
_ORDER = {PASS: 0, NOT_RUN: 1, FAIL: 2}
#: Kinds of claims, in this order and never in one table: title and what such a claim rests on.
KINDS = {
    "caption": ("The caption", "each has to pass"),
    "literature": ("Published findings", "from papers that were read"),
    "expectation": ("Expectations", "widely reported or implied, no source was read"),
}


class Piece(NamedTuple):
    """A stretch of the caption: the ids of the claims that quote it and their worst status."""

    text: str
    claims: tuple[str, ...]
    status: str


def measured(part: Part | None) -> str:
    """The measured number with its unit; empty where nothing was measured."""
    if part is None or part.measured is None:
        return ""
    return f"{part.measured:.3g}{_unit(part.unit)}"


def threshold(part: Part | None) -> str:
    """The threshold with its sense and unit; empty where there is none."""
    if part is None or part.threshold is None:
        return ""
    return f"{part.sense} {part.threshold:.3g}{_unit(part.unit)}"


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
            if verdict.status != PASS and (verdict.reason or part):
                said.append(f"\n{verdict.reason or part.condition.say()}", style=_COLOURS[FAIL])
            elif part:
                said.append(f"\n{part.condition.readout.id} in {part.condition.setup}", style="dim")
            rows.add_row(
                verdict.claim.id.split("_")[0],
                said,
                measured(part),
                threshold(part),
                Text(verdict.status, style=_COLOURS[verdict.status]),
            )
        made.append(rows)
    made.append(f"{result['passed']} pass, {result['failed']} fail, {result['not_run']} not run")
    return Group(*made)


def by_kind(verdicts: Iterable[Verdict]) -> list[tuple[str, str, list[Verdict]]]:
    """Title, what they rest on, and the verdicts of each kind that there is."""
    found = list(verdicts)
    grouped = [
        (title, about, [verdict for verdict in found if verdict.claim.kind == kind])
        for kind, (title, about) in KINDS.items()
    ]
    return [group for group in grouped if group[2]]


def necessity(result: Result) -> Table:
    """The necessity matrix as a table for the terminal: claim, rules taken out, what it became."""
    from rich.table import Table
    from rich.text import Text

    shown = sum(row.shown for row in result.necessity)
    counts = f"{shown} of {len(result.necessity)} claims fail without their rules, and only there"
    made = Table(caption=counts)
    for name in ("claim", "without", "claim then", "lost upstream", "shown"):
        made.add_column(name, no_wrap=name.startswith("claim"))
    for row in result.necessity:
        made.add_row(
            row.mutant.claim.split("_")[0],
            ", ".join(row.mutant.rules),
            Text(row.status, style=_COLOURS[PASS if row.shown else FAIL]),
            ", ".join(f"{name} {status}" for name, status in row.upstream),
            "yes" if row.shown else "no",
        )
    return made


def write(result: Result, path: Path) -> None:
    """Write the page: one HTML file that needs nothing else, put in place at once.

    Parameters
    ----------
    result
        What `validate` gave.
    path
        The file; its folder is made where it is missing.

    Raises
    ------
    InputError
        When the folder cannot be written.
    """
    files.write(path, render(result).encode())


def render(result: Result) -> str:
    """The page's text."""
    import jinja2

    from ketamine_mtor.report.plots import draw

    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters.update(
        measured=measured, threshold=threshold, by_kind=by_kind, groupby_stretch=_by_stretch
    )
    source = resources.files(__name__).joinpath("page.html").read_text(encoding="utf-8")
    plots = {
        verdict.claim.id: base64.b64encode(
            draw(verdict.claim, result.runs, result.variant).encode()
        ).decode()
        for verdict in result.verdicts
    }
    references = knowledge.load().references
    sources = {name for verdict in result.verdicts for name in verdict.claim.source}
    return environment.from_string(source).render(
        title=TITLE,
        result=dict(result),
        verdicts=result.verdicts,
        necessity=result.necessity,
        surprises=result.surprises,
        variant=result.variant,
        version=__version__,
        caption=pieces(read_caption(paths.validation()), result.verdicts),
        plots=plots,
        references={name: references.get(name) for name in sources},
    )


def pieces(caption: str, verdicts: Sequence[Verdict]) -> list[Piece]:
    """The caption cut where a quote starts or ends."""
    spans = [
        (text.find(quote, caption), verdict)
        for verdict in verdicts
        for quote in verdict.claim.quote
    ]
    cuts = sorted({0, len(caption), *(cut for span, _ in spans for cut in (span.start, span.end))})
    found = []
    for start, end in itertools.pairwise(cuts):
        speakers = [v for span, v in spans if span.start <= start and end <= span.end]
        status = max((v.status for v in speakers), key=_ORDER.__getitem__, default="")
        found.append(Piece(caption[start:end], tuple(v.claim.id for v in speakers), status))
    return found


def _by_stretch(verdicts: Iterable[Verdict]) -> list[tuple[str, list[Verdict]]]:
    grouped: dict[str, list[Any]] = {}
    for verdict in verdicts:
        grouped.setdefault(verdict.claim.stretch, []).append(verdict)
    return list(grouped.items())


def _unit(unit: str) -> str:
    return "" if unit == "1" else f" {unit}"

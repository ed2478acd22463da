"""What the model shows on either side of a contradiction: the tables of ``docs/contradictions/``.

``validation/contradictions.yaml`` says what stands in them: a row is an experiment, a column a
number that is read from its run.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ketamine_mtor import paths
from ketamine_mtor.claims.bench import Series
from ketamine_mtor.claims.loader import check_schema, load_claims, load_setups, read_yaml
from ketamine_mtor.claims.model import Setup, clock
from ketamine_mtor.claims.quantities import hours
from ketamine_mtor.claims.vocabulary import Vocabulary, model_vocabulary
from ketamine_mtor.claims.words import fault, known
from ketamine_mtor.files import renewed
from ketamine_mtor.pages import markdown
from ketamine_mtor.run import LEAST_AT_REST, Simulate, simulate
from ketamine_mtor.script import Parser, command, renew_or_check

if TYPE_CHECKING:
    pass

DATA = "contradictions.yaml"
FOLDER = Path("docs") / "contradictions"
_DIGITS = 3
_REST = "rest"
_SAYS = {
    "rest": "{readout} at rest",
    "mean": "{readout}, mean of {start} to {end}",
    "at": "{readout} at {end}",
    "highest": "{readout}, highest in {start} to {end}",
    "lowest": "{readout}, lowest in {start} to {end}",
    "rise": "{readout}, highest above vehicle in {start} to {end}",
    "kept": "{readout}, rise kept in {start} to {end}",
}


@dataclass(frozen=True)
class Column:
    """A number of a run: how ``readout`` is read from ``start`` to ``end`` (h)."""

    readout: str
    unit: str
    how: str
    start: float
    end: float

    @property
    def title(self) -> str:
        """What stands at the head of the column."""
        said = _SAYS[self.how].format(
            readout=f"`{self.readout}`", start=clock(self.start), end=clock(self.end)
        )
        return f"{said} ({self.unit})" if self.how == _REST and self.unit != "1" else said


@dataclass(frozen=True)
class Side:
    """An experiment, and the side of the contradiction that it stands for."""

    side: str
    setup: Setup


@dataclass(frozen=True)
class Page:
    """A page of ``docs/contradictions/``: the claims that judge it, and its table."""

    name: str
    claims: tuple[str, ...]
    rows: tuple[Side, ...]
    columns: tuple[Column, ...]


def load_pages(folder: Path | None = None, vocabulary: Vocabulary | None = None) -> list[Page]:
    """The pages that ``contradictions.yaml`` describes, checked.

    Raises
    ------
    InputError
        One line: an unknown claim, experiment or readout, or a window beyond a run's end.
    """
    folder = paths.validation() if folder is None else folder
    vocabulary = model_vocabulary() if vocabulary is None else vocabulary
    path = folder / DATA
    document = read_yaml(path)
    check_schema(document, "contradictions.schema.json", path)
    setups = load_setups(folder / "experiments.yaml", vocabulary)
    claims = {claim.id for claim in load_claims(folder, vocabulary)}
    return [
        _page(name, raw, setups, claims, vocabulary, f"{path.name}, page {name}")
        for name, raw in document["pages"].items()
    ]


def _page(
    name: str,
    raw: Mapping[str, Any],
    setups: Mapping[str, Setup],
    claims: set[str],
    vocabulary: Vocabulary,
    where: str,
) -> Page:
    for claim in raw["claims"]:
        known(claim, claims, where, "claim")
    rows = []
    for row in raw["rows"]:
        known(row["experiment"], setups, where, "experiment")
        rows.append(Side(row["side"], setups[row["experiment"]]))
    columns = []
    for given in raw["columns"]:
        column = dict(given)
        readout = column.pop("readout")
        known(readout, vocabulary.readouts, where, "readout")
        ((how, when),) = column.items()
        times = [0.0, 0.0] if how == _REST else [hours(t) for t in np.atleast_1d(when)]
        found = Column(readout, vocabulary.readouts[readout].unit, how, times[0], times[-1])
        for row in rows:
            if found.end > row.setup.hours:
                raise fault(
                    where,
                    f"looks until {found.end:g} h but experiment {row.setup.name} ends at"
                    f" {row.setup.hours:g} h",
                )
        if how == "kept" and not rows[0].setup.has_ketamine:
            raise fault(where, f"experiment {rows[0].setup.name} has no ketamine to keep a rise of")
        columns.append(found)
    return Page(name, tuple(raw["claims"]), tuple(rows), tuple(columns))


def table(page: Page, runs: Simulate) -> str:
    """The page's table in Markdown: a line per row, its numbers worked out with ``runs``."""
    return markdown(
        ["side", "experiment", *(column.title for column in page.columns)],
        (
            [
                row.side,
                f"`{row.setup.name}`",
                *(_cell(column, row, page.rows[0], runs) for column in page.columns),
            ]
            for row in page.rows
        ),
    )


def _cell(column: Column, row: Side, first: Side, runs: Simulate) -> str:
    if column.how in ("kept", "rise") and not row.setup.has_ketamine:
        return "no ketamine"
    if column.how == "kept":
        own, whole = (float(np.trapezoid(*_excess(column, each, runs))) for each in (row, first))
        return f"{100 * own / whole:.0f} %"
    course = _series(column, row, runs)
    rest = float(course.baseline)
    if column.how == _REST:
        return f"{rest:.{_DIGITS}g}"
    if column.how == "rise":
        return f"{100 * _excess(column, row, runs)[0].max() / rest:+.0f} %"
    if column.how == "at":
        read = float(course.at(column.end))
    else:
        mask = course.within(column.start, column.end)
        window = course.value[mask]
        if column.how == "mean":
            read = float(np.trapezoid(window, course.time[mask]) / (column.end - column.start))
        else:
            read = float(window.max() if column.how == "highest" else window.min())
    if abs(rest) < LEAST_AT_REST:
        return f"{read if abs(read) > LEAST_AT_REST else 0:.{_DIGITS}g}"
    return f"{round(100 * (read / rest - 1)):+d} %"


def _excess(column: Column, row: Side, runs: Simulate) -> tuple[np.ndarray, np.ndarray]:
    """What the readout is above the same animal without ketamine in the window, and when (h)."""
    dosed, vehicle = _series(column, row, runs), _series(column, row, runs, vehicle=True)
    change = dosed.on(vehicle.time).value - vehicle.value
    mask = vehicle.within(column.start, column.end)
    return change[mask], vehicle.time[mask]


def _series(column: Column, row: Side, runs: Simulate, *, vehicle: bool = False) -> Series:
    data = runs(row.setup.experiment(vehicle=vehicle))[column.readout]
    return Series(data["time"].to_numpy(), data.to_numpy(), np.array(data.attrs["baseline"]))


def made(pages: Sequence[Page], folder: Path, runs: Simulate) -> dict[str, bytes]:
    """The pages in ``folder``, each with its table made anew, by their names."""
    found = {}
    for page in pages:
        name = f"{page.name}.md"
        before = paths.read(folder / name)
        found[name] = renewed(before, table(page, runs), name).encode()
    return found


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m ketamine_mtor.studies.contradictions``: what ``make contradictions`` runs.

    Returns the exit status: 0; 1 where with ``--check`` a table differs; 2 for bad input.
    """
    parser = Parser(description="renew the tables of docs/contradictions/")
    parser.add_argument("--check", action="store_true", help="only say which tables differ")
    parser.add_argument("--page", help="only this one, by its name without .md")
    given = parser.parse_args(arguments)
    pages = load_pages()
    if given.page is not None:
        known(given.page, [page.name for page in pages], DATA, "page")
        pages = [page for page in pages if page.name == given.page]
    content = made(pages, paths.root() / FOLDER, cache(simulate))
    files = {f"{FOLDER}/{name}": text for name, text in content.items()}
    return renew_or_check(files, "make contradictions", check=given.check)


if __name__ == "__main__":
    sys.exit(main())

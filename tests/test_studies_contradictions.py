"""The pages on contradictions: their data, how a table is worked out, and that all is in step."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

import ketamine_mtor as km
from ketamine_mtor import knowledge, paths
from ketamine_mtor.claims import known_failures, load_claims
from ketamine_mtor.claims.model import Setup
from ketamine_mtor.files import BEGIN, END, write_all
from ketamine_mtor.studies import contradictions
from ketamine_mtor.studies.contradictions import Column, Page, Side
from tests.project_kit import dead_links

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[1] / "docs" / "contradictions"
#: What is asked of the project beside those with a table.
WITHOUT_TABLE = ("hnk", "synaptogenesis")


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    return contradictions.load_pages()


# How a table is worked out


def runs(experiment):
    """A readout that is 2 at rest, and 2 + dose at all later times (10, or 0 for vehicle)."""
    dose = sum(each.mgkg for each in experiment.ketamine)
    time = np.linspace(0, 2, 5)
    value = np.where(time > 0, 2 + dose * (0.5 if experiment.drugs else 1), 2)
    return xr.Dataset(
        {"Ca": ("time", value, {"baseline": 2.0}), "PIP3": ("time", 0 * time, {"baseline": 0.0})},
        {"time": time},
    )


def page_with(*columns: Column) -> Page:
    dosed = Side("one", Setup("dosed", "x", {"hours": 2, "ketamine": 10}))
    blocked = Side(
        "other", Setup("blocked", "x", {"hours": 2, "ketamine": 10, "drugs": {"NBQX": 1}})
    )
    undosed = Side("none", Setup("undosed", "x", {"hours": 2, "ketamine": 0}))
    return Page("x", (), (dosed, blocked, undosed), columns)


@pytest.mark.parametrize(
    "how, start, end, cells",
    [
        ("rest", 0, 0, ("2", "2", "2")),
        ("at", 0, 1, ("+500 %", "+250 %", "+0 %")),
        ("mean", 1, 2, ("+500 %", "+250 %", "+0 %")),
        ("highest", 0, 2, ("+500 %", "+250 %", "+0 %")),
        ("lowest", 0, 2, ("+0 %", "+0 %", "+0 %")),
        ("rise", 0, 2, ("+500 %", "+250 %", "no ketamine")),
        ("kept", 0, 2, ("100 %", "50 %", "no ketamine")),
    ],
)
def test_a_cell_is_what_it_is_said_to_be(how, start, end, cells):
    lines = contradictions.table(page_with(Column("Ca", "nM", how, start, end)), runs).splitlines()
    assert tuple(line.split(" | ")[-1].removesuffix(" |") for line in lines[2:]) == cells
    assert "`Ca`" in lines[0] and lines[2].startswith("| one | `dosed` | ")


def test_what_is_nothing_at_rest_is_shown_as_it_is():
    lines = contradictions.table(page_with(Column("PIP3", "nM", "at", 0, 1)), runs).splitlines()
    assert lines[2].endswith("| 0 |")


def test_publishing_renews_what_is_between_the_marks_only(tmp_path):
    page, file = page_with(Column("Ca", "nM", "rest", 0, 0)), tmp_path / "x.md"
    file.write_text("no marks", encoding="utf-8")
    with pytest.raises(km.InputError, match="lacks the marks"):
        write_all(tmp_path, contradictions.made([page], tmp_path, runs))
    file.write_text(f"A{BEGIN}STALE{END}B", encoding="utf-8")
    write_all(tmp_path, contradictions.made([page], tmp_path, runs))
    text = file.read_text(encoding="utf-8")
    assert text.startswith("A") and text.endswith("B") and "STALE" not in text
    write_all(tmp_path, contradictions.made([page], tmp_path, runs))
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "change, message",
    [
        ({"claims": ["L19_rapamycins"]}, "L19_rapamycin"),
        ({"rows": [{"side": "one", "experiment": "ketamin"}]}, "ketamine"),
        ({"columns": [{"readout": "Caa", "rest": True}]}, "unknown readout 'Caa'; nearest: Ca"),
        ({"columns": [{"readout": "Ca", "at": "80 h"}]}, "ends at 72 h"),
        ({"columns": [{"readout": "Ca", "at": "80"}]}, "80"),
        ({"columns": [{"readout": "Ca"}]}, "Ca"),
        ({"rows": [{"side": "one", "experiment": "picrotoxin"}]}, "no ketamine to keep"),
    ],
)
def test_wrong_data_is_one_clear_line(tmp_path, change, message):
    page = {
        "claims": ["L19_rapamycin"],
        "rows": [{"side": "one", "experiment": "ketamine"}],
        "columns": [{"readout": "Ca", "kept": ["0 min", "2 h"]}],
        **change,
    }
    shutil.copytree(paths.validation(), tmp_path / "validation")
    file = tmp_path / "validation" / contradictions.DATA
    file.write_text(yaml.safe_dump({"pages": {"x": page}}), encoding="utf-8")
    with pytest.raises(km.InputError) as error:
        contradictions.load_pages(tmp_path / "validation")
    assert message in str(error.value) and "\n" not in str(error.value)


# What is committed


def out_of_step(text: str, page: Page) -> list[str]:
    """What of the page's rows and columns its table lacks, or has otherwise."""
    lines = text.partition(BEGIN)[2].partition(END)[0].strip().splitlines()
    head = f"| side | experiment | {' | '.join(column.title for column in page.columns)} |"
    faults = [] if lines[:1] == [head] else ["the columns"]
    rows = [f"| {row.side} | `{row.setup.name}` | " for row in page.rows]
    if len(lines) - 2 != len(rows):
        return [*faults, "the number of rows"]
    for row, line in zip(rows, lines[2:], strict=True):
        if not line.startswith(row) or line.count(" | ") != len(page.columns) + 1:
            faults.append(row)
    return faults


def test_the_tables_are_in_step_with_their_data(pages):
    found = {
        page.name: out_of_step((DOCS / f"{page.name}.md").read_text(encoding="utf-8"), page)
        for page in pages
    }
    assert found == {page.name: [] for page in pages}


def test_a_table_out_of_step_is_told():
    page = page_with(Column("Ca", "nM", "rest", 0, 0))
    text = f"{BEGIN}\n{contradictions.table(page, runs)}\n{END}"
    assert out_of_step(text, page) == []
    assert out_of_step(text.replace("at rest", "at work"), page) == ["the columns"]
    assert out_of_step(text.replace("`blocked`", "`other`"), page) == ["| other | `blocked` | "]
    assert out_of_step(text.replace("| none |", "| x |\n| none |"), page) == ["the number of rows"]


def test_there_is_a_page_for_each_and_an_index(pages):
    names = {page.name for page in pages} | set(WITHOUT_TABLE)
    assert {path.stem for path in DOCS.glob("*.md")} == names | {"README"}
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    assert all(f"({name}.md)" in index for name in names)
    for path in DOCS.glob("*.md"):
        assert dead_links(path.read_text(encoding="utf-8"), DOCS) == [], path.name


def wrong_words(text: str, claims: dict[str, str], references: set[str]) -> list[str]:
    """Ids of claims and of rows of the evidence that a page names and nobody knows."""
    rows = set(re.findall(r"\b[EPQ]\d{2}[a-d]?\b", text)) - references
    return sorted(rows | (set(re.findall(r"\b[CLX]\d{2}\b", text)) - set(claims)))


def test_the_pages_name_claims_and_rows_that_exist():
    claims = {claim.id[:3]: claim.id for claim in load_claims()}
    references = set(knowledge.load().references)
    for path in DOCS.glob("*.md"):
        assert wrong_words(path.read_text(encoding="utf-8"), claims, references) == [], path.name
    assert wrong_words("C01 and L99, E08 and E99", claims, references) == ["E99", "L99"]


def test_each_table_s_claims_are_named_on_its_page_and_in_the_index(pages):
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    for page in pages:
        text = (DOCS / f"{page.name}.md").read_text(encoding="utf-8")
        assert all(claim[:3] in text and claim[:3] in index for claim in page.claims), page.name


def test_a_page_says_which_of_its_claims_fail(pages):
    failing = known_failures(load_claims())
    for page in pages:
        text = (DOCS / f"{page.name}.md").read_text(encoding="utf-8")
        for claim in set(page.claims) & set(failing):
            assert re.search(rf"{claim[:3]}[^.]*\bfails", text), claim

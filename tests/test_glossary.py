"""The glossary: sorted, of things that are there, and the only words for them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from ketamine_mtor import cli
from ketamine_mtor.cli.options import ENGINES, LISTS
from ketamine_mtor.ensembles.chunk import STATUSES
from ketamine_mtor.knowledge.rows import KINDS
from tests.project_kit import command_faults, dead_links, made, targets

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"
_LINK = re.compile(r"\[[^\]]*\]\([^)]*\)")
_CODE = re.compile(r"`([^`]+)`")


class Row(NamedTuple):
    word: str
    meaning: str
    where: str
    elsewhere: str


def _cells(part: str, columns: int) -> list[list[str]]:
    """The rows of the only table of a part, without its head."""
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    found = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    assert found and all(len(cells) == columns for cells in found), found
    return found


def words(text: str) -> list[Row]:
    """The words, from the table before the first heading of a part."""
    return [Row(*cells) for cells in _cells(text.partition("\n## ")[0], len(Row._fields))]


def replaced(text: str) -> dict[str, str]:
    """The words that are not used, each to what is said for it."""
    return dict(_cells(text.partition("\n## ")[2], 2))


def _read() -> str:
    return GLOSSARY.read_text(encoding="utf-8")


# The table


def faults(rows: Iterable[Row]) -> list[str]:
    """Rows out of order, without a meaning or a place, or with a place that is not there."""
    rows = list(rows)
    order = [row.word.casefold() for row in rows]
    found = [f"{after}: not after {before}" for before, after in pairwise(order) if after <= before]
    makes = targets((ROOT / "Makefile").read_text(encoding="utf-8"))
    for word, meaning, where, _ in rows:
        paths = [code for code in _CODE.findall(_LINK.sub("", where)) if " " not in code]
        gone = dead_links(where, GLOSSARY.parent)
        gone += [path for path in paths if not (ROOT / path).exists()]
        gone += [*command_faults(where, cli.main), *sorted(made(where) - makes)]
        found += [f"{word}: no {place}" for place in gone]
        found += [] if meaning and re.search("[`(]", where) else [f"{word}: empty"]
    return found


def test_words_are_sorted_and_what_they_name_is_there():
    assert faults(words(_read())) == []


@pytest.mark.parametrize(
    ("word", "meaning", "where", "said"),
    [
        ("aaa", "x", "`docs/`", "aaa: not after animal"),
        ("animal", "x", "`docs/`", "animal: not after animal"),
        ("b", "", "`docs/`", "b: empty"),
        ("b", "x", "somewhere", "b: empty"),
        ("b", "x", "[`sbgn.md`](gone.md)", "b: no gone.md"),
        ("b", "x", "`docs/`, `ketamine_mtor/gone.py`", "b: no ketamine_mtor/gone.py"),
        ("b", "x", "`ketamine-mtor fly`", "b: no fly"),
        ("b", "x", "`make gone`", "b: no gone"),
    ],
)
def test_a_row_that_is_wrong_is_seen(word, meaning, where, said):
    rows = [Row("animal", "x", "`docs/`", ""), Row(word, meaning, where, "")]
    assert faults(rows) == [said]


# What the code has


def unsaid(rows: Iterable[Row], terms: Mapping[str, Collection[str]]) -> list[str]:
    """Terms of the code that the row of their word does not have."""
    said = {row.word: set(_CODE.findall(f"{row.meaning} {row.where}")) for row in rows}
    return [
        f"{word}: {term}" for word, of in terms.items() for term in of if term not in said[word]
    ]


def test_every_term_of_the_code_has_its_word():
    schema = json.loads((ROOT / "ketamine_mtor/claims/schema.json").read_text(encoding="utf-8"))
    claim, condition = (schema["$defs"][name]["properties"] for name in ("claim", "condition"))
    terms = {
        "condition": condition,
        "engine": ENGINES,
        "kind": (*claim["kind"]["enum"], *KINDS),
        "role": claim["role"]["enum"],
        "verdict": STATUSES,
    }
    terms |= {name.removesuffix("s"): (f"ketamine-mtor info {name}",) for name in LISTS}
    assert unsaid(words(_read()), terms) == []


def test_a_term_that_is_left_out_is_seen():
    rows = [Row("role", "`calibration` or held-out", "`docs/`", "")]
    assert unsaid(rows, {"role": ("calibration", "held-out")}) == ["role: held-out"]


# What is not said


def said(text: str, unwanted: Iterable[str]) -> list[str]:
    """Words in a text that are not used, over the ends of its lines too."""
    text = re.sub(r"[\s#:]+", " ", text).casefold()
    return [word for word in unwanted if word in text]


def test_no_text_has_a_word_that_is_not_used():
    unwanted = replaced(_read())
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "Makefile"]
    for folder, kinds in (
        ("docs", ("md", "ipynb", "py")),
        ("ketamine_mtor", ("py", "md", "html", "json")),
        ("gates", ("py",)),
        ("validation", ("yaml",)),
    ):
        texts += [path for kind in kinds for path in sorted((ROOT / folder).rglob(f"*.{kind}"))]
    found = {
        str(path.relative_to(ROOT)): said(path.read_text(encoding="utf-8"), unwanted)
        for path in texts
        if path != GLOSSARY
    }
    assert len(found) > 200
    assert {path: listed for path, listed in found.items() if listed} == {}


def test_a_word_that_is_not_used_is_seen():
    text = "#: Where the resting\n#: state is; Rival models."
    assert said(text, ("resting state", "rival model", "genotype")) == [
        "resting state",
        "rival model",
    ]

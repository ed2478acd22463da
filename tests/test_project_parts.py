"""docs/architecture.md shows the parts of the package in the order in which they may import."""

from __future__ import annotations

import re
import tomllib

from tests.project_kit import ROOT, read


def rows(architecture: str) -> list[list[str]]:
    """The modules and packages in each row of the table of the parts, from the top."""
    places = [line.split("|")[2] for line in architecture.splitlines() if line.startswith("| ")]
    named = [re.findall(r"`(?:ketamine_mtor/)?(\w+)(?:\.py|/)`", place) for place in places]
    package = ROOT / "ketamine_mtor"
    parts = {path.stem for path in package.iterdir()}
    return [found for row in named if (found := [name for name in row if name in parts])]


def test_the_table_has_the_order_that_imports_are_checked_by():
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (layers,) = (each["layers"] for each in contracts if each["type"] == "layers")
    assert rows(read("docs/architecture.md")) == [each.split(" : ") for each in reversed(layers)]


def test_rows_are_read_from_the_top():
    table = "| a | `ketamine_mtor/run.py` | x |\n| b | `ketamine_mtor/emit/`, `paths.py` | y |\n"
    assert rows(table) == [["run"], ["emit", "paths"]]

"""Each part of the package imports only from those above it in docs/architecture.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from tests.project_kit import ROOT, read


def levels(architecture: str) -> dict[str, int]:
    """Module or package to its row in the table of the parts, from the top."""
    rows = [line.split("|")[2] for line in architecture.splitlines() if line.startswith("| ")]
    names = [re.findall(r"`(?:ketamine_mtor/)?(\w+)(?:\.py|/)`", row) for row in rows]
    return {name: level for level, row in enumerate(names) for name in row}


def imported(source: str) -> set[str]:
    """The parts of the package that a source imports from, wherever in the source."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            package, _, part = (node.module or "").partition(".")
            names = [part] if part else [each.name for each in node.names]
        elif isinstance(node, ast.Import):
            package = "ketamine_mtor"
            names = [each.name.partition(".")[2] for each in node.names if package in each.name]
        else:
            continue
        if package == "ketamine_mtor":
            found |= {name.partition(".")[0] for name in names}
    return found - {"", "__version__", "_version"}


def against_the_flow(sources: Mapping[str, str], known: Mapping[str, int]) -> list[str]:
    """Parts that the table lacks, and imports of what stands below."""
    faults = [f"{part}: no row" for part in sources if part not in known]
    for part, source in sources.items():
        for other in sorted(imported(source)):
            if known.get(other, -1) > known.get(part, len(known)):
                faults.append(f"{part} imports {other}")
    return faults


def test_each_part_imports_only_from_those_above():
    package = ROOT / "ketamine_mtor"
    sources: dict[str, str] = {}
    for path in sorted(package.rglob("*.py")):
        part = path.relative_to(package).with_suffix("").parts[0]
        if not part.startswith("_"):
            sources[part] = sources.get(part, "") + path.read_text(encoding="utf-8")
    assert against_the_flow(sources, levels(read("docs/architecture.md"))) == []


def test_an_import_from_below_is_seen():
    table = "| a | `ketamine_mtor/a.py` | x |\n| b | `ketamine_mtor/b/`, `c.py` | y |\n"
    assert levels(table) == {"a": 0, "b": 1, "c": 1}
    sources = {
        "a": "def f():\n    from ketamine_mtor.b.deep import g",
        "b": "from ketamine_mtor import a, c",
        "c": "import ketamine_mtor.b, os",
        "d": "import json",
    }
    assert against_the_flow(sources, levels(table)) == ["d: no row", "a imports b"]

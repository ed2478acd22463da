"""`reproduce` judges what the rules give, and says where that is not what is committed."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from tests.report_kit import BAD, GOOD, result


@pytest.mark.parametrize(
    ("dataset", "stale", "status"), [(GOOD, False, 0), (BAD, False, 1), (GOOD, True, 1)]
)
def test_reproduce_says_whether_all_is_as_expected(
    tmp_path, quoting, monkeypatch, dataset, stale, status
):
    from ketamine_mtor import build, knowledge, paths, reproduce
    from ketamine_mtor.emit import validate as sbml_checks

    variants = list(knowledge.load().variants)
    committed = tmp_path / "sbml"
    committed.mkdir()
    for name in variants:
        (committed / name).write_text("fresh", encoding="utf-8")
    if stale:
        (committed / variants[-1]).write_text("of before", encoding="utf-8")

    def fresh(folder, name):
        (folder / name).write_text("fresh", encoding="utf-8")
        return SimpleNamespace(sbml=name)

    def validate(files, others):
        assert files.sbml == "caption" and [each.sbml for each in others.values()] == variants
        return result(dataset)

    monkeypatch.setattr(build, "fresh", fresh)
    monkeypatch.setattr(sbml_checks, "problems", lambda sbml: [])
    monkeypatch.setattr(reproduce, "validate", validate)
    monkeypatch.setattr(paths, "sbml", lambda: committed / "caption")
    monkeypatch.setattr(paths, "results", lambda: tmp_path / "results")
    out = io.StringIO()
    assert reproduce.reproduce(Console(file=out, width=100)) == status
    assert ("is out of step" in out.getvalue()) == stale
    assert (tmp_path / "results" / "report.html").is_file()

"""`make check` names what is out of step with the tables, and the command that renews it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ketamine_mtor import files, knowledge, model_files, paths
from ketamine_mtor.claims import study
from ketamine_mtor.fit import __main__ as fit
from ketamine_mtor.petab_problem import __main__ as petab
from ketamine_mtor.sensitivity import __main__ as sensitivity
from ketamine_mtor.sensitivity import evidence
from ketamine_mtor.studies import contradictions

# What is committed is out of step while a change is under way; `make check` says so.
pytestmark = pytest.mark.slow

MAINS = [fit.main, petab.main, sensitivity.main, evidence.main]


@pytest.mark.parametrize("main", MAINS, ids=lambda main: main.__module__)
def test_what_is_committed_is_in_step(main, capsys):
    assert main(["--check"]) == 0 and capsys.readouterr().out == ""


@pytest.mark.breaks("ketamine_mtor.sensitivity --check", "ketamine_mtor.fit --check")
@pytest.mark.parametrize(
    ("main", "table", "why", "by"),
    [
        (sensitivity.main, "decided.tsv", "of other models or claims", "make sensitivity"),
        (fit.main, "fit.tsv", "of other models, fits or ranges", "make fit"),
    ],
)
def test_tables_of_another_value_are_named(main, table, why, by, monkeypatch, capsys):
    packaged = model_files.packaged

    def changed(variant: str) -> model_files.ModelFiles:
        files = packaged(variant)
        return replace(files, sbml=files.sbml.replace('value="0.', 'value="1.', 1))

    monkeypatch.setattr(study.model_files, "packaged", changed)
    assert main(["--check"]) == 1
    line = f"validation/results/{table} is out of step ({why}); run: {by}\n"
    assert capsys.readouterr().out == line


@pytest.mark.breaks("ketamine_mtor.sensitivity.evidence --check")
def test_pages_of_other_numbers_are_named(monkeypatch, capsys):
    whole = knowledge.load()
    one = whole.parameters["BDNF_release"]
    other = {**whole.parameters, one.id: replace(one, note="of another paper")}
    monkeypatch.setattr(knowledge, "load", lambda **_: replace(whole, parameters=other))
    assert evidence.main(["--check"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line == "docs/parameters.md is out of step; run: make parameters"


@pytest.mark.breaks("ketamine_mtor.petab_problem --check")
def test_a_page_of_another_problem_is_named(monkeypatch, capsys):
    monkeypatch.setattr(petab.petab_problem, "page", lambda problem: "another table")
    assert petab.main(["--check"]) == 1
    assert capsys.readouterr().out == "docs/petab.md is out of step; run: make petab-page\n"


@pytest.mark.breaks("ketamine_mtor.studies.contradictions --check")
def test_a_table_of_other_runs_is_named(monkeypatch, capsys):
    page = contradictions.load_pages()[0]
    before = paths.read(paths.root() / contradictions.FOLDER / f"{page.name}.md")
    table = before.partition(files.BEGIN)[2].partition(files.END)[0].strip()
    monkeypatch.setattr(contradictions, "table", lambda *_: table)
    assert contradictions.main(["--check", "--page", page.name]) == 0
    monkeypatch.setattr(contradictions, "table", lambda *_: table.replace("%", "nM"))
    assert contradictions.main(["--check", "--page", page.name]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith(f"{page.name}.md is out of step; run: make contradictions")

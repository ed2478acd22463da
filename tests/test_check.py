"""`make check` names what is out of step with the tables, and the command that renews it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ketamine_mtor import files, knowledge, paths
from ketamine_mtor.fit import __main__ as fit
from ketamine_mtor.petab_problem import __main__ as petab
from ketamine_mtor.sensitivity import __main__ as sensitivity
from ketamine_mtor.sensitivity import evidence, tables
from ketamine_mtor.studies import contradictions

# What is committed is out of step while a change is under way; `make check` says so.
pytestmark = pytest.mark.slow

MAINS = [fit.main, petab.main, sensitivity.main, evidence.main]


@pytest.mark.parametrize("main", MAINS, ids=lambda main: main.__module__)
def test_what_is_committed_is_in_step(main, capsys):
    assert main(["--check"]) == 0 and capsys.readouterr().out == ""


@pytest.mark.breaks("ketamine_mtor.sensitivity --check")
def test_tables_of_other_claims_and_numbers_are_named(monkeypatch, capsys):
    load, load_decided = sensitivity.load, sensitivity.load_decided

    def without_a_number(text):
        found = load(text)
        return replace(found, columns=found.columns[1:], values=np.delete(found.values, 0, axis=1))

    monkeypatch.setattr(sensitivity, "load", without_a_number)
    monkeypatch.setattr(sensitivity, "load_decided", lambda text: load_decided(text)[1:])
    lost = load(tables.committed(tables.CLAIMS)).columns[0]
    claim = load_decided(tables.committed(tables.DECIDED))[0].claim
    assert sensitivity.main(["--check"]) == 1
    said = capsys.readouterr().out.splitlines()
    ending = "; run: make sensitivity"
    assert f"validation/results/decided.tsv is of other claims ({claim}){ending}" in said
    assert f"validation/results/sensitivity.tsv is of other numbers ({lost}){ending}" in said
    assert f"validation/results/elasticity.tsv is of other numbers ({lost}){ending}" in said


@pytest.mark.breaks("ketamine_mtor.sensitivity.evidence --check")
def test_pages_of_other_numbers_are_named(monkeypatch, capsys):
    whole = knowledge.load()
    one = whole.parameters["BDNF_release"]
    other = {**whole.parameters, one.id: replace(one, note="of another paper")}
    monkeypatch.setattr(knowledge, "load", lambda: replace(whole, parameters=other))
    assert evidence.main(["--check"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.endswith("docs/parameters.md is not what is generated; run: make parameters")


@pytest.mark.breaks("ketamine_mtor.fit --check")
def test_results_of_another_value_are_named(monkeypatch, capsys):
    text = paths.read(paths.validation() / "results" / "fit.tsv")
    assert fit.out_of_step(text, [], {}) and fit.out_of_step("fit\n", [], {}) == []
    number, *_ = fit.load_fits()[0].parameters
    monkeypatch.setattr(fit, "load_fits", lambda: [])
    assert fit.main(["--check"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert any(f" {number} " in line and line.endswith("; run: make fit") for line in said)


@pytest.mark.breaks("ketamine_mtor.petab_problem --check")
def test_a_page_of_another_problem_is_named(monkeypatch, capsys):
    monkeypatch.setattr(petab.petab_problem, "page", lambda problem: "another table")
    assert petab.main(["--check"]) == 1
    assert capsys.readouterr().out == (
        "docs/petab.md is not what is generated;"
        " run: python -m ketamine_mtor.petab_problem --page\n"
    )


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
    assert line.endswith(f"{page.name}.md is not what is generated; run: make contradictions")

"""README.md shows the verdicts of the caption's claims, and says when they are of another model."""

from __future__ import annotations

import pytest

from ketamine_mtor import paths
from ketamine_mtor.files import BEGIN, END
from ketamine_mtor.report import readme
from tests.report_kit import BAD, result


def test_a_row_is_a_claim_with_its_number_and_status():
    heading, _, row, *_, last = readme.table(result()).splitlines()
    assert heading == (
        "| claim | what the caption says | the condition nearest to its threshold | measured |"
        " threshold | status |"
    )
    claim = result().verdicts[0].claim
    said = claim.conditions[0].say()
    assert row.startswith(f"| {claim.number} | {claim.statement} | {said} | ") and row.endswith(
        "| pass |"
    )
    assert last.endswith(": 1 pass, 0 fail, 0 not run.")


@pytest.mark.breaks("ketamine_mtor.report.readme --check")
def test_a_readme_of_other_verdicts_is_named(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    page = tmp_path / "README.md"
    page.write_text(f"Before\n{BEGIN}\n{END}\nAfter\n", encoding="utf-8")
    monkeypatch.setattr(readme, "validate", result)
    assert readme.main([]) == 0 and "| pass |" in page.read_text(encoding="utf-8")
    assert readme.main(["--check"]) == 0
    capsys.readouterr()
    monkeypatch.setattr(readme, "validate", lambda: result(BAD))
    assert readme.main(["--check"]) == 1
    assert capsys.readouterr().out == "README.md is out of step; run: make readme\n"
    assert "| pass |" in page.read_text(encoding="utf-8")

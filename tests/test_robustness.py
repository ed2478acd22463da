"""The committed table of how often the caption's claims hold: made, looked at, and out of step."""

from __future__ import annotations

import pytest

from ketamine_mtor import robustness

CLAIMS = ["C01_ketamine_blocks_NMDARs"]


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Options for four sets and one claim, in a folder of their own."""
    monkeypatch.setattr(robustness, "SETS", 4)
    monkeypatch.setattr(robustness, "caption_claims", lambda: CLAIMS)
    return ["--table", str(tmp_path / "made.tsv"), "--out", str(tmp_path / "chunks")]


def test_the_committed_table_is_of_all_claims_of_the_caption():
    text = robustness.committed().read_text()
    head, *rows = (line.split("\t") for line in text.splitlines())
    assert [row[0] for row in rows] == [*robustness.caption_claims(), "all together"]
    assert {row[head.index("sets")] for row in rows} == {str(robustness.SETS)}
    assert robustness.out_of_step(text) == []


def test_a_table_of_other_models_claims_or_ranges_is_seen(small, monkeypatch, capsys, tmp_path):
    assert robustness.main([*small, "--workers", "1"]) == 0
    assert capsys.readouterr().out.endswith(f"\nwritten: {tmp_path / 'made.tsv'}\n")
    made = (tmp_path / "made.tsv").read_text()
    assert made.splitlines()[1].startswith(f"{CLAIMS[0]}\t4\t")
    assert robustness.main([*small, "--check"]) == 0 and capsys.readouterr().out == ""
    for what, value in (
        ("SETS", 5),
        ("caption_claims", lambda: ["C02"]),
        ("subject", lambda *_: {"models": "others"}),
    ):
        with monkeypatch.context() as changed:
            changed.setattr(robustness, what, value)
            assert robustness.main([*small, "--check"]) == 1
        assert "make robustness" in capsys.readouterr().out
    assert robustness.out_of_step("claim\tsets\n") != []


def test_what_was_stopped_says_in_a_line_how_to_go_on(small, monkeypatch, capsys, tmp_path):
    def stopped(*_, **options):
        raise KeyboardInterrupt("interrupted: 3 of 79 chunks are kept")

    monkeypatch.setattr(robustness, "ensemble", stopped)
    assert robustness.main(small) == 1
    said = capsys.readouterr()
    assert said.err == "error: interrupted: 3 of 79 chunks are kept; the same again goes on\n"
    assert not (tmp_path / "made.tsv").exists()


def test_wrong_input_gets_one_line_and_leaves_the_table(small, capsys, tmp_path):
    page = tmp_path / "made.tsv"
    page.write_text("as it was")
    assert robustness.main([*small, "--workers", "0"]) == 2
    assert capsys.readouterr().err.count("\n") == 1 and page.read_text() == "as it was"

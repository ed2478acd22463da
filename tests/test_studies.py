"""The committed studies: made, looked at, out of step, stopped and gone on with."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ketamine_mtor import knowledge
from ketamine_mtor.claims import load_claims
from ketamine_mtor.claims.judge import FAIL, NOT_RUN, PASS
from ketamine_mtor.claims.model import number
from ketamine_mtor.claims.mutants import load_groups, load_spare
from ketamine_mtor.claims.study import Study
from ketamine_mtor.ensembles.summary import ALL
from ketamine_mtor.errors import InputError
from ketamine_mtor.studies import making, necessity, page, picture, rivals, robustness
from ketamine_mtor.studies.necessity import GROUP, MUTANT, RULE, Removal, Without
from ketamine_mtor.studies.robustness import DRAWS, Draw

pytestmark = pytest.mark.slow

CLAIMS = load_claims()
CAPTION = [claim.id for claim in CLAIMS if claim.kind == "caption"]
C01, C02 = CAPTION[:2]
EACH = {each.name: each for each in page.STUDIES}


# The committed tables


@pytest.mark.parametrize("name", EACH)
def test_the_committed_table_is_of_what_there_is_now(name):
    assert EACH[name].out_of_step(EACH[name].frame()) == []


@pytest.mark.breaks(
    "ketamine_mtor.studies.necessity --check",
    "ketamine_mtor.studies.rivals --check",
    "ketamine_mtor.studies.robustness --check",
)
@pytest.mark.parametrize("name", EACH)
def test_a_table_of_before_closes_its_command(name, tmp_path, capsys):
    each = EACH[name]
    text = each.file().read_text(encoding="utf-8").replace(each.identity(), "of before")
    each.file(tmp_path).write_text(text, encoding="utf-8")
    options = ["--check", "--tables", str(tmp_path)]
    assert making.run([each], lambda given: [], options) == 1
    assert f"run: {each.command}" in capsys.readouterr().out


def test_the_committed_matrix_has_every_rule_and_no_fault():
    rows = necessity.from_frame(necessity.STUDY.frame())
    assert [Removal(row.kind, row.name, row.rules) for row in rows] == necessity.removals(CLAIMS)
    assert list(necessity.faults(rows, CLAIMS, load_spare())) == []


def test_the_edges_that_the_mission_names_are_removed_as_a_whole():
    assert {"Akt to mTORC1", "BDNF translation to release", "GAP43 to CaM"} <= set(load_groups())
    rows = {row.name: row for row in necessity.from_frame(necessity.STUDY.frame())}
    assert {"C13", "C15"} <= set(rows["Akt to mTORC1"].flips)
    assert "C26" in rows["BDNF translation to release"].flips
    assert "C33" in rows["GAP43 to CaM"].flips


def test_the_committed_rivals_are_of_every_claim_and_the_caption_passes():
    rows = rivals.from_frame(rivals.STUDY.frame())
    assert [row.claim for row in rows] == [claim.id for claim in CLAIMS]
    assert all(row.status["caption"] == PASS for row in rows if row.kind == "caption")
    assert len(rivals.disputed(rows)) > 0
    (compared,) = (row for row in rows if row.claim.startswith("L34_"))
    assert set(compared.status.values()) == {rivals.NOT_ASKED}


def test_what_a_variants_note_says_of_the_caption_is_in_the_table():
    rows = rivals.from_frame(rivals.STUDY.frame())
    noted = {name: row.note for name, row in knowledge.load().variants.items() if row.note}
    assert noted and noted.keys() <= set(rivals.RIVALS)
    for name, note in noted.items():
        lost = {number(r.claim) for r in rows if r.kind == "caption" and r.status[name] != PASS}
        assert set(re.findall(r"\bC\d\d\b", note)) == lost


def test_the_committed_shares_are_of_every_claim_and_draw():
    table = robustness.HOLDS.frame()
    for draw in DRAWS:
        own = table[table["within"] == draw.within]
        assert list(own["claim"]) == [*CAPTION, ALL] and set(own["sets"]) == {draw.sets}
    assert DRAWS[0] == Draw(None, 10_000, "sobol")


# A study


def of(subject: dict, **columns) -> tuple[Study, pd.DataFrame]:
    made = Study("test", "make tests", "things", lambda: subject)
    return made, pd.DataFrame(columns or {"a": [1, 2]})


def test_a_table_of_something_else_is_seen(tmp_path):
    subject = {"models": "some"}
    made, frame = of(subject)
    (tmp_path / "test.tsv").write_text(made.text(frame))
    assert made.out_of_step(made.frame(tmp_path)) == []
    subject["models"] = "others"
    (line,) = made.out_of_step(made.frame(tmp_path))
    assert "of other things" in line and "make tests" in line
    assert made.out_of_step(frame) and made.out_of_step(frame[:0])


def test_what_is_no_table_is_one_line(tmp_path):
    made, _ = of({})
    for text in ("", None):
        if text is not None:
            (tmp_path / "test.tsv").write_text(text)
        with pytest.raises(InputError, match=r"test\.tsv") as caught:
            made.frame(tmp_path)
        assert str(caught.value).count("\n") == 0


def ran(tmp_path, make, *options, **more) -> int:
    made, _ = of({"models": "some"})
    return making.run([made], make, ["--tables", str(tmp_path), *options], **more)


def test_run_writes_checks_and_says_what_is_wrong(tmp_path, capsys):
    _, frame = of({})
    assert ran(tmp_path, lambda given: [frame]) == 0
    assert capsys.readouterr().out == f"written: {tmp_path / 'test.tsv'}\n"
    assert ran(tmp_path, lambda given: [], "--check") == 0
    wrong = {"look": lambda frame: [f"{len(frame)} rows are wrong"]}
    assert ran(tmp_path, lambda given: [frame], **wrong) == 1
    assert ran(tmp_path, lambda given: [], "--check", **wrong) == 1
    assert capsys.readouterr().out.count("2 rows are wrong") == 2


def test_run_that_is_stopped_or_refused_leaves_the_table(tmp_path, capsys):
    (tmp_path / "test.tsv").write_text("as it was")

    def stopped(given):
        raise KeyboardInterrupt("interrupted: 3 of 79 are kept")

    def refused(given):
        raise InputError("workers is 0; allowed: more")

    assert ran(tmp_path, stopped) == 1
    assert capsys.readouterr().err == (
        "error: interrupted: 3 of 79 are kept; the same again goes on\n"
    )
    assert ran(tmp_path, refused) == 2
    assert capsys.readouterr().err == "error: workers is 0; allowed: more\n"
    assert (tmp_path / "test.tsv").read_text() == "as it was"


# Necessity


def row(name: str, flips=(), not_run=(), kind=RULE) -> Without:
    return Without(kind, name, (name,), tuple(flips), tuple(not_run))


def test_a_claim_flips_only_from_pass_to_fail():
    asked = [Removal(RULE, "r", ("r",)), Removal(GROUP, "g", ("r", "s"))]
    whole = {"A1_x": PASS, "A2_x": PASS, "A3_x": FAIL}
    found = {
        ("r",): {"A1_x": FAIL, "A2_x": NOT_RUN, "A3_x": FAIL},
        ("r", "s"): {"A1_x": PASS, "A2_x": FAIL, "A3_x": PASS},
    }
    assert necessity.matrix(asked, whole, found) == [
        Without(RULE, "r", ("r",), ("A1",), ("A2",)),
        Without(GROUP, "g", ("r", "s"), ("A2",), ()),
    ]


def test_a_claim_counts_as_shown_only_where_all_above_it_pass():
    second = next(claim for claim in CLAIMS if claim.upstream == (C01,))
    name, above = second.number, number(C01)
    alone, with_it, unrun = (
        row("alone", [name]),
        row("both", [name, above]),
        row("unrun", [name], [above]),
    )
    assert necessity.own([alone, with_it, unrun], second.id, CLAIMS) == [alone]


def test_what_a_row_is_without_is_named_for_the_claims_readers():
    rows = [row("rule"), row("edge", kind=GROUP), row("C01", kind=MUTANT), row("C02", kind=MUTANT)]
    assert list(necessity.named(rows, C01)) == [
        ("rule", True),
        ("edge", False),
        (necessity.OWN_LINK, False),
    ]


def test_each_fault_of_a_matrix_is_seen():
    (one,) = (replace(claim, upstream=()) for claim in CLAIMS if claim.id == C01)
    fine = [row("needed", ["C01"]), row("resting", not_run=["C01"]), row("spare")]
    assert list(necessity.faults(fine, [one], ["spare"])) == []
    (line,) = necessity.faults(fine, [one], [])
    assert line.startswith("spare: every claim passes without it")
    (line,) = necessity.faults(fine, [one], ["spare", "needed"])
    assert line.startswith("needed: is spare")
    (line,) = necessity.faults([row("spare")], [one], ["spare"])
    assert line.startswith(C01)


def test_several_rules_of_a_claim_are_removed_together():
    removed = necessity.removals(CLAIMS)
    assert all(len(each.rules) > 1 for each in removed if each.kind == MUTANT)
    assert [each.rules for each in removed if each.kind == RULE and len(each.rules) != 1] == []


def test_mutants_that_are_kept_are_not_made_again(tmp_path, monkeypatch):
    made = []

    def judged(rules):
        made.append(rules)
        if rules == ("stop",):
            raise KeyboardInterrupt
        return json.dumps({C01: FAIL}).encode()

    monkeypatch.setattr(necessity, "judged", judged)
    with pytest.raises(KeyboardInterrupt, match="1 of 3 mutants are kept"):
        necessity.statuses([("a",), ("stop",), ("b",)], tmp_path, workers=1)
    found = necessity.statuses([("a",), ("b",), ("a",)], tmp_path, workers=1)
    assert found == {("a",): {C01: FAIL}, ("b",): {C01: FAIL}}
    assert made == [("a",), ("stop",), ("b",)]


def test_a_table_of_the_matrix_is_read_as_it_was_written(tmp_path):
    rows = [Without(GROUP, "a, b", ("a", "b"), ("C01", "C02"), ()), row("c", not_run=["C01"])]
    made = Study("test", "make tests", "things", dict)
    (tmp_path / "test.tsv").write_text(made.text(necessity.to_frame(rows)))
    assert necessity.from_frame(made.frame(tmp_path)) == rows


# Rivals


def claim_of(name: str):
    return next(claim for claim in CLAIMS if claim.id.startswith(f"{name}_"))


def variants(claim, rival: str) -> set[str]:
    return {experiment.variant for experiment in rivals.asked_of_each(claim).needed(rival)}


def test_what_is_said_of_one_rival_is_asked_of_each():
    assert variants(claim_of("L33"), "caption") == {"caption"}
    assert variants(claim_of("C05"), "eef2k") == {"eef2k"}


def test_what_compares_variants_or_is_of_an_animal_stays_as_it_is():
    assert variants(claim_of("L31"), "eef2k") == {"eef2k", "val66met"}
    assert rivals.compares(claim_of("L34")) and not rivals.compares(claim_of("L31"))
    assert variants(claim_of("L30"), "caption") == {"human"}


def test_rivals_that_differ_are_told_apart(tmp_path):
    found = {rival: {C01: PASS, C02: PASS} for rival in rivals.RIVALS}
    found["eef2k"] = {C01: FAIL, C02: PASS}
    both = [claim for claim in CLAIMS if claim.id in (C01, C02)]
    rows = rivals.stands(found, both)
    assert [each.claim for each in rivals.disputed(rows)] == [C01]
    made = Study("test", "make tests", "things", dict)
    (tmp_path / "test.tsv").write_text(made.text(rivals.to_frame(rows)))
    assert rivals.from_frame(made.frame(tmp_path)) == rows


# Robustness


def test_the_tables_of_a_small_draw(monkeypatch, tmp_path, capsys):
    draws = (Draw(None, 4), Draw(1.5, 2))
    monkeypatch.setattr(robustness, "DRAWS", draws)
    monkeypatch.setattr(robustness, "caption_claims", lambda: [C01])
    options = ["--tables", str(tmp_path), "--out", str(tmp_path / "chunks"), "--workers", "1"]
    both = [robustness.HOLDS, robustness.DECIDES]
    assert making.run(both, robustness.make, options) == 0
    table = robustness.HOLDS.frame(tmp_path)
    assert [*zip(table["within"], table["claim"], table["sets"], strict=True)] == [
        ("ranges", C01, 4),
        ("ranges", ALL, 4),
        ("1.5", C01, 2),
        ("1.5", ALL, 2),
    ]
    assert (tmp_path / "chunks" / "1.5" / "manifest.json").exists()
    assert making.run(both, robustness.make, [*options, "--check"]) == 0
    monkeypatch.setattr(robustness, "DRAWS", (Draw(None, 5),))
    assert making.run(both, robustness.make, [*options, "--check"]) == 1
    assert "make robustness" in capsys.readouterr().out


class Found:
    """An ensemble in which the first number alone decides the first claim, and none the second."""

    claims = ("one", "never")

    def __init__(self):
        rng = np.random.default_rng(0)
        points = np.exp(rng.normal(size=(600, 8)))
        self.parameters = pd.DataFrame(points, columns=list("abcdefgh"))
        self.parameters.insert(0, "set", range(600))
        holds = np.where(points[:, 0] < 1, PASS, FAIL)
        self.frame = pd.DataFrame({"one": holds, "never": FAIL})


def test_what_decides_a_claim_is_found():
    found, never, _ = robustness.deciding(Found())
    assert never == {"claim": "never"} | dict.fromkeys(robustness.DECIDING[1:], "")
    assert found["claim"] == "one" and found["number"] == "a" and found["more_is"] == "worse"
    assert 0.5 < found["share"] <= 1 and 0 < found["plus_minus"] < 0.2


def test_what_is_left_to_chance_is_not_said_to_decide():
    found = Found()
    found.frame["one"] = np.random.default_rng(1).choice([PASS, FAIL], 600)
    assert {each["number"] for each in robustness.deciding(found)} == {""}


# The picture

MADE_UP = [
    Without(RULE, "spike_opens_terminal", ("spike_opens_terminal",), ("C05", "C07"), ("C06",)),
    Without(GROUP, "a < loop", ("spike_opens_terminal",), (), ()),
    Without(MUTANT, "C18", ("spike_opens_terminal",), ("C06",), ()),
]


def drawn(of: str, svg: str) -> int:
    """How many bars of this colour there are."""
    return sum(line.count("z") for line in svg.splitlines() if f'fill="{of}"' in line)


def test_a_cell_says_what_its_row_does_to_its_claim():
    where = [claim.number in ("C05", "C06", "C07") for claim in CLAIMS]
    first, second, third = picture.cells(MADE_UP, CLAIMS)[:, where]
    assert list(first) == [picture.ALONE, picture.NOT_RUN, picture.FAILS]
    assert not second.any() and list(third) == [picture.PASSES, picture.ALONE, picture.PASSES]


def test_kinds_of_rows_and_of_claims_stand_apart_under_headings():
    svg = picture.heat_map(MADE_UP, CLAIMS)
    headings = [block.heading for block in picture.blocks(MADE_UP)]
    places = [svg.index(f">{each}<") for each in (picture.TITLE, *headings)]
    assert places == sorted(places)
    for kind in ("caption", "literature", "expectation"):
        assert svg.count(f">{kind} claims<") == len(headings)
    for name in ("a &lt; loop", "C18 mTORC1 phosphorylates 4EBP", "spike_opens_terminal"):
        assert svg.count(f">{name}<") == 1
    assert svg.count(">glutamate<") == 1, "the module of the rule"
    # What stands side by side is one bar, within one kind of claims.
    assert drawn(picture.COLOURS[picture.NOT_RUN], svg) == 1
    assert drawn(picture.COLOURS[picture.PASSES], svg) == 4 + 3 + 4


def test_the_committed_page_and_picture_are_of_the_tables():
    assert page.main(["--check"]) == 0


@pytest.mark.breaks("ketamine_mtor.studies.page --check")
def test_a_page_of_other_tables_is_seen(monkeypatch, capsys):
    monkeypatch.setattr(page, "STUDIES", ())
    monkeypatch.setattr(page, "files", lambda: {"docs/studies.md": b"of before"})
    assert page.main(["--check"]) == 1
    said = "docs/studies.md is out of step; run: "
    assert capsys.readouterr().out == f"{said}python -m ketamine_mtor.studies.page\n"
    for each in (necessity.STUDY, rivals.STUDY):
        before = replace(each, subject=lambda: {"of": "before"})
        monkeypatch.setattr(page, "STUDIES", (*page.STUDIES, before))
    assert page.main(["--check"]) == 1
    assert capsys.readouterr().out == f"{said}make mutants\n"

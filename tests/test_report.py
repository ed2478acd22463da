"""The table and the page say what the verdicts say, and the page needs nothing from outside."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from rich.console import Console

from docs.site import check
from ketamine_mtor import report
from ketamine_mtor.claims import Result, load_claims
from ketamine_mtor.claims.judge import Runs, judge
from ketamine_mtor.claims.mutants import Mutant, Necessity
from ketamine_mtor.errors import InputError, SimulationError
from ketamine_mtor.report import origins, page
from ketamine_mtor.report.findings import Findings, Found
from ketamine_mtor.studies.necessity import OWN_LINK
from ketamine_mtor.studies.page import STUDIES
from tests.claims_kit import FakeRuns, claim_with
from tests.report_kit import BAD, GOOD, REST, RISE, result

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def studies_in_step():
    """The committed studies are of the model that there is; else says how to renew them."""
    stale = [line for each in STUDIES for line in each.out_of_step(each.frame())]
    if stale:
        pytest.fail("; ".join(stale))


def printed(found: Result) -> str:
    out = io.StringIO()
    Console(file=out, width=120).print(report.table(found))
    return out.getvalue()


def of_kinds(*kinds: str) -> Result:
    claims = [
        replace(RISE, id=f"{kind[0].upper()}01_test", kind=kind, statement=f"A {kind}.", quote=())
        for kind in kinds
    ]
    return result(claims=claims)


def test_the_table_says_what_was_measured():
    good, bad = printed(result()), printed(result(BAD))
    assert "For a test." in good and "50 %" in good and ">= 10 %" in good and "pass" in good
    assert "fail" in bad and "glutamate up by at least 10 %" in bad
    assert "glutamate in ketamine" in good
    assert "1 not run" in printed(result(SimulationError("too stiff")))


def test_kinds_stand_apart_in_this_order(quoting):
    found = of_kinds("expectation", "caption", "literature")
    titles = [title for title, _ in report.KINDS.values()]
    for text in (printed(found), report.render(found)):
        places = [text.index(title) for title in titles]
        said = [text.index(f"A {kind}.") for kind in report.KINDS]
        assert places == sorted(places) and said == sorted(said)
        assert places[0] < said[0] < places[1] < said[1] < places[2] < said[2]
    assert titles[2] not in printed(of_kinds("caption", "literature"))


def test_both_bounds_of_a_peak_are_said_and_its_condition_once(quoting):
    bounds = {"goes": "up", "between": ["1 min", "1 h"], "times_baseline": [1.2, 2]}
    text = report.render(result(claims=(claim_with("peak", readout="glutamate", **bounds),)))
    behind = text[text.index('<details class="claim"') :]
    assert ">1 to 60 min<" in behind and ">1.2 to 2 x baseline<" in behind
    assert behind.count("glutamate peaks (up)") == 1
    assert "&gt;= 1.2" not in text


def test_the_page_stands_alone(tmp_path, quoting):
    path = tmp_path / "results" / "report.html"
    report.write(result(), path)
    text = path.read_text(encoding="utf-8")
    loaded = re.findall(r"\ssrc\s*=\s*\"([^\"]*)\"", text)
    assert loaded and all(each.startswith("data:image/svg+xml;base64,") for each in loaded)
    links = re.findall(r"\shref\s*=\s*\"([^\"]*)\"", text)
    assert links and all(
        each.startswith(("#", "https://doi.org/", "https://pubmed.ncbi.nlm.nih.gov/"))
        for each in links
    )
    assert "@import" not in text and "url(" not in text and "<link" not in text
    said = "glutamate up by at least 10 % against baseline, once in 0 min to 2 h (ketamine)"
    assert text.count(said) == 2, "in the table of all claims and in the claim's own"
    for part in ("For a test.", "raises glutamate", "E01", "pass", "&amp; more"):
        assert part in text
    assert os.listdir(path.parent) == ["report.html"]


def test_a_plot_shows_line_window_and_threshold(quoting):
    text = report.render(result())
    encoded = re.findall(r"svg\+xml;base64,([^\"]+)", text)[0]
    svg = base64.b64decode(encoded).decode()
    assert svg.count("<svg") == 1
    assert "glutamate" in svg and "time after ketamine (min)" in svg
    assert "C01_test" in text and ">vehicle<" in svg


def test_a_page_with_failures_says_so(quoting):
    assert "All as expected" in report.render(result())
    assert "fail, expected pass" in report.render(result(BAD))
    assert "too stiff" in report.render(result(SimulationError("too stiff")))


MATRIX = (
    Necessity(Mutant("C01_test", ("rule_a", "rule_b"), "Nothing is made."), "fail", "", ()),
    Necessity(Mutant("C02_test", ("rule_c",), "It stays."), "pass", "", (("C01_test", "fail"),)),
)


def test_the_necessity_matrix_is_shown(quoting):
    runs = Runs([RISE], FakeRuns(ketamine=GOOD, ketamine_vehicle=REST))
    found = Result(judge([RISE], runs), runs, {}, MATRIX)
    out = io.StringIO()
    Console(file=out, width=120).print(report.necessity(found))
    text = report.render(found)
    matrix = text[text.index(">Necessity, judged now") : text.index('id="studies"')]
    assert [matrix.count(f">{word}<") for word in ("shown", "not shown")] == [2, 1]
    assert "C01 test: fail" in matrix and "1 of 2 are shown" in matrix
    for part in ("rule_a, rule_b", "rule_c", "C01_test"):
        assert part in out.getvalue() and part in text
    assert "1 of 2 claims fail without their rules" in out.getvalue()
    assert "Nothing is made." in text
    assert "judged now" not in report.render(result())


def test_a_page_that_cannot_be_made_leaves_the_old_one(tmp_path, quoting, monkeypatch):
    path = tmp_path / "report.html"
    report.write(result(), path)
    before = path.read_bytes()

    def broken(*_):
        raise OSError(28, "disk full")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(InputError, match="cannot be written"):
        report.write(result(BAD), path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["report.html"]


def test_pieces_of_the_caption_carry_the_worst_status():
    good, bad = result().verdicts[0], result(BAD).verdicts[0]
    found = report.pieces("Ketamine raises glutamate soon", [good, bad])
    assert [(p.text, p.status) for p in found] == [
        ("Ketamine ", ""),
        ("raises glutamate", "fail"),
        (" soon", ""),
    ]


@pytest.mark.usefixtures("studies_in_step")
def test_the_real_claims_can_be_shown(monkeypatch):
    # Without a run a plot is empty, and drawing 95 of them takes most of a minute.
    monkeypatch.setattr("ketamine_mtor.report.plots.draw", lambda *_: "<svg/>")
    claims = load_claims()
    runs = Runs(claims, lambda experiment: (_ for _ in ()).throw(SimulationError("no model")))
    text = report.render(Result(judge(claims, runs), runs, {}))
    assert all(f'<details class="claim" id="{claim.id}"' in text for claim in claims)
    assert all(f"<h4>{part}</h4>" in text for part in BEHIND)


BEHIND = ("The rules of its link", "Necessity", "Robustness", "In rival variants")


def test_what_is_behind_a_claim_has_its_papers():
    (step,) = origins.steps(["BDNF_binds_TrkB", "no_such_rule"])
    assert step.module == "trkb" and "BDNF" in step.pattern
    assert {value.id for value, _ in step.numbers} == {"BDNF_TrkB_Kd", "BDNF_TrkB_off"}
    (other,) = origins.steps(["GABAAR_silences_pyramidal_cell"])
    assert any(paper.address.startswith("https://") for paper in other.papers)
    assert origins.papers(["assumed"]) == (origins.Paper("assumed", "", ""),)


def behind(text: str, claim: str) -> str:
    """What the page says behind a claim."""
    return text[text.index(f'id="{claim}"') :].partition('<details class="claim"')[0]


def test_what_a_claim_fails_without_starts_with_its_own_and_is_short(quoting, monkeypatch):
    own = tuple((f"rule_{number}", True) for number in range(8))
    found = SimpleNamespace(**{**vars(page.Findings()), "of": lambda _: Found(own, 9)})
    monkeypatch.setattr(page, "Findings", lambda: found)
    below = replace(RISE, id="C02_below", upstream=(RISE.id,))
    text = report.render(result(claims=(RISE, below)))
    first, second = behind(text, RISE.id), behind(text, below.id)
    for said in (first, second):
        shown, _, folded = said.partition("<details>")
        assert "rule_5" in shown and "and 2 more." in shown and "rule_6" not in shown
        assert "rule_6" in folded and "rule_7" in folded
    assert "No claim lies upstream of it" in first and "In all" not in first
    assert "No claim" not in second and "In all it fails without 9" in second


@pytest.mark.usefixtures("studies_in_step")
def test_the_rules_of_a_claims_own_link_are_the_first_that_it_fails_without():
    claim = next(claim for claim in load_claims() if claim.number == "L08")
    found = Findings().of(claim)
    link = origins.own_rules()[claim.id]
    assert {name for name, _ in found.first} > set(link) and found.rest
    assert {name for name, _ in found.own[: len(link) + 1]} == {*link, OWN_LINK}


@pytest.mark.usefixtures("studies_in_step")
def test_the_studies_of_other_models_are_not_shown(monkeypatch):
    claim = load_claims()[0]
    assert Findings().of(claim).own and Findings().of(claim).shares
    assert Findings().of(replace(claim, id="C01_test")).own == ()
    from ketamine_mtor.claims.study import Study

    monkeypatch.setattr(Study, "identity", lambda self: "another")
    found = Findings()
    assert len(found.missing) == 4 and not found.of(claim).own and not found.of(claim).shares


def test_on_paper_only_the_captions_claims_have_all_that_is_behind_them(quoting):
    text = report.render(of_kinds("caption", "literature"))
    for claim, kind in (("C01_test", "caption"), ("L01_test", "literature")):
        said = behind(text, claim)
        assert f'data-kind="{kind}"' in said and said.count('class="more"') == 1
        assert 'class="wide more"><img' in said
    assert "details.claim:not([data-kind=caption]) > .more" in text


def test_only_the_script_of_the_page_may_run(quoting):
    text = report.render(result())
    script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script[-1].encode()).digest()).decode()
    assert len(script) == 1 and f"script-src 'sha256-{digest}'" in text
    assert "default-src 'none'" in text


#: What somebody might write into a claim, a table or the name of an experiment.
HOSTILE = (
    """"'><script src="https://example.org/a.js">alert(1)</script><img onerror='alert(2)'>&amp;"""
)


class Markup(HTMLParser):
    """The elements of a page, each with the names of its attributes."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, *(name for name, _ in attrs)))


def said_everywhere(words: str) -> str:
    """The page of a claim of which every text is ``words``."""
    texts = dict.fromkeys(("statement", "biology", "note", "stretch", "link"), words)
    setups = {
        name: replace(setup, name=words, what=words) for name, setup in RISE.experiments.items()
    }
    claim = replace(RISE, **texts, source=(words,), experiments=setups)
    found = result(claims=(RISE,))
    (verdict,) = found.verdicts
    found.verdicts = (replace(verdict, claim=claim, not_run=words),)
    found.surprises, found.variant = (words,), words
    return report.render(found)


def test_text_cannot_become_markup(quoting, monkeypatch):
    monkeypatch.setattr("ketamine_mtor.report.plots.draw", lambda *_: "<svg/>")
    plain, hostile = said_everywhere("1 alert(1)"), said_everywhere(HOSTILE)
    assert hostile.count("alert(1)") == plain.count("alert(1)") > 9
    assert Markup(hostile).found == Markup(plain).found
    assert check.from_the_network(hostile) == []
    assert page.to_json({"a": "</script>"}) == '{"a":"\\u003c/script>"}'


def test_markup_in_a_text_is_seen():
    assert Markup(f"<p>{HOSTILE}</p>").found != Markup("<p>words</p>").found
    assert Markup(f'<p title="{HOSTILE}"></p>').found != Markup('<p title="words"></p>').found
    assert Markup(f"<p>{html.escape(HOSTILE)}</p>").found == Markup("<p>words</p>").found

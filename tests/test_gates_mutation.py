"""The gate that changes the code: what it makes of mutmut's words, and when it closes."""

from __future__ import annotations

import pytest

from gates import mutation
from gates.mutation import LEAST, LISTED, blunt, change, judged, unjudged

DIFFERENCE = """--- a.py
+++ a.py
@@ -1,3 +1,3 @@
 def double(number):
-    text = "--" + \\
-        number
+    text = "--" - \\
+        number
     return text
"""
ROW = "where\tbefore\tafter\twhy\nclaims.judge.margin\ta + b\ta - b\tb is 0\n"


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("ketamine_mtor.claims.measures.x__peak__mutmut_13", "claims.measures._peak"),
        ("ketamine_mtor.claims.judge.x_margin__mutmut_2", "claims.judge.margin"),
        ("ketamine_mtor.claims.bench.xǁSeriesǁon__mutmut_1", "claims.bench.Series.on"),
        ("ketamine_mtor.claims.bench.xǁBenchǁ__init____mutmut_1", "claims.bench.Bench.__init__"),
    ],
)
def test_a_change_is_told_by_its_function_and_its_lines(name, where):
    before, after = 'text = "--" + \\ number', 'text = "--" - \\ number'
    assert change(name, DIFFERENCE) == (where, before, after)


def found(judge: int, emitter: int) -> dict[str, str]:
    """So many of a hundred changes of each are seen."""
    return {
        f"{prefix}a.x_b__mutmut_{i}": "killed" if i < seen else "survived"
        for prefix, seen in zip(mutation.PARTS.values(), (judge, emitter), strict=True)
        for i in range(100)
    }


def test_enough_changes_have_to_be_seen_of_each_part():
    least = round(100 * LEAST)
    assert blunt(found(least, least)) == []
    assert blunt(found(least - 1, least)) == ["the judge: at least 85% have to be seen"]
    assert blunt(found(100, least - 1)) == ["the emitter: at least 85% have to be seen"]
    assert len(blunt({})) == len(mutation.PARTS)


def test_a_change_that_ends_in_a_hang_or_a_crash_is_seen_and_one_without_tests_is_not():
    for status, faults in (("timeout", 0), ("segfault", 0), ("no tests", 2), ("skipped", 2)):
        assert len(blunt(dict.fromkeys(found(0, 0), status))) == faults


def test_what_no_test_sees_has_to_be_judged():
    listed = judged(ROW)
    known = ("claims.judge.margin", "a + b", "a - b")
    assert unjudged([known], listed) == []
    assert unjudged([known, ("x", "1", "2")], listed) == ["x\t1\t2"]
    assert unjudged([known], judged(ROW.replace("b is 0", ""))) == ["\t".join(known)]


def test_every_change_that_is_listed_is_judged():
    listed = judged(LISTED.read_text(encoding="utf-8"))
    assert listed and all(listed.values())


def outcome(monkeypatch, *answers) -> int:
    """The exit status where mutmut says this, of the blind test first."""
    said = iter(answers)
    monkeypatch.setattr(mutation, "results", lambda folder: next(said))
    monkeypatch.setattr(mutation, "survivors", lambda statuses: [("x", "1", "2")])
    monkeypatch.setattr(mutation, "judged", lambda text: {("x", "1", "2"): "no harm"})
    return mutation.main()


def test_the_gate_closes_on_changes_that_are_not_seen(monkeypatch, capsys):
    blind = {"blind.x_double__mutmut_1": "survived"}
    assert outcome(monkeypatch, blind, found(90, 90)) == 0
    assert outcome(monkeypatch, blind, found(90, 80)) == 1
    assert "the emitter: at least" in capsys.readouterr().out
    assert outcome(monkeypatch, {"blind.x_double__mutmut_1": "killed"}) == 1
    assert "the gate is open" in capsys.readouterr().out

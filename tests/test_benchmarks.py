"""What the benchmarks reckon and tell; nothing here looks at the time."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("numba")

from ketamine_mtor import paths
from ketamine_mtor.engines.session import Session
from ketamine_mtor.errors import InputError
from tests.benchmarks import (
    engines,
    ensembles,
    measure,
    page,
    picture,
    problems,
    samples,
    single,
    whole,
)
from tests.benchmarks.problems import MODEL
from tests.benchmarks.rows import (
    AROUND,
    GROWTH,
    JUDGED,
    MACHINE,
    MANY,
    MEMORY,
    ONE,
    START,
    Row,
    load,
    quicker,
    tsv,
)
from tests.benchmarks.workers import Workers


def row(engine, seconds, part=ONE, problem=MODEL, **more):
    more = {"species": 233, "error": 1e-6, "error95": 1e-6, "relative": 1e-8, **more}
    return Row(part, problem, engine=engine, seconds=seconds, **more)


def one_run(**seconds):
    """Runs of the model; a keyword is an engine with blanks as underscores."""
    return [row(name, own) for name, own in seconds.items()]


def ensemble(problem, species, base, same, claim, workers=1):
    own = {"part": MANY, "problem": problem, "species": species, "workers": workers}
    return [
        row(name, (seconds,) * 5, **own)
        for name, seconds in (
            (ensembles.ROADRUNNER, base),
            (ensembles.SAME, same),
            (ensembles.CLAIM, claim),
        )
    ]


# Errors


def test_an_error_is_the_largest_share_over_observables_and_times():
    reference = np.array([[[1.0, 100.0], [2.0, 100.0]]])
    found = reference + np.array([[[0.0, 1.0], [0.1, 0.0]]])
    assert measure.error(found, reference) == pytest.approx([0.05])


def test_what_is_far_below_its_maximum_is_a_share_of_a_thousandth_of_that():
    reference = np.array([[[1000.0], [0.001]]])
    found = reference + np.array([[[0.0], [0.1]]])
    assert measure.error(found, reference) == pytest.approx([0.1])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_infinitely_wrong(bad):
    reference = np.ones((2, 3, 1))
    found = reference.copy()
    found[1, 2, 0] = bad
    assert measure.error(found, reference).tolist() == [0.0, np.inf]


def test_of_nothing_something_is_wrong():
    nothing = np.zeros((1, 2, 1))
    assert measure.error(nothing, nothing).tolist() == [0.0]
    assert measure.error(nothing + 1e-3, nothing)[0] > measure.WRONG


def test_the_widest_tolerance_is_chosen_by_the_95_percent_quantile():
    errors = {1e-2: np.full(40, 1e-2), 1e-3: np.full(40, 5e-4), 1e-4: np.full(40, 1e-6)}
    assert ensembles.widest(errors, 1e-3) == 1e-3
    errors[1e-3][:1] = 1.0
    assert ensembles.widest(errors, 1e-3) == 1e-3
    errors[1e-3][:4] = 1.0
    assert ensembles.widest(errors, 1e-3) == 1e-4
    assert ensembles.widest(errors, 1e-9) is None


# Ratios


def test_a_ratio_is_the_median_of_the_rounds_ratios():
    slow, quick = row("a", (2.0, 30.0, 4.0)), row("b", (1.0, 10.0, 1.0))
    assert quicker(slow, quick) == 3.0
    assert quicker(row("a", (2.0, 8.0)), row("b", (1.0, 1.0))) == 5.0


def test_rounds_of_different_comparisons_are_not_compared():
    with pytest.raises(ValueError, match="zip"):
        quicker(row("a", (1.0, 2.0)), row("b", (1.0,)))


def test_what_is_wrong_or_absent_has_no_ratio():
    good, wrong = row("a", (2.0,)), row("b", (0.1,), error95=2 * measure.WRONG)
    assert wrong.wrong and not good.wrong
    assert quicker(good, wrong) is None and quicker(good, None) is None
    assert quicker(good, row("c", ())) is None


def test_rounds_are_interleaved_and_start_with_another_each_time():
    calls = []
    runs = {name: lambda name=name: calls.append(name) for name in "ab"}
    measure_least, measure.LEAST_S = measure.LEAST_S, 0.0
    try:
        found = measure.interleaved(runs, rounds=2)
    finally:
        measure.LEAST_S = measure_least
    assert calls == ["a", "b", "a", "b", "b", "a"]
    assert [len(found[name]) for name in "ab"] == [2, 2]


# What should hold


def held(rows):
    return {each.what: each for each in page.verdicts(rows)}


def test_the_verdicts_follow_the_numbers():
    rows = [
        row(engines.REFERENCE, (1.0,) * 5),
        row("ketamine_mtor", (1.0,) * 5),
        row(engines.REFERENCE, (1.0,) * 5, part=AROUND),
        row("ketamine_mtor", (1.02,) * 5, part=AROUND),
        row("COPASI", (2.0,) * 5),
        row("PySB SciPy", (5.0,) * 5),
        *ensemble("small", 58, 10.0, 1.0, 0.4),
        *ensemble("large", 233, 10.0, 1.0, 0.4),
        *ensemble("large", 233, 5.0, 0.6, 0.2, workers=2),
        Row(MEMORY, "small", engine="kernel", grown=3.0),
        Row(MEMORY, "small", engine="other", grown=30.0),
    ]
    found = held(rows)
    met = {what: each.met for what, each in found.items()}
    assert met == {
        "our `simulate` against bare libRoadRunner": True,
        "one run against COPASI": False,
        "one run against PySB's SciPy (Cython)": True,
        "ensemble at libRoadRunner's error, below 200 species": True,
        "ensemble at libRoadRunner's error, from 200 species on": False,
        "ensemble at claim accuracy against libRoadRunner at 1e-6": True,
        "two workers against one, kernel": False,
        "two workers against one, judged claims": None,
        "memory that 100,000 runs leave behind": False,
        "10,000 parameter sets, all caption claims, from nothing": None,
    }
    assert found["two workers against one, judged claims"].shown == "not measured"


def test_an_ensemble_that_lacks_a_measurement_is_not_said_to_hold():
    rows = ensemble("small", 58, 10.0, 1.0, 0.1)
    what = "ensemble at claim accuracy against libRoadRunner at 1e-6"
    assert held(rows)[what].met
    rows[-1] = replace(rows[-1], seconds=(), note="no tolerance is tight enough")
    assert held(rows)[what].met is None


def test_many_sets_are_reckoned_from_the_start_and_the_mean_of_chunks():
    rows = [
        Row(START, "claims", workers=2, seconds=(20.0,)),
        Row(JUDGED, "claims", workers=1, runs=128, seconds=(0.08, 0.08, 0.14)),
        Row(JUDGED, "claims", workers=2, runs=128, seconds=(0.04, 0.04, 0.07)),
    ]
    assert page.judging(rows) == pytest.approx((20, 0.05))
    whole = "10,000 parameter sets, all caption claims, from nothing"
    found = held(rows)
    assert found[whole].met and found[whole].value == pytest.approx((20 + 500) / 60)
    assert found["two workers against one, judged claims"].value == pytest.approx(2.0)
    assert page.judging(rows[1:]) is None and page.judging(rows[:2]) is None
    assert held(rows[1:])[whole].met is None


def test_two_workers_are_judged_by_the_rounds_of_all_networks():
    rows = [
        row(ensembles.SAME, (own,) * 5, part=MANY, problem=name, workers=count)
        for name, times in (("a", (1.0, 0.5)), ("b", (1.0, 0.5)), ("c", (1.7, 1.0)))
        for count, own in enumerate(times, 1)
    ]
    what = "two workers against one, kernel"
    assert held(rows)[what].met and held(rows)[what].shown == "2.00 (1.70 to 2.00)"
    assert not held(rows[4:])[what].met and held(rows[4:])[what].shown == "1.70"
    rows[-1] = replace(rows[-1], seconds=(), note="did not run")
    assert held(rows)[what].met is None


def test_the_pace_of_workers_is_that_of_their_rates_together():
    class Pool:
        """One that takes so long for each call, and longer beside another."""

        def __init__(self, seconds):
            self._seconds = seconds

        def submit(self, *_):
            return SimpleNamespace(result=lambda: self._seconds)

    quick, slow = Workers([Pool(1.0)]), Workers([Pool(1.0), Pool(3.0)])
    assert quick.pace(int, 1) == 1.0
    assert slow.pace(int, 1) == pytest.approx(1.5)
    assert slow.pace(int, 2) == pytest.approx(0.75)


def test_a_clock_may_be_given():
    found = measure.interleaved({"a": lambda: 7.0}, 2, clock=lambda run, repeats: run())
    assert found == {"a": [7.0, 7.0]}


def test_all_that_run_sets_agree_on_them():
    sets = samples.draw(problems.load("robertson"), 5)
    courses = [run(sets, 1e-6)(slice(1, 4)) for run in samples.ENGINES.values()]
    assert courses[0].shape == (3, len(sets.times) - 1, len(sets.observables))
    assert measure.error(*courses).max() < 1e-3
    assert measure.error(courses[0], 1.1 * courses[1]).min() > 1e-3


def test_a_chunk_is_judged_as_if_it_were_met_for_the_first_time(monkeypatch):
    plan = whole._plan()
    forgotten = []
    monkeypatch.setattr(Session, "forget", lambda session: forgotten.append(session))
    whole._anew(replace(plan, chunk=1, claims=plan.claims[:1]), 0)
    assert len(forgotten) == 1


def test_what_runs_leave_behind_is_seen(monkeypatch):
    left = []

    def leaks(sets, relative):
        return lambda chosen: left.append(np.ones(2**21)) or np.ones(1)

    def tidy(sets, relative):
        return lambda chosen: np.ones(2**21)

    monkeypatch.setattr(ensembles.samples, "ENGINES", {"leaks": leaks, "tidy": tidy})
    monkeypatch.setattr(ensembles, "_held", [np.zeros(5)])
    # 20 chunks of 16 MB, of which three are not counted, and one or two fit in what is free.
    assert 230 < ensembles._grown("leaks", 1e-6, 100) < 280
    assert ensembles._grown("tidy", 1e-6, 100) < 5


# What is absent


def problem():
    return SimpleNamespace(name=MODEL, size=2)


def test_an_engine_that_is_absent_is_told_with_its_reason(monkeypatch):
    def gone(problem, relative):
        raise ImportError("No module named 'gone'")

    def here(problem, relative):
        return lambda: np.ones((2, 1))

    monkeypatch.setattr(engines, "ENGINES", {engines.REFERENCE: here, "gone": gone})
    rows = list(single.compare(problem(), engines.ENGINES))
    assert [each.engine for each in rows] == [engines.REFERENCE, "gone"]
    assert rows[0].measured and not rows[1].measured
    assert "No module named 'gone'" in rows[1].note
    assert "| gone | 1 | - | not installed: No module named 'gone' |" in page.table(rows)


def test_an_engine_that_is_quick_and_wrong_is_called_wrong():
    exact = np.ones((2, 1))
    runs = {engines.REFERENCE: lambda: exact, "off": lambda: 1.1 * exact}
    rows = list(single.told(problem(), exact, runs, {}))
    assert [each.wrong for each in rows] == [False, True]
    cells = page.table(rows).splitlines()[-1].split(" | ")
    assert "off" in cells and "wrong" in cells


def test_an_engine_that_fails_is_told_and_stops_no_other():
    exact = np.ones((2, 1))

    def fails():
        raise RuntimeError("too many\nsteps")

    rows = list(single.told(problem(), exact, {"bad": fails, "good": lambda: exact}, {}))
    assert [(each.engine, each.measured) for each in rows] == [("good", True), ("bad", False)]
    assert rows[1].note == "failed: too many steps"


def test_an_environment_that_is_not_made_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(engines, "EXTRA", tmp_path)
    with pytest.raises(engines.Absent, match=r"\.bench"):
        engines.prepare("AMICI", problem(), 1e-8)


# The table


def test_rows_are_read_back_as_they_were_written():
    rows = [
        Row(MACHINE, "cores", note="2"),
        row("a", (0.125, 0.25), error95=math.inf),
        Row(MEMORY, "small", engine="kernel", runs=100_000, grown=1.5),
    ]
    again = load(tsv(rows))
    assert tsv(again) == tsv(rows)
    assert again[1] == rows[1] or math.isnan(again[1].grown)
    assert again[1].seconds == (0.125, 0.25) and again[1].wrong


@pytest.mark.parametrize("text", ["", "part\tproblem\n"])
def test_another_table_is_refused(text):
    with pytest.raises(InputError, match="make bench"):
        load(text)


def test_the_committed_page_is_what_its_rows_give():
    rows = load(paths.read(paths.validation() / "results" / "benchmarks.tsv"))
    assert {each.part for each in rows} >= {MACHINE, ONE, MANY, GROWTH, MEMORY}
    assert page.table(rows) in paths.read(paths.root() / "docs" / "benchmarks.md")
    told = {each.engine for each in rows if each.part == ONE and each.problem == MODEL}
    assert told == set(engines.ENGINES)


def test_the_picture_shows_what_was_measured_and_no_more():
    rows = [
        *ensemble("small", 58, 10.0, 1.0, 0.4),
        row(engines.REFERENCE, (1.0,)),
        row("COPASI", (2.0,), error95=1.0),
        row("AMICI", ()),
    ]
    drawn = picture.drawn(rows).decode()
    assert engines.REFERENCE in drawn and ensembles.SAME in drawn
    assert "COPASI" not in drawn and "AMICI" not in drawn

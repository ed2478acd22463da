"""From an experiment to segments: what is set when, and which samples belong where."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketamine_mtor.experiment import Bath, Experiment
from ketamine_mtor.schedule import plan
from tests import small_model

TABLES = small_model.tables()


def _plan(**fields):
    return plan(Experiment(**{"hours": 3, **fields}, tables=TABLES), TABLES)


def test_a_dose_at_zero_starts_the_only_segment():
    schedule = _plan(ketamine=10)
    (segment,) = schedule.segments
    assert (segment.start, segment.end, segment.bolus, dict(segment.settings)) == (0, 10800, 10, {})
    assert segment.samples[0] == 60 and schedule.times[0] == 0


def test_a_drug_without_times_comes_half_an_hour_before_and_stays():
    schedule = _plan(drugs={"blocker": None})
    before, after = schedule.segments
    assert (before.start, before.end, after.end) == (-1800, 0, 10800)
    assert dict(before.settings) == dict(after.settings) == {"blocker_nM": 500}
    assert before.samples.tolist() == [0] and (before.bolus, after.bolus) == (0, 10)


def test_a_switch_is_on_while_the_drug_is_there():
    schedule = _plan(ketamine=0, drugs={"ligand": Bath(7, start=1, end=2)})
    settings = [dict(segment.settings) for segment in schedule.segments]
    assert settings == [{}, {"ligand_nM": 7, "ligand_bath_exchange": 1}, {}]


def test_a_bath_of_nothing_is_none():
    assert _plan(drugs={"ligand": 0}).segments[0].start == 0


def test_an_infusion_is_a_rate_and_infusions_add_up():
    schedule = _plan(ketamine=[(0, 6, 60), (0.5, 3, 60)])
    rates = [segment.settings.get("ketamine_infusion", 0) for segment in schedule.segments]
    assert rates == pytest.approx([6 / 3600, 9 / 3600, 3 / 3600, 0])


def test_doses_at_one_time_add_up():
    schedule = _plan(ketamine=[(1, 6), (1, 4)])
    assert [segment.bolus for segment in schedule.segments] == [0, 10]


def test_a_knockout_wins_over_a_parameter():
    schedule = _plan(knockouts=["RCPT"], parameters={"receptor_0": 7, "absorption": 2})
    assert schedule.animal == {"receptor_0": 0, "absorption": 2}


def test_resting_is_all_that_doses_and_drugs_set():
    assert set(_plan().resting.values()) == {0}
    assert {"ketamine_dose", "ketamine_infusion", "blocker_nM", "ligand_bath_exchange"} <= set(
        _plan().resting
    )


def test_what_ends_after_the_run_is_cut():
    schedule = _plan(drugs={"blocker": Bath(1, start=1, end=9)}, ketamine=[(2, 1, 600)])
    assert schedule.segments[-1].end == 10800


def test_the_last_sample_is_the_end_whatever_the_step():
    assert _plan(hours=1, every=1000).times.tolist() == [0, 1000, 2000, 3000, 3600]


TIMES = st.floats(-5, 20).map(lambda hours: round(hours, 3))


@given(
    doses=st.lists(st.tuples(st.floats(0, 9), st.floats(0, 50), st.floats(0.1, 90)), max_size=4),
    start=TIMES,
    length=st.floats(0.01, 9),
    hours=st.floats(9.5, 12),
    every=st.floats(30, 5000),
)
def test_segments_have_no_gaps_and_every_sample_once(doses, start, length, hours, every):
    start = min(start, 9)
    experiment = Experiment(
        ketamine=doses,
        drugs={"blocker": Bath(5, start=start, end=start + length)},
        hours=hours,
        every=every,
        tables=TABLES,
    )
    schedule = plan(experiment, TABLES)
    segments = schedule.segments
    assert all(a.end == b.start for a, b in itertools.pairwise(segments))
    assert all(segment.start < segment.end for segment in segments)
    assert segments[0].start <= 0 and segments[-1].end == schedule.times[-1]
    read = np.concatenate([segment.samples for segment in segments])
    expected = schedule.times if segments[0].start < 0 else schedule.times[1:]
    assert read.tolist() == expected.tolist()
    assert (np.diff(schedule.times) > 0).all()
    for segment in segments:
        assert ((segment.samples > segment.start) & (segment.samples <= segment.end)).all()
    infused = sum(
        segment.settings.get("ketamine_infusion", 0) * (segment.end - segment.start)
        for segment in segments
    )
    given_in_time = sum(
        mgkg * min(1, (hours - at) * 60 / minutes) for at, mgkg, minutes in doses if mgkg > 0
    )
    assert infused == pytest.approx(given_in_time, rel=1e-4, abs=1e-9)

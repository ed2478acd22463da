"""Series between their samples and beyond them, and runs that allow no verdict."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketamine_mtor.claims.bench import Bench, NotRun, Series
from ketamine_mtor.errors import SimulationError
from tests.claims_kit import WORDS, FakeRuns, claim_with, flat, run

TIMES = np.array([0.0, 0.5, 0.75, 2.0])
#: Of two animals.
VALUES = np.array([[1.0, 3.0, 2.0, 8.0], [0.0, -1.0, 5.0, 5.0]])
SERIES = Series(TIMES, VALUES, np.array([1.0, 2.0]))
GLUTAMATE = WORDS.readouts["glutamate"]
CLAIM = claim_with("change", readout="glutamate", goes="up", when={"at": "1 h"})


@given(st.lists(st.floats(-1, 3) | st.sampled_from(TIMES.tolist()), min_size=1))
def test_between_samples_a_series_is_straight_and_beyond_them_level(times):
    other = SERIES.on(np.array(times))
    wanted = [np.interp(times, TIMES, values) for values in VALUES]
    np.testing.assert_allclose(other.value, wanted, rtol=1e-14, atol=1e-14)
    assert other.time.tolist() == times and other.baseline is SERIES.baseline
    for i, time in enumerate(times):
        assert SERIES.at(time).tolist() == other.value[:, i].tolist()


def test_on_its_own_times_a_series_is_itself():
    assert SERIES.on(TIMES.copy()) is SERIES


def test_the_last_sample_is_met_whatever_rounding_does():
    start, end, high, low = 0.13, 0.98, 0.8, 0.3
    assert (low - high) / (end - start) * (end - start) + high != low
    series = Series(np.array([0.0, start, end]), np.array([0.1, high, low]), np.array(0.0))
    assert series.at(end) == series.at(9) == low


def test_windows_have_their_ends_and_what_is_next_to_them():
    assert SERIES.within(0.5, 0.75).tolist() == [False, True, True, False]
    assert SERIES.within(0.5 + 5e-7, 0.75 - 5e-7).tolist() == [False, True, True, False]
    assert SERIES.within(0.5 + 5e-6, 0.75 - 5e-6).tolist() == [False] * 4


def test_still_rise_and_times_are_of_each_animal():
    still, rise, times = SERIES.still(), SERIES.rise(), SERIES.times(np.array([2.0, 10.0]))
    assert still.value.tolist() == [[1.0] * 4, [2.0] * 4]
    assert rise.value.tolist() == [[0.0, 2.0, 1.0, 7.0], [-2.0, -3.0, 3.0, 3.0]]
    assert times.value.tolist() == [[2.0, 6.0, 4.0, 16.0], [0.0, -10.0, 50.0, 50.0]]
    assert still.baseline.tolist() == [1.0, 2.0]
    assert rise.baseline.tolist() == [0.0, 0.0]
    assert times.baseline.tolist() == [2.0, 20.0]


def without_baseline():
    dataset = run(glutamate=flat(100))
    del dataset["glutamate"].attrs["baseline"]
    return dataset


def infinite():
    dataset = run(glutamate=flat(100))
    dataset["glutamate"].attrs["baseline"] = float("inf")
    return dataset


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        (run(Ca=flat(1)), "the run {} has no readout glutamate"),
        (run(hours=1.5, glutamate=flat(1)), "the run {} ends at 1.5 h, before 2 h"),
        (without_baseline(), "glutamate of the run {} has no baseline"),
        (run(glutamate=flat(np.nan)), "glutamate of the run {} is not a number throughout"),
        (infinite(), "glutamate of the run {} is not a number throughout"),
        (SimulationError("too  stiff"), "the run {} failed: too stiff"),
        (SimulationError("too\nstiff", time_h=1.23456), "the run {} failed at 1.235 h: too stiff"),
    ],
)
@pytest.mark.parametrize("vehicle", [False, True])
def test_why_a_run_allows_no_verdict(dataset, said, vehicle):
    runs = FakeRuns(**{"ketamine_vehicle" if vehicle else "ketamine": dataset})
    with pytest.raises(NotRun) as problem:
        Bench(CLAIM, runs).series("ketamine", GLUTAMATE, 2, vehicle=vehicle)
    assert str(problem.value) == said.format("ketamine (vehicle)" if vehicle else "ketamine")


def test_a_run_may_end_where_the_window_does():
    runs = FakeRuns(ketamine=run(hours=2, glutamate=flat(1)))
    assert Bench(CLAIM, runs).series("ketamine", GLUTAMATE, 2 + 5e-7).time[-1] == 2


def test_a_series_is_of_floating_point_numbers():
    whole = run(glutamate=flat(1)).isel(time=slice(0, None, 60)).astype(int)
    whole = whole.assign_coords(time=whole["time"].astype(int))
    whole["glutamate"].attrs = {"baseline": 3}
    series = Bench(CLAIM, FakeRuns(ketamine=whole)).series("ketamine", GLUTAMATE, 2)
    assert {series.value.dtype, series.baseline.dtype, series.time.dtype} == {np.dtype(float)}


def test_the_excess_over_the_vehicle_is_on_the_vehicles_times():
    runs = FakeRuns(
        ketamine=run(glutamate=lambda t: 100 + t),
        ketamine_vehicle=run(hours=3.5, glutamate=flat(60)),
    )
    vehicle, excess = Bench(CLAIM, runs).excess("ketamine", GLUTAMATE, 3)
    np.testing.assert_allclose(excess, 40 + vehicle.time)
    assert vehicle.time[-1] == 3.5


def test_the_variant_is_that_of_the_runs():
    asked = []

    def runs(experiment):
        asked.append(experiment.variant)
        return run(glutamate=flat(1))

    Bench(CLAIM, runs, "human").series("ketamine", GLUTAMATE, 2)
    assert asked == ["human"]

"""How far a model is from the data of a fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import ketamine_mtor as km
from ketamine_mtor.claims.bench import Bench
from ketamine_mtor.claims.fits import Target
from ketamine_mtor.fit import targets as fit_targets
from ketamine_mtor.fit.targets import FAILED, Reading
from tests.claims_kit import FakeRuns, claim_with, pulse, run
from tests.fit_kit import CLAIMS, LEVEL, PEAK, POINTS, fit_entry, loaded


def reading(target: Target, dataset) -> tuple[Reading, bool]:
    return fit_targets._reading(target, Bench(target.claim, FakeRuns(ketamine=dataset)))


def target(path: Path, kind: str, **raw) -> Target:
    (fit,) = loaded(path, fit_entry(targets=[{kind: raw}]))
    return fit.targets[0]


def test_points_are_compared_as_shares(tmp_path):
    value = pulse(100, 50, peak=0.5)
    late = (value(np.array([2.0]))[0] - 100) / 50
    given = {**POINTS, "values": [["30 min", 1], ["2 h", float(late)]]}
    aimed = target(tmp_path, "points", **given)
    found, ran = reading(aimed, run(glutamate=value))
    assert ran and found.away == pytest.approx([0, 0], abs=1e-9)
    off, _ = reading(aimed, run(glutamate=pulse(100, 50, peak=1)))
    assert np.abs(off.away).max() > 1
    # The same shape at another height is as good; shares of the value itself are something else.
    same, _ = reading(aimed, run(glutamate=pulse(10, 1, peak=0.5)))
    assert same.away == pytest.approx([0, 0], abs=1e-9)
    other, _ = reading(replace(aimed, of="peak"), run(glutamate=value))
    assert other.measured[1] == pytest.approx((100 + 50 * late) / 150)


def test_a_level_and_the_time_of_a_peak_are_compared(tmp_path):
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    level = target(tmp_path / "a", "level", **LEVEL)
    found, _ = reading(level, run(Ca=pulse(84, 10)))
    assert found.measured == [84] and found.away == [0.5]
    peak = target(tmp_path / "b", "peak", **PEAK)
    # Between the samples, which are a minute apart.
    found, _ = reading(peak, run(glutamate=pulse(100, 50, peak=30.4 / 60)))
    assert found.measured == pytest.approx([30.4], abs=0.01)
    assert found.away == pytest.approx([0.08], abs=0.002)


@pytest.mark.parametrize(
    ("height", "away"), [(12, 0.0), (10.5, 0.2), (10, 0.4), (5, 2.4), (0.01, 4.4)]
)
def test_a_claim_counts_until_it_holds_with_its_margin(tmp_path, height, away):
    aimed = target(tmp_path, "claims", **CLAIMS)
    found, ran = reading(aimed, run(glutamate=pulse(100, height)))
    assert ran and found.away == pytest.approx([away], abs=0.02)


def test_what_never_happens_is_far_and_no_failed_run(tmp_path):
    aimed = target(tmp_path, "points", **POINTS)
    found, ran = reading(aimed, run(glutamate=lambda t: 100 - t))
    assert ran and (found.away == FAILED).all() and np.isnan(found.measured).all()
    claim = claim_with(
        "peak", readout="glutamate", goes="up", between=["2 min", "30 min"], times_baseline=[1, 3]
    )
    aimed = replace(aimed, kind="claims", claim=claim, wanted=(), margin=0.1)
    found, ran = reading(aimed, run(glutamate=lambda t: 100 - t))
    assert ran and found.away.tolist() == [FAILED, FAILED]


def test_a_failed_run_is_far_and_counted(tmp_path):
    (fit,) = loaded(tmp_path, fit_entry())
    for each in fit.targets:
        found, ran = reading(each, km.SimulationError("the solver gave up"))
        assert not ran and found.away.tolist() == [FAILED] * each.size

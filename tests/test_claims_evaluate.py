"""Each kind of condition, on made-up runs: one that meets it, one that misses it."""

from __future__ import annotations

import numpy as np
import pytest

from ketamine_mtor.claims.bench import NotRun
from tests.claims_kit import claim_with, flat, parts, pulse, run

UP = {"ketamine": run(glutamate=pulse(100, 50), mTORC1_active=pulse(0.1, 0.2))}
STILL = {"ketamine": run(glutamate=flat(100), mTORC1_active=flat(0.1))}
VEHICLES = {
    "ketamine_vehicle": run(glutamate=flat(100), mTORC1_active=flat(0.1)),
    "NBQX_vehicle": run(glutamate=flat(100), mTORC1_active=flat(0.1)),
}


def passed(claim, runs) -> bool:
    return all(part.passed for part in parts(claim, runs))


@pytest.mark.parametrize(
    "when",
    [
        {"once": ["0 min", "2 h"]},
        {"mean": ["20 min", "60 min"]},
        {"always": ["20 min", "60 min"]},
        {"at": "30 min"},
    ],
)
def test_change_up_against_baseline(when):
    claim = claim_with("change", readout="glutamate", goes="up", when=when, by_at_least="20 %")
    assert passed(claim, UP)
    assert not passed(claim, STILL)
    assert not passed(claim, {"ketamine": run(glutamate=pulse(100, -50))})


def test_change_default_sizes_are_ten_percent_or_two_hundredths():
    when = {"once": ["0 min", "2 h"]}
    concentration = claim_with("change", readout="glutamate", goes="up", when=when)
    fraction = claim_with("change", readout="mTORC1_active", goes="up", when=when)
    assert passed(concentration, {"ketamine": run(glutamate=pulse(100, 10.5))})
    assert not passed(concentration, {"ketamine": run(glutamate=pulse(100, 9.5))})
    assert passed(fraction, {"ketamine": run(mTORC1_active=pulse(0.9, 0.021))})
    assert not passed(fraction, {"ketamine": run(mTORC1_active=pulse(0.01, 0.019))})


def test_always_looks_at_the_worst_moment_and_once_at_the_best():
    window = ["0 min", "2 h"]
    always = claim_with("change", readout="glutamate", goes="up", when={"always": window})
    once = claim_with("change", readout="glutamate", goes="up", when={"once": window})
    assert not passed(always, UP)
    assert passed(once, UP)


def test_change_against_vehicle_and_another_experiment():
    when = {"at": "30 min"}
    vehicle = claim_with("change", readout="glutamate", goes="up", when=when, relative_to="vehicle")
    assert passed(vehicle, {**UP, **VEHICLES})
    assert not passed(vehicle, {**STILL, **VEHICLES})
    named = claim_with(
        "change",
        readout="glutamate",
        goes="down",
        when=when,
        relative_to="ketamine",
        **{"in": "NBQX"},
    )
    assert passed(named, {**UP, "NBQX": run(glutamate=flat(100))})
    assert not passed(named, {**UP, "NBQX": run(glutamate=pulse(100, 50))})


def test_change_against_another_readout():
    claim = claim_with(
        "change",
        readout="glutamate",
        than="Ca",
        goes="up",
        when={"at": "30 min"},
        by_at_least="10 %",
    )
    assert passed(claim, {"ketamine": run(glutamate=flat(100), Ca=flat(50))})
    assert not passed(claim, {"ketamine": run(glutamate=flat(100), Ca=flat(95))})


def test_drug_free_compares_baselines():
    claim = claim_with(
        "change",
        readout="glutamate",
        goes="down",
        when={"drug_free": True},
        relative_to="ketamine",
        **{"in": "NBQX"},
    )
    low, high = run(glutamate=flat(50)), run(glutamate=flat(100))
    assert passed(claim, {"ketamine": high, "NBQX": low})
    assert not passed(claim, {"ketamine": low, "NBQX": high})


def test_change_in_percent_of_nothing_fails_with_its_reason():
    claim = claim_with("change", readout="glutamate", goes="up", when={"at": "30 min"})
    (part,) = parts(claim, {"ketamine": run(glutamate=pulse(0, 5))})
    assert not part.passed and part.measured is None
    assert "is 0" in part.reason


@pytest.mark.parametrize("goes", ["up", "down"])
@pytest.mark.parametrize("size", ["10 %", 0.02])
@pytest.mark.parametrize("when", [{"once": ["0 min", "2 h"]}, {"drug_free": True}])
def test_from_nothing_to_nothing_is_a_change_of_zero(goes, size, when):
    claim = claim_with(
        "change",
        readout="glutamate",
        goes=goes,
        when=when,
        by_at_least=size,
        relative_to="ketamine",
        **{"in": "NBQX"},
    )
    nothing = run(glutamate=flat(0))
    (part,) = parts(claim, {"ketamine": nothing, "NBQX": nothing})
    assert (part.passed, str(part.measured), part.reason) == (False, "0.0", "")


def test_nothing_is_flat_but_something_over_nothing_is_not():
    claim = claim_with("flat", readout="glutamate", when={"always": ["0 min", "2 h"]})
    assert passed(claim, {"ketamine": run(glutamate=flat(0))})
    (part,) = parts(claim, {"ketamine": run(glutamate=pulse(0, 5))})
    assert not part.passed and "is 0" in part.reason


@pytest.mark.parametrize("when", [{"mean": ["0 min", "2 h"]}, {"always": ["0 min", "2 h"]}])
def test_flat_in_both_directions_or_in_one(when):
    both = claim_with("flat", readout="glutamate", when=when, within="10 %")
    not_up = claim_with("flat", readout="glutamate", when=when, within="10 %", goes="up")
    little, down = run(glutamate=pulse(100, 9)), run(glutamate=pulse(100, -50))
    assert passed(both, {"ketamine": little}) and passed(not_up, {"ketamine": little})
    assert not passed(both, {"ketamine": down}) and passed(not_up, {"ketamine": down})
    assert not passed(both, UP) and not passed(not_up, UP)


def test_flat_against_vehicle_with_its_default_size():
    claim = claim_with(
        "flat", readout="mTORC1_active", when={"always": ["0 min", "2 h"]}, relative_to="vehicle"
    )
    vehicle = {"ketamine_vehicle": run(mTORC1_active=flat(0.1))}
    assert passed(claim, {"ketamine": run(mTORC1_active=pulse(0.1, 0.019)), **vehicle})
    assert not passed(claim, {"ketamine": run(mTORC1_active=pulse(0.1, 0.021)), **vehicle})


def test_shape_of_a_rise_whatever_its_height():
    claim = claim_with(
        "shape",
        readout="glutamate",
        points=[["0 min", 0], ["30 min", 1], ["2 h", 0.2]],
        within=0.1,
    )
    assert passed(claim, {"ketamine": run(glutamate=pulse(100, 50))})
    assert passed(claim, {"ketamine": run(glutamate=pulse(7, 900))})
    assert not passed(claim, {"ketamine": run(glutamate=pulse(100, 50, peak=1))})
    assert not passed(claim, {"ketamine": run(glutamate=lambda t: 100 + 50 * np.minimum(t, 0.5))})
    (part,) = parts(claim, STILL)
    assert not part.passed and "never rises" in part.reason


def test_level_as_a_share_of_the_rise_at_a_time():
    claim = claim_with(
        "level",
        readout="glutamate",
        when={"always": ["1 h", "2 h"]},
        relative_to="rise",
        rise_at="4 h",
        less_than=0.25,
    )
    late = run(glutamate=lambda t: 100 + 50 * (t > 3))
    assert passed(claim, {"ketamine": late})
    assert not passed(claim, {"ketamine": run(glutamate=lambda t: 100 + 10 * t)})
    (part,) = parts(claim, UP)
    assert "never rises" in part.reason


def test_order_within_a_time():
    said = {
        "first": {"readout": "glutamate", "goes": "up"},
        "then": {"readout": "Ca", "goes": "up"},
        "by_at_least": "1 min",
        "between": ["0 min", "6 h"],
    }
    early, late = pulse(100, 50, peak=0.3), pulse(80, 40, peak=1.0)
    runs = {"ketamine": run(glutamate=early, Ca=late)}
    assert passed(claim_with("order", by_at_most="30 min", **said), runs)
    assert not passed(claim_with("order", by_at_most="5 min", **said), runs)


@pytest.mark.parametrize(
    ("relative_to", "bounds"),
    [
        ("unit", {"more_than": 120}),
        ("baseline", {"more_than": 1.2}),
        ("vehicle", {"more_than": 1.2}),
        ("peak", {"more_than": 0.9}),
        ("rise", {"more_than": 0.9}),
    ],
)
def test_level_above(relative_to, bounds):
    claim = claim_with(
        "level", readout="glutamate", when={"at": "30 min"}, relative_to=relative_to, **bounds
    )
    assert passed(claim, {**UP, **VEHICLES})
    later = claim_with(
        "level", readout="glutamate", when={"at": "5 h"}, relative_to=relative_to, **bounds
    )
    assert not passed(later, {**UP, **VEHICLES})


def test_level_between_bounds():
    claim = claim_with(
        "level", readout="glutamate", when={"drug_free": True}, more_than=90, less_than=110
    )
    assert passed(claim, STILL)
    assert not passed(claim, {"ketamine": run(glutamate=flat(111))})
    assert not passed(claim, {"ketamine": run(glutamate=flat(89))})


def test_peak_in_time_and_size():
    claim = claim_with(
        "peak",
        readout="glutamate",
        goes="up",
        between=["10 min", "60 min"],
        times_baseline=[1.2, 2.5],
    )
    assert passed(claim, UP)
    assert not passed(claim, STILL)
    assert not passed(claim, {"ketamine": run(glutamate=pulse(100, 50, peak=2))})
    assert not passed(claim, {"ketamine": run(glutamate=pulse(100, 200))})
    assert not passed(claim, {"ketamine": run(glutamate=pulse(100, 12))})


def test_returns_only_what_has_left():
    claim = claim_with("returns", readout="glutamate", within="10 %", **{"from": "4 h"})
    assert passed(claim, UP)
    assert not passed(claim, STILL)
    assert not passed(claim, {"ketamine": run(glutamate=pulse(100, 50, peak=2))})


def test_order_of_half_rises():
    claim = claim_with(
        "order",
        first={"readout": "glutamate", "goes": "up"},
        then={"readout": "Ca", "goes": "up"},
        by_at_least="5 min",
        between=["0 min", "6 h"],
    )
    early, late = pulse(100, 50, peak=0.3), pulse(80, 40, peak=1.0)
    assert passed(claim, {"ketamine": run(glutamate=early, Ca=late)})
    assert not passed(claim, {"ketamine": run(glutamate=late, Ca=early)})
    (part,) = parts(claim, {"ketamine": run(glutamate=early, Ca=flat(80))})
    assert "never goes up" in part.reason


def test_order_needs_a_rise_that_ends():
    claim = claim_with(
        "order",
        first={"readout": "glutamate", "goes": "up"},
        then={"readout": "Ca", "goes": "up"},
        by_at_least="5 min",
        between=["0 min", "6 h"],
    )
    (part,) = parts(claim, {"ketamine": run(glutamate=pulse(100, 50), Ca=lambda t: 80 + 5 * t**2)})
    assert "still goes up" in part.reason


def test_blocked_and_kept_share_of_the_excess():
    said = {"readout": "glutamate", "goes": "up", "in": "NBQX", "between": ["0 min", "3 h"]}
    blocked = claim_with("blocked", by_at_least="50 %", **said)
    kept = claim_with("kept", by_at_least="50 %", **said)
    weak = {**UP, **VEHICLES, "NBQX": run(glutamate=pulse(100, 10))}
    strong = {**UP, **VEHICLES, "NBQX": run(glutamate=pulse(100, 45))}
    assert passed(blocked, weak) and not passed(kept, weak)
    assert not passed(blocked, strong) and passed(kept, strong)


def test_nothing_to_block_is_a_failure():
    claim = claim_with(
        "blocked",
        readout="glutamate",
        goes="up",
        by_at_least="50 %",
        between=["0 min", "3 h"],
        **{"in": "NBQX"},
    )
    (part,) = parts(claim, {**STILL, **VEHICLES, "NBQX": run(glutamate=flat(100))})
    assert not part.passed
    assert "nothing to block" in part.reason


def test_change_of_sets_what_can_be_blocked():
    said = {
        "readout": "mTORC1_active",
        "goes": "up",
        "in": "NBQX",
        "by_at_least": "50 %",
        "between": ["0 min", "3 h"],
    }
    vehicles = {f"{name}_vehicle": run(mTORC1_active=flat(0.01)) for name in ("ketamine", "NBQX")}
    small = {
        **vehicles,
        "ketamine": run(mTORC1_active=pulse(0.01, 0.01)),
        "NBQX": run(mTORC1_active=flat(0.01)),
    }
    assert not passed(claim_with("blocked", **said), small)
    assert passed(claim_with("blocked", change_of="10 %", **said), small)


def test_blocked_per_baseline_and_at_the_peak():
    said = {
        "readout": "glutamate",
        "goes": "up",
        "in": "NBQX",
        "by_at_least": "50 %",
        "between": ["0 min", "3 h"],
    }
    runs = {
        **UP,
        **VEHICLES,
        "NBQX_vehicle": run(glutamate=flat(1000)),
        "NBQX": run(glutamate=pulse(1000, 100)),
    }
    assert not passed(claim_with("blocked", **said), runs)
    assert passed(claim_with("blocked", per="baseline", **said), runs)
    assert not passed(claim_with("blocked", excess="peak", **said), runs)


@pytest.mark.parametrize(
    ("dataset", "why"),
    [
        (run(Ca=flat(80)), "no readout"),
        (run(hours=1, glutamate=flat(100)), "ends at 1 h"),
        (run(glutamate=lambda t: np.where(t > 1, np.nan, 100.0)), "not a number"),
    ],
)
def test_runs_that_allow_no_verdict(dataset, why):
    claim = claim_with("change", readout="glutamate", goes="up", when={"once": ["0 min", "2 h"]})
    with pytest.raises(NotRun, match=why):
        parts(claim, {"ketamine": dataset})

"""What each kind of condition measures, to the number."""

from __future__ import annotations

import pytest

from tests.claims_kit import claim_with, flat, line, parts, run, tent

TENT = {"ketamine": run(glutamate=tent(100, 150), mTORC1_active=tent(0.25, 0.5), Ca=flat(60))}
VEHICLES = {
    "ketamine_vehicle": run(glutamate=flat(120)),
    "NBQX_vehicle": run(glutamate=flat(200)),
}
RUNS = {**TENT, **VEHICLES, "NBQX": run(glutamate=line((0, 200), (1, 220), (3, 200)))}
RISES = {"readout": "glutamate", "goes": "up"}
NBQX = {"in": "NBQX"}
BLOCKED = {**RISES, **NBQX, "by_at_least": "70 %", "between": ["0 min", "3 h"]}
PEAK = {**RISES, "between": ["30 min", "2 h"]}
ORDER = {
    "first": {"readout": "glutamate", "goes": "up"},
    "then": {"readout": "Ca", "goes": "up"},
    "between": ["0 min", "3 h"],
}
ONCE, LATER = {"once": ["0 min", "2 h"]}, {"always": ["1 h", "2 h"]}
ON_AVERAGE = {"mean": ["0 min", "1 h"]}
LEVEL = {"readout": "glutamate", "when": {"at": "1 h"}}
IN_TURN = {"ketamine": run(glutamate=tent(100, 150), Ca=tent(60, 90, at=2, end=3))}
FALLS = {"ketamine": run(glutamate=tent(100, 50), Ca=flat(60))}
SLOW = {"ketamine": run(glutamate=line((0, 100), (1, 150), (6, 105)))}

#: Runs of what is blocked: rises of 50 for two hours, and of 20 for three from twice the level.
BLOCK = {
    "ketamine": run(glutamate=tent(100, 150)),
    "ketamine_vehicle": run(glutamate=flat(100)),
    "NBQX": run(glutamate=tent(200, 210, end=3)),
    "NBQX_vehicle": run(glutamate=flat(200)),
}
#: The same with fewer samples in the first hour.
SPARSE = {
    **BLOCK,
    "NBQX_vehicle": BLOCK["NBQX_vehicle"].isel(time=[*range(0, 60, 10), *range(60, 361)]),
}
#: A baseline that is not the first sample.
OTHERWISE = {"ketamine": run(glutamate=flat(100))}
OTHERWISE["ketamine"]["glutamate"].attrs["baseline"] = 80.0

#: kind, fields, runs, and what is measured of each part: passed, measured, threshold, unit, sense,
#: bounds. A number that is its threshold passes.
MEASURED = [
    ("change", {**RISES, "when": ONCE}, RUNS, (True, 50, 10, "%", ">=", None)),
    (
        "change",
        {**RISES, "when": ONCE, "by_at_least": "50 %"},
        RUNS,
        (True, 50, 50, "%", ">=", None),
    ),
    ("change", {**RISES, "when": ONCE, "by_at_least": 50}, RUNS, (True, 50, 50, "nM", ">=", None)),
    (
        "change",
        {"readout": "mTORC1_active", "goes": "up", "when": ONCE},
        RUNS,
        (True, 0.25, 0.02, "1", ">=", None),
    ),
    ("change", {**RISES, "when": {"at": "30 min"}}, RUNS, (True, 25, 10, "%", ">=", None)),
    ("change", {**RISES, "when": {"at": "90.5 min"}}, RUNS, (True, 24.583333, 10, "%", ">=", None)),
    ("change", {**RISES, "when": ON_AVERAGE}, RUNS, (True, 25, 10, "%", ">=", None)),
    (
        "change",
        {**RISES, "goes": "down", "when": ONCE},
        FALLS,
        (True, 50, 10, "%", ">=", None),
    ),
    ("change", {**RISES, "when": LATER}, RUNS, (False, 0, 10, "%", ">=", None)),
    ("change", {**RISES, "goes": "down", "when": ONCE}, RUNS, (False, 0, 10, "%", ">=", None)),
    (
        "change",
        {**RISES, "when": ONCE, "relative_to": "vehicle"},
        RUNS,
        (True, 25, 10, "%", ">=", None),
    ),
    (
        "change",
        {**RISES, **NBQX, "when": {"drug_free": True}, "relative_to": "ketamine"},
        RUNS,
        (True, 100, 10, "%", ">=", None),
    ),
    (
        "change",
        {**RISES, "than": "Ca", "when": {"at": "1 h"}},
        RUNS,
        (True, 150, 10, "%", ">=", None),
    ),
    (
        "flat",
        {"readout": "glutamate", "within": "50 %", "when": ONCE},
        RUNS,
        (True, 50, 50, "%", "<=", None),
    ),
    (
        "flat",
        {"readout": "glutamate", "within": 60, "when": ONCE},
        FALLS,
        (True, 50, 60, "nM", "<=", None),
    ),
    ("flat", {**RISES, "when": ONCE}, FALLS, (True, 0, 10, "%", "<=", None)),
    ("level", {**LEVEL, "more_than": 150}, RUNS, (True, 150, 150, "nM", ">=", None)),
    ("level", {**LEVEL, "less_than": 150}, RUNS, (True, 150, 150, "nM", "<=", None)),
    (
        "level",
        {**LEVEL, "more_than": 100, "less_than": 200},
        RUNS,
        (True, 150, 100, "nM", ">=", (100, 200)),
    ),
    (
        "level",
        {**LEVEL, "more_than": 60, "less_than": 160},
        RUNS,
        (True, 150, 160, "nM", "<=", (60, 160)),
    ),
    (
        "level",
        {**LEVEL, "when": ONCE, "more_than": 120, "less_than": 140},
        RUNS,
        (True, 130, 120, "nM", ">=", (120, 140)),
    ),
    ("level", {**LEVEL, "when": ONCE, "more_than": 120}, RUNS, (True, 150, 120, "nM", ">=", None)),
    ("level", {**LEVEL, "when": LATER, "more_than": 90}, RUNS, (True, 100, 90, "nM", ">=", None)),
    (
        "level",
        {**LEVEL, "when": ON_AVERAGE, "more_than": 90},
        RUNS,
        (True, 125, 90, "nM", ">=", None),
    ),
    (
        "level",
        {**LEVEL, "when": {"drug_free": True}, "less_than": 81},
        OTHERWISE,
        (True, 80, 81, "nM", "<=", None),
    ),
    *(
        (
            "level",
            {**LEVEL, "when": {"at": "30 min"}, "relative_to": than, "more_than": 0.1, **fields},
            RUNS,
            (True, share, 0.1, "1", ">=", None),
        )
        for than, fields, share in (
            ("baseline", {}, 1.25),
            ("vehicle", {}, 125 / 120),
            ("peak", {}, 125 / 150),
            ("rise", {}, 0.5),
            ("rise", {"rise_at": "90 min"}, 1.0),
            ("NBQX", {}, 125 / 210),
        )
    ),
    ("peak", PEAK, RUNS, (True, 60, 30, "min", ">=", (30, 120))),
    ("peak", {**PEAK, "between": ["0 min", "2 h"]}, RUNS, (True, 60, 0, "min", ">=", (0, 120))),
    ("peak", {**PEAK, "between": ["0 min", "80 min"]}, RUNS, (True, 60, 80, "min", "<=", (0, 80))),
    ("peak", {**PEAK, "between": ["1 h", "3 h"]}, RUNS, (True, 60, 60, "min", ">=", (60, 180))),
    ("peak", {**PEAK, "between": ["30 min", "1 h"]}, RUNS, (True, 60, 60, "min", "<=", (30, 60))),
    ("peak", {**PEAK, "between": ["2 h", "3 h"]}, RUNS, (False, 60, 120, "min", ">=", (120, 180))),
    (
        "peak",
        PEAK,
        {"ketamine": run(glutamate=tent(100, 110, at=0.75))},
        (True, 45, 30, "min", ">=", (30, 120)),
    ),
    ("peak", {**PEAK, "goes": "down"}, FALLS, (True, 60, 30, "min", ">=", (30, 120))),
    *(
        (
            "peak",
            {**PEAK, "times_baseline": times},
            RUNS,
            (True, 60, 30, "min", ">=", (30, 120)),
            (*height, "x baseline", sense, tuple(times)),
        )
        for times, height, sense in (
            ([1.25, 2], (True, 1.5, 1.25), ">="),
            ([1.25, 1.75], (True, 1.5, 1.25), ">="),
            ([0.5, 1.75], (True, 1.5, 1.75), "<="),
            ([1.5, 2], (True, 1.5, 1.5), ">="),
            ([1, 1.5], (True, 1.5, 1.5), "<="),
            ([1.75, 2], (False, 1.5, 1.75), ">="),
            ([0.5, 1.25], (False, 1.5, 1.25), "<="),
        )
    ),
    (
        "returns",
        {"readout": "glutamate", "within": "14 %", "from": "5 h"},
        SLOW,
        (True, 14, 14, "%", "<=", None),
    ),
    (
        "returns",
        {"readout": "glutamate", "within": 10, "from": "5 h"},
        SLOW,
        (False, 14, 10, "nM", "<=", None),
    ),
    (
        "returns",
        {"readout": "glutamate", "within": "20 %", "from": "4 h", "relative_to": "vehicle"},
        {**SLOW, "ketamine_vehicle": run(glutamate=line((0, 100), (3, 140), (6, 140)))},
        (False, 25, 20, "%", "<=", None),
    ),
    (
        "order",
        {**ORDER, "by_at_least": "30 min", "by_at_most": "30 min"},
        IN_TURN,
        (True, 30, 30, "min", ">=", None),
        (True, 30, 30, "min", "<=", None),
    ),
    (
        "order",
        {**ORDER, "by_at_least": "1 h", "by_at_most": "20 min"},
        IN_TURN,
        (False, 30, 60, "min", ">=", None),
        (False, 30, 20, "min", "<=", None),
    ),
    (
        "order",
        {**ORDER, "by_at_least": "10 min"},
        {"ketamine": run(glutamate=tent(100, 150, at=1.25), Ca=tent(60, 90, at=1.75))},
        (True, 15, 10, "min", ">=", None),
    ),
    (
        "order",
        {**ORDER, "by_at_least": "10 min", "between": ["30 min", "3 h"]},
        {"ketamine": run(glutamate=line((0, 0), (0.2, 90), (1, 90)), Ca=tent(60, 90, at=2, end=3))},
        (True, 30, 10, "min", ">=", None),
    ),
    *(
        (
            "order",
            {**ORDER, "by_at_least": "10 min"},
            {"ketamine": run(glutamate=early, Ca=late)},
            (True, lead, 10, "min", ">=", None),
        )
        # Halves between two samples, where a rise takes a minute: in the 31st, or in the first.
        for early, late, lead in (
            (tent(100, 150, at=0.5), line((0.5, 60), (31 / 60, 90)), 15.5),
            (line((0, 100), (1 / 60, 150)), tent(60, 90), 29.5),
        )
    ),
    (
        "shape",
        {"readout": "glutamate", "points": [["0 min", 0], ["1 h", 1], ["2 h", 0.5]], "within": 0.5},
        RUNS,
        (True, 0.5, 0.5, "x peak", "<=", None),
    ),
    ("blocked", BLOCKED, {}, (True, 70, 70, "%", ">=", None)),
    ("blocked", BLOCKED, SPARSE, (True, 70, 70, "%", ">=", None)),
    ("kept", {**BLOCKED, "by_at_least": "25 %"}, {}, (True, 30, 25, "%", ">=", None)),
    ("blocked", {**BLOCKED, "excess": "peak"}, {}, (True, 80, 70, "%", ">=", None)),
    ("blocked", {**BLOCKED, "per": "baseline"}, {}, (True, 85, 70, "%", ">=", None)),
]


@pytest.mark.parametrize(("kind", "fields", "runs", "wanted"), [(*m[:3], m[3:]) for m in MEASURED])
def test_what_is_measured(kind, fields, runs, wanted):
    found = parts(claim_with(kind, **fields), runs or BLOCK)
    for part, (passed, measured, threshold, unit, sense, bounds) in zip(found, wanted, strict=True):
        assert part.passed is passed
        assert (part.measured, part.threshold) == pytest.approx((measured, threshold), rel=1e-6)
        assert (part.unit, part.sense, part.reason) == (unit, sense, "")
        assert part.bounds == (None if bounds is None else pytest.approx(bounds))


STILL = {**VEHICLES, "ketamine": run(glutamate=flat(100), Ca=flat(60)), "NBQX": BLOCK["NBQX"]}
EMPTY = {
    "ketamine": run(glutamate=tent(0, 5), Ca=flat(0)),
    "ketamine_vehicle": run(glutamate=flat(0)),
    "NBQX": run(glutamate=tent(0, 5)),
    "NBQX_vehicle": run(glutamate=flat(0)),
}
#: kind, fields, runs, and why there is nothing to measure.
UNMET = [
    (
        "change",
        {**RISES, "when": ONCE, "relative_to": "vehicle"},
        EMPTY,
        "glutamate of vehicle is 0, so a change in % of it has no meaning",
    ),
    (
        "level",
        {**LEVEL, "relative_to": "baseline", "more_than": 1},
        EMPTY,
        "baseline of glutamate is 0",
    ),
    ("level", {**LEVEL, "relative_to": "rise", "more_than": 1}, STILL, "glutamate never rises"),
    ("peak", PEAK, STILL, "glutamate never goes up: it has no peak"),
    ("peak", {**PEAK, "times_baseline": [1, 2]}, EMPTY, "baseline of glutamate is 0"),
    (
        "returns",
        {"readout": "glutamate", "within": "10 %", "from": "3 h"},
        EMPTY,
        "baseline of glutamate is 0, so a change in % of it has no meaning",
    ),
    (
        "returns",
        {"readout": "glutamate", "within": "50 %", "from": "3 h"},
        TENT,
        "glutamate never leaves its baseline",
    ),
    (
        "returns",
        {"readout": "glutamate", "within": "10 %", "from": "30 min", "until": "45 min"},
        {"ketamine": run(glutamate=line((0.49, 100), (0.5, 150)))},
        "glutamate never leaves its baseline",
    ),
    (
        "order",
        {**ORDER, "by_at_least": "1 min"},
        STILL,
        "glutamate never goes up: its half maximum is not reached",
    ),
    (
        "order",
        {**ORDER, "by_at_least": "1 min", "between": ["0 min", "4 h"]},
        {"ketamine": run(glutamate=tent(100, 150), Ca=line((0, 60), (3, 65), (4, 90)))},
        "Ca still goes up at 4 h: its half is unknown",
    ),
    (
        "shape",
        {"readout": "glutamate", "points": [["0 min", 0], ["1 h", 1]], "within": 0.5},
        STILL,
        "glutamate never rises: it has no shape",
    ),
    ("blocked", BLOCKED, STILL, "nothing to block: glutamate does not go up in ketamine"),
    (
        "blocked",
        BLOCKED,
        {**BLOCK, "ketamine": run(glutamate=line((0, 100), (0.5, 120), (1, 50)))},
        "nothing to block: over the window glutamate does not go up in ketamine",
    ),
    ("blocked", {**BLOCKED, "per": "baseline"}, EMPTY, "baseline of glutamate in ketamine is 0"),
]


@pytest.mark.parametrize(("kind", "fields", "runs", "reason"), UNMET)
def test_what_is_not_there_fails_with_its_reason(kind, fields, runs, reason):
    (part,) = parts(claim_with(kind, **fields), runs or BLOCK)
    assert part.passed is False
    assert (part.measured, part.threshold, part.unit) == (None, None, "nM")
    assert part.reason == reason


@pytest.mark.parametrize(
    ("start", "late", "value", "known"),
    [
        ("0 min", 3.8, 195.001, True),
        ("0 min", 3.8, 194.999, False),
        ("1 h", 3.85, 195.001, True),
        ("1 h", 3.85, 194.999, False),
    ],
)
def test_a_rise_has_a_half_if_little_of_it_comes_last(start, late, value, known):
    """In the last twentieth of the window, of a rise of 100, at most 5."""
    rise = line((0, 100), (late, value), (4, 200))
    runs = {"ketamine": run(glutamate=tent(100, 150, at=1.5), Ca=rise)}
    fields = {**ORDER, "by_at_least": "1 min", "between": [start, "4 h"]}
    (part,) = parts(claim_with("order", **fields), runs)
    assert (part.reason == "") == known

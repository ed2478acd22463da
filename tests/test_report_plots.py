"""The plots of a claim: its line, its window, its threshold and what it is compared with."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ketamine_mtor.report.plots import draw, levels, panels
from tests.claims_kit import FakeRuns, claim_with, flat, run
from tests.report_kit import GOOD, REST, RISE


def test_a_shape_is_drawn_with_its_points():
    points = [["0 min", 0], ["30 min", 1], ["2 h", 0.2]]
    shape = claim_with("shape", readout="glutamate", points=points, within=0.1)
    still = claim_with("flat", readout="glutamate", when={"always": ["0 min", "2 h"]})
    assert "LineCollection" in drawn(shape)
    assert "LineCollection" not in drawn(still)


def test_without_ketamine_the_time_is_not_counted_from_it():
    window = {"always": ["0 min", "2 h"]}
    claim = claim_with("flat", readout="glutamate", when=window, **{"in": "nothing"})
    assert "time after ketamine (min)" in drawn(claim)
    alone = drawn(replace(claim, experiment="nothing"))
    assert "time (min)" in alone and "after ketamine" not in alone


def axes_of(*conditions) -> list[tuple[float, float, bool]]:
    claim = replace(RISE, conditions=tuple(c for each in conditions for c in each.conditions))
    readout = claim.conditions[0].readout
    return [(panel.start, panel.end, panel.enlarged) for panel in panels(claim, readout)]


def test_minutes_that_hours_would_hide_are_enlarged():
    soon = claim_with("change", readout="glutamate", goes="up", when={"once": ["5 min", "20 min"]})
    late = claim_with("flat", readout="glutamate", when={"always": ["4 h", "5 h"]})
    back = claim_with("returns", readout="glutamate", within="5 %", **{"from": "3 h"})
    assert axes_of(soon) == [(0.0, 2.0, False)]
    assert axes_of(late) == [(0.0, 6.0, False)]
    (_, stop, enlarged), whole = axes_of(soon, late)
    assert enlarged and 20 / 60 < stop <= 0.5 and whole == (0.0, 6.0, False)
    # The experiment ends at 6 h, and the start of what comes next is shown if it is near.
    half = claim_with("change", readout="glutamate", goes="up", when={"once": ["0 min", "29 min"]})
    (_, stop, enlarged), whole = axes_of(half, back)
    assert enlarged and 3 < stop < 4 and whole == (0.0, 6.0, False)
    both = replace(half, conditions=(*half.conditions, *back.conditions))
    assert drawn(both).count(">enlarged<") == 1 and "enlarged" not in drawn(half)


def test_a_second_dose_is_enlarged_where_it_is():
    claim = claim_with("change", readout="glutamate", goes="up", when={"once": ["5 h", "316 min"]})
    (start, stop, enlarged), whole = axes_of(claim)
    assert enlarged and 4 < start < 5 and 316 / 60 < stop <= 6 and whole == (0.0, 6.0, False)


@pytest.mark.parametrize(
    ("kind", "raw", "said"),
    [
        ("change", {"goes": "down", "when": {"at": "1 h"}}, ["down 10 %"]),
        ("level", {"when": {"at": "1 h"}, "more_than": 120}, ["more than 120"]),
        (
            "level",
            {"when": {"at": "1 h"}, "less_than": 1.3, "relative_to": "baseline"},
            ["less than 1.3 x baseline"],
        ),
        (
            "peak",
            {"goes": "up", "between": ["1 min", "1 h"], "times_baseline": [1.2, 2]},
            ["peak at least 1.2 x baseline", "peak at most 2 x baseline"],
        ),
        ("flat", {"when": {"always": ["0 min", "1 h"]}}, ["at most up 10 %", "at most down 10 %"]),
        ("returns", {"within": "5 %", "from": "3 h"}, ["back within 5 %"]),
    ],
)
def test_a_threshold_is_drawn_with_its_meaning(kind, raw, said):
    svg = drawn(claim_with(kind, readout="glutamate", **raw))
    for words in (*said, "baseline", "vehicle"):
        assert f">{words}<" in svg


def test_vehicle_that_stays_at_baseline_is_one_line_with_one_name():
    still = draw(RISE, FakeRuns(ketamine=GOOD), None, FakeRuns(ketamine_vehicle=REST))
    moves = drawn(RISE)
    assert ">vehicle<" in still and ">baseline<" not in still
    assert ">vehicle<" in moves and ">baseline<" in moves


def test_another_animal_has_its_own_vehicle_and_baseline_where_the_claim_compares_with_them():
    window = {"between": ["0 min", "2 h"], "by_at_least": "50 %"}
    blocked = claim_with("blocked", readout="glutamate", goes="up", **window, **{"in": "NBQX"})
    own = claim_with("change", readout="glutamate", goes="up", when={"at": "1 h"}, **{"in": "NBQX"})
    other = run(glutamate=flat(140))
    runs = FakeRuns(ketamine=GOOD, NBQX=other)
    vehicles = FakeRuns(ketamine_vehicle=REST, NBQX_vehicle=other)
    svg = draw(blocked, runs, None, vehicles)
    assert ">vehicle<" in svg and ">vehicle of NBQX<" in svg and ">baseline of" not in svg
    svg = draw(own, runs, None, vehicles)
    assert ">vehicle of NBQX<" not in svg and ">baseline of NBQX<" in svg


def test_a_threshold_on_one_side_is_one_line():
    window = {"always": ["0 min", "1 h"]}
    svg = drawn(claim_with("flat", readout="glutamate", when=window, goes="up"))
    assert ">at most up 10 %<" in svg and "at most down" not in svg


def test_a_threshold_is_one_of_the_run_that_is_judged():
    window = {"at": "1 h"}
    claim = claim_with("change", readout="glutamate", goes="up", when=window, **{"in": "NBQX"})
    readout = claim.conditions[0].readout
    without, both = (
        {"ketamine": (100.0, "blue")},
        {"ketamine": (100.0, "blue"), "NBQX": (900.0, "red")},
    )
    assert levels(claim.conditions, readout, without) == {}
    assert levels(claim.conditions, readout, both) == {(990.0, "red"): "up 10 %"}


def test_every_experiment_is_drawn_and_no_two_alike():
    names = [f"drug {number}" for number in range(8)]
    setup = RISE.experiments["ketamine"]
    (condition,) = RISE.conditions
    claim = replace(
        RISE,
        conditions=tuple(replace(condition, setup=name) for name in names),
        experiments={**RISE.experiments, **dict.fromkeys(names, setup)},
    )
    svg = draw(claim, FakeRuns(ketamine=GOOD))
    assert all(f">{name}<" in svg for name in ("ketamine", *names))
    legend = svg[svg.index('id="legend_1"') :]
    styles = re.findall(r'id="line2d_\d+">\s*<path d="[^"]*" style="([^"]*)"', legend)
    assert len(styles) == len(set(styles)) == 9


def drawn(claim) -> str:
    runs = FakeRuns(ketamine=GOOD, ketamine_vehicle=GOOD)
    return draw(claim, runs, None, runs)

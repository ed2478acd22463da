"""A figure of a run fits a journal, and says all that was given; nothing hides the curves."""

from __future__ import annotations

import json
import re

import matplotlib.image
import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_hex

import ketamine_mtor as km
from ketamine_mtor import figures, knowledge, output, pictures
from ketamine_mtor.experiment import Bath

pytestmark = pytest.mark.slow

TABLES = knowledge.load()
NAMES = list(TABLES.observables)


def _run(count: int = 2, over: dict | None = None, height: float = 1.0, **fields) -> xr.Dataset:
    """A made up run, or a scan, of the first readouts in an experiment."""
    experiment = km.Experiment(hours=fields.pop("hours", 24), **fields)
    time = np.linspace(0, experiment.hours, 25)
    over = over or {}
    shape = tuple(len(values) for values in over.values())
    data = xr.Dataset({}, {**over, "time": time})
    for name in NAMES[:count]:
        rise = height * np.arange(1, np.prod(shape, initial=1) + 1).reshape(*shape, 1)
        attrs = {"units": TABLES.observables[name].unit, "baseline": 1.0}
        data[name] = ((*over, "time"), 1 + rise * np.exp(-time), attrs)
    data.attrs = {"experiment": json.dumps(experiment.to_dict()), "engine": "roadrunner"}
    return data


def _figure(run: xr.Dataset):
    lines = output.points(run)
    with pictures.settings("test"):
        figure = figures.make_figure(run, lines)
        figure.draw_without_rendering()
    return figure


def _legend(figure) -> list[str]:
    (legend,) = figure.legends
    return [text.get_text() for text in legend.get_texts()]


# The page


@pytest.mark.parametrize("count, mm", [(1, 85), (3, 85), (4, 180), (13, 180), (len(NAMES), 180)])
def test_a_figure_is_as_wide_as_one_or_two_columns(count, mm):
    width, height = _figure(_run(count)).get_size_inches() * 25.4
    assert width == pytest.approx(mm)
    # A page of a journal is 240 mm high.
    assert height < 240


@pytest.mark.parametrize("count", [2, 5, 14])
def test_a_panel_for_each_readout_with_its_unit_and_the_hours(count):
    axes = _figure(_run(count)).axes
    assert [each.get_title(loc="left") for each in axes] == NAMES[:count]
    labels = {name: axis.get_ylabel() for name, axis in zip(NAMES, axes, strict=False)}
    assert labels["ketamine_plasma"] == "nM"
    assert labels.get("interneuron_activity", "fraction") == "fraction"
    assert axes[-1].get_xlabel() == "time (h)"


def test_a_relative_readout_says_so():
    run = _run(1).rename({NAMES[0]: "synapses"})
    run["synapses"].attrs["units"] = "1"
    assert _figure(run).axes[0].get_ylabel() == "x wild type"


@pytest.mark.parametrize("symbol", ["nM", "1"])
def test_every_readout_of_the_unit_1_has_the_same_words_wherever_it_is_shown(symbol):
    rows = [row for row in TABLES.observables.values() if row.unit == symbol]
    shown = {figures.shown_unit(row.id, row.unit) for row in rows}
    assert shown == ({"fraction", "x wild type"} if symbol == "1" else {symbol})


@pytest.mark.parametrize("count, size", [(2, 7.0), (13, 5.5)])
def test_letters_can_be_read(tmp_path, count, size):
    path = tmp_path / "run.svg"
    output.write_figure(_run(count), path)
    sizes = {float(each) for each in re.findall(r"font-size: ([\d.]+)px", path.read_text())}
    assert min(sizes) >= size


def test_a_png_has_300_dots_per_inch(tmp_path):
    output.write_figure(_run(), tmp_path / "run.png")
    assert matplotlib.image.imread(tmp_path / "run.png").shape[1] == int(85 / 25.4 * 300)


@pytest.mark.parametrize("kind", figures.FIGURES)
def test_the_same_run_gives_the_same_bytes(tmp_path, kind):
    for name in ("one", "two"):
        output.write_figure(_run(), tmp_path / f"{name}{kind}")
    assert (tmp_path / f"one{kind}").read_bytes() == (tmp_path / f"two{kind}").read_bytes()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"drugs": {"rapamycin": None, "NBQX": Bath(5, 1, 2), "torin1": 3}, "knockouts": ["GAP43"]},
        {"over": {"ketamine": [1, 3, 10, 30, 100, 300, 1000, 3000, 9000], "NBQX": [0, 1, 2, 3]}},
    ],
)
@pytest.mark.parametrize("count", [1, 5])
def test_the_legend_and_the_marks_hide_no_curve(count, fields):
    figure = _figure(_run(count, **fields))
    (legend,) = figure.legends
    below = legend.get_window_extent()
    assert below.x0 >= 0 and below.x1 <= figure.bbox.x1 and below.y0 >= 0
    for axes in figure.axes:
        place = axes.get_window_extent()
        assert below.y1 <= axes.get_tightbbox().y0 + 1 and place.height > 30
        title = axes._left_title.get_window_extent()
        for line in axes.lines:
            if not line.get_clip_on():
                mark = line.get_window_extent()
                assert place.y1 <= mark.y0 and mark.y1 <= title.y0


# Curves


def test_a_single_run_is_blue_over_a_dashed_baseline():
    (axes, _) = _figure(_run()).axes
    curve, baseline, *_ = axes.lines
    assert curve.get_color() == pictures.BLUE
    assert baseline.is_dashed() and list(baseline.get_ydata()) == [1, 1]


def test_a_scan_has_colours_for_its_first_name_and_dashes_for_the_others():
    run = _run(1, over={"ketamine": [1, 3], "NBQX": [0, 7]})
    figure = _figure(run)
    curves = figure.axes[0].lines[:4]
    colours = [to_hex(each.get_color()) for each in curves]
    assert colours[0] == colours[1] != colours[2] == colours[3]
    assert [each.get_linestyle() for each in curves] == ["-", "--", "-", "--"]
    assert _legend(figure) == [
        "ketamine at 0 h",
        "NBQX",
        "drug-free",
        "ketamine 1 mg/kg",
        "ketamine 3 mg/kg",
        "NBQX 0 nM",
        "NBQX 7 nM",
    ]


def test_a_long_scan_names_some_of_its_colours():
    doses = [float(each) for each in range(1, 31)]
    named = [each for each in _legend(_figure(_run(1, over={"ketamine": doses}))) if "mg" in each]
    assert len(named) == figures.MOST_NAMED
    assert (named[0], named[-1]) == ("ketamine 1 mg/kg", "ketamine 30 mg/kg")


def test_a_scanned_parameter_has_its_unit_and_its_baselines():
    run = _run(1, over={"GAP43_0": [5.0, 6.0]})
    name = NAMES[0]
    del run[name].attrs["baseline"]
    run[f"{name}_baseline"] = ("GAP43_0", [1.0, 2.0], {"units": "nM"})
    figure = _figure(run)
    assert _legend(figure)[-2:] == ["GAP43_0 5 nM", "GAP43_0 6 nM"]
    dashed = [line for line in figure.axes[0].lines if line.is_dashed()]
    assert [line.get_ydata()[0] for line in dashed] == [1, 2]
    assert dashed[0].get_color() is not dashed[1].get_color()


@pytest.mark.parametrize(
    "low, high, ends",
    [
        (0, 0, (-0.05, 1)),
        (100, 100, (94.4, 105.6)),
        (0, 10, (-0.6, 10.6)),
        (99, 101, (94.4, 105.6)),
    ],
)
def test_what_hardly_moves_looks_flat(low, high, ends):
    assert figures.limits(low, high) == pytest.approx(ends, rel=0.01)


# Time


def _place(axes, hour: float) -> float:
    """Where an hour is, as a share of the axis."""
    return axes.transAxes.inverted().transform(axes.transData.transform((hour, 1)))[0]


@pytest.mark.parametrize("hours", [12, 24, 72, 168])
def test_the_first_hours_of_a_long_run_can_be_read(hours):
    axes = _figure(_run(hours=hours)).axes[0]
    early, after = _place(axes, figures.EARLY_H), _place(axes, figures.EARLY_H + 0.01)
    assert early == pytest.approx(figures.EARLY_SHARE)
    assert _place(axes, 1) == pytest.approx(early / 3) and _place(axes, hours) == pytest.approx(1)
    # The curve ends before the break and goes on after it.
    (gap,) = [each for each in axes.patches if each.get_zorder() > axes.lines[0].get_zorder()]
    ends = axes.transAxes.inverted().transform(gap.get_window_extent())
    assert ends[:, 0] == pytest.approx([early, after], abs=0.001)
    assert "//" in [each.get_text() for each in axes.texts]
    ticks = [tick for tick in axes.get_xticks() if 0 <= tick <= hours]
    assert ticks[:4] == [0, 1, 2, 3] and 5 <= len(ticks) <= 8
    places = [_place(axes, tick) for tick in ticks]
    assert min(np.diff(places)) > 0.05


@pytest.mark.parametrize(
    "fields",
    [
        {"hours": 6},
        {"hours": 72, "ketamine": 0},
        {"hours": 72, "ketamine": [(0, 10), (24, 10)]},
        {"hours": 72, "drugs": {"NBQX": Bath(1, 5)}},
    ],
)
def test_time_is_even_in_short_runs_and_where_later_things_are_given(fields):
    axes = _figure(_run(**fields)).axes[0]
    assert _place(axes, 3) == pytest.approx(3 / fields["hours"])
    assert not axes.texts and not axes.patches


# What is given


@pytest.mark.parametrize(
    "fields, said",
    [
        ({}, ["ketamine 10 mg/kg at 0 h"]),
        ({"ketamine": 0}, []),
        ({"ketamine": [(0, 10), (12, 10)]}, ["ketamine 10 mg/kg at 0, 12 h"]),
        (
            {"ketamine": [(2, 1, 40), (1, 3)]},
            ["ketamine 3 mg/kg at 1 h", "ketamine 1 mg/kg over 40 min at 2 h"],
        ),
        (
            {"ketamine": [(hour, 1) for hour in range(9)]},
            ["ketamine 1 mg/kg at 0, 1, 2, 3 h and 5 more times"],
        ),
        ({"ketamine": 0, "drugs": {"rapamycin": 100}}, ["rapamycin 100 nM"]),
        ({"ketamine": 0, "drugs": {"NBQX": Bath(1, 2)}}, ["NBQX 1 nM from 2 h"]),
        ({"ketamine": 0, "drugs": {"NBQX": Bath(1, -2, -1)}}, ["NBQX 1 nM, -2 to -1 h"]),
    ],
)
def test_the_legend_says_what_is_given(fields, said):
    assert _legend(_figure(_run(**fields))) == [*said, "drug-free"]


def test_marks_stand_where_something_is_given():
    drugs = {"rapamycin": None, "NBQX": Bath(5, 1, 2), "torin1": Bath(1, -2, -1)}
    marked = figures.marks(_run(ketamine=[(0, 10), (3, 1, 60)], drugs=drugs))
    assert [(mark.said.split()[0], mark.spans) for mark in marked] == [
        ("ketamine", ((0, 0),)),
        ("ketamine", ((3, 4),)),
        ("NBQX", ((1, 2),)),
        ("rapamycin", ((0, 24),)),
        ("torin1", ()),
    ]
    assert len({mark.colour for mark in marked}) == 4


def test_the_animal_is_said_where_it_is_not_as_usual():
    assert figures.otherwise(_run()) == ""
    run = _run(variant="eef2k", knockouts=["RICTOR"], parameters={"GAP43_0": 5})
    assert figures.otherwise(run) == "variant eef2k; knockout of RICTOR; GAP43_0 5 nM"
    assert _figure(run).legends[0].get_title().get_text() == figures.otherwise(run)


# What figures share


def test_steps_divide_hours_and_days():
    assert [pictures.step(hours, most=4) for hours in (1, 24, 72, 168)] == [0.25, 6, 24, 48]
    assert pictures.step(240, "min") == 30 and pictures.step(5000) == 5000


def test_every_colour_is_one_of_okabe_and_ito():
    assert len({*figures._DRUGS, pictures.BLUE}) == 7

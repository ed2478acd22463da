"""A plot per claim: each readout with and without blocker, its window and its threshold."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from ketamine_mtor.claims.model import (
    Blocked,
    Change,
    Claim,
    Condition,
    Flat,
    Level,
    Order,
    Peak,
    Readout,
    Returns,
    Shape,
)
from ketamine_mtor.errors import SimulationError

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

    from ketamine_mtor.experiment import Experiment

#: Points per line, so that the page stays small.
MOST_POINTS = 400
#: The axis goes on for this share of the last window's end, to show what comes after.
AFTERWARDS = 0.25
SHORTEST_AXIS_H = 2.0
#: Up to here the axis is in minutes.
MINUTES_UP_TO_H = 4.0
_COLOURS = ("#1b6ca8", "#d1495b", "#e09f3e", "#5b8e7d", "#7d5ba6", "#8d6b4f")
_PANEL_INCHES = (4.3, 3.0)
_COLUMNS = 2


def draw(claim: Claim, runs: Callable[[Experiment], xr.Dataset], variant: str | None = None) -> str:
    """The claim's plot as the text of an SVG; an empty one where none of its runs is there.

    Parameters
    ----------
    claim
        The claim whose readouts are shown, a panel each.
    runs
        Gives the dataset of an experiment; a SimulationError leaves its line out.
    variant
        Variant of the model for the experiments that name none.
    """
    import matplotlib
    from matplotlib.figure import Figure

    readouts = list(dict.fromkeys(r for c in claim.conditions for r in c.readouts()))
    rows = -(-len(readouts) // _COLUMNS)
    columns = min(len(readouts), _COLUMNS)
    style = {"svg.fonttype": "none", "svg.hashsalt": claim.id, "font.size": 8}
    with matplotlib.rc_context(style):
        width, height = _PANEL_INCHES
        figure = Figure(figsize=(columns * width, rows * height), layout="constrained")
        grid = figure.subplots(rows, columns, squeeze=False).flat
        for axes, readout in zip(grid, readouts, strict=False):
            _panel(axes, claim, readout, runs, variant)
        for axes in list(figure.axes)[len(readouts) :]:
            axes.set_axis_off()
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def _panel(
    axes: Axes,
    claim: Claim,
    readout: Readout,
    runs: Callable[[Experiment], xr.Dataset],
    variant: str | None,
) -> None:
    conditions = [c for c in claim.conditions if readout in c.readouts()]
    names = dict.fromkeys([claim.experiment, *(n for c in conditions for n in c.setups())])
    end = max(SHORTEST_AXIS_H, max(c.window()[1] for c in conditions) * (1 + AFTERWARDS))
    end = min(end, max(claim.experiments[name].hours for name in names))
    scale, unit_of_time = (60, "min") if end <= MINUTES_UP_TO_H else (1, "h")
    baseline = None
    for colour, name in zip(_COLOURS, names, strict=False):
        try:
            run = runs(claim.experiments[name].experiment(variant))
        except SimulationError:
            continue
        if readout.id not in run:
            continue
        data = run[readout.id]
        time, value = _thin(np.asarray(run["time"]), np.asarray(data), end)
        axes.plot(time * scale, value, color=colour, label=name, linewidth=1.4)
        for shape in (c for c in conditions if isinstance(c, Shape) and c.setup == name):
            _points(axes, shape, data, scale, colour)
        if name == claim.experiment:
            baseline = float(data.attrs["baseline"])
            axes.axhline(baseline, color="0.6", linewidth=0.8, linestyle=":")
    for condition in conditions:
        start, stop = condition.window()
        axes.axvspan(start * scale, max(stop, start + end / 200) * scale, color="0.5", alpha=0.08)
        for level in _thresholds(condition, readout, baseline):
            axes.axhline(level, color="0.25", linewidth=0.9, linestyle="--")
    axes.set_title(readout.id, loc="left", fontweight="bold")
    since = "time after ketamine" if claim.experiments[claim.experiment].has_ketamine else "time"
    axes.set_xlabel(f"{since} ({unit_of_time})")
    axes.set_ylabel(_label(readout))
    axes.set_xlim(0, end * scale)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.lines:
        axes.legend(frameon=False, fontsize=7)


def _points(axes: Axes, shape: Shape, data: xr.DataArray, scale: float, colour: str) -> None:
    """The points of a shape, with the tolerance, on the scale of this run."""
    start, end = shape.window()
    time, value = np.asarray(data["time"]), np.asarray(data)
    baseline = float(data.attrs["baseline"])
    height = value[(time >= start) & (time <= end)].max() - baseline
    times, shares = np.array(shape.points).T
    axes.errorbar(
        times * scale,
        baseline + shares * height,
        yerr=shape.within * height,
        fmt="o",
        color=colour,
        markersize=4,
        capsize=2,
        linewidth=0.9,
    )


def _label(readout: Readout) -> str:
    if readout.unit != "1":
        return readout.unit
    return "fraction" if readout.fraction else "multiple of the drug-free wild type"


def _thin(time: np.ndarray, value: np.ndarray, end: float) -> tuple[np.ndarray, np.ndarray]:
    """At most MOST_POINTS samples up to `end` hours."""
    inside = time <= end + 1e-9
    time, value = time[inside], value[inside]
    chosen = np.unique(np.linspace(0, len(time) - 1, MOST_POINTS).astype(int))
    return time[chosen], value[chosen]


def _thresholds(condition: Condition, readout: Readout, baseline: float | None) -> Iterable[float]:
    """Levels that can be drawn: those against the claim's own baseline or in the readout's unit."""
    if condition.readout != readout or baseline is None:
        return
    match condition:
        case Change(relative_to="baseline", than=None) as change:
            size = change.size.value * (abs(baseline) if change.size.relative else 1)
            yield baseline + (size if change.goes == "up" else -size)
        case Level(relative_to="unit" | "baseline") as level:
            factor = baseline if level.relative_to == "baseline" else 1
            yield from (
                bound * factor for bound in (level.more_than, level.less_than) if bound is not None
            )
        case Peak(times_baseline=(low, high)):
            yield from (low * baseline, high * baseline)
        case Flat(relative_to="baseline") | Returns(relative_to="baseline") as near:
            size = near.within.value * (abs(baseline) if near.within.relative else 1)
            yield from (baseline - size, baseline + size)
        case Blocked() | Order() | Change() | Flat() | Level() | Peak() | Returns() | Shape():
            return

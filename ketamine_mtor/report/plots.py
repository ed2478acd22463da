"""A plot per claim: each readout with and without blocker, its windows and its thresholds."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ketamine_mtor import pictures
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
from ketamine_mtor.claims.scores import sign_of
from ketamine_mtor.errors import SimulationError
from ketamine_mtor.run import Simulate

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes


#: Seconds between two samples of a vehicle run, where next to nothing happens.
VEHICLE_EVERY_S = 300.0
#: Points per line, so that the page stays small.
MOST_POINTS = 400
#: The axis goes on for this share of what is looked at, to show what comes after.
AFTERWARDS = 0.25
SHORTEST_AXIS_H = 2.0
SHORTEST_ENLARGED_H = 0.5
#: A window that takes less than this share of the axis gets a panel of its own,
LEAST_SHARE = 1 / 12
#: which goes on to what starts within so many times its length.
REACH = 8
#: Up to here the axis is in minutes.
MINUTES_UP_TO_H = 4.0
_COLOURS = ("#1b6ca8", "#d1495b", "#e09f3e", "#5b8e7d", "#7d5ba6", "#8d6b4f")
_LINES = ("-", "-.", (0, (5, 1, 1, 1, 1, 1)))
_GREY, _VEHICLE = "0.25", "0.55"
#: What is nearer than this share of the axis is one line.
LINE = 1 / 200
#: Points: at its own size text of a plot is no smaller than that.
_FONT, _SMALL = 8.5, 7.5
_PANEL_INCHES = (4.9, 3.2)
_PAD_INCHES = 0.12
_COLUMNS = 2
#: Height of a line of a threshold's label as a share of the panel's.
_LABEL_HEIGHT = 0.058


@dataclass(frozen=True)
class Panel:
    """One readout from `start` to `end` hours; `enlarged` if another panel shows all of it."""

    readout: Readout
    start: float
    end: float
    enlarged: bool = False


def draw(
    claim: Claim, runs: Simulate, variant: str | None = None, vehicles: Simulate | None = None
) -> str:
    """The claim's plot as the text of an SVG; an empty one where none of its runs is there.

    Parameters
    ----------
    claim
        The claim whose readouts are shown: a panel each, or two where a window is short.
    runs
        Gives the dataset of an experiment; a SimulationError leaves its line out.
    variant
        Variant of the model for the experiments that name none.
    vehicles
        Gives the run of the claim's experiment without ketamine, to be drawn beside it.
    """
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    places = _arranged([panels(claim, r) for r in _readouts(claim)])
    rows, columns = -(-len(places) // _COLUMNS), min(len(places), _COLUMNS)
    with pictures.settings(claim.id, _FONT):
        width, height = _PANEL_INCHES
        # Text is drawn by the reader's own font, which may be a little wider.
        roomy = ConstrainedLayoutEngine(w_pad=_PAD_INCHES)
        figure = Figure(figsize=(columns * width, rows * height), layout=roomy)
        grid = figure.subplots(rows, columns, squeeze=False).flat
        for axes, panel in itertools.zip_longest(grid, places):
            if panel is None:
                axes.set_axis_off()
            else:
                _draw_panel(axes, claim, panel, runs, variant, vehicles)
        return pictures.drawn(figure).decode()


def panels(claim: Claim, readout: Readout) -> tuple[Panel, ...]:
    """All that the claim looks at, and before it what would be too small to see there."""
    windows = sorted(c.window() for c in _conditions(claim, readout))
    longest = max(claim.experiments[name].hours for name in _names(claim, readout))
    last = max(stop for _, stop in windows)
    end = min(longest, max(SHORTEST_AXIS_H, last * (1 + AFTERWARDS)))
    whole = Panel(readout, 0.0, end)
    short = [(a, b) for a, b in windows if 0 < b - a < LEAST_SHARE * end]
    if not short:
        return (whole,)
    start, stop = short[0]
    for other in windows:
        if other[0] - start <= REACH * (stop - start):
            stop = max(stop, other[1] if other in short else other[0])
    margin = AFTERWARDS * (stop - start)
    start = 0.0 if start <= stop - start else start - margin
    stop = min(end, max(stop + margin, start + SHORTEST_ENLARGED_H))
    return Panel(readout, start, stop, enlarged=True), whole


def _arranged(groups: Iterable[tuple[Panel, ...]]) -> list[Panel | None]:
    """The panels row by row; those of one readout stand side by side."""
    placed: list[Panel | None] = []
    for group in groups:
        if len(placed) % _COLUMNS + len(group) > _COLUMNS:
            placed.append(None)
        placed.extend(group)
    return placed


def _readouts(claim: Claim) -> list[Readout]:
    return list(dict.fromkeys(r for c in claim.conditions for r in c.readouts()))


def _conditions(claim: Claim, readout: Readout) -> list[Condition]:
    return [c for c in claim.conditions if readout in c.readouts()]


def _names(claim: Claim, readout: Readout) -> list[str]:
    """Names of the experiments that are drawn, the claim's own first."""
    named = (name for c in _conditions(claim, readout) for name in c.setups())
    return list(dict.fromkeys([claim.experiment, *named]))


def _draw_panel(
    axes: Axes,
    claim: Claim,
    panel: Panel,
    runs: Simulate,
    variant: str | None,
    vehicles: Simulate | None,
) -> None:
    from matplotlib.ticker import MultipleLocator

    readout, conditions = panel.readout, _conditions(claim, panel.readout)
    scale, unit_of_time = _unit_of_time(panel)
    styles = itertools.cycle(itertools.product(_LINES, _COLOURS))
    shown: dict[str, tuple[float, str]] = {}
    labels: dict[tuple[float, str], str] = {}
    for (line, colour), name in zip(styles, _names(claim, readout), strict=False):
        try:
            run = runs(claim.experiments[name].experiment(variant))
        except SimulationError:
            continue
        if readout.id not in run:
            continue
        data = run[readout.id]
        time, value = _thin(np.asarray(run["time"]), np.asarray(data), panel)
        axes.plot(time * scale, value, color=colour, linestyle=line, label=name, linewidth=1.4)
        for shape in (c for c in conditions if isinstance(c, Shape) and c.setup == name):
            _points(axes, shape, data, scale, colour)
        shown[name] = float(data.attrs["baseline"]), colour
    flat = _draw_vehicles(axes, claim, panel, vehicles, variant, shown) if vehicles else ()
    for name, baseline, colour in _baselines(claim, conditions, shown):
        # Where vehicle stays there it is the same line, which has its name.
        if name not in flat:
            axes.axhline(baseline, color=colour, linewidth=0.8, linestyle=":")
            labels[baseline, colour] = "baseline" + _of(name, claim)
    sliver = (panel.end - panel.start) / 200
    for condition in conditions:
        start, stop = condition.window()
        if start == stop:
            start, stop = start - sliver, stop + sliver
        axes.axvspan(start * scale, stop * scale, color="0.5", alpha=0.08)
    for (level, colour), said in levels(conditions, readout, shown).items():
        axes.axhline(level, color=colour, linewidth=0.9, linestyle="--")
        labels[level, colour] = said
    axes.set_title(readout.id, loc="left", fontweight="bold")
    if panel.enlarged:
        axes.set_title("enlarged", loc="right", fontsize=_SMALL)
    since = "time after ketamine" if claim.experiments[claim.experiment].has_ketamine else "time"
    axes.set_xlabel(f"{since} ({unit_of_time})")
    axes.set_ylabel(pictures.unit(readout.unit, relative=not readout.fraction))
    axes.set_xlim(panel.start * scale, panel.end * scale)
    length = (panel.end - panel.start) * scale
    axes.xaxis.set_major_locator(MultipleLocator(pictures.step(length, unit_of_time)))
    axes.spines[["top", "right"]].set_visible(False)
    _write_labels(axes, labels)
    if shown:
        axes.legend(frameon=False, fontsize=_SMALL)


def _draw_vehicles(
    axes: Axes,
    claim: Claim,
    panel: Panel,
    runs: Simulate,
    variant: str | None,
    shown: Mapping[str, tuple[float, str]],
) -> set[str]:
    """Without ketamine, behind all else: the claim's own experiment, and those it compares with.

    Returns the names of those that stay where they were before.
    """
    low, high = axes.get_ylim()
    scale, _ = _unit_of_time(panel)
    needed = (name for c in _conditions(claim, panel.readout) for name in c.vehicles())
    still = set()
    for name in dict.fromkeys([claim.experiment, *needed]):
        setup = claim.experiments[name]
        if not setup.has_ketamine or name not in shown:
            continue
        experiment = setup.experiment(variant, vehicle=True)
        try:
            run = runs(replace(experiment, every=VEHICLE_EVERY_S))
        except SimulationError:
            continue
        if panel.readout.id not in run:
            continue
        time, value = _thin(np.asarray(run["time"]), np.asarray(run[panel.readout.id]), panel)
        baseline, colour = shown[name]
        own = name == claim.experiment
        look = {"color": _VEHICLE} if own else {"color": colour, "alpha": 0.8, "linestyle": ":"}
        label = "vehicle" + _of(name, claim)
        axes.plot(time * scale, value, linewidth=1.1, zorder=1, label=label, **look)
        if np.abs(value - baseline).max() <= LINE * (high - low):
            still.add(name)
    return still


def _baselines(
    claim: Claim, conditions: Iterable[Condition], shown: Mapping[str, tuple[float, str]]
) -> Iterator[tuple[str, float, str]]:
    """Name, drug-free value and colour of the claim's own run, and of those judged against it."""
    for name in dict.fromkeys([claim.experiment, *(c.setup for c in conditions)]):
        against = any(c.setup == name and _against_baseline(c) for c in conditions)
        if name in shown and (name == claim.experiment or against):
            baseline, colour = shown[name]
            yield name, baseline, "0.45" if name == claim.experiment else colour


def _against_baseline(condition: Condition) -> bool:
    return isinstance(condition, Peak) or getattr(condition, "relative_to", "") == "baseline"


def _of(name: str, claim: Claim) -> str:
    return "" if name == claim.experiment else f" of {name}"


def _unit_of_time(panel: Panel) -> tuple[int, str]:
    """What hours are multiplied by on the panel's axis, and its unit."""
    return (60, "min") if panel.end <= MINUTES_UP_TO_H else (1, "h")


def _write_labels(axes: Axes, labels: Mapping[tuple[float, str], str]) -> None:
    """What each line means, to the right of it; pushed up where they would overlap."""
    from matplotlib.lines import Line2D

    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    free = -np.inf
    for (level, colour), said in sorted(labels.items()):
        share = (level - low) / (high - low)
        height = max(share, free)
        free = height + _LABEL_HEIGHT
        # A plain line: an arrow of an annotation takes a third of the time of the whole plot.
        inside: dict[str, Any] = {"transform": axes.transAxes, "clip_on": False}
        axes.add_line(Line2D([1, 1.025], [share, height], color=colour, linewidth=0.5, **inside))
        axes.text(1.03, height, said, va="center", color=colour, fontsize=_SMALL, **inside)


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


def _thin(time: np.ndarray, value: np.ndarray, panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """At most MOST_POINTS samples of those that the panel shows."""
    inside = (time >= panel.start - 1e-9) & (time <= panel.end + 1e-9)
    time, value = time[inside], value[inside]
    chosen = np.unique(np.linspace(0, max(len(time) - 1, 0), MOST_POINTS).astype(int))[: len(time)]
    return time[chosen], value[chosen]


def levels(
    conditions: Iterable[Condition], readout: Readout, shown: Mapping[str, tuple[float, str]]
) -> dict[tuple[float, str], str]:
    """Level and colour of each threshold that can be drawn, with what it says.

    `shown` has the drug-free value and the colour of each run that is drawn. A threshold has the
    colour of its run; it is grey for the first run, and where it is that of several.
    """
    colours: dict[float, str] = {}
    words: dict[float, dict[str, None]] = {}
    own = next(iter(shown), None)
    for condition in conditions:
        if condition.readout != readout or condition.setup not in shown:
            continue
        baseline, colour = shown[condition.setup]
        colour = _GREY if condition.setup == own else colour
        for exact, said in _thresholds(condition, baseline):
            level = float(f"{exact:.4g}")
            colours[level] = colour if colours.get(level, colour) == colour else _GREY
            words.setdefault(level, {})[said] = None
    return {(level, colours[level]): ", ".join(said) for level, said in words.items()}


def _thresholds(condition: Condition, baseline: float) -> Iterator[tuple[float, str]]:
    """Levels, with words, of what is compared with its own baseline or in its own unit."""

    def away(size: float, relative: bool) -> float:
        return size * (abs(baseline) if relative else 1)

    match condition:
        case Change(relative_to="baseline", than=None) as change:
            step = away(change.size.value, change.size.relative)
            yield baseline + sign_of(change.goes) * step, f"{change.goes} {change.size}"
        case Level(relative_to="unit" | "baseline") as level:
            factor, of = (1.0, "") if level.relative_to == "unit" else (baseline, " x baseline")
            for word, bound in (("more than", level.more_than), ("less than", level.less_than)):
                if bound is not None:
                    yield bound * factor, f"{word} {bound:g}{of}"
        case Peak(times_baseline=(low, high)):
            for word, bound in (("at least", low), ("at most", high)):
                yield bound * baseline, f"peak {word} {bound:g} x baseline"
        case Flat(relative_to="baseline") as flat:
            step = away(flat.within.value, flat.within.relative)
            for goes, sign in (("up", 1), ("down", -1)):
                if flat.goes in (None, goes):
                    yield baseline + sign * step, f"at most {goes} {flat.within}"
        case Returns(relative_to="baseline") as back:
            step = away(back.within.value, back.within.relative)
            yield from ((baseline + s * step, f"back within {back.within}") for s in (1, -1))
        case Blocked() | Order() | Change() | Flat() | Level() | Peak() | Returns() | Shape():
            return

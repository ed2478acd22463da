"""A run, or a scan, as a plot for a paper: a panel for each readout, over the hours."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ketamine_mtor import knowledge, pictures
from ketamine_mtor.experiment import PRETREATMENT_H, Dose
from ketamine_mtor.files import write

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Formats that can be written.
FIGURES = (".png", ".svg", ".pdf")
DOTS_PER_INCH = 300
#: Widths of a column and of two, in most journals (mm).
ONE_COLUMN_MM, TWO_COLUMNS_MM = 85, 180
#: Up to so many panels: the figure's width, its columns, and the height of a row (mm).
_SHAPES = (
    (3, ONE_COLUMN_MM, 1, 36),
    (4, TWO_COLUMNS_MM, 2, 40),
    (12, TWO_COLUMNS_MM, 3, 34),
    (math.inf, TWO_COLUMNS_MM, 5, 21.5),
)
_FONT, _SMALL, _FEW = 7.0, 5.5, 12
#: A panel shows at least this share of the baseline: less is no change.
LEAST_CHANGE = 0.1
#: More lines than this are not told apart: their colours are a scale, of which the legend has some.
MOST_NAMED = 10
_LINES = ("-", "--", ":", "-.")
_DRUGS = (
    pictures.ORANGE,
    pictures.GREEN,
    pictures.VERMILLION,
    pictures.PURPLE,
    pictures.SKY,
    pictures.YELLOW,
)
_BASELINE: dict[str, Any] = {"color": "0.45", "linewidth": 0.6, "linestyle": (0, (4, 3))}
#: Points between a panel and its first mark, and from mark to mark.
_FIRST_MARK, _NEXT_MARK = 2.5, 3.5
_MOST_TIMES = 4
#: A run this long shows its first hours, in which all is given, on so large a share of the axis of
#: time; then the axis breaks.
LONG_H, EARLY_H, EARLY_SHARE = 12.0, 3.0, 0.45
#: Width of the break, as a share of the axis, and in time (h): nothing is lost in it.
_BREAK, _BREAK_H = 0.035, 1e-6
_MM_PER_INCH = 25.4
#: In sizes of the font: a letter, what stands before a label, the height of a line.
_LETTER, _HANDLE, _LINE_HEIGHT = 0.6, 4.0, 1.75
_STYLE = {
    "axes.linewidth": 0.5,
    "lines.linewidth": 0.9,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.major.size": 2,
    "ytick.major.size": 2,
}

#: A point of a scan and its run.
Line = tuple[Mapping[str, float], "xr.Dataset"]


@dataclass(frozen=True)
class Mark:
    """What is given, and from when to when (h); a bolus ends where it starts."""

    said: str
    spans: tuple[tuple[float, float], ...]
    colour: str


def drawing(run: xr.Dataset, lines: Sequence[Line], kind: str) -> bytes:
    """Every readout of ``run`` as a picture.

    Parameters
    ----------
    run
        A run or a scan.
    lines
        Each point of a scan and its run; of a single run, that alone.
    kind
        One of :data:`FIGURES`, without the dot.
    """
    with pictures.settings("ketamine_mtor", _size(lines), **_STYLE):
        return pictures.drawn(make_figure(run, lines), kind, dpi=DOTS_PER_INCH)


def write_figure(run: xr.Dataset, lines: Sequence[Line], path: Path) -> None:
    """Write :func:`drawing` to a file that ends in one of :data:`FIGURES`, whole or not at all.

    Raises
    ------
    InputError
        Where it cannot be written.
    """
    write(path, drawing(run, lines, path.suffix.lower().removeprefix(".")))


def make_figure(run: xr.Dataset, lines: Sequence[Line]) -> Figure:
    """The figure, as wide as one or two columns of a journal; arguments as above."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    names, size = _names(lines), _size(lines)
    _, width, columns, height = next(shape for shape in _SHAPES if len(names) <= shape[0])
    rows, marked, looks = math.ceil(len(names) / columns), marks(run), list(_looks(lines))
    above = _FIRST_MARK + _NEXT_MARK * len(marked)
    legend, below = _legend(run, lines, looks, marked, width / _MM_PER_INCH * 72, size)
    inches = width / _MM_PER_INCH, height * rows / _MM_PER_INCH + below / 72
    figure = Figure(figsize=inches, layout=ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.02))
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True).ravel()
    hours = float(run["time"].values[-1])
    broken = breaks(hours, marked)
    _time(panels[0], hours, broken)
    for panel, name in zip(panels, names, strict=False):
        _draw(panel, name, lines, looks)
        _mark(panel, marked)
        if broken:
            _break(panel)
        panel.set_title(name, fontsize=size, fontweight="bold", loc="left", pad=above)
    for panel in panels[len(names) :]:
        panel.remove()
    for panel in panels[max(0, len(names) - columns) : len(names)]:
        panel.set_xlabel("time (h)")
        panel.tick_params(labelbottom=True)
    figure.legend(**legend)
    return figure


def _names(lines: Sequence[Line]) -> list[str]:
    return [str(name) for name in lines[0][1].data_vars]


def _size(lines: Sequence[Line]) -> float:
    return _SMALL if len(_names(lines)) > _FEW else _FONT


def _looks(lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    """Colour and dashes of each line: by the first name of a scan, and by the others."""
    import matplotlib as mpl

    axes = list(lines[0][0])
    if not axes:
        yield {"color": pictures.BLUE}
        return
    first = list(dict.fromkeys(point[axes[0]] for point, _ in lines))
    others = list(dict.fromkeys(_others(point) for point, _ in lines))
    colours = mpl.colormaps["viridis"](np.linspace(0, 0.88, len(first)))
    for point, _ in lines:
        dashes = _LINES[others.index(_others(point)) % len(_LINES)]
        yield {"color": colours[first.index(point[axes[0]])], "linestyle": dashes}


def _others(point: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(point.items())[1:]


def _draw(
    panel: Axes, name: str, lines: Sequence[Line], looks: Sequence[Mapping[str, Any]]
) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    baselines: dict[str, tuple[float, Any]] = {}
    low, high = math.inf, -math.inf
    for (_, run), look in zip(lines, looks, strict=True):
        values, baseline = run[name].values, float(run[name].attrs["baseline"])
        panel.plot(run["time"].values, values, **look)
        low, high = min(low, values.min(), baseline), max(high, values.max(), baseline)
        # Steady states that were found one by one differ in late digits.
        baselines.setdefault(f"{baseline:.4g}", (baseline, look["color"]))
    for baseline, colour in baselines.values():
        own = {} if len(baselines) == 1 else {"color": colour}
        panel.axhline(baseline, zorder=1, **_BASELINE | own)
    panel.set_ylim(*limits(low, high))
    panel.set_ylabel(shown_unit(name, lines[0][1][name].attrs["units"]), labelpad=2)
    panel.yaxis.set_major_locator(MaxNLocator(3, min_n_ticks=2))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.6g}"))
    panel.tick_params(pad=2)
    panel.spines[["top", "right"]].set_visible(False)


def limits(low: float, high: float) -> tuple[float, float]:
    """Ends of an axis for values from ``low`` to ``high``; what hardly moves looks flat."""
    largest = max(abs(low), abs(high))
    if largest == 0:
        return -0.05, 1.0
    lacking = max(0.0, LEAST_CHANGE * largest - (high - low)) / 2
    low, high = low - lacking, high + lacking
    away = 0.06 * (high - low)
    return low - away, high + away


def shown_unit(name: str, symbol: str) -> str:
    """What an axis, a legend or a table for readers says for the unit of a readout."""
    row = knowledge.load().observables.get(name)
    return pictures.unit(symbol, relative=row is not None and row.relative)


# Time


def breaks(hours: float, marked: Sequence[Mark]) -> bool:
    """Whether the axis of time breaks after the first hours.

    Only where all is given in these: the same response looks the same wherever it is.
    """
    starts = [start for mark in marked for start, _ in mark.spans]
    return hours >= LONG_H and bool(starts) and max(starts) < EARLY_H


def _time(panel: Axes, hours: float, broken: bool) -> None:
    """The axis of time, which all panels share."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, MultipleLocator

    step = pictures.step(hours, most=4)
    if broken:
        knots = [0, EARLY_H, EARLY_H + _BREAK_H, hours]
        places = [0, EARLY_SHARE, EARLY_SHARE + _BREAK, 1]
        to_place = partial(np.interp, xp=knots, fp=places)
        panel.set_xscale("function", functions=(to_place, partial(np.interp, xp=places, fp=knots)))
        early = np.arange(0, EARLY_H + 1, pictures.step(EARLY_H, most=3))
        late = np.arange(step, hours + step, step)
        ticks = [*early[early <= EARLY_H], *late[(late > EARLY_H) & (late <= hours)]]
        panel.xaxis.set_major_locator(FixedLocator(ticks))
        panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    elif hours >= 1:
        panel.xaxis.set_major_locator(MultipleLocator(step))
    else:
        panel.xaxis.set_major_locator(MaxNLocator(3))
    panel.set_xlim(0, hours)


def _break(panel: Axes) -> None:
    """The gap in the axis and in all curves, and its sign."""
    away: dict[str, Any] = {"color": "white", "linewidth": 0, "zorder": 3, "clip_on": False}
    panel.axvspan(EARLY_H, EARLY_H + _BREAK_H, ymin=-0.03, **away)
    middle = EARLY_SHARE + _BREAK / 2
    panel.text(middle, 0, "//", transform=panel.transAxes, ha="center", va="center", zorder=4)


# What is given


def marks(run: xr.Dataset) -> list[Mark]:
    """Doses and drugs of a run's experiment; of what is scanned, not how much."""
    experiment, hours = json.loads(run.attrs["experiment"]), float(run["time"][-1])
    scanned, tables = [str(name) for name in run.sizes], knowledge.load()
    found = []
    doses = [Dose(*dose) for dose in experiment["ketamine"]]
    if "ketamine" in scanned and not doses:
        doses = [Dose(0.0, 0.0)]
    for (amount, minutes), alike in itertools.groupby(
        sorted(doses, key=lambda dose: (dose.mgkg, dose.minutes, dose.hours)),
        lambda dose: (dose.mgkg, dose.minutes),
    ):
        times = [dose.hours for dose in alike]
        how_much = "" if "ketamine" in scanned else f" {amount:g} mg/kg"
        over = f" over {minutes:g} min" if minutes else ""
        shown = ", ".join(f"{time:g}" for time in times[:_MOST_TIMES])
        more = f" and {len(times) - _MOST_TIMES} more times" if len(times) > _MOST_TIMES else ""
        spans = tuple((time, min(time + minutes / 60, hours)) for time in times)
        found.append(Mark(f"ketamine{how_much}{over} at {shown} h{more}", spans, "black"))
    found.sort(key=lambda mark: mark.spans)
    drugs = dict(experiment["drugs"])
    for name in scanned:
        if name in tables.drugs:
            drugs.setdefault(name, {"nM": None, "start": PRETREATMENT_H, "end": None})
    for (name, bath), colour in zip(drugs.items(), itertools.cycle(_DRUGS), strict=False):
        how_much = "" if name in scanned or bath["nM"] is None else f" {bath['nM']:g} nM"
        start, end = bath["start"], hours if bath["end"] is None else bath["end"]
        when = ""
        if bath["end"] is not None:
            when = f", {start:g} to {end:g} h"
        elif start != PRETREATMENT_H:
            when = f" from {start:g} h"
        spans = ((max(start, 0.0), min(end, hours)),) if end > 0 else ()
        found.append(Mark(f"{name}{how_much}{when}", spans, colour))
    return found


def _mark(panel: Axes, marked: Sequence[Mark]) -> None:
    """Marks above a panel: its data stay free."""
    from matplotlib.transforms import ScaledTranslation

    for row, mark in enumerate(marked):
        up = (_FIRST_MARK + _NEXT_MARK * row) / 72
        place = panel.get_xaxis_transform()
        place += ScaledTranslation(0, up, panel.figure.dpi_scale_trans)
        for start, end in mark.spans:
            panel.plot([start, end], [1, 1], transform=place, clip_on=False, **_shape(mark))


def _shape(mark: Mark) -> dict[str, Any]:
    bolus = all(start == end for start, end in mark.spans)
    if bolus and mark.spans:
        return {"color": mark.colour, "marker": "v", "markersize": 3, "linestyle": ""}
    return {"color": mark.colour, "linewidth": 2, "solid_capstyle": "butt"}


# The legend


def _legend(
    run: xr.Dataset,
    lines: Sequence[Line],
    looks: Sequence[Mapping[str, Any]],
    marked: Sequence[Mark],
    width: float,
    size: float,
) -> tuple[dict[str, Any], float]:
    """The legend below all panels of a figure so wide (points), and how high it is (points)."""
    from matplotlib.lines import Line2D

    entries = [(Line2D([], [], **_shape(mark)), mark.said) for mark in marked]
    entries.append((Line2D([], [], **_BASELINE), "drug-free"))
    first: dict[str, Line2D] = {}
    others: dict[str, Line2D] = {}
    for (point, _), look in zip(lines, looks, strict=True):
        pairs = list(point.items())
        if pairs:
            first.setdefault(words(pairs[:1]), Line2D([], [], color=look["color"]))
        if len(pairs) > 1:
            dashes = Line2D([], [], color="black", linestyle=look["linestyle"])
            others.setdefault(words(pairs[1:]), dashes)
    for group in (first, others):
        listed = [(artist, said) for said, artist in group.items()]
        some = np.linspace(0, len(listed) - 1, min(len(listed), MOST_NAMED)).round()
        entries += [listed[int(i)] for i in some]
    longest = max(len(said) for _, said in entries)
    columns = min(len(entries), max(1, int(width / (size * (_LETTER * longest + _HANDLE)))))
    title = otherwise(run)
    rows = math.ceil(len(entries) / columns) + bool(title)
    handles, labels = zip(*entries, strict=True)
    legend: dict[str, Any] = {
        "handles": handles,
        "labels": labels,
        "title": title or None,
        "ncols": columns,
    }
    legend |= {"loc": "outside lower center", "frameon": False, "borderaxespad": 0.2}
    legend |= {"handlelength": 2.0, "columnspacing": 1.2}
    return legend, (_LINE_HEIGHT * rows + 1) * size


def words(pairs: Iterable[tuple[str, float]]) -> str:
    """What is changed, with units, as in ``ketamine 10 mg/kg``."""
    tables = knowledge.load()
    numbers, said = tables.numbers(), []
    for name, value in pairs:
        unit = "mg/kg" if name == "ketamine" else "nM" if name in tables.drugs else ""
        unit = numbers[name].unit if name in numbers else unit
        said.append(f"{name} {value:g} {unit if unit != '1' else ''}".strip())
    return ", ".join(said)


def otherwise(run: xr.Dataset) -> str:
    """What is not as usual about the animal: its variant, knockouts and parameters."""
    experiment = json.loads(run.attrs["experiment"])
    parts = []
    if experiment["variant"] != knowledge.DEFAULT_VARIANT:
        parts.append(f"variant {experiment['variant']}")
    if experiment["knockouts"]:
        parts.append(f"knockout of {', '.join(experiment['knockouts'])}")
    parts += [words([pair]) for pair in experiment["parameters"].items()]
    return "; ".join(parts)

"""The picture, from the rows alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ketamine_mtor import pictures
from tests.benchmarks import ensembles, page
from tests.benchmarks.problems import MODEL
from tests.benchmarks.rows import GROWTH, MANY, ONE, Row

#: Colours by engine; the package's own are alike.
_COLOURS = {
    "libRoadRunner": "black",
    "ketamine_mtor": pictures.VERMILLION,
    "COPASI": pictures.BLUE,
    "basico": pictures.SKY,
    "BNG run_network": pictures.GREEN,
    "PySB SciPy": pictures.PURPLE,
    "bngsim": pictures.ORANGE,
    "AMICI": "#7f7f7f",
    ensembles.KERNEL: pictures.VERMILLION,
    ensembles.SAME: pictures.VERMILLION,
    ensembles.CLAIM: "#f2b48a",
}
_MARKS = dict(zip(_COLOURS, "oDsv^PX*DDD", strict=True))


def drawn(rows: Sequence[Row]) -> bytes:
    """The picture (SVG): one run by size, its error, gains of ensembles, growth with sets."""
    with pictures.settings("benchmarks", 9):
        figure = Figure(figsize=(11, 8), layout="constrained")
        by_size, by_error, gains, growth = figure.subplots(2, 2).flat
        _by_size(by_size, rows)
        _by_error(by_error, rows)
        _gains(gains, rows)
        _growth(growth, rows)
        return pictures.drawn(figure)


def _runs(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.part == ONE and row.measured and not row.wrong]


def _by_size(axes: Axes, rows: Sequence[Row]) -> None:
    for engine in dict.fromkeys(row.engine for row in _runs(rows)):
        own = [row for row in _runs(rows) if row.engine == engine]
        axes.plot(
            [row.species for row in own],
            [1e3 * row.median for row in own],
            color=_COLOURS[engine],
            marker=_MARKS[engine],
            label=engine,
        )
    axes.set(xscale="log", yscale="log", xlabel="species", ylabel="ms", title="One run")
    axes.legend(fontsize=7)


def _by_error(axes: Axes, rows: Sequence[Row]) -> None:
    for row in _runs(rows):
        if row.problem == MODEL:
            at = row.error, 1e3 * row.median
            axes.plot(*at, color=_COLOURS[row.engine], marker=_MARKS[row.engine])
    axes.set(xscale="log", yscale="log", xlabel="largest error", ylabel="ms")
    axes.set_title("One run of the model: time and error (marks as on the left)")
    axes.margins(0.2)


def _gains(axes: Axes, rows: Sequence[Row]) -> None:
    many = [row for row in rows if row.part == MANY]
    groups = list(dict.fromkeys((row.problem, row.species, row.workers) for row in many))
    for place, engine in enumerate((ensembles.SAME, ensembles.CLAIM)):
        heights = []
        for problem, _, workers in groups:
            own = [row for row in many if (row.problem, row.workers) == (problem, workers)]
            heights += [page.gain(own, engine)[0] if page.gain(own, engine) else None]
        numbers = [each or 0.0 for each in heights]
        bars = axes.bar(
            np.arange(len(groups)) + 0.4 * place, numbers, 0.4, color=_COLOURS[engine], label=engine
        )
        axes.bar_label(bars, [f"{each:.0f}" if each else "-" for each in numbers], fontsize=7)
    labels = [
        f"{problem}\n{species} species\n{workers} worker{'s' * (workers > 1)}"
        for problem, species, workers in groups
    ]
    axes.set_xticks(np.arange(len(groups)) + 0.2, labels, fontsize=7)
    axes.margins(y=0.3)
    axes.set(ylabel="times quicker", title="Ensembles against libRoadRunner, as many workers")
    axes.legend(fontsize=7)


def _growth(axes: Axes, rows: Sequence[Row]) -> None:
    own = [row for row in rows if row.part == GROWTH]
    for engine in dict.fromkeys(row.engine for row in own):
        line = [row for row in own if row.engine == engine]
        axes.plot(
            [row.runs for row in line],
            [row.median * row.runs for row in line],
            color=_COLOURS[engine],
            marker=_MARKS[engine],
            label=engine,
        )
    small = own[0].problem if own else ""
    axes.set(xscale="log", yscale="log", xlabel="parameter sets", ylabel="s")
    axes.set_title(f"Growth with samples ({small}, one worker)")
    if own:
        axes.legend(fontsize=7)

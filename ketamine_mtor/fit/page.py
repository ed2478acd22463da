"""The fits for people: a picture of model and points, and the tables within ``docs/fit.md``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ketamine_mtor import paths, pictures
from ketamine_mtor.claims.fits import CLAIMS, POINTS, Target
from ketamine_mtor.claims.model import Shape
from ketamine_mtor.files import renewed
from ketamine_mtor.fit import Found
from ketamine_mtor.fit.targets import Curve, Reading
from ketamine_mtor.pages import markdown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PICTURE, PAGE = "docs/fit.svg", "docs/fit.md"
_BEFORE, _AFTER, _DATA = "#7f7f7f", "#1f77b4", "#d62728"
_PANEL_INCHES, _ROW_INCHES, _WIDTH_INCHES = 3.0, 0.22, 9.0
#: The axis of distances is linear up to here (sds), logarithmic from there.
_LINEAR = 1.0


def made(results: Sequence[Found]) -> dict[str, bytes]:
    """Page and picture, by their paths from the root.

    Raises
    ------
    InputError
        Where the page is not there or lacks the marks between which the tables stand.
    """
    parts = [_summary(results), *map(_section, results)]
    text = renewed(paths.read(paths.root() / PAGE), "\n\n".join(parts), PAGE)
    return {PAGE: text.encode(), PICTURE: draw(results)}


# Tables


_TABLES = "with the tables' values"


def _summary(results: Sequence[Found]) -> str:
    columns = ("fit", "data", "numbers aimed at", "cost at the start", "fitted")
    rows = [
        (
            found.fit.id,
            ", ".join(found.fit.data) or "assumed",
            str(sum(target.size for target in found.fit.targets)),
            *(f"{found.costs[name]:.3g}" for name in ("start", "fitted", "table")),
            str(found.animals),
            str(found.failed),
        )
        for found in results
    ]
    return markdown((*columns, _TABLES, "animals", "of which failed"), rows)


def _section(found: Found) -> str:
    fit, split = found.fit, len(found.fit.targets)
    parts = [f"### {fit.id}\n\n{fit.what[0].upper()}{fit.what[1:]}.", _parameters(found)]
    for title, targets, some in (
        ("Fitted to", fit.targets, slice(split)),
        ("Only checked", fit.checks, slice(split, None)),
    ):
        if targets:
            parts.append(_targets(title, targets, found.before[some], found.after[some]))
    return "\n\n".join(parts)


def _parameters(found: Found) -> str:
    rows = [
        (
            f"`{name}`",
            f"{found.table[i]:g}",
            f"{found.fitted[i]:.3g}{' (at its bound)' if found.at_bound[i] else ''}",
            f"{found.ratio[i]:.3g}",
            f"x or / {np.exp(found.uncertainty[i]):.2g}",
            f"{min(found.by_prior[i], 1.0):.0%}",
        )
        for i, name in enumerate(found.fit.parameters)
    ]
    columns = ("parameter", "table", "fitted", "ratio", "uncertainty", "left to the prior")
    return markdown(columns, rows)


def _targets(
    title: str, targets: Sequence[Target], before: Sequence[Reading], after: Sequence[Reading]
) -> str:
    rows = []
    for target, first, last in zip(targets, before, after, strict=True):
        if target.kind == CLAIMS:
            wanted = f"{target.size} parts hold, by {target.margin:.0%}"
            # So far from holding with the margin is a part that just holds.
            just = target.margin / target.sd
            measured = [f"{int((each.away <= just).sum())} hold" for each in (first, last)]
        else:
            wanted = _listed(first.wanted)
            measured = [_listed(each.measured) for each in (first, last)]
        rows.append((target.say(), wanted, *measured, f"{_largest(last):.2g}"))
    return markdown((title, "wanted", _TABLES, "fitted", "distance (sd)"), rows)


def _listed(values: np.ndarray) -> str:
    return ", ".join("no value" if np.isnan(value) else f"{value:.3g}" for value in values)


def _largest(reading: Reading) -> float:
    return float(np.abs(reading.away).max())


# Picture


def draw(results: Sequence[Found]) -> bytes:
    """Curves against points, and below how far each target is off, as SVG."""
    from matplotlib.figure import Figure

    curves = list(_curves(results))
    rows = [
        (f"{found.fit.id}: {target.say()}", _largest(first), _largest(last))
        for found in results
        for target, first, last in zip(found.fit.targets, found.before, found.after, strict=False)
    ]
    heights = [_PANEL_INCHES] * bool(curves) + [1.0 + _ROW_INCHES * len(rows)]
    with pictures.settings(PAGE):
        figure = Figure(figsize=(_WIDTH_INCHES, sum(heights)), layout="constrained")
        parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
        if curves:
            panels = np.atleast_1d(parts[0].subplots(1, len(curves)))
            for axes, (target, before, after) in zip(panels, curves, strict=True):
                _panel(axes, target, before, after)
            panels[0].legend(frameon=False)
        axes = parts[-1].subplots()
        places = np.arange(len(rows))
        axes.scatter([row[1] for row in rows], places, color=_BEFORE, label="tables' values")
        axes.scatter(
            [row[2] for row in rows], places, color=_AFTER, marker="D", s=14, label="fitted"
        )
        axes.set_yticks(places, [row[0] for row in rows])
        axes.invert_yaxis()
        axes.set_xscale("symlog", linthresh=_LINEAR)
        axes.set_xlabel("largest distance from the data, in standard deviations")
        axes.grid(axis="x", color="0.9")
        axes.set_axisbelow(True)
        axes.legend(frameon=False, loc="lower right")
        return pictures.drawn(figure)


def _curves(results: Sequence[Found]) -> Iterator[tuple[Target, Curve, Curve]]:
    """Each target with points, and its curve with the tables' values and with the fitted ones."""
    for found in results:
        every = found.fit.targets + found.fit.checks
        pointed = [target for target in every if target.kind == POINTS]
        yield from zip(pointed, *found.curves, strict=True)


def _panel(axes: Axes, target: Target, before: Curve, after: Curve) -> None:
    condition = target.only(Shape)
    minutes, shares = np.array(condition.points).T * [[60], [1]]
    for curve, color, style, label in (
        (before, _BEFORE, "--", "tables' values"),
        (after, _AFTER, "-", "fitted"),
    ):
        axes.plot(60 * curve[0], curve[1], color=color, linestyle=style, label=label)
    axes.errorbar(minutes, shares, target.sd, fmt="o", color=_DATA, label=", ".join(target.source))
    axes.set_title(f"{condition.readout.id} ({condition.setup})")
    axes.set_xlabel("min")
    axes.set_ylabel(f"share of the highest {target.of}")

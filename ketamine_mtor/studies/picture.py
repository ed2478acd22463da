"""The necessity matrix as a heat map: claims by rules, both in the order of the caption."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ketamine_mtor import pictures
from ketamine_mtor.claims.model import Claim
from ketamine_mtor.studies.necessity import GROUP, RULE, Row, own

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What a cell says, as its number: passes, fails with claims above it, fails alone, not run.
PASSES, FAILS, ALONE, NOT_RUN = range(4)
_COLOURS = ("#f4f4f2", "#e9a15b", "#a01c2c", "#9a9aa0")
_SAID = {
    ALONE: "fails, all claims upstream of it pass",
    FAILS: "fails with claims upstream of it",
    NOT_RUN: "not run: no drug-free state",
}
_GROUPS = "edges and loops as a whole"
#: Inches: a row, a column, what stands left, right and above of them, and below.
_ROW, _COLUMN, _LEFT, _RIGHT, _TOP = 0.085, 0.085, 2.9, 1.1, 0.7
_BELOW = 0.2
_FONT = 5.0


def cells(rows: Sequence[Row], claims: Sequence[Claim]) -> np.ndarray:
    """What each row does to each claim, ``[row, claim]``."""
    found = np.zeros((len(rows), len(claims)), int)
    for j, claim in enumerate(claims):
        alone = {id(row) for row in own(rows, claim.id, claims)}
        for i, row in enumerate(rows):
            if id(row) in alone:
                found[i, j] = ALONE
            elif claim.number in row.flips:
                found[i, j] = FAILS
            elif claim.number in row.not_run:
                found[i, j] = NOT_RUN
    return found


def heat_map(rows: Sequence[Row], claims: Sequence[Claim]) -> str:
    """The matrix as the text of an SVG: a row per group and rule, a column per claim."""
    from matplotlib.figure import Figure

    groups = [row for row in rows if row.kind == GROUP]
    ruled = [row for row in rows if row.kind == RULE]
    parts = [(_GROUPS, groups), *_by_module(ruled)]
    shown = [row for _, members in parts for row in members]
    values = cells(shown, claims)
    with pictures.settings("necessity", _FONT):
        width = _LEFT + _COLUMN * len(claims) + _RIGHT
        height = _TOP + _ROW * len(shown) + _BELOW
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes(
            (
                _LEFT / width,
                _BELOW / height,
                _COLUMN * len(claims) / width,
                _ROW * len(shown) / height,
            )
        )
        _draw(axes, values, [row.name for row in shown], [claim.number for claim in claims])
        _brackets(axes, [(name, len(members)) for name, members in parts], len(claims))
        return pictures.drawn(figure).decode()


def _by_module(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    from ketamine_mtor import rules

    homes: dict[str, str] = {}
    for variant in rules.writers():
        homes = {**rules.homes(variant), **homes}
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(homes[row.name], []).append(row)
    return list(found.items())


def _draw(axes: Axes, values: np.ndarray, rows: Sequence[str], columns: Sequence[str]) -> None:
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    colours = ListedColormap(_COLOURS)
    axes.imshow(
        values, cmap=colours, vmin=0, vmax=len(_COLOURS) - 1, aspect="auto", interpolation="none"
    )
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(columns)), columns, rotation=90)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0, pad=1.5)
    axes.spines[:].set_visible(False)
    axes.legend(
        handles=[Patch(color=_COLOURS[kind], label=said) for kind, said in _SAID.items()],
        loc="lower left",
        bbox_to_anchor=(0, 1 + 0.35 / (_ROW * len(rows))),
        frameon=False,
        ncols=len(_SAID),
        fontsize=_FONT + 1.5,
        borderaxespad=0,
    )


def _brackets(axes: Axes, parts: Sequence[tuple[str, int]], columns: int) -> None:
    """A line above each module of rules, with its name."""
    first = 0
    for name, size in parts:
        if first:
            axes.axhline(first - 0.5, color="white", linewidth=1.2)
        axes.annotate(
            name,
            xy=(columns - 0.3, first - 0.3),
            xycoords="data",
            va="top",
            fontsize=_FONT,
            color="0.4",
            annotation_clip=False,
        )
        first += size

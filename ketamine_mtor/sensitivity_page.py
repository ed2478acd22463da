"""The sensitivities for people: a heat map, and the tables within ``docs/sensitivity.md``."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ketamine_mtor.files import BEGIN, END, renew, write
from ketamine_mtor.sensitivity import SENSITIVE, Decider, Sensitivities

__all__ = ["BEGIN", "END", "PAGE", "PICTURE", "draw", "publish"]

PICTURE, PAGE = "sensitivity.svg", "sensitivity.md"
#: So many numbers are drawn: those to which some claim is most sensitive.
MOST_COLUMNS = 50
#: So many are named per claim.
_MOST_NAMED = 3
_MOST_LISTED = 10
#: Colours are linear up to the first, logarithmic from there to the second, and end there.
_LINEAR, _LARGEST = 0.1, 10.0
#: A factor beyond this is too far for a linear estimate.
_FAR = 3.0
_CELL_INCHES, _MARGIN_INCHES = 0.19, 3.1


def publish(
    claims: Sequence[Decider],
    found: Sensitivities,
    kinds: Mapping[str, int],
    kind_of: Mapping[str, str],
    folder: Path,
) -> None:
    """Draw the heat map and renew the tables of the page, both in ``folder``.

    Raises
    ------
    InputError
        Where the page is not there or lacks the marks between which the tables stand.
    """
    tables = "\n\n".join(
        (_split(kinds), _strongest(claims, found, kind_of), _claims(claims, found))
    )
    renew(folder / PAGE, tables)
    write(folder / PICTURE, draw(found))


def draw(found: Sensitivities, kind: str = "svg") -> bytes:
    """A heat map as SVG (or PNG): a row per claim, a column per number, most influential first."""
    import matplotlib
    from matplotlib.colors import SymLogNorm
    from matplotlib.figure import Figure

    strength = np.nanmax(np.abs(np.nan_to_num(found.values)), axis=0)
    shown = np.argsort(-strength, kind="stable")[:MOST_COLUMNS]
    names = [found.columns[i] for i in shown]
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": PAGE, "font.size": 8}):
        size = (
            _MARGIN_INCHES + _CELL_INCHES * len(names),
            _MARGIN_INCHES + _CELL_INCHES * len(found.rows),
        )
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.subplots()
        norm = SymLogNorm(_LINEAR, vmin=-_LARGEST, vmax=_LARGEST)
        image = axes.imshow(found.values[:, shown], cmap="RdBu_r", norm=norm, aspect="auto")
        axes.set_xticks(range(len(names)), names, rotation=90)
        axes.set_yticks(range(len(found.rows)), found.rows)
        axes.set_xticks(np.arange(len(names) + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(len(found.rows) + 1) - 0.5, minor=True)
        axes.grid(which="minor", color="0.9", linewidth=0.5)
        axes.tick_params(which="both", length=0)
        ticks = [-10, -1, -0.1, 0, 0.1, 1, 10]
        bar = figure.colorbar(image, ax=axes, shrink=0.6, extend="both", ticks=ticks)
        bar.ax.set_yticklabels([f"{tick:g}" for tick in ticks])
        bar.set_label("% change of the deciding number per % change")
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, metadata={"Date": None} if kind == "svg" else None)
    return buffer.getvalue()


def _split(kinds: Mapping[str, int]) -> str:
    total = sum(kinds.values())
    each = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    return f"Some claim is sensitive ({SENSITIVE:g} or more) to {total} numbers: {each}."


def _strongest(claims: Sequence[Decider], found: Sensitivities, kind_of: Mapping[str, str]) -> str:
    """The largest sensitivities that can bring a claim to its threshold, a number once."""
    away = np.array([[claim.threshold / claim.measured - 1] for claim in claims])
    strength = np.abs(np.nan_to_num(found.values))
    strength[np.abs(away) > math.log(_FAR) * strength] = 0.0
    order = np.argsort(-strength.max(axis=0), kind="stable")[:_MOST_LISTED]
    lines = ["| number | kind | claim | sensitivity |", "| --- | --- | --- | --- |"]
    for i in order:
        row = int(strength[:, i].argmax())
        name = found.columns[i]
        lines.append(
            f"| `{name}` | {kind_of[name]} | {found.rows[row]} | {found.values[row, i]:.3g} |"
        )
    return "\n".join(lines)


def _claims(claims: Sequence[Decider], found: Sensitivities) -> str:
    lines = [
        "| claim | measured | threshold | most sensitive to | threshold reached at |",
        "| --- | --- | --- | --- | --- |",
    ]
    for claim in claims:
        strongest = found.largest(claim.claim.id, _MOST_NAMED)
        strongest = [(name, value) for name, value in strongest if abs(value) >= SENSITIVE]
        named = ", ".join(f"`{name}` {value:.2g}" for name, value in strongest) or "nothing"
        first = next((f"`{name}` {_reach(claim, value)}" for name, value in strongest), "far")
        lines.append(
            f"| {claim.claim.id} | {claim.measured:.4g} | {claim.threshold:.4g} |"
            f" {named} | {first} |"
        )
    return "\n".join(lines)


def _reach(claim: Decider, sensitivity: float) -> str:
    """The factor on a number that brings the measured one to its threshold, by the slope alone."""
    away = (claim.threshold / claim.measured - 1) / sensitivity
    return "far" if abs(away) > math.log(_FAR) else f"x {math.exp(away):.2f}"

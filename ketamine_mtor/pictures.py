"""What all plots share: text that stays text, colours for every eye, the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Okabe and Ito's colours, which colour-blind people tell apart too; black is for the rest.
BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, YELLOW = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
)
#: Distances of ticks as people divide hours and days, by the unit of the axis.
_STEPS = {"min": (5, 10, 15, 30, 60), "h": (0.25, 0.5, 1, 2, 6, 12, 24, 48, 96, 168)}
#: Key of the date in what a format says of itself.
_DATES = {"svg": "Date", "pdf": "CreationDate"}


@contextmanager
def settings(salt: str, size: float = 8.0, **more: Any) -> Iterator[None]:
    """Matplotlib's settings for a figure; ids in its SVG depend on ``salt``, not on chance.

    Text in SVG and PDF can be edited. ``size`` is that of the font (points).
    """
    import matplotlib

    # Matplotlib's stubs list every setting's name, and take no other dictionary.
    chosen: dict[Any, Any] = {"svg.fonttype": "none", "pdf.fonttype": 42}
    chosen |= {"svg.hashsalt": salt, "font.size": size, **more}
    with matplotlib.rc_context(chosen):
        yield


def drawn(figure: Figure, kind: str = "svg", **more: Any) -> bytes:
    """The figure's file, without a date, to be called under its :func:`settings`."""
    buffer = io.BytesIO()
    dateless = {_DATES[kind]: None} if kind in _DATES else None
    figure.savefig(buffer, format=kind, metadata=dateless, **more)
    return buffer.getvalue()


def unit(symbol: str, *, relative: bool = False) -> str:
    """What plots say for a unit; 1 is a share of a total, or relative to the wild type."""
    if symbol != "1":
        return symbol
    return "x wild type" if relative else "fraction"


def step(length: float, unit: str = "h", most: int = 8) -> float:
    """Distance of the ticks of an axis of time that is so long, in ``min`` or ``h``."""
    return next((each for each in _STEPS[unit] if length <= most * each), length)

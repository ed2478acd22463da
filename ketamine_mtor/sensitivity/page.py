"""The sensitivities for people: a heat map, and the tables within ``docs/sensitivity.md``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from ketamine_mtor import knowledge, paths, pictures
from ketamine_mtor.files import BEGIN, END, renewed
from ketamine_mtor.knowledge.rows import EVIDENCE
from ketamine_mtor.pages import markdown
from ketamine_mtor.sensitivity.evidence import evidence_split
from ketamine_mtor.sensitivity.tables import (
    CLAIMS,
    DECIDED,
    REST,
    SENSITIVE,
    Decided,
    Sensitivities,
    committed,
    load,
    load_decided,
)

__all__ = ["BEGIN", "END", "PAGE", "PICTURE", "draw", "made"]

PICTURE, PAGE = "sensitivity.svg", "sensitivity.md"
#: So many numbers are drawn: those to which some claim is most sensitive.
MOST_COLUMNS = 60
#: Elements of the feedback loops of the drug-free steady state, and what feeds back on them.
LOOPS = (
    ("BDNF_released", "BDNF_from_translation"),
    ("BDNF_released", "BDNF_from_soma"),
    ("glutamate", "GAP43_priming"),
)
#: The largest elasticity in a loop that is allowed.
LARGEST_IN_LOOP = 1.5
#: So many are named per claim or observable.
_MOST_NAMED = 3
_MOST_LISTED = 10
#: A claim that a change of one number by this share brings to its threshold is on the edge.
_EDGE = 0.05
#: Colours are linear up to the first, logarithmic from there to the second, and end there.
_LINEAR, _LARGEST = 0.1, 10.0
#: A factor beyond this is too far for a linear estimate.
_FAR = 3.0
_CELL_INCHES, _MARGIN_INCHES = 0.19, 3.1


def made() -> dict[str, bytes]:
    """``docs/sensitivity.md`` and its heat map, from the tables that were computed last.

    Raises
    ------
    InputError
        Where a table or the page is not there, or the page lacks the marks between which the
        tables stand.
    """
    folder = paths.root() / "docs"
    claims = load(committed(CLAIMS))
    text = page(
        paths.read(folder / PAGE),
        load_decided(committed(DECIDED)),
        claims,
        load(committed(REST)),
        knowledge.load(),
    )
    return {PAGE: text.encode(), PICTURE: draw(claims)}


def page(
    text: str,
    decided: Sequence[Decided],
    claims: Sensitivities,
    rest: Sensitivities,
    tables: knowledge.Tables,
) -> str:
    """The page with its tables made anew.

    Parameters
    ----------
    text
        The page as it is; what stands outside its marks is kept.
    decided
        What decides the claims, and which are left out.
    claims, rest
        Sensitivities of the claims, and elasticities of the drug-free steady state.
    tables
        The numbers and their kinds.
    """
    measured = [row for row in decided if not row.left_out]
    kinds = {name: row.kind for name, row in tables.numbers().items()}
    split = evidence_split(tables, claims)
    sensitive = sum(split.sensitive.values())
    parts = (
        "## The claims in numbers",
        f"{len(measured)} claims are measured. Some claim is sensitive ({SENSITIVE:g} or more) to"
        f" {sensitive} of {len(claims.columns)} numbers; {split.share:.0%} of these are"
        f" {' or '.join(EVIDENCE)} ([the numbers](parameters.md)). Where a claim asks that a"
        " number be at most a threshold, its change is taken in shares of the threshold.",
        f"The {_MOST_LISTED} largest sensitivities that can bring a claim to its threshold, a"
        " number once:",
        _strongest(measured, claims, kinds),
        "On the edge, by the slope alone: claims that a change of one number by"
        f" {_EDGE:.0%} or less brings to their threshold.",
        _edge(measured, claims),
        "Every claim that is measured:",
        _claims(measured, claims),
        "Left out:",
        markdown(
            ("claim", "because"), [(row.claim, row.left_out) for row in decided if row.left_out]
        ),
        "## The drug-free steady state in numbers",
        f"The feedback loops; the tests hold each below {LARGEST_IN_LOOP:g}.",
        markdown(
            ("observable", "number", "elasticity"),
            [(f"`{one}`", f"`{other}`", f"{rest.of(one, other):.2g}") for one, other in LOOPS],
        ),
        "Every observable, and to which numbers its drug-free value has the largest elasticities:",
        markdown(
            ("observable", "largest", "to", "next"),
            [(f"`{name}`", *_elasticities(rest, name)) for name in rest.rows],
        ),
    )
    return renewed(text, "\n\n".join(parts), PAGE)


def draw(found: Sensitivities) -> bytes:
    """A heat map as SVG: a row per claim, a column per number, most influential first."""
    from matplotlib.colors import SymLogNorm
    from matplotlib.figure import Figure

    strength = np.abs(np.nan_to_num(found.values)).max(axis=0)
    shown = np.argsort(-strength, kind="stable")[:MOST_COLUMNS]
    names = [found.columns[i] for i in shown]
    with pictures.settings(PAGE):
        size = (
            _MARGIN_INCHES + _CELL_INCHES * len(names),
            # The names of the numbers stand below and above.
            2 * _MARGIN_INCHES + _CELL_INCHES * len(found.rows),
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
        axes.tick_params(which="both", length=0, labeltop=True)
        ticks = [-10, -1, -0.1, 0, 0.1, 1, 10]
        bar = figure.colorbar(image, ax=axes, shrink=0.3, extend="both", ticks=ticks)
        bar.ax.set_yticklabels([f"{tick:g}" for tick in ticks])
        bar.set_label("% change of the deciding number per % change")
        return pictures.drawn(figure)


def _strongest(measured: Sequence[Decided], found: Sensitivities, kinds: Mapping[str, str]) -> str:
    """The largest sensitivities that can bring a claim to its threshold, a number once."""
    away = np.array([[row.away] for row in measured]).reshape(-1, 1)
    strength = np.abs(np.nan_to_num(found.values))
    strength[np.abs(away) > math.log(_FAR) * strength] = 0.0
    order = np.argsort(-strength.max(axis=0, initial=0.0), kind="stable")[:_MOST_LISTED]
    rows = []
    for i in order:
        row, name = int(strength[:, i].argmax()), found.columns[i]
        value = f"{found.values[row, i]:.3g}"
        rows.append((f"`{name}`", kinds.get(name, ""), found.rows[row], value))
    return markdown(("number", "kind", "claim", "sensitivity"), rows)


def _edge(measured: Sequence[Decided], found: Sensitivities) -> str:
    rows = []
    for row in measured:
        ((name, value),) = found.largest(row.claim, 1)
        if abs(value) >= SENSITIVE and abs(_away(row, value)) <= _EDGE:
            rows.append((abs(_away(row, value)), row.claim, name, math.expm1(_away(row, value))))
    return markdown(
        ("claim", "number", "change"),
        [(claim, f"`{name}`", f"{change:+.1%}") for _, claim, name, change in sorted(rows)],
    )


def _claims(measured: Sequence[Decided], found: Sensitivities) -> str:
    rows = []
    for row in measured:
        strongest = found.largest(row.claim, _MOST_NAMED)
        strongest = [(name, value) for name, value in strongest if abs(value) >= SENSITIVE]
        first = next((f"`{name}` {_reach(row, value)}" for name, value in strongest), "far")
        numbers = (f"{row.measured:.4g}", f"{row.threshold:.4g}")
        rows.append((row.claim, *numbers, _named(strongest) or "nothing", first))
    columns = ("claim", "measured", "threshold", "most sensitive to", "threshold reached at")
    return markdown(columns, rows)


def _elasticities(rest: Sensitivities, readout: str) -> tuple[str, str, str]:
    (name, value), *others = rest.largest(readout, _MOST_NAMED)
    return f"{value:.2g}", f"`{name}`", _named(others)


def _named(pairs: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"`{name}` {value:.2g}" for name, value in pairs)


def _away(row: Decided, sensitivity: float) -> float:
    """How far a number is from where the measured one is at its threshold: d ln(number)."""
    return row.away / sensitivity


def _reach(row: Decided, sensitivity: float) -> str:
    """The factor on a number that brings the measured one to its threshold, by the slope alone."""
    away = _away(row, sensitivity)
    return "far" if abs(away) > math.log(_FAR) else f"x {math.exp(away):.2f}"

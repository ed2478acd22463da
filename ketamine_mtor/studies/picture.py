"""The necessity matrix as a picture: what is removed by claims, by kinds, in the caption's order.

Lengths are pixels.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

import numpy as np

from ketamine_mtor.claims.model import Claim
from ketamine_mtor.studies.necessity import GROUP, MUTANT, RULE, Without, own

#: What a cell says, as its number: passes, fails with claims above it, fails alone, not run.
PASSES, FAILS, ALONE, NOT_RUN = range(4)
#: The colours of these numbers.
COLOURS = ("#f1f1ee", "#e9a15b", "#a01c2c", "#9a9aa0")
_SAID = {
    ALONE: "fails, all claims upstream of it pass",
    FAILS: "fails with claims upstream of it",
    NOT_RUN: "not run: no drug-free steady state",
    PASSES: "passes",
}
TITLE = "Which claims fail without which rules"
_DOWN = "what is removed"
#: A row, a column, the room for names left and right of the cells, between kinds, and at the edge.
_ROW, _COLUMN, _LEFT, _RIGHT, _GAP, _EDGE = 14, 12, 350, 140, 10, 12
#: Above all blocks; a block's head: its heading, the kinds of claims and their numbers.
_TOP, _HEAD, _NUMBERS = 66, 74, 32
_KEY = 250
#: From the lower edge of a row or column to the foot of its text.
_FOOT = 3


class Part(NamedTuple):
    """Rows that stand together, and what is written beside them."""

    name: str
    rows: Sequence[Without]


class Block(NamedTuple):
    """A kind of rows under its heading."""

    heading: str
    parts: Sequence[Part]


def cells(rows: Sequence[Without], claims: Sequence[Claim]) -> np.ndarray:
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


def blocks(rows: Sequence[Without]) -> list[Block]:
    """The rows by kind, rules by the module that writes them."""

    def of(kind: str) -> list[Without]:
        return [row for row in rows if row.kind == kind]

    return [
        Block("arrows and loops of the figure", [Part("", of(GROUP))]),
        Block("all rules of one claim's link", [Part("", of(MUTANT))]),
        Block("single rules, by module", _by_module(of(RULE))),
    ]


def _by_module(rows: Sequence[Without]) -> list[Part]:
    from ketamine_mtor import rules

    homes: dict[str, str] = {}
    for variant in rules.writers():
        homes = {**rules.homes(variant), **homes}
    found: dict[str, list[Without]] = {}
    for row in rows:
        found.setdefault(homes[row.name], []).append(row)
    return [Part(name, members) for name, members in found.items()]


def heat_map(rows: Sequence[Without], claims: Sequence[Claim]) -> str:
    """The matrix as the text of an SVG: a row for what is removed, a column per claim."""
    columns = _Columns(claims)
    body, height = [], _TOP
    for block in blocks(rows):
        lines, height = _block(block, columns, height)
        body += lines
    width, height = columns.end + _RIGHT, height + _EDGE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
            f"<title>{escape(TITLE)}</title>",
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            _text(_EDGE, 26, TITLE, size=18, bold=True),
            *_key(),
            *body,
            "</svg>\n",
        ]
    )


class _Columns:
    """Where each claim's column starts: kinds stand apart, in the order in which they come."""

    def __init__(self, claims: Sequence[Claim]):
        kinds = list(dict.fromkeys(claim.kind for claim in claims))
        self.claims = sorted(claims, key=lambda claim: kinds.index(claim.kind))
        self.starts = [
            _LEFT + _COLUMN * place + _GAP * kinds.index(claim.kind)
            for place, claim in enumerate(self.claims)
        ]
        self.end = self.starts[-1] + _COLUMN
        self.names = {claim.number: claim.id.replace("_", " ") for claim in claims}

    def kinds(self) -> Iterator[tuple[str, int, int]]:
        """Each kind with its first and one past its last column."""
        first = 0
        for kind, members in itertools.groupby(self.claims, key=lambda claim: claim.kind):
            last = first + len(list(members))
            yield kind, first, last
            first = last


def _key() -> Iterator[str]:
    for place, (kind, said) in enumerate(_SAID.items()):
        x = _EDGE + _KEY * place
        yield f'<rect x="{x}" y="42" width="12" height="12" fill="{COLOURS[kind]}"/>'
        yield _text(x + 18, 52, said)


def _block(block: Block, columns: _Columns, top: int) -> tuple[list[str], int]:
    """The lines of a block that starts at ``top``, and where it ends."""
    first = top + _HEAD
    found = [
        _text(_EDGE, first - _NUMBERS - 12, block.heading, size=14, bold=True),
        _text(_LEFT - 6, first - _FOOT, _DOWN, anchor="end", italic=True),
    ]
    for kind, start, _ in columns.kinds():
        x = columns.starts[start]
        found.append(_text(x, first - _NUMBERS - 12, f"{kind} claims", size=14, bold=True))
    for claim, x in zip(columns.claims, columns.starts, strict=True):
        found.append(_text(x + _COLUMN - _FOOT, first - _FOOT, claim.number, upright=False))
    values = cells([row for part in block.parts for row in part.rows], columns.claims)
    done, y = 0, first
    for part in block.parts:
        size = len(part.rows)
        found += _part(part, values[done : done + size], columns, y)
        done, y = done + size, y + _ROW * size + 2
    return found, y


def _part(part: Part, values: np.ndarray, columns: _Columns, top: int) -> Iterator[str]:
    height = _ROW * len(part.rows)
    for kind, colour in enumerate(COLOURS):
        bars = "".join(
            f"M{x} {top + _ROW * row}h{width}v{_ROW}h-{width}z"
            for row, x, width in _runs(values == kind, columns)
        )
        if bars:
            yield f'<path d="{bars}" fill="{colour}"/>'
    lines = [f"M{x} {top}v{height}" for x in columns.starts]
    lines += [f"M{_LEFT} {top + _ROW * row}H{columns.end}" for row in range(len(part.rows) + 1)]
    yield f'<path d="{"".join(lines)}" stroke="#fff"/>'
    for place, row in enumerate(part.rows, start=1):
        name = columns.names.get(row.name, row.name)
        yield _text(_LEFT - 6, top + _ROW * place - _FOOT, name, anchor="end")
    if part.name:
        yield _text(columns.end + 6, top + _ROW - _FOOT, part.name, bold=True)
        yield f'<path d="M{_EDGE} {top - 1}H{columns.end + _RIGHT - _EDGE}" stroke="#aaa"/>'


def _runs(chosen: np.ndarray, columns: _Columns) -> Iterator[tuple[int, int, int]]:
    """Without, start and width of what is chosen side by side in one kind of claims."""
    for row, line in enumerate(chosen):
        for _, start, stop in columns.kinds():
            at = start
            for is_chosen, members in itertools.groupby(line[start:stop]):
                size = len(list(members))
                if is_chosen:
                    yield row, columns.starts[at], _COLUMN * size
                at += size


def _text(
    x: int,
    y: int,
    said: str,
    *,
    size: int = 0,
    bold: bool = False,
    italic: bool = False,
    anchor: str = "",
    upright: bool = True,
) -> str:
    """A line of text with its foot at ``x`` and ``y``; one that is not upright reads upwards."""
    options = [
        f' font-size="{size}"' if size else "",
        ' font-weight="bold"' if bold else "",
        ' font-style="italic"' if italic else "",
        f' text-anchor="{anchor}"' if anchor else "",
        "" if upright else f' transform="rotate(-90 {x} {y})"',
    ]
    return f'<text x="{x}" y="{y}"{"".join(options)}>{escape(said)}</text>'

"""Boxes big enough for their text: molecules, complexes, and what is written on them.

A unit is a pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from ketamine_mtor.sbgn.content import SOURCE, Entity, Part, Process

#: Sizes of text, and how wide a letter is as a share of that (a wide sans serif).
FONT, SMALL_FONT = 11, 8
_LETTER = 0.62
#: Height of a line of a label, and of a state variable or unit of information.
LINE, UNIT_HEIGHT = 15, 13
PADDING, _GAP = 8, 5
#: Radius of a source or sink.
_ROUND = 11
#: Side of a process without a label; room around a label on either side.
SQUARE, _ASIDE = 14, 6
HELD = "held"

Point = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """A rectangle by its upper left corner; y grows downwards."""

    x: int
    y: int
    w: int
    h: int

    @property
    def middle(self) -> Point:
        """Its centre."""
        return self.x + self.w // 2, self.y + self.h // 2

    def moved(self, dx: int, dy: int) -> Box:
        """The same somewhere else."""
        return Box(self.x + dx, self.y + dy, self.w, self.h)


@dataclass(frozen=True)
class Shape:
    """A drawn molecule or complex: its box, those of its states and of a unit of information."""

    box: Box
    part: Part | None = None
    states: tuple[Box, ...] = ()
    unit: Box | None = None
    inside: tuple[Shape, ...] = ()

    def moved(self, dx: int, dy: int) -> Shape:
        """The same somewhere else, with all that belongs to it."""
        return Shape(
            self.box.moved(dx, dy),
            self.part,
            tuple(each.moved(dx, dy) for each in self.states),
            self.unit and self.unit.moved(dx, dy),
            tuple(each.moved(dx, dy) for each in self.inside),
        )


def text_width(text: str, size: int) -> int:
    """Room for a text."""
    return ceil(len(text) * size * _LETTER)


def entity_shape(entity: Entity) -> Shape:
    """An entity at the origin."""
    if entity.kind == SOURCE:
        return Shape(Box(0, 0, 2 * _ROUND, 2 * _ROUND), entity.parts[0])
    parts = [_molecule(part) for part in entity.parts]
    shape = parts[0] if len(parts) == 1 else _complex(parts)
    if not entity.held:
        return shape
    width = text_width(HELD, SMALL_FONT) + PADDING
    unit = Box(_GAP, -2 * UNIT_HEIGHT // 3, width, UNIT_HEIGHT)
    return Shape(shape.box, shape.part, shape.states, unit, shape.inside)


def cell(process: Process) -> tuple[int, int]:
    """Width and height of each box of a process."""
    width = max(text_width(each, SMALL_FONT) for each in process.labels)
    return (width + 2 * _ASIDE, SQUARE) if width else (SQUARE, SQUARE)


def _molecule(part: Part) -> Shape:
    """One molecule; its states sit on its lower edge."""
    widths = [text_width(f"{value}@{site}", SMALL_FONT) + PADDING for value, site in part.variables]
    text = max(
        text_width(line, FONT if i == 0 else SMALL_FONT) for i, line in enumerate(part.lines)
    )
    width = max(text + 2 * PADDING, sum(widths) + _GAP * (len(widths) + 1), 4 * PADDING)
    height = LINE * len(part.lines) + PADDING + (UNIT_HEIGHT // 2 if widths else 0)
    left = (width - sum(widths) - _GAP * (len(widths) - 1)) // 2
    states = []
    for each in widths:
        states.append(Box(left, height - UNIT_HEIGHT // 2, each, UNIT_HEIGHT))
        left += each + _GAP
    return Shape(Box(0, 0, width, height), part, tuple(states))


def _complex(parts: Sequence[Shape]) -> Shape:
    """Molecules in columns, side by side from four on."""
    columns = 1 if len(parts) < 4 else 2
    x = y = PADDING
    inside: list[Shape] = []
    bottom = 0
    per_column = ceil(len(parts) / columns)
    for start in range(0, len(parts), per_column):
        column = parts[start : start + per_column]
        width, y = max(each.box.w for each in column), PADDING
        for each in column:
            # All of a column are as wide as the widest, and their states stay in the middle.
            spare = (width - each.box.w) // 2
            wide = Box(x, y, width, each.box.h)
            inside.append(Shape(wide, each.part, each.moved(x + spare, y).states))
            y += each.box.h + (UNIT_HEIGHT // 2 if each.states else 0) + _GAP
        bottom = max(bottom, y - _GAP + PADDING)
        x += width + PADDING
    return Shape(Box(0, 0, x, bottom), None, (), None, tuple(inside))


def reach(shape: Shape) -> tuple[int, int]:
    """Width and height with what juts out."""
    out = UNIT_HEIGHT if shape.states or shape.unit else 0
    return shape.box.w, shape.box.h + out

"""What layouts of an SBML text can have wrong that libSBML does not see: one line for each."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import libsbml

from ketamine_mtor.companions import styles
from ketamine_mtor.sbgn.shapes import FONT, SMALL_FONT, text_width

SIZES = {
    styles.NAME: FONT,
    styles.STATE: SMALL_FONT,
    styles.LABEL: SMALL_FONT,
    styles.PLACE_NAME: FONT,
}
ROLES = ("substrate", "product", "activator")


def faults(text):
    """Where the layouts of a text do not draw its reactions, or cannot be read."""
    document = libsbml.readSBMLFromString(text)
    model = document.getModel()
    drawn = Counter()
    found = []
    for layout in model.getPlugin("layout").getListOfLayouts():
        found += unreadable(layout)
        styled, heads = style_faults(layout)
        found += heads
        for glyph in layout.getListOfReactionGlyphs():
            drawn[glyph.getReactionId()] += 1
            found += reaction_faults(model, layout, glyph)
        of_glyphs = {each.getId() for each in boxed(layout)}
        found += [f"{key} has {styled[key]} styles" for key in of_glyphs if styled[key] != 1]
    for reaction in model.getListOfReactions():
        if drawn[reaction.getId()] != 1:
            found.append(f"{reaction.getId()} is drawn {drawn[reaction.getId()]} times")
    return found


def boxed(layout):
    """All glyphs that are boxes."""
    return [
        *layout.getListOfCompartmentGlyphs(),
        *layout.getListOfSpeciesGlyphs(),
        *layout.getListOfReactionGlyphs(),
        *layout.getListOfTextGlyphs(),
    ]


def corners(glyph):
    box = glyph.getBoundingBox()
    return box.getX(), box.getY(), box.getX() + box.getWidth(), box.getY() + box.getHeight()


def within(inner, outer):
    a, b = corners(inner), corners(outer)
    return a[0] >= b[0] and a[1] >= b[1] and a[2] <= b[2] and a[3] <= b[3]


def unreadable(layout):
    """Boxes that overlap or stick out, and texts that are wider than their boxes."""
    size = layout.getDimensions()
    for glyph in boxed(layout):
        left, top, right, bottom = corners(glyph)
        if left < 0 or top < 0 or right > size.getWidth() or bottom > size.getHeight():
            yield f"{glyph.getId()} sticks out"
    solid = [*layout.getListOfSpeciesGlyphs(), *layout.getListOfReactionGlyphs()]
    known = {each.getId() for each in [*solid, *layout.getListOfCompartmentGlyphs()]}
    # What stands in no box, a stoichiometry, must not lie on one.
    texts = layout.getListOfTextGlyphs()
    solid += [each for each in texts if each.getGraphicalObjectId() not in known]
    for one, other in combinations(solid, 2):
        a, b = corners(one), corners(other)
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]:
            yield f"{one.getId()} overlaps {other.getId()}"
    places = {each.getCompartmentId(): each for each in layout.getListOfCompartmentGlyphs()}
    model = layout.getSBMLDocument().getModel()
    for glyph in layout.getListOfSpeciesGlyphs():
        species = model.getSpecies(glyph.getSpeciesId())
        if species and not within(glyph, places[species.getCompartment()]):
            yield f"{glyph.getId()} is not in its compartment"
    roles = roles_of(layout)
    for glyph in layout.getListOfTextGlyphs():
        needed = text_width(glyph.getText(), SIZES.get(roles.get(glyph.getId()), FONT))
        if needed > glyph.getBoundingBox().getWidth():
            yield f"{glyph.getText()} is wider than its box"


def roles_of(layout):
    """Each glyph to the last part of the name of its style, in words."""
    information = layout.getPlugin("render").getRenderInformation(0)
    return {
        glyph: style.getId().rpartition("__")[2].replace("_", " ")
        for style in map(information.getStyle, range(information.getNumStyles()))
        for glyph in style.createIdString().split()
    }


def style_faults(layout):
    """How many styles each glyph has, and heads of lines that are nowhere."""
    information = layout.getPlugin("render").getRenderInformation(0)
    there = {each.getId() for each in map(information.getLineEnding, (0, 1))}
    styled = Counter()
    found = []
    for style in map(information.getStyle, range(information.getNumStyles())):
        styled.update(style.createIdString().split())
        head = style.getGroup().getEndHead()
        if head and head not in there:
            found.append(f"no head {head}")
    return styled, found


def reaction_faults(model, layout, glyph):
    """Lines that are not those of the reaction, or that do not touch what they name."""
    reaction = model.getReaction(glyph.getReactionId())
    if reaction is None:
        return
    left, right = (
        Counter({each.getSpecies(): int(each.getStoichiometry()) for each in side})
        for side in (reaction.getListOfReactants(), reaction.getListOfProducts())
    )
    both = left & right
    wanted = dict(zip(ROLES, map(set, (left - both, right - both, both)), strict=True))
    drawn = {role: set() for role in ROLES}
    for line in glyph.getListOfSpeciesReferenceGlyphs():
        end = layout.getSpeciesGlyph(line.getSpeciesGlyphId())
        drawn[line.getRoleString()].add(end.getSpeciesId())
        curve = line.getCurve()
        segments = [curve.getCurveSegment(i) for i in range(curve.getNumCurveSegments())]
        points = [
            (at.getXOffset(), at.getYOffset())
            for s in segments
            for at in (s.getStart(), s.getEnd())
        ]
        if any(a != b for a, b in list(pairwise(points))[1::2]):
            yield f"{line.getId()} has a gap"
        ends = (glyph, end) if line.getRoleString() == "product" else (end, glyph)
        if not all(map(on_border, (points[0], points[-1]), ends)):
            yield f"{line.getId()} does not touch"
    for role in ROLES:
        if drawn[role] != wanted[role]:
            yield f"{reaction.getId()} has other {role}s"


def on_border(point, glyph):
    """Whether a point lies on the border of a box, to a pixel."""
    (x, y), (left, top, right, bottom) = point, corners(glyph)
    inside = left - 1 <= x <= right + 1 and top - 1 <= y <= bottom + 1
    return inside and not (left + 1 < x < right - 1 and top + 1 < y < bottom - 1)


def pointed_astray(layout):
    """Reactions whose substrates come from where their box points to, or products the reverse."""
    ways = {role: way for way, role in styles.WAYS.items()}
    roles = roles_of(layout)
    for glyph in layout.getListOfReactionGlyphs():
        dx, dy = ways[roles[glyph.getId()]]
        left, top, right, bottom = corners(glyph)
        middle = (left + right) / 2, (top + bottom) / 2
        for line in glyph.getListOfSpeciesReferenceGlyphs():
            curve = line.getCurve()
            last = curve.getCurveSegment(curve.getNumCurveSegments() - 1)
            goes_in = line.getRoleString() == "substrate"
            if line.getRoleString() == "activator":
                continue
            end = last.getEnd() if goes_in else curve.getCurveSegment(0).getStart()
            along = (end.getXOffset() - middle[0]) * dx + (end.getYOffset() - middle[1]) * dy
            if (along < 0) != goes_in:
                yield line.getId()

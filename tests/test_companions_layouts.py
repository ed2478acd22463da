"""The layouts draw the model and nothing else, can be read, and each check of them can fail."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import libsbml
import pytest

from ketamine_mtor import emit, paths, rules, sbgn
from ketamine_mtor.companions import layouts, parsed
from ketamine_mtor.engines.compiled import compile_sbml
from ketamine_mtor.errors import InputError
from ketamine_mtor.optional import extra
from tests import small_model
from tests.hashing_kit import printed
from tests.layout_kit import corners, faults, pointed_astray, roles_of

pytestmark = pytest.mark.slow

FILE = "sbml/ketamine_mtor_layout.xml"
#: Modules by whose titles the layouts of the small model go.
HERE, THERE = "ketamine", "nmdar"
NAMING = sbgn.Naming(
    monomers={
        "Receptor": emit.About(sbo="SBO:0000252"),
        "Ketamine": emit.About(sbo="SBO:0000247"),
        "Protein": emit.About(sbo="SBO:0000252"),
    }
)


@cache
def small_homes():
    return {
        rule.name: THERE if "blocks" in rule.name else HERE for rule in small_model.build().rules
    }


@cache
def small_network():
    return sbgn.network_map(small_model.with_network(), NAMING, "small")


@cache
def small():
    """The small model with its layouts."""
    return layouts.write(small_model.files().sbml, small_network(), small_homes())


@cache
def committed():
    return paths.read(paths.root() / FILE)


@pytest.mark.parametrize("text", [small, committed])
def test_the_layouts_draw_the_model_and_can_be_read(text):
    assert faults(text()) == []


ABSORBED = r'layout:reaction="absorbed__Depot"', 'layout:reaction="infused__Ketamine"'
#: Where the box of the depot stands.
AT = r'(:species="Depot">\s*<layout:boundingBox>\s*<layout:position) layout:x="\d+" layout:y="\d+"'
SUBSTRATE = r'("layout_ketamine__Depot" layout:role=")substrate'
BROKEN = [
    (*ABSORBED, "is drawn 0 times"),
    (*ABSORBED, "is drawn 2 times"),
    (*ABSORBED, "has other substrates"),
    (SUBSTRATE, r"\1product", "has other products"),
    (SUBSTRATE, r"\1activator", "has other activators"),
    (r'layout:species="Depot"', 'layout:species="Ketamine"', "has other substrates"),
    (AT, r'\1 layout:x="9999" layout:y="9"', "sticks out"),
    (AT, r'\1 layout:x="9999" layout:y="9"', "does not touch"),
    (AT, r'\1 layout:x="0" layout:y="0"', "is not in its compartment"),
    (r'layout:text="Depot"', 'layout:text="Depot of what was given"', "is wider than its box"),
    (r'(<layout:start layout:x=")\d+', r"\g<1>1", "has a gap"),
    (r'endHead="layout', 'endHead="no', "no head"),
    (r'(idList=")layout_\w+', r"\1nothing", "has 0 styles"),
]


@pytest.mark.parametrize(("old", "new", "said"), BROKEN)
def test_what_a_layout_has_wrong_is_seen(old, new, said):
    broken = re.sub(old, new, small())
    assert broken != small()
    assert any(said in line for line in faults(broken))


def test_boxes_that_overlap_are_seen():
    document = libsbml.readSBMLFromString(small())
    layout = document.getModel().getPlugin("layout").getLayout(0)
    one, other = (layout.getSpeciesGlyph(i).getBoundingBox() for i in (0, 1))
    other.setX(one.getX() + 3)
    other.setY(one.getY() + 3)
    names = [layout.getSpeciesGlyph(i).getId() for i in (0, 1)]
    assert " overlaps ".join(names) in faults(libsbml.writeSBMLToString(document))


# The model stays


def without_layouts(text):
    document = libsbml.readSBMLFromString(text)
    for name in ("render", "layout"):
        document.disablePackage(document.getPlugin(name).getURI(), name)
    return libsbml.writeSBMLToString(document)


def test_without_its_packages_the_file_is_the_model_byte_for_byte():
    assert without_layouts(committed()) == paths.read(paths.sbml())
    changed = committed().replace('id="NMDAR', 'id="nmdar', 1)
    assert without_layouts(changed) != paths.read(paths.sbml())


def test_it_runs_as_the_model_does():
    runs = []
    for text in (committed(), paths.read(paths.sbml())):
        runner = compile_sbml(text)
        runner.timeCourseSelections = ["pS6K_T389", "synapses"]
        runs.append(runner.simulate(0, 72 * 3600, 73))
    assert (runs[0] == runs[1]).all() and runs[0][:, 0].max() > runs[0][0, 0]


# Valid


def test_libsbml_finds_nothing():
    assert emit.problems(committed()) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('layout:species="Depot"', 'layout:species="Nobody"'),
        ('layout:reaction="absorbed__Depot"', 'layout:reaction="nothing"'),
        ('layout:compartment="outside"', 'layout:compartment="nowhere"'),
        ('layout:speciesGlyph="layout_ketamine__Depot"', 'layout:speciesGlyph="no_glyph"'),
        ('layout:graphicalObject="layout_ketamine__Depot"', 'layout:graphicalObject="no_glyph"'),
    ],
)
def test_what_is_drawn_and_is_not_there_is_an_error(old, new):
    assert emit.problems(small()) == []
    broken = small().replace(old, new)
    assert broken != small()
    assert any(new.partition(":")[2].partition("=")[0] in line for line in emit.problems(broken))


def test_copasi_shows_each_layout_and_says_no_more_than_of_the_model():
    copasi = extra("COPASI", "this test")

    def opened(text):
        module = copasi.CRootContainer.addDatamodel()
        try:
            copasi.CCopasiMessage.clearDeque()
            assert module.importSBMLFromString(text)
            lines = copasi.CCopasiMessage.getAllMessageText().splitlines()
            # Each message begins with the time, and their order changes.
            said = Counter(line for line in lines if not line.startswith(">"))
            return module.getListOfLayouts().size(), said
        finally:
            copasi.CRootContainer.removeDatamodel(module)

    none, said = opened(paths.read(paths.sbml()))
    assert none == 0
    assert opened(committed()) == (len(rules.modules()), said)
    more = opened(committed().replace('layout:species="', 'layout:species="no', 1))[1]
    assert any("layout" in line for line in more - said)


# What is drawn how


def layout_of(text, number=0):
    document = libsbml.readSBMLFromString(text)
    return document, document.getModel().getPlugin("layout").getLayout(number)


def test_there_is_a_layout_for_each_module_in_its_order():
    document = libsbml.readSBMLFromString(committed())
    found = [each.getId() for each in document.getModel().getPlugin("layout").getListOfLayouts()]
    assert found == [f"layout_{module}" for module in rules.modules()]


def test_the_number_in_a_box_is_that_of_the_page_of_equations():
    document, layout = layout_of(small())
    rates = parsed.rates(document.getModel())
    texts = {each.getGraphicalObjectId(): each.getText() for each in layout.getListOfTextGlyphs()}
    for glyph in layout.getListOfReactionGlyphs():
        assert texts[glyph.getId()] == rates[glyph.getReactionId()]


def test_a_box_points_where_its_reaction_goes():
    for text in (small(), committed()):
        document, _ = layout_of(text)
        for layout in document.getModel().getPlugin("layout").getListOfLayouts():
            assert list(pointed_astray(layout)) == []
    _document, layout = layout_of(re.sub(r"__right\b", "__up", small()))
    assert any(pointed_astray(layout))


def test_reactions_between_the_same_species_stand_in_a_row():
    _document, layout = layout_of(small(), 1)
    boxes = {each.getReactionId(): corners(each) for each in layout.getListOfReactionGlyphs()}
    there, back = (key for key in boxes if key.startswith("ketamine_blocks"))
    (a, b), (c, d) = boxes[there][:2], boxes[back][:2]
    width, height = boxes[there][2] - a, boxes[there][3] - b
    assert sorted((abs(a - c) / width, abs(b - d) / height)) == [0, 1]


def test_what_takes_part_in_many_steps_is_drawn_again_and_marked():
    _document, layout = layout_of(small())
    times = Counter(each.getSpeciesId() for each in layout.getListOfSpeciesGlyphs())
    assert times.most_common(1)[0][1] == 1
    document, _ = layout_of(committed())
    layout = document.getModel().getPlugin("layout").getLayout("layout_mtorc1")
    times = Counter(each.getSpeciesId() for each in layout.getListOfSpeciesGlyphs())
    roles = roles_of(layout)
    assert max(times.values()) > 1
    for each in layout.getListOfSpeciesGlyphs():
        assert ("drawn again" in roles[each.getId()]) == (times[each.getSpeciesId()] > 1)


def test_the_style_says_what_a_species_is():
    _document, layout = layout_of(small(), 1)
    roles = roles_of(layout)
    found = {each.getSpeciesId(): roles[each.getId()] for each in layout.getListOfSpeciesGlyphs()}
    assert found == {
        "Receptor": "protein of a membrane",
        "Ketamine": "chemical",
        "Blocker": "entity",
        "Ketamine__Receptor": "complex of a membrane",
        "Blocker__Receptor": "complex of a membrane",
    }


# Made from what fits


def test_a_reaction_that_the_network_lacks_is_an_input_error():
    network = small_network()
    fewer = sbgn.Map(
        network.id, network.title, network.places, network.entities, network.processes[1:]
    )
    with pytest.raises(InputError, match=f"lacks the reaction '{network.processes[0].id}'"):
        layouts.write(small_model.files().sbml, fewer, small_homes())


def test_a_rule_of_no_module_and_what_is_no_sbml_are_input_errors():
    with pytest.raises(InputError, match="a rule '"):
        layouts.write(small_model.files().sbml, small_network(), {})
    with pytest.raises(InputError, match="SBML"):
        layouts.write("no SBML", small_network(), small_homes())


def test_the_bytes_do_not_hang_on_hashing():
    script = "from tests import test_companions_layouts; print(test_companions_layouts.small())"
    texts = printed(script)
    assert texts == {small() + "\n"}

"""What an SBML file holds constant, and what it must not have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ketamine_mtor.engines.constants import Constants
from ketamine_mtor.errors import InputError
from tests import small_model
from tests.engines_kit import LOADERS, OF_SBML

SBML = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">
<model id="m">
<listOfCompartments><compartment id="c" size="0.5" constant="true"/></listOfCompartments>
<listOfSpecies>
<species id="A" compartment="c" initialAmount="4" hasOnlySubstanceUnits="false"
  boundaryCondition="false" constant="false"/>
<species id="B" compartment="c" initialConcentration="1" hasOnlySubstanceUnits="false"
  boundaryCondition="true" constant="false"/>
</listOfSpecies>
<listOfParameters>
<parameter id="k" value="3" constant="true"/>
<parameter id="twice" constant="true"/>
<parameter id="more" constant="true"/>
<parameter id="seen" constant="false"/>
</listOfParameters>
<listOfInitialAssignments>
<initialAssignment symbol="more"><math xmlns="http://www.w3.org/1998/Math/MathML">
  <apply><plus/><ci>twice</ci><cn>1</cn></apply></math></initialAssignment>
<initialAssignment symbol="twice"><math xmlns="http://www.w3.org/1998/Math/MathML">
  <apply><times/><ci>k</ci><cn>2</cn></apply></math></initialAssignment>
<initialAssignment symbol="B"><math xmlns="http://www.w3.org/1998/Math/MathML">
  <ci>k</ci></math></initialAssignment>
</listOfInitialAssignments>
<listOfRules><assignmentRule variable="seen">
  <math xmlns="http://www.w3.org/1998/Math/MathML"><ci>A</ci></math></assignmentRule></listOfRules>
</model></sbml>"""


def test_assignments_follow_what_is_changed():
    constants = Constants(SBML)
    own = constants.resolve({})
    assert (own["twice"], own["more"], own["A"], own["B"]) == (6, 7, 8, 3)
    changed = constants.resolve({"k": 5.0, "c": 2.0})
    assert (changed["twice"], changed["more"], changed["A"], changed["B"]) == (10, 11, 2, 5)
    assert constants.resolve({"twice": 1.0})["more"] == 2
    assert constants.ruled == {"seen"} and "seen" not in constants.parameters


@pytest.mark.parametrize(
    "formula, value",
    [
        ("<apply><minus/><ci>k</ci><cn>1</cn></apply>", 2),
        ("<apply><minus/><ci>k</ci></apply>", -3),
        ("<apply><divide/><cn type='rational'>6<sep/>4</cn><ci>k</ci></apply>", 0.5),
        ("<apply><plus/><cn type='e-notation'>5<sep/>-1</cn><ci>k</ci><ci>k</ci></apply>", 6.5),
        ("<apply><power/><ci>k</ci><cn type='integer'>2</cn></apply>", 9),
        ("<apply><ln/><apply><exp/><ci> k </ci></apply></apply>", 3),
    ],
)
def test_an_assignment_may_be_any_arithmetic(formula, value):
    old = "<apply><times/><ci>k</ci><cn>2</cn></apply>"
    assert old in SBML
    assert Constants(SBML.replace(old, formula)).resolve({})["twice"] == pytest.approx(value)


@OF_SBML
@pytest.mark.parametrize(
    "old, new, said",
    [
        ("<?xml", "<<?xml", "not an SBML file"),
        ("<ci>k</ci><cn>2</cn>", "<ci>k</ci><ci>no</ci>", "uses unknown 'no'"),
        ("<times/><ci>k</ci>", "<times/><ci>more</ci>", "go round: more, twice"),
        ("<apply><times/>", "<apply><max/>", "not an SBML file|allowed: "),
        ("<times/><ci>k</ci><cn>2</cn>", "<sin/><ci>k</ci>", r"allowed: \+ - \* / \^ exp ln"),
        ("assignmentRule", "rateRule", "the SBML has rate or algebraic rules"),
        (
            "</model>",
            '<listOfEvents><event useValuesFromTriggerTime="true"><trigger initialValue="true"'
            ' persistent="true"><math xmlns="http://www.w3.org/1998/Math/MathML"><true/></math>'
            "</trigger></event></listOfEvents></model>",
            "the SBML has events",
        ),
    ],
)
def test_an_sbml_that_cannot_be_run_is_refused(engine, old, new, said):
    with pytest.raises(InputError, match=said) as caught:
        LOADERS[engine](replace(small_model.files(), sbml=SBML.replace(old, new)))
    assert "\n" not in str(caught.value)

"""Changing the size of a compartment in COPASI changes the kinetics as it has to.

The SBML is opened, the initial size set, the model run: nothing of the package's engines is used.
COPASI holds the amounts, so what is in the compartment is diluted.
"""

from __future__ import annotations

import contextlib
import warnings

import libsbml
import numpy as np
import pytest

from ketamine_mtor import knowledge, paths
from ketamine_mtor.engines.compiled import compile_sbml
from tests import small_model

pytestmark = pytest.mark.slow

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import basico

NEAR = 1e-5
#: A ligand outside and a receptor in a membrane (nM) that do nothing but bind, and how fast.
LIGAND, RECEPTOR, ON = 5.0, 70.0, 1e-6
NAMES = {"ligand": "Ketamine(b)@outside", "receptor": "Receptor(b)@membrane"}
ALONE = {"ketamine_dose": 0.0, "elimination": 0.0, "ketamine_off": 0.0, "ketamine_on": ON}
SIZES = {"outside": 0.2, "membrane": 0.01}


@contextlib.contextmanager
def opened(sbml):
    module = basico.load_model_from_string(sbml)
    try:
        yield module
    finally:
        basico.remove_datamodel(module)


def course(outputs, seconds, module):
    """What COPASI's time course gives of these, at 21 times from 0."""
    read = basico.run_time_course_with_output(
        outputs, 0, seconds, 20, model=module, r_tol=1e-10, a_tol=1e-12, max_steps=1_000_000
    )
    return read.to_numpy()


@pytest.fixture
def binding():
    with opened(small_model.files().sbml) as module:
        for name, value in ALONE.items():
            basico.set_parameters(name, exact=True, initial_value=value, model=module)
        for name, value in (("ligand", LIGAND), ("receptor", RECEPTOR)):
            basico.set_species(NAMES[name], exact=True, initial_concentration=value, model=module)
        yield module


@pytest.mark.parametrize(
    "place, size", [(None, 0.0), ("outside", 0.4), ("membrane", 0.02), ("cytosol", 1.2)]
)
def test_binding_to_a_membrane_follows_the_sizes(binding, place, size):
    """The ligand is diluted in a larger outside; a larger membrane meets as much of it."""
    if place:
        basico.set_compartment(place, exact=True, initial_size=size, model=binding)
    outputs = ["Time", *(f"[{name}]" for name in NAMES.values())]
    seconds, ligand, receptor = course(outputs, 4e5, binding).T
    sizes = {**SIZES, place: size}
    # Amounts (nmol), and the solution of d(bound)/dt = ON / outside * free ligand * free receptor.
    ligands, receptors = LIGAND * SIZES["outside"], RECEPTOR * SIZES["membrane"]
    grown = np.exp((ligands - receptors) * ON / sizes["outside"] * seconds)
    bound = ligands * receptors * (grown - 1) / (ligands * grown - receptors)
    assert 0.3 * receptors < bound[-1] < 0.95 * receptors
    assert ligand * sizes["outside"] == pytest.approx(ligands - bound, rel=1e-7)
    assert receptor * sizes["membrane"] == pytest.approx(receptors - bound, rel=1e-7)


def in_copasi(title=None, size=1.0):
    """Every readout over two hours, with another size of one compartment (L)."""
    with opened(paths.read(paths.sbml())) as module:
        if title:
            basico.set_compartment(title, exact=True, initial_size=size, model=module)
        return course([f"Values[{each}]" for each in knowledge.load().observables], 7200, module)


@pytest.fixture(scope="module")
def as_it_is():
    return in_copasi()


@pytest.mark.parametrize("place", ["extracellular", "pyramidal_membrane", "pyramidal"])
def test_a_size_of_the_model_is_the_same_change_in_copasi_and_in_roadrunner(place, as_it_is):
    text, names = paths.read(paths.sbml()), list(knowledge.load().observables)
    document = libsbml.readSBMLFromString(text)
    compartment = document.getModel().getCompartment(place)
    title, size = compartment.getName(), compartment.getSize()

    def by_roadrunner(factor):
        compartment.setSize(factor * size)
        for each in document.getModel().getListOfSpecies():
            if each.getCompartment() == place:
                each.setInitialConcentration(each.getInitialConcentration() / factor)
        runner = compile_sbml(libsbml.writeSBMLToString(document))
        runner.getIntegrator().setValue("relative_tolerance", 1e-10)
        runner.timeCourseSelections = names
        return np.array(runner.simulate(0, 7200, 21))

    changed, expected = in_copasi(title, 2 * size), by_roadrunner(2)
    largest = np.maximum(np.abs(expected).max(axis=0), 1e-9)
    assert (np.abs(changed - expected) / largest).max() < NEAR
    assert (np.abs(as_it_is - expected) / largest).max() > 0.01


def resized_constants(sbml):
    """The constants whose formula names a compartment: they change with its size."""
    model = libsbml.readSBMLFromString(sbml).getModel()
    places = {each.getId() for each in model.getListOfCompartments()}
    return {
        each.getSymbol()
        for each in model.getListOfInitialAssignments()
        if places & set(names_in(each.getMath()))
    }


def names_in(node):
    own = [node.getName()] if node.isName() else []
    children = (node.getChild(i) for i in range(node.getNumChildren()))
    return [*own, *(name for child in children for name in names_in(child))]


#: Amounts, and what evens out whatever the volumes.
RESIZED = {"ketamine_depot_0", "ketamine_infusion_rate", "ketamine_brain_in"}


def test_rate_constants_keep_to_the_sizes_that_they_were_worked_out_with():
    sbml = paths.read(paths.sbml())
    assert resized_constants(sbml) == RESIZED
    other = sbml.replace("<ci> volume_pyramidal_membrane </ci>", "<ci> pyramidal_membrane </ci>", 1)
    assert resized_constants(other) > RESIZED

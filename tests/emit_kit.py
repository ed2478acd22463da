"""What the tests of the emitter read an SBML text with, and how they run it."""

from __future__ import annotations

import libsbml
import numpy as np

from ketamine_mtor.engines.compiled import compile_sbml

TIMES = np.linspace(0, 600, 31)
#: libSBML frees a document that nobody holds, its model along with it.
DOCUMENTS = []


def read(text):
    DOCUMENTS.append(libsbml.readSBMLFromString(text))
    return DOCUMENTS[-1].getModel()


def simulated(text, names, values=()):
    runner = compile_sbml(text)
    for name, value in dict(values).items():
        runner.setValue(name, value)
    integrator = runner.getIntegrator()
    integrator.setValue("relative_tolerance", 1e-11)
    integrator.setValue("absolute_tolerance", 1e-14)
    runner.timeCourseSelections = names
    return np.array(runner.simulate(times=TIMES.tolist()))

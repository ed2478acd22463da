"""Runs of the companions in the engines that read them, and how far apart two runs are."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path

import numpy as np

import ketamine_mtor as km
from ketamine_mtor import knowledge
from ketamine_mtor.engines.compiled import compile_sbml

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import basico


ROOT = Path(__file__).parents[1]
HOURS, EVERY = 72, 300
NAMES = list(knowledge.load().observables)
#: As near as two solvers come to each other, as a share of each readout's maximum.
NEAR = 1e-5
#: BioNetGen finds the resting state anew.
NEAR_RESTED = 1e-4
SECONDS_PER_HOUR = 3600


def by_package(doses):
    run = km.simulate(ketamine=doses, hours=HOURS, every=EVERY)
    return np.column_stack([run[name].values for name in NAMES])


def by_roadrunner(text, doses=(), **settings):
    """The readouts. Just before each later dose (h, mg/kg), traces become nothing.

    CVODE stops where a dose meets traces of 1e-300, which absent drugs leave.
    """
    runner = compile_sbml(text)
    runner.getIntegrator().setValue("relative_tolerance", 1e-9)
    for name, value in settings.items():
        runner.setValue(name, value)
    runner.reset()
    runner.timeCourseSelections = NAMES
    times = np.arange(0, HOURS * SECONDS_PER_HOUR + 1, EVERY)
    edges = [0, *(hours * SECONDS_PER_HOUR - 1 for hours, _ in doses if hours), times[-1] + 1]
    parts = []
    for start, end in itertools.pairwise(edges):
        state = runner.model.getFloatingSpeciesConcentrations()
        runner.model.setFloatingSpeciesConcentrations(np.where(abs(state) < 1e-12, 0, state))
        inside = times[(times > start) & (times < end)]
        read = np.array(runner.simulate(times=[start, *inside, end]))
        parts.append(read[1 if start else 0 : -1])
    return np.vstack(parts)


def by_copasi(text, **settings):
    """The readouts, as the time course of the text is set up if it is a COPASI file."""
    module = basico.load_model_from_string(text)
    try:
        for name, value in settings.items():
            basico.set_parameters(name, exact=True, initial_value=value, model=module)
        own = "<COPASI" in text
        end, steps = HOURS * SECONDS_PER_HOUR, HOURS * SECONDS_PER_HOUR // EVERY
        tight = {} if own else {"r_tol": 1e-9, "a_tol": 1e-12, "max_steps": 1_000_000}
        read = basico.run_time_course_with_output(
            [f"Values[{name}]" for name in NAMES],
            *(() if own else (0, end, steps)),
            model=module,
            **tight,
        )
        return read.to_numpy()
    finally:
        basico.remove_datamodel(module)


def apart(ours, theirs):
    """The largest difference of any readout, as a share of its maximum."""
    assert ours.shape == theirs.shape
    return float((np.abs(ours - theirs).max(axis=0) / np.abs(theirs).max(axis=0)).max())

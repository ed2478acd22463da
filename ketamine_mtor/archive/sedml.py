"""A run as SED-ML (Level 1 Version 4): one model, one time course or scan, one report, its plots.

The forms that more than one tool really runs: a single model, a single task or the scan of one,
CVODE with the tolerances written out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

from ketamine_mtor import knowledge
from ketamine_mtor.archive.protocol import Protocol, protocol
from ketamine_mtor.claims.figures import Figure, Run
from ketamine_mtor.engines.session import MOST_STEPS
from ketamine_mtor.figures import shown_unit
from ketamine_mtor.optional import alone, extra

#: KISAO terms: the solver and what it is asked for.
CVODE, RELATIVE_TERM, ABSOLUTE_TERM, STEPS_TERM = (
    "KISAO:0000019",
    "KISAO:0000209",
    "KISAO:0000211",
    "KISAO:0000415",
)
#: Tools differ in what an absolute tolerance is of; these do for all of them.
RELATIVE, ABSOLUTE = 1e-8, 1e-10
#: Id of the data generator of the time, of the report, the task, and what a scan repeats.
TIME, REPORT, TASK, ONCE = "time_s", "report", "task", "once"
#: Id of what a scan goes through: what a dose leaves in the depot.
RANGE = "depot_nmol"

_SBML = "http://www.sbml.org/sbml/level3/version1/core"
_LANGUAGE = "urn:sedml:language:sbml.level-3.version-1"
_PARAMETER = "/sbml:sbml/sbml:model/sbml:listOfParameters/sbml:parameter[@id='{}']"
_START = "/sbml:sbml/sbml:model/sbml:listOfSpecies/sbml:species[@id='{}']/@initialConcentration"


def protocols(figures: Mapping[str, Figure]) -> dict[str, Protocol]:
    """How each run of the figures is run with files alone, by the run's name.

    Raises
    ------
    InputError
        For a run that files cannot give (see :func:`~ketamine_mtor.archive.protocol.protocol`).
    SimulationError
        For an animal without rest.
    """
    return {
        run.name: protocol(run.experiment, run.name, figure.over)
        for figure in figures.values()
        for run in figure.runs
    }


def write(figures: Mapping[str, Figure], how: Mapping[str, Protocol]) -> dict[str, str]:
    """The texts of the SED-ML files, by the run's name, given :func:`protocols`.

    Raises
    ------
    MissingExtra
        Without libSEDML.
    """
    # libSEDML takes the place of classes of libSBML, which then breaks in that process.
    short = {name: replace(each, sbml="") for name, each in how.items()}
    return alone(_written, figures, short)


def _written(figures: Mapping[str, Figure], how: Mapping[str, Protocol]) -> dict[str, str]:
    return {
        run.name: _text(figure, run, how[run.name])
        for figure in figures.values()
        for run in figure.runs
    }


def _text(figure: Figure, run: Run, how: Protocol) -> str:
    sedml = extra("libsedml", "SED-ML")
    document = sedml.SedDocument(1, 4)
    document.getNamespaces().add(_SBML, "sbml")
    document.setName(figure.about(run))
    _model(document, how)
    _time_course(document, how, ONCE if how.amounts else TASK)
    if how.amounts:
        _scan(sedml, document, how)
    rows = knowledge.load().observables
    units = {name: shown_unit(name, rows[name].unit) for name in figure.readouts}
    _generators(sedml, document, units)
    _outputs(sedml, document, figure, units)
    return sedml.writeSedMLToString(document)


def _model(document: Any, how: Protocol) -> None:
    model = document.createModel()
    model.setId("model")
    model.setLanguage(_LANGUAGE)
    model.setSource(how.source)


def _time_course(document: Any, how: Protocol, name: str) -> None:
    course = document.createUniformTimeCourse()
    course.setId("time_course")
    course.setInitialTime(0.0)
    course.setOutputStartTime(how.start)
    course.setOutputEndTime(how.end)
    course.setNumberOfSteps(how.steps)
    solver = course.createAlgorithm()
    solver.setKisaoID(CVODE)
    for term, value in (
        (RELATIVE_TERM, RELATIVE),
        (ABSOLUTE_TERM, ABSOLUTE),
        (STEPS_TERM, MOST_STEPS),
    ):
        asked = solver.createAlgorithmParameter()
        asked.setKisaoID(term)
        asked.setValue(repr(value))
    task = document.createTask()
    task.setId(name)
    task.setModelReference("model")
    task.setSimulationReference("time_course")


def _scan(sedml: ModuleType, document: Any, how: Protocol) -> None:
    """The time course for each amount in the depot, each from the start.

    The range has the amounts themselves: COPASI imports no formula of a range.
    """
    scan = document.createRepeatedTask()
    scan.setId(TASK)
    scan.setResetModel(True)
    scan.setRangeId(RANGE)
    amounts = scan.createVectorRange()
    amounts.setId(RANGE)
    for amount in how.amounts:
        amounts.addValue(amount)
    change = scan.createTaskChange()
    change.setModelReference("model")
    change.setTarget(_START.format(how.depot))
    change.setRange(RANGE)
    change.setMath(sedml.parseL3Formula(RANGE))
    repeated = scan.createSubTask()
    repeated.setTask(ONCE)
    repeated.setOrder(1)


def _generators(sedml: ModuleType, document: Any, units: Mapping[str, str]) -> None:
    time = document.createDataGenerator()
    time.setId(TIME)
    time.setName("time (s)")
    variable = time.createVariable()
    variable.setId("time_in_model")
    variable.setSymbol("urn:sedml:symbol:time")
    variable.setTaskReference(TASK)
    # No formula: COPASI imports what a formula is of, and leaves the formula.
    time.setMath(sedml.parseL3Formula("time_in_model"))
    for name, unit in units.items():
        readout = document.createDataGenerator()
        readout.setId(name)
        readout.setName(f"{name} ({unit})")
        variable = readout.createVariable()
        variable.setId(f"{name}_in_model")
        variable.setTarget(_PARAMETER.format(name))
        variable.setTaskReference(TASK)
        readout.setMath(sedml.parseL3Formula(f"{name}_in_model"))


def _outputs(sedml: ModuleType, document: Any, figure: Figure, units: Mapping[str, str]) -> None:
    report = document.createReport()
    report.setId(REPORT)
    report.setName(figure.title)
    for name in (TIME, *figure.readouts):
        column = report.createDataSet()
        column.setId(f"{REPORT}_{name}")
        column.setLabel(name)
        column.setDataReference(name)
    for number, (title, shown) in enumerate(figure.plots.items(), 1):
        plot = document.createPlot2D()
        plot.setId(f"plot_{number}")
        plot.setName(title)
        plot.setLegend(True)
        unit = ", ".join(dict.fromkeys(units[name] for name in shown))
        for axis, label in ((plot.createXAxis(), "time (s)"), (plot.createYAxis(), unit)):
            axis.setType(sedml.SEDML_AXISTYPE_LINEAR)
            axis.setName(label)
        for name in shown:
            curve = plot.createCurve()
            curve.setId(f"plot_{number}_{name}")
            curve.setName(name)
            curve.setType(sedml.SEDML_CURVETYPE_POINTS)
            curve.setXDataReference(TIME)
            curve.setYDataReference(name)

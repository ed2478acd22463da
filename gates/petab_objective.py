"""The PEtab problem in petablint, and its objective in two tools: exit 1 where they do not agree.

Runs in an environment of its own, which has PEtab's package, libRoadRunner and COPASI, and not this
package. Both tools simulate what PEtab's package reads in the files: a rest (preequilibration),
then the experiment. What they give has to be what `simulations.tsv` and `objective.tsv` say, which
this package wrote with an engine of its own. First the gate has to find fault with problems that
are broken on purpose: a gate that never closes is none.
"""

from __future__ import annotations

import logging
import math
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import COPASI
import libsbml
import numpy as np
import pandas as pd
import petab.v1 as petab
import roadrunner
from petab.v1.math import sympify_petab

#: Relative, of chi2 and of each value that is compared.
NEAR = 1e-4
#: How long an animal rests (s), and what the solvers are asked for.
REST_S, RELATIVE, ABSOLUTE, MOST_STEPS = 1e8, 1e-8, 1e-12, 500_000
#: Less than this the solvers cannot tell from nothing, and stumble over.
TRACE = 1e-12
#: A measurement that is wrong by so many standard deviations; a dose that is wrong by this factor.
WRONG_SD, WRONG_DOSE = 1.0, 0.2
YAML = "ketamine_mtor.yaml"
#: SBML id to value.
Values = Mapping[str, float]


class Stage(NamedTuple):
    """A condition: what it sets of parameters, and of species (concentrations)."""

    parameters: Values
    species: Values


class Tool(Protocol):
    """Simulates one condition after another."""

    def rest(self, stage: Stage) -> Values:
        """The state that an animal comes to."""

    def run(
        self, stage: Stage, state: Values, times: Sequence[float], ids: Sequence[str]
    ) -> np.ndarray:
        """From a state, the values of ``ids`` (columns) at ``times`` (s, ascending; rows)."""


class ByRoadRunner:
    """libRoadRunner."""

    def __init__(self, sbml: str):
        self._sbml = sbml
        self._runner = roadrunner.RoadRunner(sbml)
        integrator = self._runner.getIntegrator()
        for name, value in (
            ("relative_tolerance", RELATIVE),
            ("absolute_tolerance", ABSOLUTE),
            ("maximum_num_steps", MOST_STEPS),
            ("stiff", True),
        ):
            integrator.setValue(name, value)
        self._state = [f"[{name}]" for name in self._runner.model.getFloatingSpeciesIds()]
        self._state += list(self._runner.getRateRuleIds())

    def rest(self, stage: Stage) -> Values:
        self._set(stage, {})
        self._runner.simulate(0, REST_S, 2)
        return _without_traces({name: self._runner.getValue(name) for name in self._state})

    def run(
        self, stage: Stage, state: Values, times: Sequence[float], ids: Sequence[str]
    ) -> np.ndarray:
        self._set(stage, state)
        return np.array(self._runner.simulate(times=[0.0, *times], selections=list(ids)))[1:]

    def _set(self, stage: Stage, state: Values) -> None:
        self._runner.resetToOrigin()
        species = {f"[{name}]": value for name, value in stage.species.items()}
        for name, value in {**self._numbers(stage.parameters), **state, **species}.items():
            self._runner.setValue(name, value)

    def _numbers(self, changed: Values) -> Values:
        """All that is constant. libRoadRunner would leave what initial assignments make of it."""
        document = libsbml.readSBMLFromString(self._sbml)
        model = document.getModel()
        for name, value in changed.items():
            model.removeInitialAssignment(name)
            model.getParameter(name).setValue(value)
        expand = libsbml.ConversionProperties()
        expand.addOption("expandInitialAssignments", True)
        document.convert(expand)
        return {p.getId(): p.getValue() for p in model.getListOfParameters() if p.getConstant()}


class ByCopasi:
    """COPASI, which finds itself what initial assignments make of a changed parameter."""

    def __init__(self, sbml: str):
        self._module = COPASI.CRootContainer.addDatamodel()
        if not self._module.importSBMLFromString(sbml):
            raise SystemExit(f"COPASI cannot load it: {COPASI.CCopasiMessage.getAllMessageText()}")
        self._model = self._module.getModel()
        self._species = {each.getSBMLId(): each for each in self._model.getMetabolites()}
        self._values = {each.getSBMLId(): each for each in self._model.getModelValues()}
        moved = (COPASI.CModelEntity.Status_REACTIONS, COPASI.CModelEntity.Status_ODE)
        every = {**self._species, **self._values}
        self._moved = {name: each for name, each in every.items() if each.getStatus() in moved}
        self._origin = {
            name: each.getInitialConcentration()
            if name in self._species
            else each.getInitialValue()
            for name, each in self._moved.items()
        }
        self._task = self._module.getTask("Time-Course")
        self._task.setMethodType(COPASI.CTaskEnum.Method_deterministic)
        method = self._task.getMethod()
        method.getParameter("Relative Tolerance").setDblValue(RELATIVE)
        method.getParameter("Absolute Tolerance").setDblValue(ABSOLUTE)
        method.getParameter("Max Internal Steps").setIntValue(MOST_STEPS)
        self._task.getProblem().setUseValues(True)
        self._task.getProblem().setTimeSeriesRequested(False)

    def rest(self, stage: Stage) -> Values:
        self._set(stage, self._origin)
        self._simulate([REST_S], [])
        return _without_traces(
            {
                name: each.getConcentration() if name in self._species else each.getValue()
                for name, each in self._moved.items()
            }
        )

    def run(
        self, stage: Stage, state: Values, times: Sequence[float], ids: Sequence[str]
    ) -> np.ndarray:
        self._set(stage, state)
        return self._simulate(times, ids)

    def _set(self, stage: Stage, state: Values) -> None:
        told, given = COPASI.ObjectStdVector(), {**state, **stage.species, **stage.parameters}
        # An initial assignment would undo what is set here, and compiling what was set before.
        for name in given:
            self._named(name).setInitialExpression("")
        self._model.compileIfNecessary()
        for name, value in given.items():
            each = self._named(name)
            if name in self._species:
                each.setInitialConcentration(value)
                told.append(each.getInitialConcentrationReference())
            else:
                each.setInitialValue(value)
                told.append(each.getInitialValueReference())
        self._model.updateInitialValues(told)
        self._model.applyInitialValues()

    def _named(self, name: str):
        return self._species.get(name) or self._values[name]

    def _simulate(self, times: Sequence[float], ids: Sequence[str]) -> np.ndarray:
        problem = self._task.getProblem()
        problem.setOutputStartTime(0.0)
        problem.setValues(" ".join(map(repr, [0.0, *map(float, times)])))
        handler = COPASI.CDataHandler()
        for name in ids:
            each = self._named(name)
            now = (
                each.getConcentrationReference()
                if name in self._species
                else each.getValueReference()
            )
            handler.addDuringName(COPASI.CRegisteredCommonName(now.getCN(), self._module))
        COPASI.CCopasiMessage.clearDeque()
        self._module.addInterface(handler)
        self._task.initializeRaw(COPASI.CCopasiTask.OUTPUT_UI)
        worked = self._task.processRaw(True)
        self._task.restore()
        self._module.removeInterface(handler)
        if not worked:
            raise SystemExit(f"COPASI gave up: {COPASI.CCopasiMessage.getAllMessageText()}")
        return np.array([handler.getNthRow(i) for i in range(handler.getNumRowsDuring())])[1:]


def _without_traces(state: Values) -> Values:
    return {name: value if abs(value) > TRACE else 0.0 for name, value in state.items()}


TOOLS: Mapping[str, Callable[[str], Tool]] = {"libRoadRunner": ByRoadRunner, "COPASI": ByCopasi}


def simulate(problem: petab.Problem, tool: Tool, vector: Values) -> pd.DataFrame:
    """The problem's measurement table with what a tool gives of a vector of parameters."""
    values = {**problem.parameter_df["nominalValue"].to_dict(), **vector}
    done = problem.measurement_df.rename(columns={"measurement": "simulation"}).copy()
    formulas = problem.observable_df["observableFormula"].map(sympify_petab)
    rested: dict[str, Values] = {}
    for (rest, then), rows in done.groupby(
        ["preequilibrationConditionId", "simulationConditionId"]
    ):
        used = formulas[rows["observableId"].unique()]
        symbols = sorted({str(symbol) for formula in used for symbol in formula.free_symbols})
        ids = [name for name in symbols if problem.model.has_entity_with_id(name)]
        times = sorted(rows["time"].unique())
        if rest not in rested:
            rested[rest] = tool.rest(_stage(problem, rest, values))
        run = tool.run(_stage(problem, then, values), rested[rest], times, ids)
        read = pd.DataFrame(run, index=times, columns=ids)
        for index, row in rows.iterrows():
            named = {**values, **read.loc[row["time"]].to_dict()}
            formula = formulas[row["observableId"]]
            point = {symbol: named[str(symbol)] for symbol in formula.free_symbols}
            done.loc[index, "simulation"] = float(formula.subs(point))
    return done


def _stage(problem: petab.Problem, condition: str, values: Values) -> Stage:
    """What a condition sets: its own columns, and the parameters of the vector."""
    own = problem.condition_df.loc[condition].drop("conditionName", errors="ignore").dropna()
    model = problem.model.sbml_model
    species = {name: float(v) for name, v in own.items() if model.getSpecies(name)}
    others = {name: float(v) for name, v in own.items() if name not in species}
    return Stage({**{k: v for k, v in values.items() if model.getParameter(k)}, **others}, species)


def chi2(problem: petab.Problem, simulated: pd.DataFrame) -> float:
    """The sum of squared distances, by PEtab's package."""
    return petab.calculate_chi2(
        problem.measurement_df, simulated, problem.observable_df, problem.parameter_df
    )


def llh(problem: petab.Problem, simulated: pd.DataFrame) -> float:
    """The log-likelihood, by PEtab's package."""
    return petab.calculate_llh(
        problem.measurement_df, simulated, problem.observable_df, problem.parameter_df
    )


def near(one: float, other: float) -> bool:
    """Whether two numbers are the same but for the solvers."""
    return math.isclose(one, other, rel_tol=NEAR, abs_tol=NEAR)


def lint(yaml: Path) -> int:
    """The exit status of petablint."""
    program = Path(sys.executable).with_name("petablint")
    return subprocess.run([program, yaml], capture_output=True, check=False).returncode


def faults(
    problem: petab.Problem,
    tools: Mapping[str, Tool],
    told: pd.DataFrame,
    values_told: Mapping[str, pd.DataFrame],
) -> list[str]:
    """Where the tools' objective is not what ``told`` says, or a value not what was told of it.

    Of a vector that ``values_told`` lacks, the first tool tells. A line each.
    """
    found = []
    for vector, row in told.iterrows():
        values, first = row.drop(["chi2", "llh"]).to_dict(), values_told.get(vector)
        for name, tool in tools.items():
            simulated = simulate(problem, tool, values)
            got = {"chi2": chi2(problem, simulated), "llh": llh(problem, simulated)}
            said = ", ".join(f"{what} {value:.7g}" for what, value in got.items())
            print(f"{vector}, {name}: {said}")
            found += [
                f"{vector}, {name}: {what} is {value:.7g}, not {row[what]:.7g}"
                for what, value in got.items()
                if not near(value, row[what])
            ]
            first = simulated if first is None else first
            found += [
                f"{vector}, {name}: {first.loc[i, 'observableId']} at {first.loc[i, 'time']:g} s is"
                f" {value:.7g}, not {first.loc[i, 'simulation']:.7g}"
                for i, value in simulated["simulation"].items()
                if not near(value, first.loc[i, "simulation"])
            ]
    return found


def load(folder: Path) -> petab.Problem:
    """The problem in a folder, by PEtab's package."""
    return petab.Problem.from_yaml(folder / YAML)


def open_to(folder: Path, told: pd.DataFrame) -> list[str]:
    """Problems broken on purpose with which no fault is found."""
    missed = []
    nominal = told.loc[["nominal"]]
    problem = load(folder)
    tools = {"libRoadRunner": ByRoadRunner(problem.model.to_sbml_str())}
    measured = problem.measurement_df
    first = measured.index[0]
    sd = float(problem.observable_df.loc[measured.loc[first, "observableId"], "noiseFormula"])
    measured.loc[first, "measurement"] += WRONG_SD * sd
    print("a wrong measurement, then a wrong dose, have to be seen:")
    if not faults(problem, tools, nominal, {}):
        missed.append("a wrong measurement")
    problem = load(folder)
    for column in ("ketamine_dose", "Ketamine"):
        problem.condition_df[column] *= WRONG_DOSE
    if not faults(problem, tools, nominal, {}):
        missed.append("a wrong dose")
    with tempfile.TemporaryDirectory() as scratch:
        for path in folder.iterdir():
            text = path.read_text(encoding="utf-8")
            if path.name == "observables.tsv":
                text = "".join(text.splitlines(keepends=True)[:-1])
            (Path(scratch) / path.name).write_text(text, encoding="utf-8")
        if lint(Path(scratch) / YAML) == 0:
            missed.append("a measurement without its observable")
    return missed


def main(arguments: Sequence[str]) -> int:
    """Judge the problem in a folder; the exit status."""
    folder = Path(arguments[0])
    logging.getLogger("petab").setLevel(logging.ERROR)
    told = pd.read_csv(folder / "objective.tsv", sep="\t", index_col="vector")
    missed = open_to(folder, told)
    for what in missed:
        print(f"no fault is found with {what}: the gate is open")
    if missed:
        return 1
    status = lint(folder / YAML)
    print(f"petablint: exit status {status}")
    problem = load(folder)
    sbml = problem.model.to_sbml_str()
    tools = {name: tool(sbml) for name, tool in TOOLS.items()}
    simulations = pd.read_csv(folder / "simulations.tsv", sep="\t")
    found = faults(problem, tools, told, {"nominal": simulations})
    for line in found:
        print(line)
    return int(bool(found or status))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

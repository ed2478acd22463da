"""COPASI, from the extra ``test``: an independent solver on the same SBML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ketamine_mtor.engines.constants import Constants
from ketamine_mtor.engines.limits import EngineFailure
from ketamine_mtor.engines.session import ABSOLUTE_NM, MOST_STEPS, RELATIVE, check_reached
from ketamine_mtor.errors import InputError, MissingExtra, not_allowed
from ketamine_mtor.model_files import ModelFiles

try:
    import COPASI
except ImportError:
    raise MissingExtra("the engine 'copasi' needs COPASI: install ketamine-mtor[test]") from None


def load(files: ModelFiles) -> CopasiPlant:
    """The model of ``files`` in COPASI."""
    return CopasiPlant(files.sbml)


class CopasiPlant:
    """One imported SBML text; see :class:`~ketamine_mtor.engines.session.Plant`."""

    def __init__(self, sbml: str):
        self._constants = Constants(sbml)
        self._module = COPASI.CRootContainer.addDatamodel()
        if not self._module.importSBMLFromString(sbml):
            raise InputError(f"COPASI cannot load the SBML: {_message()}")
        self._model = self._module.getModel()
        metabolites = {each.getSBMLId(): each for each in self._model.getMetabolites()}
        self._parameters = {each.getSBMLId(): each for each in self._model.getModelValues()}
        self._volumes = {each.getSBMLId(): each for each in self._model.getCompartments()}
        self.species, self.boundary = self._constants.floating, self._constants.boundary
        self._floating = [metabolites[name] for name in self.species]
        self._fixed = [metabolites[name] for name in self.boundary]
        # All that is constant is set by this module: an assignment would undo it.
        for each in (*metabolites.values(), *self._parameters.values(), *self._volumes.values()):
            if each.getInitialExpression():
                each.setInitialExpression("")
        self._model.compileIfNecessary()
        # COPASI counts particles: it has to be told what was set.
        self._told = COPASI.ObjectStdVector()
        for each in (*self._floating, *self._fixed):
            self._told.append(each.getInitialConcentrationReference())
        for each in (*self._parameters.values(), *self._volumes.values()):
            self._told.append(each.getInitialValueReference())
        self._held = [0.0] * len(self._fixed)
        self._changeable = {name: self._parameters[name] for name in self._constants.parameters}
        self._task = self._module.getTask("Time-Course")
        self._set_up(self._task)

    def resolve(self, changes: Mapping[str, float]) -> dict[str, float]:
        self._constants.check(changes)
        return self._constants.resolve(changes)

    def set(self, values: Mapping[str, float]) -> None:
        for name, quantity in (*self._changeable.items(), *self._volumes.items()):
            quantity.setInitialValue(values[name])
        self._held = [values[name] for name in self.boundary]

    def observe(self, state: np.ndarray, observables: Sequence[str]) -> np.ndarray:
        self._start(state)
        return np.array([each.getValue() for each in self._readouts(observables)])

    def rates(self, state: np.ndarray) -> np.ndarray:
        self._start(state)
        return np.array([each.getConcentrationRate() for each in self._floating])

    def advance(
        self, state: np.ndarray, duration: float, samples: np.ndarray, observables: Sequence[str]
    ) -> tuple[np.ndarray, np.ndarray]:
        self._start(state)
        times = np.unique([0.0, *samples, duration])
        problem = self._task.getProblem()
        problem.setOutputStartTime(0.0)
        problem.setValues(" ".join(map(repr, times.tolist())))
        handler = COPASI.CDataHandler()
        for each in (self._model, *self._readouts(observables)):
            name = each.getValueReference().getCN()
            handler.addDuringName(COPASI.CRegisteredCommonName(name, self._module))
        COPASI.CCopasiMessage.clearDeque()
        self._module.addInterface(handler)
        try:
            self._task.initializeRaw(COPASI.CCopasiTask.OUTPUT_UI)
            worked = self._task.processRaw(True)
            self._task.restore()
        finally:
            self._module.removeInterface(handler)
        read = np.array([handler.getNthRow(i) for i in range(handler.getNumRowsDuring())])
        reached = np.array([each.getConcentration() for each in self._floating])
        if not worked or len(read) < len(times):
            last = float(read[-1, 0]) if len(read) else 0.0
            raise EngineFailure(f"COPASI gave up: {_message()}", last)
        check_reached(self.species, reached, duration)
        return read[1 : 1 + len(samples), 1:], reached

    def _start(self, state: np.ndarray) -> None:
        """Make the state, with what is held and set, the model's initial one."""
        concentrations = (*state.tolist(), *self._held)
        for each, value in zip((*self._floating, *self._fixed), concentrations, strict=True):
            each.setInitialConcentration(value)
        self._model.updateInitialValues(self._told)
        self._model.applyInitialValues()

    def _readouts(self, observables: Sequence[str]) -> list[Any]:
        for name in observables:
            if name not in self._parameters:
                raise not_allowed("observable of this SBML", name, sorted(self._constants.ruled))
        return [self._parameters[name] for name in observables]

    def _set_up(self, task: Any) -> None:
        task.setMethodType(COPASI.CTaskEnum.Method_deterministic)
        problem, method = task.getProblem(), task.getMethod()
        problem.setUseValues(True)
        problem.setTimeSeriesRequested(False)
        method.getParameter("Relative Tolerance").setDblValue(RELATIVE)
        method.getParameter("Absolute Tolerance").setDblValue(ABSOLUTE_NM)
        method.getParameter("Max Internal Steps").setIntValue(MOST_STEPS)


def _message() -> str:
    """What COPASI said last, on one line."""
    return " ".join(COPASI.CCopasiMessage.getAllMessageText().split()) or "no reason given"

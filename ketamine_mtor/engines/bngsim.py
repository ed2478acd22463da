"""bngsim, from the extra ``test``: the same SBML, read and integrated by code of its own.

It takes the laws apart into rates of change itself and gives CVODE their exact derivatives.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from ketamine_mtor.engines.constants import Constants
from ketamine_mtor.engines.limits import EngineFailure
from ketamine_mtor.engines.quiet import quiet_stderr
from ketamine_mtor.engines.session import ABSOLUTE_NM, MOST_STEPS, RELATIVE, check_reached
from ketamine_mtor.errors import InputError, MissingExtra, not_allowed
from ketamine_mtor.model_files import ModelFiles

try:
    import bngsim
except ImportError:
    raise MissingExtra("the engine 'bngsim' needs bngsim: install ketamine-mtor[test]") from None

#: What it says of a failure: the sample that was not reached (s), and CVODE's word for why.
_FAILED = re.compile(r"at t=(?P<time>\S+) with flag=\S+ \((?P<why>\w+)\)")


def load(files: ModelFiles) -> BngsimPlant:
    """The model of ``files`` in bngsim."""
    return BngsimPlant(files.sbml)


class BngsimPlant:
    """One SBML text; see :class:`~ketamine_mtor.engines.session.Plant`.

    Attributes
    ----------
    work
        What CVODE has done so far, by bngsim's names: ``n_steps``, ``n_rhs_evals`` and so on.
    """

    def __init__(self, sbml: str):
        self._constants = Constants(sbml)
        try:
            with quiet_stderr():
                self._model = bngsim.Model.from_sbml_string(sbml)
                # Interpreted, so that every machine does the same, with a C compiler or without;
                # "analytical" is what it would choose, but then it does not try again on failure.
                self._simulator = bngsim.Simulator(
                    self._model, codegen=False, jacobian="analytical"
                )
        except (bngsim.BngsimError, ValueError) as error:
            raise InputError(f"bngsim cannot load the SBML: {_one_line(error)}") from None
        self.species, self.boundary = self._constants.floating, self._constants.boundary
        index = {name: i for i, name in enumerate(self._model.species_names)}
        self._moving = [index[name] for name in self.species]
        self._fixed = [index[name] for name in self.boundary]
        self._held = np.zeros(len(self._fixed))
        self.work: Counter[str] = Counter()
        self._changeable = (*self._constants.compartments, *self._constants.parameters)

    def resolve(self, changes: Mapping[str, float]) -> dict[str, float]:
        self._constants.check(changes)
        return self._constants.resolve(changes)

    def set(self, values: Mapping[str, float]) -> None:
        self._model.set_params({name: values[name] for name in self._changeable})
        self._held = np.array([values[name] for name in self.boundary])

    def observe(self, state: np.ndarray, observables: Sequence[str]) -> np.ndarray:
        self._check(observables)
        # A run of no length to speak of: it reads its readouts before the first step.
        return self._run(state, np.array([0.0, 1e-9]), observables)[0][0]

    def rates(self, state: np.ndarray) -> np.ndarray:
        return self._model.rhs(self._whole(state))[self._moving]

    def jacobian(self) -> np.ndarray:
        """Of the moving species, where the last run ended (1/s)."""
        whole = self._model.jacobian(self._model.get_state())
        return np.asarray(whole)[np.ix_(self._moving, self._moving)]

    def advance(
        self, state: np.ndarray, duration: float, samples: np.ndarray, observables: Sequence[str]
    ) -> tuple[np.ndarray, np.ndarray]:
        self._check(observables)
        read, reached = self._run(state, np.unique([0.0, *samples, duration]), observables)
        check_reached(self.species, reached, duration)
        return read[1 : 1 + len(samples)], reached

    def _run(
        self, state: np.ndarray, times: np.ndarray, observables: Sequence[str]
    ) -> tuple[np.ndarray, np.ndarray]:
        """The observables at ``times`` (s; rows), and the state at the last of them."""
        self._model.set_state(self._whole(state))
        try:
            with quiet_stderr():
                result = self._simulator.run(
                    sample_times=times.tolist(),
                    rtol=RELATIVE,
                    atol=ABSOLUTE_NM,
                    max_steps=MOST_STEPS,
                )
        except bngsim.SimulationError as error:
            said = _FAILED.search(str(error))
            if said is None:
                raise EngineFailure(f"bngsim gave up: {_one_line(error)}") from None
            before = times[times < float(said["time"])]
            raise EngineFailure(f"bngsim gave up: {said['why']}", before.max(initial=0.0)) from None
        self.work.update(result.solver_stats)
        read = np.empty((len(times), len(observables)))
        for column, name in enumerate(observables):
            read[:, column] = result.expressions[name]
        return read, self._model.get_state()[self._moving]

    def _whole(self, state: np.ndarray) -> np.ndarray:
        """All species in nM, in bngsim's order."""
        whole = np.empty(self._model.n_species)
        whole[self._moving], whole[self._fixed] = state, self._held
        return whole

    def _check(self, observables: Sequence[str]) -> None:
        for name in observables:
            if name not in self._constants.ruled:
                raise not_allowed("observable of this SBML", name, sorted(self._constants.ruled))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())

"""PySB's own simulator on the generated network: a second route that knows nothing of the SBML."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import sympy
from pysb import Model
from pysb.simulator import ScipyOdeSimulator
from pysb.simulator.base import SimulationResult
from pysb.simulator.scipyode import PythonRhsBuilder
from scipy.integrate import ODEintWarning
from scipy.sparse import csr_array
from sympy.matrices.expressions.matexpr import MatrixElement

from ketamine_mtor.emit.names import home, species_ids
from ketamine_mtor.engines.limits import EngineFailure
from ketamine_mtor.engines.session import (
    ABSOLUTE_NM,
    MOST_STEPS,
    RELATIVE,
    check_reached,
)
from ketamine_mtor.errors import InputError, not_allowed
from ketamine_mtor.model_files import ModelFiles


def load(files: ModelFiles) -> PysbPlant:
    """The network of ``files`` in PySB's simulator.

    Raises
    ------
    InputError
        Where there is but the SBML.
    """
    if files.network is None:
        raise InputError("the engine 'pysb' runs the rules' network, not an SBML file of your own")
    rest = {row.species: row.value for row in files.tables.steady_state.values()}
    return PysbPlant(files.network(), rest)


class PysbPlant:
    """One network; see :class:`~ketamine_mtor.engines.session.Plant`.

    Parameters
    ----------
    model
        With its network.
    rest
        Species to its concentration (nM) at the start.
    """

    def __init__(self, model: Model, rest: Mapping[str, float]):
        self._model = model
        ids = species_ids(model)
        volumes = {
            species: home(each).size for species, each in zip(ids, model.species, strict=True)
        }
        self._volumes = np.array([volumes[species].value for species in ids])
        self._sizes = {each.name: each.size.value for each in model.compartments}
        fixed = {model.get_species_index(each.pattern) for each in model.initials if each.fixed}
        self._fixed = sorted(fixed)
        self._moving = [i for i in range(len(ids)) if i not in fixed]
        self.species = tuple(ids[i] for i in self._moving)
        self.boundary = tuple(ids[i] for i in self._fixed)
        self._rest = {species: rest.get(species, 0.0) for species in ids}
        self._observables = {each.name for each in model.expressions_dynamic()}
        self._parameters = {each.name: each.value for each in model.parameters}
        self._current = np.array(list(self._parameters.values()))
        self._held = np.zeros(len(self._fixed))
        # In Python, so that every machine does the same, with a C compiler or without.
        self._simulator = ScipyOdeSimulator(
            model,
            compiler="python",
            integrator="lsoda",
            integrator_options={
                "rtol": RELATIVE,
                "atol": ABSOLUTE_NM * self._volumes,
                "mxstep": MOST_STEPS,
            },
        )
        self._simulator.rhs_builder = _Equations(model)

    def resolve(self, changes: Mapping[str, float]) -> dict[str, float]:
        for name in changes:
            if name in self._sizes:
                raise InputError(
                    f"the volume of '{name}' is fixed in the network that the engine 'pysb' runs;"
                    " allowed: another engine"
                )
            if name not in self._parameters:
                raise not_allowed("parameter of the network", name, self._parameters)
        return {**self._rest, **self._sizes, **self._parameters, **changes}

    def set(self, values: Mapping[str, float]) -> None:
        self._current = np.array([values[name] for name in self._parameters])
        self._held = np.array([values[species] for species in self.boundary])

    def observe(self, state: np.ndarray, observables: Sequence[str]) -> np.ndarray:
        amounts = self._amounts(state)[np.newaxis, np.newaxis]
        result = SimulationResult(
            None,
            np.zeros((1, 1)),
            amounts,
            model=self._model,
            initials=amounts[0],
            param_values=self._current[np.newaxis],
        )
        return self._read(result, observables)[0]

    def rates(self, state: np.ndarray) -> np.ndarray:
        builder = self._simulator.rhs_builder
        constants = builder.calc_expressions_constant(self._current)
        change = builder.rhs_fn(0.0, self._amounts(state), self._current, constants)
        return np.asarray(change)[self._moving] / self._volumes[self._moving]

    def advance(
        self, state: np.ndarray, duration: float, samples: np.ndarray, observables: Sequence[str]
    ) -> tuple[np.ndarray, np.ndarray]:
        times = np.unique([0.0, *samples, duration])
        with warnings.catch_warnings():
            # After a failure LSODA returns numbers all the same.
            warnings.simplefilter("error", ODEintWarning)
            try:
                result = self._simulator.run(
                    tspan=times, initials=self._amounts(state), param_values=self._current
                )
            except ODEintWarning as warning:
                raise EngineFailure(str(warning).partition(" Run with")[0]) from None
        amounts = np.atleast_2d(result.species)
        reached = (amounts[-1] / self._volumes)[self._moving]
        check_reached(self.species, reached, float(times[-1]))
        return self._read(result, observables)[1 : 1 + len(samples)], reached

    def _amounts(self, state: np.ndarray) -> np.ndarray:
        """All species in nmol, in the network's order."""
        concentrations = np.empty(len(self._volumes))
        concentrations[self._moving] = state
        concentrations[self._fixed] = self._held
        return concentrations * self._volumes

    def _read(self, result: SimulationResult, observables: Sequence[str]) -> np.ndarray:
        for name in observables:
            if name not in self._observables:
                raise not_allowed("observable of the network", name, sorted(self._observables))
        times = len(result.tout[0])
        found = np.empty((times, len(observables)))
        if observables:
            expressions = result.expressions
            for column, name in enumerate(observables):
                found[:, column] = expressions[name]
        return found


class _Equations(PythonRhsBuilder):  # type: ignore[misc] # PySB has no types
    """PySB's equations, with a Jacobian that is made in a second.

    PySB's own would differentiate each rate by every species, and without one LSODA asks for
    the rates once per species.
    """

    def __init__(self, model: Model):
        super().__init__(model, _logger=logging.getLogger(__name__))
        self.with_jacobian = True

    def _get_jacobian(self) -> Callable[..., np.ndarray]:
        by_species, by_observable = self._derivatives(self.y), self._derivatives(self.o)

        def jacobian(t: float, y: np.ndarray, p: np.ndarray, e: np.ndarray) -> np.ndarray:
            now = (t, y[:, None], p[:, None], e, (self.observables_matrix @ y)[:, None])
            rates = by_species(*now) + by_observable(*now) @ self.observables_matrix
            return (self.stoichiometry_matrix @ rates).toarray()

        return jacobian

    def _derivatives(self, of: sympy.MatrixSymbol) -> Callable[..., csr_array]:
        """The derivative of each rate by each element of ``of`` that stands in it."""
        found = [
            (row, int(each.i), rate.diff(each))
            for row, rate in enumerate(self.kinetics)
            for each in rate.atoms(MatrixElement)
            if each.parent == of
        ]
        rows, columns, derivatives = zip(*found, strict=True) if found else ((), (), ())
        values = sympy.lambdify([self.t, self.y, self.p, self.e, self.o], list(derivatives))
        shape = (self.num_reactions, of.shape[0])
        return lambda *now: csr_array((np.array(values(*now), float), (rows, columns)), shape)

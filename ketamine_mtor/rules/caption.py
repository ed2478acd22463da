"""The sheet that the figure's stretches write on: a PySB model with numbers from the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pysb
import sympy
from pysb import ANY as ANY  # the rule modules have it from here

from ketamine_mtor.knowledge import KEEPS_SIZES, WILDTYPE

#: Spatial dimensions of a membrane.
MEMBRANE = 2


@dataclass(frozen=True)
class Pool:
    """A population of which a share is active.

    Parameters
    ----------
    total
        The initial amount that is the whole (nM in ``place``).
    place
        Compartment in which the pool is counted.
    agent
        Compartment of its active members (default: ``place``).
    target
        Compartment of what they act on, or fill (default: ``agent``).
    """

    total: str
    place: str
    agent: str = ""
    target: str = ""


class UnknownParameter(KeyError):
    """A rule names a parameter that no table holds."""


class Caption:
    """Builds a :class:`pysb.Model` rule by rule; every number is looked up by its id.

    Parameters
    ----------
    name
        Name of the model.
    values
        Parameter id to value, in the unit that the table gives.
    wildtype
        What observables are divided by: the wild type's initial amounts, and its drug-free value
        of observables.
    """

    def __init__(self, name: str, values: Mapping[str, float], wildtype: Mapping[str, float]):
        self.model = pysb.Model(name, _export=False)
        self._values = values
        self._wildtype = wildtype
        self._fluxes: dict[str, list] = {}

    def __getitem__(self, monomer: str) -> pysb.Monomer:
        return self.model.monomers[monomer]

    def value(self, parameter_id: str) -> pysb.Parameter:
        """The parameter of that id, taken from the tables at its first use.

        Raises
        ------
        UnknownParameter
            For an id that no table has.
        """
        known = self.model.parameters.get(parameter_id)
        if known is not None:
            return known
        if parameter_id not in self._values:
            raise UnknownParameter(f"no table has a parameter '{parameter_id}'")
        return self._add(pysb.Parameter(parameter_id, self._values[parameter_id], _export=False))

    def compartment(self, name: str, parent: str | None, dimension: int, size: str) -> None:
        """A volume, or a membrane as a thin volume, inside ``parent``."""
        outer = self.model.compartments[parent] if parent else None
        self._add(pysb.Compartment(name, outer, dimension, self.value(size), _export=False))

    def place(self, compartment: str) -> pysb.Compartment:
        """The compartment of that name, for ``pattern ** c.place("blood")``."""
        return self.model.compartments[compartment]

    def monomer(
        self, name: str, sites: Sequence[str] = (), **states: Sequence[str]
    ) -> pysb.Monomer:
        """A protein, ion, lipid, drug or cell state with binding ``sites`` and ``states``.

        A site that only has states is named by its keyword; the first state is the resting one.
        """
        every = [*sites, *(site for site in states if site not in sites)]
        listed = {site: list(values) for site, values in states.items()}
        return self._add(pysb.Monomer(name, every, listed, _export=False))

    def seed(self, pattern, amount_id: str, held: bool = False) -> None:
        """``pattern`` starts at the concentration ``amount_id`` (nM) of its compartment.

        ``held`` keeps it there: a bath.
        """
        self.seed_formula(pattern, self.value(amount_id), held)

    def seed_formula(self, pattern, concentration, held: bool = False) -> None:
        """As :meth:`seed`, from a parameter or constant expression in nM."""
        amount = self.constant(f"n_{concentration.name}", concentration * _home(pattern).size)
        self._add(pysb.Initial(pattern, amount, fixed=held, _export=False))

    def rule(self, name: str, expression, forward, reverse: str | None = None) -> None:
        """A rule with the ids (or a constant expression) of its rate constants."""
        rates = [self._rate(rate) for rate in (forward, reverse) if rate is not None]
        self._add(pysb.Rule(name, expression, *rates, _export=False))

    def constant(self, name: str, formula, *, resized: bool = False) -> pysb.Expression:
        """A constant that follows from other parameters, made once.

        One that is made of volumes keeps to those of the model when a compartment's size is
        changed, unless it has to be ``resized`` with it: a dose, which is an amount, or a passive
        equilibrium, which holds for any size.

        Raises
        ------
        ValueError
            For a name that another formula has.
        """
        known = self.model.expressions.get(name)
        if known is not None:
            if known.expr != sympy.sympify(formula):
                raise ValueError(f"constant '{name}' is already {known.expr}, not {formula}")
            return known
        made = self._add(pysb.Expression(name, formula, _export=False))
        if not resized and {each.size for each in self.model.compartments} & made.expr.free_symbols:
            self.model.add_annotation(pysb.Annotation(made, *KEEPS_SIZES, _export=False))
        return made

    def ratio(self, name: str, numerator: str, denominator: str) -> pysb.Expression:
        """The constant ``numerator / denominator`` of two parameters or constants."""
        return self.constant(name, self._known(numerator) / self._known(denominator))

    def product(self, name: str, *factors: str) -> pysb.Expression:
        """The constant that is the product of parameters or constants."""
        return self.constant(name, self._times(*factors))

    def share(self, rate: str, pool: Pool, *factors: str, of: str = "") -> pysb.Expression:
        """Second-order rate constant (1/(nM s)) of a pool's active members on their target.

        The product of ``rate`` and ``factors`` (1/s) holds when the whole pool is active. ``of``
        tells constants of the same rate and several pools apart.

        A law is an amount per time, anchored in a membrane where one of the partners is there, so
        that the volumes of pool, agent and target come in; they cancel where all are one.
        """
        agent, target = self._ends(pool)
        anchor = agent if agent.dimension == MEMBRANE else target
        whole = self.wildtype(pool.total) * self.place(pool.place).size
        volumes = agent.size * target.size / anchor.size
        name = f"{of}_{rate}_rate".lstrip("_")
        return self.constant(name, self._times(rate, *factors) * volumes / whole)

    def source(self, level: str, loss: str, pool: Pool) -> pysb.Expression:
        """First-order rate constant (1/s) at which a pool's active members fill their target."""
        _, target = self._ends(pool)
        whole = self.wildtype(pool.total) * self.place(pool.place).size
        return self.constant(f"{level}_rate", self._times(level, loss) * target.size / whole)

    def balanced(self, name: str, free: str, bound: str) -> pysb.Expression:
        """First binding constant of a lobe in a complex, by detailed balance with the free lobe.

        ``STEM_first`` is a dissociation constant (nM), ``STEM_second_on`` and ``STEM_second_off``
        are rates: with the same overall affinity, first_bound is first_free times the ratio of
        the second constants.
        """

        def second(stem: str):
            return self.value(f"{stem}_second_off") / self.value(f"{stem}_second_on")

        return self.constant(name, self.value(f"{free}_first") * second(free) / second(bound))

    def cooperative(self, stem: str, affinity) -> pysb.Expression:
        """On-rate (1/(nM^2 s)) of two ligands at once: ``X_off`` over ``affinity`` (nM) squared."""
        return self.constant(f"{stem}_on", self.value(f"{stem}_off") / affinity**2)

    def wildtype(self, total: str) -> pysb.Parameter:
        """The wild type's value of an initial amount, which a knockout or a change leaves alone."""
        return self._reference(f"{total}{WILDTYPE}", self._wildtype.get(total, 1))

    def count(self, name: str, pattern) -> pysb.Observable:
        """The amount (nmol) of all molecules that match ``pattern``."""
        return self._add(pysb.Observable(f"n_{name}", pattern, _export=False))

    def read(self, name: str, formula) -> None:
        """Observable ``name``: any formula of counts and parameters."""
        self._add(pysb.Expression(name, formula, _export=False))

    def read_concentration(self, name: str, pattern, compartment: str) -> None:
        """Observable ``name``: nM of ``pattern`` per volume of ``compartment``."""
        volume = self.model.compartments[compartment].size
        self.read(name, self.count(name, pattern) / volume)

    def read_fraction(self, name: str, pattern, total: str, compartment: str) -> None:
        """Observable ``name``: share of the wild type's total that matches ``pattern``.

        ``total`` is an initial amount, or an observable in nM whose wild-type value counts.
        """
        volume = self.model.compartments[compartment].size
        self.read(name, self.count(name, pattern) / (self.wildtype(total) * volume))

    def read_relative(self, name: str, formula) -> None:
        """Observable ``name``: ``formula`` over its drug-free value in the wild type."""
        self.read(name, formula / self._reference(f"{name}{WILDTYPE}", self._wildtype.get(name, 1)))

    def read_relative_flux(self, name: str, formula) -> None:
        """Add ``formula`` to the flux that :meth:`finish` reads as ``name``; see read_relative."""
        self._fluxes.setdefault(name, []).append(formula)

    def finish(self) -> pysb.Model:
        """The model, with what was collected over several modules."""
        for name, parts in self._fluxes.items():
            self.read_relative(name, sum(parts))
        return self.model

    def _known(self, name: str):
        constant = self.model.expressions.get(name)
        return self.value(name) if constant is None else constant

    def _times(self, *factors: str):
        return sympy.Mul(*map(self._known, factors))

    def _rate(self, rate):
        """A parameter or constant; ``X_on`` of a binding follows from ``X_off`` and ``X_Kd``."""
        if not isinstance(rate, str):
            return rate
        stem = rate.removesuffix("_on")
        if rate not in self._values and f"{stem}_Kd" in self._values:
            return self.ratio(rate, f"{stem}_off", f"{stem}_Kd")
        return self._known(rate)

    def _ends(self, pool: Pool) -> tuple[pysb.Compartment, pysb.Compartment]:
        agent = pool.agent or pool.place
        return self.place(agent), self.place(pool.target or agent)

    def _reference(self, name: str, value: float) -> pysb.Parameter:
        known = self.model.parameters.get(name)
        return known if known is not None else self._add(pysb.Parameter(name, value, _export=False))

    def _add(self, component):
        if isinstance(component, pysb.Initial):
            self.model.add_initial(component)
        else:
            self.model.add_component(component)
        return component


def _home(pattern) -> pysb.Compartment:
    """The compartment that a seeded pattern lies in."""
    monomers = getattr(pattern, "monomer_patterns", [pattern])
    return monomers[0].compartment

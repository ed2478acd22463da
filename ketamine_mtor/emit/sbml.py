"""A PySB model and its network as SBML Level 3 Version 1 core: see docs/emitter.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import libsbml
import pysb

from ketamine_mtor.emit import quantities
from ketamine_mtor.emit.annotate import Annotations, Annotator
from ketamine_mtor.emit.error import EmitError
from ketamine_mtor.emit.formulas import mathml, name, number, product, total
from ketamine_mtor.emit.laws import Law, laws, size
from ketamine_mtor.emit.names import home, pattern, reaction_ids, species_ids
from ketamine_mtor.emit.quantities import Start
from ketamine_mtor.emit.units import AMOUNT, TIME, VOLUME, Unit, vocabulary
from ketamine_mtor.errors import not_allowed
from ketamine_mtor.knowledge import Tables

REVERSE = " (reverse)"


def seeds(model: pysb.Model) -> dict[str, str]:
    """Species id to the id of what it starts at: a parameter, a formula, or empty for nothing."""
    starts = quantities.starts(model)
    return {
        species: starts[index].seed if index in starts else ""
        for index, species in enumerate(species_ids(model))
    }


def write_sbml(
    model: pysb.Model,
    tables: Tables,
    *,
    annotations: Annotations | None = None,
    steady_state: Mapping[str, float] | None = None,
) -> str:
    """The SBML of ``model``, which has to have its network; the same text for the same input.

    Parameters
    ----------
    tables
        Give the units: of parameters, initial amounts and observables.
    annotations
        What is said of the elements: see ``annotate.from_tables``.
    steady_state
        Species id to initial concentration (nM); without, species start at their seeds.

    Raises
    ------
    EmitError
        For a model without network, or one that this SBML cannot hold faithfully.
    InputError
        For a species of ``steady_state`` that the model has not, or has but it has not.
    """
    if not model.reactions:
        raise EmitError("the model has no network yet: see ketamine_mtor.network")
    return _Writer(model, tables, annotations, steady_state).text()


@dataclass(frozen=True)
class _Reaction:
    """A reaction ready to be written."""

    id: str
    law: Law


class _Writer:
    """One document being written."""

    def __init__(
        self,
        model: pysb.Model,
        tables: Tables,
        annotations: Annotations | None,
        steady_state: Mapping[str, float] | None,
    ):
        self._source = model
        self._species = species_ids(model)
        self._homes = [home(species).name for species in model.species]
        self._laws = laws(model)
        self._about = Annotator(annotations) if annotations is not None else None
        self._starts = quantities.starts(model)
        self._steady = steady_state
        self._sizes = quantities.sizes(model)
        known, self._units = vocabulary(tables.units)
        self._unit_of = quantities.units(model, tables, known)
        self._document = libsbml.SBMLDocument(3, 1)
        self._model = self._document.createModel()

    def text(self) -> str:
        self._write_model()
        for compartment in quantities.used_compartments(self._source):
            self._write_compartment(compartment)
        for index in sorted(range(len(self._species)), key=lambda i: self._species[i]):
            self._write_species(index)
        self._write_parameters()
        for reaction in self._reactions():
            self._write_reaction(reaction)
        self._units.write(self._model)
        text = libsbml.writeSBMLToString(self._document)
        return text if self._about is None else self._about.licensed(text)

    def _unit_id(self, unit: Unit) -> str:
        return self._units.id(unit)

    def _id(self, symbol: str) -> str:
        """The SBML's id of a name in a formula: a size is its compartment."""
        return self._sizes.get(symbol, symbol)

    def _write_model(self) -> None:
        model = self._model
        model.setId(self._source.name)
        model.setName(self._source.name)
        model.setSubstanceUnits(self._unit_id(AMOUNT))
        model.setExtentUnits(self._unit_id(AMOUNT))
        model.setTimeUnits(self._unit_id(TIME))
        model.setVolumeUnits(self._unit_id(VOLUME))
        if self._about:
            self._about.model(model)

    def _write_compartment(self, source: pysb.Compartment) -> None:
        compartment = self._model.createCompartment()
        compartment.setId(source.name)
        compartment.setName(source.name)
        # A membrane too is a (thin) volume here, so that every concentration is in nM.
        compartment.setSpatialDimensions(3)
        compartment.setSize(size(source))
        compartment.setUnits(self._unit_id(VOLUME))
        compartment.setConstant(True)
        if self._about:
            self._about.compartment(compartment)

    def _write_species(self, index: int) -> None:
        start = self._starts.get(index)
        species = self._model.createSpecies()
        species.setId(self._species[index])
        species.setName(pattern(self._source.species[index]))
        species.setCompartment(self._homes[index])
        species.setInitialConcentration(self._concentration(index, start))
        species.setSubstanceUnits(self._unit_id(AMOUNT))
        species.setHasOnlySubstanceUnits(False)
        species.setBoundaryCondition(start is not None and start.held)
        species.setConstant(False)
        if self._about:
            molecules = self._source.species[index].monomer_patterns
            self._about.species(species, sorted(each.monomer.name for each in molecules))
        if start is not None and _is_assigned(start):
            self._assign(self._species[index], start.formula)

    def _concentration(self, index: int, start: Start | None) -> float:
        if self._steady is not None and not (start is not None and _is_assigned(start)):
            species = self._species[index]
            if species not in self._steady:
                raise not_allowed("species of the steady state", species, self._steady)
            return self._steady[species]
        return self._value(start.formula) if start is not None else 0.0

    def _value(self, formula) -> float:
        while isinstance(formula, pysb.Expression) or formula.atoms(pysb.Expression):
            formula = formula.xreplace({each: each.expr for each in formula.atoms(pysb.Expression)})
        return float(formula.xreplace({each: each.value for each in formula.atoms(pysb.Parameter)}))

    def _assign(self, symbol: str, formula) -> None:
        assignment = self._model.createInitialAssignment()
        assignment.setSymbol(symbol)
        assignment.setMath(mathml(formula, self._id))

    def _write_parameters(self) -> None:
        for parameter in self._source.parameters:
            if parameter.name not in self._sizes:
                self._parameter(parameter.name, constant=True).setValue(parameter.value)
        for observable in self._source.observables:
            self._parameter(observable.name, constant=False)
            self._rule(observable.name, self._count(observable))
        for expression in quantities.written_expressions(self._source):
            constant = expression.is_constant_expression()
            parameter = self._parameter(expression.name, constant)
            if constant:
                parameter.setValue(self._value(expression))
                self._assign(expression.name, expression.expr)
            else:
                self._rule(expression.name, mathml(expression.expr, self._id))

    def _parameter(self, identifier: str, constant: bool) -> libsbml.Parameter:
        parameter = self._model.createParameter()
        parameter.setId(identifier)
        parameter.setName(identifier)
        parameter.setUnits(self._unit_id(self._unit_of[identifier]))
        parameter.setConstant(constant)
        if self._about:
            self._about.quantity(parameter)
            reactants = {len(law.reactants) for law in self._laws if law.rate == identifier}
            if reactants:
                self._about.rate_constant(parameter, reactants)
        return parameter

    def _rule(self, variable: str, formula: libsbml.ASTNode) -> None:
        rule = self._model.createAssignmentRule()
        rule.setVariable(variable)
        rule.setMath(formula)

    def _count(self, observable: pysb.Observable) -> libsbml.ASTNode:
        """The amount of all molecules that an observable counts."""
        terms = []
        counted = zip(observable.species, observable.coefficients, strict=True)
        for index, times in sorted(counted, key=lambda pair: self._species[pair[0]]):
            factors = [name(self._species[index]), name(self._homes[index])]
            terms.append(product([number(times), *factors] if times != 1 else factors))
        return total(terms or [number(0, self._unit_id(AMOUNT))])

    def _reactions(self) -> list[_Reaction]:
        named = reaction_ids(
            (
                f"{law.rule}__rev" if law.reverse else law.rule,
                sorted(self._species[i] for i in law.reactants),
                sorted(self._species[i] for i in law.products),
            )
            for law in self._laws
        )
        order = {rule.name: place for place, rule in enumerate(self._source.rules)}
        reactions = [_Reaction(*pair) for pair in zip(named, self._laws, strict=True)]
        return sorted(reactions, key=lambda each: (order[each.law.rule], each.law.reverse, each.id))

    def _write_reaction(self, source: _Reaction) -> None:
        law = source.law
        reaction = self._model.createReaction()
        reaction.setId(source.id)
        reaction.setName(law.rule + (REVERSE if law.reverse else ""))
        reaction.setReversible(False)
        reaction.setFast(False)
        if self._about:
            self._about.reaction(reaction, law)
        for indices, create in (
            (law.reactants, reaction.createReactant),
            (law.products, reaction.createProduct),
        ):
            for index in sorted(set(indices), key=lambda i: self._species[i]):
                reference = create()
                reference.setSpecies(self._species[index])
                reference.setStoichiometry(indices.count(index))
                reference.setConstant(True)
        factors = [name(law.anchor)]
        if law.statistics != 1:
            factors.append(number(law.statistics))
        factors.append(name(law.rate))
        factors += [name(each) for each in sorted(self._species[i] for i in law.reactants)]
        reaction.createKineticLaw().setMath(product(factors))


def _is_assigned(start: Start) -> bool:
    """Whether a species starts at what a parameter says, not at rest: a bath, or a dose."""
    return start.held or not start.is_plain()

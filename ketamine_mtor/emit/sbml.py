"""A PySB model and its network as SBML Level 3 Version 1 core: see docs/emitter.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import libsbml
import pysb

from ketamine_mtor.emit import quantities
from ketamine_mtor.emit.annotate import Annotations, Annotator
from ketamine_mtor.emit.error import EmitError
from ketamine_mtor.emit.formulas import call, function, mathml, name, number, product, total
from ketamine_mtor.emit.laws import Law, function_id, function_name, laws, size
from ketamine_mtor.emit.names import home, pattern, reaction_ids, species_ids
from ketamine_mtor.emit.quantities import Start
from ketamine_mtor.emit.sbo import quantity_terms
from ketamine_mtor.emit.units import Unit, Units, parse
from ketamine_mtor.errors import not_allowed
from ketamine_mtor.knowledge import Tables

REVERSE = " (reverse)"
#: Of SBML Level 3. The first is what tools know best: COPASI loses the creators of the second.
VERSIONS = (1, 2)
#: Area and length have no part in the model, but tools warn where they are not set.
_AREA, _LENGTH = parse("metre^2"), parse("metre")


def seeds(model: pysb.Model) -> dict[str, str]:
    """Species id to the id of what it starts at: a parameter, a formula, or empty for nothing."""
    starts = quantities.starts(model)
    return {
        species: starts[index].seed if index in starts else ""
        for index, species in enumerate(species_ids(model))
    }


def write_sbml(
    model: pysb.Model,
    units: Units | Tables | None = None,
    *,
    annotations: Annotations | None = None,
    steady_state: Mapping[str, float] | None = None,
    version: int = VERSIONS[0],
) -> str:
    """The SBML of ``model``, which has to have its network; the same text for the same input.

    Parameters
    ----------
    units
        Units of parameters, expressions and observables, or the knowledge tables that have them.
        Without, molecules are counted, in litres and seconds.
    annotations
        What is said of the elements: see ``annotate.from_tables``.
    steady_state
        Species id to initial concentration; without, species start at their seeds.
    version
        Of SBML Level 3: 1, or 2.

    Raises
    ------
    EmitError
        For a model without network, or one that this SBML cannot hold faithfully.
    InputError
        For a species of ``steady_state`` that the model has not, or has but it has not.
    """
    if not model.reactions:
        raise EmitError("the model has no network yet: see ketamine_mtor.network")
    if version not in VERSIONS:
        raise EmitError(not_allowed("version of SBML Level 3", str(version), map(str, VERSIONS)))
    if isinstance(units, Tables):
        units = quantities.units_in(units)
    return _Writer(model, units or Units(), annotations, steady_state, version).text()


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
        units: Units,
        annotations: Annotations | None,
        steady_state: Mapping[str, float] | None,
        version: int,
    ):
        self._source = model
        self._species = species_ids(model)
        self._homes = [home(species).name for species in model.species]
        self._laws = laws(model)
        self._about = Annotator(annotations) if annotations is not None else None
        self._starts = quantities.starts(model)
        self._steady = steady_state
        self._sizes = quantities.sizes(model)
        self._keeping = quantities.keeping_sizes(model)
        self._amount, self._volume = parse(units.amount), parse(units.volume)
        self._time = parse(units.time)
        self._units = units.vocabulary()
        self._multiples = {law.constant: law for law in self._laws if law.statistics != 1}
        self._unit_of = quantities.units(model, units)
        for identifier, law in self._multiples.items():
            self._unit_of[identifier] = self._unit_of[law.rate]
        self._terms = quantity_terms(model, self._laws, self._unit_of, units)
        self._document = libsbml.SBMLDocument(3, version)
        self._model = self._document.createModel()

    def text(self) -> str:
        self._write_model()
        for compartment in quantities.used_compartments(self._source):
            self._write_compartment(compartment)
        for index in sorted(range(len(self._species)), key=lambda i: self._species[i]):
            self._write_species(index)
        self._write_parameters()
        for count in sorted({len(law.reactants) for law in self._laws if law.crosses}):
            self._write_function(count)
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
        model.setSubstanceUnits(self._unit_id(self._amount))
        model.setExtentUnits(self._unit_id(self._amount))
        model.setTimeUnits(self._unit_id(self._time))
        model.setVolumeUnits(self._unit_id(self._volume))
        model.setAreaUnits(self._unit_id(_AREA))
        model.setLengthUnits(self._unit_id(_LENGTH))
        if self._about:
            self._about.model(model)

    def _write_compartment(self, source: pysb.Compartment) -> None:
        compartment = self._model.createCompartment()
        compartment.setId(source.name)
        compartment.setName(source.name)
        # A membrane too is a (thin) volume here, so that every concentration is in nM.
        compartment.setSpatialDimensions(3)
        compartment.setSize(size(source))
        compartment.setUnits(self._unit_id(self._volume))
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
        species.setSubstanceUnits(self._unit_id(self._amount))
        species.setHasOnlySubstanceUnits(False)
        species.setBoundaryCondition(start is not None and start.held)
        species.setConstant(False)
        if self._about:
            molecules = self._source.species[index].monomer_patterns
            self._about.species(species, sorted(each.monomer.name for each in molecules))
        if start is not None and _is_assigned(start):
            self._assign(self._species[index], mathml(start.formula, self._id))

    def _concentration(self, index: int, start: Start | None) -> float:
        if self._steady is not None and not (start is not None and _is_assigned(start)):
            species = self._species[index]
            if species not in self._steady:
                raise not_allowed("species of the steady state", species, self._steady)
            return self._steady[species]
        return self._value(start.formula) if start is not None else 0.0

    def _value(self, formula: Any) -> float:
        while isinstance(formula, pysb.Expression) or formula.atoms(pysb.Expression):
            formula = formula.xreplace({each: each.expr for each in formula.atoms(pysb.Expression)})
        return float(formula.xreplace({each: each.value for each in formula.atoms(pysb.Parameter)}))

    def _assign(self, symbol: str, formula: libsbml.ASTNode) -> None:
        assignment = self._model.createInitialAssignment()
        assignment.setSymbol(symbol)
        assignment.setMath(formula)

    def _write_parameters(self) -> None:
        unused = {compartment.size.name for compartment in self._source.compartments}
        unused -= quantities.kept_sizes(self._source)
        for parameter in self._source.parameters:
            if parameter.name in self._unit_of and parameter.name not in unused:
                self._parameter(parameter.name, constant=True).setValue(parameter.value)
        for observable in self._source.observables:
            self._parameter(observable.name, constant=False)
            self._rule(observable.name, self._count(observable))
        for expression in quantities.written_expressions(self._source):
            constant = expression.is_constant_expression()
            parameter = self._parameter(expression.name, constant)
            if constant:
                parameter.setValue(self._value(expression))
                self._assign(expression.name, self._formula(expression))
            else:
                self._rule(expression.name, self._formula(expression))
        for identifier, law in sorted(self._multiples.items()):
            self._write_multiple(identifier, law)

    def _formula(self, expression: pysb.Expression) -> libsbml.ASTNode:
        formula = mathml(expression.expr, str if expression.name in self._keeping else self._id)
        if expression not in quantities.arrhenius(self._source):
            return formula
        prefactor = number(1, self._unit_id(self._unit_of[expression.name]))
        return product([prefactor, formula])

    def _write_multiple(self, identifier: str, law: Law) -> None:
        """A rate constant times how many ways there are, so that the law stays mass action."""
        made = {each.name: each for each in quantities.expressions(self._source)}
        source = made.get(law.rate)
        constant = source is None or source.is_constant_expression()
        parameter = self._parameter(identifier, constant)
        formula = product([number(law.statistics), name(law.rate)])
        if constant:
            value = source or self._source.parameters[law.rate]
            parameter.setValue(float(law.statistics) * self._value(value))
            self._assign(identifier, formula)
        else:
            self._rule(identifier, formula)

    def _parameter(self, identifier: str, constant: bool) -> libsbml.Parameter:
        parameter = self._model.createParameter()
        parameter.setId(identifier)
        parameter.setName(identifier)
        parameter.setUnits(self._unit_id(self._unit_of[identifier]))
        parameter.setConstant(constant)
        if self._about:
            self._about.quantity(parameter, self._terms[identifier])
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
        return total(terms or [number(0, self._unit_id(self._amount))])

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
        factors = [law.anchor, law.constant, *sorted(self._species[i] for i in law.reactants)]
        terms = [name(each) for each in factors]
        math = call(function_id(len(law.reactants)), terms) if law.crosses else product(terms)
        written = reaction.createKineticLaw()
        written.setMath(math)
        if self._about:
            self._about.law(written, law)

    def _write_function(self, count: int) -> None:
        """The law of reactions of ``count`` molecules that reach into another compartment.

        Within one compartment COPASI knows mass action for what it is; for the others it would
        make up a function for each reaction.
        """
        definition = self._model.createFunctionDefinition()
        definition.setId(function_id(count))
        definition.setName(function_name(count))
        arguments = ["compartment", "k", *(f"c{place + 1}" for place in range(count))]
        definition.setMath(function(arguments, product([name(each) for each in arguments])))
        if self._about:
            self._about.function(definition)


def _is_assigned(start: Start) -> bool:
    """Whether a species starts at what a parameter says, not at rest: a bath, or a dose."""
    return start.held or not start.is_plain()

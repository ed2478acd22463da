"""The equations of the SBML as Markdown: reactions by stretch, observables, species."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import libsbml

from ketamine_mtor.companions import parsed
from ketamine_mtor.pages import markdown, title

_INTRO = """# Equations

All equations of `sbml/ketamine_mtor.xml`, made from it by `make companions`. A species' name stands
for its concentration (nM), a compartment's for its volume (litre), `v1`, `v2` ... for the rates of
the reactions (nmol/s); time is in seconds. [`parameters.md`](parameters.md) has the value, unit and
source of each parameter; [`companions.md`](companions.md) says what other forms of the model there
are."""
_REACTIONS = "## Reactions"
_CONSTANTS = "## Parameters that follow from others"
_OBSERVABLES = """## Observables

`n_ID` is an amount (nmol)."""
_SPECIES = """## Species

The name of a species in the rules, where it starts (nM: at rest, or what its parameter says) and
how it changes (nM/s)."""
_PLACES = "## Compartments"
_HELD = "held"


def write(sbml: str, homes: Mapping[str, str]) -> str:
    """The text of the page.

    Parameters
    ----------
    sbml
        The SBML; functions that it defines are written out.
    homes
        Each rule to the module of ``rules/`` that it is in, as :func:`ketamine_mtor.rules.homes`.

    Raises
    ------
    InputError
        For a text that is no SBML, or one of other rules.
    """
    document = parsed.document(sbml)
    document.expandFunctionDefinitions()
    model = document.getModel()
    rates = parsed.rates(model)
    return (
        "\n\n".join(
            [
                _INTRO,
                _REACTIONS,
                *_reactions(model, rates, homes),
                _CONSTANTS,
                _constants(model),
                _OBSERVABLES,
                _observables(model),
                _SPECIES,
                _species(model, rates),
                _PLACES,
                _places(model),
            ]
        )
        + "\n"
    )


def _reactions(
    model: libsbml.Model, rates: Mapping[str, str], homes: Mapping[str, str]
) -> Iterable[str]:
    """A heading and a table for each module, in the order of the reactions."""
    for module, reactions in parsed.by_module(model, homes).items():
        rows = []
        for each in reactions:
            scheme = f"{_side(each.getListOfReactants())} → {_side(each.getListOfProducts())}"
            law = _code(_formula(each.getKineticLaw().getMath()))
            rows.append((rates[each.getId()], each.getName(), scheme, law))
        yield f"### {title(module)}"
        yield markdown(("v", "rule", "reaction", "rate (nmol/s)"), rows)


def _side(references: Iterable[libsbml.SpeciesReference]) -> str:
    terms = []
    for each in references:
        times = f"{each.getStoichiometry():g} " if each.getStoichiometry() != 1 else ""
        terms.append(f"{times}{_code(each.getSpecies())}")
    return " + ".join(terms) or "∅"


def _constants(model: libsbml.Model) -> str:
    parameters = {each.getId(): each for each in model.getListOfParameters()}
    rows = [
        (_code(each.getSymbol()), _code(_formula(each.getMath())))
        for each in model.getListOfInitialAssignments()
        if each.getSymbol() in parameters
    ]
    return markdown(("parameter", "formula"), rows)


def _observables(model: libsbml.Model) -> str:
    rows = [
        (_code(rule.getVariable()), _code(_formula(rule.getMath())))
        for rule in model.getListOfRules()
    ]
    return markdown(("observable", "formula"), rows)


def _species(model: libsbml.Model, rates: Mapping[str, str]) -> str:
    changes = _changes(model, rates)
    rows = []
    for each in model.getListOfSpecies():
        start = model.getInitialAssignmentBySymbol(each.getId())
        starts = _formula(start.getMath()) if start else f"{each.getInitialConcentration():.9g}"
        terms = changes.get(each.getId(), ["0"])
        change = f"({' '.join(terms).removeprefix('+ ')}) / {each.getCompartment()}"
        held = each.getBoundaryCondition()
        rows.append(
            (
                _code(each.getId()),
                _code(each.getName()),
                _code(starts),
                _HELD if held else _code(change),
            )
        )
    return markdown(("species", "in the rules", "start", "change"), rows)


def _changes(model: libsbml.Model, rates: Mapping[str, str]) -> dict[str, list[str]]:
    """Each species to the signed rates of what makes and takes it; a catalyst has none."""
    found: dict[str, list[str]] = {}
    for reaction in model.getListOfReactions():
        net: dict[str, float] = {}
        for sign, references in (
            (-1, reaction.getListOfReactants()),
            (1, reaction.getListOfProducts()),
        ):
            for each in references:
                change = net.get(each.getSpecies(), 0) + sign * each.getStoichiometry()
                net[each.getSpecies()] = change
        for species, times in net.items():
            if times:
                factor = f"{abs(times):g} * " if abs(times) != 1 else ""
                term = f"{'+' if times > 0 else '-'} {factor}{rates[reaction.getId()]}"
                found.setdefault(species, []).append(term)
    return found


def _places(model: libsbml.Model) -> str:
    rows = [
        (_code(each.getId()), f"{each.getSize():g}", each.getName())
        for each in model.getListOfCompartments()
    ]
    return markdown(("compartment", "size", "what it is"), rows)


def _formula(math: libsbml.ASTNode) -> str:
    """A formula as text, without the units of its numbers."""
    settings = libsbml.L3ParserSettings()
    settings.setParseUnits(False)
    return libsbml.formulaToL3StringWithSettings(math, settings)


def _code(text: str) -> str:
    return f"`{text}`"

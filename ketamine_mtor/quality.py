"""What is checked of the model's SBML, with the ids that fail: the page ``docs/sbml.md``.

Counts per check and no score: a score would hide which one fails.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import libsbml

from ketamine_mtor import emit, knowledge, paths
from ketamine_mtor.errors import InputError, MissingExtra
from ketamine_mtor.files import renewed
from ketamine_mtor.pages import markdown
from ketamine_mtor.script import command, renewing_command

PAGE = "docs/sbml.md"
_RESOLVER = "https://identifiers.org/"
_LICENCE = re.compile(r"<dcterms:license rdf:resource=\"https?://\S+\"/>")
_TAXON, _PUBLICATION = f"{_RESOLVER}taxonomy:", f"{_RESOLVER}pubmed:"
#: Failing ids that the page shows of each file.
_SHOWN = 5


class Document:
    """One SBML text and the tables that it was made from."""

    def __init__(self, text: str, tables: knowledge.Tables):
        self.text, self.tables = text, tables
        # libSBML frees the model with its document.
        self._document = libsbml.readSBMLFromString(text)
        self.model = self._document.getModel()
        if self.model is None:
            raise InputError("not an SBML file")

    @cached_property
    def kinds(self) -> dict[str, list[Any]]:
        """The elements that are looked at, by what they are."""
        model = self.model
        return {
            "model": [model],
            "compartments": list(model.getListOfCompartments()),
            "species": list(model.getListOfSpecies()),
            "reactions": list(model.getListOfReactions()),
            "parameters": list(model.getListOfParameters()),
            "functions": list(model.getListOfFunctionDefinitions()),
        }

    def elements(self, *kinds: str) -> list[Any]:
        """All elements of these kinds."""
        return [each for kind in kinds for each in self.kinds[kind]]

    @cached_property
    def resources(self) -> dict[str, list[str]]:
        """Each cross reference and term, as a compact identifier, to the ids that carry it."""
        found: dict[str, list[str]] = {}
        for each in self.elements(*self.kinds):
            if each.isSetSBOTerm():
                found.setdefault(each.getSBOTermID().lower(), []).append(each.getId())
            for uri in _uris(each):
                found.setdefault(_compact(uri), []).append(each.getId())
        for reaction in self.kinds["reactions"]:
            term = reaction.getKineticLaw().getSBOTermID()
            found.setdefault(term.lower(), []).append(reaction.getId())
        return found


@dataclass(frozen=True)
class Check:
    """One thing that has to hold: how many elements it looks at, and which of them fail."""

    name: str
    find: Callable[[Document], tuple[int, list[str]]]


@dataclass(frozen=True)
class Finding:
    """What a check found in one document."""

    check: str
    looked_at: int
    failing: tuple[str, ...]


def findings(text: str, tables: knowledge.Tables) -> list[Finding]:
    """What every check finds in an SBML text.

    Raises
    ------
    InputError
        For a text that is no SBML.
    MissingExtra
        Where the registry of identifiers is not installed.
    """
    document = Document(text, tables)
    found = []
    for check in CHECKS:
        count, bad = check.find(document)
        found.append(Finding(check.name, count, tuple(bad)))
    return found


def _failing(elements: Sequence[Any], holds: Callable[[Any], bool]) -> tuple[int, list[str]]:
    return len(elements), [each.getId() for each in elements if not holds(each)]


# The checks -------------------------------------------------------------------------------------


def _valid(document: Document) -> tuple[int, list[str]]:
    return 1, emit.problems(document.text)


def _dimensions(document: Document) -> tuple[int, list[str]]:
    """What the model counts in, and all rate constants."""
    model = document.model
    said = {
        "substance": model.getSubstanceUnits(),
        "volume": model.getVolumeUnits(),
        "time": model.getTimeUnits(),
        "extent": model.getExtentUnits(),
    }
    laws = [each.getKineticLaw().getMath() for each in document.kinds["reactions"]]
    constants = {name for math in laws for name in _arguments(math)} & _parameters(model)
    said |= {name: model.getParameter(name).getUnits() for name in sorted(constants)}
    return len(said), [name for name, unit in said.items() if _is_plain(model, unit)]


def _arguments(math: libsbml.ASTNode) -> list[str]:
    """The names that a law multiplies, or calls its function with."""
    children = [math.getChild(i) for i in range(math.getNumChildren())]
    if math.getType() == libsbml.AST_TIMES:
        # libSBML reads a product as one of two factors, the first of them a product again.
        return [name for child in children for name in _arguments(child)]
    return [child.getName() or "" for child in children] or [math.getName() or ""]


def _parameters(model: libsbml.Model) -> set[str]:
    return {each.getId() for each in model.getListOfParameters()}


def _is_plain(model: libsbml.Model, unit: str) -> bool:
    """Whether a unit has no dimension."""
    definition = model.getUnitDefinition(unit)
    if definition is None:
        return unit in ("", "dimensionless")
    kinds = {each.getKind() for each in definition.getListOfUnits()}
    return kinds <= {libsbml.UNIT_KIND_DIMENSIONLESS}


def _units(document: Document) -> tuple[int, list[str]]:
    return _failing(document.kinds["parameters"], lambda each: each.isSetUnits())


def _terms(document: Document) -> tuple[int, list[str]]:
    elements = document.elements(*document.kinds)
    count, bad = _failing(elements, lambda each: each.isSetSBOTerm())
    laws = document.kinds["reactions"]
    bad += [f"law of {each.getId()}" for each in laws if not each.getKineticLaw().isSetSBOTerm()]
    return count + len(laws), bad


def _references(document: Document) -> tuple[int, list[str]]:
    elements = document.elements("model", "compartments", "species", "reactions")
    return _failing(elements, lambda each: bool(_uris(each)))


def _shapes(document: Document) -> tuple[int, list[str]]:
    try:
        import bioregistry
    except ImportError:
        raise MissingExtra("checking identifiers needs ketamine-mtor[test]") from None

    def holds(compact: str) -> bool:
        prefix, _, identifier = compact.partition(":")
        registry = bioregistry.normalize_prefix(prefix)
        if registry is None:
            return False
        standard = bioregistry.standardize_identifier(registry, identifier)
        return bool(bioregistry.is_valid_identifier(registry, standard))

    return len(document.resources), [each for each in document.resources if not holds(each)]


def _reviewed(document: Document) -> tuple[int, list[str]]:
    known = set(document.tables.identifiers)
    for row in document.tables.references.values():
        known |= {f"doi:{row.doi}", f"pubmed:{row.pmid}"}
    return len(document.resources), [each for each in document.resources if each not in known]


def _who(document: Document) -> tuple[int, list[str]]:
    history = document.model.getModelHistory()
    uris = _uris(document.model)
    said = {
        "creator": history is not None and history.getNumCreators() > 0,
        "created": history is not None and history.isSetCreatedDate(),
        "modified": history is not None and history.isSetModifiedDate(),
        "licence": _LICENCE.search(document.text) is not None,
        "taxon": any(each.startswith(_TAXON) for each in uris),
        "publication": any(each.startswith(_PUBLICATION) for each in uris),
        "notes": document.model.isSetNotes(),
    }
    return len(said), [name for name, there in said.items() if not there]


def _named_by_id(document: Document) -> tuple[int, list[str]]:
    return _failing(document.kinds["parameters"], lambda each: each.getName() == each.getId())


def _named_by_pattern(document: Document) -> tuple[int, list[str]]:
    """Names of species are BNGL patterns, no two the same."""
    species = document.kinds["species"]
    times = Counter(each.getName() for each in species)
    pattern = re.compile(r"(@\w+::?)?\w+\(.*\)(\.\w+\(.*\))*(@\w+)?")
    return _failing(
        species, lambda s: times[s.getName()] == 1 and bool(pattern.fullmatch(s.getName()))
    )


def _named_by_rule(document: Document) -> tuple[int, list[str]]:
    rules = document.tables.rules

    def holds(reaction: libsbml.Reaction) -> bool:
        rule = reaction.getName().removesuffix(emit.REVERSE)
        way = f"{rule}__rev__" if rule != reaction.getName() else f"{rule}__"
        return rule in rules and reaction.getId().startswith(way)

    return _failing(document.kinds["reactions"], holds)


def _mass_action(document: Document) -> tuple[int, list[str]]:
    """A law is compartment * k * concentrations, or a function of these if it crosses."""
    model = document.model
    functions = {each.getId() for each in document.kinds["functions"]}
    places = {each.getId() for each in document.kinds["compartments"]}
    constants = _parameters(model)

    def holds(reaction: libsbml.Reaction) -> bool:
        math = reaction.getKineticLaw().getMath()
        place, constant, *concentrations = [*_arguments(math), "", ""]
        reactants = [
            each.getSpecies()
            for each in reaction.getListOfReactants()
            for _ in range(int(each.getStoichiometry()))
        ]
        shape = place in places and constant in constants
        of_reactants = sorted(filter(None, concentrations)) == sorted(reactants)
        if math.getType() == libsbml.AST_FUNCTION:
            written = math.getName() in functions and _places(model, reaction) > 1
        else:
            written = math.getType() == libsbml.AST_TIMES and _places(model, reaction) == 1
        return shape and of_reactants and written

    return _failing(document.kinds["reactions"], holds)


def _places(model: libsbml.Model, reaction: libsbml.Reaction) -> int:
    """How many compartments reactants and products are in."""
    sides = (*reaction.getListOfReactants(), *reaction.getListOfProducts())
    return len({model.getSpecies(each.getSpecies()).getCompartment() for each in sides})


def _one_way(document: Document) -> tuple[int, list[str]]:
    def holds(reaction: libsbml.Reaction) -> bool:
        sides = (*reaction.getListOfReactants(), *reaction.getListOfProducts())
        counted = all(each.isSetStoichiometry() and each.getConstant() for each in sides)
        return not (reaction.getReversible() or reaction.getFast()) and counted

    return _failing(document.kinds["reactions"], holds)


def _plain(document: Document) -> tuple[int, list[str]]:
    """What blocks steady states and moieties in some tool."""
    model = document.model
    rules = list(model.getListOfRules())
    bad = [each.getVariable() for each in rules if not each.isAssignment()]
    bad += [each.getId() or "event" for each in model.getListOfEvents()]
    return len(rules) + model.getNumEvents(), bad


CHECKS = (
    Check("libSBML finds nothing, all checks and strict units on", _valid),
    Check("units have dimensions", _dimensions),
    Check("parameters have units", _units),
    Check("everything has an SBO term, laws too", _terms),
    Check("model, compartments, species and reactions have cross references", _references),
    Check("identifiers have their registry's pattern", _shapes),
    Check("identifiers were reviewed", _reviewed),
    Check("the model says who, when, what of and under which licence", _who),
    Check("a parameter's name is its id", _named_by_id),
    Check("a species' name is its pattern", _named_by_pattern),
    Check("a reaction is named after its rule and direction", _named_by_rule),
    Check("laws are mass action, across compartments by a named function", _mass_action),
    Check("reactions have one direction and explicit stoichiometries", _one_way),
    Check("no events, no rate rules", _plain),
)


def _uris(element: libsbml.SBase) -> list[str]:
    terms = [element.getCVTerm(i) for i in range(element.getNumCVTerms())]
    return [term.getResourceURI(i) for term in terms for i in range(term.getNumResources())]


def _compact(uri: str) -> str:
    """An address as a compact identifier with a small prefix."""
    prefix, _, identifier = uri.removeprefix(_RESOLVER).partition(":")
    return f"{prefix.lower()}:{identifier}"


# The page ---------------------------------------------------------------------------------------


def table() -> str:
    """The generated part of ``docs/sbml.md``: what is found in every file, and the kinds of law."""
    tables = knowledge.load()
    texts = {name: paths.read(paths.sbml(name)) for name in tables.variants}
    found = {name: findings(text, tables) for name, text in texts.items()}
    default = found[knowledge.DEFAULT_VARIANT]
    rows = []
    for place, one in enumerate(default):
        failing = {name: each[place].failing for name, each in found.items()}
        bad = [f"{name}: {', '.join(ids[:_SHOWN])}" for name, ids in failing.items() if ids]
        count = sum(map(len, failing.values()))
        rows.append((one.check, str(one.looked_at), str(count), "; ".join(bad)))
    return "\n\n".join(
        [
            f"{len(texts)} files. How many a check looks at is of the main one.",
            markdown(("check", "looked at", "failing, all files", "which"), rows),
            markdown(("law", "reactions"), _kinds_of_law(texts[knowledge.DEFAULT_VARIANT], tables)),
        ]
    )


def _kinds_of_law(text: str, tables: knowledge.Tables) -> list[tuple[str, str]]:
    document = Document(text, tables)
    names = {each.getId(): each.getName() for each in document.kinds["functions"]}

    def kind(reaction: libsbml.Reaction) -> str:
        math = reaction.getKineticLaw().getMath()
        if math.getType() == libsbml.AST_FUNCTION:
            return names[math.getName()]
        molecules = len(_arguments(math)) - 2
        return f"Mass action in one compartment, {molecules} reacting" if molecules else "Constant"

    count = Counter(map(kind, document.kinds["reactions"]))
    return [(name, str(times)) for name, times in sorted(count.items())]


def made() -> dict[str, bytes]:
    """``docs/sbml.md`` with its table made anew."""
    return {PAGE: renewed(paths.read(paths.root() / PAGE), table(), PAGE).encode()}


def failing() -> Iterator[str]:
    """A line for each thing of a committed SBML with which a check fails."""
    tables = knowledge.load()
    for name in tables.variants:
        for one in findings(paths.read(paths.sbml(name)), tables):
            yield from (f"{name}: {one.check}: {each}" for each in one.failing)


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m ketamine_mtor.quality``: check the SBML, and rewrite or compare the page.

    Returns the exit status: 0; 1 where a check fails, or the page is out of step with ``--check``;
    2 for wrong input or a missing extra.
    """
    prog = "python -m ketamine_mtor.quality"
    return renewing_command(prog, "make quality", made, arguments, failing)


if __name__ == "__main__":
    sys.exit(main())

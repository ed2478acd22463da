"""What the SBML says about its elements: names, notes, ontology terms, identifiers, licence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from html import escape

import libsbml

from ketamine_mtor.emit.error import EmitError
from ketamine_mtor.emit.laws import Law
from ketamine_mtor.emit.sbo import FRACTION, MASS_ACTION, law_term
from ketamine_mtor.knowledge import Tables, rows
from ketamine_mtor.knowledge.rows import ASSUMED

#: Registries whose prefix is part of the identifier, and then in capitals.
_EMBEDDED = frozenset({"chebi", "cl", "go", "sbo", "uberon"})
_SMALL = frozenset({"chebi", "mesh", "pubchem.compound"})
_PROTEIN = frozenset({"uniprot", "hgnc"})
_ION = re.compile(r"\(\d*[+-]\)$")

CONTINUOUS = "SBO:0000293"
COMPARTMENT = "SBO:0000290"
ENTITY, COMPLEX, POLYPEPTIDE = "SBO:0000240", "SBO:0000253", "SBO:0000252"
SIMPLE_CHEMICAL, ION = "SBO:0000247", "SBO:0000327"
#: The term of a reverse reaction, where it is not that of the rule: binding, dissociation.
REVERSED = {"SBO:0000177": "SBO:0000180"}
#: Of a monomer's qualifiers, those whose resource is a part of each complex with the monomer.
_PARTS = ("is", "hasVersion", "isVersionOf", "hasPart")


@dataclass(frozen=True)
class About:
    """What is said of one element.

    ``resources`` are pairs of a qualifier ("is"; of a model also "model:isDescribedBy") and a
    compact identifier ("uniprot:P42345"); ``notes`` are paragraphs of plain text.
    """

    name: str = ""
    notes: tuple[str, ...] = ()
    sbo: str = ""
    resources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Annotations:
    """What is said of all elements, by the names they have in PySB.

    ``creator`` is (given name, family name) as SBML wants it; ``created`` a date as in
    2026-01-31T00:00:00Z; ``licence`` a URI. ``quantities`` are parameters, expressions and
    observables.
    """

    model: About
    creator: tuple[str, str]
    created: str
    licence: str
    compartments: Mapping[str, About] = field(default_factory=dict)
    monomers: Mapping[str, About] = field(default_factory=dict)
    rules: Mapping[str, About] = field(default_factory=dict)
    quantities: Mapping[str, About] = field(default_factory=dict)


def from_tables(
    tables: Tables, model: About, *, creator: tuple[str, str], created: str, licence: str
) -> Annotations:
    """What the tables say of the elements; the rest is as in :class:`Annotations`."""
    by_monomer: dict[str, list[rows.Monomer]] = {}
    for row in tables.monomers.values():
        by_monomer.setdefault(row.monomer, []).append(row)
    quantities = {key: _number(row, tables) for key, row in tables.numbers().items()}
    for key, seen in tables.observables.items():
        quantities[key] = About(
            notes=_said(seen.meaning),
            sbo=FRACTION if seen.unit == "1" and seen.per.startswith("total") else "",
            resources=_papers(seen.source, tables),
        )
    return Annotations(
        model=model,
        creator=creator,
        created=created,
        licence=licence,
        compartments={
            key: About(
                name=row.name,
                notes=_said(row.note),
                sbo=COMPARTMENT,
                resources=(("isVersionOf", row.resource),) if row.resource else (),
            )
            for key, row in tables.compartments.items()
        },
        monomers={key: _monomer(found) for key, found in by_monomer.items()},
        rules={
            key: About(
                notes=_said(row.note),
                sbo=row.sbo,
                resources=(
                    *((("isVersionOf", row.resource),) if row.resource else ()),
                    *_papers(row.references, tables),
                ),
            )
            for key, row in tables.rules.items()
        },
        quantities=quantities,
    )


def _said(*sentences: str) -> tuple[str, ...]:
    return tuple(filter(None, sentences))


def _number(row: rows.Value, tables: Tables) -> About:
    source = ", ".join(row.source)
    origin = row.kind if source in ("", row.kind) else f"{row.kind} (source: {source})"
    return About(notes=_said(origin, row.note), resources=_papers(row.source, tables))


def _papers(references: Iterable[str], tables: Tables) -> tuple[tuple[str, str], ...]:
    """The DOI, or else the PubMed number, of what has one."""
    found = [tables.references[key] for key in references if key != ASSUMED]
    ids = [f"doi:{row.doi}" if row.doi else row.pmid and f"pubmed:{row.pmid}" for row in found]
    return tuple(("isDescribedBy", each) for each in dict.fromkeys(filter(None, ids)))


def _monomer(found: list[rows.Monomer]) -> About:
    return About(
        name=found[0].label,
        notes=_said(*dict.fromkeys(row.note for row in found)),
        sbo=_kind(found),
        resources=tuple((row.qualifier, row.resource) for row in found),
    )


def _kind(found: list[rows.Monomer]) -> str:
    """The SBO term of a monomer, told by the registries that know it."""
    named = [row for row in found if row.qualifier in ("is", "hasVersion")]
    registries = {row.resource.partition(":")[0].lower() for row in named}
    if registries & _PROTEIN:
        return POLYPEPTIDE
    if registries & _SMALL:
        return ION if all(_ION.search(row.label) for row in named) else SIMPLE_CHEMICAL
    is_complex = any(row.qualifier == "hasPart" or "complex" in row.label for row in found)
    return COMPLEX if is_complex else ENTITY


def uri(compact: str) -> str:
    """The address of a compact identifier.

    >>> uri("go:0031931")
    'https://identifiers.org/GO:0031931'
    """
    prefix, colon, accession = compact.partition(":")
    if not (prefix and colon and accession):
        raise EmitError(f"'{compact}' is no compact identifier such as uniprot:P42345")
    shown = prefix.upper() if prefix.lower() in _EMBEDDED else prefix
    return f"https://identifiers.org/{shown}:{accession}"


class Annotator:
    """Writes :class:`Annotations` on the elements of one document."""

    def __init__(self, annotations: Annotations):
        self._said = annotations

    def model(self, element: libsbml.Model) -> None:
        """Name, notes, identifiers and history of the model."""
        _write(element, self._said.model)
        element.setSBOTerm(CONTINUOUS)
        history, creator = libsbml.ModelHistory(), libsbml.ModelCreator()
        given, family = self._said.creator
        creator.setGivenName(given)
        creator.setFamilyName(family)
        history.addCreator(creator)
        date = libsbml.Date(self._said.created)
        history.setCreatedDate(date)
        history.setModifiedDate(date)
        # libSBML takes a history whose date it has refused.
        written = element.setModelHistory(history) == libsbml.LIBSBML_OPERATION_SUCCESS
        if not (written and date.representsValidDate()):
            said = f"{self._said.creator}, created {self._said.created!r}"
            raise EmitError(f"creator {said}: both names and a date are needed")

    def compartment(self, element: libsbml.Compartment) -> None:
        """Name and term of a compartment."""
        _write(element, self._said.compartments.get(element.getId(), About()))

    def species(self, element: libsbml.Species, monomers: Iterable[str]) -> None:
        """What a species is; a complex has the parts that its ``monomers`` are or have."""
        abouts = [self._said.monomers.get(each, About()) for each in monomers]
        if len(abouts) == 1:
            about = abouts[0]
        else:
            resources = [
                ("hasPart", resource)
                for each in abouts
                for qualifier, resource in each.resources
                if qualifier in _PARTS
            ]
            about = About(sbo=COMPLEX, resources=tuple(dict.fromkeys(resources)))
        # The name stays the pattern, by which PySB and people know the species.
        _write(element, About(notes=about.notes, sbo=about.sbo, resources=about.resources))

    def quantity(self, element: libsbml.Parameter, term: str) -> None:
        """Source and meaning of a parameter or observable; ``term`` is told by its role."""
        about = self._said.quantities.get(element.getId(), About())
        _write(element, replace(about, sbo=about.sbo or term))

    def function(self, element: libsbml.FunctionDefinition) -> None:
        """What the law of reactions that reach into another compartment means."""
        said = "compartment: that of the reactants' membrane; k: rate constant; c: concentrations"
        _write(element, About(notes=(said,), sbo=MASS_ACTION))

    def reaction(self, element: libsbml.Reaction, law: Law) -> None:
        """Term, papers and note of the rule that a reaction stems from."""
        about = self._said.rules.get(law.rule, About())
        sbo = REVERSED.get(about.sbo, about.sbo) if law.reverse else about.sbo
        _write(element, About(notes=about.notes, sbo=sbo, resources=about.resources))

    def law(self, element: libsbml.KineticLaw, law: Law) -> None:
        """The term of a law."""
        element.setSBOTerm(law_term(law))

    def licensed(self, text: str) -> str:
        """The SBML text with the licence in the model's RDF, for which libSBML has no function."""
        after = "          </dcterms:modified>\n"
        link = f'          <dcterms:license rdf:resource="{escape(self._said.licence)}"/>\n'
        return text.replace(after, after + link, 1)


def _write(element: libsbml.SBase, about: About) -> None:
    if about.name:
        element.setName(about.name)
    if about.notes:
        paragraphs = "".join(f"<p>{escape(each, quote=False)}</p>" for each in about.notes)
        element.setNotes(f'<body xmlns="http://www.w3.org/1999/xhtml">{paragraphs}</body>')
    if about.sbo and element.setSBOTerm(about.sbo) != libsbml.LIBSBML_OPERATION_SUCCESS:
        raise EmitError(f"'{element.getId()}': '{about.sbo}' is no SBO term such as SBO:0000177")
    element.setMetaId(f"meta_{element.getId()}")
    grouped: dict[str, list[str]] = {}
    for qualifier, compact in about.resources:
        grouped.setdefault(qualifier, []).append(uri(compact))
    for qualifier, uris in grouped.items():
        element.addCVTerm(_term(qualifier, uris))


def _term(qualifier: str, uris: list[str]) -> libsbml.CVTerm:
    of_model = qualifier.removeprefix("model:")
    if of_model != qualifier:
        kind = libsbml.ModelQualifierType_fromString(of_model)
        known = kind != libsbml.BQM_UNKNOWN
        term = libsbml.CVTerm(libsbml.MODEL_QUALIFIER)
        term.setModelQualifierType(kind)
    else:
        kind = libsbml.BiolQualifierType_fromString(qualifier)
        known = kind != libsbml.BQB_UNKNOWN
        term = libsbml.CVTerm(libsbml.BIOLOGICAL_QUALIFIER)
        term.setBiologicalQualifierType(kind)
    if not known:
        raise EmitError(f"unknown qualifier '{qualifier}', such as is, hasPart, model:is")
    for each in uris:
        term.addResource(each)
    return term

"""What the archive says of itself and its files, as RDF: who, what, under which licence, from what.

Dublin Core, the qualifiers of BioModels, PROV-O; licences are SPDX addresses. Titles, authors and
dates are those of ``CITATION.cff``, what the model is about those of its SBML.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import libsbml

from ketamine_mtor.companions import parsed
from ketamine_mtor.fair.source import ARCHIVE, MODEL, SPDX, Source, urn

FILE = "metadata.rdf"

_PREFIXES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "https://schema.org/",
    "bqbiol": "http://biomodels.net/biology-qualifiers/",
    "bqmodel": "http://biomodels.net/model-qualifiers/",
}
_RDF = f"{{{_PREFIXES['rdf']}}}"
_COMBINE = "http://identifiers.org/combine.specifications/"


@dataclass(frozen=True)
class Uri:
    """An object that is a thing with an address."""

    address: str


@dataclass(frozen=True)
class Node:
    """An object that has no address, only what is said of it."""

    said: tuple[tuple[str, str | Uri], ...]


Said = tuple[str, "str | Uri | Node"]


@dataclass(frozen=True)
class Part:
    """A file of the archive: its title, SPDX licence, the target that makes it, and from what.

    What people write has no target.
    """

    title: str
    licence: str
    made_by: str
    made_from: tuple[str, ...] = ()


def write(source: Source, sbml: str, parts: Mapping[str, Part], model: str) -> str:
    """The text of ``metadata.rdf``.

    Parameters
    ----------
    source
        What the project says of itself.
    sbml
        Text of the main model, ``model`` among the ``parts``.
    parts
        Each file of the archive, by its location (``./...``).
    """
    about = _about(sbml)
    common = [*_dates(source), *about, ("dc:creator", _authors(source))]
    archive: list[Said] = [
        ("dc:title", source.title),
        ("dcterms:title", source.title),
        ("dc:description", source.abstract),
        ("dcterms:description", source.abstract),
        ("dcterms:identifier", urn(ARCHIVE, source)),
        ("dcterms:creator", _authors(source)),
        *common,
        _licence("CC0-1.0"),
        *(("dcterms:subject", word) for word in source.keywords),
        ("schema:version", source.version),
        ("dcterms:accessRights", "open; made from the repository by make archive"),
        ("dcterms:conformsTo", Uri(f"{_COMBINE}omex.version-1")),
        ("prov:wasGeneratedBy", Uri("#archive")),
        *(("dcterms:hasPart", Uri(location)) for location in parts),
    ]
    said: dict[str, list[Said]] = {
        ".": archive,
        f"./{FILE}": [
            ("dcterms:identifier", urn(FILE, source)),
            _licence("CC0-1.0"),
            ("schema:about", Uri(".")),
        ],
    }
    for location, part in parts.items():
        said[location] = [
            ("dc:title", part.title),
            *([_licence(part.licence)] if part.licence else []),
            *([("prov:wasGeneratedBy", Uri(f"#{part.made_by}"))] if part.made_by else []),
            *(("prov:wasDerivedFrom", Uri(each)) for each in part.made_from),
        ]
    said[model] += [
        ("dcterms:identifier", urn(MODEL, source)),
        ("dcterms:creator", _authors(source)),
        *common,
        ("dcterms:conformsTo", Uri(f"{_COMBINE}sbml.level-3.version-1")),
        ("prov:wasDerivedFrom", Uri(f"https://doi.org/{source.review_doi}")),
    ]
    packed = [location for location, part in parts.items() if part.made_by != "archive"]
    for activity in sorted({"archive", *(part.made_by for part in parts.values())} - {""}):
        said[f"#{activity}"] = _activity(activity, source, packed if activity == "archive" else ())
    return _text(said)


def _licence(spdx: str) -> Said:
    return "dcterms:license", Uri(f"{SPDX}{spdx}")


def _authors(source: Source) -> Node:
    names = "; ".join(source.authors)
    return Node(
        (
            ("rdf:type", Uri(f"{_PREFIXES['foaf']}Agent")),
            ("foaf:name", names),
            ("rdfs:label", names),
        )
    )


def _dates(source: Source) -> list[Said]:
    """When it was released, in both vocabularies."""
    at = Node((("dcterms:W3CDTF", f"{source.released}T00:00:00Z"),))
    return [("dcterms:created", at), ("dcterms:modified", at), ("dc:created", source.released)]


def _about(sbml: str) -> list[Said]:
    """What the SBML says its model is about."""
    document = parsed.document(sbml)
    said: list[Said] = []
    for term in document.getModel().getCVTerms():
        if term.getQualifierType() == libsbml.MODEL_QUALIFIER:
            kind = libsbml.ModelQualifierType_toString(term.getModelQualifierType())
            qualifier = f"bqmodel:{kind}"
        else:
            kind = libsbml.BiolQualifierType_toString(term.getBiologicalQualifierType())
            qualifier = f"bqbiol:{kind}"
        for number in range(term.getNumResources()):
            said.append((qualifier, Uri(term.getResourceURI(number))))
    return said


def _activity(name: str, source: Source, used: Iterable[str]) -> list[Said]:
    agent = Node(
        (
            ("rdf:type", Uri(f"{_PREFIXES['prov']}SoftwareAgent")),
            ("rdfs:label", "ketamine_mtor"),
            ("schema:version", source.version),
        )
    )
    return [
        ("rdf:type", Uri(f"{_PREFIXES['prov']}Activity")),
        ("rdfs:label", f"make {name}"),
        ("prov:wasAssociatedWith", agent),
        *(("prov:used", Uri(each)) for each in used),
    ]


def _text(said: Mapping[str, Sequence[Said]]) -> str:
    for prefix, address in _PREFIXES.items():
        ET.register_namespace(prefix, address)
    root = ET.Element(f"{_RDF}RDF")
    for subject, pairs in said.items():
        _describe(root, pairs, subject)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _describe(parent: ET.Element, pairs: Iterable[Said], subject: str | None = None) -> None:
    attributes = {} if subject is None else {f"{_RDF}about": subject}
    description = ET.SubElement(parent, f"{_RDF}Description", attributes)
    for predicate, value in pairs:
        prefix, _, name = predicate.partition(":")
        tag = f"{{{_PREFIXES[prefix]}}}{name}"
        if isinstance(value, Uri):
            ET.SubElement(description, tag, {f"{_RDF}resource": value.address})
        elif isinstance(value, Node):
            _describe(ET.SubElement(description, tag), value.said)
        else:
            ET.SubElement(description, tag).text = value

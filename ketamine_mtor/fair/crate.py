"""The repository as an RO-Crate 1.1: which file is what, under which licence, made of what by what.

The files are those of ``contents.tsv`` (the first pattern that fits counts), the steps those of
``steps.tsv``; what the model is about is read from the SBML's own annotation.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ketamine_mtor import knowledge, paths
from ketamine_mtor.errors import InputError, not_allowed
from ketamine_mtor.fair.source import ARCHIVE, DOI, MODEL, RESOLVER, SPDX, Source, rows, urn
from ketamine_mtor.knowledge.rows import CITABLE

Entity = dict[str, object]

NAME = "ro-crate-metadata.json"
_CAPTION = "validation/caption.txt"
_PROFILE = "https://w3id.org/ro/crate/1.1"
#: How the commands are described.
_RUNS = "https://w3id.org/ro/wfrun/process/0.5"
_SPECIFICATIONS = f"{RESOLVER}combine.specifications:"
_ARCHIVE_FORMAT = "omex.version-1"
#: Beside RO-Crate's own words, those of PROV-O.
_CONTEXT = [
    f"{_PROFILE}/context",
    {
        "prov": "http://www.w3.org/ns/prov#",
        "wasGeneratedBy": {"@id": "prov:wasGeneratedBy", "@type": "@id"},
        "wasDerivedFrom": {"@id": "prov:wasDerivedFrom", "@type": "@id"},
    },
]
_TOOL, _AUTHORS, _CRATED = "#package", "#authors", "#archive"
_MEANT = "meant"
_CONTENTS, _STEPS = (Path(__file__).with_name(f"{name}.tsv") for name in ("contents", "steps"))


def contents(folder: Path) -> dict[str, Mapping[str, str]]:
    """Each file and folder that the crate describes, sorted, to its row of ``contents.tsv``.

    Raises
    ------
    InputError
        For a row that no file fits.
    """
    found: dict[str, Mapping[str, str]] = {}
    for row in rows(_CONTENTS):
        pattern = row["pattern"]
        names = [path.relative_to(folder).as_posix() for path in folder.glob(pattern)]
        if pattern in ("codemeta.json", ".zenodo.json"):  # made together with the crate
            names = [pattern]
        if not names:
            raise InputError(f"contents.tsv: '{pattern}' fits no file of {folder}")
        for name in names:
            found.setdefault(f"{name}/" if pattern.endswith("/") else name, row)
    return dict(sorted(found.items()))


def render(source: Source, folder: Path | None = None) -> dict[str, object]:
    """The JSON-LD of ``ro-crate-metadata.json``.

    Raises
    ------
    InputError
        For a file, a step or an identifier that is named and not there.
    """
    folder = paths.root() if folder is None else folder
    files = contents(folder)
    steps = {row["step"]: row for row in rows(_STEPS)}
    terms = _terms(folder)
    papers = _papers(source)
    made: dict[str, list[str]] = {step: [] for step in steps}
    made["archive"] = [_CRATED]
    for name, row in files.items():
        if row["step"]:
            made[_known(row["step"], steps)].append(name)
    graph: list[Entity] = [_descriptor(source), _root(source, files, steps, terms)]
    graph += [_file(name, row, steps, folder, source) for name, row in files.items()]
    graph += [_workflow(source), _archive(source, steps), _tool(source), _authors(source)]
    graph += [_step(row, made[name], files) for name, row in steps.items()]
    graph += [*terms, *_review(source), *papers, *_licences(source), *_formats(files)]
    by_name = {entity["@id"]: entity for entity in graph}
    by_name["ketamine_mtor/knowledge/references.tsv"]["citation"] = _refer(papers)
    by_name["ketamine_mtor/rules/"]["isBasedOn"] = _at(_CAPTION)
    by_name[MODEL] |= {
        "name": "Ketamine and mTOR",
        "identifier": [_swhid(folder / MODEL), urn(MODEL, source)],
        "about": _refer(terms),
        "citation": _at(f"{DOI}{source.review_doi}"),
    }
    return {"@context": _CONTEXT, "@graph": graph}


def _descriptor(source: Source) -> Entity:
    return {
        "@id": NAME,
        "@type": "CreativeWork",
        "conformsTo": _at(_PROFILE),
        "about": _at("./"),
        "identifier": urn(NAME, source),
        "license": _at(f"{SPDX}{source.licences[-1]}"),
    }


def _root(
    source: Source,
    files: Mapping[str, object],
    steps: Mapping[str, object],
    terms: Sequence[Entity],
) -> Entity:
    return {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": _at(_RUNS),
        "name": source.title,
        "description": source.abstract,
        "identifier": source.urn,
        "version": source.version,
        "datePublished": source.released,
        "author": _at(_AUTHORS),
        "license": [_at(f"{SPDX}{licence}") for licence in source.licences],
        "keywords": list(source.keywords),
        "isAccessibleForFree": True,
        "conditionsOfAccess": "Open: every file lies in this repository; no account is needed.",
        "citation": _at(f"{DOI}{source.review_doi}"),
        "about": _refer(terms),
        "mainEntity": _at(MODEL),
        "mentions": [_at(f"#make-{step}") for step in steps] + [_at(_CRATED)],
        "hasPart": [*map(_at, files), _at("Makefile")],
    }


def _file(
    name: str,
    row: Mapping[str, str],
    steps: Mapping[str, Mapping[str, str]],
    folder: Path,
    source: Source,
) -> Entity:
    entity: Entity = {
        "@id": name,
        "@type": "Dataset" if name.endswith("/") else "File",
        "name": Path(name).name,
        "description": row["what"],
    }
    if row["format"]:
        standard = [_at(f"{_SPECIFICATIONS}{row['standard']}")] if row["standard"] else []
        entity["encodingFormat"] = [row["format"], *standard] if standard else row["format"]
        if standard:
            entity["conformsTo"] = standard[0]
    if row["licence"]:
        entity["license"] = _at(f"{SPDX}{row['licence']}")
    if row["step"]:
        entity["wasGeneratedBy"] = _at(f"#make-{row['step']}")
        entity["wasDerivedFrom"] = _one_or_more(steps[row["step"]]["used"].split())
    if name == _CAPTION:
        entity["isBasedOn"] = _at(f"{DOI}{source.review_doi}")
    if name.startswith("sbml/variants/") and row["standard"]:
        variant = knowledge.load().variants[Path(name).stem]
        entity["description"] = f"{row['what']}: {variant.meaning}"
        entity["identifier"] = [_swhid(folder / name), urn(name, source)]
        entity["isBasedOn"] = _at(MODEL)
    return entity


def _workflow(source: Source) -> Entity:
    """The Makefile, in Bioschemas' words: its ``reproduce`` leads from the rules to the claims."""
    return {
        "@id": "Makefile",
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": "make reproduce",
        "description": "From the rules to SBML, to simulation, to the judged claims",
        "creator": _at(_AUTHORS),
        "version": source.version,
        "license": _at(f"{SPDX}{source.licences[0]}"),
        "programmingLanguage": {"@id": "#make"},
        "encodingFormat": "text/x-makefile",
    }


def _archive(source: Source, steps: Mapping[str, Mapping[str, str]]) -> Entity:
    return {
        "@id": _CRATED,
        "@type": "CreativeWork",
        "name": "COMBINE archive",
        "description": f"{ARCHIVE}, which make archive writes: the model with its simulations",
        "identifier": urn(ARCHIVE, source),
        "license": _at(f"{SPDX}{source.licences[-1]}"),
        "creator": _at(_AUTHORS),
        "version": source.version,
        "isAccessibleForFree": True,
        "conditionsOfAccess": "Open: make archive writes it from this repository.",
        "conformsTo": _at(f"{_SPECIFICATIONS}{_ARCHIVE_FORMAT}"),
        "citation": _at(f"{DOI}{source.review_doi}"),
        "wasGeneratedBy": _at("#make-archive"),
        "wasDerivedFrom": _one_or_more(steps["archive"]["used"].split()),
    }


def _tool(source: Source) -> Entity:
    return {
        "@id": _TOOL,
        "@type": ["SoftwareApplication", "prov:SoftwareAgent"],
        "name": source.package,
        "softwareVersion": source.version,
        "runtimePlatform": f"Python {source.python}",
        "softwareRequirements": _at("constraints.txt"),
        "license": _at(f"{SPDX}{source.licences[0]}"),
    }


def _authors(source: Source) -> Entity:
    return {"@id": _AUTHORS, "@type": "Organization", "name": ", ".join(source.authors)}


def _step(row: Mapping[str, str], results: Sequence[str], files: Mapping[str, object]) -> Entity:
    used = row["used"].split()
    for name in used:
        _known(name, files)
    return {
        "@id": f"#make-{row['step']}",
        "@type": ["CreateAction", "prov:Activity"],
        "name": f"make {row['step']}",
        "description": row["what"],
        "instrument": [_at(_TOOL), _at("Makefile")],
        "agent": _at(_AUTHORS),
        "object": _one_or_more(used),
        "result": _one_or_more(results),
    }


def _terms(folder: Path) -> list[Entity]:
    """What the model's annotation and the organisms that are meant name, with their labels."""
    text = paths.read(folder / MODEL).partition("<listOf")[0]
    named = re.findall(r'rdf:resource="https://identifiers\.org/([^"]+)"', text)
    labels = {key.lower(): row.label for key, row in knowledge.load().identifiers.items()}
    found = {
        term: labels[term.lower()] for term in named if not term.startswith(("doi:", "pubmed:"))
    }
    for row in rows(folder / "validation/organisms.tsv"):
        if row["kind"] == _MEANT:
            found.setdefault(row["taxonomy"], row["organism"])
    return [
        {
            "@id": f"{RESOLVER}{term}",
            "@type": "Taxon" if term.startswith("taxonomy:") else "DefinedTerm",
            "name": label,
            "termCode" if not term.startswith("taxonomy:") else "identifier": term,
        }
        for term, label in found.items()
    ]


def _review(source: Source) -> list[Entity]:
    people: list[Entity] = [
        {"@id": f"#{name.lower()}", "@type": "Person", "name": name, "familyName": name}
        for name in source.review_authors
    ]
    article: Entity = {
        "@id": f"{DOI}{source.review_doi}",
        "@type": "ScholarlyArticle",
        "name": source.review,
        "author": _refer(people),
    }
    return [article, *people]


def _papers(source: Source) -> list[Entity]:
    """The papers that were read and have a DOI in ``references.tsv``, but the review."""
    cited = {
        row.doi: row.citation
        for row in knowledge.load().references.values()
        if row.doi and row.status in CITABLE and row.doi != source.review_doi
    }
    return [
        {"@id": f"{DOI}{doi}", "@type": "ScholarlyArticle", "name": cited[doi]}
        for doi in sorted(cited)
    ]


def _licences(source: Source) -> Iterator[Entity]:
    for licence in source.licences:
        yield {"@id": f"{SPDX}{licence}", "@type": "CreativeWork", "name": licence}


def _formats(files: Mapping[str, Mapping[str, str]]) -> Iterator[Entity]:
    yield {"@id": _RUNS, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    standards = {row["standard"] for row in files.values()} - {""} | {_ARCHIVE_FORMAT}
    for standard in sorted(standards):
        yield {"@id": f"{_SPECIFICATIONS}{standard}", "@type": "WebSite", "name": standard}
    yield {"@id": "#make", "@type": "ComputerLanguage", "name": "GNU Make"}


def _swhid(path: Path) -> str:
    """Software Heritage's name of a file, of its bytes alone (ISO/IEC 18670); git's blob hash."""
    content = path.read_bytes()
    return "swh:1:cnt:" + hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _known(name: str, allowed: Mapping[str, object]) -> str:
    if name not in allowed:
        raise not_allowed("part of the crate", name, allowed)
    return name


def _at(name: str) -> Entity:
    return {"@id": name}


def _one_or_more(names: Sequence[str]) -> Entity | list[Entity]:
    """A list, but of one, which RO-Crate wants without."""
    found = [_at(name) for name in names]
    return found[0] if len(found) == 1 else found


def _refer(entities: Sequence[Entity]) -> list[Entity]:
    return [{"@id": entity["@id"]} for entity in entities]

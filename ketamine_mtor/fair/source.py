"""What the project says of itself, once: ``CITATION.cff``, and the rest in ``pyproject.toml``."""

from __future__ import annotations

import csv
import io
import tomllib
import uuid
from dataclasses import dataclass
from pathlib import Path

import yaml

from ketamine_mtor import paths
from ketamine_mtor.errors import InputError

SPDX, DOI = "https://spdx.org/licenses/", "https://doi.org/"
#: Resolves every compact identifier of the tables.
RESOLVER = "https://identifiers.org/"
#: Paths of the model and of the COMBINE archive, which descriptions and archive name as the same.
MODEL, ARCHIVE = "sbml/ketamine_mtor.xml", "dist/ketamine_mtor.omex"


@dataclass(frozen=True)
class Source:
    """The one description that all others are made of. Licences are SPDX ids, the code's first."""

    title: str
    abstract: str
    version: str
    released: str
    urn: str
    authors: tuple[str, ...]
    keywords: tuple[str, ...]
    licences: tuple[str, ...]
    review: str
    review_doi: str
    review_authors: tuple[str, ...]
    package: str
    python: str
    needs: tuple[str, ...]


def read(folder: Path | None = None) -> Source:
    """The description in the checkout ``folder``.

    Raises
    ------
    InputError
        Where one of the two files is not there or lacks a field.
    """
    folder = paths.root() if folder is None else folder
    try:
        citation = yaml.safe_load(paths.read(folder / "CITATION.cff"))
        project = tomllib.loads(paths.read(folder / "pyproject.toml"))["project"]
        review = citation["references"][0]
        return Source(
            title=citation["title"],
            abstract=citation["abstract"],
            version=str(citation["version"]),
            released=str(citation["date-released"]),
            urn=citation["identifiers"][0]["value"],
            authors=tuple(author["name"] for author in citation["authors"]),
            keywords=tuple(citation["keywords"]),
            licences=tuple(project["license"].split(" AND ")),
            review=review["title"],
            review_doi=review["doi"],
            review_authors=tuple(author["family-names"] for author in review["authors"]),
            package=project["name"],
            python=project["requires-python"],
            needs=tuple(sorted(project["dependencies"])),
        )
    except (KeyError, IndexError, TypeError, ValueError, yaml.YAMLError) as error:
        raise InputError(f"CITATION.cff or pyproject.toml: {error!r} is missing or wrong") from None


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table (tab separated), each as its cells by column.

    Raises
    ------
    InputError
        Where it is not there.
    """
    return list(csv.DictReader(io.StringIO(paths.read(path)), delimiter="\t"))


def urn(path: str, source: Source) -> str:
    """A globally unique name (UUID, version 5) of the file ``path``, of the project's own UUID."""
    return uuid.uuid5(uuid.UUID(source.urn), path).urn

"""Each term that text mining found in the figure is an entity of the model, or explained."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ketamine_mtor import knowledge, paths


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def faults(entities: list[dict[str, str]], terms: list[str], resources: set) -> list[str]:
    """What is wrong with the mapping, a line each."""
    found = []
    mapped = [row["term"] for row in entities]
    if mapped != terms:
        found.append("the terms are not those of terms.tsv, in their order")
    for row in entities:
        entity = (row["entity"], row["identifier"])
        if row["kind"] == "monomer" and entity not in resources:
            found.append(f"{row['term']}: {entity} is not in monomers.tsv")
        elif row["kind"] == "artefact" and (any(entity) or len(row["note"]) < 30):
            found.append(f"{row['term']}: an artefact has no entity but an explanation")
        elif row["kind"] not in ("monomer", "artefact"):
            found.append(f"{row['term']}: unknown kind {row['kind']}")
    return found


@pytest.fixture
def terms() -> list[str]:
    return [row["term"] for row in rows(paths.validation() / "terms.tsv")]


@pytest.fixture
def entities() -> list[dict[str, str]]:
    return rows(paths.validation() / "entities.tsv")


@pytest.fixture
def resources() -> set[tuple[str, str]]:
    return {(row.monomer, row.resource) for row in knowledge.load().monomers.values()}


def test_every_term_is_mapped_or_explained(entities, terms, resources):
    assert len(terms) == 42
    assert faults(entities, terms, resources) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"term": "bdnf"}, "not those of terms.tsv"),
        ({"entity": "Bdnf"}, "not in monomers.tsv"),
        ({"identifier": "uniprot:P0"}, "not in monomers.tsv"),
        ({"kind": "artefact"}, "no entity but an explanation"),
        ({"kind": "gene"}, "unknown kind"),
    ],
)
def test_a_wrong_row_is_found(entities, terms, resources, change, message):
    first = {**entities[0], **change}
    assert any(message in line for line in faults([first, *entities[1:]], terms, resources))


def test_organisms_are_explained():
    kinds = {row["organism"]: row["kind"] for row in rows(paths.validation() / "organisms.tsv")}
    assert kinds["Agaricus bisporus"] == "artefact"
    assert kinds["Homo sapiens"] == "meant"

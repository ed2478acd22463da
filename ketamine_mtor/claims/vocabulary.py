"""The words that claims may use: observables, drugs, genes, parameters, variants and sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ketamine_mtor import knowledge
from ketamine_mtor.claims.model import Readout
from ketamine_mtor.claims.words import fault, known

#: Statuses of references.tsv that somebody has read; others cannot be a claim's source.
READ_STATUSES = ("READ", "REPO")


@dataclass(frozen=True)
class Vocabulary:
    """What a claim file is checked against. `sources` maps a reference's id to its status."""

    readouts: Mapping[str, Readout]
    drugs: frozenset[str]
    genes: frozenset[str]
    parameters: frozenset[str]
    sources: Mapping[str, str]
    variants: frozenset[str]


@cache
def model_vocabulary() -> Vocabulary:
    """The vocabulary of the model's own tables."""
    tables = knowledge.load()
    return Vocabulary(
        readouts={
            row.id: Readout(row.id, row.unit, row.unit == "1" and not row.relative)
            for row in tables.observables.values()
        },
        drugs=frozenset(tables.drugs),
        genes=frozenset(tables.genes),
        parameters=frozenset(tables.numbers()),
        sources={row.id: row.status for row in tables.references.values()},
        variants=frozenset(tables.variants),
    )


def check_source(word: str, vocabulary: Vocabulary, where: str, others: str = "") -> None:
    """`InputError` unless the word is a reference that was read; ``others`` are allowed too."""
    known(word, vocabulary.sources, where, "source")
    status = vocabulary.sources[word]
    if not status.startswith(READ_STATUSES):
        allowed = f"{', '.join(READ_STATUSES)}{others}"
        raise fault(where, f"{word} has status {status} (allowed: {allowed})")

"""What a claim rests on in the model: the rules of its own link, their numbers, their papers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ketamine_mtor import knowledge
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.claims.mutants import load_mutants
from ketamine_mtor.knowledge.rows import Reference, Value


@dataclass(frozen=True)
class Paper:
    """A reference as it is shown; what is assumed has neither citation nor address."""

    name: str
    citation: str
    address: str


@dataclass(frozen=True)
class Step:
    """A rule with the module that writes it, its pattern, its papers and its numbers."""

    rule: str
    module: str
    pattern: str
    papers: tuple[Paper, ...]
    numbers: tuple[tuple[Value, tuple[Paper, ...]], ...]


def papers(names: Iterable[str]) -> tuple[Paper, ...]:
    """The references of those ids; what is assumed stands as it is."""
    known = knowledge.load().references
    return tuple(_paper(name, known.get(name)) for name in names)


def _paper(name: str, reference: Reference | None) -> Paper:
    if reference is None:
        return Paper(name, "", "")
    return Paper(name, reference.citation, reference.address)


@cache
def own_rules() -> Mapping[str, tuple[str, ...]]:
    """Each claim of the package to the rules of its own link."""
    return {each.claim: each.rules for each in load_mutants(load_claims())}


def steps(rules: Iterable[str]) -> tuple[Step, ...]:
    """The rules of those names, whichever variant has them; others are left out."""
    tables, written = knowledge.load(), _written()
    numbers = tables.numbers()
    found = []
    for rule in rules:
        if rule not in written:
            continue
        module, pattern, used = written[rule]
        values = [numbers[name] for name in used if name in numbers]
        found.append(
            Step(
                rule,
                module,
                pattern,
                papers(tables.rules[rule].references),
                tuple((value, papers(value.source)) for value in values),
            )
        )
    return tuple(found)


@cache
def _written() -> Mapping[str, tuple[str, str, tuple[str, ...]]]:
    """Each rule to its module, its pattern and the parameters of its rates."""
    from ketamine_mtor import rules

    found: dict[str, tuple[str, str, tuple[str, ...]]] = {}
    for variant in rules.writers():
        model, home = rules.build_model(variant), rules.homes(variant)
        for rule in model.rules:
            rates = (rule.rate_forward, rule.rate_reverse)
            used = sorted({name for rate in rates if rate is not None for name in _names(rate)})
            pattern = repr(rule.rule_expression)
            found.setdefault(rule.name, (home[rule.name], pattern, tuple(used)))
    return found


def _names(rate: Any) -> set[str]:
    import pysb

    whole = rate.expand_expr() if isinstance(rate, pysb.Expression) else rate
    return {each.name for each in whole.atoms(pysb.Parameter)}

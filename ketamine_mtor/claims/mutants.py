"""The necessity matrix: without a rule of its own link a claim fails, those upstream still pass.

`validation/mutants.yaml` names the rules. A mutant is the model without their reactions; it reaches
its own drug-free steady state before anything is judged.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ketamine_mtor import knowledge, model_files, paths
from ketamine_mtor.claims.judge import FAIL, PASS, Runs, Verdict, judge
from ketamine_mtor.claims.loader import check_schema, load_claims, read_yaml, upstream_of
from ketamine_mtor.claims.model import Claim
from ketamine_mtor.claims.words import fault, known
from ketamine_mtor.model_files import ModelFiles
from ketamine_mtor.processes import pool
from ketamine_mtor.progress import tracked

#: In the folder of the claims.
FILE = "mutants.yaml"


@dataclass(frozen=True)
class Mutant:
    """Without ``rules`` the claim of that id has to fail; ``why`` says so in words."""

    claim: str
    rules: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Necessity:
    """What became of a claim, and of those upstream of it, in its mutant.

    Attributes
    ----------
    mutant
        What was removed.
    status
        Of the claim itself: it has to be ``fail``, as ``not-run`` shows nothing.
    reason
        Why the claim was not run, or which event never happened.
    upstream
        Ids of the claims upstream that did not pass, with their status; has to be empty.
    """

    mutant: Mutant
    status: str
    reason: str
    upstream: tuple[tuple[str, str], ...]

    @property
    def shown(self) -> bool:
        """Whether the rules are shown to be what the claim rests on."""
        return self.status == FAIL and not self.upstream

    def to_dict(self) -> dict[str, Any]:
        """The row of the matrix as JSON's types."""
        return {
            "claim": self.mutant.claim,
            "rules": list(self.mutant.rules),
            "why": self.mutant.why,
            "status": self.status,
            "reason": self.reason,
            "upstream_lost": [{"id": name, "status": status} for name, status in self.upstream],
            "shown": self.shown,
        }


def load_mutants(
    claims: Sequence[Claim], folder: Path | None = None, rules: Collection[str] | None = None
) -> tuple[Mutant, ...]:
    """The mutants, in the order of the claims.

    Parameters
    ----------
    claims
        All claims; each needs exactly one mutant.
    folder
        Holds mutants.yaml; the package's own by default.
    rules
        Names of the model's rules; those of the tables by default.

    Raises
    ------
    InputError
        One line: an unknown claim or rule, a claim with two mutants or with none.
    """
    document = _read(folder)
    ids = [claim.id for claim in claims]
    found: dict[str, Mutant] = {}
    for raw in document["mutants"]:
        where = f"{FILE}, mutant of {raw['claim']}"
        known(raw["claim"], ids, where, "claim")
        if raw["claim"] in found:
            raise fault(where, "is there twice (allowed: one mutant per claim)")
        found[raw["claim"]] = Mutant(raw["claim"], _rules(raw, where, rules), _line(raw["why"]))
    missing = [name for name in ids if name not in found]
    if missing:
        raise fault(FILE, f"no mutant for {', '.join(missing)} (allowed: one per claim)")
    return tuple(found[name] for name in ids)


def load_groups(
    folder: Path | None = None, rules: Collection[str] | None = None
) -> dict[str, tuple[str, ...]]:
    """The arrows and loops of the figure that are removed as a whole: name to rules.

    Arguments are those of :func:`load_mutants`.

    Raises
    ------
    InputError
        One line: an unknown rule, or a name that is there twice.
    """
    found: dict[str, tuple[str, ...]] = {}
    for raw in _read(folder).get("groups", ()):
        where = f"{FILE}, group {raw['name']}"
        if raw["name"] in found:
            raise fault(where, "is there twice (allowed: once)")
        found[raw["name"]] = _rules(raw, where, rules)
    return found


def load_spare(folder: Path | None = None, rules: Collection[str] | None = None) -> dict[str, str]:
    """The rules without which every claim still passes, each to why it is in the model.

    Arguments are those of :func:`load_mutants`.

    Raises
    ------
    InputError
        One line: an unknown rule, or one that is there twice.
    """
    found: dict[str, str] = {}
    for number, raw in enumerate(_read(folder).get("spare", ()), start=1):
        where = f"{FILE}, spare {number}"
        for rule in _rules(raw, where, rules):
            if rule in found:
                raise fault(where, f"rule {rule} is there twice (allowed: once)")
            found[rule] = _line(raw["why"])
    return found


def _read(folder: Path | None) -> dict[str, Any]:
    path = (folder or paths.validation()) / FILE
    document = read_yaml(path)
    check_schema(document, "mutants.schema.json", path)
    found: dict[str, Any] = document
    return found


def _rules(raw: dict[str, Any], where: str, rules: Collection[str] | None) -> tuple[str, ...]:
    allowed = knowledge.load().rules if rules is None else rules
    for rule in raw["rules"]:
        known(rule, allowed, f"{where}, field rules", "rule")
    return tuple(raw["rules"])


def _line(text: str) -> str:
    return " ".join(text.split())


def judge_mutants(
    mutants: Sequence[Mutant],
    claims: Sequence[Claim],
    files: ModelFiles,
    variant: str = knowledge.DEFAULT_VARIANT,
) -> list[Necessity]:
    """Judge each mutant's claim and all claims upstream of it on the model without the rules.

    Parameters
    ----------
    mutants
        What is removed; those that are without the same rules share their runs.
    claims
        All claims.
    files
        The model with every rule.
    variant
        Variant that the files are of.
    """
    found: dict[Mutant, Necessity] = {}
    for alike in _by_rules(mutants):
        found.update(zip(alike, _judge_alike(alike, claims, files, variant), strict=True))
    return [found[mutant] for mutant in mutants]


def _by_rules(mutants: Iterable[Mutant]) -> list[list[Mutant]]:
    groups: dict[frozenset[str], list[Mutant]] = {}
    for mutant in mutants:
        groups.setdefault(frozenset(mutant.rules), []).append(mutant)
    return list(groups.values())


def _judge_alike(
    mutants: Sequence[Mutant], claims: Sequence[Claim], files: ModelFiles, variant: str
) -> list[Necessity]:
    """The rows of mutants that are without the same rules."""
    above = {mutant: set(upstream_of(mutant.claim, claims)) for mutant in mutants}
    wanted = {mutant.claim for mutant in mutants}.union(*above.values())
    chosen = [claim for claim in claims if claim.id in wanted]
    found = judge_without(mutants[0].rules, chosen, files, variant)
    verdicts = {verdict.claim.id: verdict for verdict in found}
    return [
        Necessity(
            mutant,
            verdicts[mutant.claim].status,
            verdicts[mutant.claim].reason,
            tuple(
                (name, verdict.status)
                for name, verdict in verdicts.items()
                if name in above[mutant] and verdict.status != PASS
            ),
        )
        for mutant in mutants
    ]


def judge_without(
    rules: Collection[str], claims: Sequence[Claim], files: ModelFiles, variant: str
) -> list[Verdict]:
    """The verdicts on ``claims`` where the model, and each variant that they ask for, lacks rules.

    Parameters
    ----------
    rules
        What is removed; a variant that has not all of them is without those that it has.
    claims
        What is judged.
    files
        The model with every rule.
    variant
        Variant that the files are of.
    """
    from ketamine_mtor.claims.mutant_runs import mutant_runs

    needed = {experiment.variant for claim in claims for experiment in claim.needed(variant)}
    runs_of = {
        name: mutant_runs(own)
        for name, own in model_files.by_variant(files, variant, needed).items()
    }
    runs = Runs(claims, lambda each: runs_of[each.variant].run(each, rules), variant)
    return judge(claims, runs, variant)


def matrix(
    mutants: Sequence[Mutant],
    claims: Sequence[Claim],
    files: ModelFiles,
    variant: str = knowledge.DEFAULT_VARIANT,
    workers: int | None = None,
) -> list[Necessity]:
    """The row of each mutant, judged in ``workers`` processes (as many as there are cores).

    The processes load claims and tables of the package themselves; what has another origin is
    judged in this process: give ``workers=1``.
    """
    groups = _by_rules(mutants)
    workers = min(workers or os.cpu_count() or 1, len(groups))
    rows: dict[Mutant, Necessity] = {}
    if workers <= 1:
        with tracked("mutants", groups) as listed:
            for alike in listed:
                found = judge_mutants(alike, claims, files, variant)
                rows.update(zip(alike, found, strict=True))
        return [rows[mutant] for mutant in mutants]
    with pool(workers) as processes:
        jobs = [processes.submit(_judge_packaged, alike, files.sbml, variant) for alike in groups]
        with tracked("mutants", jobs) as listed:
            rows.update((row.mutant, row) for job in listed for row in job.result())
    return [rows[mutant] for mutant in mutants]


def _judge_packaged(mutants: Sequence[Mutant], sbml: str, variant: str) -> list[Necessity]:
    files = model_files.edited(model_files.packaged(variant), sbml)
    return judge_mutants(mutants, load_claims(), files, variant)

"""The necessity matrix: every rule removed in turn, and arrows and loops of the figure as a whole.

Each mutant reaches its own drug-free steady state before all claims are judged. What is made for
one mutant is kept in a file until the table is written, so that stopped work goes on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketamine_mtor import knowledge, model_files
from ketamine_mtor.claims.judge import FAIL, NOT_RUN, PASS
from ketamine_mtor.claims.loader import load_claims, upstream_of
from ketamine_mtor.claims.model import Claim, number
from ketamine_mtor.claims.mutants import (
    FILE,
    judge_without,
    load_groups,
    load_mutants,
    load_spare,
)
from ketamine_mtor.claims.study import Study, fingerprint, subject
from ketamine_mtor.studies.making import kept, run, scratch

if TYPE_CHECKING:
    import pandas as pd

#: Kinds of rows.
RULE, GROUP, MUTANT = "rule", "group", "mutant"
#: What the row of a claim's own mutant is without.
OWN_LINK = "the rules of its link together"
_LIST = ","


@dataclass(frozen=True)
class Removal:
    """What is removed.

    Attributes
    ----------
    kind
        ``rule``: one rule; ``group``: an arrow or loop of the figure; ``mutant``: several rules of
        the link of one claim.
    name
        The rule, the group's name, or the claim.
    rules
        Names of the rules.
    """

    kind: str
    name: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Without:
    """A row of the matrix: the claims that fail without something, and those not run there.

    Claims are named by their ids up to the first ``_``.
    """

    kind: str
    name: str
    rules: tuple[str, ...]
    flips: tuple[str, ...]
    not_run: tuple[str, ...]


def removals(claims: Sequence[Claim]) -> list[Removal]:
    """Every rule in the figure's order, then the groups, then several rules of one claim's link."""
    rules = [Removal(RULE, name, (name,)) for name in knowledge.load().rules]
    groups = [Removal(GROUP, name, each) for name, each in load_groups().items()]
    mutants = [
        Removal(MUTANT, number(each.claim), each.rules)
        for each in load_mutants(claims)
        if len(each.rules) > 1
    ]
    return [*rules, *groups, *mutants]


def _judged() -> dict[str, Any]:
    """The claims, and the models that they are judged on."""
    return subject(load_claims(), knowledge.DEFAULT_VARIANT)


def _subject() -> dict[str, Any]:
    return {**_judged(), "removed": [[r.kind, r.name, *r.rules] for r in removals(load_claims())]}


STUDY = Study("necessity", "make mutants", "models, claims or mutants", _subject)


def judged(rules: tuple[str, ...]) -> bytes:
    """The status of each claim without rules, by the claim's id, as JSON."""
    variant = knowledge.DEFAULT_VARIANT
    found = judge_without(rules, load_claims(), model_files.packaged(variant), variant)
    return json.dumps({each.claim.id: each.status for each in found}).encode()


def statuses(
    wanted: Collection[tuple[str, ...]], folder: Path, workers: int | None = None
) -> dict[tuple[str, ...], dict[str, str]]:
    """What :func:`judged` says without each of ``wanted``; what a folder has is not made anew.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C; what is done is kept.
    """
    names = {rules: fingerprint({"rules": rules}) for rules in wanted}
    tasks = {name: partial(judged, rules) for rules, name in names.items()}
    found = kept("mutants", tasks, folder, workers)
    return {rules: found[name] for rules, name in names.items()}


def matrix(
    asked: Sequence[Removal],
    whole: Mapping[str, str],
    found: Mapping[tuple[str, ...], Mapping[str, str]],
) -> list[Without]:
    """The rows: a claim flips where it passes in the whole model and fails in the mutant."""
    return [
        Without(
            each.kind,
            each.name,
            each.rules,
            *(
                tuple(
                    number(claim)
                    for claim, before in whole.items()
                    if before == PASS and found[each.rules][claim] == status
                )
                for status in (FAIL, NOT_RUN)
            ),
        )
        for each in asked
    ]


def own(rows: Iterable[Without], claim: str, claims: Sequence[Claim]) -> list[Without]:
    """The rows in which a claim fails while all those upstream of it pass."""
    above = {number(name) for name in upstream_of(claim, claims)}
    return [
        row
        for row in rows
        if number(claim) in row.flips and not above.intersection((*row.flips, *row.not_run))
    ]


def named(rows: Iterable[Without], claim: str) -> Iterator[tuple[str, bool]]:
    """What rows are without, as a claim's readers know it, and whether that is the name of a rule.

    Rows of the links of other claims are left out.
    """
    for row in rows:
        if row.kind == MUTANT:
            if row.name == number(claim):
                yield OWN_LINK, False
        else:
            yield row.name, row.kind == RULE


def faults(
    rows: Sequence[Without], claims: Sequence[Claim], spare: Collection[str]
) -> Iterator[str]:
    """What is not as it should be, a line each.

    A claim that fails nowhere while all upstream of it pass; a rule without which every claim
    passes that is not listed as spare, and one that is listed but needed. A rule without which the
    animals of some claims have no drug-free steady state is needed.
    """
    for claim in claims:
        if not own(rows, claim.id, claims):
            yield f"{claim.id}: fails without no rules while all upstream of it pass"
    for row in rows:
        needed = row.flips or row.not_run
        if row.kind == RULE and not needed and row.name not in spare:
            yield f"{row.name}: every claim passes without it; say why it is there in {FILE}, spare"
        if row.kind == RULE and needed and row.name in spare:
            yield f"{row.name}: is spare in {FILE}, but not all pass without: {', '.join(needed)}"


def to_frame(rows: Iterable[Without]) -> pd.DataFrame:
    """The rows as the columns of the table, lists as text."""
    import pandas as pd

    return pd.DataFrame(
        {
            "kind": row.kind,
            "without": row.name,
            "rules": _LIST.join(row.rules),
            "flips": _LIST.join(row.flips),
            "not_run": _LIST.join(row.not_run),
        }
        for row in rows
    )


def from_frame(frame: pd.DataFrame) -> list[Without]:
    """The rows of a table."""
    return [
        Without(
            row.kind, row.without, *(_split(text) for text in (row.rules, row.flips, row.not_run))
        )
        for row in frame.itertuples()
    ]


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split(_LIST)) if text else ()


def make(given: argparse.Namespace) -> list[pd.DataFrame]:
    """The whole matrix."""
    claims = load_claims()
    asked = removals(claims)
    folder = scratch(given.out, _judged())
    wanted = [(), *(each.rules for each in asked)]
    there = len(list(folder.glob("*.json")))
    print(
        f"{len(asked)} rows, {len(set(wanted))} mutants, {len(claims)} claims; what is done is"
        f" kept in {folder}, {there} mutants are there already",
        flush=True,
    )
    found = statuses(wanted, folder, given.workers)
    return [to_frame(matrix(asked, found[()], found))]


def look(frame: pd.DataFrame) -> Iterable[str]:
    """What is not as it should be in a table."""
    return faults(from_frame(frame), load_claims(), load_spare())


if __name__ == "__main__":
    sys.exit(run([STUDY], make, look=look))

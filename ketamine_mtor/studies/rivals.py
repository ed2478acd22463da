"""Rival variants: those of the model that say another mechanism, on the same claims.

Every experiment that names no variant is done on each rival. What a claim asks of one rival alone
is asked of each; a claim that itself compares a rival with the default is asked of none. An animal
or a dose that is a variant (such as val66met) stays what it is.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ketamine_mtor import knowledge
from ketamine_mtor.claims.judge import Runs, judge
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.claims.model import Claim, Setup
from ketamine_mtor.claims.study import Study, subject
from ketamine_mtor.run import simulate
from ketamine_mtor.studies.making import kept, run, scratch

if TYPE_CHECKING:
    import pandas as pd

#: Variants that say another mechanism; the others are animals, or ways to give a drug.
RIVALS = (
    knowledge.DEFAULT_VARIANT,
    "eef2k",
    "no_mtorc2",
    "glun2b_pyramidal",
    "calcium_falls",
)
#: The status of a claim that compares rivals itself.
NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Stand:
    """A claim, and its status in each rival."""

    claim: str
    kind: str
    status: Mapping[str, str]


def _subject() -> dict[str, Any]:
    claims = load_claims()
    models = [subject(claims, rival) for rival in RIVALS]
    return {"rivals": RIVALS, "judged": models}


STUDY = Study("rivals", "make mutants", "models or claims", _subject)


def asked_of_each(claim: Claim) -> Claim:
    """The claim; where all its experiments are of one rival, without the name of that."""
    of = _variants(claim)
    if len(of) != 1 or not of.intersection(RIVALS):
        return claim
    setups = {name: _unnamed(setup) for name, setup in claim.experiments.items()}
    return replace(claim, experiments=setups)


def compares(claim: Claim) -> bool:
    """Whether a claim asks of a rival how it differs from the default, or from another."""
    of = _variants(claim)
    return len(of) > 1 and bool(of.intersection(RIVALS))


def _variants(claim: Claim) -> set[str | None]:
    """The variants that the experiments of a claim name; None where one names none."""
    names = {name for condition in claim.conditions for name in condition.setups()}
    return {claim.experiments[name].options.get("variant") for name in names}


def _unnamed(setup: Setup) -> Setup:
    options = {key: value for key, value in setup.options.items() if key != "variant"}
    return replace(setup, options=options)


def judged(rival: str) -> bytes:
    """The status of each claim in a rival, by the claim's id, as JSON."""
    every = load_claims()
    claims = [asked_of_each(claim) for claim in every if not compares(claim)]
    found = judge(claims, Runs(claims, simulate, rival), rival)
    statuses = {each.claim.id: each.status for each in found}
    return json.dumps({claim.id: statuses.get(claim.id, NOT_ASKED) for claim in every}).encode()


def stands(found: Mapping[str, Mapping[str, str]], claims: Sequence[Claim]) -> list[Stand]:
    """A row per claim, from the statuses in each rival."""
    return [
        Stand(claim.id, claim.kind, {rival: found[rival][claim.id] for rival in found})
        for claim in claims
    ]


def disputed(rows: Iterable[Stand]) -> list[Stand]:
    """The claims on which rivals differ."""
    return [row for row in rows if len(set(row.status.values())) > 1]


def to_frame(rows: Iterable[Stand]) -> pd.DataFrame:
    """The rows as the columns of the table."""
    import pandas as pd

    return pd.DataFrame({"claim": row.claim, "kind": row.kind, **row.status} for row in rows)


def from_frame(frame: pd.DataFrame) -> list[Stand]:
    """The rows of a table."""
    return [
        Stand(row["claim"], row["kind"], {rival: row[rival] for rival in RIVALS})
        for row in frame.to_dict("records")
    ]


def make(given: argparse.Namespace) -> list[pd.DataFrame]:
    """The table."""
    tasks = {rival: partial(judged, rival) for rival in RIVALS}
    found = kept("rivals", tasks, scratch(given.out, _subject()), given.workers)
    return [to_frame(stands(found, load_claims()))]


if __name__ == "__main__":
    sys.exit(run([STUDY], make))

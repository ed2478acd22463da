"""Measures one condition on finished runs. Knows runs and readouts, no engine and no file."""

from __future__ import annotations

import numpy as np

from ketamine_mtor.claims.bench import Bench, Unmet
from ketamine_mtor.claims.measures import MEASURES
from ketamine_mtor.claims.model import Condition
from ketamine_mtor.claims.scores import Lacking, Part, Scores


def score(condition: Condition, bench: Bench) -> tuple[list[Scores], Lacking]:
    """What is measured of each animal, and which lack what is to be measured.

    The scores of an animal that lacks something have no meaning.
    """
    lacking = Lacking()
    with np.errstate(divide="ignore", invalid="ignore"):
        return MEASURES[type(condition)](condition, bench, lacking), lacking


def evaluate(condition: Condition, bench: Bench) -> list[Part]:
    """Measure a condition on one animal.

    Raises
    ------
    NotRun
        Where the runs allow no verdict.
    Unmet
        Where what it speaks of never happens.
    """
    scores, lacking = score(condition, bench)
    if lacking.found:
        raise Unmet(lacking.found[0][1])
    return [each.part(condition) for each in scores]


def measure(condition: Condition, bench: Bench) -> list[Part]:
    """As `evaluate`, with an event that never happens turned into a failed part."""
    try:
        return evaluate(condition, bench)
    except Unmet as never:
        return [Part(condition, False, None, None, condition.readout.unit, reason=str(never))]

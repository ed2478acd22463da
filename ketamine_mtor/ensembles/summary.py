"""How often each claim holds over the sets of an ensemble."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from ketamine_mtor.claims.judge import FAIL, NOT_RUN, PASS
from ketamine_mtor.ensembles.chunk import UNRESOLVED

#: The row that asks for all claims at once.
ALL = "all together"
#: Of the confidence interval.
CONFIDENCE = 0.95
#: Of several claims the one whose status stands last here says that of all together.
_WORSE = (NOT_RUN, UNRESOLVED, FAIL)


def summary(frames: Iterable[pd.DataFrame], claims: Sequence[str]) -> tuple[pd.DataFrame, float]:
    """A row per claim, and one for all together; and how far off the referee found the runs.

    Parameters
    ----------
    frames
        A row per set, with the status of each claim and the deviation where there is one.
    claims
        Their ids, in the order of the rows.

    Returns
    -------
    pandas.DataFrame
        ``claim``, ``sets``, ``holds`` (share of all sets in which it passes), ``low`` and ``high``
        (Wilson's 95 % interval of it), and how many sets ``fail``, are ``unresolved`` or
        ``not_run``. A set without a verdict does not count as one in which the claim holds.
    float
        The largest deviation; not a number where there is none.
    """
    counts: dict[str, Counter[str]] = {claim: Counter() for claim in (*claims, ALL)}
    deviations = []
    for frame in frames:
        statuses = frame[list(claims)].astype(str)
        together = pd.Series(PASS, index=frame.index)
        for status in _WORSE:
            together[(statuses == status).any(axis=1)] = status
        for claim in claims:
            counts[claim].update(statuses[claim])
        counts[ALL].update(together)
        deviations.append(frame["deviation"].max())
    table = pd.DataFrame([_row(claim, count) for claim, count in counts.items()])
    return table, float(pd.Series(deviations, dtype=float).max())


def _row(claim: str, count: Counter[str]) -> dict[str, object]:
    from scipy.stats import binomtest

    sets = count.total()
    interval = binomtest(count[PASS], sets).proportion_ci(CONFIDENCE, method="wilson")
    return {
        "claim": claim,
        "sets": sets,
        "holds": count[PASS] / sets,
        "low": float(interval.low),
        "high": float(interval.high),
        "fail": count[FAIL],
        "unresolved": count[UNRESOLVED],
        "not_run": count[NOT_RUN],
    }

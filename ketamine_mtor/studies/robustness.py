"""How often the caption's claims hold with other numbers, and which numbers decide that.

Sets are drawn from the tables' ranges, and within fixed factors on all numbers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ketamine_mtor import knowledge, model_files
from ketamine_mtor.claims.judge import PASS
from ketamine_mtor.claims.loader import choose, load_claims
from ketamine_mtor.claims.study import Study, subject
from ketamine_mtor.ensembles import Ensemble, ensemble
from ketamine_mtor.ensembles.design import LATIN, SOBOL, Drawn
from ketamine_mtor.ensembles.space import space
from ketamine_mtor.ensembles.summary import ALL
from ketamine_mtor.errors import MissingExtra
from ketamine_mtor.studies.making import run

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

#: Seed of all draws.
SEED = 0
#: The kind of the claims.
KIND = "caption"
#: What the bounds of the tables are called.
RANGES = "ranges"
#: The column that says between which bounds the sets were drawn.
WITHIN = "within"
#: Of the numbers that decide a claim so many are named, with at least this share of the variance.
MOST_NAMED, LEAST_SHARE = 5, 0.02
#: With fewer sets in which a claim holds, or fails, nothing can be said of what decides it.
LEAST_SETS = 20
#: Columns of what decides, beside the bounds: the share of the variance with half of its confidence
#: interval, and what a larger number does.
DECIDING = ("claim", "number", "share", "plus_minus", "more_is")
#: For the confidence intervals of the shares.
_RESAMPLES, _FEWEST = 100, 2


@dataclass(frozen=True)
class Draw:
    """Sets that are drawn.

    Attributes
    ----------
    spread
        Bounds of all numbers: their values over and times this; None for the tables' ranges.
    sets
        How many.
    design
        How. A thousand points of Sobol's sequence in so many dimensions have numbers go together
        that do not decide together; those of a latin hypercube do not.
    """

    spread: float | None
    sets: int
    design: str = LATIN

    @property
    def within(self) -> str:
        """What the tables call the bounds, and the folder of the chunks."""
        return RANGES if self.spread is None else f"{self.spread:g}"


#: In the order of the tables.
DRAWS = (Draw(None, 10_000, SOBOL), *(Draw(spread, 1000) for spread in (1.25, 1.5, 2.0, 3.0)))


def bounds(within: object) -> str:
    """The bounds of a table's row in words."""
    return "the tables' ranges" if within == RANGES else f"x/÷ {within}"


def caption_claims() -> list[str]:
    """The ids of the caption's claims."""
    return [claim.id for claim in load_claims() if claim.kind == KIND]


def _subject() -> dict[str, Any]:
    files = model_files.packaged()
    drawn = [Drawn(draw.design, space(files, draw.spread), draw.sets, SEED) for draw in DRAWS]
    judged = subject(choose(load_claims(), caption_claims()), knowledge.DEFAULT_VARIANT)
    return {**judged, "draws": [{**each.describe(), "samples": each.samples} for each in drawn]}


_WHAT, _COMMAND = "models, claims or ranges", "make robustness"
HOLDS = Study("robustness", _COMMAND, _WHAT, _subject)
DECIDES = Study("deciding", _COMMAND, _WHAT, _subject)


def deciding(found: Ensemble) -> Iterator[dict[str, Any]]:
    """Which numbers decide whether claims hold, the largest share first.

    First-order indices from the sets that there are (RBD-FAST: Tarantola et al. 2006, Plischke
    2010; bias corrected, Tissot and Prieur 2012), by SALib: the share of the variance of "it holds"
    that goes with the logarithm of one number alone, whatever the others are. Shares whose
    confidence interval (95 %) reaches 0, or that are no larger than the largest of all numbers
    where "it holds" is shuffled, are left out; a claim without others has an empty row.

    Raises
    ------
    MissingExtra
        Without SALib.
    """
    import numpy as np

    numbers = found.parameters.drop(columns="set")
    points = np.log(numbers.to_numpy())
    statuses = found.frame[list(found.claims)].astype(str) == PASS
    statuses[ALL] = statuses.all(axis=1)
    for claim in statuses:
        holds = statuses[claim].to_numpy(float)
        named = []
        if LEAST_SETS <= holds.sum() <= len(holds) - LEAST_SETS:
            # The intervals take longest, and are of interest for the first few only.
            shares, _ = _indices(points, holds, _FEWEST)
            chance, _ = _indices(points, np.random.default_rng(SEED).permutation(holds), _FEWEST)
            first = np.argsort(-shares, kind="stable")[:MOST_NAMED]
            _, around = _indices(points[:, first], holds, _RESAMPLES)
            named = [
                {
                    "claim": claim,
                    "number": numbers.columns[i],
                    "share": shares[i],
                    "plus_minus": plus_minus,
                    "more_is": "better" if _rises(points[:, i], holds) else "worse",
                }
                for i, plus_minus in zip(first, around, strict=True)
                if shares[i] > max(plus_minus, chance.max(), LEAST_SHARE)
            ]
        yield from named or [dict.fromkeys(DECIDING, "") | {"claim": claim}]


def _rises(number: np.ndarray, holds: np.ndarray) -> bool:
    """Whether the number is larger, in the mean, where the claim holds."""
    return bool(number[holds > 0].mean() > number[holds == 0].mean())


def _indices(
    points: np.ndarray, holds: np.ndarray, resamples: int
) -> tuple[np.ndarray, np.ndarray]:
    """The share of each number (a column of points), and half of its confidence interval."""
    import numpy as np

    try:
        from SALib.analyze import rbd_fast
    except ImportError:
        raise MissingExtra(
            "what decides claims needs SALib: install ketamine-mtor[study]"
        ) from None
    count = points.shape[1]
    problem = {"num_vars": count, "names": [str(i) for i in range(count)]}
    found = rbd_fast.analyze(problem, points, holds, num_resamples=resamples, seed=SEED)
    return np.array(found["S1"], float), np.array(found["S1_conf"], float)


def make(given: argparse.Namespace) -> list[pd.DataFrame]:
    """How often claims hold, and what decides that."""
    import pandas as pd

    claims = caption_claims()
    sets = ", ".join(f"{draw.sets:,} within {draw.within}" for draw in DRAWS)
    print(f"sets: {sets}; {len(claims)} claims; chunks are kept in {given.out}", flush=True)
    holds: list[pd.DataFrame] = []
    decides: list[pd.DataFrame] = []
    for draw in DRAWS:
        there = len(list((given.out / draw.within).glob("chunk-*")))
        print(f"within {draw.within}: {there} chunks are there already", flush=True)
        found = ensemble(
            draw.sets,
            seed=SEED,
            spread=draw.spread,
            design=draw.design,
            claims=claims,
            workers=given.workers,
            out=given.out / draw.within,
            resume=True,
        )
        for frame, kept in (
            (found.summary, holds),
            (pd.DataFrame(deciding(found), columns=list(DECIDING)), decides),
        ):
            frame.insert(0, WITHIN, draw.within)
            kept.append(frame)
    return [pd.concat(holds), pd.concat(decides)]


if __name__ == "__main__":
    sys.exit(run([HOLDS, DECIDES], make))

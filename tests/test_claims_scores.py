"""Many animals at once are measured as each alone."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from ketamine_mtor.claims.bench import Bench
from ketamine_mtor.claims.evaluate import measure, score
from tests.claims_kit import FakeRuns, claim_with, pulse, run
from tests.test_claims_measures import MEASURED, UNMET


class Herd(dict):
    """What looks like the run of an experiment and holds many animals."""

    @classmethod
    def of(cls, runs):
        names = list(map(str, runs[0]))
        herd = cls(time=runs[0]["time"].to_numpy())
        for name in names:
            readout = xr.Variable(
                ("animal", "time"), np.stack([each[name].to_numpy() for each in runs])
            )
            readout.attrs["baseline"] = np.array([each[name].attrs["baseline"] for each in runs])
            herd[name] = readout
        return herd


def animals(base, heights, peak=0.5):
    """Runs of animals that differ in their level and in how and when they rise.

    One has nothing at the start, and one rises ever faster.
    """
    return [
        run(
            glutamate=pulse(0 if i == 4 else base + i, height, peak=peak + i / 10),
            mTORC1_active=pulse(0.1, height / 200),
            Ca=(lambda t: 60 + t**3) if i == 5 else pulse(60 + i, height, peak=1 + i / 20),
        )
        for i, height in enumerate(heights)
    ]


HEIGHTS = (50, 20, 0, -30, 40, 45)
HERD = {
    "ketamine": animals(100, HEIGHTS),
    "ketamine_vehicle": animals(101, (1, 2, 3, 4, 0, 5)),
    "NBQX": animals(150, (10, 11, 12, 13, 14, 15), peak=0.7),
    "NBQX_vehicle": animals(152, (0, 0, 0, 0, 0, 0)),
}


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        *((kind, fields) for kind, fields, _, *_ in MEASURED),
        *((kind, fields) for kind, fields, *_ in UNMET),
    ],
)
def test_many_animals_are_measured_as_each_alone(kind, fields):
    claim = claim_with(kind, **fields)
    (condition,) = claim.conditions
    herds = FakeRuns(**{name: Herd.of(runs) for name, runs in HERD.items()})
    together, lacking = score(condition, Bench(claim, herds))
    lacks = np.array([which for which, _ in lacking.found] or [np.zeros(len(HEIGHTS))], bool)
    for i in range(len(HEIGHTS)):
        each = FakeRuns(**{name: runs[i] for name, runs in HERD.items()})
        alone = measure(condition, Bench(claim, each))
        assert lacks[:, i].any() == (alone[0].measured is None)
        if alone[0].measured is None:
            assert alone[0].reason == next(said for which, said in lacking.found if which[i])
            continue
        for scores, part in zip(together, alone, strict=True):
            assert bool(scores.passed[i]) is part.passed
            assert (">=" if scores.at_least[i] else "<=") == part.sense
            assert (scores.unit, scores.bounds) == (part.unit, part.bounds)
            assert scores.measured[i] == pytest.approx(part.measured, rel=1e-12)
            assert scores.threshold[i] == pytest.approx(part.threshold, rel=1e-12)

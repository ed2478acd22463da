"""A made-up claim and its verdicts, for the tests of the report."""

from __future__ import annotations

from ketamine_mtor.claims import Result
from ketamine_mtor.claims.judge import Runs, judge
from tests.claims_kit import FakeRuns, claim_with, flat, pulse, run

RISE = claim_with("change", readout="glutamate", goes="up", when={"once": ["0 min", "2 h"]})
GOOD = run(glutamate=pulse(100, 50))
BAD = run(glutamate=flat(100))
REST = run(glutamate=flat(100))


def result(dataset=GOOD, claims=(RISE,)) -> Result:
    runs = Runs(claims, FakeRuns(ketamine=dataset, ketamine_vehicle=REST))
    return Result(judge(claims, runs), runs, {})

"""The map of activities lights up as the runs of the claims do."""

from __future__ import annotations

from ketamine_mtor.claims import Result
from ketamine_mtor.claims.judge import Runs, judge
from ketamine_mtor.errors import SimulationError
from ketamine_mtor.report import activities
from tests.claims_kit import flat, pulse, run
from tests.report_kit import RISE


def courses(**values):
    """Gives runs in which glutamate is as told for the drug or gene of the experiment."""

    def simulate(experiment):
        named = [name for name, _ in experiment.drugs] + list(experiment.knockouts)
        name = (named or ["ketamine"])[0]
        if name not in values:
            raise SimulationError("not this one")
        return run(hours=experiment.hours, glutamate=values[name])

    return simulate


def test_lights_are_shares_of_the_largest_change_after_ketamine():
    runs = Runs([RISE], courses(ketamine=pulse(100, 50), NBQX=pulse(100, -200)))
    found = activities.lights(Result(judge([RISE], runs), runs, {}), ["glutamate"])
    first, second = found["runs"]
    assert (first["name"], second["name"]) == ("ketamine", "NBQX")
    lit = first["lights"]["glutamate"]
    assert len(lit) == len(found["minutes"]) and lit[0] == 0 and max(lit) == 1
    assert min(second["lights"]["glutamate"]) == -1


def test_an_activity_that_does_not_move_stays_dark():
    runs = Runs([RISE], courses(ketamine=flat(100)))
    (found,) = activities.lights(Result(judge([RISE], runs), runs, {}), ["glutamate"])["runs"]
    assert set(found["lights"]["glutamate"]) == {0.0}


def test_the_map_is_of_readouts_that_the_model_has():
    from ketamine_mtor import knowledge

    assert set(activities.shown(activities.drawing())) <= set(knowledge.load().observables)

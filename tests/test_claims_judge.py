"""Verdicts, runs that are shared, and what counts as expected; on made-up runs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ketamine_mtor.claims import Result, validate
from ketamine_mtor.claims.judge import FAIL, NOT_RUN, PASS, Runs, Verdict, judge, margin
from ketamine_mtor.claims.mutants import Mutant, Necessity, load_mutants
from ketamine_mtor.claims.scores import Part
from ketamine_mtor.errors import InputError, SimulationError
from ketamine_mtor.experiment import Experiment
from tests import small_model
from tests.claims_kit import FakeRuns, claim_entry, claim_with, flat, loaded, pulse, run
from tests.small_model import differ

RISE = claim_with("change", readout="glutamate", goes="up", when={"once": ["0 min", "2 h"]})
BLOCKED = claim_with(
    "blocked",
    readout="glutamate",
    goes="up",
    by_at_least="50 %",
    between=["0 min", "3 h"],
    **{"in": "NBQX"},
)
GOOD = {
    "ketamine": run(glutamate=pulse(100, 50)),
    "NBQX": run(glutamate=pulse(100, 10)),
    "ketamine_vehicle": run(glutamate=flat(100)),
    "NBQX_vehicle": run(glutamate=flat(100)),
}


def status(claim, **runs) -> str:
    (verdict,) = judge([claim], FakeRuns(**{**GOOD, **runs}))
    return verdict.status


def test_pass_and_fail():
    assert status(RISE) == PASS
    assert status(RISE, ketamine=run(glutamate=flat(100))) == FAIL
    assert status(BLOCKED) == PASS
    assert status(BLOCKED, NBQX=run(glutamate=pulse(100, 50))) == FAIL


def test_a_failed_integration_is_not_run_with_its_reason():
    (verdict,) = judge([BLOCKED], FakeRuns(**{**GOOD, "NBQX": SimulationError("too stiff")}))
    assert verdict.status == NOT_RUN
    assert "too stiff" in verdict.reason
    assert verdict.to_dict()["measured"] is None


def test_the_decisive_part_is_the_first_that_failed_or_the_closest():
    claim = claim_with(
        "peak",
        readout="glutamate",
        goes="up",
        between=["10 min", "60 min"],
        times_baseline=[1.2, 2.5],
    )
    (near,) = judge([claim], FakeRuns(**{**GOOD, "ketamine": run(glutamate=pulse(100, 21))}))
    assert (near.decisive.unit, near.decisive.threshold) == ("x baseline", 1.2)
    late = run(glutamate=pulse(100, 50, peak=2))
    (failed,) = judge([claim], FakeRuns(**{**GOOD, "ketamine": late}))
    assert (failed.decisive.unit, failed.decisive.sense) == ("min", "<=")


@pytest.mark.parametrize(
    ("measured", "threshold", "at_least", "share"),
    [(15, 10, True, 0.5), (15, 10, False, -0.5), (-15, -10, True, -0.5), (2e-12, 0, True, 2)],
)
def test_the_margin_is_a_share_of_the_threshold(measured, threshold, at_least, share):
    assert margin(measured, threshold, at_least) == pytest.approx(share)


def test_what_has_no_number_is_on_the_margin():
    said = (True, None, None, "nM"), (True, 11.0, 10.0, "nM"), (True, 10.5, 10.0, "nM")
    parts = tuple(Part(RISE.conditions[0], *each) for each in said)
    assert Verdict(RISE, PASS, parts).decisive is parts[0]
    assert Verdict(RISE, PASS, parts[1:]).decisive is parts[2]
    no_threshold = replace(parts[1], threshold=None)
    assert Verdict(RISE, PASS, (parts[2], no_threshold)).decisive is no_threshold


@pytest.mark.parametrize(
    ("words", "quote"),
    [
        (("raises glutamate",), "raises glutamate"),
        (("raises", "glutamate"), ["raises", "glutamate"]),
        ((), ""),
    ],
)
def test_a_verdict_as_json(words, quote):
    claim = replace(RISE, quote=words)
    (verdict,) = judge([claim], FakeRuns(ketamine=run(glutamate=lambda t: 100 + 50 * (t > 1))))
    said = {
        "id": "C01_test",
        "kind": "caption",
        "quote": quote,
        "statement": "For a test.",
        "status": "pass",
        "measured": 50.0,
        "threshold": 10.0,
        "sense": ">=",
        "unit": "%",
        "experiment": "ketamine",
        "test": "glutamate up by at least 10 % against baseline, once in 0 min to 2 h (ketamine)",
        "source": ["E01"],
        "role": "calibration",
        "reason": "",
    }
    assert verdict.to_dict() == said
    failed = SimulationError("too  stiff")
    (verdict,) = judge([claim], FakeRuns(ketamine=failed))
    nothing = dict.fromkeys(("measured", "threshold", "sense", "unit"))
    why = "the run ketamine failed: too stiff"
    assert verdict.to_dict() == said | nothing | {"status": "not-run", "test": "", "reason": why}


def test_the_experiment_of_a_verdict_is_that_of_its_decisive_part():
    (verdict,) = judge([replace(BLOCKED, experiment="nothing")], FakeRuns(**GOOD))
    assert verdict.to_dict()["experiment"] == "NBQX"


def test_the_variant_reaches_every_run():
    asked = []

    def runs(experiment):
        asked.append(experiment.variant)
        return FakeRuns(**GOOD)(experiment)

    judge([RISE, BLOCKED], runs, "human")
    assert set(asked) == {"human"}
    kept = Runs([BLOCKED], runs, "human")
    for experiment in BLOCKED.needed("human"):
        assert kept.asked(experiment).observables == ("glutamate",)
    assert kept.asked(next(RISE.needed("caption"))).observables == Experiment().observables


def test_what_is_forgotten_is_simulated_again():
    fake = FakeRuns(**GOOD)
    runs, (experiment, *_) = Runs([RISE], fake), RISE.needed()
    runs.forget(experiment)
    first = runs(experiment)
    assert runs(experiment) is first and fake.asked == ["ketamine"]
    runs.forget(experiment)
    runs(experiment)
    assert fake.asked == ["ketamine"] * 2


def test_each_experiment_is_simulated_once_with_what_is_read():
    fake, asked = FakeRuns(**GOOD), []

    def simulate(experiment):
        asked.append(experiment.observables)
        return fake(experiment)

    claims = [RISE, BLOCKED, RISE]
    verdicts = judge(claims, Runs(claims, simulate))
    assert [v.status for v in verdicts] == [PASS] * 3
    assert sorted(fake.asked) == sorted(GOOD)
    assert set(asked) == {("glutamate",)}


def test_a_failed_run_is_not_tried_again():
    fake = FakeRuns(ketamine=SimulationError("too stiff"))
    runs = Runs([RISE, RISE], fake)
    assert [v.status for v in judge([RISE, RISE], runs)] == [NOT_RUN] * 2
    assert fake.asked == ["ketamine"]


def result(failures=(), necessity=(), **runs) -> Result:
    fake = FakeRuns(**{**GOOD, **runs})
    made = Runs([RISE], fake)
    return Result(judge([RISE], made), made, dict.fromkeys(failures, "known"), necessity)


def test_the_result_is_the_json_of_the_command_line():
    found = json.loads(json.dumps(result()))
    assert (found["passed"], found["failed"], found["not_run"]) == (1, 0, 0)
    assert {
        "id",
        "kind",
        "quote",
        "statement",
        "status",
        "measured",
        "threshold",
        "unit",
        "experiment",
        "source",
        "role",
    } <= set(found["claims"][0])


def test_what_is_expected():
    silent = {"ketamine": run(glutamate=flat(100))}
    assert result().as_expected
    assert not result(**silent).as_expected
    assert result(failures=["C01_test"], **silent).as_expected
    assert not result(failures=["C01_test"]).as_expected
    assert "pass, expected fail" in result(failures=["C01_test"]).surprises[0]
    assert not result(failures=["C01_test"], ketamine=SimulationError("too stiff")).as_expected


def test_necessity_is_shown_only_by_a_failure_with_upstream_intact():
    mutant = Mutant("C01_test", ("release",), "no release")
    assert Necessity(mutant, FAIL, "", ()).shown
    assert not Necessity(mutant, PASS, "", ()).shown
    assert not Necessity(mutant, NOT_RUN, "too stiff", ()).shown
    lost = Necessity(mutant, FAIL, "", (("C00_block", FAIL),))
    assert not lost.shown
    assert not result(necessity=[lost]).as_expected
    assert result(necessity=[Necessity(mutant, FAIL, "", ())]).as_expected


@pytest.mark.parametrize("kind", ["literature", "expectation"])
def test_only_known_failures_of_the_other_kinds_are_expected(kind):
    claim = replace(RISE, kind=kind)
    for height, known, expected in ((50, (), True), (0, (), False), (0, ["C01_test"], True)):
        runs = Runs([claim], FakeRuns(ketamine=run(glutamate=pulse(100, height))))
        found = Result(judge([claim], runs), runs, dict.fromkeys(known, "known"))
        assert found.as_expected == expected, found.surprises


def test_a_variant_without_files_is_said_before_anything_runs():
    from ketamine_mtor import model_files

    own = model_files.packaged()
    assert model_files.by_variant(own, "caption", ["caption"]) == {"caption": own}
    with pytest.raises(InputError, match="cannot be read"):
        model_files.by_variant(own, "caption", ["caption", "mouse"])


@pytest.mark.slow
def test_a_mutant_of_one_variant_leaves_the_others_as_they_are():
    from ketamine_mtor import model_files
    from ketamine_mtor.claims.mutant_runs import mutant_runs
    from ketamine_mtor.emit import rules_in

    own, other = model_files.packaged(), model_files.packaged("eef2k")
    only_there = set(rules_in(other.sbml)).difference(rules_in(own.sbml))
    done = {"hours": 1, "observables": ["BDNF_translation", "BDNF_total"]}
    here, there = Experiment(**done), Experiment(**done, variant="eef2k")
    whole = mutant_runs(own).run(here, [])
    assert mutant_runs(own).run(here, only_there) is whole
    assert differ(mutant_runs(own).run(here, ["vesicle_releases_BDNF"]), whole)
    assert differ(mutant_runs(other).run(there, only_there), mutant_runs(other).run(there, []))


@pytest.mark.parametrize(
    "options",
    [{"ketamine": 10}, {"ketamine": 0, "drugs": {"blocker": None}}, {"knockouts": ["RCPT"]}],
    ids=["ketamine", "blocker", "without receptor"],
)
def test_a_mutant_runs_as_the_model_that_never_had_the_rule(options):
    from ketamine_mtor import model_files
    from ketamine_mtor.claims.mutant_runs import MutantRuns
    from ketamine_mtor.emit import rules_in, without_rules
    from ketamine_mtor.run import simulate

    files, done = small_model.files(), small_model.experiment(**options)
    mutants = MutantRuns(files)
    whole = mutants.run(done, [])
    shared = restless = 0
    for rule in rules_in(files.sbml):
        cut = model_files.edited(files, without_rules(files.sbml, [rule]))
        try:
            full = simulate(done, files=cut)
        except SimulationError:
            restless += 1
            with pytest.raises(SimulationError, match="no drug-free steady state"):
                mutants.run(done, [rule])
            continue
        run = mutants.run(done, [rule])
        assert not differ(run, full), rule
        shared += run is whole
    assert 0 < shared < len(rules_in(files.sbml)) - restless
    assert restless < 4


def test_mutants_without_the_same_rules_share_their_runs_and_keep_their_order(monkeypatch):
    from ketamine_mtor import model_files
    from ketamine_mtor.claims import mutant_runs
    from ketamine_mtor.claims.mutants import judge_mutants

    asked = []

    class Recorded:
        def run(self, experiment, rules):
            asked.append(tuple(rules))
            return GOOD["ketamine"] if experiment.ketamine else GOOD["ketamine_vehicle"]

    monkeypatch.setattr(mutant_runs, "mutant_runs", lambda files: Recorded())
    claims = [replace(RISE, id="C01_rise"), replace(RISE, id="C02_rise", upstream=("C01_rise",))]
    mutants = [
        Mutant("C02_rise", ("release", "uptake"), ""),
        Mutant("C01_rise", ("leak",), ""),
        Mutant("C01_rise", ("uptake", "release"), ""),
    ]
    rows = judge_mutants(mutants, claims, model_files.packaged())
    assert [row.mutant for row in rows] == mutants
    assert [row.status for row in rows] == [PASS] * 3
    assert asked == [("release", "uptake"), ("leak",)]


def test_an_experiment_of_another_variant_runs_on_that_variants_files(monkeypatch):
    from ketamine_mtor import model_files

    asked = []
    other = object()
    monkeypatch.setattr(model_files, "packaged", lambda name: asked.append(name) or other)
    own = object()
    found = model_files.by_variant(own, "caption", {"caption", "human"})
    assert (found["caption"], found["human"], asked) == (own, other, ["human"])
    fresh = object()
    given = model_files.by_variant(own, "caption", {"caption", "human"}, {"human": fresh})
    assert (given, asked) == ({"caption": own, "human": fresh}, ["human"])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"claims": ["C05_glutamat_burst"]}, "nearest: 'C05_glutamate_burst'"),
        ({"claims": ["C99"]}, "unknown claim 'C99'"),
        ({"variant": "mous"}, "unknown variant 'mous'"),
    ],
)
def test_what_cannot_be_judged_is_said_before_anything_runs(asked, message):
    with pytest.raises(InputError, match=message):
        validate(**asked)


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("mutants: []", "mutants"),
        ("mutants: [{claim: C01_glutamat, rules: [release], why: no release at all}]", "nearest"),
        ("mutants: [{claim: C01_glutamate, rules: [releas], why: no release at all}]", "nearest"),
        ("mutants: [{claim: C01_glutamate, rules: [], why: no release at all}]", "rules"),
        (
            "mutants: [{claim: C01_glutamate, rules: [release], why: no release at all},"
            " {claim: C01_glutamate, rules: [release], why: no release at all}]",
            "there twice",
        ),
        ("mutants: [{claim: C02_other, rules: [release], why: no release}]", "for C01_glutamate"),
        ("mutants: [{claim: C01_glutamate, rules: [release], why: no release}]", "for C02_other"),
    ],
)
def test_wrong_mutants(tmp_path, yaml, message):
    other = claim_entry(id="C02_other", kind="literature", quote="")
    claims = loaded(tmp_path, claim_entry(), other)
    path = tmp_path / "mutants.yaml"
    path.write_text(
        "mutants: [{claim: C02_other, rules: [uptake], why: no uptake at all},"
        " {claim: C01_glutamate, rules: [release], why: no release at all}]",
        encoding="utf-8",
    )
    mutants = load_mutants(claims, tmp_path, ["release", "uptake"])
    assert [mutant.rules for mutant in mutants] == [("release",), ("uptake",)]
    path.write_text(yaml, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_mutants(claims, tmp_path, ["release"])

"""The real model: what passes, and that it fails without the rules of its own link."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from ketamine_mtor import model_files, paths, validate
from ketamine_mtor.claims import Result, known_failures, load_claims
from ketamine_mtor.claims.mutant_runs import mutant_runs
from ketamine_mtor.claims.mutants import Necessity, judge_mutants, load_mutants
from ketamine_mtor.emit import rules_in, without_rules
from ketamine_mtor.engines import roadrunner
from ketamine_mtor.engines.session import LOWEST_NM
from ketamine_mtor.report import readme
from ketamine_mtor.run import simulate
from tests.small_model import differ

pytestmark = pytest.mark.slow

CLAIMS = load_claims()
CAPTION = [claim.id for claim in CLAIMS if claim.kind == "caption"]
PASSING = [claim.id for claim in CLAIMS if claim.id not in known_failures(CLAIMS)]
MUTANTS = {mutant.claim: mutant for mutant in load_mutants(CLAIMS)}


#: Tests of one group run in one process, so that what they share is made once.
OF_THE_WHOLE_MODEL = pytest.mark.xdist_group("judged")
#: The lowest concentration (nM) in each stretch of each run that `judged` makes.
LOWEST: list[float] = []


@pytest.fixture(scope="module")
def judged() -> Result:
    """The verdicts; on the way every species is read, which changes no readout."""
    integrate, select = roadrunner.RoadRunnerPlant._integrate, roadrunner.RoadRunnerPlant._select

    def reading_all(plant, observables):
        select(plant, (*observables, *(f"[{name}]" for name in plant.species)))

    def noting_the_lowest(plant, state, times):
        read, reached = integrate(plant, state, times)
        LOWEST.append(float(read[:, -len(plant.species) :].min()))
        return read, reached

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roadrunner.RoadRunnerPlant, "_select", reading_all)
        patch.setattr(roadrunner.RoadRunnerPlant, "_integrate", noting_the_lowest)
        return validate()


@OF_THE_WHOLE_MODEL
@pytest.mark.parametrize("claim", PASSING)
def test_claim_passes(judged, claim):
    (found,) = (verdict for verdict in judged.verdicts if verdict.claim.id == claim)
    failed = [f"{part.condition.say()}: {part.measured}" for part in found.parts if not part.passed]
    assert found.status == "pass", [found.reason, *failed]


@OF_THE_WHOLE_MODEL
def test_all_is_as_expected(judged):
    assert judged.as_expected, judged.surprises


@OF_THE_WHOLE_MODEL
def test_the_readme_shows_what_was_measured(judged):
    assert readme.table(judged) in paths.read(paths.root() / "README.md")


def without_its_rules(claim: str) -> pytest.MarkDecorator:
    """The group of the claims whose mutants are without the same rules."""
    return pytest.mark.xdist_group(" ".join(sorted(MUTANTS[claim].rules)))


@cache
def rows_without(rules: frozenset[str]) -> dict[str, Necessity]:
    """The row of every claim whose mutant is without these rules, judged on the same runs."""
    alike = [mutant for mutant in MUTANTS.values() if frozenset(mutant.rules) == rules]
    rows = judge_mutants(alike, CLAIMS, model_files.packaged())
    return {row.mutant.claim: row for row in rows}


@pytest.mark.parametrize(
    "claim", [pytest.param(claim, marks=without_its_rules(claim)) for claim in PASSING]
)
def test_claim_fails_without_its_own_link(claim):
    row = rows_without(frozenset(MUTANTS[claim].rules))[claim]
    assert row.mutant == MUTANTS[claim]
    assert row.status == "fail", row.reason
    assert row.upstream == ()


@pytest.mark.parametrize("claim", ["C10", "L31", "L33"])
def test_a_mutant_runs_as_the_sbml_without_its_rules(claim):
    (mutant,) = (each for each in MUTANTS.values() if each.claim.startswith(f"{claim}_"))
    (tested,) = (each for each in CLAIMS if each.id == mutant.claim)
    asked = sorted({readout.id for each in tested.conditions for readout in each.readouts()})
    experiment = replace(next(tested.needed("caption")), observables=asked, tables=None)
    files = model_files.packaged(experiment.variant)
    rules = set(mutant.rules).intersection(rules_in(files.sbml))
    cut = model_files.edited(files, without_rules(files.sbml, rules))
    full, whole = simulate(experiment, files=cut), simulate(experiment, files=files)
    run = mutant_runs(files).run(experiment, mutant.rules)
    assert not differ(run, full)
    assert differ(run, whole)


def test_removing_what_a_claim_does_not_rest_on_shows_nothing():
    first, last = MUTANTS[CAPTION[0]], MUTANTS[CAPTION[-1]]
    (row,) = judge_mutants([replace(first, rules=last.rules)], CLAIMS, model_files.packaged())
    assert not row.shown


def test_claims_are_chosen_by_id_or_number():
    chosen = validate(claims=["C02", CAPTION[0]])
    assert [row["id"] for row in chosen["claims"]] == CAPTION[:2]


@OF_THE_WHOLE_MODEL
def test_no_species_falls_below_nothing_in_any_run_of_a_claim(judged):
    assert len(LOWEST) > len({claim.id for claim in CLAIMS})
    assert min(LOWEST) >= LOWEST_NM

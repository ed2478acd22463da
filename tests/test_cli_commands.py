"""The commands that run, judge and build: what they print, and how they exit."""

from __future__ import annotations

import json

import pytest

import ketamine_mtor as km
from ketamine_mtor import build, claims, paths, reproduce
from ketamine_mtor.experiment import Bath
from tests.cli_kit import SHORT, call, refused

pytestmark = pytest.mark.slow

# simulate


def test_simulate_prints_one_json_document():
    result = call("simulate", *SHORT, "--json")
    assert result.exit_code == 0 and result.stderr == ""
    document = json.loads(result.stdout)
    assert list(document) == ["experiment", "engine", "observables"]
    assert document["engine"] == "roadrunner"
    assert km.Experiment(**document["experiment"]) == km.Experiment(hours=1, every=600)
    keys = ["unit", "baseline", "max", "max_time_h", "min", "min_time_h", "end", "auc_change"]
    assert all(list(numbers) == keys for numbers in document["observables"].values())
    assert {"Ca", "pS6K_T389", "synapses"} <= set(document["observables"])


def test_simulate_prints_a_table_with_whole_names():
    result = call("simulate", *SHORT)
    assert result.exit_code == 0
    assert "NMDAR_interneuron_blocked" in result.stdout and "baseline" in result.stdout


def test_the_options_are_the_experiment():
    options = (
        "--ketamine 5 --ketamine 10@24 --ketamine 3@30/40 --drug rapamycin=100@-1:6 --drug NBQX"
        " --drug BDNF@0 --knockout RICTOR --knockout GAP43 --set ketamine_elimination=0.001"
        " --variant caption --hours 48 --every 600 --observable Ca --observable PIP3"
    )
    result = call("simulate", *options.split(), "--json")
    assert result.exit_code == 0
    assert km.Experiment(**json.loads(result.stdout)["experiment"]) == km.Experiment(
        ketamine=[(0, 5), (24, 10), (30, 3, 40)],
        drugs={"rapamycin": Bath(100, -1, 6), "NBQX": None, "BDNF": Bath(None, start=0)},
        knockouts=["RICTOR", "GAP43"],
        parameters={"ketamine_elimination": 0.001},
        variant="caption",
        hours=48,
        every=600,
        observables=["Ca", "PIP3"],
    )


def test_no_ketamine_is_no_dose():
    document = json.loads(call("simulate", *SHORT, "--ketamine", "0", "--json").stdout)
    assert document["experiment"]["ketamine"] == []
    for numbers in document["observables"].values():
        assert numbers["max"] == pytest.approx(numbers["baseline"], rel=1e-3, abs=1e-6)


def test_another_engine_gives_the_same():
    asked = ("simulate", *SHORT, "--observable", "Ca", "--json")
    one, other = (
        json.loads(call(*asked, "--engine", engine).stdout) for engine in ("roadrunner", "copasi")
    )
    assert other["engine"] == "copasi"
    assert other["observables"]["Ca"]["max"] == pytest.approx(one["observables"]["Ca"]["max"])


# scan


def test_scan_prints_one_json_document():
    over = ("--over", "ketamine=1,10", "--over", "NBQX=0,100")
    result = call("scan", *SHORT, *over, "--observable", "Ca", "--json")
    document = json.loads(result.stdout)
    assert document["over"] == {"ketamine": [1, 10], "NBQX": [0, 100]}
    assert [each["at"] for each in document["runs"]] == [
        {"ketamine": 1, "NBQX": 0},
        {"ketamine": 1, "NBQX": 100},
        {"ketamine": 10, "NBQX": 0},
        {"ketamine": 10, "NBQX": 100},
    ]
    alone = json.loads(call("simulate", *SHORT, "--observable", "Ca", "--json").stdout)
    dosed = document["runs"][2]["observables"]["Ca"]
    assert dosed["max"] == pytest.approx(alone["observables"]["Ca"]["max"], rel=1e-6)


def test_a_scanned_drug_keeps_the_times_of_its_option():
    over = ("--over", "NBQX=0,100", "--drug", "NBQX@0.2:0.4", "--observable", "Ca", "--json")
    document = json.loads(call("scan", *SHORT, *over).stdout)
    given = ("--drug", "NBQX=100@0.2:0.4", "--observable", "Ca", "--json")
    alone = json.loads(call("simulate", *SHORT, *given).stdout)
    assert document["runs"][1]["observables"] == alone["observables"]


def test_scan_prints_a_table():
    result = call("scan", *SHORT, "--over", "ketamine=1,10", "--observable", "Ca")
    assert result.exit_code == 0 and result.stdout.split()[:2] == ["ketamine", "observable"]
    assert len(result.stdout.splitlines()) == 3


# validate, build, reproduce


class Judged(dict):
    """What `validate` gives, made up."""

    def __init__(self, surprises=()):
        super().__init__(claims=[], passed=0, failed=len(surprises), not_run=0)
        self.verdicts, self.surprises, self.as_expected = (), surprises, not surprises
        self.necessity = ()


@pytest.mark.parametrize("surprises, status", [((), 0), (("C01: fail",), 1)])
def test_validate_exits_by_what_it_found(monkeypatch, tmp_path, surprises, status):
    asked = []

    def judge(*arguments):
        asked.append(arguments)
        return Judged(surprises)

    monkeypatch.setattr(claims, "validate", judge)
    sbml = tmp_path / "edited.xml"
    result = call("validate", "--claim", "C01", "--claim", "C02", "--sbml", sbml, "--mutants")
    assert result.exit_code == status
    assert asked == [(["C01", "C02"], None, sbml, True)]
    assert all(line in result.stdout for line in surprises)
    assert "claims fail without their rules" in result.stdout
    result = call("validate", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (status, dict(Judged(surprises)))
    assert asked[1] == (None, None, None, False)


OTHER = """<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">
<model id="other"><listOfCompartments><compartment id="c" size="1" constant="true"/>
</listOfCompartments><listOfSpecies><species id="A" compartment="c" initialConcentration="1"
hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/></listOfSpecies></model>
</sbml>"""


@pytest.mark.parametrize(
    "text, said",
    [
        ("<sbml", "not an SBML file"),
        ("<html><body/></html>", "not an SBML file"),
        (OTHER, "species 'A' is not in steady_state.tsv: another model?"),
    ],
    ids=["damaged", "no SBML", "another model"],
)
def test_a_file_that_cannot_be_judged_is_named(tmp_path, text, said):
    path = tmp_path / "nonsense.xml"
    path.write_text(text, encoding="utf-8")
    assert f"error: {path}: {said}" in refused("validate", "--claim", "C01", "--sbml", path)


def test_another_mistake_than_in_the_file_is_not_laid_to_it():
    said = refused("validate", "--claim", "nonesuch", "--sbml", paths.sbml())
    assert said.startswith("error: unknown claim")


def test_validate_judges_the_model():
    (first, *_) = claims.load_claims()
    result = call("validate", "--claim", first.id, "--json")
    (judged,) = json.loads(result.stdout)["claims"]
    assert judged["id"] == first.id
    assert {"kind", "quote", "statement", "status", "measured", "threshold"} <= set(judged)


@pytest.mark.parametrize(
    "lines, check, status", [([], True, 0), (["differs"], True, 1), (["written"], False, 0)]
)
def test_build_exits_by_what_it_found(monkeypatch, lines, check, status):
    asked = []
    monkeypatch.setattr(build, "build", lambda check: asked.append(check) or lines)
    result = call("build", *(["--check"] if check else []))
    assert (result.exit_code, result.stdout.split()) == (status, lines)
    assert asked == [check]


@pytest.mark.parametrize("status", [0, 1])
def test_reproduce_exits_by_what_it_found(monkeypatch, status):
    monkeypatch.setattr(reproduce, "reproduce", lambda console: status)
    assert call("reproduce").exit_code == status

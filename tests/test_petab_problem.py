"""The PEtab problem: what of the fits is in it, that its tables say what ours say, and its SBML."""

from __future__ import annotations

import csv
import math
from dataclasses import replace

import libsbml
import numpy as np
import pytest
import yaml

from ketamine_mtor import emit, fit, knowledge, paths, petab_problem
from ketamine_mtor.claims.fits import POINTS, load_fits
from ketamine_mtor.errors import InputError
from ketamine_mtor.fit import targets as fit_targets
from ketamine_mtor.petab_problem import data, expected, measured
from ketamine_mtor.petab_problem.__main__ import PAGE, main
from tests.fit_kit import LEVEL, fit_entry, loaded

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def problem():
    return petab_problem.problem()


@pytest.fixture(scope="module")
def made(problem):
    return {name: content.decode() for name, content in petab_problem.made(problem).items()}


@pytest.fixture(scope="module")
def tables(made):
    return {
        name: list(csv.DictReader(text.splitlines(), delimiter="\t"))
        for name, text in made.items()
        if name.endswith(".tsv")
    }


# What is in it


def test_every_target_is_in_it_or_left_with_a_reason(problem):
    every = {(each.id, t.say()) for each in problem.fits for t in (*each.targets, *each.checks)}
    taken = set(problem.sorted.taken.values())
    left = {(fit_id, target) for fit_id, target, why in problem.sorted.left if why}
    assert taken | left == every and not taken & left


def test_all_points_and_levels_of_the_fits_are_data(problem):
    taken = [d.target for d in problem.data]
    wanted = [t for each in problem.fits for t in each.targets if t.kind in ("points", "level")]
    assert len(taken) == len(wanted) and all(target in taken for target in wanted)


def _kinds(path, target, **entry):
    return data.sort(loaded(path, fit_entry(targets=[target], **entry)))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"when": {"at": "1 h"}, "relative_to": "peak"}, "another time's"),
        ({"when": {"mean": ["30 min", "1 h"]}}, "no value at a time"),
    ],
)
def test_a_level_that_is_no_formula_of_the_state_is_left(change, why, tmp_path):
    found = _kinds(tmp_path, {"level": LEVEL | change})
    assert not found.data and why in found.left[0][2]


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("variant", "human", "another SBML"),
        ("knockouts", ["GRIN1"], "other amounts"),
        ("drugs", {"rapamycin": None}, "more than one condition"),
        ("ketamine", [[0, 10], [0.5, 10]], "more than one condition"),
    ],
)
def test_an_experiment_of_more_than_a_rest_and_a_condition_is_left(option, value, why, problem):
    (datum,) = (d for d in problem.data if d.mean_s)
    claim = datum.target.claim
    setup = claim.experiments[datum.condition]
    other = replace(setup, options={**setup.options, option: value})
    changed = replace(datum.target, claim=replace(claim, experiments={setup.name: other}))
    (each,) = (f for f in problem.fits if datum.target in f.targets)
    found = data.sort([replace(each, targets=(changed,), checks=())])
    assert not found.data and why in found.left[0][2]


# The tables


def test_the_parameters_are_the_rows_of_the_knowledge_tables(problem, tables):
    numbers = knowledge.load().numbers()
    rows = {row["parameterId"]: row for row in tables["parameters.tsv"]}
    named = [name for each in load_fits() for name in each.parameters]
    assert list(rows) == [*named, *problem.scales]
    for name in named:
        row, own = rows[name], numbers[name]
        values = [float(row[c]) for c in ("nominalValue", "lowerBound", "upperBound")]
        assert values == [own.value, own.low, own.high] and row["parameterScale"] == "log10"


def test_the_prior_is_that_of_the_fits(tables):
    for row in tables["parameters.tsv"]:
        if row["objectivePriorType"]:
            center, sd = map(float, row["objectivePriorParameters"].split(";"))
            span = math.log10(float(row["upperBound"]) / float(row["lowerBound"]))
            assert center == pytest.approx(math.log10(float(row["nominalValue"])))
            assert sd == pytest.approx(span / fit.PRIOR)


def test_what_no_datum_decides_is_not_estimated(tables):
    fixed = {row["parameterId"] for row in tables["parameters.tsv"] if row["estimate"] == "0"}
    assert fixed == {"ketamine_absorption", "ketamine_elimination"}


def test_conditions_appear_in_alphabetical_order(tables):
    # pyPESTO's backend for libRoadRunner mixes them up otherwise.
    for name, column in (("conditions", "conditionId"), ("measurements", "simulationConditionId")):
        found = [row[column] for row in tables[f"{name}.tsv"]]
        assert found == sorted(found)


def test_conditions_set_what_the_experiments_do(problem, tables):
    rows = {row["conditionId"]: row for row in tables["conditions.tsv"]}
    values = knowledge.load().values()
    depot = float(rows["ketamine_50"]["Ketamine"]) * values["volume_peritoneum"]
    assert depot == pytest.approx(50 * values["ketamine_depot_per_dose"], rel=1e-11)
    assert float(rows["BDNF_step_7nM"]["BDNF_nM"]) == 7.3
    assert {float(v) for k, v in rows["rest"].items() if k != "conditionId"} == {0.0}


def test_the_yaml_names_files_that_are_made(made):
    listed = yaml.safe_load(made["ketamine_mtor.yaml"])
    assert listed["format_version"] == 1
    (files,) = listed["problems"]
    named = {name for each in files.values() for name in each} | {listed["parameter_file"]}
    assert named | {"simulations.tsv", "objective.tsv", "ketamine_mtor.yaml"} == set(made)


def test_observables_speak_of_what_the_sbml_has(made, tables):
    document = libsbml.readSBMLFromString(made["ketamine_mtor.xml"])
    model = document.getModel()
    known = {row["parameterId"] for row in tables["parameters.tsv"]}
    for row in tables["observables.tsv"]:
        formula = libsbml.parseL3Formula(row["observableFormula"])
        names = {formula.getName()} if formula.isName() else set(_names(formula))
        assert all(name in known or model.getParameter(name) for name in names)
        assert not model.getElementBySId(row["observableId"])


def _names(node):
    if node.isName():
        yield node.getName()
    for i in range(node.getNumChildren()):
        yield from _names(node.getChild(i))


# What is measured


def test_points_are_measured_as_the_fits_measure_them(problem):
    points = [d for d in problem.data if d.target.kind == POINTS]
    readings, failed = fit_targets.read([d.target for d in points], {})
    found = expected.simulated(points, problem.vector(petab_problem.NOMINAL))
    assert not failed
    np.testing.assert_allclose(found, np.concatenate([r.measured for r in readings]), rtol=1e-5)


def test_levels_are_measured_as_the_fits_measure_them_in_another_animal(problem):
    # The fits take the mean of the samples, PEtab that of the time.
    levels = [d for d in problem.data if d.target.kind != POINTS]
    values = problem.vector(petab_problem.OFF)
    animal = {name: v for name, v in values.items() if name not in problem.scales}
    readings, failed = fit_targets.read([d.target for d in levels], animal)
    found = expected.simulated(levels, values)
    assert not failed
    np.testing.assert_allclose(found, np.concatenate([r.measured for r in readings]), rtol=5e-3)


def test_the_objective_is_that_of_the_simulations(tables):
    sd = {row["observableId"]: float(row["noiseFormula"]) for row in tables["observables.tsv"]}
    chi2 = sum(
        ((float(got["simulation"]) - float(row["measurement"])) / sd[row["observableId"]]) ** 2
        for row, got in zip(tables["measurements.tsv"], tables["simulations.tsv"], strict=True)
    )
    nominal, off = tables["objective.tsv"]
    assert float(nominal["chi2"]) == pytest.approx(chi2, rel=1e-5)
    assert float(off["chi2"]) > 2 * chi2


# The SBML


def test_the_sbml_is_the_models_with_parameters_that_act_on_nothing(made):
    own, here = (
        libsbml.readSBMLFromString(text)
        for text in (paths.read(paths.sbml()), made["ketamine_mtor.xml"])
    )
    new = set(_ids(here)) - set(_ids(own))
    assert set(_ids(own)) < set(_ids(here))
    assert new == {
        measured.MEASURING,
        measured.WITHIN,
        "pAkt_T308_at_rest",
        "pTrkB_at_rest",
        "glutamate_at_rest",
        "glutamate_mean_3600s",
    }
    for reaction in here.getModel().getListOfReactions():
        assert not new & set(_names(reaction.getKineticLaw().getMath()))
    rules = {rule.getVariable() for rule in here.getModel().getListOfRules() if rule.isRate()}
    assert rules == new - {measured.MEASURING, measured.WITHIN}


def _ids(document):
    return [each.getId() for each in document.getListOfAllElements() if each.isSetIdAttribute()]


def test_the_sbml_is_strictly_valid(made):
    assert emit.validate.problems(made["ketamine_mtor.xml"]) == []


def test_what_is_no_sbml_is_refused():
    with pytest.raises(InputError, match="not an SBML file"):
        measured.write("<p/>", [])


# Writing


def test_the_same_bytes_every_time(made, tmp_path):
    petab_problem.write(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == made


def test_fits_that_are_broken_are_refused_before_anything_is_written(problem, tmp_path):
    numbers = dict(problem.tables.parameters)
    numbers["BDNF_release"] = replace(numbers["BDNF_release"], low=None, high=None)
    broken = replace(problem, tables=replace(problem.tables, parameters=numbers))
    with pytest.raises(InputError, match="BDNF_release has no range"):
        petab_problem.write(tmp_path / "new", broken)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(petab_problem, "made", lambda of: {"conditions.tsv": b""})
    monkeypatch.setattr(petab_problem.__main__, "check_built", lambda: None)
    (tmp_path / "file").write_text("")
    assert main(["--out", str(tmp_path / "file")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be written" in line


def test_the_page_says_the_objective(tables):
    page = paths.read(paths.root() / PAGE)
    for row in tables["objective.tsv"]:
        (line,) = (each for each in page.splitlines() if each.startswith(f"| `{row['vector']}` |"))
        told = [float(cell) for cell in line.split("|")[2:-1]]
        assert told == pytest.approx([float(row["chi2"]), float(row["llh"])], rel=1e-4)

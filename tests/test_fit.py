"""Fits: the optimiser on the small model, what is written, the command, what is committed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import ketamine_mtor as km
from ketamine_mtor import files, knowledge, model_files, paths
from ketamine_mtor import fit as fitting
from ketamine_mtor.claims.fits import Fit, load_fits
from ketamine_mtor.claims.study import Study
from ketamine_mtor.fit import __main__ as command
from ketamine_mtor.fit import page as fit_page
from ketamine_mtor.fit import tables as fit_tables
from ketamine_mtor.fit import targets as fit_targets
from ketamine_mtor.fit.targets import FAILED
from ketamine_mtor.knowledge.rows import FITTED, Value
from tests import small_model
from tests.fit_kit import PARAMETERS, fit_entry, loaded

pytestmark = pytest.mark.slow

# The optimiser, on the small model


def small_rows(value: float = 0.001, **other: float) -> dict[str, Value]:
    """Rows of the small model's parameters with a range, at this value."""
    table = small_model.tables().parameters
    values = dict.fromkeys(PARAMETERS, value) | other
    return {
        name: replace(table[name], value=values[name], low=values[name] / 5, high=values[name] * 5)
        for name in PARAMETERS
    }


#: Of fits of the small model.
SMALL = Study("fit", "make fit", "fits", dict)
#: What made the data.
TRUTH = {"absorption": 0.002, "elimination": 0.0004}


def small_fit(path: Path, **changes) -> Fit:
    """Data of ketamine in an animal with the true numbers: shape, time of the peak and a level."""
    data = km.simulate(ketamine=10, hours=6, parameters=TRUTH, files=small_model.files())[
        "ketamine_brain"
    ]
    shares = data / data.max()
    times = (10, 30, 60, 120)
    brain = {"readout": "ketamine_brain", "source": ["E01"]}
    values = [[f"{t} min", float(shares[t])] for t in times]
    top = math.log(TRUTH["absorption"] / TRUTH["elimination"])
    top /= 60 * (TRUTH["absorption"] - TRUTH["elimination"])
    entry = fit_entry(
        id="brain",
        parameters=list(PARAMETERS),
        targets=[
            {"points": {**brain, "values": values, "sd": 0.02}},
            {"peak": {**brain, "goes": "up", "at": f"{top:.2f} min", "sd": "1 min"}},
        ],
        checks=[{"level": {**brain, "when": {"at": "3 h"}, "value": float(data[180]), "sd": 1.0}}],
    )
    return loaded(path, {**entry, **changes})[0]


@pytest.fixture(scope="module")
def brain(tmp_path_factory) -> Fit:
    return small_fit(tmp_path_factory.mktemp("brain"))


@pytest.fixture(scope="module")
def found(brain) -> fitting.Found:
    return fitting.optimise(brain, small_rows(), files=small_model.files())


def test_the_numbers_that_made_the_data_are_found_again(found):
    assert found.fitted == pytest.approx(list(TRUTH.values()), rel=0.02)
    assert found.costs["fitted"] < 0.1 < found.costs["start"]
    assert found.start == pytest.approx([1.3e-3, 1e-3 / 1.3])
    assert found.failed == 0 and not found.at_bound.any() and found.better()
    assert (found.uncertainty < 0.2).all() and (found.by_prior < 0.1).all()
    # What is only checked is measured too, before and after.
    checked = [each[-1].away[0] for each in (found.before, found.after)]
    assert abs(checked[1]) < abs(checked[0])


def test_the_same_fit_gives_the_same_bytes(brain, found):
    again = fitting.optimise(brain, small_rows(), files=small_model.files())
    assert fit_tables.table([again], small_rows()) == fit_tables.table([found], small_rows())
    assert fit_page.draw([again]) == fit_page.draw([found])


def test_a_target_that_is_not_met_raises_the_cost(brain):
    aims = [
        fitting.aim({**TRUTH, "elimination": value}, brain, small_model.files()).away
        for value in (0.0004, 0.0006, 0.001)
    ]
    costs = [float(np.square(each).sum()) for each in aims]
    assert costs[0] < 0.1 < costs[1] < costs[2]


def test_what_the_data_do_not_know_stays_where_it_is(tmp_path):
    level = {"readout": "ketamine_brain", "when": {"drug_free": True}, "value": 0, "sd": 1}
    fit = small_fit(tmp_path, targets=[{"level": {**level, "source": ["E01"]}}])
    found = fitting.optimise(fit, small_rows(), files=small_model.files())
    assert found.ratio == pytest.approx([1, 1], rel=1e-2)
    assert found.by_prior == pytest.approx([1, 1]) and not found.better()


def test_a_number_at_its_bound_is_said_to_be(brain):
    rows = small_rows()
    rows["absorption"] = replace(rows["absorption"], high=0.0011)
    found = fitting.optimise(brain, rows, files=small_model.files())
    assert found.at_bound.tolist() == [True, False] and found.fitted[0] <= 0.0011
    assert "\tyes\t" in fit_tables.table([found], rows)


def test_from_the_table_the_start_is_the_table(brain):
    found = fitting.optimise(
        brain, small_rows(0.002, elimination=0.0004), from_table=True, files=small_model.files()
    )
    assert found.start == pytest.approx(found.table)


def test_a_number_without_a_range_cannot_be_fitted(brain):
    rows = small_rows()
    for changes in ({"low": None, "high": None}, {"low": 0.0}):
        rows["elimination"] = replace(rows["elimination"], **changes)
        with pytest.raises(km.InputError, match="brain: elimination has no range"):
            fitting.optimise(brain, rows, files=small_model.files())


def test_failed_animals_are_counted_and_do_not_stop_a_fit(brain, monkeypatch):
    def simulate(experiment, **_):
        raise km.SimulationError("the solver gave up", experiment)

    monkeypatch.setattr(fit_targets, "simulate", simulate)
    found = fitting.optimise(brain, small_rows(), files=small_model.files())
    assert found.failed == found.animals > 0
    assert found.costs["fitted"] == FAILED**2 * 5 and np.isfinite(found.fitted).all()
    assert f"{found.failed} failed" in fitting.say(found)
    assert fit_page.draw([found])


def test_what_an_experiment_or_its_variant_sets_stays(brain, monkeypatch):
    asked = []

    def simulate(experiment, **_):
        asked.append(dict(experiment.parameters))
        raise km.SimulationError("not run", experiment)

    monkeypatch.setattr(fit_targets, "simulate", simulate)
    (carrier, *_) = brain.targets
    for options in ({"parameters": {"PTEN_0": 5}}, {"variant": "human"}):
        setup = carrier.claim.experiments["ketamine"]
        setup = replace(setup, options={**setup.options, **options})
        claim = replace(carrier.claim, experiments={"ketamine": setup})
        aimed = [replace(carrier, claim=claim)]
        fit_targets.read(aimed, {"PTEN_0": 7, "ketamine_elimination": 1e-3})
    assert asked == [
        {"PTEN_0": 5, "ketamine_elimination": 1e-3},
        {"PTEN_0": 7},
    ]


# What is written


HEAD = "id\tvalue\tunit\tkind\tsource\tlow\thigh\tnote\r\n"
ROWS = (
    "a\t0.5\tnM\tfitted\tQ1\t0.1\t1\tsaid  so \n",
    "b\t2e+03\tnM\tfitted\tQ1\t\t\t\n",
    "c\t1.234\tnM\tassumed\tassumed\t1.2336\t2\t",
)


@pytest.fixture
def numbers(tmp_path) -> Path:
    for name, rows in (("parameters", ROWS[:2]), ("initial_amounts", ROWS[2:])):
        (tmp_path / f"{name}.tsv").write_bytes("".join([HEAD, *rows]).encode())
    return tmp_path


def test_values_are_written_and_all_else_stays(numbers):
    values = {"a": 0.123456, "b": 2000.0, "c": 1.233}
    assert fit_tables.write_values(values, numbers) == ["a", "c"]
    text = (numbers / "parameters.tsv").read_bytes().decode()
    assert text == "".join([HEAD, ROWS[0].replace("0.5", "0.123"), ROWS[1]])
    # Rounded to three digits it would leave its range.
    assert (numbers / "initial_amounts.tsv").read_bytes().decode() == HEAD + ROWS[2].replace(
        "1.234", "1.2336"
    )


def test_an_unknown_number_is_not_written_nor_any_other(numbers):
    with pytest.raises(km.InputError, match="called gone"):
        fit_tables.write_values({"a": 0.2, "gone": 1.0}, numbers)
    assert (numbers / "parameters.tsv").read_bytes().decode() == "".join([HEAD, *ROWS[:2]])


def test_the_page_has_the_tables_and_the_picture(found, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / fit_page.PAGE).write_text("no marks", encoding="utf-8")
    with pytest.raises(km.InputError, match="marks"):
        fit_page.made([found])
    (tmp_path / fit_page.PAGE).write_text(f"A{files.BEGIN}STALE{files.END}B", encoding="utf-8")
    made = fit_page.made([found])
    text = made[fit_page.PAGE].decode()
    assert "STALE" not in text and text.startswith("A") and text.endswith("B")
    assert "`absorption` | 0.001 | 0.002" in text
    assert text.index("Fitted to") < text.index("time of the peak") < text.index("Only checked")
    assert b"ketamine_brain" in made[fit_page.PICTURE]


# The command


def test_an_unknown_fit_is_one_line_and_status_2(capsys):
    assert command.main(["--fit", "BDNF_step"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "nearest: 'BDNF_steps'" in said and "allowed: " in said


def test_only_what_is_better_is_written(found, monkeypatch, capsys):
    worse = replace(found, costs={**found.costs, "table": 0.0})
    written, starts = [], []

    results = iter([[worse], [found]])

    def run(fits, *, from_table):
        starts.append(from_table)
        return next(results)

    monkeypatch.setattr(fitting, "run", run)
    monkeypatch.setattr(fit_tables, "write_values", lambda values, _: written.append(values) or [])
    for _ in range(2):
        assert command.main(["--write"]) == 0
    assert written == [{}, dict(zip(PARAMETERS, found.fitted.tolist(), strict=True))]
    assert starts == [True, True] and "nothing" in capsys.readouterr().out


def test_tables_that_were_changed_since_the_build_are_refused(monkeypatch, capsys):
    built = model_files.packaged()
    rows = dict(built.tables.parameters)
    rows["BDNF_release"] = replace(rows["BDNF_release"], value=0.005)
    stale = replace(built, tables=replace(built.tables, parameters=rows))
    monkeypatch.setattr(model_files, "packaged", lambda _: stale)
    assert command.main(["--fit", "trigger", "--write"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "(BDNF_release)" in said and "make steady build" in said


def test_one_fit_alone_is_printed_and_not_kept(found, monkeypatch, capsys):
    monkeypatch.setattr(fitting, "run", lambda fits, **_: [found])
    tables = small_model.tables()
    monkeypatch.setattr(fitting.knowledge, "load", lambda: tables)
    monkeypatch.setattr(command, "renew_or_check", lambda *_: pytest.fail("written"))
    monkeypatch.setattr(command, "load_fits", lambda: [found.fit])
    monkeypatch.setattr(fit_tables, "STUDY", SMALL)
    assert command.main(["--fit", "brain"]) == 0
    assert capsys.readouterr().out.startswith("fit\tparameter\tunit\ttable")


# What is committed


def fitted_faults(numbers: Mapping[str, Value], fits: Iterable[Fit]) -> list[str]:
    """Fitted numbers that no fit decides, and decided ones that do not say so or by which data."""
    decided = {name: fit for fit in fits for name in fit.parameters}
    faults = [
        f"{name}: no fit"
        for name, row in numbers.items()
        if row.kind == FITTED and name not in decided
    ]
    for name, fit in decided.items():
        row = numbers[name]
        if row.kind != FITTED:
            faults.append(f"{name}: {row.kind}")
        faults += [f"{name}: {row}" for row in row.source if row not in fit.data]
    return faults


def test_every_fitted_number_has_a_fit_and_the_reverse():
    assert fitted_faults(knowledge.load().numbers(), load_fits()) == []


def test_a_fitted_number_without_a_fit_is_seen(brain):
    row = Value("absorption", 1.0, "1/s", FITTED, ("E01",), 0.1, 10, "")
    rows = {
        "absorption": row,
        "elimination": replace(row, id="elimination", kind="assumed", source=("E01",)),
        "alone": replace(row, id="alone"),
        "foreign": replace(row, id="foreign", kind="fitted (other model)"),
    }
    assert fitted_faults(rows, [brain]) == ["alone: no fit", "elimination: assumed"]
    rows["elimination"] = replace(row, id="elimination", source=("E01", "P20"))
    del rows["alone"]
    assert fitted_faults(rows, [brain]) == ["elimination: P20"]


def test_no_check_is_a_target_too():
    for fit in load_fits():
        fitted, checked = ({target.say() for target in each} for each in (fit.targets, fit.checks))
        assert not fitted & checked
        roles = {target.claim.role for target in fit.targets if target.kind == "claims"}
        assert roles <= {"calibration"}

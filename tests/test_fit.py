"""Fits: how their files are read, how far a model is from its data, the optimiser, the results."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

import ketamine_mtor as km
from ketamine_mtor import files, knowledge, model_files, paths
from ketamine_mtor import fit as fitting
from ketamine_mtor.claims.bench import Bench
from ketamine_mtor.claims.fits import Fit, Target, load_fits
from ketamine_mtor.claims.model import Readout
from ketamine_mtor.fit import __main__ as command
from ketamine_mtor.fit import page as fit_page
from ketamine_mtor.fit import tables as fit_tables
from ketamine_mtor.fit import targets as fit_targets
from ketamine_mtor.fit.targets import FAILED, Reading
from ketamine_mtor.knowledge.rows import FITTED, Value
from tests import claims_kit, small_model
from tests.claims_kit import FakeRuns, claim_entry, claim_with, pulse, run

PARAMETERS = ("absorption", "elimination")
#: The words of the small claims, and those of the small model.
WORDS = replace(
    claims_kit.WORDS,
    readouts={
        **claims_kit.WORDS.readouts,
        "ketamine_brain": Readout("ketamine_brain", "nM", False),
    },
    parameters=frozenset({"Ca_0", *PARAMETERS}),
)
POINTS = {"readout": "glutamate", "values": [["30 min", 1], ["2 h", 0.2]], "sd": 0.1}
POINTS |= {"source": ["E01"]}
LEVEL = {"readout": "Ca", "when": {"drug_free": True}, "value": 80, "sd": 8, "source": ["P20"]}
PEAK = {"readout": "glutamate", "goes": "up", "at": "30 min", "sd": "5 min", "source": ["E01"]}
CLAIMS = {"ids": ["C01_glutamate"], "margin": "10 %", "sd": "25 %"}


def fit_entry(**changes) -> dict:
    """A fit as its file would hold it."""
    entry = {
        "id": "burst",
        "what": "the burst of glutamate",
        "experiment": "ketamine",
        "parameters": ["Ca_0"],
        "targets": [{"points": POINTS}, {"level": LEVEL}, {"peak": PEAK}, {"claims": CLAIMS}],
    }
    return {**entry, **changes}


def folder(path: Path, *entries: dict, claim: Mapping | None = None) -> Path:
    """A validation folder with one claim and these fits."""
    claims_kit.folder(path, claim_entry(**(claim or {})))
    (path / "fits").mkdir()
    for entry in entries:
        text = yaml.safe_dump(entry)
        (path / "fits" / f"{entry['id']}.yaml").write_text(text, encoding="utf-8")
    return path


def loaded(path: Path, *entries: dict, claim: Mapping | None = None) -> tuple[Fit, ...]:
    return load_fits(folder(path, *entries, claim=claim), WORDS)


# The files


def test_a_fit_is_read(tmp_path):
    (fit,) = loaded(tmp_path, fit_entry(checks=[{"level": LEVEL}]))
    assert fit.parameters == ("Ca_0",)
    assert [target.kind for target in fit.targets] == ["points", "level", "peak", "claims"]
    assert [target.size for target in fit.targets] == [2, 1, 1, 1]
    assert [target.wanted for target in fit.targets] == [(1, 0.2), (80,), (30,), ()]
    assert [target.sd for target in fit.targets] == [0.1, 8, 5, 0.25]
    assert fit.data == ("E01", "P20") and len(fit.checks) == 1
    assert [target.say() for target in fit.targets] == [
        "glutamate, shape of the rise (ketamine)",
        "Ca drug-free in nM (ketamine)",
        "glutamate, time of the peak in min (ketamine)",
        "C01_glutamate",
    ]


def _one(**target) -> dict:
    return {"targets": [target]}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parameters": ["Ca_1"]}, ("field parameters", "nearest: Ca_0")),
        ({"parameters": []}, ("field parameters",)),
        ({"experiment": "ketamin"}, ("field experiment", "nearest: ketamine")),
        ({"experiment": ["ketamine", "NBQX"]}, ("field experiment", "no target looks at 'NBQX'")),
        ({"target": []}, ("top level", "nearest: targets", "allowed: ")),
        (_one(points={**POINTS, "readout": "glutamat"}), ("points", "nearest: glutamate")),
        (_one(points={**POINTS, "sd": 0}), ("targets.0.points.sd", "minimum of 0")),
        (_one(points={**POINTS, "values": [["1 s", 0], ["1 h", 1]]}), ("points.values", "1 s")),
        (_one(points={**POINTS, "values": [["1 h", 0], ["9 h", 1]]}), ("until 9 h", "ends at 6 h")),
        (_one(points={**POINTS, "in": "NBQX"}), ("points.in", "allowed: ketamine")),
        (_one(level={**LEVEL, "source": ["E20a"]}), ("level.source", "MEM", "READ, REPO")),
        (_one(level={**LEVEL, "source": ["P21"]}), ("level.source", "nearest: P20")),
        (_one(level={**LEVEL, "relative_to": "bas"}), ("relative_to", "nearest: baseline")),
        (_one(peak={**PEAK, "at": 30}), ("targets.0.peak.at",)),
        (_one(claims={**CLAIMS, "ids": ["C01_glutamat"]}), ("claims.ids", "nearest: C01")),
        (_one(claims={**CLAIMS, "margin": 0.1}), ("targets.0.claims.margin",)),
    ],
)
def test_a_wrong_file_gives_one_line(tmp_path, changes, words):
    with pytest.raises(km.InputError) as error:
        loaded(tmp_path, fit_entry(**changes))
    line = str(error.value)
    assert "\n" not in line and line.startswith("burst.yaml")
    assert [word for word in words if word not in line] == []


def test_a_held_out_claim_is_checked_and_never_fitted(tmp_path):
    held = {"role": "held-out"}
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    with pytest.raises(km.InputError, match=r"C01_glutamate is held-out .*checks"):
        loaded(tmp_path / "a", fit_entry(), claim=held)
    entry = fit_entry(targets=[{"level": LEVEL}], checks=[{"claims": CLAIMS}])
    (fit,) = loaded(tmp_path / "b", entry, claim=held)
    assert fit.data == ("P20",)


def test_two_fits_do_not_decide_the_same_number(tmp_path):
    with pytest.raises(km.InputError, match=r"two.yaml.*Ca_0 is decided in burst.yaml"):
        loaded(tmp_path, fit_entry(), fit_entry(id="two"))


def test_a_file_has_the_name_of_its_fit(tmp_path):
    place = folder(tmp_path, fit_entry())
    (place / "fits" / "burst.yaml").rename(place / "fits" / "other.yaml")
    with pytest.raises(km.InputError, match=r"other.yaml, field id: 'burst' \(allowed: other\)"):
        load_fits(place, WORDS)
    (place / "fits" / "other.yaml").unlink()
    with pytest.raises(km.InputError, match="no fit files"):
        load_fits(place, WORDS)


# Distances


def reading(target: Target, dataset) -> tuple[Reading, bool]:
    return fit_targets._reading(target, Bench(target.claim, FakeRuns(ketamine=dataset)))


def target(path: Path, kind: str, **raw) -> Target:
    (fit,) = loaded(path, fit_entry(targets=[{kind: raw}]))
    return fit.targets[0]


def test_points_are_compared_as_shares(tmp_path):
    value = pulse(100, 50, peak=0.5)
    late = (value(np.array([2.0]))[0] - 100) / 50
    given = {**POINTS, "values": [["30 min", 1], ["2 h", float(late)]]}
    aimed = target(tmp_path, "points", **given)
    found, ran = reading(aimed, run(glutamate=value))
    assert ran and found.away == pytest.approx([0, 0], abs=1e-9)
    off, _ = reading(aimed, run(glutamate=pulse(100, 50, peak=1)))
    assert np.abs(off.away).max() > 1
    # The same shape at another height is as good; shares of the value itself are something else.
    same, _ = reading(aimed, run(glutamate=pulse(10, 1, peak=0.5)))
    assert same.away == pytest.approx([0, 0], abs=1e-9)
    other, _ = reading(replace(aimed, of="peak"), run(glutamate=value))
    assert other.measured[1] == pytest.approx((100 + 50 * late) / 150)


def test_a_level_and_the_time_of_a_peak_are_compared(tmp_path):
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    level = target(tmp_path / "a", "level", **LEVEL)
    found, _ = reading(level, run(Ca=pulse(84, 10)))
    assert found.measured == [84] and found.away == [0.5]
    peak = target(tmp_path / "b", "peak", **PEAK)
    # Between the samples, which are a minute apart.
    found, _ = reading(peak, run(glutamate=pulse(100, 50, peak=30.4 / 60)))
    assert found.measured == pytest.approx([30.4], abs=0.01)
    assert found.away == pytest.approx([0.08], abs=0.002)


@pytest.mark.parametrize(
    ("height", "away"), [(12, 0.0), (10.5, 0.2), (10, 0.4), (5, 2.4), (0.01, 4.4)]
)
def test_a_claim_counts_until_it_holds_with_its_margin(tmp_path, height, away):
    aimed = target(tmp_path, "claims", **CLAIMS)
    found, ran = reading(aimed, run(glutamate=pulse(100, height)))
    assert ran and found.away == pytest.approx([away], abs=0.02)


def test_what_never_happens_is_far_and_no_failed_run(tmp_path):
    aimed = target(tmp_path, "points", **POINTS)
    found, ran = reading(aimed, run(glutamate=lambda t: 100 - t))
    assert ran and (found.away == FAILED).all() and np.isnan(found.measured).all()
    claim = claim_with(
        "peak", readout="glutamate", goes="up", between=["2 min", "30 min"], times_baseline=[1, 3]
    )
    aimed = replace(aimed, kind="claims", claim=claim, wanted=(), margin=0.1)
    found, ran = reading(aimed, run(glutamate=lambda t: 100 - t))
    assert ran and found.away.tolist() == [FAILED, FAILED]


def test_a_failed_run_is_far_and_counted(tmp_path):
    (fit,) = loaded(tmp_path, fit_entry())
    for each in fit.targets:
        found, ran = reading(each, km.SimulationError("the solver gave up"))
        assert not ran and found.away.tolist() == [FAILED] * each.size


# The optimiser, on the small model


def small_rows(value: float = 0.001, **other: float) -> dict[str, Value]:
    """Rows of the small model's parameters with a range, at this value."""
    table = small_model.tables().parameters
    values = dict.fromkeys(PARAMETERS, value) | other
    return {
        name: replace(table[name], value=values[name], low=values[name] / 5, high=values[name] * 5)
        for name in PARAMETERS
    }


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


def test_the_page_has_the_tables_and_the_picture(found, tmp_path):
    (tmp_path / fit_page.PAGE).write_text("no marks", encoding="utf-8")
    with pytest.raises(km.InputError, match="marks"):
        fit_page.publish([found], tmp_path)
    assert not (tmp_path / fit_page.PICTURE).exists()
    (tmp_path / fit_page.PAGE).write_text(f"A{files.BEGIN}STALE{files.END}B", encoding="utf-8")
    fit_page.publish([found], tmp_path)
    text = (tmp_path / fit_page.PAGE).read_text(encoding="utf-8")
    assert "STALE" not in text and text.startswith("A") and text.endswith("B")
    assert "`absorption` | 0.001 | 0.002" in text
    assert text.index("Fitted to") < text.index("time of the peak") < text.index("Only checked")
    picture = (tmp_path / fit_page.PICTURE).read_text(encoding="utf-8")
    assert "ketamine_brain" in picture


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
    monkeypatch.setattr(command, "write", lambda *_: pytest.fail("written"))
    monkeypatch.setattr(command, "load_fits", lambda: [found.fit])
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


def stale(text: str, fits: Iterable[Fit], numbers: Mapping[str, Value]) -> list[str]:
    """Rows of the results that are of other fits, parameters or values than there are."""
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t"))
    wanted = [
        (fit.id, name, f"{numbers[name].value:g}", ",".join(fit.data))
        for fit in fits
        for name in fit.parameters
    ]
    there = [(row["fit"], row["parameter"], row["table"], row["data"]) for row in rows]
    return [" ".join(each) for each in sorted(set(wanted) ^ set(there))]


def test_the_committed_results_are_of_these_fits_and_values():
    text = paths.read(paths.validation() / "results" / "fit.tsv")
    assert stale(text, load_fits(), knowledge.load().numbers()) == []


def test_stale_results_are_seen(found, brain):
    text = fit_tables.table([found], small_rows())
    assert stale(text, [brain], small_rows()) == []
    assert stale(text, [brain], small_rows(elimination=0.002)) == [
        "brain elimination 0.001 E01",
        "brain elimination 0.002 E01",
    ]

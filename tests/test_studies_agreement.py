"""Whether engines agree: on a small model they do, and each way not to is seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ketamine_mtor import engines, paths
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.errors import InputError, MissingExtra, SimulationError
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.run import simulate
from ketamine_mtor.studies import agreement
from ketamine_mtor.studies.agreement import Deviation
from tests import claims_kit, small_model

pytestmark = pytest.mark.slow

ROWS = [
    Deviation("caption", "ketamine", "copasi", 2e-8, "Ca"),
    Deviation("caption", "ketamine", "pysb", 1e-7, "glutamate"),
    Deviation("caption", "NBQX", "copasi", 3e-7, "Ca"),
    Deviation("human", "infusion", "copasi", 1e-9, "Ca"),
]


@pytest.fixture
def files():
    return small_model.files()


@pytest.fixture
def experiment(files):
    return Experiment(ketamine=5, hours=2, drugs={"blocker": None}, tables=files.tables)


@pytest.fixture
def committed():
    return agreement.load(paths.read(paths.validation() / "results" / agreement.TABLE))


@pytest.fixture
def named():
    return agreement.experiments(load_claims())


def small(files, **off):
    """Runs of the small model, in which one engine has something of its own."""

    def runs(experiment, engine):
        own = replace(experiment, parameters=off.get(engine, {}), tables=files.tables)
        return simulate(own, engine=engine, files=files)

    return runs


# What is run


def test_the_engines_agree_on_a_small_model(files, experiment):
    rows = agreement.compare("dose", experiment, small(files))
    assert [row.engine for row in rows] == [*engines.ENGINES[1:]] == ["copasi", "pysb", "bngsim"]
    assert agreement.faults(rows) == []
    assert all(0 < row.deviation < 1e-6 and row.readout for row in rows)


@pytest.mark.parametrize("engine", engines.ENGINES[1:])
def test_an_engine_with_another_model_is_named(files, experiment, engine):
    off = {engine: {"ion_influx": 4800 * (1 + 1e-4)}}
    (line,) = agreement.faults(agreement.compare("dose", experiment, small(files, **off)))
    assert line == (
        f"dose (caption): {engine} differs from roadrunner by 1.0e-04 of the maximum of ion;"
        " allowed: 1e-05"
    )


def test_an_engine_that_does_not_run_is_named(files, experiment):
    off = {"bngsim": {"protein_synthesis": 1e300, "ion_influx": 1e308}}
    (line,) = agreement.faults(agreement.compare("dose", experiment, small(files, **off)))
    assert line.startswith("dose (caption): bngsim does not run: no drug-free steady state: bngsim")
    assert "\n" not in line


def test_a_reference_that_does_not_run_is_an_error(files, experiment):
    off = {"roadrunner": {"protein_synthesis": 1e300, "ion_influx": 1e308}}
    with pytest.raises(SimulationError):
        agreement.compare("dose", experiment, small(files, **off))


def test_what_is_no_number_is_named():
    def runs(experiment, engine):
        here = np.nan if engine == "pysb" else 1
        return claims_kit.run(Ca=lambda hours: np.where(hours == 3, here, 1), glutamate=lambda _: 1)

    (line,) = agreement.faults(agreement.compare("dose", Experiment(), runs))
    assert line == "dose (caption): pysb does not run: Ca is no number"


def test_a_readout_that_is_nothing_has_no_share():
    def runs(experiment, engine):
        return claims_kit.run(Ca=lambda hours: 1e-16 if engine == "copasi" else 0.0)

    copasi, *_ = agreement.compare("dose", Experiment(), runs)
    assert copasi.deviation == pytest.approx(1e-16 / agreement.LEAST_MAXIMUM)


def test_an_experiment_is_run_once_and_its_vehicle_too(named):
    runs = {each for claim in load_claims() for each in claim.needed()}
    assert set(named.values()) == runs and len(named) == len(runs)
    assert not named["NBQX, vehicle"].ketamine
    assert named["NBQX, vehicle"].drugs == named["NBQX"].drugs


def test_an_animal_stays_in_one_process_and_the_order_is_kept(monkeypatch):
    def compared(group):
        return [Deviation("caption", name, "copasi", 0.0, "Ca") for name in group]

    monkeypatch.setattr(agreement, "_compared", compared)
    animals = {
        "one": Experiment(knockouts=["GRIN1"]),
        "other": Experiment(),
        "another": Experiment(ketamine=0),
        "one again": Experiment(ketamine=0, knockouts=["GRIN1"]),
    }
    groups = []

    def mapper(function, given):
        groups.extend(list(group) for group in given)
        return [function(dict.fromkeys(group)) for group in reversed(groups)]

    rows = agreement.compute(animals, mapper)
    assert groups == [["one", "one again"], ["other"], ["another"]]
    assert [row.experiment for row in rows] == [*animals]


# The committed table


def test_the_committed_table_is_of_the_claims_experiments_and_within_the_tolerance(
    committed, named, capsys
):
    assert agreement.out_of_step(committed, named) == []
    assert agreement.faults(committed) == []
    assert agreement.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_a_run_that_the_table_lacks_is_named(committed, named):
    before = agreement.out_of_step(committed, named)
    row = committed.pop(3)
    (line,) = [each for each in agreement.out_of_step(committed, named) if each not in before]
    assert line == (
        f"{row.experiment} ({row.variant}), {row.engine}: is missing in engines.tsv;"
        " run: make engines"
    )


def test_a_run_that_no_claim_needs_is_named(committed, named):
    before = agreement.out_of_step(committed, named)
    more = [*committed, replace(committed[0], experiment="gone")]
    (line,) = [each for each in agreement.out_of_step(more, named) if each not in before]
    assert line.startswith("gone (caption), copasi: is of no claim, but in engines.tsv")


def test_a_table_is_read_as_it_was_written():
    assert agreement.load(agreement.tsv(ROWS)) == ROWS


@pytest.mark.parametrize("text", ["", "a\tb\n", agreement.tsv(ROWS).replace("2.0e-08", "little")])
def test_another_table_is_refused(text):
    with pytest.raises(InputError, match=r"engines\.tsv is no table of variant experiment engine"):
        agreement.load(text)


def test_the_page_shows_the_worst_of_each_variant_and_engine():
    of = dict.fromkeys((row.variant for row in ROWS), "0123abcd")
    lines = agreement.table(ROWS, of).splitlines()[2:]
    assert lines == [
        "| `caption` | 0123abcd | copasi | 2 | 3.0e-07 | NBQX | `Ca` |",
        "| `caption` | 0123abcd | pysb | 1 | 1.0e-07 | ketamine | `glutamate` |",
        "| `human` | 0123abcd | copasi | 1 | 1.0e-09 | infusion | `Ca` |",
    ]


def test_another_network_makes_another_page():
    of = {"caption": "0123abcd", "human": "0123abcd"}
    assert agreement.table(ROWS, of) != agreement.table(ROWS, of | {"human": "4567cdef"})
    assert agreement.networks(["caption", "human"]).keys() == of.keys()


# The command


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with a page and a table, of two experiments."""
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    monkeypatch.setattr(paths, "validation", lambda: tmp_path / "validation")
    monkeypatch.setattr(agreement, "load_claims", lambda: None)
    wanted = {"ketamine": Experiment(), "NBQX": Experiment(drugs={"NBQX": None})}
    monkeypatch.setattr(agreement, "experiments", lambda claims: wanted)
    monkeypatch.setattr(agreement, "check_built", lambda: None)
    monkeypatch.setattr(agreement, "networks", lambda names: dict.fromkeys(names, "0123abcd"))
    for folder in ("docs", "validation/results"):
        (tmp_path / folder).mkdir(parents=True)
    page = tmp_path / "docs" / "engines.md"
    page.write_text("<!-- table:begin -->\n<!-- table:end -->\n")
    return tmp_path


def rows_of(deviation):
    return [
        Deviation("caption", name, engine, deviation, "Ca")
        for name in ("ketamine", "NBQX")
        for engine in engines.ENGINES[1:]
    ]


@pytest.mark.breaks("ketamine_mtor.studies.agreement --check")
def test_the_command_writes_what_its_check_accepts(checkout, monkeypatch, capsys):
    monkeypatch.setattr(agreement, "compute", lambda named, mapper: rows_of(1e-7))
    assert agreement.main([]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "written: validation/results/engines.tsv",
        "written: docs/engines.md",
    ]
    assert agreement.main(["--check"]) == 0
    assert capsys.readouterr().out == ""
    (checkout / "docs" / "engines.md").write_text("<!-- table:begin -->\n<!-- table:end -->\n")
    assert agreement.main(["--check"]) == 1
    assert capsys.readouterr().out == "docs/engines.md is out of step; run: make engines\n"


def test_the_command_fails_where_engines_differ(checkout, monkeypatch, capsys):
    rows = [*rows_of(1e-7)[:-1], replace(rows_of(2e-5)[-1])]
    monkeypatch.setattr(agreement, "compute", lambda named, mapper: rows)
    said = (
        "NBQX (caption): bngsim differs from roadrunner by 2.0e-05 of the maximum of Ca;"
        " allowed: 1e-05\n"
    )
    assert agreement.main([]) == 1
    assert capsys.readouterr().out.endswith(said)
    assert agreement.main(["--check"]) == 1
    assert capsys.readouterr().out == said


@pytest.mark.parametrize("error", [InputError, MissingExtra, SimulationError])
def test_the_command_tells_an_error_in_one_line(checkout, monkeypatch, capsys, error):
    def compute(named, mapper):
        raise error("gone")

    monkeypatch.setattr(agreement, "compute", compute)
    assert agreement.main([]) == (1 if error is SimulationError else 2)
    assert capsys.readouterr().err == "error: gone\n"

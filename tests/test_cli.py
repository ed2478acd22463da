"""The command line: what it prints and writes, and one line with status 2 for wrong input."""

from __future__ import annotations

import errno
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import matplotlib.image
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr
from click.testing import CliRunner, Result

import ketamine_mtor as km
from ketamine_mtor import build, claims, output, paths, reproduce, run
from ketamine_mtor.cli import main
from ketamine_mtor.ensembles.run import make_plan
from ketamine_mtor.errors import InputError, MissingExtra, SimulationError
from ketamine_mtor.experiment import Bath

SHORT = ("--hours", "1", "--every", "600")


def _call(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def _refused(*arguments: object, status: int = 2) -> str:
    """The one line on stderr of a command that is refused."""
    result = _call(*arguments)
    assert result.exit_code == status
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1 and result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.fixture
def no_run(monkeypatch):
    """Whatever computes fails: what passes with it was found before."""

    def computed(*_, **__):
        raise AssertionError("something was computed")

    monkeypatch.setattr(run, "record", computed)
    monkeypatch.setattr(run, "scan", computed)
    monkeypatch.setattr(claims, "validate", computed)


# simulate


def test_simulate_prints_one_json_document():
    result = _call("simulate", *SHORT, "--json")
    assert result.exit_code == 0 and result.stderr == ""
    document = json.loads(result.stdout)
    assert list(document) == ["experiment", "engine", "observables"]
    assert document["engine"] == "roadrunner"
    assert km.Experiment(**document["experiment"]) == km.Experiment(hours=1, every=600)
    keys = ["unit", "baseline", "max", "max_time_h", "min", "min_time_h", "end", "auc_change"]
    assert all(list(numbers) == keys for numbers in document["observables"].values())
    assert {"Ca", "pS6K_T389", "synapses"} <= set(document["observables"])


def test_simulate_prints_a_table_with_whole_names():
    result = _call("simulate", *SHORT)
    assert result.exit_code == 0
    assert "NMDAR_interneuron_blocked" in result.stdout and "baseline" in result.stdout


def test_the_options_are_the_experiment():
    options = (
        "--ketamine 5 --ketamine 10@24 --ketamine 3@30/40 --drug rapamycin=100@-1:6 --drug NBQX"
        " --drug BDNF@0 --knockout RICTOR --knockout GAP43 --set ketamine_elimination=0.001"
        " --variant caption --hours 48 --every 600 --observable Ca --observable PIP3"
    )
    result = _call("simulate", *options.split(), "--json")
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
    document = json.loads(_call("simulate", *SHORT, "--ketamine", "0", "--json").stdout)
    assert document["experiment"]["ketamine"] == []
    for numbers in document["observables"].values():
        assert numbers["max"] == pytest.approx(numbers["baseline"], rel=1e-3, abs=1e-6)


def test_another_engine_gives_the_same():
    asked = ("simulate", *SHORT, "--observable", "Ca", "--json")
    one, other = (
        json.loads(_call(*asked, "--engine", engine).stdout) for engine in ("roadrunner", "copasi")
    )
    assert other["engine"] == "copasi"
    assert other["observables"]["Ca"]["max"] == pytest.approx(one["observables"]["Ca"]["max"])


def test_the_summary_of_a_known_course():
    time = np.linspace(0, 2, 201)
    attrs = {"units": "nM", "baseline": 1.0}
    course = xr.Dataset({"x": ("time", 1 + time * (2 - time), attrs)}, {"time": time})
    assert output.summary(course) == {
        "x": {
            "unit": "nM",
            "baseline": 1.0,
            "max": 2.0,
            "max_time_h": 1.0,
            "min": 1.0,
            "min_time_h": 0.0,
            "end": 1.0,
            "auc_change": pytest.approx(4 / 3, rel=1e-4),
        }
    }


# Files


def test_csv_is_a_clean_table(tmp_path):
    path = tmp_path / "run.csv"
    assert _call("simulate", *SHORT, "--out", path).exit_code == 0
    table = pd.read_csv(path)
    done = km.simulate(hours=1, every=600)
    assert list(table.columns) == ["time_h", *done]
    assert table["time_h"].to_numpy() == pytest.approx(done["time"].values)
    assert table["Ca"].to_numpy() == pytest.approx(done["Ca"].values)


def test_parquet_says_what_its_columns_are(tmp_path):
    path = tmp_path / "run.parquet"
    assert _call("simulate", *SHORT, "--out", path).exit_code == 0
    table = pq.read_table(path)
    about = json.loads(table.schema.metadata[b"ketamine_mtor"])
    done = km.simulate(hours=1, every=600)
    assert about["columns"]["Ca"] == done["Ca"].attrs
    assert json.loads(about["experiment"])["hours"] == 1 and about["engine"] == "roadrunner"
    assert table.column_names == ["time_h", *done]
    assert table["Ca"].to_numpy() == pytest.approx(done["Ca"].values)


def test_netcdf_keeps_all(tmp_path):
    path = tmp_path / "run.nc"
    assert _call("simulate", *SHORT, "--out", path).exit_code == 0
    with xr.open_dataset(path, engine="h5netcdf") as back:
        xr.testing.assert_identical(back.load(), km.simulate(hours=1, every=600))


@pytest.mark.parametrize("suffix", ["csv", "parquet", "nc"])
def test_a_scan_is_written_too(tmp_path, suffix):
    path = tmp_path / f"scan.{suffix}"
    over = ("--over", "ketamine=1,10", "--over", "ketamine_elimination=0.0005,0.001")
    result = _call("scan", *SHORT, *over, "--observable", "Ca", "--out", path)
    assert result.exit_code == 0
    if suffix == "nc":
        with xr.open_dataset(path, engine="h5netcdf") as back:
            assert back["Ca"].dims == ("ketamine", "ketamine_elimination", "time")
    else:
        table = pd.read_csv(path) if suffix == "csv" else pd.read_parquet(path)
        assert list(table.columns[:3]) == ["ketamine", "ketamine_elimination", "time_h"]
        assert len(table) == 4 * 7 and not table.isna().any().any()


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_a_figure_is_drawn(tmp_path, suffix):
    path, again = (tmp_path / f"{name}.{suffix}" for name in ("one", "two"))
    asked = ("simulate", *SHORT, "--observable", "Ca", "--observable", "pS6K_T389")
    for each in (path, again):
        assert _call(*asked, "--plot", each).exit_code == 0
    assert path.read_bytes() == again.read_bytes()
    if suffix == "png":
        image = matplotlib.image.imread(path)
        assert image.shape[0] > 500 and image.std() > 0.01
    elif suffix == "svg":
        text = path.read_text(encoding="utf-8")
        for said in ("pS6K_T389", "time (h)", "nM"):
            assert f">{said}</text>" in text
    else:
        assert path.read_bytes().startswith(b"%PDF") and b"CreationDate" not in path.read_bytes()


def test_a_figure_of_a_scan_has_a_legend(tmp_path):
    path = tmp_path / "scan.svg"
    over = ("--over", "ketamine=1,10", "--observable", "Ca")
    assert _call("scan", *SHORT, *over, "--plot", path).exit_code == 0
    assert ">ketamine 10 mg/kg</text>" in path.read_text(encoding="utf-8")


def test_a_suffix_may_be_in_capitals(tmp_path):
    path = tmp_path / "run.CSV"
    assert _call("simulate", *SHORT, "--out", path).exit_code == 0
    assert path.read_text(encoding="utf-8").startswith("time_h,")


def test_a_failed_write_leaves_nothing_half_done(tmp_path, monkeypatch):
    path = tmp_path / "run.csv"
    path.write_text("old", encoding="utf-8")

    def full(columns, target):
        Path(target).write_text("half", encoding="utf-8")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(output, "_write_columns", full)
    said = _refused("simulate", *SHORT, "--out", path)
    assert "run.csv cannot be written: No space left on device" in said
    assert path.read_text(encoding="utf-8") == "old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("command", [("simulate",), ("scan", "--over", "ketamine=1")])
@pytest.mark.parametrize(
    "option, name, said",
    [
        ("--out", "run.txt", "ends in '.txt'; allowed: .csv, .parquet, .nc"),
        ("--out", "run", "ends in ''; allowed: .csv"),
        ("--plot", "run.jpg", "ends in '.jpg'; allowed: .png, .svg, .pdf"),
        ("--out", "folder.csv", "is a folder; allowed: a file"),
        ("--out", "file/run.csv", "cannot be written: there is no folder"),
        ("--out", "new/folder/run.csv", "cannot be written: there is no folder"),
        ("--plot", "/proc/run.png", "cannot be written: No such file or directory"),
    ],
)
def test_a_path_that_cannot_be_written_is_found_first(
    tmp_path, no_run, command, option, name, said
):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "file").touch()
    assert said in _refused(*command, option, tmp_path / name)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder.csv"]


# scan


def test_scan_prints_one_json_document():
    over = ("--over", "ketamine=1,10", "--over", "NBQX=0,100")
    result = _call("scan", *SHORT, *over, "--observable", "Ca", "--json")
    document = json.loads(result.stdout)
    assert document["over"] == {"ketamine": [1, 10], "NBQX": [0, 100]}
    assert [each["at"] for each in document["runs"]] == [
        {"ketamine": 1, "NBQX": 0},
        {"ketamine": 1, "NBQX": 100},
        {"ketamine": 10, "NBQX": 0},
        {"ketamine": 10, "NBQX": 100},
    ]
    alone = json.loads(_call("simulate", *SHORT, "--observable", "Ca", "--json").stdout)
    dosed = document["runs"][2]["observables"]["Ca"]
    assert dosed["max"] == pytest.approx(alone["observables"]["Ca"]["max"], rel=1e-6)


def test_a_scanned_drug_keeps_the_times_of_its_option():
    over = ("--over", "NBQX=0,100", "--drug", "NBQX@0.2:0.4", "--observable", "Ca", "--json")
    document = json.loads(_call("scan", *SHORT, *over).stdout)
    given = ("--drug", "NBQX=100@0.2:0.4", "--observable", "Ca", "--json")
    alone = json.loads(_call("simulate", *SHORT, *given).stdout)
    assert document["runs"][1]["observables"] == alone["observables"]


def test_scan_prints_a_table():
    result = _call("scan", *SHORT, "--over", "ketamine=1,10", "--observable", "Ca")
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
    result = _call("validate", "--claim", "C01", "--claim", "C02", "--sbml", sbml, "--mutants")
    assert result.exit_code == status
    assert asked == [(["C01", "C02"], None, sbml, True)]
    assert all(line in result.stdout for line in surprises)
    assert "claims fail without their rules" in result.stdout
    result = _call("validate", "--json")
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
    assert f"error: {path}: {said}" in _refused("validate", "--claim", "C01", "--sbml", path)


def test_another_mistake_than_in_the_file_is_not_laid_to_it():
    said = _refused("validate", "--claim", "nonesuch", "--sbml", paths.sbml())
    assert said.startswith("error: unknown claim")


def test_validate_judges_the_model():
    (first, *_) = claims.load_claims()
    result = _call("validate", "--claim", first.id, "--json")
    (judged,) = json.loads(result.stdout)["claims"]
    assert judged["id"] == first.id
    assert {"kind", "quote", "statement", "status", "measured", "threshold"} <= set(judged)


@pytest.mark.parametrize(
    "lines, check, status", [([], True, 0), (["differs"], True, 1), (["written"], False, 0)]
)
def test_build_exits_by_what_it_found(monkeypatch, lines, check, status):
    asked = []
    monkeypatch.setattr(build, "build", lambda check: asked.append(check) or lines)
    result = _call("build", *(["--check"] if check else []))
    assert (result.exit_code, result.stdout.split()) == (status, lines)
    assert asked == [check]


@pytest.mark.parametrize("status", [0, 1])
def test_reproduce_exits_by_what_it_found(monkeypatch, status):
    monkeypatch.setattr(reproduce, "reproduce", lambda console: status)
    assert _call("reproduce").exit_code == status


# info


@pytest.mark.parametrize(
    "what, keys",
    [
        ("observables", {"id", "unit", "meaning", "source"}),
        ("drugs", {"drug", "target", "usual_nM", "source"}),
        ("genes", {"gene", "parameters", "stands_for"}),
        ("parameters", {"id", "value", "unit", "kind", "source", "low", "high"}),
        ("claims", {"id", "kind", "role", "quote", "statement", "source"}),
        ("variants", {"variant", "modules", "meaning", "source", "settings", "note"}),
    ],
)
def test_info_lists(what, keys):
    rows = json.loads(_call("info", what, "--json").stdout)[what]
    assert rows and all(keys <= set(row) for row in rows)
    table = _call("info", what)
    assert table.exit_code == 0
    assert next(iter(rows[-1].values())) in table.stdout


def test_info_says_what_a_variant_has_otherwise():
    rows = json.loads(_call("info", "variants", "--json").stdout)["variants"]
    by_name = {row["variant"]: row for row in rows}
    assert by_name["caption"]["modules"] == [] and by_name["caption"]["settings"] == {}
    assert by_name["no_mtorc2"]["settings"] == {"RICTOR_0": {"value": 0, "unit": "nM"}}
    assert by_name["eef2k"]["modules"] == ["direct_route"]
    assert "RICTOR_0 = 0 nM" in _call("info", "variants").stdout


def test_info_alone_says_which_lists_there_are():
    names = {"observables", "drugs", "genes", "parameters", "claims", "variants"}
    assert {line.split()[0] for line in _call("info").stdout.splitlines()[1:]} == names
    assert set(json.loads(_call("info", "--json").stdout)) == names


# Wrong input


@pytest.mark.parametrize(
    "arguments, said",
    [
        ("simulat", "unknown command 'simulat'; nearest: 'simulate'"),
        ("simulate --knokout RICTOR", "unknown option '--knokout'; nearest: '--knockout'"),
        ("--jason", "unknown option '--jason'"),
        ("simulate --drug", "Option '--drug' requires an argument."),
        ("simulate now", "Got unexpected extra argument (now)"),
        ("simulate --hours x", "Invalid value for '--hours': 'x' is not a valid float."),
        ("simulate --hours nan", "hours is nan h; allowed: a number"),
        ("simulate --hours -1", "hours is -1 h; allowed: a number, 0.001 or more"),
        ("simulate --drug rapamicin", "unknown drug 'rapamicin'; nearest: 'rapamycin'"),
        ("simulate --drug rapamycin=x", "'x' in 'rapamycin=x' is no number"),
        ("simulate --drug rapamycin --drug rapamycin=5", "drug 'rapamycin' is given twice"),
        ("simulate --knockout RICTR", "unknown gene 'RICTR'; nearest: 'RICTOR'"),
        ("simulate --ketamine ten", "'ten' is no number; allowed: MGKG"),
        ("simulate --ketamine 10@1/0.0001", "an infusion of 0.0001 minutes"),
        ("simulate --set ketamine_elimnation=1", "nearest: 'ketamine_elimination'"),
        ("simulate --set ketamine_elimination", "allowed: PARAMETER=VALUE"),
        ("simulate --set ketamine_elimination=x", "'x', given for 'ketamine_elimination', is no"),
        ("simulate --set ketamine_dose=5", "is set by --ketamine"),
        ("simulate --observable CA2", "unknown observable 'CA2'; nearest: 'Ca'"),
        ("simulate --engine roadruner", "unknown engine 'roadruner'; nearest: 'roadrunner'"),
        ("simulate --variant captoin", "unknown variant 'captoin'; nearest: 'caption'"),
        ("scan", "nothing to scan over"),
        ("scan --over ketamine", "--over is 'ketamine'; allowed: NAME=V1,V2,..."),
        ("scan --over ketamine=1,x", "'x', given for 'ketamine', is no number"),
        ("scan --over ketamine=1 --over ketamine=2", "a name is given to --over twice"),
        ("scan --over ketamin=1", "nearest: 'ketamine'"),
        (
            "scan --over NBQX=1,2 --drug NBQX=5@0",
            "'NBQX' is given and scanned over",
        ),
        (
            "scan --over GAP43_0=1,2 --set GAP43_0=3",
            "'GAP43_0' is set and scanned over",
        ),
        ("simulate --out a.csv --out b.csv", "--out is given 2 times; allowed: once"),
        ("simulate --hours 1 --hours=1 --hours 1", "--hours is given 3 times; allowed: once"),
        ("validate --claim nonesuch", "unknown claim 'nonesuch'; allowed: an id of"),
        ("validate --claim C1", "unknown claim 'C1'; nearest: 'C01'; allowed: an id of"),
        ("validate --out nowhere/report.html", "cannot be written: there is no folder"),
        ("validate --out report.pdf", "ends in '.pdf'; allowed: .html"),
        ("validate --sbml none.xml", "none.xml cannot be read: No such file or directory"),
        ("info observable", "unknown list 'observable'; nearest: 'observables'"),
    ],
)
def test_wrong_input_is_one_line(arguments, said):
    assert said in _refused(*arguments.split())


@pytest.mark.parametrize(
    "error, status",
    [
        (InputError("two\nlines"), 2),
        (MissingExtra("install it"), 2),
        (SimulationError("gave up", time_h=1.5), 1),
    ],
)
def test_an_error_is_one_line_with_its_status(monkeypatch, error, status):
    def fail(**_):
        raise error

    monkeypatch.setattr(run, "record", fail)
    said = _refused("simulate", status=status)
    assert said == f"error: {' '.join(str(error).split())}\n"


def test_an_interrupt_is_no_traceback(monkeypatch):
    def interrupt(**_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "record", interrupt)
    result = _call("simulate")
    assert (result.exit_code, result.stderr.strip()) == (1, "error: interrupted")


def test_help_and_version():
    assert "simulate" in _call().stdout and _call().exit_code == 0
    assert _call("simulate", "--help").exit_code == 0
    assert km.__version__ in _call("--version").stdout


def test_every_option_has_its_help():
    for name, command in main.commands.items():
        assert command.help, name
        for option in command.params:
            assert getattr(option, "help", None) or option.param_type_name == "argument", option


EXAMPLES = [example for command in main.commands.values() for example in command.examples]


def test_every_command_shows_examples():
    assert all(command.examples for command in main.commands.values())
    for name, command in main.commands.items():
        shown = _call(name, "--help").stdout
        assert all(f"\n  ketamine-mtor {example}\n" in shown for example in command.examples)


@pytest.mark.parametrize("example", [each for each in EXAMPLES if "|" not in each])
def test_an_example_runs(monkeypatch, tmp_path, example):
    """What takes long is not computed, but its words are understood."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(build, "build", lambda check: [])
    monkeypatch.setattr(reproduce, "reproduce", lambda console: 0)
    monkeypatch.setattr(claims, "judge", lambda chosen, runs, variant: [])
    monkeypatch.setattr("ketamine_mtor.report.write", lambda *_: None)
    monkeypatch.setattr(output, "write_figure", lambda _, path: path.touch())
    monkeypatch.setattr("ketamine_mtor.ensembles.run._kernel", lambda _: False)
    done = SimpleNamespace(summary=pd.DataFrame(), deviation=0.0)
    plans = []

    def planned(out, workers, scheduler, resume, **rest):
        plans.append(make_plan(**rest))
        return done

    monkeypatch.setattr("ketamine_mtor.ensembles.ensemble", planned)
    words = shlex.split(example.partition(" >")[0])
    result = _call(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    assert bool(plans) is (words[0] == "ensemble")
    written = [words[words.index(each) + 1] for each in ("--out", "--plot") if each in words]
    if words[0] in ("simulate", "scan"):
        assert sorted(each.name for each in tmp_path.iterdir()) == sorted(written)


def test_help_puts_options_under_headings():
    shown = _call("scan", "--help").stdout
    headings = ["What is scanned over:", "What is done:", "How it is run:", "What comes out:"]
    places = [shown.index(heading) for heading in headings]
    assert places == sorted(places)
    assert shown.index("--over") < places[1] < shown.index("--knockout") < places[2]
    assert places[3] < shown.index("--plot") < shown.index("Options:") < shown.index("Examples:")


def test_a_reader_that_goes_away_is_no_traceback():
    code = "from ketamine_mtor.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "info", "parameters", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=paths.root(),
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1

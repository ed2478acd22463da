"""The figures as SED-ML, the COMBINE archive and the files for BioModels."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import libsbml
import numpy as np
import pandas as pd
import pytest
import roadrunner
import xarray as xr
import yaml

from ketamine_mtor import archive, paths, scan, simulate
from ketamine_mtor.archive import expected, metadata, omex, pages
from ketamine_mtor.archive.__main__ import main
from ketamine_mtor.archive.protocol import protocol
from ketamine_mtor.claims import figures as figures_file
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.errors import InputError
from ketamine_mtor.experiment import Bath, Experiment
from ketamine_mtor.optional import alone

pytestmark = pytest.mark.xdist_group("archive")


@pytest.fixture(scope="module")
def figures():
    return figures_file.load_figures()


@pytest.fixture(scope="module")
def files():
    return archive.made()


@pytest.fixture(scope="module")
def packed(files):
    with zipfile.ZipFile(io.BytesIO(files[archive.OMEX])) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_tests_of_a_group_share_a_worker(request):
    """Else what a module's tests share is made once for each worker."""
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    assert alone or request.node.nodeid.endswith("@archive")


# The figures


def test_every_figure_of_the_issue_is_there(figures):
    assert {"time_course", "dose_response", "blockers", "knockouts"} < set(figures)
    assert {"rapamycin_or_torin", "repeated_dose"} < set(figures)
    assert figures["dose_response"].over == (0, 1, 3, 5, 10, 20, 30, 50, 80, 200)


def written(tmp_path: Path, change) -> Path:
    """A folder of validation/ with a changed figures.yaml."""
    for name in (figures_file.DATA, "experiments.yaml"):
        (tmp_path / name).write_bytes((paths.validation() / name).read_bytes())
    document = yaml.safe_load((tmp_path / figures_file.DATA).read_text())
    change(document["figures"])
    (tmp_path / figures_file.DATA).write_text(yaml.safe_dump(document))
    return tmp_path


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f["time_course"].update(runs=["ketamin"]), "nearest: ketamine"),
        (lambda f: f["time_course"]["plots"].update(x=["glutamat"]), "nearest: glutamate"),
        (lambda f: f["dose_response"].update(over={"ketamin": [1, 2]}), "'ketamine' is a required"),
        (lambda f: f["dose_response"].update(over={"ketamine": [1, -2]}), "-2"),
        (lambda f: f["time_course"].update(title=3), "title"),
        (lambda f: f["time_course"].update(evry=3), "nearest: every"),
        (lambda f: f.update(blockers_NBQX=f["time_course"]), "two runs would be the file"),
    ],
)
def test_a_wrong_figure_is_one_line(tmp_path, change, says):
    with pytest.raises(InputError, match=says) as error:
        figures_file.load_figures(written(tmp_path, change))
    assert "figures.yaml" in str(error.value)
    assert "\n" not in str(error.value)


# What files can do


def ran(how) -> pd.DataFrame:
    """A protocol in plain libRoadRunner: hours and all readouts."""
    runner = roadrunner.RoadRunner(how.sbml)
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-8, 1e-10
    ids = ("glutamate", "pS6K_T389", "translation_rate")
    if how.start:
        runner.simulate(0, how.start, 2)
    values = runner.simulate(how.start, how.end, how.steps + 1, ["time", *ids])
    return pd.DataFrame(values, columns=["time", *ids])


EXPERIMENTS = {
    "a dose": Experiment(hours=6, every=300),
    "nothing": Experiment(ketamine=0, hours=1, every=300),
    "a drug before": Experiment(drugs={"MK2206": None}, hours=6, every=300),
    "a bath at 0": Experiment(ketamine=0, drugs={"BDNF": Bath(2.0, start=0)}, hours=1, every=60),
    "a knockout": Experiment(knockouts=["RPTOR"], hours=6, every=300),
    "a knockout and a drug": Experiment(knockouts=["RICTOR"], drugs={"NBQX": 10.0}, hours=3),
    "another variant": Experiment(variant="eef2k", hours=6, every=300),
    "a later dose": Experiment(ketamine=[(1, 5)], hours=3, every=300),
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_files_alone_give_the_same(name):
    experiment = EXPERIMENTS[name]
    got = ran(protocol(experiment, "other"))
    run = simulate(experiment)
    assert np.allclose((got["time"] - got["time"][0]) / 3600, run["time"], atol=1e-9)
    for readout in ("glutamate", "pS6K_T389", "translation_rate"):
        wanted = run[readout].to_numpy()
        assert np.abs(got[readout] - wanted).max() <= 1e-4 * max(np.abs(wanted).max(), 1e-7)


def test_equal_doses_are_one_event():
    how = protocol(Experiment(ketamine=[(0, 10), (24, 5), (36, 5), (48, 5)]), "other")
    model = libsbml.readSBMLFromString(how.sbml)
    repeats = ("repeat_dose", "repeat_start", "repeat_interval", "repeat_count", "dose")
    values = [model.getModel().getParameter(f"ketamine_{each}").getValue() for each in repeats]
    assert values == [5, 24 * 3600, 12 * 3600, 3, 10]


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(drugs={"NBQX": Bath(start=1)}),
        Experiment(drugs={"NBQX": Bath(end=1)}),
        Experiment(ketamine=[(0, 1, 40)]),
        Experiment(ketamine=[(0, 10), (24, 5), (36, 6)]),
        Experiment(ketamine=[(0, 10), (24, 5), (36, 5), (49, 5)]),
        Experiment(hours=1, every=7),
    ],
)
def test_what_no_file_can_do_is_refused(experiment):
    with pytest.raises(InputError, match="cannot be run from a file"):
        protocol(experiment, "other")


def test_a_changed_animal_has_a_file_of_its_own():
    how = protocol(Experiment(parameters={"MTOR_0": 21.0}, hours=1), "half")
    model = libsbml.readSBMLFromString(how.sbml)
    assert how.source == "ketamine_mtor_half.xml"
    assert model.getModel().getParameter("MTOR_0").getValue() == 21
    assert "MTOR_0 is 21" in model.getModel().getNotesString()
    assert model.getModel().getId() == "ketamine_mtor_half"


def test_the_model_as_it_is_stays_the_models_file():
    how = protocol(Experiment(hours=1), "other")
    assert (how.source, how.sbml) == ("ketamine_mtor.xml", paths.read(paths.sbml()))


# A scan, as one tool or another does it: it sets the depot's amount, or its concentration.
@pytest.mark.parametrize("aim", ["{}", "[{}]"])
@pytest.mark.parametrize("knockouts", [[], ["RICTOR"]])
def test_a_scan_sets_what_is_in_the_depot(aim, knockouts):
    over = (0.0, 10.0, 50.0)
    experiment = Experiment(knockouts=knockouts, hours=3, every=300)
    how = protocol(experiment, "doses", over)
    runner = roadrunner.RoadRunner(how.sbml)
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = 1e-8, 1e-10
    wanted = scan(experiment, {"ketamine": over})["glutamate"]
    # From high to low too: a point must not depend on the one before it.
    for dose, amount in [*zip(over, how.amounts, strict=True)] * 2:
        runner.reset()
        runner[aim.format(how.depot)] = amount
        got = runner.simulate(how.start, how.end, how.steps + 1, ["glutamate"])[:, 0]
        assert got == pytest.approx(wanted.sel(ketamine=dose).to_numpy(), rel=1e-4)


def test_the_model_of_a_scan_does_what_its_experiment_does():
    experiment = Experiment(ketamine=20, hours=3, every=300)
    got = ran(protocol(experiment, "doses", (0, 10)))
    assert got["glutamate"].to_numpy() == pytest.approx(
        simulate(experiment)["glutamate"].to_numpy(), rel=1e-4
    )


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(drugs={"NBQX": None}),
        Experiment(ketamine=[(1, 10)]),
        Experiment(ketamine=[(0, 10), (24, 10)]),
    ],
)
def test_a_dose_after_the_begin_is_not_scanned(experiment):
    with pytest.raises(InputError, match="cannot be scanned from a file"):
        protocol(experiment, "doses", (0, 10))


# SED-ML


def read(texts: dict[str, str]) -> dict[str, tuple[int, tuple[int, int], list[str]]]:
    """Errors, level and version, and sources of models, as libSEDML has them."""

    import libsedml

    found = {}
    for name, text in texts.items():
        document = libsedml.readSedMLFromString(text)
        sources = [document.getModel(i).getSource() for i in range(document.getNumModels())]
        version = (document.getLevel(), document.getVersion())
        found[name] = (document.getNumErrors(), version, sources)
    return found


def test_libsbml_stays_whole(packed):
    """libSEDML, in the same process, would break it."""
    assert "libsedml" not in sys.modules


def test_every_sedml_file_is_valid(packed):
    names = [name for name in packed if name.endswith(".sedml")]
    assert len(names) == 26
    found = alone(read, {name: packed[name].decode() for name in names})
    assert set(found) == set(names)
    for errors, version, sources in found.values():
        assert (errors, version) == (0, (1, 4))
        assert len(sources) == 1 and sources[0] in packed


def test_what_is_no_sedml_is_seen():
    assert alone(read, {"a": "<sedML/>"})["a"][0] > 0


def test_every_target_is_in_its_model(packed):
    for name in (name for name in packed if name.endswith(".sedml")):
        root = ET.fromstring(packed[name])
        # Not every tool works out anew what hangs on a change, and some keep it for the next file.
        assert root.find(".//{*}model/{*}listOfChanges") is None
        model = ET.fromstring(packed[root.find(".//{*}model").get("source")])
        variables = root.findall(".//{*}variable[@target]")
        assert variables
        for kind, aims in (("parameter", variables), ("species", root.findall(".//{*}setValue"))):
            there = {each.get("id") for each in model.iterfind(f".//{{*}}{kind}")}
            assert {each.get("target").split("'")[1] for each in aims} <= there


def test_a_scan_repeats_a_task_of_its_own(packed, figures):
    root = ET.fromstring(packed["dose_response.sedml"])
    scans = root.findall(".//{*}repeatedTask")
    assert [each.get("resetModel") for each in scans] == ["true"]
    # What is repeated is shown nowhere: tellurium would mix the two.
    shown = {each.get("taskReference") for each in root.iter() if each.get("taskReference")}
    assert shown == {scans[0].get("id")}
    amounts = [float(each.text) for each in scans[0].iterfind(".//{*}value")]
    over = figures["dose_response"].over
    assert np.divide(amounts, amounts[1]) == pytest.approx(np.divide(over, over[1]))
    others = [name for name in packed if name.endswith(".sedml") and name != "dose_response.sedml"]
    assert not any(b"repeatedTask" in packed[name] for name in others)


# The archive


def test_it_is_the_same_bytes(figures):
    few = {name: figures[name] for name in ("dose_response", "repeated_dose")}
    assert archive.made(few) == archive.made(few)


def test_the_manifest_names_every_file(packed):
    root = ET.fromstring(packed[omex.MANIFEST])
    listed = {each.get("location") for each in root}
    assert listed == {".", *(f"./{name}" for name in packed)}
    formats = {each.get("location"): each.get("format") for each in root}
    assert formats["./time_course.sedml"].endswith("/sed-ml")
    assert formats["./ketamine_mtor.xml"].endswith("/sbml")
    assert not any("version" in kind for kind in formats.values())


def test_a_file_of_no_known_format_is_refused():
    with pytest.raises(KeyError):
        omex.pack({"a.exe": b""})


def test_the_metadata_say_who_what_and_from_what(packed):
    root = ET.fromstring(packed[metadata.FILE])
    about = {each.get(f"{metadata._RDF}about"): each for each in root}
    assert {f"./{name}" for name in packed if name != omex.MANIFEST} <= set(about)
    everything = about["."]
    assert everything.findtext("{http://purl.org/dc/elements/1.1/}title")
    licence = everything.find("{http://purl.org/dc/terms/}license")
    assert licence.get(f"{metadata._RDF}resource") == "https://spdx.org/licenses/CC0-1.0"
    made = about["./time_course.sedml"].findall("{http://www.w3.org/ns/prov#}wasDerivedFrom")
    assert [each.get(f"{metadata._RDF}resource") for each in made] == ["./ketamine_mtor.xml"]
    taxon = everything.find("{http://biomodels.net/biology-qualifiers/}hasTaxon")
    assert taxon is not None


def test_the_main_model_is_the_committed_one(packed):
    assert packed["ketamine_mtor.xml"].decode() == paths.read(paths.sbml())


def test_each_run_has_its_table_and_picture(packed):
    for name in (name for name in packed if name.endswith(".sedml")):
        table = pd.read_csv(io.BytesIO(packed[f"expected/{name.removesuffix('.sedml')}.csv"]))
        assert "time_s" in table
        assert table.notna().all(axis=None)
        assert not ((table != 0) & (table.abs() < expected.FLOOR)).any(axis=None)
        assert packed[f"figures/{name.removesuffix('.sedml')}.png"][1:4] == b"PNG"


# For BioModels


def test_the_files_for_biomodels_are_loose(files):
    loose = [name for name in files if name.startswith(archive.SUBMISSION)]
    assert not any(name.endswith((".omex", ".rdf")) for name in loose)
    assert all(name.count("/") == 1 for name in loose)
    assert f"{archive.SUBMISSION}/ketamine_mtor.cps" in loose


def test_the_curator_is_told_what_must_come_out(files):
    page = files[f"{archive.SUBMISSION}/README.md"].decode()
    for name in files:
        if name.endswith(".sedml"):
            assert f"`{Path(name).name}`" in page
    table = pd.read_csv(io.BytesIO(files[f"{archive.SUBMISSION}/time_course.csv"]))
    assert f"| {table['glutamate'].max():.4g} |" in page


HOURS = np.linspace(0, 72, 865)
NOISE = 3e-5 * np.sin(1e4 * HOURS)


@pytest.mark.parametrize(
    ("values", "at_h"),
    [
        (1 + np.exp(-((HOURS - 6) ** 2) / 2) + NOISE, 6),
        (1 - np.exp(-HOURS / 30), 72),
        (1 + NOISE, None),
        (0 * HOURS, None),
        (NOISE * 1e-7, None),
        (1 - np.exp(-HOURS) + NOISE, None),
        (np.exp(-(HOURS**2)) + np.exp(-((HOURS - 24) ** 2)), None),
    ],
)
def test_the_time_of_the_maximum_is_told_of_a_peak_alone(values, at_h):
    readout = xr.DataArray(values, {"time": HOURS}, ["time"])
    found = pages.peak(readout)
    assert found is None if at_h is None else found == pytest.approx(at_h, abs=0.1)


def test_the_curator_reads_what_the_paper_says(files):
    page = files[f"{archive.SUBMISSION}/README.md"].decode()
    quoted = [claim for claim in load_claims() if claim.quote]
    assert len(quoted) > 30
    for claim in quoted:
        assert f"| {claim.id[:3]} | {' ... '.join(claim.quote)} | {claim.statement} |" in page
    for number in re.findall(r"\b[CLX]\d\d\b", page.partition("## What must come out")[0]):
        assert f"\n| {number} | " in page


def test_tellurium_gives_what_the_page_says(packed, tmp_path):
    """The page's own lines, on an archive of one file; in a process of its own."""
    page = (paths.root() / "docs" / "archive.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    name = "time_course.sedml"
    one = {each: packed[each] for each in ("ketamine_mtor.xml", name)}
    (tmp_path / "ketamine_mtor.omex").write_bytes(omex.pack(one))
    look = f"print(list(runs), time_course['glutamate'].shape, '{name}' in runs)"
    call = [sys.executable, "-c", f"import matplotlib; matplotlib.use('agg')\n{code}\n{look}"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("['time_course.sedml'] (865, 1) True\n")


def test_a_model_is_called_as_its_run(packed):
    root = ET.fromstring(packed["ketamine_mtor_blockers_NBQX.xml"])
    name = root.find("{*}model").get("name")
    assert name.endswith(", blockers NBQX") and "repeated" not in name


def test_reports_are_of_the_models_own_time(packed):
    """COPASI leaves out the formula of a data generator."""
    root = ET.fromstring(packed["blockers_NBQX.sedml"])
    for generator in root.iterfind(".//{*}dataGenerator"):
        assert [each.tag.rpartition("}")[2] for each in generator.find("{*}math").iter()] == [
            "math",
            "ci",
        ]
    table = pd.read_csv(io.BytesIO(packed["expected/blockers_NBQX.csv"]))
    assert list(table["time_s"][:2]) == [1800, 2100]
    assert list(pd.read_csv(io.BytesIO(packed["expected/time_course.csv"]))["time_s"][:2]) == [
        0,
        300,
    ]


def test_the_curator_sees_a_dash_where_there_is_no_peak(files):
    page = files[f"{archive.SUBMISSION}/README.md"].decode()
    lines = re.findall(
        r"\| `dose_response` \| (.*) \| `glutamate` \| nM \| .* \| (.*) \| .* \|", page
    )
    times = dict(lines)
    assert times["ketamine 0 mg/kg"] == "–"
    assert float(times["ketamine 10 mg/kg"]) < 1


def test_one_word_for_a_unit_in_figures_and_tables(packed, files):
    root = ET.fromstring(packed["time_course.sedml"])
    names = {each.get("id"): each.get("name") for each in root.iterfind(".//{*}dataGenerator")}
    assert names["pTrkB"] == "pTrkB (fraction)"
    assert names["synapses"] == "synapses (x wild type)"
    assert names["Ca"] == "Ca (nM)"
    axes = {
        plot.get("name"): plot.find("{*}yAxis").get("name")
        for plot in root.iterfind(".//{*}plot2D")
    }
    assert axes["Receptors and firing"] == "fraction"
    assert axes["Translation"] == "fraction, x wild type"
    assert (
        "| 1 |"
        not in files[f"{archive.SUBMISSION}/README.md"]
        .decode()
        .partition("MIRIAM")[0]
        .partition("must come out")[2]
    )


def test_the_tests_that_the_curator_is_told_of_exist(files):
    page = files[f"{archive.SUBMISSION}/README.md"].decode()
    checkout = Path(__file__).parent.parent
    named = [word for word in page.split("`") if word.startswith(("tests/", "gates/", "docs/"))]
    assert named
    assert all((checkout / word).is_file() for word in named)


# The command


def test_the_command_writes_below_a_folder(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(archive, "made", lambda: {"a.omex": b"1", "submission/b": b"2"})
    assert main(["--out", str(tmp_path)]) == 0
    assert (tmp_path / "submission/b").read_bytes() == b"2"
    assert capsys.readouterr().out == f"2 files below {tmp_path}\n"


def test_a_fault_is_one_line(capsys, monkeypatch):
    def fails():
        raise InputError("no such thing")

    monkeypatch.setattr(archive, "made", fails)
    assert main([]) == 2
    assert capsys.readouterr().err == "error: no such thing\n"

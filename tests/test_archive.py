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

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ketamine_mtor import archive, paths
from ketamine_mtor.archive import expected, metadata, omex, pages
from ketamine_mtor.archive.__main__ import main
from ketamine_mtor.claims import figures as figures_file
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.errors import InputError
from ketamine_mtor.optional import alone

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("archive")]


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

"""`doctor` says what works, what is missing and how to get it; each check has what it finds."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import shutil
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from ketamine_mtor import knowledge, model_files, network, paths
from ketamine_mtor.cli import doctor
from ketamine_mtor.cli.doctor import BROKEN, MISSING, OK, Finding
from ketamine_mtor.engines import saved
from ketamine_mtor.errors import InputError
from tests.cli_kit import call

pytestmark = pytest.mark.slow

HERE = Path(__file__).parents[1]


def _only(findings) -> Finding:
    (one,) = findings
    return one


# The command


def test_here_all_works():
    result = call("doctor", "--json")
    document = json.loads(result.stdout)
    said = {each["what"]: each for each in document["checks"]}
    assert (result.exit_code, document["ok"]) == (0, True)
    assert {"Python", "package", "numpy", "tables", "model files", "claims"} <= set(said)
    assert {each["what"] for each in document["checks"] if each["state"] != OK} == set()
    assert all(each["mend"] == "" for each in document["checks"])


@pytest.mark.parametrize(
    "required, status, last", [(True, 1, "does not all work."), (False, 0, " works.")]
)
def test_only_what_is_required_is_an_error(monkeypatch, required, status, last):
    found = [Finding("x", OK, "fine"), Finding("y", MISSING, "gone", "get y", required)]
    monkeypatch.setattr(doctor, "examine", lambda: found)
    result = call("doctor")
    assert result.exit_code == status
    lines = result.stdout.splitlines()
    assert [line.split() for line in lines[:3]] == [
        ["ok", "x", "fine"],
        ["missing", "y", "gone"],
        ["->", "get", "y"],
    ]
    assert lines[3].endswith(last)
    assert json.loads(call("doctor", "--json").stdout)["ok"] is not required


def test_what_nobody_thought_of_is_a_finding(monkeypatch):
    def crash():
        raise RuntimeError("two\nlines")
        yield

    monkeypatch.setattr(doctor, "simulation", crash)
    for each in ("installed", "tables", "model_files", "claims", "cache", "perl", "bionetgen"):
        monkeypatch.setattr(doctor, each, lambda: ())
    found = _only(doctor.examine())
    assert (found.what, found.state, found.said) == (
        "a simulation",
        BROKEN,
        "RuntimeError: two lines",
    )
    assert found.required and found.mend


# What is installed


@pytest.mark.parametrize(
    "here, state", [("3.10.9", BROKEN), ("3.11.0", OK), ("3.13.1", OK), ("3.14.0", BROKEN)]
)
def test_another_python_is_found(here, state):
    found = doctor.python(">=3.11,<3.14", here)
    assert found.state == state and here in found.said
    assert bool(found.mend) is (state == BROKEN)


NEEDED = (
    "numpy>=2,<3",
    "rich>=13",
    'tomli>=1; python_version < "3.9"',
    'numba>=0.61; extra == "fast"',
    'tellurium>=2; extra == "test"',
    'basico>=0.8; extra == "test"',
)


@pytest.mark.parametrize(
    "versions, faults",
    [
        ({}, {}),
        ({"numpy": "1.26.4"}, {"numpy": (BROKEN, "1.26.4; allowed: <3,>=2", "numpy<3,>=2")}),
        ({"rich": None}, {"rich": (MISSING, "is not installed", "rich>=13")}),
        ({"numba": None}, {"extra fast": (MISSING, "numba is not", "ketamine-mtor[fast]")}),
        ({"numba": "0.5"}, {"extra fast": (BROKEN, "numba 0.5; all", "ketamine-mtor[fast]")}),
        (
            {"basico": None, "tellurium": "1"},
            {"extra test": (BROKEN, "tellurium 1; allowed: >=2; basico is not", "[test]")},
        ),
    ],
)
def test_a_dependency_that_is_gone_or_old_is_found(versions, faults):
    there = {"numpy": "2.4", "rich": "15", "numba": "0.68", "tellurium": "2.2", "basico": "0.92"}
    findings = list(doctor.requirements(NEEDED, ("test", "fast"), (there | versions).get))
    assert [each.what for each in findings] == ["numpy", "rich", "extra fast", "extra test"]
    assert {each.what for each in findings if each.state != OK} == set(faults)
    for each in findings:
        assert each.required is not each.what.startswith("extra")
        if each.what in faults:
            state, said, mend = faults[each.what]
            assert each.state == state and said in each.said
            assert each.mend.startswith("pip install '") and mend in each.mend


def test_every_extra_has_its_purpose():
    extras = metadata.metadata(doctor.PROJECT).get_all("Provides-Extra")
    assert set(doctor.PURPOSES) == set(extras)


def test_a_checkout_that_is_not_installed_is_said(monkeypatch):
    def unknown(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", unknown)
    found = _only(doctor.installed())
    assert (found.state, found.required) == (MISSING, False) and "not installed" in found.said


@pytest.fixture
def wheel(tmp_path):
    """An installed wheel with one file of the package and one of another."""
    content = b"id\tunit\n"
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    about = tmp_path / "ketamine_mtor-1.dist-info"
    for folder in (about, tmp_path / "ketamine_mtor"):
        folder.mkdir()
    (tmp_path / "ketamine_mtor" / "table.tsv").write_bytes(content)
    rows = [f"ketamine_mtor/table.tsv,sha256={digest},8", "ketamine_mtor-1.dist-info/RECORD,,"]
    (about / "RECORD").write_text("\n".join(rows), encoding="utf-8")
    return metadata.Distribution.at(about)


def test_a_wheel_as_it_was_installed_is_whole(wheel):
    assert doctor.damaged(wheel) == []


def test_a_damaged_file_of_a_wheel_is_found(wheel, tmp_path):
    path = tmp_path / "ketamine_mtor" / "table.tsv"
    path.write_bytes(b"id\tunot\n")
    assert doctor.damaged(wheel) == ["ketamine_mtor/table.tsv is not as it was installed"]
    path.unlink()
    assert "No such file" in _only(doctor.damaged(wheel))


# The model


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The files of a checkout, to be damaged."""
    shutil.copytree(paths.sbml().parent, tmp_path / "sbml")
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    return tmp_path / "sbml"


def test_whole_model_files_are_found_whole(copy):
    assert _only(doctor.model_files()).state == OK


@pytest.mark.parametrize(
    "name, said",
    [("variants/human.xml", "human.xml is no XML"), ("ketamine_mtor.net", "has no end")],
)
def test_a_file_that_was_cut_is_found(copy, name, said):
    path = copy / name
    path.write_bytes(path.read_bytes()[:100_000])
    found = _only(doctor.model_files())
    assert found.state == BROKEN and said in found.said and "git diff" in found.mend


def test_a_file_that_is_gone_is_found(copy):
    (copy / "variants" / "human.xml").unlink()
    with pytest.raises(InputError, match=r"human\.xml cannot be read"):
        list(doctor.model_files())


def test_damaged_tables_are_found(monkeypatch):
    def damaged(**_):
        raise InputError("drugs.tsv, row 3: column unit is empty")

    monkeypatch.setattr(knowledge, "load", damaged)
    found = [each for each in doctor.examine() if each.state == BROKEN]
    assert {"tables", "a simulation"} <= {each.what for each in found}
    assert all("drugs.tsv, row 3" in each.said for each in found)


def test_the_model_rests():
    found = _only(doctor.simulation())
    assert found.state == OK and "drug-free steady state holds" in found.said


def test_a_model_that_does_not_rest_is_found():
    files = model_files.packaged()
    found = _only(doctor.simulation(replace(files, sbml=_changed(files.sbml))))
    assert found.state == BROKEN and "moves by" in found.said


def _changed(sbml: str) -> str:
    """The SBML with twice the GABA."""
    import libsbml

    document = libsbml.readSBMLFromString(sbml)
    parameter = document.getModel().getParameter("GABA_level")
    parameter.setValue(2 * parameter.getValue())
    return libsbml.writeSBMLToString(document)


# The cache


def test_a_cache_is_written(monkeypatch, tmp_path):
    monkeypatch.setenv(saved.VARIABLE, str(tmp_path / "new" / "cache"))
    found = _only(doctor.cache())
    assert found.state == OK and list((tmp_path / "new" / "cache").iterdir()) == []


def test_a_cache_may_be_off(monkeypatch):
    monkeypatch.setenv(saved.VARIABLE, saved.OFF)
    assert _only(doctor.cache()).said == "switched off"


def test_a_cache_that_cannot_be_written_is_found(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv(saved.VARIABLE, str(tmp_path / "file" / "cache"))
    found = _only(doctor.cache())
    assert (found.state, found.required) == (BROKEN, False)
    assert "Not a directory" in found.said and saved.VARIABLE in found.mend


# Perl and BioNetGen


def _program(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o755)
    return path


def test_without_perl_that_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    found = _only(doctor.perl())
    assert (found.state, found.required) == (MISSING, False) and "Perl" in found.mend
    found = _only(doctor.bionetgen())
    assert found.state == MISSING and "needs Perl" in found.said


def test_a_small_perl_is_found(monkeypatch, tmp_path):
    _program(tmp_path / "perl", 'echo "v5.36.0 Math::Trig Storable"')
    monkeypatch.setenv("PATH", str(tmp_path))
    found = _only(doctor.perl())
    assert (found.state, found.said) == (BROKEN, "lacks Math::Trig, Storable")


def test_without_bionetgen_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    found = _only(doctor.bionetgen())
    assert (found.state, found.mend) == (MISSING, "pip install 'ketamine-mtor[build]'")


@pytest.mark.parametrize(
    "mode, lines, state, said",
    [
        (0o755, ["echo BioNetGen version 2.9.3"], OK, "version 2.9.3"),
        (0o755, ["echo Cannot locate FindBin.pm >&2", "exit 2"], BROKEN, "Cannot locate FindBin"),
        (0o644, [], BROKEN, "cannot be executed"),
        (None, [], BROKEN, "is not there"),
    ],
)
def test_bionetgen_has_to_start(monkeypatch, tmp_path, mode, lines, state, said):
    if mode is not None:
        _program(tmp_path / "BNG2.pl", *lines).chmod(mode)
    monkeypatch.setattr(network, "bionetgen", lambda: tmp_path)
    found = _only(doctor.bionetgen())
    assert found.state == state and said in found.said
    assert not found.required and bool(found.mend) is (state != OK)

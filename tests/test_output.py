"""What a run is written to and summed up as: tables, figures, and nothing half done."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr

import ketamine_mtor as km
from ketamine_mtor import claims, output, run
from tests.cli_kit import SHORT, call, refused

pytestmark = pytest.mark.slow


@pytest.fixture
def no_run(monkeypatch):
    """Whatever computes fails: what passes with it was found before."""

    def computed(*_, **__):
        raise AssertionError("something was computed")

    monkeypatch.setattr(run, "record", computed)
    monkeypatch.setattr(run, "scan", computed)
    monkeypatch.setattr(claims, "validate", computed)


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


def test_csv_is_a_clean_table(tmp_path):
    path = tmp_path / "run.csv"
    assert call("simulate", *SHORT, "--out", path).exit_code == 0
    table = pd.read_csv(path)
    done = km.simulate(hours=1, every=600)
    assert list(table.columns) == ["time_h", *done]
    assert table["time_h"].to_numpy() == pytest.approx(done["time"].values)
    assert table["Ca"].to_numpy() == pytest.approx(done["Ca"].values)


def test_parquet_says_what_its_columns_are(tmp_path):
    path = tmp_path / "run.parquet"
    assert call("simulate", *SHORT, "--out", path).exit_code == 0
    table = pq.read_table(path)
    about = json.loads(table.schema.metadata[b"ketamine_mtor"])
    done = km.simulate(hours=1, every=600)
    assert about["columns"]["Ca"] == done["Ca"].attrs
    assert json.loads(about["experiment"])["hours"] == 1 and about["engine"] == "roadrunner"
    assert table.column_names == ["time_h", *done]
    assert table["Ca"].to_numpy() == pytest.approx(done["Ca"].values)


def test_netcdf_keeps_all(tmp_path):
    path = tmp_path / "run.nc"
    assert call("simulate", *SHORT, "--out", path).exit_code == 0
    with xr.open_dataset(path, engine="h5netcdf") as back:
        xr.testing.assert_identical(back.load(), km.simulate(hours=1, every=600))


@pytest.mark.parametrize("suffix", ["csv", "parquet", "nc"])
def test_a_scan_is_written_too(tmp_path, suffix):
    path = tmp_path / f"scan.{suffix}"
    over = ("--over", "ketamine=1,10", "--over", "ketamine_elimination=0.0005,0.001")
    result = call("scan", *SHORT, *over, "--observable", "Ca", "--out", path)
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
        assert call(*asked, "--plot", each).exit_code == 0
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
    assert call("scan", *SHORT, *over, "--plot", path).exit_code == 0
    assert ">ketamine 10 mg/kg</text>" in path.read_text(encoding="utf-8")


def test_a_suffix_may_be_in_capitals(tmp_path):
    path = tmp_path / "run.CSV"
    assert call("simulate", *SHORT, "--out", path).exit_code == 0
    assert path.read_text(encoding="utf-8").startswith("time_h,")


def test_a_failed_write_leaves_nothing_half_done(tmp_path, monkeypatch):
    path = tmp_path / "run.csv"
    path.write_text("old", encoding="utf-8")

    def full(columns, target):
        Path(target).write_text("half", encoding="utf-8")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(output, "_write_columns", full)
    said = refused("simulate", *SHORT, "--out", path)
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
    assert said in refused(*command, option, tmp_path / name)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder.csv"]

"""Runs for people and other programs: files, plots, and the numbers that sum them up."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ketamine_mtor import figures
from ketamine_mtor.errors import InputError
from ketamine_mtor.files import write_with

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from ketamine_mtor.run import Record

TABLES = (".csv", ".parquet", ".nc")
FIGURES = figures.FIGURES
#: Key of what a Parquet file says about its columns.
METADATA = b"ketamine_mtor"
#: The column of a table that has the time.
TIME = "time_h"


def check_path(path: Path | None, suffixes: Sequence[str]) -> None:
    """InputError, before anything is computed, for a path that could not be written later."""
    if path is None:
        return
    if path.suffix.lower() not in suffixes:
        raise InputError(f"'{path}' ends in '{path.suffix}'; allowed: {', '.join(suffixes)}")
    if os.path.isdir(path):
        raise InputError(f"'{path}' is a folder; allowed: a file")
    folder = path.absolute().parent
    if not os.path.isdir(folder):
        raise InputError(f"'{path}' cannot be written: there is no folder '{folder}'")
    try:
        with tempfile.TemporaryDirectory(dir=folder), suppress(FileNotFoundError):
            path.lstat()  # a name may be too long
    except OSError as error:
        raise InputError(f"'{path}' cannot be written: {error.strerror}: '{folder}'") from None


def axes_of(run: xr.Dataset) -> list[str]:
    """The names that were scanned over, in order; none for a single run."""
    return [str(name) for name in run.sizes if name != "time"]


def readouts_of(run: xr.Dataset) -> list[str]:
    """The variables over time."""
    return [str(name) for name in run.data_vars if "time" in run[name].dims]


def write_run(run: xr.Dataset, path: Path) -> None:
    """Write a run or a scan as its suffix says, whole or not at all.

    A table has a column ``time_h`` (before it one per scanned name) and one per variable. Units,
    baselines and the experiment are in the attributes (``.nc``), or as JSON under
    ``ketamine_mtor`` in the metadata (``.parquet``); ``.csv`` has none.
    """
    write_with(path, lambda scratch: _WRITERS[path.suffix.lower()](run, scratch))


def write_record(record: Record, path: Path) -> None:
    """Write a single run as :func:`write_run` does; a ``.csv`` without importing xarray."""
    if path.suffix.lower() == ".csv":
        values = dict(zip(record.names, record.course.values.T, strict=True))
        write_with(path, lambda scratch: _write_columns({TIME: record.hours, **values}, scratch))
    else:
        write_run(record.dataset(), path)


def table_of(run: xr.Dataset) -> pd.DataFrame:
    """What :func:`write_run` writes: a row per sample, those of each point of a scan together."""
    frame = run.to_dataframe(dim_order=[*axes_of(run), "time"]).reset_index()
    return frame.rename(columns={"time": TIME})


def _write_csv(run: xr.Dataset, path: Path) -> None:
    table = table_of(run)
    _write_columns({name: table[name].to_numpy() for name in table}, path)


def _write_columns(columns: Mapping[str, np.ndarray], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))


def _write_parquet(run: xr.Dataset, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(table_of(run), preserve_index=False)
    about = {**run.attrs, "columns": {str(name): run[name].attrs for name in run.data_vars}}
    metadata = {**(table.schema.metadata or {}), METADATA: json.dumps(about).encode()}
    content = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), content)
    path.write_bytes(content.getbuffer())


def _write_netcdf(run: xr.Dataset, path: Path) -> None:
    # HDF5 crashes where the disk is full: it gets none.
    content = io.BytesIO()
    run.to_netcdf(content, engine="h5netcdf")
    path.write_bytes(content.getbuffer())


_WRITERS = {".csv": _write_csv, ".parquet": _write_parquet, ".nc": _write_netcdf}


def summary(run: xr.Dataset) -> dict[str, dict[str, Any]]:
    """The numbers of a single run, by observable.

    ``auc_change`` is the time integral of (value - baseline), in the observable's unit times h.
    """
    time = run["time"].values
    return {
        name: _numbers(
            time, run[name].values, run[name].attrs["units"], run[name].attrs["baseline"]
        )
        for name in readouts_of(run)
    }


def summary_of(record: Record) -> dict[str, dict[str, Any]]:
    """The same of a run that is no dataset yet."""
    hours, (values, baselines), units = record.hours, record.course, record.tables.observables
    return {
        name: _numbers(hours, values[:, i], units[name].unit, baselines[i])
        for i, name in enumerate(record.names)
    }


def _numbers(time: np.ndarray, values: np.ndarray, unit: str, baseline: float) -> dict[str, Any]:
    high, low = int(values.argmax()), int(values.argmin())
    return {
        "unit": unit,
        "baseline": float(baseline),
        "max": float(values[high]),
        "max_time_h": float(time[high]),
        "min": float(values[low]),
        "min_time_h": float(time[low]),
        "end": float(values[-1]),
        "auc_change": float(np.trapezoid(values - baseline, time)),
    }


def points(run: xr.Dataset) -> list[tuple[dict[str, float], xr.Dataset]]:
    """Each point of a scan, and the single run there."""
    axes = axes_of(run)
    found = []
    for index in np.ndindex(*(run.sizes[name] for name in axes)):
        here = run.isel(dict(zip(axes, index, strict=True)))
        single = here[readouts_of(run)]
        for name in single.data_vars:
            if "baseline" not in single[name].attrs:
                single[name].attrs["baseline"] = float(here[f"{name}_baseline"])
        found.append(({name: float(here[name]) for name in axes}, single))
    return found


def write_figure(run: xr.Dataset, path: Path) -> None:
    """Draw every readout over time, a panel each; of a scan, a line for each of its points."""
    figures.write_figure(run, points(run), path)

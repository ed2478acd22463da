"""What the package itself gets for the runs of the figures: tables and pictures to compare with."""

from __future__ import annotations

import tempfile
from pathlib import Path

import xarray as xr

from ketamine_mtor import output
from ketamine_mtor.claims.figures import Figure, Run
from ketamine_mtor.run import scan, simulate

#: Digits of the tables; solvers agree to fewer.
DIGITS = 7


def results(figure: Figure, run: Run) -> xr.Dataset:
    """The run, or the scan, as the package simulates it; see :func:`~ketamine_mtor.run.scan`."""
    if figure.over:
        return scan(run.experiment, {"ketamine": figure.over})
    return simulate(run.experiment)


def table(data: xr.Dataset) -> bytes:
    """The readouts as CSV: what is scanned, ``time_h``, a column for each readout."""
    text = output.table_of(data).to_csv(
        index=False, float_format=f"%.{DIGITS}g", lineterminator="\n"
    )
    return text.encode()


def picture(data: xr.Dataset) -> bytes:
    """The readouts as PNG, a panel each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figure.png"
        output.write_figure(data, path)
        return path.read_bytes()

"""What the package itself gets for the runs of the figures: tables and pictures to compare with."""

from __future__ import annotations

import xarray as xr

from ketamine_mtor import figures, output
from ketamine_mtor.archive.sedml import TIME
from ketamine_mtor.schedule import DECIMALS, SECONDS_PER_HOUR

#: Digits of the tables; solvers agree to fewer.
DIGITS = 7
#: What is below this, in a readout's unit, is nothing to a solver.
FLOOR = 1e-12


def settled(data: xr.Dataset) -> xr.Dataset:
    """The readouts, with 0 for what a solver cannot tell from it (:data:`FLOOR`)."""
    return data.map(lambda values: values.where(abs(values) >= FLOOR, 0.0), keep_attrs=True)


def table(data: xr.Dataset, start: float) -> bytes:
    """The readouts as CSV: ``time_s``, a column for each readout.

    Time is that of the run (s), in which the experiment's time 0 is at ``start``.
    """
    whole = output.table_of(data)
    place = whole.columns.get_loc(output.TIME)
    seconds = (start + SECONDS_PER_HOUR * whole.pop(output.TIME)).round(DECIMALS)
    whole.insert(place, TIME, seconds)
    text = whole.to_csv(index=False, float_format=f"%.{DIGITS}g", lineterminator="\n")
    return text.encode()


def picture(data: xr.Dataset) -> bytes:
    """The readouts as PNG, a panel each."""
    return figures.drawing(data, output.points(data), "png")

"""The two READMEs: what is in the archive, and what a curator of BioModels has to run and see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any, NamedTuple

import jinja2
import xarray as xr

from ketamine_mtor import figures as pictures
from ketamine_mtor import output
from ketamine_mtor.archive import expected, sedml
from ketamine_mtor.archive.protocol import Protocol
from ketamine_mtor.claims.figures import Figure
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.fair.source import Source
from ketamine_mtor.schedule import SECONDS_PER_HOUR

#: An end below this share of the maximum is written as 0.
_ENDS_AT_NOTHING = 1e-6
#: So much of what others get may differ, as a share of a readout's maximum.
WITHIN = 1e-4
#: Where the maximum is below this the share is of this: there is nothing to compare.
LEAST_MAXIMUM = 1e-7
#: What comes so close to the maximum at times this far apart, as a share of the run, has no peak.
APART = 0.1


class Outcome(NamedTuple):
    """What must come out: a readout of a run, in its unit, at a scan's point ``at``.

    ``at_h`` is None without a peak.
    """

    run: str
    at: str
    readout: str
    unit: str
    highest: float
    at_h: float | None
    end: float


def outcomes(name: str, figure: Figure, data: xr.Dataset) -> list[Outcome]:
    """What must come out of a run: the first readout of each of its plots."""
    chosen = list(dict.fromkeys(shown[0] for shown in figure.plots.values()))
    return [
        Outcome(
            name,
            pictures.words(point.items()),
            readout,
            pictures.shown_unit(readout, n["unit"]),
            n["max"],
            peak(run[readout]),
            _end(n),
        )
        for point, run in output.points(data)
        for readout, n in output.summary(run).items()
        if readout in chosen
    ]


def peak(values: xr.DataArray) -> float | None:
    """When a readout is highest (h); None where solvers may differ by more than its other heights.

    A curve without one time to name is flat, or rises to a plateau, or has equal peaks.
    """
    time, heights = values["time"].values, values.values
    highest = heights.max()
    near = time[heights >= highest - WITHIN * max(highest, LEAST_MAXIMUM)]
    if near[-1] - near[0] > APART * (time[-1] - time[0]):
        return None
    return float(time[heights.argmax()])


def write(
    page: str,
    source: Source,
    figures: Mapping[str, Figure],
    how: Mapping[str, Protocol],
    rows: Iterable[Outcome] = (),
) -> str:
    """The text of ``guide`` or ``curators``.

    Parameters
    ----------
    source
        What the project says of itself.
    figures, how
        The figures, and how each of their runs is run.
    rows
        What must come out.
    """
    folder = resources.files("ketamine_mtor.archive")
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.from_string((folder / f"{page}.md").read_text(encoding="utf-8"))
    claims = load_claims()
    seen = {number for figure in figures.values() for run in figure.runs for number in run.claims}
    values: dict[str, Any] = {
        "source": source,
        "figures": figures,
        "how": how,
        "rows": list(rows),
        "claims": [claim for claim in claims if claim.quote],
        "others": [each for each in claims if each.number in seen and not each.quote],
        "hour": SECONDS_PER_HOUR,
        "digits": expected.DIGITS,
        "within": WITHIN,
        "nothing": LEAST_MAXIMUM,
        "apart": APART,
        "relative": sedml.RELATIVE,
        "absolute": sedml.ABSOLUTE,
    }
    return template.render(values)


def _end(numbers: Mapping[str, Any]) -> float:
    return numbers["end"] if abs(numbers["end"]) > _ENDS_AT_NOTHING * abs(numbers["max"]) else 0.0

"""The activity flow map of the page, and how far each activity is from rest at each time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ketamine_mtor import paths
from ketamine_mtor.claims.loader import load_setups
from ketamine_mtor.claims.vocabulary import model_vocabulary
from ketamine_mtor.errors import InputError, SimulationError
from ketamine_mtor.sbgn.activity_picture import FILE, picture

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor.claims import Result

#: Experiments of validation/experiments.yaml that light the map: the first sets the scale.
SHOWN = ("ketamine", "NBQX", "anti_BDNF", "rapamycin", "RICTOR_knockout")
#: Minutes at which the map is lit: close together while things are quick.
MINUTES = (*range(0, 60, 2), *range(60, 180, 5), *range(180, 1441, 30))
_HOURS = 24.0
#: An activity that changes by less than this share of its drug-free value, or than this in the
#: readout's unit, stays dark.
_NOTHING = 0.05, 1e-9
_DIGITS = 2


def drawing() -> str:
    """The map as an SVG."""
    return picture(paths.read(paths.root() / FILE))


def shown(svg: str) -> tuple[str, ...]:
    """The observables whose activities are in the picture."""
    return tuple(dict.fromkeys(re.findall(r'data-observable="([^"]+)"', svg)))


def lights(result: Result, observables: Sequence[str]) -> dict[str, Any]:
    """The course of each activity in each experiment that can be run, as JSON's types.

    A light is the change against the drug-free value as a share of the largest change in the first
    experiment: 1 is as far up as there, -1 as far down; it is cut off at both.

    Returns
    -------
    dict
        ``minutes``; ``runs``: for each its ``name``, ``what`` and ``lights``, observable to a list.
    """
    setups = load_setups(paths.validation() / "experiments.yaml", model_vocabulary())
    runs: list[dict[str, Any]] = []
    scales: dict[str, float] = {}
    for name in SHOWN:
        experiment = replace(
            setups[name].experiment(result.variant),
            hours=_HOURS,
            every=60.0,
            observables=tuple(observables),
            tables=None,
        )
        try:
            run = result.runs.simulate(experiment)
            changes = {each: _changes(run, each) for each in observables}
        except (SimulationError, InputError, KeyError):
            continue
        scales = scales or {each: _largest(run, each, changes[each]) for each in observables}
        lit = {each: _lit(changes[each], scales[each]) for each in observables}
        runs.append({"name": name, "what": setups[name].what, "lights": lit})
    return {"minutes": list(MINUTES), "runs": runs}


def _changes(run: xr.Dataset, observable: str) -> np.ndarray:
    data = run[observable].interp(time=np.array(MINUTES) / 60)
    return data.to_numpy() - float(run[observable].attrs["baseline"])


def _largest(run: xr.Dataset, observable: str, changes: np.ndarray) -> float:
    largest = float(np.abs(changes).max())
    share, least = _NOTHING
    return largest if largest > max(share * abs(run[observable].attrs["baseline"]), least) else 0.0


def _lit(changes: np.ndarray, scale: float) -> list[float]:
    if not scale:
        return [0.0] * len(changes)
    return np.clip(changes / scale, -1, 1).round(_DIGITS).tolist()


def looked_at(result: Result) -> Mapping[str, str]:
    """Each observable to the first claim that looks at it."""
    found: dict[str, str] = {}
    for verdict in result.verdicts:
        for condition in verdict.claim.conditions:
            for readout in condition.readouts():
                found.setdefault(readout.id, verdict.claim.id)
    return found

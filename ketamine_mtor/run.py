"""Experiments to data: :func:`simulate` one, :func:`scan` many."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ketamine_mtor import engines, model_files
from ketamine_mtor._version import __version__
from ketamine_mtor.engines.session import LOWEST_NM
from ketamine_mtor.errors import InputError, SimulationError, not_allowed
from ketamine_mtor.experiment import MOST_POINTS, Bath, Dose, Experiment
from ketamine_mtor.progress import tracked
from ketamine_mtor.schedule import SECONDS_PER_HOUR, plan

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor import knowledge
    from ketamine_mtor.model_files import ModelFiles


#: Gives the dataset of an experiment.
Simulate = Callable[[Experiment], "xr.Dataset"]
#: A drug-free value (in its unit) below this is nothing: no change can be told in shares of it.
LEAST_AT_REST = 1e-9


class Record(NamedTuple):
    """One run: the readouts ``names`` at ``times`` (s) in ``course``."""

    experiment: Experiment
    engine: str
    tables: knowledge.Tables
    names: Sequence[str]
    times: np.ndarray
    course: engines.Course

    @property
    def hours(self) -> np.ndarray:
        """The times (h)."""
        return self.times / SECONDS_PER_HOUR

    @property
    def attrs(self) -> dict[str, str]:
        """What the dataset says of itself."""
        return _attrs(self.experiment, self.engine)

    def dataset(self) -> xr.Dataset:
        """The run as :func:`simulate` gives it."""
        return dataset(*self)


def simulate(
    experiment: Experiment | None = None,
    /,
    *,
    engine: str = "roadrunner",
    sbml: str | None = None,
    files: ModelFiles | None = None,
    **fields: Any,
) -> xr.Dataset:
    """Run one experiment.

    Parameters
    ----------
    experiment
        What is done; or give the fields of an :class:`Experiment` by keyword.
    engine
        ``roadrunner``, ``copasi``, ``pysb`` or ``bngsim``.
    sbml
        Text of another SBML of this model: its numbers count, and its own steady state.
    files
        The model's files (default: the package's, of the experiment's variant).

    Returns
    -------
    xarray.Dataset
        One variable per observable over ``time`` (h); ``attrs`` of each: ``units`` and
        ``baseline`` (drug-free steady state); of the dataset: ``experiment`` (JSON), ``engine``,
        ``model_version``.

    Raises
    ------
    InputError
        Before anything is computed.
    SimulationError
        When the integration fails.
    MissingExtra
        Where the engine is not installed.
    """
    return record(experiment, engine=engine, sbml=sbml, files=files, **fields).dataset()


def record(
    experiment: Experiment | None = None,
    /,
    *,
    engine: str = "roadrunner",
    sbml: str | None = None,
    files: ModelFiles | None = None,
    **fields: Any,
) -> Record:
    """What :func:`simulate` runs, as plain arrays: xarray takes longer to import than a run."""
    experiment, files = _prepare(experiment, fields, sbml, files)
    return Record(experiment, engine, files.tables, *_run(experiment, engine, files))


def dataset(
    experiment: Experiment,
    engine: str,
    tables: knowledge.Tables,
    names: Sequence[str],
    times: np.ndarray,
    course: engines.Course,
) -> xr.Dataset:
    """What :func:`simulate` gives: the readouts ``names`` at ``times`` (s), as an engine ran."""
    import xarray as xr

    data = np.ascontiguousarray(course.values.T)
    units = tables.observables
    variables = {
        name: xr.Variable(
            "time", data[i], {"units": units[name].unit, "baseline": float(course.baseline[i])}
        )
        for i, name in enumerate(names)
    }
    return xr.Dataset(variables, {"time": _time(times)}, _attrs(experiment, engine))


def scan(
    experiment: Experiment | None = None,
    over: Mapping[str, Iterable[float]] | None = None,
    *,
    engine: str = "roadrunner",
    sbml: str | None = None,
    files: ModelFiles | None = None,
    **fields: Any,
) -> xr.Dataset:
    """Run an experiment over a grid of values.

    Parameters
    ----------
    experiment, engine, sbml, files
        As in :func:`simulate`.
    over
        ``ketamine`` (mg/kg), a drug (nM) or a parameter, to its values. A scanned drug or dose
        keeps the times that the experiment gives it; a parameter that the experiment sets cannot
        be scanned.

    Returns
    -------
    xarray.Dataset
        As from :func:`simulate`, with a dimension per scanned name before ``time``. Where the
        drug-free steady state depends on what is scanned, ``ID_baseline`` holds it for each point
        and the attribute ``baseline`` is left out.
    """
    import xarray as xr

    experiment, files = _prepare(experiment, fields, sbml, files)
    axes = _axes(over, experiment)
    grid = (
        at_point(experiment, dict(zip(axes, point, strict=True)), files)
        for point in itertools.product(*axes.values())
    )
    first = next(grid)
    count, points = math.prod(map(len, axes.values())), len(plan(first, files.tables).times)
    if count * points > MOST_POINTS:
        raise InputError(f"{count} runs of {points} points; allowed: up to {MOST_POINTS} in all")
    chosen = [first, *grid]
    with tracked("runs", chosen) as listed:
        runs = [_run(each, engine, files) for each in listed]
    names, times, _ = runs[0]
    shape = tuple(len(values) for values in axes.values())
    values = np.stack([course.values.T for _, _, course in runs])
    baselines = np.stack([course.baseline for _, _, course in runs])
    dataset = xr.Dataset(coords={name: list(axis) for name, axis in axes.items()})
    dataset = dataset.assign_coords(time=_time(times))
    for i, name in enumerate(names):
        units = {"units": files.tables.observables[name].unit}
        baseline = baselines[:, i]
        same = bool((baseline == baseline[0]).all())
        attrs = {**units, "baseline": float(baseline[0])} if same else units
        dataset[name] = ((*axes, "time"), values[:, i].reshape(*shape, -1), attrs)
        if not same:
            dataset[f"{name}_baseline"] = (tuple(axes), baseline.reshape(shape), units)
    dataset.attrs = _attrs(experiment, engine)
    return dataset


def _prepare(
    experiment: Experiment | None,
    fields: Mapping[str, Any],
    sbml: str | None,
    files: ModelFiles | None,
) -> tuple[Experiment, ModelFiles]:
    """The checked experiment and the files to run it on."""
    if experiment is None:
        allowed = [f.name for f in dataclasses.fields(Experiment)]
        for name in fields:
            if name not in allowed:
                raise not_allowed("keyword", name, [*allowed, "engine", "sbml", "files"])
        experiment = Experiment(**fields, tables=files.tables if files else None)
    elif not isinstance(experiment, Experiment):
        raise InputError(f"{experiment!r} is no Experiment; give its fields by keyword")
    elif fields:
        raise InputError(f"give an Experiment or its fields, not both: {', '.join(fields)}")
    files = model_files.packaged(experiment.variant) if files is None else files
    return experiment, files if sbml is None else model_files.edited(files, sbml)


def _run(
    experiment: Experiment, engine: str, files: ModelFiles
) -> tuple[Sequence[str], np.ndarray, engines.Course]:
    names = experiment.observables
    names = tuple(files.tables.observables) if names is None else names
    schedule = plan(experiment, files.tables)
    try:
        course = engines.open_session(engine, files).run(schedule, names)
        _check(names, schedule.times, course)
    except SimulationError as error:
        raise SimulationError(error.reason, experiment, error.time_h) from None
    return names, schedule.times, course


def _check(names: Sequence[str], times: np.ndarray, course: engines.Course) -> None:
    """SimulationError where a readout is what no animal can show."""
    rows = np.vstack([course.baseline, course.values])
    wrong = ~(rows >= LOWEST_NM) | np.isinf(rows)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        where = times[row - 1] / SECONDS_PER_HOUR if row else None
        raise SimulationError(f"{names[column]} comes to {rows[row, column]:g}", time_h=where)


def _axes(over: object, experiment: Experiment) -> dict[str, tuple[float, ...]]:
    """The names and values to scan over, as far as they can be checked without the tables."""
    if not over:
        raise InputError("nothing to scan over; allowed: ketamine, a drug or a parameter")
    if not isinstance(over, Mapping):
        raise InputError(f"over is {over!r}; allowed: a mapping from names to lists of numbers")
    axes = {}
    for name, values in over.items():
        axis = tuple(values) if isinstance(values, Iterable) else values
        numbers = isinstance(axis, tuple) and all(
            isinstance(value, Real) and not isinstance(value, bool) for value in axis
        )
        if not numbers or not axis or len(set(axis)) < len(axis):
            raise InputError(
                f"the values of '{name}' are {axis!r}; allowed: one or more numbers, each once"
            )
        if name in dict(experiment.parameters):
            raise InputError(f"parameter '{name}' is set and scanned over; allowed: one of the two")
        axes[name] = axis
    return axes


def at_point(experiment: Experiment, point: Mapping[str, float], files: ModelFiles) -> Experiment:
    """The experiment at one point of the grid."""
    tables = files.tables
    drugs, parameters = dict(experiment.drugs), dict(experiment.parameters)
    changes: dict[str, Any] = {"drugs": drugs, "parameters": parameters}
    for name, value in point.items():
        if name == "ketamine":
            if len(experiment.ketamine) > 1:
                raise InputError("a scan over ketamine is of one dose, not of several")
            given = experiment.ketamine[0] if experiment.ketamine else Dose(0.0, 0.0)
            changes["ketamine"] = [given._replace(mgkg=value)]
        elif name in tables.drugs:
            bath = drugs.get(name, Bath())
            drugs[name] = Bath(value, bath.start, bath.end)
        elif name in tables.numbers():
            parameters[name] = value
        else:
            raise not_allowed(
                "name to scan over", name, ["ketamine", *tables.drugs, *tables.numbers()]
            )
    return dataclasses.replace(experiment, **changes, tables=tables)


def _time(times: np.ndarray) -> Any:
    import xarray as xr

    return xr.Variable("time", times / SECONDS_PER_HOUR, {"units": "h"})


def _attrs(experiment: Experiment, engine: str) -> dict[str, str]:
    return {
        "experiment": json.dumps(experiment.to_dict()),
        "engine": engine,
        "model_version": __version__,
    }

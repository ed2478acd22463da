"""The data of the fits as a PEtab problem (version 1): see ``docs/petab.md``."""

from __future__ import annotations

import csv
import io
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ketamine_mtor import fit, model_files
from ketamine_mtor.claims.fits import Fit, load_fits
from ketamine_mtor.engines.seeding import DEPOT_PER_DOSE
from ketamine_mtor.errors import InputError
from ketamine_mtor.experiment import DOSE
from ketamine_mtor.files import write_all
from ketamine_mtor.knowledge import DEPOT_SEED, Tables
from ketamine_mtor.pages import markdown
from ketamine_mtor.paths import NAME
from ketamine_mtor.petab_problem import measured
from ketamine_mtor.petab_problem.data import REST, Datum, Sorted, sort
from ketamine_mtor.petab_problem.expected import scale, simulated
from ketamine_mtor.schedule import plan

YAML = f"{NAME}.yaml"
MODEL, CONDITIONS, MEASUREMENTS, OBSERVABLES, PARAMETERS, SIMULATIONS, OBJECTIVE = (
    f"{NAME}.xml",
    "conditions.tsv",
    "measurements.tsv",
    "observables.tsv",
    "parameters.tsv",
    "simulations.tsv",
    "objective.tsv",
)
#: A scale is looked for this factor to both sides of the model's own.
SCALE_RANGE = 100.0
#: Vectors of which the package's own objective is told: the tables' values, and all of them off.
NOMINAL, OFF = "nominal", "off"
#: Digits of what is simulated here; and on the page, where no machine may differ.
_DIGITS, _PAGE_DIGITS = 7, 5


@dataclass(frozen=True)
class Problem:
    """The fits as a PEtab problem.

    Attributes
    ----------
    fits
        The fits, checked.
    tables
        The tables that hold the parameters.
    sbml
        The text of the SBML that the tables' model has.
    """

    fits: Sequence[Fit]
    tables: Tables
    sbml: str

    @cached_property
    def sorted(self) -> Sorted:
        """Which targets are data, and which are not."""
        return sort(self.fits)

    @property
    def data(self) -> tuple[Datum, ...]:
        """By condition, as some tools want them: in alphabetical order."""
        return tuple(sorted(self.sorted.data, key=lambda datum: (datum.condition, datum.id)))

    @cached_property
    def estimated(self) -> tuple[str, ...]:
        """The parameters of every fit that has a datum here."""
        fits = {fit_id for fit_id, _ in self.sorted.taken.values()}
        return tuple(name for each in self.fits if each.id in fits for name in each.parameters)

    @cached_property
    def scales(self) -> dict[str, float]:
        """The scale of each datum of points: one over the highest of the tables' model."""
        return {datum.scale: _short(scale(datum)) for datum in self.data if datum.scale}

    def vector(self, which: str) -> dict[str, float]:
        """The values of all that is estimated: the tables' (NOMINAL), or off in turn (OFF)."""
        numbers = self.tables.numbers()
        values = {name: numbers[name].value for name in self.estimated} | self.scales
        if which == OFF:
            turns = itertools.cycle([fit.AWAY, 1 / fit.AWAY])
            values = {
                name: v * turn for (name, v), turn in zip(values.items(), turns, strict=False)
            }
        return values

    # The tables

    def conditions(self) -> list[dict[str, object]]:
        """The condition table. The depot is set beside the dose that fills it.

        After a rest PEtab sets no species but those that are named here.
        """
        depot, per_dose = self._depot()
        experiments = {datum.condition: datum.experiment for datum in self.data}
        experiments.setdefault(REST, None)
        rows = []
        for name, experiment in sorted(experiments.items()):
            first = plan(experiment, self.tables).segments[0] if experiment else None
            dose, settings = (first.bolus, first.settings) if first else (0.0, {})
            given = {DOSE: dose, depot: dose * per_dose, **settings}
            rows.append({"conditionId": name, measured.MEASURING: int(name != REST), **given})
        columns = list(dict.fromkeys(column for row in rows for column in row))
        return [{column: row.get(column, 0) for column in columns} for row in rows]

    def observables(self) -> list[dict[str, object]]:
        """The observable table; the noise is the standard deviation that the fit gives."""
        return [
            {
                "observableId": datum.id,
                "observableName": datum.target.say(),
                "observableFormula": datum.formula,
                "observableTransformation": "lin",
                "noiseFormula": datum.target.sd,
                "noiseDistribution": "normal",
            }
            for datum in self.data
        ]

    def measurements(self) -> list[dict[str, object]]:
        """The measurement table."""
        return [
            {
                "observableId": datum.id,
                "preequilibrationConditionId": REST,
                "simulationConditionId": datum.condition,
                "measurement": wanted,
                "time": time,
            }
            for datum in self.data
            for time, wanted in zip(datum.times, datum.target.wanted, strict=True)
        ]

    def parameters(self) -> list[dict[str, object]]:
        """The parameter table, with the prior of the fits; what no datum decides stays."""
        numbers, rows = self.tables.numbers(), []
        for name in (name for each in self.fits for name in each.parameters):
            row = numbers[name]
            if row.low is None or row.high is None or not 0 < row.low < row.high:
                raise InputError(f"{name} has no range low to high above 0, which PEtab needs")
            estimate = name in self.estimated
            span = math.log10(row.high) - math.log10(row.low)
            prior = f"{math.log10(row.value):.12g};{span / fit.PRIOR:.12g}"
            rows.append(
                {
                    "parameterId": name,
                    "parameterScale": "log10",
                    "lowerBound": row.low,
                    "upperBound": row.high,
                    "nominalValue": row.value,
                    "estimate": int(estimate),
                    "objectivePriorType": "parameterScaleNormal" if estimate else "",
                    "objectivePriorParameters": prior if estimate else "",
                }
            )
        for name, value in self.scales.items():
            rows.append(
                {
                    "parameterId": name,
                    "parameterScale": "log10",
                    "lowerBound": _short(value / SCALE_RANGE),
                    "upperBound": _short(value * SCALE_RANGE),
                    "nominalValue": value,
                    "estimate": 1,
                }
            )
        return rows

    def simulations(self, which: str = NOMINAL) -> list[dict[str, object]]:
        """The measurement table with what the package's own engine gives."""
        values = simulated(self.data, self.vector(which))
        return [
            {("simulation" if key == "measurement" else key): cell for key, cell in row.items()}
            | {"simulation": _short(value)}
            for row, value in zip(self.measurements(), values, strict=True)
        ]

    def objective(self) -> list[dict[str, object]]:
        """chi2 and log-likelihood without priors by the package's own engine, of two vectors."""
        rows = []
        for which in (NOMINAL, OFF):
            values = self.vector(which)
            sd = [datum.target.sd for datum in self.data for _ in datum.times]
            wanted = [row["measurement"] for row in self.measurements()]
            away = (simulated(self.data, values) - np.array(wanted)) / sd
            chi2 = float(np.square(away).sum())
            llh = -0.5 * chi2 - float(np.log(np.sqrt(2 * math.pi) * np.array(sd)).sum())
            rows.append({"vector": which, "chi2": _short(chi2), "llh": _short(llh), **values})
        return rows

    def _depot(self) -> tuple[str, float]:
        """The species that a dose fills, and what a mg/kg makes of it (nM)."""
        (row,) = (r for r in self.tables.steady_state.values() if r.seed == DEPOT_SEED)
        numbers = self.tables.numbers()
        size = self.tables.compartments[row.compartment].size
        return row.species, numbers[DEPOT_PER_DOSE].value / numbers[size].value


def problem(folder: Path | None = None) -> Problem:
    """The package's own fits (or those of another ``validation/``) as a PEtab problem."""
    files = model_files.packaged()
    return Problem(load_fits(folder), files.tables, files.sbml)


def made(of: Problem) -> dict[str, bytes]:
    """Every file of the problem by its name.

    ``simulations.tsv`` and ``objective.tsv`` are no part of PEtab's YAML: they say what the
    package's own engine gives, so that an import can be checked.
    """
    simulations, objective = of.simulations(), of.objective()
    tables = {
        CONDITIONS: of.conditions(),
        MEASUREMENTS: of.measurements(),
        OBSERVABLES: of.observables(),
        PARAMETERS: of.parameters(),
        SIMULATIONS: simulations,
        OBJECTIVE: objective,
    }
    texts = {name: _table(rows) for name, rows in tables.items()}
    texts[MODEL] = measured.write(of.sbml, of.data)
    texts[YAML] = _YAML
    return {name: text.encode() for name, text in sorted(texts.items())}


def page(of: Problem) -> str:
    """The tables of ``docs/petab.md``: every target of the fits, and the objective here."""
    return f"{_targets(of)}\n\nThe objective by this package's own engine:\n\n{_objective(of)}"


def _objective(of: Problem) -> str:
    rows = [
        (f"`{row['vector']}`", *(f"{row[name]:.{_PAGE_DIGITS}g}" for name in ("chi2", "llh")))
        for row in of.objective()
    ]
    return markdown(("vector", "chi2", "log-likelihood"), rows)


def _targets(of: Problem) -> str:
    """Every target and check of the fits: in PEtab, or why not."""
    lines = ["| fit | target | in PEtab | sd |", "| --- | --- | --- | --- |"]
    for datum in of.sorted.data:
        fit_id, target = of.sorted.taken[datum.id]
        lines.append(
            f"| {fit_id} | {target} | `{datum.id}` = `{datum.formula}` | {datum.target.sd:g} |"
        )
    left: dict[tuple[str, str], list[str]] = {}
    for fit_id, target, why in of.sorted.left:
        left.setdefault((fit_id, why), []).append(target)
    for (fit_id, why), targets in left.items():
        lines.append(f"| {fit_id} | {'; '.join(targets)} | no: {why} | |")
    return "\n".join(lines)


def write(folder: Path, of: Problem | None = None) -> list[Path]:
    """Write the problem's files into ``folder``, once all are made; the paths written."""
    return [Path(path) for path in write_all(folder, made(problem() if of is None else of))]


_YAML = f"""\
format_version: 1
parameter_file: {PARAMETERS}
problems:
  - sbml_files: [{MODEL}]
    condition_files: [{CONDITIONS}]
    measurement_files: [{MEASUREMENTS}]
    observable_files: [{OBSERVABLES}]
"""


def _table(rows: Iterable[Mapping[str, object]]) -> str:
    """Tab separated, with the columns of all rows."""
    rows, text = list(rows), io.StringIO()
    columns = dict.fromkeys(column for row in rows for column in row)
    writer = csv.DictWriter(text, columns, restval="", delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: object) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _short(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")

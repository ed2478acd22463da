"""Whether all engines give the same trajectories: the page ``docs/engines.md``.

Every experiment that a claim needs is run in every engine, and all readouts are compared at all
samples of the run. The committed table is only as new as the last ``make engines``; ``--check``
says whether it is of the experiments and the networks that there are now.
"""

from __future__ import annotations

import csv
import hashlib
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from ketamine_mtor import paths
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.engines import ENGINES
from ketamine_mtor.engines.built import check_built
from ketamine_mtor.engines.session import ABSOLUTE_NM
from ketamine_mtor.errors import InputError, SimulationError
from ketamine_mtor.files import renewed
from ketamine_mtor.pages import markdown
from ketamine_mtor.processes import pool
from ketamine_mtor.run import simulate
from ketamine_mtor.script import Parser, command, renew_or_check
from ketamine_mtor.tabular import tab_separated

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor.claims.model import Claim
    from ketamine_mtor.experiment import Experiment

PAGE, TABLE = "docs/engines.md", "engines.tsv"
#: All others are compared with this one.
REFERENCE, *OTHERS = ENGINES
#: Engines may differ by this share of a readout's maximum.
TOLERANCE = 1e-5
#: A maximum below this (in the readout's unit) is nothing, and a share of this is taken: there the
#: absolute tolerance that the solvers are asked for is more than what they may differ by.
LEAST_MAXIMUM = ABSOLUTE_NM / TOLERANCE
#: Digits of a digest.
_DIGITS = 8
#: Gives the run of an experiment in an engine.
Simulate = Callable[["Experiment", str], "xr.Dataset"]
#: Simulate the groups of experiments: the built-in map, or that of a pool.
Mapper = Callable[..., Iterable[list["Deviation"]]]


@dataclass(frozen=True)
class Deviation:
    """How far an engine is from the reference in an experiment.

    Attributes
    ----------
    variant, experiment, engine
        What was run.
    deviation
        The largest difference, as a share of the readout's maximum; infinite without a run.
    readout
        The readout that differs most; without a run, why there is none.
    """

    variant: str
    experiment: str
    engine: str
    deviation: float
    readout: str

    def __str__(self) -> str:
        what = f"{self.experiment} ({self.variant}): {self.engine}"
        if math.isinf(self.deviation):
            return f"{what} does not run: {self.readout}"
        return (
            f"{what} differs from {REFERENCE} by {self.deviation:.1e} of the maximum of"
            f" {self.readout}; allowed: {TOLERANCE:g}"
        )


_COLUMNS = tuple(field.name for field in fields(Deviation))


def experiments(claims: Iterable[Claim]) -> dict[str, Experiment]:
    """Each experiment that the claims need, once, by the name that it is told by."""
    found: dict[Experiment, str] = {}
    for claim in claims:
        for condition in claim.conditions:
            for name, vehicle in condition.runs():
                experiment = claim.experiments[name].experiment(vehicle=vehicle)
                found.setdefault(experiment, f"{name}, vehicle" if vehicle else name)
    return {name: experiment for experiment, name in found.items()}


def compare(name: str, experiment: Experiment, runs: Simulate) -> list[Deviation]:
    """A row for each engine but the reference."""
    rows = []
    reference = runs(experiment, REFERENCE)
    for engine in OTHERS:
        try:
            deviation, readout = largest_deviation(reference, runs(experiment, engine))
        except SimulationError as error:
            deviation, readout = math.inf, error.reason
        rows.append(Deviation(experiment.variant, name, engine, deviation, readout))
    return rows


def largest_deviation(one: xr.Dataset, other: xr.Dataset) -> tuple[float, str]:
    """The largest difference of two runs, as a share of the readout's maximum, and where it is."""
    found = []
    for name in map(str, one):
        ours, theirs = one[name].values, other[name].values
        share = float(np.abs(ours - theirs).max() / max(np.abs(ours).max(), LEAST_MAXIMUM))
        if math.isnan(share):
            return math.inf, f"{name} is no number"
        found.append((share, name))
    return max(found)


def compute(named: Mapping[str, Experiment], mapper: Mapper = map) -> list[Deviation]:
    """How far apart the engines are in these experiments, in their order.

    Parameters
    ----------
    named
        Name to experiment.
    mapper
        Applies a function to groups of experiments, in this process or in others.

    Raises
    ------
    SimulationError
        When the reference does not run.
    MissingExtra
        Where an engine is not installed.
    """
    # One group for each animal, so that its steady state is looked for once in each engine; the
    # shipped one needs no looking for. In the order of variants, of which engines keep a few.
    groups: dict[object, dict[str, Experiment]] = {}
    for name, experiment in named.items():
        animal = (experiment.knockouts, experiment.parameters)
        groups.setdefault((experiment.variant, animal if any(animal) else name), {})[name] = (
            experiment
        )
    rows = [row for group in mapper(_compared, groups.values()) for row in group]
    order = {name: i for i, name in enumerate(named)}
    return sorted(rows, key=lambda row: order[row.experiment])


def _compared(group: Mapping[str, Experiment]) -> list[Deviation]:
    return [row for name, each in group.items() for row in compare(name, each, _run)]


def _run(experiment: Experiment, engine: str) -> xr.Dataset:
    return simulate(experiment, engine=engine)


def faults(rows: Iterable[Deviation]) -> list[str]:
    """A line for each row beyond the tolerance."""
    return [str(row) for row in rows if not row.deviation <= TOLERANCE]


def out_of_step(rows: Iterable[Deviation], named: Mapping[str, Experiment]) -> list[str]:
    """A line for each run that the rows lack, and each that no claim needs."""
    wanted = {(each.variant, name, engine) for name, each in named.items() for engine in OTHERS}
    there = {(row.variant, row.experiment, row.engine) for row in rows}
    lines = [(run, "is missing in") for run in wanted - there]
    lines += [(run, "is of no claim, but in") for run in there - wanted]
    return [
        f"{name} ({variant}), {engine}: {what} {TABLE}; run: make engines"
        for (variant, name, engine), what in sorted(lines)
    ]


def tsv(rows: Iterable[Deviation]) -> str:
    """The rows, tab separated, deviations with two digits."""
    short = (
        (row.variant, row.experiment, row.engine, f"{row.deviation:.1e}", row.readout)
        for row in rows
    )
    return tab_separated([_COLUMNS, *short])


def load(text: str) -> list[Deviation]:
    """What :func:`tsv` wrote; InputError for another table."""
    head, *lines = csv.reader(text.splitlines(), delimiter="\t") if text else [[]]
    try:
        if tuple(head) != _COLUMNS:
            raise ValueError
        return [
            Deviation(variant, name, engine, float(deviation), readout)
            for variant, name, engine, deviation, readout in lines
        ]
    except ValueError:
        raise InputError(
            f"{TABLE} is no table of {' '.join(_COLUMNS)}; run: make engines"
        ) from None


def networks(variants: Iterable[str]) -> dict[str, str]:
    """The start of the SHA-256 of each variant's network, reactions and numbers, as it is now."""
    return {
        name: hashlib.sha256(paths.read(paths.network(name)).encode()).hexdigest()[:_DIGITS]
        for name in dict.fromkeys(variants)
    }


def table(rows: Iterable[Deviation], of: Mapping[str, str]) -> str:
    """The worst run of each variant in each engine, in Markdown; ``of``: networks' digests."""
    groups: dict[tuple[str, str], list[Deviation]] = {}
    for row in rows:
        groups.setdefault((row.variant, row.engine), []).append(row)
    worst = {key: max(group, key=lambda row: row.deviation) for key, group in groups.items()}
    return markdown(
        ["variant", "network", "engine", "experiments", "differs by at most", "in", "where"],
        (
            [
                f"`{variant}`",
                of[variant],
                engine,
                str(len(groups[variant, engine])),
                f"{row.deviation:.1e}",
                row.experiment,
                f"`{row.readout}`",
            ]
            for (variant, engine), row in worst.items()
        ),
    )


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m ketamine_mtor.studies.agreement``: what ``make engines`` runs.

    Returns the exit status: 0; 1 where engines differ, a run fails, or with ``--check`` the
    committed table is not of the claims' experiments; 2 for wrong input or a missing extra.
    """
    parser = Parser(prog="python -m ketamine_mtor.studies.agreement")
    parser.add_argument("--check", action="store_true", help="only look at the committed table")
    check = parser.parse_args(arguments).check
    named = experiments(load_claims())
    before = paths.read(paths.root() / PAGE)
    if check:
        rows = load(paths.read(paths.committed(TABLE)))
    else:
        check_built()
        with pool() as processes:
            rows = compute(named, processes.map)
    of = networks(row.variant for row in rows)
    after = renewed(before, table(rows, of), PAGE)
    lines = [*out_of_step(rows, named), *faults(rows)]
    made = {f"validation/results/{TABLE}": tsv(rows).encode(), PAGE: after.encode()}
    return renew_or_check(made, "make engines", lines, check=check)


if __name__ == "__main__":
    sys.exit(main())

"""Gives each claim its verdict. Every experiment is simulated once, however many claims need it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ketamine_mtor.claims.bench import Bench, NotRun
from ketamine_mtor.claims.evaluate import measure
from ketamine_mtor.claims.model import Claim
from ketamine_mtor.claims.scores import Part
from ketamine_mtor.errors import SimulationError

if TYPE_CHECKING:
    import xarray as xr

    from ketamine_mtor.experiment import Experiment

PASS, FAIL, NOT_RUN = "pass", "fail", "not-run"


@dataclass(frozen=True)
class Verdict:
    """A claim, judged.

    Attributes
    ----------
    claim
        The claim.
    status
        ``pass``, ``fail`` or ``not-run``.
    parts
        What was measured, one entry or more per condition; empty for ``not-run``.
    not_run
        Why it was not run.
    """

    claim: Claim
    status: str
    parts: tuple[Part, ...] = ()
    not_run: str = ""

    @property
    def decisive(self) -> Part | None:
        """The first part that failed, else the one that passed by the smallest margin."""
        failed = [part for part in self.parts if not part.passed]
        return failed[0] if failed else min(self.parts, key=_margin, default=None)

    @property
    def reason(self) -> str:
        """Why it was not run, or which event never happened; else empty."""
        part = self.decisive
        return self.not_run or (part.reason if part else "")

    def to_dict(self) -> dict[str, Any]:
        """The verdict as JSON's types, with the names of the command line's ``--json``."""
        claim, part = self.claim, self.decisive
        return {
            "id": claim.id,
            "kind": claim.kind,
            "quote": list(claim.quote) if len(claim.quote) > 1 else "".join(claim.quote),
            "statement": claim.statement,
            "status": self.status,
            "measured": part.measured if part else None,
            "threshold": part.threshold if part else None,
            "sense": part.sense if part else None,
            "unit": part.unit if part else None,
            "experiment": part.condition.setup if part else claim.experiment,
            "test": part.condition.say() if part else "",
            "source": list(claim.source),
            "role": claim.role,
            "reason": self.reason,
        }


def _margin(part: Part) -> float:
    if part.measured is None or part.threshold is None:
        return 0.0
    return float(margin(part.measured, part.threshold, part.sense == ">="))


def margin(measured: Any, threshold: Any, at_least: Any) -> np.ndarray:
    """How far numbers are from failing, as a share of their thresholds; arrays or numbers."""
    away = np.asarray(measured) - threshold
    return np.where(at_least, away, -away) / np.maximum(np.abs(threshold), 1e-12)


class Runs:
    """Simulates what claims need, each experiment once and only the readouts that are asked for.

    Parameters
    ----------
    claims
        The claims that will be judged.
    simulate
        Gives the dataset of an experiment, which names its observables; may raise SimulationError.
    variant
        Variant of the model for the experiments that name none.
    """

    def __init__(
        self,
        claims: Iterable[Claim],
        simulate: Callable[[Experiment], xr.Dataset],
        variant: str | None = None,
    ):
        self.simulate = simulate
        self._readouts: dict[Experiment, set[str]] = {}
        self._done: dict[Experiment, xr.Dataset | SimulationError] = {}
        for claim in claims:
            for condition in claim.conditions:
                wanted = {readout.id for readout in condition.readouts()}
                for name, vehicle in condition.runs():
                    experiment = claim.experiments[name].experiment(variant, vehicle=vehicle)
                    self._readouts.setdefault(experiment, set()).update(wanted)

    def __call__(self, experiment: Experiment) -> xr.Dataset:
        """The run of an experiment; SimulationError, every time, where it failed."""
        if experiment not in self._done:
            try:
                self._done[experiment] = self.simulate(self.asked(experiment))
            except SimulationError as error:
                self._done[experiment] = error
        done = self._done[experiment]
        if isinstance(done, SimulationError):
            raise done
        return done

    def forget(self, experiment: Experiment) -> None:
        """Let go of its run; where it is asked for again, it is simulated again."""
        self._done.pop(experiment, None)

    def asked(self, experiment: Experiment) -> Experiment:
        """The experiment as it is simulated, with the readouts that the claims ask for."""
        observables = sorted(self._readouts.get(experiment, ())) or None
        return dataclasses.replace(experiment, observables=observables, tables=None)


def judge(
    claims: Iterable[Claim],
    runs: Callable[[Experiment], xr.Dataset],
    variant: str | None = None,
) -> list[Verdict]:
    """A verdict per claim, in the order of the claims.

    Parameters
    ----------
    claims
        The claims to judge.
    runs
        Gives the dataset of an experiment (time in hours, attribute ``baseline``); a
        SimulationError makes the claims that need it ``not-run``.
    variant
        Variant of the model for the experiments that name none.
    """
    return [_verdict(claim, runs, variant) for claim in claims]


def _verdict(
    claim: Claim, runs: Callable[[Experiment], xr.Dataset], variant: str | None
) -> Verdict:
    bench = Bench(claim, runs, variant)
    try:
        parts = tuple(part for condition in claim.conditions for part in measure(condition, bench))
    except NotRun as problem:
        return Verdict(claim, NOT_RUN, not_run=str(problem))
    return Verdict(claim, PASS if all(part.passed for part in parts) else FAIL, parts)

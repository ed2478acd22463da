"""Which targets of the fits a PEtab problem (version 1) can hold, and as what; the others with why.

PEtab compares an observable, a formula of the model's state, with a number at a time. Before an
experiment the animal finds its rest (PEtab's preequilibration), with nothing given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ketamine_mtor import knowledge
from ketamine_mtor.claims.fits import CLAIMS, LEVEL, PEAK, POINTS, Fit, Target
from ketamine_mtor.claims.model import Level, Setup, Shape
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.knowledge import DEFAULT_VARIANT
from ketamine_mtor.schedule import DECIMALS, SECONDS_PER_HOUR, plan

#: The condition of an animal that nothing is done to.
REST = "rest"
#: When it is read (s). At rest all times are alike; not all tools read one that is only at 0.
REST_READ_S = 60.0
#: What the parameters begin with that make a rise a share of its highest.
SCALE = "scale_"


@dataclass(frozen=True)
class Datum:
    """A target as an observable with its measurements.

    Attributes
    ----------
    id, formula
        Of the observable; the formula is of the model with :mod:`.measured`.
    target
        What it is of.
    experiment
        What is done; None where the animal is only at rest.
    condition
        Id of the condition: the experiment's name, or :data:`REST`.
    times
        When it is measured, s.
    scale
        For points: the parameter that makes the rise (or value) a share of its highest.
    mean_s
        For a mean: over how many seconds from t=0.
    """

    id: str
    formula: str
    target: Target
    experiment: Experiment | None
    condition: str
    times: tuple[float, ...]
    scale: str = ""
    mean_s: float = 0.0

    @property
    def readout(self) -> str:
        """The readout that is measured."""
        (condition,) = self.target.claim.conditions
        return condition.readout.id

    @property
    def by_rest(self) -> bool:
        """Whether it is compared with the animal's own rest."""
        return at_rest(self.readout) in self.formula


@dataclass(frozen=True)
class Sorted:
    """The targets of some fits: those that are data of the problem, and why others are not."""

    data: tuple[Datum, ...]
    #: Fit, target as a text, why; in the order of the fits.
    left: tuple[tuple[str, str, str], ...]
    #: Fit and target (as a text) of each datum.
    taken: Mapping[str, tuple[str, str]] = field(repr=False)


def at_rest(readout: str) -> str:
    """What the readout's value at rest is called."""
    return f"{readout}_at_rest"


def mean(readout: str, seconds: float) -> str:
    """What the readout's mean over ``seconds`` from t=0 is called."""
    return f"{readout}_mean_{seconds:g}s"


def sort(fits: Iterable[Fit]) -> Sorted:
    """The targets and checks of ``fits``, each as a datum or with the reason why not."""
    data: list[Datum] = []
    left: list[tuple[str, str, str]] = []
    taken: dict[str, tuple[str, str]] = {}
    for fit in fits:
        for target in fit.targets:
            made = _datum(target)
            if isinstance(made, str):
                left.append((fit.id, target.say(), made))
            else:
                data.append(made)
                taken[made.id] = fit.id, target.say()
        left += [(fit.id, check.say(), "only checked, no part of a cost") for check in fit.checks]
    return Sorted(tuple(data), tuple(left), taken)


def _datum(target: Target) -> Datum | str:
    """The target as a datum, or why it is none."""
    if target.kind == CLAIMS:
        return "a claim sets thresholds, and a fit asks only that they are passed"
    if target.kind == PEAK:
        return "the time of a peak is no value at a time"
    (condition,) = target.claim.conditions
    readout, setup = condition.readout.id, target.claim.experiments[condition.setup]
    if target.kind == LEVEL and target.only(Level).when.how == "drug_free":
        if setup.options.get("variant") or setup.options.get("knockouts"):
            return "another animal at rest"
        return Datum(f"{readout}_{REST}", readout, target, None, REST, (REST_READ_S,))
    experiment = setup.experiment()
    until = condition.window()[1] * SECONDS_PER_HOUR
    why = _not_one_stage(setup, experiment, until)
    if why:
        return why
    if target.kind == POINTS:
        scale = f"{SCALE}{readout}_{setup.name}"
        rise = f"({readout} - {at_rest(readout)})" if target.of == "rise" else readout
        times = tuple(_seconds(time) for time, _ in target.only(Shape).points)
        name = f"{readout}_share_{setup.name}"
        formula = f"{scale} * {rise}"
        return Datum(name, formula, target, experiment, setup.name, times, scale)
    level = target.only(Level)
    when, seconds = level.when, _seconds(level.when.end)
    if when.how == "mean" and when.start == 0:
        value, name, mean_s = mean(readout, seconds), f"{readout}_mean_{setup.name}", seconds
    elif when.how == "at":
        value, name, mean_s = readout, f"{readout}_{seconds:g}s_{setup.name}", 0.0
    else:
        return f"a level {when} is no value at a time"
    if level.relative_to not in ("unit", "baseline"):
        return f"it is in shares of its {level.relative_to}, which is another time's or run's"
    by = "" if level.relative_to == "unit" else f" / {at_rest(readout)}"
    return Datum(name, value + by, target, experiment, setup.name, (seconds,), mean_s=mean_s)


def _not_one_stage(setup: Setup, experiment: Experiment, until: float) -> str:
    """Why a rest and one condition after it are not all of the experiment; empty where they are."""
    if experiment.variant != DEFAULT_VARIANT:
        return f"it is of variant {experiment.variant}, another SBML file"
    if experiment.knockouts or experiment.parameters:
        return "it is of an animal with other amounts, which seed other species"
    first = plan(experiment, knowledge.load()).segments[0]
    if first.start < 0 or first.end < until - 10**-DECIMALS:
        return "what is given starts or ends apart from t=0: more than one condition in a row"
    return ""


def _seconds(hours: float) -> float:
    return round(hours * SECONDS_PER_HOUR, DECIMALS)

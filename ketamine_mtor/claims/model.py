"""What a claim is made of, after its file has been checked. Times in hours, sizes as `Size`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from ketamine_mtor.claims.quantities import Size

if TYPE_CHECKING:
    from ketamine_mtor.experiment import Experiment


#: What a level may be relative to, beside another experiment.
REFERENCES = ("unit", "baseline", "vehicle", "peak", "rise")


def number(claim: str) -> str:
    """A claim's id up to its first ``_``, as in ``C05``."""
    return claim.split("_")[0]


@dataclass(frozen=True)
class Readout:
    """An observable as a claim sees it; `fraction` decides what counts as no change."""

    id: str
    unit: str
    fraction: bool


@dataclass(frozen=True)
class Setup:
    """A named experiment of experiments.yaml; `options` are the keywords of `Experiment`."""

    name: str
    what: str
    options: Mapping[str, Any]

    @property
    def hours(self) -> float:
        """Length of the run."""
        return float(self.options["hours"])

    @property
    def has_ketamine(self) -> bool:
        """Whether there is a vehicle run to compare with."""
        return self.options.get("ketamine", 0) != 0

    def experiment(self, variant: str | None = None, *, vehicle: bool = False) -> Experiment:
        """The experiment itself; as vehicle, the same drugs and genes without ketamine."""
        from ketamine_mtor.experiment import Bath, Experiment

        options = dict(self.options)
        if vehicle:
            options["ketamine"] = 0
        if options.get("variant") is None:
            options["variant"] = variant
        options["drugs"] = {
            name: Bath(value.get("nM"), start=value.get("start"), end=value.get("end"))
            if isinstance(value, Mapping)
            else value
            for name, value in (options.get("drugs") or {}).items()
        }
        return Experiment(**options)


@dataclass(frozen=True)
class When:
    """`how` is always, once, mean, at or drug_free; both ends in hours (0 for drug_free)."""

    how: str
    start: float = 0.0
    end: float = 0.0

    def __str__(self) -> str:
        if self.how == "drug_free":
            return "drug-free"
        if self.how == "at":
            return f"at {clock(self.end)}"
        return f"{self.how} in {clock(self.start)} to {clock(self.end)}"


def clock(time: float) -> str:
    """A time in hours as people say it: minutes below two hours."""
    return f"{60 * time:g} min" if time < 2 else f"{time:g} h"


@dataclass(frozen=True)
class Condition:
    """One comparison. `setup` names the experiment whose readout is looked at."""

    kind: ClassVar[str]
    readout: Readout
    setup: str

    def setups(self) -> tuple[str, ...]:
        """Names of the experiments whose runs are needed."""
        return (self.setup,)

    def vehicles(self) -> tuple[str, ...]:
        """Names of the experiments of which the vehicle run is needed too."""
        return ()

    def runs(self) -> tuple[tuple[str, bool], ...]:
        """Every run that is needed: the experiment's name, and whether it is its vehicle's."""
        own = tuple((name, False) for name in self.setups())
        return (*own, *((name, True) for name in self.vehicles()))

    def readouts(self) -> tuple[Readout, ...]:
        """Readouts that are looked at."""
        return (self.readout,)

    def window(self) -> tuple[float, float]:
        """First and last hour that is looked at; equal where only the drug-free steady state is."""
        raise NotImplementedError

    def say(self) -> str:
        """The condition in words."""
        raise NotImplementedError


@dataclass(frozen=True)
class Compared(Condition):
    """A condition against baseline, vehicle or another experiment."""

    when: When
    relative_to: str

    def setups(self) -> tuple[str, ...]:
        named = self.relative_to not in REFERENCES
        return (self.setup, self.relative_to) if named else (self.setup,)

    def vehicles(self) -> tuple[str, ...]:
        return (self.setup,) if self.relative_to == "vehicle" else ()

    def window(self) -> tuple[float, float]:
        return self.when.start, self.when.end


@dataclass(frozen=True)
class Change(Compared):
    """`readout` is above (up) or below (down) its reference by at least `size`."""

    kind: ClassVar[str] = "change"
    goes: str
    size: Size
    than: Readout | None = None

    def readouts(self) -> tuple[Readout, ...]:
        return (self.readout, self.than) if self.than else (self.readout,)

    def say(self) -> str:
        against = self.relative_to
        if self.than:
            # The baseline of another readout would say little: that readout itself is meant.
            of = "" if against == "baseline" else f" of {against}"
            against = self.than.id + of
        return (
            f"{self.readout.id} {self.goes} by at least {self.size} against {against}, "
            f"{self.when} ({self.setup})"
        )


@dataclass(frozen=True)
class Flat(Compared):
    """`readout` stays within a size of its reference: both ways, or only as it `goes`."""

    kind: ClassVar[str] = "flat"
    within: Size
    goes: str | None = None

    def say(self) -> str:
        how = f"goes {self.goes} by at most" if self.goes else "within"
        return (
            f"{self.readout.id} {how} {self.within} of {self.relative_to}, "
            f"{self.when} ({self.setup})"
        )


@dataclass(frozen=True)
class Level(Compared):
    """`readout`, in its unit or as a multiple of something, lies above or below bounds.

    `rise_at` is when the rise is taken of which the level is a share; None: at its highest.
    """

    kind: ClassVar[str] = "level"
    more_than: float | None = None
    less_than: float | None = None
    rise_at: float | None = None

    def window(self) -> tuple[float, float]:
        return self.when.start, max(self.when.end, self.rise_at or 0.0)

    def say(self) -> str:
        own = "" if self.readout.unit == "1" else f" {self.readout.unit}"
        of = own if self.relative_to == "unit" else f" x {self.relative_to}"
        of += "" if self.rise_at is None else f" at {clock(self.rise_at)}"
        bounds = [
            f"{word} {bound:g}{of}"
            for word, bound in (("more than", self.more_than), ("less than", self.less_than))
            if bound is not None
        ]
        return f"{self.readout.id} {' and '.join(bounds)}, {self.when} ({self.setup})"


@dataclass(frozen=True)
class Peak(Condition):
    """The extremum of the whole run falls between two times, at a multiple of baseline."""

    kind: ClassVar[str] = "peak"
    goes: str
    start: float
    end: float
    times_baseline: tuple[float, float] | None = None

    def window(self) -> tuple[float, float]:
        return self.start, self.end

    def say(self) -> str:
        height = (
            f" at {self.times_baseline[0]:g} to {self.times_baseline[1]:g} times baseline"
            if self.times_baseline
            else ""
        )
        return (
            f"{self.readout.id} peaks ({self.goes}) in {clock(self.start)} to "
            f"{clock(self.end)}{height} ({self.setup})"
        )


@dataclass(frozen=True)
class Returns(Condition):
    """Having left it, `readout` is within a size of its reference from a time on."""

    kind: ClassVar[str] = "returns"
    within: Size
    start: float
    end: float
    relative_to: str

    def vehicles(self) -> tuple[str, ...]:
        return (self.setup,) if self.relative_to == "vehicle" else ()

    def window(self) -> tuple[float, float]:
        return self.start, self.end

    def say(self) -> str:
        return (
            f"{self.readout.id} back within {self.within} of {self.relative_to} from "
            f"{clock(self.start)} to {clock(self.end)} ({self.setup})"
        )


@dataclass(frozen=True)
class Order(Condition):
    """`readout` reaches half of its extreme change before `then` does."""

    kind: ClassVar[str] = "order"
    goes: str
    then: Readout
    then_goes: str
    by_at_least: float
    start: float
    end: float
    by_at_most: float | None = None

    def readouts(self) -> tuple[Readout, ...]:
        return (self.readout, self.then)

    def window(self) -> tuple[float, float]:
        return self.start, self.end

    def say(self) -> str:
        most = "" if self.by_at_most is None else f" and at most {clock(self.by_at_most)}"
        return (
            f"{self.readout.id} half {self.goes} at least {clock(self.by_at_least)}{most} before "
            f"{self.then.id} half {self.then_goes} ({self.setup})"
        )


@dataclass(frozen=True)
class Shape(Condition):
    """The rise of `readout`, as a share of its highest, passes near points (hours, share)."""

    kind: ClassVar[str] = "shape"
    points: tuple[tuple[float, float], ...]
    within: float

    def window(self) -> tuple[float, float]:
        return self.points[0][0], self.points[-1][0]

    def say(self) -> str:
        points = ", ".join(f"{share:g} at {clock(time)}" for time, share in self.points)
        return (
            f"{self.readout.id} rises in shares of its peak within {self.within:g} of {points} "
            f"({self.setup})"
        )


@dataclass(frozen=True)
class Blocked(Condition):
    """Share of the excess over vehicle in `reference` that is lost (or kept) in `setup`.

    `size` is what the excess has to reach for there to be anything to block.
    """

    kind: ClassVar[str] = "blocked"
    goes: str
    reference: str
    by_at_least: float
    start: float
    end: float
    excess: str
    per_baseline: bool
    size: Size
    kept: bool = False

    def setups(self) -> tuple[str, ...]:
        return (self.reference, self.setup)

    def vehicles(self) -> tuple[str, ...]:
        return (self.reference, self.setup)

    def window(self) -> tuple[float, float]:
        return self.start, self.end

    def say(self) -> str:
        verb = "kept" if self.kept else "blocked"
        what = f"{self.excess} of the {'rise' if self.goes == 'up' else 'fall'}"
        fold = ", as a multiple of its vehicle," if self.per_baseline else ""
        return (
            f"{self.readout.id}: {what}{fold} in {clock(self.start)} to {clock(self.end)} {verb} "
            f"by at least {100 * self.by_at_least:g} % ({self.setup} against {self.reference})"
        )


@dataclass(frozen=True)
class Claim:
    """One statement, checked; `experiments` holds every setup that its conditions name."""

    id: str
    kind: str
    role: str
    quote: tuple[str, ...]
    statement: str
    stretch: str
    link: str
    upstream: tuple[str, ...]
    experiment: str
    conditions: tuple[Condition, ...]
    biology: str
    source: tuple[str, ...]
    experiments: Mapping[str, Setup] = field(repr=False)
    note: str = ""

    @property
    def number(self) -> str:
        """What it is called for short; see :func:`number`."""
        return number(self.id)

    def needed(self, variant: str | None = None) -> Iterator[Experiment]:
        """Every experiment that must be run to judge this claim; repeats are possible."""
        for condition in self.conditions:
            for name, vehicle in condition.runs():
                yield self.experiments[name].experiment(variant, vehicle=vehicle)

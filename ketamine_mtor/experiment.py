"""What is done to the animal: :class:`Experiment` and :class:`Bath`, checked when they are made."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass
from numbers import Real
from typing import Any, NamedTuple

from ketamine_mtor import knowledge
from ketamine_mtor.errors import InputError, one_of
from ketamine_mtor.knowledge import DEFAULT_VARIANT

#: A drug without a start is present from half an hour before t=0.
PRETREATMENT_H = -0.5
DEFAULT_DOSE = 10.0
LARGEST_DOSE = 1e4
LARGEST_CONCENTRATION = 1e9
SHORTEST_RUN_H, LONGEST_RUN_H = 1e-3, 1e5
SHORTEST_STEP_S, SHORTEST_INFUSION_MIN = 1e-3, 1e-3
MOST_POINTS = 1_000_000
#: Parameters of the model that a dose (mg/kg) and an infusion (mg/kg/s) set.
DOSE, INFUSION = "ketamine_dose", "ketamine_infusion"
#: How a dose is given, in the command line and in Python.
AS_A_DOSE = "--ketamine (ketamine=mg/kg)"


class Dose(NamedTuple):
    """Ketamine (mg/kg, i.p.) at a time (h); over ``minutes`` if above 0, else at once."""

    hours: float
    mgkg: float
    minutes: float = 0.0


@dataclass(frozen=True)
class Bath:
    """A drug held at ``nM`` (None: the usual concentration) from ``start`` to ``end`` (hours).

    Without a start it is present from 30 minutes before t=0, without an end to the end of the run.

    Raises
    ------
    InputError
        For a concentration or time that is no number, negative, too large or out of order.
    """

    nM: float | None = None
    start: Any = None  # once checked, a number
    end: float | None = None

    def __post_init__(self) -> None:
        nM = self.nM
        if nM is not None:
            nM = _number("a concentration", nM, "nM", 0, LARGEST_CONCENTRATION)
        start = PRETREATMENT_H if self.start is None else self.start
        start = _number("the start of a drug", start, "h", -LONGEST_RUN_H, LONGEST_RUN_H)
        end = self.end
        if end is not None:
            end = _number("the end of a drug", end, "h", -LONGEST_RUN_H, LONGEST_RUN_H)
            if end <= start:
                raise InputError(f"a drug cannot end at {end:g} h: it starts at {start:g} h")
        for name, value in (("nM", nM), ("start", start), ("end", end)):
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Experiment:
    """What is done to the animal and what is read; frozen, hashable, checked.

    Parameters
    ----------
    ketamine
        mg/kg at t=0, or a list of (hours, mg/kg) and (hours, mg/kg, minutes of infusion).
    drugs
        Drug to its concentration in nM, None for the usual one, or a :class:`Bath`.
    knockouts
        Genes whose parameters are set to 0.
    parameters
        Parameter or initial amount to its value, in the unit of its table.
    variant
        Variant of the model (None: ``caption``).
    hours
        Length of the run (h), from time 0 on.
    every
        From one sample to the next (s).
    observables
        Ids of what is read; None for all.
    tables
        The tables that say which names there are (default: the package's).

    Raises
    ------
    InputError
        Names the value, what is allowed and the nearest match.
    """

    ketamine: Any = DEFAULT_DOSE
    drugs: Any = ()
    knockouts: Any = ()
    parameters: Any = ()
    # None is the default variant; once checked, it is its name.
    variant: str = None  # type: ignore[assignment]
    hours: float = 72.0
    every: float = 60.0
    observables: Any = None
    tables: InitVar[knowledge.Tables | None] = None

    def __post_init__(self, tables: knowledge.Tables | None) -> None:
        tables = knowledge.load() if tables is None else tables
        hours = _number("hours", self.hours, "h", SHORTEST_RUN_H, LONGEST_RUN_H)
        every = _number("every", self.every, "s", SHORTEST_STEP_S, math.inf)
        if hours * 3600 / every > MOST_POINTS:
            raise InputError(
                f"{hours:g} h every {every:g} s is {hours * 3600 / every:.3g} points;"
                f" allowed: up to {MOST_POINTS}"
            )
        variant = DEFAULT_VARIANT if self.variant is None else self.variant
        observables = self.observables
        if observables is not None:
            observables = tuple(_words("observable", observables, tables.observables))
            if not observables:
                raise InputError(
                    f"observables are {self.observables!r}; allowed: one or more, or None for all"
                )
        checked = {
            "hours": hours,
            "every": every,
            "variant": one_of("variant", variant, tables.variants),
            "ketamine": _doses(self.ketamine, hours),
            "drugs": _baths(self.drugs, hours, tables),
            "knockouts": tuple(sorted(_words("gene", self.knockouts, tables.genes))),
            "parameters": _settings(self.parameters, tables),
            "observables": observables,
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def __str__(self) -> str:
        """In a line what is done, for how long, and what else is not as usual."""
        usual: dict[str, Any] = {
            "drugs": {},
            "knockouts": [],
            "parameters": {},
            "variant": DEFAULT_VARIANT,
        }
        usual |= {"every": Experiment.every, "observables": None}
        told = [
            f"{name}={value!r}"
            for name, value in self.to_dict().items()
            if name not in usual or value != usual[name]
        ]
        return f"Experiment({', '.join(told)})"

    def to_dict(self) -> dict[str, Any]:
        """The experiment as JSON's types; ``Experiment(**experiment.to_dict())`` gives it back."""
        drugs = {name: {"nM": b.nM, "start": b.start, "end": b.end} for name, b in self.drugs}
        return {
            "ketamine": [list(dose) for dose in self.ketamine],
            "drugs": drugs,
            "knockouts": list(self.knockouts),
            "parameters": dict(self.parameters),
            "variant": self.variant,
            "hours": self.hours,
            "every": self.every,
            "observables": None if self.observables is None else list(self.observables),
        }


def set_elsewhere(tables: knowledge.Tables) -> dict[str, str]:
    """Each parameter that a dose or a drug sets, to how."""
    by_drug = {
        parameter: f"--drug {row.drug} (drugs={{'{row.drug}': nM}})"
        for row in tables.drugs.values()
        for parameter in (row.parameter, row.switch)
        if parameter
    }
    doses = (DOSE, INFUSION, knowledge.DEPOT_SEED)
    return by_drug | dict.fromkeys(doses, AS_A_DOSE)


def at_odds(
    changed: Iterable[str], knockouts: Iterable[str], tables: knowledge.Tables
) -> list[str]:
    """A line for each drug or parameter that a knockout makes void: allowed, and worth a word."""
    lines = []
    for name, gene in itertools.product(changed, knockouts):
        parts, note = tables.genes[gene].parameters, tables.genes[gene].note
        target = tables.drugs[name].target if name in tables.drugs else None
        if target and (gene == target or any(part.startswith(f"{target}_") for part in parts)):
            far = f" ({note})" if note else ""
            lines.append(f"{name} acts on {target}, which the knockout of {gene} takes away{far}")
        if name in parts:
            lines.append(f"{name} is 0 by the knockout of {gene}, whatever it is set to")
    return lines


def parse_ketamine(text: str) -> tuple[float, float, float]:
    """``MGKG[@HOURS[/MINUTES]]``, as on the command line, to (hours, mg/kg, minutes).

    >>> parse_ketamine("10@24/40")
    (24.0, 10.0, 40.0)
    """
    shape = "MGKG, MGKG@HOURS or MGKG@HOURS/MINUTES"
    dose, at, when = text.partition("@")
    hours, slash, minutes = when.partition("/")
    return (
        _parsed(text, shape, hours) if at else 0.0,
        _parsed(text, shape, dose),
        _parsed(text, shape, minutes) if slash else 0.0,
    )


def parse_drug(text: str) -> tuple[str, Bath]:
    """``NAME[=NM][@START[:END]]``, as on the command line, to the name and its :class:`Bath`.

    >>> parse_drug("rapamycin=100@-1:6")
    ('rapamycin', Bath(nM=100.0, start=-1.0, end=6.0))
    """
    shape = "NAME, NAME=NM, NAME@START or NAME=NM@START:END"
    given, at, window = text.partition("@")
    name, equals, nM = given.partition("=")
    start, colon, end = window.partition(":")
    if not name:
        raise InputError(f"'{text}' is no drug; allowed: {shape}")
    return name, Bath(
        _parsed(text, shape, nM) if equals else None,
        _parsed(text, shape, start) if at else None,
        _parsed(text, shape, end) if colon else None,
    )


def _parsed(text: str, shape: str, part: str) -> float:
    try:
        return float(part)
    except ValueError:
        where = "" if part == text else f" in '{text}'"
        raise InputError(f"'{part}'{where} is no number; allowed: {shape}") from None


def _number(
    what: str, value: object, unit: str, low: float, high: float, above: bool = False
) -> float:
    """``value`` as a float within low to high (above low, if so asked), or an InputError."""
    bound = f"above {low:g}" if above else f"{low:g} or more"
    allowed = f"a number, {bound}" + (f", up to {high:g} {unit}" if high < math.inf else f" {unit}")
    if not isinstance(value, Real) or isinstance(value, bool):
        raise InputError(f"{what} is {value!r}; allowed: {allowed}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf if value > 0 else -math.inf  # type: ignore[operator] # Real has no order
    if not math.isfinite(number) or not low <= number <= high or (above and number == low):
        raise InputError(f"{what} is {number:g} {unit}; allowed: {allowed}")
    return number


def _words(what: str, words: object, allowed: Collection[str]) -> list[str]:
    """The words, each once."""
    if isinstance(words, str) or not isinstance(words, Iterable):
        raise InputError(f"{what}s are {words!r}; allowed: a list of names")
    return list(dict.fromkeys(one_of(what, word, allowed) for word in words))


def _pairs(what: str, given: object) -> dict[str, Any]:
    """A mapping from a mapping or from pairs; a name that is there twice is an error."""
    listed = given.items() if isinstance(given, Mapping) else given
    pairs: list[Any] = list(listed) if isinstance(listed, Iterable) else [listed]
    if not all(
        isinstance(pair, tuple | list) and len(pair) == 2 and isinstance(pair[0], str)
        for pair in pairs
    ):
        raise InputError(f"{what}s are {given!r}; allowed: a mapping from names to values")
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InputError(f"{what} '{name}' is given twice; allowed: once")
        found[name] = value
    return found


def _doses(given: object, hours: float) -> tuple[Dose, ...]:
    doses = [(0, given)] if isinstance(given, Real) else given
    if isinstance(doses, str) or not isinstance(doses, Iterable):
        raise InputError(f"ketamine is {given!r}; allowed: mg/kg, or a list of (hours, mg/kg)")
    checked = []
    for dose in doses:
        if not isinstance(dose, Sequence) or isinstance(dose, str) or len(dose) not in (2, 3):
            raise InputError(
                f"a dose of ketamine is {dose!r};"
                " allowed: (hours, mg/kg) or (hours, mg/kg, minutes of infusion)"
            )
        start = _number("the time of a dose", dose[0], "h", 0, LONGEST_RUN_H)
        if start >= hours:
            raise InputError(f"a dose at {start:g} h comes after the run's end at {hours:g} h")
        mgkg = _number("a dose of ketamine", dose[1], "mg/kg", 0, LARGEST_DOSE)
        minutes = dose[2] if len(dose) == 3 else 0
        minutes = _number("an infusion", minutes, "minutes", 0, LONGEST_RUN_H * 60)
        if 0 < minutes < SHORTEST_INFUSION_MIN:
            raise InputError(
                f"an infusion of {minutes:g} minutes; allowed: 0, or above {SHORTEST_INFUSION_MIN}"
            )
        if mgkg > 0:
            checked.append(Dose(start, mgkg, minutes))
    return tuple(sorted(checked))


def _baths(given: object, hours: float, tables: knowledge.Tables) -> tuple[tuple[str, Bath], ...]:
    checked = []
    for name, value in _pairs("drug", given).items():
        if name == "ketamine":
            raise InputError(f"unknown drug 'ketamine': it is given as a dose, by {AS_A_DOSE}")
        usual = tables.drugs[one_of("drug", name, tables.drugs)].usual_nM
        if isinstance(value, Mapping):
            for key in value:
                one_of(f"key of drug '{name}'", key, ("nM", "start", "end"))
            value = Bath(**value)
        bath = value if isinstance(value, Bath) else Bath(value)
        if bath.start >= hours:
            raise InputError(
                f"drug '{name}' starts at {bath.start:g} h, after the run's end at {hours:g} h"
            )
        checked.append((name, Bath(usual, bath.start, bath.end) if bath.nM is None else bath))
    return tuple(sorted(checked, key=lambda pair: pair[0]))


def _settings(given: object, tables: knowledge.Tables) -> tuple[tuple[str, float], ...]:
    pairs = _pairs("parameter", given)
    if not pairs:
        return ()
    numbers = tables.numbers()
    sizes = {row.size for row in tables.compartments.values()}
    elsewhere = set_elsewhere(tables)
    # What is set elsewhere comes last, so that it may be the nearest match all the same.
    known = sorted(numbers, key=lambda name: name in elsewhere)
    checked = []
    for name, value in pairs.items():
        if name in elsewhere:
            raise InputError(f"parameter '{name}' is set by {elsewhere[name]}")
        unit = numbers[one_of("parameter", name, known)].unit
        what = f"parameter '{name}'"
        checked.append((name, _number(what, value, unit, 0, math.inf, above=name in sizes)))
    return tuple(sorted(checked))

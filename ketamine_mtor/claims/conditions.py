"""Turns one entry of a claim's `all:` list into conditions, one per readout, and checks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from ketamine_mtor.claims import quantities
from ketamine_mtor.claims.model import (
    REFERENCES,
    Blocked,
    Change,
    Condition,
    Flat,
    Level,
    Order,
    Peak,
    Readout,
    Returns,
    Setup,
    Shape,
    When,
)
from ketamine_mtor.claims.scores import smallest_change
from ketamine_mtor.claims.vocabulary import Vocabulary
from ketamine_mtor.claims.words import fault, known

_REFERENCES = {
    "change": ("baseline", "vehicle"),
    "flat": ("baseline", "vehicle"),
    "level": REFERENCES,
}


class ConditionReader:
    """Reads the conditions of one claim.

    Parameters
    ----------
    experiment
        The claim's own experiment: where a condition names none, that one is meant.
    setups, vocabulary
        Words that the conditions may use.
    where
        File and claim, for messages.
    """

    def __init__(
        self, experiment: str, setups: Mapping[str, Setup], vocabulary: Vocabulary, where: str
    ):
        self._experiment, self._setups = experiment, setups
        self._vocabulary, self._where = vocabulary, where

    def read(self, entry: Mapping[str, Mapping[str, Any]]) -> Iterator[Condition]:
        """The conditions of an entry such as ``{change: {...}}``."""
        ((kind, raw),) = entry.items()
        where = f"{self._where}, field test.{kind}"
        named = raw["first"]["readout"] if kind == "order" else raw["readout"]
        for word in [named] if isinstance(named, str) else named:
            condition = getattr(self, f"_{kind}")(raw, self._readout(word, where), where)
            self._check(condition, where)
            yield condition

    def _readout(self, word: str, where: str) -> Readout:
        known(word, self._vocabulary.readouts, where, "readout")
        return self._vocabulary.readouts[word]

    def _setup(self, raw: Mapping[str, Any], where: str) -> str:
        name = raw.get("in", self._experiment)
        known(name, self._setups, f"{where}.in", "experiment")
        return name

    def _reference(self, raw: Mapping[str, Any], kind: str, where: str) -> str:
        choices = _REFERENCES[kind]
        name = raw.get("relative_to", choices[0])
        known(name, [*choices, *self._setups], f"{where}.relative_to", "reference")
        return name

    def _change(self, raw: Mapping[str, Any], readout: Readout, where: str) -> Condition:
        size = raw.get("by_at_least")
        return Change(
            readout=readout,
            setup=self._setup(raw, where),
            when=_when(raw["when"]),
            relative_to=self._reference(raw, "change", where),
            goes=raw["goes"],
            size=smallest_change(readout) if size is None else quantities.size(size),
            than=self._readout(raw["than"], f"{where}.than") if "than" in raw else None,
        )

    def _flat(self, raw: Mapping[str, Any], readout: Readout, where: str) -> Condition:
        within = raw.get("within")
        return Flat(
            readout=readout,
            setup=self._setup(raw, where),
            when=_when(raw["when"]),
            relative_to=self._reference(raw, "flat", where),
            within=smallest_change(readout) if within is None else quantities.size(within),
            goes=raw.get("goes"),
        )

    def _level(self, raw: Mapping[str, Any], readout: Readout, where: str) -> Condition:
        reference, rise_at = self._reference(raw, "level", where), raw.get("rise_at")
        if rise_at and reference != "rise":
            raise fault(f"{where}.rise_at", "is for relative_to: rise")
        return Level(
            readout=readout,
            setup=self._setup(raw, where),
            when=_when(raw["when"]),
            relative_to=reference,
            rise_at=quantities.hours(rise_at) if rise_at else None,
            more_than=raw.get("more_than"),
            less_than=raw.get("less_than"),
        )

    def _peak(self, raw: Mapping[str, Any], readout: Readout, where: str) -> Condition:
        start, end = map(quantities.hours, raw["between"])
        times = raw.get("times_baseline")
        return Peak(
            readout=readout,
            setup=self._setup(raw, where),
            goes=raw["goes"],
            start=start,
            end=end,
            times_baseline=tuple(times) if times else None,
        )

    def _returns(self, raw: Mapping[str, Any], readout: Readout, where: str) -> Condition:
        setup = self._setup(raw, where)
        until = raw.get("until")
        return Returns(
            readout=readout,
            setup=setup,
            within=quantities.size(raw["within"]),
            start=quantities.hours(raw["from"]),
            end=quantities.hours(until) if until else self._setups[setup].hours,
            relative_to=raw.get("relative_to", "baseline"),
        )

    def _order(self, raw: Mapping[str, Any], readout: Readout, where: str) -> Condition:
        start, end = map(quantities.hours, raw["between"])
        most = raw.get("by_at_most")
        return Order(
            readout=readout,
            setup=self._setup(raw, where),
            goes=raw["first"]["goes"],
            then=self._readout(raw["then"]["readout"], f"{where}.then"),
            then_goes=raw["then"]["goes"],
            by_at_least=quantities.hours(raw["by_at_least"]),
            start=start,
            end=end,
            by_at_most=quantities.hours(most) if most else None,
        )

    def _shape(self, raw: Mapping[str, Any], readout: Readout, where: str) -> Condition:
        points = tuple((quantities.hours(time), float(share)) for time, share in raw["points"])
        if any(late[0] <= early[0] for early, late in pairwise(points)):
            raise fault(f"{where}.points", "their times have to ascend")
        return Shape(readout, self._setup(raw, where), points=points, within=raw["within"])

    def _blocked(
        self, raw: Mapping[str, Any], readout: Readout, where: str, *, kept: bool = False
    ) -> Condition:
        start, end = map(quantities.hours, raw["between"])
        size = raw.get("change_of")
        return Blocked(
            readout=readout,
            setup=self._setup(raw, where),
            goes=raw["goes"],
            reference=self._experiment,
            by_at_least=quantities.share(raw["by_at_least"]),
            start=start,
            end=end,
            excess=raw.get("excess", "integral"),
            per_baseline="per" in raw,
            size=smallest_change(readout) if size is None else quantities.size(size),
            kept=kept,
        )

    def _kept(self, raw: Mapping[str, Any], readout: Readout, where: str) -> Condition:
        return self._blocked(raw, readout, where, kept=True)

    def _check(self, condition: Condition, where: str) -> None:
        start, end = condition.window()
        when = getattr(condition, "when", None)
        if start > end or (start == end and (when is None or when.how not in ("at", "drug_free"))):
            raise fault(where, f"the window ends at {end:g} h but starts at {start:g} h")
        for name in condition.setups():
            if end > self._setups[name].hours:
                raise fault(
                    where,
                    f"looks until {end:g} h but experiment {name} ends at "
                    f"{self._setups[name].hours:g} h",
                )
        for name in condition.vehicles():
            if not self._setups[name].has_ketamine:
                raise fault(where, f"experiment {name} has no ketamine, so no vehicle run")


def _when(raw: Mapping[str, Any]) -> When:
    ((how, value),) = raw.items()
    if how == "drug_free":
        return When(how)
    if how == "at":
        time = quantities.hours(value)
        return When(how, time, time)
    return When(how, *map(quantities.hours, value))

"""Reads and checks the fits: `validation/fits/*.yaml`, a file each, say which data decide what.

A mistake gives one line: file, field, what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ketamine_mtor import paths
from ketamine_mtor.claims import quantities
from ketamine_mtor.claims.conditions import ConditionReader
from ketamine_mtor.claims.loader import check_schema, load_claims, load_setups, read_yaml
from ketamine_mtor.claims.model import Claim, Condition, Level, Order, Peak, Setup, Shape
from ketamine_mtor.claims.vocabulary import Vocabulary, check_source, model_vocabulary
from ketamine_mtor.claims.words import fault, known
from ketamine_mtor.knowledge.rows import ASSUMED

#: The role of claims that no fit may use.
HELD_OUT = "held-out"
POINTS, LEVEL, PEAK, CLAIMS = "points", "level", "peak", "claims"

C = TypeVar("C", bound=Condition)


@dataclass(frozen=True)
class Target:
    """What a fit aims at, or only checks.

    Attributes
    ----------
    kind
        ``points`` (shares of the highest rise or value), ``level`` (in the readout's unit, or
        shares of something), ``peak`` (the time of an extremum, min) or ``claims``.
    claim
        Carries conditions and experiments; for the kind ``claims`` the claim itself.
    wanted
        The values aimed at; empty for a claim, which has thresholds.
    sd
        What counts as a distance of 1, in the unit of ``wanted``; for a claim in shares of the
        threshold.
    source
        Evidence rows of the data.
    of
        For points: shares of the highest ``rise`` over baseline, or of the ``peak`` value.
    margin
        For a claim: the share of a threshold by which it has to be passed.
    """

    kind: str
    claim: Claim
    wanted: tuple[float, ...]
    sd: float
    source: tuple[str, ...]
    of: str = "rise"
    margin: float = 0.0

    @property
    def size(self) -> int:
        """How many numbers it measures, whether or not the runs allow it."""
        return len(self.wanted) or sum(map(_parts, self.claim.conditions))

    def only(self, kind: type[C]) -> C:
        """The one condition of a target that is no claim; TypeError where it is of another kind."""
        (condition,) = self.claim.conditions
        if not isinstance(condition, kind):
            raise TypeError(f"a {condition.kind} is no {kind.kind}")
        return condition

    def say(self) -> str:
        """The target in a few words."""
        if self.kind == CLAIMS:
            return self.claim.id
        (condition,) = self.claim.conditions
        where = f"({condition.setup})"
        name = condition.readout.id
        if isinstance(condition, Shape):
            return f"{name}, shape of the {self.of} {where}"
        if isinstance(condition, Peak):
            return f"{name}, time of the peak in min {where}"
        level = self.only(Level)
        unit = "" if condition.readout.unit == "1" else f" in {condition.readout.unit}"
        of = unit if level.relative_to == "unit" else f" in shares of its {level.relative_to}"
        return f"{name} {level.when}{of} {where}"


@dataclass(frozen=True)
class Fit:
    """A fit, checked: what decides the values of ``parameters``, and what is only checked."""

    id: str
    what: str
    parameters: tuple[str, ...]
    targets: tuple[Target, ...]
    checks: tuple[Target, ...] = ()

    @property
    def data(self) -> tuple[str, ...]:
        """Evidence rows of the targets, each once."""
        return tuple(dict.fromkeys(row for target in self.targets for row in target.source))


def _parts(condition: Condition) -> int:
    """How many parts the judge measures of a condition when all its events happen."""
    if isinstance(condition, Peak):
        return 2 if condition.times_baseline else 1
    if isinstance(condition, Order):
        return 1 if condition.by_at_most is None else 2
    return 1


def load_fits(folder: Path | None = None, vocabulary: Vocabulary | None = None) -> tuple[Fit, ...]:
    """All fits by the order of their files, checked.

    Parameters
    ----------
    folder
        Holds fits/*.yaml, claims/*.yaml, experiments.yaml and caption.txt; the package's own by
        default.
    vocabulary
        Words that the fits may use; the model's own by default.

    Raises
    ------
    InputError
        One line that names file, field, what is allowed and the nearest match.
    """
    folder = paths.validation() if folder is None else folder
    vocabulary = vocabulary or model_vocabulary()
    setups = load_setups(folder / "experiments.yaml", vocabulary)
    claims = {claim.id: claim for claim in load_claims(folder, vocabulary)}
    fits: list[Fit] = []
    taken: dict[str, str] = {}
    for path in sorted((folder / "fits").glob("*.yaml")):
        raw = read_yaml(path)
        check_schema(raw, "fits.schema.json", path)
        if raw["id"] != path.stem:
            raise fault(f"{path.name}, field id", f"'{raw['id']}' (allowed: {path.stem})")
        for name in raw["parameters"]:
            known(name, vocabulary.parameters, f"{path.name}, field parameters", "parameter")
            if name in taken:
                what = f"{name} is decided in {taken[name]} (allowed: one fit for a parameter)"
                raise fault(f"{path.name}, field parameters", what)
            taken[name] = path.name
        fits.append(_Reader(path.name, raw, setups, claims, vocabulary).fit())
    if not fits:
        raise fault(str(folder.name), "no fit files (fits/*.yaml) found")
    return tuple(fits)


class _Reader:
    """Reads one file that fits the schema."""

    def __init__(
        self,
        file: str,
        raw: Mapping[str, Any],
        setups: Mapping[str, Setup],
        claims: Mapping[str, Claim],
        vocabulary: Vocabulary,
    ):
        self._file, self._raw = file, raw
        self._claims, self._vocabulary = claims, vocabulary
        named = raw["experiment"]
        self._names = [named] if isinstance(named, str) else named
        for name in self._names:
            known(name, setups, f"{file}, field experiment", "experiment")
        # A target that compares may name any experiment, but looks at one of the fit's own.
        self._setups = setups
        self._used: set[str] = set()

    def fit(self) -> Fit:
        """The fit; InputError for what the schema cannot see."""
        raw = self._raw
        found = {
            field: tuple(
                target
                for number, entry in enumerate(raw.get(field, ()))
                for target in self._targets(entry, f"{self._file}, field {field}.{number}")
            )
            for field in ("targets", "checks")
        }
        self._check_roles(found["targets"])
        for name in self._names:
            if name not in self._used:
                raise fault(
                    f"{self._file}, field experiment",
                    f"no target looks at '{name}' (allowed: used)",
                )
        return Fit(raw["id"], " ".join(raw["what"].split()), tuple(raw["parameters"]), **found)

    def _check_roles(self, targets: Iterable[Target]) -> None:
        """What was only checked is kept apart from what was used to fit."""
        for target in targets:
            if target.kind == CLAIMS and target.claim.role == HELD_OUT:
                raise fault(
                    f"{self._file}, field targets",
                    f"{target.claim.id} is {HELD_OUT} (allowed: claims of role calibration; "
                    "others are checks)",
                )

    def _targets(self, entry: Mapping[str, Any], where: str) -> Sequence[Target]:
        ((kind, raw),) = entry.items()
        where = f"{where}.{kind}"
        if kind == CLAIMS:
            return [self._claim(name, raw, where) for name in raw["ids"]]
        for word in raw["source"]:
            check_source(word, self._vocabulary, f"{where}.source")
        source = tuple(raw["source"])
        setup = raw.get("in", self._names[0])
        known(setup, self._names, f"{where}.in", "experiment of this fit")
        self._used.add(setup)
        reader = ConditionReader(setup, self._setups, self._vocabulary, where)
        of = "rise"
        if kind == POINTS:
            given = {"points": raw["values"], "within": raw["sd"]}
            (condition,) = reader.read({"shape": {"readout": raw["readout"], **given}})
            wanted = tuple(share for _, share in raw["values"])
            sd, of = raw["sd"], raw.get("of", of)
        elif kind == LEVEL:
            given = {name: raw[name] for name in ("readout", "when", "relative_to") if name in raw}
            (condition,) = reader.read({"level": {**given, "more_than": raw["value"]}})
            wanted, sd = (float(raw["value"]),), raw["sd"]
        else:
            given = {"readout": raw["readout"], "goes": raw["goes"]}
            (condition,) = reader.read({"peak": {**given, "between": ["0 min", raw["at"]]}})
            wanted = (60 * quantities.hours(raw["at"]),)
            sd = 60 * quantities.hours(raw["sd"])
        return [Target(kind, self._carrier(condition), wanted, sd, source, of)]

    def _claim(self, name: str, raw: Mapping[str, Any], where: str) -> Target:
        known(name, self._claims, f"{where}.ids", "claim")
        claim = self._claims[name]
        self._used.update(claim.experiments)
        source = tuple(row for row in claim.source if row != ASSUMED)
        sd, margin = quantities.share(raw["sd"]), quantities.share(raw["margin"])
        return Target(CLAIMS, claim, (), sd, source, margin=margin)

    def _carrier(self, condition: Condition) -> Claim:
        """A claim that carries a single condition, for what looks up runs by claims."""
        return Claim(
            id=self._raw["id"],
            kind="",
            role="",
            quote=(),
            statement="",
            stretch="",
            link="",
            upstream=(),
            experiment=condition.setup,
            conditions=(condition,),
            biology="",
            source=(),
            experiments={name: self._setups[name] for name in condition.setups()},
        )

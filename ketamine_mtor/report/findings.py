"""What the committed studies found about a claim, for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.claims.model import Claim
from ketamine_mtor.claims.study import Study
from ketamine_mtor.ensembles.summary import ALL
from ketamine_mtor.errors import InputError
from ketamine_mtor.report.origins import own_rules
from ketamine_mtor.studies import necessity, rivals, robustness

if TYPE_CHECKING:
    import pandas as pd

#: So many of what a claim fails without are named at once.
NAMED = 6


@dataclass(frozen=True)
class Share:
    """In which share of the sets a claim holds, with its 95 % interval; all in per cent."""

    within: str
    sets: int
    holds: float
    low: float
    high: float


@dataclass(frozen=True)
class Found:
    """What is known of one claim.

    Attributes
    ----------
    own
        What the claim fails without, while all claims upstream of it pass, and whether that is a
        rule: the rules of its own link first.
    rules
        Without how many rules it fails in all.
    shares
        How often it holds with other numbers.
    deciding
        Which numbers decide that: bounds, number, share of the variance in per cent, and whether
        more of it is better or worse.
    rivals
        Its status in each variant that says another mechanism.
    """

    own: tuple[tuple[str, bool], ...] = ()
    rules: int = 0
    shares: tuple[Share, ...] = ()
    deciding: tuple[tuple[str, str, float, str], ...] = ()
    rivals: dict[str, str] = field(default_factory=dict)

    @property
    def first(self) -> tuple[tuple[str, bool], ...]:
        """The start of `own`, short enough to be read."""
        return self.own[:NAMED]

    @property
    def rest(self) -> tuple[tuple[str, bool], ...]:
        """The others of `own`."""
        return self.own[NAMED:]


class Findings:
    """The committed tables, as far as they are of the model that there is now.

    Attributes
    ----------
    missing
        A line for each table that is not there, or is of something else.
    """

    def __init__(self) -> None:
        self.missing: list[str] = []
        frames = {}
        for study in (necessity.STUDY, rivals.STUDY, robustness.HOLDS, robustness.DECIDES):
            frames[study.name] = self._read(study)
        self._frames = frames

    def _read(self, study: Study) -> pd.DataFrame | None:
        try:
            frame = study.frame()
            lines = study.out_of_step(frame)
        except InputError as error:
            lines = [str(error)]
        self.missing += lines
        return None if lines else frame

    @cached_property
    def matrix(self) -> Sequence[necessity.Without]:
        """The rows of the necessity matrix."""
        frame = self._frames[necessity.STUDY.name]
        return () if frame is None else necessity.from_frame(frame)

    @cached_property
    def stands(self) -> Sequence[rivals.Stand]:
        """Each claim's status in each rival."""
        frame = self._frames[rivals.STUDY.name]
        return () if frame is None else rivals.from_frame(frame)

    @cached_property
    def shares(self) -> dict[str, list[Share]]:
        """How often each claim, and all together, hold: a row per draw."""
        frame = self._frames[robustness.HOLDS.name]
        found: dict[str, list[Share]] = {}
        for row in () if frame is None else frame.itertuples():
            share = Share(row.within, row.sets, *(100 * x for x in (row.holds, row.low, row.high)))
            found.setdefault(row.claim, []).append(share)
        return found

    @property
    def together(self) -> Share | None:
        """How often all claims of the caption hold at once within the narrowest fixed bounds."""
        fixed = [s for s in self.shares.get(ALL, ()) if s.within != robustness.RANGES]
        return min(fixed, key=lambda share: float(share.within), default=None)

    @cached_property
    def _deciding(self) -> dict[str, list[tuple[str, str, float, str]]]:
        frame = self._frames[robustness.DECIDES.name]
        found: dict[str, list[tuple[str, str, float, str]]] = {}
        for row in () if frame is None else frame.itertuples():
            if row.number:
                named = (row.within, row.number, 100 * float(row.share), row.more_is)
                found.setdefault(row.claim, []).append(named)
        return found

    def of(self, claim: Claim) -> Found:
        """What is known of a claim; nothing of one that the package has not."""
        claims = load_claims()
        if claim.id not in {each.id for each in claims}:
            return Found()
        alone = necessity.named(necessity.own(self.matrix, claim.id, claims), claim.id)
        link = {necessity.OWN_LINK, *own_rules().get(claim.id, ())}
        flips = [row for row in self.matrix if claim.number in row.flips]
        stands = {row.claim: dict(row.status) for row in self.stands}
        return Found(
            own=tuple(sorted(alone, key=lambda each: each[0] not in link)),
            rules=sum(row.kind == necessity.RULE for row in flips),
            shares=tuple(self.shares.get(claim.id, ())),
            deciding=tuple(self._deciding.get(claim.id, ())),
            rivals=stands.get(claim.id, {}),
        )

"""The FAIR-CA sheet, ``validation/fair_ca.tsv``: what it has to hold, and how a page shows it.

The indicators are those of Balaur et al. 2026, doi 10.1038/s41540-026-00828-7, by their ids; what
each asks is said in our own words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ketamine_mtor import paths
from ketamine_mtor.errors import InputError
from ketamine_mtor.fair.source import rows
from ketamine_mtor.pages import markdown

SHEET, PUBLISHED = "validation/fair_ca.tsv", "validation/fair_ca_published.tsv"
FULL, NO = "full", "no"
ANSWERS = (FULL, "half", NO, "not applicable")
#: What an answer takes: the files here, somebody who serves them, somebody who deposits them.
HOST, DEPOSIT = "host", "deposit"
RESTS_ON = ("files", HOST, DEPOSIT)
_PREFIX = "CA-RDA-"
#: Which indicators there are of the archive (A), the model (M) and their metadata (MA, MM).
_INDICATORS: Mapping[tuple[str, ...], str] = {
    ("A", "M", "MA", "MM"): "F1-01 F1-02 A1-02 A1-03 A1-04 A1.1-01 I1-01 I1-02 I2-01 I3-01 I3-02"
    " R1.3-01 R1.3-02",
    ("A", "M"): "A1-05 A1.2-01",
    ("MA", "MM"): "F2-01 F3-01 F4-01 A1-01 A2-01 I3-03 I3-04 R1-01 R1.1-01 R1.1-02 R1.1-03 R1.2-01"
    " R1.2-02 R1.3-03",
}
IDS = frozenset(
    f"{_PREFIX}{indicator}{of}"
    for objects, indicators in _INDICATORS.items()
    for indicator in indicators.split()
    for of in objects
)
_PRINCIPLES = {"F": "findable", "A": "accessible", "I": "interoperable", "R": "reusable"}


@dataclass(frozen=True)
class Answer:
    """A row of the sheet; ``evidence`` are files of the repository and commands, ``make X``."""

    id: str
    asks: str
    answer: str
    rests_on: str
    evidence: tuple[str, ...]
    reason: str

    @property
    def short(self) -> str:
        """The id without what all ids start with."""
        return self.id.removeprefix(_PREFIX)


def read(folder: Path | None = None) -> list[Answer]:
    """The rows of the sheet in the checkout ``folder``.

    Raises
    ------
    InputError
        For a sheet with :func:`faults`.
    """
    folder = paths.root() if folder is None else folder
    answers = [
        Answer(**cells, evidence=tuple(evidence.split("; ")))
        for evidence, cells in ((row.pop("evidence"), row) for row in rows(folder / SHEET))
    ]
    wrong = faults(answers)
    if wrong:
        raise InputError(f"{SHEET}: {'; '.join(wrong)}")
    return answers


def faults(answers: Iterable[Answer]) -> list[str]:
    """What is wrong with a sheet: an indicator not once, a word not allowed, a reason not given."""
    answers = list(answers)
    often = Counter(answer.id for answer in answers)
    found = [f"{name} is there {often[name]} times" for name in sorted(IDS) if often[name] != 1]
    found += [f"{name} is no indicator" for name in sorted(often.keys() - IDS)]
    for each in answers:
        for what, word, allowed in (
            ("answer", each.answer, ANSWERS),
            ("rests_on", each.rests_on, RESTS_ON),
        ):
            if word not in allowed:
                found.append(f"{each.id}: {what} '{word}'; allowed: {', '.join(allowed)}")
        if each.answer != FULL and not each.reason:
            found.append(f"{each.id}: '{each.answer}' without a reason")
        if each.answer == FULL and each.rests_on == DEPOSIT:
            found.append(f"{each.id}: full, though nothing is deposited")
        if not any(each.evidence):
            found.append(f"{each.id}: no evidence")
    return found


def counts(answers: Iterable[Answer]) -> list[int]:
    """How many answers there are of each of :data:`ANSWERS`."""
    often = Counter(answer.answer for answer in answers)
    return [often[answer] for answer in ANSWERS]


def render(folder: Path) -> str:
    """The counts beside the published ones, then every answer, in Markdown."""
    return "\n\n".join(_parts(read(folder), rows(folder / PUBLISHED)))


def _parts(answers: list[Answer], published: list[dict[str, str]]) -> Iterator[str]:
    columns = [answer.replace(" ", "_") for answer in ANSWERS]
    ours = ["**this repository**", *(f"**{count}**" for count in counts(answers))]
    theirs = [[row["assessed"], *(row[column] for column in columns)] for row in published]
    yield markdown(["assessed", *ANSWERS], [ours, *theirs])
    full = [answer for answer in answers if answer.answer == FULL]
    hosted = sum(answer.rests_on == HOST for answer in full)
    archived = sum(re.search(r"\dA$", answer.id) is not None for answer in full)
    referring = sum(answer.short.startswith("I3") for answer in full)
    yield (
        f"Of the {len(full)} answered in full, {len(full) - hosted} rest on what the repository has"
        f" or makes, {hosted} on its being got by git, which HTTPS and SSH carry and for which no"
        f" address is known yet: whoever wants a host counts {len(full) - hosted}. {archived} are"
        f" of the archive that `make archive` writes. {referring} are of I3, on references to other"
        " data, which the sheets of the PBPK models have as not applicable: without these it is"
        f" {len(full) - referring} against their number."
    )
    yield markdown(
        ["principle", *ANSWERS],
        [
            [name, *map(str, counts(each for each in answers if each.short.startswith(letter)))]
            for letter, name in _PRINCIPLES.items()
        ],
    )
    yield "## Not in full"
    yield markdown(
        ["indicator", "asks whether", "answer", "why"],
        [[each.short, each.asks, each.answer, each.reason] for each in answers if each.reason],
    )
    yield "## In full"
    yield markdown(
        ["indicator", "asks whether", "evidence"],
        [[each.short, each.asks, ", ".join(map(_shown, each.evidence))] for each in full],
    )


def _shown(evidence: str) -> str:
    return f"`{evidence}`" if evidence.startswith("make ") else f"[`{evidence}`](../{evidence})"

"""What `make sensitivity` found, as the tables of ``validation/results/``."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ketamine_mtor import knowledge, paths
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.claims.study import OF, Study, subject
from ketamine_mtor.errors import InputError, not_allowed
from ketamine_mtor.tabular import tab_separated

#: A claim or readout is said to be sensitive to a number from this sensitivity on.
SENSITIVE = 0.1
#: The tables: of the claims, of the drug-free steady state, and what decides each claim.
CLAIMS, REST, DECIDED = "sensitivity", "elasticity", "decided"
#: Smaller differences are the solver's.
_DECIMALS, _DIGITS = 3, 4
_NUMBER = "number"
_COLUMNS = ("claim", "measured", "threshold", "left_out")
#: What all three are of, as the last of them says that is written.
STUDY = Study(
    DECIDED,
    "make sensitivity",
    "models or claims",
    lambda: subject(load_claims(), knowledge.DEFAULT_VARIANT),
)


@dataclass(frozen=True)
class Decided:
    """A claim with the number that decides it and its threshold, or why it was left out."""

    claim: str
    measured: float = math.nan
    threshold: float = math.nan
    left_out: str = ""

    @property
    def away(self) -> float:
        """From what is measured to the threshold, in shares of the larger of both."""
        larger = max(abs(self.measured), abs(self.threshold))
        return (self.threshold - self.measured) / math.copysign(larger, self.measured)


@dataclass(frozen=True)
class Sensitivities:
    """``values[row, column]`` of ``rows`` (claims or readouts) to ``columns`` (numbers)."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: np.ndarray

    def of(self, row: str, column: str) -> float:
        """One value; InputError for a name that is not there."""
        for what, name, allowed in (("row", row, self.rows), ("number", column, self.columns)):
            if name not in allowed:
                raise not_allowed(what, name, allowed)
        return float(self.values[self.rows.index(row), self.columns.index(column)])

    def largest(self, row: str, most: int) -> list[tuple[str, float]]:
        """The columns that a row depends on most, with their values, largest first."""
        values = self.values[self.rows.index(row)]
        order = np.argsort(-np.abs(np.nan_to_num(values)), kind="stable")[:most]
        return [(self.columns[i], float(values[i])) for i in order]

    def strongest(self) -> dict[str, tuple[str, float]]:
        """Each column to the row that depends on it most, with the value there."""
        if not self.rows:
            return {}
        rows = np.abs(np.nan_to_num(self.values)).argmax(axis=0)
        return {
            name: (self.rows[row], float(np.nan_to_num(self.values[row, i])))
            for i, (name, row) in enumerate(zip(self.columns, rows, strict=True))
        }

    def sensitive(self, cut_off: float = SENSITIVE) -> list[str]:
        """The columns that some row is sensitive to."""
        return [name for name, (_, value) in self.strongest().items() if abs(value) >= cut_off]


def table(found: Sensitivities) -> str:
    """Tab separated, a row per number and a column per claim or readout."""
    cells = [[name, *map(_cell, found.values[:, i])] for i, name in enumerate(found.columns)]
    return tab_separated([[_NUMBER, *found.rows], *cells])


def load(text: str) -> Sensitivities:
    """What :func:`table` wrote; InputError for another table."""
    head, lines = _lines(text, (_NUMBER,))
    values = [[_number(cell) for cell in line[1:]] for line in lines]
    shape = (len(lines), len(head) - 1)
    return Sensitivities(
        tuple(head[1:]), tuple(line[0] for line in lines), np.array(values).reshape(shape).T
    )


def decided_table(rows: Iterable[Decided]) -> str:
    """Tab separated, a row per claim: what decides it, or why it was left out."""
    of = STUDY.identity()
    cells = (
        [row.claim, _short(row.measured), _short(row.threshold), row.left_out, of] for row in rows
    )
    return tab_separated([(*_COLUMNS, OF), *cells])


def load_decided(text: str) -> list[Decided]:
    """What :func:`decided_table` wrote; InputError for another table."""
    _, lines = _lines(text, _COLUMNS)
    return [
        Decided(claim, _number(value), _number(threshold), why)
        for claim, value, threshold, why, *_ in lines
    ]


def committed(name: str) -> str:
    """The text of a table as it lies in ``validation/results/``; InputError without."""
    return paths.read(paths.committed(f"{name}.tsv"))


def _lines(text: str, columns: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """The header, which has to begin with ``columns``, and the rows, all of its length."""
    head, *lines = list(csv.reader(text.splitlines(), delimiter="\t")) or [[]]
    if tuple(head[: len(columns)]) != tuple(columns):
        raise InputError(
            f"a table of results begins with {' '.join(head[: len(columns)]) or 'nothing'}, where"
            f" {' '.join(columns)} belongs; run: make sensitivity"
        )
    for line in lines:
        if len(line) != len(head):
            raise InputError(
                f"a table of results has {len(line)} cells in a row, where {len(head)} belong;"
                " run: make sensitivity"
            )
    return head, lines


def _number(cell: str) -> float:
    try:
        return float(cell) if cell else math.nan
    except ValueError:
        raise InputError(
            f"'{cell}' in a table of results is no number; run: make sensitivity"
        ) from None


def _cell(value: float) -> str:
    """Four digits, and no digit beyond what the solver knows; empty for NaN."""
    return "" if math.isnan(value) else f"{round(value, _DECIMALS) + 0.0:.{_DIGITS}g}"


def _short(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6g}"

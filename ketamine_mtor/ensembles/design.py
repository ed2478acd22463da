"""The parameter sets of an ensemble: drawn by scipy's designs, or read from a table.

Any chunk can be had without the others, and is the same whoever asks for it.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Protocol

import numpy as np

from ketamine_mtor.ensembles.space import Space
from ketamine_mtor.errors import InputError, one_of, within
from ketamine_mtor.reading import content

SOBOL, LATIN, TABLE = "sobol", "latin-hypercube", "table"
DESIGNS = (SOBOL, LATIN)
#: Kinds of columns that pandas would take as numbers: truth, durations, dates.
_NO_NUMBERS = "bmM"


class Design(Protocol):
    """Where parameter sets come from."""

    @property
    def names(self) -> tuple[str, ...]:
        """The numbers that are changed."""

    @property
    def samples(self) -> int:
        """How many sets there are."""

    def factors(self, start: int, stop: int) -> np.ndarray:
        """Factors on the numbers' values of the sets ``start`` to ``stop``, ``[set, number]``."""

    def only(self, start: int, stop: int) -> Design:
        """This design, as far as the sets ``start`` to ``stop`` need it."""

    def describe(self) -> dict[str, object]:
        """What another run has to have in common to give the same sets."""


@dataclass(frozen=True)
class Drawn:
    """Sets drawn from a space.

    ``sobol`` is one scrambled sequence through all chunks; ``latin-hypercube`` has a hypercube of
    its own in each chunk, seeded by the seed and the chunk's first set.
    """

    kind: str
    space: Space
    samples: int
    seed: int

    def __post_init__(self) -> None:
        one_of("design", self.kind, DESIGNS)

    @property
    def names(self) -> tuple[str, ...]:
        return self.space.names

    def factors(self, start: int, stop: int) -> np.ndarray:
        from scipy.stats import qmc

        size = len(self.names)
        if self.kind == LATIN:
            cube = qmc.LatinHypercube(size, rng=np.random.default_rng([self.seed, start]))
            return self.space.factors(cube.random(stop - start))
        sequence = qmc.Sobol(size, scramble=True, rng=np.random.default_rng(self.seed))
        with warnings.catch_warnings():
            # A chunk need not be a power of two: the sequence goes on in the next.
            warnings.filterwarnings(
                "ignore", message="The balance properties", category=UserWarning
            )
            if start:
                sequence.fast_forward(start)
            return self.space.factors(sequence.random(stop - start))

    def only(self, start: int, stop: int) -> Drawn:
        return self

    def describe(self) -> dict[str, object]:
        bounds = zip(self.space.low, self.space.high, strict=True)
        return {
            "design": self.kind,
            "seed": self.seed,
            "factors": dict(zip(self.names, map(list, bounds), strict=True)),
        }


@dataclass(frozen=True, eq=False)
class Given:
    """Sets from somebody's table of values; ``rows`` are those from ``first`` on."""

    names: tuple[str, ...]
    rows: np.ndarray
    samples: int
    digest: str
    first: int = 0

    def factors(self, start: int, stop: int) -> np.ndarray:
        return self.rows[start - self.first : stop - self.first]

    def only(self, start: int, stop: int) -> Given:
        return replace(self, rows=self.factors(start, stop), first=start)

    def describe(self) -> dict[str, object]:
        return {"design": TABLE, "numbers": list(self.names), "sha256": self.digest}


def read(path: Path, values: dict[str, float]) -> Given:
    """Sets from a .csv or .parquet file: a column for each number, a row for each set.

    Parameters
    ----------
    path
        The file; numbers are in the units of their tables.
    values
        Numbers that can vary, id to value.

    Raises
    ------
    InputError
        For a file that cannot be read, an unknown column, or a cell that is no number above 0.
    """
    import hashlib

    import pandas as pd

    # Without that the first cells of rows that are longer than the header would name the rows.
    readers = {".csv": partial(pd.read_csv, index_col=False), ".parquet": pd.read_parquet}
    kind = one_of("kind of table", path.suffix or path.name, readers)
    whole = content(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = readers[kind](BytesIO(whole))
    except (OSError, ValueError, pd.errors.ParserWarning) as error:
        raise InputError(f"{path} cannot be read: {str(error).splitlines()[0]}") from None
    for name in frame.columns:
        with within(path.name):
            one_of("number that can vary", name, values)
        cells = pd.to_numeric(frame[name], errors="coerce")
        wrong = ~(np.isfinite(cells) & (cells > 0)) | (frame[name].dtype.kind in _NO_NUMBERS)
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise InputError(
                f"{path.name}, row {row + 1}: {name} is '{frame[name].iloc[row]}';"
                " allowed: a number above 0"
            )
    if frame.empty:
        raise InputError(f"{path.name} has no sets; allowed: one or more rows")
    own = np.array([values[name] for name in frame.columns])
    digest = hashlib.sha256(whole).hexdigest()
    return Given(tuple(map(str, frame.columns)), frame.to_numpy(float) / own, len(frame), digest)

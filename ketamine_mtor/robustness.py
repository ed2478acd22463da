"""How often the caption's claims hold over the tables' ranges.

The table ``validation/results/robustness.tsv`` is only as new as the last ``make robustness``;
``--check`` says whether it is of the models, the claims and the ranges that there are now.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ketamine_mtor import knowledge, model_files, paths
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.ensembles import ensemble
from ketamine_mtor.ensembles.design import SOBOL, Drawn
from ketamine_mtor.ensembles.space import space
from ketamine_mtor.ensembles.store import fingerprint, subject
from ketamine_mtor.errors import InputError, MissingExtra, SimulationError
from ketamine_mtor.files import write

if TYPE_CHECKING:
    import pandas as pd

TABLE = "robustness.tsv"
#: How many sets are drawn, and the seed of the draw.
SETS, SEED = 10_000, 0
#: The kind of the claims.
_KIND = "caption"
#: Digits of the digest of what a table is of, and its column.
_DIGITS, OF = 8, "of"


def committed() -> Path:
    """Where the committed table is."""
    return paths.validation() / "results" / TABLE


def caption_claims() -> list[str]:
    """The ids of the caption's claims."""
    return [claim.id for claim in load_claims() if claim.kind == _KIND]


def identity() -> str:
    """The start of a digest of models, claims and ranges, as they are now."""
    drawn = Drawn(SOBOL, space(model_files.packaged(), None), SETS, SEED)
    judged = subject(caption_claims(), knowledge.DEFAULT_VARIANT)
    return fingerprint({**judged, **drawn.describe(), "samples": drawn.samples})[:_DIGITS]


def table(summary: pd.DataFrame) -> str:
    """The summary of an ensemble as it is committed."""
    return summary.assign(**{OF: identity()}).to_csv(sep="\t", index=False, float_format="%.6g")


def out_of_step(text: str) -> list[str]:
    """A line where the committed table is of something else than there is now."""
    head, *rows = (line.split("\t") for line in text.splitlines())
    now = identity()
    if rows and OF in head and all(row[head.index(OF)] == now for row in rows):
        return []
    return [
        f"validation/results/{TABLE} is of other models, claims or ranges; run: make robustness"
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """``python -m ketamine_mtor.robustness``: what ``make robustness`` runs.

    Returns the exit status: 0; 1 where with ``--check`` the table is of something else, where
    kernel and referee are too far apart, or after Ctrl-C; 2 for wrong input or a missing extra.
    """
    parser = argparse.ArgumentParser(prog="python -m ketamine_mtor.robustness")
    parser.add_argument("--check", action="store_true", help="only look at the committed table")
    parser.add_argument("--workers", type=int, help="processes [one per core]")
    parser.add_argument(
        "--out", type=Path, default=paths.results() / "robustness", help="for the chunks"
    )
    parser.add_argument("--table", type=Path, default=committed(), help="for the summary")
    given = parser.parse_args(arguments)
    try:
        if given.check:
            lines = out_of_step(paths.read(given.table))
            print("\n".join(lines), end="\n" if lines else "")
            return 1 if lines else 0
        claims = caption_claims()
        print(f"{SETS:,} sets, {len(claims)} claims; chunks are kept in {given.out}", flush=True)
        found = ensemble(
            SETS,
            seed=SEED,
            claims=claims,
            workers=given.workers,
            out=given.out,
            resume=True,
        )
        write(given.table, table(found.summary).encode())
        print(f"written: {given.table}")
    except (InputError, MissingExtra) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except SimulationError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as error:
        print(f"error: {str(error) or 'interrupted'}; the same again goes on", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Committed tables of ``validation/results/``: what they are of, and whether that is so still."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketamine_mtor import model_files, paths
from ketamine_mtor.claims.model import Claim
from ketamine_mtor.errors import InputError
from ketamine_mtor.files import out_of_step

if TYPE_CHECKING:
    import pandas as pd

#: The last column of each table: what the rows are of.
OF = "of"
_SEPARATOR = "\t"
#: Digits of a digest in a table.
_DIGITS = 8
#: What an SBML says about its elements.
_WORDS = re.compile(r"\s*<(annotation|notes)>.*?</\1>", re.DOTALL)


def subject(claims: Sequence[Claim], variant: str) -> dict[str, Any]:
    """What is judged: what the runs depend on of models and claims, and no words about them."""
    return {
        "models": {
            name: digest(_WORDS.sub("", model_files.packaged(name).sbml).encode())
            for name in variants(claims, variant)
        },
        "claims_sha256": digest("\n".join(map(_asked, claims)).encode()),
        "claims": [claim.id for claim in claims],
        "variant": variant,
    }


def variants(claims: Iterable[Claim], variant: str) -> tuple[str, ...]:
    """The variants of the model that the runs of these claims are of."""
    needed = (each for claim in claims for each in claim.needed(variant))
    return tuple(sorted({each.variant for each in needed}))


def fingerprint(document: dict[str, Any]) -> str:
    """The same for documents that say the same."""
    return digest(json.dumps(document).encode())


def digest(content: bytes) -> str:
    """SHA-256, as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _asked(claim: Claim) -> str:
    """What a claim asks for, of which experiments."""
    experiments = {name: dict(each.options) for name, each in claim.experiments.items()}
    return repr((claim.id, claim.conditions, experiments))


@dataclass(frozen=True)
class Study:
    """A table.

    Attributes
    ----------
    name
        Of the table, without its ending.
    command
        What makes it.
    what
        What it is of, in words.
    subject
        All that its rows depend on, as JSON's types.
    """

    name: str
    command: str
    what: str
    subject: Callable[[], dict[str, Any]]

    def file(self, folder: Path | None = None) -> Path:
        """Where the table is; in the folder of those that are committed by default."""
        return (folder or paths.committed()) / f"{self.name}.tsv"

    def identity(self) -> str:
        """The start of a digest of the subject, as it is now."""
        return fingerprint(self.subject())[:_DIGITS]

    def text(self, frame: pd.DataFrame) -> str:
        """The table as it is committed."""
        whole = frame.assign(**{OF: self.identity()})
        return whole.to_csv(sep=_SEPARATOR, index=False, float_format="%.6g", lineterminator="\n")

    def frame(self, folder: Path | None = None) -> pd.DataFrame:
        """The table as it was written; what is empty is an empty text.

        Raises
        ------
        InputError
            Where it cannot be read.
        """
        import pandas as pd

        try:
            return pd.read_csv(
                StringIO(paths.read(self.file(folder))),
                sep=_SEPARATOR,
                keep_default_na=False,
                dtype={OF: str},
            )
        except ValueError as error:
            raise InputError(
                f"{self.name}.tsv is no table: {str(error).splitlines()[0]}; run: {self.command}"
            ) from None

    def out_of_step(self, frame: pd.DataFrame) -> list[str]:
        """A line where the table is of something else than there is now."""
        now = self.identity()
        if len(frame) and OF in frame and (frame[OF] == now).all():
            return []
        name, why = f"validation/results/{self.name}.tsv", f"of other {self.what}"
        return [out_of_step(name, self.command, why)]

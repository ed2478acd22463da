"""Small fits, written to a folder and read back, for the tests of fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import yaml

from ketamine_mtor.claims.fits import Fit, load_fits
from ketamine_mtor.claims.model import Readout
from tests import claims_kit
from tests.claims_kit import claim_entry

PARAMETERS = ("absorption", "elimination")
#: The words of the small claims, and those of the small model.
WORDS = replace(
    claims_kit.WORDS,
    readouts={
        **claims_kit.WORDS.readouts,
        "ketamine_brain": Readout("ketamine_brain", "nM", False),
    },
    parameters=frozenset({"Ca_0", *PARAMETERS}),
)
POINTS = {"readout": "glutamate", "values": [["30 min", 1], ["2 h", 0.2]], "sd": 0.1}
POINTS |= {"source": ["E01"]}
LEVEL = {"readout": "Ca", "when": {"drug_free": True}, "value": 80, "sd": 8, "source": ["P20"]}
PEAK = {"readout": "glutamate", "goes": "up", "at": "30 min", "sd": "5 min", "source": ["E01"]}
CLAIMS = {"ids": ["C01_glutamate"], "margin": "10 %", "sd": "25 %"}


def fit_entry(**changes) -> dict:
    """A fit as its file would hold it."""
    entry = {
        "id": "burst",
        "what": "the burst of glutamate",
        "experiment": "ketamine",
        "parameters": ["Ca_0"],
        "targets": [{"points": POINTS}, {"level": LEVEL}, {"peak": PEAK}, {"claims": CLAIMS}],
    }
    return {**entry, **changes}


def folder(path: Path, *entries: dict, claim: Mapping | None = None) -> Path:
    """A validation folder with one claim and these fits."""
    claims_kit.folder(path, claim_entry(**(claim or {})))
    (path / "fits").mkdir()
    for entry in entries:
        text = yaml.safe_dump(entry)
        (path / "fits" / f"{entry['id']}.yaml").write_text(text, encoding="utf-8")
    return path


def loaded(path: Path, *entries: dict, claim: Mapping | None = None) -> tuple[Fit, ...]:
    return load_fits(folder(path, *entries, claim=claim), WORDS)

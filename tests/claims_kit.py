"""Small claims, words and runs for the tests of the judge; nothing here is of the real model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import yaml

from ketamine_mtor.claims.bench import Bench
from ketamine_mtor.claims.conditions import ConditionReader
from ketamine_mtor.claims.evaluate import measure
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.claims.model import Claim, Readout, Setup
from ketamine_mtor.claims.scores import Part
from ketamine_mtor.claims.vocabulary import Vocabulary

CAPTION = "Ketamine blocks receptors and raises glutamate. This activates mTORC1."

WORDS = Vocabulary(
    readouts={
        "glutamate": Readout("glutamate", "nM", False),
        "mTORC1_active": Readout("mTORC1_active", "1", True),
        "Ca": Readout("Ca", "nM", False),
    },
    drugs=frozenset({"NBQX", "rapamycin"}),
    genes=frozenset({"GRIN1"}),
    parameters=frozenset({"Ca_0"}),
    sources={"E01": "READ", "E20a": "MEM", "P20": "REPO"},
    variants=frozenset({"caption", "human"}),
)

EXPERIMENTS: dict[str, Any] = {
    "defaults": {"hours": 6},
    "experiments": {
        "ketamine": {"what": "ketamine alone", "ketamine": 10},
        "NBQX": {"what": "after NBQX", "ketamine": 10, "drugs": {"NBQX": None}},
        "nothing": {"what": "no ketamine", "ketamine": 0},
    },
}


def claim_entry(**changes) -> dict:
    """One claim as its file would hold it."""
    entry = {
        "id": "C01_glutamate",
        "kind": "caption",
        "role": "calibration",
        "quote": "raises glutamate",
        "statement": "Glutamate rises.",
        "link": "release of glutamate",
        "upstream": [],
        "experiment": "ketamine",
        "test": {
            "all": [
                {
                    "change": {
                        "readout": "glutamate",
                        "goes": "up",
                        "when": {"once": ["0 min", "2 h"]},
                    }
                }
            ]
        },
        "biology": "Known from microdialysis in the cortex (E01).",
        "source": ["E01"],
    }
    return {**entry, **changes}


def folder(path: Path, *claims: dict, experiments: Mapping = EXPERIMENTS) -> Path:
    """A validation folder with these claims in one file."""
    (path / "claims").mkdir()
    (path / "caption.txt").write_text(CAPTION + "\n", encoding="utf-8")
    (path / "experiments.yaml").write_text(yaml.safe_dump(dict(experiments)), encoding="utf-8")
    (path / "known_failures.tsv").write_text("claim\treason\n", encoding="utf-8")
    document = {"stretch": "glutamate", "claims": list(claims)}
    (path / "claims" / "01.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def loaded(path: Path, *claims: dict) -> tuple[Claim, ...]:
    """The claims, written to a folder and read back."""
    return load_claims(folder(path, *claims), WORDS)


def setups() -> dict[str, Setup]:
    """The experiments above, as the loader gives them."""
    return {
        name: Setup(
            name, raw["what"], {"hours": 6, **{k: v for k, v in raw.items() if k != "what"}}
        )
        for name, raw in EXPERIMENTS["experiments"].items()
    }


def claim_with(kind: str, **raw) -> Claim:
    """A claim on `ketamine` with a single condition of that kind."""
    reader = ConditionReader("ketamine", setups(), WORDS, "a test")
    return Claim(
        id="C01_test",
        kind="caption",
        role="calibration",
        quote=("raises glutamate",),
        statement="For a test.",
        stretch="test",
        link="test",
        upstream=(),
        experiment="ketamine",
        conditions=tuple(reader.read({kind: raw})),
        biology="none",
        source=("E01",),
        experiments=setups(),
    )


def run(hours: float = 6.0, **values: Callable[[np.ndarray], np.ndarray]) -> xr.Dataset:
    """A dataset whose readouts are functions of the time in hours; baseline is the value at 0."""
    time = np.linspace(0, hours, int(hours * 60) + 1)
    variables = {}
    for name, function in values.items():
        value = np.broadcast_to(np.asarray(function(time), float), time.shape).copy()
        unit = WORDS.readouts[name].unit
        variables[name] = ("time", value, {"units": unit, "baseline": float(value[0])})
    return xr.Dataset(variables, {"time": time})


def pulse(baseline: float, height: float, peak: float = 0.5) -> Callable[[np.ndarray], np.ndarray]:
    """Up from baseline by `height` at `peak` hours, and back."""
    return lambda t: baseline + height * (t / peak) * np.exp(1 - t / peak)


def flat(value: float) -> Callable[[np.ndarray], np.ndarray]:
    """Always the same value."""
    return lambda t: np.full_like(t, value)


def line(*points):
    """Straight from point to point (hours, value), and level afterwards."""
    times, values = np.array(points, float).T
    return lambda t: np.interp(t, times, values)


def tent(base, top, at=1.0, end=2.0):
    """Up from the base to the top, and back."""
    return line((0, base), (at, top), (end, base))


class FakeRuns:
    """Gives datasets by the drugs and the dose of the experiment: "ketamine", "NBQX vehicle"..."""

    def __init__(self, **datasets: xr.Dataset | Exception):
        self._datasets = datasets
        self.asked: list[str] = []

    def __call__(self, experiment) -> xr.Dataset:
        name = experiment.drugs[0][0] if experiment.drugs else "ketamine"
        if not experiment.ketamine:
            name += "_vehicle"
        self.asked.append(name)
        found = self._datasets[name]
        if isinstance(found, Exception):
            raise found
        return found


def parts(claim: Claim, runs: Mapping[str, xr.Dataset | Exception]) -> list[Part]:
    """What is measured of each condition of a claim, in these runs."""
    found = []
    for condition in claim.conditions:
        measured = measure(condition, Bench(claim, FakeRuns(**runs)))
        assert all(part.condition == condition for part in measured)
        found += measured
    return found

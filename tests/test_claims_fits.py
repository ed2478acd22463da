"""Files of fits: what is read from them, and one line for each that is wrong."""

from __future__ import annotations

import pytest

import ketamine_mtor as km
from ketamine_mtor.claims.fits import load_fits
from tests.fit_kit import CLAIMS, LEVEL, PEAK, POINTS, WORDS, fit_entry, folder, loaded


def test_a_fit_is_read(tmp_path):
    (fit,) = loaded(tmp_path, fit_entry(checks=[{"level": LEVEL}]))
    assert fit.parameters == ("Ca_0",)
    assert [target.kind for target in fit.targets] == ["points", "level", "peak", "claims"]
    assert [target.size for target in fit.targets] == [2, 1, 1, 1]
    assert [target.wanted for target in fit.targets] == [(1, 0.2), (80,), (30,), ()]
    assert [target.sd for target in fit.targets] == [0.1, 8, 5, 0.25]
    assert fit.data == ("E01", "P20") and len(fit.checks) == 1
    assert [target.say() for target in fit.targets] == [
        "glutamate, shape of the rise (ketamine)",
        "Ca drug-free in nM (ketamine)",
        "glutamate, time of the peak in min (ketamine)",
        "C01_glutamate",
    ]


def _one(**target) -> dict:
    return {"targets": [target]}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parameters": ["Ca_1"]}, ("field parameters", "nearest: Ca_0")),
        ({"parameters": []}, ("field parameters",)),
        ({"experiment": "ketamin"}, ("field experiment", "nearest: ketamine")),
        ({"experiment": ["ketamine", "NBQX"]}, ("field experiment", "no target looks at 'NBQX'")),
        ({"target": []}, ("top level", "nearest: targets", "allowed: ")),
        (_one(points={**POINTS, "readout": "glutamat"}), ("points", "nearest: glutamate")),
        (_one(points={**POINTS, "sd": 0}), ("targets.0.points.sd", "minimum of 0")),
        (_one(points={**POINTS, "values": [["1 s", 0], ["1 h", 1]]}), ("points.values", "1 s")),
        (_one(points={**POINTS, "values": [["1 h", 0], ["9 h", 1]]}), ("until 9 h", "ends at 6 h")),
        (_one(points={**POINTS, "in": "NBQX"}), ("points.in", "allowed: ketamine")),
        (_one(level={**LEVEL, "source": ["E20a"]}), ("level.source", "MEM", "READ, REPO")),
        (_one(level={**LEVEL, "source": ["P21"]}), ("level.source", "nearest: P20")),
        (_one(level={**LEVEL, "relative_to": "bas"}), ("relative_to", "nearest: baseline")),
        (_one(peak={**PEAK, "at": 30}), ("targets.0.peak.at",)),
        (_one(claims={**CLAIMS, "ids": ["C01_glutamat"]}), ("claims.ids", "nearest: C01")),
        (_one(claims={**CLAIMS, "margin": 0.1}), ("targets.0.claims.margin",)),
    ],
)
def test_a_wrong_file_gives_one_line(tmp_path, changes, words):
    with pytest.raises(km.InputError) as error:
        loaded(tmp_path, fit_entry(**changes))
    line = str(error.value)
    assert "\n" not in line and line.startswith("burst.yaml")
    assert [word for word in words if word not in line] == []


def test_a_held_out_claim_is_checked_and_never_fitted(tmp_path):
    held = {"role": "held-out"}
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    with pytest.raises(km.InputError, match=r"C01_glutamate is held-out .*checks"):
        loaded(tmp_path / "a", fit_entry(), claim=held)
    entry = fit_entry(targets=[{"level": LEVEL}], checks=[{"claims": CLAIMS}])
    (fit,) = loaded(tmp_path / "b", entry, claim=held)
    assert fit.data == ("P20",)


def test_two_fits_do_not_decide_the_same_number(tmp_path):
    with pytest.raises(km.InputError, match=r"two.yaml.*Ca_0 is decided in burst.yaml"):
        loaded(tmp_path, fit_entry(), fit_entry(id="two"))


def test_a_file_has_the_name_of_its_fit(tmp_path):
    place = folder(tmp_path, fit_entry())
    (place / "fits" / "burst.yaml").rename(place / "fits" / "other.yaml")
    with pytest.raises(km.InputError, match=r"other.yaml, field id: 'burst' \(allowed: other\)"):
        load_fits(place, WORDS)
    (place / "fits" / "other.yaml").unlink()
    with pytest.raises(km.InputError, match="no fit files"):
        load_fits(place, WORDS)

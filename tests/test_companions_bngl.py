"""BioNetGen makes the committed network of the rules, and rests and doses by the file's actions."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

from ketamine_mtor import network, paths
from ketamine_mtor.companions import bngl
from ketamine_mtor.errors import InputError
from ketamine_mtor.rules import build_model
from tests.companions_kit import NAMES, NEAR_RESTED, ROOT, apart

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("companions")]


@pytest.fixture(scope="module")
def by_bionetgen(tmp_path_factory):
    """What BioNetGen makes of the committed file, which is what is generated (tested)."""
    folder = tmp_path_factory.mktemp("bngl")
    program = network.bionetgen() / "BNG2.pl"
    command = ["perl", program, "--outdir", folder, ROOT / "sbml" / "ketamine_mtor.bngl"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


def section(text, name):
    """The lines of a section of a network file, each without its number."""
    inside = text.partition(f"begin {name}\n")[2].partition(f"end {name}")[0]
    return [line.split("#")[0].split()[1:] for line in inside.splitlines()]


def test_bionetgen_makes_the_committed_network_of_the_bngl(by_bionetgen):
    ours = (by_bionetgen / "ketamine_mtor.net").read_text(encoding="utf-8")
    committed = paths.read(paths.network())
    assert len(section(committed, "species")) > 200
    # The amounts of a network file are those of its seeds, here without the dose.
    for name, columns in (("species", 1), ("reactions", 3)):
        mine, theirs = ([line[:columns] for line in section(t, name)] for t in (ours, committed))
        assert mine == theirs
    assert section(ours.replace("end reactions", ""), "reactions") != section(
        committed, "reactions"
    )


def test_the_actions_of_the_bngl_rest_and_dose(by_bionetgen, tenfold_dose):
    lines = (by_bionetgen / "ketamine_mtor_dose.gdat").read_text(encoding="utf-8").splitlines()
    names = lines[0].lstrip("# ").split()
    read = np.array([line.split() for line in lines[1:]], dtype=float)
    ours = read[:, [names.index(name) for name in NAMES]]
    assert apart(ours, tenfold_dose) < NEAR_RESTED


def test_a_model_without_a_depot_has_no_bngl():
    model = build_model()
    model.initials.remove(next(i for i in model.initials if i.value.name == "n_ketamine_depot_0"))
    with pytest.raises(InputError, match="n_ketamine_depot_0"):
        bngl.write(model)

"""A model with rules of one's own becomes files that run; and what is otherwise than committed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pysb
import pytest

import ketamine_mtor as km
from ketamine_mtor.build import differences
from ketamine_mtor.errors import InputError
from tests import small_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def changed():
    """The small model in which protein is also degraded by an own rule, at its turnover's rate."""
    model = small_model.build()
    gone = model.monomers["Protein"]() ** model.compartments["cytosol"] >> None
    rate = small_model.tables().values()["protein_turnover"]
    own = pysb.Parameter("own_turnover", rate, _export=False)
    model.add_component(own)
    model.add_component(pysb.Rule("own_degradation", gone, own, _export=False))
    return km.compile_model(model, small_model.tables())


def test_without_a_change_it_runs_as_the_models_own_files():
    files = km.compile_model(small_model.with_network(), small_model.tables())
    experiment = small_model.experiment(ketamine=1)
    run = km.simulate(experiment, files=files)
    assert not small_model.differ(run, km.simulate(experiment, files=small_model.files()))


def test_an_own_rule_acts_and_the_animal_starts_at_its_own_rest(changed):
    experiment = small_model.experiment(ketamine=0)
    usual = km.simulate(experiment, files=small_model.files())["protein"]
    run = km.simulate(experiment, files=changed)["protein"]
    assert run.baseline == pytest.approx(usual.baseline / 2, rel=1e-4)
    assert np.allclose(run, run.baseline, rtol=1e-4)


def test_every_engine_runs_it(changed):
    experiment = small_model.experiment(ketamine=1)
    runs = [km.simulate(experiment, files=changed, engine=name) for name in ("roadrunner", "pysb")]
    assert not small_model.differ(*runs)


def test_what_the_sbml_cannot_hold_is_one_line():
    model = small_model.build()
    factors = [pysb.Parameter(name, 1.0, _export=False) for name in ("own_rate", "own_factor")]
    rate = pysb.Expression("product", factors[0] * factors[1], _export=False)
    place = model.compartments["cytosol"]
    before, after = (model.monomers[name]() ** place for name in ("Ion", "Protein"))
    for each in (*factors, rate, pysb.Rule("odd", before >> after, rate, _export=False)):
        model.add_component(each)
    with pytest.raises(InputError, match=r"^[^\n]*own_(rate|factor)[^\n]*$"):
        km.compile_model(model, small_model.tables())


def test_differences_from_what_is_committed(tmp_path):
    fresh, committed = tmp_path / "fresh", tmp_path / "committed"
    for folder in (fresh, committed):
        folder.mkdir()
        (folder / "same.xml").write_text("same", encoding="utf-8")
    assert differences(fresh, committed) == []
    (fresh / "same.xml").write_text("other", encoding="utf-8")
    (fresh / "new.xml").write_text("new", encoding="utf-8")
    told = [Path(line.split()[0]).name for line in differences(fresh, committed)]
    assert told == ["new.xml", "same.xml"]

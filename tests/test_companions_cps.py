"""COPASI's file runs, scans and plots, and is the same each time."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

import ketamine_mtor as km
from ketamine_mtor.claims.figures import load_figures
from ketamine_mtor.companions import cps
from ketamine_mtor.errors import InputError
from tests.companions_kit import EVERY, HOURS, NEAR, apart, basico, by_copasi

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("companions")]


def test_the_time_course_of_the_copasi_file_is_that_of_the_package(companion_texts, tenfold_dose):
    text = companion_texts["sbml/ketamine_mtor.cps"]
    assert apart(by_copasi(text), tenfold_dose) < NEAR
    assert apart(by_copasi(text, ketamine_dose=30), tenfold_dose) > NEAR


def test_the_copasi_file_scans_the_dose(companion_texts):
    module = basico.load_model_from_string(companion_texts["sbml/ketamine_mtor.cps"])
    read = basico.run_scan(output=["Values[ketamine_dose]", "Values[pS6K_T389]"], model=module)
    basico.remove_datamodel(module)
    doses = load_figures()[cps.SCAN].over
    ours = read.groupby("Values[ketamine_dose]")["Values[pS6K_T389]"].max()
    experiment = km.Experiment(hours=HOURS, every=EVERY, observables=["pS6K_T389"])
    theirs = km.scan(experiment, {"ketamine": doses})["pS6K_T389"].max("time")
    assert ours.index.tolist() == list(doses)
    np.testing.assert_allclose(ours, theirs, rtol=NEAR)


def test_the_copasi_file_plots_readouts_and_keeps_what_is_said_of_the_model(companion_texts):
    module = basico.load_model_from_string(companion_texts["sbml/ketamine_mtor.cps"])
    count = module.getNumPlotSpecifications()
    listed = [basico.get_plot_dict(place, model=module) for place in range(count)]
    plots = {plot["name"]: plot for plot in listed}
    said = basico.get_miriam_annotation(model=module)
    basico.remove_datamodel(module)
    windows = load_figures()[cps.COURSE].plots
    shown = [curve["name"] for title in windows for curve in plots[title]["curves"]]
    assert shown == [name for names in windows.values() for name in names]
    assert all(len(curve["channels"]) == 2 for plot in plots.values() for curve in plot["curves"])
    assert said["creators"][0]["last_name"] == "ketamine_mtor developers"
    assert any("ijms21218410" in each["uri"] for each in said["descriptions"])


def test_the_copasi_file_has_no_date_and_no_path(companion_texts):
    text = companion_texts["sbml/ketamine_mtor.cps"]
    assert "generated with" not in text
    assert set(re.findall(r"\d{4}-\d\d-\d\d", text)) == {"2026-11-24"}


def test_a_quantity_that_the_model_lacks_is_not_plotted(packaged_sbml, monkeypatch):
    figures = load_figures()
    course = dataclasses.replace(figures[cps.COURSE], plots={"Nothing": ("pS6K_T390",)})
    monkeypatch.setattr(cps, "load_figures", lambda: {**figures, cps.COURSE: course})
    with pytest.raises(InputError, match="nearest: 'pS6K_T389'"):
        cps.write(packaged_sbml)


def test_the_keys_and_the_order_of_annotations_do_not_stay():
    def text(first, second, *resources):
        said = "".join(f'<li resource="{each}"/>' for each in resources)
        return (
            f"<!-- generated with COPASI 1 at {first} -->\n"
            f'<F key="F_{first}" name="F_{second}"><rdf:RDF xmlns:rdf="r" about="#F_{first}">{said}'
            f'</rdf:RDF></F><F key="F_{second}"/><Use of="F_{first}"/>'
        )

    settled = cps.settled(text(7, 9, "a", "b"))
    assert settled == cps.settled(text(8, 9, "b", "a"))
    assert settled.startswith('<F key="F_0" name="F_9">') and settled.endswith('<Use of="F_0"/>')
    assert 'about="#F_0"' in settled
    assert settled != cps.settled(text(7, 9, "a", "c"))

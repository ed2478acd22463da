"""The file of figures: what it holds, and one line for each that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ketamine_mtor import paths
from ketamine_mtor.claims import figures as figures_file
from ketamine_mtor.errors import InputError


def test_the_figures_that_the_pages_speak_of_are_there():
    figures = figures_file.load_figures()
    assert {"time_course", "dose_response", "blockers", "knockouts"} < set(figures)
    assert {"rapamycin_or_torin", "repeated_dose"} < set(figures)
    assert figures["dose_response"].over == (0, 1, 3, 5, 10, 20, 30, 50, 80, 200)


def written(tmp_path: Path, change) -> Path:
    """A folder of validation/ with a changed figures.yaml."""
    for name in (figures_file.DATA, "experiments.yaml"):
        (tmp_path / name).write_bytes((paths.validation() / name).read_bytes())
    document = yaml.safe_load((tmp_path / figures_file.DATA).read_text())
    change(document["figures"])
    (tmp_path / figures_file.DATA).write_text(yaml.safe_dump(document))
    return tmp_path


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f["time_course"].update(runs=["ketamin"]), "nearest: ketamine"),
        (lambda f: f["time_course"]["plots"].update(x=["glutamat"]), "nearest: glutamate"),
        (lambda f: f["dose_response"].update(over={"ketamin": [1, 2]}), "'ketamine' is a required"),
        (lambda f: f["dose_response"].update(over={"ketamine": [1, -2]}), "-2"),
        (lambda f: f["time_course"].update(title=3), "title"),
        (lambda f: f["time_course"].update(evry=3), "nearest: every"),
        (lambda f: f.update(blockers_NBQX=f["time_course"]), "two runs would be the file"),
    ],
)
def test_a_wrong_figure_is_one_line(tmp_path, change, says):
    with pytest.raises(InputError, match=says) as error:
        figures_file.load_figures(written(tmp_path, change))
    assert "figures.yaml" in str(error.value)
    assert "\n" not in str(error.value)

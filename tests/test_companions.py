"""The companions are what the SBML gives, and each check of them can fail."""

from __future__ import annotations

import re

import numpy as np
import pytest

import ketamine_mtor as km
from ketamine_mtor import companions, optional, paths
from ketamine_mtor.companions import antimony, cps, dosing, equations
from ketamine_mtor.companions.__main__ import main
from ketamine_mtor.errors import InputError, MissingExtra
from ketamine_mtor.files import differing
from tests.companions_kit import EVERY, ROOT, SECONDS_PER_HOUR

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("companions")]


def test_the_committed_companions_are_what_is_generated(companion_texts):
    files = {name: text.encode() for name, text in companion_texts.items()}
    assert differing(ROOT, files) == []


def test_what_is_made_again_is_the_same(companion_texts, packaged_sbml):
    assert companions.COMPANIONS.keys() == companion_texts.keys()
    for name, make in companions.COMPANIONS.items():
        assert make(packaged_sbml) == companion_texts[name], name


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A checkout with two companions that are quick to make."""
    quick = {"sbml/loud.txt": str.upper, "docs/twice.md": lambda text: 2 * text}
    monkeypatch.setattr(companions, "COMPANIONS", quick)
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    paths.sbml().parent.mkdir()
    paths.sbml().write_text("some text\n", encoding="utf-8")
    return tmp_path


def test_the_command_writes_what_its_check_then_finds(small, capsys):
    assert main([]) == 0
    assert (small / "sbml" / "loud.txt").read_text(encoding="utf-8") == "SOME TEXT\n"
    capsys.readouterr()
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.breaks("ketamine_mtor.companions --check")
def test_the_check_names_each_file_that_is_otherwise(small, capsys):
    main([])
    capsys.readouterr()
    (small / "sbml" / "loud.txt").write_text("quiet\n", encoding="utf-8")
    (small / "docs" / "twice.md").unlink()
    assert main(["--check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" is out")[0] for line in lines] == ["sbml/loud.txt", "docs/twice.md"]


def test_without_the_sbml_the_command_says_so_in_one_line(small, capsys):
    paths.sbml().unlink()
    assert main(["--check"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(("make", "package"), [(antimony.write, "antimony"), (cps.write, "basico")])
def test_a_missing_package_is_named_with_its_extra(make, package, packaged_sbml, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(optional, "import_module", missing)
    with pytest.raises(MissingExtra, match=rf"{package}: install ketamine-mtor\[test\]"):
        make(packaged_sbml)


@pytest.mark.parametrize(
    "make", [dosing.write, antimony.write, cps.write, lambda text: equations.write(text, {})]
)
def test_what_is_no_sbml_is_an_input_error(make):
    with pytest.raises(InputError, match="SBML"):
        make("no SBML")


def test_the_page_names_every_companion():
    page = (ROOT / "docs" / "companions.md").read_text(encoding="utf-8")
    assert [name for name in companions.COMPANIONS if f"`{name}`" not in page] == []


def test_the_script_of_the_page_gives_the_doses(monkeypatch):
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "companions.md").read_text(encoding="utf-8")
    names = {}
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], names)
    times, values = np.vstack(names["parts"]).T
    run = km.simulate(ketamine=[(0, 10), (24, 10), (48, 10)], every=EVERY)["pS6K_T389"]
    theirs = np.interp(times / SECONDS_PER_HOUR, run["time"], run)
    assert np.abs(values - theirs).max() < 0.01 * float(run.max())

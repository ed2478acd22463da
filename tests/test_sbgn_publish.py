"""The package's own maps are what the rules give, valid, and the same each time."""

from __future__ import annotations

import shutil
from functools import cache

import pytest

from ketamine_mtor import paths, rules
from ketamine_mtor.errors import InputError
from ketamine_mtor.files import differing
from ketamine_mtor.model_files import packaged
from ketamine_mtor.sbgn import check, publish
from ketamine_mtor.sbgn.__main__ import main
from tests import small_model
from tests.hashing_kit import printed

pytestmark = pytest.mark.slow

ROOT = paths.root()


def _committed(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def _files() -> dict[str, str]:
    return dict(publish.files())


def test_the_committed_maps_are_what_the_rules_give():
    assert differing(ROOT, {name: text.encode() for name, text in _files().items()}) == []


def test_every_rule_has_a_map():
    stretches = publish.stretches()
    drawn = {name for each in stretches for name in each.rules}
    for variant in ("caption", "eef2k", "glun2b_pyramidal", "calcium_falls"):
        assert {rule.name for rule in rules.build_model(variant).rules} <= drawn


@pytest.mark.parametrize("stretch", publish.stretches(), ids=lambda each: each.module)
def test_the_map_of_a_stretch_is_valid_and_shows_its_rules(stretch):
    text = _committed(stretch.map)
    assert check.invalid(text) == []
    assert check.against_rules(text, rules.build_model(stretch.variant), stretch.rules) == []


def test_the_map_of_the_network_shows_the_sbml():
    assert check.against_sbml(_committed(publish.NETWORK), packaged().sbml) == []


def test_the_map_of_the_network_is_valid():
    assert check.invalid(_committed(publish.NETWORK)) == []


def test_a_pattern_lies_where_its_rule_finds_its_molecules():
    """Ketamine comes from the peritoneum by the blood, and blocks from outside of the cells."""
    places = {}
    for each in publish.stretches():
        if each.module in ("nmdar", "ketamine"):
            found = publish.part(each).entities
            places[each.module] = {
                one.compartment
                for one in found
                if [part.name for part in one.parts] == ["Ketamine"]
            }
    assert places["nmdar"] == {"extracellular"}
    assert places["ketamine"] == {"peritoneum", "blood", "extracellular"}


def test_a_stretch_knows_its_molecules():
    content = publish.part(next(each for each in publish.stretches() if each.module == "trkb"))
    kinds = {part.name: part.kind for each in content.entities for part in each.parts}
    assert (kinds["NTRK2"], kinds["ANA12"]) == ("macromolecule", "simple chemical")
    held = {each.parts[0].name for each in content.entities if each.held}
    assert held == {"K252a", "ANA12"}


def test_the_bytes_do_not_hang_on_hashing():
    script = (
        "from ketamine_mtor import sbgn; from ketamine_mtor.sbgn import publish;"
        "m = publish.part(next(s for s in publish.stretches() if s.module == 'mtorc1'));"
        "l = sbgn.arrange(m); print(sbgn.to_sbgn(m, l), sbgn.to_svg(m, l))"
    )
    texts = printed(script)
    assert len(texts) == 1 and "RPTOR" in texts.pop()


@pytest.fixture
def one_stretch(monkeypatch, tmp_path):
    """The commands on one stretch and the small model, in a folder of their own."""
    stretch = next(each for each in publish.stretches() if each.module == "actin")
    shutil.copytree(ROOT / "validation", tmp_path / "validation")
    (tmp_path / "docs/maps").mkdir(parents=True)
    (tmp_path / publish.PAGE).write_text("<!-- table:begin -->\n<!-- table:end -->\n")
    (tmp_path / "docs/maps/old.svg").write_text("left over")
    monkeypatch.setattr(publish, "stretches", lambda: [stretch])
    small = publish.network_map(small_model.files().network(), publish.naming(), "small")
    monkeypatch.setattr(publish, "packaged", small_model.files)
    monkeypatch.setattr(publish, "whole", lambda: small)
    monkeypatch.setattr(publish, "_networked", rules.build_model)
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    return tmp_path


@pytest.mark.breaks("ketamine_mtor.sbgn --check")
def test_the_command_writes_then_agrees(one_stretch, capsys):
    assert main(["--check"]) == 1
    assert "docs/maps/old.svg is out of step; run: make sbgn" in capsys.readouterr().out
    assert main([]) == 0
    said = capsys.readouterr().out
    assert "deleted: docs/maps/old.svg" in said and "written: docs/maps/actin.svg" in said
    assert main(["--check"]) == 0 and capsys.readouterr().out == ""
    assert "actin" in (one_stretch / publish.PAGE).read_text()
    assert not (one_stretch / "docs/maps/old.svg").exists()


def test_a_map_with_a_fault_is_not_written(one_stretch, monkeypatch, capsys):
    monkeypatch.setattr(check, "invalid", lambda text: ["it is upside down"])
    assert main([]) == 2
    assert "it is upside down (3 in all)" in capsys.readouterr().err
    assert not (one_stretch / publish.NETWORK).exists()


def test_a_page_without_marks_is_one_line(one_stretch, capsys):
    (one_stretch / publish.PAGE).write_text("no marks")
    assert main([]) == 2
    assert "lacks the marks" in capsys.readouterr().err


def test_modules_are_in_the_figures_order():
    assert tuple(rules.modules()) == rules.STRETCHES
    assert list(rules.modules("eef2k"))[-1] == "direct_route"
    assert rules.title("mtorc1").startswith("Activation of mTORC1: ")
    with pytest.raises(InputError, match="variant"):
        rules.modules("eef3k")

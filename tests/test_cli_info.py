"""`info` lists what a user can name."""

from __future__ import annotations

import json

import pytest

from tests.cli_kit import call


@pytest.mark.parametrize(
    "what, keys",
    [
        ("observables", {"id", "unit", "meaning", "source"}),
        ("drugs", {"drug", "target", "usual_nM", "source"}),
        ("genes", {"gene", "parameters", "stands_for"}),
        ("parameters", {"id", "value", "unit", "kind", "source", "low", "high"}),
        ("claims", {"id", "kind", "role", "quote", "statement", "source"}),
        ("variants", {"variant", "modules", "meaning", "source", "settings", "note"}),
    ],
)
def test_info_lists(what, keys):
    rows = json.loads(call("info", what, "--json").stdout)[what]
    assert rows and all(keys <= set(row) for row in rows)
    table = call("info", what)
    assert table.exit_code == 0
    assert next(iter(rows[-1].values())) in table.stdout


def test_info_says_what_a_variant_has_otherwise():
    rows = json.loads(call("info", "variants", "--json").stdout)["variants"]
    by_name = {row["variant"]: row for row in rows}
    assert by_name["caption"]["modules"] == [] and by_name["caption"]["settings"] == {}
    assert by_name["no_mtorc2"]["settings"] == {"RICTOR_0": {"value": 0, "unit": "nM"}}
    assert by_name["eef2k"]["modules"] == ["direct_route"]
    assert "RICTOR_0 = 0 nM" in call("info", "variants").stdout


def test_info_alone_says_which_lists_there_are():
    names = {"observables", "drugs", "genes", "parameters", "claims", "variants"}
    assert {line.split()[0] for line in call("info").stdout.splitlines()[1:]} == names
    assert set(json.loads(call("info", "--json").stdout)) == names

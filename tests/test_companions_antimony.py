"""Antimony, read back, is the model."""

from __future__ import annotations

import re

import pytest

from ketamine_mtor import emit
from ketamine_mtor.optional import extra
from tests.companions_kit import NEAR, apart, by_roadrunner

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("companions")]


def back(text):
    tool = extra("antimony", "this test")
    tool.clearPreviousLoads()
    assert tool.loadAntimonyString(text) >= 0, tool.getLastError()
    return tool.getSBMLString(tool.getMainModuleName())


def test_antimony_read_back_runs_as_the_sbml(companion_texts, packaged_sbml):
    text = companion_texts["sbml/ketamine_mtor.ant"]
    again = back(text)
    assert apart(by_roadrunner(again), by_roadrunner(packaged_sbml)) < 1e-9
    assert emit.problems(again) == []
    faster, changed = re.subn(
        r"\bketamine_elimination = [0-9.e-]+", "ketamine_elimination = 0.01", text
    )
    assert changed == 1
    assert apart(by_roadrunner(back(faster)), by_roadrunner(packaged_sbml)) > NEAR

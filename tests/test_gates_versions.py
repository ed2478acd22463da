"""What ``gates/versions.py`` compares between versions, and what it calls an interpreter."""

from __future__ import annotations

import sys

import pytest
from packaging.requirements import Requirement

from gates.versions import Result, differences, oldest, runs
from ketamine_mtor import paths

ONE = Result('{"claims": 1}', {"C01": "pass", "C02": "fail"}, b"a,b\n1,2\n")


@pytest.mark.parametrize("exactly", [True, False])
def test_the_same_is_no_difference(exactly):
    assert differences(ONE, ONE, exactly) == []


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (Result(ONE.claims, {**ONE.statuses, "C02": "pass"}, ONE.table), "C02 is pass rather"),
        (Result(ONE.claims, {"C01": "pass"}, ONE.table), "C02 is None rather than fail"),
    ],
)
@pytest.mark.parametrize("exactly", [True, False])
def test_another_status_is_one(other, said, exactly):
    (line,) = differences(ONE, other, exactly)
    assert line.startswith(said)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (Result('{"claims": 2}', ONE.statuses, ONE.table), "the judged claims"),
        (Result(ONE.claims, ONE.statuses, b"a,b\n1,3\n"), "the table"),
    ],
)
def test_other_digits_are_one_where_bytes_count(other, said):
    (line,) = differences(ONE, other, True)
    assert line.startswith(said)
    assert differences(ONE, other, False) == []


def test_an_interpreter_is_one_that_runs(tmp_path):
    broken = tmp_path / "python3.99"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    assert runs(sys.executable)
    assert not runs(str(broken)) and not runs("no-such-python")


def test_the_oldest_is_the_least_that_is_allowed():
    assert oldest('[project]\ndependencies = ["a>=1.2,<2", "b>=3,<4"]') == ["a==1.2", "b==3"]
    project = paths.read(paths.root() / "pyproject.toml")
    assert len(oldest(project)) > 10
    assert all(Requirement(line).specifier for line in oldest(project))

"""constraints.txt pins all that the project needs, and pins fit each other."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Mapping

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.project_kit import PROJECT, PYPROJECT, read

#: What constraints.txt leaves out on purpose and names in its comment.
LEFT_OUT = ("nbopen", "seaborn", "ipykernel", "jupyter-client", "jupyter-core")


def pins(constraints: str) -> dict[str, str]:
    """Package to its one version. Raises ValueError for a line that is no pin, or a second pin."""
    found: dict[str, str] = {}
    for line in constraints.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z0-9-]+)==([0-9][A-Za-z0-9.]*)", line)
        if match is None:
            raise ValueError(f"'{line}' is no NAME==VERSION")
        if match[1] in found:
            raise ValueError(f"'{match[1]}' is pinned twice")
        found[match[1]] = match[2]
    return found


def unmet(requirements: Iterable[str], pinned: Mapping[str, str]) -> list[str]:
    """Requirements of this Python and platform that no pin satisfies."""
    faults = []
    for text in requirements:
        need = Requirement(text)
        if need.marker is not None and not need.marker.evaluate({"extra": ""}):
            continue
        version = pinned.get(canonicalize_name(need.name))
        if version is None or not need.specifier.contains(version, prereleases=True):
            faults.append(text)
    return faults


def test_every_dependency_of_the_project_is_pinned():
    wanted = [*PYPROJECT["build-system"]["requires"], *PROJECT["dependencies"]]
    for extra in PROJECT["optional-dependencies"].values():
        wanted += extra
    assert unmet(wanted, pins(read("constraints.txt"))) == []


def test_every_dependency_of_a_pin_is_pinned():
    constraints = read("constraints.txt")
    pinned = pins(constraints)
    comment = " ".join(re.findall(r"^#(.*)$", constraints, re.MULTILINE))
    for name in LEFT_OUT:
        assert re.search(rf"\b{name}\b", comment)
    for name, version in pinned.items():
        assert importlib.metadata.version(name) == version, name
        wanted = importlib.metadata.requires(name) or []
        wanted = [
            each for each in wanted if canonicalize_name(Requirement(each).name) not in LEFT_OUT
        ]
        assert unmet(wanted, pinned) == [], name


def test_a_missing_pin_is_seen():
    pinned = pins("# all\nnumpy==2.4.6\n")
    wanted = ["numpy>=2.2,<3", "numpy<2", "scipy>=1", "tomli; python_version < '3.9'"]
    assert unmet(wanted, pinned) == ["numpy<2", "scipy>=1"]


@pytest.mark.parametrize("line", ["numpy>=2", "numpy==2.4.6\nnumpy==2.4.5", "numpy==2.*"])
def test_what_is_no_pin_is_seen(line):
    with pytest.raises(ValueError, match="numpy"):
        pins(line)

"""Dependencies: bounded, used for something, pinned, under licences that are allowed."""

from __future__ import annotations

import shutil
from email.message import Message

import pytest

from gates import supply
from ketamine_mtor import files, paths

PYPROJECT = """
[project]
dependencies = [
    "bounded>=1,<2", # arrays
    "Fixed_one==3", # pictures
]

[project.optional-dependencies]
more = ["other>=5,<6"] # more
"""
PINS = {"bounded": "1.5", "fixed-one": "3", "other": "5.0", "deep": "1"}


def found(pyproject=PYPROJECT, pins=PINS, **licences) -> list[str]:
    said = {**dict.fromkeys(PINS, "MIT"), **licences}
    return list(supply.faults(supply.dependencies(pyproject), pins, said.__getitem__))


def test_the_page_is_of_the_dependencies_and_nothing_is_wrong_with_them(capsys):
    assert supply.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_what_each_is_for_stands_behind_it():
    asked = supply.dependencies(PYPROJECT)
    assert [(each.extra, each.use) for each in asked] == [
        (supply.NEEDED, "arrays"),
        (supply.NEEDED, "pictures"),
        ("more", "more"),
    ]
    assert found() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (">=1,<2", ">=1", "has not both bounds"),
        (">=1,<2", "<2", "has not both bounds"),
        (">=5,<6", "", "has not both bounds"),
        (">=1,<2", ">=2,<3", "is pinned at 1.5"),
        ('"bounded', '"absent', "is pinned at None"),
        (" # arrays", "", "nothing says what it is for"),
        (" # more", "", "nothing says what it is for"),
    ],
)
def test_a_dependency_that_is_not_as_it_should_be_is_seen(old, new, said):
    (fault,) = found(PYPROJECT.replace(old, new))
    assert said in fault


@pytest.mark.parametrize("licence", ["", "GPL-3.0-only", "MIT AND GPL-2.0-only", "As you like"])
def test_a_licence_that_is_unknown_or_not_allowed_is_seen(licence):
    (fault,) = found(deep=licence)
    assert fault.startswith(f"deep: licence {licence or 'unknown'}; allowed: 0BSD, ")


@pytest.mark.parametrize(
    "licence", ["MIT", "GPL-2.0-only OR MIT", "(MIT OR AGPL-3.0-only) AND Zlib", "BSD"]
)
def test_one_of_a_choice_of_licences_is_enough(licence):
    assert found(deep=licence) == []


def test_the_licence_is_what_a_package_says():
    assert supply.licence("click") == "BSD-3-Clause"  # as an SPDX id
    assert supply.licence("pysb") == "BSD"  # in a classifier
    assert supply.licence("libroadrunner") == "Apache-2.0"  # in its licence file alone
    assert supply.licence("no-such-package") == ""


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        ({"License-Expression": "GPL-3.0-only", "License": "MIT"}, "GPL-3.0-only"),
        ({"License": "BSD-3-Clause", "Classifier": "License :: BSD License"}, "BSD-3-Clause"),
        ({"License": "MIT", "Classifier": "License :: GPL"}, "GPL"),
        ({"License": "Copyright 2020", "Classifier": "License :: OSI :: MIT License"}, "MIT"),
        ({"License": "All mine"}, "All mine"),
        ({"Classifier": "Topic :: Licence"}, ""),
    ],
)
def test_what_a_package_says_first_counts_and_no_word_hides_another(lines, licence, monkeypatch):
    about = Message()
    for name, value in lines.items():
        about[name] = value
    monkeypatch.setattr(supply.metadata, "metadata", lambda name: about)
    assert supply.licence("somebodys") == licence


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """The files that the gate reads, to change."""
    (tmp_path / "docs").mkdir()
    for name in ("pyproject.toml", supply.PINS, supply.PAGE):
        shutil.copy(paths.root() / name, tmp_path / name)
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    return tmp_path


@pytest.mark.breaks("gates.supply --check")
@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("pyproject.toml", '"click>=8.2,<9"', '"click>=8.2"', "has not both bounds"),
        (supply.PINS, "pandas==", "pandas==9", "pandas<4,>=2.2.3 is pinned"),
        (supply.PINS, "zipp==", "unheard-of==", "unheard-of: licence unknown"),
        (supply.PAGE, "| `click` |", "| `clack` |", "run: make supply"),
    ],
)
def test_the_gate_closes(checkout, capsys, name, old, new, said):
    text = (checkout / name).read_text(encoding="utf-8")
    assert old in text
    (checkout / name).write_text(text.replace(old, new), encoding="utf-8")
    assert supply.main(["--check"]) == 1
    assert said in capsys.readouterr().out


def test_the_command_writes_what_its_check_accepts(checkout):
    page = checkout / supply.PAGE
    page.write_text(f"# Page\n\n{files.BEGIN}\n{files.END}\n", encoding="utf-8")
    assert supply.main([]) == 0
    assert supply.main(["--check"]) == 0

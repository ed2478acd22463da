"""What the project's files say of it: the same everywhere, and nothing that is not of the project.

Each check is a function that returns what is wrong, so that a made up wrong file shows it can fail.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

import ketamine_mtor as km
from tests.project_kit import PROJECT, PYPROJECT, ROOT, read


def _project_files() -> Iterator[Path]:
    """Every file of the checkout that .gitignore does not leave out."""
    ignored = [line.rstrip("/") for line in read(".gitignore").split()]

    def walk(folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            if path.name == ".git" or any(fnmatch.fnmatch(path.name, each) for each in ignored):
                continue
            if path.is_dir():
                yield from walk(path)
            else:
                yield path

    yield from walk(ROOT)


# The version


def versions_said(citation: str, changelog: str) -> dict[str, str]:
    """File to the version that it says; in the changelog, the newest that has a number."""
    newest = re.search(r"^## \[(\d[^\]]*)\]", changelog, re.MULTILINE)
    return {
        "CITATION.cff": str(yaml.safe_load(citation)["version"]),
        "CHANGELOG.md": newest[1] if newest else "",
    }


def test_the_version_is_the_same_everywhere():
    said = versions_said(read("CITATION.cff"), read("CHANGELOG.md"))
    assert said == dict.fromkeys(said, km.__version__)
    source = PYPROJECT["tool"]["hatch"]["version"]["path"]
    assert PROJECT["dynamic"] == ["version"]
    assert f'"{km.__version__}"' in read(source)


def test_a_version_of_its_own_is_seen():
    said = versions_said(
        "version: 0.2.0", "# Changelog\n## [Unreleased]\n## [0.3.0] - 2026-01-01\n"
    )
    assert said == {"CITATION.cff": "0.2.0", "CHANGELOG.md": "0.3.0"}


# The licences


def licence_faults(texts: Mapping[str, str], expression: str) -> list[str]:
    """Files that do not say what each licence of the SPDX ``expression`` covers."""
    code, model = expression.split(" AND ")
    wanted = {
        "README.md": rf"(?s)code is under the \[{code} licence\].*model files .*\[{model}\]",
        "CITATION.cff": rf"(?s)code is\s+under {code};.*model files .*under {model}",
    }
    return [name for name, words in wanted.items() if not re.search(words, texts[name])]


def test_the_licences_are_said_the_same_everywhere():
    expression = PROJECT["license"]
    assert (
        licence_faults({name: read(name) for name in ("README.md", "CITATION.cff")}, expression)
        == []
    )
    names = set(expression.split(" AND "))
    assert {path.stem for path in (ROOT / "LICENSES").iterdir()} == names
    assert read("LICENSE") == read("LICENSES/MIT.txt")
    assert yaml.safe_load(read("CITATION.cff"))["license"] == expression.split(" AND ")[0]
    assert PROJECT["authors"][0]["name"] in read("LICENSE")
    for line in ("CC0 1.0 Universal", "Statement of Purpose", "4. Limitations and Disclaimers."):
        assert line in read("LICENSES/CC0-1.0.txt")


def without_licence(files: Mapping[str, str]) -> list[str]:
    """SBML files whose metadata does not name the licence of the model files."""
    licence = re.compile(r'<dcterms:license rdf:resource="[^"]*(CC0-1\.0|publicdomain/zero/1\.0)')
    return [name for name, text in files.items() if licence.search(text) is None]


def test_every_sbml_file_says_its_licence():
    files = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "sbml").rglob("*.xml")}
    assert "ketamine_mtor.xml" in files
    assert without_licence(files) == []


def test_another_licence_is_seen():
    texts = {
        "README.md": "The code is under the [MIT licence](LICENSE), the model files are [free](x).",
        "CITATION.cff": "The code is\n  under GPL-3.0; the model files (sbml/) are under CC0-1.0.",
    }
    assert licence_faults(texts, "MIT AND CC0-1.0") == ["README.md", "CITATION.cff"]
    said = '<dcterms:license rdf:resource="https://example.org/{}"/>'
    assert without_licence({name: said.format(name) for name in ("CC0-1.0", "MIT")}) == ["MIT"]


# What must not stand in a file

_PATHS = re.compile(r"(?<![\w.)}\]])/(?:work|tmp|home|root|Users)/\w")
# Put together here, so that this file does not hold what it looks for.
_HOSTS = tuple(
    "".join(parts)
    for parts in (("py", "pi.org"), ("python", "hosted"), ("npm", "js"), ("deb.deb", "ian"))
)
_WORDS = tuple(
    "".join(parts)
    for parts in (
        ("cla", "ude"),
        ("anth", "ropic"),
        ("chat", "gpt"),
        ("co", "pilot"),
        ("sub", "agent"),
        ("ai assis", "tant"),
    )
)


def foreign(text: str) -> list[str]:
    """Registry hosts, paths of one machine and words that do not speak of the project."""
    found = [host for host in _HOSTS if host in text.lower()]
    found += [match[0] for match in _PATHS.finditer(text)]
    found += [word for word in _WORDS if re.search(rf"\b{word}\b", text, re.IGNORECASE)]
    return found


def test_no_file_speaks_of_anything_but_the_project():
    found = {
        str(path.relative_to(ROOT)): foreign(path.read_text(encoding="utf-8"))
        for path in _project_files()
    }
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "text", ["see https://" + _HOSTS[0], "open('/" + "tmp/x')", "as " + _WORDS[0].title() + " said"]
)
def test_a_foreign_word_is_seen(text):
    assert len(foreign(text)) == 1


def test_a_path_of_the_project_is_not_foreign():
    assert foreign("docs/tmp/x, {root}/home/x, https://example.org/home/x") == []

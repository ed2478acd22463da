"""What the project's files say of it: the same everywhere, and nothing that is not of the project.

Each check is a function that returns what is wrong, so that a made up wrong file shows it can fail.
"""

from __future__ import annotations

import ast
import fnmatch
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import ketamine_mtor as km
from ketamine_mtor import cli

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
GUIDES = ("README.md", "CONTRIBUTING.md")
#: What constraints.txt leaves out on purpose and names in its comment.
LEFT_OUT = ("nbopen", "seaborn", "ipykernel", "jupyter-client", "jupyter-core")


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _project_files() -> Iterator[Path]:
    """Every file of the checkout that .gitignore does not leave out."""
    ignored = [line.rstrip("/") for line in _read(".gitignore").split()]

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
    said = versions_said(_read("CITATION.cff"), _read("CHANGELOG.md"))
    assert said == dict.fromkeys(said, km.__version__)
    source = PYPROJECT["tool"]["hatch"]["version"]["path"]
    assert PROJECT["dynamic"] == ["version"]
    assert f'"{km.__version__}"' in _read(source)


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
        licence_faults({name: _read(name) for name in ("README.md", "CITATION.cff")}, expression)
        == []
    )
    names = set(expression.split(" AND "))
    assert {path.stem for path in (ROOT / "LICENSES").iterdir()} == names
    assert _read("LICENSE") == _read("LICENSES/MIT.txt")
    assert yaml.safe_load(_read("CITATION.cff"))["license"] == expression.split(" AND ")[0]
    assert PROJECT["authors"][0]["name"] in _read("LICENSE")
    for line in ("CC0 1.0 Universal", "Statement of Purpose", "4. Limitations and Disclaimers."):
        assert line in _read("LICENSES/CC0-1.0.txt")


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


# Make


def targets(makefile: str) -> set[str]:
    """The documented targets: those that `make help` lists."""
    return set(re.findall(r"^([.a-z-]+):.*## ", makefile, re.MULTILINE))


def made(text: str) -> set[str]:
    """What a guide tells to make: `make X`, also after a setting and at the start of a line."""
    return set(re.findall(r"(?:^|`)make (?:[A-Z]+=\S+ )?([.a-z-]+)", text, re.MULTILINE))


def test_what_the_guides_make_is_a_target():
    every = targets(_read("Makefile"))
    assert {"reproduce", "test", "build", "check", ".venv", "steady"} <= every
    for name in GUIDES:
        assert made(_read(name)) <= every
    phony = re.search(r"^\.PHONY: (.*)$", _read("Makefile"), re.MULTILINE)
    assert set(phony[1].split()) == every
    assert re.search(r"^make test$", _read(".ci/run"), re.MULTILINE)


def test_a_target_that_does_not_exist_is_seen():
    assert made("run `make PYTHON=python3.12 gone`\nmake dist   # x") == {"gone", "dist"}
    assert targets("help: ## list\nhidden: x\n\ttrue\n") == {"help"}


# The pins


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
    assert unmet(wanted, pins(_read("constraints.txt"))) == []


def test_every_dependency_of_a_pin_is_pinned():
    constraints = _read("constraints.txt")
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


# The parts


def levels(architecture: str) -> dict[str, int]:
    """Module or package to its row in the table of the parts, from the top."""
    rows = [line.split("|")[2] for line in architecture.splitlines() if line.startswith("| ")]
    names = [re.findall(r"`(?:ketamine_mtor/)?(\w+)(?:\.py|/)`", row) for row in rows]
    return {name: level for level, row in enumerate(names) for name in row}


def imported(source: str) -> set[str]:
    """The parts of the package that a source imports from, wherever in the source."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            package, _, part = (node.module or "").partition(".")
            names = [part] if part else [each.name for each in node.names]
        elif isinstance(node, ast.Import):
            package = "ketamine_mtor"
            names = [each.name.partition(".")[2] for each in node.names if package in each.name]
        else:
            continue
        if package == "ketamine_mtor":
            found |= {name.partition(".")[0] for name in names}
    return found - {"", "__version__", "_version"}


def against_the_flow(sources: Mapping[str, str], known: Mapping[str, int]) -> list[str]:
    """Parts that the table lacks, and imports of what stands below."""
    faults = [f"{part}: no row" for part in sources if part not in known]
    for part, source in sources.items():
        for other in sorted(imported(source)):
            if known.get(other, -1) > known.get(part, len(known)):
                faults.append(f"{part} imports {other}")
    return faults


def test_each_part_imports_only_from_those_above():
    package = ROOT / "ketamine_mtor"
    sources: dict[str, str] = {}
    for path in sorted(package.rglob("*.py")):
        part = path.relative_to(package).with_suffix("").parts[0]
        if not part.startswith("_"):
            sources[part] = sources.get(part, "") + path.read_text(encoding="utf-8")
    assert against_the_flow(sources, levels(_read("docs/architecture.md"))) == []


def test_an_import_from_below_is_seen():
    table = "| a | `ketamine_mtor/a.py` | x |\n| b | `ketamine_mtor/b/`, `c.py` | y |\n"
    assert levels(table) == {"a": 0, "b": 1, "c": 1}
    sources = {
        "a": "def f():\n    from ketamine_mtor.b.deep import g",
        "b": "from ketamine_mtor import a, c",
        "c": "import ketamine_mtor.b, os",
        "d": "import json",
    }
    assert against_the_flow(sources, levels(table)) == ["d: no row", "a imports b"]


# The guides


def command_faults(text: str, group: click.Group) -> list[str]:
    """Commands of `ketamine-mtor` in a guide that it does not have, or with an option it lacks."""
    faults = []
    for name, rest in re.findall(r"ketamine-mtor ([a-z]+)([^\n`#]*)", text):
        command = group.commands.get(name)
        if command is None:
            faults.append(name)
            continue
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        faults += [
            f"{name} {option}" for option in re.findall(r"--[a-z-]+", rest) if option not in known
        ]
    return faults


def out_of_reach(text: str) -> list[str]:
    """Commands of a page that the shell of a clone would not find, or that litter the clone.

    Looked at are the lines of `sh` blocks, and code in a line that has options: the rest names
    a command. A page may activate an environment, after which all of it is found.
    """
    if re.search(r"^\. \S+/bin/activate$", text, re.MULTILINE):
        lines = []
    else:
        blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        lines = [line for block in blocks for line in block.splitlines()]
        lines += re.findall(r"`((?:ketamine-mtor|python|dask) [^`]*-[^`]+)`", text)
    faults = [line for line in lines if re.match(r"ketamine-mtor|python|dask|pip", line)]
    written = re.findall(r"--(?:plot|out|table) ([^\s`]*[a-z][^\s`]*)", text)
    return faults + [path for path in written if not path.startswith(("results/", "dist/"))]


def test_the_commands_of_every_page_can_be_copied():
    pages = [ROOT / name for name in GUIDES]
    pages += [page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "decisions"]
    texts = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in pages}
    found = {name: out_of_reach(text) for name, text in texts.items()}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_command_that_no_shell_finds_is_seen():
    block = "```sh\n{}ketamine-mtor info drugs\n.venv/bin/ketamine-mtor info\n```\n"
    assert out_of_reach(block.format("")) == ["ketamine-mtor info drugs"]
    assert out_of_reach(block.format(". .venv/bin/activate\n")) == []
    said = "`ketamine-mtor info`, `ketamine-mtor info --json`, `python -m ketamine_mtor.fit`"
    assert len(out_of_reach(said)) == 2
    assert out_of_reach("`.venv/bin/ketamine-mtor simulate --plot run.png`") == ["run.png"]


def first_commands(page: str) -> list[str]:
    """The lines of a page's first `sh` block that simulate, and what these need."""
    (block, *_) = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    wanted = r"\. |mkdir |(?:\.venv/bin/)?ketamine-mtor (?:simulate|scan) "
    return [line for line in block.splitlines() if re.match(wanted, line)]


@pytest.mark.parametrize(
    ("page", "after", "written"),
    [
        ("docs/start.md", "## From a clone", {"first.png"}),
        ("README.md", "## Command line", {"rapamycin.png", "rictor.csv", "doses.pdf"}),
    ],
)
def test_the_commands_of_a_page_run_in_a_clone_and_write_to_results(page, after, written, tmp_path):
    (tmp_path / ".venv").symlink_to(sys.prefix)
    commands = first_commands(_read(page).partition(after)[2])
    assert len(commands) > 2
    done = subprocess.run(
        ["sh", "-e", "-c", "\n".join(commands)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {".venv", "results"}
    assert {path.name for path in (tmp_path / "results").iterdir()} == written


def dead_links(text: str, root: Path) -> list[str]:
    """Relative links of a guide to what is not there."""
    links = re.findall(r"\]\(([^)#\s]+)", text)
    return [link for link in links if "://" not in link and not (root / link).exists()]


@pytest.mark.parametrize("name", GUIDES)
def test_the_commands_of_a_guide_exist(name):
    assert command_faults(_read(name), cli.main) == []


@pytest.mark.parametrize("name", GUIDES)
def test_the_links_of_a_guide_lead_somewhere(name):
    assert dead_links(_read(name), ROOT) == []


def test_the_names_that_the_readme_imports_are_public():
    used = set(re.findall(r"\bkm\.(\w+)", _read("README.md")))
    assert used and used <= set(km.__all__)


def test_the_readme_has_room_for_the_claims():
    begin, end = (_read("README.md").find(f"<!-- claims:{word} -->") for word in ("begin", "end"))
    assert 0 < begin < end


def test_a_wrong_command_or_link_is_seen(tmp_path):
    group = click.Group(commands=[click.Command("info", params=[click.Option(["--json"])])])
    text = "`ketamine-mtor info --json`, `ketamine-mtor info --xml` and ketamine-mtor fly --high"
    assert command_faults(text, group) == ["info --xml", "fly"]
    assert dead_links("[a](gone.md) [b](https://example.org) [c](#here)", tmp_path) == ["gone.md"]

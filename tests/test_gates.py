"""Every gate has been seen to close: each has something that is broken on purpose.

A gate is a command of `make tidy`, `make check` or `make coverage`, or a script of `gates/`.
A command's broken thing is a test with the mark ``breaks``; a script tries its own before anything
else, in its own environment, and says "the gate is open" where it finds nothing.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
#: Targets whose commands are gates.
CHECKS = ("tidy", "check", "coverage")
OPEN = "the gate is open"


def recipes(makefile: str) -> dict[str, list[str]]:
    """Target to its commands, without where programs lie."""
    found: dict[str, list[str]] = {}
    for target, body in re.findall(r"^([.a-z-]+):.*\n((?:\t.*\n?)*)", makefile, re.MULTILINE):
        # A list that a loop goes through with --check is as many commands.
        listed = re.findall(r'^\s+"(.+)"', body, re.MULTILINE)
        lines = [f"{each} --check" for each in listed] or [
            re.sub(r"^@|\$\(\w+\)/", "", line.strip()) for line in body.splitlines()
        ]
        found[target] = [re.sub(r"^python -m ", "", line) for line in lines]
    return found


def broken_by(tests: Mapping[str, str]) -> dict[str, list[str]]:
    """Gate to the tests that break it, of test files by name."""
    found: dict[str, list[str]] = {}
    for name, text in tests.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                for gate in (each for mark in node.decorator_list for each in _breaks(mark)):
                    found.setdefault(gate, []).append(f"{name}::{node.name}")
    return found


def _breaks(mark: ast.expr) -> list[str]:
    if not isinstance(mark, ast.Call) or ast.unparse(mark.func) != "pytest.mark.breaks":
        return []
    return [ast.literal_eval(each) for each in mark.args]


def admissions(script: str) -> list[str]:
    """What a script says where it finds nothing wrong with what is broken on purpose."""
    tree = ast.parse(script)
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant | ast.JoinedStr)]
    docs = {ast.get_docstring(tree, clean=False)}
    said = [ast.unparse(node) for node in texts if getattr(node, "value", None) not in docs]
    return [text for text in said if OPEN in text]


def faults(makefile: str, tests: Mapping[str, str], scripts: Mapping[str, str]) -> list[str]:
    """Gates without a broken fixture, broken fixtures of no gate, and gates that nobody runs."""
    commands = recipes(makefile)
    gates = [line for target in CHECKS for line in commands.get(target, [])]
    run = "\n".join(line for each in commands.values() for line in each)
    broken = broken_by(tests)
    found = [f"nothing breaks '{gate}'" for gate in gates if gate not in broken]
    found += [
        f"'{gate}' is no gate: {', '.join(broken[gate])}" for gate in broken.keys() - {*gates}
    ]
    for name, text in scripts.items():
        if not re.search(rf"\bgates[/.]{name}\b", run):
            found.append(f"gates/{name}.py is never run")
        if not admissions(text) and f"gates.{name} --check" not in broken:
            found.append(f"gates/{name}.py tries nothing that is broken")
    return found


def _read(folder: str, pattern: str) -> dict[str, str]:
    paths = sorted((ROOT / folder).glob(pattern))
    return {path.stem: path.read_text(encoding="utf-8") for path in paths}


def test_every_gate_has_a_broken_fixture():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    scripts = _read("gates", "*.py")
    assert {"mypy", "ruff check .", "gates.supply --check"} <= {
        line for target in CHECKS for line in recipes(makefile)[target]
    }
    assert {"strict", "page", "fair", "wheel", "petab_objective", "archive"} <= set(scripts)
    assert faults(makefile, _read("tests", "test_*.py"), scripts) == []


def shadowed(names) -> list[str]:
    """Those that hide a module of Python, since a script's folder comes first in its path."""
    return sorted({*names} & sys.stdlib_module_names)


def test_no_gate_hides_a_module_of_python():
    assert shadowed(_read("gates", "*.py")) == []
    assert shadowed(["page", "numbers"]) == ["numbers"]


MAKEFILE = """
tidy: .venv ## tidy
\t$(BIN)/linter .

check: tidy ## check
\t@for each in \\
\t  "python -m package.part"; \\
\tdo $(BIN)/$$each --check; done

gate-one: .venv
\t$(GATES)/one/bin/python gates/one.py x
"""
TESTS = {
    "test_a": '@pytest.mark.breaks("linter .")\ndef test_l(): ...\n',
    "test_b": '@other\n@pytest.mark.breaks("package.part --check")\ndef test_p(): ...\n',
}
SCRIPTS = {"one": f'"""Gate."""\nif not found(broken):\n    print("nothing is found: {OPEN}")\n'}


def test_gates_with_their_fixtures_are_all_right():
    assert faults(MAKEFILE, TESTS, SCRIPTS) == []


@pytest.mark.parametrize(
    ("makefile", "tests", "scripts", "said"),
    [
        (MAKEFILE, {"test_a": TESTS["test_a"]}, SCRIPTS, "nothing breaks 'package.part --check'"),
        (MAKEFILE + "\n", {"test_b": TESTS["test_b"]}, SCRIPTS, "nothing breaks 'linter .'"),
        (
            MAKEFILE,
            {**TESTS, "test_c": TESTS["test_a"].replace("linter", "gone")},
            SCRIPTS,
            "'gone .' is no gate: test_c::test_l",
        ),
        (MAKEFILE, TESTS, {"one": "print('all is well')\n"}, "one.py tries nothing that is broken"),
        (MAKEFILE, TESTS, {"one": f'"""Or {OPEN}."""\n'}, "one.py tries nothing that is broken"),
        (MAKEFILE, TESTS, {**SCRIPTS, "two": SCRIPTS["one"]}, "gates/two.py is never run"),
    ],
)
def test_a_gate_without_one_is_seen(makefile, tests, scripts, said):
    (fault,) = faults(makefile, tests, scripts)
    assert said in fault


# The tools of others

UNTIDY = "import os\nx = undefined\n"
UNTYPED = 'def add(a: int) -> int:\n    return "x" + a\n\n\ndef bare(a):\n    return a\n'
USES = "import ketamine_mtor\n\n\ndef used(a):\n    return ketamine_mtor.gone(a)\n"


def _closes(folder: Path, text: str, *command: str) -> str:
    """What a tool says of a text, which it has to refuse with status 1."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    others = dict.fromkeys(["gates/one", "tests/two", "docs/site/three"], USES)
    for name, own in {"ketamine_mtor/__init__": text, **others}.items():
        file = folder / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(own, encoding="utf-8")
    call = [sys.executable, "-m", *command]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    return done.stdout


@pytest.mark.breaks("ruff check .")
def test_ruff_refuses_what_is_not_used_or_not_there(tmp_path):
    said = _closes(tmp_path, UNTIDY, "ruff", "check", "--no-cache", ".")
    assert "F401" in said and "F821" in said


@pytest.mark.breaks("ruff format --check .")
def test_ruff_refuses_another_layout(tmp_path):
    assert "1 file" in _closes(tmp_path, "x=1\n", "ruff", "format", "--no-cache", "--check", ".")


@pytest.mark.breaks("mypy")
def test_mypy_refuses_wrong_types_functions_without_types_and_names_that_are_gone(tmp_path):
    said = _closes(tmp_path, UNTYPED, "mypy", "--cache-dir", "/dev/null").splitlines()
    gone = {line.partition(":")[0] for line in said if "[attr-defined]" in line}
    assert gone == {"docs/site/three.py", "gates/one.py", "tests/two.py"}
    assert any("[operator]" in line for line in said)
    assert any("[no-untyped-def]" in line for line in said)


@pytest.mark.breaks("lint-imports --no-logo --no-cache")
@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("errors.py", "ketamine_mtor.errors is not allowed to import ketamine_mtor.files"),
        ("emit/laws.py", "ketamine_mtor.emit is not allowed to import ketamine_mtor.rules"),
        ("nowhere.py", "ketamine_mtor.nowhere"),
    ],
)
def test_an_import_against_the_flow_is_refused_and_a_part_without_a_place(tmp_path, part, said):
    package = tmp_path / "ketamine_mtor"
    no_code = shutil.ignore_patterns("__pycache__", "*.tsv", "*.json")
    shutil.copytree(ROOT / "ketamine_mtor", package, ignore=no_code)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (package / part).open("a", encoding="utf-8") as file:
        file.write("\n\ndef late():\n    from ketamine_mtor import files, rules\n")
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and said in done.stdout


@pytest.mark.breaks("pytest -n $(WORKERS) --cov")
def test_too_few_lines_that_tests_reach_are_refused(tmp_path):
    (tmp_path / "tests").mkdir()
    test = "import ketamine_mtor\n\n\ndef test_import():\n    assert ketamine_mtor\n"
    (tmp_path / "tests" / "test_one.py").write_text(test, encoding="utf-8")
    unreached = "def never():\n" + "    print()\n" * 9
    said = _closes(tmp_path, unreached, "pytest", "-n", "0", "--cov")
    assert "1 passed" in said and "Required test coverage" in said

"""What a shell completes: the names that commands take, without waiting for a simulator."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from ketamine_mtor import engines, knowledge, paths
from ketamine_mtor.claims import load_claims
from ketamine_mtor.cli import completion, info, main, options
from ketamine_mtor.ensembles.design import DESIGNS
from tests.cli_kit import call, refused

#: CPU seconds (the machine may be busy) that people do not notice.
AT_ONCE_S = 0.3


def _completed(line: str) -> list[str]:
    """What is offered for the last word of a line after the program's name."""
    *before, last = line.split(" ")
    shell = ShellComplete(main, {}, completion.PROGRAM, completion.VARIABLE)
    return [item.value for item in shell.get_completions(before, last)]


@pytest.mark.parametrize("command", ["simulate", "scan"])
@pytest.mark.parametrize(
    "option, listed",
    [
        ("--drug", lambda tables: tables.drugs),
        ("--knockout", lambda tables: tables.genes),
        ("--observable", lambda tables: tables.observables),
        ("--variant", lambda tables: tables.variants),
        ("--engine", lambda _: engines.ENGINES),
    ],
)
def test_the_names_of_an_option_are_offered(command, option, listed):
    assert _completed(f"{command} {option} ") == list(listed(knowledge.load()))


def test_what_starts_as_typed_is_offered():
    assert _completed("simulate --drug rapa") == ["rapamycin"]
    assert _completed("simulate --ketamine 3 --knockout RI") == ["RICTOR"]
    assert _completed("simulate --drug rapamycin@") == []
    assert _completed("simu") == ["simulate"]
    assert _completed("simulate --obs") == ["--observable"]


def test_what_can_be_set_is_offered():
    offered = _completed("simulate --set ketamine_")
    assert "ketamine_elimination=" in offered
    # These are refused: a dose sets them.
    assert "ketamine_dose=" not in offered and "torin1_nM=" not in _completed("simulate --set to")
    assert "RICTOR_0=" in _completed("simulate --set RIC")


def test_what_can_be_scanned_is_offered():
    assert _completed("scan --over ketamine") == [
        "ketamine=",
        *_completed("simulate --set ketamine"),
    ]
    assert _completed("scan --over rapamycin") == [
        "rapamycin=",
        *_completed("simulate --set rapamycin"),
    ]


def test_every_claim_is_offered():
    ids = [claim.id for claim in load_claims()]
    assert sorted(_completed("validate --claim ")) == sorted(ids)
    assert _completed("ensemble --claim C01") == [ids[0]]


def test_a_claim_is_offered_with_its_statement():
    shell = ShellComplete(main, {}, completion.PROGRAM, completion.VARIABLE)
    (item,) = shell.get_completions(["validate", "--claim"], "C01")
    assert item.help == load_claims()[0].statement


def test_short_lists_are_those_of_the_code():
    assert options.ENGINES == engines.ENGINES and options.DESIGNS == DESIGNS
    assert tuple(info.LISTS) == options.LISTS
    assert _completed("info ") == list(info.LISTS)
    assert _completed("completion ") == list(completion.SHELLS)
    assert _completed("ensemble --design l") == ["latin-hypercube"]


@pytest.mark.parametrize(
    "line", ["nonesuch --", "simulate --hours 1 --hours 2 --dr", "simulate x "]
)
def test_a_wrong_line_is_no_traceback(line):
    _completed(line)


def test_without_tables_nothing_is_offered(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "validation", lambda: tmp_path)
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "x.yaml").write_bytes(b"\xff")
    assert _completed("validate --claim ") == []


# In a shell


def _program(folder: Path, code: str) -> Path:
    path = folder / completion.PROGRAM
    path.write_text(f"#!/bin/sh\nexec '{sys.executable}' -c '{code}' \"$@\"\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def _asked(program: Path, line: str, **more: str) -> str:
    return subprocess.run(
        [program],
        env=os.environ | {"COMP_WORDS": line, completion.VARIABLE: "bash_complete"} | more,
        cwd=paths.root(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize("option", ["simulate --drug ", "scan --over ", "validate --claim "])
def test_nobody_waits_for_a_completion(tmp_path, option):
    code = (
        "import atexit, json, sys; from ketamine_mtor.cli import main;"
        " atexit.register(lambda: print(json.dumps(sorted(sys.modules)))); main()"
    )
    program, spent = _program(tmp_path, code), []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        said = _asked(program, f"ketamine-mtor {option}", COMP_CWORD="3")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    *offered, modules = said.splitlines()
    assert len(offered) > 10
    assert not {"numpy", "pandas", "pysb", "roadrunner", "matplotlib"} & set(json.loads(modules))
    assert min(spent) < AT_ONCE_S


@pytest.mark.skipif(shutil.which("bash") is None, reason="without bash")
def test_bash_completes(tmp_path):
    _program(tmp_path, "from ketamine_mtor.cli import main; main()")
    script = call("completion", "bash")
    assert script.exit_code == 0
    told = (
        f"{script.stdout}\nCOMP_WORDS=(ketamine-mtor simulate --drug rapa); COMP_CWORD=3\n"
        '_ketamine_mtor_completion ketamine-mtor; echo "${COMPREPLY[@]}"\n'
        "complete -p ketamine-mtor\n"
    )
    done = subprocess.run(
        ["bash", "--norc"],
        input=told,
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        cwd=paths.root(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[0] == "rapamycin"
    assert "-F _ketamine_mtor_completion ketamine-mtor" in done.stdout


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_each_shell_has_its_script(shell):
    result = call("completion", shell)
    assert result.exit_code == 0 and f"{completion.VARIABLE}={shell}_complete" in result.stdout


def test_another_shell_is_refused():
    assert (
        refused("completion", "tcsh")
        == "error: unknown shell 'tcsh'; nearest: 'zsh'; allowed: bash, zsh, fish\n"
    )

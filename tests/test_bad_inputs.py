"""Bad input gives exit 2, one line, and nothing else: each case of ``bad_inputs.tsv``."""

from __future__ import annotations

import contextlib
import math
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from ketamine_mtor import paths
from ketamine_mtor.cli import main
from ketamine_mtor.knowledge import tables
from tests import bad_inputs_kit as kit
from tests.caches_kit import forget
from tests.damage import MAKERS

pytestmark = pytest.mark.slow

CASES = {case.id: case for case in kit.cases()}
#: So many run as a process of their own here; `make gate-input` runs all so.
REAL = 20


@contextlib.contextmanager
def in_place(case: kit.Case, folder: Path) -> Iterator[None]:
    """A case's files where it runs, and the package that it runs there."""
    kit.prepare(case, folder)
    with (
        contextlib.chdir(folder),
        contextlib.ExitStack() as afterwards,
        pytest.MonkeyPatch.context() as patch,
    ):
        if case.own_package:
            afterwards.callback(forget)
            package = folder / kit.MODEL / "ketamine_mtor"
            patch.setattr(paths, "_PACKAGE", package)
            patch.setattr(tables, "PACKAGED", package / "knowledge")
            forget()
        yield


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_one_line_and_nothing_is_written(tmp_path, name):
    case = CASES[name]
    with in_place(case, tmp_path):
        before = kit.snapshot(tmp_path)
        done = CliRunner().invoke(main, list(case.command), env=dict(case.environment))
    said = done.stderr
    if not isinstance(done.exception, SystemExit):
        said += "".join(traceback.format_exception(done.exception))
    after = kit.snapshot(tmp_path)
    assert kit.faults(case, done.exit_code, done.stdout, said, before, after) == []


@pytest.mark.parametrize("name", list(CASES)[:: math.ceil(len(CASES) / REAL)])
def test_the_real_command_does_so_too(tmp_path, name):
    assert kit.run(CASES[name], tmp_path) == []


def test_there_are_enough_cases_and_each_is_another():
    assert len(CASES) == len(kit.cases()) >= 200
    asked = {(case.command, *case.files.items(), *case.environment.items()) for case in kit.cases()}
    assert len(asked) == len(CASES)
    assert all(word for case in kit.cases() for word in case.says)


def test_the_page_says_how_many_there_are():
    page = paths.read(kit.ROOT / "docs" / "trust.md")
    assert f"| {len(CASES)} bad inputs through the command line" in page


def test_every_command_and_option_is_given_something_bad():
    given = [case.command for case in kit.cases()]
    for name, command in main.commands.items():
        words = {word for each in given if each[:1] == (name,) for word in each}
        options = {option.opts[0] for option in command.params if option.opts[0].startswith("--")}
        # A flag says yes or no, and cannot be wrong.
        flags = {option.opts[0] for option in command.params if getattr(option, "is_flag", False)}
        assert words and options - flags <= words, name


def test_every_maker_is_used():
    used = {maker for case in kit.cases() for maker in case.files.values()}
    assert used == set(MAKERS.values())


# The judge of all that, on commands that do one thing wrong

_WELL = "sys.stderr.write('error: no such thing\\n'); sys.exit(2)"
_CASE = kit.Case("made-up", (), {"old.csv": MAKERS["words"]}, {}, ("no such thing",))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (_WELL, None),
        (_WELL.replace("2", "1"), "exit status 1"),
        (_WELL.replace("2", "0"), "exit status 0"),
        ("os.write(2, b'error: no such thing\\n'); os.abort()", "exit status -6"),
        (f"sys.stderr.write('warning\\n'); {_WELL}", "not one line"),
        (_WELL.replace("error: ", "oh: "), "not one line"),
        (_WELL.replace("no such thing", "no"), "lacks 'no such thing'"),
        (f"sys.stderr.write('Traceback '); {_WELL}", "a traceback"),
        (f"print('all is well'); {_WELL}", "stdout has"),
        (f"open('new.csv', 'w').write('half'); {_WELL}", "new.csv is new"),
        (f"open('old.csv', 'w').write('half'); {_WELL}", "old.csv is new, gone or changed"),
        (f"os.remove('old.csv'); {_WELL}", "old.csv is new, gone or changed"),
        (f"os.mkdir('.hidden'); {_WELL}", ".hidden is new"),
        ("import time; time.sleep(60)", "does not end"),
    ],
)
def test_what_ends_otherwise_is_found(tmp_path, code, found):
    command = (sys.executable, "-c", f"import os, sys; {code}")
    faults = kit.run(_CASE, tmp_path, command, patience=5)
    assert bool(faults) is bool(found)
    assert found is None or any(found in fault for fault in faults)


NTRK2 = "K252a acts on NTRK2, which the knockout of NTRK2 takes away"
TRIGGER = "of the trigger, and of what ketamine adds"
GRIA1 = f"NBQX acts on AMPAR, which the knockout of GRIA1 takes away ({TRIGGER})"
RICTOR = "RICTOR_0 is 0 by the knockout of RICTOR, whatever it is set to"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("simulate --knockout NTRK2 --drug K252a", [NTRK2]),
        ("simulate --knockout NTRK2 --knockout GRIA1 --drug K252a --drug NBQX", [NTRK2, GRIA1]),
        ("scan --knockout GRIA1 --over NBQX=1,2", [GRIA1]),
        ("simulate --knockout RICTOR --set RICTOR_0=5", [RICTOR]),
        ("scan --knockout RICTOR --over RICTOR_0=5,6", [RICTOR]),
        ("simulate --knockout RICTOR --drug K252a --set PTEN_0=5", []),
    ],
)
def test_what_is_at_odds_is_allowed_and_said(asked, said):
    short = "--hours 1 --every 600 --observable Ca --json"
    done = CliRunner().invoke(main, [*asked.split(), *short.split()])
    assert done.exit_code == 0 and done.stdout
    assert sorted(done.stderr.splitlines()) == [f"note: {line}" for line in said]

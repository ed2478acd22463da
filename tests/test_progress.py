"""Long work shows at a terminal how far it has come, and nowhere else."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from ketamine_mtor import build, knowledge, reproduce
from ketamine_mtor.claims import load_claims, mutants
from ketamine_mtor.cli import main
from ketamine_mtor.ensembles import run as ensembles
from ketamine_mtor.progress import progress, tracked
from ketamine_mtor.report import page

pytestmark = pytest.mark.slow

SHOW_CURSOR = "\x1b[?25h"


@contextlib.contextmanager
def _terminal() -> Iterator[Callable[[], str]]:
    """A terminal instead of stderr, and what is on it once the block has ended."""
    ours, theirs = pty.openpty()
    seen: list[bytes] = []

    def watch() -> None:
        with contextlib.suppress(OSError):
            while block := os.read(ours, 4096):
                seen.append(block)

    watcher = threading.Thread(target=watch)
    watcher.start()
    before, sys.stderr = sys.stderr, os.fdopen(theirs, "w", encoding="utf-8")
    try:
        yield lambda: b"".join(seen).decode()
    finally:
        sys.stderr.close()
        sys.stderr = before
        watcher.join()
        os.close(ours)


def _stderr_of(work: Callable[[], object]) -> str:
    """What ``work`` writes to stderr where that is no terminal."""
    with contextlib.redirect_stderr(io.StringIO()) as stderr:
        work()
    return stderr.getvalue()


def _command(*arguments: str) -> Callable[[], int]:
    def call() -> int:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        return ended.value.code

    return call


@pytest.fixture
def quick(monkeypatch):
    """The long commands without what takes them long."""
    monkeypatch.setattr(build, "_moving", lambda *_: [])
    judged = SimpleNamespace(surprises=(), as_expected=True)
    monkeypatch.setattr(reproduce, "validate", lambda **_: judged)
    pages = SimpleNamespace(write=lambda *_: None, table=lambda *_: "")
    monkeypatch.setattr(reproduce, "report", pages)
    monkeypatch.setattr("ketamine_mtor.report.plots.draw", lambda *_: "")
    monkeypatch.setattr("ketamine_mtor.emit.validate.problems", lambda _: [])
    monkeypatch.setattr(build, "fresh", lambda folder, variant: SimpleNamespace(sbml=""))

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(page, "Findings", interrupted)
    monkeypatch.setattr(ensembles, "summary", interrupted)
    monkeypatch.setattr(ensembles, "here", lambda *_: (_ for _ in ()))
    monkeypatch.setattr(ensembles, "_kernel", lambda _: False)


SCAN = ("scan", "--hours", "0.1", "--observable", "Ca", "--over", "ketamine=1,3")
LONG = {
    "runs": SCAN,
    "claims": ("validate", "--claim", "C02"),
    "plots": ("validate", "--claim", "C02", "--out", "report.html"),
    "variants": ("build", "--check"),
    "variants ": ("reproduce",),  # as build
    "chunks": ("ensemble", "--samples", "2", "--claim", "C02", "--out", "sets"),
}


@pytest.mark.parametrize("what", LONG)
def test_a_long_command_shows_how_far_it_is(quick, monkeypatch, tmp_path, capsys, what):
    monkeypatch.chdir(tmp_path)
    with _terminal() as shown:
        _command(*LONG[what])()
    assert f"{what.strip()} " in shown() and "0/" in shown()
    # Also after an interrupt, people have their cursor back.
    assert shown().rindex(SHOW_CURSOR) > shown().rindex("0/")
    assert "0/" not in capsys.readouterr().out


@pytest.mark.parametrize("command", [SCAN, ("validate", "--claim", "C02")], ids=lambda c: c[0])
def test_with_json_stdout_is_the_document_alone(capsys, command):
    with _terminal():
        assert not _command(*command, "--json")()
    json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("what", LONG)
def test_without_a_terminal_nothing_is_said(quick, monkeypatch, tmp_path, what):
    monkeypatch.chdir(tmp_path)
    # Colours forced on do not make a terminal.
    monkeypatch.setenv("FORCE_COLOR", "1")
    said = _stderr_of(_command(*LONG[what]))
    assert [line for line in said.split("\n") if line and "error: interrupted" not in line] == []


@pytest.mark.parametrize("workers", [1, 2])
def test_the_mutants_show_how_far_they_are(monkeypatch, workers):
    chosen = mutants.load_mutants(load_claims())[:2]
    monkeypatch.setattr(mutants, "judge_mutants", lambda some, *_: list(map(_row, some)))
    monkeypatch.setattr(mutants, "_judge_packaged", lambda some, *_: list(map(_row, some)))
    monkeypatch.setattr(mutants, "pool", ThreadPoolExecutor)
    files = SimpleNamespace(sbml="")
    with _terminal() as shown:
        rows = mutants.matrix(chosen, (), files, knowledge.DEFAULT_VARIANT, workers)
    assert [row.mutant for row in rows] == list(chosen)
    assert "mutants " in shown() and "/2" in shown()


def _row(mutant: mutants.Mutant) -> SimpleNamespace:
    return SimpleNamespace(mutant=mutant)


def test_each_item_counts_when_it_is_done():
    with _terminal() as shown, tracked("items", "abc") as listed:
        assert "".join(listed) == "abc"
    assert "3/3" in shown()


def test_work_goes_on_where_it_was_stopped():
    with _terminal() as shown, progress("items", 3, done=2) as advance:
        advance()
    assert "2/3" in shown() and "3/3" in shown()


def test_an_error_passes_through():
    with _terminal() as shown, pytest.raises(ValueError), tracked("items", "abc") as listed:
        for _ in listed:
            raise ValueError
    assert "0/3" in shown()

"""Commands for developers: wrong words, wrong input and failed runs are one line each."""

from __future__ import annotations

import importlib

import pytest

from ketamine_mtor import paths
from ketamine_mtor.errors import InputError, MissingExtra, SimulationError
from ketamine_mtor.script import Parser, command, renew_or_check, renewing_command


def test_wrong_words_are_one_line(capsys):
    parser = Parser(prog="python -m part")
    parser.add_argument("--check", action="store_true")
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["--chek"])
    assert ended.value.code == 2
    assert capsys.readouterr() == ("", "error: unrecognized arguments: --chek\n")


@pytest.mark.parametrize(
    ("error", "status"), [(InputError, 2), (MissingExtra, 2), (SimulationError, 1)]
)
def test_what_goes_wrong_is_one_line_and_a_status(error, status, capsys):
    @command
    def main(arguments: list[str]) -> int:
        """Fails, or counts its words."""
        if not arguments:
            raise error("no words")
        return len(arguments)

    assert main([]) == status
    assert capsys.readouterr() == ("", "error: no words\n")
    assert main(["a", "b", "c"]) == 3 and main.__doc__ == "Fails, or counts its words."


def test_other_errors_are_ours_and_are_seen():
    @command
    def main() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        main()


# Generated files


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with a file that is old, one that is not, one that is missing and one too many."""
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    for name, text in (("old", "before"), ("new", "now"), ("gone", "")):
        (tmp_path / name).write_text(text)
    return tmp_path


MADE = {"old": b"now", "new": b"now", "docs/missing": b"now", "gone": None}


def test_what_is_out_of_step_is_named_and_left(checkout, capsys):
    assert renew_or_check(MADE, "make it", check=True) == 1
    lines = [f"{name} is out of step; run: make it" for name in ("old", "docs/missing", "gone")]
    assert capsys.readouterr().out.splitlines() == lines
    assert (checkout / "old").read_text() == "before" and (checkout / "gone").exists()


def test_what_is_out_of_step_is_written_and_no_more(checkout, capsys):
    assert renew_or_check(MADE, "make it", check=False) == 0
    lines = ["written: old", "written: docs/missing", "deleted: gone"]
    assert capsys.readouterr().out.splitlines() == lines
    assert (checkout / "docs/missing").read_text() == "now" and not (checkout / "gone").exists()
    assert renew_or_check(MADE, "make it", check=True) == 0 and capsys.readouterr().out == ""
    assert renew_or_check(MADE, "make it", check=False) == 0
    assert capsys.readouterr().out == "nothing to renew\n"


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_what_is_wrong_beside_the_files_is_told(checkout, capsys, arguments):
    look = ["it is upside down"].copy
    assert renewing_command("python -m it", "make it", lambda: {}, arguments, look) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "it is upside down"


MODULES = (
    "studies.agreement",
    "archive.__main__",
    "build",
    "companions.__main__",
    "studies.contradictions",
    "studies.cost",
    "fair.__main__",
    "fit.__main__",
    "petab_problem.__main__",
    "quality",
    "report.readme",
    "sbgn.__main__",
    "sensitivity.__main__",
    "sensitivity.evidence",
    "studies.page",
)


@pytest.mark.parametrize("module", MODULES)
def test_every_such_command_takes_no_other_words(module, capsys):
    main = importlib.import_module(f"ketamine_mtor.{module}").main
    with pytest.raises(SystemExit) as ended:
        main(["--nothing-of-the-kind"])
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")

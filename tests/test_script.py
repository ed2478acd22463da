"""Commands for developers: wrong words, wrong input and failed runs are one line each."""

from __future__ import annotations

import importlib

import pytest

from ketamine_mtor.errors import InputError, MissingExtra, SimulationError
from ketamine_mtor.script import Parser, command


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

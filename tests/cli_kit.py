"""How tests call the command line, in their own process."""

from __future__ import annotations

from click.testing import CliRunner, Result

from ketamine_mtor.cli import main

SHORT = ("--hours", "1", "--every", "600")


def call(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(*arguments: object, status: int = 2) -> str:
    """The one line on stderr of a command that is refused."""
    result = call(*arguments)
    assert result.exit_code == status
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1 and result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    return result.stderr

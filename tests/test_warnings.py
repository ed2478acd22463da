"""The commands warn of nothing, where a warning of anybody is an error."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def status(folder, code: str, *arguments: str) -> tuple[int, str]:
    """How a program ends in which warnings are errors, and what it says to stderr."""
    call = [sys.executable, "-W", "error", "-c", code, *arguments]
    done = subprocess.run(call, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "simulate --hours 1 --plot a.svg --out a.nc",
        "scan --hours 1 --over ketamine=1,10 --plot a.pdf --out a.parquet",
        "validate --claim C01 --out report.html",
    ],
)
@pytest.mark.usefixtures("quick_commands")
def test_a_command_warns_of_nothing(tmp_path, command):
    code = "from ketamine_mtor.cli import main; main()"
    ended, said = status(tmp_path, code, *command.split())
    assert ended == 0 and "Warning" not in said, said


def test_a_warning_is_seen(tmp_path):
    ended, said = status(tmp_path, "import warnings; warnings.warn('old', DeprecationWarning)")
    assert ended == 1 and "DeprecationWarning: old" in said

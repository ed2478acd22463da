"""How the commands ``python -m ketamine_mtor.NAME`` read their words, and how they end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import NoReturn, ParamSpec

from ketamine_mtor.errors import InputError, MissingExtra, SimulationError

P = ParamSpec("P")


class Parser(argparse.ArgumentParser):
    """Of wrong words says one line, and ends with status 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}\n")


def command(main: Callable[P, int]) -> Callable[P, int]:
    """What goes wrong in ``main`` as one line and an exit status.

    That is 1 for a failed simulation, 2 for wrong input or a missing extra.
    """

    @wraps(main)
    def ended(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            return main(*args, **kwargs)
        except (InputError, MissingExtra, SimulationError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 1 if isinstance(error, SimulationError) else 2

    return ended


def told(lines: Iterable[str]) -> int:
    """Print what is not as it should be, a line each; the exit status: 1 where there is any."""
    listed = list(lines)
    print(*listed, sep="\n", end="\n" if listed else "")
    return int(bool(listed))


def renew_or_check(
    prog: str,
    renew: Callable[[], Iterable[str]],
    differences: Callable[[], Iterable[str]],
    arguments: Sequence[str] | None,
) -> int:
    """Write generated files, or with ``--check`` say which differ; prints a line for each.

    Returns the exit status: 0, or 1 where one differs.
    """
    parser = Parser(prog=prog)
    parser.add_argument("--check", action="store_true", help="only say which files differ")
    check = parser.parse_args(arguments).check
    status = told(differences() if check else renew())
    return status if check else 0

"""How the commands ``python -m ketamine_mtor.NAME`` read their words, and how they end."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import NoReturn, ParamSpec

from ketamine_mtor import paths
from ketamine_mtor.errors import InputError, MissingExtra, SimulationError
from ketamine_mtor.files import differing, out_of_step, write

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


def renewing_command(
    prog: str,
    by: str,
    made: Callable[[], Mapping[str, bytes | None]],
    arguments: Sequence[str] | None,
    look: Callable[[], Iterable[str]] = tuple,
) -> int:
    """What a command that only writes generated files does, or with ``--check`` compares them.

    Parameters
    ----------
    prog
        Its name.
    by, made, look
        As in :func:`renew_or_check`.
    arguments
        Of the command line.

    Returns
    -------
    int
        The exit status, as of :func:`renew_or_check`.
    """
    parser = Parser(prog=prog, description=f"what `{by}` runs")
    parser.add_argument("--check", action="store_true", help="only say what is out of step")
    check = parser.parse_args(arguments).check
    return renew_or_check(made(), by, look(), check=check)


def renew_or_check(
    made: Mapping[str, bytes | None], by: str, wrong: Iterable[str] = (), *, check: bool
) -> int:
    """Write those generated files that are out of step, or only name them; prints a line for each.

    Parameters
    ----------
    made
        Each file by its path in the checkout, to its bytes; None for one that has to go.
    by
        The command that renews them.
    wrong
        Lines on what is wrong beside them, which no command renews.
    check
        Whether to write nothing.

    Returns
    -------
    int
        The exit status: 0; 1 where ``wrong`` has a line, or with ``check`` a file is out of step.
    """
    root, lines = paths.root(), list(wrong)
    old = differing(root, made)
    if check:
        return told([*lines, *(out_of_step(name, by) for name in old)])
    for name in old:
        content = made[name]
        if content is None:
            (root / name).unlink()
        else:
            write(root / name, content)
        print(f"{'deleted' if content is None else 'written'}: {name}")
    if not old:
        print("nothing to renew")
    return told(lines)

"""``python -m ketamine_mtor.companions``: what ``make companions`` and ``make check`` run."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ketamine_mtor import companions
from ketamine_mtor.script import Parser, command


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write the companions, or with ``--check`` say which differ.

    Returns the exit status: 0; 1 where a file differs; 2 for wrong input or a missing extra.
    """
    parser = Parser(prog="python -m ketamine_mtor.companions")
    parser.add_argument("--check", action="store_true", help="only say which files differ")
    check = parser.parse_args(arguments).check
    lines = companions.differences(companions.made()) if check else companions.renew()
    for line in lines:
        print(line)
    return 1 if check and lines else 0


if __name__ == "__main__":
    sys.exit(main())

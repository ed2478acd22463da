"""``python -m ketamine_mtor.fair``: what ``make fair`` and ``make check`` run."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ketamine_mtor import fair
from ketamine_mtor.script import command, renewing_command


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write the descriptions and the page, or with ``--check`` say which differ.

    Returns the exit status: 0; 1 where a file differs; 2 for wrong input.
    """
    prog = "python -m ketamine_mtor.fair"
    return renewing_command(prog, "make fair", fair.made, arguments)


if __name__ == "__main__":
    sys.exit(main())

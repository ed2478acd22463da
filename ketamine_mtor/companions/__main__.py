"""``python -m ketamine_mtor.companions``: what ``make companions`` and ``make check`` run."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ketamine_mtor import companions
from ketamine_mtor.script import command, renewing_command


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write the companions, or with ``--check`` say which differ.

    Returns the exit status: 0; 1 where a file differs; 2 for wrong input or a missing extra.
    """
    prog = "python -m ketamine_mtor.companions"
    return renewing_command(prog, "make companions", companions.made, arguments)


if __name__ == "__main__":
    sys.exit(main())

"""``python -m ketamine_mtor.sbgn``: what ``make sbgn`` runs, or with ``--check`` only compares."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ketamine_mtor.sbgn import publish
from ketamine_mtor.script import command, renewing_command


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Write the maps, or with ``--check`` say which are out of step.

    Returns the exit status: 0; 1 where a file is out of step; 2 for wrong input or a missing extra.
    """
    return renewing_command("python -m ketamine_mtor.sbgn", "make sbgn", publish.made, arguments)


if __name__ == "__main__":
    sys.exit(main())

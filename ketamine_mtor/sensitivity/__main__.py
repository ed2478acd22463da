"""``python -m ketamine_mtor.sensitivity``: what ``make sensitivity`` runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ketamine_mtor import paths
from ketamine_mtor.files import write
from ketamine_mtor.script import Parser, command
from ketamine_mtor.sensitivity import evidence
from ketamine_mtor.sensitivity.differences import SCOPES, compute
from ketamine_mtor.sensitivity.tables import CLAIMS, DECIDED, REST, decided_table, table


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Compute the tables and rewrite their pages; the exit status, 2 for bad input."""
    parser = Parser(description="sensitivities of claims and of the drug-free steady state")
    parser.add_argument("--claims", choices=SCOPES, default=SCOPES[-1], help="which are measured")
    given = parser.parse_args(arguments)
    decided, claims, rest = compute(given.claims)
    folder = paths.validation() / "results"
    for name, text in (
        (CLAIMS, table(claims)),
        (REST, table(rest)),
        (DECIDED, decided_table(decided)),
    ):
        write(folder / f"{name}.tsv", text.encode())
    evidence.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""``python -m ketamine_mtor.sensitivity``: what ``make sensitivity`` runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ketamine_mtor.script import Parser, command, renew_or_check, told
from ketamine_mtor.sensitivity import evidence
from ketamine_mtor.sensitivity.differences import compute
from ketamine_mtor.sensitivity.tables import (
    CLAIMS,
    DECIDED,
    REST,
    STUDY,
    decided_table,
    table,
)


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Compute the tables and rewrite their pages, or with ``--check`` look at the tables.

    Returns the exit status: 0; 1 where a table is out of step; 2 for bad input.
    """
    parser = Parser(description="sensitivities of claims and of the drug-free steady state")
    parser.add_argument("--check", action="store_true", help="only say what is out of step")
    given = parser.parse_args(arguments)
    if given.check:
        return told(STUDY.out_of_step(STUDY.frame()))
    decided, claims, rest = compute()
    # The last says what all are of.
    texts = {CLAIMS: table(claims), REST: table(rest), DECIDED: decided_table(decided)}
    files = {f"validation/results/{name}.tsv": text.encode() for name, text in texts.items()}
    renew_or_check(files, STUDY.command, check=False)
    return evidence.main([])


if __name__ == "__main__":
    sys.exit(main())

"""``python -m ketamine_mtor.sensitivity``: what ``make sensitivity`` runs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from ketamine_mtor import paths
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.files import write
from ketamine_mtor.script import Parser, command, told
from ketamine_mtor.sensitivity import evidence
from ketamine_mtor.sensitivity.differences import SCOPES, compute, numbers_for
from ketamine_mtor.sensitivity.tables import (
    CLAIMS,
    DECIDED,
    REST,
    committed,
    decided_table,
    load,
    load_decided,
    table,
)


def out_of_step() -> list[str]:
    """A line for each table that is of other numbers or claims than there are."""
    found = {name: load(committed(name)) for name in (CLAIMS, REST)}
    decided = load_decided(committed(DECIDED))
    claims = {claim.id: claim for claim in load_claims()}
    measured = [row.claim for row in decided if not row.left_out]
    now = numbers_for(claims[name] for name in measured if name in claims)
    return [
        *_unlike(DECIDED, "claims", [row.claim for row in decided], claims),
        *_unlike(CLAIMS, "claims", found[CLAIMS].rows, measured),
        *(line for name in found for line in _unlike(name, "numbers", found[name].columns, now)),
    ]


def _unlike(name: str, what: str, there: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """A line where a table has not what is wanted."""
    other = ", ".join(sorted({*there} ^ {*wanted}))
    table = f"validation/results/{name}.tsv"
    return [f"{table} is of other {what} ({other}); run: make sensitivity"] if other else []


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """Compute the tables and rewrite their pages, or with ``--check`` look at the tables.

    Returns the exit status: 0; 1 where a table is out of step; 2 for bad input.
    """
    parser = Parser(description="sensitivities of claims and of the drug-free steady state")
    parser.add_argument("--claims", choices=SCOPES, default=SCOPES[-1], help="which are measured")
    parser.add_argument("--check", action="store_true", help="only say what is out of step")
    given = parser.parse_args(arguments)
    if given.check:
        return told(out_of_step())
    decided, claims, rest = compute(given.claims)
    for name, text in (
        (CLAIMS, table(claims)),
        (REST, table(rest)),
        (DECIDED, decided_table(decided)),
    ):
        write(paths.committed(f"{name}.tsv"), text.encode())
    return evidence.main([])


if __name__ == "__main__":
    sys.exit(main())

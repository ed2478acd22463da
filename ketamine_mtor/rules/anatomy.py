"""Where things are: one litre of cortical tissue, and the routes by which a dose reaches it.

A membrane is a thin volume, so that everything in the model has a concentration in nM. Cell states
(firing or not, depolarised or not) live in the membrane of their cells.
"""

from __future__ import annotations

from ketamine_mtor.knowledge import Tables
from ketamine_mtor.rules.caption import Caption


def write(c: Caption, tables: Tables) -> None:
    """Add the compartments of ``compartments.tsv``, outermost first."""
    for row in tables.compartments.values():
        c.compartment(row.id, row.parent or None, row.dimension, row.size)

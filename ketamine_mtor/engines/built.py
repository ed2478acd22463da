"""Whether the SBML was built since the tables were changed."""

from __future__ import annotations

from ketamine_mtor import knowledge, model_files
from ketamine_mtor.engines.constants import Constants
from ketamine_mtor.errors import InputError, within


def check_built() -> None:
    """InputError where the SBML of some variant has other numbers than the tables.

    What reads the SBML for the numbers that it does not vary calls this first.
    """
    for variant in knowledge.load().variants:
        files = model_files.packaged(variant)
        with within(files.path):
            own = Constants(files.sbml).resolve({})
        rows = files.tables.numbers()
        other = [name for name, row in rows.items() if own.get(name, row.value) != row.value]
        if other:
            raise InputError(
                f"the SBML has other numbers than the tables ({', '.join(other)});"
                " run: make steady build"
            )

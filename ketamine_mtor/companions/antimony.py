"""The SBML as Antimony: text that people read and write."""

from __future__ import annotations

from ketamine_mtor.errors import InputError
from ketamine_mtor.optional import extra

#: The first line names the version of the tool that wrote the text.
_STAMP = "// Created by "


def write(sbml: str) -> str:
    """The SBML in Antimony's words.

    Raises
    ------
    InputError
        For a text that Antimony cannot read.
    MissingExtra
        Without Antimony.
    """
    antimony = extra("antimony", "Antimony text")
    antimony.clearPreviousLoads()
    if antimony.loadSBMLString(sbml) < 0:
        raise InputError(f"Antimony cannot read the SBML: {antimony.getLastError().strip()}")
    text = antimony.getAntimonyString(antimony.getMainModuleName())
    antimony.clearPreviousLoads()
    kept = [line.rstrip() for line in text.splitlines() if not line.startswith(_STAMP)]
    return "\n".join(kept) + "\n"

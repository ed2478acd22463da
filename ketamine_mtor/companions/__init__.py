"""Other forms of the model, made from its SBML and its rules: see ``docs/companions.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ketamine_mtor import paths
from ketamine_mtor.companions import antimony, bngl, cps, dosing, equations, layouts
from ketamine_mtor.rules import build_model, homes
from ketamine_mtor.sbgn import publish

#: Each file, by its path beside ``sbml/``, and what makes it of the text of the SBML.
COMPANIONS: Mapping[str, Callable[[str], str]] = {
    "sbml/ketamine_mtor_dosing.xml": dosing.write,
    "sbml/ketamine_mtor.ant": antimony.write,
    "sbml/ketamine_mtor.bngl": lambda _: bngl.write(build_model()),
    "sbml/ketamine_mtor.cps": cps.write,
    "sbml/ketamine_mtor_layout.xml": lambda sbml: layouts.write(sbml, publish.whole(), homes()),
    "docs/equations.md": lambda sbml: equations.write(sbml, homes()),
}


def made() -> dict[str, bytes]:
    """Each file of :data:`COMPANIONS` as the committed SBML and the rules give it.

    Raises
    ------
    InputError
        For an SBML that is not there, or is of other rules.
    MissingExtra
        Without Antimony, COPASI or Graphviz.
    """
    sbml = paths.read(paths.sbml())
    return {name: make(sbml).encode() for name, make in COMPANIONS.items()}

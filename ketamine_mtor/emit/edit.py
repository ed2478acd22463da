"""Take rules out of an SBML text that this package wrote: the mutants of the model."""

from __future__ import annotations

from collections.abc import Collection

import libsbml

from ketamine_mtor.emit.sbml import REVERSE
from ketamine_mtor.errors import InputError, not_allowed


def rules_in(sbml_text: str) -> list[str]:
    """The names of the rules whose reactions the SBML holds, in the SBML's order.

    Raises
    ------
    InputError
        For a text that is no SBML.
    """
    # The document has to stay: libSBML frees its model with it.
    document = _read(sbml_text)
    return list(dict.fromkeys(map(_rule, document.getModel().getListOfReactions())))


def without_rules(sbml_text: str, rules: Collection[str]) -> str:
    """The SBML without the reactions, of both directions, of ``rules``; all else stays.

    Raises
    ------
    InputError
        For a text that is no SBML, or a rule that has no reaction in it.
    """
    document = _read(sbml_text)
    reactions = document.getModel().getListOfReactions()
    known = list(dict.fromkeys(map(_rule, reactions)))
    for rule in rules:
        if rule not in known:
            raise not_allowed("rule of this SBML", rule, known)
    for place in reversed(range(reactions.size())):
        if _rule(reactions.get(place)) in rules:
            reactions.remove(place)
    return libsbml.writeSBMLToString(document)


def _rule(reaction: libsbml.Reaction) -> str:
    return reaction.getName().removesuffix(REVERSE)


def _read(sbml_text: str) -> libsbml.SBMLDocument:
    document = libsbml.readSBMLFromString(sbml_text)
    if document.getNumErrors(libsbml.LIBSBML_SEV_ERROR) or document.getModel() is None:
        raise InputError("not an SBML file")
    return document

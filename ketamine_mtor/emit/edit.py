"""Take rules out of an SBML text that this package wrote, or give each a switch: its mutants."""

from __future__ import annotations

from collections.abc import Collection

import libsbml

from ketamine_mtor.emit.sbml import REVERSE
from ketamine_mtor.errors import InputError, not_allowed

#: Before a rule's name: the parameter that is 1 while the rule is in the model.
SWITCH = "has__"


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


def with_switches(sbml_text: str) -> str:
    """The SBML in which each rate is multiplied by its rule's switch, a parameter that is 1.

    With a switch at 0 the model runs as :func:`without_rules` gives it, to the last bit, but needs
    not be loaded anew.

    Raises
    ------
    InputError
        For a text that is no SBML, or one that has such a parameter already.
    """
    document = _read(sbml_text)
    model = document.getModel()
    for rule in dict.fromkeys(map(_rule, model.getListOfReactions())):
        if model.getElementBySId(SWITCH + rule) is not None:
            raise InputError(f"the SBML has a '{SWITCH + rule}' already")
        switch = model.createParameter()
        switch.setId(SWITCH + rule)
        switch.setValue(1.0)
        switch.setConstant(True)
    for reaction in model.getListOfReactions():
        law = reaction.getKineticLaw()
        product = libsbml.ASTNode(libsbml.AST_TIMES)
        switch_named = libsbml.ASTNode(libsbml.AST_NAME)
        switch_named.setName(SWITCH + _rule(reaction))
        product.addChild(switch_named)
        product.addChild(law.getMath().deepCopy())
        law.setMath(product)
    return libsbml.writeSBMLToString(document)


def _rule(reaction: libsbml.Reaction) -> str:
    return reaction.getName().removesuffix(REVERSE)


def _read(sbml_text: str) -> libsbml.SBMLDocument:
    document = libsbml.readSBMLFromString(sbml_text)
    if document.getNumErrors(libsbml.LIBSBML_SEV_ERROR) or document.getModel() is None:
        raise InputError("not an SBML file")
    return document

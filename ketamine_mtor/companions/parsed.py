"""The SBML as the companions read it, and what they add to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from html import escape

import libsbml

from ketamine_mtor.emit.sbml import REVERSE
from ketamine_mtor.errors import InputError


def document(sbml: str) -> libsbml.SBMLDocument:
    """The SBML as libSBML has it; an InputError where it is none.

    Hold it as long as its model is used, which libSBML frees with it.
    """
    read = libsbml.readSBMLFromString(sbml)
    if read.getNumErrors(libsbml.LIBSBML_SEV_ERROR) or read.getModel() is None:
        raise InputError("not an SBML file")
    return read


@lru_cache(maxsize=4)
def title(sbml: str) -> str:
    """The name of the model of an SBML text."""
    read = document(sbml)
    return str(read.getModel().getName())


def add_parameter(
    model: libsbml.Model, name: str, value: float, unit: str, note: str
) -> libsbml.Parameter:
    """A new constant parameter of the model, called as its id."""
    parameter = model.createParameter()
    parameter.setId(name)
    parameter.setMetaId(f"meta_{name}")
    parameter.setName(name)
    parameter.setValue(value)
    parameter.setUnits(unit)
    parameter.setConstant(True)
    parameter.setNotes(note, True)
    return parameter


def add_note(model: libsbml.Model, text: str) -> None:
    """A further paragraph at the end of the model's notes."""
    paragraph = escape(text, quote=False)
    model.appendNotes(f'<p xmlns="http://www.w3.org/1999/xhtml">{paragraph}</p>')


def rates(model: libsbml.Model) -> dict[str, str]:
    """What the rate of each reaction is called, by the reaction's id: v1, v2 ..."""
    return {each.getId(): f"v{i}" for i, each in enumerate(model.getListOfReactions(), 1)}


def by_module(model: libsbml.Model, homes: Mapping[str, str]) -> dict[str, list[libsbml.Reaction]]:
    """The reactions of each module of ``rules/``, both in the order of the SBML.

    ``homes`` is each rule to its module; an InputError where it lacks the rule of a reaction.
    """
    found: dict[str, list[libsbml.Reaction]] = {}
    for reaction in model.getListOfReactions():
        rule = reaction.getName().removesuffix(REVERSE)
        if rule not in homes:
            raise InputError(f"the SBML has a rule '{rule}', which the rules have not; build it")
        found.setdefault(homes[rule], []).append(reaction)
    return found

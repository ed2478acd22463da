"""What the companions share: reading SBML, and optional packages."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

import libsbml

from ketamine_mtor.errors import InputError, MissingExtra


def document(sbml: str) -> libsbml.SBMLDocument:
    """The SBML as libSBML has it; an InputError where it is none.

    Hold it as long as its model is used, which libSBML frees with it.
    """
    read = libsbml.readSBMLFromString(sbml)
    if read.getNumErrors(libsbml.LIBSBML_SEV_ERROR) or read.getModel() is None:
        raise InputError("not an SBML file")
    return read


def extra(module: str, what: str) -> ModuleType:
    """A package of the extra ``test``; a MissingExtra that names ``what`` needs it."""
    try:
        return import_module(module)
    except ImportError:
        raise MissingExtra(f"{what} needs {module}: install ketamine-mtor[test]") from None

"""What libSBML finds wrong with an SBML text, with every check on."""

from __future__ import annotations

import libsbml

_CHECKS = (
    libsbml.LIBSBML_CAT_GENERAL_CONSISTENCY,
    libsbml.LIBSBML_CAT_IDENTIFIER_CONSISTENCY,
    libsbml.LIBSBML_CAT_UNITS_CONSISTENCY,
    libsbml.LIBSBML_CAT_MATHML_CONSISTENCY,
    libsbml.LIBSBML_CAT_SBO_CONSISTENCY,
    libsbml.LIBSBML_CAT_OVERDETERMINED_MODEL,
    libsbml.LIBSBML_CAT_MODELING_PRACTICE,
)


def problems(sbml_text: str) -> list[str]:
    """Each error and warning as "line N: severity NUMBER (category): message"; empty if it is good.

    All consistency checks are on, with units that have to match strictly.
    """
    document = libsbml.readSBMLFromString(sbml_text)
    if not document.getNumErrors(libsbml.LIBSBML_SEV_ERROR):
        for check in _CHECKS:
            document.setConsistencyChecks(check, True)
        document.checkConsistency()
        document.checkInternalConsistency()
    found = [document.getError(i) for i in range(document.getNumErrors())]
    lines = [
        f"line {error.getLine()}: {error.getSeverityAsString()} {error.getErrorId()}"
        f" ({error.getCategoryAsString()}): {' '.join(error.getMessage().split())}"
        for error in found
    ]
    return list(dict.fromkeys(lines))

"""What can be wrong with a model that is to be written as SBML."""

from __future__ import annotations


class EmitError(ValueError):
    """The model or its network cannot be written as SBML: the message says what and why."""

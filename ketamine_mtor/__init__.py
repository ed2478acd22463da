"""How ketamine acts on mTOR: a review figure's caption as an executable, judged model.

The names below are loaded when they are first used: ``import ketamine_mtor`` is quick, and PySB is
imported only for :func:`build_model` and :func:`compile_model`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ketamine_mtor._version import __version__

if TYPE_CHECKING:
    from ketamine_mtor.build import compile_model
    from ketamine_mtor.claims import validate
    from ketamine_mtor.ensembles import ensemble
    from ketamine_mtor.errors import InputError, SimulationError
    from ketamine_mtor.experiment import Bath, Experiment
    from ketamine_mtor.rules import build_model
    from ketamine_mtor.run import scan, simulate

_HOMES = {
    "Bath": "experiment",
    "Experiment": "experiment",
    "InputError": "errors",
    "SimulationError": "errors",
    "build_model": "rules",
    "compile_model": "build",
    "ensemble": "ensembles",
    "scan": "run",
    "simulate": "run",
    "validate": "claims",
}

__all__ = [
    "Bath",
    "Experiment",
    "InputError",
    "SimulationError",
    "__version__",
    "build_model",
    "compile_model",
    "ensemble",
    "scan",
    "simulate",
    "validate",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)

"""The engines by name, for tests that are of several."""

from __future__ import annotations

import pytest

from ketamine_mtor.engines import bngsim, copasi, pysb, roadrunner

#: Those that read the SBML, and whose volumes can be changed.
OF_SBML = pytest.mark.parametrize("engine", ["roadrunner", "copasi", "bngsim"])
LOADERS = {
    "roadrunner": roadrunner.load,
    "copasi": copasi.load,
    "pysb": pysb.load,
    "bngsim": bngsim.load,
}

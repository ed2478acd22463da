"""The claims judged over many parameter sets.

===============  ==============================================================================
``space``        what varies, and how far
``design``       which sets are drawn, or read from a table
``runners``      runs an experiment for a chunk of sets: the batch kernel, or libRoadRunner
``chunk``        one chunk: runs, verdicts, what the referee says
``workers``      who computes the chunks: processes here, or a cluster
``store``        the folder: chunks and their manifest
``run``          the whole of it
``summary``      how often each claim holds
===============  ==============================================================================
"""

from __future__ import annotations

from ketamine_mtor.ensembles.run import Ensemble, ensemble

__all__ = ["Ensemble", "ensemble"]

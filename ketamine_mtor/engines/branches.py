"""Whether an animal has one drug-free state: it is looked for from below and from above.

The model's positive feedback runs through BDNF and its translation; a second branch would be one
that BDNF holds up. Seed amounts, where nothing is active yet, are the start from below; an animal
that had been bathed in BDNF for good, the start from above.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ketamine_mtor.engines.session import Session

#: BDNF (nM) that has every receptor bound, and the switch of its bath.
ABOVE = {"BDNF_nM": 100.0, "BDNF_bath_exchange": 1.0}
#: Two states further apart than this (see :func:`apart`) are two.
SAME = 1e-3
#: Below this (nM) a difference counts for little.
_FLOOR_NM = 1e-3


def branches(session: Session, animal: Mapping[str, float]) -> list[np.ndarray]:
    """The drug-free states (nM, in the order of the session's species) that an animal can be in.

    Parameters
    ----------
    session
        The model in an engine.
    animal
        Parameters and initial amounts other than the model's own.

    Returns
    -------
    list of array
        The state that is reached from the seed amounts, and the one from above where that is
        another.

    Raises
    ------
    SimulationError
        When it finds no rest.
    """
    below, above = (
        session.steady_state(tuple(sorted(each.items()))) for each in (animal, {**animal, **ABOVE})
    )
    from_above = session.settle(above, animal)
    return [below] if apart(from_above, below) < SAME else [below, from_above]


def apart(state: np.ndarray, other: np.ndarray) -> float:
    """Largest distance of a species between two states, as a share of itself in ``other``."""
    return float((np.abs(state - other) / (other + _FLOOR_NM)).max())

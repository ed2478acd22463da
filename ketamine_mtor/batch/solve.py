"""Many starts and constants of one network to samples and end states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ketamine_mtor.batch import kernel
from ketamine_mtor.batch.network import Network

#: Steps that one system may take from start to end.
MOST_STEPS = 100_000


class Solution(NamedTuple):
    """What came out, a system a row.

    Attributes
    ----------
    values
        ``[readout, system, sample]``; not a number where a system did not come to a sample.
    state
        ``[system, variable]``, at the end; where it failed, as far as it came.
    failed
        Which systems did not reach the end: the step became too small, or too many were needed.
    steps
        Steps tried, of each system.
    together
        Steps of the lanes together, each of up to :data:`~ketamine_mtor.batch.lanes.LANES` systems.
    """

    values: np.ndarray
    state: np.ndarray
    failed: np.ndarray
    steps: np.ndarray
    together: int


def solve(
    network: Network,
    start: np.ndarray,
    constants: np.ndarray,
    end: float,
    *,
    relative: float,
    absolute: np.ndarray | float,
    samples: Sequence[float] | np.ndarray = (),
    readouts: Sequence[Mapping[int, float]] = (),
    most_steps: int = MOST_STEPS,
) -> Solution:
    """Integrate many systems of one network from 0 to ``end``.

    Parameters
    ----------
    network
        The structure that all have.
    start
        States at 0, ``[system, variable]``.
    constants
        Constants of the terms, ``[system, term]`` or ``[term]``.
    end
        Last time; above 0.
    relative, absolute
        No step's estimated error exceeds ``absolute + relative * |y|`` in any variable.
        ``absolute`` is a number, ``[variable]`` or ``[system, variable]``; above 0.
    samples
        Times to read at, ascending, in (0, ``end``].
    readouts
        Weighted sums of variables, variable to weight.
    most_steps
        Steps that one system may take.
    """
    start = np.atleast_2d(np.asarray(start, float))
    count = len(start)
    constants = np.broadcast_to(np.asarray(constants, float), (count, network.terms))
    allowed = np.broadcast_to(np.asarray(absolute, float), start.shape)
    times = np.asarray(samples, float)
    values = np.empty((len(readouts), count, len(times)))
    state = np.empty_like(start)
    how, steps = np.zeros(count, np.int64), np.zeros(count, np.int64)
    groups = network.groups(readouts)
    together = kernel.integrate(
        network.tables,
        np.ascontiguousarray(start[:, network.order]),
        np.ascontiguousarray(constants[:, network.sequence]),
        np.ascontiguousarray(allowed[:, network.order]),
        relative,
        float(end),
        times,
        groups,
        most_steps,
        (values, state, how, steps),
        *kernel.workspace(network.tables, network.terms, groups),
    )
    return Solution(values, state[:, network.place], how != kernel.DONE, steps, together)

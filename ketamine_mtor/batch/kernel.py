"""The compiled loop: Rodas5P on lanes, each with its own time, step and error control.

All lanes take a step together, each of its own size; one that has reached the end hands its system
over and takes the next that waits. What a lane computes does not depend on the other lanes.
docs/kernel.md says more.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from ketamine_mtor.batch.lanes import LANES, larger, load, magnitude, spread, store
from ketamine_mtor.batch.rodas5p import DENSE, ESTIMATE, GAMMA, STAGES, A, C

#: How a system may end.
DONE, TOO_MANY_STEPS, STEP_TOO_SMALL = 0, 1, 2
#: A step is at most this often longer or shorter than the last, and this share of the best guess.
_LONGEST, _SHORTEST, _SAFETY = 6.0, 0.2, 0.9
#: A step below this share of the time reached is no step.
_NO_STEP = 1e-15
#: Stages from here on begin where the last one began, plus the last one.
_CHAINED = 6
_NOBODY = -1

_compiled = numba.njit(nogil=True, cache=True, error_model="numpy")


class Work(NamedTuple):
    """What the lanes share a step in; arrays ``[rows, LANES]``."""

    state: np.ndarray
    constant: np.ndarray
    absolute: np.ndarray
    begin: np.ndarray
    carried: np.ndarray
    stages: np.ndarray
    change: np.ndarray
    flux: np.ndarray
    slope: np.ndarray
    lu: np.ndarray
    after: np.ndarray
    lane: np.ndarray
    sums: np.ndarray


#: Rows of ``Work.lane``: 1/(h gamma), 1/h, largest error, sum of errors.
_SHIFT, _PER_STEP, _ERROR, _ALL = 0, 1, 2, 3


@_compiled
def _change(tables, constant, state, flux, change):
    """dy/dt."""
    factors, changes = tables.factors, tables.changes
    for term in range(factors.start.size - 1):
        product = load(constant, term)
        for slot in range(factors.start[term], factors.start[term + 1]):
            product = product * load(state, factors.item[slot])
        store(flux, term, product)
    for i in range(changes.start.size - 1):
        total = spread(0.0)
        for entry in range(changes.start[i], changes.start[i + 1]):
            total = total + spread(changes.weight[entry]) * load(flux, changes.item[entry])
        store(change, i, total)


@_compiled
def _matrix(tables, constant, state, slope, lane, lu):
    """1/(h gamma) - J, laid out as its factors."""
    factors, entries = tables.factors, tables.entries
    for term in range(factors.start.size - 1):
        rate = load(constant, term)
        for slot in range(factors.start[term], factors.start[term + 1]):
            product = rate
            for other in range(factors.start[term], factors.start[term + 1]):
                if other != slot:
                    product = product * load(state, factors.item[other])
            store(slope, slot, product)
    for place in range(entries.start.size - 1):
        total = spread(0.0)
        for entry in range(entries.start[place], entries.start[place + 1]):
            total = total - spread(entries.weight[entry]) * load(slope, entries.item[entry])
        store(lu, place, total)
    shift = load(lane, _SHIFT)
    for i in range(state.shape[0]):
        store(lu, i, load(lu, i) + shift)


@_compiled
def _factorise(pattern, n, lu):
    """L U in place, without pivoting; the diagonal holds the inverse pivots."""
    one, step = spread(1.0), 0
    for k in range(n):
        inverse = one / load(lu, k)
        store(lu, k, inverse)
        for entry in range(pattern.lower_start[k], pattern.lower_start[k + 1]):
            share = load(lu, entry) * inverse
            store(lu, entry, share)
            for above in range(pattern.upper_start[k], pattern.upper_start[k + 1]):
                target = pattern.target[step]
                store(lu, target, load(lu, target) - share * load(lu, above))
                step += 1


@_compiled
def _solve(pattern, n, lu, right, first):
    """Solve in place for the ``n`` rows of ``right`` from ``first`` on."""
    lower, upper = pattern.lower_start[0], pattern.upper_start[0]
    for k in range(n):
        value = load(right, first + k)
        for entry in range(pattern.lower_start[k], pattern.lower_start[k + 1]):
            i = first + pattern.lower_row[entry - lower]
            store(right, i, load(right, i) - load(lu, entry) * value)
    for k in range(n - 1, -1, -1):
        value = load(right, first + k)
        for entry in range(pattern.upper_start[k], pattern.upper_start[k + 1]):
            column = pattern.upper_column[entry - upper]
            value = value - load(lu, entry) * load(right, first + column)
        store(right, first + k, value * load(lu, k))


@_compiled
def _step(tables, relative, work):
    """A step of each lane: stages, the state after it and the estimate of its error."""
    n = work.state.shape[0]
    stages, lane = work.stages, work.lane
    _matrix(tables, work.constant, work.state, work.slope, lane, work.lu)
    _factorise(tables.lu, n, work.lu)
    per_step = load(lane, _PER_STEP)
    _change(tables, work.constant, work.state, work.flux, work.change)
    for i in range(n):
        store(stages, i, load(work.change, i))
    _solve(tables.lu, n, work.lu, stages, 0)
    for stage in range(1, STAGES):
        for i in range(n):
            carried = spread(0.0)
            if stage < _CHAINED:
                begin = load(work.state, i)
                for j in range(stage):
                    k = load(stages, j * n + i)
                    begin = begin + spread(A[stage, j]) * k
                    carried = carried + spread(C[stage, j]) * k
            else:
                begin = load(work.begin, i) + load(stages, (stage - 1) * n + i)
                for j in range(stage):
                    carried = carried + spread(C[stage, j]) * load(stages, j * n + i)
            store(work.begin, i, begin)
            store(work.carried, i, carried)
        _change(tables, work.constant, work.begin, work.flux, work.change)
        for i in range(n):
            store(stages, stage * n + i, load(work.change, i) + per_step * load(work.carried, i))
        _solve(tables.lu, n, work.lu, stages, stage * n)
    worst, total, allowed = spread(0.0), spread(0.0), spread(relative)
    for i in range(n):
        error = load(stages, (STAGES - 1) * n + i)
        after = load(work.begin, i) + error
        store(work.after, i, after)
        size = larger(magnitude(load(work.state, i)), magnitude(after))
        share = magnitude(error) / (load(work.absolute, i) + allowed * size)
        worst = larger(share, worst)
        total = total + share
    store(lane, _ERROR, worst)
    store(lane, _ALL, total)


@_compiled
def _read(groups, work):
    """For each group the numbers that its course within the step is made of."""
    n = work.state.shape[0]
    for g in range(groups.start.size - 1):
        before, after = spread(0.0), spread(0.0)
        first, second, third = spread(0.0), spread(0.0), spread(0.0)
        for entry in range(groups.start[g], groups.start[g + 1]):
            i, weight = groups.item[entry], spread(groups.weight[entry])
            before = before + weight * load(work.state, i)
            after = after + weight * load(work.after, i)
            for j in range(STAGES):
                k = weight * load(work.stages, j * n + i)
                first = first + spread(DENSE[0, j]) * k
                second = second + spread(DENSE[1, j]) * k
                third = third + spread(DENSE[2, j]) * k
        store(work.sums, 5 * g, before)
        store(work.sums, 5 * g + 1, after)
        store(work.sums, 5 * g + 2, first)
        store(work.sums, 5 * g + 3, second)
        store(work.sums, 5 * g + 4, third)


@_compiled
def _first_step(work, lane, relative, end):
    """So long that no variable would change by more than half of what is allowed."""
    fastest = 0.0
    for i in range(work.state.shape[0]):
        allowed = work.absolute[i, lane] + relative * abs(work.state[i, lane])
        fastest = max(fastest, abs(work.change[i, lane]) / allowed)
    return min(end, 0.5 / fastest) if fastest > 0 else end


@_compiled
def _factor(error):
    """How much longer the next step may be."""
    return min(_LONGEST, max(_SHORTEST, _SAFETY * max(error, 1e-10) ** (-1.0 / (ESTIMATE + 1))))


@_compiled
def integrate(
    tables,
    start,
    constants,
    absolute,
    relative,
    end,
    samples,
    groups,
    most,
    read,
    state,
    how,
    steps,
):
    """Integrate many systems from 0 to ``end``.

    Parameters
    ----------
    tables
        :class:`~ketamine_mtor.batch.network.Tables`.
    start, constants, absolute
        State, constants of the terms and absolute tolerances of each system, one a row.
    relative
        Relative tolerance.
    end, samples
        When to stop; the times to read at, ascending, within (0, ``end``].
    groups
        What is read.
    most
        Steps that a system may take.
    read, state, how, steps
        Filled: groups at the samples ``[system, sample, group]``, states at the end, how each
        system ended, and how many steps it tried.

    Returns
    -------
    int
        Steps that the lanes took together.
    """
    terms, n = constants.shape[1], start.shape[1]
    work = Work(
        state=np.zeros((n, LANES)),
        constant=np.zeros((terms, LANES)),
        absolute=np.ones((n, LANES)),
        begin=np.zeros((n, LANES)),
        carried=np.zeros((n, LANES)),
        stages=np.zeros((STAGES * n, LANES)),
        change=np.zeros((n, LANES)),
        flux=np.zeros((terms, LANES)),
        slope=np.zeros((tables.factors.item.size, LANES)),
        lu=np.zeros((tables.entries.start.size - 1, LANES)),
        after=np.zeros((n, LANES)),
        lane=np.ones((4, LANES)),
        sums=np.zeros((5 * (groups.start.size - 1), LANES)),
    )
    who = np.full(LANES, _NOBODY)
    time, step = np.zeros(LANES), np.ones(LANES)
    sampled, tried = np.zeros(LANES, np.int64), np.zeros(LANES, np.int64)
    refused = np.zeros(LANES, np.bool_)
    waiting, together = 0, 0
    while True:
        begun = False
        for lane in range(LANES):
            if who[lane] == _NOBODY and waiting < start.shape[0]:
                work.state[:, lane] = start[waiting]
                work.constant[:, lane] = constants[waiting]
                work.absolute[:, lane] = absolute[waiting]
                who[lane], time[lane], step[lane] = waiting, 0.0, 0.0
                sampled[lane], tried[lane], refused[lane] = 0, 0, False
                waiting += 1
                begun = True
        if (who == _NOBODY).all():
            return together
        if begun:
            _change(tables, work.constant, work.state, work.flux, work.change)
        dense = False
        for lane in range(LANES):
            if step[lane] == 0.0:
                step[lane] = _first_step(work, lane, relative, end)
            work.lane[_SHIFT, lane] = 1.0 / (GAMMA * step[lane])
            work.lane[_PER_STEP, lane] = 1.0 / step[lane]
            if who[lane] != _NOBODY and sampled[lane] < samples.size:
                dense |= samples[sampled[lane]] <= time[lane] + step[lane]
        _step(tables, relative, work)
        together += 1
        if dense:
            _read(groups, work)
        for lane in range(LANES):
            system = who[lane]
            if system == _NOBODY:
                continue
            tried[lane] += 1
            error = work.lane[_ERROR, lane]
            finite = np.isfinite(work.lane[_ALL, lane])
            if finite and error <= 1.0:
                reached = time[lane] + step[lane]
                # The last step is as long as what is left, but for rounding.
                last = reached >= end * (1 - 1e-14)
                reached = end if last else reached
                while sampled[lane] < samples.size and samples[sampled[lane]] <= reached:
                    share = min(1.0, (samples[sampled[lane]] - time[lane]) / step[lane])
                    for g in range(groups.start.size - 1):
                        bend = work.sums[5 * g + 3, lane] + share * work.sums[5 * g + 4, lane]
                        bend = work.sums[5 * g + 2, lane] + share * bend
                        bend = work.sums[5 * g + 1, lane] + (1.0 - share) * bend
                        read[system, sampled[lane], g] = (1.0 - share) * work.sums[
                            5 * g, lane
                        ] + share * bend
                    sampled[lane] += 1
                time[lane] = reached
                for i in range(n):
                    work.state[i, lane] = work.after[i, lane]
                longer = _factor(error)
                if refused[lane]:
                    longer = min(1.0, longer)
                refused[lane] = False
                left = end - reached
                step[lane] *= longer
                # Two steps rather than one and a tiny one.
                if step[lane] < left < 2 * step[lane]:
                    step[lane] = 0.5 * left
                step[lane] = min(step[lane], left)
            else:
                last = False
                refused[lane] = True
                step[lane] *= min(1.0, _factor(error)) if finite else 0.1
            small = not last and step[lane] <= _NO_STEP * max(time[lane], _NO_STEP * end)
            if last or small or tried[lane] >= most:
                state[system] = work.state[:, lane]
                how[system] = DONE if last else STEP_TOO_SMALL if small else TOO_MANY_STEPS
                steps[system] = tried[lane]
                who[lane] = _NOBODY
                step[lane] = 1.0

"""The compiled loop: Rodas5P on lanes, each with its own time, step and error control.

All lanes take a step together, each of its own size; one that has reached the end hands its system
over and takes the next that waits. What a lane computes does not depend on the other lanes.
docs/kernel.md says more.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import numba
import numpy as np

from ketamine_mtor.batch.lanes import LANES, at, larger, load, magnitude, rows, spread, store
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


def _compiled(function: Callable[..., Any]) -> Any:
    """Compiled at its first call; kept for other processes where there is a place to keep it."""
    compiled = numba.njit(nogil=True, error_model="numpy")(function)
    # Neither the package's folder nor the user's can be written to: each process compiles.
    with suppress(RuntimeError):
        compiled.enable_caching()
    return compiled


class Work(NamedTuple):
    """What the lanes share a step in; arrays ``[rows, LANES]``."""

    state: np.ndarray
    constant: np.ndarray
    absolute: np.ndarray
    begin: np.ndarray
    right: np.ndarray
    stages: np.ndarray
    flux: np.ndarray
    slope: np.ndarray
    lu: np.ndarray
    after: np.ndarray
    lane: np.ndarray
    sums: np.ndarray


#: Rows of ``Work.lane``: 1/(h gamma), 1/h, largest error, sum of errors.
_SHIFT, _PER_STEP, _ERROR, _ALL = 0, 1, 2, 3


@_compiled
def _fluxes(tables, constant, state, flux):
    """The terms: loops of fixed length for the degrees that nearly all have."""
    start, item, degrees = tables.factors.start, tables.factors.item, tables.degrees
    none, linear, pairs = degrees[0], degrees[1], degrees[2]
    for term in range(none):
        store(flux, term, load(constant, term))
    for term in range(none, linear):
        store(flux, term, load(constant, term) * load(state, at(item, term - none)))
    slot = linear - none
    for term in range(linear, pairs):
        product = load(constant, term) * load(state, at(item, slot))
        store(flux, term, product * load(state, at(item, slot + 1)))
        slot += 2
    for term in range(pairs, start.size - 1):
        product = load(constant, term)
        for slot in range(at(start, term), at(start, term + 1)):
            product = product * load(state, at(item, slot))
        store(flux, term, product)


@_compiled
def _slopes(tables, constant, state, slope):
    """The derivatives of the terms by their factors, a slot each."""
    start, item, degrees = tables.factors.start, tables.factors.item, tables.degrees
    none, linear, pairs = degrees[0], degrees[1], degrees[2]
    for term in range(none, linear):
        store(slope, term - none, load(constant, term))
    slot = linear - none
    for term in range(linear, pairs):
        rate = load(constant, term)
        store(slope, slot, rate * load(state, at(item, slot + 1)))
        store(slope, slot + 1, rate * load(state, at(item, slot)))
        slot += 2
    for term in range(pairs, start.size - 1):
        for slot in range(at(start, term), at(start, term + 1)):
            product = load(constant, term)
            for other in range(at(start, term), at(start, term + 1)):
                if other != slot:
                    product = product * load(state, at(item, other))
            store(slope, slot, product)


@_compiled
def _change(changes, flux, i):
    """What variable ``i`` changes by."""
    total = spread(0.0)
    for entry in range(at(changes.start, i), at(changes.start, i + 1)):
        total = total + spread(at(changes.weight, entry)) * load(flux, at(changes.item, entry))
    return total


@_compiled
def _matrix(entries, n, slope, shift, lu):
    """1/(h gamma) - J, laid out as its factors."""
    for place in range(entries.start.size - 1):
        total = spread(0.0)
        for entry in range(at(entries.start, place), at(entries.start, place + 1)):
            total = total - spread(at(entries.weight, entry)) * load(slope, at(entries.item, entry))
        store(lu, place, total)
    for i in range(n):
        store(lu, i, load(lu, i) + shift)


@_compiled
def _factorise(pattern, n, lu):
    """L U in place, row by row, without pivoting; the diagonal holds the inverse pivots."""
    one, step, lower = spread(1.0), 0, pattern.lower_start[0]
    for i in range(n):
        for entry in range(at(pattern.lower_start, i), at(pattern.lower_start, i + 1)):
            k = at(pattern.lower_column, entry - lower)
            share = load(lu, entry) * load(lu, k)
            store(lu, entry, share)
            for above in range(at(pattern.upper_start, k), at(pattern.upper_start, k + 1)):
                target = at(pattern.target, step)
                store(lu, target, load(lu, target) - share * load(lu, above))
                step += 1
        store(lu, i, one / load(lu, i))


@_compiled
def _forward(tables, n, stage, per_step, work):
    """The right side of a stage, each row at once put through L."""
    pattern, lu, right, stages = tables.lu, work.lu, work.right, work.stages
    lower = pattern.lower_start[0]
    for i in range(n):
        carried = spread(0.0)
        for j in range(stage):
            carried = carried + spread(C[stage, j]) * load(stages, j * n + i)
        value = _change(tables.changes, work.flux, i) + per_step * carried
        for entry in range(at(pattern.lower_start, i), at(pattern.lower_start, i + 1)):
            column = at(pattern.lower_column, entry - lower)
            value = value - load(lu, entry) * load(right, column)
        store(right, i, value)


@_compiled
def _backward(tables, n, stage, work):
    """A stage, each row at once put into where the next stage begins; the last leaves that."""
    pattern, lu, right, stages = tables.lu, work.lu, work.right, work.stages
    upper = pattern.upper_start[0]
    for i in range(n - 1, -1, -1):
        value = load(right, i)
        for entry in range(at(pattern.upper_start, i), at(pattern.upper_start, i + 1)):
            column = at(pattern.upper_column, entry - upper)
            value = value - load(lu, entry) * load(right, column)
        value = value * load(lu, i)
        store(right, i, value)
        store(stages, stage * n + i, value)
        if stage + 1 < _CHAINED:
            begin = load(work.state, i)
            for j in range(stage):
                begin = begin + spread(A[stage + 1, j]) * load(stages, j * n + i)
            store(work.begin, i, begin + spread(A[stage + 1, stage]) * value)
        elif stage + 1 < STAGES:
            store(work.begin, i, load(work.begin, i) + value)


@_compiled
def _step(tables, relative, work):
    """A step of each lane: stages, the state after it and the estimate of its error."""
    n = work.state.shape[0]
    _slopes(tables, work.constant, work.state, work.slope)
    _matrix(tables.entries, n, work.slope, load(work.lane, _SHIFT), work.lu)
    _factorise(tables.lu, n, work.lu)
    per_step = load(work.lane, _PER_STEP)
    _fluxes(tables, work.constant, work.state, work.flux)
    for stage in range(STAGES):
        if stage:
            _fluxes(tables, work.constant, work.begin, work.flux)
        _forward(tables, n, stage, per_step, work)
        _backward(tables, n, stage, work)
    worst, total, allowed = spread(0.0), spread(0.0), spread(relative)
    for i in range(n):
        error = load(work.right, i)
        after = load(work.begin, i) + error
        store(work.after, i, after)
        size = larger(magnitude(load(work.state, i)), magnitude(after))
        share = magnitude(error) / (load(work.absolute, i) + allowed * size)
        worst = larger(share, worst)
        total = total + share
    store(work.lane, _ERROR, worst)
    store(work.lane, _ALL, total)


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
def _within(sums, g, lane, share):
    """What a group of a lane is at a share of the step."""
    bend = sums[5 * g + 3, lane] + share * sums[5 * g + 4, lane]
    bend = sums[5 * g + 2, lane] + share * bend
    bend = sums[5 * g + 1, lane] + (1.0 - share) * bend
    return (1.0 - share) * sums[5 * g, lane] + share * bend


@_compiled
def _first_step(work, lane, relative, end):
    """So long that no variable would change by more than half of what is allowed."""
    fastest = 0.0
    for i in range(work.state.shape[0]):
        allowed = work.absolute[i, lane] + relative * abs(work.state[i, lane])
        fastest = max(fastest, abs(work.right[i, lane]) / allowed)
    return min(end, 0.5 / fastest) if fastest > 0 else end


@_compiled
def _factor(error):
    """How much longer the next step may be."""
    return min(_LONGEST, max(_SHORTEST, _SAFETY * max(error, 1e-10) ** (-1.0 / (ESTIMATE + 1))))


def workspace(tables: Any, terms: int, groups: Any) -> tuple[Work, tuple[np.ndarray, ...]]:
    """What :func:`integrate` works in; made here, since numba takes seconds to compile that.

    Returns
    -------
    work
        Rows of lanes.
    clocks
        Of each lane: its system, time, step, samples read, steps tried, whether the last was
        refused.
    """
    n = tables.changes.start.size - 1
    work = Work(
        state=rows(n, 0.0),
        constant=rows(terms, 0.0),
        absolute=rows(n, 1.0),
        begin=rows(n, 0.0),
        right=rows(n, 0.0),
        stages=rows(STAGES * n, 0.0),
        flux=rows(terms, 0.0),
        slope=rows(tables.factors.item.size, 0.0),
        lu=rows(tables.entries.start.size - 1, 0.0),
        after=rows(n, 0.0),
        lane=rows(4, 1.0),
        sums=rows(5 * (groups.start.size - 1), 0.0),
    )
    numbers = (np.int64, np.float64, np.float64, np.int64, np.int64, np.bool_)
    return work, tuple(np.zeros(LANES, number) for number in numbers)


@_compiled
def integrate(
    tables, start, constants, absolute, relative, end, samples, groups, most, found, work, clocks
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
    found
        Filled: groups at the samples ``[group, system, sample]``, not a number where a system did
        not come to them; states at the end, how each system ended, and how many steps it tried.
    work, clocks
        Of :func:`workspace`.

    Returns
    -------
    int
        Steps that the lanes took together.
    """
    n = start.shape[1]
    read, state, how, steps = found
    who, time, step, sampled, tried, refused = clocks
    for lane in range(LANES):
        who[lane], step[lane] = _NOBODY, 1.0
    waiting, together = 0, 0
    while True:
        begun = False
        for lane in range(LANES):
            if who[lane] == _NOBODY and waiting < start.shape[0]:
                for i in range(n):
                    work.state[i, lane] = start[waiting, i]
                    work.absolute[i, lane] = absolute[waiting, i]
                for term in range(constants.shape[1]):
                    work.constant[term, lane] = constants[waiting, term]
                who[lane], time[lane], step[lane] = waiting, 0.0, 0.0
                sampled[lane], tried[lane], refused[lane] = 0, 0, False
                waiting += 1
                begun = True
        busy = False
        for lane in range(LANES):
            busy |= who[lane] != _NOBODY
        if not busy:
            return together
        if begun:
            _fluxes(tables, work.constant, work.state, work.flux)
            for i in range(n):
                store(work.right, i, _change(tables.changes, work.flux, i))
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
                        read[g, system, sampled[lane]] = _within(work.sums, g, lane, share)
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
                for i in range(n):
                    state[system, i] = work.state[i, lane]
                for g in range(groups.start.size - 1):
                    for sample in range(sampled[lane], samples.size):
                        read[g, system, sample] = np.nan
                how[system] = DONE if last else STEP_TOO_SMALL if small else TOO_MANY_STEPS
                steps[system] = tried[lane]
                who[lane] = _NOBODY
                step[lane] = 1.0

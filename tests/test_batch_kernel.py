"""The batch kernel on problems with known solutions."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

pytest.importorskip("numba")

from numba.core.dispatcher import Dispatcher

from ketamine_mtor.batch import kernel
from ketamine_mtor.batch.lanes import LANES, rows
from ketamine_mtor.batch.network import Network
from ketamine_mtor.batch.rodas5p import DENSE, ESTIMATE, GAMMA, STAGES, A, C
from ketamine_mtor.batch.solve import solve

pytestmark = pytest.mark.slow

# The coefficients: conditions of order of Rosenbrock methods, a tree each (Hairer and Wanner,
# Solving Ordinary Differential Equations II, section IV.7).

_Tree = tuple


def _trees(nodes: int) -> list[_Tree]:
    """All rooted trees; a tree is the sorted tuple of those on its root."""

    def forests(left: int, most: int) -> Iterator[tuple[_Tree, ...]]:
        if left == 0:
            yield ()
        for size in range(min(left, most), 0, -1):
            for tree in _trees(size):
                for rest in forests(left - size, size):
                    yield tuple(sorted((tree, *rest)))

    return sorted(set(forests(nodes - 1, nodes - 1))) if nodes > 1 else [()]


def _density(tree: _Tree) -> int:
    def nodes(each: _Tree) -> int:
        return 1 + sum(map(nodes, each))

    return nodes(tree) * prod(map(_density, tree))


def _weight(tree: _Tree) -> np.ndarray:
    """What a tree contributes per stage; one branch goes through the Jacobian, several do not."""
    gammas = np.linalg.inv(np.eye(STAGES) / GAMMA - C)
    alphas = A @ gammas
    through = alphas + gammas if len(tree) == 1 else alphas
    return prod((through @ _weight(branch) for branch in tree), start=np.ones(STAGES))


def _defect(last: np.ndarray, order: int, share: float = 1.0) -> float:
    weights = last @ np.linalg.inv(np.eye(STAGES) / GAMMA - C)
    return max(
        abs(float(weights @ _weight(tree)) - share**order / _density(tree))
        for tree in _trees(order)
    )


def test_there_are_as_many_trees_as_known():
    assert [len(_trees(n)) for n in range(1, 7)] == [1, 1, 2, 4, 9, 20]


@pytest.mark.parametrize("order", range(1, 6))
def test_the_method_is_of_order_five(order):
    assert _defect(np.append(A[-1, :-1], 1.0), order) < 1e-13


def test_it_is_of_no_higher_order():
    assert _defect(np.append(A[-1, :-1], 1.0), 6) > 1e-3


@pytest.mark.parametrize("order", range(1, ESTIMATE + 1))
def test_the_embedded_method_is_of_order_four(order):
    assert _defect(np.append(A[-1, :-1], 0.0), order) < 1e-13


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("order", range(1, 5))
def test_the_dense_output_is_of_order_four(order, share):
    bend = DENSE[0] + share * (DENSE[1] + share * DENSE[2])
    last = share * (np.append(A[-1, :-1], 1.0) + (1 - share) * bend)
    assert _defect(last, order, share) < 1e-13


# Stiff problems whose solutions are known (Mazzia and Magherini, Test Set for Initial Value Problem
# Solvers, release 2.4).

ROBERTSON = Network(3, [[0], [1, 1], [1, 2]], [{0: -1, 1: 1}, {1: -1, 2: 1}, {1: -1, 0: 1}])
ROBERTSON_RATES = [0.04, 3e7, 1e4]
ROBERTSON_END = 1e11
ROBERTSON_THERE = [0.2083340149701255e-07, 0.8333360770334713e-13, 0.9999999791665050]


def _hires() -> Network:
    linear = [
        {0: -1.71, 1: 0.43, 2: 8.32},
        {0: 1.71, 1: -8.75},
        {2: -10.03, 3: 0.43, 4: 0.035},
        {1: 8.32, 2: 1.71, 3: -1.12},
        {4: -1.745, 5: 0.43, 6: 0.43},
        {3: 0.69, 4: 1.71, 5: -0.43, 6: 0.69},
        {6: -1.81},
        {6: 1.81},
    ]
    changes = [{i: row[j] for i, row in enumerate(linear) if j in row} for j in range(8)]
    pair = {5: -280.0, 6: 280.0, 7: -280.0}
    return Network(8, [*[[j] for j in range(8)], [5, 7], []], [*changes, pair, {0: 0.0007}])


HIRES_START = [1.0, 0, 0, 0, 0, 0, 0, 0.0057]
HIRES_END = 321.8122
HIRES_THERE = [
    0.7371312573325668e-3,
    0.1442485726316185e-3,
    0.5888729740967575e-4,
    0.1175651343283149e-2,
    0.2386356198831331e-2,
    0.6238968252742796e-2,
    0.2849998395185769e-2,
    0.2850001604814231e-2,
]

STIFFNESS = 1e6
VAN_DER_POL = Network(
    2, [[1], [1], [0, 0, 1], [0]], [{0: 1}, {1: STIFFNESS}, {1: -STIFFNESS}, {1: -STIFFNESS}]
)
VAN_DER_POL_THERE = [0.1706167732170483e1, -0.8928097010247975]


def test_robertson_over_eleven_decades():
    found = solve(
        ROBERTSON, [[1, 0, 0]], ROBERTSON_RATES, ROBERTSON_END, relative=1e-8, absolute=1e-16
    )
    assert not found.failed.any()
    np.testing.assert_allclose(found.state[0], ROBERTSON_THERE, rtol=1e-6)


@pytest.mark.parametrize(("relative", "within"), [(1e-4, 1e-3), (1e-6, 1e-5), (1e-9, 1e-7)])
def test_hires(relative, within):
    found = solve(
        _hires(), [HIRES_START], np.ones(10), HIRES_END, relative=relative, absolute=relative / 100
    )
    np.testing.assert_allclose(found.state[0], HIRES_THERE, rtol=within)


@pytest.mark.parametrize(("relative", "within"), [(1e-4, 1e-3), (1e-6, 1e-5), (1e-9, 1e-8)])
def test_van_der_pol(relative, within):
    found = solve(VAN_DER_POL, [[2, 0]], np.ones(4), 2.0, relative=relative, absolute=relative)
    np.testing.assert_allclose(found.state[0], VAN_DER_POL_THERE, rtol=within)


def _pendulum() -> Network:
    """Two species that feed on each other: y' = z, z' = -y; the solution is cos and -sin."""
    return Network(2, [[1], [0]], [{0: 1.0}, {1: -1.0}])


def test_the_error_falls_with_the_tolerance_as_the_order_says():
    """The error of a step goes as its length to the fifth, the tolerance bounds it per step."""
    tolerances = np.array([1e-5, 1e-7, 1e-9])
    errors, steps = [], []
    for tolerance in tolerances:
        found = solve(
            _pendulum(), [[1.0, 0.0]], np.ones(2), 20.0, relative=tolerance, absolute=tolerance
        )
        errors.append(np.abs(found.state[0] - [np.cos(20), -np.sin(20)]).max())
        steps.append(found.steps[0])
    order = np.diff(np.log(errors)) / np.diff(-np.log(steps))
    assert (order > 4.5).all()


def test_samples_lie_on_the_solution():
    times = np.linspace(0.5, 20, 40)
    found = solve(
        _pendulum(),
        [[1.0, 0.0]],
        np.ones(2),
        20.0,
        relative=1e-8,
        absolute=1e-8,
        samples=times,
        readouts=[{0: 1.0}, {0: 2.0, 1: -1.0}],
    )
    expected = np.stack([np.cos(times), 2 * np.cos(times) + np.sin(times)], axis=-1)
    np.testing.assert_allclose(found.values[:, 0].T, expected, atol=1e-6)


# Lanes


def _many(count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    start = np.zeros((count, 3))
    start[:, 0] = 1 + rng.random(count)
    return start, ROBERTSON_RATES * np.exp(rng.normal(size=(count, 3)))


def test_a_system_does_not_depend_on_its_neighbours():
    count = 2 * LANES + 3
    start, rates = _many(count)
    settings = {"relative": 1e-6, "absolute": 1e-12, "samples": [10.0, 100.0], "readouts": [{2: 1}]}
    together = solve(ROBERTSON, start, rates, 100.0, **settings)
    for i in (0, LANES, count - 1):
        alone = solve(ROBERTSON, start[i : i + 1], rates[i : i + 1], 100.0, **settings)
        assert (alone.state[0] == together.state[i]).all()
        assert (alone.values[:, 0] == together.values[:, i]).all()
    backwards = solve(ROBERTSON, start[::-1], rates[::-1], 100.0, **settings)
    assert (backwards.state[::-1] == together.state).all()


def test_lanes_that_are_free_take_the_next_system():
    start, rates = _many(4 * LANES)
    found = solve(ROBERTSON, start, rates, 1e6, relative=1e-6, absolute=1e-12)
    assert not found.failed.any()
    assert found.together < 2 * found.steps.sum() / LANES


def test_a_system_that_fails_is_told_and_spoils_no_other():
    """y' = y squared leaves every bound at t = 1."""
    explosion = Network(1, [[0, 0]], [{0: 1.0}])
    start = np.full((LANES + 1, 1), 0.1)
    start[3] = 1.0
    found = solve(explosion, start, [1.0], 2.0, relative=1e-6, absolute=1e-9)
    assert found.failed.tolist() == [i == 3 for i in range(LANES + 1)]
    np.testing.assert_allclose(np.delete(found.state, 3), 0.125, rtol=1e-5)


def test_too_many_steps_are_a_failure():
    found = solve(
        _pendulum(), [[1.0, 0.0]], np.ones(2), 1e6, relative=1e-8, absolute=1e-8, most_steps=50
    )
    assert found.failed.all() and found.steps.tolist() == [50]


def test_a_row_of_lanes_lies_on_one_line_of_the_cache():
    made = [rows(count, 2.0) for count in range(1, 9)]
    assert all(each.ctypes.data % 64 == 0 and (each == 2.0).all() for each in made)


def test_without_a_place_for_compiled_code_it_compiles_all_the_same(monkeypatch):
    def nowhere(self):
        raise RuntimeError("no locator available")

    monkeypatch.setattr(Dispatcher, "enable_caching", nowhere)
    assert kernel._compiled(lambda x: x + 1)(1) == 2


# The network


def test_terms_of_every_degree_in_any_order():
    """y' = a - b y^3 + (c - d) y^2 - e y, against scipy."""
    factors = [[0, 0, 0], [0, 0], [], [0], [0, 0]]
    network = Network(1, factors, [{0: -1.0}, {0: 1.0}, {0: 1.0}, {0: -1.0}, {0: -1.0}])
    rates = np.array([0.5, 0.3, 2.0, 0.7, 0.1])
    found = solve(network, [[0.1]], rates, 2.0, relative=1e-9, absolute=1e-12)

    def change(_, y):
        return 2.0 - 0.5 * y**3 + 0.2 * y**2 - 0.7 * y

    expected = solve_ivp(change, (0, 2), [0.1], method="Radau", rtol=1e-10, atol=1e-13).y[0, -1]
    assert found.state[0, 0] == pytest.approx(expected, rel=1e-8)
    np.testing.assert_allclose(network.rates(np.array([0.1]), rates), change(0, np.array([0.1])))


@pytest.mark.parametrize("seed", range(5))
def test_the_pattern_holds_all_that_fills_in(seed):
    """One Newton step of a linear system with a random pattern is exact."""
    rng = np.random.default_rng(seed)
    n = 12
    matrix = np.where(rng.random((n, n)) < 0.2, rng.random((n, n)), 0.0) - 2 * np.eye(n)
    network = Network(
        n,
        [[j] for j in range(n)],
        [{i: matrix[i, j] for i in range(n) if matrix[i, j]} for j in range(n)],
    )
    start = rng.random(n)
    found = solve(network, [start], np.ones(n), 1.0, relative=1e-10, absolute=1e-12)
    np.testing.assert_allclose(found.state[0], expm(matrix) @ start, rtol=1e-8)
    np.testing.assert_allclose(network.rates(start, np.ones(n)), matrix @ start, rtol=1e-12)


def test_terms_need_changes():
    with pytest.raises(ValueError, match="2 terms, but changes of 1"):
        Network(1, [[0], [0, 0]], [{0: 1.0}])

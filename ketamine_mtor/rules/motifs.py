"""Kinds of process that the stretches of the figure share, each as elementary mass action."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from ketamine_mtor.rules.caption import Caption, Pool


def catalysed(c: Caption, name: str, agent, before, after, rate: str) -> None:
    """``agent`` turns ``before`` into ``after`` and stays as it is: ``rate`` in 1/(nM s).

    One second-order step stands for binding, reaction and release. That leaves out how an enzyme
    saturates and how much of it its substrate holds; where the tables cite kcat and Km, their
    ratio is taken, which is exact for substrates below the Km only (docs/decisions/0001).
    """
    c.rule(name, agent + before >> agent + after, rate)


def driven(
    c: Caption, name: str, agent, before, after, drive: str, pace: str, pool: Pool, of: str = ""
) -> None:
    """``agent``, as a share of its ``pool``, turns ``before`` into ``after``.

    With the whole pool active the rate is ``drive`` times ``pace`` (1/s, mostly that of the way
    back, so that ``drive`` is the ratio of ``after`` to ``before`` that this would lead to). How
    many units a population is counted in does not matter. ``of`` as in :meth:`Caption.share`.
    """
    c.rule(name, agent + before >> agent + after, c.share(drive, pool, pace, of=of))


def climbs(
    c: Caption,
    names: tuple[str, str],
    agent,
    steps: Mapping[str, object],
    rates: tuple[str, str],
    pool: Pool,
) -> None:
    """``agent`` drives a molecule up ``steps`` (state to pattern); it falls back by itself.

    ``names`` are those of the rules up and down, which get the state that is reached; ``rates`` the
    drive and its pace, the rate of each step back (1/s).
    """
    (up, down), (drive, pace) = names, rates
    for (before, lower), (after, upper) in pairwise(steps.items()):
        driven(c, f"{up}_{after}", agent, lower, upper, drive, pace, pool)
        turns(c, f"{down}_{before}", upper, lower, pace)


def paced(c: Caption, name: str, before, after, drive: str, pace: str) -> None:
    """``before`` becomes ``after`` by itself, at ``drive`` times ``pace`` (1/s)."""
    c.rule(name, before >> after, c.product(f"{drive}_rate", drive, pace))


def filled_by(c: Caption, name: str, maker, product, level: str, loss: str, pool: Pool) -> None:
    """``maker``, as a share of its ``pool``, gives off ``product``.

    With the whole pool at work, and ``loss`` (1/s) as the only sink, the product would be at
    ``level`` (nM).
    """
    c.rule(name, maker >> maker + product, c.source(level, loss, pool))


def turns(c: Caption, name: str, before, after, rate: str) -> None:
    """``before`` becomes ``after`` by itself, or by an enzyme that nothing here regulates."""
    c.rule(name, before >> after, rate)


def removed(c: Caption, name: str, what, rate) -> None:
    """``what`` is degraded, taken up or pumped out: ``rate`` in 1/s, an id or a constant."""
    c.rule(name, what >> None, rate)


def held_drug(c: Caption, name: str, compartment: str, drug: str) -> None:
    """A drug in a bath: its concentration is a parameter and stays where that sets it."""
    monomer = c.monomer(name, ["b"])
    c.seed(monomer(b=None) ** c.place(compartment), f"{drug}_nM", held=True)

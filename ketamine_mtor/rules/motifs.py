"""Kinds of process that the stretches of the figure share, each as elementary mass action."""

from __future__ import annotations

from ketamine_mtor.rules.caption import Caption


def catalysed(c: Caption, name: str, agent, before, after, rate: str) -> None:
    """``agent`` turns ``before`` into ``after`` and stays as it is: ``rate`` in 1/(nM s).

    One second-order step stands for binding, reaction and release. That leaves out how an enzyme
    saturates and how much of it its substrate holds; where the tables cite kcat and Km, their
    ratio is taken, which is exact for substrates below the Km only (docs/decisions/0001).
    """
    c.rule(name, agent + before >> agent + after, rate)


def made_by(c: Caption, name: str, maker, product, rate: str) -> None:
    """``maker`` gives off ``product`` again and again: ``rate`` in 1/s."""
    c.rule(name, maker >> maker + product, rate)


def turns(c: Caption, name: str, before, after, rate: str) -> None:
    """``before`` becomes ``after`` by itself, or by an enzyme that nothing here regulates."""
    c.rule(name, before >> after, rate)


def removed(c: Caption, name: str, what, rate: str) -> None:
    """``what`` is degraded, taken up or pumped out: ``rate`` in 1/s."""
    c.rule(name, what >> None, rate)


def held_drug(c: Caption, name: str, compartment: str, drug) -> None:
    """A drug in a bath: its concentration stays where ``DRUG_nM``, or a constant, sets it."""
    monomer = c.monomer(name, ["b"])
    concentration = c.value(f"{drug}_nM") if isinstance(drug, str) else drug
    c.seed_formula(monomer(b=None) ** c.place(compartment), concentration, held=True)

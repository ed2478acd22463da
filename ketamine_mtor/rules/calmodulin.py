"""Calmodulin: two lobes that bind Ca2+, and the partners that compete for it."""

from __future__ import annotations

from ketamine_mtor.rules.calcium_entry import free_calcium
from ketamine_mtor.rules.caption import ANY, Caption


def write(c: Caption) -> None:
    """Add calmodulin, and CaMKII and calcineurin as the Ca2+/CaM-regulated processes.

    GAP43 and MARCKS, which hold calmodulin back, are in modules of their own.
    """
    calmodulin = c.monomer("CALM1", ["partner"], n=["apo", "ca2"], c=["apo", "ca2"])
    c.seed(calmodulin(partner=None, n="apo", c="apo") ** c.place("pyramidal"), "CALM1_0")
    _lobes(c, calmodulin)
    _target(c, "CAMK2A", "CaMKII", "CaMKII_active")
    _target(c, "PPP3CA", "calcineurin", "calcineurin_active")
    c.read_concentration("CaM_free", calmodulin(partner=None), "pyramidal")
    c.read_concentration("CaM_Ca4", calmodulin(n="ca2", c="ca2"), "pyramidal")


def loaded(c: Caption, partner=None):
    """Calmodulin with four Ca2+."""
    return c["CALM1"](n="ca2", c="ca2", partner=partner)


def lobe_binds(c: Caption, name: str, before, after, lobe: str) -> None:
    """Two Ca2+ fill a lobe at once.

    The first step is a rapid equilibrium that was not resolved (P26), the second is measured (P24,
    P25): together a third-order rate, the second step's over the first step's constant. The first
    steps are assumed; those of calmodulin on GAP43 follow from detailed balance with the identical
    affinity of P40, without which P24 and P25 would not close.
    """
    calcium = free_calcium(c)
    c.rule(
        name,
        before + calcium + calcium | after,
        c.ratio(f"{lobe}_on", f"{lobe}_second_on", f"{lobe}_first"),
        f"{lobe}_second_off",
    )


def _lobes(c: Caption, calmodulin) -> None:
    for site, lobe in (("n", "CaM_N"), ("c", "CaM_C")):
        lobe_binds(
            c,
            f"calcium_binds_{lobe}",
            calmodulin(partner=None, **{site: "apo"}),
            calmodulin(partner=None, **{site: "ca2"}),
            lobe,
        )


def _target(c: Caption, monomer: str, label: str, observable: str) -> None:
    """An enzyme that calmodulin with four Ca2+ switches on by binding it."""
    target = c.monomer(monomer, ["cam"])
    c.seed(target(cam=None) ** c.place("pyramidal"), f"{monomer}_0")
    c.rule(
        f"CaM_binds_{label}",
        target(cam=None) + loaded(c) | target(cam=1) % loaded(c, 1),
        f"{label}_CaM_on",
        f"{label}_CaM_off",
    )
    c.read_fraction(observable, target(cam=ANY), f"{monomer}_0", "pyramidal")

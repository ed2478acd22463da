"""Actin: filaments grow where PIP2 is uncovered and where GAP43 is phosphorylated."""

from __future__ import annotations

from ketamine_mtor.rules import pi3k_akt
from ketamine_mtor.rules.caption import Caption, Pool
from ketamine_mtor.rules.motifs import driven, paced, turns


def write(c: Caption) -> None:
    """Add globular and filamentous actin.

    PIP2 frees actin from capping and severing proteins, which are lumped into the step; MARCKS
    off the membrane uncovers PIP2. Phospho-GAP43 stabilises filaments.
    """
    actin = c.monomer("Actin", form=["G", "F"])
    c.seed(actin(form="G") ** c.place("pyramidal"), "Actin_0")
    driven(
        c,
        "PIP2_polymerises_actin",
        pi3k_akt.pip2(c),
        actin(form="G"),
        actin(form="F"),
        "PIP2_actin",
        "actin_depolymerisation",
        Pool("PIP2_0", "pyramidal_membrane", target="pyramidal"),
    )
    driven(
        c,
        "GAP43_polymerises_actin",
        c["GAP43"](s41="p"),
        actin(form="G"),
        actin(form="F"),
        "GAP43_actin",
        "actin_depolymerisation",
        Pool("GAP43_0", "pyramidal"),
    )
    paced(
        c,
        "actin_polymerises",
        actin(form="G"),
        actin(form="F"),
        "actin_polymerisation",
        "actin_depolymerisation",
    )
    turns(c, "actin_depolymerises", actin(form="F"), actin(form="G"), "actin_depolymerisation")
    c.read_fraction("F_actin", actin(form="F"), "Actin_0", "pyramidal")


def filamentous(c: Caption):
    """Actin in filaments."""
    return c["Actin"](form="F")

"""MARCKS: covers PIP2 at the membrane until PKC or calmodulin takes it off."""

from __future__ import annotations

from ketamine_mtor.rules import calmodulin, mtorc2, pi3k_akt
from ketamine_mtor.rules.caption import Caption, Pool
from ketamine_mtor.rules.motifs import driven, turns


def write(c: Caption) -> None:
    """Add MARCKS with one site for the serines of its effector domain."""
    marcks = c.monomer("MARCKS", ["effector"], ed=["u", "p"])
    c.seed(marcks(effector=None, ed="u") ** c.place("pyramidal"), "MARCKS_0")
    lipid = c["PtdIns"]
    for form, affinity in (("u", "MARCKS_PIP2"), ("p", "pMARCKS_PIP2")):
        c.rule(
            f"MARCKS_{form}_binds_PIP2",
            marcks(effector=None, ed=form) + pi3k_akt.pip2(c)
            | marcks(effector=1, ed=form) % lipid(p3="u", head=1),
            f"{affinity}_on",
            f"{affinity}_off",
        )
    _phosphorylation(c, marcks)
    _calmodulin(c, marcks)
    c.read_fraction("pMARCKS", marcks(ed="p"), "MARCKS_0", "pyramidal")
    c.read_fraction("MARCKS_membrane", marcks(effector=1) % lipid(head=1), "MARCKS_0", "pyramidal")


def _phosphorylation(c: Caption, marcks) -> None:
    """PKC phosphorylates S159, S163, S167 and S170, at the membrane or off it, unless calmodulin
    covers them; that weakens the hold on the membrane about 20-fold (P47)."""
    lipid = c["PtdIns"]
    free = [marcks(effector=None, ed=form) for form in ("u", "p")]
    held = [marcks(effector=1, ed=form) % lipid(head=1) for form in ("u", "p")]
    for name, of, place, (bare, phosphorylated) in (
        ("PKC_phosphorylates_MARCKS", "", "pyramidal", free),
        ("PKC_phosphorylates_MARCKS_at_membrane", "membrane", "pyramidal_membrane", held),
    ):
        driven(
            c,
            name,
            mtorc2.active_pkc(c),
            bare,
            phosphorylated,
            "PKC_MARCKS",
            "MARCKS_dephosphorylation",
            Pool("PKC_synthesis", "pyramidal", agent="pyramidal_membrane", target=place),
            of,
        )
    turns(c, "MARCKS_dephosphorylated", marcks(ed="p"), marcks(ed="u"), "MARCKS_dephosphorylation")


def _calmodulin(c: Caption, marcks) -> None:
    """Calmodulin with four Ca2+ binds the bare effector domain at 2.8 nM, not the phosphorylated
    one (E58, P46); it cannot have calmodulin and lipid at once (P47)."""
    c.rule(
        "CaM_binds_MARCKS",
        marcks(effector=None, ed="u") + calmodulin.loaded(c)
        | marcks(effector=1, ed="u") % calmodulin.loaded(c, 1),
        "MARCKS_CaM_on",
        "MARCKS_CaM_off",
    )

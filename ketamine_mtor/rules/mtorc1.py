"""Activation of mTORC1: Akt acts on TSC2, which frees Rheb, and on PRAS40 in mTORC1 itself."""

from __future__ import annotations

from ketamine_mtor.rules import pi3k_akt
from ketamine_mtor.rules.caption import ANY, Caption, Pool
from ketamine_mtor.rules.motifs import driven, turns

#: Akt acts on cytosolic substrates from the membrane and from the cytosol alike.
AKT = Pool("AKT1_0", "pyramidal")


def write(c: Caption) -> None:
    """Add TSC2, Rheb, PRAS40 and what counts as active mTORC1."""
    _tsc2(c)
    _rheb(c)
    _pras40(c)
    c.read_fraction("mTORC1_active", active_mtorc1(c), "RPTOR_0", "pyramidal")


def active_mtorc1(c: Caption):
    """mTORC1 that turns over all its substrates: Rheb bound, no PRAS40, no drug."""
    return c["MTOR"](partner=1, rheb=ANY, frb=None, cat=None) % c["RPTOR"](mtor=1, pras40=None)


def rapamycin_bound_mtorc1(c: Caption):
    """mTORC1 with Rheb and FKBP12-rapamycin bound: still a kinase for some sites."""
    return c["MTOR"](partner=1, rheb=ANY, frb=ANY, cat=None) % c["RPTOR"](mtor=1, pras40=None)


def _tsc2(c: Caption) -> None:
    """Akt phosphorylates TSC2 at T1462 and S939, one site here (P71); that stops its GAP."""
    tsc2 = c.monomer("TSC2", t1462=["u", "p"])
    c.seed(tsc2(t1462="u") ** c.place("pyramidal"), "TSC2_0")
    driven(
        c,
        "Akt_phosphorylates_TSC2",
        pi3k_akt.active_akt(c),
        tsc2(t1462="u"),
        tsc2(t1462="p"),
        "Akt_TSC2",
        "TSC2_dephosphorylation",
        AKT,
    )
    turns(c, "TSC2_dephosphorylated", tsc2(t1462="p"), tsc2(t1462="u"), "TSC2_dephosphorylation")


def _rheb(c: Caption) -> None:
    """TSC2 makes Rheb hydrolyse GTP, exchange reloads it (P72); Rheb-GTP joins mTORC1 (P73).

    The GAP acts on Rheb that is not in mTORC1.
    """
    rheb = c.monomer("RHEB", ["mtor"], nucleotide=["gdp", "gtp"])
    c.seed(rheb(mtor=None, nucleotide="gdp") ** c.place("pyramidal"), "RHEB_0")
    turns(
        c,
        "Rheb_loads_GTP",
        rheb(mtor=None, nucleotide="gdp"),
        rheb(mtor=None, nucleotide="gtp"),
        "Rheb_reload",
    )
    driven(
        c,
        "TSC2_turns_off_Rheb",
        c["TSC2"](t1462="u"),
        rheb(mtor=None, nucleotide="gtp"),
        rheb(mtor=None, nucleotide="gdp"),
        "TSC2_Rheb_GAP",
        "Rheb_reload",
        Pool("TSC2_0", "pyramidal"),
    )
    mtor, rptor = c["MTOR"], c["RPTOR"]
    c.rule(
        "Rheb_GTP_binds_mTORC1",
        mtor(partner=1, rheb=None) % rptor(mtor=1) + rheb(mtor=None, nucleotide="gtp")
        | mtor(partner=1, rheb=2) % rptor(mtor=1) % rheb(mtor=2, nucleotide="gtp"),
        "Rheb_mTORC1_on",
        "Rheb_mTORC1_off",
    )
    c.read_fraction("Rheb_GTP", rheb(nucleotide="gtp"), "RHEB_0", "pyramidal")


def _pras40(c: Caption) -> None:
    """PRAS40 sits on RPTOR and keeps substrates away; Akt phosphorylates it at T246, free or in
    the complex, and it lets go. This is the caption's last sentence, an edge of its own. The
    phosphate comes off as fast as in P82."""
    pras40, rptor = c.monomer("AKT1S1", ["rptor"], t246=["u", "p"]), c["RPTOR"]
    akt = pi3k_akt.active_akt(c)
    c.seed(pras40(rptor=None, t246="u") ** c.place("pyramidal"), "AKT1S1_0")
    c.rule(
        "PRAS40_binds_mTORC1",
        rptor(mtor=ANY, pras40=None) + pras40(rptor=None, t246="u")
        | rptor(mtor=ANY, pras40=1) % pras40(rptor=1, t246="u"),
        "PRAS40_on",
        "PRAS40_off",
    )
    driven(
        c,
        "Akt_phosphorylates_PRAS40",
        akt,
        pras40(rptor=None, t246="u"),
        pras40(rptor=None, t246="p"),
        "Akt_PRAS40",
        "PRAS40_dephosphorylation",
        AKT,
    )
    c.rule(
        "Akt_phosphorylates_PRAS40_in_mTORC1",
        akt + rptor(pras40=1) % pras40(rptor=1, t246="u")
        >> akt + rptor(pras40=None) + pras40(rptor=None, t246="p"),
        c.share("Akt_PRAS40", AKT, "PRAS40_dephosphorylation"),
    )
    turns(
        c,
        "PRAS40_dephosphorylated",
        pras40(rptor=None, t246="p"),
        pras40(rptor=None, t246="u"),
        "PRAS40_dephosphorylation",
    )
    c.read_fraction("pPRAS40_T246", pras40(t246="p"), "AKT1S1_0", "pyramidal")

"""S6K and 4E-BP: mTORC1 phosphorylates both, and 4E-BP lets go of eIF4E, so that eIF4F forms."""

from __future__ import annotations

from ketamine_mtor.rules import mtorc1
from ketamine_mtor.rules.caption import Caption, Pool
from ketamine_mtor.rules.motifs import driven, turns

#: All the raptor there is, in mTORC1 or not.
MTORC1 = Pool("RPTOR_0", "pyramidal")


def write(c: Caption) -> None:
    """Add S6K, the 4E-BPs, eIF4E and eIF4G."""
    _s6k(c)
    _eif4e(c)
    _four_e_bp(c)
    c.read_concentration("eIF4F", eif4f(c), "pyramidal")


def active_s6k(c: Caption):
    """S6K with both sites phosphorylated."""
    return c["RPS6KB1"](t229="p", t389="p")


def eif4f(c: Caption):
    """eIF4E in complex with eIF4G: what finds capped mRNA."""
    return c["EIF4E"](partner=1) % c["EIF4G1"](e=1)


def _s6k(c: Caption) -> None:
    """mTORC1 phosphorylates T389 (P74), then PDK1 T229 (P75), which goes with T389."""
    s6k = c.monomer("RPS6KB1", t229=["u", "p"], t389=["u", "p"])
    c.seed(s6k(t229="u", t389="u") ** c.place("pyramidal"), "RPS6KB1_0")
    driven(
        c,
        "mTORC1_phosphorylates_S6K_T389",
        mtorc1.active_mtorc1(c),
        s6k(t389="u"),
        s6k(t389="p"),
        "mTORC1_S6K",
        "S6K_dephosphorylation",
        MTORC1,
    )
    driven(
        c,
        "PDK1_phosphorylates_S6K_T229",
        c["PDPK1"](),
        s6k(t389="p", t229="u"),
        s6k(t389="p", t229="p"),
        "PDK1_S6K",
        "S6K_dephosphorylation",
        Pool("PDPK1_0", "pyramidal"),
    )
    for t229 in ("u", "p"):
        turns(
            c,
            f"S6K_T389_dephosphorylated_{t229}",
            s6k(t389="p", t229=t229),
            s6k(t389="u", t229="u"),
            "S6K_dephosphorylation",
        )
    turns(c, "S6K_T229_dephosphorylated", s6k(t229="p"), s6k(t229="u"), "S6K_dephosphorylation")
    c.read_fraction("pS6K_T389", s6k(t389="p"), "RPS6KB1_0", "pyramidal")


def _eif4e(c: Caption) -> None:
    """eIF4E is held either by eIF4G (P78) or by a 4E-BP."""
    eif4e, eif4g = c.monomer("EIF4E", ["partner"]), c.monomer("EIF4G1", ["e"])
    c.seed(eif4e(partner=None) ** c.place("pyramidal"), "EIF4E_0")
    c.seed(eif4g(e=None) ** c.place("pyramidal"), "EIF4G1_0")
    c.rule(
        "eIF4E_binds_eIF4G",
        eif4e(partner=None) + eif4g(e=None) | eif4e(partner=1) % eif4g(e=1),
        "eIF4F_on",
        "eIF4F_off",
    )


def _four_e_bp(c: Caption) -> None:
    """4E-BP is primed at T37/T46, then S65/T70 (E60), a site each; each step loosens eIF4E.

    The affinities are those of P76 and P77's model as an order of magnitude; T37/T46 alone
    loosens already (E61). Rapamycin leaves the priming to mTORC1 that carries it, so that it is
    partly resistant, while inhibitors of the kinase site stop it (E55, P91).
    """
    bp = c.monomer("EIF4EBP1", ["e"], t37_t46=["u", "p"], s65_t70=["u", "p"])
    c.seed(bp(e=None, t37_t46="u", s65_t70="u") ** c.place("pyramidal"), "EIF4EBP1_0")
    eif4e = c["EIF4E"]
    for form, t37, s65 in (("bare", "u", "u"), ("primed", "p", "u"), ("released", "p", "p")):
        sites = {"t37_t46": t37, "s65_t70": s65}
        c.rule(
            f"EIF4EBP1_{form}_binds_eIF4E",
            bp(e=None, **sites) + eif4e(partner=None) | bp(e=1, **sites) % eif4e(partner=1),
            f"EIF4EBP1_{form}_on",
            f"EIF4EBP1_{form}_off",
        )
    bare, primed = {"t37_t46": "u", "s65_t70": "u"}, {"t37_t46": "p", "s65_t70": "u"}
    driven(
        c,
        "mTORC1_phosphorylates_EIF4EBP1_T37_T46",
        mtorc1.active_mtorc1(c),
        bp(**bare),
        bp(**primed),
        "mTORC1_EIF4EBP1_priming",
        "EIF4EBP1_dephosphorylation",
        MTORC1,
    )
    driven(
        c,
        "rapamycin_bound_mTORC1_phosphorylates_EIF4EBP1_T37_T46",
        mtorc1.rapamycin_bound_mtorc1(c),
        bp(**bare),
        bp(**primed),
        "mTORC1_EIF4EBP1_priming_with_rapamycin",
        "EIF4EBP1_dephosphorylation",
        MTORC1,
    )
    driven(
        c,
        "mTORC1_phosphorylates_EIF4EBP1_S65_T70",
        mtorc1.active_mtorc1(c),
        bp(**primed),
        bp(t37_t46="p", s65_t70="p"),
        "mTORC1_EIF4EBP1_release",
        "EIF4EBP1_dephosphorylation",
        MTORC1,
    )
    turns(
        c,
        "EIF4EBP1_S65_T70_dephosphorylated",
        bp(s65_t70="p"),
        bp(s65_t70="u"),
        "EIF4EBP1_dephosphorylation",
    )
    turns(
        c,
        "EIF4EBP1_T37_T46_dephosphorylated",
        bp(**primed),
        bp(**bare),
        "EIF4EBP1_dephosphorylation",
    )
    c.read_fraction("p4EBP_T37_T46", bp(t37_t46="p"), "EIF4EBP1_0", "pyramidal")

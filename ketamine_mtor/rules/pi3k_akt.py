"""PI3K and Akt: TrkB makes PIP3, where PDK1 finds Akt; PTEN takes it away again."""

from __future__ import annotations

from ketamine_mtor.rules.caption import ANY, Caption, Pool
from ketamine_mtor.rules.motifs import driven, held_drug, paced, turns


def write(c: Caption) -> None:
    """Add PI3K, the inositol lipids, PDK1 and Akt up to T308; S473 is mTORC2's (see `mtorc2`)."""
    _lipids(c)
    _pi3k(c)
    _pdk1(c)
    _akt(c)
    _mk2206(c)


def pip2(c: Caption):
    """PIP2 with a free head group."""
    return c["PtdIns"](p3="u", head=None)


def pip3(c: Caption):
    """PIP3 with a free head group."""
    return c["PtdIns"](p3="p", head=None)


def active_akt(c: Caption):
    """Akt that phosphorylates its targets: T308 decides, with S473 or without."""
    return c["AKT1"](t308="p")


def _lipids(c: Caption) -> None:
    """PIP2 and PIP3 are one lipid, without and with a phosphate at position 3.

    PTEN is the only sink of PIP3 here (P66).
    """
    lipid, pten = c.monomer("PtdIns", ["head"], p3=["u", "p"]), c.monomer("PTEN")
    c.seed(lipid(p3="u", head=None) ** c.place("pyramidal_membrane"), "PIP2_0")
    c.seed(pten() ** c.place("pyramidal"), "PTEN_0")
    c.rule(
        "PTEN_dephosphorylates_PIP3",
        pten() + pip3(c) >> pten() + pip2(c),
        c.share("PIP3_turnover", Pool("PTEN_0", "pyramidal", target="pyramidal_membrane")),
    )
    c.read_concentration("PIP3", lipid(p3="p"), "pyramidal")


def _pi3k(c: Caption) -> None:
    """pY515 of TrkB switches PI3K on; Shc, Grb2 and Gab1 in between (P64, P65) are lumped into
    that step, as no claim or drug tells them apart. LY294002 holds the kinase inactive."""
    kinase = c.monomer("PIK3CA", ["drug"], active=["no", "yes"])
    c.seed(kinase(drug=None, active="no") ** c.place("pyramidal"), "PIK3CA_0")
    driven(
        c,
        "TrkB_activates_PI3K",
        c["NTRK2"](y515="p"),
        kinase(active="no"),
        kinase(active="yes"),
        "PI3K_activation_by_TrkB",
        "PI3K_inactivation",
        Pool("NTRK2_0", "pyramidal_membrane", target="pyramidal"),
    )
    paced(
        c,
        "PI3K_activates_by_itself",
        kinase(active="no"),
        kinase(active="yes"),
        "PI3K_other_activation",
        "PI3K_inactivation",
    )
    turns(c, "PI3K_inactivates", kinase(active="yes"), kinase(active="no"), "PI3K_inactivation")
    held_drug(c, "LY294002", "pyramidal", "LY294002")
    drug = c["LY294002"]
    c.rule(
        "LY294002_binds_PI3K",
        kinase(drug=None) + drug(b=None) | kinase(drug=1) % drug(b=1),
        "LY294002_on",
        "LY294002_off",
    )
    driven(
        c,
        "PI3K_makes_PIP3",
        kinase(active="yes", drug=None),
        pip2(c),
        pip3(c),
        "PI3K_PIP2",
        "PIP3_turnover",
        Pool("PIK3CA_0", "pyramidal", target="pyramidal_membrane"),
    )


def _pdk1(c: Caption) -> None:
    """PDK1 finds Akt on PIP3; it is active wherever it is (P67)."""
    kinase = c.monomer("PDPK1", ["ph"])
    c.seed(kinase(ph=None) ** c.place("pyramidal"), "PDPK1_0")
    c.rule(
        "PDK1_binds_PIP3",
        kinase(ph=None) + pip3(c) | kinase(ph=1) % c["PtdIns"](p3="p", head=1),
        "PDK1_PIP3_on",
        "PDK1_PIP3_off",
    )


def _akt(c: Caption) -> None:
    """Akt is recruited to PIP3, where PDK1 phosphorylates T308; phosphatases act everywhere (P69).

    The affinity for PIP3 is that of PH domains (0.1 to 0.6 uM, assumed) instead of the 2 nM of
    the fitted model in P67.
    """
    akt = c.monomer("AKT1", ["ph", "drug"], t308=["u", "p"], s473=["u", "p"])
    c.seed(akt(ph=None, drug=None, t308="u", s473="u") ** c.place("pyramidal"), "AKT1_0")
    c.rule(
        "Akt_binds_PIP3",
        akt(ph=None, drug=None) + pip3(c) | akt(ph=1, drug=None) % c["PtdIns"](p3="p", head=1),
        "Akt_PIP3_on",
        "Akt_PIP3_off",
    )
    driven(
        c,
        "PDK1_phosphorylates_Akt_T308",
        c["PDPK1"](ph=ANY),
        akt(ph=ANY, t308="u"),
        akt(ph=ANY, t308="p"),
        "PDK1_Akt_T308",
        "Akt_T308_dephosphorylation",
        Pool("PDPK1_0", "pyramidal", agent="pyramidal_membrane"),
    )
    turns(
        c, "Akt_T308_dephosphorylated", akt(t308="p"), akt(t308="u"), "Akt_T308_dephosphorylation"
    )
    c.read_fraction("pAkt_T308", akt(t308="p"), "AKT1_0", "pyramidal")


def _mk2206(c: Caption) -> None:
    """MK-2206 holds unphosphorylated Akt in the form that does not bind PIP3."""
    held_drug(c, "MK2206", "pyramidal", "MK2206")
    akt, drug = c["AKT1"], c["MK2206"]
    c.rule(
        "MK2206_binds_Akt",
        akt(ph=None, drug=None, t308="u", s473="u") + drug(b=None)
        | akt(ph=None, drug=1, t308="u", s473="u") % drug(b=1),
        "MK2206_on",
        "MK2206_off",
    )

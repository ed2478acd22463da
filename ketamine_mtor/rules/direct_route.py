"""A rival route by eEF2 kinase: NMDARs blocked at rest let BDNF be translated; in variants only."""

from __future__ import annotations

from ketamine_mtor.rules import bdnf, nmdar
from ketamine_mtor.rules.caption import Caption, Pool
from ketamine_mtor.rules.motifs import driven, turns


def write(c: Caption) -> None:
    """Add eEF2 kinase, eEF2, and BDNF's translation by unphosphorylated eEF2.

    Ketamine blocks the NMDARs that are open at rest; eEF2 kinase then falls silent, eEF2 loses its
    phosphate and BDNF is translated (E31; E30's details are assumed). No glutamate burst is needed.
    Phosphatase as a first-order rate (Q8 gives its time scale, minutes).
    """
    kinase = c.monomer("EEF2K", active=["no", "yes"])
    factor = c.monomer("EEF2", t56=["u", "p"])
    c.seed(kinase(active="no") ** c.place("pyramidal"), "EEF2K_0")
    c.seed(factor(t56="u") ** c.place("pyramidal"), "EEF2_0")
    driven(
        c,
        "NMDAR_activates_EEF2K",
        nmdar.conducting(c, nmdar.PYRAMIDAL),
        kinase(active="no"),
        kinase(active="yes"),
        "NMDAR_EEF2K",
        "EEF2K_inactivation",
        Pool("NMDAR_pyramidal_0", "pyramidal_membrane", target="pyramidal"),
    )
    turns(c, "EEF2K_inactivates", kinase(active="yes"), kinase(active="no"), "EEF2K_inactivation")
    driven(
        c,
        "EEF2K_phosphorylates_EEF2",
        kinase(active="yes"),
        factor(t56="u"),
        factor(t56="p"),
        "EEF2K_EEF2",
        "EEF2_dephosphorylation",
        Pool("EEF2K_0", "pyramidal"),
    )
    turns(c, "EEF2_dephosphorylated", factor(t56="p"), factor(t56="u"), "EEF2_dephosphorylation")
    flux = bdnf.translated(
        c,
        "EEF2_translates_BDNF",
        factor(t56="u"),
        c.count("EEF2_active", factor(t56="u")),
        "BDNF_from_translation_by_EEF2",
        Pool("EEF2_0", "pyramidal"),
    )
    c.read_relative_flux("BDNF_translation", flux)

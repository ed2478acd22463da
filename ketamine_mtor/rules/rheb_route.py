"""A rival route by Rheb: resting NMDARs have it degraded, ketamine spares it; in a variant only."""

from __future__ import annotations

from ketamine_mtor.rules import nmdar
from ketamine_mtor.rules.caption import Caption, Pool
from ketamine_mtor.rules.motifs import removed


def write(c: Caption) -> None:
    """Add Rheb's turnover, by NMDARs and otherwise.

    Open NMDARs make nitric oxide; S-nitrosylated GAPDH then has Siah1 degrade Rheb. Ketamine ends
    that, Rheb accumulates, and mTORC1 becomes active without BDNF (E27). The steps in between are
    lumped into one. Rheb in mTORC1 is spared.
    """
    free = c["RHEB"](mtor=None)
    made = c["RHEB"](mtor=None, nucleotide="gdp") ** c.place("pyramidal")
    c.rule("Rheb_translated", None >> made, "Rheb_synthesis")
    removed(c, "Rheb_degraded", free, "Rheb_turnover")
    open_receptor = nmdar.conducting(c, nmdar.PYRAMIDAL)
    c.rule(
        "NMDAR_has_Rheb_degraded",
        open_receptor + free >> open_receptor,
        c.share(
            "NMDAR_Rheb_turnover",
            Pool("NMDAR_pyramidal_0", "pyramidal_membrane", target="pyramidal"),
        ),
    )

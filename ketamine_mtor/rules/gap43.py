"""GAP43: holds calmodulin, loses it to PKC, and phosphorylated makes release sites ready.

It stands for neurogranin too, which holds calmodulin by the same motif in dendrites (P50).
"""

from __future__ import annotations

from ketamine_mtor.rules import calmodulin, mtorc2
from ketamine_mtor.rules.caption import ANY, Caption, Pool
from ketamine_mtor.rules.motifs import catalysed, driven, turns


def write(c: Caption) -> None:
    """Add GAP43, its complex with calmodulin, S41, and synaptic transmission."""
    gap43 = c.monomer("GAP43", ["cam"], s41=["u", "p"])
    c.seed(gap43(cam=None, s41="u") ** c.place("pyramidal"), "GAP43_0")
    _calmodulin(c, gap43)
    _s41(c, gap43)
    _transmission(c, gap43)
    c.read_concentration("GAP43_CaM", gap43(cam=ANY), "pyramidal")
    c.read_fraction("pGAP43_S41", gap43(s41="p"), "GAP43_0", "pyramidal")


def _calmodulin(c: Caption, gap43) -> None:
    """GAP43 has the same affinity for calmodulin with Ca2+ and without, 3.3 uM (P41).

    It is a kinetic switch: with Ca2+, calmodulin comes and goes about 100 times as fast (P40).

    The C-lobe sets the pace. In the complex its Ca2+ affinity falls and the N-lobe's rises (P25).
    """
    cam = c["CALM1"]
    for state, pace in (("apo", "slow"), ("ca2", "fast")):
        c.rule(
            f"CaM_binds_GAP43_C_lobe_{state}",
            gap43(cam=None, s41="u") + cam(partner=None, c=state)
            | gap43(cam=1, s41="u") % cam(partner=1, c=state),
            c.ratio(f"GAP43_CaM_{pace}_on", f"GAP43_CaM_{pace}_off", "GAP43_CaM_Kd"),
            f"GAP43_CaM_{pace}_off",
        )
    for site, lobe in (("n", "CaM_N_on_GAP43"), ("c", "CaM_C_on_GAP43")):
        free = lobe.removesuffix("_on_GAP43")
        c.balanced(f"{lobe}_first", free, lobe)
        calmodulin.lobe_binds(
            c,
            f"calcium_binds_{lobe}",
            gap43(cam=1) % cam(partner=1, **{site: "apo"}),
            gap43(cam=1) % cam(partner=1, **{site: "ca2"}),
            lobe,
        )


def _s41(c: Caption, gap43) -> None:
    """PKC phosphorylates S41 in the calmodulin site, so only free GAP43, and what is
    phosphorylated does not bind calmodulin (E57, P42). Calcineurin and others take it off (P45).

    P42 and P44 differ 20 times in how fast PKC is: what is phosphorylated at rest decides
    (ramakers1995).
    """
    catalysed(
        c,
        "PKC_phosphorylates_GAP43_S41",
        mtorc2.active_pkc(c),
        gap43(cam=None, s41="u"),
        gap43(cam=None, s41="p"),
        "PKC_GAP43",
    )
    catalysed(
        c,
        "calcineurin_dephosphorylates_GAP43_S41",
        c["PPP3CA"](cam=ANY),
        gap43(cam=None, s41="p"),
        gap43(cam=None, s41="u"),
        "calcineurin_GAP43",
    )
    turns(
        c,
        "GAP43_S41_dephosphorylated",
        gap43(cam=None, s41="p"),
        gap43(cam=None, s41="u"),
        "GAP43_dephosphorylation",
    )


def _transmission(c: Caption, gap43) -> None:
    """Phospho-GAP43 helps vesicles to dock: the caption's synaptic transmission (assumed size)."""
    site = c["ReleaseSite"]
    driven(
        c,
        "GAP43_primes_release_site",
        gap43(s41="p"),
        site(primed="no"),
        site(primed="yes"),
        "GAP43_priming",
        "unpriming",
        Pool("GAP43_0", "pyramidal"),
    )

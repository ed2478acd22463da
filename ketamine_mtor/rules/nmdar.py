"""NMDA receptors: two pools, and how ketamine blocks them.

The dose response of the trigger is not monotonic (E01, E02, E08): more glutamate at low doses,
none or less at high ones. One pool cannot give this. Those on interneurons are tonically open to
ambient glutamate and are blocked first; those on pyramidal cells need more.
"""

from __future__ import annotations

from ketamine_mtor.rules.caption import Caption
from ketamine_mtor.rules.motifs import held_drug

INTERNEURON, PYRAMIDAL = "NMDAR_IN", "NMDAR_PYR"


def write(c: Caption) -> None:
    """Add glutamate, both pools, and their block."""
    c.monomer("Glutamate", ["r"])
    held_drug(c, "MK801", "extracellular", "MK801")
    held_drug(c, "Memantine", "extracellular", "memantine")
    _pool(c, INTERNEURON, "interneuron")
    _pool(c, PYRAMIDAL, "pyramidal")


def conducting(c: Caption, pool: str):
    """Receptors of a pool that are open with a free pore."""
    return c[pool](gate="open", pore=None)


def _pool(c: Caption, name: str, cell: str) -> None:
    receptor = c.monomer(name, ["glu", "pore"], gate=["closed", "open"])
    membrane = c.place(f"{cell}_membrane")
    c.seed(receptor(glu=None, pore=None, gate="closed") ** membrane, f"NMDAR_{cell}_0")
    _gating(c, receptor, cell)
    _block(c, receptor, cell)
    _mk801(c, receptor, cell)
    _memantine(c, receptor, cell)
    c.read_fraction(
        f"NMDAR_{cell}_blocked",
        receptor(pore=1) % c["Ketamine"](b=1),
        f"NMDAR_{cell}_0",
        f"{cell}_membrane",
    )


def _gating(c: Caption, receptor, cell: str) -> None:
    """Glutamate binds, then the gate opens; both go on whether or not the pore is occupied.

    One glutamate site stands for the two of the tetramer. The gate is slowed to a scale of 0.1 s:
    nothing downstream follows single openings.
    """
    glutamate = c["Glutamate"]
    c.rule(
        f"glutamate_binds_NMDAR_{cell}",
        receptor(glu=None, gate="closed") + glutamate(r=None)
        | receptor(glu=1, gate="closed") % glutamate(r=1),
        f"NMDAR_{cell}_glutamate_on",
        f"NMDAR_{cell}_glutamate_off",
    )
    c.rule(
        f"NMDAR_{cell}_opens",
        receptor(glu=1, gate="closed") % glutamate(r=1)
        | receptor(glu=1, gate="open") % glutamate(r=1),
        c.product("NMDAR_opening_rate", "NMDAR_opening", "NMDAR_closing"),
        "NMDAR_closing",
    )


def _block(c: Caption, receptor, cell: str) -> None:
    """Ketamine enters and leaves the open pore only, and is trapped when the gate closes (P12).

    About half of the current is gone at 1 uM (P09). The affinity for the pyramidal pool is lower:
    those receptors sit at dendrites near rest, where Mg2+ holds four pores of five (reese2015).
    """
    ketamine = c["Ketamine"]
    c.rule(
        f"ketamine_blocks_NMDAR_{cell}",
        receptor(gate="open", pore=None) + ketamine(b=None)
        | receptor(gate="open", pore=1) % ketamine(b=1),
        f"NMDAR_{cell}_ketamine_on",
        f"NMDAR_{cell}_ketamine_off",
    )


def _mk801(c: Caption, receptor, cell: str) -> None:
    """MK-801 is trapped like ketamine, and leaves much more slowly (rates assumed)."""
    drug = c["MK801"]
    c.rule(
        f"MK801_blocks_NMDAR_{cell}",
        receptor(gate="open", pore=None) + drug(b=None) | receptor(gate="open", pore=1) % drug(b=1),
        c.ratio(f"NMDAR_{cell}_MK801_on", "NMDAR_MK801_off", f"NMDAR_{cell}_MK801_Kd"),
        "NMDAR_MK801_off",
    )


def _memantine(c: Caption, receptor, cell: str) -> None:
    """Memantine is trapped only in part (P12): it passes the closed gate too, a little more slowly,
    with the same affinity, so that the cycle obeys detailed balance. With Mg2+ it takes about
    10 uM (P11, assumed), and so blocks little at rest where ketamine does (E31)."""
    drug = c["Memantine"]
    for gate in ("open", "closed"):
        c.rule(
            f"memantine_blocks_{gate}_NMDAR_{cell}",
            receptor(gate=gate, pore=None) + drug(b=None) | receptor(gate=gate, pore=1) % drug(b=1),
            c.ratio(
                f"NMDAR_memantine_{gate}_on", f"NMDAR_memantine_{gate}_off", "NMDAR_memantine_Kd"
            ),
            f"NMDAR_memantine_{gate}_off",
        )

"""A rival source of Ca2+: pyramidal cells' NMDARs, open at rest; in a variant only."""

from __future__ import annotations

from ketamine_mtor.rules import calcium_entry, nmdar
from ketamine_mtor.rules.caption import Caption, Pool
from ketamine_mtor.rules.motifs import filled_by


def write(c: Caption) -> None:
    """Add the Ca2+ that open NMDARs with a free pore let in.

    Where they carry much of the resting influx, ketamine lowers Ca2+ and with it the activity of
    calcineurin, as in hippocampal neurons in culture (E35). What E35 found below that, the
    phosphorylation of GluA1 and receptors without GluA2, is not here.
    """
    filled_by(
        c,
        "calcium_enters_by_NMDAR",
        nmdar.conducting(c, nmdar.PYRAMIDAL),
        calcium_entry.free_calcium(c),
        "calcium_by_NMDAR",
        "calcium_extrusion",
        Pool("NMDAR_pyramidal_0", "pyramidal_membrane", target="pyramidal"),
    )

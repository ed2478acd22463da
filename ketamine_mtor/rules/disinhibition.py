"""Tonic firing interneurons hold pyramidal cells back; without their NMDARs they let go."""

from __future__ import annotations

from ketamine_mtor.rules import nmdar
from ketamine_mtor.rules.caption import ANY, Caption
from ketamine_mtor.rules.motifs import catalysed, made_by, removed, turns


def write(c: Caption) -> None:
    """Add interneurons, GABA and its receptors, and pyramidal cells."""
    _interneurons(c)
    _gaba(c)
    _gaba_receptors(c)
    _pyramidal_cells(c)


def _interneurons(c: Caption) -> None:
    """A population of which a part fires; open NMDARs recruit it (tonic drive, E04, E06, E09)."""
    cell = c.monomer("Interneuron", firing=["no", "yes"])
    c.seed(cell(firing="no") ** c.place("interneuron_membrane"), "Interneuron_0")
    catalysed(
        c,
        "NMDAR_drives_interneuron",
        nmdar.conducting(c, nmdar.INTERNEURON),
        cell(firing="no"),
        cell(firing="yes"),
        "interneuron_NMDAR_drive",
    )
    turns(
        c,
        "interneuron_fires_by_itself",
        cell(firing="no"),
        cell(firing="yes"),
        "interneuron_other_drive",
    )
    turns(c, "interneuron_pauses", cell(firing="yes"), cell(firing="no"), "interneuron_pausing")
    c.read_fraction(
        "interneuron_activity", cell(firing="yes"), "Interneuron_0", "interneuron_membrane"
    )


def _gaba(c: Caption) -> None:
    """Released by firing interneurons, cleared by transporters at a first-order rate."""
    gaba = c.monomer("Aminobutyrate", ["r"])
    free = gaba(r=None) ** c.place("extracellular")
    made_by(c, "GABA_released", c["Interneuron"](firing="yes"), free, "GABA_release")
    removed(c, "GABA_cleared", free, "GABA_clearance")
    c.read_concentration("GABA", free, "extracellular")


def _gaba_receptors(c: Caption) -> None:
    """Two GABA bind one after the other; only the receptor with both is active."""
    receptor, gaba = c.monomer("GABAAR", ["first", "second"]), c["Aminobutyrate"]
    c.seed(receptor(first=None, second=None) ** c.place("pyramidal_membrane"), "GABAAR_0")
    c.rule(
        "GABA_binds_GABAAR",
        receptor(first=None, second=None) + gaba(r=None)
        | receptor(first=1, second=None) % gaba(r=1),
        "GABAAR_on",
        "GABAAR_off",
    )
    c.rule(
        "second_GABA_binds_GABAAR",
        receptor(first=ANY, second=None) + gaba(r=None) | receptor(first=ANY, second=2) % gaba(r=2),
        "GABAAR_on",
        "GABAAR_off",
    )


def _pyramidal_cells(c: Caption) -> None:
    """Driven by their own NMDARs and by other input, silenced by active GABA-A receptors.

    Fewer interneurons that fire, less GABA, more pyramidal cells that fire: disinhibition (E04,
    E06, E08). The own NMDARs give the fall at high doses.
    """
    cell = c.monomer("PyramidalCell", firing=["no", "yes"])
    c.seed(cell(firing="no") ** c.place("pyramidal_membrane"), "PyramidalCell_0")
    catalysed(
        c,
        "NMDAR_drives_pyramidal_cell",
        nmdar.conducting(c, nmdar.PYRAMIDAL),
        cell(firing="no"),
        cell(firing="yes"),
        "pyramidal_NMDAR_drive",
    )
    turns(
        c,
        "pyramidal_cell_fires_by_itself",
        cell(firing="no"),
        cell(firing="yes"),
        "pyramidal_other_drive",
    )
    turns(c, "pyramidal_cell_pauses", cell(firing="yes"), cell(firing="no"), "pyramidal_pausing")
    catalysed(
        c,
        "GABAAR_silences_pyramidal_cell",
        c["GABAAR"](first=ANY, second=ANY),
        cell(firing="yes"),
        cell(firing="no"),
        "pyramidal_GABA_inhibition",
    )
    c.read_fraction(
        "pyramidal_activity", cell(firing="yes"), "PyramidalCell_0", "pyramidal_membrane"
    )

"""Disinhibition: interneurons hold pyramidal cells back; without their NMDARs they let go."""

from __future__ import annotations

from ketamine_mtor.rules import nmdar
from ketamine_mtor.rules.caption import ANY, Caption, Pool
from ketamine_mtor.rules.motifs import driven, filled_by, held_drug, paced, removed, turns


def write(c: Caption) -> None:
    """Add interneurons, GABA and its receptors, and pyramidal cells."""
    _interneurons(c)
    _gaba(c)
    _gaba_receptors(c)
    _picrotoxin(c)
    _pyramidal_cells(c)
    _excitability(c)


def inhibiting(c: Caption):
    """GABA-A receptors that are active: agonist at both sites, the pore free."""
    return c["GABAAR"](first=ANY, second=ANY, pore=None)


def _interneurons(c: Caption) -> None:
    """A part of the interneurons fires; open NMDARs recruit it (tonic drive, E04, E06, E09)."""
    cell = c.monomer("Interneuron", firing=["no", "yes"])
    c.seed(cell(firing="no") ** c.place("interneuron_membrane"), "Interneuron_0")
    driven(
        c,
        "NMDAR_drives_interneuron",
        nmdar.conducting(c, nmdar.INTERNEURON),
        cell(firing="no"),
        cell(firing="yes"),
        "interneuron_NMDAR_drive",
        "interneuron_pausing",
        Pool("NMDAR_interneuron_0", "interneuron_membrane"),
    )
    paced(
        c,
        "interneuron_fires_by_itself",
        cell(firing="no"),
        cell(firing="yes"),
        "interneuron_other_drive",
        "interneuron_pausing",
    )
    turns(c, "interneuron_pauses", cell(firing="yes"), cell(firing="no"), "interneuron_pausing")
    c.read_fraction(
        "interneuron_activity", cell(firing="yes"), "Interneuron_0", "interneuron_membrane"
    )


def _gaba(c: Caption) -> None:
    """Firing interneurons release GABA, transporters clear it at a first-order rate."""
    gaba = c.monomer("Aminobutyrate", ["r"])
    free = gaba(r=None) ** c.place("extracellular")
    filled_by(
        c,
        "GABA_released",
        c["Interneuron"](firing="yes"),
        free,
        "GABA_level",
        "GABA_clearance",
        Pool("Interneuron_0", "interneuron_membrane", target="extracellular"),
    )
    removed(c, "GABA_cleared", free, "GABA_clearance")
    c.read_concentration("GABA", free, "extracellular")


def _gaba_receptors(c: Caption) -> None:
    """A GABA-A receptor binds GABA or muscimol twice, one by one; only then is it active."""
    receptor = c.monomer("GABAAR", ["first", "second", "pore"])
    c.seed(
        receptor(first=None, second=None, pore=None) ** c.place("pyramidal_membrane"), "GABAAR_0"
    )
    held_drug(c, "Muscimol", "extracellular", "muscimol")
    for name, agonist, site in (
        ("GABA", c["Aminobutyrate"], "r"),
        ("muscimol", c["Muscimol"], "b"),
    ):
        free = agonist(**{site: None})
        c.rule(
            f"{name}_binds_GABAAR",
            receptor(first=None, second=None, pore=None) + free
            | receptor(first=1, second=None, pore=None) % agonist(**{site: 1}),
            f"GABAAR_{name}_on",
            f"GABAAR_{name}_off",
        )
        c.rule(
            f"second_{name}_binds_GABAAR",
            receptor(first=ANY, second=None, pore=None) + free
            | receptor(first=ANY, second=2, pore=None) % agonist(**{site: 2}),
            f"GABAAR_{name}_on",
            f"GABAAR_{name}_off",
        )


def _picrotoxin(c: Caption) -> None:
    """Picrotoxin enters the pore of an active receptor, and keeps the agonists in."""
    held_drug(c, "Picrotoxin", "extracellular", "picrotoxin")
    receptor, drug = c["GABAAR"], c["Picrotoxin"]
    c.rule(
        "picrotoxin_blocks_GABAAR",
        inhibiting(c) + drug(b=None) | receptor(first=ANY, second=ANY, pore=1) % drug(b=1),
        "picrotoxin_on",
        "picrotoxin_off",
    )


def _pyramidal_cells(c: Caption) -> None:
    """Pyramidal cells are driven by NMDARs and other input, silenced by GABA-A receptors.

    Fewer interneurons that fire, less GABA, more pyramidal cells that fire: disinhibition (E04,
    E06, E08). Their own NMDARs carry part of the drive.
    """
    cell = c.monomer("PyramidalCell", firing=["no", "yes"])
    c.seed(cell(firing="no") ** c.place("pyramidal_membrane"), "PyramidalCell_0")
    driven(
        c,
        "NMDAR_drives_pyramidal_cell",
        nmdar.conducting(c, nmdar.PYRAMIDAL),
        cell(firing="no"),
        cell(firing="yes"),
        "pyramidal_NMDAR_drive",
        "pyramidal_pausing",
        Pool("NMDAR_pyramidal_0", "pyramidal_membrane"),
    )
    paced(
        c,
        "pyramidal_cell_fires_by_itself",
        cell(firing="no"),
        cell(firing="yes"),
        "pyramidal_other_drive",
        "pyramidal_pausing",
    )
    turns(c, "pyramidal_cell_pauses", cell(firing="yes"), cell(firing="no"), "pyramidal_pausing")
    driven(
        c,
        "GABAAR_silences_pyramidal_cell",
        inhibiting(c),
        cell(firing="yes"),
        cell(firing="no"),
        "pyramidal_GABA_inhibition",
        "pyramidal_pausing",
        Pool("GABAAR_0", "pyramidal_membrane"),
    )
    c.read_fraction(
        "pyramidal_activity", cell(firing="yes"), "PyramidalCell_0", "pyramidal_membrane"
    )


def _excitability(c: Caption) -> None:
    """High doses depress pyramidal cells themselves: ketamine on HCN1 and other channels.

    Ketamine blocks HCN1 at 4 to 8 uM, and other channels of pyramidal cells above that (P15). Two
    steps of two ketamine each stand for all of them: a fast one, and a second that is slow to
    reverse. With 10 to 30 mg/kg too little is bound; from 50 mg/kg on it outweighs disinhibition
    (E01, E08), and it lasts while the drug falls back through the lower range. The steps' mean
    affinity is that of the channel; how much tighter the second is decides what 50 mg/kg does
    (docs/decisions/0008).
    """
    channel, ketamine = c.monomer("HCN1", ketamine=["none", "two", "four"]), c["Ketamine"]
    free = ketamine(b=None) ** c.place("extracellular")
    c.seed(channel(ketamine="none") ** c.place("pyramidal_membrane"), "HCN1_0")
    mean, tightening = c.value("HCN1_ketamine_Kd"), c.value("HCN1_ketamine_tightening")
    for before, after, step, affinity in (
        ("none", "two", "first", mean * tightening),
        ("two", "four", "second", mean / tightening),
    ):
        c.rule(
            f"ketamine_binds_HCN1_{step}",
            channel(ketamine=before) + free + free | channel(ketamine=after),
            c.cooperative(f"HCN1_ketamine_{step}", affinity),
            f"HCN1_ketamine_{step}_off",
        )
    driven(
        c,
        "blocked_HCN1_silences_pyramidal_cell",
        channel(ketamine="four"),
        c["PyramidalCell"](firing="yes"),
        c["PyramidalCell"](firing="no"),
        "pyramidal_HCN1_silencing",
        "pyramidal_pausing",
        Pool("HCN1_0", "pyramidal_membrane"),
    )

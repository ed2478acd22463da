"""A small model whose steady state and time course are known by hand: rules, tables, files.

Ketamine is absorbed, eliminated, and blocks a receptor in a membrane; the free receptor makes a
slow protein and a fast ion; a blocker is held in a bath, a ligand is exchanged with one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pysb

from ketamine_mtor import knowledge, network
from ketamine_mtor.emit import write_sbml
from ketamine_mtor.experiment import Experiment
from ketamine_mtor.knowledge import DEPOT_SEED
from ketamine_mtor.model_files import ModelFiles
from ketamine_mtor.rules.caption import Caption

FOLDER = Path(__file__).parent / "small"


def tables() -> knowledge.Tables:
    """The tables of ``tests/small``."""
    return knowledge.load(FOLDER)


def build() -> pysb.Model:
    """The rules, without their network."""
    known = tables()
    wildtype = known.values() | {key: row.value for key, row in known.wildtype.items()}
    c = Caption("small", known.values(), wildtype)
    for row in known.compartments.values():
        c.compartment(row.id, row.parent or None, row.dimension, row.size)
    outside, membrane, cytosol = (c.place(name) for name in known.compartments)

    depot = c.monomer("Depot")
    ketamine = c.monomer("Ketamine", ["b"])
    receptor = c.monomer("Receptor", ["b"])
    blocker = c.monomer("Blocker", ["b"])
    protein, ion, ligand = c.monomer("Protein"), c.monomer("Ion"), c.monomer("Ligand")
    free_ketamine, free_blocker = ketamine(b=None) ** outside, blocker(b=None) ** outside
    free_receptor = receptor(b=None) ** membrane

    per_dose = c.value("ketamine_depot_per_dose")
    dosed = c.constant(DEPOT_SEED, c.value("ketamine_dose") * per_dose / outside.size)
    infused = c.constant("infusion_rate", c.value("ketamine_infusion") * per_dose / outside.size)
    flow = c.value("ligand_bath_exchange") * c.value("ligand_bath_rate")
    inward = c.constant("ligand_bath_in", flow * c.value("ligand_nM"))
    outward = c.constant("ligand_bath_out", flow)

    c.rule("absorbed", depot() ** outside >> free_ketamine, "absorption")
    c.rule("infused", None >> free_ketamine, infused)
    c.rule("eliminated", free_ketamine >> None, "elimination")
    c.rule(
        "ketamine_blocks",
        free_receptor + free_ketamine | receptor(b=1) ** membrane % ketamine(b=1) ** outside,
        "ketamine_on",
        "ketamine_off",
    )
    c.rule(
        "blocker_blocks",
        free_receptor + free_blocker | receptor(b=1) ** membrane % blocker(b=1) ** outside,
        "blocker_on",
        "blocker_off",
    )
    made = free_receptor >> free_receptor + protein() ** cytosol
    c.rule("protein_made", made, "protein_synthesis")
    c.rule("protein_degraded", protein() ** cytosol >> None, "protein_turnover")
    c.rule("ion_enters", free_receptor >> free_receptor + ion() ** cytosol, "ion_influx")
    c.rule("ion_leaves", ion() ** cytosol >> None, "ion_extrusion")
    c.rule("bath_brings_ligand", None >> ligand() ** outside, inward)
    c.rule("bath_takes_ligand", ligand() ** outside >> None, outward)
    c.rule("ligand_cleared", ligand() ** outside >> None, "ligand_clearance")

    c.seed_formula(depot() ** outside, dosed)
    c.seed(free_receptor, "receptor_0")
    c.seed(free_blocker, "blocker_nM", held=True)

    c.read_concentration("ketamine_brain", free_ketamine, "outside")
    c.read_fraction("receptor_free", free_receptor, "receptor_0", "membrane")
    c.read_concentration("protein", protein(), "cytosol")
    c.read_concentration("ion", ion(), "cytosol")
    c.read_concentration("ligand", ligand(), "outside")
    c.read_relative("protein_relative", c.count("protein_again", protein()) / cytosol.size)
    return c.model


@cache
def with_network() -> pysb.Model:
    """The rules with their network, which BioNetGen makes."""
    model = build()
    network.generate(model)
    return model


@cache
def files() -> ModelFiles:
    """The model's files, its SBML at rest."""
    rest = {row.species: row.value for row in tables().steady_state.values()}
    sbml = write_sbml(with_network(), tables(), steady_state=rest)
    return ModelFiles(sbml, tables(), network=with_network)


def experiment(**options) -> Experiment:
    """Two hours of what is done to the small animal, with every readout."""
    known = tables()
    return Experiment(**options, hours=2, observables=tuple(known.observables), tables=known)


def differ(run, other) -> bool:
    """Whether two runs differ by more than a share of 1e-4 anywhere, the baseline too."""
    return any(
        not np.allclose(
            [run[name].attrs["baseline"], *run[name].values],
            [other[name].attrs["baseline"], *other[name].values],
            rtol=1e-4,
            atol=1e-9,
        )
        for name in other
    )

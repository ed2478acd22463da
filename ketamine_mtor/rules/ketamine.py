"""Pharmacokinetics of ketamine: from the needle to the cortex's extracellular fluid, and out."""

from __future__ import annotations

from ketamine_mtor.knowledge import DEPOT_SEED
from ketamine_mtor.rules.caption import Caption
from ketamine_mtor.rules.motifs import removed, turns


def write(c: Caption) -> None:
    """Add the dose, its absorption, the exchange between blood and brain, and elimination."""
    ketamine = c.monomer("Ketamine", ["b"])
    _dose(c, ketamine)
    _distribution(c, ketamine)
    _plasma(c, ketamine)
    c.read_concentration(
        "ketamine_brain", ketamine(b=None) ** c.place("extracellular"), "extracellular"
    )


def _dose(c: Caption, ketamine) -> None:
    """An i.p. bolus fills a depot; an infusion enters the blood at a constant rate.

    A mg/kg is so many nmol of free drug (P04), whatever the volumes that they are found in.
    """
    peritoneum, blood = c.place("peritoneum"), c.place("blood")
    amount = c.value("ketamine_depot_per_dose")
    dose = c.value("ketamine_dose")
    depot = c.constant(DEPOT_SEED, dose * amount / peritoneum.size, resized=True)
    c.seed_formula(ketamine(b=None) ** peritoneum, depot)
    c.rule(
        "ketamine_infused",
        None >> ketamine(b=None) ** blood,
        c.constant(
            "ketamine_infusion_rate",
            c.value("ketamine_infusion") * amount / blood.size,
            resized=True,
        ),
    )


def _distribution(c: Caption, ketamine) -> None:
    """First-order absorption and elimination; the brain follows the blood within minutes.

    Ketamine is in the brain at once after an i.v. bolus and only in traces at 3 h (P06). What is
    free in the extracellular fluid equilibrates with what is free in the blood: the rate in
    follows from the rate out.
    """
    blood, brain = c.place("blood"), c.place("extracellular")
    turns(
        c,
        "ketamine_absorbed",
        ketamine(b=None) ** c.place("peritoneum"),
        ketamine(b=None) ** blood,
        "ketamine_absorption",
    )
    inward = c.constant(
        "ketamine_brain_in",
        c.value("ketamine_brain_out") * brain.size / blood.size,
        resized=True,
    )
    c.rule(
        "ketamine_enters_brain",
        ketamine(b=None) ** blood | ketamine(b=None) ** brain,
        inward,
        "ketamine_brain_out",
    )
    removed(c, "ketamine_eliminated", ketamine(b=None) ** blood, "ketamine_elimination")


def _plasma(c: Caption, ketamine) -> None:
    """What an assay of plasma finds: the model's ketamine is the free drug, plasma holds more."""
    blood = c.place("blood")
    free = c.count("ketamine_plasma", ketamine(b=None) ** blood) / blood.size
    c.read("ketamine_plasma", free / c.value("ketamine_unbound"))

"""Synaptic proteins and actin make synapses, in steps that take a day; elimination takes a week."""

from __future__ import annotations

from itertools import pairwise

from ketamine_mtor.rules import actin, translation
from ketamine_mtor.rules.caption import Caption, Pool
from ketamine_mtor.rules.motifs import turns

_STAGES = ("site", "contact", "nascent", "filling", "spine", "mature")


def write(c: Caption) -> None:
    """Add the stages of a synapse, from a free site on the dendrite to a mature synapse.

    Sites are finite, so that formation saturates, and each step that a protein speeds up also
    goes by itself, slowly: without PSD95 there are fewer synapses, not none for ever. New spines
    show at 12 to 24 h, not at 3 to 6 h (E41); formation rises and elimination does not (E40).
    Contacts come and go within minutes, so that what follows needs synapsin-1 and PSD95 together;
    a nascent synapse that gets no GluA1 is lost within hours, and GluA2 in the stable pool makes a
    spine last (the order is assumed).
    """
    synapse = c.monomer("Synapse", stage=list(_STAGES))
    c.seed(synapse(stage="site") ** c.place("pyramidal_membrane"), "Synapse_0")
    helped = (
        ("synapsin1_makes_contact", translation.fast(c, "SYN1"), "synapsin1_translation"),
        ("PSD95_makes_nascent_synapse", translation.fast(c, "DLG4"), "PSD95_translation"),
        ("GluA1_fills_nascent_synapse", translation.fast(c, "GRIA1"), "GluA1_translation"),
        ("actin_makes_spine", actin.filamentous(c), "Actin_0"),
        ("GluA2_matures_spine", translation.stable(c, "GRIA2"), "GluA2_translation"),
    )
    for (name, agent, whole), (before, after) in zip(helped, pairwise(_STAGES), strict=True):
        c.rule(
            name,
            agent + synapse(stage=before) >> agent + synapse(stage=after),
            c.share(
                f"{after}_synapse_helped", Pool(whole, "pyramidal", target="pyramidal_membrane")
            ),
        )
        turns(
            c,
            f"synapse_{after}_by_itself",
            synapse(stage=before),
            synapse(stage=after),
            f"{after}_synapse_unhelped",
        )
    for stage in _STAGES[1:-1]:
        turns(
            c,
            f"{stage}_synapse_lost",
            synapse(stage=stage),
            synapse(stage="site"),
            f"{stage}_synapse_loss",
        )
    turns(
        c,
        "synapse_eliminated",
        synapse(stage="mature"),
        synapse(stage="site"),
        "synapse_elimination",
    )
    mature = c.count("mature_synapses", synapse(stage="mature"))
    c.read_relative("synapses", mature / c.place("pyramidal_membrane").size)
    _formation(c, synapse)


def _formation(c: Caption, synapse) -> None:
    """How fast spines become mature synapses: what two-photon imaging counts as formation (E40)."""
    spines = c.count("spines", synapse(stage="spine")) / c.place("pyramidal_membrane").size
    receptors = c.count("stable_GluA2", translation.stable(c, "GRIA2")) / c.place("pyramidal").size
    helped = c.model.expressions["mature_synapse_helped_rate"]
    rate = helped * receptors + c.value("mature_synapse_unhelped")
    c.read_relative("synapse_formation", spines * rate)

"""Synapses: synaptic proteins and actin make them within a day; elimination takes weeks."""

from __future__ import annotations

from itertools import pairwise

from ketamine_mtor.rules import actin, translation
from ketamine_mtor.rules.caption import Caption, Pool
from ketamine_mtor.rules.motifs import filled_by, removed, turns

_STAGES = ("site", "contact", "nascent", "filling", "spine", "mature")
#: Stages that hold synaptic protein for longer.
_HOLDING = ("filling", "spine", "mature")
#: What holds protein in a synapse, and which proteins: GluA1 and GluA2 share theirs.
_SLOTS = (
    ("PSD95", (("DLG4", "PSD95"),)),
    ("synapsin1", (("SYN1", "synapsin1"),)),
    ("AMPAR", (("GRIA1", "GluA1"), ("GRIA2", "GluA2"))),
)


def write(c: Caption) -> None:
    """Add the stages of a synapse, from a free site on the dendrite to a mature synapse.

    Sites are finite, so that formation saturates, and each step that a protein speeds up also
    goes by itself: without PSD95 there are fewer synapses, not none for ever. New spines
    show at 12 to 24 h, not at 3 to 6 h (E41); formation rises and elimination does not (E40).
    Contacts come and go within minutes, so that what follows needs synapsin-1 and PSD95 together;
    a nascent synapse that gets no AMPARs is lost within hours, GluA1 coming before GluA2 (E35), and
    actin makes the spine last (the order is assumed).
    """
    synapse = c.monomer("Synapse", stage=list(_STAGES))
    c.seed(synapse(stage="site") ** c.place("pyramidal_membrane"), "Synapse_0")
    helped = (
        ("synapsin1_makes_contact", translation.fast(c, "SYN1"), "synapsin1_translation"),
        ("PSD95_makes_nascent_synapse", translation.fast(c, "DLG4"), "PSD95_translation"),
        ("GluA1_fills_nascent_synapse", translation.fast(c, "GRIA1"), "GluA1_translation"),
        ("GluA2_makes_spine", translation.fast(c, "GRIA2"), "GluA2_translation"),
        ("actin_matures_spine", actin.filamentous(c), "Actin_0"),
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
    _slots(c, synapse)
    _formation(c, synapse)


def _slots(c: Caption, synapse) -> None:
    """A synapse offers slots; protein in a slot is the stable pool.

    Slots come and go within hours, and with them what they hold goes back into the fast pool;
    protein in a slot lives for days (P70). So the stable pool follows the number of synapses and,
    while the fast pool is high, how full they are; it cannot exceed the slots.
    """
    slot = c.monomer("SynapticSlot", kind=[kind for kind, _ in _SLOTS])
    for kind, proteins in _SLOTS:
        free = slot(kind=kind) ** c.place("pyramidal")
        for stage in _HOLDING:
            filled_by(
                c,
                f"{kind}_slot_offered_by_{stage}_synapse",
                synapse(stage=stage),
                free,
                f"{kind}_slots",
                "slot_turnover",
                Pool("Synapse_0", "pyramidal_membrane", target="pyramidal"),
            )
        removed(c, f"{kind}_slot_lost", free, "slot_turnover")
        for monomer, observable in proteins:
            new, held = translation.fast(c, monomer), translation.stable(c, monomer)
            whole = Pool(f"{observable}_translation", "pyramidal")
            capture = c.share("slot_capture", whole, "slot_turnover", of=observable)
            c.rule(f"{observable}_stabilised", new + free >> held, capture)
            turns(c, f"{observable}_released_from_slot", held, new, "slot_turnover")
            turns(c, f"{observable}_stable_pool_degraded", held, free, "synaptic_protein_turnover")


def _formation(c: Caption, synapse) -> None:
    """How fast spines become mature synapses: what two-photon imaging counts as formation (E40)."""
    spines = c.count("spines", synapse(stage="spine")) / c.place("pyramidal_membrane").size
    filaments = c.count("filaments", actin.filamentous(c)) / c.place("pyramidal").size
    helped = c.model.expressions["mature_synapse_helped_rate"]
    c.read_relative(
        "synapse_formation", spines * (helped * filaments + c.value("mature_synapse_unhelped"))
    )

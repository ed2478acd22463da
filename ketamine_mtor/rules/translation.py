"""Translation: eIF4F and S6K set ribosomes running, which make synaptic proteins and BDNF."""

from __future__ import annotations

from ketamine_mtor.rules import bdnf, translation_control
from ketamine_mtor.rules.caption import Caption, Pool
from ketamine_mtor.rules.motifs import driven, filled_by, held_drug, removed, turns

#: Monomer of each synaptic protein, and its observable, which its parameters' ids begin with.
PROTEINS = (
    ("DLG4", "PSD95"),
    ("SYN1", "synapsin1"),
    ("GRIA1", "GluA1"),
    ("GRIA2", "GluA2"),
)
#: The protein that leaves the endoplasmic reticulum late.
LATE = "GRIA2"
#: The dendrites' ribosomes.
RIBOSOMES = Pool("Ribosome_0", "pyramidal")


def write(c: Caption) -> None:
    """Add ribosomes, anisomycin, the four synaptic proteins, and BDNF's own translation."""
    _ribosomes(c)
    _anisomycin(c)
    for monomer, observable in PROTEINS:
        _synaptic_protein(c, monomer, observable)
    _bdnf(c)


def running(c: Caption):
    """Ribosomes that elongate."""
    return c["Ribosome"](state="running", drug=None)


def fast(c: Caption, monomer: str):
    """The fast synaptic pool of a protein."""
    return c[monomer](pool="fast") ** c.place("pyramidal")


def stable(c: Caption, monomer: str):
    """The stable synaptic pool of a protein."""
    return c[monomer](pool="stable") ** c.place("pyramidal")


def _ribosomes(c: Caption) -> None:
    """An idle dendritic ribosome starts with eIF4F, sooner when its S6 is phosphorylated.

    S6 phosphorylation stands for all that S6K does for initiation (P79). A run ends by itself.
    """
    ribosome = c.monomer("Ribosome", ["drug"], state=["idle", "running"], rps6=["u", "p"])
    c.seed(ribosome(drug=None, state="idle", rps6="u") ** c.place("pyramidal"), "Ribosome_0")
    driven(
        c,
        "S6K_phosphorylates_RPS6",
        translation_control.active_s6k(c),
        ribosome(rps6="u"),
        ribosome(rps6="p"),
        "S6K_RPS6",
        "RPS6_dephosphorylation",
        Pool("RPS6KB1_0", "pyramidal"),
    )
    turns(
        c, "RPS6_dephosphorylated", ribosome(rps6="p"), ribosome(rps6="u"), "RPS6_dephosphorylation"
    )
    for form, rate in (("p", "translation_start"), ("u", "translation_start_without_S6K")):
        driven(
            c,
            f"eIF4F_starts_translation_rps6_{form}",
            translation_control.eif4f(c),
            ribosome(state="idle", rps6=form, drug=None),
            ribosome(state="running", rps6=form, drug=None),
            rate,
            "translation_end",
            Pool("EIF4G1_0", "pyramidal"),
        )
    turns(
        c,
        "translation_ends",
        ribosome(state="running", drug=None),
        ribosome(state="idle", drug=None),
        "translation_end",
    )
    volume = c.place("pyramidal").size
    c.read_relative("translation_rate", c.count("running_ribosomes", running(c)) / volume)


def _anisomycin(c: Caption) -> None:
    """Anisomycin takes the ribosome's active site, idle or not; a run ends when it does."""
    held_drug(c, "Anisomycin", "pyramidal", "anisomycin")
    ribosome, drug = c["Ribosome"], c["Anisomycin"]
    stalled = ribosome(state="idle", drug=1) % drug(b=1)
    c.rule(
        "anisomycin_binds_idle_ribosome",
        ribosome(state="idle", drug=None) + drug(b=None) | stalled,
        "anisomycin_on",
        "anisomycin_off",
    )
    c.rule(
        "anisomycin_stops_running_ribosome",
        ribosome(state="running", drug=None) + drug(b=None) >> stalled,
        "anisomycin_on",
    )


def _synaptic_protein(c: Caption, monomer: str, observable: str) -> None:
    """New protein enters a fast pool at the synapse, which exchanges within hours.

    Synaptic proteins live for days (P70): a single pool of that half-life could not rise within
    hours without a 20-fold synthesis. What a synapse holds for longer is the stable pool, which
    `synapses` fills. GluA2 comes later than GluA1 (E35): it waits in the endoplasmic reticulum
    first.
    """
    waits = monomer == LATE
    protein = c.monomer(monomer, pool=["fast", "stable", *(["reticulum"] if waits else [])])
    new = fast(c, monomer)
    made = protein(pool="reticulum") ** c.place("pyramidal") if waits else new
    filled_by(
        c,
        f"{observable}_translated",
        running(c),
        made,
        f"{observable}_translation",
        "synaptic_protein_fast_turnover",
        RIBOSOMES,
    )
    if waits:
        turns(c, f"{observable}_leaves_reticulum", made, new, f"{observable}_export")
    removed(c, f"{observable}_fast_pool_degraded", new, "synaptic_protein_fast_turnover")
    c.read_concentration(observable, new + stable(c, monomer), "pyramidal")


def _bdnf(c: Caption) -> None:
    """Running ribosomes translate BDNF's transcript into vesicles, beside the soma's supply."""
    counted = c.model.observables["n_running_ribosomes"]
    flux = bdnf.translated(
        c, "BDNF_translated", running(c), counted, "BDNF_from_translation", RIBOSOMES
    )
    c.read_relative_flux("BDNF_translation", flux)

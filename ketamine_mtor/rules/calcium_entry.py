"""From glutamate to Ca2+: AMPA receptors, depolarisation, L-type channels, influx and extrusion."""

from __future__ import annotations

from itertools import pairwise

from ketamine_mtor.rules.caption import ANY, Caption
from ketamine_mtor.rules.motifs import catalysed, held_drug, made_by, removed, turns

#: Steps of the channel's activation: three voltage sensors have to move before it opens.
GATES = ("closed", "one", "two", "open")


def write(c: Caption) -> None:
    """Add AMPARs, the dendrite's depolarisation, L-type VDCCs and Ca2+."""
    _ampar(c)
    _desensitisation(c)
    _nbqx(c)
    _depolarisation(c)
    _vdcc(c)
    _nifedipine(c)
    _calcium(c)


def free_calcium(c: Caption):
    """Ca2+ in the cytosol of pyramidal cells that nothing binds."""
    return c["Calcium"]() ** c.place("pyramidal")


def _ampar(c: Caption) -> None:
    """GluA1/GluA2 receptors of the trigger: two glutamate bind in turn, then the gate opens.

    The affinity is that of the extracellular mean, which stands for brief peaks in the cleft
    (P16): lower concentrations, the same order of saturation. The receptors number the same
    throughout: newly made GluA1 and GluA2 are a pool of their own, since feeding them back into
    the trigger would make the resting state a knife edge.
    """
    receptor, glutamate = (
        c.monomer("AMPAR", ["first", "second"], gate=["closed", "open", "desensitised"]),
        c["Glutamate"],
    )
    c.seed(
        receptor(first=None, second=None, gate="closed") ** c.place("pyramidal_membrane"),
        "AMPAR_0",
    )
    c.rule(
        "glutamate_binds_AMPAR",
        receptor(first=None, second=None, gate="closed") + glutamate(r=None)
        | receptor(first=1, second=None, gate="closed") % glutamate(r=1),
        "AMPAR_glutamate_on",
        "AMPAR_glutamate_off",
    )
    c.rule(
        "second_glutamate_binds_AMPAR",
        receptor(first=1, second=None, gate="closed") % glutamate(r=1) + glutamate(r=None)
        | receptor(first=1, second=2, gate="closed") % glutamate(r=1) % glutamate(r=2),
        "AMPAR_glutamate_on",
        "AMPAR_glutamate_off",
    )
    c.rule(
        "AMPAR_opens",
        receptor(first=ANY, second=ANY, gate="closed")
        | receptor(first=ANY, second=ANY, gate="open"),
        "AMPAR_opening",
        "AMPAR_closing",
    )
    c.read_fraction("AMPAR_active", receptor(gate="open"), "AMPAR_0", "pyramidal_membrane")


def _desensitisation(c: Caption) -> None:
    """An open receptor may desensitise with glutamate still bound, and recovers closed."""
    receptor = c["AMPAR"]
    turns(
        c,
        "AMPAR_desensitises",
        receptor(gate="open"),
        receptor(gate="desensitised"),
        "AMPAR_desensitisation",
    )
    turns(
        c,
        "AMPAR_recovers",
        receptor(gate="desensitised"),
        receptor(gate="closed"),
        "AMPAR_recovery",
    )


def _nbqx(c: Caption) -> None:
    """NBQX takes the first glutamate's site; it blocks ketamine's effects (E15, E16)."""
    held_drug(c, "NBQX", "extracellular", "NBQX")
    receptor, drug = c["AMPAR"], c["NBQX"]
    c.rule(
        "NBQX_binds_AMPAR",
        receptor(first=None, second=None, gate="closed") + drug(b=None)
        | receptor(first=1, second=None, gate="closed") % drug(b=1),
        "NBQX_on",
        "NBQX_off",
    )


def _depolarisation(c: Caption) -> None:
    """Open AMPARs depolarise stretches of dendrite, which repolarise by themselves."""
    dendrite = c.monomer("Dendrite", voltage=["rest", "depolarised"])
    c.seed(dendrite(voltage="rest") ** c.place("pyramidal_membrane"), "Dendrite_0")
    catalysed(
        c,
        "AMPAR_depolarises_dendrite",
        c["AMPAR"](gate="open"),
        dendrite(voltage="rest"),
        dendrite(voltage="depolarised"),
        "dendrite_depolarisation",
    )
    turns(
        c,
        "dendrite_repolarises",
        dendrite(voltage="depolarised"),
        dendrite(voltage="rest"),
        "dendrite_repolarisation",
    )


def _vdcc(c: Caption) -> None:
    """Depolarisation moves the channel's sensors one by one; a steep step, so that little of the
    resting Ca2+ influx passes the channel while a burst opens it several-fold."""
    channel = c.monomer("VDCC", ["drug"], gate=list(GATES))
    c.seed(channel(drug=None, gate="closed") ** c.place("pyramidal_membrane"), "VDCC_0")
    depolarised = c["Dendrite"](voltage="depolarised")
    for before, after in pairwise(GATES):
        catalysed(
            c,
            f"VDCC_activates_to_{after}",
            depolarised,
            channel(gate=before),
            channel(gate=after),
            "VDCC_activation",
        )
        turns(
            c,
            f"VDCC_deactivates_to_{before}",
            channel(gate=after),
            channel(gate=before),
            "VDCC_deactivation",
        )
    c.read_fraction("VDCC_open", channel(gate="open", drug=None), "VDCC_0", "pyramidal_membrane")


def _nifedipine(c: Caption) -> None:
    """Nifedipine binds the channel whatever its gate does, and closes it to Ca2+ (E18, E19)."""
    held_drug(c, "Nifedipine", "extracellular", "nifedipine")
    channel, drug = c["VDCC"], c["Nifedipine"]
    c.rule(
        "nifedipine_binds_VDCC",
        channel(drug=None) + drug(b=None) | channel(drug=1) % drug(b=1),
        "nifedipine_on",
        "nifedipine_off",
    )


def _calcium(c: Caption) -> None:
    """Influx through open L-type channels and a constant leak, against pumps: 80 nM at rest (P20).

    Outside Ca2+ is taken as constant, so influx is first order in open channels.
    """
    c.monomer("Calcium")
    calcium = free_calcium(c)
    made_by(c, "calcium_enters_by_VDCC", c["VDCC"](gate="open", drug=None), calcium, "VDCC_influx")
    c.rule("calcium_leaks_in", None >> calcium, "calcium_leak")
    removed(c, "calcium_pumped_out", calcium, "calcium_extrusion")
    c.read_concentration("Ca", calcium, "pyramidal")

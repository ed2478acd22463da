"""Calcium entry: AMPA receptors, depolarisation, L-type channels, influx and extrusion."""

from __future__ import annotations

from ketamine_mtor.rules.caption import ANY, Caption, Pool
from ketamine_mtor.rules.motifs import climbs, filled_by, held_drug, paced, removed

#: Steps of a stretch of dendrite: two inputs have to summate.
VOLTAGES = ("rest", "halfway", "depolarised")
#: Steps of the channel's activation: two voltage sensors move before it opens (pantazis2014).
GATES = ("closed", "one", "open")


def write(c: Caption) -> None:
    """Add AMPARs, the dendrite's depolarisation, L-type VDCCs and Ca2+."""
    _subunits(c)
    _ampar(c)
    _desensitisation(c)
    _cx546(c)
    _nbqx(c)
    _depolarisation(c)
    _vdcc(c)
    _vdcc_blockers(c)
    _calcium(c)


def free_calcium(c: Caption):
    """Ca2+ in the cytosol of pyramidal cells that nothing binds."""
    return c["Calcium"]() ** c.place("pyramidal")


def _subunits(c: Caption) -> None:
    """GluA1 and GluA2 of the trigger pair up: mostly with each other, else with their like.

    Pairs stand for the dimers of dimers. Without GluA2, receptors of GluA1 alone form, and these
    let Ca2+ in. The trigger's subunits number the same throughout: newly made GluA1 and GluA2 are
    a pool of their own, since feeding them back into the trigger would make the drug-free steady
    state a knife edge (docs/decisions/0003).
    """
    subunit = c.monomer("AMPARSubunit", kind=["GluA1", "GluA2"])
    receptor = c.monomer(
        "AMPAR",
        ["first", "second", "potentiator"],
        gate=["closed", "open", "desensitised"],
        subunits=["A1A2", "A1A1", "A2A2"],
    )
    place = c.place("pyramidal_membrane")
    for kind in ("GluA1", "GluA2"):
        c.seed(subunit(kind=kind) ** place, f"AMPAR_{kind}_0")
    c.product("AMPAR_alike_Kd", "AMPAR_mixed_Kd", "AMPAR_alike_over_mixed")
    c.ratio("AMPAR_alike_on", "AMPAR_alike_off", "AMPAR_alike_Kd")
    pairs = (
        ("GluA1", "GluA2", "A1A2", "AMPAR_mixed"),
        ("GluA1", "GluA1", "A1A1", "AMPAR_alike"),
        ("GluA2", "GluA2", "A2A2", "AMPAR_alike"),
    )
    for one, other, pair, affinity in pairs:
        whole = receptor(first=None, second=None, potentiator=None, gate="closed", subunits=pair)
        c.rule(
            f"AMPAR_{pair}_assembles",
            subunit(kind=one) ** place + subunit(kind=other) ** place | whole**place,
            f"{affinity}_on",
            f"{affinity}_off",
        )


def _ampar(c: Caption) -> None:
    """AMPARs of the trigger: two glutamate bind in turn, then the gate opens.

    The affinity is such that at steady state half of the receptors are desensitised where half of
    native ones are (Jonas' rates in fnsyn2015). The brief peaks in the cleft (P16) are not here:
    the extracellular mean stands for them.
    """
    receptor, glutamate = c["AMPAR"], c["Glutamate"]
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
        receptor(first=ANY, second=ANY, gate="closed", potentiator=None)
        | receptor(first=ANY, second=ANY, gate="open", potentiator=None),
        c.product("AMPAR_opening_rate", "AMPAR_opening", "AMPAR_closing"),
        "AMPAR_closing",
    )
    c.read_fraction("AMPAR_active", receptor(gate="open"), "AMPAR_GluA1_0", "pyramidal_membrane")


def _desensitisation(c: Caption) -> None:
    """An open receptor may desensitise with glutamate still bound, and recovers closed."""
    receptor = c["AMPAR"]
    paced(
        c,
        "AMPAR_desensitises",
        receptor(gate="open", potentiator=None),
        receptor(gate="desensitised", potentiator=None),
        "AMPAR_desensitisation",
        "AMPAR_closing",
    )
    paced(
        c,
        "AMPAR_recovers",
        receptor(gate="desensitised"),
        receptor(gate="closed"),
        "AMPAR_recovery",
        "AMPAR_closing",
    )


def _cx546(c: Caption) -> None:
    """CX546 holds an open AMPAR open: it neither closes nor desensitises until the drug leaves."""
    held_drug(c, "CX546", "extracellular", "CX546")
    receptor, drug = c["AMPAR"], c["CX546"]
    c.rule(
        "CX546_binds_AMPAR",
        receptor(gate="open", potentiator=None) + drug(b=None)
        | receptor(gate="open", potentiator=1) % drug(b=1),
        "CX546_on",
        "CX546_off",
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
    """Open AMPARs depolarise stretches of dendrite, which repolarise by themselves.

    One input alone is not enough: a stretch is depolarised by two that summate.
    """
    dendrite = c.monomer("Dendrite", voltage=list(VOLTAGES))
    c.seed(dendrite(voltage="rest") ** c.place("pyramidal_membrane"), "Dendrite_0")
    climbs(
        c,
        ("AMPAR_brings_dendrite_to", "dendrite_back_to"),
        c["AMPAR"](gate="open"),
        {voltage: dendrite(voltage=voltage) for voltage in VOLTAGES},
        ("dendrite_depolarisation", "dendrite_repolarisation"),
        Pool("AMPAR_GluA1_0", "pyramidal_membrane"),
    )


def _vdcc(c: Caption) -> None:
    """Depolarisation moves the channel's two sensors one by one (pantazis2014): a steep step, so
    that a burst opens it several-fold."""
    channel = c.monomer("VDCC", ["drug"], gate=list(GATES))
    c.seed(channel(drug=None, gate="closed") ** c.place("pyramidal_membrane"), "VDCC_0")
    climbs(
        c,
        ("VDCC_activates_to", "VDCC_deactivates_to"),
        c["Dendrite"](voltage="depolarised"),
        {gate: channel(gate=gate) for gate in GATES},
        ("VDCC_activation", "VDCC_deactivation"),
        Pool("Dendrite_0", "pyramidal_membrane"),
    )
    c.read_fraction("VDCC_open", channel(gate="open", drug=None), "VDCC_0", "pyramidal_membrane")


def _vdcc_blockers(c: Caption) -> None:
    """Nifedipine or verapamil binds the channel whatever its gate does, and closes it to Ca2+.

    Either blocks ketamine's effect (E18, E19). They have sites of their own; one of them at a time
    is enough, so they share one here.
    """
    channel = c["VDCC"]
    for monomer, name in (("Nifedipine", "nifedipine"), ("Verapamil", "verapamil")):
        held_drug(c, monomer, "extracellular", name)
        drug = c[monomer]
        c.rule(
            f"{name}_binds_VDCC",
            channel(drug=None) + drug(b=None) | channel(drug=1) % drug(b=1),
            f"{name}_on",
            f"{name}_off",
        )


def _calcium(c: Caption) -> None:
    """Influx through open L-type channels and a constant leak, against pumps: 80 nM at rest (P20).

    Outside Ca2+ is taken as constant, so influx is first order in open channels. AMPARs without
    GluA2 pass Ca2+ too.
    """
    c.monomer("Calcium")
    calcium = free_calcium(c)
    for name, channel, level, pool in (
        ("VDCC", c["VDCC"](gate="open", drug=None), "calcium_by_VDCC", "VDCC_0"),
        (
            "GluA1_homomers",
            c["AMPAR"](gate="open", subunits="A1A1"),
            "calcium_by_GluA1_homomers",
            "AMPAR_GluA1_0",
        ),
    ):
        filled_by(
            c,
            f"calcium_enters_by_{name}",
            channel,
            calcium,
            level,
            "calcium_extrusion",
            Pool(pool, "pyramidal_membrane", target="pyramidal"),
        )
    leak = c.product("calcium_leak_rate", "calcium_by_leak", "calcium_extrusion")
    c.rule("calcium_leaks_in", None >> calcium, leak)
    removed(c, "calcium_pumped_out", calcium, "calcium_extrusion")
    c.read_concentration("Ca", calcium, "pyramidal")

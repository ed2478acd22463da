"""BDNF release: vesicles, their Ca2+ sensor, and BDNF in the extracellular fluid."""

from __future__ import annotations

from itertools import pairwise

from ketamine_mtor.rules.calcium_entry import free_calcium
from ketamine_mtor.rules.caption import Caption, Pool
from ketamine_mtor.rules.motifs import filled_by, held_drug, removed

#: The initial amount of BDNF's transcript, without which there is no BDNF.
TRANSCRIPTS = "BDNF_transcripts_0"
#: Ca2+ bound to the release sensor.
STEPS = ("apo", "ca1", "ca2", "ca3")


def write(c: Caption) -> None:
    """Add vesicles, their supply from the soma, release, clearance, the antibody and the bath."""
    _vesicles(c)
    _sensor(c)
    _release(c)
    _antibody(c)
    _bath(c)


def released(c: Caption):
    """BDNF in the extracellular fluid that nothing holds."""
    return c["BDNF"](r1=None, r2=None, antibody=None) ** c.place("extracellular")


def vesicle(c: Caption):
    """A BDNF dimer in a dense-core vesicle."""
    return c["BDNFVesicle"]() ** c.place("pyramidal")


def translated(c: Caption, name: str, agent, counted, level: str, pool: Pool):
    """Flux of a rule that is added, by which ``agent`` has the transcript translated: vesicles
    would be at ``level`` (nM) with its whole ``pool`` at work and all of the wild type's
    transcript. ``counted`` is the agent's observable.
    """
    transcript, place = c["BDNFTranscript"](), c.place("pyramidal")
    of_pool = c.share(level, pool, "BDNF_vesicle_turnover")
    rate = c.constant(f"{level}_per_transcript", of_pool / c.wildtype(TRANSCRIPTS))
    c.rule(name, agent + transcript >> agent + transcript + vesicle(c), rate)
    transcripts = c.model.observables.get("n_transcripts") or c.count("transcripts", transcript)
    return rate * (counted / place.size) * (transcripts / place.size)


def _vesicles(c: Caption) -> None:
    """The soma supplies vesicles all the time, local translation adds to them (`translation`).

    Were local translation the only source, resting BDNF would hang on its own action: a knife
    edge. A constant supply beside it takes that away. Both need the transcript.
    """
    transcript = c.monomer("BDNFTranscript")
    c.monomer("BDNFVesicle")
    c.seed(transcript() ** c.place("pyramidal"), TRANSCRIPTS)
    filled_by(
        c,
        "BDNF_supplied_by_soma",
        transcript(),
        vesicle(c),
        "BDNF_from_soma",
        "BDNF_vesicle_turnover",
        Pool(TRANSCRIPTS, "pyramidal"),
    )
    removed(c, "BDNF_vesicle_degraded", vesicle(c), "BDNF_vesicle_turnover")


def _sensor(c: Caption) -> None:
    """The vesicles' Ca2+ sensor binds three Ca2+ in turn; with all three it releases.

    Chains of two to four fit the release of chromaffin granules (heinemann1994). Its affinity is
    that of synaptotagmins of the plasma membrane, five to ten times tighter than the vesicles' own
    (sugita2002, kobbersmed2022).

    Bound Ca2+ is counted in the sensor's state.
    """
    sensor = c.monomer("ReleaseSensor", ca=list(STEPS))
    c.seed(sensor(ca="apo") ** c.place("pyramidal"), "ReleaseSensor_0")
    for before, after in pairwise(STEPS):
        c.rule(
            f"calcium_binds_release_sensor_{after}",
            sensor(ca=before) + free_calcium(c) | sensor(ca=after),
            "release_sensor_on",
            "release_sensor_off",
        )


def _release(c: Caption) -> None:
    """Release by Ca2+ is abolished without AMPARs or L-type channels (E19); BDNF is cleared in
    minutes.

    At rest about half of it leaks out without Ca2+ (bdnf_fetal): were all of it released by a
    sensor of three Ca2+, resting BDNF would hang on every per cent of glutamate.
    """
    c.monomer("BDNF", ["r1", "r2", "antibody"])
    sensor = c["ReleaseSensor"](ca=STEPS[-1])
    c.rule(
        "vesicle_releases_BDNF",
        sensor + vesicle(c) >> sensor + released(c),
        c.share("BDNF_release", Pool("ReleaseSensor_0", "pyramidal")),
    )
    c.rule("vesicle_leaks_BDNF", vesicle(c) >> released(c), "BDNF_constitutive_release")
    removed(c, "BDNF_cleared", released(c), "BDNF_clearance")
    c.read_concentration("BDNF_released", released(c), "extracellular")
    c.read_concentration("BDNF_total", vesicle(c) + c["BDNF"](), "pyramidal")


def _antibody(c: Caption) -> None:
    """A function-blocking antibody holds released BDNF, which is then cleared with it (E17)."""
    held_drug(c, "AntiBDNF", "extracellular", "anti_BDNF")
    bdnf, antibody, place = c["BDNF"], c["AntiBDNF"], c.place("extracellular")
    bound = bdnf(r1=None, r2=None, antibody=1) ** place % antibody(b=1) ** place
    c.rule(
        "antibody_binds_BDNF",
        released(c) + antibody(b=None) ** place | bound,
        "anti_BDNF_on",
        "anti_BDNF_off",
    )
    removed(c, "antibody_bound_BDNF_cleared", bound, "BDNF_clearance")


def _bath(c: Caption) -> None:
    """BDNF from outside: while the bath flows, the extracellular fluid exchanges with it."""
    flow = c.value("BDNF_bath_exchange") * c.value("BDNF_bath_rate")
    outward = c.constant("BDNF_bath_out", flow)
    inward = c.constant("BDNF_bath_in", flow * c.value("BDNF_nM"))
    c.rule("BDNF_bath_brings_BDNF", None >> released(c), inward)
    c.rule("BDNF_bath_takes_BDNF", released(c) >> None, outward)

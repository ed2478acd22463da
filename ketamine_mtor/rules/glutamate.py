"""The glutamate burst: release from a finite pool, the presynaptic brake, uptake."""

from __future__ import annotations

from ketamine_mtor.rules.caption import Caption, Pool
from ketamine_mtor.rules.motifs import driven, paced, removed, turns

#: The initial amount of release sites, a unit of counting.
POOL = "ReleaseSite_0"


def write(c: Caption) -> None:
    """Add terminals, their release sites, the mGluR2/3 brake and uptake."""
    _terminals(c)
    _brake(c)
    _release(c)
    _priming(c)


def released(c: Caption):
    """Glutamate in the extracellular fluid that no receptor holds."""
    return c["Glutamate"](r=None) ** c.place("extracellular")


def _terminals(c: Caption) -> None:
    """Spikes of pyramidal cells open the Ca2+ gate of their terminals; it closes by itself.

    Were every cell to fire, half of the terminals would be open: that scales the other ways of
    opening. A little release goes on without spikes.
    """
    terminal = c.monomer("Terminal", gate=["closed", "open"])
    c.seed(terminal(gate="closed") ** c.place("pyramidal_membrane"), "Terminal_0")
    cell = c["PyramidalCell"](firing="yes")
    c.rule(
        "spike_opens_terminal",
        cell + terminal(gate="closed") >> cell + terminal(gate="open"),
        c.share("terminal_closing", Pool("PyramidalCell_0", "pyramidal_membrane")),
    )
    paced(
        c,
        "terminal_opens_without_spike",
        terminal(gate="closed"),
        terminal(gate="open"),
        "terminal_spontaneous_opening",
        "terminal_closing",
    )
    turns(c, "terminal_closes", terminal(gate="open"), terminal(gate="closed"), "terminal_closing")


def _brake(c: Caption) -> None:
    """mGluR2/3 bind ambient glutamate slowly and then close terminals; an agonist of theirs
    stops ketamine's glutamate rise (E03)."""
    receptor, terminal = c.monomer("mGluR23", ["glu"]), c["Terminal"]
    c.seed(receptor(glu=None) ** c.place("pyramidal_membrane"), "mGluR23_0")
    c.rule(
        "glutamate_binds_mGluR23",
        receptor(glu=None) + c["Glutamate"](r=None) | receptor(glu=1) % c["Glutamate"](r=1),
        "mGluR23_on",
        "mGluR23_off",
    )
    driven(
        c,
        "mGluR23_closes_terminal",
        receptor(glu=1) % c["Glutamate"](r=1),
        terminal(gate="open"),
        terminal(gate="closed"),
        "mGluR23_brake",
        "terminal_closing",
        Pool("mGluR23_0", "pyramidal_membrane"),
    )


def _release(c: Caption) -> None:
    """A primed site with a vesicle releases it at an open terminal and refills slowly.

    The ready pool is finite: at a higher firing rate it empties within tens of minutes, so that
    the burst ends even while ketamine stays (E01). Uptake is first order, as transporters are far
    from saturated at ambient glutamate (P17, assumed). How many molecules a site counts for does
    not matter.
    """
    site = c.monomer("ReleaseSite", vesicle=["full", "empty"], primed=["no", "yes"])
    terminal = c["Terminal"]
    c.seed(site(vesicle="full", primed="no") ** c.place("pyramidal"), POOL)
    c.rule(
        "glutamate_released",
        terminal(gate="open") + site(vesicle="full", primed="yes")
        >> terminal(gate="open") + site(vesicle="empty", primed="yes") + released(c),
        c.share("glutamate_release", Pool("Terminal_0", "pyramidal_membrane", target="pyramidal")),
    )
    turns(
        c,
        "release_site_refills",
        site(vesicle="empty"),
        site(vesicle="full"),
        "release_site_refill",
    )
    removed(c, "glutamate_taken_up", released(c), _uptake(c))
    c.read_concentration("glutamate", released(c), "extracellular")


def _uptake(c: Caption):
    """Rate of uptake (1/s) at which extracellular glutamate would be at `glutamate_level` if sites
    released as fast as they refill."""
    outside, inside = c.place("extracellular").size, c.place("pyramidal").size
    released_at_most = c.wildtype(POOL) * c.value("release_site_refill") * inside
    return c.constant("glutamate_uptake", released_at_most / (c.value("glutamate_level") * outside))


def _priming(c: Caption) -> None:
    """A release site becomes ready slowly and falls back; phospho-GAP43 helps (see `gap43`)."""
    site = c["ReleaseSite"]
    paced(c, "release_site_primed", site(primed="no"), site(primed="yes"), "priming", "unpriming")
    turns(c, "release_site_unprimed", site(primed="yes"), site(primed="no"), "unpriming")
    c.read_fraction("release_probability", site(primed="yes"), POOL, "pyramidal")

"""TrkB: bivalent BDNF brings two receptors together, and they phosphorylate each other."""

from __future__ import annotations

from ketamine_mtor.rules.caption import ANY, Caption
from ketamine_mtor.rules.motifs import held_drug, paced, turns

_UNPHOSPHORYLATED = {"loop": "u", "y515": "u", "y816": "u"}
_PHOSPHO = ("u", "p")


def write(c: Caption) -> None:
    """Add the receptor, its ligand, phosphorylation, internalisation and K252a."""
    receptor = c.monomer(
        "NTRK2",
        ["ligand", "drug"],
        loop=list(_PHOSPHO),
        y515=list(_PHOSPHO),
        y816=list(_PHOSPHO),
    )
    c.seed(_protomer(c, ligand=None) ** c.place("pyramidal_membrane"), "NTRK2_0")
    _ligand(c, receptor)
    _ana12(c, receptor)
    _k252a(c, receptor)
    _phosphorylation(c)
    _dephosphorylation(c)
    _internalisation(c)
    c.read_fraction("pTrkB", receptor(y515="p"), "NTRK2_0", "pyramidal_membrane")


def _protomer(c: Caption, ligand, **sites):
    """A receptor at the surface, unphosphorylated and without drug unless ``sites`` says else."""
    return c["NTRK2"](ligand=ligand, drug=None, **{**_UNPHOSPHORYLATED, **sites})


def _dimer(c: Caption, **sites):
    """Two receptors in the same state, held together by BDNF.

    Both protomers of a dimer are phosphorylated in concert: three independent sites on each would
    be 161 species, and no claim or drug could tell the difference.
    """
    return (
        c["BDNF"](r1=1, r2=2, antibody=None) % _protomer(c, 1, **sites) % _protomer(c, 2, **sites)
    )


def _ligand(c: Caption, receptor) -> None:
    """BDNF makes a weak first contact, then receptors dimerise tightly in the membrane.

    With a tight first contact high BDNF would fill every receptor singly and dimers would become
    fewer again; weak and tight in this order, the dose response is monotonic and its half-maximum
    lies in the low nM. P60 has a first contact of 50 nM; binding studies report sub-nanomolar
    overall affinity (P60's note), which here comes from both steps together. Dimers come apart
    about as fast as in P61, and only while the loop is unphosphorylated.
    """
    ligand = c["BDNF"]
    c.rule(
        "BDNF_binds_TrkB",
        ligand(r1=None, r2=None, antibody=None) + receptor(ligand=None, **_UNPHOSPHORYLATED)
        | ligand(r1=1, r2=None, antibody=None) % receptor(ligand=1, **_UNPHOSPHORYLATED),
        "BDNF_TrkB_on",
        "BDNF_TrkB_off",
    )
    c.rule(
        "TrkB_dimerises",
        ligand(r1=ANY, r2=None, antibody=None) + receptor(ligand=None, **_UNPHOSPHORYLATED)
        | ligand(r1=ANY, r2=2, antibody=None) % receptor(ligand=2, **_UNPHOSPHORYLATED),
        "TrkB_dimer_on",
        "TrkB_dimer_off",
    )


def _ana12(c: Caption, receptor) -> None:
    """ANA-12 takes the place of BDNF's first contact on a lone receptor (affinity assumed)."""
    held_drug(c, "ANA12", "extracellular", "ANA12")
    drug = c["ANA12"]
    c.rule(
        "ANA12_binds_TrkB",
        receptor(ligand=None, **_UNPHOSPHORYLATED) + drug(b=None)
        | receptor(ligand=1, **_UNPHOSPHORYLATED) % drug(b=1),
        "ANA12_on",
        "ANA12_off",
    )


def _k252a(c: Caption, receptor) -> None:
    """K252a takes the kinase's ATP site while the loop is unphosphorylated; a dimer
    trans-phosphorylates only with both sites free (P93, assumed)."""
    held_drug(c, "K252a", "pyramidal", "K252a")
    drug = c["K252a"]
    c.rule(
        "K252a_binds_TrkB",
        receptor(drug=None, **_UNPHOSPHORYLATED) + drug(b=None)
        | receptor(drug=1, **_UNPHOSPHORYLATED) % drug(b=1),
        "K252a_on",
        "K252a_off",
    )


def _phosphorylation(c: Caption) -> None:
    """Receptors of a dimer phosphorylate the loop (P62), then Y515 (Shc, PI3K) and Y816 (PLCg)."""
    back = "TrkB_dephosphorylation"
    paced(
        c,
        "TrkB_loop_phosphorylated",
        _dimer(c),
        _dimer(c, loop="p"),
        "TrkB_loop_phosphorylation",
        back,
    )
    for y816 in _PHOSPHO:
        paced(
            c,
            f"TrkB_Y515_phosphorylated_{y816}",
            _dimer(c, loop="p", y816=y816),
            _dimer(c, loop="p", y515="p", y816=y816),
            "TrkB_tyrosine_phosphorylation",
            back,
        )
    for y515 in _PHOSPHO:
        paced(
            c,
            f"TrkB_Y816_phosphorylated_{y515}",
            _dimer(c, loop="p", y515=y515),
            _dimer(c, loop="p", y515=y515, y816="p"),
            "TrkB_tyrosine_phosphorylation",
            back,
        )


def _dephosphorylation(c: Caption) -> None:
    """Phosphatases take the docking tyrosines first; the loop only when those are bare."""
    for y816 in _PHOSPHO:
        turns(
            c,
            f"TrkB_Y515_dephosphorylated_{y816}",
            _dimer(c, loop="p", y515="p", y816=y816),
            _dimer(c, loop="p", y816=y816),
            "TrkB_dephosphorylation",
        )
    for y515 in _PHOSPHO:
        turns(
            c,
            f"TrkB_Y816_dephosphorylated_{y515}",
            _dimer(c, loop="p", y515=y515, y816="p"),
            _dimer(c, loop="p", y515=y515),
            "TrkB_dephosphorylation",
        )
    turns(c, "TrkB_loop_dephosphorylated", _dimer(c, loop="p"), _dimer(c), "TrkB_dephosphorylation")


def _internalisation(c: Caption) -> None:
    """Active dimers are taken in; their BDNF is degraded and the receptors come back bare (P63).

    Their number decays by half in 20 to 30 min (Q1). The endosomal pool is dynamic, so that TrkB
    is conserved. Receptors that still signal in
    endosomes are left out.
    """
    inside = c.monomer("EndosomalNTRK2")() ** c.place("pyramidal")
    for y515 in _PHOSPHO:
        for y816 in _PHOSPHO:
            c.rule(
                f"TrkB_internalised_{y515}{y816}",
                _dimer(c, loop="p", y515=y515, y816=y816) >> inside + inside,
                "TrkB_internalisation",
            )
    turns(
        c,
        "TrkB_recycled",
        inside,
        _protomer(c, None) ** c.place("pyramidal_membrane"),
        "TrkB_recycling",
    )

"""mTORC1 and mTORC2: assembled from their parts, and what rapamycin and torin1 do to them.

MTOR carries MLST8 first, then either RPTOR or RICTOR with MAPKAP1: the two complexes compete for
MTOR. In any order of assembly there would be 271 species.
"""

from __future__ import annotations

from ketamine_mtor.rules import pi3k_akt
from ketamine_mtor.rules.caption import ANY, Caption
from ketamine_mtor.rules.motifs import held_drug, removed


def write(c: Caption) -> None:
    """Add the subunits, their assembly, mTORC2's hold on PIP3, FKBP12-rapamycin and torin1."""
    _subunits(c)
    _assembly(c)
    _mtorc2_at_pip3(c)
    _rapamycin(c)
    _torin1(c)
    mtorc1, mtorc2 = mtorc1_any(c), mtorc2_any(c)
    c.read_concentration("mTORC1", mtorc1, "pyramidal")
    c.read_concentration("mTORC2", mtorc2, "pyramidal")
    c.read_fraction("mTORC2_active", active_mtorc2(c), "RICTOR_0", "pyramidal")


def mtorc1_any(c: Caption, **sites):
    """mTORC1 with these states of MTOR's sites."""
    return c["MTOR"](partner=1, **sites) % c["RPTOR"](mtor=1)


def mtorc2_any(c: Caption, **sites):
    """mTORC2 with these states of MTOR's sites."""
    return c["MTOR"](partner=1, **sites) % c["RICTOR"](mtor=1)


def active_mtorc2(c: Caption):
    """mTORC2 that phosphorylates Akt: at PIP3, its kinase site free."""
    return (
        c["MTOR"](partner=1, cat=None)
        % c["RICTOR"](mtor=1, sin1=2)
        % c["MAPKAP1"](rictor=2, ph=ANY)
    )


def _subunits(c: Caption) -> None:
    cytosol = c.place("pyramidal")
    mtor = c.monomer("MTOR", ["mlst8", "partner", "rheb", "frb", "cat"])
    c.seed(mtor(mlst8=None, partner=None, rheb=None, frb=None, cat=None) ** cytosol, "MTOR_0")
    c.seed(c.monomer("MLST8", ["mtor"])(mtor=None) ** cytosol, "MLST8_0")
    c.seed(c.monomer("RPTOR", ["mtor", "pras40"])(mtor=None, pras40=None) ** cytosol, "RPTOR_0")
    c.seed(c.monomer("RICTOR", ["mtor", "sin1"])(mtor=None, sin1=None) ** cytosol, "RICTOR_0")
    c.seed(c.monomer("MAPKAP1", ["rictor", "ph"])(rictor=None, ph=None) ** cytosol, "MAPKAP1_0")


def _assembly(c: Caption) -> None:
    """Each complex falls apart only when nothing else is bound to it."""
    mtor, mlst8 = c["MTOR"], c["MLST8"]
    rptor, rictor, sin1 = c["RPTOR"], c["RICTOR"], c["MAPKAP1"]
    alone = {"rheb": None, "frb": None, "cat": None}
    c.rule(
        "MLST8_binds_MTOR",
        mtor(mlst8=None, partner=None, **alone) + mlst8(mtor=None)
        | mtor(mlst8=1, partner=None, **alone) % mlst8(mtor=1),
        "mTOR_subunits_on",
        "mTOR_subunits_off",
    )
    c.rule(
        "RPTOR_makes_mTORC1",
        mtor(mlst8=ANY, partner=None, **alone) + rptor(mtor=None, pras40=None)
        | mtor(mlst8=ANY, partner=1, **alone) % rptor(mtor=1, pras40=None),
        "mTOR_subunits_on",
        "mTOR_subunits_off",
    )
    c.rule(
        "MAPKAP1_binds_RICTOR",
        rictor(mtor=None, sin1=None) + sin1(rictor=None, ph=None)
        | rictor(mtor=None, sin1=1) % sin1(rictor=1, ph=None),
        "mTOR_subunits_on",
        "mTOR_subunits_off",
    )
    c.rule(
        "RICTOR_makes_mTORC2",
        mtor(mlst8=ANY, partner=None, **alone) + rictor(mtor=None, sin1=1) % sin1(rictor=1, ph=None)
        | mtor(mlst8=ANY, partner=2, **alone) % rictor(mtor=2, sin1=1) % sin1(rictor=1, ph=None),
        "mTOR_subunits_on",
        "mTOR_subunits_off",
    )


def _mtorc2_at_pip3(c: Caption) -> None:
    """The PH domain of MAPKAP1 (SIN1) brings mTORC2 to PIP3 and frees its kinase for Akt there."""
    mtor, rictor, sin1 = c["MTOR"], c["RICTOR"], c["MAPKAP1"]
    c.rule(
        "mTORC2_binds_PIP3",
        mtor(partner=1) % rictor(mtor=1, sin1=2) % sin1(rictor=2, ph=None) + pi3k_akt.pip3(c)
        | mtor(partner=1)
        % rictor(mtor=1, sin1=2)
        % sin1(rictor=2, ph=3)
        % c["PtdIns"](p3="p", head=3),
        "mTORC2_PIP3_on",
        "mTORC2_PIP3_off",
    )


def _rapamycin(c: Caption) -> None:
    """Rapamycin binds FKBP12 (0.2 nM), and both bind MTOR's FRB domain (12 nM) in mTORC1 or free
    MTOR (P90). mTORC2 hides its FRB, but MTOR that carries the drug cannot join it: long exposure
    empties mTORC2 (E54, assumed).

    It is given into the brain (E20), or into the blood (E24), of which a share is free outside the
    cells. From there it crosses membranes, so that little of it takes long to fill the FKBP12.
    """
    drug, fkbp = c.monomer("Rapamycin", ["b"]), c.monomer("FKBP1A", ["drug", "frb"])
    inside = drug(b=None) ** c.place("pyramidal")
    supply = c.product(
        "rapamycin_supply", "rapamycin_exchange", "rapamycin_nM", "rapamycin_brain_share"
    )
    c.rule("rapamycin_enters_cells", None >> inside, supply)
    removed(c, "rapamycin_leaves_cells", inside, "rapamycin_exchange")
    mtor, rptor = c["MTOR"], c["RPTOR"]
    c.seed(fkbp(drug=None, frb=None) ** c.place("pyramidal"), "FKBP1A_0")
    c.rule(
        "rapamycin_binds_FKBP12",
        fkbp(drug=None, frb=None) + drug(b=None) | fkbp(drug=1, frb=None) % drug(b=1),
        "rapamycin_FKBP12_on",
        "rapamycin_FKBP12_off",
    )
    c.rule(
        "FKBP12_rapamycin_binds_mTORC1",
        fkbp(drug=ANY, frb=None) + mtor(partner=1, frb=None, cat=None) % rptor(mtor=1)
        | fkbp(drug=ANY, frb=2) % mtor(partner=1, frb=2, cat=None) % rptor(mtor=1),
        "FKBP12_rapamycin_mTOR_on",
        "FKBP12_rapamycin_mTOR_off",
    )
    c.rule(
        "FKBP12_rapamycin_binds_free_MTOR",
        fkbp(drug=ANY, frb=None) + mtor(partner=None, frb=None, cat=None)
        | fkbp(drug=ANY, frb=2) % mtor(partner=None, frb=2, cat=None),
        "FKBP12_rapamycin_mTOR_on",
        "FKBP12_rapamycin_mTOR_off",
    )


def _torin1(c: Caption) -> None:
    """Torin 1 takes the kinase site in either complex (E55, E56: inhibitors of that kind)."""
    held_drug(c, "Torin1", "pyramidal", "torin1")
    drug = c["Torin1"]
    for name, partner in (("mTORC1", c["RPTOR"]), ("mTORC2", c["RICTOR"])):
        mtor = c["MTOR"]
        c.rule(
            f"torin1_binds_{name}",
            mtor(partner=1, frb=None, cat=None) % partner(mtor=1) + drug(b=None)
            | mtor(partner=1, frb=None, cat=2) % partner(mtor=1) % drug(b=2),
            "torin1_on",
            "torin1_off",
        )

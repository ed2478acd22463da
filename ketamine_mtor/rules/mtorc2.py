"""Substrates of mTORC2: Akt at S473, and PKC, which lives only with its turn motif."""

from __future__ import annotations

from ketamine_mtor.rules import mtor_complexes
from ketamine_mtor.rules.calcium_entry import free_calcium
from ketamine_mtor.rules.caption import ANY, Caption, Pool
from ketamine_mtor.rules.motifs import driven, held_drug, paced, removed, turns


def write(c: Caption) -> None:
    """Add Akt S473, PLCg with DAG, and conventional PKC."""
    _akt_s473(c)
    _plc(c)
    _pkc_turnover(c)
    _pkc_activation(c)
    _go6983(c)


def active_pkc(c: Caption):
    """PKC with Ca2+, at DAG in the membrane, without inhibitor."""
    return c["PRKCA"](ca="bound", dag=ANY, drug=None)


def _akt_s473(c: Caption) -> None:
    """mTORC2 and Akt meet at PIP3 (P68's "PDK2"); phosphatases act everywhere (P69)."""
    akt = c["AKT1"]
    driven(
        c,
        "mTORC2_phosphorylates_Akt_S473",
        mtor_complexes.active_mtorc2(c),
        akt(ph=ANY, s473="u"),
        akt(ph=ANY, s473="p"),
        "mTORC2_Akt_S473",
        "Akt_S473_dephosphorylation",
        Pool("RICTOR_0", "pyramidal", agent="pyramidal_membrane"),
    )
    turns(
        c, "Akt_S473_dephosphorylated", akt(s473="p"), akt(s473="u"), "Akt_S473_dephosphorylation"
    )
    c.read_fraction("pAkt_S473", akt(s473="p"), "AKT1_0", "pyramidal")


def _plc(c: Caption) -> None:
    """pY816 of TrkB switches PLCg on (P64); it cleaves PIP2 to DAG, which goes back to PIP2.

    IP3 is left out: the caption's Ca2+ enters from outside.
    """
    plc, lipid, dag = c.monomer("PLCG1", y783=["u", "p"]), c["PtdIns"], c.monomer("DAG", ["pkc"])
    membrane = c.place("pyramidal_membrane")
    c.seed(plc(y783="u") ** c.place("pyramidal"), "PLCG1_0")
    driven(
        c,
        "TrkB_phosphorylates_PLCg",
        c["NTRK2"](y816="p"),
        plc(y783="u"),
        plc(y783="p"),
        "TrkB_PLCg",
        "PLCg_dephosphorylation",
        Pool("NTRK2_0", "pyramidal_membrane", target="pyramidal"),
    )
    turns(c, "PLCg_dephosphorylated", plc(y783="p"), plc(y783="u"), "PLCg_dephosphorylation")
    c.rule(
        "PLCg_cleaves_PIP2",
        plc(y783="p") + lipid(p3="u", head=None) ** membrane
        >> plc(y783="p") + dag(pkc=None) ** membrane,
        c.share(
            "PLCg_PIP2",
            Pool("PLCG1_0", "pyramidal", target="pyramidal_membrane"),
            "DAG_recycling",
        ),
    )
    paced(
        c,
        "other_PLC_cleaves_PIP2",
        lipid(p3="u", head=None) ** membrane,
        dag(pkc=None) ** membrane,
        "other_PLC_PIP2",
        "DAG_recycling",
    )
    turns(
        c,
        "DAG_recycled",
        dag(pkc=None) ** membrane,
        lipid(p3="u", head=None) ** membrane,
        "DAG_recycling",
    )


def _pkc_turnover(c: Caption) -> None:
    """New PKC is degraded within the hour unless mTORC2 phosphorylates its turn motif.

    Without RICTOR the amount of PKC falls, not only its activity (E50). Any mTORC2 will do, at
    PIP3 or not: the site is phosphorylated as the protein is made.
    """
    pkc = c.monomer("PRKCA", ["dag", "drug"], turn=["u", "p"], ca=["apo", "bound"])
    new = pkc(dag=None, drug=None, turn="u", ca="apo") ** c.place("pyramidal")
    made = c.product("PKC_synthesis_rate", "PKC_synthesis", "PKC_turnover")
    c.rule("PKC_translated", None >> new, made)
    driven(
        c,
        "mTORC2_phosphorylates_PKC_turn_motif",
        mtor_complexes.mtorc2_any(c, cat=None),
        pkc(turn="u"),
        pkc(turn="p"),
        "mTORC2_PKC",
        "PKC_turnover_without_turn",
        Pool("RICTOR_0", "pyramidal"),
    )
    removed(c, "PKC_without_turn_motif_degraded", pkc(turn="u"), "PKC_turnover_without_turn")
    removed(c, "PKC_degraded", pkc(dag=None, drug=None, turn="p"), "PKC_turnover")
    c.read_concentration("PKC_total", pkc(), "pyramidal")


def _pkc_activation(c: Caption) -> None:
    """Ca2+ binds first, then the kinase finds DAG in the membrane (P51)."""
    pkc, dag = c["PRKCA"], c["DAG"]
    c.rule(
        "calcium_binds_PKC",
        pkc(turn="p", ca="apo", dag=None) + free_calcium(c) | pkc(turn="p", ca="bound", dag=None),
        "PKC_calcium_on",
        "PKC_calcium_off",
    )
    c.rule(
        "PKC_binds_DAG",
        pkc(turn="p", ca="bound", dag=None) + dag(pkc=None)
        | pkc(turn="p", ca="bound", dag=1) % dag(pkc=1),
        "PKC_DAG_on",
        "PKC_DAG_off",
    )
    c.read_fraction("PKC_active", active_pkc(c), "PKC_total", "pyramidal")


def _go6983(c: Caption) -> None:
    """Goe 6983 takes the ATP site of mature PKC in any state."""
    held_drug(c, "Go6983", "pyramidal", "Go6983")
    pkc, drug = c["PRKCA"], c["Go6983"]
    c.rule(
        "Go6983_binds_PKC",
        pkc(turn="p", drug=None) + drug(b=None) | pkc(turn="p", drug=1) % drug(b=1),
        "Go6983_on",
        "Go6983_off",
    )

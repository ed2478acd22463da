"""The caption in PySB: one module per stretch of the figure, in the figure's order."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ketamine_mtor import knowledge, paths

if TYPE_CHECKING:
    import pysb


def build_model(variant: str | None = None, tables: knowledge.Tables | None = None) -> pysb.Model:
    """The rules as a model whose network is not yet generated.

    Parameters
    ----------
    variant
        Name of a variant (``info variants``); None is the default, ``caption``.
    tables
        The numbers, without a variant's settings (default: the package's own).

    Raises
    ------
    InputError
        For an unknown variant, or a table that is not as it should be.
    """
    from ketamine_mtor.rules import (
        actin,
        anatomy,
        bdnf,
        calcium_entry,
        calmodulin,
        disinhibition,
        gap43,
        glutamate,
        ketamine,
        marcks,
        mtor_complexes,
        mtorc1,
        mtorc2,
        nmdar,
        pi3k_akt,
        synapses,
        translation,
        translation_control,
        trkb,
    )
    from ketamine_mtor.rules.caption import Caption

    variant = knowledge.DEFAULT_VARIANT if variant is None else variant
    base = knowledge.load() if tables is None else tables
    tables = base.with_settings(variant)
    drug_free = {row.id: row.value for row in base.wildtype.values()}
    wildtype = {**base.values(), **drug_free}
    c = Caption(paths.NAME, tables.values(), wildtype)
    anatomy.write(c, tables)
    # "Ketamine blockade of NMDARs on tonic firing GABA interneurons ..."
    ketamine.write(c)
    nmdar.write(c)
    disinhibition.write(c)
    glutamate.write(c)
    # "... activates AMPARs and leads to subsequent Ca2+ influx ... promotes BDNF release ..."
    calcium_entry.write(c)
    bdnf.write(c)
    # "... acts via ... TrkB-Akt to stimulate mTOR signalling ... mTORC1 and mTORC2 ..."
    trkb.write(c)
    pi3k_akt.write(c)
    mtor_complexes.write(c)
    mtorc1.write(c)
    # "... S6K ... 4E-PB ... translation of synaptic proteins ... synaptogenesis ... BDNF"
    translation_control.write(c)
    translation.write(c)
    # "Akt/PKB and PKC ... GAP43 ... MARKS ... actin cytoskeleton ... calmodulin"
    mtorc2.write(c)
    calmodulin.write(c)
    gap43.write(c)
    marcks.write(c)
    actin.write(c)
    synapses.write(c)
    for module in tables.variants[variant].modules:
        import_module(f"ketamine_mtor.rules.{module}").write(c)
    return c.finish()

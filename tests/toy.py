"""A small model with every kind of process that the emitter has to write, and its units.

``python -m tests.toy`` writes it to ``tests/toy.xml``, which the emitter's text is compared with.
"""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pysb
from pysb import ANY

from ketamine_mtor import emit, network
from ketamine_mtor.knowledge import Tables, rows
from ketamine_mtor.rules.caption import Caption

#: unit: (SBML id, definition), as in units.tsv
UNITS = {
    "1": ("dimensionless", "dimensionless"),
    "nM": ("nM", "10^-9 mole litre^-1"),
    "L": ("litre", "litre"),
    "nmol": ("nmol", "10^-9 mole"),
    "1/s": ("per_s", "second^-1"),
    "1/(nM s)": ("per_nM_s", "10^9 mole^-1 litre second^-1"),
    "1/(nM^2 s)": ("per_nM2_s", "10^18 mole^-2 litre^2 second^-1"),
    "nM/s": ("nM_per_s", "10^-9 mole litre^-1 second^-1"),
    "mg/kg": ("mg_per_kg", "10^-6 dimensionless"),
    "nM kg/mg": ("nM_kg_per_mg", "10^-3 mole litre^-1"),
}

READOUTS = {"Ca_total": "nM", "pAkt": "1", "paired": "nM", "recruited_relative": "1"}

#: id: (value, unit)
NUMBERS = {
    "ecs_volume": (0.2, "L"),
    "membrane_volume": (0.01, "L"),
    "cytosol_volume": (0.5, "L"),
    "empty_volume": (0.03, "L"),
    "PIP3_0": (30.0, "nM"),
    "Akt_0": (40.0, "nM"),
    "S_0": (20.0, "nM"),
    "Ca_0": (80.0, "nM"),
    "R_0": (25.0, "nM"),
    "E_0": (5.0, "nM"),
    "A_0": (60.0, "nM"),
    "ligand_nM": (12.0, "nM"),
    "recruit": (2e-3, "1/(nM s)"),
    "release": (5e-2, "1/s"),
    "activate": (1e-2, "1/s"),
    "deactivate": (2e-2, "1/s"),
    "bind_Ca": (3e-6, "1/(nM^2 s)"),
    "unbind_Ca": (4e-2, "1/s"),
    "pair": (4e-3, "1/(nM s)"),
    "unpair": (3e-2, "1/s"),
    "ligand_on": (1e-3, "1/(nM s)"),
    "ligand_Kd": (8.0, "nM"),
    "catalysis": (6e-4, "1/(nM s)"),
    "make_Ca": (0.5, "nM/s"),
    "lose_Ca": (1e-2, "1/s"),
    "export_A": (2e-3, "1/s"),
    "import_A": (1e-3, "1/s"),
    "absorb": (1e-3, "1/s"),
    "dose": (10.0, "mg/kg"),
    "depot_per_dose": (7.0, "nM kg/mg"),
}

VALUES = {key: value for key, (value, _) in NUMBERS.items()}
WILDTYPE = {"recruited_relative": 0.75}


def build() -> pysb.Model:
    """Recruitment, binding, dimers, third order, turnover, transport, catalysis, a bath, a dose."""
    caption = Caption("toy", VALUES, WILDTYPE)
    caption.compartment("ecs", None, 3, "ecs_volume")
    caption.compartment("membrane", "ecs", 2, "membrane_volume")
    caption.compartment("cytosol", "membrane", 3, "cytosol_volume")
    caption.compartment("empty", "cytosol", 2, "empty_volume")
    membrane = caption.model.compartments["membrane"]
    cytosol = caption.model.compartments["cytosol"]
    ecs = caption.model.compartments["ecs"]

    pip3 = caption.monomer("PIP3", ["ph"])
    akt = caption.monomer("Akt", ["ph"], T308=["u", "p"])
    s = caption.monomer("S", ["Ca"], lobe=["open", "full"])
    ca = caption.monomer("Ca")
    r = caption.monomer("R", ["lig", "dim"], Y=["u", "p"])
    ligand = caption.monomer("L", ["rec"])
    e = caption.monomer("E")
    a = caption.monomer("A", site=["u", "p"])
    drug = caption.monomer("Drug")

    caption.rule(
        "PIP3_recruits_Akt",
        pip3(ph=None) ** membrane + akt(ph=None) ** cytosol
        | pip3(ph=1) ** membrane % akt(ph=1) ** cytosol,
        "recruit",
        "release",
    )
    caption.rule(
        "Akt_activation",
        akt(ph=ANY, T308="u") >> akt(ph=ANY, T308="p"),
        "activate",
    )
    caption.rule("Akt_deactivation", akt(T308="p") >> akt(T308="u"), "deactivate")
    caption.rule(
        "S_takes_two_Ca",
        ca() ** cytosol + ca() ** cytosol + s(Ca=None, lobe="open") ** cytosol
        | s(Ca=None, lobe="full") ** cytosol,
        "bind_Ca",
        "unbind_Ca",
    )
    caption.rule(
        "R_pairs",
        r(lig=ANY, dim=None) + r(lig=ANY, dim=None) | r(lig=ANY, dim=1) % r(lig=ANY, dim=1),
        "pair",
        "unpair",
    )
    off = caption.constant("ligand_off", caption.value("ligand_on") * caption.value("ligand_Kd"))
    caption.rule(
        "ligand_binds_R",
        ligand(rec=None) ** ecs + r(lig=None) ** membrane
        | ligand(rec=1) ** ecs % r(lig=1) ** membrane,
        "ligand_on",
        off,
    )
    caption.rule(
        "R_trans_phosphorylation",
        r(dim=1, Y="u") % r(dim=1) >> r(dim=1, Y="p") % r(dim=1),
        "activate",
    )
    caption.rule("R_dephosphorylation", r(Y="p") >> r(Y="u"), "deactivate")
    caption.rule(
        "E_modifies_A",
        a(site="u") ** cytosol + e() ** cytosol >> a(site="p") ** cytosol + e() ** cytosol,
        "catalysis",
    )
    caption.rule("Ca_enters", None >> ca() ** cytosol, "make_Ca")
    caption.rule("Ca_leaves", ca() ** cytosol >> None, "lose_Ca")
    caption.rule("A_crosses", a() ** cytosol | a() ** ecs, "export_A", "import_A")
    caption.rule("drug_absorption", drug() ** ecs >> drug() ** cytosol, "absorb")

    caption.seed(pip3(ph=None) ** membrane, "PIP3_0")
    caption.seed(akt(ph=None, T308="u") ** cytosol, "Akt_0")
    caption.seed(s(Ca=None, lobe="open") ** cytosol, "S_0")
    caption.seed(ca() ** cytosol, "Ca_0")
    caption.seed(r(lig=None, dim=None, Y="u") ** membrane, "R_0")
    caption.seed(e() ** cytosol, "E_0")
    caption.seed(a(site="u") ** cytosol, "A_0")
    caption.seed(ligand(rec=None) ** ecs, "ligand_nM", held=True)
    depot = caption.constant(
        "n_depot", caption.value("dose") * caption.value("depot_per_dose") * ecs.size
    )
    caption.model.add_initial(pysb.Initial(drug() ** ecs, depot, _export=False))

    caption.read_concentration("Ca_total", ca(), "cytosol")
    caption.read_fraction("pAkt", akt(T308="p"), "Akt_0", "cytosol")
    caption.read_concentration("paired", r(dim=ANY), "membrane")
    caption.read_relative(
        "recruited_relative", caption.count("recruited", pip3(ph=ANY)) / membrane.size
    )
    return caption.model


def tables() -> Tables:
    """The toy's tables: units and numbers only."""
    nothing = dict.fromkeys(field.name for field in fields(Tables))
    given = {
        "parameters": {
            key: rows.Value(key, value, unit, "assumed", ("assumed",), None, None, "")
            for key, (value, unit) in NUMBERS.items()
        },
        "units": {unit: rows.Unit(unit, sbml_id, text) for unit, (sbml_id, text) in UNITS.items()},
        "observables": {
            key: rows.Observable(key, unit, "", "", "", ()) for key, unit in READOUTS.items()
        },
    }
    return Tables(**{name: given.get(name, {}) for name in nothing})


def _listed(*found) -> dict:
    """Rows by what they are called."""
    return {getattr(row, fields(row)[0].name): row for row in found}


def said() -> Tables:
    """The toy's tables with what they may say of its elements: some of each kind."""
    plain = tables()
    monomers = (
        rows.Monomer("Akt", "is", "uniprot:P31749", "AKT1", ""),
        rows.Monomer("PIP3", "is", "chebi:16618", "PIP3", "a lipid"),
        rows.Monomer("Ca", "is", "chebi:29108", "calcium(2+)", ""),
        rows.Monomer("R", "hasPart", "uniprot:Q16620", "NTRK2", "a receptor"),
        rows.Monomer("S", "hasVersion", "uniprot:P0DP23", "CALM1", "of three genes"),
        rows.Monomer("E", "isVersionOf", "go:0032991", "protein-containing complex", ""),
        rows.Monomer("Drug", "isVersionOf", "go:0019814", "an antibody", "it is given"),
        rows.Monomer("Drug", "isHomologTo", "uniprot:P01857", "another", "it is given"),
    )
    numbers = (
        replace(plain.parameters["recruit"], kind="measured", source=("one", "two", "assumed")),
        replace(plain.parameters["release"], kind="derived", source=("none",), note="slow & sure"),
        replace(plain.parameters["activate"], source=()),
    )
    return replace(
        plain,
        monomers={f"{row.monomer} {row.resource}": row for row in monomers},
        compartments=_listed(
            rows.Compartment("ecs", "", 3, "ecs_volume", "Outside", "", ""),
            rows.Compartment(
                "cytosol", "", 3, "cytosol_volume", "Cytosol", "go:0005829", "what is in"
            ),
        ),
        references=_listed(
            rows.Reference("one", "READ", "One 2001", "10.1000/1", "1", "", ""),
            rows.Reference("two", "READ", "Two 2002", "", "2222", "", ""),
            rows.Reference("none", "READ", "No 2003", "", "", "https://example.org/", ""),
        ),
        rules=_listed(
            rows.Rule(
                "PIP3_recruits_Akt", "SBO:0000177", "go:0005543", ("one", "assumed"), "it binds"
            ),
            rows.Rule("A_crosses", "SBO:0000655", "", ("two", "none"), ""),
        ),
        parameters=plain.parameters | _listed(*numbers),
        observables=_listed(
            rows.Observable("Ca_total", "nM", "total Ca", "cytosol", "All of it", ("two",)),
            rows.Observable("pAkt", "1", "total Akt", "cytosol", "Active", ("one", "two")),
            rows.Observable("paired", "nM", "", "membrane", "", ()),
            rows.Observable("recruited_relative", "1", "wild type", "membrane", "Bound", ()),
        ),
    )


def annotations() -> emit.Annotations:
    """What is said of the toy."""
    about = emit.About(
        name="A toy",
        notes=("It is written & read.", "Twice."),
        resources=(("model:isDescribedBy", "doi:10.1000/1"), ("hasTaxon", "taxonomy:9606")),
    )
    return emit.from_tables(
        said(),
        about,
        creator=("The toy", "developers"),
        created="2026-01-31T00:00:00Z",
        licence="https://spdx.org/licenses/CC0-1.0",
    )


if __name__ == "__main__":
    model = build()
    network.generate(model)
    text = emit.write_sbml(model, tables(), annotations=annotations())
    Path(__file__).with_suffix(".xml").write_text(text, encoding="utf-8")

"""What the tables say: identifiers, citations, and that tables and model speak of the same things.

Each check is a function that returns what is wrong, so that a made up wrong row shows it can fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

import bioregistry
import libsbml
import pysb
import pytest

import ketamine_mtor as km
from ketamine_mtor.claims.loader import load_claims
from ketamine_mtor.knowledge import Tables, load
from ketamine_mtor.knowledge.rows import (
    ASSUMED,
    CITABLE,
    QUALIFIERS,
    STATUSES,
    Drug,
    Gene,
    Reference,
)

#: The public names; more may be there.
GENES = (
    "GRIN1 GRIA1 GRIA2 CACNA1C BDNF NTRK2 PIK3CA PTEN PDPK1 AKT1 TSC2 RHEB MTOR RPTOR RICTOR"
    " MAPKAP1 MLST8 AKT1S1 RPS6KB1 EIF4EBP1 EIF4E PRKCA GAP43 MARCKS CALM1 DLG4 SYN1"
)
DRUGS = (
    "rapamycin torin1 NBQX CX546 nifedipine verapamil anti_BDNF K252a ANA12 LY294002 MK2206 Go6983"
    " anisomycin muscimol picrotoxin MK801 memantine BDNF"
)
VARIANTS = (
    "caption human eef2k no_mtorc2 glun2b_pyramidal val66met rapamycin_systemic calcium_falls"
)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return load()


@cache
def _model() -> pysb.Model:
    return km.build_model()


def _named(what: str) -> set[str]:
    """The names of all components of a kind, in the model and its variants."""
    by_modules = {row.modules: name for name, row in load().variants.items()}
    models = [_model(), *(km.build_model(name) for modules, name in by_modules.items() if modules)]
    return {name for model in models for name in set(getattr(model, what).keys())}


# Identifiers


def identifier_fault(resource: str) -> str:
    """Why a compact identifier is none, or an empty string."""
    prefix, _, identifier = resource.partition(":")
    if bioregistry.normalize_prefix(prefix) != prefix:
        return f"{resource}: the prefix is no canonical one of the registry"
    if not bioregistry.is_valid_identifier(prefix, identifier):
        return f"{resource}: not the pattern {bioregistry.get_pattern(prefix)}"
    return ""


def test_every_identifier_has_its_resource_s_pattern(tables):
    resources = [row.resource for row in tables.monomers.values()]
    resources += [row.resource for row in tables.compartments.values()]
    resources += [row.resource for row in tables.rules.values()]
    resources += [f"doi:{row.doi}" for row in tables.references.values() if row.doi]
    resources += [f"pubmed:{row.pmid}" for row in tables.references.values() if row.pmid]
    resources += [f"sbo:{row.sbo.removeprefix('SBO:')}" for row in tables.rules.values()]
    assert [fault for fault in map(identifier_fault, resources) if fault] == []


@pytest.mark.parametrize(
    "resource",
    ["uniprot:XX", "go:31931", "GO:0031931", "nowhere:1", "doi:1.1/x", "pubmed:PMC1", "x"],
)
def test_a_wrong_identifier_is_seen(resource):
    assert resource in identifier_fault(resource)


def test_every_qualifier_is_one_of_sbml_s():
    said = map(libsbml.BiolQualifierType_fromString, QUALIFIERS)
    assert libsbml.BQB_UNKNOWN not in said
    assert libsbml.BiolQualifierType_fromString("equals") == libsbml.BQB_UNKNOWN


# Citations


def uncitable(cited: Mapping[str, Iterable[str]], references: Mapping[str, Reference]) -> list[str]:
    """Who cites what no reference is, or what nobody read; ``cited`` is row to its sources."""
    allowed = {key for key, row in references.items() if row.status in CITABLE} | {ASSUMED}
    return [
        f"{who}: {source}"
        for who, all_ in cited.items()
        for source in all_
        if source not in allowed
    ]


def test_every_citation_is_a_reference_that_somebody_read(tables):
    cited = {key: row.source for key, row in tables.numbers().items()}
    for name in ("drugs", "observables", "variants"):
        cited |= {f"{name} {key}": row.source for key, row in getattr(tables, name).items()}
    cited |= {f"rule {key}": row.references for key, row in tables.rules.items()}
    cited |= {claim.id: claim.source for claim in load_claims()}
    assert uncitable(cited, tables.references) == []


def test_a_citation_of_what_nobody_read_is_seen(tables):
    unread = replace(tables.references["E20"], id="E99", status="MEM")
    cited = {"a": ("E20", ASSUMED), "b": ("E99",), "c": ("E98", "P24")}
    assert uncitable(cited, {**tables.references, "E99": unread}) == ["b: E99", "c: E98"]


def reference_faults(rows: Iterable[Reference]) -> list[str]:
    """References without a citation or a status, or with an id that is no row of the evidence."""
    return [
        row.id
        for row in rows
        if row.status not in STATUSES
        or not row.citation
        or not re.fullmatch(r"[EPQ]\d{1,2}[a-d]?|[a-z]+\d{4}|[a-z0-9]+_[a-z0-9]+", row.id)
    ]


def test_every_reference_is_whole(tables):
    assert reference_faults(tables.references.values()) == []


def test_a_reference_without_status_or_citation_is_seen():
    rows = [
        Reference("E01", "READ", "A 1997", "", "", "", ""),
        Reference("E02", "SEEN", "B 1998", "", "", "", ""),
        Reference("E03", "READ", "", "", "", "", ""),
        Reference("Lisek", "READ", "C 2020", "", "", "", ""),
    ]
    assert reference_faults(rows) == ["E02", "E03", "Lisek"]


def unlinked(rows: Iterable[Reference]) -> list[str]:
    """References that say where they are to be found, but cannot be followed there."""
    there = r"PMC\d|BIOMD\d|\b\w+Lab/\w|USEPA/"
    return [row.id for row in rows if not row.address and re.search(there, row.citation + row.note)]


def test_every_reference_that_can_be_followed_is_a_link(tables):
    rows = tables.references.values()
    assert unlinked(rows) == []
    # One address each: a second one is not kept up.
    assert [row.id for row in rows if row.url and (row.doi or row.pmid)] == []
    assert all(row.url.startswith("https://") for row in rows if row.url)


def test_a_reference_that_is_no_link_is_seen():
    rows = [
        Reference("P01", "READ", "A 1997", "", "", "", "abstract read; PMC12"),
        Reference("P02", "READ", "A 1997", "", "1", "", "PMC12"),
        Reference("P03", "REPO", "A 1997, in SomeLab/Model", "", "", "https://x.org", ""),
        Reference("P04", "REPO", "A 1997, in SomeLab/Model", "", "", "", ""),
        Reference("P05", "READ", "A 1997", "", "", "", "abstract read"),
    ]
    assert unlinked(rows) == ["P01", "P04"]


# Tables and model


def differences(model: Iterable[str], table: Iterable[str]) -> list[str]:
    """What only one of the two names."""
    model, table = set(model), set(table)
    return [f"no row: {name}" for name in sorted(model - table)] + [
        f"not in the model: {name}" for name in sorted(table - model)
    ]


def test_every_monomer_has_an_identifier_and_the_reverse(tables):
    rows = [row.monomer for row in tables.monomers.values()]
    assert differences(_named("monomers"), rows) == []


def test_every_rule_has_a_row_and_the_reverse(tables):
    assert differences(_named("rules"), tables.rules) == []


def test_a_name_of_one_side_only_is_seen():
    assert differences("ab", "bc") == ["no row: a", "not in the model: c"]


def unused_units(tables: Tables) -> list[str]:
    """Units of units.tsv that no number and no readout has."""
    used = {row.unit for row in tables.numbers().values()}
    used |= {row.unit for row in tables.observables.values()}
    return [unit for unit in tables.units if unit not in used]


def test_every_unit_is_used(tables):
    assert unused_units(tables) == []


def test_a_unit_without_use_is_seen(tables):
    row = replace(next(iter(tables.units.values())), unit="fortnight")
    assert unused_units(replace(tables, units={**tables.units, "fortnight": row})) == ["fortnight"]


def unset(rows: Iterable[Drug | Gene], names: Iterable[str]) -> list[str]:
    """What a drug or a knockout sets and the model does not have."""
    names = set(names)
    faults = []
    for row in rows:
        wanted = (row.parameter, row.switch) if isinstance(row, Drug) else row.parameters
        faults += [name for name in wanted if name and name not in names]
    return faults


def off_target(rows: Iterable[Drug], monomers: Iterable[str]) -> list[str]:
    """Drugs whose target is no monomer, nor the start of several as in ``NMDAR_PYR``."""
    stems = {name for monomer in monomers for name in (monomer, monomer.partition("_")[0])}
    return [f"{row.drug}: {row.target}" for row in rows if row.target not in stems]


def test_every_drug_and_gene_sets_what_the_model_has(tables):
    assert set(tables.drugs) >= set(DRUGS.split())
    assert set(tables.genes) >= set(GENES.split())
    parameters, monomers = (set(each.keys()) for each in (_model().parameters, _model().monomers))
    assert unset([*tables.drugs.values(), *tables.genes.values()], parameters) == []
    assert off_target(tables.drugs.values(), monomers) == []
    for row in tables.drugs.values():
        assert tables.numbers()[row.parameter].value == 0, "a drug is absent unless it is given"
        assert not row.switch or tables.numbers()[row.switch].value == 0
    for row in tables.genes.values():
        assert all(tables.numbers()[name].value > 0 for name in row.parameters)


def test_a_drug_or_gene_that_sets_nothing_is_seen():
    drug = Drug("x", "AMPAR", "x_nM", 1.0, (ASSUMED,), "x_switch", "")
    gene = Gene("Y", ("Y_0", "Z_0"), "Y", "")
    assert unset([drug, gene], ["x_nM", "Y_0"]) == ["x_switch", "Z_0"]
    assert off_target([drug], ["AMPAR_soma"]) == []
    assert off_target([drug], ["AMPARSubunit", "NMDAR_PYR"]) == ["x: AMPAR"]


def test_every_readout_is_an_expression_of_the_model(tables):
    readouts = set(_model().expressions.keys())
    assert [name for name in tables.observables if name not in readouts] == []


def test_the_public_variants_are_there(tables):
    assert set(tables.variants) >= set(VARIANTS.split())

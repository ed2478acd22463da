"""One frozen dataclass per table: its fields are the table's columns, in the table's order."""

from __future__ import annotations

from dataclasses import dataclass

#: The source, and the kind, of what no paper gives.
ASSUMED = "assumed"
#: What `make fit` finds from its data; what another model's authors fitted has its own kind.
FITTED = "fitted"
#: Kinds of numbers: read in the source; calculated from what was read there; adjusted here to what
#: the source reports; taken from a model that others fitted; guessed.
KINDS = ("measured", "derived", FITTED, "fitted (other model)", ASSUMED)
#: Kinds that rest on a measurement, not on a fit or a guess.
EVIDENCE = ("measured", "derived")
#: BioModels.net's biology qualifiers, with which a monomer may point to a molecule.
QUALIFIERS = (
    "is",
    "hasVersion",
    "isVersionOf",
    "hasPart",
    "isPartOf",
    "hasProperty",
    "isPropertyOf",
    "isHomologTo",
    "encodes",
    "isEncodedBy",
)
#: How well a reference is known: read, read in a repository of models, not checked ...
STATUSES = ("READ", "REPO", "MEM")
#: ... and which of these are sources.
CITABLE = ("READ", "REPO")
#: Resolvers of the identifiers of a reference.
_DOI, _PUBMED = "https://doi.org/", "https://pubmed.ncbi.nlm.nih.gov/"


@dataclass(frozen=True)
class Value:
    """A row of ``parameters.tsv`` or ``initial_amounts.tsv``: a number of the model.

    ``low`` and ``high`` bound what is plausible; both are None where nothing but ``value`` is.
    """

    id: str
    value: float
    unit: str
    kind: str
    source: tuple[str, ...]
    low: float | None
    high: float | None
    note: str


@dataclass(frozen=True)
class Unit:
    """A row of ``units.tsv``: a unit string, and what it is in SBML's base units."""

    unit: str
    sbml_id: str
    definition: str


@dataclass(frozen=True)
class Compartment:
    """A row of ``compartments.tsv``; ``size`` names its L per L of tissue."""

    id: str
    parent: str
    dimension: int
    size: str
    name: str
    resource: str
    note: str


@dataclass(frozen=True)
class Monomer:
    """A row of ``monomers.tsv``: what a PySB monomer is, as a MIRIAM compact identifier.

    A monomer that stands for several molecules has a row for each.
    """

    monomer: str
    qualifier: str
    resource: str
    label: str
    note: str


@dataclass(frozen=True)
class Drug:
    """A row of ``drugs.tsv``.

    ``parameter`` holds the concentration (nM, 0 when absent); ``switch``, where there is one, is a
    parameter that is 1 while the drug is present; ``usual_nM`` is what the literature uses.
    """

    drug: str
    target: str
    parameter: str
    usual_nM: float
    source: tuple[str, ...]
    switch: str
    note: str


@dataclass(frozen=True)
class Gene:
    """A row of ``genes.tsv``: a knockout sets ``parameters`` to 0."""

    gene: str
    parameters: tuple[str, ...]
    stands_for: str
    note: str


@dataclass(frozen=True)
class Observable:
    """A row of ``observables.tsv``: an observable and its unit."""

    id: str
    unit: str
    per: str
    compartment: str
    meaning: str
    source: tuple[str, ...]

    @property
    def relative(self) -> bool:
        """Whether it is a multiple of the drug-free wild type, not a share of a total."""
        return self.per == "wild type"


@dataclass(frozen=True)
class Rule:
    """A row of ``rules.tsv``: the kind of process a rule is and the papers it rests on.

    ``resource`` is the process (of GO, mostly) that it is a version of.
    """

    rule: str
    sbo: str
    resource: str
    references: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Identifier:
    """A row of ``identifiers.tsv``: what a database calls a compact identifier, as it was seen."""

    identifier: str
    label: str
    reviewed: str
    seen: str


@dataclass(frozen=True)
class Reference:
    """A row of ``references.tsv``; ``status`` MEM marks what nobody read: never a source.

    ``url`` is where it was read, of what has neither a DOI nor a PubMed id.
    """

    id: str
    status: str
    citation: str
    doi: str
    pmid: str
    url: str
    note: str

    @property
    def address(self) -> str:
        """Where it is found: by its DOI, else its PubMed id, else where it was read, or empty."""
        if self.doi:
            return f"{_DOI}{self.doi}"
        return f"{_PUBMED}{self.pmid}" if self.pmid else self.url


@dataclass(frozen=True)
class Variant:
    """A row of ``variants.tsv``: the default ``caption``, or ``sbml/variants/NAME.xml``.

    ``modules`` are modules of ``rules/`` that it has beside the default's; ``note`` is what follows
    for the claims.
    """

    variant: str
    modules: tuple[str, ...]
    meaning: str
    source: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class VariantSetting:
    """A row of ``variant_settings.tsv``: a number that a variant has otherwise than the default."""

    variant: str
    parameter: str
    value: float
    note: str


@dataclass(frozen=True)
class SteadySpecies:
    """A row of ``steady_state.tsv`` (generated): a species and its drug-free concentration in nM.

    ``name`` is the BNGL pattern; ``seed`` the id of the initial amount, or empty.
    """

    species: str
    name: str
    compartment: str
    seed: str
    value: float


@dataclass(frozen=True)
class WildType:
    """A row of ``wildtype.tsv`` (generated): what a relative observable is divided by."""

    id: str
    value: float
    unit: str

"""The tables, read once and checked: an error names the file, the row and what is allowed."""

from __future__ import annotations

import csv
import math
import types
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from ketamine_mtor.errors import InputError, not_allowed
from ketamine_mtor.knowledge import rows
from ketamine_mtor.knowledge.rows import ASSUMED, CITABLE, KINDS, QUALIFIERS, STATUSES
from ketamine_mtor.reading import read

PACKAGED = Path(__file__).parent
DEFAULT_VARIANT = "caption"
#: Suffix of a model's parameter that holds the wild type's value of a number, or of an observable.
WILDTYPE = "_wildtype"
#: PySB's annotation (object, predicate) of an expression that keeps to the sizes it is made with.
KEEPS_SIZES = ("sizes of the model", "keeps")
#: The seed of the species that a dose of ketamine enters: no initial amount, but the dose.
DEPOT_SEED = "ketamine_depot_0"


class TableError(InputError):
    """A table is not as it should be: the message names the file and the row."""


@dataclass(frozen=True, eq=False)
class Tables:
    """All tables of one folder; each maps the row's key to the row, in the file's order.

    The key is the first column; in ``monomers``, "MONOMER RESOURCE".
    """

    parameters: Mapping[str, rows.Value]
    initial_amounts: Mapping[str, rows.Value]
    units: Mapping[str, rows.Unit]
    compartments: Mapping[str, rows.Compartment]
    monomers: Mapping[str, rows.Monomer]
    drugs: Mapping[str, rows.Drug]
    genes: Mapping[str, rows.Gene]
    observables: Mapping[str, rows.Observable]
    rules: Mapping[str, rows.Rule]
    references: Mapping[str, rows.Reference]
    identifiers: Mapping[str, rows.Identifier]
    variants: Mapping[str, rows.Variant]
    variant_settings: Mapping[str, rows.VariantSetting]
    steady_state: Mapping[str, rows.SteadySpecies]
    wildtype: Mapping[str, rows.WildType]

    def numbers(self) -> Mapping[str, rows.Value]:
        """Parameters and initial amounts together, by id."""
        return {**self.parameters, **self.initial_amounts}

    def values(self) -> dict[str, float]:
        """Every parameter and initial amount: id to value, in the unit that its table gives."""
        return {key: row.value for key, row in self.numbers().items()}

    def with_settings(self, variant: str) -> Tables:
        """These tables with the numbers that a variant has otherwise."""
        if variant not in self.variants:
            raise not_allowed("variant", variant, self.variants)
        own = [row for row in self.variant_settings.values() if row.variant == variant]
        values = {row.parameter: row.value for row in own}
        return replace(
            self,
            parameters=_changed(self.parameters, values),
            initial_amounts=_changed(self.initial_amounts, values),
        )


@dataclass(frozen=True)
class _Table:
    name: str
    row: type
    #: The columns that tell the rows apart.
    key: tuple[str, ...]
    #: Written by `make steady`, so absent before its first run.
    generated: bool = False


_TABLES = (
    _Table("units", rows.Unit, ("unit",)),
    _Table("references", rows.Reference, ("id",)),
    _Table("identifiers", rows.Identifier, ("identifier",)),
    _Table("parameters", rows.Value, ("id",)),
    _Table("initial_amounts", rows.Value, ("id",)),
    _Table("compartments", rows.Compartment, ("id",)),
    _Table("monomers", rows.Monomer, ("monomer", "resource")),
    _Table("drugs", rows.Drug, ("drug",)),
    _Table("genes", rows.Gene, ("gene",)),
    _Table("observables", rows.Observable, ("id",)),
    _Table("rules", rows.Rule, ("rule",)),
    _Table("variants", rows.Variant, ("variant",)),
    _Table("variant_settings", rows.VariantSetting, ("variant", "parameter")),
    _Table("steady_state", rows.SteadySpecies, ("species",), generated=True),
    _Table("wildtype", rows.WildType, ("id",), generated=True),
)


def steady_state_file(variant: str = DEFAULT_VARIANT) -> str:
    """The name of the generated table with a variant's drug-free steady state."""
    return "steady_state" if variant == DEFAULT_VARIANT else f"steady_state_{variant}"


def load(
    folder: Path | None = None, variant: str = DEFAULT_VARIANT, generated: bool = True
) -> Tables:
    """The tables of ``folder`` (the package's own by default), read once per process.

    With a variant, its settings are in ``parameters`` and ``initial_amounts``, and
    ``steady_state`` is its own. Without ``generated``, the tables that `make steady` writes are
    empty: they may be of other rules.

    Raises
    ------
    TableError
        For a missing file or column, a number that does not parse, a duplicate key, a unit, kind,
        status, source, parameter or compartment that no table knows, or a value outside low to
        high.
    """
    # However the call is spelled, its tables are read once.
    return _load(PACKAGED if folder is None else folder, variant, generated)


def forget() -> None:
    """Read the tables afresh when they are next asked for."""
    _load.cache_clear()


@cache
def _load(folder: Path, variant: str, generated: bool) -> Tables:
    tables = Tables(
        **{
            table.name: _read(folder / f"{table.name}.tsv", table)
            if generated or not table.generated
            else types.MappingProxyType({})
            for table in _TABLES
        }
    )
    _check(tables)
    if variant == DEFAULT_VARIANT or not generated:
        return tables.with_settings(variant)
    (steady,) = (table for table in _TABLES if table.name == "steady_state")
    own = tables.with_settings(variant)
    return replace(own, steady_state=_read(folder / f"{steady_state_file(variant)}.tsv", steady))


def _changed(
    table: Mapping[str, rows.Value], values: Mapping[str, float]
) -> Mapping[str, rows.Value]:
    return types.MappingProxyType(
        {key: replace(row, value=values.get(key, row.value)) for key, row in table.items()}
    )


def _read(path: Path, table: _Table) -> Mapping[str, Any]:
    if table.generated and not path.exists():
        return types.MappingProxyType({})
    try:
        lines = read(path).splitlines()
        cells = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    except InputError as error:
        raise TableError(error) from None
    except csv.Error as error:
        raise TableError(f"{path.name}: {error}") from None
    columns = [field.name for field in fields(table.row)]
    if not cells or cells[0] != columns:
        raise TableError(f"{path.name}: the header has to be {' '.join(columns)}, tab separated")
    parsers = {name: _PARSERS[kind] for name, kind in get_type_hints(table.row).items()}
    found: dict[str, Any] = {}
    for number, line in enumerate(cells[1:], start=2):
        cell = dict(zip(columns, line, strict=False))
        key = " ".join(cell.get(column, "") for column in table.key).strip()
        where = f"{path.name}, row {number} ({key or 'no id'})"
        if len(line) != len(columns):
            raise TableError(f"{where}: {len(line)} cells, where {len(columns)} belong")
        for column in table.key:
            if not cell[column].strip():
                raise TableError(f"{where}: column {column} is empty")
        if key in found:
            raise TableError(f"{where}: {' and '.join(table.key)} '{key}' is there twice")
        try:
            values = {
                name: _parse(parsers[name], name, text.strip()) for name, text in cell.items()
            }
        except ValueError as error:
            raise TableError(f"{where}: {error}") from None
        found[key] = table.row(**values)
    return types.MappingProxyType(found)


def _parse(parser: Callable[[str], object], column: str, cell: str) -> object:
    try:
        return parser(cell)
    except ValueError as error:
        raise ValueError(f"{column} '{cell}' is no {error}") from None


def _number(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError("finite number")
    return value


def _whole(cell: str) -> int:
    if not cell.isdecimal():
        raise ValueError("whole number")
    return int(cell)


_PARSERS: Mapping[object, Callable[[str], object]] = {
    str: str,
    float: _number,
    int: _whole,
    float | None: lambda cell: _number(cell) if cell else None,
    tuple[str, ...]: lambda cell: tuple(part.strip() for part in cell.split(",") if part.strip()),
}


def _check(tables: Tables) -> None:
    """Whether every row's references to other tables and its bounds hold."""
    numbers = tables.numbers()
    for where, row in _rows(tables, "references"):
        _known(where, "status", [row.status], STATUSES)
    for name in ("parameters", "initial_amounts"):
        for where, row in _rows(tables, name):
            _known(where, "unit", [row.unit], tables.units)
            _known(where, "kind", [row.kind], KINDS)
            _sourced(where, row.source, tables, assumed=row.kind == ASSUMED)
            _bounded(where, row)
            if name == "initial_amounts" and row.id in tables.parameters:
                raise TableError(f"{where}: id '{row.id}' is in parameters.tsv too")
    for where, row in _rows(tables, "compartments"):
        _known(where, "parent", filter(None, [row.parent]), tables.compartments)
        _known(where, "dimension", [row.dimension], (2, 3))
        _known(where, "size", [row.size], numbers)
    is_one: dict[str, str] = {}
    for where, row in _rows(tables, "monomers"):
        _known(where, "qualifier", [row.qualifier], QUALIFIERS)
        if not row.label:
            raise TableError(f"{where}: column label is empty")
        if row.qualifier == "is" and is_one.setdefault(row.monomer, row.resource) != row.resource:
            raise TableError(
                f"{where}: {row.monomer} 'is' {is_one[row.monomer]} already; of several molecules"
                " each 'hasVersion'"
            )
    for where, row in _rows(tables, "drugs"):
        _known(where, "parameter", filter(None, [row.parameter, row.switch]), numbers)
        _sourced(where, row.source, tables)
        if row.usual_nM <= 0:
            raise TableError(f"{where}: usual_nM {row.usual_nM:g} has to be above 0")
    for where, row in _rows(tables, "genes"):
        if not row.parameters:
            raise TableError(f"{where}: column parameters is empty")
        _known(where, "parameter", row.parameters, numbers)
    for where, row in _rows(tables, "observables"):
        _known(where, "unit", [row.unit], tables.units)
        _known(where, "compartment", filter(None, [row.compartment]), tables.compartments)
        _cited(where, row.source, tables)
    for where, row in _rows(tables, "rules"):
        _cited(where, row.references, tables)
    for where, row in _rows(tables, "variants"):
        _cited(where, row.source, tables, assumed=False)
    for where, row in _rows(tables, "variant_settings"):
        _known(where, "variant", [row.variant], tables.variants)
        _known(where, "parameter", [row.parameter], numbers)
    for where, row in _rows(tables, "steady_state"):
        _known(where, "compartment", [row.compartment], tables.compartments)
        _known(where, "seed", filter(None, [row.seed]), [*numbers, DEPOT_SEED])
    for where, row in _rows(tables, "wildtype"):
        _known(where, "unit", [row.unit], tables.units)


def _rows(tables: Tables, name: str) -> Iterable[tuple[str, Any]]:
    for number, (key, row) in enumerate(getattr(tables, name).items(), start=2):
        yield f"{name}.tsv, row {number} ({key})", row


def _known(where: str, what: str, words: Iterable[object], allowed: Collection[object]) -> None:
    for word in words:
        if word == "":
            raise TableError(f"{where}: column {what} is empty")
        if word not in allowed:
            raise TableError(f"{where}: {not_allowed(what, word, map(str, allowed))}")


def _sourced(where: str, source: tuple[str, ...], tables: Tables, assumed: bool = True) -> None:
    """A source is a reference that was read, or `assumed` (of a number: only if its kind is)."""
    if not source:
        raise TableError(f"{where}: column source is empty; allowed: a reference, or {ASSUMED}")
    _cited(where, source, tables, assumed)


def _cited(where: str, source: tuple[str, ...], tables: Tables, assumed: bool = True) -> None:
    """Each is a reference that was read, or `assumed` where that may be."""
    if not assumed and ASSUMED in source:
        raise TableError(
            f"{where}: source is {ASSUMED}, which goes with kind {ASSUMED} alone;"
            " allowed: a reference that was read"
        )
    for word in source:
        status = tables.references[word].status if word in tables.references else ""
        if status and status not in CITABLE:
            raise TableError(
                f"{where}: source '{word}' was not read (status {status});"
                f" allowed: a reference with status {' or '.join(CITABLE)}"
            )
    _known(where, "source", source, [*_citable(tables), *([ASSUMED] if assumed else [])])


def _citable(tables: Tables) -> list[str]:
    return [key for key, row in tables.references.items() if row.status in CITABLE]


def _bounded(where: str, row: rows.Value) -> None:
    if (row.low is None) != (row.high is None):
        raise TableError(f"{where}: low and high have to be given together, or neither")
    if row.low is not None and row.high is not None and not row.low <= row.value <= row.high:
        raise TableError(f"{where}: value {row.value:g} is not within {row.low:g} to {row.high:g}")

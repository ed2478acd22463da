"""The loader of the tables: the packaged ones load, and every kind of mistake is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ketamine_mtor import knowledge
from ketamine_mtor.errors import InputError
from ketamine_mtor.knowledge import TableError
from ketamine_mtor.knowledge.rows import ASSUMED, CITABLE, KINDS
from tests import small_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "tables"
    shutil.copytree(small_model.FOLDER, copy)
    return copy


def _replace(folder: Path, table: str, old: str, new: str) -> None:
    path = folder / f"{table}.tsv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_packaged_tables_load_once():
    assert knowledge.load() is knowledge.load()
    assert "ketamine_brain" in knowledge.load().observables


def test_values_cover_parameters_and_initial_amounts(folder):
    values = knowledge.load(folder).values()
    assert values["protein_turnover"] == 1e-4
    assert values["receptor_0"] == 100


def test_generated_tables_may_be_absent(folder):
    (folder / "steady_state.tsv").unlink()
    (folder / "wildtype.tsv").unlink()
    tables = knowledge.load(folder)
    assert not tables.steady_state and not tables.wildtype


def test_a_row_keeps_its_types(folder):
    tables = knowledge.load(folder)
    row = tables.parameters["protein_turnover"]
    assert (row.low, row.high, row.source) == (5e-5, 2e-4, ("R1",))
    assert tables.parameters["absorption"].low is None
    assert tables.compartments["membrane"].dimension == 2


def test_a_variant_has_its_numbers_and_its_own_steady_state(folder):
    own, slow = knowledge.load(folder), knowledge.load(folder, "slow")
    assert (own.values()["protein_synthesis"], slow.values()["protein_synthesis"]) == (0.006, 0.003)
    assert own.steady_state["Protein"].value == 2 * slow.steady_state["Protein"].value
    changed = {name for name, value in own.values().items() if slow.values()[name] != value}
    assert changed == {"protein_synthesis"}
    assert knowledge.load(folder, "slow", generated=False).steady_state == {}


def test_an_unknown_variant_is_refused(folder):
    with pytest.raises(InputError, match="unknown variant 'slwo'; nearest: 'slow'"):
        knowledge.load(folder, "slwo")


TURNOVER = "protein_turnover\t0.0001\t1/s\tmeasured\tR1\t0.00005\t0.0002"
ION = "chebi:29101\tsodium(1+)"
MISTAKES = {
    "header": ("parameters", "id\tvalue", "id\tvalu", "the header has to be id value unit"),
    "cells": ("genes", "\tPROT\t\n", "\tPROT\n", "3 cells, where 4 belong"),
    "no key": ("genes", "PROT\tprotein", "\tprotein", "column gene is empty"),
    "twice": ("genes", "PROT\tprotein", "RCPT\tprotein", "gene 'RCPT' is there twice"),
    "number": ("parameters", "absorption\t0.001", "absorption\tfast", "value 'fast' is no finite"),
    "nan": ("parameters", "absorption\t0.001", "absorption\tnan", "value 'nan' is no finite"),
    "whole": ("compartments", "membrane\t3", "membrane\tthree", "'three' is no whole number"),
    "unit": ("parameters", "0.001\t1/s", "0.001\tper second", "unknown unit 'per second'"),
    "no unit": ("parameters", "0.001\t1/s", "0.001\t", "column unit is empty"),
    "kind": ("parameters", "measured\tR1", "mesured\tR1", "nearest: 'measured'"),
    "status": ("references", "R1\tREAD", "R1\tREED", "nearest: 'READ'"),
    "source": ("parameters", "measured\tR1", "measured\tR9", "unknown source 'R9'"),
    "no source": ("parameters", "measured\tR1", "measured\t", "column source is empty"),
    "unread": (
        "parameters",
        "measured\tR1",
        "measured\tR2",
        "'R2' was not read (status MEM)",
    ),
    "assumed": ("parameters", "measured\tR1", "measured\tassumed", "goes with kind assumed alone"),
    "other fit": (
        "parameters",
        "measured\tR1",
        "fitted (other model)\tassumed",
        "goes with kind assumed alone",
    ),
    "other fit unread": (
        "parameters",
        "measured\tR1",
        "fitted (other model)\tR2",
        "'R2' was not read (status MEM)",
    ),
    "bounds": ("parameters", "0.00005\t0.0002", "0.0002\t0.0003", "is not within 0.0002 to 0.0003"),
    "one bound": ("parameters", "0.00005\t0.0002", "0.00005\t", "have to be given together"),
    "both": ("initial_amounts", "receptor_0", "absorption", "is in parameters.tsv too"),
    "parent": ("compartments", "cytosol\tmembrane", "cytosol\tmembran", "nearest: 'membrane'"),
    "dimension": ("compartments", "membrane\t3", "membrane\t1", "unknown dimension '1'"),
    "size": ("compartments", "3\tcytosol_volume", "3\tcytosol_size", "unknown size 'cytosol_size'"),
    "qualifier": ("monomers", "\tnote\n", f"\tnote\nION\tare\t{ION}\t\n", "unknown qualifier"),
    "no label": ("monomers", "\tnote\n", "\tnote\nION\tis\tchebi:29101\t\t\n", "label is empty"),
    "two things": (
        "monomers",
        "\tnote\n",
        f"\tnote\nION\tis\t{ION}\t\nION\tis\tchebi:39124\tcalcium ion\t\n",
        "ION 'is' chebi:29101 already",
    ),
    "drug": ("drugs", "blocker_nM", "blocker_uM", "unknown parameter 'blocker_uM'"),
    "switch": ("drugs", "\tligand_bath_exchange", "\tligand_bath", "unknown parameter"),
    "usual": ("drugs", "\t500\t", "\t0\t", "usual_nM 0 has to be above 0"),
    "drug source": ("drugs", "\t500\tassumed", "\t500\t", "column source is empty"),
    "gene": ("genes", "\tprotein_synthesis", "\tprotein_synth", "unknown parameter"),
    "no gene": ("genes", "\tprotein_synthesis", "\t", "column parameters is empty"),
    "readout unit": ("observables", "protein\tnM", "protein\tuM", "unknown unit 'uM'"),
    "readout place": (
        "observables",
        "\tcytosol\tthe slow",
        "\tsoma\tthe slow",
        "compartment 'soma'",
    ),
    "readout source": (
        "observables",
        "protein\tR1",
        "protein\tR2",
        "'R2' was not read (status MEM)",
    ),
    "variant source": (
        "variants",
        "slowly\tR1",
        "slowly\tR2",
        "'R2' was not read (status MEM)",
    ),
    "setting of what": ("variant_settings", "slow\t", "slwo\t", "nearest: 'slow'"),
    "setting": ("variant_settings", "protein_synthesis", "protein_synth", "unknown parameter"),
    "rest place": ("steady_state", "Ion()\tcytosol", "Ion()\tcytosole", "nearest: 'cytosol'"),
    "rest seed": ("steady_state", "\treceptor_0\t", "\treceptor_1\t", "unknown seed 'receptor_1'"),
    "wildtype unit": ("wildtype", "100\tnM", "100\tuM", "unknown unit 'uM'"),
}


@pytest.mark.parametrize("table, old, new, said", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_its_file(folder, table, old, new, said):
    _replace(folder, table, old, new)
    with pytest.raises(TableError) as caught:
        knowledge.load(folder)
    message = str(caught.value)
    assert message.startswith(f"{table}.tsv")
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != ASSUMED])
@pytest.mark.parametrize("status", CITABLE)
def test_a_number_that_is_not_assumed_has_a_source_that_was_read(folder, kind, status):
    _replace(folder, "parameters", "measured\tR1", f"{kind}\tR1")
    _replace(folder, "references", "R1\tREAD", f"R1\t{status}")
    assert knowledge.load(folder).parameters["protein_turnover"].kind == kind


def test_a_rule_needs_sources_that_were_read(folder):
    path = folder / "rules.tsv"
    path.write_text(
        "rule\tsbo\tresource\treferences\tnote\nabsorbed\tSBO:0000655\t\tR2\t\n", encoding="utf-8"
    )
    with pytest.raises(TableError, match=r"rules.tsv, row 2 \(absorbed\): source 'R2' was not"):
        knowledge.load(folder)


def test_a_missing_table_is_named(folder):
    (folder / "drugs.tsv").unlink()
    with pytest.raises(TableError, match=r"drugs.tsv cannot be read"):
        knowledge.load(folder)


def test_a_table_error_is_an_input_error():
    assert issubclass(TableError, InputError) and issubclass(TableError, ValueError)

"""What the numbers rest on: the split by kind, and that the committed page is in step."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ketamine_mtor import knowledge
from ketamine_mtor.knowledge.rows import EVIDENCE, KINDS, Reference
from ketamine_mtor.pages import cited
from ketamine_mtor.rules import STRETCHES, stretches
from ketamine_mtor.sensitivity import evidence
from ketamine_mtor.sensitivity.tables import Sensitivities
from tests import small_model
from tests.cli_kit import call


def sensitive_to(**values: float) -> Sensitivities:
    """Of one claim; ``values`` is number to sensitivity."""
    return Sensitivities(("C01_x",), tuple(values), np.array([list(values.values())]))


def test_the_kinds_are_counted_of_all_and_of_the_sensitive():
    tables = small_model.tables()
    split = evidence.evidence_split(
        tables, sensitive_to(protein_turnover=-0.1, protein_synthesis=3.0, ion_influx=0.09, gone=5)
    )
    assert list(split.every) == list(split.sensitive) == list(KINDS)
    assert sum(split.every.values()) == len(tables.numbers())
    assert split.every["measured"] == 1
    assert {kind: n for kind, n in split.sensitive.items() if n} == {"measured": 1, "assumed": 1}
    assert split.share == 0.5


def test_only_measured_and_derived_numbers_count():
    one = dict.fromkeys(KINDS, 1)
    assert evidence.Split(one, one).share == len(EVIDENCE) / len(KINDS)
    assert evidence.Split(one, one | {"fitted (other model)": 7}).share < len(EVIDENCE) / len(KINDS)
    assert evidence.Split(one, dict.fromkeys(KINDS, 0)).share == 0


@pytest.mark.parametrize(
    "doi, pmid, url, link",
    [
        ("10.1/x", "12", "", "[P1](https://doi.org/10.1/x): A paper"),
        ("", "12", "", "[P1](https://pubmed.ncbi.nlm.nih.gov/12): A paper"),
        ("", "", "https://example.org/x", "[P1](https://example.org/x): A paper"),
        ("", "", "", "P1: A paper"),
    ],
)
def test_a_source_is_linked_where_it_can_be(doi, pmid, url, link):
    assert cited(Reference("P1", "READ", "A paper", doi, pmid, url, "")) == link


def test_the_page_has_every_number_under_its_stretch():
    modules = {"protein_turnover": "trkb", "protein_synthesis": "gap43"}
    found = sensitive_to(protein_turnover=-1.25, protein_synthesis=0.0)
    text = evidence.page(small_model.tables(), found, modules)
    places = [text.index(part) for part in ("## TrkB", "`protein_turnover`", "## GAP43")]
    places += [text.index(part) for part in ("`protein_synthesis`", "## Numbers that no rule uses")]
    assert places == sorted(places)
    row = "| `protein_turnover` | 0.0001 | 1/s | measured | R1: A paper that was read |"
    assert f"{row} 5e-05 to 0.0002 |  | -1.2 (C01) |" in text
    assert "| `protein_synthesis` | 0.006 | 1/s | assumed |  |  |  | 0 |" in text
    assert text.index("## Numbers that no rule uses") < text.index("`receptor_0`")
    assert "Of the 1 numbers to which some claim is sensitive, 1 (100.0%) are measured or" in text
    before = "of an earlier version of the model"
    assert before not in text
    assert before in evidence.page(small_model.tables(), found, modules, of_before=True)


def test_every_number_belongs_to_a_stretch_of_the_figure():
    tables = knowledge.load()
    found = stretches(tables)
    assert set(found) == set(tables.numbers())
    order = ["anatomy", *STRETCHES]
    order += [name for row in tables.variants.values() for name in row.modules]
    assert list(dict.fromkeys(found.values())) == [
        name for name in dict.fromkeys(order) if name in found.values()
    ]


def test_info_parameters_ends_with_the_split():
    split = evidence.committed_split()
    found = json.loads(call("info", "parameters", "--json").stdout)
    assert list(found) == ["parameters", "split"]
    kinds = found["split"]["kinds"]
    assert list(kinds) == list(KINDS)
    assert sum(each["numbers"] for each in kinds.values()) == len(found["parameters"])
    assert {kind: each["sensitive"] for kind, each in kinds.items()} == split.sensitive
    assert found["split"]["share"] == pytest.approx(split.share, abs=1e-4)
    lines = call("info", "parameters").stdout.splitlines()
    assert lines[-1] == f"measured or derived, of the last: {split.share:.0%}"
    assert [line.split("  ")[0].strip() for line in lines[-6:-1]] == list(KINDS)

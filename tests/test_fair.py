"""The descriptions of the project agree, are of what is there, and the FAIR-CA sheet is whole.

Each check is a function that returns what is wrong, so that a made up wrong file shows it can fail.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from ketamine_mtor import fair, paths
from ketamine_mtor.errors import InputError
from ketamine_mtor.fair import crate, sheet, source
from ketamine_mtor.fair.__main__ import main

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
CITATION, CODEMETA, ZENODO, CRATE = FILES = (
    "CITATION.cff",
    "codemeta.json",
    ".zenodo.json",
    "ro-crate-metadata.json",
)
RO_CRATE = "https://w3id.org/ro/crate/1.1"
SPDX, DOI = "https://spdx.org/licenses/", "https://doi.org/"


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def descriptions():
    found = {name: json.loads(_read(name)) for name in FILES[1:]}
    return {CITATION: yaml.safe_load(_read(CITATION)), **found}


@pytest.fixture(scope="module")
def graph(descriptions):
    return descriptions[CRATE]["@graph"]


# Four files, one description


def said(name: str, document: Mapping) -> dict[str, object]:
    """What a description says, each in the words of CITATION.cff."""
    if name == CITATION:
        return {
            "name": document["title"],
            "version": document["version"],
            "description": document["abstract"],
            "licence": document["license"],
            "authors": [each["name"] for each in document["authors"]],
            "keywords": document["keywords"],
            "doi": document["references"][0]["doi"],
            "date": document["date-released"],
        }
    if name == CODEMETA:
        return {
            "name": document["name"],
            "version": document["version"],
            "description": document["description"],
            "licence": document["license"][0].removeprefix(SPDX),
            "authors": [each["name"] for each in document["author"]],
            "keywords": document["keywords"],
            "doi": document["referencePublication"]["id"].removeprefix(DOI),
            "date": document["datePublished"],
        }
    if name == ZENODO:
        return {
            "name": document["title"],
            "version": document["version"],
            "description": document["description"],
            "licence": document["license"]["id"],
            "authors": [each["name"] for each in document["creators"]],
            "keywords": document["keywords"],
            "doi": document["related_identifiers"][0]["identifier"],
            "date": document["publication_date"],
        }
    by_id = {entity["@id"]: entity for entity in document["@graph"]}
    root = by_id["./"]
    return {
        "name": root["name"],
        "version": root["version"],
        "description": root["description"],
        "licence": root["license"][0]["@id"].removeprefix(SPDX),
        "authors": [by_id[root["author"]["@id"]]["name"]],
        "keywords": root["keywords"],
        "doi": root["citation"]["@id"].removeprefix(DOI),
        "date": root["datePublished"],
    }


def disagreements(descriptions: Mapping[str, Mapping]) -> list[str]:
    """Fields of a description that CITATION.cff has otherwise."""
    want = said(CITATION, descriptions[CITATION])
    return [
        f"{name}: {field}"
        for name, document in descriptions.items()
        for field, value in said(name, document).items()
        if value != want[field]
    ]


def test_the_four_descriptions_agree(descriptions):
    assert list(descriptions) == list(FILES)
    assert disagreements(descriptions) == []


@pytest.mark.parametrize("field", ["title", "version", "abstract", "license", "date-released"])
def test_a_field_that_changed_in_one_is_seen_against_all(descriptions, field):
    changed = descriptions | {CITATION: descriptions[CITATION] | {field: "other"}}
    assert len(disagreements(changed)) == 3


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        (CODEMETA, "author", [{"name": "Somebody"}]),
        (CODEMETA, "referencePublication", {"id": f"{DOI}10.1/x"}),
        (ZENODO, "license", {"id": "GPL-3.0"}),
        (ZENODO, "keywords", ["ketamine"]),
    ],
)
def test_a_description_of_its_own_is_seen(descriptions, name, field, value):
    changed = descriptions | {name: descriptions[name] | {field: value}}
    assert len(disagreements(changed)) == 1


def test_a_crate_of_another_version_is_seen(descriptions):
    changed = copy.deepcopy(descriptions)
    root = next(each for each in changed[CRATE]["@graph"] if each["@id"] == "./")
    root["version"] = "9"
    assert disagreements(changed) == [f"{CRATE}: version"]


def test_both_licences_are_named_wherever_there_is_room(descriptions):
    both = [f"{SPDX}{licence}" for licence in source.read(ROOT).licences]
    root = next(each for each in descriptions[CRATE]["@graph"] if each["@id"] == "./")
    assert descriptions[CODEMETA]["license"] == both
    assert [each["@id"] for each in root["license"]] == both
    assert both[1].removeprefix(SPDX) in descriptions[ZENODO]["notes"]


def test_the_day_of_the_release_is_the_changelogs(descriptions):
    newest = re.search(r"^## \[\d[^\]]*\] - (\S+)$", _read("CHANGELOG.md"), re.MULTILINE)
    assert descriptions[CITATION]["date-released"] == newest[1]


# As they are made


def test_the_files_are_what_is_made():
    assert main(["--check"]) == 0


@pytest.mark.breaks("ketamine_mtor.fair --check")
def test_the_check_names_a_file_that_is_otherwise(monkeypatch, capsys):
    monkeypatch.setattr(fair, "made", lambda: {"codemeta.json": b"{}\n"})
    assert main(["--check"]) == 1
    assert "codemeta.json" in capsys.readouterr().out


def test_an_edited_citation_reaches_every_description(tmp_path):
    for name in (CITATION, "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    text = re.sub(r"(?m)^version: .*$", "version: 99.0.0", _read(CITATION))
    (tmp_path / CITATION).write_text(text, encoding="utf-8")
    edited = source.read(tmp_path)
    assert edited.version == "99.0.0"
    rendered = crate.render(edited, ROOT)
    assert said(CRATE, rendered)["version"] == "99.0.0"


@pytest.mark.parametrize("gone", ["title: .*\n", "date-released: .*\n", "    doi: .*\n"])
def test_a_citation_without_a_field_is_one_clear_line(tmp_path, gone):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / CITATION).write_text(re.sub(gone, "", _read(CITATION), count=1), encoding="utf-8")
    with pytest.raises(InputError, match=r"CITATION\.cff or pyproject\.toml"):
        source.read(tmp_path)


def test_wrong_input_ends_with_2_and_leaves_the_files(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert list(tmp_path.iterdir()) == []


# The crate


def undescribed(graph: Iterable[Mapping], files: Iterable[str]) -> list[str]:
    """Files that no entity of the crate describes."""
    described = {entity["@id"] for entity in graph}
    return [name for name in files if name not in described]


def loose_ends(graph: Iterable[Mapping], root: Path) -> list[str]:
    """Entities said twice, references to what no entity describes, files that are not there."""
    graph = list(graph)
    ids = [entity["@id"] for entity in graph]
    faults = [f"{name}: twice" for name in sorted(set(ids)) if ids.count(name) > 1]
    for entity in graph:
        values = [each for value in entity.values() for each in _listed(value)]
        named = [each["@id"] for each in values if isinstance(each, dict)]
        faults += [
            f"{entity['@id']} names {name}"
            for name in named
            if name not in ids and name != RO_CRATE
        ]
        if {"File", "Dataset"} & set(_listed(entity["@type"])):
            faults += [] if (root / entity["@id"]).exists() else [f"{entity['@id']} is not there"]
    return faults


def _listed(value: object) -> list:
    return value if isinstance(value, list) else [value]


def test_every_model_file_is_described(graph):
    files = [
        path.relative_to(ROOT).as_posix()
        for folder in ("sbml", "ketamine_mtor/knowledge", "validation")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and path.suffix not in (".py", ".pyc")
    ]
    assert "sbml/variants/human.xml" in files
    assert undescribed(graph, files) == []
    assert undescribed(graph, ["sbml/other.xml"]) == ["sbml/other.xml"]


def test_what_the_crate_names_is_there(graph):
    assert loose_ends(graph, ROOT) == []


def test_a_loose_end_is_seen(tmp_path):
    wrong = [
        {"@id": "a.xml", "@type": "File", "license": {"@id": "#free"}},
        {"@id": "b", "@type": "Thing"},
        {"@id": "b", "@type": "Thing"},
    ]
    assert loose_ends(wrong, tmp_path) == ["b: twice", "a.xml names #free", "a.xml is not there"]


def test_a_pattern_that_fits_nothing_is_seen(tmp_path):
    with pytest.raises(InputError, match=r"contents.tsv: 'sbml/ketamine_mtor.xml' fits no file"):
        crate.contents(tmp_path)


def test_every_command_is_a_target_of_make(graph):
    targets = set(re.findall(r"^([a-z]+):", _read("Makefile"), re.MULTILINE))
    commands = [
        entity["name"].removeprefix("make ")
        for entity in graph
        if "CreateAction" in entity["@type"]
    ]
    assert {"build", "companions", "sbgn", "archive"} <= set(commands) <= targets


def test_an_sbml_file_is_of_the_standard_and_licence_that_it_says(graph):
    models = [each for each in graph if re.fullmatch(r"sbml/.*\.xml", each["@id"])]
    assert len(models) > 8
    for entity in models:
        head = _read(entity["@id"]).partition("<listOf")[0]
        level, version = re.search(r'level="(\d)" version="(\d)"', head).groups()
        assert entity["conformsTo"]["@id"].endswith(f"sbml.level-{level}.version-{version}.core")
        assert entity["license"]["@id"] == f"{SPDX}CC0-1.0"


def test_an_sbgn_file_is_of_the_standard_that_it_says(graph):
    maps = [each for each in graph if each["@id"].endswith(".sbgn")]
    assert len(maps) > 10
    for entity in maps:
        standard = entity["conformsTo"]["@id"].rpartition(":")[2]
        assert f'version="http://identifiers.org/combine.specifications/{standard}"' in _read(
            entity["@id"]
        )


def test_the_model_is_about_what_its_annotation_names(graph):
    by_id = {entity["@id"]: entity for entity in graph}
    about = {each["@id"].rpartition("/")[2] for each in by_id[crate.MODEL]["about"]}
    assert {"taxonomy:40674", "GO:0038202", "UBERON:0000956", "taxonomy:10090"} <= about
    assert by_id["https://identifiers.org/taxonomy:10090"]["name"] == "Mus musculus"


def test_a_swhid_is_of_the_bytes_as_in_git(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    assert crate._swhid(tmp_path / "empty") == "swh:1:cnt:e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


def test_names_are_unique_and_stay():
    said_once = source.read(ROOT)
    names = {source.urn(name, said_once) for name in (crate.MODEL, crate.ARCHIVE, crate.NAME)}
    assert len(names) == 3
    assert source.urn(crate.ARCHIVE, said_once) == "urn:uuid:92d574b8-f791-5c5b-87f0-0fea5da50799"


# The FAIR-CA sheet


def missing_evidence(answers: Iterable[sheet.Answer], root: Path, targets: set[str]) -> list[str]:
    """Evidence that is neither a file of the repository nor a target of make."""
    return [
        f"{answer.id}: {each}"
        for answer in answers
        for each in answer.evidence
        if not (
            each.removeprefix("make ") in targets
            if each.startswith("make ")
            else (root / each).exists()
        )
    ]


@pytest.fixture(scope="module")
def answers():
    return sheet.read(ROOT)


def test_every_indicator_is_answered_once_with_reason_and_evidence(answers):
    assert len(sheet.IDS) == len(answers) == 84
    assert sheet.faults(answers) == []


def test_the_evidence_is_there(answers):
    targets = set(re.findall(r"^([a-z]+):", _read("Makefile"), re.MULTILINE))
    assert missing_evidence(answers, ROOT, targets) == []
    lost = replace(answers[0], evidence=("gone.xml", "make nothing", "README.md"))
    assert missing_evidence([lost], ROOT, targets) == [
        f"{lost.id}: gone.xml",
        f"{lost.id}: make nothing",
    ]


def test_more_than_sixty_are_answered_in_full_without_a_deposit(answers):
    full, *_ = sheet.counts(answers)
    assert full > 60
    assert "doi" not in yaml.safe_load(_read(CITATION))
    for answer in answers:
        if answer.rests_on == sheet.DEPOSIT:
            assert answer.answer != sheet.FULL


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("id", "CA-RDA-F9-01A", "is there 0 times"),
        ("id", "CA-RDA-F1-02A", "is there 2 times"),
        ("answer", "maybe", "answer 'maybe'; allowed: full, half, no, not applicable"),
        ("reason", "", "'no' without a reason"),
        ("answer", "full", "full, though nothing is deposited"),
        ("evidence", ("",), "no evidence"),
        ("rests_on", "luck", "rests_on 'luck'; allowed: files, host, deposit"),
    ],
)
def test_a_fault_of_the_sheet_is_seen(answers, field, value, fault):
    first, *others = answers
    assert first.answer == sheet.NO and first.rests_on == sheet.DEPOSIT
    found = sheet.faults([replace(first, **{field: value}), *others])
    assert any(fault in each for each in found)


def test_the_page_shows_the_counts_and_every_reason(answers):
    page = _read(fair.PAGE)
    bold = " | ".join(f"**{count}**" for count in sheet.counts(answers))
    assert f"| **this repository** | {bold} |" in page
    for answer in answers:
        assert f"| {answer.short} | " in page
        assert answer.reason in page

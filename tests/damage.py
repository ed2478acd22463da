"""Makers of files that are wrong in one way each, by name; each takes the path to make it at."""

from __future__ import annotations

import datetime
import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from ketamine_mtor import paths

#: As deep as no reader of trees goes, and no honest file.
_DEEP = 200_000
_GIGABYTE = 1_000_000_000
MAKERS: dict[str, Callable[[Path], object]] = {}


def _text(text: str | bytes) -> Callable[[Path], object]:
    """A file with this in it."""
    content = text.encode() if isinstance(text, str) else text
    return lambda path: path.write_bytes(content)


def _edited(source: str, old: str | re.Pattern[str], new: str) -> Callable[[Path], object]:
    """A file of the package with the first ``old`` replaced; a pattern where that has a value."""
    pattern = re.compile(re.escape(old)) if isinstance(old, str) else old

    def make(path: Path) -> None:
        text, count = pattern.subn(lambda _: new, paths.read(paths.root() / source), count=1)
        if not count:
            raise ValueError(f"{source} has no '{pattern.pattern}'")
        path.write_text(text, encoding="utf-8")

    return make


def _cut(source: str, share: float = 0.5) -> Callable[[Path], object]:
    """The first part of a file of the package."""

    def make(path: Path) -> None:
        whole = (paths.root() / source).read_bytes()
        path.write_bytes(whole[: int(share * len(whole))])

    return make


def _copied(source: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes((paths.root() / source).read_bytes())


def _maker(make: Callable[[Path], object]) -> Callable[[Path], object]:
    MAKERS[make.__name__] = make
    return make


# Of any kind


@_maker
def folder(path: Path) -> None:
    path.mkdir()


@_maker
def gigabyte(path: Path) -> None:
    """A gigabyte of zeros that takes no room."""
    path.touch()
    os.truncate(path, _GIGABYTE)


@_maker
def loop(path: Path) -> None:
    """A link to itself."""
    path.symlink_to(path.name)


@_maker
def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


@_maker
def fifo(path: Path) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(path)


@_maker
def endless(path: Path) -> None:
    """Zeros without end."""
    path.symlink_to("/dev/zero")


@_maker
def gone(path: Path) -> None:
    """Nothing, where the package has a file."""


MAKERS |= {
    "empty": _text(""),
    "blank": _text(" \n\n"),
    "words": _text("No table, no model.\n"),
    "zeros": _text(bytes(1000)),
    "bytes": _text(bytes(range(256)) * 4),
    "latin1": _text("ketamine;caf\xe9\n".encode("latin-1")),
    "utf16": _text('<?xml version="1.0" encoding="UTF-16"?><sbml/>'.encode("utf-16")),
}

# SBML

_MODEL = f"sbml/{paths.NAME}.xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_CORE = "http://www.sbml.org/sbml/level3/version1/core"
_BOMB = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
_OTHER = (
    f'<sbml xmlns="{_CORE}" level="3" version="1"><model id="other"><listOfCompartments>'
    '<compartment id="c" size="1" constant="true"/></listOfCompartments><listOfSpecies>'
    '<species id="A" compartment="c" initialConcentration="1" hasOnlySubstanceUnits="false"'
    ' boundaryCondition="false" constant="false"/></listOfSpecies></model></sbml>'
)
_OLD = (
    '<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4"><model id="old">'
    '<listOfCompartments><compartment id="c" size="1"/></listOfCompartments><listOfSpecies>'
    '<species id="A" compartment="c" initialAmount="1"/></listOfSpecies></model></sbml>'
)
_EVENT = (
    "<listOfEvents><event useValuesFromTriggerTime='true'><trigger initialValue='true'"
    " persistent='true'><math xmlns='http://www.w3.org/1998/Math/MathML'><true/></math></trigger>"
    "</event></listOfEvents>"
)
_RULE = '<assignmentRule variable="n_ketamine_plasma">'
_RATE = "<ci> Ketamine_blood </ci>"
_ASSIGNED = "<ci> ANA12_nM </ci>"
_FIRST_SPECIES = re.compile('initialConcentration="[^"]+"')
_FIRST_VALUE = re.compile('name="volume_extracellular" value="[^"]+"')
_FIRST_SIZE = re.compile('size="[^"]+"')
_PARAMETER = '<parameter metaid="meta_volume_extracellular"'


def _nested(kind: str) -> str:
    return f"<apply><{kind}/>" * _DEEP + "<cn> 1 </cn>" + "</apply>" * _DEEP


MAKERS |= {
    "sbml_cut": _cut(_MODEL),
    "sbml_cut_at_end": _cut(_MODEL, 0.9999),
    "sbml_head": _cut(_MODEL, 0.0005),
    "sbml_html": _text("<html><body>Not found</body></html>"),
    "sbml_other": _text(_HEAD + _OTHER),
    "sbml_level2": _text(_HEAD + _OLD),
    "sbml_no_model": _text(f'{_HEAD}<sbml xmlns="{_CORE}" level="3" version="1"/>'),
    "sbml_empty_model": _text(
        f'{_HEAD}<sbml xmlns="{_CORE}" level="3" version="1"><model id="m"/></sbml>'
    ),
    "sbml_level9": _edited(_MODEL, 'level="3"', 'level="9"'),
    "sbml_namespace": _edited(_MODEL, _CORE, "http://example.org/none"),
    "sbml_package": _edited(
        _MODEL,
        'level="3" version="1"',
        'level="3" version="1" xmlns:comp="http://www.sbml.org/sbml/level3/version1/comp/version9"'
        ' comp:required="true"',
    ),
    "sbml_two": _edited(_MODEL, "</sbml>", "</sbml><sbml/>"),
    "sbml_prefix": _edited(_MODEL, "<listOfSpecies>", "<x:listOfSpecies>"),
    "sbml_ampersand": _edited(_MODEL, 'name="Ketamine and mTOR"', 'name="Ketamine & mTOR"'),
    "sbml_control": _edited(_MODEL, 'name="Ketamine and mTOR"', 'name="Ketamine \x01 mTOR"'),
    "sbml_encoding": _edited(_MODEL, 'encoding="UTF-8"', 'encoding="klingon"'),
    "sbml_says_utf16": _edited(_MODEL, 'encoding="UTF-8"', 'encoding="UTF-16"'),
    "sbml_doctype": _edited(_MODEL, "<sbml", '<!DOCTYPE sbml SYSTEM "sbml.dtd"><sbml'),
    "sbml_entities": _text(
        f'{_HEAD}<!DOCTYPE sbml [<!ENTITY e0 "ketamine">{_BOMB}]>'
        + _OTHER.replace('id="other"', 'id="other" name="&e9;"')
    ),
    "sbml_external": _text(
        f'{_HEAD}<!DOCTYPE sbml [<!ENTITY outside SYSTEM "file:///etc/hostname">]>'
        + _OTHER.replace('id="other"', 'id="other" name="&outside;"')
    ),
    "sbml_undefined_entity": _edited(_MODEL, 'name="Ketamine and mTOR"', 'name="&ketamine;"'),
    "sbml_deep": _text(_HEAD + "<a>" * _DEEP + "</a>" * _DEEP),
    "sbml_deep_formula": _edited(_MODEL, _ASSIGNED, _nested("minus")),
    "sbml_deep_rule": _edited(_MODEL, _RATE, _nested("plus")),
    "sbml_events": _edited(_MODEL, "</listOfReactions>", f"</listOfReactions>{_EVENT}"),
    "sbml_dosing": _copied(f"sbml/{paths.NAME}_dosing.xml"),
    "sbml_algebraic": _edited(
        _MODEL,
        "<listOfRules>",
        "<listOfRules><algebraicRule><math xmlns='http://www.w3.org/1998/Math/MathML'>"
        "<ci> GAP43_0 </ci></math></algebraicRule>",
    ),
    "sbml_unknown_name": _edited(_MODEL, _RATE, "<ci> Ketamin_blood </ci>"),
    "sbml_unknown_start": _edited(_MODEL, _ASSIGNED, "<ci> ANA13_nM </ci>"),
    "sbml_start_by_sine": _edited(_MODEL, _ASSIGNED, f"<apply><sin/>{_ASSIGNED}</apply>"),
    "sbml_short_formula": _edited(_MODEL, _ASSIGNED, f"<apply><divide/>{_ASSIGNED}</apply>"),
    "sbml_infinite_formula": _edited(_MODEL, _ASSIGNED, "<apply><exp/><cn> 1000 </cn></apply>"),
    "sbml_complex_formula": _edited(
        _MODEL, _ASSIGNED, "<apply><power/><cn> -2 </cn><cn> 0.5 </cn></apply>"
    ),
    "sbml_overflow": _edited(
        _MODEL, _ASSIGNED, "<apply><power/><cn> 10 </cn><cn> 1000 </cn></apply>"
    ),
    "sbml_number_of_words": _edited(_MODEL, _ASSIGNED, "<cn> many </cn>"),
    "sbml_circle": _edited(
        _MODEL,
        "<listOfInitialAssignments>",
        "<listOfInitialAssignments>"
        + "".join(
            f'<initialAssignment symbol="{one}"><math xmlns="http://www.w3.org/1998/Math/MathML">'
            f"<ci> {other} </ci></math></initialAssignment>"
            for one, other in (("GAP43_0", "MARCKS_0"), ("MARCKS_0", "GAP43_0"))
        ),
    ),
    "sbml_twice": _edited(_MODEL, 'id="AKT1S1"', 'id="AKT1"'),
    "sbml_renamed": _edited(_MODEL, 'id="AKT1" ', 'id="AKT9" '),
    "sbml_no_rule": _edited(_MODEL, _RULE, '<assignmentRule variable="nonesuch">'),
    "sbml_text_for_number": _edited(_MODEL, _FIRST_SPECIES, 'initialConcentration="much"'),
    "sbml_comma": _edited(_MODEL, _FIRST_SPECIES, 'initialConcentration="597,7"'),
    "sbml_nan": _edited(_MODEL, _FIRST_SPECIES, 'initialConcentration="NaN"'),
    "sbml_inf": _edited(_MODEL, _FIRST_SPECIES, 'initialConcentration="INF"'),
    "sbml_negative": _edited(_MODEL, _FIRST_SPECIES, 'initialConcentration="-1"'),
    "sbml_no_value": _edited(_MODEL, _FIRST_VALUE, 'name="volume_extracellular"'),
    "sbml_nan_value": _edited(_MODEL, _FIRST_VALUE, 'name="volume_extracellular" value="NaN"'),
    "sbml_no_volume": _edited(_MODEL, _FIRST_SIZE, 'size="0"'),
    "sbml_negative_volume": _edited(_MODEL, _FIRST_SIZE, 'size="-1.8"'),
    "sbml_cps": _copied(f"sbml/{paths.NAME}.cps"),
    "sbml_antimony": _copied(f"sbml/{paths.NAME}.ant"),
    "sbml_sbgn": _copied(f"sbml/{paths.NAME}.sbgn"),
    "sbml_network": _copied(f"sbml/{paths.NAME}.net"),
}

# Archives, which nothing here opens


def _archive(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@_maker
def archive(path: Path) -> None:
    _archive(path, {"model.xml": (paths.root() / _MODEL).read_bytes()})


@_maker
def archive_climbs(path: Path) -> None:
    """Its members lie outside of wherever it is unpacked."""
    _archive(path, {"../climbed.xml": b"<sbml/>", "/climbed.xml": b"<sbml/>"})


@_maker
def archive_cut(path: Path) -> None:
    archive(path)
    path.write_bytes(path.read_bytes()[:1000])


# Tables of parameter sets


def _parquet(columns: dict[str, list[object]]) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        import pandas as pd

        pd.DataFrame(columns).to_parquet(path)

    return make


@_maker
def parquet_cut(path: Path) -> None:
    _parquet({"GAP43_0": [1.0, 2.0]})(path)
    path.write_bytes(path.read_bytes()[:-40])


@_maker
def parquet_torn(path: Path) -> None:
    """Whole at its end, damaged where the numbers are."""
    _parquet({"GAP43_0": [float(i) for i in range(1, 1000)]})(path)
    whole = bytearray(path.read_bytes())
    whole[4:200] = bytes(196)
    path.write_bytes(whole)


MAKERS |= {
    "sets": _text("GAP43_0\n1000\n"),
    "sets_header": _text("GAP43_0,MARCKS_0\n"),
    "sets_misspelt": _text("GAP43_O\n1\n"),
    "sets_drug": _text("rapamycin_nM\n1\n"),
    "sets_negative": _text("GAP43_0\n1\n-1\n"),
    "sets_zero": _text("GAP43_0\n0\n"),
    "sets_hole": _text("GAP43_0,MARCKS_0\n1,2\n1,\n"),
    "sets_nan": _text("GAP43_0\n1\nnan\n"),
    "sets_inf": _text("GAP43_0\ninf\n"),
    "sets_text": _text("GAP43_0\n1\nmuch\n"),
    "sets_comma": _text('GAP43_0\n"1,5"\n'),
    "sets_ragged": _text("GAP43_0\n1\n1,2,3\n"),
    "sets_wide": _text("GAP43_0\n1,2\n3,4\n"),
    "sets_twice": _text("GAP43_0,GAP43_0\n1,2\n"),
    "sets_unclosed": _text('GAP43_0\n"1\n2\n'),
    "sets_semicolons": _text("GAP43_0;MARCKS_0\n1;2\n"),
    "sets_date": _text("GAP43_0\n2020-01-01\n"),
    "sets_true": _text("GAP43_0\nTrue\n"),
    "sets_huge": _text("GAP43_0\n1e999\n"),
    "sets_no_columns": _text("\n\n1\n"),
    "parquet_misspelt": _parquet({"GAP43_O": [1.0]}),
    "parquet_lists": _parquet({"GAP43_0": [[1.0], [2.0]]}),
    "parquet_text": _parquet({"GAP43_0": ["one"]}),
    "parquet_times": _parquet({"GAP43_0": [datetime.datetime(2020, 1, 1)]}),
    "parquet_true": _parquet({"GAP43_0": [True]}),
    "parquet_empty": _parquet({}),
}

# Folders of ensembles

MAKERS |= {
    "json_list": _text("[1, 2]"),
    "json_cut": _text('{"ketamine_mtor": "0.'),
    "json_other": _text(json.dumps({"ketamine_mtor": "0.0.0"})),
    "json_deep": _text("[" * _DEEP),
    "json_digits": _text('{"samples": ' + "9" * 10_000 + "}"),
}

# Claims, experiments and tables of the package

_CLAIMS = "validation/claims/01_trigger.yaml"
_EXPERIMENTS = "validation/experiments.yaml"
_KNOWN = "validation/known_failures.tsv"
_MUTANTS = "validation/mutants.yaml"
_ALIASES = "a: &a0 [x, x]\n" + "".join(
    f"b{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
)


def _claim(old: str | re.Pattern[str], new: str) -> Callable[[Path], object]:
    return _edited(_CLAIMS, old, new)


_table = "ketamine_mtor/knowledge/{}.tsv".format
_THRESHOLD = re.compile(r"by_at_least: [\d.]+")
_VOLUME = re.compile(r"(?<=^volume_peritoneum\t)[\d.]+\tL", re.MULTILINE)

MAKERS |= {
    "yaml_aliases": _text(_ALIASES),
    "yaml_deep": _text("[" * _DEEP),
    "yaml_open": _text("claims: [1, 2\n"),
    "yaml_tab": _text("stretch:\n\t- one\n"),
    "yaml_number": _text("7\n"),
    "yaml_object": _text("!!python/object/apply:os.system ['touch climbed']\n"),
    "yaml_two": _text("a: 1\n---\nb: 2\n"),
    "claims_cut": _cut(_CLAIMS),
    "claim_twice": _claim("id: C02_", "id: C01_ketamine_blocks_NMDARs\n    note: "),
    "claim_key_twice": _claim("    kind: caption", "    kind: caption\n    kind: caption"),
    "claim_kind": _claim("kind: caption", "kind: captoin"),
    "claim_readout": _claim("readout: NMDAR_interneuron_blocked", "readout: NMDAR_blocked"),
    "claim_experiment": _claim("experiment: ketamine", "experiment: ketamin"),
    "claim_field": _claim("    link:", "    lnk:"),
    "claim_window": _claim("[2 min, 45 min]", "[45 min, 2 min]"),
    "claim_unit": _claim("[2 min, 45 min]", "[2 moons, 45 min]"),
    "claim_quote": _claim("Ketamine blockade of NMDARs", "Ketamine blockade of everything"),
    "claim_source": _claim("source: [E08", "source: [E99"),
    "claim_upstream": _claim("upstream: []", "upstream: [C01_ketamine_blocks_NMDARs]"),
    "claim_nan": _claim(_THRESHOLD, "by_at_least: .nan"),
    "claim_negative": _claim(_THRESHOLD, "by_at_least: -0.15"),
    "experiment_drug": _edited(_EXPERIMENTS, "{NBQX: null}", "{NBQY: null}"),
    "experiment_gene": _edited(_EXPERIMENTS, "[GRIN1]", "[GRIN7]"),
    "experiment_dose": _edited(_EXPERIMENTS, "ketamine: 10", "ketamine: -10"),
    "experiment_hours": _edited(_EXPERIMENTS, "hours: 72", "hours: 0"),
    "experiment_text": _edited(_EXPERIMENTS, "hours: 72", "hours: three days"),
    "experiment_inf": _edited(_EXPERIMENTS, "hours: 72", "hours: .inf"),
    "failures_header": _text("claims\treasons\n"),
    "failures_unknown": _text("claim\treason\nC99\tnone\n"),
    "failures_caption": _text("claim\treason\nC01_ketamine_blocks_NMDARs\tnone\n"),
    "mutants_cut": _cut(_MUTANTS, 0.501),
    "mutants_rule": _edited(
        _MUTANTS, "[ketamine_blocks_NMDAR_interneuron]", "[ketamine_blocks_NMDAR]"
    ),
    "table_cut": _cut(_table("parameters"), 0.501),
    "table_header": _edited(_table("parameters"), "value\tunit", "unit\tvalue"),
    "table_number": _edited(_table("parameters"), _VOLUME, "1,8\tL"),
    "table_nan": _edited(_table("parameters"), _VOLUME, "nan\tL"),
    "table_unit": _edited(_table("parameters"), _VOLUME, "1\tl"),
    "table_bounds": _edited(_table("parameters"), _VOLUME, "1e9\tL"),
    "table_twice": _edited(_table("genes"), "\nBDNF\t", "\nGRIN1\t"),
    "table_parameter": _edited(_table("genes"), "BDNF_transcripts_0", "BDNF_transcript_0"),
    "table_source": _edited(_table("drugs"), "\tQ3\t", "\tQ77\t"),
    "steady_cut": _cut(_table("steady_state"), 0.501),
    "network_cut": _cut(f"sbml/{paths.NAME}.net"),
}

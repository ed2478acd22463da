"""Wrong claim files give one line that says where and what is allowed; the caption is covered."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from ketamine_mtor import paths
from ketamine_mtor.claims import caption as text
from ketamine_mtor.claims import known_failures, load_claims
from ketamine_mtor.claims.loader import read_caption, upstream_of
from ketamine_mtor.errors import InputError
from tests.claims_kit import CAPTION, EXPERIMENTS, WORDS, claim_entry, folder, loaded


def change(**more) -> dict:
    raw = {"readout": "glutamate", "goes": "up", "when": {"once": ["0 min", "2 h"]}}
    return {"all": [{"change": {**raw, **more}}]}


def condition(kind: str, **raw) -> dict:
    return {"all": [{kind: {"readout": "glutamate", **raw}}]}


def test_a_good_claim_is_read(tmp_path):
    (claim,) = loaded(tmp_path, claim_entry())
    assert claim.quote == ("raises glutamate",)
    assert claim.stretch == "glutamate"
    assert [c.window() for c in claim.conditions] == [(0, 2)]
    assert claim.experiments["ketamine"].hours == 6


def test_a_list_of_readouts_gives_a_condition_each(tmp_path):
    (claim,) = loaded(tmp_path, claim_entry(test=change(readout=["glutamate", "Ca"])))
    assert [c.readout.id for c in claim.conditions] == ["glutamate", "Ca"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"quote": "lowers glutamate"}, "is not in caption.txt"),
        ({"quote": ""}, "must quote the caption"),
        ({"experiment": "ketamin"}, "unknown experiment 'ketamin'; nearest: ketamine"),
        ({"upstream": ["C02_nothing"]}, "unknown claim 'C02_nothing'"),
        ({"upstream": ["C01_glutamate"]}, "a claim above itself"),
        ({"test": change(readout="glutamat")}, "unknown readout 'glutamat'; nearest: glutamate"),
        ({"test": change(goes="sideways")}, "test.all.0.change.goes: unknown goes 'sideways'"),
        (
            {"kind": "captoin"},
            r"kind: unknown kind 'captoin'; nearest: caption \(allowed: caption, expectation, lit",
        ),
        ({"role": ["held-out"]}, r"nearest: held-out \(allowed: calibration, held-out\)"),
        ({"test": change(when={"at": "9 h"})}, "looks until 9 h but .* ends at 6 h"),
        ({"test": change(when={"mean": ["2 h", "1 h"]})}, "the window ends at 1 h"),
        ({"test": change(when={"at": "2 weeks"})}, "when.at"),
        ({"test": change(relative_to="placebo")}, "unknown reference 'placebo'"),
        ({"test": change(relative_to="vehicle", **{"in": "nothing"})}, "so no vehicle run"),
        ({"test": condition("flat", when={"once": ["0 min", "1 h"]})}, "flat.when"),
        ({"test": condition("level", when={"at": "1 h"}, rise_at="2 h")}, "level"),
        (
            {"test": condition("level", when={"at": "1 h"}, more_than=1, rise_at="2 h")},
            "is for relative_to: rise",
        ),
        (
            {"test": condition("shape", within=0.2, points=[["2 h", 0], ["1 h", 1], ["3 h", 0]])},
            "have to ascend",
        ),
        (
            {"test": condition("shape", within=0.2, points=[["0 h", 0], ["1 h", 1], ["7 h", 0]])},
            "looks until 7 h but",
        ),
        ({"source": ["E02"]}, "unknown source 'E02'"),
        ({"source": ["E20a"]}, "has status MEM"),
        ({"kind": "literature", "quote": "", "source": ["assumed"]}, "needs a paper"),
        ({"kind": "expectation", "quote": ""}, r"source is \[assumed\]"),
        ({"kind": "literature"}, 'quotes nothing: ""'),
        ({"biology": "Somebody saw it in some animal (E99)."}, "unknown evidence id 'E99'"),
        ({"sources": ["E01"]}, "unknown field 'sources'; nearest: source"),
        ({"id": "glutamate"}, "field id"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, changes, message):
    with pytest.raises(InputError, match=message) as caught:
        loaded(tmp_path, claim_entry(**changes))
    assert "\n" not in str(caught.value)
    assert "01.yaml" in str(caught.value)


def test_an_id_is_used_once(tmp_path):
    with pytest.raises(InputError, match=r"already used in 01\.yaml"):
        loaded(tmp_path, claim_entry(), claim_entry())


def test_a_phrase_serves_two_claims_at_most(tmp_path):
    claims = [claim_entry(id=f"C0{i}_glutamate") for i in range(3)]
    assert len(loaded(tmp_path, *claims[:2])) == 2
    (tmp_path / "three").mkdir()
    with pytest.raises(InputError, match="more than two claims quote"):
        loaded(tmp_path / "three", *claims)


def test_a_whole_sentence_is_no_quote_where_it_says_several_things(tmp_path):
    whole = claim_entry(id="C02_all", quote="Ketamine blocks receptors and raises glutamate.")
    with pytest.raises(InputError, match="quotes a whole sentence"):
        loaded(tmp_path, claim_entry(), whole)


@pytest.mark.parametrize(
    ("experiment", "message"),
    [
        ({"what": "a slip", "ketamine": 10, "drugs": {"NBXQ": None}}, "nearest: NBQX"),
        ({"what": "a slip", "ketamine": 10, "knockouts": ["GRIN2"]}, "unknown knockout 'GRIN2'"),
        ({"what": "a slip", "ketamine": 1, "variant": "humn"}, "nearest: human"),
        ({"what": "a slip", "ketamine": -1}, "experiments.slip.ketamine"),
        ({"what": "a slip"}, "'ketamine' is a required property"),
    ],
)
def test_wrong_experiments(tmp_path, experiment, message):
    experiments = {**EXPERIMENTS, "experiments": {**EXPERIMENTS["experiments"], "slip": experiment}}
    with pytest.raises(InputError, match=message):
        load_claims(folder(tmp_path, claim_entry(), experiments=experiments), WORDS)


def test_files_that_are_missing_or_no_yaml(tmp_path):
    with pytest.raises(InputError, match=r"caption.txt cannot be read"):
        load_claims(tmp_path, WORDS)
    folder(tmp_path, claim_entry())
    (tmp_path / "claims" / "02.yaml").write_text("claims: [", encoding="utf-8")
    with pytest.raises(InputError, match=r"02.yaml: is no YAML") as caught:
        load_claims(tmp_path, WORDS)
    assert "\n" not in str(caught.value)


def test_upstream_goes_all_the_way(tmp_path):
    claims = loaded(
        tmp_path,
        claim_entry(),
        claim_entry(id="C02_next", upstream=["C01_glutamate"], quote="Ketamine blocks receptors"),
        claim_entry(id="C03_last", upstream=["C02_next"], quote="This activates mTORC1"),
    )
    assert upstream_of("C03_last", claims) == ["C01_glutamate", "C02_next"]


# That together the quotes cover the caption

#: Words that state nothing by themselves.
CONNECTIVES = frozenset(
    [
        *("a", "also", "an", "and", "as", "by", "can", "in", "is", "it", "of", "on", "or"),
        *("that", "the", "this", "these", "to", "via", "well", "which", "with"),
    ]
)


def uncovered(caption: str, quotes: Iterable[str]) -> list[str]:
    """Words of the caption, in order, that lie in no quote; connectives are left out."""
    covered: set[int] = set()
    for quote in quotes:
        span = text.find(quote, caption)
        covered.update(range(span.start, span.end))
    return [
        word[0]
        for word in re.finditer(r"[A-Za-z0-9][A-Za-z0-9+/'-]*", caption)
        if word[0].lower() not in CONNECTIVES
        and not covered.issuperset(range(word.start(), word.end()))
    ]


def test_uncovered_words_are_named():
    assert uncovered(CAPTION, ["raises glutamate", "This activates mTORC1."]) == [
        "Ketamine",
        "blocks",
        "receptors",
    ]
    assert uncovered(CAPTION, [CAPTION]) == []


def test_the_claims_cover_the_caption():
    caption = read_caption(paths.validation())
    quotes = [quote for claim in load_claims() for quote in claim.quote]
    assert uncovered(caption, quotes) == []


# What is known to fail


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("C09_nothing\tno reason known", "unknown claim"),
        ("C02_more\t", "needs a claim and a reason"),
        ("C01_glutamate\ttoo hard", "is a caption claim, which has to pass"),
        ("C02_more\twhy\nC02_more\twhy", "there twice"),
    ],
)
def test_wrong_known_failures(tmp_path, row, message):
    other = claim_entry(id="C02_more", kind="literature", quote="")
    claims = loaded(tmp_path, claim_entry(), other)
    path = tmp_path / "known_failures.tsv"
    path.write_text("claim\treason\nC02_more\ttoo slow\n", encoding="utf-8")
    assert known_failures(claims, tmp_path) == {"C02_more": "too slow"}
    path.write_text(f"claim\treason\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        known_failures(claims, tmp_path)


def test_there_are_enough_caption_claims():
    assert sum(claim.kind == "caption" for claim in load_claims()) >= 25

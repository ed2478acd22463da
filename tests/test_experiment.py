"""Experiments: what they keep, and one clear line for what they refuse."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketamine_mtor.errors import InputError
from ketamine_mtor.experiment import Bath, Dose, Experiment, parse_drug, parse_ketamine
from tests import small_model

TABLES = small_model.tables()


def _make(**fields) -> Experiment:
    return Experiment(**fields, tables=TABLES)


BATHS = st.one_of(
    st.none(),
    st.floats(0, 1e6),
    st.builds(
        lambda nM, start, length: Bath(nM, start=start, end=start + length),
        st.one_of(st.none(), st.floats(0, 1e6)),
        st.floats(-9, 9),
        st.floats(0.01, 9),
    ),
)
FIELDS = st.fixed_dictionaries(
    {
        "ketamine": st.one_of(
            st.floats(0, 1e3),
            st.lists(
                st.one_of(
                    st.tuples(st.floats(0, 9), st.floats(0, 1e3)),
                    st.tuples(st.floats(0, 9), st.floats(0, 1e3), st.floats(0.01, 600)),
                ),
                max_size=4,
            ),
        ),
        "drugs": st.dictionaries(st.sampled_from(list(TABLES.drugs)), BATHS),
        "knockouts": st.lists(st.sampled_from(list(TABLES.genes))),
        "parameters": st.dictionaries(
            st.sampled_from(["absorption", "receptor_0", "cytosol_volume"]), st.floats(1e-6, 1e6)
        ),
        "hours": st.floats(10, 1000),
        "every": st.floats(4, 1e5),
        "observables": st.one_of(
            st.none(), st.lists(st.sampled_from(list(TABLES.observables)), min_size=1)
        ),
    }
)


@given(FIELDS)
def test_to_dict_gives_the_experiment_back_through_json(fields):
    experiment = _make(**fields)
    again = _make(**json.loads(json.dumps(experiment.to_dict(), allow_nan=False)))
    assert again == experiment and hash(again) == hash(experiment)
    assert again.to_dict() == experiment.to_dict()


def test_in_a_line_it_tells_what_is_not_as_usual():
    assert str(_make(hours=3)) == "Experiment(ketamine=[[0.0, 10.0, 0.0]], hours=3.0)"
    told = str(_make(ketamine=0, hours=3, every=5, knockouts=list(TABLES.genes)[:1]))
    assert told.startswith("Experiment(ketamine=[], knockouts=['") and told.endswith("every=5.0)")


@given(hours=st.floats(0, 99), mgkg=st.floats(0, 99), minutes=st.floats(0, 99))
def test_a_dose_on_the_command_line_is_what_it_says(hours, mgkg, minutes):
    assert parse_ketamine(f"{mgkg!r}@{hours!r}/{minutes!r}") == (hours, mgkg, minutes)
    assert parse_ketamine(f"{mgkg!r}@{hours!r}") == (hours, mgkg, 0)
    assert parse_ketamine(repr(mgkg)) == (0, mgkg, 0)


@given(nM=st.floats(0, 1e6), start=st.floats(-9, 9), length=st.floats(0.1, 9))
def test_a_drug_on_the_command_line_is_what_it_says(nM, start, length):
    end = start + length
    assert parse_drug(f"blocker={nM!r}@{start!r}:{end!r}") == ("blocker", Bath(nM, start, end))
    assert parse_drug(f"blocker@{start!r}") == ("blocker", Bath(None, start))
    assert parse_drug("blocker") == ("blocker", Bath())


def test_the_default_is_ten_mgkg_for_three_days():
    experiment = _make()
    assert experiment.ketamine == (Dose(0, 10, 0),)
    assert (experiment.hours, experiment.every, experiment.variant) == (72, 60, "caption")


def test_a_drug_gets_its_usual_concentration_and_the_pretreatment():
    assert _make(drugs={"blocker": None}).drugs == (("blocker", Bath(500, -0.5, None)),)


def test_order_and_repeats_do_not_matter():
    one = _make(knockouts=["RCPT", "PROT", "RCPT"], drugs={"ligand": 1, "blocker": 2})
    two = _make(knockouts=["PROT", "RCPT"], drugs={"blocker": 2, "ligand": 1})
    assert one == two and hash(one) == hash(two)


WRONG = {
    "dose type": ({"ketamine": "ten"}, "ketamine is 'ten'"),
    "dose below 0": ({"ketamine": -1}, "allowed: a number, 0 or more, up to 10000 mg/kg"),
    "dose nan": ({"ketamine": math.nan}, "a dose of ketamine is nan"),
    "dose bool": ({"ketamine": True}, "a dose of ketamine is True"),
    "dose shape": ({"ketamine": [(1,)]}, "allowed: (hours, mg/kg) or (hours, mg/kg, minutes"),
    "dose late": ({"ketamine": [(9, 1)], "hours": 9}, "comes after the run's end at 9 h"),
    "dose early": ({"ketamine": [(-1, 1)]}, "the time of a dose is -1 h"),
    "infusion": ({"ketamine": [(0, 1, 1e-4)]}, "an infusion of 0.0001 minutes"),
    "drug": ({"drugs": {"bloker": 1}}, "unknown drug 'bloker'; nearest: 'blocker'"),
    "drug below 0": ({"drugs": {"blocker": -1}}, "a concentration is -1 nM"),
    "drug text": ({"drugs": {"blocker": "1"}}, "a concentration is '1'"),
    "drug keys": ({"drugs": {"blocker": {"nm": 1}}}, "nearest: 'nM'; allowed: nM, start, end"),
    "drug late": ({"drugs": {"blocker": Bath(1, 9)}, "hours": 9}, "after the run's end at 9 h"),
    "drug list": ({"drugs": "blocker"}, "allowed: a mapping from names to values"),
    "drug twice": ({"drugs": [("blocker", 1), ("blocker", 2)]}, "is given twice"),
    "gene": ({"knockouts": ["rcpt"]}, "unknown gene 'rcpt'; nearest: 'RCPT'"),
    "genes": ({"knockouts": "RCPT"}, "genes are 'RCPT'; allowed: a list of names"),
    "parameter": ({"parameters": {"absorbtion": 1}}, "nearest: 'absorption'"),
    "parameter of a drug": ({"parameters": {"blocker_nM": 1}}, "is set by --drug blocker"),
    "parameter of a dose": ({"parameters": {"ketamine_dose": 1}}, "is set by --ketamine"),
    "parameter below 0": ({"parameters": {"absorption": -1}}, "parameter 'absorption' is -1 1/s"),
    "parameter inf": ({"parameters": {"absorption": math.inf}}, "is inf 1/s"),
    "no volume": ({"parameters": {"cytosol_volume": 0}}, "allowed: a number, above 0"),
    "variant": ({"variant": "captoin"}, "unknown variant 'captoin'; nearest: 'caption'"),
    "hours": ({"hours": 0}, "hours is 0 h"),
    "hours text": ({"hours": "72"}, "hours is '72'"),
    "every": ({"every": 0}, "every is 0 s; allowed: a number, 0.001 or more s"),
    "points": ({"every": 0.01}, "is 2.59e+07 points; allowed: up to 1000000"),
    "observable": ({"observables": ["protien"]}, "nearest: 'protein'"),
    "no observable": ({"observables": []}, "observables are []; allowed: one or more, or None"),
    "hours beyond floats": ({"hours": 10**400}, "hours is inf h; allowed: a number"),
    "dose beyond floats": ({"ketamine": [(0, -(10**400))]}, "a dose of ketamine is -inf mg/kg"),
}


@pytest.mark.parametrize("fields, said", WRONG.values(), ids=WRONG)
def test_a_wrong_value_is_one_line_that_says_what_is_allowed(fields, said):
    with pytest.raises(InputError) as caught:
        _make(**fields)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "parse, text, said",
    [
        (parse_ketamine, "ten", "'ten' is no number"),
        (parse_ketamine, "10@", "'' in '10@' is no number"),
        (parse_ketamine, "10@1/x", "'x' in '10@1/x' is no number"),
        (parse_drug, "=5", "'=5' is no drug; allowed: NAME"),
        (parse_drug, "blocker=x", "'x' in 'blocker=x' is no number"),
        (parse_drug, "blocker@3:1", "a drug cannot end at 1 h: it starts at 3 h"),
        (parse_drug, "blocker@1e9", "the start of a drug is 1e+09 h"),
    ],
)
def test_a_wrong_word_on_the_command_line(parse, text, said):
    with pytest.raises(InputError) as caught:
        parse(text)
    assert said in str(caught.value)

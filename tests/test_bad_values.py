"""Whatever is given to the API is either taken or refused in one line, before any run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ketamine_mtor as km
from ketamine_mtor import knowledge, run
from ketamine_mtor.claims import loader
from ketamine_mtor.ensembles.run import make_plan
from ketamine_mtor.errors import InputError
from ketamine_mtor.experiment import Experiment, parse_drug, parse_ketamine

pytestmark = pytest.mark.slow

TABLES = knowledge.load()
NAMES = {
    "drug": list(TABLES.drugs),
    "gene": list(TABLES.genes),
    "observable": list(TABLES.observables),
    "parameter": list(TABLES.numbers()),
    "variant": list(TABLES.variants),
}
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=9),
    st.binary(max_size=3),
    *(st.sampled_from(names) for names in NAMES.values()),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.frozensets(SCALARS, max_size=3),
        st.dictionaries(SCALARS, inner, max_size=3),
    ),
    max_leaves=8,
)
NUMBERS = st.one_of(st.floats(), st.integers(-3, 200))
#: Nearly what is right, so that what is within is looked at too.
DOSES = st.lists(st.lists(st.one_of(NUMBERS, SCALARS), max_size=4).map(tuple), max_size=3)
BATHS = st.dictionaries(
    st.sampled_from(NAMES["drug"]),
    st.one_of(
        SCALARS,
        st.dictionaries(
            st.sampled_from(["nM", "start", "end", "stop"]), st.one_of(NUMBERS, SCALARS)
        ),
    ),
    max_size=3,
)
FIELDS = {
    "ketamine": st.one_of(ANYTHING, DOSES),
    "drugs": st.one_of(ANYTHING, BATHS),
    "knockouts": st.one_of(ANYTHING, st.lists(st.sampled_from(NAMES["gene"]))),
    "parameters": st.one_of(
        ANYTHING,
        st.dictionaries(st.sampled_from(NAMES["parameter"]), st.one_of(NUMBERS, SCALARS)),
    ),
    "variant": ANYTHING,
    "hours": st.one_of(ANYTHING, NUMBERS),
    "every": st.one_of(ANYTHING, NUMBERS),
    "observables": st.one_of(ANYTHING, st.lists(st.sampled_from(NAMES["observable"]))),
}


def refused(call: Callable[[], object]) -> str | None:
    """The line with which a call is refused, or None; any other exception passes."""
    try:
        call()
    except InputError as error:
        said = str(error)
        assert said and said == " ".join(said.split()) and len(said.splitlines()) == 1
        return said
    return None


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch):
    """A run takes no time and gives nothing; what comes before it is as it is."""
    monkeypatch.setattr(run, "Record", lambda *_: None)
    monkeypatch.setattr(run, "_run", lambda *_: pytest.fail("something was computed"))
    monkeypatch.setattr("ketamine_mtor.ensembles.run._kernel", lambda _: False)


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_of_an_experiment_is_taken_or_refused(field):
    @given(FIELDS[field])
    def check(value):
        refused(lambda: Experiment(**{field: value}))

    check()


@given(st.fixed_dictionaries({}, optional=FIELDS))
def test_fields_together_are_taken_or_refused(fields):
    refused(lambda: Experiment(**fields))


@given(ANYTHING, ANYTHING, ANYTHING)
def test_a_bath_is_taken_or_refused(nM, start, end):
    refused(lambda: km.Bath(nM, start, end))


@given(st.text())
def test_words_of_the_command_line_are_taken_or_refused(text):
    for parse in (parse_ketamine, parse_drug):
        refused(lambda parse=parse: parse(text))


@given(st.dictionaries(st.text(max_size=5), ANYTHING, min_size=1, max_size=2))
def test_a_keyword_that_there_is_not_is_refused(fields):
    unknown = {f"no_{name}": value for name, value in fields.items()}
    assert "unknown keyword" in refused(lambda: km.simulate(**unknown))


@given(ANYTHING.filter(lambda value: value not in (None, "roadrunner", "copasi", "pysb", "bngsim")))
def test_an_engine_that_there_is_not_is_refused(engine):
    from ketamine_mtor import engines, model_files

    files = model_files.packaged()
    assert "unknown engine" in refused(lambda: engines.open_session(engine, files))


@given(ANYTHING.filter(lambda value: value is not None))
def test_what_is_no_sbml_is_refused(sbml):
    assert "sbml" in refused(lambda: km.simulate(sbml=sbml)).lower()


@given(
    st.one_of(
        ANYTHING,
        st.dictionaries(
            st.sampled_from(["ketamine", *NAMES["drug"], *NAMES["parameter"]]),
            st.one_of(ANYTHING, st.lists(NUMBERS)),
            max_size=2,
        ),
    )
)
def test_what_is_scanned_over_is_taken_or_refused(over):
    """As far as :func:`ketamine_mtor.scan` goes before the first run."""
    from ketamine_mtor import model_files

    files = model_files.packaged()

    def until_the_first_run() -> None:
        experiment = Experiment()
        axes = run._axes(over, experiment)
        run.at_point(experiment, {name: values[0] for name, values in axes.items()}, files)

    refused(until_the_first_run)


SETS = {
    "samples": ANYTHING,
    "seed": st.one_of(ANYTHING, st.integers()).filter(lambda value: value is not None),
    "design": ANYTHING,
    "spread": st.one_of(ANYTHING, NUMBERS),
    "claims": ANYTHING,
    "variant": ANYTHING,
    "chunk": ANYTHING,
}


@pytest.mark.parametrize("field", SETS)
def test_an_ensemble_is_planned_or_refused(field):
    usual = {"samples": 1, "seed": 0, "design": "sobol", "spread": None, "table": None}
    usual |= {"claims": ["C01"], "variant": None, "chunk": None}

    @given(SETS[field])
    def check(value):
        refused(lambda: make_plan(**usual | {field: value}))

    check()


@given(ANYTHING.filter(lambda value: not isinstance(value, str) or not value))
def test_where_an_ensemble_goes_is_refused_unless_it_is_a_path(out):
    assert "out is" in refused(lambda: km.ensemble(out=out))


@given(ANYTHING.filter(lambda value: value is not None))
def test_claims_are_chosen_or_refused(ids):
    refused(lambda: loader.choose(loader.load_claims(), ids))


# Misspelt names


def _misspelt(word: str, place: int, letter: str) -> str:
    place %= len(word)
    return word[:place] + letter + word[place + 1 :]


GIVE = {
    "drug": lambda word: Experiment(drugs={word: None}),
    "gene": lambda word: Experiment(knockouts=[word]),
    "observable": lambda word: Experiment(observables=[word]),
    "parameter": lambda word: Experiment(parameters={word: 1.0}),
    "variant": lambda word: Experiment(variant=word),
}


@pytest.mark.parametrize("kind", NAMES)
def test_one_wrong_letter_and_the_nearest_name_is_said(kind):
    @given(st.sampled_from(NAMES[kind]), st.integers(0, 99), st.sampled_from("xqZ_7é"))
    def check(name, place, letter):
        word = _misspelt(name, place, letter)
        if word in NAMES[kind]:
            return
        said = refused(lambda: GIVE[kind](word))
        assert said.startswith(f"unknown {kind} '{word}'; nearest: '")
        assert said.split("nearest: '")[1].split("'")[0] in NAMES[kind]

    check()


def test_what_is_set_elsewhere_is_a_nearest_name_too():
    said = refused(lambda: Experiment(parameters={"xK801_nM": 1.0}))
    assert said.startswith("unknown parameter 'xK801_nM'; nearest: 'MK801_nM'")

"""The network is the same each time, and the same when it is read back without Perl."""

from __future__ import annotations

import importlib.util
import shutil

import pytest
from pysb import bng

from ketamine_mtor import network
from ketamine_mtor.errors import InputError, MissingExtra
from tests import toy


@pytest.fixture(scope="module")
def generated():
    model = toy.build()
    return model, network.generate(model)


def test_the_text_is_the_same_each_time(generated):
    assert network.generate(toy.build()) == generated[1]


def test_the_text_tells_nothing_of_the_machine(generated):
    assert "Created by" not in generated[1]
    assert "/tmp" not in generated[1]
    assert generated[1].startswith("begin parameters\n")


def test_a_network_read_back_is_the_one_generated(generated):
    model, text = generated
    read = network.load_net(toy.build(), text)
    assert list(map(str, read.species)) == list(map(str, model.species))
    assert [str(each) for each in read.reactions] == [str(each) for each in model.reactions]
    for mine, theirs in zip(read.observables, model.observables, strict=True):
        assert (mine.species, mine.coefficients) == (theirs.species, theirs.coefficients)


def test_it_is_read_as_pysb_reads_it_whole(generated):
    # BioNetGen may write parameters that the rules have not.
    text = generated[1].replace("end parameters", "  999 made_2 2^2  # Constant\nend parameters", 1)
    ours, theirs = toy.build(), toy.build()
    network.load_net(ours, text)
    bng._parse_netfile(theirs, iter(text.splitlines()))
    assert ours._derived_parameters.keys() == ["made_2"]
    for name in ("_derived_parameters", "_derived_expressions"):
        assert list(map(repr, getattr(ours, name))) == list(map(repr, getattr(theirs, name)))
    rates = [[str(each["rate"]) for each in model.reactions] for model in (ours, theirs)]
    assert rates[0] == rates[1]


def test_a_model_may_be_loaded_twice(generated):
    model = network.load_net(toy.build(), generated[1])
    count = len(model.reactions), len(model.observables[0].species)
    network.load_net(model, generated[1])
    assert (len(model.reactions), len(model.observables[0].species)) == count


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("end groups", "", "end groups"),
        ("  # Constant", "", "fit the rules"),
        ("#Ca_leaves", "#Ca_goes", "Ca_goes"),
        ("@cytosol::E()", "@cytosol::F()", "F"),
        ("n_Ca_total  ", "n_other  ", "n_other"),
    ],
)
def test_a_network_of_something_else_is_refused(generated, old, new, named):
    assert old in generated[1]
    model = toy.build()
    with pytest.raises(InputError, match=named):
        network.load_net(model, generated[1].replace(old, new))
    assert not model.reactions


def test_without_bionetgen_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"ketamine-mtor\[build\]"):
        network.generate(toy.build())


def test_without_perl_it_is_named(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(MissingExtra, match="Perl"):
        network.generate(toy.build())

"""The emitter on models of others: PySB's examples, an energy model, a model of two routes."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pysb
import pytest
from pysb.core import SelfExporter
from pysb.simulator import ScipyOdeSimulator

from ketamine_mtor import emit, network
from ketamine_mtor.engines.compiled import compile_sbml

pytestmark = pytest.mark.slow

TIMES = np.linspace(0, 100, 21)
#: Words for the units of numbers that the reactions do not tell.
WORDS = {
    "1": ("one", "dimensionless"),
    "litre": ("litre", "litre"),
    "per second": ("per_second", "second^-1"),
}
#: Example of PySB to the units of its numbers in formulas.
EXAMPLES = {
    "bax_pore": {},
    "bax_pore_sequential": {},
    "earm_1_0": {},
    "explicit": {},
    "expression_observables": {f"c{i}_scaling": "1" for i in range(3)},
    "fixed_initial": {},
    "hello_pysb": {},
    "kinase_cascade": {},
    "michment": {},
    "move_connected": {},
    "robertson": {},
    "schloegl": {},
    "synth_deg": {},
    "tyson_oscillator": {},
}


@pytest.fixture
def example(monkeypatch):
    """An example by its name, with its network."""
    monkeypatch.setattr(SelfExporter, "do_export", True)

    def load(name):
        model = import_module(f"pysb.examples.{name}").model
        network.generate(model)
        return model

    return load


def deviation(model, sbml, times=TIMES):
    """Largest difference between PySB's own run and RoadRunner's, per species' maximum."""
    simulator = ScipyOdeSimulator(
        model,
        times,
        integrator="lsoda",
        compiler="python",
        integrator_options={"rtol": 1e-11, "atol": 1e-9, "mxstep": 100_000},
    )
    theirs = simulator.run().species
    runner = compile_sbml(sbml)
    runner.getIntegrator().setValue("relative_tolerance", 1e-11)
    runner.getIntegrator().setValue("absolute_tolerance", 1e-12)
    runner.timeCourseSelections = emit.species_ids(model)
    ours = np.array(runner.simulate(times=times.tolist()))
    assert np.abs(theirs).max() > 0
    return (np.abs(ours - theirs).max(axis=0) / np.maximum(np.abs(theirs).max(axis=0), 1e-3)).max()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_of_pysb_is_valid_and_the_same_in_roadrunner(example, name):
    model = example(name)
    sbml = emit.write_sbml(model, emit.Units(WORDS, EXAMPLES[name]))
    assert emit.problems(sbml) == []
    assert deviation(model, sbml) < 1e-5


def test_another_model_is_seen_to_differ(example):
    model = example("robertson")
    sbml = emit.write_sbml(model)
    model.parameters["k1"].value *= 1.001
    assert deviation(model, sbml) > 1e-5


def test_a_model_without_compartments_gets_one_and_counts_molecules(example):
    sbml = emit.write_sbml(example("hello_pysb"))
    assert '<compartment id="default_compartment"' in sbml
    assert 'substanceUnits="item"' in sbml


def test_a_number_whose_unit_nobody_says_is_named(example):
    with pytest.raises(emit.EmitError, match="'c0_scaling': nothing says its unit"):
        emit.write_sbml(example("expression_observables"))


def test_a_rate_constant_in_the_wrong_unit_is_named(example):
    units = emit.Units(WORDS, {"kf": "per second"})
    with pytest.raises(emit.EmitError, match="'kf' is in second\\^-1, but its reactions need"):
        emit.write_sbml(example("hello_pysb"), units)


def test_sites_of_the_same_name_are_refused(example):
    with pytest.raises(emit.EmitError, match="sites of the same name"):
        emit.write_sbml(example("localfunc"))


# Energy rules -----------------------------------------------------------------------------------


def energy_model():
    """Two proteins that bind by energy; phosphorylation of one makes the bond looser."""
    model = pysb.Model("energy", _export=False)

    def add(component):
        model.add_component(component)
        return component

    def number(name, value):
        return add(pysb.Parameter(name, value, nonnegative=False, _export=False))

    a = add(pysb.Monomer("A", ["b"], _export=False))
    b = add(pysb.Monomer("B", ["a", "s"], {"s": ["u", "p"]}, _export=False))
    bound, loose = a(b=1) % b(a=1), a(b=1) % b(a=1, s="p")
    add(
        pysb.Rule(
            "binds",
            a(b=None) + b(a=None) | bound,
            number("phi", 0.4),
            number("barrier", 2.0),
            energy=True,
            _export=False,
        )
    )
    add(pysb.EnergyPattern("bond", bound, number("bond_energy", -3.0), _export=False))
    add(pysb.EnergyPattern("looser", loose, number("loss", 1.5), _export=False))
    add(pysb.Rule("on_B", b(s="u") >> b(s="p"), number("kinase", 0.02), _export=False))
    model.add_initial(pysb.Initial(a(b=None), number("A_0", 10), _export=False))
    model.add_initial(pysb.Initial(b(a=None, s="u"), number("B_0", 8), _export=False))
    network.generate(model)
    return model


def test_energy_rules_are_written_with_their_free_energies():
    model = energy_model()
    energies = dict.fromkeys(("phi", "barrier", "bond_energy", "loss"), "1")
    sbml = emit.write_sbml(model, emit.Units(WORDS, energies))
    assert emit.problems(sbml) == []
    assert deviation(model, sbml) < 1e-6
    model.parameters["bond_energy"].value = -2.0
    assert deviation(model, sbml) > 1e-3


# Two rules, one reaction; time ------------------------------------------------------------------


def two_routes(rates=("fast", "slow")):
    """One reaction that two rules make."""
    model = pysb.Model("routes", _export=False)
    a = pysb.Monomer("A", ["s"], {"s": ["u", "p"]}, _export=False)
    model.add_component(a)
    for name, value in (("fast", 0.3), ("slow", 0.05), ("A_0", 9.0)):
        model.add_component(pysb.Parameter(name, value, _export=False))
    for place, rate in enumerate(rates):
        turned = a(s="u") >> a(s="p")
        model.add_component(
            pysb.Rule(f"route_{place}", turned, model.parameters[rate], _export=False)
        )
    model.add_initial(pysb.Initial(a(s="u"), model.parameters["A_0"], _export=False))
    network.generate(model)
    return model


def test_a_reaction_of_two_rules_becomes_one_of_each():
    model = two_routes()
    sbml = emit.write_sbml(model)
    assert emit.rules_in(sbml) == ["route_0", "route_1"]
    assert deviation(model, sbml) < 1e-8


def test_one_of_two_rules_may_make_a_reaction_in_reverse():
    model = two_routes()
    a, fast = model.monomers["A"], model.parameters["fast"]
    back = pysb.Parameter("back", 0.02, _export=False)
    model.add_component(back)
    both = pysb.Rule(
        "both_ways", a(s="p") | a(s="u"), back, model.parameters["slow"], _export=False
    )
    model.rules = pysb.ComponentSet([pysb.Rule("route", a(s="u") >> a(s="p"), fast, _export=False)])
    model.add_component(both)
    network.generate(model)
    sbml = emit.write_sbml(model)
    assert emit.rules_in(sbml) == ["route", "both_ways"]
    assert 'id="both_ways__rev__A"' in sbml
    assert deviation(model, sbml) < 1e-8


def test_two_rules_with_one_constant_for_one_reaction_are_an_error():
    with pytest.raises(emit.EmitError, match="2 rules make this reaction"):
        emit.write_sbml(two_routes(("fast", "fast")))


def ramp_model(name):
    """Something that is made ever faster."""
    model = pysb.Model(name, _export=False)
    a = pysb.Monomer("A", _export=False)
    model.add_component(a)
    for name, value in (("made", 2.0), ("pace", 0.1), ("A_0", 0.0)):
        model.add_component(pysb.Parameter(name, value, _export=False))
    ramp = model.parameters["made"] * model.parameters["pace"] * pysb.time
    model.add_component(pysb.Expression("ramp", ramp, _export=False))
    model.add_component(pysb.Rule("A_made", None >> a(), model.expressions["ramp"], _export=False))
    model.add_initial(pysb.Initial(a(), model.parameters["A_0"], _export=False))
    network.generate(model)
    return model


def test_a_model_with_the_name_of_one_of_its_parts_is_an_error():
    with pytest.raises(emit.EmitError, match="id 'ramp' is needed twice"):
        emit.species_ids(ramp_model("ramp"))


def test_a_rate_may_follow_the_time():
    model = ramp_model("driven")
    units = {"made": "item per second", "pace": "per second"}
    words = WORDS | {"item per second": ("item_per_second", "item litre^-1 second^-1")}
    sbml = emit.write_sbml(model, emit.Units(words, units))
    assert emit.problems(sbml) == []
    runner = compile_sbml(sbml)
    assert runner.simulate(0, 10, 2)[-1, 1] == pytest.approx(10, rel=1e-5)


def test_the_rate_of_a_pair_may_follow_the_time():
    """A multiple of a rate constant that is none."""
    model = ramp_model("pairs")
    a, speed = model.monomers["A"], pysb.Parameter("speed", 0.002, _export=False)
    faster = pysb.Expression("faster", speed * pysb.time, _export=False)
    for part in (speed, faster, pysb.Rule("A_pairs", a() + a() >> None, faster, _export=False)):
        model.add_component(part)
    network.generate(model)
    units = {"made": "item per second", "pace": "per second", "speed": "ever faster"}
    words = WORDS | {
        "item per second": ("item_per_second", "item litre^-1 second^-1"),
        "ever faster": ("ever_faster", "item^-1 litre second^-2"),
    }
    sbml = emit.write_sbml(model, emit.Units(words, units))
    assert emit.problems(sbml) == []
    assert '<assignmentRule variable="faster_x1_2">' in sbml
    ours = compile_sbml(sbml).simulate(0, 100, 11)[-1, 1]
    # Where as much is made as is lost: two of each pair.
    assert ours == pytest.approx(np.sqrt(0.2 / 0.002), rel=0.02)


def test_a_number_is_named_that_hides_in_a_formula(example):
    model = example("bngwiki_simple")
    with pytest.raises(emit.EmitError, match="parameter 'NA': nothing says its unit"):
        emit.write_sbml(model)

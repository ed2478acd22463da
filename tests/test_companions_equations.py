"""The page of equations says what the model computes."""

from __future__ import annotations

import libsbml
import numpy as np
import pytest

from ketamine_mtor import emit
from ketamine_mtor.companions import equations
from ketamine_mtor.engines.compiled import compile_sbml
from ketamine_mtor.errors import InputError
from ketamine_mtor.rules import build_model, homes
from tests.companions_kit import NAMES, SECONDS_PER_HOUR

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("companions")]


def tables(page):
    """The cells of each row of each table, by its header's cells."""
    found = {}
    for line in page.splitlines():
        if not line.startswith("| "):
            header = None
            continue
        cells = [cell.strip().replace("`", "") for cell in line.strip("|").split(" | ")]
        if header is None:
            header = tuple(cells)
        elif cells[0] != "---":
            found.setdefault(header, []).append(cells)
    return found


def wrong(page, runner):
    """What the page says otherwise than the running model does."""
    model = runner.model
    every = [*model.getFloatingSpeciesIds(), *model.getBoundarySpeciesIds()]
    values = {name: runner.getValue(f"[{name}]") for name in every}
    for name in (*model.getGlobalParameterIds(), *model.getCompartmentIds()):
        values[name] = runner.getValue(name)
    read = tables(page)
    faults, seen = [], set()

    def compare(name, formula, value):
        seen.add(name)
        found = eval(
            formula.replace("^", "**"), {"exp": np.exp, "log": np.log, "ln": np.log}, values
        )
        size = 1e-9 * abs(value) + 1e-12
        if abs(found - value) > size:
            faults.append(name)

    rates = dict(zip(model.getReactionIds(), model.getReactionRates(), strict=True))
    rows = read["v", "rule", "reaction", "rate (nmol/s)"]
    for (name, _, _, law), value in zip(rows, rates.values(), strict=True):
        compare(name, law, value)
        values[name] = value
    for header in (("parameter", "formula"), ("observable", "formula")):
        for name, formula in read[header]:
            compare(name, formula, values[name])
    speed = dict(
        zip(
            model.getFloatingSpeciesIds(), model.getFloatingSpeciesConcentrationRates(), strict=True
        )
    )
    for name, _, _, change in read["species", "in the rules", "start", "change"]:
        if name in speed:
            compare(name, change, speed[name])
        elif change != "held":
            faults.append(name)
    return faults + sorted({*speed, *NAMES} - seen)


def test_the_page_has_the_equations_of_the_model(companion_texts, packaged_sbml):
    runner = compile_sbml(packaged_sbml)
    runner.simulate(0, 2 * SECONDS_PER_HOUR, 3)
    page = companion_texts["docs/equations.md"]
    assert wrong(page, runner) == []
    assert wrong(
        page.replace("| `blood * ketamine_elimination", "| `2 * blood * ketamine_elimination"),
        runner,
    ) == ["v5"]
    assert wrong(page.replace("`(v3 - v4 ", "`(v3 + v4 "), runner) == ["Ketamine_extracellular"]


def test_a_law_that_calls_a_function_is_written_out(packaged_sbml, companion_texts):
    document = libsbml.readSBMLFromString(packaged_sbml)
    model = document.getModel()
    function = model.createFunctionDefinition()
    function.setId("first_order")
    function.setMath(libsbml.parseL3Formula("lambda(c, k, a, c * k * a)"))
    law = model.getReaction("ketamine_eliminated__Ketamine_blood").getKineticLaw()
    call = "first_order(blood, ketamine_elimination, Ketamine_blood)"
    law.setMath(libsbml.parseL3Formula(call))
    text = libsbml.writeSBMLToString(document)
    assert emit.problems(text) == []
    assert equations.write(text, homes()) == companion_texts["docs/equations.md"]


def test_an_sbml_of_other_rules_has_no_page(packaged_sbml):
    known = homes()
    del known["ketamine_absorbed"]
    with pytest.raises(InputError, match="ketamine_absorbed"):
        equations.write(packaged_sbml, known)


def test_every_rule_has_a_home_in_a_module():
    found = homes()
    assert {rule.name for rule in build_model().rules} <= found.keys()
    assert found["ketamine_absorbed"] == "ketamine"

"""The file with doses doses as the package does."""

from __future__ import annotations

import pytest

from ketamine_mtor import emit
from ketamine_mtor.companions import dosing
from ketamine_mtor.errors import InputError
from tests.companions_kit import NEAR, apart, by_copasi, by_package, by_roadrunner

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("companions")]


def test_the_file_with_doses_is_valid_with_strict_units(companion_texts):
    text = companion_texts["sbml/ketamine_mtor_dosing.xml"]
    assert emit.problems(text) == []
    unit = f'id="{dosing.AMOUNT}" name="{dosing.AMOUNT}" value="10" units="'
    assert text.count(f"{unit}mg_per_kg") == 1
    assert emit.problems(text.replace(f"{unit}mg_per_kg", f"{unit}second"))


SCHEDULES = [
    ({}, [(0, 10), (24, 10), (48, 10)]),
    ({"ketamine_dose": 0, dosing.COUNT: 1, dosing.START: 7200, dosing.AMOUNT: 30}, [(2, 30)]),
    ({"ketamine_dose": 0, dosing.COUNT: 1, dosing.START: 0}, [(0, 10)]),
    (
        {dosing.COUNT: 4, dosing.START: 5400, dosing.INTERVAL: 4200},
        [(0, 10), *((1.5 + k * 7 / 6, 10) for k in range(4))],
    ),
]


@pytest.mark.parametrize(("settings", "doses"), SCHEDULES)
def test_doses_by_events_are_those_of_the_package(companion_texts, settings, doses):
    text, theirs = companion_texts["sbml/ketamine_mtor_dosing.xml"], by_package(doses)
    assert apart(by_roadrunner(text, doses, **settings), theirs) < NEAR
    assert apart(by_copasi(text, **settings), theirs) < NEAR


def test_other_doses_are_told_apart(companion_texts, tenfold_dose):
    ours = by_roadrunner(companion_texts["sbml/ketamine_mtor_dosing.xml"], [(24, 10), (48, 10)])
    assert apart(ours, tenfold_dose) > NEAR


def test_without_further_doses_it_is_the_model_itself(companion_texts, packaged_sbml):
    ours = by_roadrunner(companion_texts["sbml/ketamine_mtor_dosing.xml"], **{dosing.COUNT: 0})
    assert apart(ours, by_roadrunner(packaged_sbml)) < 1e-9


def test_a_model_without_a_depot_has_no_doses(packaged_sbml):
    with pytest.raises(InputError, match="depot"):
        dosing.write(
            packaged_sbml.replace('symbol="Ketamine"', 'symbol="Ketamine_blood"').replace(
                "<ci> ketamine_depot_0 </ci>", "<ci> ketamine_dose </ci>"
            )
        )

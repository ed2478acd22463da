"""What keeps a rule from getting another rate constant than the one that it asked for."""

from __future__ import annotations

import pytest

from ketamine_mtor.rules.caption import Caption, Pool, UnknownParameter


@pytest.fixture
def caption() -> Caption:
    values = {"cytosol_size": 0.5, "membrane_size": 0.05, "rate": 2.0, "kinase_0": 10.0}
    caption = Caption("rules", values, {"kinase_0": 10.0})
    caption.compartment("cytosol", None, 3, "cytosol_size")
    caption.compartment("membrane", "cytosol", 2, "membrane_size")
    return caption


def test_one_name_is_one_formula(caption):
    made = caption.share("rate", Pool("kinase_0", "cytosol"))
    assert caption.share("rate", Pool("kinase_0", "cytosol")) is made
    with pytest.raises(ValueError, match="constant 'rate_rate' is already rate"):
        caption.share("rate", Pool("kinase_0", "cytosol", target="membrane", agent="membrane"))


def test_of_tells_pools_apart(caption):
    one = caption.share("rate", Pool("kinase_0", "cytosol"))
    two = caption.share("rate", Pool("kinase_0", "cytosol", agent="membrane"), of="membrane")
    assert (one.name, two.name) == ("rate_rate", "membrane_rate_rate")
    assert float(one.get_value()) == pytest.approx(0.2)
    assert float(two.get_value()) == pytest.approx(0.02)


def test_a_parameter_that_no_table_has(caption):
    with pytest.raises(UnknownParameter, match="no table has a parameter 'rat'"):
        caption.value("rat")

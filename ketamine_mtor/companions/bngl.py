"""The rules in BioNetGen's language, with what brings the animal to rest and gives the dose."""

from __future__ import annotations

import pysb
from pysb.export import export
from pysb.generator.bng import format_complexpattern

from ketamine_mtor.engines.session import RELATIVE, REST_S
from ketamine_mtor.errors import InputError
from ketamine_mtor.knowledge import DEPOT_SEED

#: An absolute tolerance in nmol, and a run of 72 hours every 5 minutes (s).
_ABSOLUTE, _RUN_S, _STEP_S = 1e-12, 72 * 3600, 300
_ODE = f'method=>"ode",rtol=>{RELATIVE:g},atol=>{_ABSOLUTE:g}'
_ACTIONS = """
# Without the dose until the animal is at rest; then the dose, and {hours:g} hours.
begin actions
  generate_network({{overwrite=>1}})
  setConcentration("{depot}",0)
  simulate({{{ode},suffix=>"rest",t_end=>{rest:g},n_steps=>1}})
  setConcentration("{depot}","{amount}")
  simulate({{{ode},suffix=>"dose",t_end=>{end:g},n_steps=>{steps},print_functions=>1}})
end actions
"""


def write(model: pysb.Model) -> str:
    """The model in BNGL; ``BNG2.pl`` on the file makes the network and runs the dose.

    PySB's own writer gives the rules. Species there start at their seeds, not at rest, so that
    actions let them rest first. Amounts are in nmol, time is in seconds.

    Raises
    ------
    InputError
        For a model without a depot that a dose fills.
    """
    amount = f"n_{DEPOT_SEED}"
    seeded = [each.pattern for each in model.initials if each.value.name == amount]
    if len(seeded) != 1:
        raise InputError(f"the model has no species that starts at {amount}")
    actions = _ACTIONS.format(
        depot=format_complexpattern(seeded[0]),
        amount=amount,
        ode=_ODE,
        rest=REST_S[-1],
        hours=_RUN_S / 3600,
        end=_RUN_S,
        steps=_RUN_S // _STEP_S,
    )
    return export(model, "bngl").rstrip() + "\n" + actions

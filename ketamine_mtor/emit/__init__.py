"""A PySB model with its network, written as SBML; and what is asked of, or done to, such SBML."""

from ketamine_mtor.emit.annotate import About, Annotations, from_tables
from ketamine_mtor.emit.edit import SWITCH, rules_in, with_switches, without_rules
from ketamine_mtor.emit.error import EmitError
from ketamine_mtor.emit.names import home, pattern, species_ids
from ketamine_mtor.emit.quantities import unit_names, units_in
from ketamine_mtor.emit.sbml import REVERSE, seeds, write_sbml
from ketamine_mtor.emit.units import Units
from ketamine_mtor.emit.validate import problems
from ketamine_mtor.knowledge import KEEPS_SIZES

__all__ = [
    "KEEPS_SIZES",
    "REVERSE",
    "SWITCH",
    "About",
    "Annotations",
    "EmitError",
    "Units",
    "from_tables",
    "home",
    "pattern",
    "problems",
    "rules_in",
    "seeds",
    "species_ids",
    "unit_names",
    "units_in",
    "with_switches",
    "without_rules",
    "write_sbml",
]

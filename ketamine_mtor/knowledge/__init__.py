"""Every number of the model, and what each name in it means, as tab separated tables."""

from ketamine_mtor.knowledge.tables import (
    DEFAULT_VARIANT,
    DEPOT_SEED,
    KEEPS_SIZES,
    PACKAGED,
    WILDTYPE,
    TableError,
    Tables,
    forget,
    load,
    steady_state_file,
)

__all__ = [
    "DEFAULT_VARIANT",
    "DEPOT_SEED",
    "KEEPS_SIZES",
    "PACKAGED",
    "WILDTYPE",
    "TableError",
    "Tables",
    "forget",
    "load",
    "steady_state_file",
]

"""Every number of the model, and what each name in it means, as tab separated tables."""

from ketamine_mtor.knowledge.tables import DEPOT_SEED, PACKAGED, TableError, Tables, load

__all__ = ["DEPOT_SEED", "PACKAGED", "TableError", "Tables", "load"]

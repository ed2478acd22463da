"""Maps of a PySB model in SBGN Process Description: SBGN-ML files, and pictures of them."""

from ketamine_mtor.sbgn.content import Map, Naming
from ketamine_mtor.sbgn.from_pysb import network_map, rule_map
from ketamine_mtor.sbgn.layout import Layout, arrange
from ketamine_mtor.sbgn.picture import to_svg
from ketamine_mtor.sbgn.write import to_sbgn

__all__ = ["Layout", "Map", "Naming", "arrange", "network_map", "rule_map", "to_sbgn", "to_svg"]

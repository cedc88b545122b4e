"""The rules of the org room, one module per subject."""

from salesrules.org.rules.hierarchy import Hierarchy, TreeFaults, find_tree_faults
from salesrules.org.rules.rollup import RollUp

__all__ = ["Hierarchy", "RollUp", "TreeFaults", "find_tree_faults"]

"""Who stands where: units, positions, people, duties, bodies, staffing and authority, as of a date.

>>> from salesrules.org import Hierarchy
>>> Hierarchy.from_parents({"ann": None, "bob": "ann", "cy": "bob"}).chain("cy")
('bob', 'ann')
"""

from salesrules.org.rules import Hierarchy, RollUp, TreeFaults, find_tree_faults

__all__ = ["Hierarchy", "RollUp", "TreeFaults", "find_tree_faults"]

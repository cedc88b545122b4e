"""Every room's policy in one dated, versioned document: sections, lookup by id, what holds on a day, what changed.

>>> from salesrules.rulebook import Rulebook, diff
>>> diff(Rulebook(name="Sample"), Rulebook(name="Sample"))
()
"""

from salesrules.rulebook.canonical import canonical_form, content_hash
from salesrules.rulebook.changes import Change, diff
from salesrules.rulebook.checking import check, check_section
from salesrules.rulebook.entries import Entry, Standing, standing_on, walk_entries
from salesrules.rulebook.lives import life_findings
from salesrules.rulebook.model import Rulebook, RulebookView
from salesrules.rulebook.sections import HOUSE, RESERVED, PolicyCheck, Section, SectionRegistry

__all__ = [
    "HOUSE",
    "RESERVED",
    "Change",
    "Entry",
    "PolicyCheck",
    "Rulebook",
    "RulebookView",
    "Section",
    "SectionRegistry",
    "Standing",
    "canonical_form",
    "check",
    "check_section",
    "content_hash",
    "diff",
    "life_findings",
    "standing_on",
    "walk_entries",
]

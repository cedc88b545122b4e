"""Which policy a section of a rulebook holds: a registry of names, loaded when a section is first needed."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Mapping
from typing import Any, Self

import attrs

from salesrules.core import Fault, InvalidValue, Parameters, UnknownName, as_parameters

__all__ = ["HOUSE", "RESERVED", "PolicyCheck", "Section", "SectionRegistry"]

#: A room's check of the faults that lie between fields; its paths are relative to the section.
PolicyCheck = Callable[[Any], tuple[Fault, ...]]

#: Keys of the document itself, after which no section can be named.
RESERVED = frozenset({"rulebook", "$schema"})


@attrs.frozen(kw_only=True)
class Section:
    """Where a section's policy class comes from, and its check.

    `policy` is the class, or `"package.module:Class"` to import it only when a document has the section. `check` is
    a function, or none: then the `check_policy` of the module that `policy` names, where it has one.
    """

    policy: type | str
    check: PolicyCheck | None = None

    def load(self) -> tuple[type, PolicyCheck | None]:
        """The policy class and its check; raises `InvalidValue` where the class cannot be imported."""
        if isinstance(self.policy, type):
            return self.policy, self.check
        module_name, _, class_name = self.policy.partition(":")
        try:
            module = importlib.import_module(module_name)
            found = getattr(module, class_name)
        except (ImportError, AttributeError, ValueError) as error:
            raise InvalidValue("policy", self.policy, f"give an importable 'package.module:Class' ({error})") from error
        if not isinstance(found, type):
            raise InvalidValue("policy", self.policy, "give the name of a class")
        return found, self.check or getattr(module, "check_policy", None)


def _as_sections(sections: Mapping[str, Section | type | str]) -> Parameters:
    return as_parameters(
        {name: given if isinstance(given, Section) else Section(policy=given) for name, given in sections.items()}
    )


@attrs.frozen(kw_only=True)
class SectionRegistry:
    """The sections that a rulebook may have, by name; immutable, so that two programs cannot disturb each other.

    >>> HOUSE.with_section("bonus", int).names[-1]
    'bonus'
    """

    sections: Mapping[str, Section] = attrs.field(converter=_as_sections)

    def __attrs_post_init__(self) -> None:
        for name in self.sections:
            if name in RESERVED or not name.isidentifier():
                raise InvalidValue("sections", name, "name a section with letters, digits and underscores only")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all sections, in the order in which they were given."""
        return tuple(self.sections)

    def load(self, name: str) -> tuple[type, PolicyCheck | None]:
        """The policy class and the check of a section; raises `UnknownName` with the nearest known names."""
        if name not in self.sections:
            raise UnknownName("section", name, tuple(difflib.get_close_matches(str(name), self.sections)))
        return self.sections[name].load()

    def with_section(self, name: str, policy: type | str, check: PolicyCheck | None = None) -> Self:
        """A registry that has one more section, or another class for a known one."""
        return attrs.evolve(self, sections={**self.sections, name: Section(policy=policy, check=check)})


#: The rooms of this house that have a policy.
HOUSE = SectionRegistry(
    sections={
        "org": "salesrules.org:OrgPolicy",
        "approvals": "salesrules.approvals:ApprovalPolicy",
        "customers": "salesrules.customers:CustomerPolicy",
        "service": "salesrules.service:ServicePolicy",
        "leads": "salesrules.leads:LeadPolicy",
        "invitations": "salesrules.invitations:InvitationPolicy",
        "pricing": "salesrules.pricing:PricingPolicy",
        "contracts": "salesrules.contracts:ContractPolicy",
        "credit": "salesrules.credit:CreditPolicy",
        "expenses": "salesrules.expenses:ExpensePolicy",
        "quotas": "salesrules.quotas:QuotaPolicy",
        "commissions": "salesrules.commissions:CommissionPolicy",
    }
)

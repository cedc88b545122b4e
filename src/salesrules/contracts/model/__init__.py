"""Nouns: contracts as plain data, change notices, what was performed."""

from salesrules.contracts.model.documents import (
    ChangeNotice,
    Contract,
    ContractLine,
    Obligation,
    ObligationKind,
    Party,
    PartyRole,
    PaymentTerms,
    TemplateReference,
)
from salesrules.contracts.model.results import ContractFacts, ObligationStanding, Performance, Standing

__all__ = [
    "ChangeNotice",
    "Contract",
    "ContractFacts",
    "ContractLine",
    "Obligation",
    "ObligationKind",
    "ObligationStanding",
    "Party",
    "PartyRole",
    "PaymentTerms",
    "Performance",
    "Standing",
    "TemplateReference",
]

"""Contracts: what we promise, who may sign it, and whether it is performed.

>>> from salesrules.contracts import Contract, build_contract_workflow
>>> Contract(id="C-7", version=2).reference
'C-7/2'
>>> build_contract_workflow().commands_in("under_review")
('approve', 'return', 'withdraw', 'revise')
"""

from salesrules.contracts.model import (
    ChangeNotice,
    Contract,
    ContractFacts,
    ContractLine,
    Obligation,
    ObligationKind,
    ObligationStanding,
    Party,
    PartyRole,
    PaymentTerms,
    Performance,
    Standing,
    TemplateReference,
)
from salesrules.contracts.policy import (
    ContractPolicy,
    DayKind,
    DayLimit,
    LateRule,
    PaymentRule,
    RenewalRule,
    RequiredTerms,
    TemplateRule,
    Term,
    check_policy,
)
from salesrules.contracts.reasons import REASONS
from salesrules.contracts.rules import (
    CountsDays,
    calculate_due_day,
    calculate_standings,
    calculate_total,
    check_change,
    check_deadlines,
    check_performance,
    check_renewal,
    find_changes,
    is_material,
    make_request,
    replace_contract,
    review,
)
from salesrules.contracts.workflow import WORKFLOWS, build_contract_workflow

__all__ = [
    "REASONS",
    "WORKFLOWS",
    "ChangeNotice",
    "Contract",
    "ContractFacts",
    "ContractLine",
    "ContractPolicy",
    "CountsDays",
    "DayKind",
    "DayLimit",
    "LateRule",
    "Obligation",
    "ObligationKind",
    "ObligationStanding",
    "Party",
    "PartyRole",
    "PaymentRule",
    "PaymentTerms",
    "Performance",
    "RenewalRule",
    "RequiredTerms",
    "Standing",
    "TemplateReference",
    "TemplateRule",
    "Term",
    "build_contract_workflow",
    "calculate_due_day",
    "calculate_standings",
    "calculate_total",
    "check_change",
    "check_deadlines",
    "check_performance",
    "check_policy",
    "check_renewal",
    "find_changes",
    "is_material",
    "make_request",
    "replace_contract",
    "review",
]

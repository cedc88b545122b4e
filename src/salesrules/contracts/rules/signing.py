"""Who must approve a contract and who may sign it: the matrix, with parts of one matter added up, and authority."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import attrs

from salesrules.approvals import (
    ApprovalPolicy,
    ApprovalRequest,
    Directory,
    Route,
    find_evidence_faults,
    request_of,
    route,
)
from salesrules.contracts import reasons as codes
from salesrules.contracts.model import Contract, PartyRole
from salesrules.contracts.policy import ContractPolicy
from salesrules.contracts.rules.lines import calculate_total
from salesrules.core import (
    ALLOW,
    ApprovalEvidence,
    Decision,
    ExchangeRates,
    InvalidValue,
    Outcome,
    Parameters,
    Reason,
    check_identifier,
    decide,
)
from salesrules.org import Act, Limit, OrgPolicy, check_authority, find_limits, is_well_within, is_within_limits

__all__ = ["check_approval", "find_signatory_fault", "make_request"]

_NOTHING = Decimal(0)
#: A member that is looked up through its class takes as long as a call.
_BUYER, _DENIED = PartyRole.BUYER, Outcome.DENY


def make_request(contract: Contract, policy: ContractPolicy, day: datetime) -> ApprovalRequest:
    """The request by which the approval of a contract is asked for, named by its reference.

    A version that replaces another asks for the act of change. The attribute `template` is the template's id. Raises
    `InvalidValue` for an id or an owner that no request can have.
    """
    check_identifier("id", contract.reference)
    if not contract.owner.strip():
        raise InvalidValue("requester", contract.owner, "name it")
    return _request_of(contract, contract.reference, policy, day.date())


def _request_of(contract: Contract, reference: str, policy: ContractPolicy, day: date) -> ApprovalRequest:
    """The request of a contract whose reference and owner were checked."""
    buyer, attributes = contract.party(_BUYER), contract.attributes
    if contract.template is not None and "template" not in attributes:
        attributes = Parameters(attributes, template=contract.template.id)
    amount = contract.total if contract.total is not None else calculate_total(contract, policy)
    return request_of(
        reference,
        policy.sign_act if contract.replaces is None else policy.change_act,
        contract.owner,
        contract.dated or day,
        amount=None if amount is not None and amount.amount < _NOTHING else amount,
        unit=contract.unit,
        party=None if buyer is None else buyer.id,
        matter=contract.matter or None,
        attributes=attributes,
    )


def check_approval(
    contract: Contract,
    policy: ContractPolicy,
    approvals: ApprovalPolicy,
    directory: Directory | None,
    *,
    as_of: datetime,
    related: Sequence[Contract],
    rates: ExchangeRates | None,
    evidence: Sequence[ApprovalEvidence],
    path: str,
) -> tuple[Decision, Route | None]:
    """What the approval of a contract comes to, with its route: nothing needed, given by evidence, or still to ask for.

    `related` are other contracts that stand; their requests add up with this one as the rule says. Evidence that
    covers the contract but does not carry it is a finding. Where the owner or an id is missing there is no route; that
    they are missing is found elsewhere.
    """
    request = _ask(contract, policy, as_of)
    if request is None:
        return ALLOW, None
    others = _ask_all(related, contract.id, policy, as_of) if related else ()
    found = route(request, approvals, directory, as_of=as_of, related=others, rates=rates)
    if not evidence or found.decision.outcome is not Outcome.REFER:
        return _at(found.decision, path), found
    return _judge(evidence, request, found, contract, as_of=as_of, path=path), found


def _judge(
    evidence: Sequence[ApprovalEvidence],
    request: ApprovalRequest,
    found: Route,
    contract: Contract,
    *,
    as_of: datetime,
    path: str,
) -> Decision:
    """What evidence for a contract makes of a referral: one that carries it is a yes, else what is wrong with each."""
    faults: list[Reason] = []
    for one in evidence:
        if not one.covers(request.act, request.subject):
            continue
        against = list(
            find_evidence_faults(
                one,
                act=request.act,
                subject=request.subject,
                interested=request.barred,
                as_of=as_of,
                amount=found.amount,
            )
        )
        if not against:
            return decide([codes.APPROVED(contract=contract.reference, approver=one.approver, path=path)])
        faults += against
    return decide(faults) if faults else _at(found.decision, path)


def find_signatory_fault(
    contract: Contract,
    directory: Directory,
    found: Route | None,
    policy: ContractPolicy,
    evidence: Sequence[ApprovalEvidence],
    *,
    as_of: datetime,
    path: str,
) -> Reason | None:
    """Why whoever is to sign may not: neither authority for an act of this size, nor among those who approved it.

    The size is the amount that counts, with the parts of the matter added up. Where there is no route it is unknown;
    the faults of the route come first.
    """
    person = contract.signatory.strip()
    if not person or directory.policy is None or found is None or found.decision.outcome is _DENIED:
        return None
    if evidence and _has_approved(person, contract.reference, evidence):
        return None
    limits = _own_limits(person, policy.sign_act, contract.unit, directory, directory.policy)
    for limit in limits:
        if is_well_within(found.amount, limit):
            return None
    act = Act(kind=policy.sign_act, amount=found.amount, unit=contract.unit)
    if is_within_limits(act, limits, directory.policy):
        return None
    structure, lent = directory.structure, directory.delegations
    if lent and structure.knows_person(person):
        said = check_authority(person, act, structure, directory.policy, lent, as_of=as_of)
        if said.is_allowed:
            return None
    return codes.SIGNATORY_WITHOUT_AUTHORITY(person=person, act=act.kind, path=f"{path}.signatory")


def _has_approved(person: str, subject: str, evidence: Sequence[ApprovalEvidence]) -> bool:
    return any(one.subject == subject and person in one.approvers for one in evidence)


def _own_limits(person: str, act: str, unit: str | None, directory: Directory, policy: OrgPolicy) -> tuple[Limit, ...]:
    """What a person may sign by their own positions; it does not change in one structure, so it is sought once."""
    key = ("own limits", person, act, unit)
    known: tuple[Limit, ...] | None = directory.recall(key, policy)
    if known is None:
        known = find_limits(person, act, unit, directory.structure, policy)
        directory.remember(key, policy, known)
    return known


def _ask(contract: Contract, policy: ContractPolicy, as_of: datetime) -> ApprovalRequest | None:
    """The request of a contract, `None` where no approval can name it: without an owner, or an id that no database
    would take.
    """
    if not contract.owner.strip():
        return None
    reference = contract.reference
    try:
        check_identifier("id", reference)
    except ValueError:
        return None
    return _request_of(contract, reference, policy, as_of.date())


def _ask_all(
    contracts: Sequence[Contract], but: str, policy: ContractPolicy, as_of: datetime
) -> tuple[ApprovalRequest, ...]:
    asked = (_ask(contract, policy, as_of) for contract in contracts if contract.id != but)
    return tuple(request for request in asked if request is not None)


def _at(decision: Decision, path: str) -> Decision:
    """The decision with its reasons at the contract: a request's own fields stand in the document under these names."""
    for reason in decision.reasons:
        if reason.path:
            break
    else:
        return decision
    renamed = {"party": "parties", "amount": "total", "requester": "owner", "act": ""}
    reasons = [
        attrs.evolve(reason, path=f"{path}.{renamed.get(reason.path, reason.path)}".rstrip("."))
        if reason.path
        else reason
        for reason in decision.reasons
    ]
    return attrs.evolve(decision, reasons=reasons)

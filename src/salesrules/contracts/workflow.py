"""The life of a contract: reviewed, approved, signed, filed, performed; changed, disputed, ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from salesrules.approvals import find_evidence_faults
from salesrules.contracts import reasons as codes
from salesrules.contracts.model import ContractFacts, Standing
from salesrules.contracts.policy import ContractPolicy
from salesrules.contracts.rules import calculate_standings, find_misfits, is_material
from salesrules.core import Choice, Decision, Reason, StateKind, Transition, WorkflowState, WorkflowTable, decide

__all__ = ["WORKFLOWS", "build_contract_workflow"]

#: The states in which a change notice may come.
_CHANGEABLE = ("approved", "signed", "filed", "performing")


def build_contract_workflow() -> WorkflowTable:
    """The life of a contract: draft, under review, approved, signed, filed, performing, completed or terminated.

    Roles: `owner` submits, hands over, changes and withdraws, `reviewer` approves and returns, `signatory` signs,
    `finance` files, `manager` completes, disputes, settles and terminates. A contract is submitted only when its review
    found nothing but approvals to ask for, approved when it still passes and evidence carries it, signed and filed when
    its document says so, and completed when nothing is owed. A change is the next version of the contract; one that is
    material goes under review again. Guards take `ContractFacts`, the whole `ContractPolicy` and an instant.

    >>> build_contract_workflow().commands_in("signed")
    ('file', 'change', 'terminate')
    """
    changes = [
        Transition(
            sources=[state], command="change", target=state, role="owner", guard=is_small_change, choice=Choice.ORDERED
        )
        for state in _CHANGEABLE
    ]
    return WorkflowTable(
        id="contract",
        states=[
            WorkflowState(id="draft", kind=StateKind.INITIAL),
            WorkflowState(id="under_review", kind=StateKind.PENDING),
            *(WorkflowState(id=id) for id in (*_CHANGEABLE, "disputed")),
            *(WorkflowState(id=id, kind=StateKind.FINAL) for id in ("completed", "terminated", "withdrawn")),
        ],
        transitions=[
            Transition(sources=["draft"], command="submit", target="under_review", role="owner", guard=is_reviewed),
            Transition(
                sources=["under_review"], command="approve", target="approved", role="reviewer", guard=is_approved
            ),
            Transition(sources=["under_review"], command="return", target="draft", role="reviewer"),
            Transition(sources=["approved"], command="sign", target="signed", role="signatory", guard=is_signed),
            Transition(sources=["signed"], command="file", target="filed", role="finance", guard=is_filed),
            Transition(sources=["filed"], command="begin", target="performing", role="owner"),
            *changes,
            Transition(
                sources=_CHANGEABLE,
                command="change",
                target="under_review",
                role="owner",
                guard=is_change,
                choice=Choice.ORDERED,
            ),
            Transition(
                sources=["performing"], command="complete", target="completed", role="manager", guard=is_performed
            ),
            Transition(sources=["performing"], command="dispute", target="disputed", role="manager"),
            Transition(sources=["disputed"], command="settle", target="performing", role="manager"),
            Transition(
                sources=["signed", "filed", "performing", "disputed"],
                command="terminate",
                target="terminated",
                role="manager",
            ),
            Transition(
                sources=["draft", "under_review", "approved"], command="withdraw", target="withdrawn", role="owner"
            ),
        ],
    )


#: The workflows of this room by name, each built as it is without a policy.
WORKFLOWS: Mapping[str, Callable[[], WorkflowTable]] = MappingProxyType({"contract": build_contract_workflow})


def is_reviewed(facts: ContractFacts, policy: ContractPolicy, as_of: datetime) -> Decision:
    """Whether the review found nothing but approvals to ask for."""
    found = [] if facts.review_passed else [codes.REVIEW_NOT_PASSED(contract=facts.contract.reference)]
    return decide(found)


def is_approved(facts: ContractFacts, policy: ContractPolicy, as_of: datetime) -> Decision:
    """Whether the contract still passes its review, which knows what adds up with it, and evidence carries it.

    Nobody's evidence is asked for where nobody need approve it.
    """
    passed = is_reviewed(facts, policy, as_of)
    if not facts.needs_approval:
        return passed
    contract = facts.contract
    act = policy.sign_act if contract.replaces is None else policy.change_act
    faults = find_evidence_faults(
        facts.evidence,
        act=act,
        subject=contract.reference,
        interested=[contract.owner],
        as_of=as_of,
        amount=contract.total,
    )
    return decide([*passed.reasons, *faults])


def is_signed(facts: ContractFacts, policy: ContractPolicy, as_of: datetime) -> Decision:
    """Whether the document says who signed it and when, not later than now."""
    return decide(_days(facts, "signed", as_of))


def is_filed(facts: ContractFacts, policy: ContractPolicy, as_of: datetime) -> Decision:
    """Whether the document says when it was filed, not later than now."""
    return decide(_days(facts, "filed", as_of))


def _days(facts: ContractFacts, field: str, as_of: datetime) -> list[Reason]:
    contract = facts.contract
    day = contract.signed if field == "signed" else contract.filed
    path = f"contract.{field}"
    if day is None:
        return [codes.TERM_MISSING(term=field, path=path)]
    if day > as_of.date():
        return [codes.DAY_IN_FUTURE(field=field, day=day, as_of=as_of.date(), path=path)]
    if field == "signed" and not contract.signatory.strip():
        return [codes.TERM_MISSING(term="signatory", path="contract.signatory")]
    return []


def is_change(facts: ContractFacts, policy: ContractPolicy, as_of: datetime) -> Decision:
    """Whether the changed version is there, and follows the one in force."""
    if facts.changed is None:
        return decide([codes.CHANGE_NOT_GIVEN(contract=facts.contract.reference)])
    return decide(find_misfits(facts.changed, facts.contract, "changed"))


def is_small_change(facts: ContractFacts, policy: ContractPolicy, as_of: datetime) -> bool:
    """Whether there is a next version that differs in nothing material."""
    changed = facts.changed
    if changed is None or any(find_misfits(changed, facts.contract, "changed")):
        return False
    return not is_material(facts.contract, changed, policy)


def is_performed(facts: ContractFacts, policy: ContractPolicy, as_of: datetime) -> Decision:
    """Whether nothing is owed any more."""
    standings = calculate_standings(facts.contract, facts.performances, policy, as_of.date())
    owed = tuple(one.obligation.id for one in standings if one.standing is not Standing.FULFILLED)
    return decide([codes.OBLIGATIONS_OPEN(contract=facts.contract.reference, obligations=owed)] if owed else [])

"""The review of a contract: every finding at once, each with its path in the document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from salesrules.approvals import ApprovalPolicy, Directory
from salesrules.contracts import reasons as codes
from salesrules.contracts.model import Contract
from salesrules.contracts.policy import ContractPolicy
from salesrules.contracts.rules.agreement import check_prices, find_quotation_differences
from salesrules.contracts.rules.signing import check_approval, find_signatory_fault
from salesrules.contracts.rules.terms import find_term_faults, policy_on
from salesrules.core import (
    ALLOW,
    ApprovalEvidence,
    Decision,
    ExchangeRates,
    InvalidValue,
    Money,
    Outcome,
    PolicyReference,
    Reason,
    combine_decisions,
    decide,
    decision_of,
)
from salesrules.pricing import Authority, PricingPolicy, Quotation

__all__ = ["review"]


def review(
    contract: Contract,
    policy: ContractPolicy,
    *,
    as_of: datetime,
    pricing: PricingPolicy | None = None,
    quotation: Quotation | None = None,
    authority: Authority | None = None,
    approvals: ApprovalPolicy | None = None,
    directory: Directory | None = None,
    related: Sequence[Contract] = (),
    rates: ExchangeRates | None = None,
    evidence: Iterable[ApprovalEvidence] = (),
    credit: Decision | None = None,
    path: str = "contract",
) -> Decision:
    """Whether a contract may be signed, with every finding at its path in the document.

    It is asked whether the required terms are there and agree with each other; with `pricing`, whether prices and the
    `quotation` are allowed (`authority` is what the owner may give away); with `approvals`, who must approve it, the
    `related` contracts of the same party, matter and day added; with a `directory`, whether the signatory may sign.
    `credit` is the credit desk's decision, needed from so many days of payment on as the policy says. `evidence` of
    approvals turns a referral into a yes.

    The outcome is deny for any error, refer where only approvals are missing (`approvals` names by whom), allow or
    warn otherwise. `headroom` is what the total could still grow by without another band of the matrix.

    Raises `InvalidValue` for an instant without a time zone.

    >>> from datetime import UTC, date
    >>> from salesrules.core import DateRange, PolicyLife, Rounding
    >>> from salesrules.contracts import RequiredTerms
    >>> always = DateRange(date(2026, 1, 1))
    >>> policy = ContractPolicy(
    ...     life=PolicyLife(status="in_force", scope="all", owner="legal", approver="head", effective=always),
    ...     rounding=Rounding(digits=2, mode="half_up"),
    ...     required=[RequiredTerms(id="all", effective=always, terms=["total", "signatory"])],
    ...     material_fields=["total"],
    ... )
    >>> found = review(Contract(id="C-1"), policy, as_of=datetime(2026, 6, 1, tzinfo=UTC))
    >>> [(reason.path, reason.parameters["term"]) for reason in found.reasons]
    [('contract.total', 'total'), ('contract.signatory', 'signatory')]
    """
    if as_of.tzinfo is None:
        raise InvalidValue("as_of", as_of, "give an instant with its time zone")
    day, given = as_of.date(), tuple(evidence)
    life = policy_on(policy, day).life
    if life is not ALLOW and not life.is_allowed:
        return life
    reasons = [*life.reasons, *find_term_faults(contract, policy, day, path)]
    decisions: list[Decision] = []
    if contract.quotation is not None:
        reasons += find_quotation_differences(contract, quotation, path)
    if pricing is not None:
        decisions += check_prices(
            contract, pricing, quotation, as_of=day, authority=authority, evidence=given, path=path
        )  # fmt: skip
    approval = ALLOW
    if approvals is not None:
        approval, found = check_approval(
            contract, policy, approvals, directory,
            as_of=as_of, related=related, rates=rates, evidence=given, path=path,
        )  # fmt: skip
        decisions.append(approval)
        if directory is not None:
            fault = find_signatory_fault(contract, directory, found, policy, given, as_of=as_of, path=path)
            if fault is not None:
                decisions.append(decide([fault]))
    if credit is not None:
        decisions.append(credit)
    elif policy.credit_from_days is not None:
        reasons += _missing_credit(contract, policy.credit_from_days, path)
    if not reasons and len(decisions) == 1 and decisions[0] is approval:
        return approval  # as it is, since it says all that there is
    return _join([decide(reasons), *decisions], approval.headroom)


def _join(decisions: list[Decision], headroom: object) -> Decision:
    """All decisions in one; what the total could still grow by is said where nothing is denied."""
    decision = combine_decisions(decisions)
    if not isinstance(headroom, Money) or decision.outcome is Outcome.DENY:
        return decision
    return decision_of(decision.outcome, decision.reasons, decision.changes_at, headroom, decision.approvals)


def _missing_credit(contract: Contract, threshold: int, path: str) -> Iterator[Reason]:
    terms = contract.payment
    if terms is not None and terms.days is not None and terms.days >= threshold:
        where = PolicyReference("ContractPolicy", "", "credit_from_days")
        yield codes.CREDIT_MISSING(days=terms.days, threshold=threshold, path=f"{path}.payment.days", policy=where)

"""The review of a contract: every finding at once, each with its path in the document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from salesrules.approvals import ApprovalPolicy, Directory
from salesrules.contracts import reasons as codes
from salesrules.contracts.model import Contract
from salesrules.contracts.policy import ContractPolicy
from salesrules.contracts.rules.agreement import check_prices, find_quotation_differences
from salesrules.contracts.rules.signing import check_approval, check_signatory
from salesrules.contracts.rules.terms import find_term_faults
from salesrules.core import (
    ApprovalEvidence,
    Decision,
    ExchangeRates,
    InvalidValue,
    Money,
    Outcome,
    PolicyReference,
    Reason,
    decide,
    decide_in_force,
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
    headroom: list[Money | None] = []
    given = tuple(evidence)

    def findings() -> Iterator[Reason | Decision]:
        day = as_of.date()
        yield from find_term_faults(contract, policy, day, path)
        yield from find_quotation_differences(contract, quotation, path)
        if pricing is not None:
            yield from check_prices(
                contract, pricing, quotation, as_of=day, authority=authority, evidence=given, path=path
            )
        if approvals is not None:
            decision, found = check_approval(
                contract, policy, approvals, directory,
                as_of=as_of, related=related, rates=rates, evidence=given, path=path,
            )  # fmt: skip
            headroom.append(decision.headroom if isinstance(decision.headroom, Money) else None)
            yield decision
            if directory is not None:
                yield decide(check_signatory(contract, directory, found, policy, given, as_of=as_of, path=path))
        yield from _credit(contract, policy, credit, path)

    decision = decide_in_force(policy.life, as_of.date(), "ContractPolicy", findings())
    room = next(iter(headroom), None)
    if room is None or decision.outcome is Outcome.DENY:
        return decision
    return decision_of(decision.outcome, decision.reasons, decision.changes_at, room, decision.approvals)


def _credit(
    contract: Contract, policy: ContractPolicy, credit: Decision | None, path: str
) -> Iterator[Reason | Decision]:
    if credit is not None:
        yield credit
        return
    threshold, terms = policy.credit_from_days, contract.payment
    if threshold is not None and terms is not None and terms.days is not None and terms.days >= threshold:
        where = PolicyReference("ContractPolicy", "", "credit_from_days")
        yield codes.CREDIT_MISSING(days=terms.days, threshold=threshold, path=f"{path}.payment.days", policy=where)

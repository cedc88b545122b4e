"""Claims as they are stored: saved while in draft, submitted with their budget held, reviewed, paid or given back."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import attrs

from salesrules.approvals import Route
from salesrules.core import (
    AggregateStore,
    ApprovalEvidence,
    Decision,
    ExchangeRates,
    LedgerBatch,
    LedgerStore,
    decide,
    describe_purpose,
    start_case,
)
from salesrules.expenses import reasons as codes
from salesrules.expenses.model import BudgetCharge, BudgetLine, Claim, ClaimFile, ClaimLine, Sanction
from salesrules.expenses.policy import ExpensePolicy
from salesrules.expenses.rules import (
    NO_RATES,
    CountsWorkingDays,
    assess_claim,
    calculate_charges,
    check_claim,
    demand,
    find_asked,
)
from salesrules.expenses.service.reading import load_book, usage_of_charges
from salesrules.expenses.service.spending import commit_budget, release_budget, reservations, reserve_for, voidings
from salesrules.expenses.workflow import advance_claim, build_claim_workflow

__all__ = ["review_claim", "save_claim", "submit_claim"]

# Every command asks for the table of the same policy.
_table_of = functools.lru_cache(maxsize=16)(build_claim_workflow)


def save_claim(
    claim: Claim, *, claims: AggregateStore[ClaimFile], policy: ExpensePolicy, as_of: datetime, actor: str
) -> Decision:
    """Store a claim as a draft, or change the stored draft; denied while it is pending, and once it is closed."""
    table = _table_of(policy.reviews)
    stored = claims.find(claim.id)
    owner = claim.claimant if stored is None else stored.value.claim.claimant
    if actor != owner or claim.claimant != owner:
        return decide([codes.NOT_CLAIMANT(actor=actor, claim=claim.id, path="actor")])
    if stored is None:
        case = start_case(table, as_of=as_of, actor=actor)
        claims.put(claim.id, ClaimFile(claim=claim, case=case), 0)
        return decide([])
    decision, file = advance_claim(
        table, stored.value, "edit", actor=actor, roles=("claimant",), policy=policy, as_of=as_of
    )
    if decision.is_allowed:
        claims.put(claim.id, attrs.evolve(file, claim=claim), stored.version)
    return decision


def submit_claim(
    claim: str,
    *,
    key: str,
    actor: str,
    claims: AggregateStore[ClaimFile],
    budgets: AggregateStore[BudgetLine],
    ledger: LedgerStore,
    policy: ExpensePolicy,
    as_of: datetime,
    rates: ExchangeRates = NO_RATES,
    history: Iterable[Claim] = (),
    working_time: CountsWorkingDays | None = None,
    routes: Iterable[Route] = (),
) -> Decision:
    """Submit a stored draft: checked with every finding at once, and its budget held until it is paid or given back.

    The decision is that of `check_claim`, or of the claim's table; where it refers, the claim is submitted, and what
    the `routes` ask for is kept: it is paid only with evidence of it. Raises `MissingAggregate`, and `InvalidValue` for
    a route of something else.
    """
    stored, day, given, found = claims.get(claim), as_of.date(), tuple(history), tuple(routes)
    file = attrs.evolve(stored.value, claim=attrs.evolve(stored.value.claim, submitted_on=day))
    named = [line.budget for line in file.claim.lines if line.budget is not None]
    book = load_book(named, budgets) if policy.budgets is not None and named else None
    usage = {}
    if book is not None:
        every = [BudgetCharge(line=line.budget or "", day=line.day, amount=line.amount) for line in _real(file.claim)]
        usage = usage_of_charges(every, book, ledger, demand(policy.budgets, "budgets"))
    finding = check_claim(
        file.claim,
        policy,
        day,
        rates=rates,
        history=given,
        book=book,
        usage=usage,
        working_time=working_time,
        routes=found,
    )
    decision, after = advance_claim(
        _table_of(policy.reviews),
        file,
        "submit",
        actor=actor,
        roles=("claimant",),
        policy=policy,
        as_of=as_of,
        finding=finding,
    )
    if not decision.is_allowed:
        return decision
    lines = assess_claim(file.claim, policy, rates=rates, history=given)
    charges = calculate_charges(lines, file.claim) if book is not None else ()
    if charges:
        # Two claims may charge the same, and so may one that is submitted anew: the key is of one submission.
        turn = len(file.case.history)
        purpose = describe_purpose("submit_claim", claim=claim, turn=turn, charges=charges)
        held = reserve_for(purpose, charges, key=key, budgets=budgets, ledger=ledger, policy=policy, as_of=as_of)
        if not held.is_allowed:
            return held
    reserved, asked = key if charges else "", find_asked(file.claim, policy, found, rates=rates)
    claims.put(claim, attrs.evolve(after, lines=lines, sanctions=(), reserved=reserved, asked=asked), stored.version)
    return finding


def _real(claim: Claim) -> list[ClaimLine]:
    """The lines that can be charged at all: to a budget, with an amount above zero."""
    return [line for line in claim.lines if line.budget is not None and line.amount.amount > 0]


def review_claim(
    claim: str,
    command: str,
    *,
    key: str,
    actor: str,
    roles: Collection[str],
    claims: AggregateStore[ClaimFile],
    budgets: AggregateStore[BudgetLine],
    ledger: LedgerStore,
    policy: ExpensePolicy,
    as_of: datetime,
    sanctions: Sequence[Sanction] = (),
    reason: str | None = None,
    gives_up: bool = False,
    evidence: Iterable[ApprovalEvidence] = (),
) -> Decision:
    """Give a stored claim any command of its table but `submit` and `edit`: a review, a revision, a payment.

    What the claim's budgets hold follows: an approval that sanctions another amount changes it (denied where a budget
    has no room for more), payment spends it, and whatever leads back or ends without payment gives it up. Payment needs
    `evidence` of what the approval matrix asked for. Raises `MissingAggregate`.
    """
    stored = claims.get(claim)
    before = stored.value
    decision, file = advance_claim(
        _table_of(policy.reviews),
        before,
        command,
        actor=actor,
        roles=roles,
        policy=policy,
        as_of=as_of,
        sanctions=sanctions,
        reason=reason,
        gives_up=gives_up,
        evidence=evidence,
    )
    if not decision.is_allowed:
        return decision
    # The file is saved before the ledger is asked: who has not seen its latest version hears that, and asks again.
    if file.case.state in ("draft", "rejected", "refused", "withdrawn"):
        claims.put(claim, attrs.evolve(file, reserved=""), stored.version)
        if before.reserved:
            release_budget(before.reserved, key=key, ledger=ledger, as_of=as_of).require()
    elif file.case.state == "paid":
        claims.put(claim, attrs.evolve(file, reserved="", posted=key if before.reserved else ""), stored.version)
        if before.reserved:
            commit_budget(before.reserved, key=key, ledger=ledger, as_of=as_of).require()
    elif file.granted == before.granted:
        claims.put(claim, file, stored.version)
    else:
        held, file = _hold_anew(file, key, budgets, ledger, policy, as_of)
        claims.put(claim, file if held.is_allowed else before, stored.version)
        if not held.is_allowed:
            return held
    return decision


def _hold_anew(
    file: ClaimFile,
    key: str,
    budgets: AggregateStore[BudgetLine],
    ledger: LedgerStore,
    policy: ExpensePolicy,
    as_of: datetime,
) -> tuple[Decision, ClaimFile]:
    """Hold what is granted now instead of what was held, in one step."""
    days, granted = {line.id: line.day for line in file.claim.lines}, file.granted
    charges = [
        BudgetCharge(line=line.budget, day=days[line.line], amount=granted[line.line])
        for line in file.lines
        if line.budget is not None and granted[line.line].amount > 0
    ]
    commands = list(voidings(ledger, file.reserved, key, as_of)) if file.reserved else []
    if policy.budgets is not None:
        book = load_book((charge.line for charge in charges), budgets)
        commands += reservations(charges, book, policy.budgets, key, as_of)
    if not commands:
        return decide([]), file
    turn = len(file.case.history)
    purpose = describe_purpose("review_claim", claim=file.claim.id, turn=turn, charges=charges)
    written = ledger.execute(LedgerBatch(key=key, at=as_of, commands=commands, purpose=purpose))
    return written, attrs.evolve(file, reserved=key if charges else "")

"""Exposure on the ledger: orders reserve, invoices commit, what is closed releases, what is paid settles.

Every function runs in a unit of work of the caller, changes nothing where it denies, and repeats nothing where its key
comes again. A customer's account on the ledger bears what the rules on the limit allow; a released order may go beyond,
and then nothing more passes until enough is settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

from salesrules.core import (
    AggregateStore,
    ChangeLimit,
    CurrencyMismatch,
    Decision,
    InvalidValue,
    LedgerAmount,
    LedgerBatch,
    LedgerCommand,
    LedgerStore,
    LimitLowering,
    Money,
    OpenAccount,
    Post,
    PostReservation,
    Refund,
    Remainder,
    Reservation,
    Reserve,
    RoundingMode,
    UnknownName,
    Versioned,
    VoidReservation,
    decide,
    describe_purpose,
    find_replay,
    round_exactly,
)
from salesrules.credit import reasons as codes
from salesrules.credit.model import CreditLimit, CreditRelease, CreditRequest, CreditStanding, OrderCredit
from salesrules.credit.policy import CreditPolicy
from salesrules.credit.rules import calculate_ceiling, check_credit

__all__ = ["commit_credit", "credit_account", "release_credit", "reserve_credit", "set_credit_limit", "settle_credit"]


def credit_account(customer: str) -> str:
    """The id of a customer's account on the ledger."""
    return f"credit:{customer}"


def set_credit_limit(
    limit: CreditLimit, grade: str, policy: CreditPolicy, *, ledger: LedgerStore, as_of: datetime, key: str
) -> Decision:
    """Open a customer's account on the ledger, or give it another limit: the most that the rules on the limit bear.

    The rules are those of the day. A limit below what is lent already holds, and blocks further orders. Raises
    `CurrencyMismatch` for a limit in another currency than the policy's, and `IdempotencyConflict` where the key came
    with another limit or grade, or for another act.
    """
    if limit.amount.currency != policy.currency:
        raise CurrencyMismatch(limit.amount.currency, policy.currency)
    purpose = describe_purpose("set_credit_limit", limit=limit, grade=grade)
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None:
        return replayed
    account, digits = credit_account(limit.customer), _digits(policy)
    ceiling = calculate_ceiling(limit, grade, policy, as_of.date())
    most = None if ceiling is None else max(ceiling, Money.zero(policy.currency))
    command: LedgerCommand
    try:
        ledger.account(account)
        command = ChangeLimit(key=f"{key}:limit", at=as_of, account=account, limit=most)
    except UnknownName:
        command = OpenAccount(
            key=f"{key}:open",
            at=as_of,
            account=account,
            unit=policy.currency,
            digits=digits,
            limit=most,
            lowering=LimitLowering.BLOCK,
        )
    return ledger.execute(LedgerBatch(key=key, at=as_of, commands=[command], purpose=purpose))


def reserve_credit(
    request: CreditRequest,
    standing: CreditStanding,
    policy: CreditPolicy,
    *,
    orders: AggregateStore[OrderCredit],
    ledger: LedgerStore,
    as_of: datetime,
    key: str,
    release: CreditRelease | None = None,
) -> Decision:
    """Check an order and lend what it asks for; the exposure is the ledger's, all else that of the standing.

    An order that holds something already, since it is changed, gives it back at once. A prepaid order passes and holds
    nothing. Amounts are rounded up to the ledger's last digit. The same key again gives what the ledger recorded.

    Raises `UnknownName` where the customer has no account on the ledger yet (`set_credit_limit` opens it),
    `IdempotencyConflict` where the key came with another request or release, and what `check_credit` raises.
    """
    if request.is_prepaid:
        return check_credit(request, standing, policy, as_of.date())
    account, amount = credit_account(request.customer), _up(request.amount, policy)
    purpose = describe_purpose("reserve_credit", request=request, release=release)
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None:
        return replayed
    found = orders.find(request.order)
    held = _remaining(ledger, found)
    balance = ledger.balance(account)
    own = {} if held is None else {request.order: _money(held.remaining)}
    now = attrs.evolve(standing, exposure=_money(balance.used), by_order=own)
    decision = check_credit(request, now, policy, as_of.date(), release=release)
    if not decision.is_allowed or not amount:
        return decision
    commands: list[LedgerCommand] = []
    if held is not None:
        commands.append(VoidReservation(key=f"{key}:void", at=as_of, reservation=held.id))
    commands.append(Reserve(key=f"{key}:reserve", at=as_of, account=account, amount=amount))
    if any(reason.code == codes.RELEASED.code for reason in decision.reasons):
        commands = _beyond(commands, account, balance.limit, as_of, key)
    recorded = ledger.execute(LedgerBatch(key=key, at=as_of, commands=commands, purpose=purpose))
    if not recorded.is_allowed:
        return recorded
    before = found.value if found else OrderCredit(order=request.order, customer=request.customer)
    _put(orders, found, attrs.evolve(before, reservation=f"{key}:reserve"))
    return decision


def commit_credit(
    order: str,
    invoice: str,
    amount: Money,
    *,
    orders: AggregateStore[OrderCredit],
    ledger: LedgerStore,
    as_of: datetime,
    key: str,
    is_last: bool = False,
) -> Decision:
    """Turn what an order reserved into an open item; what is billed beyond it is lent as well, limit or not.

    An invoice releases at most what its order holds; with `is_last` the rest is released too. Denied for an order that
    reserved nothing and for an invoice that was committed before. Raises `InvalidValue` for an amount of zero or less,
    `CurrencyMismatch` for one in another currency, and `IdempotencyConflict` where the key came with anything else.
    """
    _above_zero(amount)
    purpose = describe_purpose("commit_credit", order=order, invoice=invoice, amount=amount, is_last=is_last)
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None:
        return replayed
    found = orders.find(order)
    if found is None:
        return decide([codes.UNKNOWN_ORDER(order=order, path="order")])
    if invoice in found.value.billed:
        return decide([codes.INVOICE_BILLED(order=order, invoice=invoice, path="invoice")])
    account, held = credit_account(found.value.customer), _remaining(ledger, found)
    covered = Money.zero(amount.currency) if held is None else min(amount, _money(held.remaining))
    commands: list[LedgerCommand] = []
    postings: list[str] = []
    if held is not None and covered:
        remainder = Remainder.RELEASE if is_last else Remainder.KEEP
        posting = PostReservation(
            key=f"{key}:billed", at=as_of, reservation=held.id, amount=covered, remainder=remainder
        )
        commands.append(posting)
        postings.append(posting.key)
    beyond = amount - covered
    if beyond:
        commands.append(Post(key=f"{key}:beyond", at=as_of, account=account, amount=beyond))
        postings.append(f"{key}:beyond")
        commands = _beyond(commands, account, ledger.account(account).limit, as_of, key)
    decision = ledger.execute(LedgerBatch(key=key, at=as_of, commands=commands, purpose=purpose))
    if decision.is_allowed:
        is_closed = held is None or is_last or covered == held.remaining
        _put(
            orders,
            found,
            attrs.evolve(
                found.value,
                reservation=None if is_closed else found.value.reservation,
                billed={**found.value.billed, invoice: tuple(postings)},
            ),
        )
    return decision


def release_credit(
    order: str, *, orders: AggregateStore[OrderCredit], ledger: LedgerStore, as_of: datetime, key: str
) -> Decision:
    """Give back what an order still holds, since it was closed or cancelled; what was billed stays lent.

    Denied where it holds nothing. To reopen the order, `reserve_credit` checks it again. Raises `IdempotencyConflict`
    where the key came with another order or for another act.
    """
    purpose = describe_purpose("release_credit", order=order)
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None:
        return replayed
    found = orders.find(order)
    held = _remaining(ledger, found)
    if found is None or held is None:
        return decide([codes.ORDER_NOT_HELD(order=order, path="order")])
    _put(orders, found, attrs.evolve(found.value, reservation=None))
    voiding = VoidReservation(key=f"{key}:void", at=as_of, reservation=held.id)
    return ledger.execute(LedgerBatch(key=key, at=as_of, commands=[voiding], purpose=purpose))


def settle_credit(
    order: str,
    invoice: str,
    amount: Money,
    *,
    orders: AggregateStore[OrderCredit],
    ledger: LedgerStore,
    as_of: datetime,
    key: str,
) -> Decision:
    """Take back what an invoice lends, since it was paid or credited, all of it or a part.

    Denied for an invoice that was not committed and for more than is open of it. Raises as `commit_credit` does.
    """
    _above_zero(amount)
    purpose = describe_purpose("settle_credit", order=order, invoice=invoice, amount=amount)
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None:
        return replayed
    found = orders.find(order)
    if found is None or invoice not in found.value.billed:
        return decide([codes.UNKNOWN_ORDER(order=order, path="order")])
    rest, commands = amount, list[LedgerCommand]()
    for number, posting in enumerate(found.value.billed[invoice]):
        part = min(rest, _money(ledger.posting(posting).refundable))
        if part:
            commands.append(Refund(key=f"{key}:{number}", at=as_of, posting=posting, amount=part))
            rest -= part
    if rest:
        over = codes.OVER_SETTLED(order=order, invoice=invoice, amount=amount, open_amount=amount - rest, path="amount")
        return decide([over])
    return ledger.execute(LedgerBatch(key=key, at=as_of, commands=commands, purpose=purpose))


def _above_zero(amount: Money) -> None:
    if amount.amount <= 0:
        raise InvalidValue("amount", amount, "give more than zero; release_credit gives back what an order holds")


def _digits(policy: CreditPolicy) -> int:
    return max(policy.rounding.digits, 0)


def _up(amount: Money, policy: CreditPolicy) -> Money:
    return amount.with_amount(round_exactly(amount.amount, _digits(policy), RoundingMode.CEILING))


def _money(amount: LedgerAmount) -> Money:
    assert isinstance(amount, Money)  # for the type checker: credit accounts are in a currency
    return amount


def _remaining(ledger: LedgerStore, found: Versioned[OrderCredit] | None) -> Reservation | None:
    """The open reservation of an order, `None` where it has none."""
    if found is None or found.value.reservation is None:
        return None
    reservation = ledger.reservation(found.value.reservation)
    return reservation if reservation.is_open else None


def _beyond(
    commands: Sequence[LedgerCommand], account: str, limit: LedgerAmount | None, as_of: datetime, key: str
) -> list[LedgerCommand]:
    """The commands without the limit, which then holds again and blocks whatever comes next."""
    lifted = ChangeLimit(key=f"{key}:lift", at=as_of, account=account, limit=None)
    return [lifted, *commands, ChangeLimit(key=f"{key}:restore", at=as_of, account=account, limit=limit)]


def _put(orders: AggregateStore[OrderCredit], found: Versioned[OrderCredit] | None, value: OrderCredit) -> None:
    orders.put(value.order, value, found.version if found else 0)

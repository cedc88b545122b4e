"""Reserve, commit, release, refund: charges on the ledger, at their line and everything above it, all or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import attrs

from salesrules.core import (
    AggregateStore,
    Decision,
    InvalidValue,
    LedgerBatch,
    LedgerCommand,
    LedgerStore,
    Money,
    Outcome,
    PostReservation,
    Refund,
    Remainder,
    Reserve,
    VoidReservation,
    decide,
    describe_purpose,
    find_replay,
)
from salesrules.expenses import reasons as codes
from salesrules.expenses.model import BudgetBook, BudgetCharge, BudgetLine
from salesrules.expenses.policy import BudgetPolicy, ExpensePolicy
from salesrules.expenses.rules import check_charges, demand, find_gates
from salesrules.expenses.service.reading import batch_of, load_book, usage_of_charges

__all__ = [
    "cancel_actual",
    "commit_budget",
    "refund_budget",
    "release_budget",
    "reservations",
    "reserve_budget",
    "reserve_for",
    "voidings",
]


def reserve_budget(
    charges: Sequence[BudgetCharge],
    *,
    key: str,
    budgets: AggregateStore[BudgetLine],
    ledger: LedgerStore,
    policy: ExpensePolicy,
    as_of: datetime,
) -> Decision:
    """Commit budget for charges: all of them, at their lines and every line above, or none.

    The decision is that of `check_charges`; whoever reserves at the same time is kept within the limits by the ledger.
    The key names what is held, for `commit_budget` and `release_budget`; sent again with the same charges it gives what
    the ledger decided first, and holds nothing twice. A charge that does not fit leaves its key free, unless somebody
    else took the room in that moment: what the ledger itself denied stays denied under its key. Raises
    `IdempotencyConflict` where the key came with other charges, `InvalidValue` for no charge.
    """
    purpose = describe_purpose("reserve_budget", charges=charges)
    return reserve_for(purpose, charges, key=key, budgets=budgets, ledger=ledger, policy=policy, as_of=as_of)


def reserve_for(
    purpose: str,
    charges: Sequence[BudgetCharge],
    *,
    key: str,
    budgets: AggregateStore[BudgetLine],
    ledger: LedgerStore,
    policy: ExpensePolicy,
    as_of: datetime,
) -> Decision:
    """As `reserve_budget`, for a purpose that says more than the charges: which claim they are of, say."""
    rules = demand(policy.budgets, "budgets")
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None:
        return replayed
    book = load_book((charge.line for charge in charges), budgets)
    decision = check_charges(charges, book, usage_of_charges(charges, book, ledger, rules), policy, as_of.date())
    if not decision.is_allowed:
        return decision
    commands = reservations(charges, book, rules, key, as_of)
    written = ledger.execute(LedgerBatch(key=key, at=as_of, commands=commands, purpose=purpose))
    return decision if written.is_allowed else _told(charges, book, ledger, policy, as_of, written)


def _told(
    charges: Sequence[BudgetCharge],
    book: BudgetBook,
    ledger: LedgerStore,
    policy: ExpensePolicy,
    as_of: datetime,
    written: Decision,
) -> Decision:
    """Why the ledger refused what fitted a moment before, in the words of the room where they say it too."""
    usage = usage_of_charges(charges, book, ledger, demand(policy.budgets, "budgets"))
    again = check_charges(charges, book, usage, policy, as_of.date())
    return written if again.is_allowed else again


def reservations(
    charges: Iterable[BudgetCharge], book: BudgetBook, policy: BudgetPolicy, key: str, at: datetime
) -> Iterator[LedgerCommand]:
    """The commands that hold charges: at each line, whose tree counts those above, and at each controlled month.

    The account of a month stands under those of later months, so the charge's own month is enough. Accounts come in
    the order of their ids, so that two who want the same ones wait for each other in one order.
    """
    wanted = []
    for place, charge in enumerate(charges):
        seen: set[str] = set()
        for gate in find_gates(book, charge.line, charge.day, policy):
            if gate.through is None:
                if gate.line.id == charge.line:
                    wanted.append((gate.account, place, charge.amount))
            elif gate.line.id not in seen:
                seen.add(gate.line.id)
                wanted.append((gate.account, place, charge.amount))
    for account, place, amount in sorted(wanted, key=lambda one: one[:2]):
        yield Reserve(key=f"{key}:{place}:{account}", at=at, account=account, amount=amount)


def commit_budget(
    reserved: str, *, key: str, ledger: LedgerStore, as_of: datetime, amounts: Sequence[Money] | None = None
) -> Decision:
    """Turn what is held under a key into actual spending: all of it, or `amounts`, one per charge in their order.

    The rest is released, so that an actual is never counted beside the commitment that it came from; an amount of
    nothing releases its charge. Denied for more than is held. Raises `UnknownName` where nothing was held under the
    key, `InvalidValue` for another number of amounts.
    """
    held = [command for command in batch_of(ledger, reserved).commands if isinstance(command, Reserve)]
    places = {_place(command.key, reserved) for command in held}
    if amounts is not None and len(amounts) != len(places):
        raise InvalidValue("amounts", len(amounts), f"give {len(places)}, one per charge")
    commands: list[LedgerCommand] = []
    for command in held:
        place, own = _place(command.key, reserved), f"{key}:{command.key[len(reserved) + 1 :]}"
        if amounts is None:
            commands.append(PostReservation(key=own, at=as_of, reservation=command.key))
        elif amounts[place].amount:
            commands.append(
                PostReservation(
                    key=own, at=as_of, reservation=command.key, amount=amounts[place], remainder=Remainder.RELEASE
                )
            )
        else:
            commands.append(VoidReservation(key=own, at=as_of, reservation=command.key))
    return ledger.execute(LedgerBatch(key=key, at=as_of, commands=commands))


def release_budget(reserved: str, *, key: str, ledger: LedgerStore, as_of: datetime) -> Decision:
    """Give up what is held under a key; raises `UnknownName` where nothing was held."""
    return ledger.execute(LedgerBatch(key=key, at=as_of, commands=voidings(ledger, reserved, key, as_of)))


def voidings(ledger: LedgerStore, reserved: str, key: str, at: datetime) -> tuple[LedgerCommand, ...]:
    """The commands that give up what is held under a key."""
    return tuple(
        VoidReservation(key=f"{key}:-{command.key[len(reserved) + 1 :]}", at=at, reservation=command.key)
        for command in batch_of(ledger, reserved).commands
        if isinstance(command, Reserve)
    )


def refund_budget(
    committed: str, *, key: str, ledger: LedgerStore, as_of: datetime, amounts: Sequence[Money] | None = None
) -> Decision:
    """Take back actual spending: all that is left of it, or `amounts`, one per charge in their order.

    No budget stands in the way, were it closed or overdrawn. `committed` is the key of `commit_budget`. Denied for more
    than was spent. Raises `UnknownName` where nothing was spent under that key, `InvalidValue` for another number of
    amounts, or where nothing is left to take back, `IdempotencyConflict` where the key came with others.
    """
    purpose = describe_purpose("refund_budget", committed=committed, amounts=amounts)
    replayed = find_replay(ledger, key, purpose)
    if replayed is not None:
        return replayed
    posted = [one for one in batch_of(ledger, committed).commands if isinstance(one, PostReservation)]
    places = sorted({_place(one.key, committed) for one in posted})
    if amounts is not None and len(amounts) != len(places):
        raise InvalidValue("amounts", len(amounts), f"give {len(places)}, one per charge that was spent")
    commands = []
    for one in posted:
        left = ledger.posting(one.key).refundable
        amount = left if amounts is None else amounts[places.index(_place(one.key, committed))]
        if amount:
            own = f"{key}:{one.key[len(committed) + 1 :]}"
            commands.append(Refund(key=own, at=as_of, posting=one.key, amount=amount))
    return ledger.execute(LedgerBatch(key=key, at=as_of, commands=commands, purpose=purpose))


def cancel_actual(committed: str, *, key: str, ledger: LedgerStore, as_of: datetime) -> Decision:
    """Take back actual spending in full, and hold again what was held before it, under `<key>:commitment`.

    The money always comes back; where the budget no longer has the room for the commitment, the decision warns.
    Raises as `refund_budget` does.
    """
    posted = [one for one in batch_of(ledger, committed).commands if isinstance(one, PostReservation)]
    taken = refund_budget(committed, key=key, ledger=ledger, as_of=as_of)  # allowed, since it asks for what is left
    again = f"{key}:commitment"
    before = [(one.key[len(committed) + 1 :], ledger.reservation(one.reservation)) for one in posted]
    commands = [
        Reserve(key=f"{again}:{suffix}", at=as_of, account=held.account, amount=held.reserved)
        for suffix, held in before
    ]
    written = ledger.execute(LedgerBatch(key=again, at=as_of, commands=commands))
    if written.is_allowed:
        return taken
    lost = [
        codes.COMMITMENT_NOT_RESTORED(line=held.account, amount=held.reserved, path=f"commands[{place}]")
        for place, (_, held) in enumerate(before)
    ]
    return attrs.evolve(decide([*taken.reasons, *lost]), outcome=Outcome.WARN)


def _place(key: str, prefix: str) -> int:
    """Which charge a command belongs to: keys are `prefix:place:account`."""
    return int(key[len(prefix) + 1 :].partition(":")[0])

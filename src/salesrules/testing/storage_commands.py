"""Commands to a ledger drawn at random from a seed, many of them refused, repeated or contradicting an earlier one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from salesrules.core import (
    ChangeLimit,
    CloseAccount,
    ExpireReservations,
    LedgerBatch,
    LedgerCommand,
    Money,
    OpenAccount,
    Post,
    PostReservation,
    Refund,
    Reserve,
    TransferLimit,
    VoidReservation,
)

__all__ = ["draw_commands"]

_START = datetime(2026, 1, 5, 12, tzinfo=UTC)
_TREE = {
    "firm": (None, "CNY", "120.00"),
    "east": ("firm", "CNY", "80.00"),
    "team": ("east", "CNY", None),
    "west": ("firm", "CNY", "60.00"),
    "hall": (None, "count", 9),
    "event": ("hall", "count", 5),
}


def draw_commands(seed: int, count: int) -> Iterator[LedgerCommand]:
    """So many commands, the same for the same seed: first two trees are opened, then anything may be asked of them.

    >>> [type(command).__name__ for command in draw_commands(1, 2)]
    ['OpenAccount', 'OpenAccount']
    """
    drawn = _Drawn(seed)
    for number, (account, (parent, unit, limit)) in enumerate(_TREE.items()):
        if number == count:
            return
        money = Money(limit, unit) if isinstance(limit, str) else limit
        lowering = "block" if account in ("east", "event") else "deny"
        yield drawn.keep(
            OpenAccount(
                key=f"open-{account}",
                at=_START,
                account=account,
                parent=parent,
                unit=unit,
                limit=money,
                lowering=lowering,
            )
        )
    for number in range(len(_TREE), count):
        yield drawn.command(f"k{number}")


#: The kinds of commands, as often as they are drawn.
_KINDS = (
    *("reserve", "reserve", "reserve", "post", "capture", "capture", "void", "refund", "refund"),
    *("expire", "limit", "transfer", "close", "open"),
)


class _Drawn:
    """What was drawn so far, for later commands to name."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.sent: list[LedgerCommand] = []
        self.keys = ["no-such"]
        self.holds = ["no-such"]
        self.postings = ["no-such"]
        self.at = _START

    def keep(self, command: LedgerCommand) -> LedgerCommand:
        self.sent.append(command)
        self.keys.append(command.key)
        for part in command.commands if isinstance(command, LedgerBatch) else [command]:
            if isinstance(part, Reserve):
                self.holds.append(part.key)
            if isinstance(part, Post | PostReservation):
                self.postings.append(part.key)
        return command

    def command(self, key: str) -> LedgerCommand:
        self.at += timedelta(seconds=self.chance.randrange(0, 90))
        luck = self.chance.random()
        if luck < 0.05:
            return self.chance.choice(self.sent)
        if luck < 0.08:
            return VoidReservation(key=self.chance.choice(self.keys[1:]), at=self.at, reservation="another payload")
        if luck < 0.15:
            kinds = self.chance.choice([_KINDS, ("reserve", "refund"), ("post", "void")])
            parts = [self.single(f"{key}-{part}", kinds) for part in range(self.chance.randrange(1, 4))]
            return self.keep(LedgerBatch(key=key, at=self.at, commands=parts))
        return self.keep(self.single(key, _KINDS))

    def single(self, key: str, kinds: Sequence[str]) -> LedgerCommand:
        match self.chance.choice(kinds):
            case "reserve":
                expires_at = self.at + timedelta(minutes=self.chance.randrange(1, 9))
                return Reserve(
                    key=key, at=self.at, expires_at=self.chance.choice([None, expires_at]), **self.account_and_amount()
                )
            case "post":
                return Post(key=key, at=self.at, **self.account_and_amount())
            case "capture":
                reservation = self.chance.choice(self.holds[-8:])
                if self.chance.random() < 0.5:
                    return PostReservation(key=key, at=self.at, reservation=reservation)
                amount, remainder = self.amount(), self.chance.choice(["keep", "release"])
                return PostReservation(key=key, at=self.at, reservation=reservation, amount=amount, remainder=remainder)
            case "void":
                return VoidReservation(key=key, at=self.at, reservation=self.chance.choice(self.holds[-8:]))
            case "refund":
                return Refund(key=key, at=self.at, posting=self.chance.choice(self.postings[-8:]), amount=self.amount())
            case "expire":
                return ExpireReservations(key=key, at=self.at)
            case "limit":
                account = self.account()
                limit = self.chance.choice([None, self.amount(account, 12)])
                return ChangeLimit(key=key, at=self.at, account=account, limit=limit)
            case "transfer":
                source, target = self.chance.sample([*_TREE, "nowhere"], 2)
                return TransferLimit(key=key, at=self.at, source=source, target=target, amount=self.amount(source))
            case "close":
                account = self.chance.choice(["west", "nowhere", f"new-{self.chance.randrange(9)}"])
                return CloseAccount(key=key, at=self.at, account=account)
            case _:
                account, parent = f"new-{self.chance.randrange(9)}", self.chance.choice([*_TREE, "nowhere"])
                return OpenAccount(key=key, at=self.at, account=account, parent=parent, unit="CNY")

    def account(self) -> str:
        return self.chance.choice([*_TREE, *_TREE, "nowhere"])

    def amount(self, account: str | None = None, most: int = 5) -> Money | int:
        """A count, or an amount with a cent now and then."""
        unit = _TREE[account][1] if account in _TREE else self.chance.choice(["CNY", "CNY", "count"])
        number = self.chance.randrange(1, most)
        return number if unit == "count" else Money(f"{number * 10}.{self.chance.choice(['00', '01', '99'])}", "CNY")

    def account_and_amount(self) -> dict[str, Any]:
        account = self.account()
        return {"account": account, "amount": self.amount(account)}

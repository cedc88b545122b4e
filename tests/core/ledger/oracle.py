"""A ledger that keeps nothing but the list of what happened, in whole numbers, and computes everything anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class NaiveLedger:
    """Rows of what happened, oldest first: `(what, fields)`; every question reads the whole list again."""

    rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    # What is there, from the list alone.

    def add(self, what: str, **fields: Any) -> None:
        self.rows.append((what, fields))

    def parent(self, account: str) -> str | None:
        return next(row["parent"] for what, row in self.rows if what == "open" and row["account"] == account)

    def is_known(self, account: str) -> bool:
        return any(what == "open" and row["account"] == account for what, row in self.rows)

    def is_open(self, account: str) -> bool:
        return self.is_known(account) and not any(w == "close" and r["account"] == account for w, r in self.rows)

    def upward(self, account: str) -> list[str]:
        found: list[str] = []
        here: str | None = account
        while here is not None:
            found.append(here)
            here = self.parent(here)
        return found

    def accounts(self) -> list[str]:
        return [row["account"] for what, row in self.rows if what == "open"]

    def limit(self, account: str) -> int | None:
        limit = None
        for what, row in self.rows:
            if what in ("open", "limit") and row["account"] == account:
                limit = row["limit"]
            if what == "transfer" and row["source"] == account:
                limit -= row["amount"]
            if what == "transfer" and row["target"] == account:
                limit += row["amount"]
        return limit

    def hold(self, key: str) -> dict[str, Any] | None:
        made = [row for what, row in self.rows if what == "reserve" and row["key"] == key]
        if not made:
            return None
        left, ended = made[0]["amount"], None
        for what, row in self.rows:
            if row.get("hold") != key:
                continue
            if what == "capture":
                left -= row["amount"]
                if row["rest"] == "release" or not left:
                    left, ended = 0, "posted"
            else:
                left, ended = 0, {"void": "voided", "expire": "expired"}[what]
        return {**made[0], "left": left, "ended": ended}

    def holds(self) -> list[dict[str, Any]]:
        return [found for what, row in self.rows if what == "reserve" if (found := self.hold(row["key"]))]

    def postings(self) -> list[dict[str, Any]]:
        made = [row for what, row in self.rows if what == "post"]
        for what, row in self.rows:
            if what == "capture":
                hold = self.hold(row["hold"])
                assert hold is not None
                made.append({"key": row["key"], "account": hold["account"], "amount": row["amount"]})
        return made

    def posting(self, key: str) -> dict[str, Any] | None:
        for made in self.postings():
            if made["key"] == key:
                refunds = [row["amount"] for what, row in self.rows if what == "refund" and row["posting"] == key]
                return {**made, "refunded": sum(refunds)}
        return None

    def pending(self, account: str) -> int:
        return sum(hold["left"] for hold in self.holds() if account in self.upward(hold["account"]))

    def posted(self, account: str) -> int:
        total = 0
        for made in self.postings():
            if account in self.upward(made["account"]):
                posting = self.posting(made["key"])
                assert posting is not None
                total += posting["amount"] - posting["refunded"]
        return total

    def used(self, account: str) -> int:
        return self.pending(account) + self.posted(account)

    def free(self, account: str) -> int | None:
        """What the limits leave at an account and all above it, maybe below zero; `None` without any limit."""
        room = [limit - self.used(a) for a in self.upward(account) if (limit := self.limit(a)) is not None]
        return min(room) if room else None

    def overdrawn_by(self, account: str, amount: int) -> list[str]:
        limits = [(a, self.limit(a)) for a in self.upward(account)]
        return [a for a, limit in limits if limit is not None and self.used(a) + amount > limit]

    def due(self, instant: int, account: str | None = None) -> list[str]:
        """Open reservations that have expired, in all trees or in that of an account."""
        found = []
        for hold in self.holds():
            in_tree = account is None or self.upward(hold["account"])[-1] == self.upward(account)[-1]
            if in_tree and hold["left"] and hold["expires"] is not None and hold["expires"] <= instant:
                found.append(hold["key"])
        return found

    def copy(self) -> NaiveLedger:
        return NaiveLedger(list(self.rows))

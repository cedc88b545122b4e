"""A ledger driven at random, held against the naive one after every command: codes, headroom, every balance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from core.ledger.oracle import NaiveLedger
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from salesrules.core import (
    ChangeLimit,
    CloseAccount,
    ExpireReservations,
    IdempotencyConflict,
    Ledger,
    Money,
    OpenAccount,
    Post,
    PostReservation,
    Refund,
    Reserve,
    TransferLimit,
    VoidReservation,
    decide_ledger,
    evolve_ledger,
    restore_ledger,
)

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
#: A forest: two children and a grandchild under one root, and a root of its own, which may be lowered below its use.
TREE = {"firm": (None, 12), "east": ("firm", 8), "team": ("east", 6), "west": ("firm", None), "fair": (None, 7)}
ACCOUNTS = st.sampled_from([*TREE, "nowhere"])
#: Amounts around every limit above, so that one unit too much and one too few come often.
AMOUNTS = st.integers(1, 9)


def money(cents: int) -> Money:
    return Money(cents, "CNY") * Money("0.01", "CNY").amount


class Ledgers(RuleBasedStateMachine):
    @initialize()
    def open(self):
        self.ledger, self.naive, self.now, self.count = Ledger(), NaiveLedger(), 58, 0  # an hour ends soon
        self.entries, self.holds, self.posts, self.sent = [], ["no-hold"], ["no-posting"], []
        for account, (parent, limit) in TREE.items():
            lowering = "block" if account == "fair" else "deny"
            self.naive.add("open", account=account, parent=parent, limit=limit)
            self.send(
                OpenAccount,
                [],
                account=account,
                parent=parent,
                unit="CNY",
                limit=None if limit is None else money(limit),
                lowering=lowering,
            )

    def at(self, minutes):
        return START + timedelta(minutes=minutes)

    def send(self, kind, codes, headroom=..., **fields):
        """Send a command with a key of its own; its codes and its headroom are what the naive ledger expects."""
        self.count += 1
        command = kind(key=f"k{self.count}", at=self.at(self.now), **fields)
        decision, entries = decide_ledger(self.ledger, command)
        assert [reason.code.removeprefix("ledger.") for reason in decision.reasons] == codes
        if headroom is not ...:
            assert decision.headroom == (None if headroom is None else money(headroom))
        (entry,) = entries
        assert decision.is_allowed or entry.movements == ()
        self.ledger = evolve_ledger(self.ledger, entry)
        self.entries.append(entry)
        self.sent.append(command)
        return command.key, decision, entry

    def refuse(self, kind, codes, headroom, **fields):
        assert codes
        self.send(kind, codes, headroom, **fields)

    @rule(account=ACCOUNTS, amount=AMOUNTS, wait=st.none() | st.integers(1, 4), outright=st.booleans())
    def use(self, account, amount, wait, outright):
        naive = self.naive
        fields = {"account": account, "amount": money(amount)}
        expires = None if wait is None or outright else self.now + wait
        if expires is not None:
            fields["expires_at"] = self.at(expires)
        if not naive.is_known(account):
            return self.refuse(Post if outright else Reserve, ["unknown_account"], None, **fields)
        if not naive.is_open(account):
            return self.refuse(Post if outright else Reserve, ["account_closed"], None, **fields)
        released = naive.copy()
        if naive.overdrawn_by(account, amount):
            for hold in naive.due(self.now, account):
                released.add("expire", hold=hold)
        over, free = released.overdrawn_by(account, amount), released.free(account)
        headroom = None if free is None else max(0, free) if over else free - amount
        key, decision, entry = self.send(Post if outright else Reserve, ["over_limit"] * len(over), headroom, **fields)
        assert [reason.parameters["account"] for reason in decision.reasons] == over
        if not over:
            assert len(entry.movements) == 1 + len(released.rows) - len(naive.rows)
            self.naive = released
            if outright:
                released.add("post", key=key, account=account, amount=amount)
                self.posts.append(key)
            else:
                released.add("reserve", key=key, account=account, amount=amount, expires=expires)
                self.holds.append(key)
        return None

    @rule(data=st.data(), amount=st.none() | AMOUNTS, rest=st.sampled_from(["keep", "release"]))
    def capture(self, data, amount, rest):
        id = data.draw(st.sampled_from(self.holds))
        hold = self.naive.hold(id)
        fields = {"reservation": id}
        if amount is not None:
            fields |= {"amount": money(amount), "remainder": rest}
        if hold is None:
            return self.refuse(PostReservation, ["unknown_reservation"], None, **fields)
        if hold["ended"]:
            _, decision, _ = self.send(PostReservation, ["reservation_closed"], None, **fields)
            assert decision.reasons[0].parameters["status"] == hold["ended"]
            return None
        if hold["expires"] is not None and self.now >= hold["expires"]:
            return self.refuse(PostReservation, ["reservation_expired"], None, **fields)
        asked = hold["left"] if amount is None else amount
        if asked > hold["left"]:
            return self.refuse(PostReservation, ["over_reservation"], hold["left"], **fields)
        left = 0 if rest == "release" or amount is None else hold["left"] - asked
        key, _, _ = self.send(PostReservation, [], left, **fields)
        self.naive.add("capture", key=key, hold=id, amount=asked, rest=rest)
        self.posts.append(key)
        return None

    @rule(data=st.data())
    def void(self, data):
        id = data.draw(st.sampled_from(self.holds))
        hold = self.naive.hold(id)
        codes = ["unknown_reservation"] if hold is None else ["reservation_closed"] if hold["ended"] else []
        self.send(VoidReservation, codes, None, reservation=id)
        if not codes:
            self.naive.add("void", hold=id)

    @rule(data=st.data(), amount=AMOUNTS)
    def refund(self, data, amount):
        id = data.draw(st.sampled_from(self.posts))
        posting = self.naive.posting(id)
        if posting is None:
            return self.refuse(Refund, ["unknown_posting"], None, posting=id, amount=money(amount))
        left = posting["amount"] - posting["refunded"]
        if amount > left:
            return self.refuse(Refund, ["over_refund"], left, posting=id, amount=money(amount))
        self.send(Refund, [], left - amount, posting=id, amount=money(amount))
        self.naive.add("refund", posting=id, amount=amount)
        return None

    @rule(minutes=st.integers(0, 3), sweep=st.booleans())
    def wait(self, minutes, sweep):
        self.now += minutes
        if sweep:
            due = self.naive.due(self.now)
            _, _, entry = self.send(ExpireReservations, [], None)
            assert sorted(movement.reservation for movement in entry.movements) == sorted(due)
            for hold in due:
                self.naive.add("expire", hold=hold)

    @rule(account=ACCOUNTS, limit=st.none() | st.integers(0, 14))
    def change_limit(self, account, limit):
        naive, fields = self.naive, {"account": account, "limit": None if limit is None else money(limit)}
        if not naive.is_open(account):
            code = "account_closed" if naive.is_known(account) else "unknown_account"
            return self.refuse(ChangeLimit, [code], None, **fields)
        released = naive.copy()
        if limit is not None and naive.used(account) > limit:
            for hold in naive.due(self.now, account):
                released.add("expire", hold=hold)
        is_below = limit is not None and released.used(account) > limit
        headroom = None if limit is None else max(0, limit - released.used(account))
        _, decision, _ = self.send(ChangeLimit, ["limit_below_used"] if is_below else [], headroom, **fields)
        assert decision.outcome.value == ("allow" if not is_below else "warn" if account == "fair" else "deny")
        if is_below:
            assert decision.reasons[0].parameters["excess"] == money(released.used(account) - limit)
        if decision.is_allowed:
            released.add("limit", account=account, limit=limit)
            self.naive = released
        return None

    @rule(ends=st.lists(ACCOUNTS, min_size=2, max_size=2, unique=True), amount=AMOUNTS)
    def transfer(self, ends, amount):
        naive, (source, target) = self.naive, ends
        fields = {"source": source, "target": target, "amount": money(amount)}
        codes = ["account_closed" if naive.is_known(a) else "unknown_account" for a in ends if not naive.is_open(a)]
        codes = codes or ["not_limited" for account in ends if naive.limit(account) is None]
        if codes:
            return self.refuse(TransferLimit, codes, None, **fields)
        released = naive.copy()
        if amount > naive.limit(source) - naive.used(source):
            for hold in naive.due(self.now, source):
                released.add("expire", hold=hold)
        free = released.limit(source) - released.used(source)
        if amount > free:
            return self.refuse(TransferLimit, ["limit_not_free"], max(0, free), **fields)
        self.send(TransferLimit, [], free - amount, **fields)
        released.add("transfer", source=source, target=target, amount=amount)
        self.naive = released
        return None

    @rule(account=ACCOUNTS)
    def close(self, account):
        naive = self.naive
        if not naive.is_open(account):
            code = "account_closed" if naive.is_known(account) else "unknown_account"
            return self.refuse(CloseAccount, [code], None, account=account)
        children = [a for a in naive.accounts() if naive.parent(a) == account and naive.is_open(a)]
        released = naive.copy()
        if naive.pending(account) or children:
            for hold in naive.due(self.now, account):
                released.add("expire", hold=hold)
        codes = ["account_in_use"] if released.pending(account) or children else []
        self.send(CloseAccount, codes, None, account=account)
        if not codes:
            released.add("close", account=account)
            self.naive = released
        return None

    @rule(data=st.data(), later=st.integers(0, 5))
    def repeat(self, data, later):
        command = data.draw(st.sampled_from(self.sent))
        again = command if hasattr(command, "expires_at") else attrs.evolve(command, at=self.at(self.now + later))
        decision, entries = decide_ledger(self.ledger, again)
        assert entries == ()
        assert decision == self.ledger.entry(command.key).decision

    @rule(data=st.data())
    def break_promise(self, data):
        command = data.draw(st.sampled_from(self.sent))
        other = ExpireReservations if isinstance(command, VoidReservation) else VoidReservation
        fields = {} if other is ExpireReservations else {"reservation": "k1"}
        with pytest.raises(IdempotencyConflict) as caught:
            decide_ledger(self.ledger, other(key=command.key, at=command.at, **fields))
        assert caught.value.first == command

    @invariant()
    def balances_are_the_naive_ones(self):
        for account in self.naive.accounts():
            balance = self.ledger.balance(account)
            assert (balance.pending, balance.posted) == (
                money(self.naive.pending(account)),
                money(self.naive.posted(account)),
            )
            assert balance.pending.amount >= 0
            assert balance.posted.amount >= 0
            limit = self.naive.limit(account)
            assert balance.limit == (None if limit is None else money(limit))
            if account != "fair" and limit is not None:
                assert balance.used <= balance.limit

    @invariant()
    def every_account_holds_its_own_and_its_childrens(self):
        held = self.ledger.held
        for id, account in self.ledger.accounts.items():
            own = [r.remaining for r in self.ledger.reservations.values() if r.account == id]
            below = [held[child].pending for child, found in self.ledger.accounts.items() if found.parent == id]
            assert held[id].pending == sum(own + below, money(0))
            assert account.children == sum(
                found.parent == id and found.is_open for found in self.ledger.accounts.values()
            )

    def teardown(self):
        assert restore_ledger(self.entries) == self.ledger
        maps = {field.name: getattr(self.ledger, field.name) for field in attrs.fields(Ledger)}
        del maps["expiring"]
        assert Ledger(**{name: dict(rows) for name, rows in maps.items()}) == self.ledger


TestLedgers = Ledgers.TestCase
TestLedgers.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

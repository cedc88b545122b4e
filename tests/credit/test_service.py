"""Exposure on the ledger: reserve, commit, release, settle; keys that come again; releases beyond the limit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import attrs
import pytest

from salesrules.core import (
    CurrencyMismatch,
    DateRange,
    IdempotencyConflict,
    InvalidValue,
    LedgerBatch,
    Money,
    Outcome,
    Rounding,
    UnknownName,
    VoidReservation,
)
from salesrules.credit import (
    CreditLimit,
    OrderCredit,
    commit_credit,
    credit_account,
    release_credit,
    reserve_credit,
    set_credit_limit,
    settle_credit,
)
from salesrules.storage import MemoryStorage, run_unit
from salesrules.wire import stored_kind

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ORDERS = stored_kind(OrderCredit, name="order_credit")


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


class Desk:
    """A credit desk on a storage, one unit of work per act; each act has the next key unless it is given one."""

    def __init__(self, policy, standing, storage=None):
        self.policy, self.standing = policy, standing
        self.storage = storage or MemoryStorage()
        self.count = 0

    def key(self, key=None):
        self.count += 1
        return key or f"k{self.count}"

    def run(self, act):
        return run_unit(self.storage, act)

    def limit(self, amount, customer="c1", key=None):
        limit = CreditLimit(
            customer=customer, amount=cny(amount), effective=DateRange(date(2020, 1, 1)), review_due=NOON.date()
        )
        key = self.key(key)
        return self.run(lambda work: set_credit_limit(limit, "A", self.policy, ledger=work.ledger, as_of=NOON, key=key))

    def reserve(self, request, key=None, release=None):
        key = self.key(key)
        return self.run(
            lambda work: reserve_credit(
                request,
                self.standing,
                self.policy,
                orders=work.aggregates(ORDERS),
                ledger=work.ledger,
                as_of=NOON,
                key=key,
                release=release,
            )
        )

    def act(self, function, *asked, key=None, **more):
        key = self.key(key)
        return self.run(
            lambda work: function(
                *asked, orders=work.aggregates(ORDERS), ledger=work.ledger, as_of=NOON, key=key, **more
            )
        )

    @property
    def lent(self) -> tuple[Decimal, Decimal]:
        balance = self.run(lambda work: work.ledger.balance(credit_account("c1")))
        return balance.pending.amount, balance.posted.amount


@pytest.fixture
def desk(make_policy, make_rule, make_standing):
    rules = [
        make_rule("limit", ("0", "allow"), ("0.9", "warn"), ("1", "refer")),
        make_rule("order_amount", ("0", "allow"), ("5000", "deny")),
    ]
    desk = Desk(make_policy(rules=rules), make_standing(limit=1000))
    assert desk.limit(1000).is_allowed
    return desk


def codes(decision) -> list[str]:
    return [reason.code.removeprefix("credit.") for reason in decision.reasons]


def test_an_order_goes_from_reserved_to_billed_to_paid(desk, make_request) -> None:
    assert desk.reserve(make_request(600)).outcome is Outcome.ALLOW
    assert desk.lent == (600, 0)
    assert desk.act(commit_credit, "o1", "i1", cny(200)).is_allowed
    assert desk.lent == (400, 200)
    assert desk.act(commit_credit, "o1", "i2", cny(400)).is_allowed
    assert desk.lent == (0, 600)
    assert desk.act(settle_credit, "o1", "i1", cny(150)).is_allowed
    assert desk.lent == (0, 450)
    assert desk.act(settle_credit, "o1", "i1", cny(50)).is_allowed
    assert codes(desk.act(settle_credit, "o1", "i1", cny("0.01"))) == ["over_settled"]
    assert desk.act(settle_credit, "o1", "i2", cny(400)).is_allowed
    assert desk.lent == (0, 0)


def test_the_same_on_every_storage(storage, desk, make_request, make_release) -> None:
    here = Desk(desk.policy, desk.standing, storage)
    here.limit(1000)
    assert here.reserve(make_request(600)).is_allowed
    assert here.reserve(make_request(600, "o2")).outcome is Outcome.REFER
    assert here.reserve(make_request(600, "o2"), release=make_release(600, "o2")).is_allowed
    assert here.act(commit_credit, "o1", "i1", cny(700)).is_allowed
    assert here.act(settle_credit, "o1", "i1", cny(650)).is_allowed
    assert here.act(release_credit, "o2").is_allowed
    assert here.lent == (0, 50)


def test_the_exposure_checked_is_the_ledgers(desk, make_request) -> None:
    desk.reserve(make_request(600))
    decision = desk.reserve(make_request(400, "o2"))
    assert (decision.outcome, codes(decision)) == (Outcome.REFER, ["over_limit"])
    assert decision.headroom == cny("399.99")
    assert desk.lent == (600, 0)
    assert desk.reserve(make_request("399.99", "o2")).outcome is Outcome.WARN
    assert desk.lent == (Decimal("999.99"), 0)


def test_a_denial_changes_nothing(desk, make_request) -> None:
    assert desk.reserve(make_request(6000)).outcome is Outcome.DENY
    assert desk.run(lambda work: list(work.aggregates(ORDERS).ids())) == []
    assert desk.lent == (0, 0)


def test_closing_gives_back_and_reopening_checks_again(desk, make_request) -> None:
    desk.reserve(make_request(900))
    assert desk.act(release_credit, "o1").is_allowed
    assert codes(desk.act(release_credit, "o1")) == ["order_not_held"]
    assert codes(desk.act(release_credit, "o9")) == ["order_not_held"]
    assert desk.reserve(make_request(900, "o2")).is_allowed
    assert desk.reserve(make_request(900, "o1")).outcome is Outcome.REFER
    assert desk.lent == (900, 0)
    desk.act(release_credit, "o2")
    assert desk.reserve(make_request(900, "o1")).is_allowed
    assert desk.lent == (900, 0)


def test_a_changed_order_counts_once(desk, make_request) -> None:
    desk.reserve(make_request(600))
    assert desk.reserve(make_request(950)).outcome is Outcome.WARN
    assert desk.lent == (950, 0)
    assert desk.reserve(make_request(1000)).outcome is Outcome.REFER
    assert desk.lent == (950, 0)
    assert desk.reserve(make_request(100)).is_allowed
    assert desk.lent == (100, 0)


def test_an_invoice_beyond_the_order_is_lent_whole_and_blocks(desk, make_request) -> None:
    desk.reserve(make_request(600))
    assert desk.act(commit_credit, "o1", "i1", cny(2000)).is_allowed
    assert desk.lent == (0, 2000)
    assert desk.reserve(make_request(1, "o2")).outcome is Outcome.REFER
    assert desk.act(settle_credit, "o1", "i1", cny(1500)).is_allowed
    assert desk.reserve(make_request(300, "o2")).is_allowed
    # another invoice of an order that holds nothing any more
    assert desk.act(commit_credit, "o1", "i2", cny(700)).is_allowed
    assert desk.lent == (300, 1200)


def test_the_last_invoice_releases_the_rest(desk, make_request) -> None:
    desk.reserve(make_request(600))
    assert desk.act(commit_credit, "o1", "i1", cny(500), is_last=True).is_allowed
    assert desk.lent == (0, 500)
    assert codes(desk.act(release_credit, "o1")) == ["order_not_held"]


def test_what_was_never_reserved_or_billed_before_is_denied(desk, make_request) -> None:
    assert codes(desk.act(commit_credit, "o9", "i1", cny(1))) == ["unknown_order"]
    desk.reserve(make_request(600))
    desk.act(commit_credit, "o1", "i1", cny(100))
    assert codes(desk.act(commit_credit, "o1", "i1", cny(100))) == ["invoice_billed"]
    assert codes(desk.act(settle_credit, "o1", "i9", cny(1))) == ["unknown_order"]
    assert codes(desk.act(settle_credit, "o9", "i1", cny(1))) == ["unknown_order"]
    assert desk.lent == (500, 100)


def test_a_released_order_goes_beyond_the_limit_and_blocks_the_next(desk, make_request, make_release) -> None:
    desk.reserve(make_request(600))
    decision = desk.reserve(make_request(1000, "o2"), release=make_release(1000, "o2"))
    assert codes(decision)[-1] == "released"
    assert desk.lent == (1600, 0)
    assert desk.reserve(make_request(1, "o3")).outcome is Outcome.REFER
    balance = desk.run(lambda work: work.ledger.balance(credit_account("c1")))
    assert balance.limit == cny("999.99")
    # the order may be changed within its release, and no further
    assert desk.reserve(make_request(1100, "o2"), release=make_release(1000, "o2")).is_allowed
    assert desk.reserve(make_request("1100.01", "o2"), release=make_release(1000, "o2")).outcome is Outcome.REFER
    assert desk.lent == (1700, 0)


def test_a_new_limit_holds_even_below_what_is_lent(desk, make_request, make_standing) -> None:
    desk.reserve(make_request(600))
    assert desk.limit(500).is_allowed
    desk.standing = make_standing(limit=500)
    assert desk.reserve(make_request(1, "o2")).outcome is Outcome.REFER
    assert desk.limit(700).is_allowed
    desk.standing = make_standing(limit=700)
    assert desk.reserve(make_request(99, "o2")).is_allowed


def test_a_prepaid_order_holds_nothing(desk, make_request) -> None:
    assert codes(desk.reserve(make_request(10**6, is_prepaid=True))) == ["prepaid"]
    assert desk.lent == (0, 0)
    assert desk.reserve(make_request(0, "o2")).is_allowed


def test_the_same_key_again_does_nothing_more(desk, make_request) -> None:
    assert desk.limit(1000, key="l").is_allowed
    assert desk.limit(1000, key="l").is_allowed
    for _ in range(2):
        assert desk.reserve(make_request(600), key="r").is_allowed
        assert desk.act(commit_credit, "o1", "i1", cny(700), key="b").is_allowed
        assert desk.act(settle_credit, "o1", "i1", cny(650), key="s").is_allowed
        assert desk.lent == (0, 50)
    desk.reserve(make_request(5, "o2"))
    for _ in range(2):
        assert desk.act(release_credit, "o2", key="v").is_allowed
    before = desk.lent
    for act in (
        lambda: desk.limit(1001, key="l"),
        lambda: desk.reserve(make_request(601), key="r"),
        lambda: desk.reserve(make_request(600, "o2"), key="r"),
        lambda: desk.reserve(make_request(600, requested_by="zoe"), key="r"),
        lambda: desk.act(commit_credit, "o1", "i1", cny(701), key="b"),
        lambda: desk.act(commit_credit, "o1", "i2", cny(700), key="b"),
        lambda: desk.act(commit_credit, "o2", "i1", cny(700), key="b"),
        lambda: desk.act(commit_credit, "o1", "i1", cny(700), key="b", is_last=True),
        lambda: desk.act(settle_credit, "o1", "i1", cny(651), key="s"),
        lambda: desk.act(settle_credit, "o1", "i2", cny(650), key="s"),
        lambda: desk.act(release_credit, "o1", key="v"),
        lambda: desk.act(release_credit, "o2", key="s"),
        lambda: desk.limit(1000, key="r"),
    ):
        with pytest.raises(IdempotencyConflict) as caught:
            act()
        assert caught.value.first != caught.value.second
    assert desk.lent == before


def test_an_account_is_opened_once_and_its_key_is_of_one_limit(desk) -> None:
    for _ in range(2):
        assert desk.limit(1000, "new", key="open").is_allowed
    with pytest.raises(IdempotencyConflict, match='"customer": "new"'):
        desk.limit(900, "new", key="open")
    with pytest.raises(IdempotencyConflict):
        desk.limit(1000, "other", key="open")


@pytest.mark.parametrize(
    ("amount", "error"),
    [(Money(5, "USD"), CurrencyMismatch), (cny(0), InvalidValue), (cny("-0.01"), InvalidValue)],
)
def test_a_wrong_amount_is_an_error_and_changes_nothing(desk, make_request, amount, error) -> None:
    desk.reserve(make_request(600))
    desk.act(commit_credit, "o1", "i1", cny(100))
    for act, invoice in ((commit_credit, "i2"), (settle_credit, "i1")):
        with pytest.raises(error):
            desk.act(act, "o1", invoice, amount)
    assert desk.lent == (500, 100)


def test_a_limit_is_in_the_currency_of_the_policy(desk) -> None:
    limit = CreditLimit(
        customer="c1", amount=Money(9, "USD"), effective=DateRange(date(2020, 1, 1)), review_due=NOON.date()
    )
    with pytest.raises(CurrencyMismatch):
        desk.run(lambda work: set_credit_limit(limit, "A", desk.policy, ledger=work.ledger, as_of=NOON, key="usd"))


@pytest.mark.parametrize(("begins", "holds"), [(NOON.date(), True), (date(2026, 6, 2), False)])
def test_a_rule_that_came_after_the_limit_holds_on_the_ledger(
    make_policy, make_rule, make_standing, make_request, begins, holds
) -> None:
    """The limit is of 2020, the rule of today: what may be lent is what today's rules bear."""
    rule = make_rule("limit", ("0", "allow"), ("1", "deny"), effective=DateRange(begins))
    desk = Desk(make_policy(rules=[rule]), make_standing(limit=1000))
    desk.limit(1000)
    balance = desk.run(lambda work: work.ledger.balance(credit_account("c1")))
    assert balance.limit == (cny("999.99") if holds else None)


def test_what_the_ledger_refuses_changes_nothing(desk, make_request) -> None:
    desk.reserve(make_request(600))
    decision = desk.act(commit_credit, "o1", "i1", cny("0.001"))
    assert [reason.code for reason in decision.reasons] == ["ledger.too_precise"]
    assert desk.act(commit_credit, "o1", "i1", cny("0.01")).is_allowed


def test_a_reservation_that_was_given_up_elsewhere_holds_nothing(desk, make_request) -> None:
    desk.reserve(make_request(600), key="r")
    void = VoidReservation(key="by hand", at=NOON, reservation="r:reserve")
    desk.run(lambda work: work.ledger.execute(void))
    assert codes(desk.act(release_credit, "o1")) == ["order_not_held"]
    assert desk.reserve(make_request(900)).is_allowed


def test_amounts_are_rounded_up_to_the_ledgers_last_digit(desk, make_request) -> None:
    desk.reserve(make_request("0.001"))
    assert desk.lent == (Decimal("0.01"), 0)


def test_a_customer_without_an_account_is_an_error(desk, make_request, make_standing) -> None:
    desk.standing = attrs.evolve(make_standing(), customer="c2")
    with pytest.raises(UnknownName, match="credit:c2"):
        desk.reserve(make_request(1, customer="c2"))


def test_without_a_rule_on_the_limit_there_is_none_on_the_ledger(make_policy, make_standing, make_request) -> None:
    free = Desk(make_policy(rounding=Rounding(digits=-2, mode="half_up")), make_standing())
    free.limit(10)
    assert free.reserve(make_request(5000)).is_allowed
    assert free.lent == (5000, 0)


def test_each_act_is_one_command_to_the_ledger(desk, make_request, make_release) -> None:
    desk.reserve(make_request(1500), release=make_release(1500))
    entry = desk.run(lambda work: work.ledger.entry("k2"))
    assert isinstance(entry.command, LedgerBatch)
    assert entry.decision.is_allowed

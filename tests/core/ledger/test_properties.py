"""Laws: nothing lost, nothing created; order where it does not matter; entries add up to the ledger."""

from __future__ import annotations

import itertools
import pickle

import attrs
import pytest
from core.ledger.books import NOON, cny, ledger_of, opened, post, refund, reserve, seats
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import (
    Ledger,
    LedgerBatch,
    PostReservation,
    VoidReservation,
    advance_ledger,
    decide_ledger,
    evolve_ledger,
    restore_ledger,
)

CENTS = st.integers(1, 500)


def cents(number: int):
    return cny(number) * cny("0.01").amount


def lives(index: int, amount: int, end: str):
    """The commands of one reservation, on an account of its own tree or of the shared one."""
    made = reserve(f"r{index}", "line", cents(amount))
    if end == "post":
        return [made, PostReservation(key=f"p{index}", at=NOON, reservation=made.key)]
    if end == "part":
        part = cents(max(1, amount // 2))
        return [made, PostReservation(key=f"p{index}", at=NOON, reservation=made.key, amount=part, remainder="release")]
    return [made, VoidReservation(key=f"v{index}", at=NOON, reservation=made.key)] if end == "void" else [made]


@given(
    st.lists(st.tuples(CENTS, st.sampled_from(["post", "part", "void", "none"])), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_any_order_of_independent_commands_gives_the_same_ledger(amounts, random):
    base = ledger_of(opened("top", "1000.00"), opened("line", None, "top"))
    queues = [lives(index, amount, end) for index, (amount, end) in enumerate(amounts)]
    expected = ledger_of(*itertools.chain(*queues), ledger=base)
    ledger = base
    while queues:
        queue = random.choice(queues)
        ledger = advance_ledger(ledger, queue.pop(0))
        queues = [queue for queue in queues if queue]
    strip = {"entries": {}}
    assert attrs.evolve(ledger, **strip) == attrs.evolve(expected, **strip)
    assert set(ledger.entries) == set(expected.entries)
    assert all(ledger.entry(key).movements == expected.entry(key).movements for key in ledger.entries)


@given(st.lists(CENTS, min_size=1, max_size=12), st.integers(0, 2000))
def test_what_passes_is_the_longest_first_come_first_served_and_never_over_the_limit(amounts, limit):
    ledger = ledger_of(opened("top", cents(limit).amount), opened("line", None, "top"))
    left, passed = limit, []
    for index, amount in enumerate(amounts):
        decision, entries = decide_ledger(ledger, post(f"k{index}", "line", cents(amount)))
        ledger = evolve_ledger(ledger, entries[0])
        assert decision.is_allowed is (amount <= left)
        if amount <= left:
            left -= amount
            passed.append(amount)
        assert decision.headroom == cents(left)
    assert ledger.balance("top").posted == ledger.balance("line").posted == cents(sum(passed))


@given(st.lists(CENTS, min_size=1, max_size=8), st.integers(0, 2000))
def test_a_batch_passes_exactly_where_its_commands_pass_one_by_one(amounts, limit):
    ledger = ledger_of(opened("top", cents(limit).amount))
    commands = [post(f"k{index}", "top", cents(amount)) for index, amount in enumerate(amounts)]
    decision, entries = decide_ledger(ledger, LedgerBatch(key="all", at=NOON, commands=commands))
    assert decision.is_allowed is (sum(amounts) <= limit)
    for entry in entries:
        ledger = evolve_ledger(ledger, entry)
    assert ledger.balance("top").posted == cents(sum(amounts) if sum(amounts) <= limit else 0)


@given(st.data(), CENTS)
def test_refunds_and_postings_balance(data, amount):
    ledger = ledger_of(
        opened("top", cents(amount).amount), opened("line", None, "top"), post("p", "line", cents(amount))
    )
    left = amount
    while left:
        part = data.draw(st.integers(1, left))
        ledger = ledger_of(refund("p", cents(part)), ledger=ledger)
        left -= part
        assert ledger.balance("top").posted == cents(left)
        assert ledger.posting("p").refundable == cents(left)
        assert ledger.headroom("line") == cents(amount - left)


@pytest.mark.parametrize("depth", [1, 5, 32])
def test_a_movement_looks_at_its_own_chain_and_at_nothing_else(depth):
    class Counting(dict):
        reads = 0

        def __getitem__(self, key):
            Counting.reads += 1
            return super().__getitem__(key)

    chain = [f"a{level}" for level in range(depth)]
    ledger = ledger_of(*(seats(id, 10**6, chain[level - 1] if level else None) for level, id in enumerate(chain)))
    ledger = ledger_of(*(reserve(f"r{n}", chain[-1], 1) for n in range(300)), ledger=ledger)
    held = Counting(ledger.held)
    watched = object.__new__(Ledger)
    for field in attrs.fields(Ledger):
        object.__setattr__(watched, field.name, held if field.name == "held" else getattr(ledger, field.name))
    decide_ledger(watched, reserve("one more", chain[-1], 1))
    assert Counting.reads == depth
    Counting.reads = 0
    watched.balance(chain[-1])
    assert Counting.reads == 1


def test_ledgers_and_entries_travel():
    ledger = ledger_of(opened("top", "5.00"), reserve("r", "top", "2.00"), post("p", "top", "1.00"))
    assert pickle.loads(pickle.dumps(ledger)) == ledger
    entries = [pickle.loads(pickle.dumps(ledger.entry(key))) for key in ("open top", "r", "p")]
    assert restore_ledger(entries) == ledger
    assert repr(ledger) == "Ledger()"
    assert len({ledger.entry(key) for key in ("open top", "r", "p")}) == 3

"""A small firm whose periods are stored, and short words for what its office does with them."""

from __future__ import annotations

from itertools import count

from commissions.firm import CALENDAR, component, facts, inputs, plan, policy, sale
from commissions.test_period_workflow import at

from salesrules.commissions import (
    close_version,
    find_calculation,
    find_closed_periods,
    find_period,
    pay_version,
    reopen_period,
    restate_commissions,
    save_calculation,
)
from salesrules.storage import commission_stores, run_unit

Q1, Q2 = CALENDAR.period("2020-Q1"), CALENDAR.period("2020-Q2")
PLAIN = policy(plan(component()))


def known(amount, others=()):
    """Facts: Ana sold for that much, and perhaps something else."""
    rest = [sale(f"other-{number}", "02-02", other) for number, other in enumerate(others)]
    return facts(sale("1", "01-10", amount), *rest)


def codes(step):
    """The codes for which a step was denied, without their rooms."""
    assert step.decision.is_allowed is not bool(step.decision.reasons)
    return [reason.code.partition(".")[2] for reason in step.decision.reasons]


class Office:
    """Calculates, closes and pays on a storage; every act is a unit of work."""

    def __init__(self, storage, book="commissions", policy=PLAIN, **units):
        self.storage, self.book, self.policy, self.units = storage, book, policy, units
        self.keys = count()

    def do(self, act, *given, as_of=None, roles, key=None, **options):
        if act is not save_calculation:
            options["key"] = f"key {next(self.keys)}" if key is None else key

        def unit(work):
            stores = commission_stores(work, book=self.book)
            instant = at("04-02") if as_of is None else as_of
            return act(*given, stores=stores, policy=self.policy, as_of=instant, roles=roles, **options)

        return run_unit(self.storage, unit, **self.units)

    def restated(self, facts, period=Q1, closed=None):
        closed = self.closed() if closed is None else closed
        return restate_commissions(closed, inputs(facts, self.policy), period=period)

    def save(self, restated, roles=("administrator",), **options):
        return self.do(save_calculation, restated, roles=roles, **options)

    def calculate(self, facts, period=Q1, **options):
        return self.save(self.restated(facts, period), **options)

    def close(self, period, version, roles=("controller",), as_of=None, **options):
        late = at("07-02") if period == Q2 else None
        return self.do(close_version, period, version, roles=roles, as_of=as_of or late, **options)

    def pay(self, period, version, roles=("cashier",), **options):
        return self.do(pay_version, period, version, roles=roles, **options)

    def reopen(self, period, roles=("controller",), **options):
        return self.do(reopen_period, period, roles=roles, **options)

    def ask(self, question, *given):
        with self.storage.begin() as work:
            return question(*given, stores=commission_stores(work, book=self.book))

    def closed(self):
        return self.ask(find_closed_periods)

    def record(self, period):
        return self.ask(find_period, period)

    def calculation(self, period, version=None):
        return self.ask(find_calculation, period, version)

    def orders(self, period):
        with self.storage.begin() as work:
            return tuple(commission_stores(work).payments.read(f"{self.book}/{period.label}"))

"""Crediting in bulk: on any facts what `credit_transactions` gives, row by row, and its faults by the same codes."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import numpy as np
import pyarrow as pa
import pytest
from drawn_facts import MEASURES, draw_facts, draw_policy, measuring_plan, reporting_table, tables

from salesrules.commissions import (
    Measure,
    check_credit_facts,
    check_facts,
    credit_transactions,
    list_pending,
    measure_credit,
    report_pending,
    report_uncredited,
)
from salesrules.core import ExchangeRates, FiscalCalendar
from salesrules.frames.crediting import credit_in_bulk

CALENDAR = FiscalCalendar()
COMPONENTS = {part.measure: part for part in measuring_plan().components}


def scalar_rows(facts, policy):
    """The scalar credits as plain tuples."""
    from salesrules.commissions.rules.fact_checks import returned_shares

    assert not (*check_facts(facts), *check_credit_facts(facts, policy))
    sales = {t.id: t for t in facts.transactions}
    shares = returned_shares(sales)
    rows = []
    for credit in credit_transactions(facts, policy):
        t = credit.transaction
        measures = [
            measure_credit(COMPONENTS[Measure(name)], credit, "USD", ExchangeRates()).value for name in MEASURES
        ]
        returned = shares.get(t.id) if credit.returned is None else credit.returned
        sold = sales[t.original].day if t.original else t.day
        number = credit.part.number if credit.part else 0
        rows.append(
            (t.id, credit.payee, credit.role, credit.rule, credit.day, sold, t.original, returned, number,
             credit.returned is not None, t.attributes["region"], *measures)
        )  # fmt: skip
    return rows


def bulk_rows(credited):
    """Bulk credits as the same tuples."""
    table = credited.credits
    columns = {name: table[name].to_pylist() for name in table.column_names}
    count = table.num_rows
    found = []
    for row in range(count):

        def of(name, default=None, row=row):
            return columns[name][row] if name in columns else default

        units = {name: Decimal(of(name)) for name in ("amount", "cost", "quantity", "count")}
        units["margin"] = units["amount"] - units["cost"]
        returned = None if of("returned") is None else Fraction(of("returned"), of("returned_of"))
        measures = [units[name].scaleb(-credited.digits[Measure(name)]) for name in MEASURES]
        found.append(
            (of("id"), of("payee"), of("role"), of("rule"), of("day"), of("sold"), of("original"), returned,
             of("part", 0), of("of_kept", False), of("region"), *measures)
        )  # fmt: skip
    return found


def differences(seed, count, cash, as_table=False):
    rng = random.Random(seed)
    facts, policy = draw_facts(rng, count, cash), draw_policy(rng, cash)
    given = tables(facts)
    hierarchy = reporting_table(facts.hierarchies) if as_table else facts.hierarchies
    credited = credit_in_bulk(policy, given.pop("transactions"), hierarchy=hierarchy, **given)
    expected, found = Counter(scalar_rows(facts, policy)), Counter(bulk_rows(credited))
    wrong = [*(expected - found), *(found - expected)]
    for until in (date(2020, 3, 1), date(2020, 7, 1)):
        if credited.report_pending(until) != report_pending(list_pending(facts, policy, until)):
            wrong.append(until)
    period = CALENDAR.period("2020-M03")
    if credited.report_uncredited(period) != report_uncredited(facts, policy, period):
        wrong.append(period)
    return wrong, len(expected)


@pytest.mark.parametrize("seed", range(30))
def test_random_facts_are_credited_as_the_scalar_rules_do(seed):
    wrong, _ = differences(seed, 120, cash=seed % 3 == 2, as_table=seed % 2 == 1)
    assert wrong == []

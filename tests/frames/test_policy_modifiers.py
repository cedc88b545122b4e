"""Modifiers in whole policies: bulk pays each line and each statement what the scalar rules pay, to the cent."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import lru_cache

import attrs
import pyarrow as pa
from drawn_policies import CALENDAR, draw_case, in_bulk, last_day, statements_by_the_rules
from drawn_policy_modifiers import chance, with_modifiers

from salesrules.core import InvalidDocument, SalesRulesError

ZERO = Decimal(0)


def draw_modified(seed):
    policy, facts = draw_case(seed)
    return with_modifiers(chance(seed), policy, facts, last_day(facts))


def scores_of(policy, facts):
    rows = facts.appraisal_scores
    return pa.table(
        {
            "payee": [each.payee for each in rows],
            "period": [CALENDAR.at(policy.pay_period, each.span.start).label for each in rows],
            "score": pa.array([each.score for each in rows], pa.decimal128(12, 4)),
        }
    )


def by_the_rules(statements):
    """What lines come to with what modifiers change of them, and statements with what stands on no line."""
    lines, found = defaultdict(Decimal), {}
    for statement in statements:
        keys, beside = {}, ZERO
        for line in statement.lines:
            credit = line.credit
            keys[line.id] = key = (credit.transaction.id, credit.payee, credit.role, credit.day)
            lines[key] += line.amount.amount
        for adjustment in statement.adjustments:
            for part in adjustment.parts:
                if part.line:
                    lines[keys[part.line]] += part.amount
                else:
                    beside += part.amount
        found[statement.payee, statement.period.label] = (statement.earned.amount, beside)
    return lines, found


def in_bulk_too(policy, facts, **options):
    result = in_bulk(policy, facts, scores=scores_of(policy, facts), until=last_day(facts), **options)
    lines = defaultdict(Decimal)
    for row in result.credits.to_pylist():
        lines[row["id"], row["payee"], row["role"], row["day"]] += row["commission"]
    statements = {
        (row["payee"], row["period"]): (row["commission"], row.get("adjustments", ZERO))
        for row in result.statements.to_pylist()
    }
    return lines, statements


def differences(wanted, found):
    for both in zip(wanted, found, strict=True):
        for key in both[0].keys() | both[1].keys():
            none = ZERO if isinstance(next(iter(both[0].values())), Decimal) else (ZERO, ZERO)
            pair = tuple(each.get(key, none) for each in both)
            if pair[0] != pair[1]:
                yield key, *pair


def out_of_range(error):
    return {fault.code for fault in error.faults} <= {"frames.out_of_range"}


@lru_cache
def cases():
    found = []
    for seed in range(8):
        policy, facts = draw_modified(seed)
        try:
            found.append((policy, facts, by_the_rules(statements_by_the_rules(policy, facts, last_day(facts)))))
        except SalesRulesError:
            continue
    return found


def test_random_policies_with_modifiers_pay_what_the_scalar_rules_pay():
    compared = 0
    for policy, facts, wanted in cases():
        try:
            found = in_bulk_too(policy, facts, wide=True)
        except InvalidDocument as error:
            if not out_of_range(error):
                raise
            continue
        assert list(differences(wanted, found)) == []
        compared += 1
    assert compared > 4

"""Worked examples that others published: each a rulebook document, the rows that go in, and what its source prints.

`cases/NAME.toml` is the document; `cases/NAME.yaml` has the source, how its print was read, rows, and expectations. A
refused precedent says which fault it is.
"""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from commissions.firm import blended_rate, explain_statement, marginal_rate, payout_curve
from commissions.published import FOLDER, open_case, read

from salesrules.commissions import CommissionPolicy
from salesrules.core import DateRange, InvalidDocument, Rate, RoundingMode, round_exactly
from salesrules.quotas import (
    QuotaPolicy,
    apply_ramps,
    calculate_growth_quota,
    calculate_quota,
    split_periods,
)
from salesrules.wire import check_rulebook

#: Every id of the list of published cases of commissions.
CASES = [
    "abestweb-perf-incentive",
    "abestweb-whole-amount-cliff",
    "afflio-per-order-cap",
    "erpnext-target-variance-test",
    "fxopen-double-conversion",
    "ga-cap-1200pct-cut",
    "ga-cooling-off-100pct",
    "ga-deferral-4yr-curve",
    "ga-lapse-5th-70pct",
    "hyperbots-accel",
    "metasfresh-hierarchy-invoiced-change",
    "metasfresh-negative-clawback",
    "nonrecoverable-min-2000",
    "oca-check-deposit-safety-days",
    "openfisca-marginal-rate-calc",
    "openfisca-marginal-rates",
    "openfisca-marginal-round1",
    "openfisca-rate-from-base",
    "openfisca-to-average",
    "oracle-24b-blended-step",
    "oracle-fusion-draw-recovery-p1-3",
    "oracle-interpolated-individual",
    "quickbase-quota-proration",
    "referello-2tier",
    "revopsmasters-decel-40",
    "salescookie-deferred-thirds",
    "salescookie-quota-growth",
    "seanmasters-month-goal",
    "sparrowgenie-nonretro",
    "textbook-rolf-parts",
    "tryton-10pct-on-payment",
    "visdum-recoverable-shortfall",
    "xtuple-split-discount-schedule",
]
REFUSED = {name for name in CASES if "refused" in read(name)}


def exact(value):
    """Numbers of a case as they are compared: shares as rates, the rest exact."""
    if isinstance(value, list):
        return [exact(each) for each in value]
    if isinstance(value, str) and value.endswith("%"):
        return Rate.parse(value)
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def rate(number):
    return Rate(Decimal(number) if isinstance(number, Decimal) else round_exactly(number, 12, RoundingMode.HALF_EVEN))


def effective(statement):
    """Pay over what was sold."""
    return Fraction(statement.paid.amount) / sum(Fraction(line.measured) for line in statement.lines)


def after_modifiers(statement):
    """What is left of each line after what modifiers added and took."""
    parts = [part for entry in statement.adjustments for part in entry.parts]
    return [line.amount.amount + sum(p.amount for p in parts if p.line == line.id) for line in statement.lines]


def tier_pieces(statement):
    return [(piece, line) for line in statement.lines for piece in line.pieces]


#: What a case may say of a statement.
SHOWN = {
    "period": lambda s: s.period.label,
    "payee": lambda s: s.payee,
    "lines": lambda s: [line.amount.amount for line in s.lines],
    "days": lambda s: [line.credit.day for line in s.lines],
    "measured": lambda s: [round(line.measured, 2) for line in s.lines],
    "tiers": lambda s: [[piece.measure, rate(piece.rate), piece.earned] for piece, _ in tier_pieces(s)],
    "contributions": lambda s: [rate(Fraction(p.earned) / Fraction(line.measured)) for p, line in tier_pieces(s)],
    "reached": lambda s: [rate(line.pieces[-1].rate) for line in s.lines],
    "effective": lambda s: Rate(round_exactly(effective(s), 3, RoundingMode.HALF_UP)),
    "measures": lambda s: [[m.measured, m.quota, m.measured - m.quota] for m in s.measurements],
    "adjustments": lambda s: [[entry.kind.value, entry.amount.amount] for entry in s.adjustments],
    "balances": lambda s: [[entry.kind.value, entry.amount.amount] for entry in s.balances],
    "after_modifiers": after_modifiers,
    "earned": lambda s: s.earned.amount,
    "paid": lambda s: s.paid.amount,
    "payable": lambda s: s.payable.amount,
    "owed": lambda s: s.closing.amount,
    "held": lambda s: Decimal(0) if s.held is None else s.held.amount,
}


@pytest.mark.parametrize("name", [name for name in CASES if name not in REFUSED])
def test_a_published_case_is_paid_as_its_source_prints(name, tmp_path):
    opened, case = open_case(name, tmp_path), read(name)
    checked = 0
    for wanted in case.get("statements", ()):
        statement = opened.run(wanted["period"]).commissions.statement_of(wanted.get("payee", "ana"))
        settled = wanted.pop("settled", {})
        assert {key: SHOWN[key](statement) for key in wanted} == {key: exact(value) for key, value in wanted.items()}
        assert {day: statement.lines[0].credit.day <= day for day in settled} == settled
        assert explain_statement(statement).recompute() == statement.paid.amount
        check_rates(opened, statement, wanted)
        checked += 1
    checked += check_pending(name, case, tmp_path) + check_held(opened, case) + check_grown(opened, case)
    assert checked


def check_rates(opened, statement, wanted):
    """Marginal and blended rates as the plan's curve gives them, beside those that the lines were paid."""
    if not {"reached", "effective"} & wanted.keys():
        return
    curve = payout_curve(opened.rulebook.policy(CommissionPolicy).plans[0].components[0].table)
    if "reached" in wanted:
        assert [Rate(marginal_rate(curve, line.after)) for line in statement.lines] == exact(wanted["reached"])
    else:
        [line] = statement.lines
        found = round_exactly(blended_rate(curve, line.after), 3, RoundingMode.HALF_UP)
        assert Rate(found) == exact(wanted["effective"])


def check_pending(name, case, folder):
    """What waits as long as the rows of a table are not there; then nothing is paid."""
    if "pending" not in case:
        return 0
    wanted, period = case["pending"], case["statements"][0]["period"]
    run = open_case(name, folder, leave_out=[wanted["without"]]).run(period).commissions
    found = [[p.transaction.id, p.trigger, Rate(Decimal(p.part.numerator)), p.expected] for p in run.pending]
    assert found == exact(wanted["credits"])
    assert not any(statement.paid.amount for statement in run.statements)
    return 1


def check_held(opened, case):
    """What holders owe over the spans that a case asks for, from the quotas of its rows."""
    policy, calendar = opened.rulebook.policy(QuotaPolicy), opened.rulebook.calendar
    lines = list(apply_ramps(opened.facts.commissions.quotas, policy, calendar))
    for kind in case.get("split", ()):
        lines = [part for line in lines for part in split_periods(line, kind, calendar, policy)]
    for wanted in case.get("held", ()):
        held = calculate_quota(wanted["holder"], DateRange(wanted["from"], wanted["until"]), lines, policy, calendar)
        assert held.amount == exact(wanted["amount"])
    return len(case.get("held", ()))


def check_grown(opened, case):
    """A quota made of what was sold in a period and its growth."""
    if "grown" not in case:
        return 0
    wanted, policy = case["grown"], opened.rulebook.policy(QuotaPolicy)
    span = opened.rulebook.calendar.period(wanted["over"]).span
    sold = sum(sale.amount.amount for sale in opened.facts.commissions.transactions if sale.day in span)
    assert calculate_growth_quota(sold, exact(wanted["growth"]), "USD", policy) == exact(wanted["quota"])
    return 1


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_refused_precedent_is_a_fault_that_says_what_to_do(name, tmp_path):
    opened, case = open_case(name, tmp_path), read(name)
    assert case["read"].startswith("A refused precedent.")
    with pytest.raises(InvalidDocument) as caught:
        opened.run(case["period"])
    [fault] = caught.value.faults
    assert case["refused"] in fault.problem
    assert fault.remedy


@pytest.mark.parametrize("name", CASES)
def test_every_document_is_without_fault_and_says_its_source(name):
    assert {fault.code for fault in check_rulebook(FOLDER / f"{name}.toml")} <= {"rulebook.review_missing"}
    assert (FOLDER / f"{name}.toml").read_text("utf-8").splitlines()[1].startswith("# Source: ")
    assert read(name)["source"]
    assert read(name)["read"]


def test_every_case_of_the_list_stands_here():
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(CASES)
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(CASES)
    assert len(CASES) == 33


def numbers(value):
    """Every number in a tree of values, whatever its sign."""
    match value:
        case dict():
            return {number for each in value.values() for number in numbers(each)}
        case list():
            return {number for each in value for number in numbers(each)}
        case bool() | None | date():
            return set()
        case str():
            return {abs(Decimal(text)) for text in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?=%|$)", value)}
        case _:
            return {abs(Decimal(str(value)))}


def test_the_list_has_the_same_cases_sources_and_figures(shared):
    """Each number that a print expects stands among what its case expects; per cents of one are given as such."""
    published = {case["id"]: case for case in json.loads((shared / "cases" / "commissions.json").read_text("utf-8"))}
    assert sorted(published) == CASES
    missing = set()
    for name, print_ in published.items():
        case = read(name)
        assert case.pop("source") == print_["source"]
        expected, found = numbers(print_["expected"]), numbers(case)
        missing |= {(name, n) for n in expected if n not in found and n * 100 not in found}
    assert missing == set()

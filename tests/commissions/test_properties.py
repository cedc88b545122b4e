"""Laws of pay over random firms, and the naive oracle beside it, on thresholds and a cent beside them."""

import pickle
from decimal import Decimal
from fractions import Fraction

import attrs
from commissions.firm import run
from commissions.firms import LABELS, QUARTERS, as_plain, random_firms, to_facts, to_library, to_policy
from commissions.oracle import Oracle
from hypothesis import given, settings
from hypothesis import strategies as st

from salesrules.commissions import DIRECT, RoundingLevel
from salesrules.core import total

FEW = settings(max_examples=40, deadline=None)
MANY = settings(max_examples=200, deadline=None)


def statements(firm):
    result = run(*to_library(firm), period="2020-Q4")
    return [*result.earlier, *result.statements]


@MANY
@given(random_firms())
def test_the_oracle_pays_every_line_and_balance_alike(firm):
    oracle = Oracle(firm)
    found = {(s.payee, s.period.start): as_plain(s) for s in statements(firm) if s.period.label in LABELS}
    expected = {
        (person, first): pay
        for person in firm["boss"]
        for first, pay in oracle.pay(person, QUARTERS).items()
        if (person, first) in found or pay["lines"]
    }
    assert found == expected


@FEW
@given(random_firms())
def test_parts_sum_to_totals_at_every_level(firm):
    result = run(*to_library(firm), period="2020-Q4")
    owed = {}
    for s in sorted((*result.earlier, *result.statements), key=lambda s: s.period.start):
        assert total([line.amount for line in s.lines], "USD") == s.earned
        assert total([s.earned, *(entry.amount for entry in s.balances)]) == s.paid
        assert total([s.opening, *(entry.owed for entry in s.balances)]) == s.closing
        if not (firm["owed"] and s.period.start == QUARTERS[1][0]):
            assert s.opening.amount == owed.get(s.payee, 0)
        owed[s.payee] = s.closing.amount
        assert s.closing.amount >= 0
        for line in s.lines:
            assert line.reversal or sum((piece.earned for piece in line.pieces), Decimal(0)) == line.earned
            assert line.reversal or sum((piece.measure for piece in line.pieces), Decimal(0)) == line.measured
            assert line.after - line.before == line.measured
    assert result.totals() == {"USD": total([s.paid for s in result.statements], "USD")}
    assert len(result.to_records()) == sum(len(s.lines) for s in result.statements)


@FEW
@given(random_firms())
def test_each_plans_lines_stay_under_its_cap_and_sum_to_their_rounding(firm):
    plans = {plan.id: plan for plan in to_policy(firm).plans}
    for s in statements(firm):
        for plan in plans.values():
            lines = [line for line in s.lines if line.plan == plan.id and line.reversal is None]
            earned, payable, paid = (
                sum(values, Decimal(0))
                for values in ((x.earned for x in lines), (x.payable for x in lines), (x.amount.amount for x in lines))
            )
            if lines and plan.cap is not None:
                assert payable == min(earned, lines[0].cap.limit)
                assert lines[0].cap.limit <= plan.cap.amount.amount
            else:
                assert payable == earned
            if plan.rounding.level is RoundingLevel.CUMULATIVE:
                assert not lines or paid == lines[0].rounding(payable)
            else:
                assert all(line.amount.amount == line.rounding(line.payable) for line in lines)


@FEW
@given(random_firms(), st.randoms(use_true_random=False))
def test_the_order_of_the_transactions_does_not_matter(firm, random):
    shuffled = list(firm["deals"])
    random.shuffle(shuffled)
    assert statements({**firm, "deals": shuffled}) == statements(firm)


@FEW
@given(random_firms())
def test_recomputing_gives_an_equal_result_that_can_be_pickled(firm):
    given_facts, rules = to_library(firm)
    once = run(given_facts, rules, "2020-Q4")
    assert run(to_facts(firm), to_policy(firm), "2020-Q4") == once
    assert pickle.loads(pickle.dumps(once)) == once


@FEW
@given(random_firms())
def test_earlier_periods_are_what_their_own_runs_say(firm):
    given_facts, rules = to_library(firm)
    year = run(given_facts, rules, "2020-Q4")
    for label in LABELS[:3]:
        then = tuple(s for s in year.earlier if s.period.label == label)
        assert run(given_facts, rules, label).statements == then


@FEW
@given(random_firms(marginal=True), st.data())
def test_splitting_a_marginal_credit_in_two_earns_the_same_exactly(firm, data):
    firm = {**firm, "deals": [deal for deal in firm["deals"] if deal["original"] is None]}
    for versions in firm["plans"].values():
        for version in versions:
            for part in version["components"]:
                part["span"] = "quarter" if part["span"] == "transaction" else part["span"]
    whole = data.draw(st.sampled_from(firm["deals"]))
    share = data.draw(st.integers(0, int(whole["amount"] * 100))) * Decimal("0.01")
    halves = [
        {**whole, "id": f"{whole['id']}.1", "amount": share},
        {**whole, "id": f"{whole['id']}.2", "amount": whole["amount"] - share},
    ]
    split = {**firm, "deals": [deal for deal in firm["deals"] if deal is not whole] + halves}

    def exact(given_firm):
        return [
            (
                s.payee,
                s.period.label,
                sum((line.earned for line in s.lines), Decimal(0)),
                sum((x.payable for x in s.lines), Decimal(0)),
            )
            for s in statements(given_firm)
        ]

    assert exact(split) == exact(firm)


@FEW
@given(random_firms())
def test_returning_everything_at_original_terms_undoes_every_sale_exactly(firm):
    sales = [deal for deal in firm["deals"] if deal["original"] is None]
    returns = [
        {
            **deal,
            "id": f"all-{deal['id']}",
            "day": max(d["day"] for d in sales),
            "amount": -deal["amount"],
            "original": deal["id"],
        }
        for deal in sales
    ]
    for versions in firm["plans"].values():
        for version in versions:
            version["returns"] = "original"
    lines = [line for s in statements({**firm, "deals": [*sales, *returns]}) for line in s.lines]
    by_sale = {}
    for line in lines:
        sold = line.credit.transaction.original or line.credit.transaction.id
        key = (line.credit.payee, line.credit.role, line.component, sold)
        by_sale[key] = by_sale.get(key, Decimal(0)) + line.amount.amount
    assert set(by_sale.values()) <= {Decimal(0)}
    assert any(line.credit.role == DIRECT for line in lines) or not any(
        part["only"] is None for version in firm["plans"]["rep"] for part in version["components"]
    )


def pays(part, scale, measure):
    """What a component of a firm pays for a measure in all: each slice at its rate, or all at the reached one."""
    bounds, rates = [bound * scale for bound, _ in part["tiers"]], [rate for _, rate in part["tiers"]]
    if measure <= 0:
        return rates[0] * measure
    if part["whole"]:
        owned = [b < measure or (b == measure and part["side"] == "lower") for b in bounds[1:]]
        return rates[sum(owned)] * measure
    ends = [*bounds[1:], measure]
    slices = [max(min(end, measure) - start, 0) for start, end in zip(bounds, ends, strict=True)]
    return sum((rate * width for rate, width in zip(rates, slices, strict=True)), Decimal(0))


@MANY
@given(random_firms())
def test_under_the_current_measure_a_period_pays_the_curve_of_what_is_left(firm):
    """Sales and returns of a period together earn F of what is left after it, less F of what it began with."""
    parts = {}
    for versions in firm["plans"].values():
        for version in versions:
            version["returns"] = "current"
            parts |= {(version["id"], part["id"]): part for part in version["components"]}
    reached = {}
    for s in sorted(statements(firm), key=lambda s: s.period.start):
        chains = {}
        for line in s.lines:
            assert line.reversal is None
            chains.setdefault((line.plan, line.component), []).append(line)
        for key, lines in chains.items():
            part, runs = parts[key], []
            for line in lines:
                begins = part["span"] == "transaction" or (line.before == 0 and runs and runs[-1][-1].after != 0)
                if begins or not runs:
                    runs.append([line])
                else:
                    assert runs[-1][-1].after == line.before
                    runs[-1].append(line)
            if part["span"] != "transaction":  # what runs on does so from where it was left
                assert runs[0][0].before in (reached.get((s.payee, *key), 0), 0)
                reached[s.payee, *key] = runs[-1][-1].after
            for run_ in runs:
                scale = run_[0].quota if part["by_quota"] else 1
                earned = sum((line.earned for line in run_), Decimal(0))
                assert earned == pays(part, scale, run_[-1].after) - pays(part, scale, run_[0].before)


@FEW
@given(random_firms(), st.randoms(use_true_random=False))
def test_the_order_of_quotas_people_rules_assignments_and_plans_does_not_matter(firm, random):
    """Transactions have their own test; components and modifiers work in their order, as the plan says."""
    given_facts, rules = to_library(firm)

    def shuffled(values):
        values = list(values)
        random.shuffle(values)
        return values

    other_facts = attrs.evolve(
        given_facts,
        quotas=shuffled(given_facts.quotas),
        payees=shuffled(given_facts.payees.values()),
        opening_balances=shuffled(given_facts.opening_balances),
    )
    other_rules = attrs.evolve(
        rules,
        crediting=shuffled(rules.crediting),
        assignments=shuffled(rules.assignments),
        plans=shuffled(rules.plans),
    )
    runs = [run(given_facts, rules, "2020-Q4"), run(other_facts, other_rules, "2020-Q4")]
    one, other = (
        sorted((*r.earlier, *r.statements), key=lambda s: (s.payee, s.period.start)) for r in runs
    )  # fmt: skip
    assert one == other
    assert sorted(map(str, runs[0].findings)) == sorted(map(str, runs[1].findings))


@FEW
@given(random_firms())
def test_measurements_hold_the_last_running_measure_and_the_quota_of_the_span(firm):
    policy = to_policy(firm)
    by_quota = {(p.id, c.id): c.table.kind == "attainment" for p in policy.plans for c in p.components}
    for s in statements(firm):
        for m in s.measurements:
            assert (m.quota is not None) is by_quota[m.plan, m.component]
            assert m.quota is None or m.attainment == Fraction(m.measured) / Fraction(m.quota)

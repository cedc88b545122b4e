"""Published cases of crediting, triggers and currencies, each as a rulebook document and the rows that go in.

Source of each: `source` beside it. Where a print is ambiguous, the test says how it was read.
"""

import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))
from crediting_folder import load  # beside this file

PLAN = """
[[commissions.plans]]
id = "plan"
family = "plan"
name = "Plan"
currency = "{currency}"
rounding = {{ level = "line", mode = "half_up" }}
returns = "original_terms"
proration = "by_days"
[commissions.plans.life]
status = "in_force"
scope = "sales"
owner = "operations"
approver = "head of sales"
effective = {{ from = 2020-01-01 }}
[[commissions.plans.components]]
id = "pay"
credits = [{roles}]
measure = "{measure}"
accumulate = "transaction"
{filters}
[commissions.plans.components.table]
kind = "amount"
mode = "marginal"
[commissions.plans.components.table.tiers]
side = "lower"
bands = [ {{ from = "0", value = "{rate}" }} ]

[[commissions.assignments]]
id = "all"
plan = "plan"
effective = {{ from = 2020-01-01 }}
payees = ["ana", "ben", "cy"]
"""


def flat(rate, roles='"direct"', currency="USD", measure="amount", filters=""):
    """A plan with one flat rate, for everybody."""
    return PLAN.format(rate=rate, roles=roles, currency=currency, measure=measure, filters=filters)


SELLER = """
[[commissions.crediting]]
kind = "direct"
id = "seller"
effective = { from = 2020-01-01 }
"""


def paid(result):
    return {s.payee: str(s.paid.amount) for s in result.commissions.statements}


# metasfresh: backend/de.metas.contracts, HierachyAlgorithmTest.applyTriggerChange (@19fb711d).
# Three levels of 10 % each; each level's base is less what the level below got. Read as: the seller is credited 10 % of
# the base, each manager 10 % of what is left, and the plan pays all of what is credited.
METASFRESH = """
[[commissions.crediting]]
kind = "direct"
id = "seller"
share = "10%"
effective = { from = 2020-01-01 }
[[commissions.crediting]]
kind = "override"
id = "manager"
level = 1
share = "10%"
base = "remaining"
effective = { from = 2020-01-01 }
[[commissions.crediting]]
kind = "override"
id = "manager-of-manager"
level = 2
share = "10%"
base = "remaining"
effective = { from = 2020-01-01 }
""" + flat("100%", '"direct", "override_1", "override_2"', "EUR")

CHAIN = """
person | manager | paid in
ana    | ben     |
ben    | cy      |
cy     |         |
"""


def test_metasfresh_hierarchy_pays_each_level_of_what_the_level_below_left(tmp_path):
    sales = """
    sale | day        | seller | amount | quantity | currency | discount
    s1   | 2020-01-10 | ana    | 1110   |          | EUR      |
    """
    result = load(tmp_path, METASFRESH, "EUR", people=CHAIN, sales=sales).run("2020-M01")
    assert paid(result) == {"ana": "111.00", "ben": "99.90", "cy": "89.91"}


def test_metasfresh_hierarchy_invoiced_change_posts_the_difference(tmp_path):
    """Existing facts of 10 invoiced and the new base of 1110: the print's deltas are 110, 99, 89.1 (111 - 1 and so on).

    Read as: 10 was the base invoiced before (1, 0.9, 0.81 were paid), and 1100 is invoiced now beside it.
    """
    sales = """
    sale | day        | seller | amount | quantity | currency | discount
    s1   | 2020-01-10 | ana    | 10     |          | EUR      |
    s2   | 2020-02-10 | ana    | 1100   |          | EUR      |
    """
    firm = load(tmp_path, METASFRESH, "EUR", people=CHAIN, sales=sales)
    assert paid(firm.run("2020-M01")) == {"ana": "1.00", "ben": "0.90", "cy": "0.81"}
    assert paid(firm.run("2020-M02")) == {"ana": "110.00", "ben": "99.00", "cy": "89.10"}


def test_metasfresh_negative_clawback_is_a_refused_precedent(tmp_path):
    """HierachyAlgorithmTest.applyTriggerChange_negative: a credit memo makes the whole invoiced base -1110, though 10
    was invoiced before. Refused: more cannot come back than was sold, so the return is a fault of the facts.
    """
    document = '[[transactions]]\nfile = "returns.csv"\nkind = "return"\n[transactions.columns]\nid = ["sale"]\n'
    document += 'day = "day"\npayee = "seller"\namount = "amount"\noriginal = ["original"]\ncurrency = "currency"\n'
    sales = """
    sale | day        | seller | amount | quantity | currency | discount
    s1   | 2020-01-10 | ana    | 10     |          | EUR      |
    """
    returns = """
    sale | day        | seller | amount | currency | original
    r1   | 2020-01-20 | ana    | -1110  | EUR      | s1
    """
    load(tmp_path, METASFRESH, "EUR", people=CHAIN, sales=sales, returns=returns)
    text = (tmp_path / "company.toml").read_text("utf-8")
    (tmp_path / "company.toml").write_text(text + "\n" + document, "utf-8")
    from salesrules import company  # only this test opens a folder by itself
    from salesrules.core import InvalidDocument

    with pytest.raises(InvalidDocument, match="more is returned than was sold"):
        company.load(tmp_path).run("2020-M01")


def test_xtuple_two_reps_each_get_half(tmp_path):
    """xTuple, Enhanced Commissions, ch03s04s04: 88.20 at 2 %, two reps, 0.88 each.

    The print says a discount of 10 %, which its own table pays at 5 %; it uses the 2 % of the next band. Read as a
    discount above 10 %: the case is kept for the split and the rounding of 0.882.
    """
    filters = '[[commissions.plans.components.filters]]\nattribute = "discount"\none_of = ["over 10 to 20"]'
    sales = """
    sale | day        | seller | amount | quantity | currency | discount
    s1   | 2020-01-10 | ana    | 88.20  |          | USD      | over 10 to 20
    """
    splits = """
    sale | seller | share
    s1   | ana    | 50%
    s1   | ben    | 50%
    """
    firm = load(tmp_path, SELLER + flat("2%", filters=filters), people=CHAIN, sales=sales, splits=splits)
    result = firm.run("2020-M01")
    assert [(s.payee, str(s.paid.amount)) for s in result.commissions.statements if s.paid] == [
        ("ana", "0.88"),
        ("ben", "0.88"),
    ]
    assert {str(line.earned.normalize()) for line in result.commissions.lines()} == {"0.882"}


ON_CASH = """
[[commissions.crediting]]
kind = "direct"
id = "seller"
effective = { from = 2020-01-01 }
trigger = { on = "cash", safety_days = %d }
"""


@pytest.mark.parametrize("paid_on", ["2020-01-31", "2020-02-01"])
def test_tryton_pays_ten_per_cent_on_payment(tmp_path, paid_on):
    """tryton, modules/commission/tests/scenario_commission.rst (@07e3b975): posted on one day, the commission of 10 has
    no date; it is dated the day of payment, the day after.
    """
    sales = """
    sale | day        | seller | amount | quantity | currency | discount
    s1   | 2020-01-30 | ana    | 100    |          | USD      |
    """
    rules = ON_CASH % 0 + flat("10%")
    posted = load(tmp_path, rules, people=CHAIN, sales=sales).run("2020-M01")
    assert "ana" not in paid(posted) or paid(posted)["ana"] in ("0", "0.00")
    assert [(p.trigger, p.part, p.expected) for p in posted.commissions.pending] == [("cash", 1, None)]
    payments = f"""
    sale | day       | amount | due
    s1   | {paid_on} | 100    |
    """
    firm = load(tmp_path, rules, people=CHAIN, sales=sales, payments=payments)
    january = paid(firm.run("2020-M01"))["ana"]
    assert Decimal(january) == (10 if paid_on == "2020-01-31" else 0)
    lines = [line for month in ("2020-M01", "2020-M02") for line in firm.run(month).commissions.lines()]
    assert [(str(line.credit.day), str(line.amount.amount)) for line in lines] == [(paid_on, "10.00")]


def test_oca_pays_a_cheque_when_it_is_safe(tmp_path):
    """OCA, commission 14.0, sale_commission_check_deposit: ten safety days; a cheque due on 1 January settles not
    on the 5th, but on the 15th. The first day on which it settles is the 11th.
    """
    sales = """
    sale | day        | seller | amount | quantity | currency | discount
    s1   | 2020-01-01 | ana    | 100    |          | USD      |
    """
    payments = """
    sale | day        | amount | due
    s1   | 2020-01-01 | 100    | 2020-01-01
    """
    firm = load(tmp_path, ON_CASH % 10 + flat("10%"), people=CHAIN, sales=sales, payments=payments)
    (line,) = firm.run("2020-M01").commissions.lines()
    assert str(line.credit.day) == "2020-01-11"
    day = line.credit.day
    assert [day <= day.replace(day=settled) for settled in (5, 10, 11, 15)] == [False, False, True, True]


def test_fxopen_converts_at_the_bid_and_back_at_the_ask(tmp_path):
    """FXOpen, conversion of agents' commission: 24 EUR at the bid of 1.27151 is 30.52 USD, 15 % of it 4.58 USD, and at
    the ask of 1.3333333 3.44 EUR.

    Each direction has its own rate; the way back is read as 1 / 1.3333333 = 0.75000001875. The base is not rounded on
    the way: 15 % of 30.51624 is 4.577436, which is paid as 4.58 too.
    """
    people = """
    person | manager | paid in
    ana    |         | EUR
    """
    sales = """
    sale | day        | seller | amount | quantity | currency | discount
    s1   | 2020-01-10 | ana    | 24     |          | EUR      |
    """
    rates = """
    from | to  | rate          | starts     | ends
    EUR  | USD | 1.27151       | 2020-01-01 |
    USD  | EUR | 0.75000001875 | 2020-01-01 |
    """
    firm = load(tmp_path, SELLER + flat("15%"), people=people, sales=sales, rates=rates)
    (statement,) = firm.run("2020-M01").commissions.statements
    assert f"{statement.lines[0].measured:.2f}" == "30.52"
    assert (str(statement.paid), str(statement.payable)) == ("USD 4.58", "EUR 3.44")


def test_erpnext_counts_half_an_order_for_each(tmp_path):
    """ERPNext, sales_person_target_variance_based_on_item_group (@1d8f9c3e): 20 pieces shared by two, each with a
    yearly target of 50: 10 achieved, 40 short.
    """
    rules = SELLER + flat("0%", measure="quantity").replace(
        '"amount"\nmode', '"attainment"\nquota_measure = "amount"\nmode'
    )
    rules = rules.replace('accumulate = "transaction"', 'accumulate = "year"')
    sales = """
    sale | day        | seller | amount | quantity | currency | discount
    s1   | 2020-01-10 | ana    | 0      | 20       | USD      |
    """
    splits = """
    sale | seller | share
    s1   | ana    | 50%
    s1   | ben    | 50%
    """
    quotas = """
    person | period | quota | unit
    ana    | 2020   | 50    | count
    ben    | 2020   | 50    | count
    """
    firm = load(tmp_path, rules, people=CHAIN, sales=sales, splits=splits, quotas=quotas)
    measured = [m for s in firm.run("2020-M01").commissions.statements for m in s.measurements if m.measured]
    assert [(m.quota, m.measured, m.measured - m.quota) for m in measured] == [(50, 10, -40)] * 2

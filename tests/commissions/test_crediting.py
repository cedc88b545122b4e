"""Who is credited for a transaction, and what lies outside a territory."""

from fractions import Fraction

import attrs
import pytest
from commissions.firm import (
    ALWAYS,
    back,
    credit_transactions,
    day,
    days,
    direct,
    facts,
    list_pending,
    money,
    override,
    policy,
    run,
    sale,
    tree,
)

from salesrules.commissions import Payee, Payment, PendingCredit, TriggerTerms, report_outside_territory
from salesrules.core import Dated, InvalidDocument, Rate, Severity

PEOPLE = ("ana", "bo", "cy", "di")
CHAIN = {"ana": "bo", "bo": "cy", "cy": None, "di": None}
RULES = [direct(), override(1), override(2, "50%")]


def credited(transactions, crediting=None, **named):
    given = facts(*transactions, people=PEOPLE, **({"boss": CHAIN} | named))
    rules = policy(crediting=RULES if crediting is None else crediting)
    return [
        (c.transaction.id, c.payee, c.role, str(c.share), str(c.day), c.rule) for c in credit_transactions(given, rules)
    ]


def test_the_seller_and_two_levels_of_managers_are_credited():
    assert credited([sale("s", "01-10", 100)]) == [
        ("s", "ana", "direct", "100%", "2020-01-10", "seller"),
        ("s", "bo", "override_1", "100%", "2020-01-10", "manager-1"),
        ("s", "cy", "override_2", "50%", "2020-01-10", "manager-2"),
    ]


@pytest.mark.parametrize(
    ("seller", "roles"),
    [
        ("ana", ["direct", "override_1", "override_2"]),
        ("bo", ["direct", "override_1"]),
        ("cy", ["direct"]),
        ("di", ["direct"]),
    ],
)
def test_the_chain_ends_at_the_top_of_the_tree(seller, roles):
    assert [role for _, _, role, *_ in credited([sale("s", "01-10", 100, seller)])] == roles


@pytest.mark.parametrize(
    ("on", "rule"),
    [("02-28", None), ("02-29", "early"), ("03-31", "early"), ("04-01", "late"), ("04-30", "late"), ("05-01", None)],
)
def test_the_rule_of_the_sales_day_credits(on, rule):
    rules = [direct("10%", days("02-29", "04-01"), "early"), direct("20%", days("04-01", "05-01"), "late")]
    assert [found[-1] for found in credited([sale("s", on, 100)], rules)] == ([rule] if rule else [])


@pytest.mark.parametrize(("on", "manager"), [("03-31", "bo"), ("04-01", "di")])
def test_the_manager_of_the_sales_day_is_credited(on, manager):
    lines = tree((days("01-01", "04-01"), CHAIN), (days("04-01"), CHAIN | {"ana": "di"}))
    assert [who for _, who, *_ in credited([sale("s", on, 100)], [override(1)], hierarchies=lines)] == [manager]


def test_a_return_follows_its_sale_in_people_rule_and_share_but_has_its_own_day():
    lines = tree((days("01-01", "02-01"), CHAIN), (days("02-01"), CHAIN | {"ana": "di"}))
    rules = [override(1, "10%", days("01-01", "02-01"), "old"), override(1, "20%", days("02-01"), "new")]
    given = [back("r", "02-15", 40, "s", payee="di"), sale("s", "01-31", 100)]
    assert credited(given, rules, hierarchies=lines) == [
        ("s", "bo", "override_1", "10%", "2020-01-31", "old"),
        ("r", "bo", "override_1", "10%", "2020-02-15", "old"),
    ]


def test_credits_stand_in_the_order_of_day_kind_transaction_and_role():
    given = [
        back("a-return", "01-10", 1, "c"),
        sale("c", "01-10", 100),
        sale("b", "01-10", 100),
        sale("z", "01-09", 100),
    ]
    found = [(id, role) for id, _, role, *_ in credited(given, [override(1), direct()])]
    assert found == [(id, role) for id in ("z", "b", "c", "a-return") for role in ("direct", "override_1")]
    assert [(id, role) for id, _, role, *_ in credited(given[::-1], [override(1), direct()])] == found


def test_days_without_reporting_lines_are_all_named_at_once():
    given = facts(
        sale("s1", "01-10", 100, source="orders.csv:2"),
        sale("s2", "01-10", 100),
        sale("s3", "03-10", 100),
        sale("s4", "02-10", 100),
        hierarchies=tree((days("02-01", "03-01"), {"ana": None})),
    )
    with pytest.raises(InvalidDocument) as caught:
        credit_transactions(given, policy(crediting=RULES))
    found = caught.value.faults
    assert [(fault.code, fault.path) for fault in found] == [
        ("commissions.unknown_manager", "orders.csv:2"),
        ("commissions.unknown_manager", "transactions[s3]"),
    ]
    assert "2020-01-10" in found[0].problem
    assert "2020-03-10" in found[1].problem
    assert credit_transactions(given, policy(crediting=[direct()])), "without overrides nobody asks for managers"


def test_a_seller_who_is_not_in_the_reporting_lines_is_named():
    given = facts(sale("s", "01-10", 100), hierarchies=tree((ALWAYS, {"bo": None})))
    with pytest.raises(InvalidDocument, match="ana"):
        credit_transactions(given, policy(crediting=RULES))


def test_a_manager_who_is_not_among_the_people_is_a_fault_and_not_paid_in_silence():
    given = facts(sale("s", "01-10", 100), hierarchies=tree((ALWAYS, {"ana": "ghost", "ghost": None})))
    with pytest.raises(InvalidDocument) as caught:
        run(given, policy(crediting=[direct(), override(1)], assignments=[]))
    assert ("commissions.unknown_payee", "hierarchies", "ghost") in [
        (f.code, f.path, f.value) for f in caught.value.faults
    ]


def test_what_waits_is_told_whole_and_until_when():
    cash = attrs.evolve(direct("60%", id="sellers"), trigger=TriggerTerms(on="cash", safety_days=20))
    above = override(1, "40%")
    paid = attrs.evolve(sale("s", "01-10", 100), payments=[Payment(day=day("01-20"), amount=money(25))])
    given = facts(paid, people=("ana", "bo"), boss={"ana": "bo", "bo": None})
    rules = policy(crediting=[cash, above])
    common = {"transaction": paid, "payee": "ana", "role": "direct", "rule": "sellers", "trigger": "cash"}
    share = Rate.parse("60%")
    assert list_pending(given, rules, day("02-01")) == (
        PendingCredit(**common, share=share, part=Fraction(1, 4), expected=day("02-09")),
        PendingCredit(**common, share=share, part=Fraction(3, 4)),
    )
    assert [credit.part for credit in list_pending(given, rules, day("02-10"))] == [Fraction(3, 4)]
    assert list_pending(given, rules, day("01-10")) == ()
    [at_once] = [credit for credit in credit_transactions(given, rules) if credit.payee == "bo"]
    assert (at_once.role, at_once.share, at_once.rule) == ("override_1", Rate.parse("40%"), "manager-1")


def test_only_the_return_that_brings_all_back_completes_it():
    rows = [
        sale("s", "01-10", 100),
        back("r1", "01-11", 40, "s"),
        back("r2", "01-12", 60, "s"),
        back("r3", "01-13", 0, "s"),
    ]
    credits = credit_transactions(facts(*rows), policy())
    assert [credit.transaction.id for credit in credits if credit.completes] == ["r2"]


def test_a_role_that_two_rules_give_is_named():
    """Two rules with filters may meet in a sale that both let through."""
    rules = [direct(id="seller"), direct(id="again")]
    given = facts(attrs.evolve(sale("s", "01-10", 100), source="orders.csv:7"))
    with pytest.raises(InvalidDocument) as caught:
        credit_transactions(given, policy(crediting=rules))
    [fault] = caught.value.faults
    assert (fault.code, fault.path, fault.value) == ("commissions.credited_twice", "orders.csv:7", "ana")
    assert fault.problem == "two rules credit it in one role, direct"
    assert fault.remedy == "let one of the rules seller and again not apply to it"


# --- territories -----------------------------------------------------------------------------------------------------


def territory(*transactions, territories=("north",), attribute="region"):
    people = [Payee(id="ana", name="Ana", territories=territories), Payee(id="bo", name="Bo")]
    reasons = report_outside_territory(facts(*transactions, people=people), attribute)
    assert all(reason.severity is Severity.INFO for reason in reasons)
    return [tuple(reason.parameters[name] for name in ("payee", "lines", "of", "amount")) for reason in reasons]


def test_sales_outside_the_listed_territories_are_counted_by_payee_and_currency():
    assert territory(
        sale("1", "01-01", 10, region="north"),
        sale("2", "01-02", 20, region="south"),
        sale("3", "01-03", 30, region="south"),
        sale("4", "01-04", 40, region="east", currency="EUR"),
        sale("5", "01-05", 50),
        sale("6", "01-06", 60, payee="bo", region="south"),
    ) == [("ana", 1, 5, money(40, "EUR")), ("ana", 3, 5, money(100))]


def test_nothing_is_found_for_sales_inside_or_for_a_payee_without_territories():
    assert territory(sale("1", "01-01", 10, region="north"), sale("2", "01-02", 20, region="south", payee="bo")) == []
    assert territory(sale("1", "01-01", 10, region="south"), territories=()) == []
    assert territory() == []


def test_the_territory_may_stand_in_another_attribute():
    assert territory(sale("1", "01-01", 10, zone="north"), attribute="zone") == []
    assert territory(sale("1", "01-01", 10, zone="north")) == [("ana", 1, 1, money(10))]


def test_a_return_hides_no_sale_behind_it():
    rows = [sale("1", "01-01", 10, region="north"), back("r", "01-02", 10, "1"), sale("2", "01-03", 5, region="south")]
    assert territory(*rows) == [("ana", 1, 2, money(5))]
    [found] = report_outside_territory(
        facts(sale("1", "01-01", 10, region="south"), people=[Payee(id="ana", name="Ana", territories=("north",))])
    )
    assert found.parameters["amount"] == money(10)
    inside = sale("1", "01-01", 10, region="north", zone="south")
    assert report_outside_territory(facts(inside, people=[Payee(id="ana", name="Ana", territories=("north",))])) == ()


def test_returns_are_no_sales_outside_a_territory():
    found = territory(sale("1", "01-01", 10, region="north"), back("r", "01-02", 10, "1", region="south"))
    assert found == []


def test_hierarchies_without_any_entry_are_faults_of_their_sales():
    given = facts(sale("s", "01-10", 100), hierarchies=Dated(subject="reporting lines", entries=()))
    with pytest.raises(InvalidDocument, match="no entry at all"):
        credit_transactions(given, policy(crediting=[override(1)]))
    assert day("01-10").isoformat() == "2020-01-10"

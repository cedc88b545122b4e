"""Who shares a sale: splits, overlays, filters and overrides on what is left."""

from decimal import Decimal

import attrs
import pytest
from commissions.firm import (
    ALWAYS,
    amounts,
    assign,
    back,
    by_amount,
    check_credit_facts,
    check_policy,
    component,
    credit_transactions,
    days,
    direct,
    facts,
    override,
    pay,
    plan,
    policy,
    run,
    sale,
)
from hypothesis import given
from hypothesis import strategies as st

from salesrules.commissions import Filter, OverlayCredit, OverrideBase, Payee, Split
from salesrules.core import InvalidDocument, InvalidValue, Rate

PEOPLE = ("ana", "ben", "bo", "cy")
BOSS = {"ana": "bo", "ben": "bo", "bo": "cy", "cy": None}


def shared(transaction, **shares):
    return attrs.evolve(
        transaction, splits=[Split(payee=payee, share=Rate.parse(share)) for payee, share in shares.items()]
    )


def overlay(id="specialist", share="100%", effective=ALWAYS, **named):
    return OverlayCredit(id=id, effective=effective, share=Rate.parse(share), **named)


def only(**values):
    return [Filter(attribute=name, one_of=[value]) for name, value in values.items()]


def remaining(level, share="10%"):
    return attrs.evolve(override(level, share), base=OverrideBase.REMAINING)


def credited(*transactions, crediting=None, people=PEOPLE, boss=BOSS, **options):
    rules = attrs.evolve(policy(crediting=crediting), **options)
    found = credit_transactions(facts(*transactions, people=people, boss=boss), rules)
    return [(c.transaction.id, c.payee, c.role, str(c.share)) for c in found]


def faults(transaction, *more, maximum="100%"):
    rules = attrs.evolve(policy(), maximum_split=Rate.parse(maximum))
    found = check_credit_facts(facts(transaction, *more, people=PEOPLE), rules)
    return [(f.code.removeprefix("commissions."), f.path, f.value) for f in found]


def test_each_who_has_a_split_is_credited_for_it_and_the_owner_alone_for_nothing():
    sold = shared(sale("s", "01-10", 100, "cy"), ana="62.5%", ben="37.5%")
    assert credited(sold) == [("s", "ana", "direct", "62.5%"), ("s", "ben", "direct", "37.5%")]


def test_a_split_is_a_share_of_the_rules_share():
    sold = shared(sale("s", "01-10", 100), ana="50%", ben="50%")
    assert credited(sold, crediting=[direct("80%")]) == [("s", "ana", "direct", "40%"), ("s", "ben", "direct", "40%")]


def test_the_manager_of_both_is_credited_once_for_both_splits():
    sold = shared(sale("s", "01-10", 100), ana="60%", ben="40%")
    found = credited(sold, crediting=[override(1), override(2, "10%")])
    assert found == [("s", "bo", "override_1", "100%"), ("s", "cy", "override_2", "10%")]


def test_managers_of_different_sellers_are_credited_for_their_own():
    sold = shared(sale("s", "01-10", 100), ana="60%", bo="40%")
    assert credited(sold, crediting=[override(1)]) == [
        ("s", "bo", "override_1", "60%"),
        ("s", "cy", "override_1", "40%"),
    ]


def test_a_return_follows_the_splits_of_its_sale():
    sold = shared(sale("s", "01-10", 100), ana="60%", ben="40%")
    assert credited(sold, back("r", "02-10", 10, "s"))[2:] == [
        ("r", "ana", "direct", "60%"),
        ("r", "ben", "direct", "40%"),
    ]
    with pytest.raises(InvalidValue, match="follows the splits"):
        shared(back("r", "02-10", 10, "s"), ana="100%")


@pytest.mark.parametrize(
    ("ana", "ben", "expected"),
    [
        ("50%", "50%", []),
        ("50%", "49.99%", [("splits_under", "orders.csv:2", "99.99%")]),
        ("50%", "50.01%", [("splits_over", "orders.csv:2", "100.01%")]),
    ],
)
def test_splits_total_exactly_one_hundred_per_cent(ana, ben, expected):
    assert faults(shared(sale("s", "01-10", 100, source="orders.csv:2"), ana=ana, ben=ben)) == expected


@pytest.mark.parametrize(("ben", "expected"), [("70%", []), ("70.01%", ["splits_over"]), ("49%", ["splits_under"])])
def test_policy_may_let_splits_exceed_one_hundred_per_cent(ben, expected):
    found = faults(shared(sale("s", "01-10", 100), ana="50%", ben=ben), maximum="120%")
    assert [code for code, *_ in found] == expected


def test_each_split_names_a_known_payee_once_with_a_share():
    sold = attrs.evolve(
        sale("s", "01-10", 100),
        splits=[
            Split(payee="ana", share=Rate.parse("60%")),
            Split(payee="ana", share=Rate.parse("40%")),
            Split(payee="bem", share=Rate(0)),
            Split(payee="zz", share=Rate(0)),
        ],
    )
    assert [code for code, *_ in faults(sold)] == [
        "split_twice",
        "unknown_payee",
        "split_share",
        "unknown_payee",
        "split_share",
    ]


def test_faulty_splits_stop_the_run():
    with pytest.raises(InvalidDocument, match=r"total less than 100%.*give 10% more"):
        run(facts(shared(sale("s", "01-10", 100), ana="90%")), policy(plan(component())))


def test_what_both_are_paid_sums_to_what_one_would_be():
    sold = shared(sale("s", "01-10", 1000), ana="60%", ben="40%")
    given_facts, rules = facts(sold, people=PEOPLE), policy(plan(component()), assignments=[assign(payees=PEOPLE)])
    assert [amounts(pay(given_facts, rules, payee=who)) for who in ("ana", "ben")] == [["60.00"], ["40.00"]]


@given(st.lists(st.integers(1, 100), min_size=1, max_size=4))
def test_split_credits_sum_to_the_sale_exactly(weights):
    shares = [Decimal(weight) / 1000 for weight in weights]
    shares[0] += 1 - sum(shares)
    splits = [Split(payee=payee, share=Rate(share)) for payee, share in zip(PEOPLE, shares, strict=False)]
    sold = attrs.evolve(sale("s", "01-10", 100), splits=splits)
    found = credit_transactions(facts(sold, people=PEOPLE, boss=BOSS), policy())
    assert sum(credit.share.value for credit in found) == 1


# --- overlays and filters --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "category", "specialists"), [("03-31", "bikes", []), ("04-01", "bikes", ["cy"]), ("04-01", "socks", [])]
)
def test_an_overlay_credits_specialists_besides_by_attribute_and_day(on, category, specialists):
    rules = [direct(), overlay(payees=["cy"], filters=only(category="bikes"), effective=days("04-01"))]
    found = credited(sale("s", on, 100, category=category), crediting=rules)
    assert found == [("s", "ana", "direct", "100%"), *(("s", who, "overlay", "100%") for who in specialists)]


def test_an_overlay_by_position_has_its_own_role_and_share():
    people = [Payee(id="ana", name="Ana"), *(Payee(id=id, name=id, position="engineer") for id in ("ben", "bo"))]
    rule = overlay(positions=["engineer"], role="engineer", share="25%")
    assert credited(sale("s", "01-10", 100), crediting=[rule], people=people, boss={}) == [
        ("s", "ben", "engineer", "25%"),
        ("s", "bo", "engineer", "25%"),
    ]


def test_filters_tell_direct_rules_apart():
    rules = [
        attrs.evolve(direct("50%", id="bikes"), filters=only(category="bikes")),
        attrs.evolve(direct("20%", id="socks"), filters=only(category="socks")),
    ]
    sold = [sale("1", "01-10", 1, category="bikes"), sale("2", "01-10", 1, category="socks"), sale("3", "01-10", 1)]
    assert credited(*sold, crediting=rules) == [("1", "ana", "direct", "50%"), ("2", "ana", "direct", "20%")]
    assert not check_policy(policy(plan(component()), crediting=rules))
    (finding,) = run(facts(*sold), policy(plan(component()), crediting=rules)).findings
    assert (finding.code, finding.parameters["lines"]) == ("commissions.uncredited", 1)


def test_two_rules_that_credit_one_payee_in_one_role_are_a_fault_of_the_sale():
    rules = [direct(), attrs.evolve(direct(id="again"), filters=only(category="bikes"))]
    sold = sale("s", "01-10", 1, category="bikes", source="orders.csv:7")
    with pytest.raises(InvalidDocument) as caught:
        credited(sold, crediting=rules)
    (fault,) = caught.value.faults
    assert (fault.code, fault.path, fault.value) == ("commissions.credited_twice", "orders.csv:7", "ana")
    assert "seller and again" in fault.remedy


# --- overrides on what is left ---------------------------------------------------------------------------------------


def test_an_override_may_be_taken_of_what_the_levels_below_did_not_get():
    rules = [direct("10%"), remaining(1), remaining(2)]
    assert [share for *_, share in credited(sale("s", "01-10", 1), crediting=rules)] == ["10%", "9%", "8.1%"]
    rules = [direct("10%"), override(1, "10%"), remaining(2)]
    assert [share for *_, share in credited(sale("s", "01-10", 1), crediting=rules)] == ["10%", "10%", "8%"]


def test_nothing_is_left_above_a_seller_who_gets_all_and_check_policy_warns():
    rules = [direct(), remaining(1)]
    assert credited(sale("s", "01-10", 1), crediting=rules)[1] == ("s", "bo", "override_1", "0%")
    found = [(f.code, f.path, f.severity) for f in check_policy(policy(plan(component()), crediting=rules))]
    assert found == [("commissions.nothing_left", "crediting[1].base", "warning")]
    rules = [direct("99.99%", days("01-01")), remaining(1)]
    assert check_policy(policy(plan(component()), crediting=rules)) == ()


def test_what_is_left_of_a_split_is_taken_of_the_split():
    sold = shared(sale("s", "01-10", 1), ana="50%", bo="50%")
    found = credited(sold, crediting=[direct("10%"), remaining(1)])
    assert found[2:] == [("s", "bo", "override_1", "4.5%"), ("s", "cy", "override_1", "4.5%")]


def rule_faults(*rules):
    return [
        (f.code.removeprefix("commissions."), f.path)
        for f in check_policy(policy(plan(component(by_amount("0", "1%"))), crediting=[direct(), *rules]))
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (overlay(), ("empty_overlay", "crediting[1]")),
        (overlay(payees=["a"], role="direct"), ("overlay_role", "crediting[1].role")),
        (overlay(payees=["a"], role="override_9"), ("overlay_role", "crediting[1].role")),
        (overlay(payees=["a"], role="pool"), ("overlay_role", "crediting[1].role")),
        (overlay(payees=["a"], filters=[Filter(attribute="x")]), ("empty_filter", "crediting[1].filters[0]")),
        (overlay(payees=["a"], share="0%"), ("share", "crediting[1].share")),
    ],
)
def test_faults_of_an_overlay_rule(rule, expected):
    assert expected in rule_faults(rule)


def test_overlays_of_one_role_overlap_only_where_they_name_the_same_payees():
    assert rule_faults(overlay(payees=["a"]), overlay("b", payees=["b"])) == []
    assert rule_faults(overlay(payees=["a"]), overlay("b", payees=["a"], effective=days("01-01"))) == [
        ("overlapping_credit", "crediting[2].effective")
    ]
    assert rule_faults(overlay(positions=["a"]), overlay("b", positions=["a"])) == [
        ("overlapping_credit", "crediting[2].effective")
    ]
    limited = overlay("c", payees=["a"], filters=only(category="bikes"))
    assert rule_faults(overlay(payees=["a"]), limited) == []


def test_splits_cannot_be_allowed_to_total_less_than_all():
    rules = attrs.evolve(policy(plan(component())), maximum_split=Rate.parse("99.99%"))
    assert [(f.code, f.path) for f in check_policy(rules)] == [("commissions.maximum_split", "maximum_split")]

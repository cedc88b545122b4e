"""Formulas of measures: what they come to, how that came about, and what is no formula."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.commissions.rules import formula as module
from salesrules.commissions.rules.formula import derive_formula, evaluate_formula, names_in
from salesrules.core import InvalidValue


@pytest.fixture(autouse=True)
def read_anew():
    """Each test reads its formulas itself; none finds what another one had read."""
    module._parsed.cache_clear()


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 2 - 3", "5"),
        ("12 / 4 / 3", "1"),
        ("-amount + 7", "5"),
        ("--amount", "2"),
        ("- -amount * 3", "6"),
        ("min(3, amount, 5)", "2"),
        ("max(3, amount, 5)", "5"),
        ("max(amount)", "2"),
        ("0.1 * 3", "0.3"),
        (" amount * 1.50 ", "3.00"),
        ("max(0, amount - 5)", "0"),
        ("2.5e1 - amount", "23"),
    ],
)
def test_arithmetic_is_exact_and_in_the_usual_order(formula, expected):
    assert evaluate_formula(formula, {"amount": Decimal(2)}) == Decimal(expected)


def test_a_third_stays_a_third():
    assert evaluate_formula("amount / 3", {"amount": Decimal(1)}) == Fraction(1, 3)
    assert evaluate_formula("amount / 3 * 3", {"amount": Decimal(1)}) == 1
    assert isinstance(evaluate_formula("amount / 8", {"amount": Decimal(1)}), Decimal)


def test_a_number_is_what_its_text_says():
    assert str(evaluate_formula("0.10", {})) == "0.10"
    assert evaluate_formula("0.1 + 0.2", {}) == Decimal("0.3")
    assert evaluate_formula("123456789012345678901234567890.5 - 0.5", {}) == Decimal("123456789012345678901234567890")


def test_every_step_of_a_formula_is_told():
    derivation = derive_formula("max(0, amount - 5) * -quota / 2", {"amount": Decimal(9), "quota": Decimal(3)})
    assert str(derivation).splitlines() == [
        "commissions.label.formula_step = -6 [quotient]",
        "  commissions.label.formula_step = -12 [product]",
        "    commissions.label.formula_step = 4 [maximum]",
        "      commissions.label.formula_number = 0",
        "      commissions.label.formula_step = 4 [difference]",
        "        commissions.label.formula_name = 9",
        "        commissions.label.formula_number = 5",
        "    commissions.label.formula_step = -3 [difference]",
        "      commissions.label.nothing = 0",
        "      commissions.label.formula_name = 3",
        "  commissions.label.formula_number = 2",
    ]
    assert derivation.recompute() == -6
    names = [node.parameters["name"] for node in walk(derivation) if node.label.endswith("formula_name")]
    assert names == ["amount", "quota"]


def walk(derivation):
    yield derivation
    for term in derivation.terms:
        yield from walk(term)


def test_the_names_that_a_formula_speaks_of():
    assert names_in("amount * min(quota, 3) - -margin / max(quantity, count + attainment)") == {
        "amount",
        "quota",
        "margin",
        "quantity",
        "count",
        "attainment",
    }
    assert names_in("1 + 2") == frozenset()


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("amount ** 2", "amount ** 2"),
        ("1 + amounts", "amounts"),
        ("2 * (cost + 1)", "cost"),
        ("-foo", "foo"),
        ("min(1, foo)", "foo"),
        ("sum(amount)", "sum(amount)"),
        ("amount.real", "amount.real"),
        ("max(*amount)", "*amount"),
        ("max(amount, default=1)", "max(amount, default=1)"),
        ("max()", "max()"),
        ("True", "True"),
        ("1j", "1j"),
        ("'1'", "'1'"),
        ("not amount", "not amount"),
        ("~amount", "~amount"),
        ("amount // 2", "amount // 2"),
        ("amount % 2", "amount % 2"),
        ("lambda: 1", "lambda: 1"),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
    ],
)
def test_what_is_no_plain_arithmetic_is_refused_with_its_text(formula, value):
    with pytest.raises(InvalidValue) as caught:
        names_in(formula)
    assert caught.value.field == "formula"
    assert caught.value.value == value


def test_the_remedy_names_what_may_be_used():
    with pytest.raises(InvalidValue, match=r"use numbers, .* min, max and the names amount, margin, quantity, count"):
        names_in("cost")
    with pytest.raises(InvalidValue, match="write arithmetic such as 'amount"):
        names_in("amount +")


def test_a_formula_has_at_most_500_signs():
    longest = "1" + "+1" * 249
    assert len(longest + " ") == 500
    assert evaluate_formula(longest + " ", {}) == 250
    with pytest.raises(InvalidValue, match="at most 500 signs") as caught:
        names_in(longest + "  ")
    assert caught.value.value == longest[:40] + "…"
    assert caught.value.field == "formula"


def test_division_by_zero_names_the_formula():
    with pytest.raises(InvalidValue, match="divides by zero here") as caught:
        evaluate_formula("1 / (amount - 2)", {"amount": Decimal(2)})
    assert (caught.value.field, caught.value.value) == ("formula", "1 / (amount - 2)")


_LEAVES = st.sampled_from(["amount", "margin", "3", "0.5", "7.25"])


@given(
    st.recursive(
        _LEAVES,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({' '.join(parts)})"),
            st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda p: f"{p[0]}({p[1]}, {p[2]})"),
            inner.map(lambda text: f"-{text}"),
        ),
        max_leaves=12,
    ),
    st.decimals(min_value=-999, max_value=999, places=2),
    st.decimals(min_value=-999, max_value=999, places=2),
)
def test_a_formula_comes_to_what_python_makes_of_it_in_fractions(formula, amount, margin):
    values = {"amount": Fraction(amount), "margin": Fraction(margin)}
    exact = formula.replace("7.25", "Fraction(29, 4)").replace("0.5", "Fraction(1, 2)")
    wanted = eval(exact, {"min": min, "max": max, "Fraction": Fraction}, values)  # our own text, made above
    if len(formula) <= 500:
        found = derive_formula(formula, {"amount": amount, "margin": margin})
        assert Fraction(found.value) == wanted
        assert found.recompute() == wanted

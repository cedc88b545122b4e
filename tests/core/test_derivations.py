import copy
import json
import pickle
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from salesrules.core import Derivation, InvalidValue, Operation, Rate, RoundingMode


def given(value, label="given", unit=""):
    return Derivation(label=label, value=value if isinstance(value, Fraction) else Decimal(value), unit=unit)


def made(operation, *values, value=0, **parameters):
    return Derivation(
        label="made", value=Decimal(value), operation=operation, terms=map(given, values), parameters=parameters
    )


@pytest.mark.parametrize(
    ("operation", "values", "result"),
    [
        ("sum", ["1.5", "2", "-0.25"], Fraction(13, 4)),
        ("sum", ["1.5"], Fraction(3, 2)),
        ("difference", ["10", "2", "3"], 5),
        ("difference", ["10"], 10),
        ("product", ["0.5", "10", "3"], 15),
        ("product", ["7"], 7),
        ("quotient", ["1", "3"], Fraction(1, 3)),
        ("quotient", ["12", "3", "2"], 2),
        ("quotient", ["0", "3"], 0),
        ("minimum", ["3", "1", "2"], 1),
        ("maximum", ["1", "3", "2"], 3),
        ("sum", [Fraction(1, 3), Fraction(2, 3)], 1),
    ],
)
def test_each_operation_computes_from_its_terms(operation, values, result):
    assert made(operation, *values).recompute() == result


@pytest.mark.parametrize(
    ("value", "digits", "mode", "result"),
    [("2.345", 2, "half_up", "2.35"), ("2.345", 2, RoundingMode.DOWN, "2.34"), (Fraction(1, 3), 1, "up", "0.4")],
)
def test_a_round_computes_by_its_parameters(value, digits, mode, result):
    assert made("round", value, digits=digits, mode=mode).recompute() == Fraction(result)


def test_a_given_value_is_itself_and_the_stored_value_of_a_node_is_not_used():
    assert given("2.5").recompute() == Fraction(5, 2)
    assert made("sum", "1", "2", value=999).recompute() == 3


def test_terms_may_be_derivations_themselves():
    base = Derivation(label="sum", value=Decimal(30), operation="sum", terms=[given(10), given(20)])
    pay = Derivation(label="pay", value=Decimal("1.5"), operation="product", terms=[given("0.05"), base])
    assert pay.recompute() == Fraction(3, 2)


@pytest.mark.parametrize("operation", [operation for operation in Operation if operation is not Operation.GIVEN])
def test_an_operation_without_terms_is_refused(operation):
    with pytest.raises(InvalidValue) as caught:
        made(operation).recompute()
    assert (caught.value.field, caught.value.value) == ("terms", "made")
    assert caught.value.remedy == f"a {operation.value} needs terms"


def test_a_division_by_zero_is_refused():
    with pytest.raises(InvalidValue) as caught:
        made("quotient", "1", "2", "0").recompute()
    assert (caught.value.field, caught.value.value) == ("terms", "made")
    assert caught.value.remedy == "a quotient needs divisors other than zero"


@pytest.mark.parametrize(
    ("values", "parameters"),
    [(["1"], {}), (["1"], {"digits": 2}), (["1"], {"mode": "up"}), (["1", "2"], {"digits": 2, "mode": "up"})],
)
def test_a_round_needs_one_term_digits_and_mode(values, parameters):
    with pytest.raises(InvalidValue) as caught:
        made("round", *values, **parameters).recompute()
    assert (caught.value.field, caught.value.value) == ("terms", "made")
    assert caught.value.remedy == "a round needs one term, digits and mode"


RATE = given("0.5", "rate", "rate")
PAY = Derivation(
    label="earning",
    value=Fraction(5, 3),
    unit="USD",
    operation="product",
    terms=[RATE, Derivation(label="credit", value=Decimal("3.30"), unit="USD", parameters={"of": Rate.parse("2%")})],
    parameters={"tier": 2, "name": "gold"},
)


def test_it_prints_as_an_indented_tree():
    assert str(PAY).splitlines() == ["earning = 5/3 USD [product]", "  rate = 0.5 rate", "  credit = 3.30 USD"]
    nested = Derivation(label="top", value=Decimal(1), operation="round", terms=[PAY])
    assert str(nested).splitlines()[0] == "top = 1 [round]"
    assert str(nested).splitlines()[2] == "    rate = 0.5 rate"


def test_it_serialises_as_plain_data():
    record = PAY.to_record()
    assert json.loads(json.dumps(record)) == {
        "label": "earning",
        "value": "5/3",
        "unit": "USD",
        "operation": "product",
        "parameters": {"tier": 2, "name": "gold"},
        "terms": [
            {"label": "rate", "value": "0.5", "unit": "rate", "operation": "given", "parameters": {}, "terms": []},
            {
                "label": "credit",
                "value": "3.30",
                "unit": "USD",
                "operation": "given",
                "parameters": {"of": "2%"},
                "terms": [],
            },
        ],
    }


def test_a_derivation_is_a_frozen_value():
    for twin in (copy.copy(PAY), copy.deepcopy(PAY), pickle.loads(pickle.dumps(PAY))):
        assert twin == PAY
        assert hash(twin) == hash(PAY)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        PAY.value = Decimal(1)
    with pytest.raises(InvalidValue, match="operation: 'guess'"):
        made("guess", "1")

"""Values that a fact or a policy cannot hold: each names its field, what stands there and the remedy."""

from datetime import date
from decimal import Decimal

import attrs
import pytest
from commissions.firm import back, facts, money, sale

from salesrules.commissions import ClosingPolicy, Payee, Split
from salesrules.core import InvalidValue, Rate

SALE = "a sale is zero or more; give what came back the kind 'return'"
RETURN = "a return is zero or less"
SHARE = "give a share above 0 % and up to 100 %"
DAYS = "give 0 for never, or a number of days"


@pytest.mark.parametrize(
    ("make", "field", "value", "remedy"),
    [
        (lambda: sale("s", "01-10", "-0.01"), "amount", Decimal("-0.01"), SALE),
        (lambda: sale("s", "01-10", "1", quantity="-0.01"), "quantity", Decimal("-0.01"), SALE),
        (lambda: sale("s", "01-10", "1", cost="-0.01"), "cost", Decimal("-0.01"), SALE),
        (lambda: back("r", "01-10", "-0.01", "s"), "amount", Decimal("0.01"), RETURN),
        (lambda: back("r", "01-10", "1", "s", quantity="-0.01"), "quantity", Decimal("0.01"), RETURN),
        (lambda: back("r", "01-10", "1", "s", cost="-0.01"), "cost", Decimal("0.01"), RETURN),
        (
            lambda: attrs.evolve(sale("s", "01-10", "1"), original="t"),
            "original",
            "t",
            "only a return names an original",
        ),
        (
            lambda: attrs.evolve(sale("s", "01-10", "1"), cost=money("1", "EUR")),
            "cost",
            money("1", "EUR"),
            "give it in the currency of the amount, USD",
        ),
        (
            lambda: attrs.evolve(back("r", "01-10", "1", "s"), splits=[Split(payee="ana", share=Rate(1))]),
            "splits",
            "s",
            "leave them out; a return follows the splits of its original",
        ),
        (
            lambda: facts(people=(Payee(id="ana", name="Ana"), Payee(id="ana", name="Anna"))),
            "payees",
            "ana",
            "two payees have this id; give each their own",
        ),
        (
            lambda: ClosingPolicy(id="c", maximum_recovery=Rate(1), days_to_reopen=-1),
            "days_to_reopen",
            -1,
            DAYS,
        ),
        (lambda: ClosingPolicy(id="c", maximum_recovery=Rate(0)), "maximum_recovery", Rate(0), SHARE),
        (
            lambda: ClosingPolicy(id="c", maximum_recovery=Rate.parse("100.01%")),
            "maximum_recovery",
            Rate.parse("100.01%"),
            SHARE,
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_remedy(make, field, value, remedy):
    with pytest.raises(InvalidValue) as caught:
        make()
    assert (caught.value.field, caught.value.value, caught.value.remedy) == (field, value, remedy)


def test_what_is_just_right_is_taken():
    assert sale("s", "01-10", "0", cost="0").amount == money("0")
    assert back("r", "01-10", "0", "s").day == date(2020, 1, 10)
    assert ClosingPolicy(id="c", maximum_recovery=Rate.parse("0.01%"), days_to_reopen=0).days_to_reopen == 0

"""What caps had carried over, finer than pay by one step or not: all that is too fine is told at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from salesrules.commissions import OpeningUse
from salesrules.core import FiscalCalendar, InvalidDocument, Money
from salesrules.frames import compile_plan
from salesrules.frames.opened import opened_caps
from salesrules.frames.periods import Periods
from salesrules.frames.reading import Names
from salesrules.testing import simple_plan


def opened(*carried):
    uses = [
        OpeningUse(payee=name, policy="cap", day=date(2020, 1, 1), used=Money(5, "USD"), carried=Money(amount, "USD"))
        for name, amount in zip(("ana", "bo"), carried, strict=True)
    ]
    payees = Names(np.array([0, 1]), pa.array(["ana", "bo"]))
    periods = Periods.of(FiscalCalendar(), "quarter", 18262, 18300)
    return opened_caps(compile_plan(simple_plan({0: "1%"})), uses, payees, [""], periods, 1)


def test_whole_cents_are_carried_in_units_of_pay():
    [by_payee] = opened("1.01", "0.010")["cap"].values()
    assert [by_payee[payee][0].carried for payee in (0, 1)] == [101, 1]


def test_every_amount_that_is_too_fine_is_told_with_its_place():
    with pytest.raises(InvalidDocument) as caught:
        opened("1.001", "0.009")
    assert [(fault.path, fault.value) for fault in caught.value.faults] == [
        ("opening_uses[ana cap].carried", str(Money(Decimal("1.001"), "USD"))),
        ("opening_uses[bo cap].carried", str(Money(Decimal("0.009"), "USD"))),
    ]
    assert all(fault.remedy for fault in caught.value.faults)

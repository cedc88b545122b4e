"""A run made by hand: two currencies, a cap, a plan in three months, a line without a measurement, a shortfall."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from salesrules.commissions import (
    BalanceEntry,
    BalanceKind,
    CapUse,
    CommissionRun,
    Measurement,
    PayoutCurve,
    RateMode,
    Reversal,
    SalesCredit,
    Statement,
    StatementLine,
    TierShare,
    Transaction,
    prove_curve,
)
from salesrules.core import (
    Band,
    BandTable,
    CurrencyTable,
    DateRange,
    Money,
    Period,
    PeriodKind,
    Rate,
    Reason,
    Rounding,
    RoundingMode,
    Severity,
)
from salesrules.reports import PlanCurve, ReportContent, RollUpKind, RollUpRow, RollUpTable

PERIOD = Period(
    kind=PeriodKind.QUARTER, year=2024, number=2, span=DateRange(date(2024, 4, 1), date(2024, 7, 1)), label="2024-Q2"
)
TO_CENTS = Rounding(digits=2, mode=RoundingMode.HALF_UP)


def curve_of(*tiers: tuple[str, str], unit: str = "quota", mode: str = "marginal", side: str = "lower", **others):
    """The curve of tiers given as start and rate, or as start and amount where the mode pays amounts."""
    rate_mode = RateMode(mode)
    value_of = (
        Decimal if rate_mode.pays_amounts else lambda value: value if isinstance(value, Rate) else Rate.parse(value)
    )
    bands = [Band(start=Decimal(start), value=value_of(value)) for start, value in tiers]
    curve = PayoutCurve.of(BandTable(side=side, bands=bands), rate_mode)
    paid_in = others.pop("paid_in", "money" if rate_mode.pays_amounts or unit != "quota" else "quota")
    proof = prove_curve(curve, digits=6 if unit == "quota" else 2, measured_in=unit, paid_in=paid_in)
    return PlanCurve(plan="plan-a", component="component-a", mode=rate_mode, proof=proof, **others)


def line_of(id: str, payee: str = "p1", role: str = "direct", amount: str = "1.00", currency: str = "USD", **others):
    transaction = Transaction(
        id=id, day=date(2024, 5, 6), payee="p1", amount=Money(100, currency), attributes={"customer": "c1"}
    )
    defaults = {
        "id": f"{id}/line",
        "credit": SalesCredit(
            transaction=transaction, payee=payee, role=role, share=Rate(1), day=transaction.day, rule="r"
        ),
        "plan": "plan-a",
        "component": "component-a",
        "measured": Decimal(100),
        "after": Decimal(100),
        "earned": Decimal(amount),
        "payable": Decimal(amount),
        "rounding": TO_CENTS,
        "amount": Money(amount, currency),
    }
    return StatementLine(**{**defaults, **others})


def statement_of(payee: str, lines: list[StatementLine], currency: str = "USD", **others) -> Statement:
    earned = Money(sum((line.amount.amount for line in lines), Decimal(0)), currency)
    zero = Money(0, currency)
    defaults = {
        "payee": payee,
        "period": PERIOD,
        "currency": currency,
        "plans": ["plan-a"],
        "lines": lines,
        "earned": earned,
        "paid": earned,
        "opening": zero,
        "closing": zero,
    }
    return Statement(**{**defaults, **others})


def made_content(**others) -> ReportContent:
    """Ann earns dollars under a cap and by three months' quotas, Bo owes a return, a third is paid in yen."""
    bound, whole = Decimal(60), Decimal(9996)
    tiers = [
        TierShare(tier=0, lower=None, upper=bound, measure=bound, rate=Decimal("0.02"), earned=Decimal("1.2")),
        TierShare(tier=1, lower=bound, upper=None, measure=Decimal(40), rate=Decimal("0.04"), earned=Decimal("1.6")),
    ]
    capped = line_of(
        "t1",
        amount="2.50",
        unit="USD",
        earned=Decimal("2.8"),
        payable=Decimal("2.504"),
        cap=CapUse(policy="cap-a", limit=Decimal("2.504"), earned_before=Decimal(0)),
        pieces=tiers,
    )
    months = [
        Measurement(plan="plan-a", component="component-a", label=f"2024-M0{month}", measured=whole, quota=quota)
        for month, quota in ((4, Decimal(10_000)), (5, Decimal(4_000)), (6, Decimal(-4_000)))
    ]
    back = line_of(
        "t2",
        payee="p2",
        role="override_7",
        amount="-3.10",
        plan="plan-old",
        component="component-old",
        measured=Decimal(0),
        after=Decimal(0),
        reversal=Reversal(
            line="t0/line", paid=Money("9.30", "USD"), share_before=Fraction(1, 3), share_after=Fraction(2, 3)
        ),
    )
    shortfall = BalanceEntry(
        kind=BalanceKind.SHORTFALL_CARRIED, amount=Money("3.10", "USD"), policy="", owed=Money("3.10", "USD")
    )
    statements = [
        statement_of("p1", [capped], measurements=months),
        statement_of("p2", [back], balances=[shortfall], paid=Money(0, "USD"), closing=Money("3.10", "USD")),
        statement_of("p3", [line_of("t3", payee="p3", amount="7", currency="JPY")], currency="JPY"),
        statement_of("p4", [], plans=[]),
    ]
    defaults = {
        "company": "Company & Sons",
        "note": "",
        "rulebook": "Rules",
        "run": CommissionRun(
            period=PERIOD,
            statements=statements,
            findings=[
                Reason("commissions.shortfall", Severity.WARNING, {"payee": "p2", "amount": Money("3.10", "USD")}),
                Reason("mine.own", Severity.INFO, {"plan": "plan-a"}),
            ],
            currencies=CurrencyTable.iso(),
        ),
        "people": {"p1": "Ann", "p2": "Bo"},
        "plans": {"plan-a": {"en": "Plan A", "zh_CN": "方案甲"}},
        "customers": {"c1": "Customer One"},
        "curves": [curve_of(("0", "2%"), ("0.6", "4%"))],
    }
    return ReportContent(**{**defaults, **others})


def table_of(sales: str, earned: str, *rows: tuple[str, str, str], kind: str = "region") -> RollUpTable:
    """A roll-up of one level: each row a name with its own sales and earnings."""
    return RollUpTable(
        kind=RollUpKind(kind),
        currency="USD",
        rows=[
            RollUpRow(
                id=name,
                name=name,
                depth=0,
                own_sales=Decimal(sold),
                sales=Decimal(sold),
                own_earned=Decimal(paid),
                earned=Decimal(paid),
            )
            for name, sold, paid in rows
        ],
        sales=Decimal(sales),
        earned=Decimal(earned),
    )

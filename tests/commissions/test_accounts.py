"""Running measures, credit by credit: what each move starts from, which column it stands in, what it earns."""

from decimal import Decimal

import attrs
from commissions.firm import (
    CALENDAR,
    amounts,
    assign,
    back,
    by_amount,
    component,
    credit,
    day,
    days,
    direct,
    facts,
    money,
    pay,
    plan,
    policy,
    sale,
    tiers,
)

from salesrules.commissions import (
    AcrossComponent,
    AcrossNumber,
    Filter,
    FormulaUse,
    GridTable,
    Payment,
    PayoutCurve,
    RateMode,
    Split,
    TriggerTerms,
)
from salesrules.commissions.rules.accounts import CurveAccount, FormulaAccount, GridAccount, Moving
from salesrules.commissions.rules.lines import Bucket, LineMaker
from salesrules.core import Band, BandTable, ExchangeRates, Rate, Rounding

D = Decimal


def curve(*cells, mode=RateMode.MARGINAL):
    return PayoutCurve.of(tiers(*cells), mode)


def grid_account(mode, *, openings=None, alone=False, reached=None, quota=None):
    curves = {"new": curve("0", "1%", "100", "3%", mode=mode), "old": curve("0", "2%", "100", "4%", mode=mode)}
    return GridAccount(curves, openings=openings or {}, alone=alone, quota=quota, reached=reached)


def told(move):
    """What was before and after, what was earned, and each piece with its column."""
    pieces = [(piece.column, piece.measure, piece.earned, piece.whole, piece.opening) for piece in move.tiers]
    return move.before, move.after, move.earned, pieces


def test_a_transaction_measured_alone_starts_from_nothing_whatever_was_before():
    account = CurveAccount(curve("0", "1%", "100", "3%"), opening=D(150), alone=True, quota=D(7), base=None)
    move = account.move(Moving(D(120)))
    assert (move.before, move.after, move.earned) == (0, 120, D("1.60"))
    assert (account.measured, account.quota) == (270, 7)
    running = CurveAccount(curve("0", "1%", "100", "3%"), opening=D(150), alone=False, quota=None, base=None)
    assert running.move(Moving(D(120))).earned == D("3.60")


def test_a_formula_goes_on_from_what_was_measured():
    account = FormulaAccount("amount * 0.1", openings={"amount": D(50)}, measure="amount", alone=False, quota=None)
    assert (account.measured, account.base) == (50, None)
    move = account.move(Moving(D(10), measures={"amount": D(10)}))
    use = FormulaUse(formula="amount * 0.1", before={"amount": D(50)}, after={"amount": D(60)})
    assert move == (50, 60, 1, (), use)


def test_a_formula_for_one_transaction_alone_forgets_what_was_measured():
    account = FormulaAccount("amount * amount", openings={"amount": D(50)}, measure="amount", alone=True, quota=D(20))
    before, after, earned, _, use = account.move(Moving(D(10), measures={"amount": D(10)}))
    assert (before, after, earned) == (0, 10, 100)
    assert dict(use.after) == {"amount": 10, "quota": 20, "attainment": D("0.5")}


def test_a_grids_slices_bear_their_column():
    account = grid_account(RateMode.MARGINAL, openings={"new": D(60), "old": D(20)}, quota=D(500))
    assert (account.measured, account.quota, account.base) == (80, 500, None)
    assert told(account.move(Moving(D(30), "old"))) == (
        80,
        110,
        D("0.8"),
        [("old", 20, D("0.40"), False, None), ("old", 10, D("0.40"), False, None)],
    )
    alone = grid_account(RateMode.MARGINAL, openings={"new": D(60)}, alone=True)
    assert told(alone.move(Moving(D(30), "new"))) == (0, 30, D("0.3"), [("new", 30, D("0.30"), False, None)])


def test_a_reached_row_pays_every_column_but_those_that_measured_nothing():
    account = grid_account(RateMode.WHOLE_AMOUNT, openings={"new": D(0), "old": D(60)})
    # 60 at 2 % taken back; 60 at 4 % and 50 at 3 % paid
    assert told(account.move(Moving(D(50), "new"))) == (
        60,
        110,
        D("2.7"),
        [("old", -60, D("-1.20"), True, None), ("new", 50, D("1.50"), True, D(0)), ("old", 60, D("2.40"), True, None)],
    )
    # within the row the move alone; back below it 60 and 40 at the lower row
    assert told(account.move(Moving(D(10), "old"))) == (110, 120, D("0.4"), [("old", 10, D("0.40"), False, None)])
    assert told(account.move(Moving(D(-21), "new"))) == (
        120,
        99,
        D("-2.61"),
        [
            ("new", -50, D("-1.50"), True, None),
            ("old", -70, D("-2.80"), True, None),
            ("new", 29, D("0.29"), True, D(50)),
            ("old", 70, D("1.40"), True, None),
        ],
    )


def test_a_column_met_for_the_first_time_had_measured_nothing():
    account = grid_account(RateMode.WHOLE_AMOUNT, openings={"old": D(60)})
    [*_, first] = account.move(Moving(D(50), "new")).tiers
    assert (first.column, first.opening) == ("new", 0)
    assert isinstance(first.opening, Decimal)


def test_where_another_column_is_reached_it_pays_the_whole_span():
    reached = iter(["old", "new", "new", "old"])
    account = grid_account(RateMode.MARGINAL, reached=lambda: next(reached))
    assert told(account.move(Moving(D(0)))) == (0, 0, 0, [("old", 0, 0, False, None)])
    # nothing was measured in the old column, so that it has nothing to take back
    assert told(account.move(Moving(D(50)))) == (0, 50, D("0.5"), [("new", 50, D("0.50"), True, None)])
    assert told(account.move(Moving(D(10)))) == (50, 60, D("0.1"), [("new", 10, D("0.10"), False, None)])
    assert told(account.move(Moving(D(20)))) == (
        60,
        80,
        D("1"),
        [("new", -60, D("-0.60"), True, None), ("old", 80, D("1.60"), True, None)],
    )


def grid(rows):
    return BandTable(
        bands=[
            Band(start=D(start), value={name: Rate.parse(rate) for name, rate in rates.items()})
            for start, rates in rows
        ]
    )


def named(*cells):
    pairs = zip(cells[::2], cells[1::2], strict=True)
    return BandTable(bands=[Band(start=D(bound), value=name) for bound, name in pairs])


def test_a_credit_goes_on_in_its_own_span_whichever_span_was_met_before_it():
    def month_of(_plan, _accumulation, on):
        return CALENDAR.period(f"{on:%Y-M%m}").span

    faults = []
    maker = LineMaker(
        rates=ExchangeRates.of(()),
        bucket=month_of,
        quota_over=lambda *_: D(1),
        on_fault=lambda *told: faults.append(told),
    )
    made = plan(component(by_amount("0", "1%", "100", "2%"), accumulate="month"))
    dated = [("a", "02-01", "80"), ("b", "01-31", "80"), ("c", "02-29", "40"), ("d", "01-01", "40")]
    given = [credit(sale(*row)) for row in dated]
    lines = maker.lines(made, given, Rounding(digits=2, mode="half_up"), None)
    # in each month 80 at 1 %, then 20 at 1 % and 20 at 2 %
    assert [str(line.amount.amount) for line in lines] == ["0.80", "0.80", "0.60", "0.60"]
    february = Bucket("plan", "pay", days("02-01", "03-01"))
    assert (maker.measured(february), maker.measured(february._replace(component="other"))) == (120, None)
    assert faults == []


def only(kind):
    return Filter(attribute="kind", one_of=[kind])


BY_SIZE = GridTable(
    mode="marginal",
    tiers=grid([("0", {"small": "1%", "large": "3%"})]),
    across=AcrossNumber(columns=named("0", "small", "100", "large")),
)


def test_the_size_of_a_deal_is_that_of_all_its_shares_and_parts():
    halves = [Split(payee="ana", share=Rate.parse("50%")), Split(payee="ben", share=Rate.parse("50%"))]
    shared = attrs.evolve(sale("s", "01-01", "100"), splits=halves)
    statement = pay(
        facts(shared, people=("ana", "ben")),
        policy(plan(component(BY_SIZE)), assignments=[assign(payees=("ana", "ben"))]),
    )
    assert amounts(statement) == ["1.50"]
    in_parts = attrs.evolve(
        sale("s", "01-01", "100"),
        payments=[Payment(day=day("01-10"), amount=money("40")), Payment(day=day("01-20"), amount=money("60"))],
    )
    cash = attrs.evolve(direct(), trigger=TriggerTerms(on="cash"))
    rules = policy(plan(component(BY_SIZE)), crediting=[cash])
    assert amounts(pay(facts(in_parts), rules)) == ["1.20", "1.80"]


def test_the_size_of_a_deal_is_by_what_its_component_measures():
    rows = [sale("s1", "01-01", "500", cost="401"), sale("s2", "01-02", "500", cost="400")]
    assert amounts(pay(facts(*rows), policy(plan(component(BY_SIZE, measure="margin"))))) == ["0.99", "3.00"]


def test_the_size_of_a_return_is_that_of_what_comes_back():
    rows = [sale("s1", "01-01", "300"), back("r1", "01-02", "100", "s1"), back("r2", "01-03", "99.99", "s1")]
    made = plan(component(BY_SIZE), returns="current_measure")
    assert amounts(pay(facts(*rows), policy(made))) == ["9.00", "-3.00", "-1.00"]


def test_a_line_that_only_shows_another_components_move_is_at_the_rate_of_one():
    services = component(by_amount("0", "0%"), id="services", filters=[only("service")])
    table = GridTable(
        mode="marginal",
        tiers=grid([("0", {"few": "1%", "many": "2%"})]),
        across=AcrossComponent(component="services", observe="measured", columns=named("0", "few", "50", "many")),
    )
    goods = component(table, id="goods", filters=[only("goods")])
    rows = [sale("s1", "01-01", "100", kind="goods"), sale("s2", "01-02", "50", kind="service")]
    lines = {line.id: line for line in pay(facts(*rows), policy(plan(goods, services))).lines}
    shown = lines["s2/goods/direct"]
    assert (shown.measured, shown.exchange_rate, shown.before, shown.after) == (0, 1, 100, 100)
    assert {piece.column for piece in shown.pieces} == {"few", "many"}

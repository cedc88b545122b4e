"""assert_agrees: what agrees passes silently; what does not is told with numbers, cause and a way to repeat it."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesrules import company
from salesrules.commissions import CommissionPolicy, EarningsFloor, Filter, Multiplier, Payee
from salesrules.core import (
    Band,
    BandTable,
    DateRange,
    FiscalCalendar,
    InvalidDocument,
    InvalidValue,
    Money,
    PeriodKind,
    Rate,
    UnknownName,
)
from salesrules.quotas import Quota
from salesrules.testing import Disagreement, assert_agrees, plan_cases, simple_plan
from salesrules.testing.agreement_runs import facts_of
from salesrules.testing.cases import policy_around
from salesrules.testing.their_rows import read_rows

PLAN = simple_plan({0: "2%", 100: "4%"})


def row(transaction, amount, paid, payee="ana", day="2020-01-03", **more):
    return {"transaction": transaction, "payee": payee, "day": day, "amount": amount, "paid": paid, **more}


RIGHT = [row("s1", "80", "1.60"), row("s2", "80", "2.80"), row("s3", "80", "1.60", payee="ben")]


def disagreement(rows, plan=PLAN, **options):
    options = options if not isinstance(plan, type(PLAN)) else {"pay_period": "month", **options}
    with pytest.raises(Disagreement) as caught:
        assert_agrees(rows, plan, **options)
    return caught.value


def changed(**paid):
    return [each | ({"paid": paid[each["transaction"]]} if each["transaction"] in paid else {}) for each in RIGHT]


def test_what_agrees_passes_to_the_cent_and_what_differs_by_a_cent_does_not():
    assert assert_agrees(RIGHT, PLAN, pay_period="month") is None
    for paid in ("2.79", "2.81"):
        [found] = disagreement(changed(s2=paid)).differences
        assert (found.key, found.theirs, found.ours) == (("s2", "ana"), Decimal(paid), Decimal("2.80"))
        assert found.amount == Decimal(paid) - Decimal("2.80")


@pytest.mark.parametrize(
    ("tolerance", "agrees"), [("0.01", True), ("0.0099", False), (Decimal("0.01"), True), (1, True)]
)
def test_the_tolerance_itself_agrees(tolerance, agrees):
    if agrees:
        assert_agrees(changed(s2="2.79"), PLAN, pay_period="month", tolerance=tolerance)
    else:
        assert len(disagreement(changed(s2="2.79"), tolerance=tolerance).differences) == 1


def test_everything_is_told_at_once():
    rows = [
        *changed(s1="1.70", s3="n/a"),
        row("s4", "10", "9", day="2020-01-04", payee="cy"),
        row("s4", "10", "9", day="2020-01-04", payee="cy"),
        row("s5", "10", "", day="2020-01-05", payee="cy"),
    ]
    found = disagreement(rows)
    assert [(each.key[0], str(each.theirs), str(each.ours)) for each in found.differences] == [
        ("s1", "1.70", "1.60"),
        ("s4", "9", "0.20"),
        ("s5", "None", "0.20"),
    ]
    assert [each.key[0] for each in found.missing] == ["s5"]
    assert [(fault.code, fault.path, fault.value) for fault in found.faults] == [
        ("testing.unreadable", "their_rows[2].paid", "n/a"),
        ("testing.duplicate_row", "their_rows[4].transaction", "s4"),
    ]
    assert "their_rows[3]" in found.faults[1].problem
    assert found.total() == {"USD": Money("8.70", "USD")}
    assert found.total(1) == {"USD": Money("8.90", "USD")}
    assert found.total(-1) == {"USD": Money("-0.20", "USD")}
    assert found.compared == 5
    text = str(found)
    assert "Paid by the plan, but by no row: 1" in text
    assert "Rows that cannot be read: 2\n  their_rows[2].paid: it is no number" in text


def test_the_message_shows_how_many_how_much_the_first_ones_the_cause_and_how_to_repeat_it():
    rows = [row(f"s{n}", "10", "0.30", day=f"2020-01-{n:02}") for n in range(1, 8)]
    lines = str(disagreement(rows, shown=2)).splitlines()
    assert lines[:7] == [
        "Rows that differ from what the plan pays: 7 of 7",
        "The differences sum to $0.70: $0.70 too much, $0.00 too little",
        "  Transaction  Payee  Theirs   Plan  Difference",
        "  s1           ana     $0.30  $0.20       $0.10",
        "  s2           ana     $0.30  $0.20       $0.10",
        "  … and 5 more",
        "",
    ]
    assert lines[7] == "How the plan pays the first one (s1, ana):"
    assert lines[8].startswith("  Transaction s1, sales of plan: $0.20 (the following, rounded half up")
    assert "To repeat it:" in lines


def test_messages_come_in_chinese_and_columns_stand_below_each_other():
    text = str(disagreement(changed(s2="2.79"), locale="zh_CN"))
    assert text.startswith("与方案应付不一致的行：3行中的1行\n差额合计-US$0.01：多付US$0.00，少付US$0.01\n")
    assert "第1档比率：2%" in text
    head, first = text.splitlines()[2:4]
    assert head.split() == ["交易", "收款人", "对方", "方案", "差额"]
    assert len(head.encode("gbk")) == len(first.encode("gbk")), "a Chinese character is two columns wide"
    assert str(disagreement(changed(s2="2.79"), locale="zh_TW")).startswith("與方案應付不一致的列")
    with pytest.raises(UnknownName):
        assert_agrees(RIGHT, PLAN, pay_period="month", locale="xx")


def test_what_the_message_says_repeats_the_difference_and_nothing_else():
    rows = [
        *changed(s2="2.90"),
        row("s0", "10", "7", day="2020-01-05", category="bikes", cost=None),
        row("t1", "-80", "-3", day="2020-01-06", original="s1"),
    ]
    found = disagreement(rows)
    assert "'s3'" not in found.repeat
    assert "'s0'" not in found.repeat
    code = compile(found.repeat, "repeat", "exec")
    with pytest.raises(Disagreement) as again:
        exec(code, {"plan": PLAN})
    assert [each.key for each in again.value.differences] == [("s2", "ana")]
    assert again.value.differences[0].ours == found.differences[0].ours


def test_of_many_rows_the_code_picks_the_readers_own():
    rows = [row(f"s{n:02}", "10", "0.20", day=f"2020-01-{n:02}") for n in range(1, 11)]
    rows += [row(f"s{n:02}", "10", "0.40", day=f"2020-01-{n:02}") for n in range(11, 20)]
    rows[14]["paid"] = 0.5
    found = disagreement(rows, float_digits=2, columns={"paid": "paid"}, tolerance="0.05")
    assert "float_digits=2, pay_period='month', only=['s15'])" in found.repeat
    assert "assert_agrees(their_rows, plan, columns={'paid': 'paid'}, tolerance='0.05'" in found.repeat
    with pytest.raises(Disagreement) as again:
        exec(found.repeat, {"plan": PLAN, "their_rows": rows})
    assert [each.key for each in again.value.differences] == [("s15", "ana")]
    plain = disagreement(rows, float_digits=2, tolerance=Decimal("0.05"), pay_period=PeriodKind.MONTH).repeat
    assert "tolerance='0.05', float_digits=2, pay_period='month', only=['s15'])" in plain


def test_a_disagreement_is_an_assertion_error_that_can_be_copied_and_pickled():
    found = disagreement(changed(s2="2.79"))
    assert isinstance(found, AssertionError)
    for twin in (copy.copy(found), pickle.loads(pickle.dumps(found))):
        assert str(twin) == str(found)


# --- which rows ------------------------------------------------------------------------------------------------------


def test_a_row_that_one_side_lacks_counts_as_nothing_paid():
    nothing = attrs.evolve(PLAN, components=[])
    found = disagreement([row("s1", "80", "1.60"), row("s2", "80", "0")], nothing)
    assert [(each.key, each.ours) for each in found.surplus] == [(("s1", "ana"), None)]
    assert "The plan has no line for the first one (s1, ana)" in str(found)
    assert "Paid by a row, but by no line of the plan: 1" in str(found)


def test_columns_may_have_other_names_and_the_rest_are_attributes():
    only = simple_plan({0: "2%"})
    component = attrs.evolve(only.components[0], filters=[Filter(attribute="kind", one_of=["x"])])
    rows = [
        {"OrderNo": 43659, "Rep": "ana", "Day": date(2020, 1, 3), "Net": Decimal(80), "Commission": "1.60", "kind": "x"}
    ]
    columns = {"transaction": "OrderNo", "payee": "Rep", "day": "Day", "amount": "Net", "paid": "Commission"}
    assert_agrees(rows, attrs.evolve(only, components=[component]), columns=columns, pay_period="month")
    read = read_rows(rows, columns, ("paid",), None)
    assert read.rows[0].attributes == {"kind": "x"}
    assert facts_of(read, "USD").transactions[0].attributes == {"kind": "x"}
    with pytest.raises(UnknownName, match="did you mean 'transaction'"):
        assert_agrees(rows, only, columns={"transacton": "OrderNo"}, pay_period="month")


def test_missing_columns_are_named_with_the_nearest():
    with pytest.raises(InvalidDocument) as caught:
        assert_agrees(
            [{"transaction": "s1", "Payee": "ana", "paid": 1}], PLAN, pay_period="month", columns={"role": "Rolle"}
        )
    assert [fault.path for fault in caught.value.faults] == [
        "their_rows.payee", "their_rows.day", "their_rows.amount", "their_rows.Rolle",
    ]  # fmt: skip
    assert "did you mean 'Payee'? say which column it is: columns={'payee': …}" in caught.value.faults[0].remedy


@pytest.mark.parametrize("given", [5, {"transaction": "s1"}, ["s1"], None])
def test_what_are_no_rows_is_refused_with_the_ways_to_give_them(given):
    with pytest.raises(InvalidValue, match=r"to_dict\('records'\)"):
        assert_agrees(given, PLAN, pay_period="month")


def test_no_rows_would_agree_with_anything_and_are_refused(sample):
    with pytest.raises(InvalidValue, match="at least one row"):
        assert_agrees([], PLAN, pay_period="month")
    facts = facts_of(read_rows(RIGHT, {}, (), None), "USD")
    assert len(disagreement([], PLAN, facts=facts).missing) == 3
    assert len(disagreement([], sample).missing) == sum(1 for line in sample.commissions.lines() if line.amount)


def test_a_payee_who_is_paid_by_nobody_is_told_in_no_currency():
    facts = attrs.evolve(facts_of(read_rows(RIGHT, {}, (), None), "USD"), transactions=[], payees=[])
    found = disagreement(
        [{"transaction": "s1", "paid": "1"}], policy_around(PLAN, "month", ["ana"], date(2020, 1, 1)), facts=facts
    )
    assert found.total() == {"XTS": Money("1", "XTS")}
    assert "The plan has no line" in str(found)


def test_a_csv_file_is_read_and_faults_have_its_lines(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text(
        'transaction,payee,day,amount,paid\ns1,ana,2020-01-03,80,1.60\n\ns2,ana,2020-01-04,80,"2,80"\n', "utf-8"
    )
    found = disagreement(path)
    [fault] = found.faults
    assert (fault.file, fault.line, fault.path, fault.value) == (str(path), 4, "their_rows.paid", "2,80")
    path.write_text(
        "transaction,payee,day,amount,paid\ns1,ana,2020-01-03,80,1.60\ns1,ana,2020-01-03,80,1.60\n", "utf-8"
    )
    [fault] = disagreement(str(path)).faults
    assert f"{path}:2" in fault.problem
    path.write_text("transaction,payee,day,amount,paid\ns1,ana,2020-01-03,80,1.60\n", "utf-8")
    assert_agrees(path, PLAN, pay_period="month")


class FrameFloat(float):
    """A float as NumPy 2 shows it."""

    def __repr__(self) -> str:
        return f"np.float64({float(self)})"


class FrameInt:
    """An integer of a frame, which is no int."""

    def __index__(self) -> int:
        return 80


def test_floats_are_read_only_at_declared_digits():
    rows = [row("s1", FrameInt(), FrameFloat(1.6000000000000003), day=datetime(2020, 1, 3, 8, 30, tzinfo=UTC))]
    with pytest.raises(Disagreement, match="float_digits=2"):
        assert_agrees(rows, PLAN, pay_period="month")
    assert_agrees(rows, PLAN, pay_period="month", float_digits=2)
    assert_agrees([row("s1", Money("80", "USD"), Money("1.60", "USD"))], PLAN, pay_period="month")
    for wrong in (True, float("inf"), "1e5000", "twelve", object()):
        [fault] = disagreement([row("s1", "80", wrong)], float_digits=2).faults
        assert fault.path == "their_rows[0].paid"


def test_a_float_that_a_frame_puts_for_nothing_is_nothing():
    nothing = float("nan")
    rows = [row("s1", "80", "1.60", original=nothing, cost=nothing, kind=nothing), row("s2", "80", nothing)]
    found = disagreement(rows)
    assert [(each.key[0], each.theirs) for each in found.differences] == [("s2", None)]
    assert not found.faults


def test_every_fault_of_facts_comes_at_once_with_row_and_column():
    rows = [
        row("s1", "80", "x"),
        row("", "80", "1"),
        row("s3", "eighty", "1", day="03.01.2020"),
        row("s4", "-5", "1"),
        row("s5", "", "1"),
        row(6.0, "5", "1"),
        row("s1", "81", "1", payee="ben"),
        row("s8", "5", "1", cost="3", currency="DOLLARS"),
        row("s9", "5", "1", original="s1"),
    ]
    with pytest.raises(InvalidDocument) as caught:
        assert_agrees(rows, PLAN, pay_period="month")
    assert [fault.path for fault in caught.value.faults] == [
        "their_rows[1].transaction",
        "their_rows[2].day",
        "their_rows[2].amount",
        "their_rows[3].amount",
        "their_rows[4].amount",
        "their_rows[5].transaction",
        "their_rows[6].transaction",
        "their_rows[7].currency",
        "their_rows[8].amount",
        "their_rows[0].paid",
    ]


def test_a_return_without_its_sale_is_told_with_its_row():
    with pytest.raises(InvalidDocument, match=r"their_rows\[0\]"):
        assert_agrees([row("r1", "-5", "1", original="gone")], PLAN, pay_period="month")


# --- which plan ------------------------------------------------------------------------------------------------------


def test_it_must_be_said_how_often_a_plan_pays():
    with pytest.raises(InvalidValue, match="such as 'month'"):
        assert_agrees(RIGHT, PLAN)
    assert_agrees(RIGHT, PLAN, period="2020-M01")


def test_spans_are_those_of_the_fiscal_calendar():
    rows = [row("s1", "80", "1.60", day="2020-03-31"), row("s2", "80", "2.80", day="2020-04-01")]
    assert_agrees(rows, PLAN, pay_period="year")
    fiscal = FiscalCalendar(first_month=4)
    assert [each.ours for each in disagreement(rows, pay_period="year", calendar=fiscal).differences] == [
        Decimal("1.60")
    ]
    assert "calendar=calendar" in disagreement(rows, pay_period="year", calendar=fiscal).repeat


def test_one_period_is_compared_and_what_came_before_still_counts():
    rows = [row("s1", "80", "99"), row("s2", "80", "2.80", day="2020-02-01")]
    yearly = attrs.evolve(PLAN, components=[attrs.evolve(PLAN.components[0], accumulate="year")])
    assert_agrees(rows, yearly, period="2020-M02")
    assert [each.key[0] for each in disagreement(rows, yearly).differences] == ["s1"]
    assert_agrees(rows, yearly, pay_period="month", only=["s2"])


def test_quotas_are_given_where_a_plan_asks_for_them():
    from salesrules.commissions import AttainmentTable

    tiers = BandTable(bands=[Band(start=0, value=Rate.parse("1%")), Band(start=1, value=Rate.parse("5%"))])
    by_quota = attrs.evolve(PLAN.components[0], table=AttainmentTable(mode="whole_amount", tiers=tiers))
    plan = attrs.evolve(PLAN, components=[by_quota])
    quota = Quota(
        id="q",
        holder="ana",
        span=DateRange(date(2020, 1, 1), date(2020, 2, 1)),
        amount=Decimal(100),
        unit="USD",
        measure="amount",
    )
    rows = [row("s1", "80", "0.80"), row("s2", "20", "4.20", day="2020-01-04")]
    assert_agrees(rows, plan, pay_period="month", quotas=[quota])
    wrong = [rows[0], rows[1] | {"paid": "4.00"}]
    assert "quotas=quotas" in disagreement(wrong, plan, quotas=[quota]).repeat
    with pytest.raises(InvalidDocument, match="quota"):
        assert_agrees(rows, plan, pay_period="month")


def test_a_policy_says_itself_how_often_it_pays():
    policy = policy_around(PLAN, "month", ["ana", "ben"], date(2020, 1, 1))
    assert isinstance(policy, CommissionPolicy)
    assert_agrees(RIGHT, policy)
    mixed = attrs.evolve(policy, plans=[PLAN, attrs.evolve(PLAN, id="other", family="other", currency="EUR")])
    assert_agrees([each | {"currency": "USD"} for each in RIGHT], mixed)
    with pytest.raises(InvalidDocument, match="give its currency in a column 'currency'"):
        assert_agrees(RIGHT, mixed)
    found = disagreement(changed(s2="1"), policy)
    with pytest.raises(Disagreement):
        exec(found.repeat, {"policy": policy})


def test_facts_may_be_given_and_rows_then_need_only_say_what_was_paid():
    facts = facts_of(read_rows(RIGHT, {}, (), None), "USD")
    rows = [{"transaction": each["transaction"], "paid": each["paid"]} for each in RIGHT]
    assert_agrees(rows, PLAN, pay_period="month", facts=facts)
    assert_agrees(rows, policy_around(PLAN, "month", ["ana", "ben"], date(2020, 1, 1)), facts=facts)
    more = attrs.evolve(facts, payees=[*facts.payees.values(), Payee(id="cy", name="Cy")])
    found = disagreement([rows[0], rows[1] | {"paid": "0"}], facts=more)
    assert [each.key for each in found.missing] == [("s3",)]
    with pytest.raises(Disagreement) as again:
        exec(found.repeat, {"plan": PLAN, "their_rows": [rows[0], rows[1] | {"paid": "0"}], "facts": more})
    assert [each.key for each in again.value.differences] == [("s2",)]


def test_several_rows_of_one_transaction_are_told_apart_by_component():
    second = attrs.evolve(PLAN.components[0], id="bonus")
    plan = attrs.evolve(PLAN, components=[*PLAN.components, second])
    rows = [row("s1", "80", "1.60", component=name) for name in ("sales", "bonus")]
    assert_agrees(rows, plan, pay_period="month")
    assert_agrees([row("s1", "80", "3.20")], plan, pay_period="month")
    assert disagreement([rows[0]], plan).missing[0].key == ("s1", "ana", "bonus")
    assert disagreement([rows[0] | {"component": "bonus"}, rows[0] | {"paid": "2"}], plan).names == (
        "transaction", "payee", "component",
    )  # fmt: skip


def test_what_modifiers_add_to_a_transaction_counts():
    double = BandTable(bands=[Band(start=None, value=Rate.parse("200%"))])
    modifiers = [
        Multiplier(id="double", component="sales", observe="measured", factors=double),
        EarningsFloor(id="least", amount=Money("5", "USD"), per="transaction"),
    ]
    plan = attrs.evolve(PLAN, modifiers=modifiers)
    assert_agrees([row("s1", "80", "5.00"), row("s2", "80", "5.60")], plan, pay_period="month")
    found = disagreement([row("s1", "80", "5.00"), row("s2", "80", "2.80")], plan)
    [difference] = found.differences
    assert difference.ours == Decimal("5.60")
    assert [derivation.recompute() for derivation in difference.derivations] == [Decimal("2.80"), Decimal("2.80")]
    assert "double" in str(found)


def test_currencies_are_summed_each_alone():
    rows = [row("s1", "80", "1"), row("s2", "80", "2", day="2020-01-04")]
    found = disagreement(rows)
    other = attrs.evolve(found.differences[0], currency="EUR")
    both = attrs.evolve(found, differences=(other, *found.differences[1:]))
    assert both.total() == {"EUR": Money("-0.60", "EUR"), "USD": Money("-0.80", "USD")}
    assert "€0.60 and $0.80 too little" in str(both)


@pytest.fixture(scope="module")
def sample():
    return company.load(company.sample_folder()).run("2020-Q1")


def test_a_companys_result_is_held_against_its_own_lines(sample):
    rows = [{**line, "paid": line["amount"]} for line in sample.to_records() if line["entry"] == "line"]
    assert_agrees(rows, sample)
    assert_agrees(rows, sample.commissions)
    wrong = [rows[0] | {"paid": rows[0]["paid"] + 1}, *rows[2:]]
    found = disagreement(wrong, sample)
    assert sorted(each.theirs is None for each in found.differences) == [False, True]
    first = found.differences[0]
    assert f"--period 2020-Q1 --payee {first.key[1]} --transaction {first.key[0]}" in found.repeat
    for name, plan in (("result", sample), ("run", sample.commissions)):
        code = disagreement(wrong, plan).repeat
        assert f"assert_agrees(their_rows, {name}, only=" in code
        with pytest.raises(Disagreement) as again:
            exec(code, {name: plan, "their_rows": wrong})
        assert {each.key[0] for each in again.value.differences} == {first.key[0]}


def test_rows_about_earlier_periods_of_a_run_are_passed_over(sample):
    now = [{**line, "paid": line["amount"]} for line in sample.to_records() if line["entry"] == "line"]
    before = [
        {
            "transaction": line.credit.transaction.id,
            "payee": statement.payee,
            "component": line.component,
            "role": line.credit.role,
            "paid": 7,
        }
        for statement in sample.commissions.earlier[:1]
        for line in statement.lines
    ]
    assert before
    assert_agrees([*before, *now], sample)
    strange = {**before[0], "transaction": "nobody's"}
    assert [each.key[0] for each in disagreement([strange, *now], sample).surplus] == ["nobody's"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plan_cases(credits=5), st.data())
def test_the_oracle_agrees_as_another_system_would_and_a_changed_cent_is_found(case, data):
    lines = case.literal()
    rows = [{"transaction": x.transaction, "component": x.component, "role": x.role, "paid": x.amount} for x in lines]
    assert_agrees(rows, case)
    if rows:
        place = data.draw(st.integers(0, len(rows) - 1))
        rows[place]["paid"] += Decimal("0.0001")
        found = disagreement(rows, case)
        assert [each.key[0] for each in found.differences] == [rows[place]["transaction"]]
        assert "assert_agrees(their_rows, case, only=" in found.repeat
        assert str(found)

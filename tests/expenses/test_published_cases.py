"""Worked examples that others published, each with its source in `tests/cases/expenses.json`."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from expense_firm import DIRECTORY, row, with_rows
from expense_kit import (
    DAY,
    NOON,
    STOP,
    Office,
    approval,
    book,
    charge,
    claim,
    claim_line,
    codes,
    control,
    eur,
    line,
    make_policy,
    months,
    tolerances,
)

from salesrules.core import DateRange, Money, start_case
from salesrules.expenses import (
    BudgetBook,
    ClaimFile,
    Commitment,
    ExcessPolicy,
    ExpenseCategory,
    ExpenseLimit,
    Sanction,
    Spending,
    Usage,
    advance_claim,
    assess_claim,
    build_claim_workflow,
    calculate_settlement,
    calculate_theoretical_amount,
    calculate_usage,
    cancel_actual,
    check_charges,
    check_claim,
    check_confirmation,
    commit_budget,
    find_forwardable,
    release_budget,
    route_claim,
)

FILE = Path(__file__).parents[1] / "cases" / "expenses.json"
CASES = {case["id"]: case for case in json.loads(FILE.read_text("utf-8"), parse_float=Decimal)}
#: A behaviour that should not be copied, and why.
REFUSED = {"BUDGET-03": "what takes a budget back, or makes it less overdrawn, is never blocked by the budget"}
ALWAYS = DateRange(date(2000, 1, 1))


def used(actual, committed=0):
    return Usage(committed=eur(committed), actual=eur(actual))


def fits(tree: BudgetBook, policy, day, *amounts, usage=None):
    charges = [charge(tree.lines[-1].id, amount, day) for amount in amounts]
    return check_charges(charges, tree, usage or {}, policy, DAY)


def test_every_case_names_its_source_and_has_a_test():
    assert all(case["source"] for case in CASES.values())
    tests = {
        name.removeprefix("test_").upper().replace("_", "-")
        for name in globals()
        if name[5:].startswith(("budget_", "exp_"))
    }
    assert tests == CASES.keys()
    assert REFUSED.keys() <= CASES.keys()


@pytest.mark.parametrize("index", [0, 1, 2])
def test_budget_01(index):
    case = CASES["BUDGET-01"]
    year = DateRange(date(2013, 1, 1), date(2014, 1, 1))
    tree = book(line("b", case["inputs"]["budget"], span=year))
    day, amount, rule = case["inputs"]["entries"][index]
    controls = [control(table=STOP)] if "annual" in rule else []
    controls += [months(STOP)] if rule == "monthly Stop" else []
    policy = make_policy(*(controls or [control(table=tolerances((None, "ignore")))]))
    found = fits(tree, policy, date.fromisoformat(day), amount)
    assert found.is_allowed is (case["expected"][index] == "accept")


def test_budget_03():
    """Refused: two entries of 20,000 where 16,666 were meant; a stop must not block cancelling one of them."""
    assert REFUSED["BUDGET-03"]
    office = Office(make_policy(control(table=tolerances((None, "ignore")))))
    office.open(line("b", 100000))
    for key in ("e1", "e2"):
        assert office.reserve(key, charge("b", 20000)).is_allowed
    assert office.run(release_budget, "e1", ports="ledger", key="cancel").is_allowed
    assert office.used("b") == (eur(20000), eur(0))


def test_budget_05():
    given = CASES["BUDGET-05"]["inputs"]
    tree = book(line("b", given["budget"]))
    usage = calculate_usage(
        tree,
        make_policy(control(table=STOP)),
        commitments=[Commitment(id="k", line="b", day=DAY, amount=eur(given["actual"]))],
        spendings=[Spending(id="s", line="b", day=DAY, amount=eur(given["actual"]), commitment="k")],
    )
    found = fits(tree, make_policy(control(table=STOP)), DAY, given["order"], usage=usage)
    expected = CASES["BUDGET-05"]["expected"]
    assert (found.is_allowed, found.headroom) == (expected["ok"], eur(expected["remaining"]))


def test_budget_07():
    case = CASES["BUDGET-07"]
    office = Office(make_policy(control(table=STOP)))
    office.open(line("b", case["inputs"]["budget"]))
    trace = []

    def note():
        committed, actual = office.used("b")
        left = eur(case["inputs"]["budget"]) - committed - actual
        trace.append({"commit": int(committed.amount), "actual": int(actual.amount), "balance": int(left.amount)})

    office.reserve("contract", charge("b", case["inputs"]["contract"]))
    note()
    office.run(commit_budget, "contract", ports="ledger", key="invoice", amounts=[eur(case["inputs"]["invoice"])])
    note()
    office.run(cancel_actual, "invoice", ports="ledger", key="cancel")
    note()
    assert trace == case["expected"]["trace"]


def test_budget_10():
    case = CASES["BUDGET-10"]
    ladder = tolerances((None, "ignore"), ("0.7", "inform"), ("0.85", "warn"), (1, "stop"))
    policy, tree = make_policy(control(table=ladder)), book(line("b", 100))
    for share, expected in zip(case["inputs"]["usage_pct"], case["expected"], strict=True):
        found = fits(tree, policy, DAY, share)
        severity = found.reasons[0].severity.value if found.reasons else "ok"
        assert severity == {"information": "info", "warning+mail": "warning"}.get(expected, expected)


def test_budget_11():
    case = CASES["BUDGET-11"]
    given, policy = case["inputs"], make_policy(control(table=STOP))
    tree, usage = book(line("b", given["allocated"])), {"b": used(given["absorbed"])}
    for request, expected in zip(given["requests"], case["expected"][:3], strict=True):
        assert fits(tree, policy, DAY, request, usage=usage).is_allowed is expected
    assert codes(check_charges([charge("unknown", 1)], tree, usage, policy, DAY)) == ["unknown_line"]


def test_budget_12():
    case = CASES["BUDGET-12"]
    office = Office(make_policy(control(table=STOP)))
    for number, (allocated, absorbed) in enumerate(case["inputs"]["budgets"]):
        office.open(line(f"b{number}", allocated), key=f"o{number}")
        office.reserve(f"before{number}", charge(f"b{number}", absorbed))
    wanted = [charge(f"b{number}", amount) for number, amount in enumerate(case["inputs"]["lines"])]
    assert office.reserve("request", *wanted).is_allowed is case["expected"]["ok"]
    kept = office.used("b0")[0] != eur(case["inputs"]["budgets"][0][1])
    assert kept is case["expected"]["first_line_kept"]


def test_budget_13():
    case = CASES["BUDGET-13"]
    given = case["inputs"]
    start, end = (datetime.fromisoformat(given[name]).replace(tzinfo=UTC) for name in ("from", "to"))
    planned = Money(given["planned"], "EUR")
    for now, expected in zip(given["now"], case["expected"], strict=True):
        moment = datetime.fromisoformat(f"{now}:00+00:00")
        assert calculate_theoretical_amount(planned, start, end, moment) == Fraction(expected)


def test_budget_15():
    case = CASES["BUDGET-15"]
    allocated, bill = case["inputs"]["allocated"][1], case["inputs"]["bill"]
    policy = make_policy(control(table=STOP))
    assert not fits(book(line("b", allocated, status="draft")), policy, DAY, bill).is_allowed
    empty = line("b", 0, status="draft", plan=[])
    assert "not_allocated" in codes(check_confirmation(empty, approval("b", "budget.confirm"), policy, DAY))
    whole = line("b", allocated, status="draft")
    assert check_confirmation(whole, approval("b", "budget.confirm"), policy, DAY).is_allowed
    assert fits(book(line("b", allocated)), policy, DAY, bill).is_allowed


@pytest.mark.parametrize("index", [0, 1])
def test_budget_16(index):
    case = CASES["BUDGET-16"]
    limits, bill = case["inputs"]["category_limits"], case["inputs"]["category1_bills"][index]
    children = [line(f"c{number}", limit, "whole") for number, limit in enumerate(limits, start=1)]
    tree = book(line("whole", sum(limits)), *children[1:], children[0])
    whole = control("whole", STOP, levels=[1])
    deep = [control("category", STOP, levels=[2])] if case["inputs"]["levels"][index] == "dimension+category" else []
    found = fits(tree, make_policy(whole, *deep), DAY, bill)
    assert found.is_allowed is (case["expected"][index] == "accept")


def test_budget_21():
    case = CASES["BUDGET-21"]
    to = date.fromisoformat(case["inputs"]["to_date"])
    for amount, day, forwarded in case["inputs"]["lines"]:
        given = Commitment(
            id="k",
            line="b",
            day=date.fromisoformat(day),
            amount=eur(amount),
            forwarded=None if forwarded is None else date.fromisoformat(forwarded),
        )
        expected = case["expected"][case["inputs"]["lines"].index([amount, day, forwarded])]
        assert bool(find_forwardable([given], to)) is (expected == "forward")


def limit(id, amount, **changes):
    return ExpenseLimit(id=id, categories=["travel"], per="line", amount=eur(amount), effective=ALWAYS, **changes)


def test_exp_01():
    case = CASES["EXP-01"]
    given = case["inputs"]
    limits = limit("generic", given["generic"]), limit("job", given["junior"], ranks=["junior"])
    policy = make_policy(claims={"limits": limits})
    mine = claim(claim_line(amount=given["expense"]), rank="junior")
    assert (check_claim(mine, policy, DAY).outcome.value == "warn") is case["expected"]["exceeds"]
    over = claim(claim_line(amount=case["expected"]["limit"] + 1), rank="junior")
    assert check_claim(over, policy, DAY).reasons[0].parameters["limit"] == eur(case["expected"]["limit"])
    assert codes(check_claim(claim(claim_line(amount=given["expense"])), policy, DAY)) == ["over_expense_limit"]


def test_exp_05():
    case = CASES["EXP-05"]
    given, expected = case["inputs"], case["expected"]
    policy = make_policy(claims={"limits": [limit("l", given["limit"])], "excess": ExcessPolicy(id="e")})
    parts = [claim_line(f"part{number}", amount) for number, amount in enumerate(given["split"], start=1)]
    first, second = claim(parts[0], id="first"), claim(parts[1], id="second")
    (capped,) = assess_claim(first, policy)
    assert (capped.firm, capped.person) == (eur(expected["part1_approved"]), eur(expected["part1_refused"]))
    table = build_claim_workflow(policy.reviews)
    draft = ClaimFile(claim=second, case=start_case(table, as_of=datetime(2026, 3, 1, tzinfo=UTC)))
    assert (draft.case.state, draft.claim.lines[0].amount) == ("draft", eur(100))


def test_exp_07():
    case = CASES["EXP-07"]
    amount, sanctioned = case["inputs"]["amount"], case["inputs"]["sanctioned"]
    rejected = calculate_settlement(
        claim(claim_line("a", amount)),
        make_policy(),
        sanctions=[Sanction(line="a", amount=eur(sanctioned))],
        is_rejected=True,
    )
    assert rejected.total == eur(case["expected"]["sanctioned"])
    office = Office(make_policy(control(table=STOP)))
    office.open(line("b", 1000))
    before = office.used("b")
    assert before == (eur(0), eur(0))
    assert case["expected"]["entries"] == 0  # `test_what_leads_back_or_ends_gives_the_budget_up` posts nothing


def test_exp_10():
    policy, found = make_policy(), []
    table = build_claim_workflow(policy.reviews)
    now = datetime(2026, 3, 10, tzinfo=UTC)
    given = claim()
    file = ClaimFile(claim=given, case=start_case(table, as_of=now), lines=assess_claim(given, policy))

    def act(file, command, actor, role):
        decision, after = advance_claim(
            table,
            file,
            command,
            actor=actor,
            roles=[role],
            policy=policy,
            as_of=now,
            finding=check_claim(given, policy, DAY),
        )
        return decision.is_allowed, after

    _, file = act(file, "submit", "ana", "claimant")
    found.append("approve" if act(file, "supervisor_approve", "ana", "supervisor")[0] else "UserError")
    allowed, file = act(file, "supervisor_approve", "sue", "supervisor")
    found.append("approve" if allowed else "UserError")
    _, file = act(file, "finance_approve", "finn", "finance")
    found.append("post" if act(file, "pay", "sue", "supervisor")[0] else "UserError")
    found.append("post" if act(file, "pay", "cash", "cashier")[0] else "UserError")
    assert found == CASES["EXP-10"]["expected"]


def test_exp_14():
    given, found = CASES["EXP-14"]["inputs"], []
    rows = (
        row("gift", "gm", category="gift"),
        row("manager", upto={800: (), None: ("gm",)}, rank="manager"),
        row("deputy", upto={2000: (), None: ("gm",)}, rank="deputy_gm"),
    )
    approvals = with_rows(*rows, act="expense.meal")
    categories = [ExpenseCategory(id=id, claim_act="expense.meal", is_per_line=True) for id in ("meal", "gift")]
    policy = make_policy(claims={"categories": categories})
    for role, amount, kind in zip(given["role"], given["per_event"], given["kind"], strict=True):
        mine = claim(claim_line("a", amount, category=kind), rank=role)
        (route,) = route_claim(mine, policy, approvals, DIRECTORY, as_of=NOON)
        people = [approval.approver for approval in route.decision.approvals]
        found.append({(): "own authority", ("gm",): "GM"}[tuple(people)])
    assert found == CASES["EXP-14"]["expected"]

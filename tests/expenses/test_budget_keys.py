"""Keys of budget commands: sent again they change nothing; with anything else they are an error that shows both."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from expense_kit import (
    NOON,
    STOP,
    TREE,
    YEAR,
    Office,
    approval,
    charge,
    claim,
    claim_line,
    codes,
    control,
    eur,
    line,
    make_policy,
    months,
)

from salesrules.core import DateRange, IdempotencyConflict, InvalidValue, LedgerBatch, OpenAccount, Reserve
from salesrules.expenses import (
    cancel_actual,
    carry_forward_budget,
    close_budget,
    commit_budget,
    confirm_budget,
    load_usage,
    refund_budget,
    release_budget,
    renew_limits,
    review_claim,
    save_claim,
    submit_claim,
    transfer_budget,
)

LATER = NOON.replace(hour=18)
FREE = make_policy(control(table=STOP))


@pytest.fixture
def office(storage) -> Office:
    made = Office(FREE, storage)
    assert made.open(*TREE.lines).is_allowed
    return made


def state(office: Office) -> tuple[Any, ...]:
    """Everything that a command could change."""
    with office.storage.begin() as work:
        return (
            [office.line(id) for id in ("all", "trips", "fairs")],
            [work.ledger.account(id) for id in ("all", "trips", "fairs")],
            work.ledger.balances("trips"),
            len(list(work.ledger.entries())),
        )


def act(office: Office, command: Any, *given: Any, **rest: Any) -> Any:
    return office.run(command, *given, ports="budgets ledger policy", **rest)


def on_ledger(office: Office, command: Any, *given: Any, **rest: Any) -> Any:
    return office.run(command, *given, ports="ledger", **rest)


def evidence(key: str, **changes: Any) -> Any:
    return attrs.evolve(approval(key, "budget.transfer"), **changes)


def test_a_transfer_is_one_under_its_key(office):
    first = act(office, transfer_budget, "trips", "fairs", eur(100), key="t", evidence=evidence("t"))
    assert first.is_allowed
    assert [str(office.line(id).amount) for id in ("trips", "fairs")] == ["EUR 500", "EUR 700"]
    before = state(office)
    for amount in (eur(100), eur("100.00")):
        again = act(office, transfer_budget, "trips", "fairs", amount, key="t", evidence=evidence("t"), as_of=LATER)
        assert again.is_allowed
    for other in (
        lambda: act(office, transfer_budget, "trips", "fairs", eur(101), key="t", evidence=evidence("t")),
        lambda: act(office, transfer_budget, "fairs", "trips", eur(100), key="t", evidence=evidence("t")),
        lambda: act(office, transfer_budget, "trips", "all", eur(100), key="t", evidence=evidence("t")),
        lambda: act(office, transfer_budget, "trips", "fairs", eur(100), key="t"),
        lambda: act(
            office, transfer_budget, "trips", "fairs", eur(100), key="t", evidence=evidence("t", approver="zoe")
        ),
        lambda: act(office, close_budget, "trips", key="t"),
        lambda: act(office, confirm_budget, "trips", None, key="t"),
        lambda: act(office, carry_forward_budget, "trips", "fairs", key="t"),
        lambda: act(office, renew_limits, ["trips"], key="t"),
        lambda: office.reserve("t", charge("trips", 1)),
        lambda: office.open(line("new", 10), key="t"),
    ):
        with pytest.raises(IdempotencyConflict) as caught:
            other()
        assert caught.value.key == "t"
        assert 'transfer_budget {"amount": "EUR 100"' in str(caught.value.first)
        assert caught.value.second != caught.value.first
    assert state(office) == before
    with pytest.raises(IdempotencyConflict, match=r"'t' came first with .*EUR 100.*now with .*EUR 101"):
        act(office, transfer_budget, "trips", "fairs", eur(101), key="t", evidence=evidence("t"))


def test_a_denied_transfer_leaves_its_key_free(office):
    office.reserve("r", charge("trips", 600))
    assert not act(office, transfer_budget, "trips", "fairs", eur(1), key="t", evidence=evidence("t")).is_allowed
    on_ledger(office, release_budget, "r", key="v")
    assert act(office, transfer_budget, "trips", "fairs", eur(2), key="t", evidence=evidence("t")).is_allowed


def test_a_confirmation_is_one_under_its_key(storage):
    office = Office(FREE, storage)
    assert office.open(line("a", 100, status="draft"), line("b", 100, status="draft")).is_allowed
    yes = approval("a", "budget.confirm")
    assert act(office, confirm_budget, "a", yes, key="k").is_allowed
    again = act(office, confirm_budget, "a", attrs.evolve(yes), key="k", as_of=LATER)
    assert again.is_allowed
    assert office.line("a").evidence == yes
    for given in (("b", approval("b", "budget.confirm")), ("a", None), ("a", attrs.evolve(yes, route="other"))):
        with pytest.raises(IdempotencyConflict, match="confirm_budget"):
            act(office, confirm_budget, *given, key="k")
    assert office.line("b").status.value == "draft"
    assert not office.reserve("r", charge("b", 1)).is_allowed


def test_a_closing_is_one_under_its_key(office):
    assert act(office, close_budget, "trips", key="x").is_allowed
    assert act(office, close_budget, "trips", key="x", as_of=LATER).is_allowed
    with pytest.raises(
        IdempotencyConflict, match=r'close_budget \{"line": "trips"\}.*close_budget \{"line": "fairs"\}'
    ):
        act(office, close_budget, "fairs", key="x")
    assert office.line("fairs").status.value == "confirmed"
    denied = act(office, close_budget, "all", key="y")  # an open line stands under it
    assert not denied.is_allowed
    assert act(office, close_budget, "all", key="y") == denied
    with pytest.raises(IdempotencyConflict):
        act(office, close_budget, "fairs", key="y")


def test_lines_are_opened_once_under_their_key(office):
    assert office.open(*TREE.lines, as_of=LATER).is_allowed
    for lines in (TREE.lines[:2], [attrs.evolve(TREE.lines[0], owner="zoe"), *TREE.lines[1:]]):
        with pytest.raises(IdempotencyConflict, match="open_budgets"):
            office.open(*lines)
    assert office.line("all").owner == "olga"


def test_what_is_carried_forward_is_one_under_its_key(storage):
    office = Office(FREE, storage)
    before = DateRange(YEAR.start.replace(year=2025), YEAR.start)
    assert office.open(line("a25", 100, span=before), line("b25", 100, span=before), line("a26", 100)).is_allowed
    for _ in range(2):
        assert act(office, carry_forward_budget, "a25", "a26", key="c").is_allowed
        assert office.line("a26").amount == eur(200)
    with pytest.raises(IdempotencyConflict, match=r"a25.*b25"):
        act(office, carry_forward_budget, "b25", "a26", key="c")


def test_a_refund_is_one_under_its_key_whatever_is_left_by_then(office):
    for key in ("1", "2"):
        office.reserve(f"r{key}", charge("trips", 100))
        on_ledger(office, commit_budget, f"r{key}", key=f"c{key}")
    assert on_ledger(office, refund_budget, "c1", key="f").is_allowed
    assert on_ledger(office, refund_budget, "c1", key="f").is_allowed
    for command in (
        lambda: on_ledger(office, refund_budget, "c2", key="f"),
        lambda: on_ledger(office, refund_budget, "c1", key="f", amounts=[eur(100)]),
        lambda: on_ledger(office, cancel_actual, "c2", key="f"),
    ):
        with pytest.raises(IdempotencyConflict, match="refund_budget"):
            command()
    assert office.used("trips") == (eur(0), eur(100))


def test_a_reservation_is_told_again_under_another_rulebook(office):
    assert office.reserve("r", charge("trips", 100)).is_allowed
    office.policy = make_policy(control(table=STOP), months())
    assert office.reserve("r", charge("trips", 100)).is_allowed  # not asked anew: its months are not on the ledger
    with pytest.raises(IdempotencyConflict):
        office.reserve("r", attrs.evolve(charge("trips", 100), day=YEAR.start))


# --- claims ----------------------------------------------------------------------------------------------------------


def claims(office: Office, command: Any, *given: Any, **rest: Any) -> Any:
    return office.run(command, *given, ports=rest.pop("ports", "claims budgets ledger policy"), **rest)


def test_two_claims_that_charge_the_same_do_not_share_what_a_key_holds(office):
    for id in ("c1", "c2"):
        made = claim(claim_line(budget="trips", party=f"party {id}"), id=id)
        claims(office, save_claim, made, actor="ana", ports="claims policy")
    assert claims(office, submit_claim, "c1", key="k", actor="ana").is_allowed
    with pytest.raises(IdempotencyConflict, match=r'"claim": "c1".*"claim": "c2"'):
        claims(office, submit_claim, "c2", key="k", actor="ana")
    assert office.file("c2").case.state == "draft"
    assert office.used("trips") == (eur(100), eur(0))
    claims(office, review_claim, "c1", "revise", key="back", actor="ana", roles=["claimant"])
    assert office.used("trips") == (eur(0), eur(0))
    # What the key held was given back, so it cannot hold for the claim as it is submitted anew.
    with pytest.raises(IdempotencyConflict, match="turn"):
        claims(office, submit_claim, "c1", key="k", actor="ana")
    assert claims(office, submit_claim, "c1", key="k2", actor="ana").is_allowed
    assert office.used("trips") == (eur(100), eur(0))


# --- controls by month that come later -------------------------------------------------------------------------------


def test_a_later_control_by_month_opens_its_accounts(storage):
    office = Office(make_policy(control(table=STOP)), storage)
    assert office.open(line("all", 2400), line("a", 1200, "all")).is_allowed
    office.policy = make_policy(control(table=STOP), months())
    with pytest.raises(InvalidValue, match=r"no months of the line 'a'.*renew_limits"):
        office.reserve("r", charge("a", 1))
    for _ in range(2):
        assert act(office, renew_limits, ["a"], key="n").is_allowed
    with pytest.raises(IdempotencyConflict, match="renew_limits"):
        act(office, renew_limits, ["all"], key="n")
    assert codes(office.reserve("r", charge("a", 201, YEAR.start.replace(month=2)))) == ["over_months"]
    assert office.reserve("r", charge("a", 200, YEAR.start.replace(month=2))).is_allowed
    assert office.used("a@2026-M12") == office.used("all@2026-M02") == (eur(200), eur(0))
    on_ledger(office, commit_budget, "r", key="c")
    assert act(office, renew_limits, ["a"], key="again").is_allowed  # its months were kept since


def test_a_control_by_month_cannot_begin_in_the_middle(storage):
    office = Office(make_policy(control(table=STOP)), storage)
    assert office.open(line("all", 2400), line("a", 1200, "all"), line("b", 1200, "all")).is_allowed
    office.reserve("r", charge("a", 5))
    plain, monthly = office.policy, make_policy(control(table=STOP), months())
    office.policy = monthly
    denied = act(office, renew_limits, ["a", "b"], key="n")
    assert codes(denied) == ["months_not_kept"] * 2
    assert [reason.parameters["line"] for reason in denied.reasons] == ["all", "a"]
    assert denied.reasons[0].parameters["used"] == eur(5)
    with office.storage.begin() as work:
        assert "b@2026-M01" not in {
            part.account
            for entry in work.ledger.entries()
            if isinstance(entry.command, LedgerBatch)
            for part in entry.command.commands
            if isinstance(part, OpenAccount)
        }
    office.policy = plain
    on_ledger(office, release_budget, "r", key="v")
    office.policy = monthly
    assert act(office, renew_limits, ["a", "b"], key="n").is_allowed  # a denial leaves the key free
    office.policy = plain
    office.reserve("r2", charge("b", 7))  # while nobody looks at the months
    office.policy = monthly
    late = act(office, renew_limits, ["a", "b"], key="n2")
    assert [reason.parameters["line"] for reason in late.reasons] == ["all", "b"]


def test_what_is_used_of_a_line_without_an_account_is_an_error(storage):
    office = Office(make_policy(control(table=STOP)), storage)
    assert office.open(line("a", 100)).is_allowed
    with office.storage.begin() as work, pytest.raises(InvalidValue, match=r"'zz'.*open_budgets"):
        load_usage(attrs.evolve(TREE, lines=[line("zz", 1)]), work.ledger, office.policy.budgets)
    with office.storage.begin() as work:
        work.ledger.execute(Reserve(key="single", at=NOON, account="a", amount=eur(1)))
        work.commit()
    with pytest.raises(IdempotencyConflict, match="Reserve"):  # a key that somebody used on the ledger itself
        office.reserve("single", charge("a", 1))

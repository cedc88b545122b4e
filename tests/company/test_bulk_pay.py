"""Pay that waits, is held and taken back, in bulk and one by one over the same folder: the same files to the byte."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import attrs
import pytest
from bulk_firm import PERIOD, bulk_firm
from bulk_pay import (
    CLAWBACKS,
    LONG_CAPS,
    MINIMUM,
    MODIFIERS,
    PAYOUTS,
    assert_alike,
    with_events,
    with_rules,
    with_scores,
    with_versions,
)
from company_folder import Folder

from salesrules import company
from salesrules.commissions import CommissionPolicy, EarningsCap, PayoutRun, PayoutStanding
from salesrules.company.window import rows_within_reach
from salesrules.core import Fault, InvalidDocument, Money

pytest.importorskip("pyarrow")

from salesrules.frames import BulkDisagreement


def same_faults(firm: Folder) -> tuple[Fault, ...]:
    """The faults with which both kinds of run are refused."""
    with pytest.raises(InvalidDocument) as bulk:
        company.load(firm.path, in_bulk=True).run_in_bulk(PERIOD)
    with pytest.raises(InvalidDocument) as scalar:
        firm.run(PERIOD)
    assert bulk.value.faults == scalar.value.faults
    return scalar.value.faults


def test_minimum_payments_are_carried_and_paid_as_one_by_one(tmp_path: Path) -> None:
    firm = with_rules(bulk_firm(tmp_path / "firm"), MINIMUM)
    assert ",released," in assert_alike(firm, "2026-M03")  # what was carried in February
    assert assert_alike(firm).count(",minimum_carried,") == 2


@pytest.mark.parametrize("trigger", ["booking", "delivery", "cash"])
def test_payouts_of_every_kind_are_held_and_released_as_one_by_one(tmp_path: Path, trigger: str) -> None:
    firm = with_events(with_rules(bulk_firm(tmp_path / "firm", trigger=trigger), PAYOUTS))
    text = assert_alike(firm)
    for entry in (",held,", ",held_cancelled,"):
        assert entry in text, entry
    assert text.count(",released,") > 20  # of sales of many months, in the order in which they were made
    assert ",released," in assert_alike(firm, "2026-M11")  # when nothing is sold any more


def test_a_later_version_releases_what_an_earlier_one_held(tmp_path: Path) -> None:
    firm = with_rules(bulk_firm(tmp_path / "firm", accumulate="transaction", pool=False), PAYOUTS, MINIMUM)
    with_versions(with_events(firm), PAYOUTS["representative"])
    text = assert_alike(firm)
    assert "representative-2026-b" in text
    assert ",released," in text


@pytest.mark.parametrize("payouts", [{}, PAYOUTS], ids=["paid at once", "paid later"])
def test_events_take_back_what_they_take_back_one_by_one(tmp_path: Path, payouts: dict[str, str]) -> None:
    firm = with_rules(bulk_firm(tmp_path / "firm"), payouts, CLAWBACKS, MINIMUM)
    with_versions(with_events(firm, 150), payouts.get("representative", "no such rule"))
    text = assert_alike(firm)
    assert text.count(",clawed_back,") > 20
    for entry in (",clawback_offset,", *([",held_forfeited,", ",released,"] if payouts else [])):
        assert entry in text, entry


def test_what_was_paid_must_be_what_the_engine_paid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    firm = with_events(with_rules(bulk_firm(tmp_path / "firm"), CLAWBACKS))
    right = PayoutRun.standing.fget

    def short(run: PayoutRun) -> PayoutStanding:
        return attrs.evolve(right(run), sales=())

    monkeypatch.setattr(PayoutRun, "standing", property(short))
    with pytest.raises(BulkDisagreement):
        company.load(firm.path, in_bulk=True).run_in_bulk(PERIOD)


def test_an_event_that_lacks_its_instalments_is_the_same_fault(tmp_path: Path) -> None:
    firm = with_rules(with_events(bulk_firm(tmp_path / "firm")), CLAWBACKS)
    firm.edit("data/events.csv", "what,order,line,paid", "what,order,line,else")
    firm.edit("company.toml", ', instalments = "paid"', "")
    assert {fault.code for fault in same_faults(firm)} == {"commissions.no_instalments"}


def test_what_is_held_must_be_what_the_engine_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    firm = with_rules(bulk_firm(tmp_path / "firm"), PAYOUTS)
    right = PayoutRun.standing.fget

    def short(run: PayoutRun) -> PayoutStanding:
        found = right(run)
        return attrs.evolve(found, holds=found.holds[:-1])

    monkeypatch.setattr(PayoutRun, "standing", property(short))
    with pytest.raises(BulkDisagreement):
        company.load(firm.path, in_bulk=True).run_in_bulk(PERIOD)


@pytest.mark.parametrize("trigger", ["booking", "invoice"])
def test_modifiers_change_pay_in_bulk_as_one_by_one(tmp_path: Path, trigger: str) -> None:
    firm = with_scores(with_rules(bulk_firm(tmp_path / "firm", trigger=trigger), MODIFIERS))
    text = assert_alike(firm)
    for entry in (",gate,", ",kicker,", ",multiplier,", ",coefficient,", ",cap,", ",floor,", ",returned,"):
        assert entry in text, entry
    assert ",floor," in assert_alike(firm, "2026-M11")  # when nothing is sold any more


def test_what_modifiers_make_of_pay_is_held_and_taken_back_as_one_by_one(tmp_path: Path) -> None:
    firm = with_rules(bulk_firm(tmp_path / "firm"), MODIFIERS, PAYOUTS, CLAWBACKS, MINIMUM)
    with_versions(with_events(with_scores(firm)), PAYOUTS["representative"])
    text = assert_alike(firm)
    for entry in (",kicker,", ",held,", ",released,", ",clawed_back,"):
        assert entry in text, entry


def test_caps_that_run_on_without_an_end_are_the_same(tmp_path: Path) -> None:
    firm = with_rules(bulk_firm(tmp_path / "firm"), LONG_CAPS)
    text = assert_alike(firm)
    for entry in (",cap,", ",carried_in,", ",returned,"):
        assert entry in text, entry
    assert ",carried_in," in assert_alike(firm, "2026-M10")


@pytest.mark.parametrize(
    ("per", "excess", "reaches_back"),
    [
        ("quarter", "forfeited", False),
        ("year", "forfeited", True),
        ("plan", "forfeited", True),
        ("period", "carried", True),
    ],
)
def test_the_window_is_as_long_as_a_cap_runs(tmp_path: Path, per: str, excess: str, reaches_back: bool) -> None:
    opened = company.load(bulk_firm(tmp_path / "firm").path, in_bulk=True)
    assert opened.sold is not None
    policy, calendar = opened.rulebook.policy(CommissionPolicy), opened.rulebook.calendar
    cap = EarningsCap(id="most", amount=Money(Decimal(9), "EUR"), per=per, excess=excess)
    plans = [plan for plan in policy.plans if plan.family != "specialist"]  # which measures whole years
    capped = attrs.evolve(policy, plans=[attrs.evolve(plan, modifiers=[cap]) for plan in plans])
    own, short = (
        rows_within_reach(each, calendar, calendar.period(PERIOD), opened.sold)
        for each in (capped, attrs.evolve(policy, plans=plans))
    )
    assert len(short) < len(opened.sold)
    assert [*own] == ([*range(len(opened.sold))] if reaches_back else [*short])


def test_modifiers_before_anything_is_credited_are_refused_by_name(tmp_path: Path) -> None:
    firm = with_scores(with_rules(bulk_firm(tmp_path / "firm", pool=False), MODIFIERS))
    for name in ("orders", "returns", "splits", "payments"):
        head = (firm.path / f"data/{name}.csv").read_text("utf-8").splitlines()[0]
        firm.write(f"data/{name}.csv", f"{head}\n")
    firm.write("data/events.csv", "day,who,what,order,line\n")
    assert firm.run(PERIOD).commissions.statements[0].earned.amount == 350  # a floor
    with pytest.raises(InvalidDocument) as caught:
        company.load(firm.path, in_bulk=True).run_in_bulk(PERIOD)
    assert [fault.code for fault in caught.value.faults] == ["company.bulk_modifiers"]


def test_a_missing_score_is_the_same_fault(tmp_path: Path) -> None:
    firm = with_scores(with_rules(bulk_firm(tmp_path / "firm"), MODIFIERS))
    firm.edit("data/scores.csv", "cho,2026-01-01,2026-08-01,0.5\n", "")
    assert {fault.code for fault in same_faults(firm)} == {"commissions.no_score"}


def test_payouts_whose_components_take_turns_are_refused_by_name(tmp_path: Path) -> None:
    firm = with_rules(bulk_firm(tmp_path / "firm"), PAYOUTS)
    text = (firm.path / "rulebook.toml").read_text("utf-8")
    start = text.index('[[commissions.plans.components]]\nid = "machines"')
    end = text.index("[[commissions.assignments]]", start)
    more = [text[start:end].replace('"machines"', f'"{name}"') for name in ("parts", "others")]
    turns = text[:end] + "".join(more) + text[end:]
    firm.write("rulebook.toml", turns.replace('["machines"]', '["machines", "others"]'))
    [found] = company.load(firm.path, in_bulk=True).find_bulk_faults()
    assert (found.code, found.value) == ("company.bulk_payouts", "specialist-2026")
    assert "--no-bulk" in found.remedy

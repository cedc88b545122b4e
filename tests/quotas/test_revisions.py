"""Revisions: dated, approved for this subject by somebody else, and in time."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta, timezone

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import (
    ApprovalEvidence,
    DateRange,
    Denied,
    FiscalCalendar,
    InvalidDocument,
    InvalidValue,
    Outcome,
    PolicyLife,
    Rounding,
)
from salesrules.quotas import (
    Quota,
    QuotaPolicy,
    QuotaRevision,
    RevisionPolicy,
    calculate_quota,
    check_revision,
    revise_quotas,
)

LIFE = PolicyLife(status="in_force", scope="all", owner="ops", approver="boss", effective=DateRange(date(2019, 1, 1)))
POLICY = QuotaPolicy(
    life=LIFE,
    rounding=Rounding(digits=2, mode="half_up"),
    proration="prorate_by_days",
    revisions=RevisionPolicy(id="revisions"),
)
LATER = date(2021, 1, 1)


@pytest.fixture
def make_revision(make_evidence):
    def make(**changes):
        given = {"id": "rev-1", "quota": "ana:2020-Q1", "amount": "80", "day": date(2020, 2, 1), "reason": "territory"}
        given |= {"evidence": make_evidence(changes.get("id", "rev-1"))} | changes
        return QuotaRevision(**given)

    return make


def codes(decision) -> list[str]:
    return [reason.code.removeprefix("quotas.").removeprefix("approvals.") for reason in decision.reasons]


def test_an_approved_revision_in_time_is_allowed(make_line, make_revision) -> None:
    assert check_revision(make_revision(), make_line("2020-Q1"), POLICY, LATER).outcome is Outcome.ALLOW


def test_a_revision_without_evidence_is_denied(make_line, make_revision) -> None:
    decision = check_revision(make_revision(evidence=None), make_line("2020-Q1"), POLICY, LATER)
    assert (decision.outcome, codes(decision)) == (Outcome.DENY, ["evidence_missing"])
    (reason,) = decision.reasons
    assert (reason.path, reason.policy.id, reason.parameters["act"]) == (
        "revision.evidence",
        "revisions",
        "quota.revise",
    )


@pytest.mark.parametrize("evidence", [{"subject": "rev-2"}, {"subject": "rev-1", "act": "contract.sign"}])
def test_evidence_for_another_subject_or_act_is_denied(make_line, make_revision, make_evidence, evidence) -> None:
    decision = check_revision(make_revision(evidence=make_evidence(**evidence)), make_line("2020-Q1"), POLICY, LATER)
    assert codes(decision) == ["evidence_other"]
    assert decision.reasons[0].parameters["given_subject"] == evidence["subject"]


def test_nobody_approves_the_revision_of_their_own_quota(make_line, make_revision, make_evidence) -> None:
    own = make_revision(evidence=make_evidence("rev-1", approver="ana"))
    assert codes(check_revision(own, make_line("2020-Q1"), POLICY, LATER)) == ["evidence_own"]


def test_an_approval_of_the_future_does_not_count_yet(make_line, make_revision) -> None:
    for as_of, expected in ((date(2020, 1, 31), ["evidence_not_yet"]), (date(2020, 2, 1), [])):
        assert codes(check_revision(make_revision(), make_line("2020-Q1"), POLICY, as_of)) == expected


@pytest.mark.parametrize(
    ("days_after_end", "day", "is_late"),
    [
        (0, date(2020, 3, 31), False),
        (0, date(2020, 4, 1), True),
        (5, date(2020, 4, 5), False),
        (5, date(2020, 4, 6), True),
        (None, date(2030, 1, 1), False),
    ],
)
def test_a_revision_is_dated_no_later_than_policy_says(make_line, make_revision, days_after_end, day, is_late) -> None:
    policy = attrs.evolve(POLICY, revisions=RevisionPolicy(id="p", days_after_end=days_after_end))
    decision = check_revision(make_revision(day=day), make_line("2020-Q1"), policy, date(2031, 1, 1))
    assert codes(decision) == (["revision_after_period"] if is_late else [])


def test_a_backdated_revision_counts_by_the_day_of_its_approval(make_line, make_revision, make_evidence) -> None:
    backdated = make_revision(evidence=make_evidence("rev-1", on=date(2020, 4, 1)))
    (reason,) = check_revision(backdated, make_line("2020-Q1"), POLICY, LATER).reasons
    assert (reason.parameters["day"], reason.parameters["last_day"]) == (date(2020, 4, 1), date(2020, 3, 31))


def test_the_day_of_an_approval_is_its_local_day(make_line, make_revision) -> None:
    at = datetime(2020, 4, 1, 1, tzinfo=timezone(timedelta(hours=8)))  # 31 March in UTC, 1 April in Shanghai
    for instant, expected in ((at, ["revision_after_period"]), (at.astimezone(UTC), [])):
        evidence = ApprovalEvidence(approver="boss", act="quota.revise", subject="rev-1", route="direct", at=instant)
        assert codes(check_revision(make_revision(evidence=evidence), make_line("2020-Q1"), POLICY, LATER)) == expected


def test_a_revision_of_another_line_is_an_error(make_line, make_revision) -> None:
    with pytest.raises(InvalidValue, match="this is the line ana:2020-Q2"):
        check_revision(make_revision(), make_line("2020-Q2"), POLICY, LATER)


def test_lines_stand_as_of_a_day_whatever_the_order_of_revisions(make_line, make_revision) -> None:
    lines = [make_line("2020-Q1", "100"), make_line("2020-Q2", "200")]
    revisions = [
        make_revision(),
        make_revision(id="rev-2", amount="60", day=date(2020, 2, 20)),
        make_revision(id="rev-3", amount="250", quota="ana:2020-Q2", day=date(2020, 5, 1)),
    ]
    for order in itertools.permutations(revisions):
        assert [str(line.amount) for line in revise_quotas(lines, order, POLICY, date(2020, 1, 31))] == ["100", "200"]
        assert [str(line.amount) for line in revise_quotas(lines, order, POLICY, date(2020, 2, 1))] == ["80", "200"]
        assert [str(line.amount) for line in revise_quotas(lines, order, POLICY, date(2020, 4, 30))] == ["60", "200"]
        assert [str(line.amount) for line in revise_quotas(lines, order, POLICY, LATER)] == ["60", "250"]


def test_a_revised_line_tells_who_approved_it(make_line, make_revision) -> None:
    (line,) = revise_quotas([make_line("2020-Q1")], [make_revision()], POLICY, LATER)
    derivation = line.derivation()
    assert derivation.label == "quotas.label.revised_quota"
    assert (derivation.parameters["revision"], derivation.parameters["approver"]) == ("rev-1", "boss")
    assert derivation.recompute() == line.amount == 80


def test_every_denied_revision_is_named(make_line, make_revision) -> None:
    lines = [make_line("2020-Q1"), make_line("2020-Q2")]
    revisions = [
        make_revision(day=date(2022, 1, 1)),  # later than as_of: not yet looked at
        make_revision(id="rev-2", evidence=None),
        make_revision(id="rev-3", quota="ana:2020-Q2", evidence=None),
    ]
    with pytest.raises(Denied) as caught:
        revise_quotas(lines, revisions, POLICY, LATER)
    assert [reason.path for reason in caught.value.decision.reasons] == [
        "revisions[1].evidence",
        "revisions[2].evidence",
    ]


def test_contradictions_between_lines_and_revisions_come_all_at_once(make_line, make_revision) -> None:
    lines = [make_line("2020-Q1"), make_line("2020-Q1")]
    revisions = [make_revision(), make_revision(id="rev-2"), make_revision(id="rev-3", quota="ana:2020-Q9")]
    with pytest.raises(InvalidDocument) as caught:
        revise_quotas(lines, revisions, POLICY, LATER)
    assert [(fault.code, fault.path) for fault in caught.value.faults] == [
        ("quotas.duplicate_id", "quotas[1].id"),
        ("quotas.revisions_same_day", "revisions[1].day"),
        ("quotas.unknown_quota", "revisions[2].quota"),
    ]
    assert "did you mean 'ana:2020-Q1'" in str(caught.value)
    with pytest.raises(InvalidDocument, match="name the line that is revised"):
        revise_quotas([], [make_revision()], POLICY, LATER)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"amount": -1}, "amount"), ({"day": datetime(2020, 1, 1, tzinfo=UTC)}, "day"), ({"reason": " "}, "reason")],
)
def test_a_revision_says_what_it_cannot_hold(make_revision, changes, field) -> None:
    with pytest.raises(InvalidValue) as caught:
        make_revision(**changes)
    assert caught.value.field == field


def test_a_negative_grace_is_refused() -> None:
    with pytest.raises(InvalidValue, match="zero or more days"):
        RevisionPolicy(id="p", days_after_end=-1)


def test_a_policy_that_is_not_in_force_revises_nothing(make_line, make_revision) -> None:
    ended = attrs.evolve(POLICY, life=attrs.evolve(LIFE, effective=DateRange(date(2019, 1, 1), LATER)))
    assert check_revision(make_revision(), make_line("2020-Q1"), ended, LATER - timedelta(days=1)).is_allowed
    assert codes(check_revision(make_revision(), make_line("2020-Q1"), ended, LATER)) == ["core.policy_not_in_force"]
    with pytest.raises(Denied) as caught:
        revise_quotas([make_line("2020-Q1")], [make_revision(), make_revision(id="rev-2", day=LATER)], ended, LATER)
    assert codes(caught.value.decision) == ["core.policy_not_in_force"]
    with pytest.raises(InvalidValue, match=r"^quotas.revisions: "):
        check_revision(make_revision(), make_line("2020-Q1"), attrs.evolve(POLICY, revisions=None), LATER)


# From a day on


def test_a_revision_from_a_day_on_cuts_the_line_there(make_line, make_revision) -> None:
    """91 a quarter is 1 a day, 182 is 2 a day: 31 days of the one in January, then 60 days of the other."""
    revision = make_revision(amount=182, effective_from=date(2020, 2, 1))
    before, after = revise_quotas([make_line("2020-Q1", 91)], [revision], POLICY, LATER)
    assert [(line.id, str(line.span)) for line in (before, after)] == [
        ("ana:2020-Q1@2020-01-01", "[2020-01-01, 2020-02-01)"),
        ("ana:2020-Q1@2020-02-01", "[2020-02-01, 2020-04-01)"),
    ]
    assert (before.amount, after.amount) == (31, 120)
    assert (before.revision, after.revision) == (None, revision)
    assert [line.derivation().recompute() for line in (before, after)] == [31, 120]
    assert after.derivation().terms[0].label == "quotas.label.revised_quota"


@pytest.mark.parametrize(
    ("effective_from", "amounts"),
    [
        (None, [182]),
        (date(2020, 1, 1), [182]),
        (date(2020, 1, 2), [1, 180]),
        (date(2020, 3, 31), [90, 2]),
    ],
)
def test_from_the_first_to_the_last_day_of_the_line(make_line, make_revision, effective_from, amounts) -> None:
    revision = make_revision(amount=182, effective_from=effective_from)
    assert [line.amount for line in revise_quotas([make_line("2020-Q1", 91)], [revision], POLICY, LATER)] == amounts


@pytest.mark.parametrize("effective_from", [date(2019, 12, 31), date(2020, 4, 1)])
def test_a_day_outside_the_line_is_a_fault(make_line, make_revision, effective_from) -> None:
    with pytest.raises(InvalidDocument) as caught:
        revise_quotas([make_line("2020-Q1")], [make_revision(effective_from=effective_from)], POLICY, LATER)
    (fault,) = caught.value.faults
    assert (fault.code, fault.path) == ("quotas.revision_outside_line", "revisions[0].effective_from")


def test_what_is_known_later_replaces_what_was_said_for_the_same_days(make_line, make_revision) -> None:
    lines = [make_line("2020-Q1", 91)]
    first = make_revision(amount=182, day=date(2020, 1, 10), effective_from=date(2020, 2, 1))
    second = make_revision(id="rev-2", amount=273, day=date(2020, 1, 20), effective_from=date(2020, 3, 1))
    earlier = make_revision(id="rev-3", amount=364, day=date(2020, 1, 30), effective_from=date(2020, 1, 11))
    whole = make_revision(id="rev-4", amount=455, day=date(2020, 2, 1))
    for revisions, amounts in (
        ([second, first], [31, 29 * 2, 31 * 3]),
        ([first, second, earlier], [10, 81 * 4]),
        ([whole, first, second, earlier], [455]),
    ):
        approved = [attrs.evolve(one, evidence=attrs.evolve(one.evidence, at=APPROVED)) for one in revisions]
        assert [line.amount for line in revise_quotas(lines, approved, POLICY, LATER)] == amounts


APPROVED = datetime(2020, 1, 10, 12, tzinfo=UTC)


def test_a_line_that_may_not_be_cut_is_a_fault_but_a_market_share_is_not_cut(make_line, make_revision) -> None:
    refusing = attrs.evolve(POLICY, proration="refuse")
    revision = make_revision(effective_from=date(2020, 2, 1))
    with pytest.raises(InvalidDocument) as caught:
        revise_quotas([make_line("2020-Q1")], [revision], refusing, LATER)
    assert [fault.code for fault in caught.value.faults] == ["quotas.partial_line"]
    whole = attrs.evolve(revision, effective_from=date(2020, 1, 1))
    assert revise_quotas([make_line("2020-Q1")], [whole], refusing, LATER)[0].amount == 80
    share = make_line("2020-Q1", "0.2", unit="share", measure="market_share")
    shares = revise_quotas([share], [attrs.evolve(revision, amount="0.3")], refusing, LATER)
    assert [str(line.amount) for line in shares] == ["0.2", "0.3"]


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.dates(date(2020, 1, 1), date(2020, 3, 31)))
def test_a_revision_to_the_same_amount_changes_no_cent(cents, other, day) -> None:
    span = DateRange(date(2020, 1, 1), date(2020, 4, 1))
    line = Quota(id="q", holder="ana", span=span, amount=f"{cents}e-2", unit="USD")
    evidence = ApprovalEvidence(approver="boss", act="quota.revise", subject="r", route="direct", at=APPROVED)

    def held(amount: int) -> object:
        revision = QuotaRevision(
            id="r", quota="q", amount=f"{amount}e-2", day=day, reason="r", effective_from=day, evidence=evidence
        )
        lines = revise_quotas([line], [revision], POLICY, LATER)
        return calculate_quota("ana", span, lines, POLICY, FiscalCalendar()).amount

    assert held(cents) == line.amount
    assert min(cents, other) <= held(other) * 100 <= max(cents, other)


def test_a_line_is_cut_by_the_days_that_policy_counts(make_line, make_revision) -> None:
    """Of the four days two are worked on, one of them before the cut."""

    class Office:
        def working_days(self, span: DateRange) -> list[date]:
            return [day for day in (date(2020, 1, 31), date(2020, 2, 3)) if day in span]

    line = make_line("2020-Q1", 100, span=DateRange(date(2020, 1, 31), date(2020, 2, 4)))
    revision = make_revision(amount=300, effective_from=date(2020, 2, 1))
    working = attrs.evolve(POLICY, day_count="working")
    parts = revise_quotas([line], [revision], working, LATER, working_time=Office())
    assert [part.amount for part in parts] == [50, 150]
    assert [part.amount for part in revise_quotas([line], [revision], POLICY, LATER)] == [25, 225]

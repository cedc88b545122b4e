"""Changes, deadlines, renewal, obligations."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_contract import ALONE, CONTRACT, DAY, POLICY, told

from salesrules.contracts import (
    ChangeNotice,
    Contract,
    DayLimit,
    LateRule,
    Obligation,
    Performance,
    Standing,
    calculate_due_day,
    calculate_standings,
    check_change,
    check_deadlines,
    check_performance,
    check_renewal,
    find_changes,
    is_material,
    replace_contract,
)
from salesrules.core import (
    DateRange,
    Denied,
    InvalidDocument,
    InvalidValue,
    Money,
    Outcome,
)


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


class TestChanges:
    """A notice replaces the version in force."""

    NEXT = attrs.evolve(CONTRACT, version=2, replaces="C-2026-017/1", unit="north")

    def notice(self, contract: Contract = NEXT, **changes) -> ChangeNotice:
        given = {"id": "N-1", "contract": contract, "day": DAY, "reason": "moved"}
        return ChangeNotice(**(given | changes))

    def test_it_names_what_it_replaces_and_is_the_next(self) -> None:
        wrong = attrs.evolve(CONTRACT, id="C-9", version=4, replaces="C-9/3", unit="x")
        notice = self.notice(wrong, day=date(2026, 5, 31), reason=" ")
        assert told(check_change(notice, CONTRACT, POLICY)) == [
            ("change_other_contract", "notice.contract.id"),
            ("change_replaces_other", "notice.contract.replaces"),
            ("change_version", "notice.contract.version"),
            ("change_too_early", "notice.day"),
            ("change_without_reason", "notice.reason"),
        ]
        assert told(check_change(self.notice(), CONTRACT, POLICY)) == []

    def test_a_change_that_changes_nothing_is_refused(self) -> None:
        same = attrs.evolve(CONTRACT, version=2, replaces="C-2026-017/1", signed=DAY)
        assert find_changes(CONTRACT, same) == ()
        assert told(check_change(self.notice(same), CONTRACT, POLICY)) == [("change_nothing", "notice.contract")]
        with pytest.raises(Denied):
            replace_contract(self.notice(same), CONTRACT, POLICY)

    def test_a_material_change_must_be_signed_anew(self) -> None:
        signed = attrs.evolve(CONTRACT, signed=DAY, filed=DAY)
        small = replace_contract(self.notice(), signed, POLICY)
        assert (small.reference, small.signed, small.filed) == ("C-2026-017/2", DAY, DAY)
        assert not is_material(signed, small, POLICY)
        bigger = self.notice(attrs.evolve(self.NEXT, total=cny(1)))
        (reason,) = check_change(bigger, signed, POLICY).reasons
        assert (reason.code, reason.parameters["fields"]) == ("contracts.change_material", ("total",))
        big = replace_contract(bigger, signed, POLICY)
        assert (big.signed, big.filed) == (None, None)

    @pytest.mark.parametrize("field", POLICY.material_fields)
    def test_each_material_field_counts(self, field) -> None:
        after = attrs.evolve(CONTRACT, **{field: () if isinstance(getattr(CONTRACT, field), tuple) else None})
        if field == "discount":
            after = attrs.evolve(CONTRACT, discount=cny(1))
        assert is_material(CONTRACT, after, POLICY)
        assert find_changes(CONTRACT, after) == (field,)


class TestDeadlines:
    """Filed and handed over in time."""

    SIGNED = attrs.evolve(CONTRACT, signed=DAY)

    @pytest.mark.parametrize(("days", "code"), [(0, "filing_due"), (3, "filing_due"), (4, "filing_overdue")])
    def test_filing_is_due_so_many_days_after_the_signature(self, days, code) -> None:
        decision = check_deadlines(self.SIGNED, POLICY, DAY + timedelta(days=days))
        assert [reason.code for reason in decision.reasons] == [f"contracts.{code}"]
        assert decision.changes_at == (date(2026, 6, 5) if code == "filing_due" else None)
        assert decision.is_allowed is (code == "filing_due")

    @pytest.mark.parametrize(("day", "late"), [(date(2026, 6, 4), None), (date(2026, 6, 6), 2)])
    def test_what_was_filed_late_stays_a_finding(self, day, late) -> None:
        filed = attrs.evolve(self.SIGNED, filed=day)
        decision = check_deadlines(filed, POLICY, date(2026, 7, 1), handed_over=day)
        assert [reason.parameters["days_late"] for reason in decision.reasons] == ([] if late is None else [late])

    def test_handing_over_counts_from_the_filing(self) -> None:
        filed = attrs.evolve(self.SIGNED, filed=date(2026, 6, 3))
        for day, code in ((3, "handoff_due"), (4, "handoff_due"), (5, "handoff_overdue")):
            decision = check_deadlines(filed, POLICY, date(2026, 6, day))
            assert [reason.code for reason in decision.reasons] == [f"contracts.{code}"]
        assert check_deadlines(filed, POLICY, date(2026, 7, 1), handed_over=date(2026, 6, 4)).reasons == ()

    def test_nothing_is_due_before_the_signature_or_without_a_limit(self) -> None:
        assert check_deadlines(CONTRACT, POLICY, DAY).reasons == ()
        assert check_deadlines(self.SIGNED, POLICY, date(2026, 5, 1)).reasons == ()
        assert check_deadlines(self.SIGNED, attrs.evolve(POLICY, filing=None), date(2026, 7, 1)).reasons == ()

    def test_working_days_are_the_firms(self) -> None:
        class Weekdays:
            def add_days(self, day: date, count: int) -> date:
                while count:
                    day += timedelta(days=1)
                    count -= day.weekday() < 5
                return day

        limit = DayLimit(days=3, kind="working")
        assert calculate_due_day(limit, date(2026, 6, 5), Weekdays()) == date(2026, 6, 10)
        with pytest.raises(InvalidValue, match="counts working days"):
            calculate_due_day(limit, date(2026, 6, 5))

    @pytest.mark.parametrize(
        ("day", "codes", "changes_at"),
        [
            (date(2027, 4, 10), [], date(2027, 4, 11)),
            (date(2027, 4, 11), ["renewal_due"], date(2027, 6, 10)),
            (date(2027, 6, 9), ["renewal_due"], date(2027, 6, 10)),
            (date(2027, 6, 10), ["term_over"], None),
        ],
    )
    def test_the_renewal_window(self, day, codes, changes_at) -> None:
        policy = attrs.evolve(POLICY, life=attrs.evolve(POLICY.life, next_review=None))
        decision = check_renewal(CONTRACT, policy, day)
        assert [reason.code.removeprefix("contracts.") for reason in decision.reasons] == codes
        assert decision.changes_at == changes_at
        assert decision.outcome is (Outcome.WARN if codes else Outcome.ALLOW)
        assert check_renewal(CONTRACT, attrs.evolve(policy, renewal=None), day).reasons == ()
        assert check_renewal(attrs.evolve(CONTRACT, effective=DateRange(DAY)), policy, day).reasons == ()


def paid(amount: object, day: date, obligation: str = "pay") -> Performance:
    return Performance(obligation=obligation, day=day, amount=cny(amount))


DUE = date(2026, 8, 15)


class TestPerformance:
    """How an obligation stands, and what it means."""

    ONE = attrs.evolve(ALONE, obligations=[Obligation(id="pay", kind="pay", due=DUE, amount=cny(100))])

    def standing(self, as_of: date, *done: Performance, rule: LateRule = POLICY.late):
        (one,) = calculate_standings(self.ONE, done, attrs.evolve(POLICY, late=rule), as_of)
        return one

    @pytest.mark.parametrize(
        ("late", "grace", "side", "standing"),
        [
            (-1, 0, "upper", "open"), (0, 0, "upper", "open"), (1, 0, "upper", "overdue"), (30, 0, "upper", "overdue"),
            (31, 0, "upper", "breached"), (29, 0, "lower", "overdue"), (30, 0, "lower", "breached"),
            (2, 2, "upper", "open"), (3, 2, "upper", "overdue"),
        ],
    )  # fmt: skip
    def test_late_overdue_breach_each_with_its_side(self, late, grace, side, standing) -> None:
        rule = LateRule(grace_days=grace, breach_days=30, side=side)
        one = self.standing(DUE + timedelta(days=late), rule=rule)
        assert (one.standing.value, one.days_late) == (standing, max(late, 0))
        part = self.standing(DUE + timedelta(days=late), paid(1, DAY), rule=rule)
        assert part.standing.value == ("partial" if standing == "open" else standing)

    def test_a_breach_at_once_still_needs_a_day(self) -> None:
        rule = LateRule(breach_days=0, side="lower")
        assert self.standing(DUE, rule=rule).standing is Standing.OPEN
        assert self.standing(DUE + timedelta(days=1), rule=rule).standing is Standing.BREACHED

    def test_parts_add_up_and_done_late_is_done(self) -> None:
        done = (paid(60, DAY), paid(40, DUE + timedelta(days=40)))
        assert self.standing(DUE, *done).missing == cny(40)
        late = self.standing(date(2027, 1, 1), *done)
        assert (late.standing, late.days_late, late.fulfilled_on) == (Standing.FULFILLED, 40, done[1].day)
        assert late.to_record()["missing"] == cny(0)

    def test_a_refund_opens_it_again(self) -> None:
        done = (paid(100, DAY), paid(-1, DUE))
        assert self.standing(date(2026, 8, 1), *done).standing is Standing.FULFILLED
        assert self.standing(DUE + timedelta(days=1), *done).standing is Standing.OVERDUE
        again = self.standing(date(2027, 1, 1), *done, paid(1, date(2026, 9, 1)))
        assert again.fulfilled_on == date(2026, 9, 1)

    @given(st.lists(st.integers(-50, 80), max_size=6))
    def test_done_and_missing_come_to_what_is_owed(self, amounts) -> None:
        one = self.standing(
            date(2027, 1, 1), *(paid(amount, DAY + timedelta(days=n)) for n, amount in enumerate(amounts))
        )
        assert one.done + one.missing == cny(100)
        assert (one.standing is Standing.FULFILLED) is (sum(amounts) >= 100)

    def test_the_decision_names_each_and_when_the_next_is_late(self) -> None:
        contract = attrs.evolve(
            ALONE,
            obligations=[
                Obligation(id="a", kind="deliver", due=date(2026, 6, 1), quantity=5),
                Obligation(id="b", kind="pay", due=date(2026, 7, 10), amount=cny(10)),
                Obligation(id="c", kind="pay", due=date(2026, 7, 20), amount=cny(10)),
                Obligation(id="d", kind="invoice", due=date(2026, 8, 1), amount=cny(10)),
                Obligation(id="e", kind="pay", due=date(2026, 8, 1), amount=cny(10)),
            ],
        )
        done = [
            Performance(obligation="a", day=DAY, quantity="4.5"),
            paid(4, date(2026, 7, 1), "c"),
            paid(12, date(2026, 7, 1), "d"),
            paid(9, date(2026, 7, 16), "e"),
        ]
        decision = check_performance(contract, done, POLICY, date(2026, 7, 15))
        assert [(r.code.rpartition("_")[2], r.path, r.severity.value) for r in decision.reasons] == [
            ("breached", "contract.obligations[0].due", "error"),
            ("overdue", "contract.obligations[1].due", "warning"),
            ("partial", "contract.obligations[2]", "info"),
            ("exceeds", "contract.obligations[3]", "warning"),
        ]
        assert decision.reasons[0].parameters["missing"] == Decimal("0.5")
        assert decision.changes_at == date(2026, 7, 21)
        assert check_performance(self.ONE, [paid(100, DAY)], POLICY, DAY).reasons == ()

    def test_what_does_not_fit_is_named_at_once(self) -> None:
        done = [paid(1, DAY, "pai"), Performance(obligation="pay", day=DAY, quantity=1),
                Performance(obligation="pay", day=DAY, amount=Money(1, "USD"))]  # fmt: skip
        with pytest.raises(InvalidDocument) as caught:
            calculate_standings(self.ONE, done, POLICY, DAY)
        assert [(fault.path, fault.remedy) for fault in caught.value.faults] == [
            ("performances[0].obligation", "did you mean 'pay'?"),
            ("performances[1]", "give it in the same measure"),
            ("performances[2]", "give it in the same measure"),
        ]
        with pytest.raises(InvalidValue, match=r"contracts\.late"):
            calculate_standings(self.ONE, [], attrs.evolve(POLICY, late=None), DAY)
        with pytest.raises(InvalidValue, match="either an amount or a quantity"):
            Performance(obligation="pay", day=DAY)

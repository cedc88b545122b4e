"""The life of a contract, the section in a rulebook, and hostile documents."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from approval_firm import directory_of
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_contract import ALONE, APPROVALS, CONTRACT, DAY, FOLDER, NOON, POLICY, PRICING, QUOTATION

from salesrules.contracts import (
    ChangeNotice,
    Contract,
    ContractFacts,
    DayLimit,
    Obligation,
    Performance,
    RequiredTerms,
    TemplateRule,
    build_contract_workflow,
    calculate_due_day,
    check_change,
    check_deadlines,
    check_performance,
    check_policy,
    check_renewal,
    review,
)
from salesrules.core import (
    ApprovalEvidence,
    DateRange,
    Denied,
    Fault,
    InvalidValue,
    Money,
    SalesRulesError,
    advance_case,
    start_case,
)
from salesrules.wire import Format, parse_document, stored_kind

TABLE = build_contract_workflow()
ROLES = ("owner", "reviewer", "signatory", "finance", "manager")
EVIDENCE = ApprovalEvidence(
    approver="sam", act="contract.sign", subject="C-2026-017/1", route="r", at=NOON, amount=Money(225_000, "CNY")
)
READY = ContractFacts(
    contract=attrs.evolve(ALONE, signed=DAY, filed=DAY), review_passed=True, evidence=EVIDENCE,
    performances=[
        Performance(obligation="deliver-all", day=DAY, quantity=54),
        Performance(obligation="invoice", day=DAY, amount=Money(225_000, "CNY")),
        Performance(obligation="pay", day=DAY, amount=Money(225_000, "CNY")),
    ],
)  # fmt: skip


def walk(*commands: str, facts: ContractFacts = READY, as_of: datetime = NOON):
    case = start_case(TABLE, as_of=NOON)
    for command in commands:
        case = advance_case(TABLE, case, command, as_of=as_of, facts=facts, policy=POLICY, roles=ROLES)
    return case


PATH = ("submit", "approve", "sign", "file", "begin", "complete")


class TestLife:
    """Draft to completed, and what stands between."""

    def test_the_whole_way(self) -> None:
        states = [walk(*PATH[:count]).state for count in range(len(PATH) + 1)]
        assert states == ["draft", "under_review", "approved", "signed", "filed", "performing", "completed"]

    @pytest.mark.parametrize(
        ("count", "changes", "code"),
        [
            (0, {"review_passed": False}, "contracts.review_not_passed"),
            (1, {"evidence": None}, "approvals.evidence_missing"),
            (1, {"evidence": attrs.evolve(EVIDENCE, approver="ann")}, "approvals.evidence_own"),
            (1, {"evidence": attrs.evolve(EVIDENCE, amount=Money(1, "CNY"))}, "approvals.evidence_exceeded"),
            (1, {"review_passed": False}, "contracts.review_not_passed"),
            (1, {"review_passed": False, "needs_approval": False}, "contracts.review_not_passed"),
            (2, {"contract": attrs.evolve(ALONE, signed=None)}, "contracts.term_missing"),
            (2, {"contract": attrs.evolve(ALONE, signed=date(2026, 6, 2))}, "contracts.day_in_future"),
            (2, {"contract": attrs.evolve(ALONE, signed=DAY, signatory="")}, "contracts.term_missing"),
            (3, {"contract": ALONE}, "contracts.term_missing"),
            (5, {"performances": READY.performances[:2]}, "contracts.obligations_open"),
        ],
    )
    def test_each_step_has_its_condition(self, count, changes, code) -> None:
        case = walk(*PATH[:count])
        facts = attrs.evolve(READY, **changes)
        with pytest.raises(Denied) as caught:
            advance_case(TABLE, case, PATH[count], as_of=NOON, facts=facts, policy=POLICY, roles=ROLES)
        assert [reason.code for reason in caught.value.decision.reasons] == [code]

    def test_what_nobody_need_approve_is_approved_without_evidence(self) -> None:
        facts = attrs.evolve(READY, evidence=None, needs_approval=False)
        assert walk("submit", "approve", facts=facts).state == "approved"

    @pytest.mark.parametrize("count", [2, 3, 4, 5])
    def test_a_material_change_re_opens_the_review_and_another_does_not(self, count) -> None:
        case = walk(*PATH[:count])
        following = attrs.evolve(READY.contract, version=2, replaces=READY.contract.reference)
        small = attrs.evolve(READY, changed=attrs.evolve(following, unit="north"))
        large = attrs.evolve(READY, changed=attrs.evolve(following, total=Money(1, "CNY")))
        changed = [
            advance_case(TABLE, case, "change", as_of=NOON, facts=facts, policy=POLICY, roles=ROLES).state
            for facts in (small, large)
        ]
        assert changed == [case.state, "under_review"]
        with pytest.raises(Denied, match="change_not_given"):
            advance_case(TABLE, case, "change", as_of=NOON, facts=READY, policy=POLICY, roles=ROLES)

    @pytest.mark.parametrize("total", [225_000, 1])
    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"id": "C-9"}, "contracts.change_other_contract"),
            ({"replaces": "C-2026-017/0"}, "contracts.change_replaces_other"),
            ({"replaces": None}, "contracts.change_replaces_other"),
            ({"version": 1}, "contracts.change_version"),
            ({"version": 3}, "contracts.change_version"),
        ],
    )
    def test_only_the_next_version_takes_the_place_of_the_one_in_force(self, wrong, code, total) -> None:
        following = attrs.evolve(
            READY.contract, version=2, replaces=READY.contract.reference, unit="north", total=Money(total, "CNY")
        )
        facts = attrs.evolve(READY, changed=attrs.evolve(following, **wrong))
        with pytest.raises(Denied) as caught:
            advance_case(TABLE, walk(*PATH[:3]), "change", as_of=NOON, facts=facts, policy=POLICY, roles=ROLES)
        assert caught.value.decision.reasons[-1].code == code

    def test_parts_that_came_since_the_submission_stop_the_approval(self) -> None:
        """Evidence for the contract alone no longer carries it once another part of the matter is there."""
        part = attrs.evolve(READY.contract, id="C-2026-018", signed=None, filed=None)
        alone, both = (
            review(
                ALONE, POLICY, as_of=NOON, approvals=APPROVALS, directory=directory_of(), related=parts,
                evidence=[EVIDENCE],
            )
            for parts in ([], [part])
        )  # fmt: skip
        assert (alone.is_allowed, both.is_allowed) == (True, False)
        facts = attrs.evolve(READY, review_passed=both.is_allowed)
        with pytest.raises(Denied, match="review_not_passed"):
            walk("submit", "approve", facts=facts)

    def test_a_changed_version_is_approved_as_a_change(self) -> None:
        second = attrs.evolve(ALONE, version=2, replaces="C-2026-017/1")
        facts = attrs.evolve(READY, contract=second)
        with pytest.raises(Denied, match="evidence_other"):
            walk("submit", "approve", facts=facts)
        facts = attrs.evolve(facts, evidence=attrs.evolve(EVIDENCE, act="contract.change", subject="C-2026-017/2"))
        assert walk("submit", "approve", facts=facts).state == "approved"

    @pytest.mark.parametrize(
        ("commands", "state"),
        [
            (("submit", "return"), "draft"),
            (("submit", "revise"), "draft"),
            (("submit", "withdraw"), "withdrawn"),
            ((*PATH[:5], "dispute"), "disputed"),
            ((*PATH[:5], "dispute", "settle"), "performing"),
            ((*PATH[:5], "dispute", "terminate"), "terminated"),
            ((*PATH[:3], "terminate"), "terminated"),
        ],
    )
    def test_the_ways_beside(self, commands, state) -> None:
        assert walk(*commands).state == state


class TestPolicy:
    """The section in a rulebook."""

    ALWAYS = DateRange(date(2026, 1, 1))

    def faults(self, **changes) -> list[Fault]:
        return list(check_policy(attrs.evolve(POLICY, **changes)))

    def test_the_sample_has_no_fault(self) -> None:
        assert self.faults() == []

    def test_entries_twice_at_once_and_unknown_fields(self) -> None:
        terms = RequiredTerms(id="r", effective=self.ALWAYS, terms=["total"])
        template = TemplateRule(id="t", version=1, effective=self.ALWAYS)
        found = self.faults(required=[terms, terms], templates=[template, template], material_fields=["totl", "zzz"])
        assert [(fault.code, fault.path) for fault in found] == [
            ("contracts.duplicate_id", "required[1].id"),
            ("contracts.duplicate_id", "templates[1].id"),
            ("contracts.unknown_field", "material_fields[0]"),
            ("contracts.unknown_field", "material_fields[1]"),
        ]
        assert found[2].remedy == "did you mean 'total'?"
        after = attrs.evolve(template, effective=DateRange(date(2027, 1, 1)))
        before = attrs.evolve(template, effective=DateRange(date(2026, 1, 1), date(2027, 1, 1)))
        assert self.faults(templates=[before, after, attrs.evolve(template, version=2)]) == []

    def test_numbers_below_zero_and_unknown_terms(self) -> None:
        for make in (
            lambda: attrs.evolve(POLICY, credit_from_days=-1),
            lambda: attrs.evolve(POLICY.late, breach_days=True),
            lambda: RequiredTerms(id="r", effective=self.ALWAYS, terms=["totals"]),
        ):
            with pytest.raises(InvalidValue):
                make()


TEXT = (FOLDER / "contract.json").read_text("utf-8")
DATA = json.loads(TEXT)

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=20),
    st.sampled_from(["CNY 1", "CNY -5", "USD 3.5", "CNY 1e9", "2026-13-01", "9999-12-31", "0001-01-01", "=1+1"]),
    st.sampled_from(["\x00", "C\u202e", "CNY 1" + "0" * 60]),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


def places(data, path=()):
    yield path
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from places(value, (*path, key))


def replaced(data, path, value):
    """The data with another value at a place; `places` itself stands for leaving it out."""
    if not path:
        return None if value is places else value
    changed = copy.deepcopy(data)
    at = changed
    for key in path[:-1]:
        at = at[key]
    if value is places:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return changed


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(places(DATA), key=str)), st.one_of(JUNK, st.just(places))),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_the_document_holds_only_our_errors_come_out(changes) -> None:
    data = DATA
    for path, value in changes:
        try:
            data = replaced(data, path, value)
        except (KeyError, IndexError, TypeError):
            continue
    text = json.dumps(data)
    try:
        contract = parse_document(text, Contract, format=Format.JSON)
        decision = review(contract, POLICY, as_of=NOON, pricing=PRICING, quotation=QUOTATION, approvals=APPROVALS)
        check_deadlines(contract, POLICY, DAY)
        check_renewal(contract, POLICY, DAY)
        check_change(ChangeNotice(id="n", contract=contract, day=DAY), CONTRACT, POLICY)
        check_performance(contract, [], POLICY, DAY)
    except SalesRulesError:
        return  # what is wrong with the document is said
    assert all(reason.path.startswith(("contract", "quotation")) for reason in decision.reasons if reason.path)


@pytest.mark.parametrize(
    "text", ["", "[", "[]", "null", "3", '{"id": "x", "id": "y"}', '{"idd": "x"}', '{"id": NaN}', "[" * 5000]
)
def test_what_is_no_contract_is_told_with_its_faults(text) -> None:
    with pytest.raises(SalesRulesError):
        parse_document(text, Contract, format=Format.JSON)


def test_a_contract_is_stored_and_comes_back() -> None:
    kind = stored_kind(Contract, name="contract")
    assert kind.load(json.loads(json.dumps(kind.dump(CONTRACT)))) == CONTRACT


@pytest.mark.parametrize("day", [date.min, date.max])
def test_whoever_writes_the_last_day_of_the_calendar_means_never(day) -> None:
    owed = Obligation(id="o", kind="pay", due=day, amount=Money(1, "CNY"))
    contract = attrs.evolve(ALONE, signed=day, obligations=[owed], effective=DateRange(date.min, date(1, 1, 2)))
    assert check_performance(contract, [], POLICY, DAY).is_allowed is (day == date.max)
    assert check_deadlines(contract, POLICY, DAY).is_allowed is (day == date.max)
    assert calculate_due_day(DayLimit(days=3, kind="calendar"), day) == (date.max if day == date.max else date(1, 1, 4))
    assert check_renewal(contract, POLICY, DAY).reasons[-1].code == "contracts.term_over"


def test_days_beyond_the_calendar_are_a_denial_not_a_crash() -> None:
    last = attrs.evolve(ALONE, dated=date.max, signed=date.max, filed=date.max, delivery=date.max)
    decision = review(last, POLICY, as_of=datetime.max.replace(tzinfo=UTC) - timedelta(days=1))
    assert not decision.is_allowed

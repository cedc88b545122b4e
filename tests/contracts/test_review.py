"""The review: every finding at once, each with its path."""

from __future__ import annotations

from datetime import date, datetime

import attrs
import pytest
from approval_firm import directory_of, make_organisation
from sample_contract import ALONE, APPROVALS, CONTRACT, DAY, FOLDER, NOON, POLICY, PRICING, QUOTATION, found, line, told

from salesrules.contracts import (
    Contract,
    ContractPolicy,
    Obligation,
    Party,
    PaymentTerms,
    RequiredTerms,
    TemplateReference,
    TemplateRule,
    Term,
    calculate_total,
    review,
)
from salesrules.core import (
    ALLOW,
    ApprovalEvidence,
    DateRange,
    Decision,
    InvalidValue,
    Money,
    Outcome,
    PolicyLife,
    ReasonCode,
    decide,
)
from salesrules.wire import load_document

ALWAYS = DateRange(date(2026, 1, 1))


def cny(amount: object) -> Money:
    return Money(amount, "CNY")


def requiring(*terms: str, **changes) -> ContractPolicy:
    return attrs.evolve(POLICY, required=[RequiredTerms(id="r", effective=ALWAYS, terms=terms)], **changes)


def test_the_sample_stands() -> None:
    decision = review(CONTRACT, POLICY, as_of=NOON, pricing=PRICING, quotation=QUOTATION)
    assert (decision.outcome, told(decision)) == (Outcome.ALLOW, [])


class TestTerms:
    """What must be there, and what must agree."""

    @pytest.mark.parametrize("term", list(Term))
    def test_each_required_term_is_missed_at_its_place(self, term) -> None:
        policy = requiring(term.value)
        (reason,) = review(Contract(id="C"), policy, as_of=NOON).reasons if term is not Term.LINE_AMOUNTS else (
            *review(line(amount=None), policy, as_of=NOON).reasons,
        )  # fmt: skip
        assert (reason.code, reason.parameters["term"]) == ("contracts.term_missing", term.value)
        assert reason.path.startswith("contract.")
        assert (reason.policy.type, reason.policy.id) == ("RequiredTerms", "r")
        assert found(attrs.evolve(CONTRACT, quotation="Q-88/2"), policy, quotation=QUOTATION) == []

    def test_blank_is_not_there(self) -> None:
        blank = attrs.evolve(ALONE, owner=" ", matter="\t", signatory="", payment=PaymentTerms(method=" ", days=None))
        names = [path for code, path in found(blank) if code == "term_missing"]
        assert names == ["owner", "matter", "payment.method", "payment.days", "signatory"]

    def test_a_total_of_nothing_is_said(self) -> None:
        free = Contract(id="C", total=Money(0, "CNY"))
        assert review(free, requiring("total"), as_of=NOON).reasons == ()
        assert [path for _, path in found(free, requiring("total", "matter"))] == ["matter"]

    def test_a_wish_warns_and_an_entry_holds_in_its_days(self) -> None:
        wish = RequiredTerms(id="w", effective=ALWAYS, terms=["total"], severity="warning")
        later = RequiredTerms(id="l", effective=DateRange(date(2026, 6, 2)), terms=["owner"])
        policy = attrs.evolve(POLICY, required=[wish, later])
        decision = review(Contract(id="C"), policy, as_of=NOON)
        assert (decision.outcome, told(decision)) == (Outcome.WARN, [("term_missing", "total")])
        dated = Contract(id="C", dated=date(2026, 6, 2))
        assert [path for _, path in found(dated, policy, as_of=datetime(2026, 6, 3, tzinfo=NOON.tzinfo))] == [
            "total",
            "owner",
        ]

    def test_lines_sum_to_the_total(self) -> None:
        assert calculate_total(ALONE, POLICY) == cny("225000.00")
        assert found(attrs.evolve(ALONE, total=cny("225000.01"))) == [
            ("total_differs", "total"),
            ("obligations_differ", "obligations"),
            ("obligations_differ", "obligations"),
        ]
        bare = attrs.evolve(ALONE, obligations=())
        off = attrs.evolve(bare, discount=cny("25000"), total=cny("200000"))
        assert [code for code, _ in found(off, requiring())] == []
        assert [code for code, _ in found(attrs.evolve(off, total=cny("225000")), requiring())] == ["total_differs"]

    def test_a_line_is_quantity_times_price_rounded_once(self) -> None:
        third = line(1, quantity="3", unit_price=cny("0.335"), amount=cny("1.01"))
        assert ("line_differs", "lines[1].amount") not in found(third)
        assert ("line_differs", "lines[1].amount") in found(
            line(1, quantity="3", unit_price=cny("0.335"), amount=cny("1.00"))
        )

    def test_quantities_prices_and_currencies(self) -> None:
        for quantity in ("0", "-1"):
            assert ("quantity_not_positive", "lines[0].quantity") in found(line(quantity=quantity))
        assert ("quantity_not_positive", "lines[0].quantity") not in found(line(quantity="0.001"))
        assert ("price_negative", "lines[0].unit_price") in found(line(unit_price=cny("-0.01")))
        assert ("price_negative", "lines[0].unit_price") not in found(line(unit_price=cny("0")))
        assert ("discount_negative", "discount") in found(attrs.evolve(ALONE, discount=cny("-0.01")))
        assert ("discount_negative", "discount") not in found(attrs.evolve(ALONE, discount=cny("0")))
        mixed = found(attrs.evolve(line(unit_price=Money(1, "USD"), amount=Money(18, "USD")), discount=Money(1, "EUR")))
        assert [path for code, path in mixed if code == "currency_differs"] == [
            "lines[0].unit_price",
            "lines[0].amount",
            "discount",
        ]
        assert calculate_total(line(unit_price=Money(1, "USD")), POLICY) is None
        assert calculate_total(Contract(id="C"), POLICY) is None

    def test_what_is_given_twice(self) -> None:
        twice = attrs.evolve(
            ALONE,
            lines=(*ALONE.lines, ALONE.lines[0]),
            obligations=(*ALONE.obligations, ALONE.obligations[0]),
            parties=(
                *ALONE.parties,
                Party(id="x", role="buyer"),
                Party(id="y", role="other"),
                Party(id="z", role="other"),
            ),
        )
        codes = found(twice)
        assert ("line_doubled", "lines[2].id") in codes
        assert ("obligation_doubled", "obligations[3].id") in codes
        assert [path for code, path in codes if code == "party_doubled"] == ["parties[2].role"]

    def test_nobody_sells_to_themselves(self) -> None:
        same = attrs.evolve(ALONE, parties=[Party(id="us", role="seller"), Party(id="us", role="buyer")])
        assert ("parties_same", "parties[1].id") in found(same)

    def test_template_and_version(self) -> None:
        other = attrs.evolve(ALONE, template=TemplateReference(id="standrd", version=1))
        decision = review(other, POLICY, as_of=NOON)
        assert (reason := decision.reasons[0]).code == "contracts.template_unknown"
        assert reason.parameters["nearest"] == ("standard 1",)
        old = TemplateRule(id="standard", version=1, effective=DateRange(date(2020, 1, 1), DAY))
        policy = attrs.evolve(POLICY, templates=[old])
        assert found(ALONE, policy) == [("template_outdated", "template")]
        before = attrs.evolve(ALONE, dated=date(2026, 5, 31))
        assert found(before, policy) == []
        renewed = TemplateRule(id="standard", version=1, effective=DateRange(DAY))
        assert found(ALONE, attrs.evolve(POLICY, templates=[old, renewed])) == []
        assert found(other, attrs.evolve(POLICY, templates=())) == []

    @pytest.mark.parametrize(
        ("side", "days", "late"), [("upper", 90, False), ("upper", 91, True), ("lower", 89, False), ("lower", 90, True)]
    )
    def test_payment(self, side, days, late) -> None:
        policy = attrs.evolve(POLICY, payment=attrs.evolve(POLICY.payment, side=side), credit_from_days=None)
        terms = attrs.evolve(ALONE, payment=PaymentTerms(method="transfer", days=days))
        assert found(terms, policy) == ([("payment_too_long", "payment.days")] if late else [])

    def test_payment_methods_and_negative_days(self) -> None:
        odd = attrs.evolve(ALONE, payment=PaymentTerms(method="barter", days=-1))
        assert found(odd) == [("days_negative", "payment.days"), ("payment_method_unknown", "payment.method")]
        assert found(odd, attrs.evolve(POLICY, payment=None)) == [("days_negative", "payment.days")]

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"signed": date(2026, 5, 31)}, [("dates_disordered", "signed")]),
            ({"signed": DAY}, []),
            ({"signed": DAY, "filed": date(2026, 5, 31)}, [("dates_disordered", "filed")]),
            ({"signed": date(2026, 6, 2)}, [("day_in_future", "signed")]),
            ({"delivery": date(2026, 6, 9)}, [("dates_disordered", "delivery")]),
            ({"delivery": date(2026, 6, 10)}, []),
            ({"delivery": date(2027, 6, 9)}, []),
            ({"delivery": date(2027, 6, 10)}, [("dates_disordered", "delivery")]),
            ({"effective": DateRange(date(2026, 5, 31), date(2027, 1, 1))}, [("dates_disordered", "effective.start")]),
            ({"effective": DateRange(date(2026, 7, 15))}, []),
            ({"effective": DateRange(date(2026, 7, 16))},
             [("dates_disordered", "delivery"), ("obligation_early", "obligations[0].due")]),
            ({"dated": date(2026, 6, 2)}, [("day_in_future", "dated")]),
        ],
    )  # fmt: skip
    def test_dates_in_order(self, changes, expected) -> None:
        assert found(attrs.evolve(ALONE, **changes)) == expected

    @pytest.mark.parametrize(("owed", "is_owed"), [("0", False), ("-0.01", False), ("0.01", True)])
    def test_nobody_owes_nothing_or_less(self, owed, is_owed) -> None:
        money = Obligation(id="m", kind="deliver", due=date(2026, 8, 1), amount=cny(owed))
        goods = Obligation(id="g", kind="deliver", due=date(2026, 8, 1), quantity=owed)
        codes = found(attrs.evolve(ALONE, obligations=[money, goods]))
        places = [path for code, path in codes if code == "obligation_not_positive"]
        assert places == ([] if is_owed else ["obligations[0].amount", "obligations[1].quantity"])

    def test_obligations_come_to_the_total(self) -> None:
        parts = [
            Obligation(id=str(n), kind="pay", due=date(2026, 8, n), amount=cny(amount))
            for n, amount in ((1, 125_000), (2, 100_000))
        ]
        assert found(attrs.evolve(ALONE, obligations=parts)) == []
        assert found(attrs.evolve(ALONE, obligations=parts[:1])) == [("obligations_differ", "obligations")]
        with pytest.raises(InvalidValue, match="either an amount or a quantity"):
            Obligation(id="o", kind="pay", due=DAY)


class TestQuotation:
    """It agrees with its quotation, and the quotation stands."""

    def given(self, contract, quotation=QUOTATION, **more):
        return found(contract, pricing=PRICING, quotation=quotation, **more)

    def test_every_departure_is_named(self) -> None:
        departed = attrs.evolve(
            line(0, CONTRACT, quantity="17", unit_price=cny("11700"), amount=cny("198900")),
            total=cny("215100"),
            parties=[CONTRACT.parties[0], Party(id="canal", role="buyer")],
            obligations=(),
        )
        departed = attrs.evolve(departed, lines=[departed.lines[0], attrs.evolve(departed.lines[1], id="3")])
        codes = self.given(departed, policy=requiring())
        assert codes == [
            ("quoted_customer_differs", "parties"),
            ("quoted_quantity_differs", "lines[0].quantity"),
            ("quoted_price_differs", "lines[0].unit_price"),
            ("line_not_quoted", "lines[1]"),
            ("quoted_line_missing", "lines"),
            ("quoted_total_differs", "total"),
        ]
        assert ("quoted_product_differs", "lines[0].product") in self.given(line(0, CONTRACT, product="pump-50"))

    def test_the_quotation_must_be_given_and_be_that_one(self) -> None:
        assert self.given(CONTRACT, None) == [("quotation_not_given", "quotation")]
        assert self.given(CONTRACT, attrs.evolve(QUOTATION, version=3)) == [("quotation_other", "quotation")]
        assert self.given(ALONE, QUOTATION) == []

    def test_a_quotation_that_has_expired_on_the_day_of_the_contract_does_not_carry_it(self) -> None:
        assert QUOTATION.validity.end == date(2026, 6, 30)
        for dated, codes in ((date(2026, 6, 29), []), (date(2026, 6, 30), ["pricing.quotation_expired"])):
            late = attrs.evolve(CONTRACT, dated=dated, effective=DateRange(date(2026, 7, 1)))
            as_of = datetime(2026, 7, 1, tzinfo=NOON.tzinfo)
            assert [code for code, _ in self.given(late, as_of=as_of)] == codes

    def test_without_a_quotation_each_price_is_checked(self) -> None:
        low = line(unit_price=cny("9999.99"), amount=cny("179999.82"))
        assert ("pricing.below_floor", "lines[0].unit_price") in self.given(low, None)
        assert self.given(ALONE, None) == []
        hopeless = attrs.evolve(line(quantity="-1", product=" "), owner="")
        assert "pricing" not in str(self.given(hopeless, None))
        assert "pricing" not in str(self.given(line(quantity="-1"), None))


FIRM = make_organisation()


class TestSigning:
    """Approvals by the matrix with parts added up, the signatory's authority, evidence, credit."""

    def reviewed(self, contract=ALONE, **given) -> Decision:
        directory = given.pop("directory", directory_of())
        return review(contract, POLICY, as_of=NOON, approvals=APPROVALS, directory=directory, **given)

    def test_who_must_approve_is_named_and_what_would_still_fit(self) -> None:
        decision = self.reviewed()
        assert decision.outcome is Outcome.REFER
        assert [need.approver for need in decision.approvals] == ["sam"]
        assert decision.headroom == cny("275000.00")

    def test_parts_of_one_matter_add_up(self) -> None:
        other = attrs.evolve(ALONE, id="C-2")
        assert [need.approver for need in self.reviewed(related=[other, ALONE]).approvals] == ["sam"]
        third = attrs.evolve(ALONE, id="C-3")
        decision = self.reviewed(attrs.evolve(ALONE, signatory="pam"), related=[other, third])
        assert [need.approver for need in decision.approvals] == ["fay", "vic"]
        assert decision.outcome is Outcome.REFER

    def test_another_version_of_the_contract_is_no_part_beside_it(self) -> None:
        before = attrs.evolve(ALONE, version=0, total=cny(300_000))
        assert [need.approver for need in self.reviewed(related=[before]).approvals] == ["sam"]
        beside = attrs.evolve(before, id="C-2")
        signed = attrs.evolve(ALONE, signatory="pam")
        assert [need.approver for need in self.reviewed(signed, related=[beside]).approvals] == ["fay", "vic"]

    def test_a_foreign_template_needs_legal_and_a_missing_one_is_said(self) -> None:
        foreign = attrs.evolve(ALONE, template=None, attributes={"template": "theirs"})
        decision = review(foreign, requiring(), as_of=NOON, approvals=APPROVALS, directory=directory_of())
        assert [need.approver for need in decision.approvals] == ["lev", "sam"]
        assert ("approvals.value_missing", "template") in told(self.reviewed(attrs.evolve(ALONE, template=None)))

    def evidence(self, **changes) -> ApprovalEvidence:
        given = {
            "approver": "sam", "act": "contract.sign", "subject": ALONE.reference, "route": "r", "at": NOON,
            "amount": cny(225_000),
        }  # fmt: skip
        return ApprovalEvidence(**(given | changes))

    def test_evidence_turns_the_referral_into_a_yes(self) -> None:
        decision = self.reviewed(evidence=[self.evidence()])
        assert decision.outcome is Outcome.ALLOW
        assert decision.reasons[-1].code == "contracts.approved"
        for changes, code in (
            ({"approver": "ann"}, "evidence_own"),
            ({"amount": cny("224999.99")}, "evidence_exceeded"),
            ({"at": datetime(2026, 6, 1, 13, tzinfo=NOON.tzinfo)}, "evidence_not_yet"),
        ):
            assert [code_ for code_, _ in told(self.reviewed(evidence=[self.evidence(**changes)]))] == [
                f"approvals.{code}"
            ]
        other = self.reviewed(evidence=[self.evidence(subject="C-9/1")])
        assert other.outcome is Outcome.REFER

    @pytest.mark.parametrize(("person", "may"), [("nia", False), ("sam", True), ("vic", True), ("zed", False)])
    def test_the_signatory_has_authority_for_what_counts(self, person, may) -> None:
        signed = attrs.evolve(ALONE, signatory=person)
        said = [code for code, path in told(self.reviewed(signed)) if path == "signatory"]
        assert said == ([] if may else ["signatory_without_authority"])
        if person == "sam":
            parts = [attrs.evolve(ALONE, id=f"C-{n}") for n in (2, 3)]
            assert told(self.reviewed(signed, related=parts)) == [("signatory_without_authority", "signatory")]

    def test_who_approved_it_may_sign_it(self) -> None:
        signed = attrs.evolve(ALONE, signatory="lee")
        given = self.evidence(reviewers=["lee", "sam"])
        assert self.reviewed(signed, evidence=[given]).outcome is Outcome.ALLOW
        other = self.evidence(reviewers=["lee", "sam"], subject="C-9/1")
        said = told(self.reviewed(signed, evidence=[other, self.evidence()]))
        assert said == [("signatory_without_authority", "signatory")]

    def test_nobody_may_approve_and_nothing_can_be_asked(self) -> None:
        assert "approvals" not in str(told(self.reviewed(attrs.evolve(ALONE, owner=""))))
        assert "approvals" not in str(told(self.reviewed(attrs.evolve(ALONE, id=" x"))))
        unknown = told(self.reviewed(attrs.evolve(ALONE, owner="zed")))
        assert unknown == [("approvals.requester_unknown", "owner")]
        negative = attrs.evolve(ALONE, total=cny(-1), obligations=())
        assert ("approvals.amount_missing", "total") in told(self.reviewed(negative))

    def test_without_an_organisation_the_steps_are_named(self) -> None:
        decision = self.reviewed(directory=None)
        assert [need.approver for need in decision.approvals] == ["head_of_sales"]

    def test_the_credit_decision_is_an_input(self) -> None:
        later = attrs.evolve(ALONE, payment=PaymentTerms(method="transfer", days=1))
        assert told(review(later, POLICY, as_of=NOON)) == [("credit_missing", "payment.days")]
        assert review(later, POLICY, as_of=NOON, credit=ALLOW).outcome is Outcome.ALLOW
        blocked = decide([ReasonCode("credit.limit")(path="customer")])
        assert review(ALONE, POLICY, as_of=NOON, credit=blocked).reasons == blocked.reasons
        assert found(attrs.evolve(later, payment=PaymentTerms(method="transfer", days=0))) == []
        assert found(later, attrs.evolve(POLICY, credit_from_days=None)) == []


def test_all_findings_come_at_once() -> None:
    faulty = load_document(FOLDER / "faulty-contract.json", Contract)
    codes = found(faulty, pricing=PRICING, approvals=APPROVALS)
    assert codes == [
        ("term_missing", "signatory"),
        ("line_differs", "lines[0].amount"),
        ("line_differs", "lines[1].amount"),
        ("total_differs", "total"),
        ("template_unknown", "template"),
        ("payment_method_unknown", "payment.method"),
        ("payment_too_long", "payment.days"),
        ("dates_disordered", "delivery"),
        ("dates_disordered", "delivery"),
        ("credit_missing", "payment.days"),
        ("pricing.below_floor", "lines[0].unit_price"),
    ]


def test_an_unapproved_policy_reviews_nothing() -> None:
    draft = attrs.evolve(POLICY, life=PolicyLife(status="draft", scope="s", owner="o", effective=ALWAYS))
    assert [code for code, _ in found(ALONE, draft)] == ["core.policy_not_in_force"]
    with pytest.raises(InvalidValue, match="time zone"):
        review(ALONE, POLICY, as_of=NOON.replace(tzinfo=None))

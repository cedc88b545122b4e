"""What is wrong with a credit policy beyond its single fields."""

from __future__ import annotations

from datetime import date

import attrs

from salesrules.core import Band, BandTable, DateRange, Money, Rate
from salesrules.credit import GradeTerms, MeasureGate, NewCustomerGate, Season, check_policy


def found(policy) -> list[tuple[str, str]]:
    return [(fault.code.removeprefix("credit."), fault.path) for fault in check_policy(policy)]


def test_a_plain_policy_has_no_fault(policy) -> None:
    assert check_policy(policy) == ()


def test_weights_sum_to_the_whole(make_policy, policy) -> None:
    factors = [attrs.evolve(policy.grading.factors[0], weight=Rate.parse("59.9%")), *policy.grading.factors[1:]]
    (fault,) = check_policy(make_policy(grading=attrs.evolve(policy.grading, factors=factors)))
    assert (fault.code, fault.path, fault.value) == ("credit.weights_differ", "grading.factors", "99.9%")


def test_grades_are_known_and_have_terms(make_policy, policy, make_rule) -> None:
    gates = [
        NewCustomerGate(id="new", days=1, at_most="AAAA"),
        MeasureGate(id="m", measure="x", grades=BandTable(bands=[Band(start=0, value="D")])),
    ]
    terms = [*policy.limits.terms[1:], GradeTerms(grade="D", factor=Rate(0), term_days=1)]
    bad = make_policy(
        grading=attrs.evolve(policy.grading, gates=gates),
        limits=attrs.evolve(policy.limits, terms=terms),
        rules=[make_rule("limit", ("0", "allow"), grades=["A", "Z"])],
    )
    assert found(bad) == [
        ("unknown_grade", "grading.gates[0].at_most"),
        ("unknown_grade", "grading.gates[1].grades.bands[0].value"),
        ("unknown_grade", "limits.terms[4].grade"),
        ("unknown_grade", "rules[0].grades[1]"),
        ("grade_without_terms", "limits.terms"),
    ]
    twice = BandTable(bands=[*policy.grading.grades.bands, Band(start=95, value="A")])
    assert found(make_policy(grading=attrs.evolve(policy.grading, grades=twice))) == [
        ("grade_doubled", "grading.grades")
    ]


def test_ids_are_used_once(make_policy, policy, make_rule) -> None:
    rule = make_rule("limit", ("0", "allow"))
    terms = [*policy.limits.terms, policy.limits.terms[0]]
    gates = policy.grading.gates * 2
    doubled = make_policy(
        grading=attrs.evolve(policy.grading, gates=gates),
        limits=attrs.evolve(policy.limits, terms=terms),
        rules=[rule, rule],
    )
    assert found(doubled) == [
        ("duplicate_id", "grading.gates[1].id"),
        ("duplicate_id", "limits.terms[5].grade"),
        ("duplicate_id", "rules[1].id"),
    ]


def test_seasons_stay_in_bounds_and_apart(make_policy, policy) -> None:
    def season(id: str, start: int, end: int, adjust: str) -> Season:
        return Season(id=id, effective=DateRange(date(2026, start, 1), date(2026, end, 1)), adjust=Rate.parse(adjust))

    seasons = [season("a", 1, 3, "50%"), season("b", 3, 5, "-50%"), season("c", 4, 6, "-50.1%")]
    assert found(make_policy(limits=attrs.evolve(policy.limits, seasons=seasons))) == [
        ("season_too_large", "limits.seasons[2].adjust"),
        ("seasons_overlap", "limits.seasons[2].effective"),
    ]


def test_amounts_are_in_the_sections_currency_and_referrals_can_be_released(make_policy, policy, make_rule) -> None:
    bad = make_policy(
        limits=attrs.evolve(policy.limits, maximum=Money(1, "USD")),
        dunning=attrs.evolve(policy.dunning, minimum=Money(1, "USD")),
        releases=None,
        rules=[make_rule("limit", ("0", "allow"), ("1", "refer")), make_rule("review", ("0", "allow"), ("1", "deny"))],
    )
    assert found(bad) == [
        ("other_currency", "limits.maximum"),
        ("other_currency", "dunning.minimum"),
        ("nothing_to_release", "rules[0].levels"),
    ]
    assert found(make_policy(dunning=None)) == []

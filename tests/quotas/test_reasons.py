"""The codes and labels of the room: complete, unique, and used with the parameters that they declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from salesrules import quotas
from salesrules.core import Band, BandTable, DateRange, Derivation, Rate, Severity
from salesrules.quotas import LABELS, REASONS, PacePolicy, QuotaRevision, Ramp, apply_ramps, calculate_quota, reasons

SOURCES = "\n".join(path.read_text("utf-8") for path in Path(quotas.__file__).parent.rglob("*.py"))


def test_codes_are_unique_and_of_this_room() -> None:
    codes = [reason.code for reason in REASONS]
    assert len(set(codes)) == len(codes) == 31
    assert all(re.fullmatch(r"quotas\.[a-z_]+", code) for code in codes)
    assert all(getattr(reasons, code.removeprefix("quotas.").upper()).code == code for code in codes)


def test_every_code_is_given_somewhere() -> None:
    assert [reason.code for reason in REASONS if f"codes.{reason.code[7:].upper()}" not in SOURCES] == []


def test_every_label_is_declared_and_used() -> None:
    used = set(re.findall(r'label="(quotas\.label\.[a-z_]+)"', SOURCES))
    used |= set(re.findall(r'label, operation = "(quotas\.label\.[a-z_]+)"', SOURCES))
    used |= set(re.findall(r'_rounded\("(quotas\.label\.[a-z_]+)"', SOURCES))
    assert used == LABELS.keys()


def walk(derivation: Derivation) -> Iterator[Derivation]:
    yield derivation
    for term in derivation.terms:
        yield from walk(term)


@pytest.fixture
def derivations(make_line, make_held, make_policy, make_evidence, calendar) -> list[Derivation]:
    ramp = Ramp(id="r", holders=["ana"], starts=date(2020, 1, 1), shares=[Rate.parse("33%")], base="next")
    policy = make_policy(ramps=[ramp])
    revision = QuotaRevision(
        id="rev", quota="q", amount="0.006", day=date(2020, 1, 1), reason="r", evidence=make_evidence("rev")
    )
    lines = apply_ramps([make_line("2020-M02", "100.01"), make_line("2020-M03", revision=revision)], policy, calendar)
    span = DateRange(date(2020, 1, 2), date(2020, 3, 31))
    held = calculate_quota("ana", span, lines, policy, calendar)
    fine = [make_line("2020-M01", "0.006")]
    capped = calculate_quota("ana", DateRange(date(2020, 1, 1), date(2020, 1, 31)), fine, policy, calendar)
    share = make_held("2020-Q1", "0.2", unit="share", measure="market_share")
    table = BandTable(bands=[Band(start=None, value="on_pace")])
    pace = quotas.calculate_pace(held, Decimal(5), make_policy(pace=PacePolicy(id="p", status=table)), date(2020, 2, 2))
    return [
        held.derivation(),
        capped.derivation(),
        share.derivation(),
        pace.derivation(),
        quotas.calculate_attainment(held, Decimal(5)).derivation(),
        quotas.calculate_attainment(make_held("2020-Q1", 0), Decimal(5)).derivation(),
    ]


def test_derivations_use_every_label_with_its_parameters_and_recompute(derivations) -> None:
    seen = {node.label: node for derivation in derivations for node in walk(derivation)}
    assert seen.keys() == LABELS.keys()
    for derivation in derivations:
        for node in walk(derivation):
            assert set(node.parameters) == set(LABELS[node.label])
            assert node.recompute() == node.value
            assert node.to_record()["label"] == node.label


def test_warnings_and_informations_do_not_deny() -> None:
    mild = {reason.code for reason in REASONS if reason.severity is not Severity.ERROR}
    assert mild == {
        "quotas.below_pace",
        "quotas.ramp_share_unused",
        "quotas.ramp_without_quota",
        "quotas.pace_not_started",
        "quotas.goal_criterion_met",
        "quotas.goal_too_high",
        "quotas.goal_too_low",
        "quotas.goal_without_history",
        "quotas.plan_milestone_overdue",
    }

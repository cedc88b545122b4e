"""The scenarios of `scenarios/quotas`, written for a sales manager, run as tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ruamel.yaml import YAML

from salesrules.core import (
    Band,
    BandTable,
    DateRange,
    Denied,
    FiscalCalendar,
    InvalidDocument,
    PeriodKind,
    Rate,
    Severity,
    advance_case,
    evolve_case,
    expire_case,
    start_case,
)
from salesrules.quotas import (
    AcceptancePolicy,
    Goal,
    GoalPolicy,
    PacePolicy,
    Quota,
    QuotaFacts,
    QuotaPolicy,
    QuotaRevision,
    Ramp,
    RevisionPolicy,
    Seasonality,
    allocate_quotas,
    apply_ramps,
    build_quota_workflow,
    calculate_pace,
    calculate_quota,
    check_goal,
    check_pace,
    check_revision,
)

CALENDAR = FiscalCalendar()
FOLDER = Path(__file__).parents[2] / "scenarios" / "quotas"


def read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text("utf-8"))


def exact(value: object) -> Decimal:
    return Decimal(str(value))


SCENARIOS = {path.stem: read(path) for path in sorted(FOLDER.glob("*.yaml"))}
CHECKS = [
    pytest.param(scenario, check, id=f"{name}: {check['say']}")
    for name, scenario in SCENARIOS.items()
    for check in scenario["checks"]
]


def line_of(entry: dict[str, Any]) -> Quota:
    period = CALENDAR.period(str(entry["period"]))
    return Quota(
        id=f"{entry['holder']}:{period}",
        holder=entry["holder"],
        span=period.span,
        amount=exact(entry["amount"]),
        unit=entry["unit"],
    )


def lines_of(scenario: dict[str, Any]) -> list[Quota]:
    return [line_of(entry) for entry in scenario["lines"]]


def outcome_of(decision: Any) -> tuple[str, list[str]]:
    codes = [reason.code for reason in decision.reasons if not reason.code.endswith("criterion_met")]
    return decision.outcome.value, codes


def assert_quota(scenario: dict[str, Any], check: dict[str, Any], make: Callable[..., QuotaPolicy]) -> None:
    ramps = [Ramp(**(one | {"shares": map(Rate.parse, one["shares"])})) for one in check.get("ramps", ())]
    policy = make(ramps=ramps, **check.get("policy", {}))
    asked = check["quota_of"]
    span = CALENDAR.period(asked["period"]).span if "period" in asked else DateRange(asked["from"], asked["until"])
    lines = apply_ramps(lines_of(scenario), policy, CALENDAR)
    if "amount" in check:
        held = calculate_quota(asked["holder"], span, lines, policy, CALENDAR)
        assert held.amount == exact(check["amount"]) == held.derivation().recompute()
        return
    with pytest.raises(InvalidDocument) as caught:
        calculate_quota(asked["holder"], span, lines, policy, CALENDAR)
    (fault,) = caught.value.faults
    if "missing" in check:
        assert f"missing: {', '.join(check['missing'])};" in str(fault)
    else:
        assert fault.code == check["refused"]


def assert_split(scenario: dict[str, Any], check: dict[str, Any], make: Callable[..., QuotaPolicy]) -> None:
    ((kind, weights),) = scenario["seasons"].items()
    season = Seasonality(id="s", effective=DateRange(date(2000, 1, 1)), kind=kind, weights=weights)
    buffers = [Rate.parse(text) for text in check.get("policy", {}).get("level_buffers", ())]
    policy = make(seasonalities=[season], level_buffers=buffers)
    tree = SimpleNamespace(children=lambda id: scenario["tree"].get(id, ()))
    goal = line_of(scenario["goal"])
    lines = allocate_quotas(goal, tree, scenario["weights"], PeriodKind(kind), CALENDAR, policy)
    for holder, amount in check["parts"].items():
        own = [line.amount for line in lines if line.holder == holder]
        assert exact(amount) == (own[check["quarter"] - 1] if "quarter" in check else sum(own))


def assert_revision(
    scenario: dict[str, Any], check: dict[str, Any], evidence: Callable[..., Any], make: Callable[..., QuotaPolicy]
) -> None:
    (line,) = lines_of(scenario)
    approver, on = check.get("approved_by"), date(2020, 2, 1)
    approval = evidence(check.get("approval_of", "rev-1"), approver=approver, on=on) if approver else None
    revision = QuotaRevision(
        id="rev-1", quota=line.id, amount=80000, day=check["dated"], reason="territory", evidence=approval
    )
    policy = make(revisions=RevisionPolicy(id="revisions", **scenario["revisions"]))
    found = outcome_of(check_revision(revision, line, policy, date(2020, 5, 1)))
    assert found == (check["outcome"], check.get("because", []))


def assert_pace(scenario: dict[str, Any], check: dict[str, Any], make: Callable[..., QuotaPolicy]) -> None:
    bands = [Band(start=None, value="behind"), Band(start=exact(scenario["pace"]["behind_below"]), value="on_pace")]
    policy = make(pace=PacePolicy(id="pace", status=BandTable(bands=bands)))
    span = CALENDAR.period(check["period"]).span
    held = calculate_quota(check["pace_of"], span, lines_of(scenario), policy, CALENDAR)
    pace = calculate_pace(held, exact(check["achieved"]), policy, check["on"])
    assert outcome_of(check_pace(pace, policy)) == (check["outcome"], check.get("because", []))


def assert_goal(scenario: dict[str, Any], check: dict[str, Any], make: Callable[..., QuotaPolicy]) -> None:
    verdicts = {name.removesuffix("_from"): exact(bound) for name, bound in scenario["growth"].items()}
    bands = [Band(start=None, value="too_low"), *(Band(start=bound, value=name) for name, bound in verdicts.items())]
    policy = make(goals=GoalPolicy(id="goals", measures=["amount"], growth=BandTable(bands=bands)))
    goal = Goal(
        id="goal",
        holder="firm",
        subject="all products",
        measure="amount",
        amount=check["goal"],
        unit="USD",
        measured_by="invoices",
        span=CALENDAR.period("2020").span,
        is_top=True,
    )
    history = exact(check["last_year"]) if "last_year" in check else None
    decision = check_goal(goal, policy, date(2019, 12, 1), history=history)
    assert outcome_of(decision) == (check["outcome"], check.get("because", []))
    criteria = {"specific", "measurable", "relevant", "time_bound"}
    met = {reason.parameters["criterion"] for reason in decision.reasons if reason.severity is Severity.INFO}
    assert criteria <= met


def assert_steps(
    scenario: dict[str, Any], check: dict[str, Any], make: Callable[..., QuotaPolicy], line: Quota
) -> None:
    answers = scenario["answers"]
    acceptance = AcceptancePolicy(
        id="answers", days_to_answer=answers["days"], silence=answers["silence"], objections=answers["objections"]
    )
    policy, table = make(acceptance=acceptance), build_quota_workflow(acceptance)
    now = datetime(2019, 12, 1, 9, tzinfo=UTC)
    case = start_case(table, as_of=now)

    def step(case: Any, words: list[str], now: datetime) -> Any:
        if words[0] == "wait":
            for event in expire_case(table, case, now)[1]:
                case = evolve_case(case, event)
            return case
        role, command, *reason = words
        return advance_case(
            table,
            case,
            command,
            as_of=now,
            facts=QuotaFacts(quota=line),
            policy=policy,
            roles=[role],
            reason=reason[0] if reason else None,
        )

    *first, last = [text.split() for text in check["steps"]]
    for words in first:
        case = step(case, words, now)
    now += timedelta(days=int(last[1])) if last[0] == "wait" else timedelta(hours=1)
    if "ends" in check:
        assert step(case, last, now).state == check["ends"]
    else:
        with pytest.raises(Denied) as caught:
            step(case, last, now)
        assert caught.value.decision.reasons[0].code == check["refused"]


def test_there_are_scenarios() -> None:
    assert len(SCENARIOS) == 5
    assert len(CHECKS) == 28


@pytest.mark.parametrize(("scenario", "check"), CHECKS)
def test_scenario(scenario, check, make_policy, make_evidence, make_line) -> None:
    if "quota_of" in check:
        assert_quota(scenario, check, make_policy)
    elif "parts" in check:
        assert_split(scenario, check, make_policy)
    elif "dated" in check:
        assert_revision(scenario, check, make_evidence, make_policy)
    elif "pace_of" in check:
        assert_pace(scenario, check, make_policy)
    elif "goal" in check:
        assert_goal(scenario, check, make_policy)
    else:
        assert_steps(scenario, check, make_policy, make_line("2020-Q1"))

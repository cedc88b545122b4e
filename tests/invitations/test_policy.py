"""The room's section of a rulebook: read from a document, checked across its fields; its codes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from salesrules import invitations
from salesrules.company import starter_rulebook
from salesrules.core import InvalidValue, Severity
from salesrules.invitations import (
    LABELS,
    REASONS,
    ContactPolicy,
    Event,
    ForbiddenPhrase,
    Guest,
    QuietHours,
    ReadinessStep,
    ScriptTemplate,
    build_script_values,
    check_policy,
    prepare_script,
    reasons,
)
from salesrules.messages import render_script
from salesrules.wire import load_rulebook

SOURCES = "\n".join(path.read_text("utf-8") for path in Path(invitations.__file__).parent.rglob("*.py"))


def test_codes_are_unique_of_this_room_and_given_somewhere() -> None:
    codes = [reason.code for reason in REASONS]
    assert len(set(codes)) == len(codes)
    names = [code.removeprefix("invitations.").upper() for code in codes]
    assert all(getattr(reasons, name).code == code for name, code in zip(names, codes, strict=True))
    assert [name for name in names if f"codes.{name}" not in SOURCES] == []
    literal = set(re.findall(r'label="(invitations\.label\.[a-z_]+)"', SOURCES))
    assert literal < LABELS.keys()


def test_findings_about_time_and_results_warn_and_do_not_deny() -> None:
    mild = {reason.code.removeprefix("invitations.") for reason in REASONS if reason.severity is not Severity.ERROR}
    assert mild == {
        "readiness_overdue", "follow_up_overdue", "seat_waitlisted", "conversion_low", "signing_low",
        "cost_share_high", "effect_low", "return_low",
    }  # fmt: skip


def test_the_starter_rulebook_has_a_sound_section_whose_scripts_speak() -> None:
    policy = load_rulebook(starter_rulebook()).section("invitations")
    assert check_policy(policy) == ()
    assert [(step.id, step.days_before) for step in policy.readiness][:3] == [
        ("guest-list", 30), ("venue-and-catering", 14), ("material-and-gifts", 7)
    ]  # fmt: skip
    start = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)
    event = Event(
        id="e", theme="春季新品", venue="三号厅", zone="Asia/Shanghai", starts_at=start, ends_at=start.replace(hour=9)
    )
    guest = Guest(id="g", name="王芳", title="女士", company="远大公司")
    values = build_script_values(event, guest, "李明", benefit="现场体验", question="您方便参加吗？")
    said = [render_script(prepare_script(script, values, policy, start)) for script in policy.scripts]
    assert said[1] == (
        "远大公司王芳女士，您好！我是李明。诚邀您于2026年3月1日 14:30 UTC+08:00到三号厅参加“春季新品”："
        "现场体验。您方便参加吗？"
    )
    assert said[0].startswith("Good day, 女士 王芳 of 远大公司.")


def test_faults_between_fields_are_found_with_their_places(make_policy) -> None:
    assert check_policy(make_policy()) == ()
    step = ReadinessStep(id="list", owner="sales", days_before=1)
    good = "${customer} ${time} ${place}"
    scripts = [
        ScriptTemplate(id="a", locale="en", text=good),
        ScriptTemplate(id="a", locale="en", text="${customer} $5"),
        ScriptTemplate(id="c", locale="en", text="${customer} ${prize} last chance"),
    ]
    phrases = [
        ForbiddenPhrase(id="p", phrase="last chance", fault="pushing"),
        ForbiddenPhrase(id="q", phrase="LAST  CHANCE", fault="false"),
    ]
    quiet = [QuietHours(starts=time(8), ends=time(20)), QuietHours(starts=time(20), ends=time(8))]
    policy = make_policy(
        readiness=[step, step],
        scripts=scripts,
        wording=phrases,
        refusal_reasons=["no_time", "no_time"],
        contacts=ContactPolicy(id="m", channels=["sms"], maximum_attempts=1, quiet_hours=quiet),
    )
    found = [(fault.code.removeprefix("invitations."), fault.path) for fault in check_policy(policy)]
    assert found == [
        ("duplicate_id", "readiness[1].id"),
        ("duplicate_id", "scripts[1].id"),
        ("duplicate_id", "wording[1].phrase"),
        ("duplicate_id", "refusal_reasons[1]"),
        ("script_fault", "scripts[1].text"),  # the dollar sign
        ("script_fault", "scripts[2].text"),  # no time
        ("script_fault", "scripts[2].text"),  # no place
        ("script_fault", "scripts[2].text"),  # an unknown place
        ("script_fault", "scripts[2].text"),  # said twice over: by both phrases
        ("script_fault", "scripts[2].text"),
        ("always_quiet", "contacts.quiet_hours"),
    ]
    alone = make_policy(script_rule=None, scripts=scripts[:1])
    assert [fault.path for fault in check_policy(alone)] == ["scripts[0].text"]


@pytest.mark.parametrize(
    "name",
    [
        "script_rules",
        "contact_rules",
        "reminder_rules",
        "seat_rules",
        "follow_up_rules",
        "outcome_rules",
        "effect_rules",
    ],
)
def test_a_part_that_the_rulebook_lacks_is_an_error_with_its_place(life, name) -> None:
    bare = invitations.InvitationPolicy(life=life)
    with pytest.raises(InvalidValue, match=r"invitations\.\w+"):
        getattr(bare, name)
    assert bare.follow_up_deadline() is None


def test_every_name_of_the_door_opens() -> None:
    assert [name for name in invitations.__all__ if getattr(invitations, name, None) is None] == []

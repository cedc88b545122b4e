"""Scripts: required places, hostile values, locale and zone; the wording rule."""

from __future__ import annotations

from datetime import UTC, datetime

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import Denied, InvalidValue, UnknownName
from salesrules.invitations import (
    ForbiddenPhrase,
    PreparedScript,
    ScriptPolicy,
    ScriptTemplate,
    build_script_values,
    check_script,
    check_wording,
    prepare_script,
)
from salesrules.invitations.policy import folded
from salesrules.messages import render_script

from .conftest import MARCH, codes_of

TEXT = "Dear ${customer}, we begin at ${time}, ${place}."
SCRIPT = ScriptTemplate(id="s", locale="en", text=TEXT)
VALUES = {"customer": "Ms Wang", "time": MARCH, "place": "Hall 3"}


def denied(values, policy, script=SCRIPT) -> list[tuple[str, str]]:
    with pytest.raises(Denied) as caught:
        prepare_script(script, values, policy, MARCH)
    reasons = caught.value.decision.reasons
    return [(reason.code.removeprefix("invitations."), reason.path) for reason in reasons]


def test_a_script_is_filled_in_the_words_of_its_locale(policy) -> None:
    assert render_script(prepare_script(SCRIPT, VALUES, policy, MARCH)) == (
        "Dear Ms Wang, we begin at Mar 2, 2020 10:00 UTC, Hall 3."
    )
    chinese = ScriptTemplate(id="z", locale="zh_CN", text="${customer}：${time}，${place}。")
    prepared = prepare_script(chinese, VALUES | {"customer": "王女士", "place": "三号厅"}, policy, MARCH)
    assert render_script(prepared) == "王女士：2020年3月2日 10:00 UTC，三号厅。"


def test_the_time_is_told_on_the_events_clock_or_in_the_zone_asked_for(make_event, guest, policy) -> None:
    event = make_event(zone="Asia/Shanghai")
    values = build_script_values(event, guest, "Li", benefit="free tea", question="May we expect you?")
    assert values | {"time": None} == {
        "customer": "王芳", "title": "Ms", "company": "Acme", "inviter": "Li", "topic": "Spring range",
        "benefit": "free tea", "time": None, "place": "Hall 3", "question": "May we expect you?",
    }  # fmt: skip
    assert "18:00 UTC+08:00" in render_script(prepare_script(SCRIPT, values, policy, MARCH))
    online = build_script_values(event, guest, "Li", benefit="b", question="q", zone="Europe/Berlin")
    assert "11:00 UTC+01:00" in render_script(prepare_script(SCRIPT, online, policy, MARCH))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (TEXT, []),
        ("${customer} ${time}", ["script_placeholder_missing"]),
        ("hello", ["script_placeholder_missing"] * 3),
        (TEXT + " ${prize}", ["script_placeholder_unknown"]),
        (TEXT + " ${benefit} for $$5", []),
        (TEXT + " for $5", ["script_broken"]),
        (TEXT + " $", ["script_broken"]),
        (TEXT + " ${customer.name}", ["script_broken"]),
        (TEXT + " {customer}", []),  # a brace is only that
        (TEXT + " This is your Last  Chance!", ["wording_refused"]),
    ],
)
def test_a_script_has_its_places_and_keeps_to_the_wording(policy, text, codes) -> None:
    assert codes_of(check_script(ScriptTemplate(id="s", locale="en", text=text), policy, MARCH)) == codes


def test_a_stray_dollar_sign_is_told_with_its_line(policy) -> None:
    script = ScriptTemplate(id="s", locale="en", text="one\n\n${customer}\ncosts $5")
    (reason,) = check_script(script, policy, MARCH).reasons
    assert reason.parameters == {"script": "s", "line": 4}


@pytest.mark.parametrize("hostile", ["{customer}", "${place}", "$$", "{0.__class__}", "%s", "a & b", 'O\'Neil "x"'])
def test_signs_in_a_value_are_only_signs(policy, hostile) -> None:
    prepared = prepare_script(SCRIPT, VALUES | {"customer": hostile}, policy, MARCH)
    assert render_script(prepared) == f"Dear {hostile}, we begin at Mar 2, 2020 10:00 UTC, Hall 3."


@pytest.mark.parametrize(
    "hostile",
    ["<b>", "a>b", "a\x00b", "a\nb", "a\x1b[2J", "a\u202eb", "a\u2028b", "\ud800", "a\x7f", "\u200e", "a\ufeff"],
)
def test_markup_and_control_characters_are_refused(policy, hostile) -> None:
    assert denied(VALUES | {"customer": hostile}, policy) == [("script_value_unsafe", "values.customer")]


def test_joiners_inside_a_name_are_letters(policy) -> None:
    name = "\u0646\u200c\u0627"  # a zero-width non-joiner, as Persian writes it
    assert name in render_script(prepare_script(SCRIPT, VALUES | {"customer": name}, policy, MARCH))


def test_all_faults_of_the_values_come_at_once(policy) -> None:
    assert denied({"customer": "x" * 41, "place": "<i>"}, policy) == [
        ("script_value_too_long", "values.customer"),
        ("script_value_unsafe", "values.place"),
        ("script_value_missing", "values.time"),
    ]
    assert denied(VALUES | {"place": ""}, policy) == [("script_value_missing", "values.place")]
    assert prepare_script(SCRIPT, VALUES | {"customer": "x" * 40}, policy, MARCH)


def test_values_that_no_place_asks_for_are_left_out(policy) -> None:
    assert prepare_script(SCRIPT, VALUES | {"benefit": "<b>"}, policy, MARCH).values.keys() == VALUES.keys()


def test_a_time_has_its_zone(policy) -> None:
    with pytest.raises(InvalidValue, match=r"values\.time"):
        prepare_script(SCRIPT, VALUES | {"time": MARCH.replace(tzinfo=None)}, policy, MARCH)


def test_a_locale_that_is_not_served_is_an_error(policy) -> None:
    prepared = prepare_script(attrs.evolve(SCRIPT, locale="tlh"), VALUES, policy, MARCH)
    with pytest.raises(UnknownName):
        render_script(prepared)


def test_the_filled_text_keeps_to_the_wording_too(policy) -> None:
    assert denied(VALUES | {"customer": "LAST CHANCE Ltd"}, policy) == [("wording_refused", "text")]
    split = ScriptTemplate(id="s", locale="en", text=TEXT + " The last ${benefit}.")
    assert denied(VALUES | {"benefit": "chance"}, policy, split) == [("wording_refused", "text")]


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("your LAST CHANCE today", ["last chance"]),
        ("last\n chance", ["last chance"]),
        ("ｌａｓｔ ｃｈａｎｃｅ", ["last chance"]),
        ("la\u200bst cha\u00adnce", ["last chance"]),
        ("a blast chance", []),
        ("last chances", []),
        ("lastchance", []),
        ("本季最佳产品", ["最佳"]),
        ("最 佳", ["最佳"]),
        ("最好", []),
        ("last chance: 最佳", ["last chance", "最佳"]),
    ],
)
def test_a_refused_phrase_is_found_however_it_is_written_and_named(policy, text, phrases) -> None:
    decision = check_wording(text, policy, MARCH)
    assert [reason.parameters["phrase"] for reason in decision.reasons] == phrases
    assert decision.is_allowed is (not phrases)
    for reason in decision.reasons:
        assert reason.policy.type == "ForbiddenPhrase"
        assert reason.parameters["fault"] in ("pushing", "exaggerating")


def test_an_unapproved_policy_lets_no_script_out(make_policy, draft) -> None:
    unapproved = make_policy(life=draft)
    assert not check_script(SCRIPT, unapproved, MARCH).is_allowed
    with pytest.raises(Denied):
        prepare_script(SCRIPT, VALUES, unapproved, MARCH)


def test_what_cannot_be_sought_or_named_is_refused() -> None:
    with pytest.raises(InvalidValue, match="phrase"):
        ForbiddenPhrase(id="x", phrase="\u200b", fault="false")
    with pytest.raises(InvalidValue, match="required"):
        ScriptPolicy(id="s", required=["first name"])
    with pytest.raises(InvalidValue, match="longest_value"):
        ScriptPolicy(id="s", required=[], longest_value=0)


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text) -> None:
    assert folded(folded(text)) == folded(text)


@given(values=st.fixed_dictionaries({name: st.text(max_size=20) for name in ("customer", "place")}))
def test_a_value_is_told_as_it_is_or_refused(values) -> None:
    prepared = PreparedScript(script=SCRIPT, values=values | {"time": datetime(2020, 3, 2, tzinfo=UTC)})
    assert render_script(prepared) == (
        f"Dear {values['customer']}, we begin at Mar 2, 2020 00:00 UTC, {values['place']}."
    )

"""Duplicates: what is compared, in which form, and what is never enough."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import InvalidValue
from salesrules.customers import DuplicateRule, MatchedField, find_matches, normalise

PHONE = DuplicateRule(id="phone", fields=[MatchedField(field="phone", form="digits", last=11)])
NAMES = DuplicateRule(id="name", fields=[MatchedField(field="name", form="text"), MatchedField(field="city")])


@pytest.mark.parametrize(
    ("form", "one", "other", "same"),
    [
        ("exact", "Ann", "ann", False),
        ("exact", ["a"], ["a"], True),
        ("text", "ACME  GmbH", "Acme gmbh", True),
        ("text", "ＡＣＭＥ", "acme", True),
        ("text", "Acme, Inc.", "acme inc", True),
        ("text", "Acme 1", "Acme 2", False),
        ("email", " A@B.cn ", "a@b.cn", True),
        ("email", "a.b@c.cn", "ab@c.cn", False),
        ("digits", "(138) 0013-8000", "13800138000", True),
        ("digits", "１３８", "138", True),
    ],
)
def test_forms(form, one, other, same) -> None:
    matched = MatchedField(field="f", form=form)
    assert (normalise(one, matched) == normalise(other, matched)) is same


def test_the_last_digits_leave_the_country_code_out() -> None:
    matched = PHONE.fields[0]
    assert normalise("+86 138 0013 8000", matched) == normalise("013800138000", matched) == "13800138000"
    assert normalise("138", matched) == "138"


@pytest.mark.parametrize(("form", "value"), [("digits", "none"), ("text", "--"), ("email", " "), ("exact", None)])
def test_nothing_is_never_equal_to_nothing(form, value) -> None:
    rule = DuplicateRule(id="r", fields=[MatchedField(field="f", form=form)])
    assert find_matches([("a", {"f": value}), ("b", {"f": value})], [rule]) == ()


def test_every_field_of_a_rule_must_be_filled_and_equal() -> None:
    records = [
        ("a", {"name": "Acme", "city": "Beijing"}),
        ("b", {"name": "Acme"}),
        ("c", {"name": "Acme", "city": "Xian"}),
        ("d", {"name": "ACME", "city": "Beijing"}),
    ]
    (match,) = find_matches(records, [PHONE, NAMES])
    assert (match.first, match.second, match.rule, match.fields) == ("a", "d", "name", ("name", "city"))


def test_last_is_for_digits_only() -> None:
    for wrong in ({"form": "text", "last": 3}, {"form": "digits", "last": 0}):
        with pytest.raises(InvalidValue):
            MatchedField(field="f", **wrong)


@given(st.lists(st.sampled_from(["138", "1-38", "139", "", None]), max_size=7))
def test_matches_connect_exactly_the_equal_ones(phones) -> None:
    records = [(str(number), {"phone": phone}) for number, phone in enumerate(phones)]
    group = {id: id for id, _ in records}
    for match in find_matches(records, [PHONE]):
        group[match.second] = group[match.first]
    for one, first in records:
        for other, second in records:
            plain = [(given["phone"] or "").replace("-", "") for given in (first, second)]
            same = one == other or (plain[0] == plain[1] != "")
            assert (group[one] == group[other]) is same

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesrules.core import InvalidValue
from salesrules.messages.templates import Template


@pytest.mark.parametrize(
    "text",
    [
        "{a.b}",
        "{a[0]}",
        "{}",
        "{0}",
        "{a!r}",
        "{a:>8}",
        "{a b}",
        "{a",
        "a}",
        "{a:{b}}",
        "{a.__class__}",
        "{a:rates}",
        "{a!s:rate}",
    ],
)
def test_a_template_reaches_for_nothing_but_a_name(text):
    with pytest.raises(InvalidValue) as error:
        Template.parse(text)
    assert error.value.field == "template"
    assert error.value.value == text


def test_a_template_tells_its_names_and_keeps_plain_braces():
    template = Template.parse("{{x}} {b}, {a}, {b}")
    assert template.places == {"a", "b"}
    assert template.fill({"a": "1", "b": "2"}) == "{x} 2, 1, 2"


def test_a_place_may_ask_for_a_rate():
    template = Template.parse("{a:rate} of {a}, {b:rate}")
    assert template.places == {"a:rate", "a", "b:rate"}
    assert template.fill({"a": "0.5", "a:rate": "50%"}) == "50% of 0.5, {b:rate}"


def test_a_place_without_a_value_stays_and_a_value_without_a_place_is_left_out():
    assert Template.parse("{a} of {b}").fill({"a": "1", "c": "3"}) == "1 of {b}"


@given(st.text(), st.text())
def test_values_are_never_interpreted(left, right):
    assert Template.parse("<{a}|{b}>").fill({"a": left, "b": right}) == f"<{left}|{right}>"


@given(st.text())
def test_parsing_any_text_gives_a_template_or_names_the_fault(text):
    try:
        template = Template.parse(text)
    except InvalidValue:
        assert "{" in text or "}" in text
    else:
        assert all(place.removesuffix(":rate").isidentifier() for place in template.places)

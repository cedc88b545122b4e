import pytest

from salesrules.core import nearest_names


def test_the_nearest_come_first_and_no_more_than_asked_for():
    known = ["north-east", "north", "northern", "south"]
    assert nearest_names("nort", known)[0] == "north"
    assert nearest_names("nort", known, 1) == ("north",)
    assert nearest_names("xyz", known) == nearest_names("north", []) == ()


def test_anything_may_be_asked_for():
    assert nearest_names(None, ["None", "one"]) == ("None", "one")


@pytest.mark.parametrize(("count", "found"), [(9_999, True), (10_000, True), (10_001, False)])
def test_too_many_names_are_not_searched(count, found):
    known = [f"n{number}" for number in range(count - 1)] + ["unmistakable"]
    assert bool(nearest_names("unmistakeable", known)) is found


@pytest.mark.parametrize(("length", "found"), [(200, True), (201, False)])
def test_very_long_names_are_not_searched(length, found):
    assert bool(nearest_names("x" * length, ["x" * 199])) is found
    assert bool(nearest_names("x" * 199, ["x" * length])) is found

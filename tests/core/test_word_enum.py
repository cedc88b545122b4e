import copy
import pickle

import pytest

from salesrules.core import (
    InvalidValue,
    Operation,
    Outcome,
    PeriodKind,
    PolicyStatus,
    RoundingMode,
    Severity,
    Side,
    TieOrder,
    Weekday,
    WeekRule,
    WordEnum,
)

WORDS = [Operation, Outcome, PeriodKind, PolicyStatus, RoundingMode, Severity, Side, TieOrder, WeekRule, Weekday]


@pytest.mark.parametrize("kind", WORDS)
def test_every_list_of_words_reads_its_own_words_and_refuses_others(kind):
    assert issubclass(kind, WordEnum)
    for member in kind:
        assert kind(member.value) is member
        assert kind(member) is member
        assert copy.deepcopy(member) is pickle.loads(pickle.dumps(member)) is member
    for unknown in ("unheard of", "", None, 1, ["lower"]):
        with pytest.raises(InvalidValue) as caught:
            kind(unknown)
        assert caught.value.value == unknown
        assert all(repr(member.value) in caught.value.remedy for member in kind)


@pytest.mark.parametrize(("kind", "field"), [(Side, "side"), (RoundingMode, "rounding_mode"), (TieOrder, "tie_order")])
def test_the_field_is_the_name_of_the_list(kind, field):
    with pytest.raises(InvalidValue) as caught:
        kind("?")
    assert caught.value.field == field
    assert caught.value.remedy.startswith(f"choose one of {next(iter(kind)).value!r}, ")


def test_a_word_counts_as_its_text():
    assert Side.LOWER == "lower"
    assert f"{Side.LOWER}" == "lower"
    assert "lower" in {member.value for member in Side}

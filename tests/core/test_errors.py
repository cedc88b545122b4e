import copy
import pickle
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from salesrules.core import (
    AmbiguousDay,
    BackendUnavailable,
    CurrencyMismatch,
    Decision,
    Denied,
    Fault,
    IdempotencyConflict,
    InvalidDocument,
    InvalidValue,
    MissingAggregate,
    MissingDay,
    PrecisionExceeded,
    Reason,
    SalesRulesError,
    StaleVersion,
    UnknownName,
    errors,
)

DAY = date(2020, 1, 1)
NO = Decision(outcome="deny", reasons=[Reason("org.cycle"), Reason("org.orphan")])
FAULT = Fault(code="wire.type", path="plans[2].rate", problem="not a rate", remedy="write '1.5%'")

EXAMPLES = [
    (SalesRulesError("plain"), "plain"),
    (InvalidValue("rate", "x", "write '1%'"), "rate: 'x' is not valid; write '1%'"),
    (CurrencyMismatch("CNY", "USD"), "cannot combine CNY with USD; convert one of them at a declared rate first"),
    (PrecisionExceeded("a sum", 120), "a sum needs more than 120 digits to stay exact; round its operands first"),
    (MissingDay("fee", DAY), "fee: no entry on 2020-01-01; there is no entry at all; add one that covers it"),
    (MissingDay("fee", DAY, "[a)"), "fee: no entry on 2020-01-01; the entry before it is [a); add one that covers it"),
    (
        MissingDay("fee", DAY, None, "[b)"),
        "fee: no entry on 2020-01-01; the entry after it is [b); add one that covers it",
    ),
    (
        MissingDay("fee", DAY, "[a)", "[b)"),
        "fee: no entry on 2020-01-01; the entry before it is [a); the entry after it is [b); add one that covers it",
    ),
    (AmbiguousDay("fee", DAY, ("[a)", "[b)")), "fee: 2 entries on 2020-01-01 ([a), [b)); end one of them"),
    (UnknownName("person", "ad"), "unknown person 'ad'"),
    (UnknownName("person", "ad", ("ada", "adam")), "unknown person 'ad'; did you mean 'ada' or 'adam'?"),
    (
        IdempotencyConflict("k1", "1 seat", "2 seats"),
        "the key 'k1' came first with '1 seat', now with '2 seats'; repeat the first, or take a new key",
    ),
    (StaleVersion("claim", "c7", 1, 2), "claim 'c7': expected version 1, found 2; read it again and decide anew"),
    (MissingAggregate("claim", "c7"), "no claim 'c7' is stored; put it there first, with the expected version 0"),
    (
        BackendUnavailable("the database", "it went away"),
        "the database is unavailable: it went away; nothing was saved; send the same command again",
    ),
    (
        BackendUnavailable("the database", "it went away", may_have_committed=True),
        "the database is unavailable: it went away; it may have been saved all the same; send the same command again",
    ),
    (Denied(NO), "deny: org.cycle, org.orphan"),
    (Denied(Decision(outcome="refer")), "refer: no reason given"),
    (InvalidDocument((FAULT, FAULT)), f"{FAULT}\n{FAULT}"),
]
IDS = [f"{type(error).__name__}-{number}" for number, (error, _) in enumerate(EXAMPLES)]


def test_the_examples_show_every_error_class():
    classes = {getattr(errors, name) for name in errors.__all__ if name != "Fault"}
    assert {type(error) for error, _ in EXAMPLES} == classes
    assert all(issubclass(kind, SalesRulesError) for kind in classes)


@pytest.mark.parametrize(("error", "sentence"), EXAMPLES, ids=IDS)
def test_the_sentence_says_value_and_remedy(error, sentence):
    assert str(error) == sentence


@pytest.mark.parametrize("error", [error for error, _ in EXAMPLES], ids=IDS)
@pytest.mark.parametrize(
    "twin_of", [copy.copy, copy.deepcopy, *(lambda e, p=p: pickle.loads(pickle.dumps(e, p)) for p in range(6))]
)
def test_errors_survive_copying_and_pickling_with_all_their_fields(error, twin_of):
    try:
        raise error
    except SalesRulesError as raised:
        twin = twin_of(raised)
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert twin.args == error.args
    names = [attribute.name for attribute in getattr(type(error), "__attrs_attrs__", ())]
    assert [getattr(twin, name) for name in names] == [getattr(error, name) for name in names]
    with pytest.raises(type(error)):
        raise twin


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (InvalidValue, ValueError),
        (CurrencyMismatch, ValueError),
        (InvalidDocument, ValueError),
        (PrecisionExceeded, ArithmeticError),
        (MissingDay, LookupError),
        (AmbiguousDay, LookupError),
        (UnknownName, LookupError),
        (Denied, SalesRulesError),
    ],
)
def test_errors_are_also_the_builtin_kind_that_one_would_catch(kind, builtin):
    assert issubclass(kind, builtin)


@pytest.mark.parametrize(
    ("length", "shown"), [(77, repr("a" * 77)), (78, repr("a" * 78)), (79, "'" + "a" * 78 + "…"), (10**6, None)]
)
def test_a_long_value_is_cut_in_the_sentence_and_kept_in_the_field(length, shown):
    error = InvalidValue("name", "a" * length, "shorten it")
    assert len(str(error)) <= len("name: ") + 80 + len(" is not valid; shorten it")
    assert error.value == "a" * length
    if shown:
        assert str(error) == f"name: {shown} is not valid; shorten it"


def test_an_error_speaks_even_of_a_value_that_cannot():
    class Mute:
        def __repr__(self):
            raise RuntimeError

    assert str(InvalidValue("x", Mute(), "no")) == "x: an unprintable Mute is not valid; no"
    assert str(InvalidValue("x", 10**5000, "no")) == "x: an unprintable int is not valid; no"
    assert str(InvalidValue("x", Decimal("1E+999999"), "no")) == "x: 1E+999999 is not valid; no"
    assert str(InvalidValue("x", Fraction(10**5000, 7), "no")) == "x: an unprintable Fraction is not valid; no"


@pytest.mark.parametrize(
    ("value", "shown"), [(Decimal("1.50"), "1.50"), (Fraction(1, 3), "1/3"), (DAY, "2020-01-01"), ("1.50", "'1.50'")]
)
def test_numbers_and_days_are_shown_as_people_write_them(value, shown):
    assert str(InvalidValue("x", value, "no")) == f"x: {shown} is not valid; no"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "plans[2].rate: not a rate; write '1.5%'"),
        ({"value": "x"}, "plans[2].rate: not a rate (found 'x'); write '1.5%'"),
        ({"file": "a.toml"}, "a.toml: plans[2].rate: not a rate; write '1.5%'"),
        ({"file": "a.toml", "line": 7}, "a.toml:7: plans[2].rate: not a rate; write '1.5%'"),
        ({"line": 7, "value": 0}, "7: plans[2].rate: not a rate (found 0); write '1.5%'"),
    ],
)
def test_a_fault_says_where_what_and_how_to_mend_it(changes, sentence):
    fault = Fault(code="wire.type", path="plans[2].rate", problem="not a rate", remedy="write '1.5%'", **changes)
    assert str(fault) == sentence
    assert fault.severity == "error"
    assert pickle.loads(pickle.dumps(fault)) == copy.deepcopy(fault) == fault

import copy
import pickle

import iso4217
import pytest

from salesrules.core import CurrencyTable, InvalidValue, UnknownName, is_currency_code


def test_the_table_is_iso_4217_as_the_iso4217_package_has_it():
    published = {entry.code: entry.exponent for entry in iso4217.Currency if entry.exponent is not None}
    assert CurrencyTable.iso().to_record() == published


def test_codes_without_a_minor_unit_are_not_in_the_table():
    without = [entry.code for entry in iso4217.Currency if entry.exponent is None]
    assert "XAU" in without
    assert not any(code in CurrencyTable.iso() for code in without)


@pytest.mark.parametrize(("code", "digits"), [("JPY", 0), ("CNY", 2), ("USD", 2), ("KWD", 3), ("UYW", 4)])
def test_digits_by_code(code, digits):
    assert CurrencyTable.iso().digits(code) == digits
    assert code in CurrencyTable.iso()


def test_a_firm_may_count_otherwise_and_add_codes_of_its_own():
    own = CurrencyTable.iso({"HUF": 0, "PTS": 1})
    assert (own.digits("HUF"), own.digits("PTS"), own.digits("EUR")) == (0, 1, 2)
    assert own != CurrencyTable.iso()
    assert CurrencyTable.iso({}) == CurrencyTable.iso(None) == CurrencyTable.iso()
    assert CurrencyTable(digits={"CNY": 2}).to_record() == {"CNY": 2}


def test_an_unknown_code_is_an_error_with_the_nearest():
    with pytest.raises(UnknownName) as caught:
        CurrencyTable.iso().digits("CNX")
    assert (caught.value.kind, caught.value.name) == ("currency", "CNX")
    assert "CNY" in caught.value.nearest
    assert caught.value.__cause__ is None
    with pytest.raises(UnknownName) as far:
        CurrencyTable(digits={"CNY": 2}).digits("ABD")
    assert far.value.nearest == ()


@pytest.mark.parametrize(
    ("code", "digits", "field", "value", "remedy"),
    [
        ("cny", 2, "currency", "cny", "give a three-letter code in capitals, such as 'CNY'"),
        (1, 2, "currency", 1, "give a three-letter code in capitals, such as 'CNY'"),
        ("CNY", -1, "digits.CNY", -1, "give a whole number from 0 to 12"),
        ("CNY", 13, "digits.CNY", 13, "give a whole number from 0 to 12"),
        ("CNY", True, "digits.CNY", True, "give a whole number from 0 to 12"),
        ("CNY", "2", "digits.CNY", "2", "give a whole number from 0 to 12"),
        ("CNY", None, "digits.CNY", None, "give a whole number from 0 to 12"),
    ],
)
def test_a_faulty_entry_is_refused_by_name(code, digits, field, value, remedy):
    with pytest.raises(InvalidValue) as caught:
        CurrencyTable.iso({code: digits})
    assert (caught.value.field, caught.value.value, caught.value.remedy) == (field, value, remedy)


def test_digits_go_from_none_to_twelve():
    table = CurrencyTable(digits={"AAA": 0, "BBB": 12})
    assert (table.digits("AAA"), table.digits("BBB")) == (0, 12)


@pytest.mark.parametrize(
    ("value", "is_code"),
    [("CNY", True), ("cny", False), ("CN", False), ("CNYY", False), ("C1Y", False), ("ÄÖÜ", False), (None, False)],
)
def test_what_looks_like_a_code(value, is_code):
    assert is_currency_code(value) is is_code


def test_a_table_is_a_value():
    table = CurrencyTable.iso({"PTS": 1})
    for twin in (copy.copy(table), copy.deepcopy(table), pickle.loads(pickle.dumps(table))):
        assert twin == table
        assert hash(twin) == hash(table)
    record = table.to_record()
    record["PTS"] = 9
    assert table.digits("PTS") == 1

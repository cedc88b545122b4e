"""Whatever comes in, only the library's own errors come out."""

from __future__ import annotations

import contextlib
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sample_policies import GOOD, REGISTRY

from salesrules.core import InvalidDocument, SalesRulesError
from salesrules.wire import Format, dump_rulebook, parse_rulebook, parse_table, render_json, rulebook_schema
from salesrules.wire.sources import decode

BOOK = parse_rulebook(GOOD, registry=REGISTRY)
PLAIN = dump_rulebook(BOOK)
JSON = render_json(PLAIN)
YAML = """\
rulebook: {name: Sample, currencies: {XBT: 8}}
small:
  limit: 7  # a comment
pay:
  note: |
    12:30
  life: {status: approved, scope: all, owner: 'me', approver: "you", effective: {from: 2020-01-01}}
  plans:
    - id: base
      effective: {from: 2020-01-01}
      weight: 1.50
      pay: {kind: flat, amount: CNY 5}
"""
CSV = 'id,name,pay\n1,"Ann, the ""Best""",2.50\n2,é,=1+1\n'
VALIDATOR = Draft202012Validator(rulebook_schema(REGISTRY))


def check_reading(content: bytes, format: Format) -> None:
    """Read bytes as a file's content would be; every fault must print."""
    try:
        parse_rulebook(decode(content, "f"), registry=REGISTRY, format=format, file="f")
    except InvalidDocument as error:
        str(error).encode("utf-8")
    except SalesRulesError as error:
        pytest.fail(f"a document's faults are an InvalidDocument, not {error!r}")


def check_table(content: bytes) -> None:
    """Read bytes as a table; a row has a cell for each column."""
    with contextlib.suppress(InvalidDocument):
        table = parse_table(decode(content, "f"), file="f")
        assert all(len(row.values) == len(table.columns) for row in table.rows)


def mutate(text: str, seed: int) -> bytes:
    """The text with some bytes changed, cut out, doubled or swapped; from a seed, so that failures repeat."""
    source = random.Random(seed)
    content = bytearray(text.encode())
    for _ in range(source.randint(1, 4)):
        place = source.randrange(len(content))
        end = min(len(content), place + source.randint(1, 12))
        match source.randrange(5):
            case 0:
                content[place] = source.randrange(256)
            case 1:
                del content[place:end]
            case 2:
                content[place:place] = content[place:end] * source.randint(1, 40)
            case 3:
                content[place:place] = source.choice(MORSELS)
            case 4:
                other = source.randrange(len(content))
                content[place:end] = content[other : other + end - place]
        content = content or bytearray(b" ")
    return bytes(content)


MORSELS = [
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b'"',
        b"'",
        b"\n",
        b"\r",
        b"\0",
        b"=",
        b".",
        b",",
        b":",
        b"- ",
        b"&a ",
        b"*a",
        b"!!",
        b"%",
    ),
    *(
        b"|",
        b">",
        b"? ",
        b"#",
        b"<<: ",
        b"nan",
        b"inf",
        b"1e999",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\\ud800",
        b"null",
        b"true",
    ),
    *(b"9" * 50, b"---\n", b"...\n", b"\t", b'"""', b"\xe2\x80\xa8", b"[[", b"0x", b"2020-13-45", b"25:61", b"`", b"@"),
]


@pytest.mark.parametrize(("format", "text"), [(Format.TOML, GOOD), (Format.JSON, JSON), (Format.YAML, YAML)])
def test_mutations_of_a_good_document(format: Format, text: str) -> None:
    count = 60 if format is Format.YAML else 250
    for seed in range(count):
        check_reading(mutate(text, seed), format)
    assert parse_rulebook(text, registry=REGISTRY, format=format).section("small").limit == 7


def test_mutations_of_a_good_table() -> None:
    for seed in range(400):
        check_table(mutate(CSV, seed))


@settings(max_examples=120)
@given(st.binary(max_size=200), st.sampled_from(Format))
def test_random_bytes(content: bytes, format: Format) -> None:
    check_reading(content, format)


@settings(max_examples=120)
@given(st.text(max_size=100), st.sampled_from(Format))
def test_random_text(text: str, format: Format) -> None:
    check_reading(text.encode(), format)
    check_table(text.encode())


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["1%", "CNY 5", "2020-01-01", "flat", "tiered", "12:30", "approved"])
)
keys = st.text(max_size=4) | st.sampled_from(
    ["rulebook", "name", "pay", "small", "plans", "id", "kind", "bands", "from", "to", "value", "limit", "effective"]
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5), max_leaves=20
)


@settings(max_examples=150)
@given(documents)
def test_random_nested_documents(document: Any) -> None:
    check_reading(json.dumps(document).encode(), Format.JSON)


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in plain data."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(place for key, part in inner for place in places(part, (*here, key)))]


PLACES = places(PLAIN)[1:]


def changed(place: tuple[Any, ...], act: str, value: Any) -> Any:
    """The good document with one place replaced, left out or renamed."""
    document = json.loads(json.dumps(PLAIN))
    *above, last = place
    holder = document
    for step in above:
        holder = holder[step]
    if act == "replace":
        holder[last] = value
    elif act == "remove":
        del holder[last]
    elif isinstance(holder, dict):
        holder[f"{last}x"] = holder.pop(last)
    else:
        holder.append(value)
    return document


@settings(max_examples=250)
@given(st.sampled_from(PLACES), st.sampled_from(["replace", "remove", "rename"]), documents)
def test_a_good_document_changed_in_one_place(place: tuple[Any, ...], act: str, value: Any) -> None:
    document = changed(place, act, value)
    try:
        parse_rulebook(json.dumps(document), registry=REGISTRY, format=Format.JSON)
    except InvalidDocument as error:
        str(error).encode("utf-8")
    else:
        assert VALIDATOR.is_valid(document)

"""The JSON Schema accepts what the loader accepts, and refuses with it what a schema can see."""

from __future__ import annotations

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from sample_faults import BROKEN
from sample_policies import GOOD, REGISTRY, Trigger
from sample_strategies import rulebooks

from salesrules.core import BandTable, InvalidDocument, Money, Rate
from salesrules.rulebook import HOUSE, Rulebook, SectionRegistry
from salesrules.wire import document_schema, dump_rulebook, load_rulebook, parse_rulebook, rulebook_schema

SCHEMA = rulebook_schema(REGISTRY)
HOUSE_SCHEMA = rulebook_schema(
    SectionRegistry(sections={name: HOUSE.sections[name] for name in ("quotas", "commissions")})
)
VALIDATOR = Draft202012Validator(SCHEMA)


def plain(text: str) -> Any:
    """A TOML document as an editor hands it to a schema: days and times as text."""
    return json.loads(json.dumps(tomllib.loads(text), default=lambda value: value.isoformat()))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator.check_schema(HOUSE_SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


def test_the_good_document_is_accepted() -> None:
    assert list(VALIDATOR.iter_errors(plain(GOOD))) == []
    assert list(VALIDATOR.iter_errors({"$schema": "x", **plain(GOOD)})) == []


@settings(max_examples=40)
@given(rulebooks)
def test_whatever_is_dumped_is_accepted(book: Rulebook) -> None:
    assert list(VALIDATOR.iter_errors(dump_rulebook(book))) == []


#: Faults that lie in a validator, between fields, or in the word `number` of JSON Schema.
LOADER_ONLY = {
    "wire.invalid_value",
    "wire.overlap",
    "wire.gap",
    "wire.empty_band",
    "pay.twin",
    "wire.unreadable_number",
}
ALSO_LOADER_ONLY = {"count = 3.0", "starts = 2020-01-01T00:00:00", 'from = "0.8", '}


@pytest.mark.parametrize(("old", "new", "code", "path", "line", "remedy"), BROKEN)
def test_what_the_loader_refuses_the_schema_refuses(
    old: str, new: str, code: str, path: str, line: str, remedy: str
) -> None:
    if "nan" in new or "inf" in new:
        pytest.skip("JSON cannot write it")
    text = GOOD.replace(old, new, 1)
    with pytest.raises(InvalidDocument):
        parse_rulebook(text, registry=REGISTRY)
    refused = not VALIDATOR.is_valid(plain(text))
    if code not in LOADER_ONLY and new not in ALSO_LOADER_ONLY and old not in ALSO_LOADER_ONLY:
        assert refused


def test_a_fault_is_found_where_it_is() -> None:
    text = GOOD.replace('"40%"', "0.4").replace("trigger", "triger")
    found = {error.json_path for error in VALIDATOR.iter_errors(plain(text))}
    assert found == {"$.pay.shares.north", "$.pay.plans[1]"}


def test_descriptions_choices_and_defaults_help_an_editor() -> None:
    definitions = SCHEMA["$defs"]
    assert definitions["PayPolicy"]["description"] == "What the sample firm pays. A second sentence."
    assert definitions["Trigger"] == {"description": "When a sale pays.", "enum": ["booking", "delivery"]}
    plan = definitions["Plan"]
    assert plan["required"] == ["id", "effective", "pay"]
    assert plan["additionalProperties"] is False
    assert plan["properties"]["trigger"] == {"$ref": "#/$defs/Trigger", "default": "booking"}
    assert plan["properties"]["count"] == {"type": "integer", "default": 1}
    assert plan["properties"]["weight"]["default"] == "1"
    assert plan["properties"]["pay"] == {
        "oneOf": [{"$ref": f"#/$defs/{name}", "required": ["kind"]} for name in ("Flat", "Tiered")]
    }
    assert definitions["Flat"]["properties"]["kind"] == {"const": "flat", "default": "flat"}
    assert definitions["Tiered"]["properties"]["rates"] == {"$ref": "#/$defs/core.BandTable-Rate"}
    assert plan["properties"]["cap"]["anyOf"][1] == {"type": "null"}


@attrs.frozen(kw_only=True)
class Tree:
    """A tree."""

    name: str
    children: tuple[Tree, ...] = ()
    amounts: BandTable[Money] | None = None
    lists: BandTable[tuple[Rate, ...]] | None = None
    choices: BandTable[Trigger] | None = None


def test_a_schema_of_any_document() -> None:
    schema = document_schema(Tree, "Trees")
    validator = Draft202012Validator(schema)
    good = {"name": "a", "children": [{"name": "b", "children": []}], "amounts": {"bands": [{"value": "CNY 1"}]}}
    assert list(validator.iter_errors(good)) == []
    assert [error.json_path for error in validator.iter_errors({"name": "a", "children": [{"name": 5}]})] == [
        "$.children[0].name"
    ]
    assert not validator.is_valid({**good, "amounts": {"bands": [{"value": "1%"}]}})
    assert not validator.is_valid({**good, "lists": {"bands": [{"value": "1%"}]}})
    assert validator.is_valid({**good, "lists": {"bands": [{"value": ["1%"]}]}})
    assert not validator.is_valid({**good, "choices": {"bands": [{"value": "1%"}]}})
    assert validator.is_valid({**good, "choices": {"bands": [{"value": "booking"}]}})
    assert (schema["title"], schema["$defs"]["Tree"]["description"]) == ("Trees", "A tree.")
    assert document_schema(Tree)["title"] == "Tree"


def test_the_sample_company_is_accepted() -> None:
    sample = Path(__file__).parents[2] / "examples" / "adventureworks" / "rulebook.toml"
    validator = Draft202012Validator(HOUSE_SCHEMA)
    assert list(validator.iter_errors(plain(sample.read_text(encoding="utf-8")))) == []
    assert list(validator.iter_errors(dump_rulebook(load_rulebook(sample)))) == []


@pytest.mark.parametrize("number", ["1.50", 1, 2.5, "-3"])
def test_numbers_may_be_text(number: Any) -> None:
    text = GOOD.replace("weight = 80.9", f"weight = {json.dumps(number)}")
    assert VALIDATOR.is_valid(plain(text))
    if Decimal(str(number)) > 0:
        assert parse_rulebook(text, registry=REGISTRY).section("pay").plans[0].weight == Decimal(str(number))

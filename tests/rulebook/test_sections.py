"""The registry of sections: lazily loaded, extended without touching another one."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sample_policies import REGISTRY, PayPolicy, Small, check_policy

from salesrules.core import InvalidValue, UnknownName
from salesrules.rulebook import HOUSE, Section, SectionRegistry


def test_the_house_knows_its_rooms_and_loads_their_checks() -> None:
    assert {"org", "quotas", "commissions"} <= set(HOUSE.names)
    policy, check = HOUSE.load("commissions")
    assert policy.__name__ == "CommissionPolicy"
    assert check is sys.modules["salesrules.commissions"].check_policy


def test_a_section_is_imported_only_when_it_is_needed() -> None:
    code = (
        "import sys, salesrules.rulebook as r; r.HOUSE.load('quotas'); print('salesrules.commissions' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_users_section_leaves_the_given_registry_alone() -> None:
    mine = HOUSE.with_section("pay", PayPolicy, check_policy)
    assert mine.load("pay") == (PayPolicy, check_policy)
    assert "pay" not in HOUSE.names
    assert mine.names == (*HOUSE.names, "pay")


def test_a_class_without_a_check_has_none() -> None:
    assert REGISTRY.load("small") == (Small, None)


def test_a_check_that_is_given_wins_over_the_one_of_the_module() -> None:
    section = Section(policy="salesrules.commissions:CommissionPolicy", check=check_policy)
    assert section.load()[1] is check_policy


def test_an_unknown_section_names_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        HOUSE.load("quota")
    assert caught.value.nearest == ("quotas",)


@pytest.mark.parametrize(
    "target", ["salesrules.nowhere:Policy", "salesrules.core:Nobody", "salesrules.core", ":", "salesrules.core:total"]
)
def test_what_is_no_importable_class_is_refused(target: str) -> None:
    with pytest.raises(InvalidValue, match="policy"):
        SectionRegistry(sections={"bad": target}).load("bad")


@pytest.mark.parametrize("name", ["rulebook", "$schema", "two words", "", "a.b"])
def test_names_that_a_document_cannot_use_are_refused(name: str) -> None:
    with pytest.raises(InvalidValue, match="sections"):
        HOUSE.with_section(name, Small)

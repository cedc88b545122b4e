"""What every storage must do with aggregates and journals."""

from __future__ import annotations

from typing import Any

import pytest

from salesrules.core import (
    InvalidValue,
    MissingAggregate,
    StaleVersion,
    Storage,
    UnitOfWork,
)
from salesrules.testing.storage_kit import NOTES, OTHERS, keep

__all__ = ["ValueContract"]


class ValueContract:
    """Tests of aggregates and journals: versions, ids, values, order."""

    def test_an_aggregate_is_put_and_got_with_its_version(self, storage: Storage) -> None:
        """An aggregate is put and got with its version."""
        assert keep(storage, lambda work: work.aggregates(NOTES).put("a", {"text": "first"}, 0)) == 1
        assert keep(storage, lambda work: work.aggregates(NOTES).put("a", {"text": "second"}, 1)) == 2
        with storage.begin() as work:
            found = work.aggregates(NOTES).get("a")
            assert (found.value, found.version) == ({"text": "second"}, 2)
            assert work.aggregates(NOTES).find("a") == found

    def test_what_is_missing_is_told_by_kind_and_id(self, storage: Storage) -> None:
        """What is missing is told by kind and id."""
        with storage.begin() as work:
            assert work.aggregates(NOTES).find("a") is None
            assert list(work.aggregates(NOTES).ids()) == []
            with pytest.raises(MissingAggregate) as caught:
                work.aggregates(NOTES).get("a")
        assert (caught.value.kind, caught.value.id) == ("note", "a")

    @pytest.mark.parametrize("expected", [-1, 0, 2])
    def test_a_stale_version_is_refused_with_both(self, storage: Storage, expected: int) -> None:
        """A stale version is refused with both."""
        keep(storage, lambda work: work.aggregates(NOTES).put("a", 1, 0))
        with pytest.raises(StaleVersion) as caught:
            keep(storage, lambda work: work.aggregates(NOTES).put("a", 2, expected))
        fault = caught.value
        assert (fault.kind, fault.id, fault.expected, fault.found) == ("note", "a", expected, 1)
        with storage.begin() as work:
            assert work.aggregates(NOTES).get("a").value == 1

    def test_a_new_aggregate_has_no_earlier_version(self, storage: Storage) -> None:
        """A new aggregate has no earlier version."""
        with pytest.raises(StaleVersion) as caught:
            keep(storage, lambda work: work.aggregates(NOTES).put("a", 1, 1))
        assert (caught.value.expected, caught.value.found) == (1, 0)

    def test_kinds_and_ids_are_kept_apart(self, storage: Storage) -> None:
        """Kinds and ids are kept apart."""
        ids = ["b", "a", "A", "ä", "客户", "a/b", "a%", "a_", "'; --", "x" * 200]

        def put(work: UnitOfWork) -> None:
            for number, id in enumerate(ids):
                work.aggregates(NOTES).put(id, number, 0)
                work.aggregates(OTHERS).put(id, -number, 0)

        keep(storage, put)
        with storage.begin() as work:
            assert [work.aggregates(NOTES).get(id).value for id in ids] == list(range(len(ids)))
            assert [work.aggregates(OTHERS).get(id).value for id in ids] == [-number for number in range(len(ids))]
            assert list(work.aggregates(NOTES).ids()) == sorted(ids)

    @pytest.mark.parametrize(
        "value",
        [
            None,
            True,
            0,
            -(10**30),
            "",
            "客户 👍 \" ' \\ \n\t",
            [],
            {},
            {"b": [1, {"a": None}], "a": "0.10", "": [[]]},
            "x" * 100_000,
        ],
    )
    def test_values_come_back_as_they_were(self, storage: Storage, value: object) -> None:
        """Values come back as they were."""
        keep(storage, lambda work: work.aggregates(NOTES).put("a", value, 0))
        keep(storage, lambda work: work.journal(NOTES).append("a", [value]))
        with storage.begin() as work:
            for found in (work.aggregates(NOTES).get("a").value, work.journal(NOTES).read("a")[0]):
                assert (type(found), found) == (type(value), value)

    def test_a_value_that_changes_afterwards_changes_nothing_stored(self, storage: Storage) -> None:
        """A value that changes afterwards changes nothing stored."""
        value = {"lines": [1]}
        with storage.begin() as work:
            work.aggregates(NOTES).put("a", value, 0)
            value["lines"].append(2)
            work.aggregates(NOTES).get("a").value["lines"].append(3)
            assert work.aggregates(NOTES).get("a").value == {"lines": [1]}
            work.commit()

    @pytest.mark.parametrize("value", [1.5, {1: "a"}, {"a": {1, 2}}, b"a", "\ud800", "a\x00", {"\x00": 1}, [object()]])
    def test_what_is_no_plain_data_is_refused(self, storage: Storage, value: object) -> None:
        """What is no plain data is refused."""
        with storage.begin() as work:
            with pytest.raises(InvalidValue, match="note"):
                work.aggregates(NOTES).put("a", value, 0)
            with pytest.raises(InvalidValue, match="note"):
                work.journal(NOTES).append("a", [value])
            assert work.aggregates(NOTES).find("a") is None

    @pytest.mark.parametrize("id", ["", " a", "a\n", "x" * 201, "a\x00", 5])
    def test_ids_are_identifiers(self, storage: Storage, id: Any) -> None:
        """Ids are identifiers."""
        with storage.begin() as work:
            with pytest.raises(InvalidValue):
                work.aggregates(NOTES).put(id, 1, 0)
            with pytest.raises(InvalidValue):
                work.journal(NOTES).append(id, [1])

    def test_a_journal_keeps_the_order_of_its_events(self, storage: Storage) -> None:
        """A journal keeps the order of its events."""
        assert keep(storage, lambda work: work.journal(NOTES).append("a", ["one", "two"])) == 2
        assert keep(storage, lambda work: work.journal(NOTES).append("a", iter(["three"]))) == 3
        assert keep(storage, lambda work: work.journal(NOTES).append("a", [])) == 3
        keep(storage, lambda work: work.journal(NOTES).append("b", ["other stream"]))
        keep(storage, lambda work: work.journal(OTHERS).append("a", ["other kind"]))
        with storage.begin() as work:
            assert list(work.journal(NOTES).read("a")) == ["one", "two", "three"]
            assert list(work.journal(NOTES).read("a", 2)) == ["three"]
            assert list(work.journal(NOTES).read("a", 3)) == []
            assert list(work.journal(NOTES).read("nothing")) == []
            assert list(work.journal(OTHERS).read("a")) == ["other kind"]

    @pytest.mark.parametrize("expected", [0, 2])
    def test_a_journal_of_another_length_is_refused(self, storage: Storage, expected: int) -> None:
        """A journal of another length is refused."""
        assert keep(storage, lambda work: work.journal(NOTES).append("a", ["one"], 0)) == 1
        with pytest.raises(StaleVersion) as caught:
            keep(storage, lambda work: work.journal(NOTES).append("a", ["two"], expected))
        assert (caught.value.id, caught.value.expected, caught.value.found) == ("a", expected, 1)
        assert keep(storage, lambda work: work.journal(NOTES).append("a", ["two"], 1)) == 2

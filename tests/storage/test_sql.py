"""The storage in SQL on every database: the contract."""

from __future__ import annotations

import os

import pytest

from salesrules.testing import StorageContract


class TestSqliteInMemory(StorageContract):
    @pytest.fixture
    def storage(self, open_storage):
        return open_storage("sqlite in memory")


class TestSqlite(StorageContract):
    @pytest.fixture
    def storage(self, open_storage):
        return open_storage("sqlite")


class TestPostgres(StorageContract):
    @pytest.fixture
    def storage(self, open_storage):
        return open_storage("postgresql")


if "SALESRULES_MARIADB" in os.environ:

    class TestMariadb(StorageContract):
        @pytest.fixture
        def storage(self, open_storage):
            return open_storage("mariadb")

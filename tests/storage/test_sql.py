from __future__ import annotations

import pytest

from salesrules.storage import SqlStorage, sqlite_engine
from salesrules.testing import StorageContract


class TestSqliteInMemory(StorageContract):
    @pytest.fixture
    def storage(self):
        storage = SqlStorage(sqlite_engine())
        storage.create_schema()
        return storage


class TestSqliteFile(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path):
        storage = SqlStorage(sqlite_engine(tmp_path / "a.db"))
        storage.create_schema()
        return storage

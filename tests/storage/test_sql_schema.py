"""The tables: made, stamped, checked, migrated or refused; among a user's own; and units within their transaction."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    StaticPool,
    String,
    Table,
    create_engine,
    insert,
    inspect,
    select,
    update,
)

from salesrules.core import InvalidValue, OpenAccount, Reserve, StaleVersion, StoredKind
from salesrules.storage import SCHEMA_VERSION, SqlStorage, SqlTables, run_unit, sqlite_engine, stamp
from salesrules.storage.sql import schema

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOTES = StoredKind(name="note", dump=lambda note: note, load=lambda data: data)
KINDS = ["sqlite in memory", "sqlite", "postgresql"]


def stored(storage, version):
    with storage._engine.begin() as connection:
        connection.execute(update(storage.tables.version).values(version=version))


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_made_once_and_what_is_stored_stays(kind, open_storage):
    storage = open_storage(kind)
    run_unit(storage, lambda work: work.aggregates(NOTES).put("a", 1, 0))
    storage.create_schema()
    storage.check_schema()
    assert storage.migrate_schema() == (SCHEMA_VERSION, SCHEMA_VERSION)
    with storage.begin() as work:
        assert work.aggregates(NOTES).ids() == ("a",)


@pytest.mark.parametrize(("version", "remedy"), [(0, "migrate_schema"), (99, "newer salesrules")])
def test_another_version_is_refused_with_what_to_do(tmp_path, version, remedy):
    storage = SqlStorage(sqlite_engine(tmp_path / "a.db"))
    storage.create_schema()
    stored(storage, version)
    uses = [
        storage.create_schema,
        storage.check_schema,
        lambda: run_unit(storage, lambda work: work.ledger.headroom("a")),
    ]
    for use in uses:
        with pytest.raises(InvalidValue, match=remedy):
            use()
    with pytest.raises(InvalidValue):
        storage.migrate_schema()
    stored(storage, SCHEMA_VERSION)
    storage.check_schema()


def test_an_older_schema_is_migrated_step_by_step(tmp_path, monkeypatch):
    storage = SqlStorage(sqlite_engine(tmp_path / "a.db"))
    storage.create_schema()
    stored(storage, SCHEMA_VERSION - 2)
    done = []
    steps = {
        SCHEMA_VERSION - 2: lambda connection, tables: done.append(tables.account.name),
        SCHEMA_VERSION - 1: lambda connection, tables: done.append(tables.entry.name),
    }
    monkeypatch.setattr(schema, "MIGRATIONS", steps)
    assert storage.migrate_schema() == (SCHEMA_VERSION - 2, SCHEMA_VERSION)
    assert done == ["salesrules_account", "salesrules_entry"]
    storage.check_schema()


def test_a_migration_that_fails_leaves_the_version(postgres_engine, monkeypatch):
    storage = SqlStorage(postgres_engine, tables=SqlTables(prefix="failing_"))
    storage.create_schema()
    stored(storage, SCHEMA_VERSION - 1)

    def fail(connection, tables):
        connection.exec_driver_sql("ALTER TABLE failing_entry ADD COLUMN more INTEGER")
        raise KeyError("a fault of the step")

    monkeypatch.setattr(schema, "MIGRATIONS", {SCHEMA_VERSION - 1: fail})
    with pytest.raises(KeyError):
        storage.migrate_schema()
    assert "more" not in {column["name"] for column in inspect(postgres_engine).get_columns("failing_entry")}
    with pytest.raises(InvalidValue, match="migrate_schema"):
        storage.check_schema()


def test_tables_without_a_version_are_refused_until_they_are_stamped(tmp_path):
    engine, tables = create_engine(f"sqlite:///{tmp_path / 'a.db'}"), SqlTables()
    tables.metadata.create_all(engine)
    storage = SqlStorage(engine, tables=tables)
    for use in (storage.check_schema, storage.migrate_schema, storage.begin().__enter__().aggregates(NOTES).ids):
        with pytest.raises(InvalidValue, match="stamp"):
            use()
    with engine.begin() as connection:
        stamp(connection, tables)
        stamp(connection, tables)
    assert run_unit(storage, lambda work: work.aggregates(NOTES).ids()) == ()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_alembic_finds_no_difference_between_the_metadata_and_what_was_made(kind, tmp_path, postgres_engine):
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}") if kind == "sqlite" else postgres_engine
    theirs = MetaData()
    Table("customer", theirs, Column("id", Integer, primary_key=True))
    tables = SqlTables(prefix="crm_", metadata=theirs)
    assert set(theirs.tables) == {"customer", *(table.name for table in tables.all)}
    SqlStorage(engine, tables=tables).create_schema()
    assert not inspect(engine).has_table("customer")
    theirs.create_all(engine)
    ours = {"include_name": lambda name, kind, parents: kind != "table" or name in theirs.tables}
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=ours), theirs) == []
    theirs.drop_all(engine)


def test_amounts_are_never_floats():
    for table in SqlTables().all:
        kinds = {type(column.type).__name__ for column in table.columns}
        assert kinds <= {"String", "Text", "BigInteger", "Integer", "SmallInteger", "Boolean"}, table.name
    assert isinstance(SqlTables().account.c.pending.type, BigInteger)


def test_storages_with_other_prefixes_and_schemas_live_side_by_side(postgres_engine):
    with postgres_engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS sales")
    ours = SqlStorage(postgres_engine, tables=SqlTables(prefix="", schema="sales"))
    others = SqlStorage(postgres_engine, tables=SqlTables(prefix="others_"))
    for storage in (ours, others):
        storage.create_schema()
    run_unit(ours, lambda work: work.aggregates(NOTES).put("a", 1, 0))
    assert run_unit(others, lambda work: work.aggregates(NOTES).ids()) == ()
    assert inspect(postgres_engine).has_table("account", schema="sales")
    for storage in (ours, others):
        storage.tables.metadata.drop_all(postgres_engine)


@pytest.mark.parametrize("prefix", ["1a", "a b", "a;", "x" * 32, None])
def test_a_prefix_is_plain(prefix):
    with pytest.raises(InvalidValue, match="prefix"):
        SqlTables(prefix=prefix)


def test_an_engine_for_anything_else_is_refused_with_what_to_take():
    for url in ("sqlite://", "sqlite:///:memory:", "sqlite:///file:a?mode=memory&cache=shared&uri=true"):
        engine = create_engine(url, poolclass=StaticPool)
        with pytest.raises(InvalidValue, match="sqlite_engine"):
            SqlStorage(engine)

    class Other:
        class dialect:  # noqa: N801 - as SQLAlchemy names it
            name = "oracle"

    with pytest.raises(InvalidValue, match="PostgreSQL or MariaDB"):
        SqlStorage(Other())


ORDERS = Table("orders", MetaData(), Column("id", String(20), primary_key=True))


@pytest.fixture(params=["sqlite in memory", "sqlite", "postgresql"])
def joined(request, open_storage):
    """A storage with one line of five seats, beside a table of somebody's own."""
    storage = open_storage(request.param)
    ORDERS.drop(storage._engine, checkfirst=True)
    ORDERS.create(storage._engine)
    opened = OpenAccount(key="open", at=NOON, account="line", unit="count", limit=5)
    run_unit(storage, lambda work: work.ledger.execute(opened))
    yield storage
    ORDERS.drop(storage._engine)


def reserve(work, key="a"):
    return work.ledger.execute(Reserve(key=key, at=NOON, account="line", amount=1))


def seen(storage):
    with storage._engine.connect() as connection:
        orders = [row.id for row in connection.execute(select(ORDERS))]
    with storage.begin() as work:
        return orders, work.ledger.balance("line").pending


def test_a_joined_unit_lasts_with_their_transaction(joined):
    with joined._engine.begin() as connection:
        connection.execute(insert(ORDERS), {"id": "o1"})
        with joined.join(connection) as work:
            assert reserve(work).is_allowed
            work.commit()
        connection.execute(insert(ORDERS), {"id": "o2"})
    assert seen(joined) == (["o1", "o2"], 1)


@pytest.mark.parametrize("is_first", [True, False])
def test_their_rollback_takes_back_a_joined_unit_that_was_committed(joined, is_first):
    with joined._engine.connect() as connection:
        if not is_first:
            connection.execute(insert(ORDERS), {"id": "o1"})
        with joined.join(connection) as work:
            reserve(work)
            work.commit()
        connection.rollback()
    assert seen(joined) == ([], 0)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_joined_unit_that_is_left_takes_back_its_own_changes_alone(joined, is_first):
    with joined._engine.begin() as connection:
        if not is_first:
            connection.execute(insert(ORDERS), {"id": "o1"})
        with joined.join(connection) as work:
            reserve(work)
        with joined.join(connection) as work:
            reserve(work, "b")
            with pytest.raises(StaleVersion):
                work.aggregates(NOTES).put("a", 1, 7)
        if is_first:
            connection.execute(insert(ORDERS), {"id": "o1"})
    assert seen(joined) == (["o1"], 0)


def test_joined_units_follow_one_another_and_end(joined):
    with joined._engine.begin() as connection:
        for key in ("a", "b"):
            with joined.join(connection) as work:
                assert work.ledger.headroom("line") == (5 if key == "a" else 4)
                reserve(work, key)
                work.commit()
            with pytest.raises(InvalidValue, match="unit of work"):
                work.ledger.headroom("line")
    assert seen(joined) == ([], 2)


def test_a_connection_that_commits_by_itself_is_not_joined(postgres_engine):
    storage = SqlStorage(postgres_engine)
    connection = postgres_engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with connection, pytest.raises(InvalidValue, match="AUTOCOMMIT"):
        storage.join(connection)


def test_an_engine_of_another_isolation_reads_what_is_committed_all_the_same(postgres, open_storage):
    """A unit that read before somebody else committed would else fail at its first change."""
    tables = open_storage("postgresql").tables
    for level in ("REPEATABLE READ", "AUTOCOMMIT"):
        engine = create_engine(postgres.url, isolation_level=level)
        storage = SqlStorage(engine, tables=tables)
        with storage.begin() as work:
            before = work.aggregates(NOTES).ids()
            run_unit(storage, lambda other, level=level: other.aggregates(NOTES).put(level, 1, 0))
            assert work.aggregates(NOTES).ids() == (*before, level)[::-1]
            work.aggregates(NOTES).put("mine", 1, 0)
        assert run_unit(storage, lambda work: work.aggregates(NOTES).find("mine")) is None
        engine.dispose()


def test_the_door_opens_without_sqlalchemy():
    program = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "from salesrules.storage import MemoryStorage, run_unit\n"
        "import salesrules.storage\n"
        "try:\n    salesrules.storage.SqlStorage\n"
        "except ImportError:\n    print('no sqlalchemy')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "no sqlalchemy\n"

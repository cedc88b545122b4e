"""A program that sends reservations on one line and prints how many passed; `test_sql_contention` runs several."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from sqlalchemy import create_engine

from salesrules.core import Reserve
from salesrules.storage import SqlStorage, SqlTables, run_unit, sqlite_engine

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def main(url: str, prefix: str, name: str, attempts: str) -> None:
    engine = create_engine(url) if "://" in url else sqlite_engine(url)
    storage = SqlStorage(engine, tables=SqlTables(prefix=prefix))
    storage.check_schema()
    print("ready", flush=True)
    sys.stdin.readline()
    passed = 0
    for number in range(int(attempts)):
        seat = Reserve(key=f"{name}-{number}", at=NOON, account="line", amount=1)
        passed += run_unit(storage, lambda work, seat=seat: work.ledger.execute(seat), attempts=100).is_allowed
    print(passed, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

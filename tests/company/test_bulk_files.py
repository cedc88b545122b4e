"""A run in bulk and one by one over the same folder: the same files, byte for byte, and the same faults."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from bulk_firm import PERIOD, bulk_firm
from company_folder import Folder

from salesrules import company
from salesrules.core import Fault, InvalidDocument

pytest.importorskip("pyarrow")


def written(result: company.CompanyResult, folder: Path) -> dict[str, bytes]:
    """The files of a result."""
    return {path.name: path.read_bytes() for path in result.write(folder)}


def both(firm: Folder, out: Path, period: str = PERIOD) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files of a run one by one, and of one in bulk."""
    scalar = written(company.load(firm.path).run(period), out / "scalar")
    return scalar, written(company.load(firm.path, in_bulk=True).run_in_bulk(period), out / "bulk")


@pytest.mark.parametrize("accumulate", ["quarter", "transaction"])
@pytest.mark.parametrize("trigger", ["booking", "delivery", "cash"])
def test_files_are_the_same_to_the_byte(tmp_path: Path, trigger: str, accumulate: str) -> None:
    firm = bulk_firm(tmp_path / "firm", trigger=trigger, accumulate=accumulate)
    scalar, bulk = both(firm, tmp_path)
    assert sorted(scalar) == ["report.html", "statements.csv", "statements.json"]
    for name in scalar:
        assert bulk[name] == scalar[name], name
    rows = scalar["statements.csv"].decode()
    assert ",line,R" in rows
    assert ",pool_part," in rows
    assert ",draw_paid," in rows or ",balance_recovered," in rows

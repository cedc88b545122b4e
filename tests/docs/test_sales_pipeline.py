"""The sales pipeline example, on its sample and on the real data, held against sums made here from the same rows."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from statistics import median

import pytest

STAGES = {"Prospecting": "prospecting", "Engaging": "engaging", "Won": "won", "Lost": "lost"}


def run(root: Path, out: Path, *arguments: object) -> str:
    script = root / "examples" / "sales_pipeline" / "run.py"
    command = [sys.executable, script, *map(str, arguments), "--out", out]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(printed: str, title: str) -> list[list[str]]:
    """The rows of a printed table, without its head."""
    block = printed[printed.index(f"\n{title}") :].split("\n\n")[0].splitlines()
    return [re.split(r"\s{2,}", line.strip()) for line in block[3:]]


def usable(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows that an analyst would keep: each id once, and none that closed before it was engaged."""
    kept: dict[str, dict[str, str]] = {}
    for row in rows:
        runs_backwards = row["close_date"] and row["close_date"] < row["engage_date"]
        if not runs_backwards:
            kept.setdefault(row["opportunity_id"], row)
    return list(kept.values())


def days_of(row: dict[str, str], as_of: date) -> int:
    end = date.fromisoformat(row["close_date"]) if row["close_date"] else as_of
    return (end - date.fromisoformat(row["engage_date"])).days


def check_report(printed: str, folder: Path) -> None:
    """The figures of a report are those that plain sums over the rows give."""
    rows = usable(rows_of(folder, "opportunities"))
    offices = {row["sales_agent"]: row["regional_office"] for row in rows_of(folder, "sales_teams")}
    count = Counter(STAGES[row["deal_stage"]] for row in rows)
    engaged = [row for row in rows if row["engage_date"]]
    last = max(day for row in rows for day in (row["engage_date"], row["close_date"]) if day)
    as_of = date.fromordinal(date.fromisoformat(last).toordinal() + 1)

    funnel = table(printed, "Funnel")
    assert [row[:2] for row in funnel[:3]] == [
        ["prospecting", str(len(rows))], ["engaging", str(len(engaged))], ["won", str(count["won"])]
    ]  # fmt: skip
    assert (funnel[0][3], funnel[1][3], funnel[1][5]) == (
        str(count["prospecting"]), str(count["engaging"]), str(count["lost"])
    )  # fmt: skip
    for office, engaged_here, won, open_here, to_close, _ in table(printed, "By office"):
        own = [row for row in engaged if offices[row["sales_agent"]] == office]
        ends = [row for row in own if row["close_date"]]
        wins = sum(row["deal_stage"] == "Won" for row in ends)
        assert (int(engaged_here), int(open_here)) == (len(own), len(own) - len(ends))
        assert float(won.rstrip("%")) == pytest.approx(100 * wins / len(ends), abs=0.051)
        assert int(to_close.removesuffix(" d")) == int(median(days_of(row, as_of) for row in ends))
    late = [row for row in engaged if days_of(row, as_of) > 120]
    still = sum(not row["close_date"] for row in late)
    assert f"Engaged for more than 120 days: {len(late)}, {still} of them open" in printed
    by_agent = Counter(row["sales_agent"] for row in late)
    assert {row[0]: int(row[2]) for row in table(printed, "Engaged for more than")} == by_agent

    sales: Counter[str] = Counter()
    for row in rows:
        if row["deal_stage"] == "Won":
            sales[row["account"]] += int(row["close_value"])
    classes = table(printed, "Accounts by what they bought")
    assert classes[0][3] == max(sales, key=lambda account: (sales[account], account))
    assert sum(int(row[2].replace("$", "").replace(",", "").partition(".")[0]) for row in classes) == sales.total()
    before, best = 0, 0
    for amount in sorted(sales.values(), reverse=True):
        best += 100 * before < 80 * sales.total()
        before += amount
    assert int(classes[0][1]) == best


def blemishes(printed: str) -> dict[str, int]:
    return {row[0]: int(row[1]) for row in table(printed, "Blemishes of the data")}


def test_the_sample_is_reported_with_its_blemishes_and_a_picture(root: Path, tmp_path: Path) -> None:
    folder = root / "examples" / "sales_pipeline" / "data"
    printed = run(root, tmp_path)
    check_report(printed, folder)
    rows = usable(rows_of(folder, "opportunities"))
    found = blemishes(printed)
    assert found["product 'AeroPlus' read as 'Aero Plus'"] == sum(row["product"] == "AeroPlus" for row in rows)
    assert found["sector 'technolgy' read as 'technology'"] == 2
    missing = Counter(row["deal_stage"] for row in rows if not row["account"])
    assert {name: found[f"{name} without an account"] for name in missing} == missing
    assert [what.partition(":")[0] for what in found if what.startswith("left out")] == [
        "left out, line 11", "left out, line 202"
    ]  # fmt: skip
    picture = (tmp_path / "pipeline.svg").read_text("utf-8")
    assert "How far opportunities came" in picture
    assert "<script" not in picture


def test_words_that_nobody_mapped_are_told_and_not_guessed(root: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for path in (root / "examples" / "sales_pipeline" / "data").glob("*.csv"):
        text = path.read_text("utf-8").replace("Terra Max", "Tera Max") if path.stem == "opportunities" else None
        (data / path.name).write_text(text or path.read_text("utf-8"), "utf-8")
    more = [
        "X1,Nobody,Terra,Nowhere,Dreaming,2025-01-01,,",
        "X2,Nobody,Terra,Nowhere,Engaging,2025-01-01,,",
        "X3,Ada Quist,Terra,,Won,2025-13-01,2025-01-02,5",
    ]
    file = data / "opportunities.csv"
    file.write_text("\n".join([file.read_text("utf-8").rstrip("\n"), *more, ""]), "utf-8")
    found = blemishes(run(root, tmp_path, data))
    assert "product 'Tera Max' is unknown; did you mean 'Terra Max'?" in found
    assert found["agent 'Nobody' is in no office"] == found["account 'Nowhere' is unknown"] == 1
    assert any("the stage 'Dreaming' is not mapped" in what for what in found)
    assert any("2025-13-01" in what or "month must be" in what for what in found)


@pytest.fixture(scope="module")
def real(root: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = shared / "data" / "maven_crm"
    if not folder.is_dir():
        pytest.skip("../shared has no maven_crm")
    return run(root, tmp_path_factory.mktemp("out"), folder), folder


def test_the_real_data_are_reported_with_their_blemishes(real: tuple[str, Path]) -> None:
    printed, folder = real
    check_report(printed, folder)
    assert printed.startswith("8800 opportunities of 85 accounts, as of 2018-01-01\n")
    found = blemishes(printed)
    assert found["product 'GTXPro' read as 'GTX Pro'"] == 1480
    assert found["Engaging without an account"] + found["Prospecting without an account"] == 1425
    assert found["sector 'technolgy' read as 'technology'"] == 12


def test_the_figures_of_the_page_are_those_of_the_real_data(real: tuple[str, Path], root: Path) -> None:
    printed, _ = real
    page = (root / "docs" / "tutorial" / "sales-pipeline.md").read_text("utf-8")
    (shown,) = re.findall(r"<!-- real data -->\n+```\n(.+?)```", page, re.S)
    for part in shown.split("\n...\n"):
        assert part.strip() in printed

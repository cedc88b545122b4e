"""The example on event logs: its figures counted again by other means, on its sample and on the real log.

The judge shares nothing with the workflow table: a regular expression over one letter per event says which claims
conform, and plain loops over the CSV count deviations, hours, rejections and rounded amounts.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import itertools
import os
import re
import statistics
import sys
from collections import Counter, defaultdict
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import attrs
import pytest

from salesrules.core import InvalidDocument, InvalidValue
from salesrules.wire import load_document, load_rulebook

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "expense_claims"
SAMPLE = FOLDER / "sample.csv"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"expense_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where the types of its fields are looked up
    spec.loader.exec_module(module)
    return module


replay = load("replay")


@pytest.fixture(scope="module")
def policy():
    return load_rulebook(FOLDER / "rulebook.toml").section("expenses")


@pytest.fixture(scope="module")
def mapping():
    return load_document(FOLDER / "log.toml", replay.LogMap)


def real_log() -> Path:
    shared = Path(os.environ.get("SALESRULES_SHARED", FOLDER.parents[2] / "shared"))
    return shared / "data" / "bpic2020" / "domestic_declarations.csv.gz"


LOGS = [
    pytest.param(SAMPLE, id="sample"),
    pytest.param(
        real_log(),
        id="bpic2020",
        marks=pytest.mark.skipif(not real_log().is_file(), reason="../shared/data/bpic2020 is absent"),
    ),
]


@pytest.fixture(scope="module", params=LOGS)
def both(request, policy, mapping):
    """The rows of a log as plain dictionaries, and the report on it."""
    path = request.param
    packed = path.read_bytes()
    text = (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return rows, replay.build_report(replay.read_log(path, mapping), policy, mapping)


LETTERS = {
    "Declaration SAVED by EMPLOYEE": "V",
    "Declaration SUBMITTED by EMPLOYEE": "S",
    "Declaration APPROVED by PRE_APPROVER": "P",
    "Declaration REJECTED by PRE_APPROVER": "p",
    "Declaration APPROVED by ADMINISTRATION": "A",
    "Declaration REJECTED by ADMINISTRATION": "a",
    "Declaration APPROVED by BUDGET OWNER": "B",
    "Declaration REJECTED by BUDGET OWNER": "b",
    "Declaration FINAL_APPROVED by SUPERVISOR": "F",
    "Declaration REJECTED by SUPERVISOR": "f",
    "Declaration REJECTED by EMPLOYEE": "E",
    "Declaration REJECTED by MISSING": "M",
    "Request Payment": "Q",
    "Payment Handled": "H",
}
REFUSED = "V*S(?:p|P?a|P?A?b|P?A?B?f)E"
CONFORMING = re.compile(f"(?:{REFUSED})+|(?:{REFUSED})*V*SP?A?B?FQH")


def words(rows) -> dict[str, str]:
    found = defaultdict(str)
    for row in rows:
        found[row["case_id"]] += LETTERS[row["activity"]]
    return found


def test_a_regular_expression_finds_the_same_claims_conforming(both):
    rows, report = both
    by_letters = {case for case, word in words(rows).items() if CONFORMING.fullmatch(word)}
    by_table = {case.case for case in report.conformance.cases if case.is_conformant}
    assert by_letters == by_table
    assert report.share == Fraction(len(by_letters), len(words(rows)))


#: Where each letter leads, and from where it is allowed; "_" is the draft, "!" refused, "$" paid.
ALLOWED = {
    "V": "_", "S": "_", "P": "S", "p": "S", "A": "SP", "a": "SP", "B": "SPA", "b": "SPA", "F": "SPAB", "f": "SPAB",
    "E": "!", "Q": "F", "H": "Q",
}  # fmt: skip
LEADS = {"V": "_", "p": "!", "a": "!", "b": "!", "f": "!", "E": "_", "H": "$"}


def deviations_of(word: str) -> Counter[str]:
    """What a plain loop over one claim's letters finds, by the first word of the reason."""
    state, may_end, found = "_", False, Counter()
    for letter in word:
        if letter == "M":
            found["unknown_activity"] += 1
            continue
        if state not in ALLOWED[letter]:
            found["not_allowed"] += 1
        if letter == "V" and state != "_":
            continue
        state, may_end = LEADS.get(letter, letter), letter in "EH"
    if not may_end:
        found["not_finished"] += 1
    return found


def test_a_plain_loop_counts_the_same_deviations(both):
    rows, report = both
    counted = sum((deviations_of(word) for word in words(rows).values()), Counter())
    assert counted == {code.removeprefix("workflow."): count for code, count in report.conformance.counts.items()}
    assert sum(count for _, _, count in report.deviations()) == counted.total()


def test_throughput_is_that_of_plain_subtraction(both):
    rows, report = both
    by_case = defaultdict(list)
    for row in rows:
        by_case[row["case_id"]].append((row["activity"], datetime.fromisoformat(row["timestamp"]).timestamp()))
    spans = defaultdict(list)
    for events in by_case.values():
        for (_, before), (activity, after) in itertools.pairwise(events):
            spans[activity].append(round((after - before) * 1000))  # whole milliseconds, as the log has them
    for step in report.steps:
        found = spans.pop(step.activity)
        assert step.count == len(found)
        assert step.mean == Fraction(sum(found), len(found) * 3_600_000)
        assert step.median == Fraction(statistics.median(found)) / 3_600_000
        assert step.longest == Fraction(max(found), 3_600_000)
    assert not spans


def test_rejections_and_rounded_amounts_are_those_of_a_plain_count(both):
    rows, report = both
    rejected = Counter(row["role"] for row in rows if " REJECTED by " in row["activity"])
    given = Counter(row["role"] for row in rows)
    assert {role: (count, all_) for role, count, all_ in report.rejections} == {
        role: (count, given[role]) for role, count in rejected.items()
    }
    amounts = {row["case_id"]: Decimal(row["amount_eur"]) for row in rows}
    cents = Decimal("0.01")
    changed = sum(amount.quantize(cents, rounding=ROUND_HALF_UP) != amount for amount in amounts.values())
    assert (report.amounts, report.changed) == (len(amounts), changed)
    assert report.events == len(rows)


def test_the_page_shows_these_figures(both, root):
    _, report = both
    printed = "\n".join(replay.render(report))
    assert printed in (root / "docs" / "how-to" / "replay-expense-claims.md").read_text("utf-8")
    if report.events > 100:
        assert "conforming: 10119 of 10357 (97.70 %)" in printed
        assert "amounts that the declared rounding changed: 9917 of 10357" in printed


def test_the_command_runs_on_its_sample_and_the_page_shows_it(root, capsys):
    assert replay.main([]) == 0
    printed = capsys.readouterr().out.strip()
    assert printed in (root / "docs" / "how-to" / "replay-expense-claims.md").read_text("utf-8")


def test_a_packed_log_is_read_alike(tmp_path, mapping):
    packed = tmp_path / "log.csv.gz"
    packed.write_bytes(gzip.compress(SAMPLE.read_bytes()))
    assert replay.read_log(packed, mapping) == replay.read_log(SAMPLE, mapping)


def test_bad_cells_come_all_at_once_with_their_lines(tmp_path, mapping, capsys):
    head, *rows = SAMPLE.read_text("utf-8").splitlines()
    rows[0] = rows[0].replace("+01:00", "")
    rows[1] = rows[1].replace("84.2", "a lot")
    rows[2] = rows[2].replace("claim101", " ")
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join([head, *rows]), "utf-8")
    with pytest.raises(InvalidDocument) as caught:
        replay.read_log(bad, mapping)
    found = [(fault.line, fault.path.partition(":")[2]) for fault in caught.value.faults]
    assert found == [(2, "timestamp"), (3, "amount_eur"), (4, "case_id")]
    assert replay.main([str(bad)]) == 1
    assert "no instant with a time zone" in capsys.readouterr().err
    assert replay.main([str(tmp_path / "gone.csv")]) == 1


def test_a_step_more_in_the_rulebook_is_a_step_more_in_the_replay(tmp_path, mapping):
    text = (FOLDER / "rulebook.toml").read_text("utf-8")
    changed = text.replace(
        "[[expenses.reviews.payment]]",
        '[[expenses.reviews.steps]]\nid = "dean"\nrole = "dean"\n\n[[expenses.reviews.payment]]',
        1,
    )
    book = tmp_path / "rulebook.toml"
    book.write_text(changed, "utf-8")
    events = replay.read_log(SAMPLE, mapping)
    report = replay.build_report(events, load_rulebook(book).section("expenses"), mapping)
    finished = sum("H" in word for word in words(csv.DictReader(SAMPLE.open(encoding="utf-8"))).values())
    assert ("workflow.not_allowed", "Request Payment in supervisor_approved", finished - 1) in report.deviations()


def test_throughput_may_count_working_time(tmp_path, policy):
    text = (FOLDER / "log.toml").read_text("utf-8").replace('throughput = "elapsed"', 'throughput = "working"')
    path = tmp_path / "log.toml"
    path.write_text(text, "utf-8")
    lacking = load_document(path, replay.LogMap)
    events = replay.read_log(SAMPLE, lacking)
    with pytest.raises(InvalidValue, match="working_time"):
        replay.build_report(events, policy, lacking)
    days, hours = '["monday", "tuesday", "wednesday", "thursday", "friday"]', '{ opens = "09:00", closes = "17:00" }'
    office = f'zone = "Europe/Amsterdam"\nweek = [{{ days = {days}, hours = [{hours}] }}]'
    path.write_text(f"{text}\n[working_time]\n{office}\n", "utf-8")
    working = load_document(path, replay.LogMap)
    report = replay.build_report(events, policy, working)
    elapsed = replay.build_report(events, policy, load_document(FOLDER / "log.toml", replay.LogMap))
    assert all(ours.mean < theirs.mean for ours, theirs in zip(report.steps, elapsed.steps, strict=True))
    assert "working hours since the event before" in "\n".join(replay.render(report))


def test_a_rulebook_without_reviews_says_so(policy, mapping):
    with pytest.raises(InvalidValue, match=r"needs expenses\.reviews"):
        replay.build_report([], attrs.evolve(policy, reviews=None), mapping)

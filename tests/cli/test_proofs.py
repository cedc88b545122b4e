"""`check` proves plans and draws their curves; `solve` answers what must be sold to be paid."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from salesrules import company

Cli = Callable[..., "object"]
SAMPLE = company.sample_folder() / "rulebook.toml"
LIFE = """{ status = "in_force", scope = "sales", owner = "operations", approver = "head", \
effective = { from = 2026-01-01 }, next_review = 2027-01-01 }"""
HEAD = f"""
[rulebook]
name = "Proofs"
[commissions]
pay_period = "quarter"
carry_shortfall = true
life = {LIFE}
crediting = [{{ kind = "direct", id = "seller", effective = {{ from = 2026-01-01 }} }}]
assignments = [{{ id = "all", plan = "field", effective = {{ from = 2026-01-01 }}, positions = ["Representative"] }}]
[[commissions.plans]]
id = "field-2026"
family = "field"
name = "Field sales"
currency = "USD"
life = {LIFE}
rounding = {{ level = "line", mode = "half_up" }}
returns = "original_terms"
proration = "by_days"
[[commissions.plans.components]]
id = "revenue"
credits = ["direct"]
measure = "amount"
accumulate = "quarter"
"""
CLIFF = """table = { kind = "amount", mode = "whole_amount", \
tiers = { bands = [{ from = 0, value = "8%" }, { from = 200000, value = "7.5%" }] } }"""
FLAT = """table = { kind = "amount", mode = "marginal", tiers = { bands = [{ from = 0, value = "8%" }] } }"""
BY_QUOTA = """table = { kind = "attainment", mode = "marginal", \
tiers = { bands = [{ from = 0, value = "2%" }, { from = "100%", value = "4%" }] } }"""
BENT = """table = { kind = "attainment", mode = "interpolated_rate", \
tiers = { bands = [{ from = 0, value = "2%" }, { from = "100%", value = "4%" }] } }"""
CAPPED = """table = { kind = "fixed", mode = "fixed", \
tiers = { bands = [{ from = 0, value = 0 }, { from = 100, value = 50 }] } }"""
GRID = """table = { kind = "grid", mode = "marginal", across = { kind = "attribute", attribute = "business" }, \
tiers = { bands = [{ from = 0, value = { new = "2%", old = "1%" } }, \
{ from = 100, value = { new = "4%", old = "1%" } }] } }"""
FORMULA = """table = { kind = "formula", formula = "amount * 0.1 + margin * 0.2" }"""


def fields(page: str, heading: str) -> set[str]:
    """The fields in the first column of the first table below a heading."""
    rows = page[page.index(heading) :].split("\n| --- | --- |\n", 1)[1].split("\n\n", 1)[0]
    return {name for row in rows.splitlines() for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


@pytest.fixture
def rules(tmp_path: Path) -> Callable[[str], Path]:
    def write(table: str) -> Path:
        path = tmp_path / "rules.toml"
        path.write_text((HEAD + table).replace("\\\n", ""), "utf-8")
        return path

    return write


def test_a_cliff_is_told_with_its_interval_and_drawn(cli: Cli, rules: Callable[[str], Path]) -> None:
    printed = cli("check", rules(CLIFF))
    lines = printed.out.splitlines()
    assert printed.code == 0
    assert lines[:3] == [
        "Plan field-2026",
        "  Component revenue",
        "  ! At $200,000.00 pay falls from $16,000.00 to $15,000.00 and returns only at $213,333.34.",
    ]
    drawn = [line for line in lines if "│" in line or "┤" in line]
    assert len(drawn) >= 10
    assert max(map(len, drawn)) <= 80, "a curve fits a terminal of 80 columns with its indentation"
    assert "\x1b" not in printed.out
    [warning] = [line for line in lines if line.startswith("warning: ")]
    assert "at USD 200,000 pay falls from USD 16,000 to USD 15,000 and returns only at USD 213,333.33…" in warning
    assert lines[-1].endswith("0 error(s), 1 warning(s)"), "what is wrong stands last"


def test_a_clean_plan_says_so_in_two_lines(cli: Cli, rules: Callable[[str], Path]) -> None:
    out = cli("check", rules(FLAT)).out
    assert "  · Pay never falls.\n  · Pay has no upper limit.\n" in out
    assert "│" not in out, "one straight line is not drawn"


def test_shares_of_a_quota_or_money_at_one(cli: Cli, rules: Callable[[str], Path]) -> None:
    shares = cli("check", rules(BY_QUOTA)).out
    assert "per cent of the quota; --quota AMOUNT proves it in money" in shares
    assert "100%" in shares
    money = cli("check", rules(BY_QUOTA), "--quota", "50000").out
    assert "per cent of the quota" not in money
    assert "50,000" in money


def test_a_bend_is_drawn_through_points_between_its_bounds(cli: Cli, rules: Callable[[str], Path]) -> None:
    out = cli("check", rules(BENT)).out
    assert sum("│" in line for line in out.splitlines()) >= 10


@pytest.mark.parametrize(("locale", "words"), [("zh_CN", "佣金从不下降"), ("zh_TW", "佣金從不下降")])
def test_proofs_are_told_in_every_language(cli: Cli, rules: Callable[[str], Path], locale: str, words: str) -> None:
    assert words in cli("check", rules(FLAT), "--locale", locale).out


def test_columns_are_proved_one_by_one_and_formulas_named(cli: Cli, rules: Callable[[str], Path]) -> None:
    out = cli("check", rules(GRID)).out
    assert "  Component revenue, column new\n" in out
    assert "  Component revenue, column old\n" in out
    formula = cli("check", rules(FORMULA)).out
    assert "a formula of several measures" in formula


def test_where_there_are_errors_nothing_is_proved(cli: Cli, rules: Callable[[str], Path]) -> None:
    path = rules(FLAT.replace("8%", "-8%"))
    printed = cli("check", path)
    assert printed.code == 1
    assert "Plan field-2026" not in printed.out
    assert json.loads(cli("check", path, "--json").out)["proofs"] == []


def test_the_proofs_as_data(cli: Cli, rules: Callable[[str], Path], root: Path) -> None:
    [proof] = json.loads(cli("check", rules(CLIFF), "--json").out)["proofs"]
    [curve] = proof["curves"]
    assert not curve["is_monotone"]
    falls = curve["findings"][0]
    assert (falls["code"], falls["severity"]) == ("commissions.proof_falls", "warning")
    assert falls["parameters"]["end"] == "USD 213333.34"
    assert [(segment["start"], segment["slope"]) for segment in curve["segments"]][1] == ("200000", "0.075")
    page = (root / "docs" / "reference" / "command-line.md").read_text("utf-8")
    assert fields(page, "Each proof:") == proof.keys()
    assert fields(page, "Each curve:") == curve.keys()
    assert list(curve["segments"][0]) == ["base", "curvature", "slope", "start"]


def test_what_must_be_sold(cli: Cli, rules: Callable[[str], Path]) -> None:
    printed = cli("solve", rules(CLIFF), "--plan", "field", "--pay", "15500", "--measured", "150000")
    # 193,750 × 8 % is 15,500
    assert (printed.code, printed.out.splitlines()) == (
        0,
        [
            "To be paid $15,500.00, $193,750.00 must be reached.",
            "From $150,000.00, which pays $12,000.00, that is $43,750.00 more.",
            "The next threshold is $200,000.00, $50,000.00 away: reaching it pays $15,000.00 in all, "
            "and 7.5% of every further unit.",
        ],
    )


def test_what_is_paid_already_and_what_is_never_paid(cli: Cli, rules: Callable[[str], Path]) -> None:
    paid = cli("solve", rules(CLIFF), "--plan", "field-2026", "--pay", "100", "--measured", "300000")
    assert paid.out == "$300,000.00 already pays $100.00.\nThere is no higher threshold.\n"
    never = cli("solve", rules(CAPPED), "--plan", "field", "--pay", "50.01")
    assert never.code == 1
    assert never.out.splitlines()[0] == "$50.01 is never paid; at most $50.00 is."
    reached = cli("solve", rules(CAPPED), "--plan", "field", "--pay", "50")
    assert reached.out.splitlines()[0] == "To be paid $50.00, $100.00 must be reached."


def test_at_a_quota(cli: Cli, rules: Callable[[str], Path]) -> None:
    out = cli("solve", rules(BY_QUOTA), "--plan", "field", "--pay", "1200", "--quota", "50000").out
    # 50,000 × 2 % is 1,000; the other 200 are 4 % of 5,000
    assert out.splitlines()[0] == "To be paid $1,200.00, $55,000.00 must be reached."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--plan", "feild", "--pay", "1"), "did you mean 'field'"),
        (("--plan", "field", "--pay", "1", "--component", "revenu"), "did you mean 'revenue'"),
        (("--plan", "field", "--pay", "a lot"), "pay"),
        (("--plan", "field", "--pay", "1"), "say at which quota"),
        (("--plan", "field", "--pay", "1", "--quota", "0"), "quota"),
    ],
)
def test_a_question_that_cannot_be_answered(
    cli: Cli, rules: Callable[[str], Path], arguments: tuple[str, ...], words: str
) -> None:
    printed = cli("solve", rules(BY_QUOTA), *arguments)
    assert (printed.code, printed.out) == (2, "")
    assert words in printed.err


def test_several_components_or_columns_must_be_named(cli: Cli, rules: Callable[[str], Path]) -> None:
    printed = cli("solve", SAMPLE, "--plan", "representative-2019", "--pay", "100", "--quota", "1000")
    assert (printed.code, "name one of quota, accessories-and-clothing" in printed.err) == (2, True)
    versions = cli("solve", SAMPLE, "--plan", "representative", "--pay", "100")
    assert (versions.code, "name one version: representative-2017, representative-2019" in versions.err) == (2, True)
    columns = cli("solve", rules(GRID), "--plan", "field", "--pay", "100")
    assert (columns.code, "name one of new, old" in columns.err) == (2, True)
    one = cli("solve", rules(GRID), "--plan", "field", "--pay", "100", "--column", "old")
    assert one.out.splitlines()[0] == "To be paid $100.00, $10,000.00 must be reached."
    formula = cli("solve", rules(FORMULA), "--plan", "field", "--pay", "100")
    assert (formula.code, "no payout curve" in formula.err) == (2, True)


def test_the_answer_as_data(cli: Cli, rules: Callable[[str], Path], root: Path) -> None:
    given = json.loads(
        cli("solve", rules(CLIFF), "--plan", "field", "--pay", "15500", "--measured", "150000", "--json").out
    )
    assert given["format"] == "salesrules.solve/1"
    assert given["reached"] == {"measure": "193750.00", "pay": "15500"}
    assert (given["more"], given["highest"]) == ("43750.00", None)
    assert given["next_threshold"] == {"at": "200000", "distance": "50000", "pay": "15000", "rate": "0.075"}
    page = (root / "docs" / "reference" / "command-line.md").read_text("utf-8")
    listed = fields(page, "### salesrules.solve/1")
    assert given.keys() <= listed
    never = json.loads(cli("solve", rules(CAPPED), "--plan", "field", "--pay", "51", "--json").out)
    assert (never["reached"], never["more"], never["highest"]) == (None, None, "50")

"""`demo`, `run` and `explain`: what they print, write and return, in words, as JSON and in three languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import attrs
import pytest

from salesrules import company
from salesrules.cli import paying
from salesrules.commissions import CommissionRun
from salesrules.core import Denied, ReasonCode, Severity, decide

Cli = Callable[..., "object"]
PERIOD = company.STARTER_PERIOD
FILES = ["report.html", "statements.csv", "statements.json"]


def test_demo_pays_the_sample_company(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = cli("demo")
    assert (printed.code, printed.err) == (0, "")
    lines = printed.out.splitlines()
    assert lines[0] == "Adventure Works Cycles · Q1 2020"
    total = json.loads((tmp_path / "salesrules-demo/statements.json").read_text("utf-8"))["totals"]["USD"]
    assert f"${Decimal(total):,}" in next(line for line in lines if line.startswith("│ Total"))
    assert sum(line.startswith("│ ") and "Sales representatives 2019" in line for line in lines) == 14
    assert sorted(path.name for path in (tmp_path / "salesrules-demo").iterdir()) == FILES
    assert [line for line in lines if line.startswith("written: ")] == [
        f"written: salesrules-demo/{name}" for name in ("statements.csv", "statements.json", "report.html")
    ]


def test_run_writes_only_where_it_is_told(cli: Cli, firm: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    printed = cli("run", firm, "--period", PERIOD)
    assert (printed.code, printed.err) == (0, "")
    assert "€1,192.01" in printed.out
    assert "written" not in printed.out
    assert sorted(tmp_path.rglob("*")) == before
    assert cli("run", firm, "--period", PERIOD, "--out", tmp_path / "out").code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == FILES


def test_json_is_what_the_file_holds(cli: Cli, firm: Path, tmp_path: Path) -> None:
    printed = cli("run", firm, "--period", PERIOD, "--out", tmp_path / "out", "--json")
    assert printed.code == 0
    assert printed.out == (tmp_path / "out/statements.json").read_text("utf-8")
    assert json.loads(printed.out)["format"] == "salesrules.statements/1"


def test_demo_stands_for_the_sample_folder(cli: Cli, firm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    load = company.load
    monkeypatch.setattr(company, "load", lambda folder: opened.append(folder) or load(firm))
    assert cli("run", "demo", "--period", PERIOD).code == 0
    assert cli("explain", "demo", "--period", PERIOD, "--payee", "ben").code == 0
    assert opened == [company.sample_folder()] * 2
    monkeypatch.chdir(firm.parent)
    (firm.parent / "demo").mkdir()
    assert cli("run", "demo", "--period", PERIOD).code == 0
    assert opened[2] == Path("demo"), "a folder of that name comes first"


@pytest.mark.parametrize(
    ("locale", "title", "total", "report"),
    [
        ("en", "My company · Q1 2026", "Total", "en"),
        ("zh_CN", "My company · 2026年第1季度", "合计", "zh-Hans"),
        ("zh-TW", "My company · 2026年第1季", "合計", "zh-Hant"),
    ],
)
def test_languages(cli: Cli, firm: Path, tmp_path: Path, locale: str, title: str, total: str, report: str) -> None:
    printed = cli("run", firm, "--period", PERIOD, "--locale", locale, "--out", tmp_path / "out")
    assert printed.code == 0
    assert printed.out.splitlines()[0].startswith(title)
    assert f"│ {total}" in printed.out
    assert f'lang="{report}"' in (tmp_path / "out/report.html").read_text("utf-8")


@pytest.mark.parametrize("locale", ["zh_CN", "zh_TW"])
def test_chinese_output_has_no_english_words_but_names_and_ids(
    cli: Cli, ready_sample: company.Company, sample_run: company.CompanyResult, tmp_path: Path, locale: str
) -> None:
    facts, book = ready_sample.facts, ready_sample.rulebook
    names = [ready_sample.name, book.name, *(p.name for p in facts.commissions.payees.values())]
    names += [text for region in facts.regions.values() for text in (region.name, region.group)]
    names += [str(change.parameters["file"]) for change in facts.changes]
    names += [str(tmp_path / "out" / name) for name in FILES]
    names.append(book.version[:12])
    printed = cli("demo", "--locale", locale, "--out", tmp_path / "out").out
    for name in sorted(names, key=len, reverse=True):
        printed = printed.replace(name, "")
    assert re.findall(r"[A-Za-z]{2,}", printed.replace("US$", "")) == []
    payee, transaction = "758596752", "SO61225/Clothing"
    for arguments in ([], ["--transaction", transaction]):
        explained = cli("explain", "demo", "--period", "2020-Q1", "--payee", payee, "--locale", locale, *arguments).out
        ids = [t.id for t in facts.commissions.transactions]
        ids += [plan.id for plan in book.section("commissions").plans]
        ids += [component.id for plan in book.section("commissions").plans for component in plan.components]
        ids += [rule.id for rule in book.section("commissions").crediting]
        ids += [line.id for line in sample_run.commissions.lines()]
        words = set(re.findall(r"[A-Za-z][A-Za-z0-9_/-]+", explained.replace("US$", "")))
        assert words <= set(ids), sorted(words - set(ids))


def test_explain_a_statement_and_a_transaction(cli: Cli, firm: Path) -> None:
    printed = cli("explain", firm, "--period", PERIOD, "--payee", "ben")
    assert printed.code == 0
    assert printed.out.splitlines()[0].endswith("€1,192.01 (sum of the following)")
    printed = cli("explain", firm, "--period", PERIOD, "--payee", "ben", "--transaction", "O-3")
    assert printed.out.startswith("Transaction O-3, quota of representative-2026: €640.00")
    assert "€1,000.00" in printed.out


def test_explain_as_json_recomputes(cli: Cli, firm: Path) -> None:
    printed = cli("explain", firm, "--period", PERIOD, "--payee", "ben", "--transaction", "O-3", "--json")
    found = json.loads(printed.out)
    assert {key: found[key] for key in ("format", "period", "payee", "transaction")} == {
        "format": "salesrules.explanation/1",
        "period": PERIOD,
        "payee": "ben",
        "transaction": "O-3",
    }
    (derivation,) = found["derivations"]
    assert (derivation["label"], derivation["value"]) == ("commissions.label.line", "640.00")
    assert json.loads(cli("explain", firm, "--period", PERIOD, "--payee", "ben", "--json").out)["transaction"] is None


def test_an_order_split_over_components_is_explained_line_by_line(cli: Cli, firm: Path) -> None:
    text = (firm / "rulebook.toml").read_text("utf-8")
    extra = text[text.index("[[commissions.plans.components]]") : text.index('[[commissions.plans]]\nid = "manager')]
    more = extra.replace('id = "quota"', 'id = "again"')
    (firm / "rulebook.toml").write_text(text.replace(extra, extra + more), "utf-8")
    printed = cli("explain", firm, "--period", PERIOD, "--payee", "ben", "--transaction", "O-1")
    assert printed.out.count("Transaction O-1, ") == 2
    assert "\n\nTransaction O-1, again" in printed.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--payee", "bem"], ["unknown payee 'bem'", "'ben'"]),
        (["--payee", "somebody else"], ["unknown payee", "'ada'", "'ben'", "'cho'"]),
        (["--payee", "ben", "--transaction", "O-33"], ["unknown transaction", "ben", "2026-Q1", "'O-3'"]),
        (["--payee", "ben", "--transaction", "O-2"], ["unknown transaction", "'O-2'", "did you mean"]),
    ],
)
def test_unknown_names_suggest_the_nearest(cli: Cli, firm: Path, arguments: list[str], words: list[str]) -> None:
    printed = cli("explain", firm, "--period", PERIOD, *arguments)
    assert (printed.code, printed.out) == (2, "")
    assert [word for word in words if word not in printed.err] == []


def test_a_finding_of_severity_error_is_exit_code_1(cli: Cli, firm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = ReasonCode("mine.bad", (), Severity.ERROR)
    run = company.Company.run

    def with_finding(self: company.Company, period: str, **options: object) -> company.CompanyResult:
        result = run(self, period, **options)  # type: ignore[arg-type]  # passed on
        found: CommissionRun = attrs.evolve(result.commissions, findings=(bad(),))
        return attrs.evolve(result, content=attrs.evolve(result.content, run=found))

    monkeypatch.setattr(company.Company, "run", with_finding)
    for json_too in ([], ["--json"]):
        printed = cli("run", firm, "--period", PERIOD, *json_too)
        assert (printed.code, printed.err) == (1, "")
        assert printed.out


def test_a_denied_decision_is_exit_code_1(cli: Cli, firm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    denial = decide([ReasonCode("mine.no_way", ("who",))(who="ben")])

    def deny(*_: object) -> None:
        raise Denied(denial)

    monkeypatch.setattr(paying.company, "load", deny)
    printed = cli("run", firm, "--period", PERIOD)
    assert (printed.code, printed.out) == (1, "")
    assert "mine.no_way" in printed.err


def test_pay_in_a_persons_own_currency_has_a_column(cli: Cli, firm: Path) -> None:
    """Of Ben's 1,192.01 euros at 0.93; without such a person there is no such column."""
    assert "Handed" not in cli("run", firm, "--period", PERIOD).out
    mapping = (firm / "company.toml").read_text("utf-8")
    mapping = mapping.replace('manager = "manager"\n', 'manager = "manager"\ncurrency = "paid_in"\n')
    rates = '[exchange_rates]\nfile = "rates.csv"\ncolumns = { source = "a", target = "b", rate = "c", starts = "d" }\n'
    (firm / "company.toml").write_text(f"{mapping}\n{rates}", "utf-8")
    (firm / "rates.csv").write_text("a,b,c,d\nEUR,CHF,0.93,2026-01-01\n", "utf-8")
    people = (firm / "data/people.csv").read_text("utf-8").splitlines()
    rows = [f"{people[0]},paid_in", *(f"{row},{'CHF' if row.startswith('ben') else ''}" for row in people[1:])]
    (firm / "data/people.csv").write_text("\n".join(rows), "utf-8")
    printed = cli("run", firm, "--period", PERIOD).out.splitlines()
    total = next(place for place, row in enumerate(printed) if row.startswith("│ Total"))
    cells = [row.split("│")[-2].strip() for row in printed[: total + 2] if row.startswith("│ ")]
    assert cells == ["€507.75", "CHF\u00a01,108.57", "€1,245.03", "CHF\u00a01,108.57", "€1,752.78"]
    explained = cli("explain", firm, "--period", PERIOD, "--payee", "ben").out
    assert explained.startswith("Payment to ben for Q1 2026, at the rate of Mar 31, 2026: CHF\u00a01,108.57")
    assert "实际发放" in cli("run", firm, "--period", PERIOD, "--locale", "zh_CN").out.replace("\n", "")

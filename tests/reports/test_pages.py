"""The report of the sample company: every figure in the HTML is the run's, every sum that of what stands above it."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest
from html_reading import Element, indent, number, numbers, read_html

from salesrules.core import exact_sum
from salesrules.messages import LOCALES
from salesrules.reports import ReportContent, render_report

DAY, TRANSACTION, CUSTOMER, ROLE, SELLER, COMPONENT, CREDITED, BEFORE, AFTER, TIER, EARNED, CAP, PAID = range(13)


@pytest.fixture(scope="module")
def trees(pages: dict[str, str]) -> dict[str, Element]:
    return {locale: read_html(page) for locale, page in pages.items()}


def sections(tree: Element) -> list[Element]:
    return [s for s in tree.all("section") if (s.attributes.get("id") or "").startswith("statement-")]


def test_the_totals_on_top_are_the_run_s(content: ReportContent, trees: dict[str, Element]) -> None:
    for tree in trees.values():
        shown = [number(element.text) for element in tree.one("div", "totals").all("dd")]
        run = content.run
        earned = exact_sum(statement.earned.amount for statement in run.statements)
        balance = exact_sum(entry.amount.amount for statement in run.statements for entry in statement.balances)
        assert shown == [run.totals()["USD"].amount, earned, balance, 18, 3445]
        assert shown[0] == shown[1] + shown[2] == Decimal("66058.63")


def test_every_payee_stands_in_the_table_with_what_the_statement_says(
    content: ReportContent, trees: dict[str, Element]
) -> None:
    for locale, tree in trees.items():
        table = tree.one("table", "payees")
        rows, [foot] = table.rows("tbody"), table.rows("tfoot")
        assert [row[0] for row in rows] == [content.people[s.payee] for s in content.run.statements]
        for row, statement in zip(rows, content.run.statements, strict=True):
            assert row[1] == content.positions[statement.payee]
            assert row[2] == " · ".join(content.plans[plan][locale] for plan in statement.plans)
            assert number(row[3]) == len(statement.lines)
            earned, balance, paid, owed = map(number, row[5:])
            assert (earned, paid, owed) == (
                statement.earned.amount,
                statement.paid.amount,
                statement.closing.amount,
            )
            assert earned + balance == paid
        for column in range(5, 9):
            assert number(foot[column - 2]) == exact_sum(numbers(rows, column))  # the first cell spans three columns
        assert number(foot[1]) == exact_sum(numbers(rows, 3)) == 3445


def test_attainments_are_cut_to_a_tenth_and_exact_in_their_title(
    content: ReportContent, trees: dict[str, Element]
) -> None:
    rows = trees["en"].one("table", "payees").one("tbody").all("tr")
    for row, statement in zip(rows, content.run.statements, strict=True):
        shares = [m.attainment for m in statement.measurements if m.attainment is not None]
        shown = row.all("div", "one")
        assert len(shown) == len(shares)
        for element, share in zip(shown, shares, strict=True):
            assert 0 <= share - Fraction(number(element.text)) / 100 < Fraction(1, 1000)
            exact = Fraction(number(element.attributes["title"].rpartition(": ")[2])) / 100
            assert abs(share - exact) <= Fraction(1, 1_000_000)
            width = Fraction(number(element.one("i").attributes["style"]))
            assert 0 <= min(share / Fraction(3, 2), Fraction(1)) * 100 - width < 1


def test_roll_ups_add_up_by_both_ways_to_the_statements(content: ReportContent, trees: dict[str, Element]) -> None:
    for tree in trees.values():
        tables = tree.all("table", "rollup")
        assert len(tables) == 2
        for table, source in zip(tables, content.tables, strict=True):
            rows, [foot] = table.rows("tbody"), table.rows("tfoot")
            assert [row[0] for row in rows] == [row.name for row in source.rows]
            assert numbers([foot], 1) == numbers([foot], 2) == [Decimal("7048880.08")]
            assert numbers([foot], 3) == numbers([foot], 4) == [Decimal("63906.34")]
            for column in (1, 3):
                assert exact_sum(numbers(rows, column)) == number(foot[column])
            for shown, row in zip(rows, source.rows, strict=True):
                assert [number(cell) for cell in shown[1:]] == [row.own_sales, row.sales, row.own_earned, row.earned]
            indents = [indent(cell) for cell in table.one("tbody").all("th")]
            assert indents == [row.depth for row in source.rows]


def test_the_words_below_the_roll_ups_say_what_was_found(trees: dict[str, Element]) -> None:
    said = [paragraph.text for paragraph in trees["en"].all("p")]
    assert any("sales of $7,048,880.08 and earnings of $63,906.34" in text for text in said)
    assert any("follows the region of each line" in text and "follows the person" in text for text in said)
    assert any("Of the 9,062 sales lines" in text and "2,740 lie outside" in text for text in said)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_line_of_every_statement_is_shown_exactly(
    content: ReportContent, trees: dict[str, Element], locale: str
) -> None:
    shown = sections(trees[locale])
    assert len(shown) == len(content.run.statements)
    for section, statement in zip(shown, content.run.statements, strict=True):
        assert section.one("h2").text.startswith(content.people[statement.payee])
        assert section.all("p")[0].text.startswith(f"{statement.payee} · {content.positions[statement.payee]} · ")
        rows = section.one("table", "lines").rows("tbody")
        assert [row[TRANSACTION] for row in rows] == [line.credit.transaction.id for line in statement.lines]
        for row, line in zip(rows, statement.lines, strict=True):
            figures = [number(row[column]) for column in (CREDITED, BEFORE, AFTER, EARNED, CAP, PAID)]
            assert figures == [
                line.measured,
                line.before,
                line.after,
                line.earned,
                -line.capped,
                line.amount.amount,
            ]
            assert row[COMPONENT] == line.component
            assert row[CUSTOMER] == content.customers[line.credit.transaction.attributes["customer"]]
            seller = line.credit.transaction.payee
            assert row[SELLER] == ("" if seller == statement.payee else content.people[seller])
            assert str(line.credit.day.year) in row[DAY]
            assert str(line.credit.day.day) in row[DAY]


def test_sums_of_a_statement_s_lines_are_its_totals(content: ReportContent, trees: dict[str, Element]) -> None:
    for section, statement in zip(sections(trees["zh_CN"]), content.run.statements, strict=True):
        lines = section.one("table", "lines")
        rows, [total, rounding] = lines.rows("tbody"), lines.rows("tfoot")
        exact, capped, paid = (
            exact_sum(numbers(rows, EARNED)),
            exact_sum(numbers(rows, CAP)),
            exact_sum(numbers(rows, PAID)),
        )
        assert [number(cell) for cell in total[1:]] == [exact, capped, paid]
        assert number(rounding[-1]) == paid - exact - capped
        assert paid == statement.earned.amount
        components = section.one("table", "components")
        assert exact_sum(numbers(components.rows("tbody"), -1)) == paid == number(components.rows("tfoot")[0][-1])
        assert exact_sum(numbers(components.rows("tbody"), -2)) == len(rows) == number(total[0])
        balances = section.one("table", "balances")
        flow = numbers(balances.rows("tbody"), 2)
        assert flow == [paid, *(entry.amount.amount for entry in statement.balances)]
        assert exact_sum(flow) == statement.paid.amount == number(balances.rows("tfoot")[0][2])


def test_tiers_and_rates_lead_to_what_was_earned(content: ReportContent, trees: dict[str, Element]) -> None:
    split = 0
    for section, statement in zip(sections(trees["en"]), content.run.statements, strict=True):
        for row, line in zip(section.one("table", "lines").rows("tbody"), statement.lines, strict=True):
            if line.reversal is not None:
                assert line.reversal.line in row[TIER]
            elif len(line.pieces) > 1:
                parts = [re.fullmatch(r"tier \d: ([-\d,.]+) × ([\d.]+)%", part) for part in row[TIER].split(" + ")]
                earned = sum(number(part[1]) * Decimal(part[2]) / 100 for part in parts)
                assert earned == line.earned == number(row[EARNED])
                split += 1
            else:
                [rate] = re.findall(r"tier \d: ([\d.]+)%", row[TIER])
                assert Decimal(rate) / 100 * number(row[CREDITED]) == line.earned
    assert split > 10


def test_findings_name_the_people_and_reading_its_counts(content: ReportContent, trees: dict[str, Element]) -> None:
    [section] = [s for s in trees["en"].all("section") if s.attributes.get("id") == "findings"]
    said = [item.text for item in section.all("li")]
    assert len(said) == len(content.run.findings) + len(content.changes)
    assert any("Rachel Valdez" in text and "$1,288.41" in text for text in said)
    assert "9,062 rows were read from data/order_lines.csv." in said
    assert content.note in section.text


@pytest.mark.parametrize("locale", LOCALES)
def test_a_report_needs_nothing_else(pages: dict[str, str], trees: dict[str, Element], locale: str) -> None:
    page = pages[locale]
    assert len(page.encode()) < 5_000_000
    tags = {element.tag for element in trees[locale].walk()}
    assert tags.isdisjoint({"script", "link", "iframe", "object", "embed", "img", "base", "form"})
    for element in trees[locale].walk():
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            assert name.partition(":")[0] == "xmlns" or "//" not in (value or ""), (element.tag, name, value)
            if name in ("href", "src"):
                assert (value or "").startswith("#")
    styles = "".join(style.text for style in trees[locale].all("style"))
    assert not re.search(r"@import|url\(|//", styles)


@pytest.mark.parametrize("locale", LOCALES)
def test_links_lead_to_sections(trees: dict[str, Element], locale: str) -> None:
    ids = [element.attributes["id"] for element in trees[locale].walk() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    targets = {(a.attributes["href"] or "").removeprefix("#") for a in trees[locale].all("a")}
    assert targets <= set(ids)
    assert len(targets) == 19


def test_a_report_is_the_same_every_time(content: ReportContent, pages: dict[str, str]) -> None:
    assert render_report(content, "en_GB") == pages["en"]


def test_the_head_names_rulebook_and_version(content: ReportContent, trees: dict[str, Element]) -> None:
    code = trees["en"].one("header").one("code")
    assert code.attributes["title"] == content.run.version
    assert content.run.version.startswith(code.text)
    assert content.rulebook in trees["en"].one("header").text
    assert trees["en"].one("head").one("title").text == "Adventure Works Cycles: commissions for Q1 2020"


@pytest.mark.parametrize(("locale", "language"), [("en", "en"), ("zh_CN", "zh-Hans"), ("zh_TW", "zh-Hant")])
def test_a_page_says_its_language(trees: dict[str, Element], locale: str, language: str) -> None:
    assert trees[locale].one("html").attributes["lang"] == language


def names_in(content: ReportContent) -> set[str]:
    """Every name and id that stands on the pages as it is."""
    found = {content.company, content.note, content.rulebook, content.run.version[:12], content.run.version}
    for mapping in (content.people, content.positions, content.customers):
        found |= set(mapping) | set(mapping.values())
    found |= {name for plan in content.plans.values() for name in plan.values()}
    found |= {row.name for table in content.tables for row in table.rows}
    found |= {entry.part for curve in content.curves for entry in curve.left_out}
    for line in content.run.lines():
        found |= {line.credit.transaction.id, line.credit.transaction.source, line.component, line.id}
        found |= {line.reversal.line} if line.reversal else set()
    for statement in content.run.statements:
        found |= {measurement.component for measurement in statement.measurements}
        found |= {entry.policy for entry in statement.balances}
    return found | {reason.parameters["file"] for reason in content.changes} | {"US$", "USD"}


@pytest.mark.parametrize("locale", ["zh_CN", "zh_TW"])
def test_a_chinese_report_is_chinese_but_for_names(
    content: ReportContent, trees: dict[str, Element], locale: str
) -> None:
    names = sorted((name for name in names_in(content) if re.search("[A-Za-z]", name)), key=len, reverse=True)
    known = re.compile("|".join(map(re.escape, names)))
    found = set()
    for element in trees[locale].walk():
        if element.tag == "style":
            continue
        texts = [child for child in element.children if isinstance(child, str)]
        texts += [element.attributes.get(name) or "" for name in ("title", "aria-label", "aria-roledescription", "alt")]
        found |= {word for text in texts for word in re.findall("[A-Za-z]+", known.sub(" ", text))}
    assert found == set()


@pytest.mark.parametrize("locale", LOCALES)
def test_no_place_of_a_sentence_is_left_open(trees: dict[str, Element], locale: str) -> None:
    for element in trees[locale].walk():
        if element.tag != "style":
            assert not [child for child in element.children if isinstance(child, str) and re.search("[{}]", child)]
            assert "reports.label" not in "".join(child for child in element.children if isinstance(child, str))

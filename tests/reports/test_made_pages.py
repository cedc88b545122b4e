"""What the sample lacks: markup in names, several currencies, caps, roll-ups that differ, nothing to show."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from html_reading import Element, indent, read_html
from made_content import curve_of, made_content, statement_of, table_of

from salesrules.commissions import LeftOut
from salesrules.core import Derivation, UnknownName
from salesrules.messages import LOCALES
from salesrules.reports import (
    PlanCurve,
    ReportContent,
    draw_payout_curve,
    render_derivation,
    render_report,
    render_statement,
    render_summary,
)

PLAIN = "Plainname"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'--></style><svg onload=a>",
    "{{ 7*7 }} {x} &amp;",
]


def hostile_content(content: ReportContent, text: str) -> ReportContent:
    """The content with a text in every place that a user's folder fills."""
    run = content.run
    statements = []
    for statement in run.statements[:3]:
        lines = [
            attrs.evolve(
                line,
                plan=text,
                component=text,
                credit=attrs.evolve(
                    line.credit,
                    role=text,
                    transaction=attrs.evolve(
                        line.credit.transaction, id=text, source=text, attributes={"customer": text}
                    ),
                ),
                reversal=line.reversal and attrs.evolve(line.reversal, line=text),
            )
            for line in statement.lines[:30]
        ]
        measures = [attrs.evolve(m, plan=text, component=text, label=text) for m in statement.measurements]
        balances = [attrs.evolve(entry, policy=text) for entry in statement.balances]
        earned = statement_of(text, lines).earned
        statements.append(
            attrs.evolve(
                statement,
                payee=text,
                lines=lines,
                measurements=measures,
                balances=balances,
                plans=[text],
                earned=earned,
            )
        )
    findings = [attrs.evolve(reason, parameters={**reason.parameters, "payee": text}) for reason in run.findings]
    return attrs.evolve(
        content,
        company=text,
        note=text,
        rulebook=text,
        run=attrs.evolve(run, statements=statements, findings=findings),
        people=dict.fromkeys([*content.people, text], text),
        positions=dict.fromkeys([*content.positions, text], text),
        plans={text: dict.fromkeys(LOCALES, text)},
        customers={text: text},
        tables=[
            attrs.evolve(table, rows=[attrs.evolve(row, id=text, name=text) for row in table.rows])
            for table in content.tables
        ],
        curves=[attrs.evolve(curve, plan=text, component=text) for curve in content.curves[:2]],
        changes=[attrs.evolve(reason, parameters={**reason.parameters, "file": text}) for reason in content.changes],
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_names_with_markup_stay_text(content: ReportContent, text: str) -> None:
    hostile = hostile_content(content, text)
    plain = hostile_content(content, PLAIN)
    for render in (render_report, render_summary, lambda c: render_statement(c, c.run.statements[0].payee)):
        tree, expected = read_html(render(hostile)), read_html(render(plain))
        assert [element.tag for element in tree.walk()] == [element.tag for element in expected.walk()]
        assert [set(element.attributes) for element in tree.walk()] == [
            set(element.attributes) for element in expected.walk()
        ]
        told = ["".join(element.texts()) for element in tree.walk()]
        assert told == [line.replace(PLAIN, text) for line in map("".join, map(Element.texts, expected.walk()))]
    picture = read_html(draw_payout_curve(hostile.curves[0]))
    assert text in picture.one("svg").attributes["aria-label"]
    assert text in picture.one("title").text
    assert not picture.all("script") + picture.all("img")
    derivation = read_html(render_derivation(Derivation(label=text, value=Decimal(1), unit=text)))
    assert text in derivation.one("th").text
    assert text in derivation.one("td", "n").text


def test_each_currency_has_its_totals() -> None:
    tree = read_html(render_report(made_content()))
    shown = [[element.text for element in totals.all("dd")] for totals in tree.one("div", "totals").all("dl")]
    assert shown == [["¥7", "¥7", "¥0", "1", "1"], ["$2.50", "-$0.60", "$3.10", "3", "2"]]
    feet = tree.one("table", "payees").rows("tfoot")
    assert [foot[0] for foot in feet] == ["Total in JPY (statements: 1)", "Total in USD (statements: 3)"]


def test_a_cap_and_a_return_are_told_in_their_line() -> None:
    tree = read_html(render_report(made_content()))
    [[capped], [back], [yen]] = [table.rows("tbody") for table in tree.all("table", "lines")]
    assert capped[-4:] == ["tier 1: 60.00 × 2% + tier 2: 40.00 × 4%", "2.80", "-0.296", "2.50"]
    assert back[-4] == "returns ≈33.3333% of $9.30 on line t0/line"
    assert back[3] == "override_7"
    assert back[4] == "Ann"
    assert yen[-1] == "7"
    [foot, rounding] = tree.all("table", "lines")[0].rows("tfoot")
    assert foot[1:] == ["2.80", "-0.296", "2.50"]
    assert rounding[-1] == "-0.004"


def test_a_component_shows_each_span_and_one_without_a_measurement_none() -> None:
    tree = read_html(render_report(made_content()))
    first, second = tree.all("table", "components")[:2]
    rows = first.rows("tbody")
    assert rows == [
        ["Plan A", "component-a", "month 4 of 2024", "9,996", "10,000", "99.9%", "1", "2.50"],
        ["month 5 of 2024", "9,996", "4,000", "249.9%"],
        ["month 6 of 2024", "9,996", "-4,000", "-249.9%"],
    ]
    assert second.rows("tbody") == [["plan-old", "component-old", "", "", "", "", "1", "-3.10"]]


def test_a_bar_ends_at_nothing_and_at_its_full_width() -> None:
    tree = read_html(render_summary(made_content()))
    widths = [bar.attributes["style"] for bar in tree.one("table", "payees").all("i")]
    assert widths == ["width:66%", "width:100%", "width:0%"]


def test_a_statement_without_lines_has_no_table_of_lines() -> None:
    tree = read_html(render_statement(made_content(), "p4"))
    assert tree.one("h3").text == "p4"
    assert tree.all("table", "lines") + tree.all("table", "components") == []
    assert tree.one("table", "balances").rows("tfoot")[0][2] == "$0.00"


def test_who_has_no_statement_is_told_so() -> None:
    assert "Nobody has no statement in this period." in read_html(render_statement(made_content(), "Nobody")).text


def test_only_the_payee_s_statement_is_shown() -> None:
    tree = read_html(render_statement(made_content(), "p2", "zh_CN"))
    assert tree.one("h3").text == "Bo"
    assert "结转下期的差额" in tree.text


def test_plans_are_named_in_the_language_else_in_english_else_by_id() -> None:
    made = made_content()
    for locale, name in (("zh_CN", "方案甲"), ("zh_TW", "Plan A"), ("en", "Plan A")):
        rows = read_html(render_summary(made, locale)).one("table", "payees").rows("tbody")
        assert rows[0][2] == name
    unnamed = attrs.evolve(made, plans={})
    assert read_html(render_summary(unnamed)).one("table", "payees").rows("tbody")[0][2] == "plan-a"


def test_findings_warn_where_they_are_warnings() -> None:
    tree = read_html(render_report(made_content()))
    [section] = [s for s in tree.all("section") if s.attributes.get("id") == "findings"]
    first, second = section.all("li")
    assert first.one("strong", "warning").text == "Warning"
    assert "Bo" in first.text
    assert second.text == "mine.own (plan=plan-a)"
    assert second.all("strong") == []


def shown_figures(*curves: PlanCurve, locale: str = "en") -> list[Element]:
    return read_html(render_report(made_content(curves=curves), locale)).all("figure")


def test_a_fall_is_said_below_its_picture() -> None:
    falling = curve_of(("0", "8%"), ("200000", "7.5%"), unit="money", mode="whole_amount", currency="USD")
    bad, good = shown_figures(falling, curve_of(("0", "2%"), ("0.6", "4%"), currency="USD"))
    [warning] = bad.all("p", "warning")
    # 16,000 is 7.5 % of 213,333.33…, of which the next cent pays as much again
    assert warning.text == "At $200,000.00 pay falls from $16,000.00 to $15,000.00 and returns only at $213,333.34."
    assert "Pay never falls" not in bad.text
    assert good.all("p", "warning") == []
    assert "Pay never falls." in good.one("p", "soft").text
    assert "moving a deal" not in bad.text + good.text  # what can be gamed is for those who write the plan
    [warning] = shown_figures(falling, locale="zh_TW")[0].all("p", "warning")
    assert "213,333.34" in warning.text


def test_a_figure_is_headed_by_column_and_mode_and_says_what_is_not_in_it() -> None:
    cap = LeftOut(component="component-a", part="cap-a", kind="cap", reason="other_components")
    later = LeftOut(component="component-a", part="holdback-a", kind="holdback", reason="paid_later")
    by_column = attrs.evolve(curve_of(("0", "2%")), column="Spare parts", left_out=[cap, later])
    formula = attrs.evolve(curve_of(("0", "2%")), mode=None)
    first, second = shown_figures(by_column, formula)
    heads = [figure.one("figcaption").text for figure in (first, second)]
    assert heads == [
        "Plan A · component-a · Spare partsEach tier pays its own rate on its own slice",
        "Plan A · component-aBy a formula",
    ]
    assert first.one("svg").one("title").text == "Payout curve of Plan A, component-a, column Spare parts"
    assert "cap-a" in first.one("p", "soft").text
    assert "holdback-a" not in first.text


def test_payees_stand_on_curves_by_attainment_that_have_no_columns() -> None:
    quota = curve_of(("0", "2%"), ("0.6", "4%"))
    curves = [quota, attrs.evolve(quota, column="a"), attrs.evolve(quota, component="b"), attrs.evolve(quota, plan="b")]
    curves.append(curve_of(("0", "2%"), unit="money"))
    counts = [len(drawn_marks(figure)) for figure in shown_figures(*curves)]
    assert counts == [3, 0, 0, 0, 0]


def drawn_marks(figure: Element) -> list[Element]:
    """The circles: the last layer of marks."""
    layers = [g for g in figure.all("g") if "role-mark layer_8_marks" in (g.attributes.get("class") or "")]
    return [path for layer in layers for path in layer.all("path")]


def test_nothing_to_say_is_left_out() -> None:
    made = made_content(curves=[])
    tree = read_html(render_report(attrs.evolve(made, run=attrs.evolve(made.run, findings=[], statements=[]))))
    assert tree.all("figure") == []
    assert [h2.text for h2 in tree.all("h2")] == ["Payees", "Findings"]
    assert "Nothing was found." in tree.text
    assert "version" not in tree.one("header").text


@pytest.mark.parametrize(
    ("tables", "ties"),
    [
        ([table_of("30", "-0.60", ("N", "10", "-1"), ("S", "20", "0.40"))], True),
        ([table_of("30", "-0.60", ("N", "30", "-0.60"))] * 2, True),
        ([table_of("30", "-0.60", ("N", "29.99", "-0.60"))], False),
        ([table_of("30", "-0.60", ("N", "30", "-0.61"))], False),
        ([table_of("30", "-0.61", ("N", "30", "-0.61"))], False),
        ([table_of("30", "-0.60", ("N", "30", "-0.60")), table_of("31", "-0.60", ("N", "31", "-0.60"))], False),
    ],
)
def test_roll_ups_tie_only_where_they_do(tables: list, ties: bool) -> None:
    tree = read_html(render_report(made_content(tables=tables)))
    said = [paragraph.text for paragraph in tree.all("p")]
    assert (
        "Both ways of adding up give the same totals: sales of $30.00 and earnings of -$0.60," in " ".join(said)
    ) is ties
    assert any(text.startswith("Warning The roll-ups in USD do not") for text in said) is not ties
    assert not any("outside the territories" in text for text in said)


def test_sales_outside_territories_are_counted_only_where_sales_are_known(content: ReportContent) -> None:
    unknown = attrs.evolve(content, sales=0, curves=[], run=attrs.evolve(content.run, statements=[]))
    assert "outside the territories of those" not in read_html(render_report(unknown)).text


def test_a_derivation_is_a_tree_with_how_it_was_computed() -> None:
    rate = Derivation(label="commissions.label.quota", value=Decimal("0.5"), unit="rate")
    credit = Derivation(label="mine.credit", value=Decimal(10), unit="USD")
    pay = Derivation(label="mine.pay", value=Decimal(5), unit="USD", operation="product", terms=(rate, credit))
    table = read_html(render_derivation(pay, "zh_CN")).one("table", "derivation")
    assert table.rows("tbody") == [
        ["mine.pay", "US$5.00", "下列各项之积"],
        ["配额", "50%", ""],
        ["mine.credit", "US$10.00", ""],
    ]
    indents = [indent(cell) for cell in table.all("th")]
    assert indents == [0, 1, 1]


@pytest.mark.parametrize("render", [render_report, render_summary, lambda c, locale: render_statement(c, "p1", locale)])
def test_a_locale_that_is_not_served_is_refused(render) -> None:
    with pytest.raises(UnknownName):
        render(made_content(), "tlh")

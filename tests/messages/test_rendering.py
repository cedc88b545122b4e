from datetime import date
from decimal import Decimal
from fractions import Fraction

import attrs
import pytest

from salesrules.core import (
    ALLOW,
    CurrencyTable,
    Decision,
    Derivation,
    Money,
    Operation,
    Outcome,
    Reason,
    RequiredApproval,
    RoundingMode,
    Severity,
)
from salesrules.messages import (
    LOCALES,
    DerivationLine,
    derivation_lines,
    render,
    render_change,
    render_decision,
    render_derivation,
    text,
)

FIRM = CurrencyTable.iso({"CNY": 3})


@attrs.frozen
class Change:
    code: str
    parameters: dict


def test_a_sentence_with_its_values():
    approval = Reason("core.decision.approval", parameters={"approver": "{act} <王>", "act": "{0.__class__}"})
    assert [render(approval, locale) for locale in LOCALES] == [
        "Needs the approval of {act} <王> ({0.__class__}).",
        "须经{act} <王>批准（{0.__class__}）。",
        "須經{act} <王>核准（{0.__class__}）。",
    ]
    assert render_change(Change("core.decision.approval", {"approver": "a", "act": "b"}), "zh_TW") == "須經a核准（b）。"


def test_the_locale_is_negotiated_and_english_unless_given():
    severity = Reason("core.severity.warning")
    assert [render(severity), render(severity, "zh-HK"), render(severity, "zh-SG")] == ["Warning", "警告", "警告"]
    assert text("core.severity.error", "zh-Hant-HK") == "錯誤"
    assert render_change(severity, "en_GB") == "Warning"


def test_an_unworded_code_shows_its_values_by_locale_and_digits():
    reason = Reason("mine.late", parameters={"fee": Money(1, "CNY"), "since": date(2020, 3, 1)})
    assert render(reason, "zh_CN", FIRM) == "mine.late (fee=¥1.000, since=2020年3月1日)"
    assert render(reason) == "mine.late (fee=CN¥1.00, since=Mar 1, 2020)"
    assert render_change(reason, "en", FIRM) == "mine.late (fee=CN¥1.000, since=Mar 1, 2020)"


def test_a_text_named_period_is_a_period():
    parameters = {
        "period": "2020-Q1",
        "last_period": "2020",
        "periodical": "2020-Q1",
        "next_period": None,
        "span": "2020",
    }
    assert render(Reason("mine.x", parameters=parameters), "zh_CN") == (
        "mine.x (period=2020年第1季度, last_period=2020年, periodical=2020-Q1, next_period=无, span=2020年)"
    )
    assert text("mine.x", "en", period="a name") == "mine.x (period=a name)"


def test_a_text_that_the_rooms_catalog_has_a_word_for_is_said_by_it():
    reason = Reason("core.nothing_such", parameters={"severity": "error", "outcome": "denied", "plain": 1, "none": "x"})
    assert render(reason, "zh_CN") == "core.nothing_such (severity=错误, outcome=denied, plain=1, none=x)"
    assert render(Reason("mine.x", parameters={"severity": "error"}), "zh_CN") == "mine.x (severity=error)"


def test_a_change_tells_its_reason():
    @attrs.frozen
    class Moved:
        path: str

        def to_reason(self):
            return Reason("mine.moved", parameters={"place": self.path})

    assert render_change(Moved("a.b"), "zh_CN") == "mine.moved (place=a.b)"


def test_names_of_parameters_never_collide_with_our_own():
    assert text("mine.x", "en", code=1, locale="fr", currencies=2) == "mine.x (code=1, locale=fr, currencies=2)"


def test_a_decision_in_lines():
    decision = Decision(
        outcome=Outcome.REFER,
        reasons=(Reason("mine.large", Severity.WARNING, {"amount": Money("1.5", "CNY")}), Reason("core.plain.none")),
        approvals=(RequiredApproval(approver="head", act="quota.revise"), RequiredApproval(approver="cfo", act="pay")),
        headroom=Money(500, "CNY"),
        changes_at=date(2020, 4, 1),
    )
    assert render_decision(decision, "en", FIRM) == (
        "Referred for approval",
        "Warning: mine.large (amount=CN¥1.500)",
        "Error: none",
        "Needs the approval of head (quota.revise).",
        "Needs the approval of cfo (pay).",
        "What would still pass: CN¥500.000.",
        "The answer changes by itself: Apr 1, 2020.",
    )
    assert render_decision(decision, "zh-SG") == (
        "须报批",
        "警告：mine.large (amount=¥1.50)",
        "错误：无",
        "须经head批准（quota.revise）。",
        "须经cfo批准（pay）。",
        "剩余额度：¥500.00。",
        "结论将自行变更的时间：2020年4月1日。",
    )
    assert render_decision(decision, "zh_TW")[0] == "須送審"


def test_a_plain_decision_is_one_line_and_zero_headroom_is_said():
    assert [render_decision(ALLOW, locale) for locale in LOCALES] == [("Allowed",), ("准许",), ("准許",)]
    assert render_decision(Decision(outcome="deny", headroom=0)) == ("Denied", "What would still pass: 0.")


def test_an_act_with_a_word_is_said_in_words():
    decision = Decision(outcome="refer", approvals=(RequiredApproval(approver="a", act="core.outcome.deny"),))
    assert render_decision(decision, "zh_CN")[1] == "须经a批准（不予准许）。"


RATE = Derivation(label="mine.rate", value=Fraction(1, 3), unit="rate", parameters={"period": "2020-Q1"})
CREDIT = Derivation(label="mine.credit", value=Decimal("10.00"), unit="CNY")
RAW = Derivation(label="mine.raw", value=Fraction(10, 3), unit="CNY", operation="product", terms=(RATE, CREDIT))
PAY = Derivation(
    label="mine.pay",
    value=Decimal("3.33"),
    unit="CNY",
    operation="round",
    terms=(RAW,),
    parameters={"digits": 2, "mode": RoundingMode.HALF_UP, "plan": "P1"},
)


def test_a_derivation_as_a_tree():
    assert render_derivation(PAY, "en").splitlines() == [
        "mine.pay (plan=P1): CN¥3.33 (the following, rounded half up to a multiple of CN¥0.01)",
        "  mine.raw: ≈CN¥3.333333 (product of the following)",
        "    mine.rate (period=Q1 2020): ≈33.3333%",
        "    mine.credit: CN¥10.00",
    ]
    assert render_derivation(PAY, "zh", FIRM).splitlines() == [
        "mine.pay (plan=P1)：¥3.330（下列数值以¥0.010为单位四舍五入）",
        "  mine.raw：≈¥3.333333（下列各项之积）",
        "    mine.rate (period=2020年第1季度)：≈33.3333%",
        "    mine.credit：¥10.000",
    ]


def test_a_chinese_derivation_is_chinese_throughout():
    rate = Derivation(label="commissions.label.rate", value=Decimal("0.05"), unit="rate", parameters={"tier": 1})
    credited = Derivation(label="commissions.label.credited", value=Decimal("900.10"), parameters={"role": "direct"})
    earned = Derivation(
        label="commissions.label.tier",
        value=Decimal("45.005"),
        unit="CNY",
        operation="product",
        terms=(credited, rate),
        parameters={"tier": 1},
    )
    line = Derivation(
        label="commissions.label.line",
        value=Decimal("45.01"),
        unit="CNY",
        operation="round",
        terms=(earned,),
        parameters={"transaction": "S1", "plan": "{P1}", "component": "主件", "digits": 2, "mode": "half_up"},
    )
    assert render_derivation(line, "zh_CN").splitlines() == [
        "交易S1，方案{P1}，项目主件：¥45.01（下列数值以¥0.01为单位四舍五入）",
        "  第1档佣金：¥45.005（下列各项之积）",
        "    以销售人员身份计入的业绩：900.1",
        "    第1档比率：5%",
    ]
    assert render_derivation(line, "zh_TW").splitlines() == [
        "交易S1，方案{P1}，項目主件：CN¥45.01（下列數值以CN¥0.01為單位四捨五入）",
        "  第1級佣金：CN¥45.005（下列各項之積）",
        "    以銷售人員身分計入的業績：900.1",
        "    第1級比率：5%",
    ]


def test_a_label_whose_last_value_is_empty_ends_cleanly():
    carried = Derivation(label="commissions.label.shortfall_carried", value=Decimal(5), parameters={"policy": ""})
    assert render_derivation(carried) == "Shortfall carried forward: 5"


def test_the_lines_tell_depth_and_how():
    assert derivation_lines(PAY, "zh_TW")[1] == DerivationLine(
        depth=1, label="mine.raw", value="≈CN¥3.333333", how="下列各項之積"
    )
    assert [(line.depth, bool(line.how)) for line in derivation_lines(PAY)] == [
        (0, True),
        (1, True),
        (2, False),
        (2, False),
    ]


def test_rounding_before_the_point_and_modes_as_text():
    pay = attrs.evolve(PAY, unit="count", parameters={"digits": -2, "mode": "floor"})
    assert derivation_lines(pay)[0].how == "the following, rounded down to a multiple of 100"
    assert derivation_lines(pay, "zh_CN")[0].how == "下列数值以100为单位向下取整"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_operation_is_said_in_words_of_its_own(locale):
    computed = [operation for operation in Operation if operation is not Operation.GIVEN]
    said = {
        derivation_lines(attrs.evolve(PAY, operation=operation, parameters={"digits": 0, "mode": "up"}), locale)[0].how
        for operation in computed
    }
    assert len(said) == len(computed)
    assert not any("core." in how or "{" in how for how in said)


def test_digits_and_mode_belong_to_the_label_where_nothing_is_rounded():
    given = Derivation(label="mine.level", value=Decimal(1), parameters={"digits": 2, "mode": "x"})
    assert render_derivation(given) == "mine.level (digits=2, mode=x): 1"


def test_a_deep_derivation_needs_no_stack():
    node = CREDIT
    for _ in range(3000):
        node = Derivation(label="mine.sum", value=Decimal(10), unit="CNY", operation="sum", terms=(node,))
    lines = derivation_lines(node)
    assert (len(lines), lines[-1].depth, lines[-1].label) == (3001, 3000, "mine.credit")


def test_the_environment_decides_nothing(monkeypatch):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "de_DE.UTF-8")
    assert render(Reason("mine.x", parameters={"a": (Decimal("1234.5"), date(2020, 3, 1))})) == (
        "mine.x (a=1,234.5 and Mar 1, 2020)"
    )


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("en", "Manager of cy: none before, bob now, because cy moved."),
        ("zh_CN", "cy的上级：原为无，现为bob，原因是cy调动。"),
        ("zh_TW", "cy的上級：原為無，現為bob，原因是cy調動。"),
    ],
)
def test_a_change_from_nothing_reads_as_a_sentence(locale, sentence):
    moved = Reason("org.manager_by_move", parameters={"person": "cy", "from_manager": None, "to_manager": "bob"})
    assert render(moved, locale) == sentence

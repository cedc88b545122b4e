"""How a statement's lines name their tiers: by what each kind of table pays there."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from made_content import line_of

from salesrules.commissions import FormulaUse, PayoutCurve, RateMode, TableBase, TierShare
from salesrules.core import Band, BandTable, Rate
from salesrules.messages import LOCALES
from salesrules.reports.tier_words import tier_words
from salesrules.reports.words import Words

ENGLISH = Words("en")


def moved(
    mode: str,
    before: str,
    after: str,
    *tiers: tuple[str, str],
    unit=Decimal(1),
    scale: str = "1",
    line_unit: str = "USD",
    **others,
):
    """The words of a line that moves a measure across tiers given as start and number."""
    by_amount = mode not in ("marginal", "whole_amount", "interpolated_rate")
    value_of = Decimal if by_amount else Rate
    bands = [Band(start=Decimal(start), value=value_of(value)) for start, value in tiers]
    curve = PayoutCurve.of(BandTable(bands=bands), RateMode(mode), Decimal(scale), unit)
    line = line_of("t", before=Decimal(before), after=Decimal(after), pieces=curve, unit=line_unit, **others)
    return " + ".join(tier_words(line, ENGLISH))


RATES = (("0", "0.02"), ("100", "0.04"))
AMOUNTS = (("0", "500"), ("100", "800"))


@pytest.mark.parametrize(
    ("mode", "before", "after", "words"),
    [
        ("marginal", "0", "60", "tier 1: 2%"),
        ("marginal", "60", "110", "tier 1: 40.00 × 2% + tier 2: 10.00 × 4%"),
        ("whole_amount", "60", "110", "tier 1: -60.00 × 2% + tier 2: 110.00 × 4%"),
        # half way between 2 % and 4 % at 50
        ("interpolated_rate", "0", "50", "tier 1: 3% (between 2% and 4%)"),
    ],
)
def test_a_rate_stands_by_its_measure_unless_it_is_the_whole_line(
    mode: str, before: str, after: str, words: str
) -> None:
    assert moved(mode, before, after, *RATES) == words


@pytest.mark.parametrize(
    ("mode", "before", "after", "words"),
    [
        ("fixed", "0", "60", "tier 1: $500.00"),
        ("fixed", "60", "70", "tier 1: nothing more"),
        ("fixed", "60", "110", "tier 1: $500.00 taken back + tier 2: $800.00"),
        ("cumulative_fixed", "0", "110", "tier 1: $500.00 + tier 2: $800.00"),
        ("cumulative_fixed", "110", "90", "tier 2: $800.00 taken back"),
    ],
)
def test_an_amount_is_paid_or_taken_back_or_nothing_more(mode: str, before: str, after: str, words: str) -> None:
    assert moved(mode, before, after, *AMOUNTS) == words


def test_units_are_paid_an_amount_each() -> None:
    tiers = (("0", "5"), ("10", "7.5"))
    assert moved("marginal", "0", "8", *tiers, line_unit="") == "tier 1: $5.00 per unit"
    assert moved("marginal", "8", "12", *tiers, line_unit="") == "tier 1: 2 × $5.00 + tier 2: 2 × $7.50"


def test_a_multiple_of_a_rate_says_of_which() -> None:
    base = TableBase(of="base_rate", value=Decimal("0.02"))
    said = moved("marginal", "0", "60", ("0", "1.5"), base=base, unit=Decimal("0.02"))
    assert said == "tier 1: 3% (150% of 2%)"
    nothing = TableBase(of="base_rate", value=Decimal(0))
    assert moved("marginal", "0", "60", ("0", "1.5"), base=nothing, unit=Decimal(0)) == "tier 1: 0%"


def test_a_target_is_paid_by_attainment_times_the_tier_s_multiple() -> None:
    """Of a quota of 300 a hundred is a third; at half pay a third of half of the target."""
    base = TableBase(of="target_times_attainment", value=Decimal(100_000))
    tiers = (("0", "0.5"), ("0.4", "0.8"))
    others = {"scale": "300", "unit": Fraction(100_000, 300), "base": base, "quota": Decimal(300)}
    assert moved("marginal", "0", "100", *tiers, **others) == "tier 1: ≈33.3333% × 50% of $100,000.00"
    said = moved("marginal", "90", "150", *tiers, **others)
    assert said == "tier 1: 10% × 50% of $100,000.00 + tier 2: 10% × 80% of $100,000.00"
    between = moved("interpolated_rate", "0", "60", *tiers, **others)  # half way to 40 % of the quota
    assert between == "tier 1: 20% × 65% (between 50% and 80%) of $100,000.00"
    nothing = {**others, "unit": Decimal(0), "base": TableBase(of="target_times_attainment", value=Decimal(0))}
    assert moved("marginal", "0", "30", *tiers, **nothing) == "tier 1: 10% × 0% of $0.00"


def test_a_multiple_of_a_target_itself_says_of_which() -> None:
    base = TableBase(of="target", value=Decimal(100_000))
    others = {"unit": Decimal(100_000), "base": base}
    tiers = (("0", "0.5"), ("100", "1.2"))
    assert moved("fixed", "0", "60", *tiers, **others) == "tier 1: 50% of $100,000.00"
    said = moved("fixed", "60", "110", *tiers, **others)
    assert said == "tier 1: 50% of $100,000.00 taken back + tier 2: 120% of $100,000.00"


def test_a_column_a_formula_and_a_fraction() -> None:
    piece = TierShare(
        tier=1,
        lower=None,
        upper=None,
        measure=Decimal(5),
        rate=Fraction(1, 30),
        earned=Fraction(1, 6),
        column="Spare parts",
    )
    assert tier_words(line_of("t", unit="USD", pieces=[piece]), ENGLISH) == ("Spare parts, tier 2: ≈3.3333%",)
    use = FormulaUse(formula="amount * 0.02", before={"amount": Decimal(0)}, after={"amount": Decimal(5)})
    assert tier_words(line_of("t", formula=use), ENGLISH) == ("formula amount * 0.02",)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_has_its_own_words(locale: str) -> None:
    pieces = [
        TierShare(tier=0, lower=None, upper=None, measure=Decimal(5), rate=Decimal("0.02"), earned=Decimal("0.1")),
        TierShare(
            tier=1, lower=None, upper=None, measure=Decimal(0), rate=Decimal(0), earned=Decimal(-7), is_amount=True
        ),
    ]
    said = tier_words(line_of("t", unit="USD", pieces=pieces), Words(locale))
    assert (
        said
        == {
            "en": ("tier 1: 5.00 × 2%", "tier 2: $7.00 taken back"),
            "zh_CN": ("第1档：5.00 × 2%", "第2档：扣回US$7.00"),
            "zh_TW": ("第1級：5.00 × 2%", "第2級：扣回US$7.00"),
        }[locale]
    )

"""How a line fell across the tiers, in words: rates, amounts, multiples, columns, formulas and returns."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from salesrules.commissions import MultipleOf, StatementLine, TableBase, TierShare
from salesrules.core import Exact, Money, minus, narrowed, times
from salesrules.messages import format_quantity
from salesrules.reports.words import Words

__all__ = ["tier_words"]


def tier_words(line: StatementLine, words: Words) -> tuple[str, ...]:
    """What a line earned, piece by piece; a return by the line that it takes back, a formula as it is written."""
    if line.reversal is not None:
        back = line.reversal
        share = words.rate(back.share_after - back.share_before)
        return (words.say("taken_back", share=share, paid=words.money(back.paid), line=back.line),)
    if line.formula is not None:
        return (words.say("formula", formula=line.formula.formula),)
    return tuple(words.say("tier", tier=_tier(piece, words), share=_share(line, piece, words)) for piece in line.pieces)


def _tier(piece: TierShare, words: Words) -> str:
    """Which tier it is, and of which column where the table has them."""
    number = piece.tier + 1
    if piece.column:
        return words.say("column_tier", column=piece.column, tier=number)
    return words.say("tier_number", tier=number)


def _share(line: StatementLine, piece: TierShare, words: Words) -> str:
    if piece.is_amount:
        return _amount(line, piece, words)
    base = line.base
    if base is not None and base.of is MultipleOf.TARGET_TIMES_ATTAINMENT:
        return _of_target(line, piece, base, words)
    rate = _rate(line, piece, words)
    if len(line.pieces) == 1:  # the measure is the line's own, which stands beside it
        return rate
    return f"{words.measure(piece.measure, line.unit)} × {rate}"


def _amount(line: StatementLine, piece: TierShare, words: Words) -> str:
    """The amount that a tier pays or takes back; a multiple of a target where the table says so."""
    if not piece.earned:
        return words.say("nothing_more")
    base = line.base
    earned = piece.earned if piece.earned > 0 else minus(Decimal(0), piece.earned)
    if base is not None and base.of is MultipleOf.TARGET and base.value:
        target = words.money(Money(base.value, line.amount.currency))
        said = words.say("part_of", part=words.rate(_over(earned, base.value)), of=target)
    else:
        said = _money(line, earned, words)
    return said if piece.earned > 0 else words.say("amount_back", amount=said)


def _of_target(line: StatementLine, piece: TierShare, base: TableBase, words: Words) -> str:
    """The attainment in the tier, times the tier's multiple of the target."""
    quota = line.quota or Decimal(1)

    def multiple(rate: Exact) -> str:
        return words.rate(_over(times(rate, quota), base.value) if base.value else Decimal(0))

    target = words.money(Money(base.value, line.amount.currency))
    of_target = words.say("part_of", part=_between(piece, multiple, words), of=target)
    return f"{words.rate(_over(piece.measure, quota))} × {of_target}"


def _rate(line: StatementLine, piece: TierShare, words: Words) -> str:
    """The rate on a measure, with what it is a multiple of; for units an amount."""
    if not line.unit:
        amount = _between(piece, lambda rate: _money(line, rate, words), words)
        return words.say("per_unit", pay=amount) if len(line.pieces) == 1 else amount
    rate = _between(piece, words.rate, words)
    base = line.base
    if base is None or base.of is not MultipleOf.BASE_RATE or not base.value:
        return rate
    multiple = words.say("part_of", part=words.rate(_over(piece.rate, base.value)), of=words.rate(base.value))
    return words.say("rate_as", rate=rate, multiple=multiple)


def _between(piece: TierShare, write: Callable[[Exact], str], words: Words) -> str:
    """A rate, with the bounds' rates where it lies between them."""
    if piece.rates is None:
        return write(piece.rate)
    low, high = piece.rates
    return words.say("between", rate=write(piece.rate), low=write(low), high=write(high))


def _money(line: StatementLine, amount: Exact, words: Words) -> str:
    return format_quantity(amount, line.amount.currency, words.locale, words.currencies)


def _over(number: Exact, divisor: Decimal) -> Exact:
    return narrowed(Fraction(number) / Fraction(divisor))

"""The approval matrix: rows of conditions, each with its bands of amounts, and the steps that they lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

import attrs

from salesrules.approvals.model import ApprovalRequest, ChosenRow, value_reader
from salesrules.core import (
    BandTable,
    DateRange,
    InvalidValue,
    Rate,
    Side,
    WordEnum,
    as_tuple,
    is_currency,
    is_named,
    to_decimal,
)

__all__ = ["AmountCondition", "ApprovalMatrix", "ApprovalRow", "Condition", "MeasureCondition", "UnitCondition",
           "WhenMissing", "WordCondition"]  # fmt: skip


class WhenMissing(WordEnum):
    """What a condition makes of a request that does not say: refuse the request, or read it as not fulfilled."""

    REFUSE = "refuse"
    NO_MATCH = "no_match"


@attrs.frozen(kw_only=True)
class WordCondition:
    """An attribute of the request, or its party, requester or matter, is one of these texts (`negated`: is none)."""

    kind: Literal["word"] = "word"
    name: str = attrs.field(validator=is_named)
    values: tuple[str, ...] = attrs.field(converter=as_tuple)
    negated: bool = False
    missing: WhenMissing = attrs.field(default=WhenMissing.REFUSE, converter=WhenMissing)


def _bound(value: Decimal | Rate | int | str | None) -> Decimal | None:
    if value is None:
        return None
    return value.value if isinstance(value, Rate) else to_decimal(value, "bound")


def _ascending(start: Decimal | None, end: Decimal | None) -> None:
    if start is None and end is None:
        raise InvalidValue("start", None, "give a start, an end or both")
    if start is not None and end is not None and not start < end:
        raise InvalidValue("end", end, f"give more than the start, {start}")


def _contains(start: Decimal | None, end: Decimal | None, side: Side, value: Decimal) -> bool:
    if side is Side.LOWER:
        return (start is None or start <= value) and (end is None or value < end)
    return (start is None or start < value) and (end is None or value <= end)


@attrs.frozen(kw_only=True)
class MeasureCondition:
    """A measure of the request, such as a discount (`0.05` is 5 %), lies from `start` to `end`; `None` is open.

    `side` says who owns the bounds: `lower`, the start belongs in and the end does not; `upper`, the other way round.
    """

    kind: Literal["measure"] = "measure"
    name: str = attrs.field(validator=is_named)
    start: Decimal | None = attrs.field(default=None, converter=_bound)
    end: Decimal | None = attrs.field(default=None, converter=_bound)
    side: Side = attrs.field(converter=Side)
    missing: WhenMissing = attrs.field(default=WhenMissing.REFUSE, converter=WhenMissing)

    def __attrs_post_init__(self) -> None:
        _ascending(self.start, self.end)

    def contains(self, value: Decimal) -> bool:
        """Whether a number lies within."""
        return _contains(self.start, self.end, self.side, value)


@attrs.frozen(kw_only=True)
class AmountCondition:
    """A further amount of the request, such as that per head, lies from `start` to `end` in the matrix's currency."""

    kind: Literal["amount"] = "amount"
    name: str = attrs.field(validator=is_named)
    start: Decimal | None = attrs.field(default=None, converter=_bound)
    end: Decimal | None = attrs.field(default=None, converter=_bound)
    side: Side = attrs.field(converter=Side)
    missing: WhenMissing = attrs.field(default=WhenMissing.REFUSE, converter=WhenMissing)

    def __attrs_post_init__(self) -> None:
        _ascending(self.start, self.end)

    def contains(self, value: Decimal) -> bool:
        """Whether an amount lies within."""
        return _contains(self.start, self.end, self.side, value)


@attrs.frozen(kw_only=True)
class UnitCondition:
    """The unit concerned is one of these, or lies below one of them (`negated`: lies outside them all)."""

    kind: Literal["unit"] = "unit"
    units: tuple[str, ...] = attrs.field(converter=as_tuple)
    negated: bool = False
    missing: WhenMissing = attrs.field(default=WhenMissing.REFUSE, converter=WhenMissing)


Condition = WordCondition | MeasureCondition | AmountCondition | UnitCondition


@attrs.frozen(kw_only=True)
class ApprovalRow:
    """A row: where all conditions of `when` hold, the steps of the band that owns the amount (or `steps` for any).

    A band with an empty list needs nobody. `beside_words` are the conditions that ask no word. Raises `InvalidValue`
    where both or neither of `amounts` and `steps` is given.
    """

    id: str = attrs.field(validator=is_named)
    when: tuple[Condition, ...] = attrs.field(default=(), converter=as_tuple)
    amounts: BandTable[tuple[str, ...]] | None = None
    steps: tuple[str, ...] | None = attrs.field(default=None, converter=attrs.converters.optional(as_tuple))
    beside_words: tuple[Condition, ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        beside = tuple(condition for condition in self.when if not isinstance(condition, WordCondition))
        object.__setattr__(self, "beside_words", beside)
        if (self.amounts is None) == (self.steps is None):
            raise InvalidValue("steps", self.steps, "a row has bands of amounts, or steps for any amount; give one")

    @property
    def step_ids(self) -> tuple[str, ...]:
        """Every step that the row can lead to, each once."""
        lists = [self.steps or ()] if self.amounts is None else [band.value for band in self.amounts.bands]
        return tuple(dict.fromkeys(step for steps in lists for step in steps))


#: A name that rows ask a word of; for each word the rows that it does not rule out, and those for any other word.
_WordIndex = tuple[str, Mapping[object, int], int]


def _index_words(rows: tuple[ApprovalRow, ...]) -> Iterator[_WordIndex]:
    """For each name the rows that stay, as the bits of a number: bit 0 for the first row."""
    asked: dict[str, list[tuple[int, WordCondition]]] = {}
    for place, row in enumerate(rows):
        for condition in row.when:
            if isinstance(condition, WordCondition):
                asked.setdefault(condition.name, []).append((place, condition))
    for name, conditions in asked.items():
        words: set[object] = {word for _, condition in conditions for word in condition.values}
        by_word = {word: _staying(len(rows), conditions, word) for word in words}
        yield name, by_word, _staying(len(rows), conditions, None)


def _staying(count: int, conditions: list[tuple[int, WordCondition]], word: object) -> int:
    left = (1 << count) - 1
    for place, condition in conditions:
        if (word in condition.values) is condition.negated:
            left &= ~(1 << place)
    return left


#: For how many words a matrix remembers their rows before its memory is emptied.
_REMEMBERED = 1_000


@attrs.frozen(kw_only=True)
class ApprovalMatrix:
    """Rows for kinds of act while the matrix holds: the first row whose conditions hold gives the steps.

    Where several matrices are for one act, each gives its row and their steps follow each other in the order of the
    rulebook, each step once. `currency` is that of all amounts in it. Where `is_required` a request that no row fits
    is denied; otherwise such a request has no step here (a review that only some requests need). `choices` remembers
    the rows and bands that were chosen, one each; `words` are the names that rows ask a word of, `read_words` reads
    them of a request.
    """

    id: str = attrs.field(validator=is_named)
    acts: tuple[str, ...] = attrs.field(converter=as_tuple)
    effective: DateRange
    rows: tuple[ApprovalRow, ...] = attrs.field(converter=as_tuple)
    currency: str | None = attrs.field(default=None, validator=attrs.validators.optional(is_currency))
    is_required: bool = True
    choices: dict[tuple[str, int], ChosenRow] = attrs.field(init=False, repr=False, eq=False, factory=dict)
    words: tuple[str, ...] = attrs.field(init=False, repr=False, eq=False)
    read_words: Callable[[ApprovalRequest], tuple[Any, ...]] = attrs.field(init=False, repr=False, eq=False)
    _words: tuple[_WordIndex, ...] = attrs.field(init=False, repr=False, eq=False)
    _all: int = attrs.field(init=False, repr=False, eq=False)
    _candidates: dict[tuple[object, ...], tuple[ApprovalRow, ...]] = attrs.field(
        init=False, repr=False, eq=False, factory=dict
    )

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_words", tuple(_index_words(self.rows)))
        object.__setattr__(self, "words", tuple(name for name, _, _ in self._words))
        object.__setattr__(self, "read_words", value_reader(self.words))
        object.__setattr__(self, "_all", (1 << len(self.rows)) - 1)

    def candidates(self, said: tuple[object, ...]) -> tuple[ApprovalRow, ...]:
        """The rows that no word rules out, in their order; `said` are what a request says to `words`, `None` nothing.

        What else a row asks, and words that the request does not say, are still to be looked at. The same words have
        the same rows, which are looked for once.
        """
        known = self._candidates.get(said)
        if known is None:
            if len(self._candidates) >= _REMEMBERED:
                self._candidates.clear()
            known = self._candidates[said] = tuple(self._find_candidates(said))
        return known

    def _find_candidates(self, said: tuple[object, ...]) -> Iterator[ApprovalRow]:
        left = self._all
        for (_, by_word, others), word in zip(self._words, said, strict=True):
            if word is not None:
                left &= by_word.get(word, others)
        while left:
            lowest = left & -left
            yield self.rows[lowest.bit_length() - 1]
            left ^= lowest

    @property
    def needs_currency(self) -> bool:
        """Whether an amount stands anywhere in the rows."""
        return any(
            row.amounts is not None or any(isinstance(condition, AmountCondition) for condition in row.when)
            for row in self.rows
        )

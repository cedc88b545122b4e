"""What the modifiers of a plan look up, the same for all blocks: spans, quotas, scores, limits and denominators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Protocol

import attrs

from salesrules.commissions import (
    Coefficient,
    EarningsCap,
    EarningsFloor,
    Excess,
    Gate,
    Kicker,
    LimitSpan,
    ModifierBase,
    Multiplier,
    RoundingLevel,
)
from salesrules.core import RoundingMode
from salesrules.frames.kernel.modifiers.grid import Roster
from salesrules.frames.kernel.whole import Flags, Whole

__all__ = ["LONG", "HoldsAmounts", "Modifier", "Modifying", "Observing", "OpenedCap", "Scores", "Standing"]

Modifier = Gate | Kicker | Multiplier | Coefficient | EarningsCap | EarningsFloor

#: Spans over which what a cap has let through runs on from one pay period to the next.
LONG = frozenset({LimitSpan.QUARTER, LimitSpan.YEAR, LimitSpan.PLAN})


class HoldsAmounts(Protocol):
    """Amounts by payee and period, both as numbers."""

    def at(self, payees: Whole, periods: Whole) -> Whole:
        """The amount of each payee in a period, 0 for none."""
        ...


@attrs.frozen(eq=False)
class Observing:
    """The spans of a component that touch a pay period, by kind of statement, and its quotas over them.

    `spans` has as many numbers for each kind as there are at most, below zero where there are fewer.
    """

    spans: tuple[Whole, ...]
    quotas: HoldsAmounts | None


@attrs.frozen(eq=False)
class Scores:
    """The factor of each distinct score over one denominator, and which of them (from 1) a payee has in a period.

    The last factor, 1, is that of none; `outside` marks scores that no band owns.
    """

    held: HoldsAmounts
    factors: Whole
    outside: Flags
    denominator: int


@attrs.frozen(eq=False)
class Standing:
    """What a cap had come to under earlier versions of the plan, by payee, in units of the rounding.

    `used` has the number of a span, that of a name, and what the span has let through; `carried` the number of a name
    and what was cut off, in fine units.
    """

    used: Mapping[int, Sequence[tuple[int, int, Fraction]]]
    carried: Mapping[int, Sequence[tuple[int, int]]]

    def denominator(self, payee: int) -> int:
        """A multiple of all denominators of a payee."""
        return lcm(*(value.denominator for _, _, value in self.used.get(payee, ())))


@attrs.frozen
class OpenedCap:
    """What a cap had come to for a name when computing began: let through in its span, in units of the rounding, and
    carried over, in fine units.
    """

    name: int
    used: Fraction
    carried: int


@attrs.frozen(kw_only=True, eq=False)
class Modifying:
    """A plan's modifiers, in their order, with what they look up.

    `denominators` has one for each modifier: that of its factors, 1 where it scales nothing; `growth` is what all of
    their factors can come to. `whole` is a multiple of the denominators of all limits and amounts in units of the
    rounding; `fine` says how many units of what kickers pay are one of these. By modifier: `limits` over `whole` for
    each kind of statement, `spans` (numbers of the spans that a cap runs over) for each pay period, `amounts` of
    kickers in fine units, `scores`. `by` gives, for each attribute, the number of each of its values among all `names`
    that tell limits apart (the last one where it is missing), in their order; the empty one is 0. `last` is the number
    of the last pay period. A `roster` says which statements there are, where that does not follow from the credits;
    `standing` what each cap had come to before, and `opened`, by cap, pay period and payee, what stands instead of that
    when one begins; no such amount is larger than `largest_opened` units of the rounding. With `keeps`, what caps come
    to is given back.
    """

    modifiers: tuple[Modifier, ...]
    base: ModifierBase
    level: RoundingLevel
    mode: RoundingMode
    denominators: tuple[int, ...]
    growth: float
    whole: int
    fine: int
    last: int
    observing: Mapping[str, Observing]
    limits: Mapping[str, Whole]
    spans: Mapping[str, Whole]
    amounts: Mapping[str, int]
    scores: Mapping[str, Scores]
    by: Mapping[str, Whole]
    names: tuple[str, ...]
    roster: Roster | None = None
    standing: Mapping[str, Standing] = attrs.field(factory=dict)
    keeps: bool = False
    opened: Mapping[str, Mapping[int, Mapping[int, Sequence[OpenedCap]]]] = attrs.field(factory=dict)
    largest_opened: float = 0.0

    @property
    def runs_on(self) -> bool:
        """Whether what a cap has let through runs on from one pay period to the next."""
        return any(isinstance(each, EarningsCap) and each.per in LONG for each in self.modifiers)

    @property
    def carries(self) -> bool:
        """Whether what a cap cuts off is earned anew, so that one pay period has to be done before the next."""
        carries = any(isinstance(each, EarningsCap) and each.excess is Excess.CARRIED for each in self.modifiers)
        return carries or bool(self.opened) or any(each.carried for each in self.standing.values())

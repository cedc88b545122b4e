"""Hypothesis strategies: plans of every kind, and credits that sit on a plan's own thresholds ± one unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from salesrules.commissions import Measure, OpeningMeasure, Plan, RateMode, RateTable
from salesrules.core import FiscalCalendar
from salesrules.quotas import Quota
from salesrules.testing.cases import PlanCase
from salesrules.testing.drawn_cases import draw_case
from salesrules.testing.drawn_credits import CreditDrawing
from salesrules.testing.drawn_tables import KINDS, draw_table
from salesrules.testing.literal_credits import PlainCredit

try:
    from hypothesis import strategies as st
except ImportError as error:
    raise ImportError("strategies need hypothesis; install it with: pip install 'salesrules[testing]'") from error

__all__ = ["credit_lists", "plan_cases", "rate_tables"]

T = TypeVar("T")
_CALENDAR = FiscalCalendar()
_MODES = tuple(RateMode)


class _DrawnChooser:
    """Lets Hypothesis make the choices, and make them smaller where a case fails."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return self._draw(st.integers(low, high))

    def pick(self, options: Sequence[T]) -> T:
        """One of several."""
        return self._draw(st.sampled_from(options))


@st.composite
def rate_tables(draw: st.DrawFn, kind: str, mode: RateMode | str | None = None, measure: str = "amount") -> RateTable:
    """Rate tables of one kind (`amount`, `attainment`, `fixed`, `per_unit`, `multiplier`, `grid`, `formula`).

    Without a mode, of any that the kind can have. Bounds are cents or hundredths of a quota, a few of them thirds; each
    table says which side owns them.

    >>> from hypothesis import find
    >>> find(rate_tables("fixed", "cumulative_fixed"), lambda table: True).mode.value
    'cumulative_fixed'
    """
    chooser = _DrawnChooser(draw)
    chosen = RateMode(mode) if mode else chooser.pick(KINDS[kind]) if KINDS[kind] else None
    return draw_table(chooser, kind, chosen, Measure(measure))


@st.composite
def plan_cases(
    draw: st.DrawFn, *, credits: int = 8, kinds: Sequence[str] = tuple(KINDS), modes: Sequence[RateMode] = _MODES
) -> PlanCase:
    """Plans with up to so many credits of one payee in 2020, and the quotas and openings that they need.

    Most credits bring a running measure onto one of the plan's bounds, or a cent below or above it; one in five is a
    return. `kinds` and `modes` say what tables to draw.

    >>> from hypothesis import given
    >>> @given(plan_cases(kinds=["amount"]))
    ... def check_our_system(case):
    ...     assert_agrees(our_system(case.plan, case.rows()), case)
    """
    return draw_case(_DrawnChooser(draw), credits=credits, kinds=kinds, modes=modes)


@st.composite
def credit_lists(
    draw: st.DrawFn,
    plan: Plan,
    *,
    pay_period: str,
    first: date = date(2020, 1, 1),
    most: int = 8,
    quotas: Sequence[Quota] = (),
    openings: Sequence[OpeningMeasure] = (),
    calendar: FiscalCalendar = _CALENDAR,
    share: Decimal = Decimal(1),
) -> list[PlainCredit]:
    """Credits of one payee for a plan of yours, in the year of a day and from that day on.

    Most bring a running measure onto one of the plan's bounds (times the quota where they are shares of it), or one
    unit beside it: one unit is the currency's least coin, or a piece. Attributes have the words and bounds that the
    plan looks for. `quotas` are the payee's, and fill the spans over which the plan accumulates.

    >>> from salesrules.testing import simple_plan
    >>> sold = credit_lists(simple_plan({0: "2%", 100: "4%"}), pay_period="quarter")
    """
    chooser = _DrawnChooser(draw)
    return CreditDrawing(chooser, plan, pay_period, calendar, quotas, openings, share).draw(first, most)

"""What is wrong with a policy beyond its single fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from salesrules.core import BandTable, Fault, Side
from salesrules.quotas.policy import QuotaPolicy, Ramp, Seasonality

__all__ = ["check_policy"]


def check_policy(policy: QuotaPolicy) -> tuple[Fault, ...]:
    """The faults of a policy across its fields, all at once, with paths inside the section.

    Two entries of a list with one id; a holder named twice in a ramp, or with two ramps in one month (counted in
    calendar months; `apply_ramps` holds them against the fiscal calendar); seasonalities that are in effect on one
    day for one measure; bands of pace or growth that leave low values without a verdict.

    >>> from datetime import date
    >>> from salesrules.core import DateRange, PolicyLife, Rounding
    >>> check_policy(
    ...     QuotaPolicy(
    ...         life=PolicyLife(status="draft", scope="all", owner="ops", effective=DateRange(date(2020, 1, 1))),
    ...         rounding=Rounding(digits=2, mode="half_up"),
    ...     )
    ... )
    ()
    """
    return (
        *_duplicate_ids("ramps", (ramp.id for ramp in policy.ramps)),
        *_duplicate_ids("seasonalities", (entry.id for entry in policy.seasonalities)),
        *_ramp_clashes(policy.ramps),
        *_season_overlaps(policy),
        *_open_bands(policy),
    )


def _duplicate_ids(field: str, ids: Iterable[str]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, id in enumerate(ids):
        first = seen.setdefault(id, index)
        if first != index:
            yield Fault(
                code="quotas.duplicate_id",
                path=f"{field}[{index}].id",
                problem=f"{field}[{first}] has the same id",
                remedy="give every entry an id of its own",
                value=id,
            )


def _months(ramp: Ramp) -> range:
    first = _month_number(ramp.starts)
    return range(first, first + len(ramp.shares))


def _month_number(day: date) -> int:
    return 12 * day.year + day.month - 1


def _ramp_clashes(ramps: tuple[Ramp, ...]) -> Iterator[Fault]:
    taken: dict[tuple[str, int], int] = {}
    for index, ramp in enumerate(ramps):
        named = set[str]()
        for place, holder in enumerate(ramp.holders):
            path = f"ramps[{index}].holders[{place}]"
            if holder in named:
                yield Fault(
                    code="quotas.duplicate_holder",
                    path=path,
                    problem="the ramp names this holder twice",
                    remedy="name each holder once",
                    value=holder,
                )
                continue
            named.add(holder)
            others = {taken.setdefault((holder, month), index) for month in _months(ramp)} - {index}
            for other in sorted(others):
                yield Fault(
                    code="quotas.ramps_overlap",
                    path=path,
                    problem=f"ramps[{other}] ({ramps[other].id}) ramps this holder in the same month",
                    remedy="keep each month of a holder in one ramp",
                    value=holder,
                )


def _season_overlaps(policy: QuotaPolicy) -> Iterator[Fault]:
    entries = policy.seasonalities
    for index, entry in enumerate(entries):
        for other in range(index):
            if _share_measures(entry, entries[other]) and entry.effective.overlaps(entries[other].effective):
                yield Fault(
                    code="quotas.seasonalities_overlap",
                    path=f"seasonalities[{index}].effective",
                    problem=f"seasonalities[{other}] ({entries[other].id}) is for the same measure on the same days",
                    remedy="end one of them before the other starts",
                    value=str(entry.effective),
                )


def _share_measures(one: Seasonality, other: Seasonality) -> bool:
    return not set(one.measures).isdisjoint(other.measures) or not (one.measures or other.measures)


def _open_bands(policy: QuotaPolicy) -> Iterator[Fault]:
    if policy.pace is not None:
        yield from _unjudged("pace.status", policy.pace.status, lowest=None)
    if policy.goals is not None:
        yield from _unjudged("goals.growth", policy.goals.growth, lowest=0)


def _unjudged(path: str, table: BandTable[Any], lowest: int | None) -> Iterator[Fault]:
    """The ends of a table that leave some value without a verdict; none lies below `lowest`."""
    start = table.bands[0].start
    if start is not None and (lowest is None or start > lowest or (table.bands[0].side or table.side) is Side.UPPER):
        yield Fault(
            code="quotas.band_not_open",
            path=f"{path}.bands[0].from",
            problem="values below the first band have no verdict",
            remedy="leave the start of the first band open",
            value=start,
        )
    if table.end is not None:
        yield Fault(
            code="quotas.band_not_open",
            path=f"{path}.bands[{len(table.bands) - 1}].to",
            problem="values above the last band have no verdict",
            remedy="leave the end of the last band open",
            value=table.end,
        )

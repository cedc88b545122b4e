"""Which rules credit which lines, and with what share: worked out once for all lines that are alike."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

import attrs
import numpy as np

from salesrules.commissions import DirectCredit, Filter, OverlayCredit, OverrideBase, OverrideCredit
from salesrules.core import Rate
from salesrules.frames.crediting.columns import Coded, Codes, Days, Whole

__all__ = ["Kinds", "Rule", "Sharing", "find_kinds", "share_out"]

Rule = DirectCredit | OverrideCredit | OverlayCredit

_EPOCH = date(1970, 1, 1)
_WHOLE, _NOTHING = Rate(1), Rate(0)
_DENSE = 10_000_000


@attrs.frozen(eq=False)
class Kinds:
    """Sales that are alike to all rules: the kind of each row (`None`: all of the first), and each kind's rules."""

    of_row: Codes | None
    rules: Sequence[tuple[int, ...]]


@attrs.frozen(eq=False)
class Sharing:
    """The share that each rule gives each line: by rule its number, the lines' classes, and a share per class.

    `of_line` are the classes of lines (`None`: all of the first); `shares[rule][class]` is `None` where a rule gives
    nothing.
    """

    of_line: Codes | None
    shares: Mapping[int, Sequence[Rate | None]]


def find_kinds(rules: Sequence[Rule], days: Days, attributes: Mapping[str, Coded]) -> Kinds:
    """Which rules apply to each sale: those in force on its day whose filters all let it through."""
    if not len(days):
        return Kinds(None, [()])
    pieces, in_force = _pieces(rules, days)
    patterns, passes = _patterns(rules, len(days), attributes)
    codes, present = _combined([(pieces, len(in_force)), (patterns, len(passes))], len(days))
    found = [
        tuple(rule for rule in in_force[code // len(passes)] if passes[code % len(passes)][rule])
        for code in present.tolist()
    ]
    return Kinds(codes, found)


def _pieces(rules: Sequence[Rule], days: Days) -> tuple[Codes | None, list[tuple[int, ...]]]:
    """The stretches of days in which the same rules are in force: the one of each row, and their rules."""
    first, last = int(days.min()), int(days.max())
    bounds = [bound for rule in rules for bound in (rule.effective.start, rule.effective.end) if bound is not None]
    numbers = sorted({(bound - _EPOCH).days for bound in bounds})
    cuts = [first, *(number for number in numbers if first < number <= last)]
    in_force = []
    for cut in cuts:
        day = _EPOCH + timedelta(days=cut)
        in_force.append(tuple(number for number, rule in enumerate(rules) if day in rule.effective))
    if len(cuts) == 1:
        return None, in_force
    table = np.searchsorted(np.array(cuts), np.arange(first, last + 1), side="right").astype(np.int32) - 1
    return table[days - first], in_force


def _patterns(
    rules: Sequence[Rule], rows: int, attributes: Mapping[str, Coded]
) -> tuple[Codes | None, list[tuple[bool, ...]]]:
    """Rows whose attributes are alike to the filters, and which rules' filters let them through."""
    filters = list(dict.fromkeys(filter_ for rule in rules for filter_ in rule.filters))
    if not filters:
        return None, [(True,) * len(rules)]
    verdicts: list[tuple[Codes, int]] = []
    let_through: list[list[tuple[bool, ...]]] = []
    for name in dict.fromkeys(filter_.attribute for filter_ in filters):
        asked = [filter_ for filter_ in filters if filter_.attribute == name]
        column = attributes[name]
        each = [tuple(passes(filter_, value) for filter_ in asked) for value in (*column.values, None)]
        number = {verdict: place for place, verdict in enumerate(dict.fromkeys(each))}
        table = np.array([number[verdict] for verdict in each], dtype=np.int32)
        verdicts.append((table[column.codes], len(number)))
        let_through.append([*number])
    codes, present = _combined(verdicts, rows)
    order = [
        filter_
        for name in dict.fromkeys(f.attribute for f in filters)
        for filter_ in filters
        if filter_.attribute == name
    ]
    found = []
    for code in present.tolist():
        places = []
        for known in reversed(let_through):
            code, place = divmod(code, len(known))
            places.append(known[place])
        by_filter = dict(zip(order, itertools.chain(*reversed(places)), strict=True))
        found.append(tuple(all(by_filter[filter_] for filter_ in rule.filters) for rule in rules))
    return codes, found


def passes(filter_: Filter, value: str | None) -> bool:
    """Whether a filter lets a value of its attribute through; `None` is a transaction without one."""
    return (not filter_.one_of or value in filter_.one_of) and value not in filter_.none_of


def _combined(columns: Sequence[tuple[Codes | None, int]], rows: int) -> tuple[Codes | None, Whole]:
    """Rows by several codes at once: their places among the combinations that are there, and these."""
    if all(codes is None for codes, _ in columns):
        return None, np.zeros(1, dtype=np.int64)
    combined = np.zeros(rows, dtype=np.int64)
    domain = 1
    for codes, size in columns:
        domain *= size
        if size > 1:
            combined *= size
            combined += 0 if codes is None else codes
    if domain > _DENSE:
        present, places = np.unique(combined, return_inverse=True)
        return places.astype(np.int32), present
    present = np.flatnonzero(np.bincount(combined, minlength=domain))
    if len(present) == 1:
        return None, present
    number = np.zeros(domain, dtype=np.int32)
    number[present] = np.arange(len(present))
    return number[combined], present


def share_out(
    rules: Sequence[Rule], kinds: Kinds, kind_of_line: Codes | None, depth: Codes | None, levels: int, lines: int
) -> Sharing:
    """The share that each rule gives each line; `depth` says how many of the `levels` of managers the seller has."""
    codes, present = _combined([(kind_of_line, len(kinds.rules)), (depth, levels + 1)], lines)
    shares: dict[int, list[Rate | None]] = {number: [None] * len(present) for number in range(len(rules))}
    for place, code in enumerate(present.tolist() if lines else []):
        kind, managers = divmod(code, levels + 1)
        for number, share in _line(rules, kinds.rules[kind], managers):
            shares[number][place] = share
    return Sharing(codes, {number: given for number, given in shares.items() if any(given)})


def _line(rules: Sequence[Rule], applying: Sequence[int], managers: int) -> Iterator[tuple[int, Rate]]:
    """What the rules that apply give the seller and the managers above; each may be left a share of what is left."""
    below = _NOTHING
    overrides: list[tuple[int, OverrideCredit]] = []
    for number in applying:
        rule = rules[number]
        if isinstance(rule, DirectCredit):
            below += rule.share
            yield number, rule.share
        elif isinstance(rule, OverrideCredit):
            overrides.append((number, rule))
        else:
            yield number, rule.share
    for number, override in sorted(overrides, key=lambda each: each[1].level):
        if override.level > managers:
            continue
        share = override.share
        if override.base is OverrideBase.REMAINING:
            share = share.times(max(_WHOLE - below, _NOTHING))
        below += share
        yield number, share

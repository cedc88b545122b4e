"""Who is credited by which rule, with what share: lines, overlays, and what one rule gives one payee along splits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import attrs
import numpy as np

from salesrules.commissions import DIRECT, DirectCredit, OverlayCredit, OverrideCredit, override_role
from salesrules.core import Rate
from salesrules.frames.crediting.chains import Chains
from salesrules.frames.crediting.columns import Codes, Places, Whole
from salesrules.frames.crediting.people import People
from salesrules.frames.crediting.sharing import Kinds, Rule, Sharing
from salesrules.frames.crediting.splits import Lines, digits_of

__all__ = ["Receivers", "find_clashes", "find_receivers", "role_of", "share_digits"]


@attrs.frozen(eq=False)
class Receivers:
    """Those whom a rule credits: the transactions' rows (`None`: each its own), payees, and shares over 10^digits."""

    rule: Rule
    rows: Places | None
    payee: Codes
    shares: Whole | int


def role_of(rule: Rule) -> str:
    """The role in which a rule credits."""
    if isinstance(rule, DirectCredit):
        return DIRECT
    return override_role(rule.level) if isinstance(rule, OverrideCredit) else rule.role


def share_digits(sharing: Sharing, lines: Lines) -> int:
    """How many digits after the point the shares need."""
    given = {share.value for shares in sharing.shares.values() for share in shares if share is not None}
    return digits_of(list(given)) + lines.digits


def find_receivers(
    rules: Sequence[Rule],
    sharing: Sharing,
    lines: Lines,
    kinds: Kinds,
    chains: Chains,
    places: Places | None,
    people: People,
    digits: int,
    transactions: int,
) -> Iterator[Receivers]:
    """The receivers of each rule in turn; `places` are those of lines in `chains`."""
    for number, shares in sharing.shares.items():
        rule = rules[number]
        if isinstance(rule, OverlayCredit):
            yield from _overlay(number, rule, kinds, people, digits, transactions)
            continue
        table = np.array([_units(share, digits - lines.digits) for share in shares], dtype=np.int64)
        kept: Places | None = None
        each: Whole | int
        if sharing.of_line is None or (table == table[0]).all():
            each = int(table[0])
        else:
            each = table[sharing.of_line]
            if (table < 0).any():
                kept = np.flatnonzero(each >= 0)
                each = each[kept]
                present = table[table >= 0]
                each = int(present[0]) if (present == present[0]).all() else each
        if isinstance(rule, DirectCredit):
            payee = lines.seller if kept is None else lines.seller[kept]
        else:
            assert places is not None
            payee = chains.above[rule.level - 1][places if kept is None else places[kept]]
        rows = kept if lines.rows is None else lines.rows if kept is None else lines.rows[kept]
        if lines.shares is not None:
            each = (lines.shares if kept is None else lines.shares[kept]) * each
        found = Receivers(rule, rows, payee, each)
        yield found if lines.several is None else _merged(found)


def _units(share: Rate | None, digits: int) -> int:
    return -1 if share is None else int(Fraction(share.value) * 10**digits)


def _overlay(
    number: int, rule: OverlayCredit, kinds: Kinds, people: People, digits: int, transactions: int
) -> Iterator[Receivers]:
    applies = np.array([number in applying for applying in kinds.rules])
    rows = None if applies.all() or kinds.of_row is None else np.flatnonzero(applies[kinds.of_row])
    count = transactions if rows is None else len(rows)
    for code in people.holding(rule.payees, rule.positions).tolist():
        yield Receivers(rule, rows, np.full(count, code, dtype=np.int32), _units(rule.share, digits))


def _merged(found: Receivers) -> Receivers:
    """What a rule gives one payee along several splits of a transaction as one credit."""
    assert found.rows is not None
    assert not isinstance(found.shares, int)
    order = np.lexsort((found.payee, found.rows))
    rows, payee = found.rows[order], found.payee[order]
    begins = np.ones(len(rows), dtype=np.bool_)
    begins[1:] = (rows[1:] != rows[:-1]) | (payee[1:] != payee[:-1])
    if begins.all():
        return found
    starts = np.flatnonzero(begins)
    return Receivers(found.rule, rows[starts], payee[starts], np.add.reduceat(found.shares[order], starts))


def find_clashes(rules: Sequence[Rule], sharing: Sharing, people: People) -> dict[int, tuple[str, str]]:
    """The classes of lines of which two rules credit one payee in one role, with the rules' ids."""
    overlays = {
        number: frozenset(people.holding(rule.payees, rule.positions).tolist())
        for number in sharing.shares
        if isinstance(rule := rules[number], OverlayCredit)
    }
    found: dict[int, tuple[str, str]] = {}
    numbers = [*sharing.shares]
    for place, number in enumerate(numbers):
        for other in numbers[:place]:
            if role_of(rules[number]) != role_of(rules[other]):
                continue
            if number in overlays and other in overlays and not overlays[number] & overlays[other]:
                continue
            both = zip(sharing.shares[number], sharing.shares[other], strict=True)
            for place_of_class, (share, others) in enumerate(both):
                if share is not None and others is not None:
                    found.setdefault(place_of_class, (rules[other].id, rules[number].id))
    return found

"""Crowds that expressions take, some of them large, and the lines on which an engine differs from the kernel."""

from __future__ import annotations

from functools import cache

from crowds import credits_of, draw_crowds, enlarged, quotas_of

from salesrules.core import InvalidDocument
from salesrules.frames import calculate, find_refusals

KINDS = ("amount", "attainment", "fixed", "per_unit", "multiplier")
#: Each third plan has so many times the people: enough rows for two engines, and the others for plans alone.
TIMES = 85


@cache
def cases(plans=40):
    """Crowds that the engine takes, with their frames, and what paper pays the first of each enlarged crowd."""
    found = []
    for crowd in draw_crowds(23, plans=plans, people=6, credits=36, kinds=KINDS):
        if find_refusals(crowd.case.plan, target="expressions"):
            continue
        times = 4 if len(found) % 3 else TIMES
        credits, quotas = enlarged(credits_of(crowd), times), enlarged(quotas_of(crowd), times)
        options = {"pay_period": crowd.case.pay_period, "calendar": crowd.case.calendar}
        try:
            paid = calculate(crowd.case.plan, credits, quotas=quotas, **options)
        except InvalidDocument:
            continue  # yen with cents, or numbers beyond 64 bits: whether the rest suffices is asserted below
        found.append((crowd, credits, quotas, options, paid))
    return found


def in_order(table, *keys):
    """A table whatever the order of its rows."""
    return table.sort_by([(key, "ascending") for key in keys]).combine_chunks()


def differences(run, cases):
    """The lines on which an engine differs from the kernel, of those that it does not refuse; and how many agree."""
    found, same = [], 0
    for crowd, credits, quotas, options, paid in cases:
        try:
            lines, statements = run(crowd.case.plan, credits, quotas, **options)
        except InvalidDocument as error:
            if {fault.code for fault in error.faults} != {"frames.out_of_range"}:
                raise
            continue
        for given, wanted, keys in (
            (lines, paid.credits, ("payee", "id")),
            (statements, paid.statements, ("payee", "period")),
        ):
            assert given.column_names == wanted.column_names
            given, wanted = in_order(given, *keys), in_order(wanted, *keys)
            for name in given.column_names:
                one, other = given[name].cast(wanted[name].type), wanted[name]
                if not one.equals(other):
                    found += [(name, *pair) for pair in zip(one, other, strict=True) if pair[0] != pair[1]]
        same += len(lines)
    return found, same

"""What must be true of appraisal scores, pay events and amounts that stand open, before anybody is paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from salesrules.commissions.model import AppraisalScore, CommissionFacts
from salesrules.commissions.policy import CommissionPolicy, Holdback
from salesrules.commissions.reasons import EVENT_WITHOUT_RULE
from salesrules.core import Fault, FiscalCalendar, Period, PeriodKind, Reason, nearest_names

__all__ = ["check_open_days", "check_pay_facts", "report_idle_events"]


def check_pay_facts(facts: CommissionFacts) -> Iterator[Fault]:
    """Faults of scores, events, holds and uses: unknown payees and transactions, two scores of one day."""
    for name in ("appraisal_scores", "pay_events", "opening_holds", "opening_uses"):
        for index, fact in enumerate(getattr(facts, name)):
            if fact.payee not in facts.payees:
                problem = "nobody with this id is among the people"
                yield _fault("unknown_payee", f"{name}[{index}].payee", problem, "add the person", fact.payee)
    seen: list[AppraisalScore] = []
    for index, score in enumerate(facts.appraisal_scores):
        for other in seen:
            if (score.payee, score.subject) == (other.payee, other.subject) and score.span.overlaps(other.span):
                problem, remedy = f"another score holds over {other.span}", "let one end where the other starts"
                yield _fault("overlapping_scores", f"appraisal_scores[{index}].span", problem, remedy, str(score.span))
        seen.append(score)
    days = {transaction.id: transaction.day for transaction in facts.transactions}
    opened = {hold.transaction for hold in facts.opening_holds}
    for index, event in enumerate(facts.pay_events):
        place = f"pay_events[{index}]"
        if event.transaction and event.transaction not in days.keys() | opened:
            near = nearest_names(event.transaction, [*days, *filter(None, opened)])
            remedy = f"correct it, or did you mean {near[0]!r}?" if near else "correct it"
            problem = "no transaction has this id"
            yield _fault("unknown_transaction", f"{place}.transaction", problem, remedy, event.transaction)
        elif event.day < days.get(event.transaction, event.day):
            problem = f"an event cannot precede its sale of {days[event.transaction]}"
            yield _fault("early_event", f"{place}.day", problem, "correct the date", str(event.day))
    for index, hold in enumerate(facts.opening_holds):
        if hold.amount.amount < 0:
            place = f"opening_holds[{index}].amount"
            yield _fault("negative", place, "it is below zero", "correct it", str(hold.amount))


def check_open_days(facts: CommissionFacts, kind: PeriodKind, calendar: FiscalCalendar) -> Iterator[Fault]:
    """A fault for each open hold or use whose day does not begin a pay period, since it would open none."""
    for name in ("opening_holds", "opening_uses"):
        for index, opening in enumerate(getattr(facts, name)):
            start = calendar.at(kind, opening.day).start
            if start != opening.day:
                problem = f"a balance is opened on the first day of a {kind.value}"
                yield _fault(
                    "opening_day", f"{name}[{index}].day", problem, f"give such a day, as {start}", opening.day
                )


def report_idle_events(facts: CommissionFacts, policy: CommissionPolicy, period: Period) -> Iterator[Reason]:
    """A warning for each kind of event of a period by which no plan takes anything back or releases anything."""
    known = {event for plan in policy.plans for claw in plan.clawbacks for event in claw.events}
    known |= {payout.on_event for plan in policy.plans for payout in plan.payouts if isinstance(payout, Holdback)}
    idle = Counter(event.event for event in facts.pay_events if event.event not in known and event.day in period.span)
    for event, count in idle.items():
        yield EVENT_WITHOUT_RULE(event=event, events=count, period=period.label)


def _fault(code: str, path: str, problem: str, remedy: str, value: object) -> Fault:
    name = f"commissions.{code}"
    return Fault(code=name, path=path, problem=problem, remedy=remedy, value=str(value))

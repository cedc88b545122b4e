"""One payee's quotas as tables by attainment ask for them; what is missing or does not fit is a fault."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from salesrules.core import DateRange, Fault, FiscalCalendar, InvalidDocument, as_decimal
from salesrules.quotas import CountsWorkingDays, HeldQuota, Quota, QuotaPolicy, calculate_quota

__all__ = ["HeldQuotas"]


class HeldQuotas:
    """Answers for one payee, each span worked out once; `faults` collects what is wrong."""

    def __init__(
        self,
        payee: str,
        quotas: Sequence[Quota],
        policy: QuotaPolicy,
        calendar: FiscalCalendar,
        working_time: CountsWorkingDays | None,
    ) -> None:
        self._payee = payee
        self._quotas = quotas
        self._policy = policy
        self._calendar = calendar
        self._working_time = working_time
        self._found: dict[tuple[str, DateRange, str, str], Decimal] = {}
        self.faults: list[Fault] = []

    def has(self, measure: str, span: DateRange) -> bool:
        """Whether the payee has a quota above zero for the whole of a span."""
        try:
            return bool(self._calculate(measure, span).amount)
        except InvalidDocument:
            return False

    def over(self, measure: str, span: DateRange, unit: str, currency: str) -> Decimal:
        """The quota over a span, for a component that measures in `unit` (empty where it counts) under a plan in
        `currency`.

        A quota that is missing, zero or in a unit that cannot be compared is a fault, and one stands in for it so that
        all faults are found.
        """
        key = (measure, span, unit, currency)
        if key not in self._found:
            self._found[key] = self._checked(measure, span, unit, currency) or Decimal(1)
        return self._found[key]

    def _checked(self, measure: str, span: DateRange, unit: str, currency: str) -> Decimal | None:
        try:
            held = self._calculate(measure, span)
        except InvalidDocument as error:
            self.faults += error.faults
            return None
        if not held.amount:
            self._fault("zero_quota", f"the quota over {span} is zero", "give one above zero", "0")
            return None
        if held.unit != currency if unit else held.unit == currency:
            wanted = f"money in {unit}" if unit else "what is counted, not money"
            remedy = "state it in what the component measures, or name another quota_measure"
            self._fault("quota_unit", f"the quota over {span} is compared with {wanted}", remedy, held.unit)
            return None
        return as_decimal(held.amount)

    def _calculate(self, measure: str, span: DateRange) -> HeldQuota:
        return calculate_quota(
            self._payee,
            span,
            self._quotas,
            self._policy,
            self._calendar,
            measure=measure,
            working_time=self._working_time,
        )

    def _fault(self, code: str, problem: str, remedy: str, value: str) -> None:
        path = f"payees[{self._payee}]"
        self.faults.append(Fault(code=f"commissions.{code}", path=path, problem=problem, remedy=remedy, value=value))

"""What a run in bulk gives, and how any of its credits is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from salesrules.core import InvalidValue, Reason
from salesrules.frames.job import BulkJob

if TYPE_CHECKING:
    from salesrules.frames.explaining import BulkExplanation
    from salesrules.frames.policies import PolicyJob

__all__ = ["BulkResult"]


@attrs.frozen(kw_only=True, eq=False)
class BulkResult:
    """Two frames of the kind that came in: what each credit pays, in the given order, and a statement per payee.

    `credits` has `id`, `payee`, `day`, `role`, `period`, `commission` and, for a plan of several components, one
    column `commission:ID` for each; `statements` has `payee`, `period`, `credits` (how many) and `commission`. Pay is
    decimal, in the plan's currency. `findings` are what a policy has to tell. `job` and `given` are
    what it was calculated from.

    Where the plan has modifiers, what they change of a line stands with its credit. What they pay beside the lines
    (amounts of kickers, lifts to floors per period, what caps carried over) is in `adjustments` of the statement, and
    in its `commission`; statements run without a gap from each payee's first credited pay period to the last of all, in
    a policy through all periods in which an assignment holds.

    Where plans have payouts or clawbacks, `credits` has the `sale` of each, and `payout:ID` with what each payout pays
    (`payout:` what none of them does), in a policy also whether a return `takes_back` what its sale was paid, and
    `statements` has `adjustments:PLAN`: all that `settle_in_bulk` needs.
    """

    credits: Any
    statements: Any
    findings: tuple[Reason, ...] = ()
    job: BulkJob | PolicyJob | None = attrs.field(default=None, repr=False)
    given: Any = attrs.field(default=None, repr=False)

    def explain(self, credit_id: str | int, payee: str | int | None = None) -> BulkExplanation:
        """How the scalar rules come to what a credit pays, worked out again from all credits of its payee.

        `payee` says whose credit it is where several share a deal. Raises `InvalidValue` where there is no such credit
        or several payees have it, and `BulkDisagreement` where the scalar rules pay something else.

        >>> import pyarrow as pa
        >>> from datetime import date
        >>> from salesrules.testing import simple_plan
        >>> sold = pa.table({"id": ["a", "b"], "payee": ["ana", "ana"], "day": [date(2020, 1, 1), date(2020, 1, 2)],
        ...                  "amount": [8000, 8000]})
        >>> from salesrules.frames import calculate
        >>> result = calculate(simple_plan({0: "2%", 100: "4%"}), sold, pay_period="quarter")
        >>> explanation = result.explain("b")
        >>> str(explanation.amount), [str(piece.measure) for piece in explanation.lines[0].pieces]
        ('2.80', ['20.00', '60.00'])
        """
        from salesrules.frames.explaining import explain_credit

        if not isinstance(self.job, BulkJob) or self.given is None:
            remedy = "explain what `calculate` gave for a plan; for a policy ask calculate_commissions with its facts"
            raise InvalidValue("result", type(self.job).__name__, remedy)
        return explain_credit(self.job, self.given, self.credits, credit_id, payee)

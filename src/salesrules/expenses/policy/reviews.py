"""What a firm sets about reviews: who looks at a claim, in which order, and how it is paid; all of it data."""

from __future__ import annotations

import attrs

from salesrules.core import (
    DeadlineKind,
    InvalidValue,
    Money,
    Side,
    WordEnum,
    as_tuple,
    is_named,
)

__all__ = ["PaymentStep", "Refusal", "ReviewPolicy", "ReviewStep"]


class Refusal(WordEnum):
    """What becomes of a claim that a reviewer rejects.

    `FINAL`: it is closed. `ACKNOWLEDGED`: it goes back to the claimant, who takes note of it and either gives up or
    submits it anew.
    """

    FINAL = "final"
    ACKNOWLEDGED = "acknowledged"


@attrs.frozen(kw_only=True)
class ReviewStep:
    """One review: the `role` that approves, returns or rejects, with one of the coded `reasons`.

    An `is_optional` step may be left out; one with `from_amount` only for claims below it: `side` says whether a claim
    of exactly that amount needs the step (`LOWER`) or not (`UPPER`). Where `may_sanction`, the reviewer may allow less
    than was claimed. `hours` is the time to decide, working or elapsed as `hours_kind` says; `hours_side` owns its end.
    """

    id: str = attrs.field(validator=is_named)
    role: str = attrs.field(validator=is_named)
    reasons: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    is_optional: bool = False
    from_amount: Money | None = None
    side: Side = attrs.field(default=Side.LOWER, converter=Side)
    may_sanction: bool = True
    hours: int | None = None
    hours_kind: DeadlineKind = attrs.field(default=DeadlineKind.ELAPSED, converter=DeadlineKind)
    hours_side: Side = attrs.field(default=Side.LOWER, converter=Side)

    def __attrs_post_init__(self) -> None:
        if self.hours is not None and self.hours < 1:
            raise InvalidValue("hours", self.hours, "give at least one hour, or nothing for no limit")

    @property
    def may_be_skipped(self) -> bool:
        """Whether some claim can pass without it."""
        return self.is_optional or self.from_amount is not None

    def is_needed(self, amount: Money) -> bool:
        """Whether a claim of an amount needs it."""
        if self.from_amount is None:
            return not self.is_optional
        return amount >= self.from_amount if self.side is Side.LOWER else amount > self.from_amount


@attrs.frozen(kw_only=True)
class PaymentStep:
    """One step of paying an approved claim: its `id` is the command, `role` whose it is (`None`: the system's)."""

    id: str = attrs.field(validator=is_named)
    role: str | None = "cashier"


@attrs.frozen(kw_only=True)
class ReviewPolicy:
    """The reviews of a claim in their order, and the payment.

    `distinct` says that no two reviews of one round are by the same person; whoever claims never reviews nor pays.
    """

    id: str = attrs.field(default="reviews", validator=is_named)
    steps: tuple[ReviewStep, ...] = attrs.field(converter=as_tuple)
    payment: tuple[PaymentStep, ...] = attrs.field(default=(PaymentStep(id="pay"),), converter=as_tuple)
    distinct: bool = True
    refusal: Refusal = attrs.field(default=Refusal.FINAL, converter=Refusal)

    def __attrs_post_init__(self) -> None:
        if not self.steps:
            raise InvalidValue("steps", self.steps, "give at least one review step")
        if not self.payment:
            raise InvalidValue("payment", self.payment, "give at least one step of payment")

    def step(self, id: str) -> ReviewStep | None:
        """The step of that id, `None` where there is none."""
        return next((step for step in self.steps if step.id == id), None)

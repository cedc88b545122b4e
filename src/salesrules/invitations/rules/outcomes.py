"""What an event brought, against what it should; why guests refused; what a campaign brought above its baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction

from salesrules.analytics import Ranking, RankTies, rank
from salesrules.core import (
    CurrencyMismatch,
    Decision,
    InvalidValue,
    Money,
    PolicyReference,
    Reason,
    ReasonCode,
    is_before,
    total,
)
from salesrules.invitations import reasons as codes
from salesrules.invitations.model import CampaignEffect, Event, EventOutcome, Invitation, SalesSpan
from salesrules.invitations.policy import ConversionCount, InvitationPolicy, RatioThreshold
from salesrules.invitations.rules.life import decide_by

__all__ = ["calculate_effect", "calculate_outcome", "check_effect", "check_outcome", "rank_refusals"]


def calculate_outcome(
    event: Event, invitations: Iterable[Invitation], policy: InvitationPolicy, *, sales: Money, cost: Money
) -> EventOutcome:
    """What an event brought, by the lives of its invitations; each invitation is one guest, whatever its seats.

    Contacted are those whom a contact or a walk-in reached, on-site those who signed before the event's end. Raises
    `CurrencyMismatch` where sales and cost are in two currencies, `InvalidValue` where either is negative.
    """
    if sales.currency != cost.currency:
        raise CurrencyMismatch(sales.currency, cost.currency)
    for name, amount in (("sales", sales), ("cost", cost)):
        if amount.amount < 0:
            raise InvalidValue(name, amount, "give zero or more")
    own = [invitation for invitation in invitations if invitation.event == event.id]
    return EventOutcome(
        event=event.id,
        invited=len(own),
        contacted=_count(own, "contact", "walk_in"),
        accepted=_count(own, "accept", "walk_in"),
        attended=_count(own, "check_in", "walk_in"),
        signed_on_site=sum(_signed_on_site(invitation, event) for invitation in own),
        deals=_count(own, "sign"),
        sales=sales,
        cost=cost,
        counts_attended=policy.outcome_rules.conversion_counts is ConversionCount.ATTENDED,
    )


def _count(invitations: Iterable[Invitation], *commands: str) -> int:
    return sum(invitation.last(*commands) is not None for invitation in invitations)


def _signed_on_site(invitation: Invitation, event: Event) -> bool:
    signed = invitation.last("sign")
    return signed is not None and is_before(signed, event.ends_at)


def check_outcome(outcome: EventOutcome, policy: InvitationPolicy, as_of: date) -> Decision:
    """Whether an event brought what it should; warns of each measure that it missed.

    A measure without a base (nobody contacted, nobody came, nothing sold) is missed where the base is what was to be
    reached, and says nothing where no cost was made.
    """
    return decide_by(policy, as_of, _outcome_findings(outcome, policy))


def _outcome_findings(outcome: EventOutcome, policy: InvitationPolicy) -> Iterator[Reason]:
    rule = policy.outcome_rules

    def found(code: ReasonCode, ratio: Fraction | None, threshold: RatioThreshold, field: str) -> Reason:
        entry = PolicyReference("OutcomePolicy", rule.id, field)
        path = f"outcome.{field}"
        return code(event=outcome.event, ratio=ratio, threshold=threshold.rate, path=path, policy=entry)

    conversion, signing, share = outcome.conversion, outcome.signing, outcome.cost_share
    if conversion is None or not rule.conversion.is_reached_by(conversion):
        yield found(codes.CONVERSION_LOW, conversion, rule.conversion, "conversion")
    if signing is None or not rule.signing.is_reached_by(signing):
        yield found(codes.SIGNING_LOW, signing, rule.signing, "signing")
    if outcome.cost.amount and (share is None or rule.cost_share.is_reached_by(share)):
        yield found(codes.COST_SHARE_HIGH, share, rule.cost_share, "cost_share")


def rank_refusals(invitations: Iterable[Invitation]) -> Ranking:
    """Why guests declined or cancelled, the most frequent reason first; equal counts share a rank.

    Each invitation counts once, by its last refusal; a refusal without a code counts under `uncoded`.
    """
    counts: Counter[str] = Counter()
    for invitation in invitations:
        refusals = [passed for passed in invitation.case.history if passed.command in ("decline", "cancel")]
        if refusals:
            counts[refusals[-1].reason or "uncoded"] += 1
    return rank(counts, ties=RankTies.COMPETITION)


def calculate_effect(
    campaign: str,
    during: SalesSpan,
    baseline: Sequence[SalesSpan],
    policy: InvitationPolicy,
    *,
    cost: Money,
    after: SalesSpan | None = None,
) -> CampaignEffect:
    """What a campaign, exhibition, display or advertising brought above its baseline.

    The baseline is the daily mean of comparable spans that neither meet one another nor the campaign. `after` are the
    days that follow, whose lower sales show what was only bought earlier.

    Raises `InvalidValue` without a baseline, for spans that meet, and for a negative cost; `CurrencyMismatch`.
    """
    if not baseline:
        raise InvalidValue("baseline", baseline, "give at least one comparable span")
    watched = (during,) if after is None else (during, after)
    spans = [*watched, *baseline]
    for index, part in enumerate(spans):
        for other in spans[:index]:
            if part.span.overlaps(other.span):
                raise InvalidValue("baseline", str(part.span), f"it meets {other.span}; each day counts once")
    if cost.amount < 0:
        raise InvalidValue("cost", cost, "a cost is zero or more")
    total([cost, *(part.amount for part in spans)])  # refuses a mixture of currencies
    return CampaignEffect(
        campaign=campaign,
        currency=cost.currency,
        baseline_sales=total([part.amount for part in baseline]).amount,
        baseline_days=sum(part.span.days for part in baseline),
        watched=watched,
        cost=cost.amount,
        margin=policy.effect_rules.margin.value,
    )


def check_effect(effect: CampaignEffect, policy: InvitationPolicy, as_of: date) -> Decision:
    """Whether a campaign brought what it should; warns of a lift or a profit below the policy's, or without a base."""
    rule = policy.effect_rules
    measures = (
        (codes.EFFECT_LOW, effect.ratio, rule.lift, "lift"),
        (codes.RETURN_LOW, effect.profit_ratio, rule.profit, "profit"),
    )
    findings = [
        code(
            campaign=effect.campaign,
            ratio=ratio,
            threshold=threshold.rate,
            path=f"effect.{field}",
            policy=PolicyReference("EffectPolicy", rule.id, field),
        )
        for code, ratio, threshold, field in measures
        if (field == "lift" or effect.cost) and (ratio is None or not threshold.is_reached_by(ratio))
    ]
    return decide_by(policy, as_of, findings)

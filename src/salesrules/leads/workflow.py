"""The life of a lead, made from a handling scheme: stages with owners, and hand-offs that the next function accepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from salesrules.core import (
    Deadline,
    DeadlineKind,
    Decision,
    Guard,
    Outcome,
    StateKind,
    TimeCount,
    TimeLimit,
    Transition,
    WorkflowState,
    WorkflowTable,
    decide,
)
from salesrules.leads import reasons as codes
from salesrules.leads.model import LeadFacts
from salesrules.leads.policy import LEAD_ENDS, HandlingScheme, LeadPolicy, LeadStage, OnDeadline, default_scheme
from salesrules.leads.rules import check_holding, decide_by, find_unmet_conditions

__all__ = ["WORKFLOWS", "build_lead_workflow", "offer_of"]


def offer_of(giver: str, receiver: str) -> str:
    """The state of a lead that one stage's owner has offered to the next stage's, and that waits to be accepted.

    >>> offer_of("captured", "assigned")
    'captured_to_assigned'
    """
    return f"{giver}_to_{receiver}"


def build_lead_workflow(scheme: HandlingScheme | None = None) -> WorkflowTable:
    """The life of a lead by a scheme; without one, by the usual stages without deadlines, conditions and codes.

    Roles are the functions that own stages, and `manager`, who recycles. Where the next stage is another function's,
    its command leads to an offer (`captured_to_assigned`) that this function accepts or refuses with a code, and that
    the giver may revise. Before `won`, a lead can be lost or disqualified by the owner of its stage, recycled by a
    manager, and recalled to the pool where `check_holding` says so; a recycled lead is claimed and goes on. Guards
    take `LeadFacts`, the whole `LeadPolicy` and an instant. Raises `InvalidValue` where the scheme names a stage that
    it does not have.

    >>> build_lead_workflow().commands_in("captured_to_assigned")
    ('accept', 'refuse', 'revise', 'lose', 'disqualify', 'recycle', 'recall')
    """
    scheme = scheme or default_scheme()
    for name in (scheme.won, scheme.restart):
        scheme.owner_of(name)
    edges = [(source, stage) for index, stage in enumerate(scheme.stages) for source in scheme.sources_of(index)]
    offers = [(source, stage) for source, stage in edges if scheme.owner_of(source) != stage.owner]
    return WorkflowTable(
        id="lead",
        states=[
            *_stage_states(scheme),
            *(
                WorkflowState(
                    id=offer_of(source, stage.id), kind=StateKind.PENDING, deadline=_deadline(scheme.hand_off.limit)
                )
                for source, stage in offers
            ),
            *(
                WorkflowState(id=end, kind=StateKind.NORMAL if end == "recycled" else StateKind.FINAL)
                for end in LEAD_ENDS
            ),
        ],
        transitions=[*_stage_moves(scheme), *_offer_moves(scheme, offers), *_ending_moves(scheme, offers)],
    )


#: The workflows of this room by name, each built as it is without a policy.
WORKFLOWS: Mapping[str, Callable[[], WorkflowTable]] = MappingProxyType({"lead": build_lead_workflow})


def _stage_states(scheme: HandlingScheme) -> Iterator[WorkflowState]:
    last = len(scheme.stages) - 1
    for index, stage in enumerate(scheme.stages):
        kind = StateKind.INITIAL if index == 0 else StateKind.FINAL if index == last else StateKind.NORMAL
        fires = "lapse" if stage.on_deadline is OnDeadline.RECYCLE else None
        yield WorkflowState(id=stage.id, kind=kind, deadline=_deadline(stage.deadline, fires))


def _deadline(limit: TimeLimit | None, fires: str | None = None) -> Deadline | None:
    if limit is None:
        return None
    kind = DeadlineKind.WORKING if limit.counted is TimeCount.WORKING else DeadlineKind.ELAPSED
    return Deadline(after=limit.duration, kind=kind, side=limit.side, fires=fires)


def _stage_moves(scheme: HandlingScheme) -> Iterator[Transition]:
    """The command into each stage, from each function's stages by that function, directly or as an offer."""
    for index, stage in enumerate(scheme.stages):
        guard = _entry_guard(stage) if stage.conditions else None
        own = [source for source in scheme.sources_of(index) if scheme.owner_of(source) == stage.owner]
        if own:
            yield Transition(sources=own, command=stage.command, target=stage.id, role=stage.owner, guard=guard)
        for source in scheme.sources_of(index):
            if source not in own:
                offer = offer_of(source, stage.id)
                role = scheme.owner_of(source)
                yield Transition(sources=[source], command=stage.command, target=offer, role=role, guard=guard)
    restart = next(stage for stage in scheme.stages if stage.id == scheme.restart)
    yield Transition(sources=["recycled"], command="claim", target=restart.id, role=restart.owner)


def _offer_moves(scheme: HandlingScheme, offers: list[tuple[str, LeadStage]]) -> Iterator[Transition]:
    for source, stage in offers:
        offer = offer_of(source, stage.id)
        refusals = scheme.hand_off.refusals
        yield Transition(sources=[offer], command="accept", target=stage.id, role=stage.owner)
        yield Transition(sources=[offer], command="refuse", target=source, role=stage.owner, reasons=refusals)
        yield Transition(sources=[offer], command="revise", target=source, role=scheme.owner_of(source))


def _ending_moves(scheme: HandlingScheme, offers: list[tuple[str, LeadStage]]) -> Iterator[Transition]:
    """How a lead ends otherwise before it is won; an offer is still its giver's."""
    before = scheme.stages[: [stage.id for stage in scheme.stages].index(scheme.won)]
    named = {stage.id for stage in before}
    places = {stage.id: stage.owner for stage in before}
    places |= {offer_of(source, stage.id): scheme.owner_of(source) for source, stage in offers if source in named}
    for role in dict.fromkeys(places.values()):
        own = [state for state, owner in places.items() if owner == role]
        yield Transition(sources=own, command="lose", target="lost", role=role, reasons=scheme.lost_reasons)
        reasons = scheme.disqualified_reasons
        yield Transition(sources=own, command="disqualify", target="disqualified", role=role, reasons=reasons)
    every = tuple(places)
    reasons = scheme.recycle_reasons
    yield Transition(sources=every, command="recycle", target="recycled", role="manager", reasons=reasons)
    yield Transition(sources=every, command="recall", target="recycled", guard=is_recalled)
    lapsing = [stage.id for stage in before if stage.on_deadline is OnDeadline.RECYCLE and stage.deadline is not None]
    if lapsing:
        yield Transition(sources=lapsing, command="lapse", target="recycled")


def _entry_guard(stage: LeadStage) -> Guard:
    def guard(facts: LeadFacts, policy: LeadPolicy, as_of: datetime) -> Decision:
        return decide_by(policy, as_of, find_unmet_conditions(facts, stage))

    guard.__name__ = f"may_be_{stage.id}"
    return guard


def is_recalled(facts: LeadFacts, policy: LeadPolicy, as_of: datetime) -> Decision:
    """Whether the rules of the pool take a lead from its owner at an instant."""
    held = check_holding(facts.lead, policy, as_of)
    if held.outcome is Outcome.DENY and any(reason.code == codes.RECALLED.code for reason in held.reasons):
        return decide([])
    return decide([codes.NOT_RECALLED(lead=facts.lead.id, until=held.changes_at, path="lead")])

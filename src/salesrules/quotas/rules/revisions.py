"""Revisions of quotas: dated, approved, and in time."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import attrs

from salesrules.core import Decision, Denied, Fault, InvalidDocument, InvalidValue, PolicyReference, Reason, decide
from salesrules.quotas import reasons as codes
from salesrules.quotas.model import Quota, QuotaRevision
from salesrules.quotas.policy import RevisionPolicy
from salesrules.quotas.rules.coverage import end_of
from salesrules.quotas.rules.evidence import find_objections

__all__ = ["check_revision", "revise_quotas"]


def check_revision(
    revision: QuotaRevision, quota: Quota, policy: RevisionPolicy, as_of: date, *, path: str = "revision"
) -> Decision:
    """Whether a revision of a line may take effect, with every reason against it.

    Denied: without evidence; with evidence for another act or subject; approved by the quota's own holder; approved
    after `as_of`; dated or approved later than `policy.days_after_end` allows. The day of an approval is the local
    one of its instant. Raises `InvalidValue` where the revision names another line.
    """
    if revision.quota != quota.id:
        raise InvalidValue(f"{path}.quota", revision.quota, f"this is the line {quota.id}; give the one it revises")
    return decide(_objections(revision, quota, policy, as_of, path))


def _objections(
    revision: QuotaRevision, quota: Quota, policy: RevisionPolicy, as_of: date, path: str
) -> Iterator[Reason]:
    evidence = revision.evidence
    yield from find_objections(
        evidence,
        act=policy.act,
        subject=revision.id,
        interested=quota.holder,
        as_of=as_of,
        path=f"{path}.evidence",
        policy=_entry(policy, "act"),
    )
    day = revision.day if evidence is None else max(revision.day, evidence.at.date())
    if policy.days_after_end is not None:
        last = end_of(quota.span) + timedelta(days=policy.days_after_end - 1)
        if day > last:
            yield codes.REVISION_AFTER_PERIOD(
                revision=revision.id,
                day=day,
                last_day=last,
                path=f"{path}.day",
                policy=_entry(policy, "days_after_end"),
            )


def revise_quotas(
    quotas: Iterable[Quota], revisions: Iterable[QuotaRevision], policy: RevisionPolicy, as_of: date
) -> tuple[Quota, ...]:
    """The quota lines as they stand at the end of `as_of`, in the order given: each with its latest revision by then.

    Revisions dated later are left out; their own order does not matter. Revise lines before ramps are applied.
    Raises `Denied` with all reasons of all revisions that may not take effect, and `InvalidDocument` where two lines
    have one id, a revision names an unknown line, or two revisions of a line have the same day.
    """
    lines = list(quotas)
    by_id = {line.id: line for line in lines}
    dated = [(index, revision) for index, revision in enumerate(revisions) if revision.day <= as_of]
    faults = [*_duplicates(lines), *_misfits(by_id, dated)]
    if faults:
        raise InvalidDocument(tuple(faults))
    checks = [
        check_revision(revision, by_id[revision.quota], policy, as_of, path=f"revisions[{index}]")
        for index, revision in dated
    ]
    decision = decide(reason for check in checks for reason in check.reasons)
    if not decision.is_allowed:
        raise Denied(decision)
    latest = {revision.quota: revision for _, revision in sorted(dated, key=lambda entry: entry[1].day)}
    return tuple(
        attrs.evolve(line, amount=latest[line.id].amount, origin=None, revision=latest[line.id])
        if line.id in latest
        else line
        for line in lines
    )


def _duplicates(lines: list[Quota]) -> Iterator[Fault]:
    seen = set[str]()
    for index, line in enumerate(lines):
        if line.id in seen:
            yield Fault(
                code="quotas.duplicate_id",
                path=f"quotas[{index}].id",
                problem="another line has this id",
                remedy="give every quota line an id of its own",
                value=line.id,
            )
        seen.add(line.id)


def _misfits(by_id: dict[str, Quota], dated: list[tuple[int, QuotaRevision]]) -> Iterator[Fault]:
    days: dict[tuple[str, date], str] = {}
    for index, revision in dated:
        if revision.quota not in by_id:
            near = difflib.get_close_matches(revision.quota, by_id, n=1)
            yield Fault(
                code="quotas.unknown_quota",
                path=f"revisions[{index}].quota",
                problem="there is no quota line with this id",
                remedy=f"did you mean {near[0]!r}?" if near else "name the line that is revised",
                value=revision.quota,
            )
        other = days.setdefault((revision.quota, revision.day), revision.id)
        if other != revision.id:
            yield Fault(
                code="quotas.revisions_same_day",
                path=f"revisions[{index}].day",
                problem=f"the revision {other} changes the same line on the same day",
                remedy="withdraw one of them, or date them apart",
                value=str(revision.day),
            )


def _entry(policy: RevisionPolicy, field: str) -> PolicyReference:
    return PolicyReference("RevisionPolicy", policy.id, field)

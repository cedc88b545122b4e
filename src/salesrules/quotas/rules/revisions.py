"""Revisions of quotas: dated, approved, and in time."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import attrs

from salesrules.approvals import find_evidence_faults
from salesrules.core import (
    DateRange,
    Decision,
    Denied,
    Fault,
    InvalidDocument,
    InvalidValue,
    PolicyReference,
    Reason,
    decide,
    nearest_names,
)
from salesrules.quotas import reasons as codes
from salesrules.quotas.model import Measure, Quota, QuotaRevision
from salesrules.quotas.policy import Proration, QuotaPolicy, RevisionPolicy
from salesrules.quotas.rules.coverage import CountsWorkingDays, cut_line, end_of
from salesrules.quotas.rules.life import decide_by, demand

__all__ = ["check_revision", "revise_quotas"]


def check_revision(
    revision: QuotaRevision, quota: Quota, policy: QuotaPolicy, as_of: date, *, path: str = "revision"
) -> Decision:
    """Whether a revision of a line may take effect, with every reason against it.

    Denied: without evidence; with evidence for another act or subject; approved by the quota's own holder; approved
    after `as_of`; dated or approved later than `days_after_end` allows. The day of an approval is the local one of its
    instant. Raises `InvalidValue` where the revision names another line, or the policy allows none.
    """
    if revision.quota != quota.id:
        raise InvalidValue(f"{path}.quota", revision.quota, f"this is the line {quota.id}; give the one it revises")
    return decide_by(policy, as_of, _objections(revision, quota, demand(policy.revisions, "revisions"), as_of, path))


def _objections(
    revision: QuotaRevision, quota: Quota, policy: RevisionPolicy, as_of: date, path: str
) -> Iterator[Reason]:
    evidence = revision.evidence
    yield from find_evidence_faults(
        evidence,
        act=policy.act,
        subject=revision.id,
        interested=[quota.holder],
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
    quotas: Iterable[Quota],
    revisions: Iterable[QuotaRevision],
    policy: QuotaPolicy,
    as_of: date,
    *,
    working_time: CountsWorkingDays | None = None,
) -> tuple[Quota, ...]:
    """The quota lines as they stand at the end of `as_of`, in the order given: each with its revisions by then.

    Revisions dated later are left out; their own order does not matter. The latest one holds, from its
    `effective_from` on where it has one: the line is then cut there into lines with the id `line@day`, whose amounts
    are the shares of what holds on them, by the days that `policy.day_count` counts. Revise lines before ramps are
    applied.

    Raises `Denied` with all reasons of all revisions that may not take effect, and `InvalidDocument` where two lines
    have one id, a revision names an unknown line, two revisions of a line have the same day, or a line would have to
    be cut outside its span or while `policy.proration` refuses it.
    """
    lines = list(quotas)
    by_id = {line.id: line for line in lines}
    dated = [(index, revision) for index, revision in enumerate(revisions) if revision.day <= as_of]
    faults = [*_duplicates(lines), *_misfits(by_id, dated), *_bad_cuts(by_id, dated, policy)]
    if faults:
        raise InvalidDocument(tuple(faults))
    checks = [
        check_revision(revision, by_id[revision.quota], policy, as_of, path=f"revisions[{index}]")
        for index, revision in dated
    ]
    decision = decide(dict.fromkeys(reason for check in checks for reason in check.reasons))
    if not decision.is_allowed:
        raise Denied(decision)
    by_line: dict[str, list[QuotaRevision]] = {}
    for _, revision in sorted(dated, key=lambda entry: entry[1].day):
        by_line.setdefault(revision.quota, []).append(revision)
    return tuple(part for line in lines for part in _revised(line, by_line.get(line.id, ()), policy, working_time))


def _revised(
    line: Quota, revisions: Iterable[QuotaRevision], policy: QuotaPolicy, working_time: CountsWorkingDays | None
) -> Iterator[Quota]:
    """The line, or the parts that its revisions cut it into: each holds from its day on, whatever was said before."""
    versions = [(line.span.start, line)]
    for revision in revisions:
        start = revision.effective_from or line.span.start
        versions = [version for version in versions if version[0] < start]
        versions.append((start, attrs.evolve(line, amount=revision.amount, origin=None, revision=revision)))
    if len(versions) == 1:
        yield versions[0][1]
        return
    for (start, version), (end, _) in itertools.pairwise([*versions, (end_of(line.span), line)]):
        piece = cut_line(version, DateRange(start, end), policy, working_time)
        assert piece is not None  # for the type checker: every part lies in the line
        yield piece.to_quota(f"{line.id}@{start}")


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
            near = nearest_names(revision.quota, by_id, 1)
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


def _bad_cuts(by_id: dict[str, Quota], dated: list[tuple[int, QuotaRevision]], policy: QuotaPolicy) -> Iterator[Fault]:
    for index, revision in dated:
        line, start = by_id.get(revision.quota), revision.effective_from
        if line is None or start is None or start == line.span.start:
            continue
        path = f"revisions[{index}].effective_from"
        if start not in line.span:
            yield Fault(
                code="quotas.revision_outside_line",
                path=path,
                problem=f"the line {line.id} is for {line.span}",
                remedy="give a day of the line, or leave it out to revise the whole line",
                value=str(start),
            )
        elif policy.proration is Proration.REFUSE and line.measure != Measure.MARKET_SHARE:
            yield Fault(
                code="quotas.partial_line",
                path=path,
                problem=f"the line {line.id} would have to be cut on this day",
                remedy='revise the whole line, or set quotas.proration = "prorate_by_days"',
                value=str(start),
            )


def _entry(policy: RevisionPolicy, field: str) -> PolicyReference:
    return PolicyReference("RevisionPolicy", policy.id, field)

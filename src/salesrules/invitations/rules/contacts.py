"""Manners of contact: how often, how soon again, at which hours, and never after an opt-out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from salesrules.core import (
    Decision,
    Money,
    PolicyReference,
    Reason,
    UnknownName,
    hours_as_duration,
    is_before,
    later_by,
    nearest_names,
    total,
)
from salesrules.invitations import reasons as codes
from salesrules.invitations.model import ChannelResult, Contact, ContactResult, Guest, OptOut, instant_at
from salesrules.invitations.policy import ContactPolicy, InvitationPolicy
from salesrules.invitations.rules.life import decide_by

__all__ = ["calculate_channel_results", "check_contact", "find_opt_out", "find_quiet_end"]


def find_opt_out(guest: str, channel: str, opt_outs: Iterable[OptOut], as_of: datetime) -> OptOut | None:
    """The earliest word by which a guest wants no more by a channel, `None` without one."""
    found = [entry for entry in opt_outs if entry.forbids(guest, channel, as_of)]
    return min(found, key=lambda entry: entry.at.astimezone(UTC), default=None)


def find_quiet_end(guest: Guest, policy: ContactPolicy, instant: datetime) -> datetime | None:
    """When the quiet hours end in which an instant lies by the guest's own clock, `None` where it lies in none.

    Quiet hours that meet are passed over together.
    """
    moment, zone = instant, ZoneInfo(guest.zone)
    for _ in range(2 * len(policy.quiet_hours) + 1):
        local = moment.astimezone(zone)
        quiet = next((hours for hours in policy.quiet_hours if hours.holds_at(local.time())), None)
        if quiet is None:
            break
        day = local.date() if local.time() < quiet.ends else local.date() + timedelta(days=1)
        end = instant_at(day, quiet.ends, guest.zone)
        if not is_before(moment, end):  # the clock shows this time twice, and the first one is over
            end = end.replace(fold=1)
        moment = end
    return moment if is_before(instant, moment) else None


def check_contact(
    guest: Guest,
    event: str,
    channel: str,
    contacts: Iterable[Contact],
    opt_outs: Iterable[OptOut],
    policy: InvitationPolicy,
    as_of: datetime,
) -> Decision:
    """Whether a guest may be contacted about an event by a channel now.

    `contacts` may hold those of others and of other events: only this guest's about this event count, up to `as_of`.
    `changes_at` is the first instant at which nothing stands against it any more; after an opt-out or the last attempt
    there is none. Raises `UnknownName` for a channel that the firm does not use.
    """
    rule = policy.contact_rules
    if channel not in rule.channels:
        raise UnknownName("channel", channel, nearest_names(channel, rule.channels))
    made = [
        contact
        for contact in contacts
        if (contact.guest, contact.event) == (guest.id, event) and not is_before(as_of, contact.at)
    ]
    last = max((contact.at for contact in made), key=lambda at: at.astimezone(UTC), default=None)
    earliest = None if last is None else later_by(last, hours_as_duration(rule.minimum_gap_hours))
    findings = [
        *_for_ever(guest, channel, len(made), opt_outs, rule, as_of),
        *_for_now(guest, last, earliest, rule, as_of),
    ]
    changes = None
    if findings and not any(found.code in _LASTING for found in findings):
        free = as_of if earliest is None or is_before(earliest, as_of) else earliest
        changes = find_quiet_end(guest, rule, free) or free
    return decide_by(policy, as_of, findings, changes)


_LASTING = frozenset({codes.CONTACT_OPTED_OUT.code, codes.CONTACT_TOO_OFTEN.code})


def _for_ever(
    guest: Guest, channel: str, attempts: int, opt_outs: Iterable[OptOut], rule: ContactPolicy, as_of: datetime
) -> Iterator[Reason]:
    word = find_opt_out(guest.id, channel, opt_outs, as_of)
    if word is not None:
        yield codes.CONTACT_OPTED_OUT(guest=guest.id, since=word.at, path="opt_outs")
    if attempts >= rule.maximum_attempts:
        yield codes.CONTACT_TOO_OFTEN(
            guest=guest.id,
            attempts=attempts,
            limit=rule.maximum_attempts,
            path="contacts",
            policy=PolicyReference("ContactPolicy", rule.id, "maximum_attempts"),
        )


def _for_now(
    guest: Guest, last: datetime | None, earliest: datetime | None, rule: ContactPolicy, as_of: datetime
) -> Iterator[Reason]:
    if earliest is not None and is_before(as_of, earliest):
        yield codes.CONTACT_TOO_SOON(
            guest=guest.id,
            last=last,
            earliest=earliest,
            path="contacts",
            policy=PolicyReference("ContactPolicy", rule.id, "minimum_gap_hours"),
        )
    until = find_quiet_end(guest, rule, as_of)
    if until is not None:
        yield codes.CONTACT_QUIET(
            guest=guest.id,
            local=as_of.astimezone(ZoneInfo(guest.zone)).time(),
            until=until,
            path="as_of",
            policy=PolicyReference("ContactPolicy", rule.id, "quiet_hours"),
        )


def calculate_channel_results(contacts: Iterable[Contact]) -> tuple[ChannelResult, ...]:
    """What each channel brought, the best conversion first: attempts, guests asked, guests won, cost.

    A guest asked twice by one channel counts once; one asked by two channels counts in both. Raises `CurrencyMismatch`
    where one channel's costs are in several currencies.
    """
    by_channel: dict[str, list[Contact]] = {}
    for contact in contacts:
        by_channel.setdefault(contact.channel, []).append(contact)
    results = [_result(channel, made) for channel, made in sorted(by_channel.items())]
    return tuple(sorted(results, key=lambda result: -(result.conversion or Fraction(0))))


def _result(channel: str, made: list[Contact]) -> ChannelResult:
    costs: list[Money] = [contact.cost for contact in made if contact.cost is not None]
    won = {(contact.guest, contact.event) for contact in made if contact.result is ContactResult.ACCEPTED}
    return ChannelResult(
        channel=channel,
        attempts=len(made),
        guests=len({(contact.guest, contact.event) for contact in made}),
        accepted=len(won),
        cost=total(costs) if costs else None,
    )

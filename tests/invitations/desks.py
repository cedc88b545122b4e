"""An event at a storage, and its desks: short ways to give the acts of the room a unit of work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs

from salesrules.core import DateRange, Decision, PolicyLife, Storage, WorkflowEvent, evolve_case, start_case
from salesrules.invitations import (
    Event,
    EventItem,
    Invitation,
    InvitationPolicy,
    SeatPolicy,
    Waitlist,
    admit_walk_in,
    build_invitation_workflow,
    cancel_registration,
    check_in,
    close_invitation,
    issue_item,
    open_event,
    promote_from_waitlist,
    register_for_seat,
    seat_account,
)
from salesrules.storage import run_unit
from salesrules.wire import stored_kind

INVITATIONS = stored_kind(Invitation, name="invitation")
WAITLISTS = stored_kind(Waitlist, name="waitlist")
START = datetime(2020, 3, 2, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIFE = PolicyLife(
    status="in_force", scope="all", owner="sales", approver="director", effective=DateRange(date(2000, 1, 1))
)
POLICY = InvitationPolicy(life=LIFE, seats=SeatPolicy(id="seats"), refusal_reasons=["no_time"])


def event_of(capacity: int | None = 2, **changes: Any) -> Event:
    given: dict[str, Any] = {
        "id": "launch", "theme": "t", "venue": "v", "zone": "UTC", "starts_at": START, "ends_at": START + 8 * HOUR,
        "capacity": capacity,
        "items": [EventItem(id="mug", quantity=2), EventItem(id="flyer", quantity=9, per_guest=3)],
    }  # fmt: skip
    return Event(**(given | changes))


@attrs.define
class Desks:
    """One event on a storage; every act is one unit of work, run again where somebody else was first."""

    storage: Storage
    event: Event
    policy: InvitationPolicy = POLICY
    sleep: Callable[[float], object] = lambda seconds: None

    def unit(
        self, act: Callable[..., Any], *given: Any, with_: str = "invitations waitlists ledger", **more: Any
    ) -> Any:
        def run(work: Any) -> Any:
            ports = {
                "invitations": work.aggregates(INVITATIONS),
                "waitlists": work.aggregates(WAITLISTS),
                "ledger": work.ledger,
            }
            return act(*given, event=self.event, **{name: ports[name] for name in with_.split()}, **more)

        return run_unit(self.storage, run, sleep=self.sleep, attempts=50)

    def open(self) -> Decision:
        return run_unit(
            self.storage,
            lambda work: open_event(
                self.event,
                key="open",
                ledger=work.ledger,
                waitlists=work.aggregates(WAITLISTS),
                as_of=START - 99 * HOUR,
            ),
        )

    def invite(self, id: str, seats: int = 1, guest: str | None = None, state: str = "contacted") -> Invitation:
        """A new invitation whose guest was asked, unless only planned."""
        invitation = self.planned(id, seats, guest)
        if state == "contacted":
            asked = WorkflowEvent(command="contact", source="planned", target="contacted", at=START - 98 * HOUR)
            case = evolve_case(invitation.case, asked)
            invitation = attrs.evolve(invitation, case=case)
        run_unit(self.storage, lambda work: work.aggregates(INVITATIONS).put(id, invitation, 0))
        return invitation

    def planned(self, id: str, seats: int = 1, guest: str | None = None) -> Invitation:
        case = start_case(build_invitation_workflow(), as_of=START - 99 * HOUR)
        return Invitation(
            id=id, event=self.event.id, guest=guest or f"g-{id}", inviter="li", channel="sms", case=case, seats=seats
        )

    def register(self, id: str, key: str = "k", at: datetime = START - 50 * HOUR) -> Decision:
        return self.unit(register_for_seat, id, key=key, policy=self.policy, as_of=at)

    def cancel(self, id: str, at: datetime = START - 40 * HOUR) -> Decision:
        return self.unit(cancel_registration, id, reason="no_time", policy=self.policy, as_of=at)

    def promote(self, key: str, at: datetime = START - 39 * HOUR) -> tuple[str, ...]:
        return self.unit(promote_from_waitlist, key=key, policy=self.policy, as_of=at)

    def scan(self, id: str, nonce: str = "n", at: datetime = START, roles: tuple[str, ...] = ("desk",)) -> Decision:
        return self.unit(
            check_in, id, nonce=nonce, with_="invitations ledger", policy=self.policy, as_of=at, roles=roles
        )

    def walk_in(self, id: str, nonce: str = "n", seats: int = 1, at: datetime = START) -> Decision:
        return self.unit(
            admit_walk_in, self.planned(id, seats), nonce=nonce, policy=self.policy, as_of=at, roles=["desk"]
        )

    def give(self, id: str, item: str, key: str = "k", quantity: int = 1) -> Decision:
        return self.unit(
            issue_item, id, item=item, key=key, quantity=quantity, with_="invitations ledger", as_of=START + HOUR
        )

    def close(self, id: str, at: datetime = START + 9 * HOUR) -> Decision:
        return self.unit(close_invitation, id, with_="invitations ledger", policy=self.policy, as_of=at)

    def find(self, id: str) -> Invitation:
        with self.storage.begin() as work:
            return work.aggregates(INVITATIONS).get(id).value

    def state(self, id: str) -> str:
        return self.find(id).case.state

    def waiting(self) -> tuple[str, ...]:
        with self.storage.begin() as work:
            return work.aggregates(WAITLISTS).get(self.event.id).value.waiting

    def held(self, account: str | None = None) -> tuple[int, int]:
        """What is pending and what is posted on an account, that of the seats by default."""
        with self.storage.begin() as work:
            balance = work.ledger.balance(account or seat_account(self.event.id))
            return balance.pending, balance.posted

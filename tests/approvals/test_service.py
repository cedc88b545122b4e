"""Services over a storage: idempotent, versioned, and safe where two act at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import attrs
import pytest
from approval_firm import NOON, directory_of, make_policy, request_for, with_steps

from salesrules.approvals import (
    ApprovalFile,
    ApprovalStep,
    ManagerApprover,
    PositionApprover,
    RequestBundle,
    Review,
    StepDeadline,
    expire_approval,
    make_evidence,
    review_approval,
    revise_approval,
    submit_approval,
    withdraw_approval,
)
from salesrules.core import IdempotencyConflict, MissingAggregate, Money, Storage
from salesrules.storage import run_unit
from salesrules.storage.memory import MemoryStorage
from salesrules.testing import Scenario, ScheduleFailed, explore_schedules
from salesrules.wire import stored_kind

FILES = stored_kind(ApprovalFile, name="approval")
BUNDLES = stored_kind(RequestBundle, name="approval_bundle")
CLERKS = ApprovalStep(id="clerks", approvers=[PositionApprover(position="legal-clerk")])
LEE = ApprovalStep(id="manager", approvers=[ManagerApprover()])
DIRECTORY = directory_of()


class Careless:
    """A store that saves over whatever was saved meanwhile, as one without versions would: the planted twin."""

    def __init__(self, storage: Storage, kind: Any, store: Any) -> None:
        self.storage, self.kind, self.store = storage, kind, store

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def put(self, id: str, value: Any, expected_version: int) -> int:
        def act(work: Any) -> int:
            store = work.aggregates(self.kind)
            found = store.find(id)
            return store.put(id, value, 0 if found is None else found.version)

        return run_unit(self.storage, act, attempts=50, sleep=lambda _: None)


class Desk:
    """The services on one storage, each call in a unit of its own."""

    def __init__(self, storage: Storage, policy: Any, *, careless: bool = False) -> None:
        self.storage, self.policy, self.careless = storage, policy, careless

    def run(self, service: Any, *given: Any, as_of: Any = NOON, **named: Any) -> Any:
        def act(work: Any) -> Any:
            files, bundles = work.aggregates(FILES), work.aggregates(BUNDLES)
            if self.careless:
                files = Careless(self.storage, FILES, files)
                bundles = Careless(self.storage, BUNDLES, bundles)
            return service(*given, files=files, bundles=bundles, as_of=as_of, **named)

        return run_unit(self.storage, act, attempts=50, sleep=lambda _: None)

    def submit(self, request: Any, **named: Any) -> Any:
        return self.run(
            submit_approval, request, policy=self.policy, directory=DIRECTORY, actor=request.requester, **named
        )

    def review(self, who: str, key: str = "", verdict: str = "approve", step: str | None = None, id: str = "r1") -> Any:
        reason = "because" if verdict in ("reject", "return") else None
        step = step or self.file(id).case.state
        review = Review(id=key or f"{who}-{verdict}-{step}", step=step, reviewer=who, verdict=verdict, reason=reason)
        return self.run(review_approval, id, review, policy=self.policy, directory=DIRECTORY)

    def file(self, id: str = "r1") -> ApprovalFile:
        with self.storage.begin() as work:
            return work.aggregates(FILES).get(id).value

    def bundled(self) -> list[list[str]]:
        with self.storage.begin() as work:
            store = work.aggregates(BUNDLES)
            return [[request.id for request in store.get(id).value.requests] for id in store.ids()]


def act_request(amount: object = "1", **changes: Any) -> Any:
    return request_for(amount, act="act", **changes)


class TestOneAfterTheOther:
    """What the services keep, and what they answer to a repetition."""

    def test_a_request_goes_its_way_and_comes_back_as_it_was(self, storage) -> None:
        desk = Desk(storage, with_steps(LEE, CLERKS))
        assert desk.submit(act_request(attributes={"a": "b"}, measures={"m": "0.05"})).is_allowed
        assert desk.review("lee").is_allowed
        assert desk.review("liv").is_allowed
        assert desk.review("lev").is_allowed
        assert make_evidence(desk.file()).reviewers == ("lee", "liv", "lev")

    def test_a_submission_sent_again_changes_nothing(self, storage) -> None:
        desk = Desk(storage, with_steps(LEE))
        desk.submit(act_request())
        before = desk.file()
        assert desk.submit(act_request()).is_allowed
        assert desk.file() == before
        assert [r.code for r in desk.submit(act_request("2")).reasons] == ["workflow.frozen"]
        desk.review("lee")
        assert desk.submit(act_request()).is_allowed
        assert len(desk.file().case.history) == 3

    def test_a_review_sent_again_counts_once(self, storage) -> None:
        desk = Desk(storage, with_steps(LEE, CLERKS))
        desk.submit(act_request())
        desk.review("lee", "k1", step="manager")
        before = desk.file()
        assert desk.review("lee", "k1", step="manager").is_allowed
        assert desk.file() == before
        with pytest.raises(IdempotencyConflict):
            desk.review("lee", "k1", "reject", step="manager")

    def test_what_is_denied_is_not_saved(self, storage) -> None:
        desk = Desk(storage, make_policy())
        assert not desk.submit(request_for("1", party=None)).is_allowed
        with pytest.raises(MissingAggregate):
            desk.file()
        with pytest.raises(MissingAggregate):
            desk.run(withdraw_approval, "r1", actor="ann")
        desk.submit(request_for("1"))
        before = desk.file()
        assert not desk.review("ann").is_allowed
        assert not desk.run(revise_approval, "r1", actor="bob").is_allowed
        assert desk.file() == before

    def test_a_returned_request_is_corrected_and_sent_again(self, storage) -> None:
        desk = Desk(storage, with_steps(LEE, CLERKS))
        desk.submit(act_request())
        desk.review("lee", verdict="return")
        assert desk.submit(act_request("2")).reasons[-1].code == "approvals.route_restarted"
        assert desk.file().case.state == "manager"
        assert desk.run(revise_approval, "r1", actor="ann").is_allowed
        assert desk.file().case.state == "draft"

    def test_time_is_looked_at_when_somebody_asks(self, storage) -> None:
        step = attrs.evolve(LEE, deadline=StepDeadline(hours=1, kind="elapsed", side="lower"))
        desk = Desk(storage, with_steps(step))
        desk.submit(act_request())
        assert desk.run(expire_approval, "r1").is_allowed
        assert desk.file().case.state == "manager"


class TestBundles:
    """What adds up is kept together, and only while it stands."""

    def test_parts_of_one_matter_are_found(self, storage) -> None:
        desk = Desk(storage, make_policy())
        desk.submit(request_for("600000", id="r1"))
        desk.submit(request_for("500000", id="r2"))
        assert (desk.file("r1").case.state, desk.file("r2").case.state) == ("vice", "president")
        assert desk.file("r2").amount == Money("1100000", "CNY")
        assert desk.bundled() == [["r1", "r2"]]

    @pytest.mark.parametrize("how", ["withdraw", "revise", "reject", "return"])
    def test_what_no_longer_stands_leaves(self, storage, how) -> None:
        desk = Desk(storage, make_policy())
        desk.submit(request_for("150000", id="r1"))
        if how in ("reject", "return"):
            desk.review("nia", verdict=how)
        else:
            desk.run({"withdraw": withdraw_approval, "revise": revise_approval}[how], "r1", actor="ann")
        assert desk.bundled() == [[]]
        desk.submit(request_for("150000", id="r2"))
        assert desk.file("r2").case.state == "director"

    def test_what_expired_leaves(self, storage) -> None:
        deadline = StepDeadline(hours=1, kind="elapsed", side="lower")
        policy = make_policy()
        policy = attrs.evolve(policy, steps=[attrs.evolve(step, deadline=deadline) for step in policy.steps])
        desk = Desk(storage, policy)
        desk.submit(request_for("150000", id="r1"))
        assert desk.run(expire_approval, "r1", as_of=NOON + timedelta(minutes=59)).is_allowed
        assert (desk.file("r1").case.state, desk.bundled()) == ("director", [["r1"]])
        assert desk.run(expire_approval, "r1", as_of=NOON + timedelta(hours=1)).is_allowed
        assert (desk.file("r1").case.state, desk.bundled()) == ("expired", [[]])
        desk.submit(request_for("150000", id="r2"))
        assert desk.file("r2").case.state == "director"

    def test_what_is_approved_stays(self, storage) -> None:
        desk = Desk(storage, make_policy())
        desk.submit(request_for("150000", id="r1"))
        desk.review("nia")
        desk.submit(request_for("150000", id="r2"))
        assert desk.file("r2").case.state == "head"

    def test_a_part_that_was_taken_back_meets_the_others_when_it_returns(self, storage) -> None:
        desk = Desk(storage, make_policy())
        desk.submit(request_for("150000", id="r1"))
        desk.run(revise_approval, "r1", actor="ann")
        desk.submit(request_for("150000", id="r2"))
        desk.submit(request_for("150000", id="r1"))
        assert desk.file("r1").case.state == "head"

    def test_another_matter_is_another_bundle(self, storage) -> None:
        desk = Desk(storage, make_policy())
        desk.submit(request_for("150000", id="r1"))
        desk.run(revise_approval, "r1", actor="ann")
        desk.submit(request_for("150000", id="r1", matter="valves"))
        assert sorted(desk.bundled()) == [[], ["r1"]]


class TestAtOnce:
    """Threads, and every order in which two can take turns."""

    def test_two_reviewers_at_once_both_count(self, storage) -> None:
        desk = Desk(storage, with_steps(CLERKS))
        desk.submit(act_request())
        threads = [
            threading.Thread(target=desk.review, args=(who,), kwargs={"step": "clerks"}) for who in ("liv", "lev")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(vote.review.reviewer for vote in desk.file().votes) == ["lev", "liv"]
        assert desk.file().case.state == "approved"

    def test_sixteen_clicks_of_one_reviewer_are_one_vote(self, storage) -> None:
        desk = Desk(storage, with_steps(CLERKS))
        desk.submit(act_request())
        threads = [
            threading.Thread(target=desk.review, args=("liv", f"k{number}"), kwargs={"step": "clerks"})
            for number in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [vote.review.reviewer for vote in desk.file().votes] == ["liv"]
        assert desk.file().case.state == "clerks"

    @staticmethod
    def reviews(people: list[str], check: Any, *, careless: bool = False) -> Any:
        def prepare(turns: Any) -> Scenario:
            desk = Desk(MemoryStorage(lock=turns.lock(), pause=turns.pause), with_steps(CLERKS), careless=careless)
            desk.submit(act_request())
            actors = [
                lambda who=who, number=number: desk.review(who, f"k{number}", step="clerks")
                for number, who in enumerate(people)
            ]
            return Scenario(actors=actors, check=lambda: check(desk))

        return prepare

    @staticmethod
    def both_counted(desk: Desk) -> None:
        assert desk.file().case.state == "approved"
        assert sorted(vote.review.reviewer for vote in desk.file().votes) == ["lev", "liv"]

    @staticmethod
    def one_counted(desk: Desk) -> None:
        assert [vote.review.reviewer for vote in desk.file().votes] == ["liv"]

    def test_every_order_of_two_reviewers(self) -> None:
        assert explore_schedules(self.reviews(["liv", "lev"], self.both_counted)) > 2
        with pytest.raises(ScheduleFailed):
            explore_schedules(self.reviews(["liv", "lev"], self.both_counted, careless=True))

    def test_every_order_of_one_reviewer_twice(self) -> None:
        assert explore_schedules(self.reviews(["liv", "liv"], self.one_counted)) > 2

    def test_every_order_of_two_parts_submitted_at_once(self) -> None:
        def prepare(turns: Any, *, careless: bool = False) -> Scenario:
            desk = Desk(MemoryStorage(lock=turns.lock(), pause=turns.pause), make_policy(), careless=careless)
            parts = [request_for("150000", id=id) for id in ("r1", "r2")]

            def check() -> None:
                assert sorted(desk.file(id).case.state for id in ("r1", "r2")) == ["director", "head"]

            return Scenario(actors=[lambda part=part: desk.submit(part) for part in parts], check=check)

        assert explore_schedules(prepare) > 2
        with pytest.raises(ScheduleFailed):
            explore_schedules(lambda turns: prepare(turns, careless=True))

"""Anything in any order: nobody decides their own request, pending is frozen, restarts void, reviewers are distinct."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
from approval_firm import (
    ALWAYS,
    HOLDS,
    NOON,
    add,
    board,
    directory_of,
    lends,
    make_organisation,
    request_for,
    with_steps,
)
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from salesrules.approvals import (
    ApprovalFile,
    ApprovalStep,
    BodyApprover,
    FunctionApprover,
    ManagerApprover,
    PersonApprover,
    RankApprover,
    Review,
    Verdict,
    check_evidence,
    edit_request,
    find_reviewers,
    make_evidence,
    open_request,
    review_request,
    revise_request,
    submit_request,
    withdraw_request,
)
from salesrules.core import Money, restore_case
from salesrules.org import Absence, Deputy, Threshold

PEOPLE = sorted(HOLDS)
SOMEBODY = st.sampled_from(PEOPLE)
STEPS = (
    ApprovalStep(id="manager", approvers=[ManagerApprover()]),
    ApprovalStep(id="region", approvers=[RankApprover(rank="regional_director")]),
    ApprovalStep(id="named", approvers=[PersonApprover(person="sol"), PersonApprover(person="fay")],
                 quorum=Threshold(count=1, side="lower")),
    ApprovalStep(id="law", approvers=[FunctionApprover(function="legal", seat="members")]),
    ApprovalStep(id="board", approvers=[BodyApprover(body="board")]),
)  # fmt: skip
MATERIAL = ("amount", "unit", "subject", "interested")


class Requests(RuleBasedStateMachine):
    """One request in a firm in which people go away, come back and lend each other what they may decide."""

    @initialize(
        steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=4, unique=True),
        requester=st.sampled_from(["ann", "ann", "lee", "nia", "fay", "sol", "pam"]),
        interested=st.lists(SOMEBODY, max_size=1),
        word=st.sampled_from(["again", "once", "distinct"]),
        resort=st.sampled_from([None, "pam"]),
    )
    def begin(self, steps: Any, requester: str, interested: Any, word: str, resort: str | None) -> None:
        last = None if resort is None else PersonApprover(person=resort)
        self.word = word
        self.policy = with_steps(*steps, rule={"same_reviewer": word, "last_resort": last})
        self.absences: frozenset[str] = frozenset()
        self.deputies: tuple[Deputy, ...] = ()
        self.delegations: tuple[Any, ...] = ()
        self.members = ("sol", "lou", "fay", "nia")
        self.now = NOON
        request = request_for("100", act="act", requester=requester, interested=interested)
        self.file: ApprovalFile = open_request(request, as_of=self.now)
        self.seen: dict[str, tuple[object, ...]] = {}  # what lay before each who voted
        self.directory = self.look()
        self.submits(True, requester)

    def look(self) -> Any:
        firm = add(
            make_organisation(),
            absences=[Absence(person=person, effective=ALWAYS) for person in sorted(self.absences)],
            deputies=self.deputies,
        )
        bodies = [board(*self.members, chair=self.members[0])]
        return directory_of(firm, bodies=bodies, delegations=self.delegations)

    @rule(data=st.data(), what=st.sampled_from(["absence", "deputy", "deputy", "delegation"]))
    def changes_the_firm(self, data: Any, what: str) -> None:
        """Somebody comes or goes, is made deputy or lends their authority; often somebody whom it concerns."""
        barred = sorted(self.file.request.barred)
        one, other = data.draw(SOMEBODY), data.draw(st.one_of(st.sampled_from(barred), SOMEBODY))
        if what == "absence":
            self.absences ^= {one}
        elif what == "deputy":
            position = data.draw(st.sampled_from(["n1-lead", "n1-lead", "north-head"]))
            self.deputies = (Deputy(position=position, person=other, effective=ALWAYS),)
            self.absences |= {"lee", "nia"}
        elif one != other:
            self.delegations = (*self.delegations[-2:], lends(one, other, id=f"d{len(self.delegations)}"))
        self.directory = self.look()

    @precondition(lambda self: self.file.step is None)
    @rule(by_requester=st.booleans(), person=SOMEBODY)
    def is_submitted(self, by_requester: bool, person: str) -> None:
        self.submits(by_requester, person)

    @rule(amount=st.sampled_from([90, 100, 110]), note=st.sampled_from("ab"), unit=st.sampled_from([None, "n1"]))
    def is_edited(self, amount: int, note: str, unit: str | None) -> None:
        self.edits(amount, note, unit)

    def edits(self, amount: int, note: str, unit: str | None) -> None:
        changed = attrs.evolve(self.file.request, amount=Money(amount, "CNY"), attributes={"note": note}, unit=unit)
        decision, file = edit_request(self.file, changed)
        assert decision.is_allowed is (self.file.case.state in ("draft", "returned"))
        assert decision.is_allowed or file is self.file
        self.file = file

    def submits(self, by_requester: bool, person: str) -> None:
        actor = self.file.request.requester if by_requester else person
        before = self.file
        decision, self.file = submit_request(before, self.policy, self.directory, actor=actor, as_of=self.now)
        if not decision.is_allowed:
            assert self.file is before
        elif before.submitted is not None and self.material(self.file) != self.material(before):
            assert self.file.votes == ()
            assert self.file.case.state == self.file.steps[0].id

    @staticmethod
    def material(file: ApprovalFile) -> tuple[object, ...]:
        assert file.submitted is not None
        return tuple(file.submitted.value(name) for name in MATERIAL)

    @precondition(lambda self: self.file.step is not None)
    @rule(data=st.data())
    def is_approved_by_who_may(self, data: Any) -> None:
        self.reviews(data, Verdict.APPROVE, invited=True)

    @precondition(lambda self: self.file.votes and self.file.step is not None)
    @rule(amount=st.sampled_from([90, 110]))
    def is_revised_and_sent_again(self, amount: int) -> None:
        owner = self.file.request.requester
        _, self.file = revise_request(self.file, actor=owner, as_of=self.now)
        self.edits(amount, "a", None)
        self.submits(True, owner)

    @precondition(lambda self: self.file.step is not None)
    @rule(
        data=st.data(),
        verdict=st.sampled_from([*Verdict, *(Verdict.APPROVE,) * 6]),
        invited=st.sampled_from([True, True, True, False]),
    )
    def is_reviewed(self, data: Any, verdict: Verdict, invited: bool) -> None:
        self.reviews(data, verdict, invited)

    def reviews(self, data: Any, verdict: Verdict, invited: bool) -> None:
        self.now += timedelta(seconds=1)
        found = find_reviewers(self.file, self.policy, self.directory, as_of=self.now)
        assert found is not None
        people = found.people if invited and found.people else PEOPLE
        who = data.draw(st.sampled_from(people))
        review = Review(
            id=f"k{len(self.file.case.history)}-{self.now:%H%M%S}", step=self.file.case.state, reviewer=who,
            verdict=verdict, reason="because",
        )  # fmt: skip
        before = self.file
        decision, self.file = review_request(before, review, self.policy, self.directory, as_of=self.now)
        if decision.is_allowed:
            for vote in (*self.file.votes, *self.file.past_votes):
                if before.find_vote(vote.review.id) is None:
                    self.seen[vote.review.id] = self.material(before)
        else:
            assert self.file is before

    @rule(
        person=SOMEBODY,
        by_requester=st.booleans(),
        how=st.sampled_from([revise_request, revise_request, withdraw_request]),
    )
    def takes_back(self, person: str, by_requester: bool, how: Any) -> None:
        actor = self.file.request.requester if by_requester else person
        decision, file = how(self.file, actor=actor, as_of=self.now)
        assert actor == self.file.request.requester or not decision.is_allowed
        self.file = file

    @invariant()
    def nobody_decides_their_own_request(self) -> None:
        barred = {self.file.request.requester, *self.file.request.interested}
        for vote in (*self.file.votes, *self.file.past_votes):
            assert vote.review.reviewer not in barred
        found = find_reviewers(self.file, self.policy, self.directory, as_of=self.now)
        assert found is None or barred.isdisjoint(found.people)
        assert found is None or self.absences.isdisjoint(
            set(found.people) - {vote.review.reviewer for vote in self.file.votes} if found.step.body is None else ()
        )

    @invariant()
    def a_person_counts_once_in_a_step_and_where_distinct_in_one_step_only(self) -> None:
        verdicts = [vote.review for vote in self.file.votes if vote.review.verdict is not Verdict.CLOSE]
        pairs = [(review.step, review.reviewer) for review in verdicts]
        assert len(set(pairs)) == len(pairs)
        if self.word == "distinct":
            assert len({reviewer for _, reviewer in pairs}) == len(pairs)

    @invariant()
    def what_counts_was_said_about_what_is_submitted(self) -> None:
        for vote in self.file.votes:
            seen = self.seen[vote.review.id]
            now = self.material(self.file)
            assert seen == now

    @invariant()
    def approved_means_that_every_step_said_yes_and_the_evidence_carries(self) -> None:
        assert restore_case(self.file.case.history) == self.file.case
        if self.file.case.state == "approved" and self.file.steps:
            for step in self.file.steps:
                assert any(vote.review.verdict is Verdict.APPROVE for vote in self.file.votes_in(step.id))
            request = self.file.request
            assert check_evidence(
                make_evidence(self.file), act="act", subject="C-1", interested=request.barred, as_of=self.now,
                amount=request.amount,
            ).is_allowed  # fmt: skip


TestRequests = Requests.TestCase
TestRequests.settings = settings(max_examples=80, stateful_step_count=20, deadline=None)

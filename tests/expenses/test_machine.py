"""A firm at random: no overspend at any ancestor, nothing lost, nobody approves their own claim, pending is frozen."""

from __future__ import annotations

from datetime import timedelta

from expense_kit import NOON, STOP, Office, claim, claim_line, control, eur, line, make_policy
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from salesrules.core import Money
from salesrules.expenses import Sanction, refund_budget, review_claim, save_claim, submit_claim
from salesrules.expenses.workflow import build_claim_workflow

PORTS = "claims budgets ledger policy"
LIMITS = {"all": 100, "north": 70, "trips": 40, "fairs": 50}
PEOPLE = ("ana", "bo", "cy", "di")
ROLES = ("supervisor", "finance", "cashier", "claimant")


class Firm(RuleBasedStateMachine):
    """People of all roles give any command to any claim."""

    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.office = Office(make_policy(control(table=STOP)))
        self.office.open(
            line("all", 100), line("north", 70, "all"), line("trips", 40, "north"), line("fairs", 50, "north")
        )
        self.keys = 0
        self.files: dict[str, str] = {}
        self.refunded: set[str] = set()

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    @property
    def now(self):
        return NOON + timedelta(minutes=self.keys)

    @rule(
        target=claims,
        who=st.sampled_from(PEOPLE),
        where=st.sampled_from(["trips", "fairs"]),
        cents=st.integers(1, 6000),
    )
    def save(self, who, where, cents):
        id = self.key()
        lines = claim_line("a", Money("0.01", "EUR") * cents, budget=where, party=id), claim_line("b", 1, party=id)
        given = claim(*lines, id=id, claimant=who, submitted_on=None)
        assert self.office.run(save_claim, given, ports="claims policy", actor=who, as_of=self.now).is_allowed
        self.files[id] = who
        return id

    @rule(id=claims, who=st.sampled_from(PEOPLE))
    def submit(self, id, who):
        before = self.office.file(id)
        found = self.office.run(submit_claim, id, ports=PORTS, key=self.key(), actor=who, as_of=self.now)
        assert not (found.is_allowed and who != self.files[id])
        if not found.is_allowed:
            assert self.office.file(id) == before

    @rule(
        id=claims,
        who=st.sampled_from(PEOPLE),
        role=st.sampled_from(ROLES),
        word=st.sampled_from(["approve", "approve", "approve", "return", "reject"]),
        part=st.none() | st.integers(0, 6000),
    )
    def act(self, id, who, role, word, part):
        command = {"cashier": "pay", "claimant": "revise"}.get(role, f"{role}_{word}")
        sanctions = [] if part is None else [Sanction(line="a", amount=Money("0.01", "EUR") * part)]
        before = self.office.file(id)
        found = self.office.run(
            review_claim,
            id,
            command,
            ports=PORTS,
            key=self.key(),
            actor=who,
            roles=[role],
            sanctions=sanctions if word == "approve" else (),
            reason="unclear",
            as_of=self.now,
        )
        if found.is_allowed:
            assert (who == self.files[id]) is (role == "claimant")
        else:
            assert self.office.file(id) == before

    @rule(id=claims)
    def edit(self, id):
        file = self.office.file(id)
        found = self.office.run(save_claim, file.claim, ports="claims policy", actor=self.files[id], as_of=self.now)
        assert found.is_allowed is (file.case.state == "draft")

    @rule(id=claims)
    def refund(self, id):
        posted = self.office.file(id).posted
        if posted and posted not in self.refunded:
            assert self.office.run(refund_budget, posted, ports="ledger", key=self.key(), as_of=self.now).is_allowed
            self.refunded.add(posted)

    @rule(target=claims)
    def nothing(self):
        return multiple()

    @invariant()
    def no_level_is_overspent(self):
        for account, limit in LIMITS.items():
            committed, actual = self.office.used(account)
            assert committed + actual <= eur(limit)

    @invariant()
    def nothing_is_lost(self):
        pending, spent = {"trips": eur(0), "fairs": eur(0)}, {"trips": eur(0), "fairs": eur(0)}
        for id in self.files:
            file = self.office.file(id)
            account, granted = file.claim.lines[0].budget, file.granted.get("a", eur(0))
            if file.case.state == "paid" and file.posted not in self.refunded:
                spent[account] += granted
            elif file.case.state not in ("draft", "rejected", "withdrawn", "paid"):
                pending[account] += granted
        for account in ("trips", "fairs"):
            assert self.office.used(account) == (pending[account], spent[account])
        total = pending["trips"] + pending["fairs"], spent["trips"] + spent["fairs"]
        assert self.office.used("north") == self.office.used("all") == total

    @invariant()
    def two_reviewers_neither_the_claimant(self):
        for id, claimant in self.files.items():
            file = self.office.file(id)
            actors: list[str] = []
            for event in file.case.history:
                if event.command == "submit":
                    actors = []
                elif event.command.endswith("_approve"):
                    actors.append(event.actor)
            assert claimant not in actors
            assert len(set(actors)) == len(actors)
            if file.case.state == "paid":
                assert len(actors) == 2
            for sanction in file.sanctions:
                assert sanction.amount <= file.lines[0].claimed


TestFirm = Firm.TestCase
TestFirm.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)


def test_the_machine_knows_every_command_of_the_table():
    commands = build_claim_workflow().commands
    assert commands == {
        "edit", "submit", "withdraw", "revise", "pay",
        "supervisor_approve", "supervisor_return", "supervisor_reject",
        "finance_approve", "finance_return", "finance_reject",
    }  # fmt: skip

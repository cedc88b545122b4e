import copy
import pickle
from datetime import UTC, date, datetime, tzinfo

import attrs
import pytest

from salesrules.core import ApprovalEvidence, InvalidValue

FIELDS = {
    "approver": "ada",
    "act": "quota.revise",
    "subject": "q-17",
    "route": "manager",
    "at": datetime(2020, 1, 1, 9, tzinfo=UTC),
}


@pytest.mark.parametrize(
    ("act", "subject", "covered"),
    [
        ("quota.revise", "q-17", True),
        ("quota.revise", "q-18", False),
        ("quota.set", "q-17", False),
        ("q-17", "quota.revise", False),
    ],
)
def test_evidence_covers_one_act_on_one_subject(act, subject, covered):
    assert ApprovalEvidence(**FIELDS).covers(act, subject) is covered


@pytest.mark.parametrize("field", ["approver", "act", "subject", "route"])
@pytest.mark.parametrize("empty", ["", " \t", None, 7])
def test_every_part_is_named(field, empty):
    with pytest.raises(InvalidValue) as caught:
        ApprovalEvidence(**{**FIELDS, field: empty})
    assert (caught.value.field, caught.value.value, caught.value.remedy) == (field, empty, "name it")


class Nowhere(tzinfo):
    def utcoffset(self, instant):
        return None


@pytest.mark.parametrize(
    "at",
    [datetime(2020, 1, 1), datetime(2020, 1, 1, tzinfo=Nowhere()), date(2020, 1, 1), "2020-01-01T00:00Z", None],  # noqa: DTZ001 - the naive one is the case
)
def test_the_instant_knows_its_zone(at):
    with pytest.raises(InvalidValue) as caught:
        ApprovalEvidence(**{**FIELDS, "at": at})
    assert (caught.value.field, caught.value.value) == ("at", at)
    assert caught.value.remedy == "give an instant with its time zone"


def test_evidence_is_a_frozen_value():
    evidence = ApprovalEvidence(**FIELDS)
    for twin in (copy.copy(evidence), copy.deepcopy(evidence), pickle.loads(pickle.dumps(evidence))):
        assert twin == evidence
        assert hash(twin) == hash(evidence)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        evidence.approver = "bob"

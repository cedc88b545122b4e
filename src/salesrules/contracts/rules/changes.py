"""Change notices: whether one may replace the version in force, and whether it re-opens the review."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from salesrules.contracts import reasons as codes
from salesrules.contracts.model import ChangeNotice, Contract
from salesrules.contracts.policy import FIELDS, ContractPolicy
from salesrules.core import Decision, PolicyReference, Reason, decide_in_force

__all__ = ["check_change", "find_changes", "find_misfits", "is_material", "replace_contract"]


def find_changes(before: Contract, after: Contract) -> tuple[str, ...]:
    """The fields in which two versions differ, apart from those that only number and date them.

    >>> find_changes(Contract(id="C", owner="li"), Contract(id="C", owner="bo", version=2))
    ('owner',)
    """
    return tuple(field for field in FIELDS if getattr(before, field) != getattr(after, field))


def is_material(before: Contract, after: Contract, policy: ContractPolicy) -> bool:
    """Whether a field that the policy calls material differs between two versions."""
    return not set(find_changes(before, after)).isdisjoint(policy.material_fields)


def check_change(notice: ChangeNotice, current: Contract, policy: ContractPolicy, *, path: str = "notice") -> Decision:
    """Whether a notice may replace the version in force, with every reason; and whether it is material.

    It must be of the same contract, name the version it replaces, be the next one, not be dated before it, and change
    something. The notice's own day decides which policy holds.
    """
    return decide_in_force(policy.life, notice.day, "ContractPolicy", _findings(notice, current, policy, path))


def find_misfits(changed: Contract, current: Contract, path: str) -> Iterator[Reason]:
    """Why a version does not follow the one in force: another contract, another predecessor, not the next number."""
    if changed.id != current.id:
        yield codes.CHANGE_OTHER_CONTRACT(contract=changed.id, expected=current.id, path=f"{path}.id")
    if changed.replaces != current.reference:
        yield codes.CHANGE_REPLACES_OTHER(
            replaces=changed.replaces, expected=current.reference, path=f"{path}.replaces"
        )
    if changed.version != current.version + 1:
        yield codes.CHANGE_VERSION(version=changed.version, expected=current.version + 1, path=f"{path}.version")


def _findings(notice: ChangeNotice, current: Contract, policy: ContractPolicy, path: str) -> Iterator[Reason]:
    changed, place = notice.contract, f"{path}.contract"
    yield from find_misfits(changed, current, place)
    if current.dated is not None and notice.day < current.dated:
        yield codes.CHANGE_TOO_EARLY(day=notice.day, dated=current.dated, path=f"{path}.day")
    if not notice.reason.strip():
        yield codes.CHANGE_WITHOUT_REASON(notice=notice.id, path=f"{path}.reason")
    fields = find_changes(current, changed)
    if not fields:
        yield codes.CHANGE_NOTHING(contract=current.reference, path=place)
        return
    material = tuple(field for field in fields if field in policy.material_fields)
    where = PolicyReference("ContractPolicy", "", "material_fields")
    if material:
        yield codes.CHANGE_MATERIAL(fields=material, path=place, policy=where)
    else:
        yield codes.CHANGE_IMMATERIAL(fields=fields, path=place, policy=where)


def replace_contract(notice: ChangeNotice, current: Contract, policy: ContractPolicy) -> Contract:
    """The version that stands after a notice; raises `Denied` with all reasons where it may not replace the current.

    A material change takes the days of signature and filing away, since that version must be signed and filed anew.
    """
    check_change(notice, current, policy).require()
    if is_material(current, notice.contract, policy):
        return attrs.evolve(notice.contract, signed=None, filed=None)
    return attrs.evolve(notice.contract, signed=current.signed, filed=current.filed)

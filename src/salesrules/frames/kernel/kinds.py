"""The kinds of rows: role and attributes as one small number, so that what a component counts is looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import attrs
import numpy as np

from salesrules.commissions import DIRECT
from salesrules.frames.compiled import CompiledComponent
from salesrules.frames.kernel.whole import Flags, Whole

__all__ = ["Kinds", "passes"]

_FEW = 4


@attrs.frozen(kw_only=True, eq=False)
class Kinds:
    """Codes side by side in one number, the last one lowest: of roles (named "") and of attributes.

    `sizes` are one more than the largest code of each; `role_names` are the roles by code (`has_roles`: else all rows
    are direct), `attribute_values` the values of attributes, what is missing last.
    """

    sizes: Mapping[str, int]
    has_roles: bool
    role_names: tuple[str, ...]
    attribute_values: Mapping[str, tuple[str | None, ...]]
    _known: dict[Any, Flags | None] = attrs.field(factory=dict, init=False)

    @property
    def widths(self) -> dict[str, int]:
        """How many bits each code takes."""
        return {name: max(size - 1, 1).bit_length() for name, size in self.sizes.items()}

    @property
    def width(self) -> int:
        """How many bits all of them take."""
        return sum(self.widths.values())

    def codes(self, name: str, kinds: Whole) -> Whole | None:
        """The codes of a name in kinds; `None` where it is not among them."""
        widths = self.widths
        if name not in widths:
            return None
        ends = dict(zip(reversed(widths), accumulate(reversed(widths.values())), strict=True))
        return (kinds >> (ends[name] - widths[name])) & ((1 << widths[name]) - 1)

    def lets(self, component: CompiledComponent) -> Flags | None:
        """Which kinds a component counts; `None` where it looks at more than they tell."""
        key = component.credits, component.filters
        if key not in self._known:
            self._known[key] = self._lets(component)
        return self._known[key]

    def _lets(self, component: CompiledComponent) -> Flags | None:
        asked = {filter_.attribute for filter_ in component.filters} | ({""} if self.has_roles else set())
        if not asked <= self.sizes.keys():
            return None
        kinds = np.arange(1 << self.width)
        codes = {}
        for name in asked:
            own = self.codes(name, kinds)
            assert own is not None
            codes[name] = np.minimum(own, self.sizes[name] - 1)  # what lies between sizes stands for no row
        found = passes(component, len(kinds), codes.get(""), self.role_names, codes, self.attribute_values)
        return np.ones(len(kinds), dtype=np.bool_) if found is None else found


def passes(
    component: CompiledComponent,
    rows: int,
    roles: Whole | None,
    role_names: Sequence[str],
    attributes: Mapping[str, Whole],
    values: Mapping[str, Sequence[str | None]],
) -> Flags | None:
    """The rows whose role a component lists and which its filters let through; `None` for all."""
    found: Flags | None = None
    if roles is None:
        found = None if DIRECT in component.credits else np.zeros(rows, dtype=np.bool_)
    else:
        wanted = np.array([role in component.credits for role in role_names], dtype=np.bool_)
        if not wanted.all():
            found = _among(roles, np.append(wanted, False))
    for filter_ in component.filters:
        lets = [
            (not filter_.one_of or value in filter_.one_of) and value not in filter_.none_of
            for value in values[filter_.attribute]
        ]
        if not all(lets):
            each = _among(attributes[filter_.attribute], np.array(lets))
            found = each if found is None else found & each
    return found


def _among(codes: Whole, wanted: Flags) -> Flags:
    """Which codes are wanted; a few are compared faster than looked up. The last one stands for -1 too."""
    chosen = np.flatnonzero(wanted)
    if len(chosen) > _FEW or wanted[-1]:
        looked_up: Flags = wanted[codes]
        return looked_up
    found = np.zeros(len(codes), dtype=np.bool_)
    for code in chosen.tolist():
        found |= codes == code
    return found

"""How unions are stored: as they are where nobody can take one member for another, else with a word that tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args, get_origin

from salesrules.core import InvalidValue
from salesrules.wire.findings import Misfit
from salesrules.wire.forms import Form, wrong_type
from salesrules.wire.shapes import kinds_of
from salesrules.wire.stored_forms import EVIDENT
from salesrules.wire.stored_many import FormOf, below
from salesrules.wire.structuring import one_of_kinds_hook, unknown_key

__all__ = ["Tagged", "union_form"]


class Tagged:
    """Values in a table of one entry, under the name of what they are."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        self.forms = forms

    def read(self, data: Any) -> Any:
        """The value; raises `Misfit`."""
        if not isinstance(data, dict) or len(data) != 1:
            raise wrong_type(data, "a table of one entry", f"write a table with one of {', '.join(sorted(self.forms))}")
        ((name, inner),) = data.items()
        if name not in self.forms:
            raise Misfit(unknown_key(name, inner, self.forms))
        return below(name, self.forms[name].read, inner)

    def write(self, name: str, value: Any) -> dict[str, Any]:
        """The table; raises `Misfit`."""
        return {name: below(name, self.forms[name].write, value)}


def union_form(kind: Any, form_of: FormOf) -> Form:
    """The form of a union; raises `InvalidValue` where two members have one class or one name."""
    members = [member for member in get_args(kind) if member is not type(None)]
    allows_none = len(members) < len(get_args(kind))
    # Where a program may give something that computes what the field shows, the shown is stored.
    members = [member for member in members if not getattr(member, "_is_protocol", False)] or members
    inner = form_of(members[0]) if len(members) == 1 else _one_of(members, form_of)
    if not allows_none:
        return inner
    return Form(
        read=lambda data: None if data is None else inner.read(data),
        write=lambda value: None if value is None else inner.write(value),
    )


def _one_of(members: list[Any], form_of: FormOf) -> Form:
    forms = {get_origin(member) or member: form_of(member) for member in members}
    if len(forms) < len(members) or len({kind.__name__ for kind in forms}) < len(members):
        raise InvalidValue("type", members, "give every member of a union its own class with its own name")
    names = " or ".join(kind.__name__ for kind in forms)

    def form_for(value: Any) -> Form:
        if type(value) not in forms:
            raise wrong_type(value, f"a value of the class {names}", f"give a {names}")
        return forms[type(value)]

    def write(value: Any) -> Any:
        return form_for(value).write(value)

    if EVIDENT.issuperset(members):
        return Form(read=lambda data: _read_first(forms.values(), data, names), write=write)
    kinds = kinds_of(members)
    if kinds is not None:
        read = one_of_kinds_hook(kinds, lambda data, member: form_of(member).read(data))
        return Form(read=lambda data: read(data, kinds), write=write)
    tagged = Tagged({kind.__name__: form for kind, form in forms.items()})

    def write_tagged(value: Any) -> Any:
        form_for(value)
        return tagged.write(type(value).__name__, value)

    return Form(read=tagged.read, write=write_tagged)


def _read_first(forms: Any, data: Any, names: str) -> Any:
    """The value by the one form that fits."""
    for form in forms:
        try:
            return form.read(data)
        except Misfit:
            continue
    raise wrong_type(data, names, "give it as it was written")

"""Reasons, decisions, derivations and changes in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol, runtime_checkable

import attrs

from salesrules.core import CurrencyTable, Decision, Derivation, Operation, Reason, RoundingMode
from salesrules.messages.catalogs import find_template
from salesrules.messages.days import format_period
from salesrules.messages.locales import negotiate
from salesrules.messages.numerals import format_rate
from salesrules.messages.values import format_pairs, format_quantity, format_value

__all__ = [
    "Coded",
    "DerivationLine",
    "SupportsReason",
    "derivation_lines",
    "render",
    "render_change",
    "render_decision",
    "render_derivation",
    "text",
]


class Coded(Protocol):
    """What can be put in words: a code and its values.

    A `Reason` is one as well; functions name it beside this, since not every type checker sees through its converter.
    """

    @property
    def code(self) -> str:
        """The code of the sentence."""
        ...

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The values of its places."""
        ...


@runtime_checkable
class SupportsReason(Protocol):
    """What can be told as a reason, such as a rulebook's `Change`."""

    def to_reason(self) -> Coded:
        """The reason that says it."""
        ...


@attrs.frozen(kw_only=True)
class DerivationLine:
    """One line of a derivation in words: its depth from 0, its label, its value, and how it was computed.

    `how` is empty for a value that was given; the terms that it speaks of are the lines one deeper.
    """

    depth: int
    label: str
    value: str
    how: str


def render(reason: Reason | Coded, locale: str = "en", currencies: CurrencyTable | None = None) -> str:
    """The sentence of a reason; `currencies` says how many digits its money has (ISO 4217 where none is given).

    A code without a sentence in that language has its English one, and where there is none at all, the code itself
    with its values. Two kinds of text parameters are put in words as well: a period's label in a parameter named
    `period`, `..._period` or `span`, and a value that the catalog has a word for (`commissions.role.direct` for the
    value `direct` of the parameter `role`).

    Raises `UnknownName` for a locale that is not served.

    >>> from salesrules.core import Reason
    >>> render(Reason("mine.too_many", parameters={"found": 1200}))
    'mine.too_many (found=1,200)'
    """
    return _sentence(reason.code, reason.parameters, negotiate(locale), currencies)


def render_change(
    change: Reason | Coded | SupportsReason, locale: str = "en", currencies: CurrencyTable | None = None
) -> str:
    """The sentence of a change between two rulebooks, or of anything else that is a reason or can be told as one.

    >>> from salesrules.core import Reason
    >>> render_change(Reason("core.outcome.deny"), "zh_TW")
    '不予准許'
    """
    return render(change.to_reason() if isinstance(change, SupportsReason) else change, locale, currencies)


def text(code: str, locale: str = "en", /, **parameters: Any) -> str:
    """The words of a code, for headings, column names and messages of the command line.

    >>> text("core.severity.warning"), text("core.severity.warning", "zh")
    ('Warning', '警告')
    """
    return _sentence(code, parameters, negotiate(locale), None)


def render_decision(decision: Decision, locale: str = "en", currencies: CurrencyTable | None = None) -> tuple[str, ...]:
    """A decision in lines: its outcome, each reason with its severity, then what would change the answer.

    >>> from salesrules.core import ALLOW
    >>> render_decision(ALLOW)
    ('Allowed',)
    """
    chosen = negotiate(locale)
    said: list[tuple[str, dict[str, Any]]] = [(f"core.outcome.{decision.outcome.value}", {})]
    for reason in decision.reasons:
        sentence = _sentence(reason.code, reason.parameters, chosen, currencies)
        said.append(("core.decision.reason", {"severity": reason.severity, "reason": sentence}))
    said += [
        ("core.decision.approval", {"approver": approval.approver, "act": _act(approval.act, chosen)})
        for approval in decision.approvals
    ]
    if decision.headroom is not None:
        said.append(("core.decision.headroom", {"headroom": decision.headroom}))
    if decision.changes_at is not None:
        said.append(("core.decision.changes_at", {"changes_at": decision.changes_at}))
    return tuple(_sentence(code, parameters, chosen, currencies) for code, parameters in said)


def derivation_lines(
    derivation: Derivation, locale: str = "en", currencies: CurrencyTable | None = None
) -> tuple[DerivationLine, ...]:
    """A derivation line by line, each before its terms, for who draws it otherwise than as indented text.

    >>> [line.value for line in derivation_lines(Derivation(label="mine.credit", value=Decimal(10), unit="USD"))]
    ['$10.00']
    """
    chosen = negotiate(locale)
    lines: list[DerivationLine] = []
    waiting = [(derivation, 0)]
    while waiting:
        node, depth = waiting.pop()
        lines.append(
            DerivationLine(
                depth=depth,
                label=_sentence(node.label, _label_parameters(node), chosen, currencies).strip(),
                value=format_quantity(node.value, node.unit, chosen, currencies),
                how=_how(node, chosen, currencies),
            )
        )
        waiting += [(term, depth + 1) for term in reversed(node.terms)]
    return tuple(lines)


def render_derivation(derivation: Derivation, locale: str = "en", currencies: CurrencyTable | None = None) -> str:
    """A derivation as an indented tree: on each line the label, the value by its unit, and how it was computed.

    >>> rate = Derivation(label="mine.rate", value=Decimal("0.5"), unit="rate")
    >>> credit = Derivation(label="mine.credit", value=Decimal(10), unit="USD")
    >>> pay = Derivation(label="mine.pay", value=Decimal(5), unit="USD", operation="product", terms=(rate, credit))
    >>> print(render_derivation(pay))
    mine.pay: $5.00 (product of the following)
      mine.rate: 50%
      mine.credit: $10.00
    """
    chosen = negotiate(locale)
    return "\n".join(
        "  " * line.depth
        + text(
            "core.line.computed" if line.how else "core.line.given",
            chosen,
            label=line.label,
            value=line.value,
            how=line.how,
        )
        for line in derivation_lines(derivation, chosen, currencies)
    )


def _sentence(code: str, parameters: Mapping[str, Any], locale: str, currencies: CurrencyTable | None) -> str:
    room = code.partition(".")[0]
    said = {name: _in_words(room, name, value, locale) for name, value in parameters.items()}
    template = find_template(code, locale)
    if template is not None:
        shown = {place: _shown(place, said, locale, currencies) for place in template.places if _name(place) in said}
        return template.fill(shown)
    return f"{code} ({format_pairs(said, locale, currencies)})" if said else code


def _shown(place: str, said: Mapping[str, object], locale: str, currencies: CurrencyTable | None) -> str:
    """The value of a place; a number as a per cent where the place asks for a rate, since a ratio may be a fraction."""
    value = said[_name(place)]
    if place.endswith(":rate") and isinstance(value, int | Decimal | Fraction):
        return format_rate(value, locale)
    return format_value(value, locale, currencies)


def _name(place: str) -> str:
    return place.partition(":")[0]


def _in_words(room: str, name: str, value: object, locale: str) -> object:
    """A text that stands for a period or for one of the room's words, in words; anything else as it is."""
    if type(value) is not str:
        return value
    if name in ("period", "span") or name.endswith("_period"):
        return format_period(value, locale)
    word = find_template(f"{room}.{name}.{value}", locale)
    return value if word is None else word.fill({})


def _act(act: str, locale: str) -> str:
    """The word of an act (`quotas.act.revise`) where a catalog has one, else the act as it is."""
    return _sentence(act, {}, locale, None)


def _label_parameters(node: Derivation) -> Mapping[str, Any]:
    """What the label's sentence needs: not the digits and the mode of a rounding, which `how` tells."""
    if node.operation is not Operation.ROUND:
        return node.parameters
    return {name: value for name, value in node.parameters.items() if name not in ("digits", "mode")}


def _how(node: Derivation, locale: str, currencies: CurrencyTable | None) -> str:
    if node.operation is Operation.GIVEN:
        return ""
    parameters: dict[str, Any] = {}
    if node.operation is Operation.ROUND:
        step = Decimal(1).scaleb(-node.parameters["digits"])
        parameters["step"] = format_quantity(step, node.unit, locale, currencies)
        parameters["mode"] = RoundingMode(node.parameters["mode"])
    return _sentence(f"core.how.{node.operation.value}", parameters, locale, currencies)

"""Rulebooks: a document with a name, currencies, a calendar and sections, each read by the policy of its room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from os import PathLike
from typing import Any

import attrs

from salesrules.core import Fault, FiscalCalendar, InvalidDocument, InvalidValue, WorkingTime, as_parameters
from salesrules.rulebook import HOUSE, RESERVED, Rulebook, SectionRegistry, check, check_section
from salesrules.wire.documents import faults_of
from salesrules.wire.dumping import dump
from salesrules.wire.findings import Finding, Misfit, cap_faults, parse_path
from salesrules.wire.parsing import Parsed, parse_text
from salesrules.wire.sources import Format, format_of, read_text
from salesrules.wire.structuring import structure, unknown_key

__all__ = ["Head", "check_rulebook", "dump_rulebook", "find_lines", "load_rulebook", "parse_rulebook"]


@attrs.frozen(kw_only=True)
class Head:
    """The table `rulebook`: the document's name, digits of currencies that differ from ISO 4217, fiscal calendar.

    `working_time` says on which days and at which hours the firm works, where a rule counts those.
    """

    name: str
    currencies: Mapping[str, int] = attrs.field(factory=dict, converter=as_parameters)
    calendar: FiscalCalendar = attrs.field(factory=FiscalCalendar)
    working_time: WorkingTime | None = None


def load_rulebook(
    path: str | PathLike[str], *, registry: SectionRegistry = HOUSE, format: Format | None = None
) -> Rulebook:
    """The rulebook of a TOML, JSON or YAML file, checked by every room whose section it has.

    Warnings do not keep it from loading; `check_rulebook` lists them. Raises `InvalidDocument` with all errors at
    once, each with its path, value, remedy, file and, where it can be known, line.
    """
    known = format_of(path) if format is None else Format(format)
    return parse_rulebook(read_text(path), registry=registry, format=known, file=str(path))


def parse_rulebook(
    text: str, *, registry: SectionRegistry = HOUSE, format: Format = Format.TOML, file: str = "rulebook"
) -> Rulebook:
    """The rulebook that a text holds; as `load_rulebook`.

    >>> parse_rulebook('rulebook.name = "Sample"').name
    'Sample'
    """
    rulebook, faults = _read(text, registry, Format(format), file)
    errors = [fault for fault in faults if fault.severity == "error"]
    if rulebook is None or errors:
        raise InvalidDocument(cap_faults(errors))
    return rulebook


def check_rulebook(
    path: str | PathLike[str],
    as_of: date | None = None,
    *,
    registry: SectionRegistry = HOUSE,
    format: Format | None = None,
) -> tuple[Fault, ...]:
    """All errors and warnings of a rulebook file, in the order of its lines; none where it is clean.

    With a day also overdue reviews and versions that nobody approved. Raises `InvalidDocument` only for a file that
    cannot be read or parsed at all.
    """
    known = format_of(path) if format is None else Format(format)
    return cap_faults(_read(read_text(path), registry, known, str(path), lint=True, as_of=as_of)[1])


def find_lines(path: str | PathLike[str], paths: Iterable[str]) -> dict[str, int | None]:
    """The line in a file of each path, or of the nearest place around it; `None` where it cannot be known."""
    parsed = parse_text(read_text(path), format_of(path), str(path))
    return {wanted: parsed.line_of(parse_path(wanted)) for wanted in paths}


def dump_rulebook(rulebook: Rulebook) -> dict[str, Any]:
    """A rulebook as plain JSON data; reading it gives an equal rulebook."""
    head = Head(
        name=rulebook.name,
        currencies=rulebook.currency_digits,
        calendar=rulebook.calendar,
        working_time=rulebook.working_time,
    )
    return {"rulebook": dump(head), **{name: dump(policy) for name, policy in rulebook.sections.items()}}


def _read(
    text: str, registry: SectionRegistry, format: Format, file: str, lint: bool = False, as_of: date | None = None
) -> tuple[Rulebook | None, list[Fault]]:
    parsed = parse_text(text, format, file)
    findings = list(parsed.findings)
    head, sections = _structure(parsed, registry, findings)
    rulebook = None
    found: list[Fault] = []
    if head is not None and not findings:
        rulebook = Rulebook(
            name=head.name,
            currency_digits=head.currencies,
            calendar=head.calendar,
            working_time=head.working_time,
            sections=sections,
        )
        found += check(rulebook, as_of, registry) if lint else _check_sections(sections, registry)
    else:
        found += _check_sections(sections, registry)
    faults = [_placed(fault, parsed, file) for fault in found] + faults_of(findings, parsed, file)
    return rulebook, sorted(faults, key=lambda fault: fault.line or 0)


def _structure(
    parsed: Parsed, registry: SectionRegistry, findings: list[Finding]
) -> tuple[Head | None, dict[str, Any]]:
    """The head and the sections that fit; what does not is added to the findings."""
    head: Head | None = None
    sections: dict[str, Any] = {}
    known = {*RESERVED, *registry.names}
    top = parsed.data.get("rulebook", {})
    findings += _head_findings(top)
    try:
        head = structure(top, Head)
    except Misfit as misfit:
        findings += [finding.below("rulebook") for finding in misfit.findings]
    for name, value in parsed.data.items():
        if name not in known:
            findings.append(unknown_key(name, value, known - {"$schema"}))
        elif name not in RESERVED:
            try:
                sections[name] = structure(value, registry.load(name)[0])
            except Misfit as misfit:
                findings += [finding.below(name) for finding in misfit.findings]
    return head, sections


def _head_findings(top: Any) -> Iterator[Finding]:
    """What the rulebook itself would refuse, each on its own; values of another type are found by structuring."""
    if not isinstance(top, dict):
        return
    name, digits = top.get("name"), top.get("currencies")
    attempts: list[dict[str, Any]] = [{"name": name}] if isinstance(name, str) else []
    if isinstance(digits, dict):
        given = [(code, number) for code, number in digits.items() if type(number) is int]
        attempts += [{"name": "any", "currency_digits": {code: number}} for code, number in given]
    for attempt in attempts:
        try:
            Rulebook(**attempt)
        except InvalidValue as error:
            place, value = ("rulebook", *parse_path(error.field)), error.value
            problem = "the value is not valid"
            yield Finding(place=place, code="wire.invalid_value", problem=problem, remedy=error.remedy, value=value)


def _check_sections(sections: dict[str, Any], registry: SectionRegistry) -> list[Fault]:
    return [fault for name, policy in sections.items() for fault in check_section(name, policy, registry.load(name)[1])]


def _placed(fault: Fault, parsed: Parsed, file: str) -> Fault:
    return attrs.evolve(fault, file=file, line=parsed.line_of(parse_path(fault.path)))

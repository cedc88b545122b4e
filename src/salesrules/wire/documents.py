"""Documents of any type: a file or a text in, a checked value out, or all faults at once."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TypeVar

from salesrules.core import Fault, InvalidDocument
from salesrules.wire.findings import Finding, Misfit, cap_faults
from salesrules.wire.limits import MAX_FAULTS_SHOWN
from salesrules.wire.parsing import Parsed, parse_text
from salesrules.wire.sources import Format, format_of, read_text
from salesrules.wire.structuring import structure

__all__ = ["faults_of", "load_document", "parse_document"]

T = TypeVar("T")


def load_document(path: str | PathLike[str], type: type[T], *, format: Format | None = None) -> T:
    """The value of an attrs class that a TOML, JSON or YAML file holds; the suffix tells the format.

    Raises `InvalidDocument` with all faults at once.
    """
    known = format_of(path) if format is None else Format(format)
    return parse_document(read_text(path), type, format=known, file=str(path))


def parse_document(text: str, type: type[T], *, format: Format = Format.TOML, file: str = "document") -> T:
    """The value of an attrs class that a text holds; raises `InvalidDocument` with all faults at once."""
    parsed = parse_text(text, Format(format), file)
    try:
        value = structure(parsed.data, type)
    except Misfit as misfit:
        findings = [*parsed.findings, *misfit.findings]
        raise InvalidDocument(cap_faults(faults_of(findings, parsed, file))) from None
    if parsed.findings:
        raise InvalidDocument(cap_faults(faults_of(parsed.findings, parsed, file)))
    return value


def faults_of(findings: Iterable[Finding], parsed: Parsed, file: str) -> list[Fault]:
    """The findings as faults, in the order of their lines where these are known."""
    placed = [(parsed.line_of(found.place) if found.line is None else found.line, found) for found in findings]
    placed.sort(key=lambda pair: pair[0] or 0)
    # Nobody reads the suggestions of faults that are not shown, and a hostile document could ask for thousands.
    return [found.to_fault(file, line, index < MAX_FAULTS_SHOWN) for index, (line, found) in enumerate(placed)]

"""Tables of bands and dated values as documents write them: every gap and overlap is found."""

from __future__ import annotations

from typing import Any

from salesrules.core import Band, BandTable, Dated
from salesrules.wire.findings import Finding, Misfit
from salesrules.wire.shapes import BandForm, BandTableForm

__all__ = ["band_table_form", "check_dated", "read_band_table"]


def read_band_table(form: BandTableForm[Any]) -> BandTable[Any]:
    """The table that the bands amount to; raises `Misfit` with every gap, overlap and bound out of order."""
    bands = form.bands
    findings: list[Finding] = []
    if not bands:
        findings.append(_finding((), "wire.invalid_value", "there is no band", "give at least one", None))
    for index, band in enumerate(bands):
        if band.start is None and index:
            findings.append(
                _finding((index, "from"), "wire.missing", "it is missing", "say where the band starts", None)
            )
        if _is_empty(band):
            remedy = f"give more than {band.start}"
            findings.append(
                _finding(
                    (index, "to"),
                    "wire.empty_band",
                    "the band is empty, since it ends where it starts or before",
                    remedy,
                    band.end,
                )
            )
        if index:
            findings += _between(index, bands[index - 1], band)
    if findings:
        raise Misfit(*findings)
    return BandTable(
        bands=tuple(Band(start=band.start, value=band.value, side=band.side) for band in bands),
        side=form.side,
        end=bands[-1].end,
    )


def _is_empty(band: BandForm[Any]) -> bool:
    return band.start is not None and band.end is not None and band.end <= band.start


def _between(index: int, before: BandForm[Any], band: BandForm[Any]) -> list[Finding]:
    start = band.start
    if start is None or _is_empty(before):
        return []
    if before.end is not None and before.end < start:
        problem = f"no band owns what lies between {before.end} and {start}"
        return [_finding((index, "from"), "wire.gap", problem, f"start it at {before.end}", start)]
    if before.end is not None and before.end > start:
        problem = f"two bands own what lies between {start} and {before.end}"
        return [_finding((index, "from"), "wire.overlap", problem, f"start it at {before.end}", start)]
    if before.start is not None and start <= before.start:
        problem = "bounds ascend, and this one does not"
        return [_finding((index, "from"), "wire.overlap", problem, f"give more than {before.start}", start)]
    return []


def _finding(place: tuple[str | int, ...], code: str, problem: str, remedy: str, value: object) -> Finding:
    return Finding(place=("bands", *place), code=code, problem=problem, remedy=remedy, value=value)


def band_table_form(table: BandTable[Any]) -> BandTableForm[Any]:
    """The form of a table, each band with both of its bounds."""
    bands = []
    for index, band in enumerate(table.bands):
        start, end = table.limits(index)
        bands.append(BandForm(start=start, end=end, value=band.value, side=band.side))  # type: ignore[arg-type]  # any exact number
    return BandTableForm(side=table.side, bands=tuple(bands))


def check_dated(dated: Dated[Any]) -> Dated[Any]:
    """The dated values where no two hold on one day; raises `Misfit` with each entry that overlaps an earlier one."""
    findings: list[Finding] = []
    longest = None  # of the entries so far, which are in the order of their start, the one that ends last
    for index, entry in enumerate(dated.entries):
        days = entry.effective
        if longest is not None and longest.overlaps(days):
            problem = f"another entry holds on some of these days: {longest}"
            remedy, place = "end one where the other starts", ("entries", index, "effective")
            findings.append(Finding(place=place, code="wire.overlap", problem=problem, remedy=remedy, value=str(days)))
        if longest is None or (longest.end is not None and (days.end is None or days.end > longest.end)):
            longest = days
    if findings:
        raise Misfit(*findings)
    return dated

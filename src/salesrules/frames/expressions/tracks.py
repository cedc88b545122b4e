"""What runs on for each payee: the measures of the components, each once, before and after every credit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import Any

import attrs
import narwhals as nw

from salesrules.commissions import DIRECT, Accumulation, Filter, Measure
from salesrules.core import as_tuple
from salesrules.frames.compiled import CompiledPlan
from salesrules.frames.expressions.credits import Credits
from salesrules.frames.expressions.spans import Spans

__all__ = ["Track", "counting", "measured", "tracks_of"]


@attrs.frozen(kw_only=True)
class Track:
    """A measure of some credits over a span, which components share; `number` tells it from others."""

    number: int
    measure: Measure
    credits: tuple[str, ...] = attrs.field(converter=as_tuple)
    filters: tuple[Filter, ...] = attrs.field(converter=as_tuple)
    is_alone: bool
    spans: Spans

    @property
    def part(self) -> str:
        """The column of what each credit adds."""
        return f"part_{self.number}"

    @property
    def after(self) -> str:
        """The column of what has been measured with each credit."""
        return self.part if self.is_alone else f"after_{self.number}"

    @property
    def before(self) -> str:
        """The column of what had been measured before each credit."""
        return f"before_{self.number}"


def tracks_of(compiled: CompiledPlan, spans: dict[Accumulation, Spans]) -> dict[str, Track]:
    """The track of each component, by its id."""
    found: dict[Any, Track] = {}
    tracks = {}
    for each in compiled.components:
        alone = each.accumulate is Accumulation.TRANSACTION
        key = (each.measure, each.credits, each.filters, alone, spans[each.accumulate].kind)
        if key not in found:
            found[key] = Track(
                number=len(found),
                measure=each.measure,
                credits=each.credits,
                filters=each.filters,
                is_alone=alone,
                spans=spans[each.accumulate],
            )
        tracks[each.id] = found[key]
    return tracks


def measured(track: Track, credits: Credits) -> nw.Expr:
    """What each credit adds to a track, in least units: nothing where it does not count."""
    conditions = counting(track, credits)
    value = _value(track.measure, credits)
    return value if conditions is None else nw.when(conditions).then(value).otherwise(nw.lit(0)).cast(nw.Int64)


def counting(track: Track, credits: Credits) -> nw.Expr | None:
    """Which credits count for a track; none where all do."""
    conditions = [nw.col("original") == ""] if credits.reverses else []
    if credits.has_roles:
        conditions.append(_is_among("role", track.credits, credits.words["role"]))
    elif DIRECT not in track.credits:
        conditions.append(nw.lit(False))
    for each in track.filters:
        column, words = credits.attributes[each.attribute], credits.words[each.attribute]
        if each.one_of:
            conditions.append(_is_among(column, each.one_of, words).fill_null(False))
        if each.none_of:
            conditions.append((~_is_among(column, each.none_of, words)).fill_null(True))
    return reduce(and_, conditions) if conditions else None


def _is_among(column: str, wanted: Sequence[str], words: Sequence[str]) -> nw.Expr:
    """Whether a column has one of the wanted words; `words` are all that it can have, if known."""
    known = [word for word in wanted if word in words] if words else list(wanted)
    if not known:
        return nw.lit(False)
    return nw.col(column) == known[0] if len(known) == 1 else nw.col(column).is_in(known)


def _value(measure: Measure, credits: Credits) -> nw.Expr:
    match measure:
        case Measure.MARGIN:
            return nw.col("amount") - nw.col("cost")
        case Measure.COUNT:
            sold: nw.Expr = nw.lit(1)
            if "is_return" in credits.order:  # one that names no sale completes none
                sold = nw.when(nw.col("is_return")).then(nw.lit(0)).otherwise(nw.lit(1))
            if not credits.has_originals:
                return sold.cast(nw.Int64)
            completes = (nw.col("back_before") < nw.col("whole")) & (nw.col("back_after") >= nw.col("whole"))
            returned = nw.when(completes).then(nw.lit(-1)).otherwise(nw.lit(0))
            return nw.when(nw.col("original") == "").then(sold).otherwise(returned).cast(nw.Int64)
        case _:
            return nw.col(measure.value)

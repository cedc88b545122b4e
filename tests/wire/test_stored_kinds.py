"""Stored kinds: whatever a type can hold comes back as it was; what is not of its type is refused, with its path."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from typing import Any, Generic, Literal, NamedTuple, NewType, Protocol, TypeVar
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import salesrules
from salesrules.core import (
    ALLOW,
    ApprovalEvidence,
    Band,
    BandTable,
    CurrencyTable,
    Dated,
    DatedValue,
    DateRange,
    Decision,
    Derivation,
    ExchangeRate,
    ExchangeRates,
    FiscalCalendar,
    IdempotencyConflict,
    InvalidDocument,
    InvalidValue,
    LedgerBatch,
    LedgerEntry,
    Money,
    OpenAccount,
    Outcome,
    Parameters,
    Period,
    PolicyReference,
    Rate,
    Reason,
    RequiredApproval,
    Reserve,
    Severity,
    Side,
    SpecialHours,
    WeekdayHours,
    WordEnum,
    WorkflowCase,
    WorkflowEvent,
    WorkingHours,
    WorkingTime,
    as_tuple,
    decide_ledger,
    evolve_ledger,
    restore_case,
)
from salesrules.core import Ledger as PureLedger
from salesrules.storage import MemoryStorage, run_unit
from salesrules.testing.storage_commands import draw_commands
from salesrules.wire import stored_kind
from salesrules.wire.findings import Misfit
from salesrules.wire.stored_forms import EVIDENT, STORED_FORMS

T = TypeVar("T")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
SKU = NewType("SKU", str)


class Colour(WordEnum):
    RED = "red"
    GREEN = "green"


@attrs.frozen(kw_only=True)
class Round:
    kind: Literal["round"] = "round"
    radius: Decimal


@attrs.frozen(kw_only=True)
class Square:
    kind: Literal["square"] = "square"
    side: Fraction


@attrs.frozen(kw_only=True)
class Note:
    text: str


class Shows(Protocol):
    def shown(self) -> tuple[int, ...]: ...


class Counting:
    def shown(self) -> tuple[int, ...]:
        return (1, 2)


class Held(NamedTuple):
    pending: Money
    posted: Decimal = Decimal("0.0")


@attrs.frozen(kw_only=True)
class Node(Generic[T]):
    value: T
    children: tuple[Node[T], ...] = ()


@attrs.frozen(kw_only=True)
class Everything:
    text: str
    sku: SKU
    number: int
    flag: bool
    decimal: Decimal
    fraction: Fraction
    money: Money
    rate: Rate
    day: date
    clock: time
    instant: datetime
    duration: timedelta
    colour: Colour
    word: Literal["a", "b"]
    maybe: Money | None = None
    exact: Decimal | Fraction | int
    headroom: Money | Decimal | int | None = None
    when: date | datetime | None = None
    shape: Round | Square
    mixed: Note | Round | str | Colour | tuple[int, ...]
    pair: tuple[int, Money]
    many: tuple[tuple[Decimal, ...], ...] = ()
    words: frozenset[str] = frozenset()
    shapes: frozenset[Round | Square] = frozenset()
    by_name: Mapping[str, tuple[Rate, ...]]
    by_day: Mapping[date, Money]
    node: Node[Money]
    parameters: Parameters
    period: Period
    span: DateRange
    anything: Any = None
    held: Held | None = None


def numbers() -> st.SearchStrategy[Decimal]:
    return st.builds(
        lambda digits, exponent, sign: Decimal((sign, tuple(map(int, str(digits))), exponent)),
        st.integers(0, 10**25),
        st.integers(-12, 12),
        st.integers(0, 1),
    )


MONEYS = st.builds(Money, numbers(), st.sampled_from(["CNY", "EUR", "XBT"]))
RATES = st.builds(Rate, numbers())
ZONES = st.sampled_from(
    [UTC, SHANGHAI, BERLIN, timezone(timedelta(hours=-3, minutes=-30)), timezone(timedelta(seconds=29_143))]
)
INSTANTS = st.datetimes(timezones=ZONES, allow_imaginary=True)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
DURATIONS = st.timedeltas()
PERIODS = st.sampled_from(["2026", "2026-H1", "2026-Q3", "2026-M07", "2026-M03-1", "2026-W09"]).map(
    FiscalCalendar().period
)
SPANS = st.tuples(st.dates(max_value=date(9000, 1, 1)), st.none() | st.integers(1, 9_000)).map(
    lambda pair: DateRange(pair[0], pair[1] and pair[0] + timedelta(days=pair[1]))
)
SINGLE: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(),
    bool: st.booleans(),
    Decimal: numbers(),
    Fraction: st.fractions(),
    Money: MONEYS,
    Rate: RATES,
    date: st.dates(),
    time: st.times(),
    datetime: INSTANTS,
    timedelta: DURATIONS,
}
PLAIN = st.one_of(
    st.none(),
    TEXTS,
    *SINGLE.values(),
    PERIODS,
    SPANS,
    st.sampled_from([*Side, *Outcome]),
    st.builds(PolicyReference, TEXTS, TEXTS),
)
PARAMETERS = st.dictionaries(
    st.sampled_from(["limit", "payee", "on"]),
    st.recursive(
        PLAIN,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=2) | st.frozensets(TEXTS),
        max_leaves=5,
    ),
).map(Parameters)
SHAPES = st.builds(Round, radius=numbers()) | st.builds(Square, side=st.fractions())
NODES = st.recursive(
    st.builds(Node, value=MONEYS),
    lambda inner: st.builds(Node, value=MONEYS, children=st.lists(inner, max_size=2).map(tuple)),
    max_leaves=4,
)
EVERYTHING = st.builds(
    Everything,
    text=TEXTS,
    sku=TEXTS,
    number=st.integers(),
    flag=st.booleans(),
    decimal=numbers(),
    fraction=st.fractions(),
    money=MONEYS,
    rate=RATES,
    day=st.dates(),
    clock=st.times(),
    instant=INSTANTS,
    duration=DURATIONS,
    colour=st.sampled_from(Colour),
    word=st.sampled_from(["a", "b"]),
    maybe=st.none() | MONEYS,
    exact=numbers() | st.fractions() | st.integers(),
    headroom=st.none() | MONEYS | numbers() | st.integers(),
    when=st.none() | st.dates() | INSTANTS,
    shape=SHAPES,
    mixed=st.builds(Note, text=TEXTS)
    | st.builds(Round, radius=numbers())
    | TEXTS
    | st.sampled_from(Colour)
    | st.lists(st.integers(), max_size=2).map(tuple),
    pair=st.tuples(st.integers(), MONEYS),
    many=st.lists(st.lists(numbers(), max_size=2).map(tuple), max_size=2).map(tuple),
    words=st.frozensets(TEXTS, max_size=3),
    shapes=st.frozensets(SHAPES, max_size=3),
    by_name=st.dictionaries(TEXTS, st.lists(RATES, max_size=2).map(tuple), max_size=2),
    by_day=st.dictionaries(st.dates(), MONEYS, max_size=2),
    node=NODES,
    parameters=PARAMETERS,
    period=PERIODS,
    span=SPANS,
    anything=PARAMETERS | PLAIN,
    held=st.none() | st.builds(Held, MONEYS, numbers()),
)
KIND = stored_kind(Everything, name="everything")


def again(kind: Any, value: Any) -> Any:
    """A value after a journey through JSON."""
    return kind.load(json.loads(json.dumps(kind.dump(value))))


def looks(value: Any) -> Any:
    """A value so that its types, exponents, offsets and zones are compared too."""
    match value:
        case Mapping():
            return {looks(key): looks(part) for key, part in value.items()}
        case tuple():
            return tuple(map(looks, value))
        case frozenset():
            return frozenset(map(looks, value))
        case datetime():
            return (value.isoformat(), getattr(value.tzinfo, "key", None))
        case Decimal():
            return value.as_tuple()
        case Rate():
            return ("rate", value.value.as_tuple())
        case Money():
            return (value.currency, value.amount.as_tuple())
        case _ if attrs.has(type(value)):
            fields = [field for field in attrs.fields(type(value)) if field.init]
            return (type(value), tuple(looks(getattr(value, field.name)) for field in fields))
        case _:
            return (type(value), value)


@given(EVERYTHING)
def test_whatever_a_type_can_hold_comes_back_as_it_was(value: Everything) -> None:
    found = again(KIND, value)
    assert found == value
    assert looks(found) == looks(value)


@pytest.mark.parametrize("kind", SINGLE, ids=lambda kind: kind.__name__)
def test_no_single_value_can_be_taken_for_one_of_another_type(kind: type) -> None:
    @given(SINGLE[kind])
    def check(value: object) -> None:
        data = json.loads(json.dumps(STORED_FORMS[kind].write(value)))
        read = []
        for other in EVIDENT:
            try:
                STORED_FORMS[other].read(data)
                read.append(other)
            except Misfit:
                continue
        assert read == [kind]

    check()


def test_every_single_type_is_drawn() -> None:
    assert SINGLE.keys() == EVIDENT


def test_a_sum_with_more_digits_than_money_takes_at_once_comes_back() -> None:
    amount = Money("0.1", "EUR") * Decimal("1E-39") * Decimal("1.1")
    assert again(stored_kind(Money, name="money"), amount) == amount


@pytest.mark.parametrize(("hour", "fold"), [(datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN), fold) for fold in (0, 1)])
def test_the_two_equal_hours_of_autumn_stay_apart(hour: datetime, fold: int) -> None:
    instant = hour.replace(fold=fold)
    found = again(stored_kind(datetime, name="instant"), instant)
    assert (found, found.utcoffset(), found.tzinfo) == (instant, instant.utcoffset(), BERLIN)


def test_where_a_zone_has_changed_the_instant_stays() -> None:
    found = stored_kind(datetime, name="instant").load("2026-01-05T12:00:00+03:00[Europe/Berlin]")
    assert found.astimezone(UTC) == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert found.tzinfo == BERLIN


def test_what_computes_a_field_is_stored_as_what_it_shows() -> None:
    @attrs.frozen(kw_only=True)
    class Lines:
        _shown: tuple[int, ...] | Shows = attrs.field(alias="shown")

        @property
        def shown(self) -> tuple[int, ...]:
            return self._shown if isinstance(self._shown, tuple) else self._shown.shown()

    Lines.__annotations__["_shown"] = tuple[int, ...] | Shows
    kind = stored_kind(Lines, name="lines")
    assert again(kind, Lines(shown=Counting())) == Lines(shown=(1, 2))


def hours(*pairs: tuple[int, int]) -> tuple[WorkingHours, ...]:
    return tuple(WorkingHours(opens=time(opens), closes=time(closes)) for opens, closes in pairs)


EXAMPLES: list[Any] = [
    ALLOW,
    Decision(
        outcome=Outcome.REFER,
        reasons=[
            Reason(
                "org.span_too_wide",
                Severity.WARNING,
                {"reports": 12, "limit": Money("8.50", "CNY"), "names": ["li", "wu"], "share": Fraction(1, 3)},
                "reports[0]",
                PolicyReference("OrgPolicy", "span", "limit"),
            )
        ],
        approvals=[RequiredApproval(approver="head", act="org.widen")],
        headroom=Decimal("0.10"),
        changes_at=datetime(2026, 1, 5, 9, tzinfo=SHANGHAI),
    ),
    ApprovalEvidence(approver="li", act="quota.revise", subject="q1", route="line", at=NOON),
    restore_case(
        [
            WorkflowEvent(command="start", source=None, target="draft", at=NOON, actor="li"),
            WorkflowEvent(command="submit", source="draft", target="sent", at=NOON + timedelta(hours=1), reason="r"),
        ]
    ),
    WorkflowEvent(command="start", source=None, target="draft", at=NOON),
    WorkingTime(
        zone="Asia/Shanghai",
        week=[WeekdayHours(days=["monday", "friday"], hours=hours((9, 12), (13, 18)))],
        holidays=[date(2026, 1, 1)],
        special=[SpecialHours(day=date(2026, 2, 14), hours=hours((9, 12)))],
    ),
    BandTable(
        bands=[
            Band(start=None, value=Rate.parse("1%")),
            Band(start=Fraction(100, 3), value=Rate.parse("2.0%"), side=Side.UPPER),
            Band(start=100, value=Rate(0)),
        ],
        end=Decimal("200.0"),
    ),
    Dated(
        subject="fee",
        entries=[
            DatedValue(effective=DateRange(date(2026, 1, 1)), value=5),
            DatedValue(effective=DateRange(date(2026, 2, 1), date(2026, 3, 1)), value="contradicts"),
        ],
    ),
    ExchangeRates.of(
        [ExchangeRate(source="EUR", target="USD", effective=DateRange(date(2026, 1, 1)), rate=Decimal("1.10"))]
    ),
    CurrencyTable.iso({"XBT": 8}),
    FiscalCalendar(first_month=4, covers=DateRange(date(2020, 1, 1), date(2030, 1, 1))),
    Derivation(
        label="earning",
        value=Fraction(1, 3),
        operation="product",
        parameters={"mode": "half_up"},
        terms=[Derivation(label="rate", value=Decimal("0.50")), Derivation(label="base", value=Fraction(2, 3))],
    ),
    LedgerBatch(
        key="b",
        at=NOON,
        commands=[
            OpenAccount(key="o", at=NOON, account="a", unit="CNY", limit=Money("5.00", "CNY")),
            Reserve(key="r", at=NOON, account="a", amount=Money("1.00", "CNY")),
        ],
    ),
]


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_the_words_of_core_come_back_as_they_were(value: Any) -> None:
    found = again(stored_kind(type(value), name="value"), value)
    assert found == value
    assert looks(found) == looks(value)


def test_entries_of_a_ledger_come_back_as_they_were() -> None:
    kind, ledger = stored_kind(LedgerEntry, name="entry"), PureLedger()
    for command in draw_commands(7, 300):
        try:
            _, entries = decide_ledger(ledger, command)
        except IdempotencyConflict:
            continue
        for entry in entries:
            assert again(kind, entry) == entry
            ledger = evolve_ledger(ledger, entry)


#: Classes that are programs rather than values: they hold functions or types.
PROGRAMS = {"StoredKind", "Transition", "WorkflowTable", "WorkflowState"}


#: What is computed to answer questions, and made again of the records that are stored.
COMPUTED = {"DayRecords"}


def nouns() -> list[type]:
    """The public attrs classes of core, and those of the models and policies of every room."""
    found = {}
    for module in pkgutil.walk_packages(salesrules.__path__, "salesrules."):
        room, _, shelf = module.name.removeprefix("salesrules.").partition(".")
        if room != "core" and shelf.partition(".")[0] not in ("model", "policy"):
            continue
        for name, kind in vars(importlib.import_module(module.name)).items():
            if isinstance(kind, type) and attrs.has(kind) and not issubclass(kind, Exception) and name[0] != "_":
                found[f"{kind.__module__}.{kind.__qualname__}"] = kind
    return [kind for kind in found.values() if kind.__name__ not in PROGRAMS and kind.__module__.count("rulebook") == 0]


def test_every_noun_of_every_room_can_be_stored() -> None:
    refused = []
    for kind in nouns():
        try:
            stored_kind(kind, name="noun")
        except InvalidValue as fault:
            if fault.field.partition(".")[0] not in COMPUTED:
                refused.append(f"{kind.__module__}: {fault}")
    assert not refused


def test_a_kind_serves_a_storage() -> None:
    cases, events = stored_kind(WorkflowCase, name="case"), stored_kind(Note | Round, name="event")
    case = EXAMPLES[3]

    def act(work: Any) -> Any:
        work.aggregates(cases).put("c", case, 0)
        work.journal(events).append("c", [Note(text="hello"), Round(radius=Decimal("1.0"))])
        return work.aggregates(cases).get("c").value, work.journal(events).read("c")

    assert run_unit(MemoryStorage(), act) == (case, (Note(text="hello"), Round(radius=Decimal("1.0"))))


SMALL = stored_kind(Node[Decimal | Money], name="node")


def test_all_faults_come_at_once_each_with_its_path() -> None:
    data = {
        "value": "five",
        "children": [{"value": "5"}, {"value": 5, "extra": 1}, {"children": []}, "node"],
    }
    with pytest.raises(InvalidDocument) as caught:
        SMALL.load(data)
    found = {(fault.path, fault.code) for fault in caught.value.faults}
    assert found == {
        ("value", "wire.wrong_type"),
        ("children[1].value", "wire.wrong_type"),
        ("children[1].extra", "wire.unknown_key"),
        ("children[2].value", "wire.missing"),
        ("children[3]", "wire.wrong_type"),
    }
    assert {fault.file for fault in caught.value.faults} == {"node"}


MIXED = stored_kind(Note | Round | str, name="mixed")


@pytest.mark.parametrize(
    ("kind", "data", "path"),
    [
        (MIXED, {"Note": {"text": 1}}, "Note.text"),
        (MIXED, {"Nota": {"text": "a"}}, "Nota"),
        (MIXED, {"Note": {"text": "a"}, "Round": {}}, "document"),
        (MIXED, "a", "document"),
        (stored_kind(Round | Square, name="shape"), {"kind": "oval"}, "kind"),
        (stored_kind(Reason, name="reason"), {"code": "a", "parameters": {"m": {"Money": "5"}}}, "parameters.m.Money"),
        (stored_kind(Reason, name="reason"), {"code": "a", "parameters": {"m": {"os.system": "ls"}}}, "os.system"),
        (stored_kind(Reason, name="reason"), {"code": "a", "parameters": {"m": 1.5}}, "parameters.m"),
        (stored_kind(datetime, name="instant"), "2026-01-05T12:00:00", "document"),
        (stored_kind(datetime, name="instant"), "2026-01-05T12:00:00+01:00[Mars/Base]", "document"),
        (stored_kind(datetime, name="instant"), "2026-02-31T12:00:00+01:00", "document"),
        (stored_kind(Decimal, name="number"), "NaN", "document"),
        (stored_kind(Decimal, name="number"), 5, "document"),
        (stored_kind(int, name="count"), True, "document"),
        (stored_kind(Fraction, name="share"), "1/0", "document"),
        (stored_kind(timedelta, name="span"), f"P{10**12}DT0.000000S", "document"),
        (stored_kind(Rate, name="rate"), "1E+200%", "document"),
        (stored_kind(Colour, name="colour"), "blue", "document"),
        (stored_kind(Held, name="held"), {"pending": "CNY 1", "posted": 5}, "posted"),
        (stored_kind(Held, name="held"), {"posted": "1"}, "pending"),
        (stored_kind(Held, name="held"), {"pending": "CNY 1", "lost": "1"}, "lost"),
        (stored_kind(Held, name="held"), ["CNY 1", "1"], "document"),
        (stored_kind(tuple[int, Money], name="pair"), [1], "document"),
        (stored_kind(tuple[int, Money], name="pair"), [1, "CNY x"], "[1]"),
        (stored_kind(Mapping[date, int], name="days"), [["2026-01-01", "1"]], "[0][1]"),
        (stored_kind(DateRange, name="span"), {"from": "2026-01-02", "until": "2026-01-01"}, "until"),
    ],
)
def test_what_does_not_fit_is_a_fault_with_its_path(kind: Any, data: Any, path: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        kind.load(data)
    assert path in caught.value.faults[0].path
    assert str(caught.value)


@attrs.frozen(kw_only=True)
class Loose:
    """A class whose author checks nothing."""

    node: Node[Any] | None = None
    numbers: tuple[Decimal, ...] = ()
    names: frozenset[str] = frozenset()
    by_name: Mapping[str, Money] = attrs.field(factory=dict)
    by_day: Mapping[date, Money] = attrs.field(factory=dict)
    pair: tuple[int, int] = (0, 0)
    colour: Colour = Colour.RED
    word: Literal["a"] = "a"
    one: Note | Round | None = None
    instant: datetime = NOON
    rate: Rate = attrs.field(factory=lambda: Rate(0))
    held: Held | None = None


class Subnote(Note):
    pass


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"numbers": (Decimal(1), 1.5)}, "loose.numbers[1]"),
        ({"numbers": (Decimal("NaN"),)}, "loose.numbers[0]"),
        ({"numbers": [Decimal(1)]}, "loose.numbers"),
        ({"names": {"a"}}, "loose.names"),
        ({"by_name": {"a": 5}}, "loose.by_name.a"),
        ({"by_name": {5: Money(5, "CNY")}}, "loose.by_name"),
        ({"by_name": ()}, "loose.by_name"),
        ({"by_day": {date(2026, 1, 1): 5}}, "loose.by_day[0][1]"),
        ({"by_day": ()}, "loose.by_day"),
        ({"pair": (1, 2, 3)}, "loose.pair"),
        ({"pair": Held(Money(1, "CNY"))}, "loose.pair"),
        ({"numbers": Held(Money(1, "CNY"))}, "loose.numbers"),
        ({"held": Held(Money(1, "CNY"), 5)}, "loose.held.posted"),
        ({"held": (1, 2)}, "loose.held"),
        ({"node": Node(value=Held(Money(1, "CNY")))}, "loose.node.value"),
        ({"colour": "red"}, "loose.colour"),
        ({"word": "b"}, "loose.word"),
        ({"one": Square(side=Fraction(1))}, "loose.one"),
        ({"one": Subnote(text="a")}, "loose.one"),
        ({"node": Node(value=object())}, "loose.node.value"),
        ({"node": Node(value=[1])}, "loose.node.value"),
        ({"node": Note(text="a")}, "loose.node"),
        ({"instant": datetime(2026, 1, 1)}, "loose.instant"),  # noqa: DTZ001 - a fault is wanted
        ({"instant": date(2026, 1, 1)}, "loose.instant"),
        ({"rate": Rate(1).times(Rate(Decimal("1E-30"))).times(Rate(Decimal("1E-30")))}, "loose.rate"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(fields: Any, path: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        stored_kind(Loose, name="loose").dump(Loose(**fields))
    assert caught.value.field == path


class Number(IntEnum):
    ONE = 1


class Plain(Enum):
    PAIR = (1, 2)


@pytest.mark.parametrize("kind", [float, bytes, list[int], object, Number, Plain, type[int], Literal[1], complex])
def test_a_type_that_cannot_be_stored_is_refused_at_once(kind: Any) -> None:
    with pytest.raises(InvalidValue):
        stored_kind(kind, name="value")
    again = attrs.make_class("Holder", {"part": attrs.field(type=kind)}, frozen=True)
    with pytest.raises(InvalidValue, match=r"Holder\.part"):
        stored_kind(again, name="value")


def test_members_of_a_union_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(InvalidValue, match="own class"):
        stored_kind(Node[int] | Node[str], name="node")


def test_a_word_of_a_room_comes_back_as_an_equal_word() -> None:
    reason = Reason("a.b", parameters={"colour": Colour.RED})
    assert again(stored_kind(Reason, name="reason"), reason) == reason


def test_a_field_that_was_added_since_has_its_default() -> None:
    @attrs.frozen(kw_only=True)
    class Added:
        text: str
        tags: tuple[str, ...] = attrs.field(default=("new",), converter=as_tuple)

    Added.__annotations__.update(text=str, tags=tuple[str, ...])
    assert stored_kind(Added, name="note").load({"text": "a"}) == Added(text="a")

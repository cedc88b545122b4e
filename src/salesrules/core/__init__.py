"""The words every room uses: money, rates, bands, dates, decisions and derivations.

>>> from salesrules.core import Money, Rate
>>> Money("200.00", "CNY") * Rate.parse("1.5%")
Money('3.00000', 'CNY')
"""

from typing import TYPE_CHECKING, Any

from salesrules.core.allocation import TieOrder, allocate_units
from salesrules.core.bands import Band, BandTable, Side
from salesrules.core.converters import as_parameters, as_tuple
from salesrules.core.currencies import CurrencyTable, is_currency, is_currency_code
from salesrules.core.dated import Dated, DatedValue
from salesrules.core.dates import DateRange
from salesrules.core.decisions import (
    ALLOW,
    Decision,
    Outcome,
    PolicyReference,
    Reason,
    ReasonCode,
    RequiredApproval,
    Severity,
    combine_decisions,
    decide,
    decision_of,
)
from salesrules.core.derivations import Derivation, Operation
from salesrules.core.errors import (
    AmbiguousDay,
    BackendUnavailable,
    CurrencyMismatch,
    Denied,
    Fault,
    IdempotencyConflict,
    InvalidDocument,
    InvalidValue,
    MissingAggregate,
    MissingDay,
    PrecisionExceeded,
    SalesRulesError,
    StaleVersion,
    UnknownName,
)
from salesrules.core.evidence import ApprovalEvidence
from salesrules.core.exact import (
    EXACT,
    Exact,
    as_decimal,
    as_fraction,
    exact_product,
    exact_sum,
    minus,
    narrowed,
    plus,
    read_numeral,
    times,
    to_decimal,
)
from salesrules.core.exchange import ExchangeRate, ExchangeRates
from salesrules.core.fiscal import FiscalCalendar, FiscalPattern, WeekRule, YearName
from salesrules.core.instants import check_instant, is_before, later_by
from salesrules.core.life import PolicyLife, PolicyStatus, check_life, decide_in_force, demand
from salesrules.core.money import Money, total
from salesrules.core.names import nearest_names
from salesrules.core.parameters import Parameters
from salesrules.core.periods import Period, PeriodKind, Weekday, days_between, share_of
from salesrules.core.protocols import SupportsRecords
from salesrules.core.rate import Rate
from salesrules.core.rounding import Rounding, RoundingMode, round_exactly
from salesrules.core.storage_ports import (
    AggregateStore,
    Journal,
    LedgerStore,
    Storage,
    StoredKind,
    UnitOfWork,
    Versioned,
)
from salesrules.core.time_limits import (
    CountsTime,
    TimeCount,
    TimeLimit,
    hours_as_duration,
    is_zone,
    local_day,
    local_midnight,
)
from salesrules.core.validators import check_identifier, is_aware, is_day, is_identifier, is_named
from salesrules.core.word_enum import WordEnum

if TYPE_CHECKING:
    from salesrules.core.ledger import (
        COUNT,
        ChangeLimit,
        CloseAccount,
        ExpireReservations,
        Held,
        Ledger,
        LedgerAccount,
        LedgerAmount,
        LedgerBalance,
        LedgerBatch,
        LedgerCommand,
        LedgerEntry,
        LimitLowering,
        Movement,
        MovementKind,
        OpenAccount,
        Post,
        Posting,
        PostReservation,
        Refund,
        Remainder,
        Reservation,
        ReservationStatus,
        Reserve,
        TransferLimit,
        VoidReservation,
        advance_ledger,
        decide_ledger,
        evolve_ledger,
        restore_ledger,
    )
    from salesrules.core.workflow import (
        Choice,
        Conformance,
        CountsWorkingTime,
        Deadline,
        DeadlineKind,
        Deviation,
        Guard,
        LogEntry,
        ReplayedCase,
        StateKind,
        Transition,
        Variant,
        WorkflowCase,
        WorkflowEvent,
        WorkflowState,
        WorkflowTable,
        advance_case,
        check_edit,
        decide_command,
        evolve_case,
        expire_case,
        find_due,
        is_overdue,
        paths_to_mermaid,
        replay_log,
        restore_case,
        start_case,
        to_mermaid,
        to_scxml,
    )
    from salesrules.core.working_time import SpecialHours, WeekdayHours, WorkingHours, WorkingTime

__all__ = [
    "ALLOW",
    "COUNT",
    "EXACT",
    "AggregateStore",
    "AmbiguousDay",
    "ApprovalEvidence",
    "BackendUnavailable",
    "Band",
    "BandTable",
    "ChangeLimit",
    "Choice",
    "CloseAccount",
    "Conformance",
    "CountsTime",
    "CountsWorkingTime",
    "CurrencyMismatch",
    "CurrencyTable",
    "DateRange",
    "Dated",
    "DatedValue",
    "Deadline",
    "DeadlineKind",
    "Decision",
    "Denied",
    "Derivation",
    "Deviation",
    "Exact",
    "ExchangeRate",
    "ExchangeRates",
    "ExpireReservations",
    "Fault",
    "FiscalCalendar",
    "FiscalPattern",
    "Guard",
    "Held",
    "IdempotencyConflict",
    "InvalidDocument",
    "InvalidValue",
    "Journal",
    "Ledger",
    "LedgerAccount",
    "LedgerAmount",
    "LedgerBalance",
    "LedgerBatch",
    "LedgerCommand",
    "LedgerEntry",
    "LedgerStore",
    "LimitLowering",
    "LogEntry",
    "MissingAggregate",
    "MissingDay",
    "Money",
    "Movement",
    "MovementKind",
    "OpenAccount",
    "Operation",
    "Outcome",
    "Parameters",
    "Period",
    "PeriodKind",
    "PolicyLife",
    "PolicyReference",
    "PolicyStatus",
    "Post",
    "PostReservation",
    "Posting",
    "PrecisionExceeded",
    "Rate",
    "Reason",
    "ReasonCode",
    "Refund",
    "Remainder",
    "ReplayedCase",
    "RequiredApproval",
    "Reservation",
    "ReservationStatus",
    "Reserve",
    "Rounding",
    "RoundingMode",
    "SalesRulesError",
    "Severity",
    "Side",
    "SpecialHours",
    "StaleVersion",
    "StateKind",
    "Storage",
    "StoredKind",
    "SupportsRecords",
    "TieOrder",
    "TimeCount",
    "TimeLimit",
    "TransferLimit",
    "Transition",
    "UnitOfWork",
    "UnknownName",
    "Variant",
    "Versioned",
    "VoidReservation",
    "WeekRule",
    "Weekday",
    "WeekdayHours",
    "WordEnum",
    "WorkflowCase",
    "WorkflowEvent",
    "WorkflowState",
    "WorkflowTable",
    "WorkingHours",
    "WorkingTime",
    "YearName",
    "advance_case",
    "advance_ledger",
    "allocate_units",
    "as_decimal",
    "as_fraction",
    "as_parameters",
    "as_tuple",
    "check_edit",
    "check_identifier",
    "check_instant",
    "check_life",
    "combine_decisions",
    "days_between",
    "decide",
    "decide_command",
    "decide_in_force",
    "decide_ledger",
    "decision_of",
    "demand",
    "evolve_case",
    "evolve_ledger",
    "exact_product",
    "exact_sum",
    "expire_case",
    "find_due",
    "hours_as_duration",
    "is_aware",
    "is_before",
    "is_currency",
    "is_currency_code",
    "is_day",
    "is_identifier",
    "is_named",
    "is_overdue",
    "is_zone",
    "later_by",
    "local_day",
    "local_midnight",
    "minus",
    "narrowed",
    "nearest_names",
    "paths_to_mermaid",
    "plus",
    "read_numeral",
    "replay_log",
    "restore_case",
    "restore_ledger",
    "round_exactly",
    "share_of",
    "start_case",
    "times",
    "to_decimal",
    "to_mermaid",
    "to_scxml",
    "total",
]

if not TYPE_CHECKING:  # a checker that saw this function would believe every name

    def __getattr__(name: str) -> Any:
        """Workflow tables, ledger and working time load when first asked for, since most rules need none of them."""
        if name not in __all__:
            raise AttributeError(f"module 'salesrules.core' has no attribute {name!r}")
        from salesrules.core import working_time as module

        if name not in module.__all__:
            from salesrules.core import workflow as module
        if name not in module.__all__:
            from salesrules.core import ledger as module
        return getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)

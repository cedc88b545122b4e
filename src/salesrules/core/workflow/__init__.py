"""Workflow tables: declared once, proved at build, commanded by roles and guards, replayed from events.

>>> from datetime import UTC, datetime
>>> claim = WorkflowTable(
...     id="claim",
...     states=[
...         WorkflowState(id="draft", kind="initial"),
...         WorkflowState(id="submitted", kind="pending"),
...         WorkflowState(id="paid", kind="final"),
...     ],
...     transitions=[
...         Transition(sources=["draft"], command="submit", target="submitted"),
...         Transition(sources=["submitted"], command="pay", target="paid", role="cashier"),
...     ],
... )
>>> case = start_case(claim, as_of=datetime(2020, 1, 6, 9, tzinfo=UTC))
>>> case = advance_case(claim, case, "submit", as_of=datetime(2020, 1, 6, 10, tzinfo=UTC), actor="li")
>>> decision, events = decide_command(claim, case, "pay", as_of=datetime(2020, 1, 7, 9, tzinfo=UTC), actor="li")
>>> decision.reasons[0].code, events
('workflow.role_missing', ())
>>> restore_case(case.history) == case
True
"""

from salesrules.core.workflow.cases import WorkflowCase, WorkflowEvent, evolve_case, restore_case, start_case
from salesrules.core.workflow.commands import advance_case, check_edit, decide_command
from salesrules.core.workflow.conformance import Conformance, Deviation, LogEntry, ReplayedCase, Variant
from salesrules.core.workflow.deadlines import CountsWorkingTime, expire_case, find_due, is_overdue
from salesrules.core.workflow.diagrams import paths_to_mermaid, to_mermaid
from salesrules.core.workflow.model import Choice, Deadline, DeadlineKind, Guard, StateKind, Transition, WorkflowState
from salesrules.core.workflow.reasons import REASONS
from salesrules.core.workflow.replaying import replay_log
from salesrules.core.workflow.scxml import to_scxml
from salesrules.core.workflow.table import REVISE, START, WorkflowTable

__all__ = [
    "REASONS",
    "REVISE",
    "START",
    "Choice",
    "Conformance",
    "CountsWorkingTime",
    "Deadline",
    "DeadlineKind",
    "Deviation",
    "Guard",
    "LogEntry",
    "ReplayedCase",
    "StateKind",
    "Transition",
    "Variant",
    "WorkflowCase",
    "WorkflowEvent",
    "WorkflowState",
    "WorkflowTable",
    "advance_case",
    "check_edit",
    "decide_command",
    "evolve_case",
    "expire_case",
    "find_due",
    "is_overdue",
    "paths_to_mermaid",
    "replay_log",
    "restore_case",
    "start_case",
    "to_mermaid",
    "to_scxml",
]

"""Reports: pages, pictures and notebook views; the only place that draws.

>>> from salesrules.reports import CurveBasis
>>> CurveBasis("amount").value
'amount'
"""

from salesrules.reports.content import CurveBasis, PlanCurve, ReportContent, RollUpKind, RollUpRow, RollUpTable
from salesrules.reports.page import render_report

__all__ = ["CurveBasis", "PlanCurve", "ReportContent", "RollUpKind", "RollUpRow", "RollUpTable", "render_report"]

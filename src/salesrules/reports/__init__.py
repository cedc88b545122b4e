"""Reports: pages, pictures and notebook views; the only place that draws.

>>> from salesrules import company
>>> result = company.load(company.sample_folder()).run("2020-Q1")
>>> render_summary(result.content, "zh_CN").count("Amy Alberts")
1
"""

from salesrules.reports.content import PlanCurve, ReportContent, RollUpKind, RollUpRow, RollUpTable
from salesrules.reports.extras import MissingExtra
from salesrules.reports.pages import render_derivation, render_report, render_statement, render_summary
from salesrules.reports.pictures import draw_payout_curve

__all__ = [
    "MissingExtra",
    "PlanCurve",
    "ReportContent",
    "RollUpKind",
    "RollUpRow",
    "RollUpTable",
    "draw_payout_curve",
    "render_derivation",
    "render_report",
    "render_statement",
    "render_summary",
]

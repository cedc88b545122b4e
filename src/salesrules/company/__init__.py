"""A company's folder: rulebook, column mapping and files in; everybody's pay, explained, out.

>>> from salesrules import company
>>> result = company.load(company.sample_folder()).run("2020-Q1")
>>> len(result.commissions.statements)
18
"""

from salesrules.company.bulk import BULK_ROWS
from salesrules.company.comparing import PayComparison
from salesrules.company.facts import CompanyFacts, Region
from salesrules.company.loading import REPORT_LINES, Company, load, looks_large
from salesrules.company.logs import LogColumns, LogMapping, check_log_mapping, read_log
from salesrules.company.mapping import CompanyDocument
from salesrules.company.results import CompanyResult
from salesrules.company.sample import sample_folder, starter_rulebook
from salesrules.company.starting import STARTER_PERIOD, start_folder

__all__ = [
    "BULK_ROWS",
    "REPORT_LINES",
    "STARTER_PERIOD",
    "Company",
    "CompanyDocument",
    "CompanyFacts",
    "CompanyResult",
    "LogColumns",
    "LogMapping",
    "PayComparison",
    "Region",
    "check_log_mapping",
    "load",
    "looks_large",
    "read_log",
    "sample_folder",
    "start_folder",
    "starter_rulebook",
]

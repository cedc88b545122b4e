r"""Documents in and out: TOML, JSON, YAML and CSV; strict, with all faults at once and their paths.

>>> from salesrules.wire import parse_rulebook
>>> parse_rulebook('rulebook.name = "Sample"\nrulebook.currencies = { XBT = 8 }').currencies.digits("XBT")
8
"""

from salesrules.wire.documents import load_document, parse_document
from salesrules.wire.dumping import dump
from salesrules.wire.rulebooks import check_rulebook, dump_rulebook, find_lines, load_rulebook, parse_rulebook
from salesrules.wire.schema import document_schema, rulebook_schema
from salesrules.wire.sources import Format
from salesrules.wire.stored_kinds import stored_kind
from salesrules.wire.tables import Table, TableRow, iterate_table, parse_table, read_table
from salesrules.wire.writing import render_csv, render_json, write_csv, write_json, write_text

__all__ = [
    "Format",
    "Table",
    "TableRow",
    "check_rulebook",
    "document_schema",
    "dump",
    "dump_rulebook",
    "find_lines",
    "iterate_table",
    "load_document",
    "load_rulebook",
    "parse_document",
    "parse_rulebook",
    "parse_table",
    "read_table",
    "render_csv",
    "render_json",
    "rulebook_schema",
    "stored_kind",
    "write_csv",
    "write_json",
    "write_text",
]

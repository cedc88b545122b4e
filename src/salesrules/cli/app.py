"""The command line: its commands, and how faults leave it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

import salesrules
from salesrules.cli import documents, output, paying, querying, workflows
from salesrules.cli.options import FINE, FOUND, INTERRUPTED, UNREADABLE
from salesrules.core import Denied, InvalidDocument, SalesRulesError
from salesrules.messages import render_decision

__all__ = ["app", "run"]

app = App(
    name="salesrules",
    help="The rules of a sales organisation: pay, proved and explained.",
    version=salesrules.__version__,
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)

app.command(paying.demo)
app.command(paying.run_folder, name="run")
app.command(paying.explain)
app.command(paying.why)
app.command(documents.check)
app.command(documents.review_document, name="review")
app.command(documents.solve)
app.command(documents.diff)
app.command(documents.schema)
app.command(querying.sql)
app.command(workflows.diagram)
app.command(workflows.replay)
app.command(paying.init)


def run(arguments: Sequence[str]) -> int:
    """Run a command line; every fault goes to standard error, never a traceback."""
    with output.forgiving():
        try:
            result = app(arguments, exit_on_error=False, print_error=False)
            sys.stdout.flush()
        except CycloptsError as error:
            output.error(f"{error}\nsee: salesrules --help")
            return UNREADABLE
        except InvalidDocument as error:
            output.faults(error.faults)
            return UNREADABLE
        except Denied as error:
            output.error("\n".join(render_decision(error.decision)))
            return FOUND
        except SalesRulesError as error:
            output.error(str(error))
            return UNREADABLE
        except BrokenPipeError:  # whoever read our output has seen enough
            output.silence()
            return FINE
        except KeyboardInterrupt:
            output.error("interrupted")
            return INTERRUPTED
    return result if isinstance(result, int) else FINE

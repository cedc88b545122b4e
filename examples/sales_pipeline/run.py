"""A sales pipeline from CSV files: funnel, ages, classes of accounts, missed deadlines, and the blemishes of the data.

python examples/sales_pipeline/run.py [FOLDER] [--out DIR]
"""

from __future__ import annotations

import argparse
import difflib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path

import altair as alt
import attrs

from salesrules.core import LogEntry, Money, as_parameters, as_tuple, replay_log, to_decimal, total
from salesrules.customers import CustomerPolicy, classify_by_share
from salesrules.leads import (
    Funnel,
    JourneyStep,
    LeadJourney,
    LeadPolicy,
    build_lead_workflow,
    calculate_funnel,
    calculate_funnels,
)
from salesrules.messages import format_money, format_rate
from salesrules.wire import load_document, load_rulebook, read_table

HERE = Path(__file__).resolve().parent
OPPORTUNITIES = [
    "opportunity_id",
    "sales_agent",
    "product",
    "account",
    "deal_stage",
    "engage_date",
    "close_date",
    "close_value",
]


@attrs.frozen(kw_only=True)
class PipelineMapping:
    """What the words of the files mean."""

    currency: str
    stages: Mapping[str, str] = attrs.field(converter=as_parameters)
    spellings: Mapping[str, str] = attrs.field(factory=dict, converter=as_parameters)
    sectors: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True)
class Opportunity:
    """One row that could be read; days are `None` where the file has none."""

    id: str
    agent: str
    office: str
    account: str
    stage: str
    engaged: date | None
    closed: date | None
    won: Money
    list_price: Money


class Blemishes(Counter[str]):
    """What is wrong with the data, counted; nothing is corrected without being told."""

    def note(self, problem: str) -> None:
        """Count one more of a problem."""
        self[problem] += 1


class Pipeline:
    """The files of a folder, read once."""

    def __init__(self, folder: Path, mapping: PipelineMapping) -> None:
        self.mapping, self.blemishes = mapping, Blemishes()
        products = read_table(folder / "products.csv", ["product", "sales_price"]).rows
        self.prices = {row.values["product"]: self.money(row.values["sales_price"]) for row in products}
        teams = read_table(folder / "sales_teams.csv", ["sales_agent", "regional_office"]).rows
        self.offices = {row.values["sales_agent"]: row.values["regional_office"] for row in teams}
        accounts = read_table(folder / "accounts.csv", ["account", "sector"]).rows
        self.sectors = {row.values["account"]: self.sector(row.values["sector"]) for row in accounts}
        rows = read_table(folder / "opportunities.csv", OPPORTUNITIES).rows
        self.seen: set[str] = set()
        read = (self.opportunity(row.values, row.line) for row in rows)
        self.opportunities = [one for one in read if one is not None]
        silent = set(self.offices) - {one.agent for one in self.opportunities}
        if silent:
            self.blemishes[f"agents without an opportunity: {', '.join(sorted(silent))}"] = len(silent)

    def money(self, text: str) -> Money:
        """An amount of the mapping's currency."""
        return Money(to_decimal(text or "0"), self.mapping.currency)

    def spelled(self, kind: str, word: str, known: Sequence[str] | Mapping[str, object]) -> str:
        """The known word that a word stands for; noted where it is spelled otherwise, or unknown."""
        if word in known:
            return word
        meant = self.mapping.spellings.get(word)
        if meant in known:
            self.blemishes.note(f"{kind} {word!r} read as {meant!r}")
            return str(meant)
        near = difflib.get_close_matches(word, list(known), n=1)
        self.blemishes.note(f"{kind} {word!r} is unknown{f'; did you mean {near[0]!r}?' if near else ''}")
        return word

    def sector(self, word: str) -> str:
        """The sector of an account."""
        return self.spelled("sector", word, self.mapping.sectors)

    def opportunity(self, row: Mapping[str, str], line: int) -> Opportunity | None:
        """One row; `None` where it cannot be used, and then it is noted with its line."""

        def refuse(problem: str) -> None:
            self.blemishes.note(f"left out, line {line}: {problem}")

        stage = self.mapping.stages.get(row["deal_stage"])
        try:
            engaged, closed = (date.fromisoformat(row[name]) if row[name] else None for name in OPPORTUNITIES[5:7])
            value = self.money(row["close_value"])
        except ValueError as error:
            return refuse(str(error))
        if stage is None:
            return refuse(f"the stage {row['deal_stage']!r} is not mapped")
        if row["opportunity_id"] in self.seen:
            return refuse(f"{row['opportunity_id']} comes twice")
        if stage in ("won", "lost") and (closed is None or engaged is None):
            return refuse(f"{stage} without both days")
        if engaged is not None and closed is not None and closed < engaged:
            return refuse(f"closed on {closed}, engaged on {engaged}")
        self.seen.add(row["opportunity_id"])
        product = self.spelled("product", row["product"], self.prices)
        if not row["account"]:
            self.blemishes.note(f"{row['deal_stage']} without an account")
        elif row["account"] not in self.sectors:
            self.blemishes.note(f"account {row['account']!r} is unknown")
        if row["sales_agent"] not in self.offices:
            self.blemishes.note(f"agent {row['sales_agent']!r} is in no office")
        if stage == "prospecting" and engaged is None:
            self.blemishes.note(f"{row['deal_stage']} without any day, so without an age")
        return Opportunity(
            id=row["opportunity_id"],
            agent=row["sales_agent"],
            office=self.offices.get(row["sales_agent"], "no office"),
            account=row["account"],
            stage=stage,
            engaged=engaged,
            closed=closed,
            won=value if stage == "won" else Money.zero(self.mapping.currency),
            list_price=self.prices.get(product, Money.zero(self.mapping.currency)),
        )

    @property
    def as_of(self) -> datetime:
        """The end of the last day that the opportunities speak of."""
        days = [day for one in self.opportunities for day in (one.engaged, one.closed) if day is not None]
        return instant(max(days) + timedelta(days=1))

    def journeys(self) -> list[LeadJourney]:
        """The steps of every opportunity; one without a day has come to its stage only now, so it has no age."""
        return [
            LeadJourney(
                lead=one.id,
                steps=[JourneyStep(stage=stage, at=at) for stage, at in self.steps(one)],
                value=one.list_price,
                attributes={"agent": one.agent, "office": one.office},
            )
            for one in self.opportunities
        ]

    def steps(self, one: Opportunity) -> list[tuple[str, datetime]]:
        """The stages that an opportunity came to, with the instants."""
        if one.engaged is None:
            return [(one.stage, self.as_of)]
        ends = [] if one.closed is None else [(one.stage, instant(one.closed))]
        return [("engaging", instant(one.engaged)), *ends]

    def log(self) -> list[LogEntry]:
        """What was done with every opportunity, as an event log."""
        commands = {"engaging": "engage", "won": "win", "lost": "lose"}
        return [
            LogEntry(one.id, commands[stage], at, None)
            for one in self.opportunities
            if one.engaged is not None
            for stage, at in self.steps(one)
        ]


def instant(day: date) -> datetime:
    """The beginning of a day."""
    return datetime.combine(day, time(), UTC)


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table: the first column to the left, figures to the right."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    print(f"\n{title}")
    for row in cells:
        print("  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]))


def days(age: timedelta | None) -> str:
    """Whole days."""
    return "" if age is None else f"{age.days} d"


def share(value: Fraction | None) -> str:
    """A share to a tenth of a per cent."""
    return "" if value is None else format_rate(round(value, 3))


def funnel_rows(funnel: Funnel) -> list[tuple[object, ...]]:
    """Per stage: reached, went on, open with its value, lost; nothing goes on from the last."""
    *before, last = funnel
    rows: list[tuple[object, ...]] = [
        (m.stage, m.reached, share(m.conversion), m.open_leads, format_money(Money(m.open_value, funnel.unit)), m.lost)
        for m in before
    ]
    return [*rows, (last.stage, last.reached, "", "", "", "")]


def engaged_rows(funnels: Mapping[str, Funnel]) -> list[tuple[str, int, str, int, str, str]]:
    """Per name: engaged, won of the closed, still open, days to close, days open; the best conversion first."""
    found = []
    for name, funnel in funnels.items():
        stage = funnel.of("engaging")
        closed = stage.advanced + stage.lost
        won = Fraction(stage.advanced, closed) if closed else None
        found.append((won or Fraction(0), name, stage, won))
    return [
        (name, stage.reached, share(won), stage.open_leads, days(stage.median_age), days(stage.median_open_age))
        for _, name, stage, won in sorted(found, key=lambda row: (-row[0], row[1]))
    ]


def draw(funnel: Funnel, offices: Mapping[str, Funnel], path: Path) -> None:
    """The funnel by stage, and what became of the engaged by office, as one picture."""
    stages = [{"stage": measure.stage, "opportunities": measure.reached} for measure in funnel]
    names = [measure.stage for measure in funnel]
    left = (
        alt.Chart(alt.Data(values=stages), title="How far opportunities came")
        .mark_bar()
        .encode(x="opportunities:Q", y=alt.Y("stage:N", sort=names, title=None))
    )
    ends = [
        {"office": office, "became": became, "opportunities": count, "place": place}
        for office, part in offices.items()
        for place, (became, count) in enumerate(
            (
                ("won", part.of("engaging").advanced),
                ("lost", part.of("engaging").lost),
                ("open", part.of("engaging").open_leads),
            )
        )
    ]
    right = (
        alt.Chart(alt.Data(values=ends), title="What became of the engaged")
        .mark_bar()
        .encode(
            x=alt.X("opportunities:Q"),
            y=alt.Y("office:N", title=None),
            color=alt.Color("became:N", sort=["won", "lost", "open"], title=None),
            order="place:Q",
        )
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    (left | right).resolve_scale(color="independent").save(path)


def main() -> None:
    """Read the folder, report, draw."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=HERE / "data")
    parser.add_argument("--out", type=Path, default=Path("sales-pipeline"))
    given = parser.parse_args()
    book = load_rulebook(HERE / "rulebook.toml")
    leads = book.policy(LeadPolicy)
    pipeline = Pipeline(given.folder, load_document(HERE / "mapping.toml", PipelineMapping))
    as_of, journeys, scheme = pipeline.as_of, pipeline.journeys(), leads.schemes[0]
    stages = [stage.id for stage in scheme.stages]

    funnel = calculate_funnel(journeys, stages, leads, as_of)
    offices = calculate_funnels(journeys, "office", stages, leads, as_of)
    print(f"{funnel.leads} opportunities of {len(pipeline.sectors)} accounts, as of {as_of.date()}")
    show("Funnel", ["stage", "reached", "went on", "open", "open at list price", "lost"], funnel_rows(funnel))
    if funnel.bottleneck is not None:
        print(f"The bottleneck is {funnel.bottleneck.stage}: {share(funnel.bottleneck.conversion)} of it goes on.")
    head = ["engaged", "won of closed", "open", "median to close", "median open"]
    show("By office", ["office", *head], engaged_rows(offices))
    show("By agent", ["agent", *head], engaged_rows(calculate_funnels(journeys, "agent", stages, leads, as_of)))

    sales: dict[str, list[Money]] = defaultdict(list)
    for one in pipeline.opportunities:
        if one.account:
            sales[one.account].append(one.won)
    amounts = {account: total(parts) for account, parts in sales.items()}
    classes = classify_by_share(amounts, book.policy(CustomerPolicy))
    names = sorted({one.customer_class for one in classes})
    by_class = {name: [one for one in classes if one.customer_class == name] for name in names}
    show(
        "Accounts by what they bought",
        ["class", "accounts", "sales", "the largest"],
        [
            (name, len(own), format_money(Money(sum(c.amount for c in own), funnel.unit)), own[0].customer)
            for name, own in by_class.items()
        ],
    )

    owners = {one.id: one for one in pipeline.opportunities}
    found = replay_log(build_lead_workflow(scheme), pipeline.log(), as_of=as_of)
    late = [owners[d.case] for d in found.deviations if d.reason.code == "workflow.deadline_missed"]
    by_agent = Counter((one.agent, one.office) for one in late)
    limit = next(stage.deadline for stage in scheme.stages if stage.deadline is not None)
    show(
        f"Engaged for more than {limit.days} days: {len(late)}, {sum(one.closed is None for one in late)} of them open",
        ["agent", "office", "times"],
        [(*who, count) for who, count in sorted(by_agent.items(), key=lambda row: (-row[1], row[0]))],
    )
    told = ("workflow.deadline_missed", "workflow.not_finished")
    others = {code: count for code, count in found.counts.items() if code not in told}
    show("Other departures from the workflow", ["rule", "times"], list(others.items()) or [("none", "")])
    show("Blemishes of the data", ["what", "rows"], pipeline.blemishes.most_common() or [("none", "")])
    draw(funnel, offices, given.out / "pipeline.svg")
    print(f"\nwritten: {given.out / 'pipeline.svg'}")


if __name__ == "__main__":
    main()

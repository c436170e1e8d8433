"""Scenarios beside each other as lines of text, for the window and for paper."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.plan_settings import PLAN_NAMES
from harvestdesk.domain.security import ASSET_CLASS_NAMES, AssetClass
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.document import (
    Align,
    Block,
    Column,
    Heading,
    Paragraph,
    Report,
    Row,
    Table,
)
from harvestdesk.reports.document import Tone as PaperTone
from harvestdesk.reports.figures import count, long_day, number, percent, proved_percent, usd0
from harvestdesk.reports.worksheets.parts import running_head
from harvestdesk.services.context import AppContext
from harvestdesk.services.scenarios import ScenarioRow, ScenarioTable, compare

BEST = "✓ "
"""Stands before the best figure of a line in which the scenarios differ."""
NOTHING = "–"
NONE_YET = (
    "No scenario is kept yet. Make a plan, keep it as a scenario, change a limit, plan again and keep that one too: "
    "here they stand beside each other."
)
_TO_FILL = 720
"""Width of all scenarios' columns on paper, beside 200 for the labels."""


@dataclass(frozen=True, slots=True)
class ScenarioLine:
    """One line of the comparison.

    Attributes:
        explanation: what the figures mean.
        asked: a setting, not an outcome.
    """

    label: str
    texts: tuple[str, ...]
    explanation: str
    asked: bool = False


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A figure of a plan: how it is written, and, where less is better, how it is compared."""

    label: str
    explanation: str
    text: Callable[[ScenarioRow], str]
    better: Callable[[ScenarioRow], Decimal | None] | None = None


def scenario_lines(table: ScenarioTable) -> tuple[ScenarioLine, ...]:
    """Return what was asked where it differs, then what each scenario comes to."""
    rows = table.rows
    if not rows:
        return ()
    jobs = ScenarioLine(
        "Job", tuple(PLAN_NAMES[r.kind] for r in rows), "What the plan is for", asked=True
    )
    days = ScenarioLine(
        "Planned for", tuple(r.as_of.isoformat() for r in rows), "Day of the plan", asked=True
    )
    asked = (
        ScenarioLine(
            line.label,
            tuple(v or NOTHING for v in line.values),
            "Asked for; settings that are the same everywhere are left out",
            asked=True,
        )
        for line in table.asked
        if line.field != "kind"
    )
    return (jobs, days, *asked, *(_line(outcome, rows) for outcome in _OUTCOMES))


def _line(outcome: _Outcome, rows: Sequence[ScenarioRow]) -> ScenarioLine:
    texts = [outcome.text(row) for row in rows]
    if outcome.better is not None:
        figures = [outcome.better(row) for row in rows]
        known = [f for f in figures if f is not None]
        least = min(known, default=None)
        if len(set(texts)) > 1 and len(known) == len(figures):
            best = texts[figures.index(least)]
            texts = [BEST + text if text == best else text for text in texts]
    return ScenarioLine(outcome.label, tuple(texts), outcome.explanation)


def _signed(value: Decimal) -> str:
    text = usd0(value)
    return f"+{text}" if round(value) > 0 else text


def _drift(row: ScenarioRow) -> str:
    if row.worst_drift is None:
        return NOTHING
    name = row.worst_class
    shown = ASSET_CLASS_NAMES[AssetClass(name)] if name in set(AssetClass) else name
    sign = "+" if row.worst_drift > 0 else ""
    return f"{shown} {sign}{percent(row.worst_drift)}"


def _gap(row: ScenarioRow) -> str:
    proved = proved_percent(row.gap)
    return NOTHING if proved is None else f"{number(proved, 2)}%"


def _state(row: ScenarioRow) -> str:
    if not row.passed:
        return "not to be traded"
    return "household changed since" if row.stale else "as planned"


_OUTCOMES: tuple[_Outcome, ...] = (
    _Outcome("Tax this year", "Tax of the year with the plan less without; a minus is saved",
             lambda r: _signed(r.tax), lambda r: r.tax),
    _Outcome("Tracking error", "Expected yearly difference to the targets once the plan is carried out",
             lambda r: f"{number(r.tracking_error_bp, 1)} bp", lambda r: r.tracking_error_bp),
    _Outcome("Farthest from target", "The asset class farthest from its target after the plan",
             _drift, lambda r: None if r.worst_drift is None else abs(r.worst_drift)),
    _Outcome("Losses realised", "Losses of its sales in taxed accounts", lambda r: usd0(r.losses)),
    _Outcome("Gains realised", "Gains of its sales in taxed accounts", lambda r: usd0(r.gains)),
    _Outcome("Turnover", "Sold, as a share of the household's value",
             lambda r: NOTHING if r.turnover is None else percent(r.turnover), lambda r: r.turnover),
    _Outcome("Orders", "Sales and purchases; lots of one security in one account are one order",
             lambda r: number(Decimal(r.orders), 0), lambda r: Decimal(r.orders)),
    _Outcome("Cash after", "Cash of all accounts once it is carried out", lambda r: usd0(r.cash)),
    _Outcome("Within the best possible", "How far the plan can be from the best there is, by the solver's bound",
             _gap),
    _Outcome("State", "Whether it can be carried out as it is", _state),
)  # fmt: skip


# --- paper --------------------------------------------------------------------------------------------
def scenario_report(ctx: AppContext) -> Report:
    """Return the comparison as a sheet."""
    table = compare(ctx)
    return scenario_sheet(table, ctx.snapshot())


def scenario_sheet(table: ScenarioTable, snapshot: HouseholdSnapshot) -> Report:
    """Return scenarios beside each other: outcomes first, then what was asked."""
    lines = scenario_lines(table)
    blocks: list[Block] = [Paragraph(scenario_answer(table), PaperTone.LEAD)]
    if lines:
        names = [row.name for row in table.rows]
        blocks += [Heading("What each comes to"), _table(names, [x for x in lines if not x.asked])]
        blocks += [Heading("What was asked"), _table(names, [x for x in lines if x.asked])]
        blocks.append(
            Paragraph(
                "A tick marks the best figure of a line, by that line alone. Settings that are the same in every "
                "scenario are left out.",
                PaperTone.SMALL,
            )
        )
    return Report(
        title="Scenarios compared",
        subtitle=snapshot.household.name,
        header=(("As of", long_day(snapshot.as_of)), ("Scenarios", str(len(table.rows)))),
        blocks=tuple(blocks),
        running=running_head(snapshot),
        simulated=snapshot.household.simulated,
        dated=snapshot.as_of,
    )


def _table(names: Sequence[str], lines: Sequence[ScenarioLine]) -> Table:
    share = max(60, _TO_FILL // max(1, len(names)))
    columns = (Column("", width_share=200), *(Column(n, Align.RIGHT, share) for n in names))
    return Table(columns, tuple(Row((line.label, *line.texts)) for line in lines))


def scenario_answer(table: ScenarioTable) -> str:
    """Return which scenario costs the least tax and which is nearest to the targets."""
    rows = table.rows
    if not rows:
        return NONE_YET
    if len(rows) == 1:
        return f"One scenario is kept: {rows[0].name}. Keep another one to compare."
    tax = min(rows, key=lambda r: r.tax)
    near = min(rows, key=lambda r: r.tracking_error_bp)
    words = f"{count(len(rows), 'scenario')}: {tax.name} has the least tax ({_signed(tax.tax)})"
    if near is tax:
        return f"{words} and the least tracking error ({number(near.tracking_error_bp, 1)} bp)."
    more_tax = (near.tax - tax.tax).quantize(Decimal(1))
    more_error = number(tax.tracking_error_bp - near.tracking_error_bp, 1)
    return f"{words}; {near.name} is {more_error} bp nearer to the targets and costs {usd0(more_tax)} more tax."

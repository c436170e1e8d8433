"""Overview: what the household is worth, what could be harvested, what comes up next."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QLabel, QWidget

from harvestdesk.domain.account import ACCOUNT_TYPE_NAMES
from harvestdesk.domain.plan_settings import PLAN_NAMES, PlanKind
from harvestdesk.gui import formatting
from harvestdesk.gui.models.table_base import Column, ColumnTable, Kind
from harvestdesk.gui.remarks import coverage_words
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.view_base import DeskData, Figure, Page, ViewContext
from harvestdesk.gui.views.overview.words import answer, event_meaning, event_tone, event_words
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.services.views.overview import Event, EventKind, Overview
from harvestdesk.services.views.plan import PlanView

_NO_DATA = (
    "There is nothing in this household yet. Import what your brokers let you download: positions, "
    "lots and transactions. You see everything before it is written."
)

_MOST_EVENTS = 16
_PAGE_OF = {
    EventKind.PLAN: "plan",
    EventKind.PLAN_AGAIN: "plan",
    EventKind.PLAN_FAILED: "plan",
    EventKind.CARRY_OUT: "plan",
    EventKind.TRADE_AGAIN: "rebalance",
    EventKind.TRADES_FAILED: "rebalance",
    EventKind.CARRY_OUT_TRADES: "rebalance",
    EventKind.YEAR_END: "lots",
    EventKind.LOSS_TURNS_LONG: "lots",
    EventKind.LONG_TERM: "lots",
}


def _gain_tone(row: Mapping[str, Any]) -> Tone:
    gain = row["gain"]
    if gain is None or gain == 0:
        return Tone.PLAIN
    return Tone.LOSS if gain < 0 else Tone.GAIN


def _account_columns() -> tuple[Column, ...]:
    return (
        Column(
            "name",
            "Account",
            width=22,
            stretch=True,
            explain="The account's name in this household.",
        ),
        Column("type", "Taxed as", width=16, explain="How sales in the account are taxed."),
        Column("lots", "Lots", Kind.INTEGER, explain="Tax lots held.", width=6),
        Column(
            "value",
            "Value $",
            Kind.DOLLARS,
            explain="Shares times last price of every lot, plus cash.",
            explain_cell=lambda r: (
                f"{r['lots']} lots at their last prices plus cash of "
                f"{formatting.dollars(r['cash'], cents=True)}. Oldest price: "
                f"{formatting.day(r['price_on'])}."
            ),
        ),
        Column("cash", "Cash $", Kind.DOLLARS, explain="Cash balance the broker reported last."),
        Column(
            "gain",
            "Unrealised $",
            Kind.DOLLARS,
            tone=_gain_tone,
            explain="Value less adjusted basis of the lots; only where sales are taxed.",
            width=14,
        ),
        Column(
            "price_on",
            "Prices from",
            Kind.DATE,
            explain="Date of the oldest price used in this account.",
        ),
    )


def _event_columns() -> tuple[Column, ...]:
    def meaning(row: Mapping[str, Any]) -> str:
        return event_meaning(row["kind"])

    return (
        Column(
            "on", "By", Kind.DATE, explain="The day it happens, or has to be done by.", width=11
        ),
        Column(
            "what",
            "What to do",
            explain="What to do, or to know, about that day.",
            explain_cell=meaning,
            tone=lambda r: event_tone(r["kind"]),
            width=31,
        ),
        Column(
            "symbols",
            "Security",
            explain="Securities it concerns.",
            explain_cell=lambda r: f"{r['symbols']}: {event_meaning(r['kind'])}",
            width=10,
            stretch=True,
        ),
        Column("account", "Account", explain="Where it happens.", width=17),
        Column(
            "dollars",
            "At stake $",
            Kind.DOLLARS,
            explain="Losses or gains it touches, at the last prices.",
            explain_cell=meaning,
            width=11,
        ),
    )


class OverviewPage(Page):
    """The first page of an open household."""

    key = "overview"
    title = "Overview"

    def __init__(self, ctx: ViewContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        if "plan.run" in ctx.actions:
            self.set_primary(ctx.actions["plan.run"])
        if "import" in ctx.actions:
            self.add_secondary(ctx.actions["import"])
        self.accounts = DataTable(
            ColumnTable(_account_columns(), self.theme), self.theme, "Accounts", filters=False
        )
        self.events = DataTable(
            ColumnTable(_event_columns(), self.theme), self.theme, "What to do next", filters=False
        )
        self.accounts.activated.connect(self._on_account_activated)
        self.events.activated.connect(self._on_event_activated)
        self._nothing = QLabel(
            "Nothing is due: no loss can be sold at the prices known, and no lock ends in the next weeks."
        )
        self._nothing.setWordWrap(True)
        self.body.setSpacing(self.theme.px(Space.SMALL))
        self.body.addSpacing(self.theme.px(Space.SMALL))
        self.body.addWidget(_heading(self.theme, "What to do next"))
        self.body.addWidget(self._nothing)
        self.body.addWidget(self.events, 3)
        self.body.addSpacing(self.theme.px(Space.MEDIUM))
        self.body.addWidget(_heading(self.theme, "Accounts"))
        self.body.addWidget(self.accounts, 1)
        self.body.addStretch(0)
        self._events: tuple[Event, ...] = ()

    def refresh(self, data: DeskData) -> None:
        """Show the household anew."""
        shown = data.overview
        if not data.snapshot.lots and not any(data.snapshot.cash.values()):
            self.set_answer("An empty household.")
            self.show_empty(_NO_DATA, self.ctx.actions.get("import"))
            return
        self.show_body()
        self.set_answer(answer(shown, data.latest))
        self.set_figures(_figures(shown, data))
        self._show_accounts(shown)
        self._show_events(shown)

    def _show_accounts(self, shown: Overview) -> None:
        rows = shown.accounts
        self.accounts.model.set_rows(
            {
                "name": [r.name for r in rows],
                "type": [ACCOUNT_TYPE_NAMES[r.type] for r in rows],
                "lots": [r.lots for r in rows],
                "value": [r.value for r in rows],
                "cash": [r.cash for r in rows],
                "gain": [r.gain for r in rows],
                "price_on": [r.oldest_price_on for r in rows],
            },
            [r.account_id for r in rows],
        )
        self.accounts.fit_rows(most=8)

    def _show_events(self, shown: Overview) -> None:
        self._events = shown.events
        self.events.model.set_rows(
            {
                "on": [e.on for e in shown.events],
                "what": [event_words(e) for e in shown.events],
                "kind": [e.kind for e in shown.events],
                "symbols": [", ".join(e.symbols) or formatting.NOTHING for e in shown.events],
                "account": [e.account or "all accounts" for e in shown.events],
                "dollars": [e.dollars for e in shown.events],
            },
            list(range(len(shown.events))),
        )
        self.events.fit_rows(most=_MOST_EVENTS)
        self.events.setVisible(bool(shown.events))
        self._nothing.setHidden(bool(shown.events))

    def _on_account_activated(self, key: object) -> None:
        self.ctx.navigate("lots", {"account": str(key)})

    def _on_event_activated(self, key: object) -> None:
        event = self._events[int(str(key))]
        where = _PAGE_OF.get(event.kind, "wash_calendar")
        self.ctx.navigate(where, {"symbol": event.symbols[0]} if event.symbols else {})


def _heading(theme: Theme, words: str) -> QLabel:
    heading = QLabel(words)
    heading.setFont(theme.font(TextSize.SECTION, strong=True))
    return heading


def _figures(shown: Overview, data: DeskData) -> tuple[Figure, ...]:
    lots = shown.lots
    day = shown.as_of.isoformat()
    figures = [
        Figure(
            "Household",
            formatting.dollars(shown.total),
            f"All lots at their last prices plus all cash, on {day}.",
            f"{formatting.dollars(shown.cash)} cash",
        ),
        Figure(
            "Harvestable today",
            formatting.dollars(lots.harvestable),
            f"Losses that could be realised on {day}: shares no known purchase of the 61-day window "
            "washes (IRC §1091), at the last prices." + coverage_words(lots),
            formatting.plural(lots.harvestable_lots, "lot"),
            Tone.LOSS,
        ),
        Figure(
            "Locked",
            formatting.dollars(lots.locked),
            "Losses a purchase of the last 30 days, or an expected one, would wash."
            + (f" The first is free on {lots.first_free}." if lots.first_free else ""),
            formatting.plural(lots.locked_lots, "lot"),
            Tone.LOCKED,
        ),
    ]
    if data.latest is not None:
        figures.append(_plan_figure(data.latest, lots.planned_lots))
    return tuple(figures)


def _plan_figure(plan: PlanView, lots: int) -> Figure:
    """A harvest by the losses it realises, any other plan by what it does to this year's tax."""
    made, kind = plan.proposal.created_at[:10], PLAN_NAMES[plan.proposal.kind]
    late = "out of date"
    if plan.proposal.kind is PlanKind.HARVEST:
        return Figure(
            "Latest plan",
            formatting.dollars(plan.proposal.realised_loss),
            f"Losses the plan of {made} realises.",
            late if plan.stale else formatting.plural(lots, "lot"),
            Tone.PLAN,
        )
    return Figure(
        "Latest plan, tax",
        formatting.dollars(-plan.tax_saved, sign=True),
        f"{kind} of {made}: tax of this year with the plan less without; a minus is tax saved.",
        f"{kind}, {late}" if plan.stale else kind,
        Tone.PLAN,
    )

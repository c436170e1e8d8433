"""The page of the wash-sale calendar: lanes, the words of the selected set, and the table."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from harvestdesk.domain.lock import LockKind
from harvestdesk.domain.money import ZERO
from harvestdesk.gui import formatting
from harvestdesk.gui.plots.legend import Key, Legend
from harvestdesk.gui.plots.marks import Shape
from harvestdesk.gui.theme import Space, Tone
from harvestdesk.gui.view_base import DeskData, Figure, Page, ViewContext
from harvestdesk.gui.views.wash_calendar.chart import CalendarChart
from harvestdesk.gui.views.wash_calendar.table import LockTable
from harvestdesk.gui.views.wash_calendar.words import LOST, answer, lane_lines
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.gui.widgets.detail_pane import DetailPane, Line, beside, quiet_splitter
from harvestdesk.services.views.wash_calendar import CalendarView, Lane

_KEYS = (
    Key("loss sold, 61-day window", Tone.LOSS, None),
    Key("planned sale", Tone.PLAN, None, hollow=True),
    Key("no loss sale", Tone.LOCKED, None, hatched=True),
    Key("purchase", Tone.PLAIN, Shape.CIRCLE),
    Key("dividend reinvestment", Tone.PLAIN, Shape.DIAMOND),
    Key("recurring", Tone.PLAIN, Shape.SQUARE),
    Key("vest", Tone.PLAIN, Shape.STAR),
    Key("expected", Tone.PLAIN, Shape.CIRCLE, hollow=True),
    Key(f"IRA: {LOST}", Tone.PERMANENT, Shape.CIRCLE),
    Key("washes a loss", Tone.ERROR, Shape.RING),
)


class WashCalendarPage(Page):
    """What must not be bought, or sold at a loss, and until when."""

    key = "wash_calendar"
    title = "Wash-sale calendar"

    def __init__(self, ctx: ViewContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._lanes: dict[str, Lane] = {}
        self.chart = CalendarChart(self.theme)
        self.detail = DetailPane(self.theme, "What is locked in the selected set")
        self.model = LockTable(self.theme)
        self.table = DataTable(self.model, self.theme, "Locks")
        picture = QWidget()
        column = QVBoxLayout(picture)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(Space.TINY))
        column.addWidget(self.chart, 1)
        column.addWidget(Legend(self.theme, _KEYS))
        split = quiet_splitter(Qt.Orientation.Vertical, self.theme)
        split.addWidget(beside(picture, self.detail, self.theme))
        split.addWidget(self.table)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        self.body.addWidget(split, 1)
        self.chart.lane_selected.connect(self._on_lane_selected)
        self.table.selection_changed.connect(self._on_rows_selected)
        if "do_not_buy.print" in ctx.actions:
            self.set_primary(ctx.actions["do_not_buy.print"])

    def refresh(self, data: DeskData) -> None:
        """Show the calendar of the household anew, keeping the selected set."""
        view = data.overview.calendar
        self._lanes = {str(x.set_id): x for x in view.lanes}
        self.set_answer(answer(view))
        if not view.rows:
            self._show_nothing(data)
            return
        self.show_body()
        self.set_figures(_figures(view))
        self.chart.show_calendar(view)
        self.model.show_locks(view.rows)
        self._show_lane(self.chart.selected)
        self._select_rows(self.chart.selected)

    def _show_nothing(self, data: DeskData) -> None:
        if data.snapshot.lots:
            words = (
                "No lock is in force. Once a loss is sold or planned, this page shows until when "
                "nothing identical may be bought, in any account."
            )
            if data.overview.calendar.remarks:
                words = answer(data.overview.calendar)
            self.show_empty(words, self.ctx.actions.get("plan.run"))
            return
        self.set_answer("")
        words = "No purchases or sales yet. Import a broker's transactions and locks appear here."
        self.show_empty(words, self.ctx.actions.get("import"))

    def select(self, what: Mapping[str, str]) -> None:
        """Select the set another page points at, by its id or by one of its symbols."""
        wanted = what.get("set", "")
        symbol = what.get("symbol")
        if symbol:
            wanted = next((k for k, x in self._lanes.items() if symbol in x.symbols), wanted)
        if wanted in self._lanes:
            self.chart.select(wanted)
            self._show_lane(wanted)
            self._select_rows(wanted)

    # --- the link ------------------------------------------------------------------------------------
    def _on_lane_selected(self, set_id: str) -> None:
        self._show_lane(set_id)
        self._select_rows(set_id)

    def _on_rows_selected(self, keys: list[tuple[str, int]]) -> None:
        if keys:
            self.chart.select(keys[0][0])
            self._show_lane(keys[0][0])

    def _select_rows(self, set_id: str) -> None:
        self.table.select_keys([k for k in self.model.visible_keys() if _set_of(k) == set_id])

    def _show_lane(self, set_id: str) -> None:
        lane = self._lanes.get(set_id)
        if lane is None:
            self.detail.say("Identical set", [Line("Pick a lane to see its rules and dates.")])
            return
        lines = [Line(lane.name, tone=Tone.MUTED), *lane_lines(lane)]
        self.detail.say(", ".join(lane.symbols), lines)


def _set_of(key: object) -> str:
    return str(key[0]) if isinstance(key, tuple) else ""


def _figures(view: CalendarView) -> tuple[Figure, ...]:
    buys = [r for r in view.rows if r.kind is LockKind.BUY_LOCKED]
    sells = {r.set_id for r in view.rows if r.kind is LockKind.LOSS_SALE_LOCKED}
    hits = view.collisions
    stake = sum((m.at_stake for _, m in hits), ZERO)
    lost = sum((m.at_stake for _, m in hits if m.permanent), ZERO)
    plural = formatting.plural
    figures = [
        Figure("Do not buy", plural(len({r.set_id for r in buys}), "set"),
               "Sets with a loss sold, or planned to be sold, within 30 days (IRC \u00a71091(a)).",
               f"until {formatting.long_day(max(r.last_day for r in buys))}" if buys else "none"),
        Figure("Do not sell at a loss", plural(len(sells), "set"),
               "Sets bought within the last 30 days, or about to be bought, in any account.",
               "share for share", Tone.LOCKED),
        Figure("To pause", formatting.dollars(stake),
               "Losses that expected purchases would wash if they happen as scheduled.",
               plural(len(hits), "expected purchase") if hits else "nothing expected in a window", Tone.ERROR if hits else Tone.PLAIN),
    ]  # fmt: skip
    if lost:
        figures.append(
            Figure(LOST.capitalize(), formatting.dollars(lost),
                   "The part of it that IRA-type accounts would buy: never deductible (Rev. Rul. 2008-5).",
                   "unless paused", Tone.PERMANENT)
        )  # fmt: skip
    return tuple(figures)

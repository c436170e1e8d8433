"""The page of the harvest plan: asked at the left, traded in the middle, changed at the right."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.proposal import HarvestSettings
from harvestdesk.gui import formatting
from harvestdesk.gui.a11y import name
from harvestdesk.gui.plans.before_after import BeforeAfter
from harvestdesk.gui.plans.checks import ChecksPane
from harvestdesk.gui.plans.tables import (
    KEPT,
    LADDER,
    LOCKS,
    PlanTable,
    kept_columns,
    ladder_columns,
    lock_columns,
)
from harvestdesk.gui.plans.trades import TradeList, sections
from harvestdesk.gui.plans.words import answer, figures
from harvestdesk.gui.remarks import missing_prices
from harvestdesk.gui.theme import Space, TextSize, Tone
from harvestdesk.gui.view_base import DeskData, Page, ViewContext
from harvestdesk.gui.views.plan.settings_panel import SettingsPanel
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.gui.widgets.plain_table import PlainTable
from harvestdesk.gui.widgets.segments import Segments
from harvestdesk.gui.widgets.three_columns import ThreeColumns
from harvestdesk.reports.wording import sentence
from harvestdesk.services.views.plan import BuyRow, KeptRow, PlanView, SaleRow

_LADDER_ROWS = 5
_PARTS = (
    ("Trades", "Sales and purchases, account by account"),
    ("Kept lots", "Lots the plan leaves alone, each with its reason"),
    ("Do not buy", "What must not be bought once the plan is carried out, and until when"),
)


class PlanPage(Page):
    """Ask for a harvest, judge it, and carry it out."""

    key = "plan"
    title = "Harvest plan"

    def __init__(self, ctx: ViewContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._view: PlanView | None = None
        self._shown_id = ""
        self.panel = SettingsPanel(self.theme)
        self.trades = TradeList(self.theme)
        self.kept_model = PlanTable(KEPT, self.theme, kept_columns)
        self.kept = DataTable(self.kept_model, self.theme, "Kept lots")
        self.lock_model = PlanTable(LOCKS, self.theme, lock_columns)
        self.locks = DataTable(self.lock_model, self.theme, "Do not buy", filters=False)
        self.ladder_model = PlanTable(LADDER, self.theme, ladder_columns)
        self.ladder = PlainTable(
            self.ladder_model, self.theme, "Next lots", ("shares", "tax_value"), _LADDER_ROWS
        )
        self.before_after = BeforeAfter(self.theme)
        self.checks = ChecksPane(self.theme)
        self.parts = Segments(self.theme, "Show", _PARTS)
        self.why = QLabel()
        self.why.setWordWrap(True)
        self.why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._say_why(None)
        self._tables = QStackedWidget()
        self.body.addWidget(self._columns(), 1)
        self._connect()

    # --- layout --------------------------------------------------------------------------------------
    def _columns(self) -> ThreeColumns:
        self._middle_stack = QStackedWidget()
        self._middle_stack.addWidget(self._nothing_yet())
        self._middle_stack.addWidget(self._middle())
        self.columns = ThreeColumns(
            self.theme, self.panel, self._middle_stack, self.before_after, self.checks
        )
        return self.columns

    def _nothing_yet(self) -> QLabel:
        words = QLabel(
            "No plan yet. Change the figures at the left if you like, then plan the harvest: "
            "every lot is weighed at once, and each trade comes with its reason."
        )
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setContentsMargins(*([self.theme.px(48)] * 4))
        return words

    def _middle(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(Space.SMALL))
        bar = QHBoxLayout()
        bar.addWidget(self.parts)
        bar.addStretch(1)
        self.copy_button = name(
            QPushButton("Copy trades"), "Copy trades", "All trades as text for a spreadsheet"
        )
        self.copy_button.setProperty("quiet", True)
        self.copy_button.setToolTip("All trades as text for a spreadsheet")
        bar.addWidget(self.copy_button)
        column.addLayout(bar)
        for widget in (self.trades, self.kept, self.locks):
            self._tables.addWidget(widget)
        column.addWidget(self._tables, 1)
        column.addWidget(self.why)
        column.addWidget(self._ladder_part())
        return part

    def _ladder_part(self) -> QWidget:
        """The next lots: as high as its few rows, one line where there are none."""
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(Space.TINY))
        self._ladder_head = QLabel("Next lots beyond the limit")
        self._ladder_head.setFont(self.theme.font(TextSize.SECTION, strong=True))
        self._ladder_head.setBuddy(self.ladder)
        column.addWidget(self._ladder_head)
        self.no_ladder = QLabel(
            "No lot is left beyond the limit: every loss that may be sold today is in the plan."
        )
        self.no_ladder.setWordWrap(True)
        column.addWidget(self.no_ladder)
        column.addWidget(self.ladder)
        return part

    def _connect(self) -> None:
        self.parts.chosen.connect(self._tables.setCurrentIndex)
        self.copy_button.clicked.connect(self.trades.copy)
        self.panel.changed.connect(self._on_settings_changed)
        self.trades.lot_chosen.connect(self.lot_selected)
        self.trades.row_chosen.connect(self._say_why)
        self.kept.selection_changed.connect(self._on_kept_selected)
        self.kept.activated.connect(self._on_lot_activated)
        self.ladder.activated.connect(
            lambda index: self._on_lot_activated(self.ladder_model.key_at(index.row()))
        )
        actions = self.ctx.actions
        if "plan.run" in actions:
            self.set_primary(actions["plan.run"])
        for key in ("worksheet.print", "orders.export"):
            if key in actions:
                self.add_secondary(actions[key])
        if "plan.cancel" in actions:
            self._stop = self.add_secondary(actions["plan.cancel"])
            self._on_cancel_changed()
            actions["plan.cancel"].changed.connect(self._on_cancel_changed)

    def _on_cancel_changed(self) -> None:
        self._stop.setVisible(self.ctx.actions["plan.cancel"].isEnabled())

    # --- showing -----------------------------------------------------------------------------------
    def settings(self) -> HarvestSettings:
        """Return what the next plan is asked for."""
        return self.panel.settings()

    def refresh(self, data: DeskData) -> None:
        """Show the latest plan; settings being edited are kept until a new plan arrives."""
        if not data.snapshot.lots:
            self.set_answer("")
            self.show_empty(
                "There is nothing to plan yet. Import a broker's lots first.",
                self.ctx.actions.get("import"),
            )
            return
        self.show_body()
        self.panel.show_household(data.snapshot)
        self._view = data.plan
        view = data.plan
        self._middle_stack.setCurrentIndex(0 if view is None else 1)
        self.columns.show_result(view is not None)
        if view is None:
            self._say_before(data)
            return
        if str(view.proposal.id) != self._shown_id:
            self._shown_id = str(view.proposal.id)
            self.panel.show_settings(view.proposal.harvest)
        self._show_plan(view)

    def _say_before(self, data: DeskData) -> None:
        lots = data.overview.lots
        worth = formatting.dollars(lots.harvestable)
        count = formatting.plural(lots.harvestable_lots, "lot")
        self.set_figures(())
        self.show_problem("")
        words = f"Up to {worth} of losses in {count} could be realised today."
        if not lots.harvestable_lots:
            words = "No loss could be realised today."
        self.set_answer(f"{missing_prices(lots)}{words}")

    def _show_plan(self, view: PlanView) -> None:
        self.set_answer(answer(view))
        self.set_figures(figures(view))
        self.trades.show_sections(sections(view))
        self.kept_model.show(view.kept)
        self.lock_model.show(view.locks)
        self.ladder_model.show(view.ladder)
        for widget in (self.ladder, self._ladder_head):
            widget.setVisible(bool(view.ladder))
        self.no_ladder.setHidden(bool(view.ladder))
        self.before_after.show_plan(view)
        self.checks.show_plan(view)
        self.columns.size_columns()
        self._say_why(None)
        self._say_state()

    def _say_state(self) -> None:
        view = self._view
        if view is None:
            return
        if view.stale:
            words = "The household has changed since this plan was made. Plan again before trading."
            self.show_problem(words, Tone.WARNING)
        elif not view.proposal.passed:
            words = "This plan did not pass every check, so its orders cannot be exported."
            self.show_problem(words, Tone.ERROR)
        elif self.settings() != view.proposal.harvest:
            words = "The figures at the left have changed. Plan again to see what they do."
            self.show_problem(words, Tone.WARNING)
        else:
            self.show_problem("")

    def _on_settings_changed(self) -> None:
        self._say_state()

    def _on_kept_selected(self, keys: list[object]) -> None:
        row = self.kept_model.row_of(str(keys[0])) if keys else None
        if row is not None:
            self._say_why(self.kept_model.values_at(row)["row"])

    def _say_why(self, row: SaleRow | BuyRow | KeptRow | None) -> None:
        words = f"{row.symbol}: {sentence(row.reason)}" if row else "Pick a row to read why."
        self.why.setText(words)
        self.why.setAccessibleName(words)

    def _on_lot_activated(self, key: object) -> None:
        self.ctx.navigate("lots", {"lot": str(key)})

    def select(self, what: Mapping[str, str]) -> None:
        """Show the lot another page points at: among the trades, or among the kept lots."""
        lot_id = what.get("lot", "")
        if self.kept_model.row_of(lot_id) is not None:
            self.parts.choose(1)
            self._tables.setCurrentIndex(1)
            self.kept.select_keys([lot_id], announce=True)

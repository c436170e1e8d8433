"""The page of household plans: asked at the left, traded in the middle, changed at the right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui.a11y import name
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.plans.before_after import BeforeAfter
from harvestdesk.gui.plans.tables import LOCKS, PlanTable, lock_columns
from harvestdesk.gui.plans.trades import Section, TradeList
from harvestdesk.gui.remarks import missing_prices
from harvestdesk.gui.theme import Space, Tone
from harvestdesk.gui.view_base import DeskData, Page, ViewContext
from harvestdesk.gui.views.rebalance.choices import Choices
from harvestdesk.gui.views.rebalance.exposure import ExposurePart
from harvestdesk.gui.views.rebalance.no_plan import NoPlanPanel
from harvestdesk.gui.views.rebalance.panes import ReasonPanel, Row, pane_lines
from harvestdesk.gui.views.rebalance.settings_panel import SettingsPanel
from harvestdesk.gui.views.rebalance.tables import KEPT, kept_columns
from harvestdesk.gui.views.rebalance.trades import sections
from harvestdesk.gui.views.rebalance.words import (
    NO_TARGETS,
    answer,
    figures,
    plan_title,
    why_not_traded,
)
from harvestdesk.gui.widgets.action_button import ActionButton
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.gui.widgets.detail_pane import DetailPane
from harvestdesk.gui.widgets.segments import Segments
from harvestdesk.gui.widgets.three_columns import ThreeColumns
from harvestdesk.services.views.rebalance import RebalanceView

TRADES, KEPT_LOTS, EXPOSURE, DO_NOT_BUY = "trades", "kept", "exposure", "do_not_buy"
FRONTIER = "frontier"
"""Keys of the page's own parts."""
_NOTHING_YET, _PLANNED, _NO_PLAN = range(3)
_START = (
    "No plan yet. Choose at the left what the plan is for and which limits it must keep, then plan the trades: "
    "all accounts are weighed at once, and every trade comes with its reason and its price."
)
_NOTHING_TO_TRADE = "Nothing to trade. The kept lots say why each of them stays."


@dataclass(frozen=True, slots=True)
class _Written:
    """What the tables of trades and of kept lots say."""

    sections: tuple[Section, ...]
    kept: Mapping[str, Sequence[Any]]


def _written(view: RebalanceView) -> _Written:
    return _Written(sections(view), kept_columns(view.plan.kept))


class RebalancePage(Page):
    """Ask for a household plan, judge it, and carry it out."""

    key = "rebalance"
    title = "Rebalance"

    def __init__(self, ctx: ViewContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self._view: RebalanceView | None = None
        self._snapshot: HouseholdSnapshot | None = None
        self._shown_id = ""
        self._trades_of: Proposal | None = None
        self.panel = SettingsPanel(self.theme)
        self.panel.setMinimumWidth(self.theme.px(240))  # whatever the job asks
        self.trades = TradeList(self.theme)
        self.kept_model = PlanTable(KEPT, self.theme, kept_columns)
        self.kept = DataTable(self.kept_model, self.theme, "Kept lots")
        self.exposure = ExposurePart(self.theme)
        self.lock_model = PlanTable(LOCKS, self.theme, lock_columns)
        self.locks = DataTable(self.lock_model, self.theme, "Do not buy", filters=False)
        self.before_after = BeforeAfter(self.theme)
        self.pane = DetailPane(self.theme, "Rules, warnings and checks of the plan")
        self.pane.setMinimumWidth(self.theme.px(200))
        self.why = ReasonPanel(self.theme)
        self.choices = Choices(ctx, self.why, self)
        self.panel.place_live(self.choices.live_line)
        self.no_plan = NoPlanPanel(self.theme)
        self._parts: list[tuple[str, str, str]] = []
        self._tables = QStackedWidget()
        self.parts = Segments(self.theme, "Show", compact=True)
        self.columns = self._columns()
        self.body.addWidget(self.columns, 1)
        for key, title, explanation, widget in (
            (TRADES, "Trades", "What is sold, bought and given, account by account", self.trades),
            (KEPT_LOTS, "Kept", "Lots the plan leaves alone, each with its reason", self.kept),
            (EXPOSURE, "Exposure", "Asset classes, sectors and factors before and after", self.exposure),
            (DO_NOT_BUY, "Do not buy", "What must not be bought after the trades, and until when", self.locks),
            (FRONTIER, "Curve", "What there is to choose among: tracking error against tax",
             self.choices.frontier),
        ):  # fmt: skip
            self.add_part(key, title, widget, explanation)
        self._connect()

    @staticmethod
    def prepare(data: DeskData) -> object:
        """Write trades and kept lots beforehand, and the household's fingerprint: there may be thousands of lots."""
        _known = data.snapshot.fingerprint  # kept by the snapshot
        return None if data.rebalance is None else _written(data.rebalance)

    # --- layout --------------------------------------------------------------------------------------
    def add_part(self, key: str, title: str, widget: QWidget, explanation: str = "") -> None:
        """Add a part to the middle: a button in the row of parts, and what it shows."""
        self._parts.append((key, title, explanation or title))
        self._tables.addWidget(widget)
        shown = max(self.parts.current, 0)
        self.parts.set_choices([(words, about) for _, words, about in self._parts])
        self.parts.choose(shown)

    def show_part(self, key: str) -> None:
        """Show a part of the middle by its key."""
        place = [k for k, _, _ in self._parts].index(key)
        self.parts.choose(place)
        self._on_part(place)

    @property
    def part(self) -> str:
        """Key of the part on view."""
        return self._parts[self._tables.currentIndex()][0]

    def _columns(self) -> ThreeColumns:
        self._middle = QStackedWidget()
        for widget in (self._nothing_yet(), self._planned(), self.no_plan):
            self._middle.addWidget(widget)
        return ThreeColumns(self.theme, self.panel, self._middle, self.before_after, self.pane)

    def _nothing_yet(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(*([self.theme.px(48)] * 4))
        column.setSpacing(self.theme.px(Space.LARGE))
        self._start = QLabel(_START)
        self._start.setWordWrap(True)
        column.addStretch(1)
        column.addWidget(self._start)
        self.see_curve = name(
            QPushButton("See what there is to choose among"),
            "See what there is to choose among",
            "Draws the curve of tracking error against this year's tax",
        )
        self.see_curve.setProperty("quiet", True)
        self.see_curve.clicked.connect(lambda: self.show_part(FRONTIER))
        column.addWidget(self.see_curve, 0, Qt.AlignmentFlag.AlignLeft)
        self._import = None
        if "import" in self.ctx.actions:
            self._import = ActionButton(self.ctx.actions["import"])
            across = QHBoxLayout()
            across.addStretch(1)
            across.addWidget(self._import)
            across.addStretch(1)
            column.addLayout(across)
        column.addStretch(2)
        return part

    def _planned(self) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self.theme.px(Space.SMALL))
        bar = QHBoxLayout()
        bar.addWidget(self.parts)
        extras = QWidget()  # they make way, so they must not keep the page wide
        extras.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        beside = QHBoxLayout(extras)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addStretch(1)
        bar.addWidget(extras, 1)
        self.copy_button = name(
            QPushButton("Copy"), "Copy trades", "All trades as text for a spreadsheet"
        )
        self.copy_button.setProperty("quiet", True)
        self.copy_button.setToolTip("All trades as text for a spreadsheet")
        beside.addWidget(self.copy_button)
        self.scenarios_button = name(
            QPushButton("Scenarios…"), "Scenarios", "Keep this plan, and lay kept ones side by side"
        )
        self.scenarios_button.setProperty("quiet", True)
        self.scenarios_button.setToolTip(self.scenarios_button.accessibleDescription())
        beside.addWidget(self.scenarios_button)
        column.addLayout(bar)
        # The highest part is the curve; below the others stands a reason, which must not be cut off.
        self._tables.setMinimumHeight(self.theme.px(96))
        column.addWidget(self._tables, 1)
        column.addWidget(self.why)
        return part

    def _connect(self) -> None:
        self._middle.installEventFilter(self)
        self.parts.chosen.connect(self._on_part)
        self.copy_button.clicked.connect(self.trades.copy)
        self.panel.changed.connect(self._on_asked_changed)
        self.choices.price_chosen.connect(self._on_price_chosen)
        self.choices.plan_asked.connect(self._on_point_asked)
        self.no_plan.allowed.connect(self._on_allowed)
        self.trades.lot_chosen.connect(self.lot_selected)
        self.trades.row_chosen.connect(self.why.say)
        self.kept.selection_changed.connect(self._on_kept_selected)
        self.kept.activated.connect(lambda key: self.ctx.navigate("lots", {"lot": str(key)}))
        actions = self.ctx.actions
        if "plan.trades" in actions:
            self.set_primary(actions["plan.trades"])
        if "scenario.compare" in actions:
            self.scenarios_button.clicked.connect(actions["scenario.compare"].trigger)
        for key in ("worksheet.print", "orders.export"):
            if key in actions:
                self.add_secondary(actions[key])
        if "plan.cancel" in actions:
            self._stop = self.add_secondary(actions["plan.cancel"])
            self._on_cancel_changed()
            actions["plan.cancel"].changed.connect(self._on_cancel_changed)

    def _on_cancel_changed(self) -> None:
        self._stop.setVisible(self.ctx.actions["plan.cancel"].isEnabled())

    def _on_part(self, place: int) -> None:
        self._tables.setCurrentIndex(place)
        key = self._parts[place][0]
        self.why.setVisible(key in {TRADES, KEPT_LOTS})
        if self._middle.currentIndex() != _NO_PLAN:
            self._show_middle()
        self.choices.on_view(page=self.isVisible(), curve=key == FRONTIER)
        self._show_copy()

    def _show_middle(self) -> None:
        """Show the plan's parts; without a plan only the curve, or where to begin."""
        shown = self._view is not None or self.part == FRONTIER
        self._middle.setCurrentIndex(_PLANNED if shown else _NOTHING_YET)

    def _show_copy(self) -> None:
        """Offer to copy and to compare where there is room; else Ctrl+C in a table and the menu do."""
        room = self._middle.width() - self.parts.sizeHint().width() - self.theme.px(Space.SMALL)
        room -= self.scenarios_button.sizeHint().width() + self.theme.px(Space.SMALL)
        self.scenarios_button.setVisible(room > 0)
        wide = room > self.copy_button.sizeHint().width()
        self.copy_button.setVisible(self.part == TRADES and wide)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the button to copy make way first."""
        if event.type() == QEvent.Type.Resize:
            self._show_copy()
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        """Work out live figures while the page is on view."""
        super().showEvent(event)
        self.choices.on_view(page=True, curve=self.part == FRONTIER)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of what was kept warm."""
        super().hideEvent(event)
        self.choices.on_view(page=False, curve=False)

    # --- asking --------------------------------------------------------------------------------------
    def settings(self) -> PlanSettings:
        """Return what the next plan is asked for."""
        return self.panel.settings()

    def ask(self, settings: PlanSettings) -> None:
        """Write settings at the left, as if the person had typed them."""
        self.panel.show_settings(settings)
        self.panel.changed.emit()

    def _on_asked_changed(self) -> None:
        """A figure at the left moved: say so, and work out what it comes to."""
        self._say_state()
        if self._snapshot is not None:
            complete = not self.panel.problems(self._snapshot)
            self.choices.follow(self.settings(), complete=complete)

    def _on_price_chosen(self, risk_aversion: Decimal) -> None:
        """The handle of the curve was moved: write its price of risk at the left."""
        self.panel.risk.show_value(risk_aversion)
        self.panel.changed.emit()

    def _on_point_asked(self) -> None:
        if self.ready():
            self.choices.curve.stop()
            self.ctx.plan(self.settings())

    def ready(self) -> bool:
        """Return whether the plan can be asked for; otherwise say what is missing and point at it."""
        if self._snapshot is None:
            return False
        problems = self.panel.problems(self._snapshot)
        for field, words in problems.items():
            self.show_problem(words)
            self.panel.point_at(field)
            return False
        return True

    # --- showing -----------------------------------------------------------------------------------
    def refresh(self, data: DeskData) -> None:
        """Show the latest household plan; settings being edited are kept until a new plan arrives."""
        self._snapshot = data.snapshot
        if not data.snapshot.lots and not any(data.snapshot.cash.values()):
            self.set_answer("")
            self.show_empty(
                "There is nothing to plan yet. Import a broker's positions and lots first.",
                self.ctx.actions.get("import"),
            )
            return
        self.show_body()
        self.panel.show_household(data.snapshot)
        view = self._view = data.rebalance
        self._show_middle()
        self.columns.show_result(view is not None)
        if view is None:
            self._say_before(data)
            self.choices.show_household(data.snapshot, view, self.settings())
            return
        if str(view.proposal.id) != self._shown_id:
            self._shown_id = str(view.proposal.id)
            self.panel.show_settings(view.proposal.asked)
            self.why.say(None)
        self._show_plan(view, data.prepared.get(self.key))
        self.choices.show_household(data.snapshot, view, self.settings())

    def _say_before(self, data: DeskData) -> None:
        """Say where the household stands, as long as there is no plan."""
        has_targets = bool(data.snapshot.class_targets or data.snapshot.security_targets)
        self._start.setText(_START if has_targets else f"{NO_TARGETS}\n\n{_START}")
        if self._import is not None:
            self._import.setVisible(not has_targets)
        self.set_figures(())
        self.show_problem("")
        breaches = len(data.overview.drift.breaches)
        if not has_targets:
            words = "No targets are set yet, so there is nothing to rebalance to."
        elif breaches:
            verb = "is" if breaches == 1 else "are"
            words = (
                f"{breaches} asset class{'' if breaches == 1 else 'es'} {verb} outside the band."
            )
        else:
            words = "Every asset class is inside its band."
        self.set_answer(f"{missing_prices(data.overview.lots)}{words}")

    def _show_plan(self, view: RebalanceView, written: object) -> None:
        self.set_answer(answer(view))
        self.set_figures(figures(view))
        ready = written if isinstance(written, _Written) else _written(view)
        if self._trades_of is not view.proposal:
            self.trades.show_sections(ready.sections, _NOTHING_TO_TRADE)
            self._trades_of = view.proposal
        self.kept_model.show(view.plan.kept, ready.kept)
        self.exposure.show_weights(view.weights)
        self.lock_model.show(view.plan.locks)
        self.before_after.show_plan(view.plan, view.comparison)
        self.pane.say(plan_title(view), pane_lines(view))
        self.columns.size_columns()
        self._say_state()

    def _say_state(self) -> None:
        view = self._view
        if self._middle.currentIndex() == _NO_PLAN and self.panel.settings() != self.no_plan.asked:
            self._back_to_plan()
        if view is None:
            self.show_problem("")
        elif view.plan.stale:
            words = "The household has changed since this plan was made. Plan again before trading."
            self.show_problem(words, Tone.WARNING)
        elif not view.proposal.passed:
            self.show_problem(why_not_traded(view), Tone.ERROR)
        elif self.settings() != view.proposal.asked:
            words = "The figures at the left have changed. Plan again to see what they do."
            self.show_problem(words, Tone.WARNING)
        else:
            self.show_problem("")

    # --- no plan ---------------------------------------------------------------------------------------
    def show_failure(self, settings: PlanSettings, error: BaseException) -> None:
        """Say that no plan keeps every rule, which rules they are and what would have to give."""
        if not isinstance(error, NoPlanError):
            self.show_problem(words_of(error))
            return
        if self._snapshot is not None:
            self.no_plan.say(settings, error, self._snapshot)
        self._middle.setCurrentIndex(_NO_PLAN)
        self.columns.show_result(False)
        self.set_answer("No plan keeps every rule that is asked for.")
        self.set_figures(())
        self.show_problem("")

    def _on_allowed(self, settings: PlanSettings) -> None:
        """One rule gives: write it at the left, and plan again."""
        self.ask(settings)
        self.ctx.plan(settings)

    def _back_to_plan(self) -> None:
        """What was asked has changed: the plan there was is on view again."""
        view = self._view
        self._show_middle()
        self.columns.show_result(view is not None)
        if view is not None:
            self.set_answer(answer(view))
            self.set_figures(figures(view))

    # --- the link ------------------------------------------------------------------------------------
    def _on_kept_selected(self, keys: list[object]) -> None:
        place = self.kept_model.row_of(str(keys[0])) if keys else None
        if place is not None:
            row: Row = self.kept_model.values_at(place)["row"]
            self.why.say(row)
            self.lot_selected.emit(str(keys[0]))

    def select(self, what: Mapping[str, str]) -> None:
        """Show a part by its key, or the lot another page points at among the kept lots."""
        if any(what.get("part") == key for key, _, _ in self._parts):
            self.show_part(what["part"])
        lot_id = what.get("lot", "")
        if self.kept_model.row_of(lot_id) is not None:
            self.show_part(KEPT_LOTS)
            self.kept.select_keys([lot_id], announce=True)

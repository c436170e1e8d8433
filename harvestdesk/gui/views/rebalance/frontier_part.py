"""The curve of tracking error against tax: drawn on a lane, chosen from with a handle, planned from."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.frontier import Frontier
from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.domain.proposal import Proposal
from harvestdesk.gui.a11y import name
from harvestdesk.gui.models.table_base import Column, Kind
from harvestdesk.gui.plans.tables import PlanTable
from harvestdesk.gui.plots.frontier import KEYS, FrontierCanvas
from harvestdesk.gui.plots.frontier_words import (
    MARK_WORDS,
    left_out_words,
    point_words,
    price_of_risk,
    risk_figure,
    short_words,
)
from harvestdesk.gui.plots.legend import Legend
from harvestdesk.gui.theme import Space, Theme, Tone
from harvestdesk.gui.views.rebalance.sentences import Muted
from harvestdesk.gui.widgets.data_table import DataTable
from harvestdesk.gui.widgets.notice_bar import NoticeBar
from harvestdesk.gui.widgets.segments import Segments
from harvestdesk.services.views.frontier import FrontierRow, frontier_view

_WORDS, _WORKING, _CURVE = range(3)
ABOUT = (
    "The curve shows what there is to choose among: plans from nearest to the targets to least tax, all within the "
    "limits at the left. Pick one of them, and plan it."
)
_STOPPED = "The curve was stopped."
_OLD = "The limits or the household have changed since this curve was drawn."


def _place_words(values: Any) -> str:
    return point_words(values["row"], "\n")


COLUMNS: tuple[Column, ...] = (
    Column("what", "", explain="What the row is, beside a point of the curve", width=18),
    Column("te", "TE bp", Kind.BASIS_POINTS, "Tracking error a year, once it is carried out", _place_words, width=8),
    Column("tax", "Tax $", Kind.DOLLARS, "Of this year; a minus is saved", _place_words, width=11),
    Column("orders", "Orders", Kind.INTEGER, "Sales and purchases of an account and a security", width=8),
    Column("turnover", "Turnover", Kind.PERCENT, "Sold, as a share of the household's value", width=10),
    Column("cost", "Cost $", Kind.DOLLARS, "Trading cost: dollars traded times the rate asked for", width=9),
    Column("risk", "Best while 1 % of TE costs", explain="The price of risk at which it is the best plan",
           explain_cell=_place_words, width=26),
)  # fmt: skip


def frontier_columns(rows: Sequence[FrontierRow]) -> dict[str, Sequence[Any]]:
    """Return the values of the places by column."""
    return {
        "what": [", ".join(MARK_WORDS[m] for m in r.marks) for r in rows],
        "te": [r.tracking_error_bp for r in rows],
        "tax": [r.tax for r in rows],
        "orders": [r.orders for r in rows],
        "turnover": [r.turnover for r in rows],
        "cost": [r.cost for r in rows],
        "risk": ["" if r.risk_aversion is None else risk_figure(r.risk_aversion) for r in rows],
    }


class FrontierPart(QWidget):
    """Words, work, or the curve with what the handle is on.

    Signals:
        wanted: the curve is to be drawn.
        stopped: the work is to be stopped.
        chosen: risk aversion of the point the handle was put on.
        plan_asked: the point is to be planned exactly.
    """

    wanted = Signal()
    stopped = Signal()
    chosen = Signal(object)
    plan_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self._curve: Frontier | None = None
        self._drawn_for: tuple[str, PlanSettings] | None = None
        self._aversion = Decimal(10)
        self._proposal: Proposal | None = None
        self.canvas = FrontierCanvas(theme)
        self.legend = Legend(theme, KEYS)
        self.model = PlanTable(COLUMNS, theme, frontier_columns)
        self.table = DataTable(self.model, theme, "Points of the curve", filters=False)
        self.looks = Segments(
            theme,
            "Show the curve as",
            (
                ("Picture", "Tracking error across, tax up"),
                ("Table", "The same figures as a table"),
            ),
        )
        self.point = QLabel()
        self.note = Muted(theme)
        self.plan_button = name(
            QPushButton("Plan this point"),
            "Plan this point",
            "Makes the exact plan, in whole shares and with every limit",
        )
        self.plan_button.setToolTip(self.plan_button.accessibleDescription())
        self.old = NoticeBar(theme)
        self.again = name(QPushButton("Draw it again"), "Draw the curve again")
        self._stack = QStackedWidget()
        for part in (self._words_part(), self._working_part(), self._curve_part()):
            self._stack.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self._connect()
        self.say(ABOUT, "Draw the curve")

    # --- layout --------------------------------------------------------------------------------------
    def _words_part(self) -> QWidget:
        part = QWidget()
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.start = QPushButton()
        column = QVBoxLayout(part)
        column.setContentsMargins(*([self.theme.px(Space.HUGE)] * 4))
        column.setSpacing(self.theme.px(Space.LARGE))
        column.addWidget(self.words)
        column.addWidget(self.start, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return part

    def _working_part(self) -> QWidget:
        part = QWidget()
        self.doing = QLabel("Working out plans along the curve…")
        self.bar = name(QProgressBar(), "The curve is being worked out")
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(self.theme.px(240))
        self.stop = name(QPushButton("Stop"), "Stop working out the curve")
        column = QVBoxLayout(part)
        column.setContentsMargins(*([self.theme.px(Space.HUGE)] * 4))
        column.setSpacing(self.theme.px(Space.MEDIUM))
        for widget in (self.doing, self.bar, self.stop):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return part

    def _curve_part(self) -> QWidget:
        part = QWidget()
        theme = self.theme
        self._pictures = QStackedWidget()
        self._pictures.addWidget(self.canvas)
        self._pictures.addWidget(self.table)
        top = QHBoxLayout()
        top.setSpacing(theme.px(Space.SMALL))
        top.addWidget(self.legend, 1)
        top.addWidget(self.looks, 0, Qt.AlignmentFlag.AlignTop)
        old = QHBoxLayout()
        old.addWidget(self.old, 1)
        old.addWidget(self.again)
        self.point.setWordWrap(True)
        self.point.setFont(theme.font(strong=True))
        self.note.setWordWrap(True)
        below = QHBoxLayout()
        below.setSpacing(theme.px(Space.MEDIUM))
        said = QVBoxLayout()
        said.setSpacing(theme.px(Space.TINY))
        said.addWidget(self.point)
        said.addWidget(self.note)
        below.addLayout(said, 1)
        below.addWidget(self.plan_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(Space.SMALL))
        column.addLayout(old)
        column.addLayout(top)
        column.addWidget(self._pictures, 1)
        column.addLayout(below)
        return part

    def _connect(self) -> None:
        self.start.clicked.connect(self.wanted)
        self.again.clicked.connect(self.wanted)
        self.stop.clicked.connect(self.stopped)
        self.looks.chosen.connect(self._pictures.setCurrentIndex)
        self.canvas.point_chosen.connect(self._on_point)
        self.table.selection_changed.connect(self._on_row)
        self.plan_button.clicked.connect(self.plan_asked)

    # --- states ----------------------------------------------------------------------------------------
    @property
    def has_curve(self) -> bool:
        """True while a curve is on view, whether of these limits or of earlier ones."""
        return self._stack.currentIndex() == _CURVE

    def drawn_for(self, fingerprint: str, settings: PlanSettings) -> bool:
        """Return whether the curve is of this household and these limits."""
        return self._drawn_for == (fingerprint, without_price(settings))

    def say(self, words: str, button: str = "") -> None:
        """Say something in place of the curve, and offer to draw it."""
        self._curve = None
        self._drawn_for = None
        self.words.setText(words)
        self.words.setAccessibleName(words)
        self.start.setVisible(bool(button))
        name(self.start, button or "Draw the curve")
        self.start.setText(button)
        self._stack.setCurrentIndex(_WORDS)

    def say_stopped(self) -> None:
        """The person stopped the work."""
        self.say(_STOPPED, "Draw the curve")

    def work(self) -> None:
        """The curve is being worked out."""
        self._stack.setCurrentIndex(_WORKING)

    def show_curve(
        self,
        curve: Frontier,
        fingerprint: str,
        settings: PlanSettings,
        proposal: Proposal | None,
    ) -> None:
        """Show a curve, the handle on the point nearest to the price of risk asked for."""
        if not curve.points:
            self.say("No plan lies between the targets and no tax: there is nothing to choose.", "")
            return
        self._curve = curve
        self._drawn_for = (fingerprint, without_price(settings))
        self._aversion, self._proposal = settings.risk_aversion, proposal
        self._show()
        self._stack.setCurrentIndex(_CURVE)
        self.mark_old(old=False)

    def show_plan(self, proposal: Proposal | None) -> None:
        """Mark the plan there is."""
        self._proposal = proposal
        if self._curve is not None:
            self._show()

    def follow(self, risk_aversion: Decimal) -> None:
        """The price of risk was moved at the left: the handle goes to its point."""
        if risk_aversion != self._aversion:
            self._aversion = risk_aversion
            if self._curve is not None:
                self._show()

    def mark_old(self, *, old: bool) -> None:
        """Say that the curve is of earlier limits, and offer to draw it again."""
        self.old.say(_OLD if old else "", Tone.WARNING)
        self.again.setVisible(old)

    def _show(self) -> None:
        if self._curve is None:
            return
        view = frontier_view(self._curve, self._aversion, self._proposal)
        self.canvas.show_view(view)
        self.model.show(view.rows)
        self._say_point(view.points[view.current] if view.current is not None else None)

    def _say_point(self, row: FrontierRow | None) -> None:
        self.point.setText("" if row is None else f"{short_words(row)}.")
        price = "" if row is None or row.risk_aversion is None else price_of_risk(row.risk_aversion)
        left = left_out_words(self._curve.left_out if self._curve is not None else ())
        about = f"Figures in weights{', ' + left if left else ''}; the plan itself is exact."
        self.note.setText(f"{price}. {about}" if price else about)
        self.plan_button.setEnabled(row is not None)

    # --- choosing ----------------------------------------------------------------------------------------
    def _on_point(self, place: int) -> None:
        if self._curve is None:
            return
        row = frontier_view(self._curve, self._aversion, self._proposal).points[place]
        self._aversion = row.risk_aversion or self._aversion
        self._say_point(row)
        self.chosen.emit(self._aversion)

    def _on_row(self, keys: list[object]) -> None:
        if keys and self._curve is not None:
            rows = frontier_view(self._curve, self._aversion, self._proposal).rows
            place = rows[int(str(keys[0]))].place
            if place is not None and place != self.canvas.chosen:
                self.canvas.choose(place)
                self._on_point(place)


def without_price(settings: PlanSettings) -> PlanSettings:
    """Return the settings a curve is of: it runs over every price of risk."""
    return replace(settings, risk_aversion=Decimal(1))

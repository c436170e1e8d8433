"""What every page shares: the answer in one sentence, figures, one primary action, body or empty state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.ids import AccountId, LotId
from harvestdesk.domain.lock import LotStanding
from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.domain.proposal import HarvestSettings, Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.gui.a11y import name, plain
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.widgets.action_button import ActionButton
from harvestdesk.gui.widgets.figure import Figure, FigureRow
from harvestdesk.gui.widgets.notice_bar import NoticeBar

if TYPE_CHECKING:
    from harvestdesk.gui.workers.runner import JobRunner
    from harvestdesk.services.context import AppContext
    from harvestdesk.services.views.drift import DriftView
    from harvestdesk.services.views.overview import Overview
    from harvestdesk.services.views.plan import PlanView
    from harvestdesk.services.views.rebalance import RebalanceView
    from harvestdesk.services.views.tax_rows import TaxView

__all__ = ["DeskData", "Figure", "Page", "ViewContext"]

Navigate = Callable[[str, Mapping[str, str]], None]
"""Called with a page key and what to select there, such as {"lot": id} or {"set": id}."""


@dataclass(frozen=True)
class ViewContext:
    """What a page may use; handed to its constructor, never global.

    Attributes:
        app: household file, clock and preferences.
        theme: colours, type and spacing.
        runner: background lanes.
        navigate: opens another page and selects something there.
        actions: commands of the window by key (`import`, `plan.run`, `orders.export`,
            `worksheet.print`, ...); pages show them and never invent their own copy.
        plan: starts a plan with these settings in the background; the window shows progress and hands
            the result back through `refresh`, a failure through `show_problem`.
    """

    app: "AppContext"
    theme: Theme
    runner: "JobRunner"
    navigate: Navigate
    actions: Mapping[str, QAction] = field(default_factory=dict)
    plan: Callable[[HarvestSettings | PlanSettings], None] = lambda settings: None


@dataclass(frozen=True)
class DeskData:
    """What the pages show, worked out off the GUI thread after each change.

    Attributes:
        snapshot: the household on its as-of date.
        proposal: the latest stored plan of any kind, or None; what "the plan" is on every other page.
        overview: rows of every page (`.lots`, `.drift` of the household, `.calendar`, `.accounts`).
        plan: the latest harvest as rows, or None (`plan.stale`: the household has changed since).
        rebalance: the latest household plan of any job as rows, or None.
        account_drift: drift of each account by itself.
        standings: what wash-sale law says today about each lot of the taxable accounts.
        tax: the year's tax with and without the plan, or None where it was not worked out.
        prepared: what pages worked out of all this off the GUI thread, by page key.
    """

    snapshot: HouseholdSnapshot
    overview: "Overview"
    proposal: Proposal | None = None
    plan: "PlanView | None" = None
    rebalance: "RebalanceView | None" = None
    account_drift: Mapping[AccountId, "DriftView"] = field(default_factory=dict)
    standings: Mapping[LotId, LotStanding] = field(default_factory=dict)
    tax: "TaxView | None" = None
    prepared: Mapping[str, object] = field(default_factory=dict)

    @property
    def latest(self) -> "PlanView | None":
        """The latest plan of any kind as rows, or None."""
        if self.rebalance is not None and self.rebalance.proposal is self.proposal:
            return self.rebalance.plan
        return self.plan

    def plan_of(self, page: str) -> "PlanView | None":
        """The plan a page is about: its own kind where it has one, else the latest of any kind."""
        if page == "plan":
            return self.plan
        if page == "rebalance":
            return None if self.rebalance is None else self.rebalance.plan
        return self.latest


class Page(QWidget):
    """A page of the window. Subclasses fill `body` and implement `refresh(data)`.

    Class attributes:
        key: stable key for navigation and screenshots.
        title: the heading.

    Signals:
        lot_selected: id of a lot picked on the page ("" for none).
        problem_found: words about something that went wrong here.
    """

    key = ""
    title = ""

    lot_selected = Signal(str)
    problem_found = Signal(str)

    def __init__(self, ctx: ViewContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.theme = ctx.theme
        self.setObjectName(self.key)
        self.setAccessibleName(self.title)
        self._primary: QPushButton | None = None
        self._empty_action: QAction | None = None
        self._empty_words = QLabel()
        self._empty_button = QPushButton()
        outer = QVBoxLayout(self)
        edge = self.theme.px(Space.HUGE)
        outer.setContentsMargins(edge, self.theme.px(Space.LARGE), edge, self.theme.px(Space.LARGE))
        outer.setSpacing(self.theme.px(Space.MEDIUM))
        outer.addLayout(self._head())
        self.figures = FigureRow(self.theme)
        outer.addWidget(self.figures)
        self.notice = NoticeBar(self.theme)
        outer.addWidget(self.notice)
        self._body_or_empty = QStackedWidget()
        body_widget = QWidget()
        self.body = QVBoxLayout(body_widget)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(self.theme.px(Space.MEDIUM))
        self._body_or_empty.addWidget(body_widget)
        self._body_or_empty.addWidget(self._empty_state())
        outer.addWidget(self._body_or_empty, 1)

    @staticmethod
    def prepare(data: DeskData) -> object:
        """Return what `refresh` finds under `data.prepared`, worked out on a lane; None for nothing.

        Whatever grows with the lots belongs here: the GUI thread must not be held for over 50 ms.
        """
        return None

    def refresh(self, data: DeskData) -> None:
        """Show the household anew."""
        raise NotImplementedError

    def select(self, what: Mapping[str, str]) -> None:
        """Select something another page points at; unknown keys are ignored."""

    # --- head --------------------------------------------------------------------------------
    def _head(self) -> QHBoxLayout:
        self._title = QLabel(self.title)
        self._title.setFont(self.theme.font(TextSize.TITLE, strong=True))
        self._answer = QLabel()
        self._answer.setWordWrap(True)
        self._answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._answer.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._answer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        words = QVBoxLayout()
        words.setSpacing(self.theme.px(Space.TINY))
        words.addWidget(self._title)
        words.addWidget(self._answer)
        head = QHBoxLayout()
        head.setSpacing(self.theme.px(Space.SMALL))
        head.addLayout(words, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(self.theme.px(Space.SMALL))
        head.addLayout(self._buttons)
        head.setAlignment(self._buttons, Qt.AlignmentFlag.AlignTop)
        return head

    @property
    def answer(self) -> str:
        """The sentence the page begins with."""
        return self._answer.text()

    def set_answer(self, sentence: str) -> None:
        """Say in one sentence what the page found."""
        self._answer.setText(sentence)
        self._answer.setAccessibleName(sentence)
        self.setAccessibleDescription(sentence)

    def set_figures(self, figures: Sequence[Figure]) -> None:
        """Show the row of figures; each one explains itself."""
        self.figures.show_figures(figures)

    def set_primary(self, action: QAction) -> QPushButton:
        """Show the one primary action of the page."""
        if self._primary is not None:
            self._primary.deleteLater()
        self._primary = ActionButton(action, primary=True)
        self._buttons.addWidget(self._primary)
        return self._primary

    def add_secondary(self, action: QAction) -> QPushButton:
        """Show a further action, to the left of the primary one."""
        button = ActionButton(action)
        self._buttons.insertWidget(max(0, self._buttons.count() - bool(self._primary)), button)
        return button

    # --- notices and empty state -----------------------------------------------------------------
    def show_problem(self, words: str, tone: Tone = Tone.ERROR) -> None:
        """Say what went wrong where it happened; empty words hide the bar."""
        self.notice.say(words, tone)

    def show_body(self) -> None:
        """Show the body of the page."""
        self._body_or_empty.setCurrentIndex(0)
        if self._primary is not None:
            self._primary.show()

    def show_empty(self, words: str, action: QAction | None = None) -> None:
        """Show what to do next instead of an empty table, and offer it."""
        self._empty_words.setText(words)
        self._empty_action = action
        self._empty_button.setVisible(action is not None)
        if action is not None:
            self._empty_button.setText(action.text().replace("...", "…"))
            self._empty_button.setAccessibleName(plain(action.text()))
        self.figures.show_figures(())
        self._body_or_empty.setCurrentIndex(1)
        if self._primary is not None and action is not None:
            self._primary.hide()  # one primary action per page

    @property
    def is_empty(self) -> bool:
        """True while the empty state is shown."""
        return self._body_or_empty.currentIndex() == 1

    def _empty_state(self) -> QWidget:
        widget = QWidget()
        layout = QVBoxLayout(widget)
        layout.setSpacing(self.theme.px(Space.LARGE))
        self._empty_words.setWordWrap(True)
        self._empty_words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty_words.setMinimumWidth(self.theme.px(420))
        name(self._empty_button, "Next step")
        self._empty_button.setProperty("primary", True)
        self._empty_button.clicked.connect(self._on_empty_clicked)
        layout.addStretch(2)
        across = QHBoxLayout()  # an alignment flag would take the height that wrapped words need
        across.addStretch(1)
        across.addWidget(self._empty_words, 2)
        across.addStretch(1)
        layout.addLayout(across)
        layout.addWidget(self._empty_button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        return widget

    def _on_empty_clicked(self) -> None:
        if self._empty_action is not None:
            self._empty_action.trigger()

"""The frame: sidebar, top bar, pages, status bar. What commands do is in commands.py."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from harvestdesk.domain.account import ACCOUNT_TYPE_NAMES
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.domain.proposal import Proposal
from harvestdesk.gui import formatting
from harvestdesk.gui.a11y import name
from harvestdesk.gui.actions import FILE, PAGE_KEYS, PAGE_TITLES, build_actions, enable, fill_menus
from harvestdesk.gui.commands import Commands
from harvestdesk.gui.desk import Desk, Loaded
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.recent import RecentMenu
from harvestdesk.gui.settings_store import WindowStore
from harvestdesk.gui.theme import Scheme, Theme
from harvestdesk.gui.undo import show_undo
from harvestdesk.gui.view_base import Page, ViewContext
from harvestdesk.gui.views.welcome import WelcomePage
from harvestdesk.gui.widgets.job_strip import JobStrip
from harvestdesk.gui.widgets.notice_bar import NoticeBar
from harvestdesk.gui.widgets.sidebar import Sidebar, SidebarLine
from harvestdesk.gui.widgets.top_bar import TopBar
from harvestdesk.gui.workers.garbage import QuietCollector
from harvestdesk.gui.workers.runner import JobRunner

if TYPE_CHECKING:
    from harvestdesk.services.preferences import Preferences
    from harvestdesk.services.views.overview import AccountTotal
    from harvestdesk.services.views.plan import PlanView

STALE_PLAN = (
    "The household has changed since the latest plan was made, so its orders can no longer be "
    "exported. Plan again, or undo the change."
)
SavePreferences = Callable[["Preferences"], None]


class MainWindow(QMainWindow):
    """The one window of a household.

    Signals:
        painted: once, after the first paint.
        page_shown: key of a page.
    """

    painted = Signal()
    page_shown = Signal(str)

    def __init__(
        self,
        theme: Theme,
        runner: JobRunner,
        preferences: "Preferences",
        store: WindowStore,
        save_preferences: SavePreferences,
    ) -> None:
        super().__init__()
        self.theme = theme
        self.runner = runner
        self._store = store
        self._save_preferences = save_preferences
        self._was_painted = False
        self._plan_was_stale = True
        self._outdated: set[str] = set()
        self.pages: dict[str, Page] = {}
        self.desk = Desk(runner, preferences, self)
        self.actions_by_key = build_actions(self)
        menus = fill_menus(self.menuBar(), self.actions_by_key)
        self.recent = RecentMenu(self.open)
        menus[FILE].insertMenu(self.actions_by_key["household.backup"], self.recent)
        self.recent.show_paths(preferences.recent_books)
        self.addActions(list(self.actions_by_key.values()))
        self.commands = Commands(self)
        self._collector = QuietCollector(runner, self)
        self._lay_out()
        self._connect()
        self.setWindowTitle("HarvestDesk")
        name(self, "HarvestDesk")
        self._show_state()
        if not store.restore(self):
            self.resize(theme.px(1280), theme.px(820))

    def _lay_out(self) -> None:
        self.sidebar = Sidebar(self.theme)
        self.top_bar = TopBar(self.theme)
        self.notice = NoticeBar(self.theme)
        self.welcome = WelcomePage(self.theme, self.actions_by_key, self.desk.preferences)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        for widget in (self.top_bar, self.notice):
            right.addWidget(widget)
        right.addWidget(self._stack, 1)
        centre = QWidget()
        across = QHBoxLayout(centre)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.sidebar)
        across.addLayout(right, 1)
        self.setCentralWidget(centre)
        self.jobs = JobStrip(self.runner, self.theme)
        self.said = QLabel()
        self.statusBar().addWidget(self.jobs, 1)
        self.statusBar().addPermanentWidget(self.said)
        self.statusBar().setSizeGripEnabled(False)
        shortcuts = {k: self.actions_by_key[f"page.{k}"].shortcut().toString() for k in PAGE_KEYS}
        self.sidebar.show_pages([(k, PAGE_TITLES[k], shortcuts[k]) for k in PAGE_KEYS])

    def _connect(self) -> None:
        desk = self.desk
        desk.opened.connect(self._on_opened)
        desk.refreshed.connect(self._on_refreshed)
        desk.failed.connect(self._on_failed)
        desk.not_opened.connect(self.commands.say_not_opened)
        desk.preferences_changed.connect(self._on_preferences_changed)
        desk.planned.connect(self._on_planned)
        desk.not_planned.connect(self.commands.say_not_planned)
        self.sidebar.page_chosen.connect(lambda key: self.navigate(key, {}))
        self.sidebar.account_chosen.connect(lambda key: self.navigate("lots", {"account": key}))
        self.welcome.book_chosen.connect(lambda path: self.open(Path(path)))
        self.top_bar.stale.clicked.connect(self.actions_by_key["prices"].trigger)
        self.sidebar.settings.clicked.connect(self.actions_by_key["household.settings"].trigger)
        for started in (self.runner.job_started, self.runner.job_finished):
            started.connect(lambda _handle: self._show_state())
        for key in PAGE_KEYS:
            action = self.actions_by_key[f"page.{key}"]
            action.triggered.connect(lambda _checked, key=key: self.navigate(key, {}))
        self.actions_by_key[f"view.{self.theme.scheme.value}"].setChecked(True)

    # --- household ----------------------------------------------------------------------------
    def open(self, path: Path) -> None:
        """Open a household file in the background."""
        self.desk.open(path)

    def _on_opened(self, loaded: Loaded) -> None:
        from harvestdesk.gui.pages import PAGES

        for page in self.pages.values():
            self._stack.removeWidget(page)
            page.hide()
            page.deleteLater()
        context = ViewContext(
            app=loaded.app,
            theme=self.theme,
            runner=self.runner,
            navigate=self.navigate,
            actions=self.actions_by_key,
            plan=self.desk.plan,
        )
        self.pages = {spec.key: spec.load()(context) for spec in PAGES}
        for page in self.pages.values():
            self._stack.addWidget(page)
        self._plan_was_stale = True
        self._on_refreshed(loaded)
        self.navigate("overview", {})
        self.sidebar.focus_pages()

    def _on_refreshed(self, loaded: Loaded) -> None:
        data = loaded.data
        household = data.snapshot.household
        self.setWindowTitle(f"{household.name}[*] – HarvestDesk")
        total = formatting.dollars(data.overview.total)
        lines = [_account_line(total_) for total_ in data.overview.accounts]
        self.sidebar.show_household(household.name, f"{total} in all accounts", lines)
        self.top_bar.show_state(
            data.snapshot.as_of,
            data.overview.stale_symbols,
            simulated=household.simulated,
            view_only=loaded.app.book.view_only,
        )
        self._say_stale_plan(loaded)
        self._outdated = set(self.pages)
        self._bring_up_to_date(self.current_page)
        QTimer.singleShot(0, self._bring_next_up_to_date)
        self._show_state()

    def _say_stale_plan(self, loaded: Loaded) -> None:
        """Say it once, where everybody sees it, when a change has put the plan out of date."""
        plan = loaded.data.latest
        stale = plan is not None and plan.stale
        if not stale:
            self.notice.say("")
        elif not self._plan_was_stale:
            self.notice.say(STALE_PLAN)
        self._plan_was_stale = stale

    def _bring_up_to_date(self, key: str) -> None:
        if key in self._outdated and self.desk.loaded is not None:
            self._outdated.discard(key)
            self.pages[key].refresh(self.desk.loaded.data)

    def _bring_next_up_to_date(self) -> None:
        """One hidden page per turn of the event loop, so that nothing waits for all of them."""
        for key in self.pages:
            if key in self._outdated:
                self._bring_up_to_date(key)
                QTimer.singleShot(0, self._bring_next_up_to_date)
                return

    def _on_failed(self, title: str, error: BaseException) -> None:
        page = self._stack.currentWidget()
        words = f"{title}: {words_of(error)}"
        if isinstance(page, Page):
            page.show_problem(words)
        else:
            self.welcome.show_problem(words)

    # --- pages --------------------------------------------------------------------------------
    @property
    def current_page(self) -> str:
        """Key of the page on view, or "welcome"."""
        page = self._stack.currentWidget()
        return page.key if isinstance(page, Page) else "welcome"

    def navigate(self, key: str, what: Mapping[str, str]) -> None:
        """Show a page and select something on it."""
        page = self.pages.get(key)
        if page is None:
            return
        self._bring_up_to_date(key)
        self._stack.setCurrentWidget(page)
        self.sidebar.mark_page(key)
        if what:
            page.select(what)
        self._show_state()
        self.page_shown.emit(key)

    @property
    def shown_plan(self) -> "PlanView | None":
        """The plan that papers and orders are made of: that of the page on view, or None."""
        loaded = self.desk.loaded
        return None if loaded is None else loaded.data.plan_of(self.current_page)

    def _on_planned(self, proposal: Proposal) -> None:
        self.navigate("plan" if proposal.kind is PlanKind.HARVEST else "rebalance", {})

    # --- state --------------------------------------------------------------------------------
    def _show_state(self) -> None:
        """Enable what can be done now; hide what a window without a household does not need."""
        loaded = self.desk.loaded
        self.sidebar.setVisible(loaded is not None)
        self.top_bar.setVisible(loaded is not None)
        have = set()
        if loaded is not None:
            have.add("book")
            writable = not loaded.app.book.view_only
            if writable:
                have.add("write")
            plan = self.shown_plan
            if plan is not None:
                have.add("plan")
                if plan.can_export:
                    have.add("orders")
        planning = self.desk.planning is not None
        if planning:
            have.add("planning")
        enable(self.actions_by_key, frozenset(have))
        for key in ("plan.run", "plan.trades"):
            self.actions_by_key[key].setEnabled("write" in have and not planning)
        if loaded is not None:
            undo, redo = self.actions_by_key["edit.undo"], self.actions_by_key["edit.redo"]
            show_undo(undo, redo, loaded.undo, writable="write" in have)

    def choose_look(self, scheme: Scheme) -> None:
        """Switch the look and remember it."""
        self.theme.choose(scheme)
        self.desk.remember(theme=scheme.value)

    def _on_preferences_changed(self, preferences: "Preferences") -> None:
        self.recent.show_paths(preferences.recent_books)
        try:
            self._save_preferences(preferences)
        except OSError:
            self.said.setText("Preferences could not be saved")

    # --- Qt's side ------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint; tell once that the window is there."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the work, for two seconds at most, and close the file."""
        self.said.setText("stopping…")
        self._store.save(self)
        if self.runner.close():
            self.desk.close()
        self._collector.close()
        event.accept()


def _account_line(total: "AccountTotal") -> SidebarLine:
    prices = f" Oldest price of {total.oldest_price_on}." if total.oldest_price_on else ""
    lots = formatting.plural(total.lots, "lot")
    return SidebarLine(
        key=total.account_id,
        text=total.name,
        small_text=ACCOUNT_TYPE_NAMES[total.type],
        figure=formatting.dollars(total.value),
        explanation=f"{lots} at their last prices plus {formatting.dollars(total.cash)} cash.{prices}",
    )

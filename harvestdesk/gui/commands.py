"""What the window's commands do: dialogs, wizards, files and paper. Heavy parts are imported on use."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QMessageBox,
    QWhatsThis,
)

from harvestdesk.domain.plan_settings import PlanKind, PlanSettings
from harvestdesk.domain.proposal import HarvestSettings
from harvestdesk.gui.errors import words_of
from harvestdesk.gui.household_commands import HouseholdCommands
from harvestdesk.gui.plots.canvas import Canvas
from harvestdesk.gui.scenario_commands import ScenarioCommands
from harvestdesk.gui.tax_commands import TaxCommands
from harvestdesk.gui.theme import Scheme
from harvestdesk.gui.widgets.figure import FigureTile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harvestdesk.gui.dialogs.problem import Way
    from harvestdesk.gui.main_window import MainWindow

BACKUP_FOLDER = "Backups"
_FILTER = "HarvestDesk household (*.harvest)"


class Commands(QObject):
    """Connects the actions of a window with what they do."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._dialogs: list[Any] = []
        actions = window.actions_by_key
        for key, do in (
            ("household.sample", self.open_sample),
            ("household.new", self.new_household),
            ("household.open", self.open_household),
            ("household.backup", self.back_up),
            ("household.settings", self.household_settings),
            ("prices", self.show_prices),
            ("import", self.import_statements),
            ("orders.export", self.export_orders),
            ("worksheet.print", self.print_worksheet),
            ("instructions.print", lambda: self.print_report("lot-instructions")),
            ("do_not_buy.print", lambda: self.print_report("do-not-buy")),
            ("app.quit", window.close),
            ("edit.undo", window.desk.undo),
            ("edit.redo", window.desk.redo),
            ("plan.run", self.plan_harvest),
            ("plan.trades", self.plan_trades),
            ("plan.cancel", window.desk.cancel_plan),
            ("help.explain", self.explain),
            ("help.about", self.about),
        ):
            actions[key].triggered.connect(lambda _checked=False, do=do: do())
        self.tax = TaxCommands(window, self)
        self.household = HouseholdCommands(window, self)
        self.scenarios = ScenarioCommands(window, self)
        for scheme in Scheme:
            actions[f"view.{scheme.value}"].triggered.connect(
                lambda _checked=False, scheme=scheme: window.choose_look(scheme)
            )

    # --- household ------------------------------------------------------------------------------
    def open_sample(self) -> None:
        """Open the sample household."""
        self._window.desk.open_sample()

    def new_household(self) -> None:
        """Ask for name and people, then create the file."""
        from harvestdesk.gui.dialogs.new_household import NewHouseholdDialog
        from harvestdesk.services.preferences import data_folder

        dialog = NewHouseholdDialog(self._window.theme, data_folder(), self._window)
        dialog.accepted.connect(
            lambda: self._window.desk.create(dialog.path, dialog.name, dialog.people)
        )
        self.show_dialog(dialog)

    def open_household(self) -> None:
        """Ask which file to open."""
        from harvestdesk.services.preferences import data_folder

        self._ask_and_open(data_folder())

    def say_not_opened(self, path: Path, error: BaseException) -> None:
        """Say why a file could not be opened, and offer another one; what is open stays open."""
        window = self._window
        words = words_of(error)
        if window.desk.loaded is not None:
            words += f" {window.desk.loaded.data.snapshot.household.name} stays open."
        ways = [("&Open another file…", self.open_household)]
        backups = path.parent / BACKUP_FOLDER
        if backups.is_dir():
            ways.append(("Open a &backup…", lambda: self._ask_and_open(backups)))
        self.say_problem(f"{path.name} could not be opened", words, ways)

    def say_problem(self, title: str, words: str, ways: "Sequence[Way]" = ()) -> None:
        """Say what went wrong in a dialog of its own."""
        from harvestdesk.gui.dialogs.problem import ProblemDialog

        self.show_dialog(ProblemDialog(self._window.theme, title, words, ways, self._window))

    def _ask_and_open(self, folder: Path) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, "Open household", str(folder), _FILTER
        )
        if chosen:
            self._window.open(Path(chosen))

    def household_settings(self, *, taxes: bool = False) -> None:
        """Show the household's settings, its tax profile first if `taxes`."""
        from harvestdesk.gui.dialogs.household import HouseholdDialog

        window = self._window
        if window.desk.loaded is not None:
            dialog = HouseholdDialog(window.theme, window.desk, window.desk.loaded, window)
            if taxes:
                dialog.show_taxes()
            self.show_dialog(dialog)

    def show_prices(self) -> None:
        """List the last prices."""
        from harvestdesk.gui.dialogs.prices import PricesDialog

        window = self._window
        if window.desk.loaded is not None:
            dialog = PricesDialog(window.theme, window.desk.loaded.data.snapshot, window)
            dialog.accept_button.setEnabled(window.actions_by_key["import"].isEnabled())
            dialog.import_asked.connect(window.actions_by_key["import"].trigger)
            self.show_dialog(dialog)

    def back_up(self) -> None:
        """Ask where to, then write a checked copy."""
        app = self._window.desk.app
        if app is None:
            return
        suggestion = app.book.path.with_name(
            f"{app.book.path.stem} backup {app.clock.today().isoformat()}.harvest"
        )
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, "Back up to", str(suggestion), _FILTER
        )
        if chosen:
            path = Path(chosen)
            path = path if path.suffix else path.with_suffix(".harvest")
            handle = self._window.desk.work("Backing up", lambda app: app.book.backup(path))
            handle.succeeded.connect(
                lambda _result: self._window.said.setText(f"Backed up to {path.name}")
            )

    # --- import, plan, export -----------------------------------------------------------------------
    def import_statements(self) -> None:
        """Open the import wizard."""
        from harvestdesk.gui.wizards.import_statements.wizard import ImportWizard

        wizard = ImportWizard(self._window.theme, self._window.desk, self._window)
        self.show_dialog(wizard)

    def plan_harvest(self) -> None:
        """Plan with the settings of the plan page, or with the last ones."""
        page = self._window.pages.get("plan")
        settings = getattr(page, "settings", None)
        if callable(settings):
            settings = settings()
        if not isinstance(settings, HarvestSettings):
            loaded = self._window.desk.loaded
            plan = loaded.data.plan if loaded else None
            settings = plan.proposal.harvest if plan else HarvestSettings()
        self._window.desk.plan(settings)

    def plan_trades(self) -> None:
        """Plan as the Rebalance page asks, and show it there; what is missing is said there."""
        from harvestdesk.gui.views.rebalance import RebalancePage

        window = self._window
        page = window.pages.get("rebalance")
        if not isinstance(page, RebalancePage):
            return
        window.navigate("rebalance", {})
        if page.ready():
            window.desk.plan(page.settings())

    def say_not_planned(self, settings: PlanSettings, error: BaseException) -> None:
        """Say on the Rebalance page why there is no plan."""
        from harvestdesk.gui.views.rebalance import RebalancePage

        page = self._window.pages.get("rebalance")
        if isinstance(page, RebalancePage):
            self._window.navigate("rebalance", {})
            page.show_failure(settings, error)

    def export_orders(self) -> None:
        """Ask for format and folder, then write the orders of the plan the page is about."""
        from harvestdesk.gui.dialogs.export_orders import ExportOrdersDialog

        loaded = self._window.desk.loaded
        plan = self._window.shown_plan
        if loaded is None or plan is None:
            return
        data = replace(loaded.data, proposal=plan.proposal)
        dialog = ExportOrdersDialog(self._window.theme, self._window.desk, data, self._window)
        dialog.exported.connect(self._window.said.setText)
        self.show_dialog(dialog)

    def print_worksheet(self) -> None:
        """Preview the worksheet of the plan the page is about."""
        plan = self._window.shown_plan
        harvest = plan is None or plan.proposal.kind is PlanKind.HARVEST
        self.print_report("worksheet" if harvest else "trades")

    def print_report(self, kind: str) -> None:
        """Build a report in the background, then preview it."""
        from harvestdesk.gui.desk_work import build_report

        loaded = self._window.desk.loaded
        if loaded is None:
            return
        plan = self._window.shown_plan
        proposal_id = plan.proposal.id if plan else None
        handle = self._window.desk.work(
            "Preparing the paper", lambda app: build_report(app, kind, proposal_id)
        )
        handle.succeeded.connect(self.preview)

    def preview(self, report: Any) -> None:
        """Show a report as it will be printed."""
        from harvestdesk.gui.printing.preview import PreviewDialog

        self.show_dialog(PreviewDialog(report, self._window, theme=self._window.theme))

    # --- help ---------------------------------------------------------------------------------------
    def explain(self) -> None:
        """Say how the focused figure came about."""
        focused = QApplication.focusWidget()
        if isinstance(focused, FigureTile | Canvas):
            focused.explain()
        elif isinstance(focused, QAbstractItemView):
            explain_cell(focused)

    def about(self) -> None:
        """Say what this is."""
        from harvestdesk import __version__

        box = QMessageBox(self._window)
        box.setWindowTitle("About HarvestDesk")
        box.setText(f"HarvestDesk {__version__}")
        box.setInformativeText(
            "Tax lots, wash sales and tax-loss harvesting for a whole household, on your own "
            "computer. This program opens no network connection. It prepares figures for you and "
            "your adviser; it is not tax advice."
        )
        self.show_dialog(box)

    def show_dialog(self, dialog: Any) -> None:
        """Show a dialog without blocking, and let go of it when it closes."""
        dialog.setModal(True)
        self._dialogs.append(dialog)
        dialog.finished.connect(lambda _result: self._let_go(dialog))
        dialog.open()

    def _let_go(self, dialog: Any) -> None:
        if dialog in self._dialogs:
            self._dialogs.remove(dialog)
            dialog.deleteLater()

    @property
    def open_dialogs(self) -> tuple[Any, ...]:
        """Dialogs on view, oldest first."""
        return tuple(self._dialogs)


def explain_cell(table: QAbstractItemView) -> None:
    """Say how the figure of the current cell came about, below the cell."""
    index = table.currentIndex()
    words = index.data(Qt.ItemDataRole.ToolTipRole)
    if words:
        spot = table.visualRect(index).bottomLeft()
        QWhatsThis.showText(table.viewport().mapToGlobal(spot), str(words), table)

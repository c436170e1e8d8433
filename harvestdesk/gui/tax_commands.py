"""What the commands of the Tax menu do: dialogs of the tax profile, and the pages of the return."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QPushButton

if TYPE_CHECKING:
    from harvestdesk.gui.commands import Commands
    from harvestdesk.gui.main_window import MainWindow

FORMS = {
    "tax.form_8949": "form-8949",
    "tax.schedule_d": "schedule-d",
    "tax.carryover": "carryover",
    "tax.wash_ledger": "wash-ledger",
}
"""Pages of the return by the command that shows them."""
SOFTWARE = {
    "TXF 042 for tax programs (*.txf)": ("txf", ".txf"),
    "CSV for TaxAct (*.csv)": ("taxact", ".csv"),
    "CSV with every figure (*.csv)": ("csv", ".csv"),
}
"""Files tax software reads, by their entry in the file dialog: format and suffix."""
_BROKER_FILES = "Closed lots, realised gains or 1099-B (*.csv *.txt *.ofx *.qfx);;All files (*)"
_MOST_PROBLEMS = 8
"""So many rows are named in the dialog; of more only the number."""


class TaxCommands(QObject):
    """Connects the actions of the Tax menu with what they do."""

    def __init__(self, window: "MainWindow", commands: "Commands") -> None:
        super().__init__(window)
        self._window = window
        self._commands = commands
        actions = window.actions_by_key
        for key, do in (
            ("tax.profile", lambda: commands.household_settings(taxes=True)),
            ("tax.outside", self.outside_gains),
            ("wash.options", self.wash_options),
            ("tax.forms", self.choose_form),
            ("tax.reconcile", self.compare_with_broker),
            ("tax.save", self.save_for_software),
        ):
            actions[key].triggered.connect(lambda _checked=False, do=do: do())
        for key, kind in FORMS.items():
            actions[key].triggered.connect(lambda _checked=False, kind=kind: self.show_form(kind))

    def outside_gains(self) -> None:
        """Show gains outside the accounts and changes of law."""
        from harvestdesk.gui.dialogs.outside_gains import OutsideDialog

        window = self._window
        if window.desk.loaded is not None:
            self._commands.show_dialog(
                OutsideDialog(window.theme, window.desk, window.desk.loaded, window)
            )

    def wash_options(self) -> None:
        """Show how the household reads what the law leaves open."""
        from harvestdesk.gui.dialogs.wash_options import WashOptionsDialog

        window = self._window
        if window.desk.loaded is not None:
            policy = window.desk.loaded.data.snapshot.household.wash
            self._commands.show_dialog(WashOptionsDialog(window.theme, window.desk, policy, window))

    def choose_form(self) -> None:
        """Offer the pages of the return below the button that asked, or at the pointer."""
        menu = QMenu(self._window)
        menu.setAccessibleName("Tax forms")
        for key in FORMS:
            menu.addAction(self._window.actions_by_key[key])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._below_focus())

    def _below_focus(self) -> QPoint:
        focused = QApplication.focusWidget()
        if isinstance(focused, QPushButton):
            return focused.mapToGlobal(focused.rect().bottomLeft())
        return QCursor.pos()

    def show_form(self, kind: str) -> None:
        """Build a page of the return in the background, then preview it."""
        from harvestdesk.gui.desk_work import build_tax_form

        if self._window.desk.loaded is None:
            return
        handle = self._window.desk.work("Preparing the form", lambda app: build_tax_form(app, kind))
        handle.succeeded.connect(self._commands.preview)

    def compare_with_broker(self) -> None:
        """Ask for a broker's closed lots, compare them with the ledger, and preview what differs."""
        from harvestdesk.gui.desk_work import compare_closed_lots

        desk = self._window.desk
        if desk.loaded is None:
            return
        folder = desk.preferences.import_folder
        chosen, _ = QFileDialog.getOpenFileNames(
            self._window, "Compare with a broker's closed lots", folder, _BROKER_FILES
        )
        if not chosen:
            return
        paths = tuple(Path(c) for c in chosen)
        desk.remember(import_folder=str(paths[0].parent))
        handle = desk.work(
            "Comparing with the broker's file", lambda app: compare_closed_lots(app, paths)
        )
        handle.succeeded.connect(self._commands.preview)

    def save_for_software(self) -> None:
        """Ask where to, then write the year's sales as tax software reads them."""
        from harvestdesk.gui.desk_work import save_tax_file

        desk = self._window.desk
        if desk.loaded is None:
            return
        year = desk.loaded.data.snapshot.as_of.year
        suggestion = Path(desk.preferences.export_folder or Path.home()) / f"sales-{year}.txf"
        chosen, kind = QFileDialog.getSaveFileName(
            self._window, "Save sales for tax software", str(suggestion), ";;".join(SOFTWARE)
        )
        if not chosen:
            return
        file_format, suffix = SOFTWARE.get(kind, ("txf", ".txf"))
        path = suffixed(Path(chosen), suffix)
        desk.remember(export_folder=str(path.parent))
        handle = desk.work(
            "Saving sales for tax software", lambda app: save_tax_file(app, file_format, path)
        )
        handle.succeeded.connect(self._say_saved)

    def _say_saved(self, written: Any) -> None:
        """Say what was written; rows that are not in the file, or not whole, are named."""
        names = ", ".join(path.name for path in written.paths)
        self._window.said.setText(f"Wrote {written.rows:,} rows to {names}")
        if not written.problems:
            return
        lines = [p.described() for p in written.problems[:_MOST_PROBLEMS]]
        more = len(written.problems) - len(lines)
        if more > 0:
            lines.append(f"and {more:,} more.")
        self._commands.say_problem(f"Look at these rows of {names}", "\n".join(lines))


def suffixed(path: Path, suffix: str) -> Path:
    """Return a path with the suffix of its format, in place of that of another one."""
    if path.suffix.lower() == suffix:
        return path
    known = {known for _, known in SOFTWARE.values()}
    return path.with_name((path.stem if path.suffix.lower() in known else path.name) + suffix)

"""What the commands of the Tax menu do: dialogs of the tax profile, and the pages of the return."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

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

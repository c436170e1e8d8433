"""What the commands of the Tax menu do: dialogs of the tax profile, forms, and brokers' closed lots."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from harvestdesk.domain.errors import BadInputError

if TYPE_CHECKING:
    from harvestdesk.domain.ids import AccountId
    from harvestdesk.gui.commands import Commands
    from harvestdesk.gui.main_window import MainWindow

_BROKER_FILES = (
    "Closed lots, realised gains or 1099-B (*.csv *.txt *.ofx *.qfx *.xml);;All files (*)"
)
_COMPARING = "Comparing with the broker's file"
_ONE_AT_A_TIME = "One of the files names no account of this household"
_ONE_AT_A_TIME_WORDS = (
    "Several files were chosen, so it can't be told which of them belongs where. Compare that file alone: you "
    "will be asked which account it is of."
)


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
            ("tax.forms", self.forms),
            ("tax.reconcile", self.compare_with_broker),
            ("tax.save", lambda: self.forms(software=True)),
        ):
            actions[key].triggered.connect(lambda _checked=False, do=do: do())

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

    def forms(self, *, software: bool = False) -> None:
        """Show the pages of the return, at the file for tax software if `software`."""
        from harvestdesk.gui.dialogs.tax_forms import TaxFormsDialog
        from harvestdesk.services.tax_reports import form_years

        window = self._window
        if window.desk.loaded is None:
            return
        years = form_years(window.desk.loaded.data.snapshot)
        dialog = TaxFormsDialog(window.theme, window.desk, years, window)
        self._commands.show_dialog(dialog)
        if software:
            dialog.show_software()

    # --- closed lots ---------------------------------------------------------------------------------
    def compare_with_broker(self) -> None:
        """Ask for a broker's closed lots, compare them with the ledger, and preview what differs."""
        desk = self._window.desk
        if desk.loaded is None:
            return
        folder = desk.preferences.import_folder
        chosen, _ = QFileDialog.getOpenFileNames(
            self._window, "Compare with a broker's closed lots", folder, _BROKER_FILES
        )
        if chosen:
            paths = tuple(Path(c) for c in chosen)
            desk.remember(import_folder=str(paths[0].parent))
            self._compare(paths, None)

    def _compare(self, paths: tuple[Path, ...], account_id: "AccountId | None") -> None:
        from harvestdesk.gui.desk_work import compare_closed_lots

        desk = self._window.desk
        handle = desk.quiet_work(
            _COMPARING, lambda app: compare_closed_lots(app, paths, account_id)
        )
        handle.succeeded.connect(self._commands.preview)
        handle.failed.connect(lambda error: self._on_not_compared(error, paths, account_id))

    def _on_not_compared(
        self, error: BaseException, paths: tuple[Path, ...], account_id: "AccountId | None"
    ) -> None:
        unplaced = isinstance(error, BadInputError) and error.code == "reconcile.account"
        if unplaced and account_id is None and len(paths) == 1:
            self._ask_account(paths[0])
        elif unplaced and account_id is None:
            self._commands.say_problem(_ONE_AT_A_TIME, _ONE_AT_A_TIME_WORDS)
        else:
            self._window.desk.failed.emit(_COMPARING, error)

    def _ask_account(self, path: Path) -> None:
        from harvestdesk.gui.dialogs.which_account import WhichAccountDialog

        window = self._window
        if window.desk.loaded is None:
            return
        taxable = [a for a in window.desk.loaded.data.snapshot.accounts if a.type.is_taxable]
        dialog = WhichAccountDialog(window.theme, path.name, taxable, window)
        dialog.accepted.connect(lambda: self._compare((path,), dialog.account_id))
        self._commands.show_dialog(dialog)

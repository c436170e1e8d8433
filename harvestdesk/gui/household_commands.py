"""What the commands about the whole household do: account rules, outside holdings, the risk model."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from harvestdesk.gui.commands import Commands
    from harvestdesk.gui.main_window import MainWindow


class HouseholdCommands(QObject):
    """Connects the actions with the dialogs they open."""

    def __init__(self, window: "MainWindow", commands: "Commands") -> None:
        super().__init__(window)
        self._window = window
        self._commands = commands
        actions = window.actions_by_key
        for key, do in (
            ("household.rules", self.account_rules),
            ("household.outside", self.outside_holdings),
            ("household.risk", self.risk_model),
        ):
            actions[key].triggered.connect(lambda _checked=False, do=do: do())

    def account_rules(self) -> None:
        """Show how accounts take part in plans."""
        from harvestdesk.gui.dialogs.account_rules import AccountRulesDialog

        window = self._window
        if window.desk.loaded is not None:
            self._commands.show_dialog(
                AccountRulesDialog(window.theme, window.desk, window.desk.loaded, window)
            )

    def outside_holdings(self) -> None:
        """Show what the household owns elsewhere."""
        from harvestdesk.gui.dialogs.outside_holdings import OutsideHoldingsDialog

        window = self._window
        if window.desk.loaded is not None:
            self._commands.show_dialog(
                OutsideHoldingsDialog(window.theme, window.desk, window.desk.loaded, window)
            )

    def risk_model(self) -> None:
        """Show how risk is estimated and what the model rests on."""
        from harvestdesk.gui.dialogs.risk_model import RiskModelDialog

        window = self._window
        if window.desk.loaded is not None:
            self._commands.show_dialog(
                RiskModelDialog(window.theme, window.desk, window.desk.loaded, window)
            )

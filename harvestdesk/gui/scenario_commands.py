"""What the commands about scenarios do: keep the plan on view under a letter, and lay the kept ones side by side."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from harvestdesk.gui.commands import Commands
    from harvestdesk.gui.main_window import MainWindow


class ScenarioCommands(QObject):
    """Connects the actions with what they do."""

    def __init__(self, window: "MainWindow", commands: "Commands") -> None:
        super().__init__(window)
        self._window = window
        self._commands = commands
        actions = window.actions_by_key
        actions["scenario.keep"].triggered.connect(lambda _checked=False: self.keep())
        actions["scenario.compare"].triggered.connect(lambda _checked=False: self.compare())

    def keep(self) -> None:
        """Keep the plan the page is about as the next scenario; one undo step."""
        from harvestdesk.services.scenarios import keep_next

        plan = self._window.shown_plan
        if plan is None:
            return
        proposal_id, said = plan.proposal.id, self._window.said
        handle = self._window.desk.change(
            "Keeping the scenario", lambda app: keep_next(app, proposal_id)
        )
        handle.succeeded.connect(lambda name: said.setText(f"Kept as scenario {name}"))

    def compare(self) -> None:
        """Show the scenarios beside each other."""
        from harvestdesk.gui.dialogs.scenarios import ScenariosDialog

        window = self._window
        if window.desk.loaded is None:
            return
        plan = window.shown_plan
        shown = None if plan is None else plan.proposal
        dialog = ScenariosDialog(window.theme, window.desk, shown, window)
        dialog.print_asked.connect(self._commands.preview)
        self._commands.show_dialog(dialog)

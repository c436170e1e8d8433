"""A button that shows a command: its words, whether it can be used, and what it does."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton

from harvestdesk.gui.a11y import name, plain


class ActionButton(QPushButton):
    """Follows an action for as long as the button lives."""

    def __init__(self, action: QAction, *, primary: bool = False) -> None:
        super().__init__()
        self._action = action
        self.setProperty("primary", primary)
        self._on_action_changed()
        action.changed.connect(self._on_action_changed)
        self.clicked.connect(self._on_clicked)

    def _on_action_changed(self) -> None:
        action = self._action
        self.setText(action.text())
        self.setEnabled(action.isEnabled())
        self.setToolTip(action.toolTip())
        name(self, plain(action.text()), action.toolTip())

    def _on_clicked(self) -> None:
        self._action.trigger()

"""Said in place of trades where no plan keeps every rule: what is in conflict, and a way on."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.domain.plan_settings import PlanSettings
from harvestdesk.gui.theme import Space, TextSize, Theme
from harvestdesk.gui.views.rebalance.words import failure_words


class NoPlanPanel(QFrame):
    """The conflict in words; `place` puts a closer look in their stead."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.asked: PlanSettings | None = None
        self.error: NoPlanError | None = None
        self.setProperty("card", True)
        head = QLabel("No plan keeps every rule")
        head.setFont(theme.font(TextSize.SECTION, strong=True))
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(*([theme.px(Space.HUGE)] * 4))
        self._column.setSpacing(theme.px(Space.MEDIUM))
        self._column.addWidget(head)
        self._column.addWidget(self.words)
        self._column.addStretch(1)

    def say(self, asked: PlanSettings, error: NoPlanError) -> None:
        """Say what was asked for in vain, and why."""
        self.asked, self.error = asked, error
        self.words.setText(failure_words(error))
        self.setAccessibleName(f"No plan keeps every rule. {self.words.text()}")

    def place(self, widget: QWidget) -> None:
        """Put a widget below the words."""
        self._column.insertWidget(self._column.count() - 1, widget)

"""Something went wrong: what, in words, what is still as it was, and the ways out as buttons."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from harvestdesk.gui.a11y import name
from harvestdesk.gui.dialogs.form import wrapped
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone

Way = tuple[str, Callable[[], None]]


class ProblemDialog(QDialog):
    """Says what happened; `ways` are buttons that close the dialog and lead on."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        words: str,
        ways: Sequence[Way] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.words = words
        self.setWindowTitle("HarvestDesk")
        name(self, f"{title}. {words}")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.rejected.connect(self.reject)
        for text, go in ways:
            button = self.buttons.addButton(text, QDialogButtonBox.ButtonRole.ActionRole)
            button.clicked.connect(lambda _checked=False, go=go: self._leave(go))
        close = self.buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setDefault(True)
        self._lay_out(theme, title, words)
        close.setFocus()

    def _lay_out(self, theme: Theme, title: str, words: str) -> None:
        sign = QLabel("\u2716")
        sign.setFont(theme.font(TextSize.FIGURE, strong=True))
        palette = sign.palette()
        palette.setColor(QPalette.ColorRole.WindowText, theme.text(Tone.ERROR))
        sign.setPalette(palette)
        heading = wrapped(title)
        heading.setFont(theme.font(TextSize.SECTION, strong=True))
        body = wrapped(words)
        body.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text_column = QVBoxLayout()
        text_column.setSpacing(theme.px(Space.SMALL))
        for widget in (heading, body):
            text_column.addWidget(widget)
        text_column.addStretch(1)
        across = QHBoxLayout()
        across.setSpacing(theme.px(Space.LARGE))
        across.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        across.addLayout(text_column, 1)
        layout = QVBoxLayout(self)
        edge = theme.px(Space.HUGE)
        layout.setContentsMargins(edge, edge, edge, edge)
        layout.setSpacing(theme.px(Space.LARGE))
        layout.addLayout(across, 1)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(theme.px(520))

    def _leave(self, go: Callable[[], None]) -> None:
        self.accept()
        go()

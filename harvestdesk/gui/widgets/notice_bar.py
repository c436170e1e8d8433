"""A bar that says something where it happened, with an icon and words."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone

_SIGNS = {Tone.WARNING: "\u26a0", Tone.ERROR: "\u2716"}


class NoticeBar(QFrame):
    """Hidden until it has something to say; can be dismissed."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._tone = Tone.WARNING
        self._sign = QLabel()
        self._sign.setFont(theme.font(TextSize.SECTION, strong=True))
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._close = name(QPushButton("Dismiss"), "Dismiss this message")
        self._close.setProperty("quiet", True)
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        side, top = theme.px(Space.MEDIUM), theme.px(Space.SMALL)
        layout.setContentsMargins(side, top, side, top)
        layout.setSpacing(theme.px(Space.SMALL))
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        theme.changed.connect(self._on_theme_changed)
        self.hide()

    @property
    def words(self) -> str:
        """What the bar says."""
        return self._words.text()

    def say(self, words: str, tone: Tone = Tone.WARNING) -> None:
        """Show words; empty words hide the bar."""
        self._tone = tone
        self._words.setText(words)
        self._sign.setText(_SIGNS.get(tone, "i"))
        self.setAccessibleName(words)
        self.setProperty("banner", "error" if tone is Tone.ERROR else "warning")
        self._on_theme_changed()
        self.setVisible(bool(words))

    def _on_theme_changed(self) -> None:
        self.style().unpolish(self)
        self.style().polish(self)
        palette = self._sign.palette()
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.text(self._tone))
        self._sign.setPalette(palette)

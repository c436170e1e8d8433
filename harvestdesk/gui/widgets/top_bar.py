"""The top bar: is this simulated, what day is it of, how old are the prices."""

from datetime import date

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from harvestdesk.gui import formatting
from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone


class TopBar(QFrame):
    """As-of date, stale prices and the simulated mark."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("topbar", True)
        self.simulated = QLabel("\u26a0 Simulated household: invented people, holdings and prices")
        self.simulated.setFont(theme.font(TextSize.BODY, strong=True))
        self.view_only = QLabel("View only: the file cannot be changed")
        self.as_of = QLabel()
        self.stale = name(QPushButton(), "Stale prices")
        self.stale.setProperty("quiet", True)
        self.stale.setProperty("tone", "warning")
        layout = QHBoxLayout(self)
        side, top = theme.px(Space.HUGE), theme.px(Space.TINY)
        layout.setContentsMargins(side, top, side, top)
        layout.setSpacing(theme.px(Space.LARGE))
        # Beside stale prices the words wrap: they must not hold the window wider than a small screen.
        self.simulated.setWordWrap(True)
        self.simulated.setMinimumWidth(theme.text_width(24))
        layout.addWidget(self.simulated, 6)
        layout.addWidget(self.view_only)
        layout.addStretch(1)
        layout.addWidget(self.stale)
        layout.addWidget(self.as_of)
        self.setMinimumHeight(theme.px(36))
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_state(
        self, as_of: date, stale_symbols: tuple[str, ...], *, simulated: bool, view_only: bool
    ) -> None:
        """Say the day, the stale prices and what kind of household this is."""
        self.as_of.setText(f"as of {formatting.long_day(as_of)}")
        self.as_of.setToolTip(f"Everything is worked out for {as_of.isoformat()}.")
        self.simulated.setVisible(simulated)
        self.view_only.setVisible(view_only)
        count = len(stale_symbols)
        self.stale.setVisible(count > 0)
        self.stale.setText(f"\u26a0 {formatting.plural(count, 'stale price')}")
        shown = ", ".join(stale_symbols[:20]) + (" …" if count > 20 else "")
        self.stale.setToolTip(
            f"Prices older than four days on {as_of.isoformat()}: {shown}. Look at all prices."
        )
        name(self.stale, self.stale.text(), self.stale.toolTip())

    def _on_theme_changed(self) -> None:
        for widget, role in (
            (self.simulated, QPalette.ColorRole.WindowText),
            (self.view_only, QPalette.ColorRole.WindowText),
        ):
            palette = widget.palette()
            palette.setColor(role, self._theme.text(Tone.WARNING))
            widget.setPalette(palette)

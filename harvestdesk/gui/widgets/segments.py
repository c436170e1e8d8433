"""A row of choices of which one holds: saved views, accounts, picture or table."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, Theme


class Segments(QWidget):
    """Buttons side by side; exactly one is pressed.

    Signals:
        chosen: place of the choice the person made.
    """

    chosen = Signal(int)

    def __init__(
        self,
        theme: Theme,
        spoken: str,
        choices: Sequence[tuple[str, str]] = (),
        *,
        compact: bool = False,
    ) -> None:
        """Show `choices`; `compact` leaves less room around their words, for rows of many."""
        super().__init__()
        self._theme = theme
        self._compact = compact
        self._spoken = spoken
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idClicked.connect(self.chosen)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(Space.TINY) // (2 if compact else 1))
        theme.changed.connect(self._restyle)
        self.set_choices(choices)
        self._restyle()

    @property
    def current(self) -> int:
        """Place of the choice that holds."""
        return self._group.checkedId()

    @property
    def words(self) -> list[str]:
        """The choices as they are written."""
        return [b.text() for b in self._group.buttons()]

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Replace the choices, each with its explanation; the first one holds."""
        for button in self._group.buttons():
            self._group.removeButton(button)
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        for number, (words, explanation) in enumerate(choices):
            button = name(QPushButton(words), f"{self._spoken}: {words}", explanation)
            button.setToolTip(explanation)
            button.setCheckable(True)
            self._group.addButton(button, number)
            self._row.addWidget(button)
        if choices:
            self.choose(0)

    def choose(self, number: int) -> None:
        """Let a choice hold, silently."""
        self._group.button(number).setChecked(True)

    def _restyle(self) -> None:
        c = self._theme.colours
        around, inside = self._theme.px(Space.TINY) + 1, self._theme.px(Space.TINY + 2)
        narrow = f"QPushButton {{ padding: {around}px {inside}px; }}" if self._compact else ""
        self.setStyleSheet(
            f"{narrow} QPushButton:checked {{ background: {c.selection}; color: {c.selection_text}; "
            f"border-color: {c.accent}; }}"
        )

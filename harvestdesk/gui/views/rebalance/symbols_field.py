"""A field for symbols with commas between, and what of it is not known."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from harvestdesk.domain.ids import SecurityId
from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Space, Theme


class SymbolsField(QWidget):
    """Words, a field below them, and a remark on symbols the household does not know.

    Signals:
        value_changed: the text changed.
    """

    value_changed = Signal()

    def __init__(self, theme: Theme, words: str, explanation: str) -> None:
        super().__init__()
        self._symbols: Mapping[str, SecurityId] = {}
        label = QLabel(words)
        self.field = name(QLineEdit(), f"{words}: symbols", explanation)
        self.field.setPlaceholderText("symbols, with commas")
        self.field.setToolTip(explanation)
        label.setToolTip(explanation)
        label.setBuddy(self.field)
        self.unknown = QLabel()
        self.unknown.setWordWrap(True)
        self.unknown.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(Space.TINY))
        for widget in (label, self.field, self.unknown):
            column.addWidget(widget)
        self.field.textChanged.connect(self._on_changed)

    def know(self, symbols: Mapping[str, SecurityId]) -> None:
        """Tell which symbols the household knows."""
        self._symbols = symbols

    @property
    def value(self) -> tuple[SecurityId, ...]:
        """Ids of the symbols that are known."""
        return tuple(self._symbols[s] for s in self._typed() if s in self._symbols)

    def show_value(self, ids: Iterable[SecurityId]) -> None:
        """Write the symbols of these securities."""
        by_id = {v: k for k, v in self._symbols.items()}
        self.field.setText(", ".join(by_id[i] for i in ids if i in by_id))

    def _typed(self) -> list[str]:
        words = self.field.text().replace(";", ",").split(",")
        return [w.strip().upper() for w in words if w.strip()]

    def _on_changed(self) -> None:
        unknown = [s for s in self._typed() if s not in self._symbols]
        self.unknown.setText(f"Not held here: {', '.join(unknown)}" if unknown else "")
        self.unknown.setVisible(bool(unknown))
        self.value_changed.emit()

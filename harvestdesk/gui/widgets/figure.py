"""Figures of a page: a number, what it is called, and how it came about."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWhatsThis, QWidget

from harvestdesk.gui.theme import Space, TextSize, Theme, Tone


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Attributes:
        label: what it is, in two or three words.
        value: formatted text, sign and unit included.
        explanation: formula, inputs, rule and date; shown on hover and with F1.
        note: small words under the value.
    """

    label: str
    value: str
    explanation: str
    note: str = ""
    tone: Tone = Tone.PLAIN


class FigureTile(QFrame):
    """One figure on the page; Tab reaches it, F1 explains it."""

    def __init__(self, figure: Figure, theme: Theme) -> None:
        super().__init__()
        self.figure = figure
        self._theme = theme
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, theme.px(Space.HUGE), 0)
        layout.setSpacing(theme.px(2))
        self._label = self._line(figure.label, TextSize.CAPTION)
        self._value = self._line(figure.value, TextSize.FIGURE)
        layout.addWidget(self._label)
        layout.addWidget(self._value)
        self._note = self._line(figure.note, TextSize.CAPTION)
        layout.addWidget(self._note)
        self.setToolTip(figure.explanation)
        self.setWhatsThis(figure.explanation)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"{figure.label}: {figure.value} {figure.note}".strip())
        self.setAccessibleDescription(figure.explanation)
        self.paint_tones()

    def _line(self, text: str, size: TextSize) -> QLabel:
        label = QLabel(text)
        label.setFont(self._theme.font(size))
        label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def paint_tones(self) -> None:
        """Take the colours of the current palette."""
        for label, tone in (
            (self._label, Tone.MUTED),
            (self._value, self.figure.tone),
            (self._note, Tone.MUTED),
        ):
            palette = label.palette()
            palette.setColor(QPalette.ColorRole.WindowText, self._theme.text(tone))
            label.setPalette(palette)

    def explain(self) -> None:
        """Show the explanation beside the figure."""
        QWhatsThis.showText(self.mapToGlobal(self.rect().bottomLeft()), self.whatsThis(), self)


class FigureRow(QWidget):
    """The figures in a row, left to right in order of weight."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.px(Space.SMALL))
        self._layout.addStretch(1)
        self._shown: tuple[Figure, ...] = ()
        theme.changed.connect(self._on_theme_changed)
        self.hide()

    @property
    def shown(self) -> tuple[Figure, ...]:
        """The figures on view."""
        return self._shown

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Replace the figures; nothing to show takes no room."""
        wanted = tuple(figures)
        if wanted == self._shown:
            return
        self._shown = wanted
        for tile in self.tiles():
            self._layout.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        for place, figure in enumerate(self._shown):
            self._layout.insertWidget(place, FigureTile(figure, self._theme))
        self.setVisible(bool(self._shown))
        if self.isVisible():
            self._make_way()

    def minimumSizeHint(self) -> QSize:
        """Return the room of the first figure: the last ones make way in a narrow window."""
        tiles = self.tiles()
        return tiles[0].sizeHint() if tiles else super().minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the figures there is room for."""
        super().resizeEvent(event)
        self._make_way()

    def _make_way(self) -> None:
        right = 0
        for place, tile in enumerate(self.tiles()):
            right += tile.sizeHint().width() + (self._layout.spacing() if place else 0)
            tile.setVisible(place == 0 or right <= self.width())

    def tiles(self) -> list[FigureTile]:
        """Return the tiles in order."""
        items = (self._layout.itemAt(i) for i in range(self._layout.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [w for w in widgets if isinstance(w, FigureTile)]

    def _on_theme_changed(self) -> None:
        for tile in self.tiles():
            tile.paint_tones()

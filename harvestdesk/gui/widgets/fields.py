"""Fields inside sentences: a figure to type over, a choice to open."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QLocale, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QDoubleValidator, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QStyle, QStyleOptionButton

from harvestdesk.domain.money import ZERO, decimal_text, parse_decimal
from harvestdesk.gui.a11y import name
from harvestdesk.gui.theme import Theme

_GROUPED_FROM = 10_000
"""Smaller numbers are read without marks between their digits."""


class FigureField(QLineEdit):
    """A number between two limits; Up and Down step it.

    Signals:
        value_changed: the number changed, by whatever hand.
    """

    value_changed = Signal()

    def __init__(
        self,
        theme: Theme,
        spoken: str,
        *,
        most: Decimal,
        least: Decimal = ZERO,
        decimals: int = 2,
        step: int = 1,
    ) -> None:
        super().__init__()
        self._last = Decimal(0)
        self._least, self._most = least, most
        self._step = Decimal(step)
        validator = QDoubleValidator(float(least), float(most), decimals, self)
        # Figures are written the American way everywhere, whatever the system's language.
        validator.setLocale(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
        validator.setNotation(QDoubleValidator.Notation.StandardNotation)
        self.setValidator(validator)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(theme.text_width(10))
        name(
            self,
            spoken,
            f"{self.range_words.capitalize()}; Up and Down change it",
        )
        self.textChanged.connect(self._on_text_changed)

    @property
    def range_words(self) -> str:
        """What may be typed, in words."""
        return f"a number from {decimal_text(self._least)} to {decimal_text(self._most)}"

    @property
    def value(self) -> Decimal:
        """The number as typed; while the field is empty or half typed, the last one."""
        return self._last

    def show_value(self, value: Decimal) -> None:
        """Write a number into the field."""
        self.setText(_grouped(decimal_text(value)))

    def _on_text_changed(self, text: str) -> None:
        typed = parse_decimal(text.replace(",", "").strip())
        if typed is None or not self._least <= typed <= self._most or typed == self._last:
            return
        self._last = typed
        self.value_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with Up and Down."""
        turn = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if not turn:
            super().keyPressEvent(event)
            return
        self.show_value(min(max(self._last + turn * self._step, self._least), self._most))


def _grouped(text: str) -> str:
    """Return a number as text with its thousands set apart."""
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}" if abs(int(whole or 0)) >= _GROUPED_FROM else text


class Tick(QCheckBox):
    """A check box whose outline and mark are seen in every look."""

    def __init__(self, theme: Theme, words: str, spoken: str = "") -> None:
        super().__init__(words)
        self._theme = theme
        if spoken:
            name(self, spoken)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box anew over what Qt draws."""
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        place = QStyle.SubElement.SE_CheckBoxIndicator
        box = QRectF(self.style().subElementRect(place, option, self)).adjusted(
            0.5, 0.5, -0.5, -0.5
        )
        painter = QPainter(self)
        state = TickState(self.isChecked(), self.hasFocus(), self.isEnabled())
        draw_tick(painter, self._theme, box, state)
        painter.end()


@dataclass(frozen=True, slots=True)
class TickState:
    """How a box to tick stands."""

    checked: bool
    focused: bool = False
    enabled: bool = True


def draw_tick(painter: QPainter, theme: Theme, box: QRectF, state: TickState) -> None:
    """Draw a box to tick, with its mark, as it is seen in every look."""
    edge = "focus" if state.focused else "field_edge" if state.enabled else "hairline"
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour(edge), theme.hairline * (2 if state.focused else 1)))
    painter.setBrush(theme.colour("accent" if state.checked else "surface"))
    painter.drawRoundedRect(box, theme.px(2), theme.px(2))
    if state.checked:
        painter.setPen(QPen(theme.colour("on_accent"), theme.px(2)))
        painter.drawPolyline(QPolygonF([_within(box, *p) for p in _MARK]))


_MARK = ((0.22, 0.52), (0.42, 0.72), (0.78, 0.28))


def _within(box: QRectF, across: float, down: float) -> QPointF:
    return QPointF(box.x() + across * box.width(), box.y() + down * box.height())


class Choice(QComboBox):
    """A combo box drawn flat, with a chevron."""

    def __init__(self, theme: Theme, spoken: str, explanation: str = "") -> None:
        super().__init__()
        self._theme = theme
        name(self, spoken, explanation)
        name(self.view(), f"{spoken}: choices")
        side = theme.px(18)
        self.setStyleSheet(f"QComboBox::drop-down {{ border: 0; width: {side}px; }}")
        theme.changed.connect(self.update)

    def offer(self, choices: Iterable[tuple[str, str]], chosen: str) -> None:
        """Fill in the choices as (key, words); the key is each item's data."""
        for key, words in choices:
            self.addItem(words, str(key))
        self.setCurrentIndex(max(0, self.findData(str(chosen))))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the chevron over what Qt draws."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("muted_text"), 1.5))
        half = self._theme.px(4)
        x, y = self.width() - self._theme.px(12), self.height() / 2
        points = [
            QPointF(x - half, y - half / 2),
            QPointF(x, y + half / 2),
            QPointF(x + half, y - half / 2),
        ]
        painter.drawPolyline(QPolygonF(points))
        painter.end()

"""Parts of sentences with figures to change: limits that can be left out, and the price of risk."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from harvestdesk.gui.a11y import name
from harvestdesk.gui.plots.frontier_words import risk_figure
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.widgets.fields import FigureField, Tick

_MOST_RISK_AVERSION = Decimal(10_000)
"""Where a household that tracks within a few basis points still chooses (the curve)."""
_STEPS = 100


def sentence_row(theme: Theme, *parts: str | QWidget) -> QHBoxLayout:
    """Return words and fields in one line."""
    row = QHBoxLayout()
    row.setSpacing(theme.px(Space.TINY))
    row.setContentsMargins(0, 0, 0, 0)
    for part in parts:
        row.addWidget(QLabel(part) if isinstance(part, str) else part)
    row.addStretch(1)
    return row


@dataclass(frozen=True, slots=True)
class Limit:
    """The words of a limit that can be left out, and what its field takes.

    Attributes:
        start: what the field holds before the box is ticked.
        digits: width of the field.
        scale: the field shows so many times the value, such as 100 for percent.
    """

    before: str
    after: str
    explanation: str
    start: str
    most: str = "100000000"
    decimals: int = 2
    step: int = 1
    scale: int = 1
    digits: int = 6


class OptionalFigure(QWidget):
    """A limit that holds while its box is ticked: "[x] Spend at most $ [0] of tax".

    Signals:
        value_changed: the box or the figure changed.
    """

    value_changed = Signal()

    def __init__(self, theme: Theme, limit: Limit) -> None:
        super().__init__()
        self._scale = Decimal(limit.scale)
        spoken = f"{limit.before} {limit.after}".replace("$", "dollars").strip()
        self.tick = Tick(theme, limit.before, spoken)
        self.field = FigureField(
            theme,
            f"{spoken}: figure",
            most=Decimal(limit.most),
            decimals=limit.decimals,
            step=limit.step,
        )
        self.field.setFixedWidth(theme.text_width(limit.digits))
        self.field.show_value(Decimal(limit.start))
        self.setLayout(sentence_row(theme, self.tick, self.field, limit.after))
        for widget in (self, self.tick, self.field):
            widget.setToolTip(limit.explanation)
        self.tick.setAccessibleDescription(limit.explanation)
        self.field.setEnabled(False)
        self.tick.toggled.connect(self._on_toggled)
        self.field.value_changed.connect(self.value_changed)

    @property
    def value(self) -> Decimal | None:
        """The limit, or None while the box is not ticked."""
        return self.field.value / self._scale if self.tick.isChecked() else None

    def show_value(self, value: Decimal | None) -> None:
        """Write a limit, or take it off; an old figure stays for the next time."""
        if value is not None:
            self.field.show_value(value * self._scale)
        self.tick.setChecked(value is not None)

    def _on_toggled(self, on: bool) -> None:
        self.field.setEnabled(on)
        self.value_changed.emit()


class Muted(QLabel):
    """Small words beside the figures, readable in every look."""

    def __init__(self, theme: Theme, text: str = "") -> None:
        super().__init__(text)
        self._theme = theme
        self.setFont(theme.font(TextSize.CAPTION))
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, self._theme.text(Tone.MUTED))
        self.setPalette(palette)


class RiskSlider(QWidget):
    """How much tracking error counts against tax and cost, with its price in words.

    The slider is logarithmic: half of it is between 1 and 100.

    Signals:
        value_changed: the price of risk changed.
    """

    value_changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._value = Decimal(10)
        self.slider = name(
            QSlider(Qt.Orientation.Horizontal),
            "How much tracking error counts",
            "Left: tax first. Right: targets first",
        )
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(10)
        self.slider.setMinimumHeight(theme.px(22))
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setToolTip(
            "The price of risk: yearly variance times this figure. The dearer tracking error is, the more tax "
            "and cost a plan spends to be near the targets."
        )
        ends = QHBoxLayout()
        for place, text in enumerate(("tax first", "targets first")):
            if place:
                ends.addStretch(1)
            ends.addWidget(Muted(theme, text))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        column.addWidget(self.words)
        column.addWidget(self.slider)
        column.addLayout(ends)
        self.slider.valueChanged.connect(self._on_moved)
        self.show_value(self._value)

    @property
    def value(self) -> Decimal:
        """Risk aversion: dollars a year per unit of yearly variance and dollar of value."""
        return self._value

    def show_value(self, value: Decimal) -> None:
        """Put the slider to a risk aversion; one between its steps is kept as it is."""
        self._value = value
        with QSignalBlocker(self.slider):
            self.slider.setValue(_step_of(value))
        self._say()

    def _on_moved(self, step: int) -> None:
        self._value = _value_of(step)
        self._say()
        self.value_changed.emit()

    def _say(self) -> None:
        # 1 % of tracking error is a variance of 0.0001: times 10 it costs 0.1 %, ten basis points.
        words = f"1 % of tracking error costs {risk_figure(self._value)}"
        self.words.setText(words)
        self.slider.setAccessibleDescription(f"{words}. Left: tax first. Right: targets first")


def _value_of(step: int) -> Decimal:
    """Return the risk aversion of a step, with two digits."""
    exact = _MOST_RISK_AVERSION ** (Decimal(step) / _STEPS)
    digits = Decimal("0.1") if exact < 10 else Decimal(1)
    return exact.quantize(digits, ROUND_HALF_UP).normalize() + 0


def _step_of(value: Decimal) -> int:
    inside = min(max(value, Decimal(1)), _MOST_RISK_AVERSION)
    return round(_STEPS * inside.ln() / _MOST_RISK_AVERSION.ln())

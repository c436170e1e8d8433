"""Bullet bars: actual weight, target tick, shaded band and the ghost of the weight after the plan."""

import math
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from harvestdesk.gui import formatting
from harvestdesk.gui.plots.canvas import Canvas
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.views.drift.words import explain, standing
from harvestdesk.services.views.drift import DriftLine, DriftView

_RIGHT = Qt.AlignmentFlag.AlignRight
_NOTHING = DriftView(None, "", Decimal(0), ())
_FIGURES = (
    ("Drift", "+00.0 %"),
    ("Target", "00.0 %"),
    ("Weight", "00.0 %"),
    ("Value $", "00,000,000"),
)
"""Columns right of the bars from the right edge inwards, each with its widest text."""
_NAMES_AND_BARS = 0.55
"""Least share of the picture for names and bars; figures further in make way."""
_STEPS = (0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns of the picture stand, in pixels."""

    names: QRectF
    bars: QRectF
    figures: tuple[tuple[str, QRectF], ...]


class DriftBars(Canvas):
    """Bullet bars of the asset classes of one scope.

    Signals:
        line_selected: place of the asset class the person picked.
    """

    line_selected = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme, "Picture of the drift: weight of each asset class and its band", parent
        )
        self._view = _NOTHING
        self._selected = 0
        self._around_target = False
        self.painted = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_drift(self, view: DriftView) -> None:
        """Show the classes of a scope, the worst one selected."""
        self._view = view
        self._selected = min(self._selected, max(0, len(view.lines) - 1))
        self.updateGeometry()
        self.update()

    def measure_from_target(self, around: bool) -> None:
        """Draw every class from its own target: small classes read as well as large ones."""
        self._around_target = around
        self.update()

    @property
    def selected(self) -> int:
        """Place of the selected class."""
        return self._selected

    def select(self, place: int) -> None:
        """Select a class silently."""
        self._selected = place
        self.update()

    # --- geometry --------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """Return room for the head, every class and the axis."""
        rows = len(self._view.lines)
        height = self._head() + rows * self._row() + self._head() + self.gap(Space.SMALL)
        return QSize(self.theme.px(720), round(height))

    def minimumSizeHint(self) -> QSize:
        """Return the same height at the least width."""
        return QSize(self.theme.px(400), self.sizeHint().height())

    def _head(self) -> float:
        return self.metrics().height() + self.gap(Space.SMALL)

    def _row(self) -> float:
        lines = self.metrics(TextSize.BODY).height() + self.metrics().height()
        return lines + self.gap(Space.LARGE)

    def _columns(self) -> _Columns:
        body = self.metrics(TextSize.BODY)
        gap = self.gap(Space.MEDIUM)
        widest = max((body.horizontalAdvance(x.name) for x in self._view.lines), default=80.0)
        right = self.width() - self.gap(Space.SMALL)
        figures: list[tuple[str, QRectF]] = []
        for title, sample in _FIGURES:
            width = max(body.horizontalAdvance(sample), self.metrics().horizontalAdvance(title))
            if right - width < self.width() * _NAMES_AND_BARS:
                break  # the pane at the right and the table say it too
            figures.insert(0, (title, QRectF(right - width, 0, width, self.height())))
            right -= width + gap
        left = self.gap(Space.MEDIUM)
        names = QRectF(left, 0, min(widest, self.width() * 0.3) + 2, self.height())
        bars = QRectF(
            names.right() + gap, 0, max(right - names.right() - 2 * gap, 60), self.height()
        )
        return _Columns(names, bars, tuple(figures))

    def _ends(self) -> tuple[float, float]:
        """Return the ends of the axis: from zero up, or as far to both sides of the target."""
        most = Decimal(0)
        for line in self._view.lines:
            if self._around_target and line.target is None:
                continue
            ground = line.target if self._around_target and line.target is not None else Decimal(0)
            parts = (line.weight, line.low, line.high, line.target, line.after_weight)
            most = max(most, *(abs(p - ground) for p in parts if p is not None))
        if self._around_target:
            reach = max(float(most) * 1.1, 0.005)
            return -reach, reach
        return 0.0, max(float(most) * 1.06, 0.05)

    def _x(self, columns: _Columns, weight: Decimal | float) -> float:
        low, high = self._ends()
        return columns.bars.left() + columns.bars.width() * (float(weight) - low) / (high - low)

    def _place(self, columns: _Columns, line: DriftLine, weight: Decimal) -> float:
        """Return where a weight of a class stands: from zero, or from the target of the class."""
        if self._around_target and line.target is not None:
            return self._x(columns, weight - line.target)
        return self._x(columns, weight)

    def row_box(self, place: int) -> QRectF:
        """Return the box of a class."""
        return QRectF(0, self._head() + place * self._row(), self.width(), self._row())

    # --- painting ----------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint head, classes and axis."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self.theme.colour("surface"))
        columns = self._columns()
        self.painted = 0
        for place in range(len(self._view.lines)):
            self._paint_ground(painter, place)
        self._paint_axis(painter, columns)
        self._paint_titles(painter, columns)
        for place, line in enumerate(self._view.lines):
            self._paint_line(painter, columns, self.row_box(place), line)
            self.painted += 1
        self.paint_focus(painter)
        painter.end()

    def _paint_ground(self, painter: QPainter, place: int) -> None:
        box = self.row_box(place)
        if place == self._selected:
            painter.fillRect(box, self.chosen_ground())
        painter.setPen(self.hairline())
        painter.drawLine(box.topLeft(), box.topRight())

    def _paint_titles(self, painter: QPainter, columns: _Columns) -> None:
        painter.setFont(self.theme.font(TextSize.CAPTION, strong=True))
        height = self._head()
        self.write(
            painter,
            QRectF(columns.names.left(), 0, columns.names.width(), height),
            "Asset class",
            tone=Tone.MUTED,
        )
        for title, box in columns.figures:
            self.write(
                painter,
                QRectF(box.left() - 20, 0, box.width() + 20, height),
                title,
                _RIGHT,
                Tone.MUTED,
            )

    def _paint_axis(self, painter: QPainter, columns: _Columns) -> None:
        (low, high), least = self._ends(), self.metrics().horizontalAdvance("+100.0 %") * 1.5
        step = next((s for s in _STEPS if columns.bars.width() * s / (high - low) >= least), 0.5)
        bottom = self._head() + len(self._view.lines) * self._row()
        painter.setFont(self.theme.font(TextSize.CAPTION))
        painter.setPen(self.hairline())
        painter.drawLine(QPointF(0, bottom), QPointF(self.width(), bottom))
        decimals = 1 if step < 0.01 else 0
        for place in range(math.ceil(low / step), math.floor(high / step) + 1):
            x = self._x(columns, place * step)
            centre = place == 0 and self._around_target
            painter.setPen(self.hairline("field_edge" if centre else "hairline"))
            painter.drawLine(QPointF(x, self._head()), QPointF(x, bottom))
            box = QRectF(x - least / 2, bottom, least, self._head())
            words = formatting.percent(place * step, decimals)
            words = f"+{words}" if self._around_target and place > 0 else words
            self.write(painter, box, words, Qt.AlignmentFlag.AlignHCenter, Tone.MUTED)

    def _paint_line(
        self, painter: QPainter, columns: _Columns, row: QRectF, line: DriftLine
    ) -> None:
        off = line.breach > 0
        self._paint_name(painter, _within(columns.names, row), line)
        texts = (
            formatting.amount(line.value, cents=False),
            formatting.percent(line.weight),
            formatting.percent(line.target),
            formatting.signed_percent(line.drift),
        )
        shown = texts[len(texts) - len(columns.figures) :]
        for (title, box), text in zip(columns.figures, shown, strict=True):
            tone = Tone.WARNING if off and title == "Drift" else Tone.PLAIN
            self.write(painter, _within(box, row), text, _RIGHT, tone)
        self._paint_bullet(painter, columns, row, line)

    def _paint_name(self, painter: QPainter, box: QRectF, line: DriftLine) -> None:
        """Write the class, and under it where it stands to its band."""
        half = self.metrics(TextSize.BODY).height()
        top = box.center().y() - (half + self.metrics().height()) / 2
        painter.setFont(self.theme.font(TextSize.CAPTION))
        under = QRectF(box.left(), top + half, box.width(), self.metrics().height())
        sign = "\u26a0 " if line.breach > 0 else ""
        tone = Tone.WARNING if line.breach > 0 else Tone.MUTED
        self.write(painter, under, sign + standing(line), tone=tone)
        painter.setFont(self.theme.font(TextSize.BODY))
        self.write(painter, QRectF(box.left(), top, box.width(), half), line.name)

    def _paint_bullet(
        self, painter: QPainter, columns: _Columns, row: QRectF, line: DriftLine
    ) -> None:
        middle, height = row.center().y(), row.height()
        zero = self._x(columns, 0)
        if self._around_target and line.target is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        if line.low is not None and line.high is not None:
            left = self._place(columns, line, line.low)
            right = self._place(columns, line, line.high)
            painter.setPen(self.hairline("field_edge", 0.6))
            painter.setBrush(self.theme.colour("band"))
            painter.drawRect(QRectF(left, middle - height * 0.36, right - left, height * 0.72))
        tone = Tone.WARNING if line.breach > 0 else Tone.LOCKED
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.mark(tone))
        end = self._place(columns, line, line.weight)
        painter.drawRect(_bar(zero, end, middle, height * 0.14))
        if line.after_weight is not None:
            after = self._place(columns, line, line.after_weight)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.theme.mark(Tone.PLAN), 1.6, Qt.PenStyle.DashLine))
            painter.drawRect(_bar(zero, after, middle, height * 0.24))
        if line.target is not None:
            x = self._place(columns, line, line.target)
            painter.setPen(QPen(self.theme.colour("text"), self.theme.px(2)))
            painter.drawLine(QPointF(x, middle - height * 0.36), QPointF(x, middle + height * 0.36))

    # --- pointing and keyboard --------------------------------------------------------------------------
    def line_at(self, place: QPointF) -> int | None:
        """Return the class at a place."""
        for number in range(len(self._view.lines)):
            if self.row_box(number).contains(place):
                return number
        return None

    def explain_at(self, place: QPointF) -> str:
        """Return the figures of the class under the pointer."""
        number = self.line_at(place)
        if number is None:
            return ""
        scope = "the household" if self._view.account_id is None else self._view.scope
        return explain(self._view.lines[number], scope)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the class under the pointer."""
        number = self.line_at(event.position())
        if number is not None:
            self._choose(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down pick a class."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step and self._view.lines:
            self._choose(max(0, min(self._selected + step, len(self._view.lines) - 1)))
        else:
            super().keyPressEvent(event)

    def _choose(self, number: int) -> None:
        self._selected = number
        self.update()
        self.line_selected.emit(number)


def _bar(start: float, end: float, middle: float, half: float) -> QRectF:
    """Return a bar between two places, at least a pixel wide."""
    left, right = min(start, end), max(start, end)
    return QRectF(left, middle - half, max(right - left, 1.0), 2 * half)


def _within(column: QRectF, row: QRectF) -> QRectF:
    return QRectF(column.left(), row.top(), column.width(), row.height())

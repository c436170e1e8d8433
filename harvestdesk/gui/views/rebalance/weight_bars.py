"""Bars of weights before and after the plan: classes with target and band, sectors, and factors of risk."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from harvestdesk.gui import formatting
from harvestdesk.gui.plots.canvas import Canvas
from harvestdesk.gui.plots.legend import Key
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.views.rebalance.words import line_name, weight_words
from harvestdesk.services.views.rebalance import CLASS, FACTOR, SECTOR, WeightLine

KEYS = (
    Key("before", Tone.LOCKED, None),
    Key("after the plan", Tone.PLAN, None, hollow=True),
    Key("target", Tone.PLAIN, None, line=True),
    Key("still outside its band", Tone.WARNING, None),
)
_HEADS = {
    CLASS: "Asset classes",
    SECTOR: "Sectors",
    FACTOR: "Factors of risk, movement a year",
}
_RIGHT = Qt.AlignmentFlag.AlignRight
_FIGURES = (("Before", "00.00 %"), ("After", "00.00 %"), ("Change", "+00.00 %"))
"""Columns right of the bars, each with its widest text; the last ones make way first."""
_NAMES_AND_BARS = 0.62
"""Least share of the picture for names and bars."""
_NAMES, _NAMES_NARROW = 0.42, 0.36
"""Most share of the picture for names; narrow ones need the room for bars."""
_NARROW = 460


@dataclass(frozen=True, slots=True)
class _Group:
    """Bars on one scale."""

    kind: str
    lines: tuple[WeightLine, ...]
    around: bool

    def from_ground(self, line: WeightLine, value: Decimal) -> Decimal:
        """Return a weight as it is drawn: from zero, or from the target of its line."""
        return value - line.target if self.around and line.target is not None else value

    @property
    def ends(self) -> tuple[float, float]:
        """Ends of the scale; its ground is on it."""
        values = [Decimal(0)]
        for line in self.lines:
            parts = (line.before, line.after, line.target, line.low, line.high)
            values += [self.from_ground(line, p) for p in parts if p is not None]
        low, high = float(min(values)), float(max(values))
        room = max(high - low, 1e-4) * 0.06
        return (low - room if low < 0 else 0.0), high + room

    @property
    def decimals(self) -> int:
        """Small movements are written with more digits."""
        return 2 if self.kind == FACTOR else 1


class WeightBars(Canvas):
    """One row per class, sector and factor; three scales, one below the other.

    Signals:
        line_selected: place of the bar the person picked.
    """

    line_selected = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Picture of weights before and after the plan", parent)
        self._groups: tuple[_Group, ...] = ()
        self._lines: tuple[WeightLine, ...] = ()
        self._around = True
        self._selected = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_weights(self, lines: Sequence[WeightLine]) -> None:
        """Show bars, grouped by kind in the order given."""
        kinds = list(dict.fromkeys(x.kind for x in lines))
        self._groups = tuple(
            _Group(k, tuple(x for x in lines if x.kind == k), self._around) for k in kinds
        )
        self._lines = tuple(x for g in self._groups for x in g.lines)
        self._selected = min(self._selected, max(0, len(self._lines) - 1))
        self.setAccessibleDescription(self._spoken())
        self.updateGeometry()
        self.update()

    def measure_from_target(self, around: bool) -> None:
        """Draw weights from their targets, so that small ones read as well as large ones; or from zero."""
        self._around = around
        self.show_weights(self._lines)

    @property
    def selected(self) -> int:
        """Place of the bar that is picked."""
        return self._selected

    def select(self, place: int) -> None:
        """Pick a bar silently."""
        self._selected = place
        self.setAccessibleDescription(self._spoken())
        self.update()

    def _spoken(self) -> str:
        if not self._lines:
            return "Nothing to show"
        return weight_words(self._lines[self._selected]).replace("\n", ". ")

    # --- geometry --------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """Return room for every group."""
        height = sum(self._head() + len(g.lines) * self._row() for g in self._groups)
        return QSize(self.theme.px(560), round(height + self.gap(Space.SMALL)))

    def minimumSizeHint(self) -> QSize:
        """Return the same height at the least width."""
        return QSize(self.theme.px(320), self.sizeHint().height())

    def _head(self) -> float:
        return self.metrics().height() + self.gap(Space.MEDIUM)

    def _row(self) -> float:
        return self.metrics(TextSize.BODY).height() + self.gap(Space.MEDIUM)

    def boxes(self) -> list[QRectF]:
        """Return the box of every bar, in order."""
        found, top = [], 0.0
        for group in self._groups:
            top += self._head()
            for _ in group.lines:
                found.append(QRectF(0, top, self.width(), self._row()))
                top += self._row()
        return found

    def _columns(self) -> tuple[QRectF, QRectF, tuple[tuple[str, QRectF], ...]]:
        """Return names, bars, and the figures there is room for."""
        body, gap = self.metrics(TextSize.BODY), self.gap(Space.MEDIUM)
        right = self.width() - self.gap(Space.SMALL)
        wide = {
            title: max(body.horizontalAdvance(text), self.metrics().horizontalAdvance(title))
            for title, text in _FIGURES
        }
        shown = list(wide)
        while shown and sum(wide[t] + gap for t in shown) > right * (1 - _NAMES_AND_BARS):
            shown.pop()
        figures: list[tuple[str, QRectF]] = []
        for title in reversed(shown):
            figures.insert(0, (title, QRectF(right - wide[title], 0, wide[title], self.height())))
            right -= wide[title] + gap
        left = self.gap(Space.SMALL)
        widest = max((body.horizontalAdvance(line_name(x)) for x in self._lines), default=80.0)
        share = _NAMES if self.width() >= self.theme.px(_NARROW) else _NAMES_NARROW
        names = QRectF(left, 0, min(widest + 2, self.width() * share), self.height())
        bars = QRectF(
            names.right() + gap, 0, max(right - names.right() - 2 * gap, 40), self.height()
        )
        return names, bars, tuple(figures)

    # --- painting ----------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the groups one below the other."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self.theme.colour("surface"))
        names, bars, figures = self._columns()
        boxes = iter(self.boxes())
        place = 0
        for group in self._groups:
            rows = [next(boxes) for _ in group.lines]
            self._paint_head(painter, group, rows[0], figures)
            for line, row in zip(group.lines, rows, strict=True):
                self._paint_ground(painter, row, chosen=place == self._selected)
                self._paint_words(painter, group, line, row, names, figures)
                self._paint_bar(painter, group, line, row, bars)
                place += 1
        self.paint_focus(painter)
        painter.end()

    def _paint_head(
        self,
        painter: QPainter,
        group: _Group,
        first: QRectF,
        figures: Sequence[tuple[str, QRectF]],
    ) -> None:
        top = first.top() - self._head()
        painter.setFont(self.theme.font(TextSize.CAPTION, strong=True))
        left = self.gap(Space.SMALL)
        box = QRectF(left, top, self.width() * _NAMES_AND_BARS, self._head())
        words = _HEADS.get(group.kind, group.kind)
        measured = group.around and any(x.target is not None for x in group.lines)
        words += ", from target" if measured else ""
        self.write(painter, box, words, tone=Tone.MUTED)
        for title, column in figures:
            head = QRectF(column.left() - left, top, column.width() + left, self._head())
            self.write(painter, head, title, _RIGHT, Tone.MUTED)

    def _paint_ground(self, painter: QPainter, row: QRectF, *, chosen: bool) -> None:
        if chosen:
            painter.fillRect(row, self.chosen_ground())
        painter.setPen(self.hairline())
        painter.drawLine(row.topLeft(), row.topRight())

    def _paint_words(
        self,
        painter: QPainter,
        group: _Group,
        line: WeightLine,
        row: QRectF,
        names: QRectF,
        figures: Sequence[tuple[str, QRectF]],
    ) -> None:
        painter.setFont(self.theme.font(TextSize.BODY))
        still_off = line.breach_after > 0
        sign = "\u26a0 " if still_off else ""
        tone = Tone.WARNING if still_off else Tone.PLAIN
        self.write(painter, _within(names, row), sign + line_name(line), tone=tone)
        digits = group.decimals
        texts = {
            "Before": formatting.percent(line.before, digits),
            "After": formatting.percent(line.after, digits),
            "Change": formatting.signed_percent(line.change, digits),
        }
        for title, column in figures:
            self.write(painter, _within(column, row), texts[title], _RIGHT)

    def _paint_bar(
        self, painter: QPainter, group: _Group, line: WeightLine, row: QRectF, bars: QRectF
    ) -> None:
        low, high = group.ends

        def across(value: Decimal) -> float:
            drawn = float(group.from_ground(line, value))
            return bars.left() + bars.width() * (drawn - low) / (high - low)

        middle, height = row.center().y(), row.height()
        zero = bars.left() + bars.width() * (0.0 - low) / (high - low)
        if line.low is not None and line.high is not None:
            painter.setPen(self.hairline("field_edge", 0.6))
            painter.setBrush(self.theme.colour("band"))
            left, right = across(line.low), across(line.high)
            painter.drawRect(QRectF(left, middle - height * 0.4, right - left, height * 0.8))
        painter.setPen(self.hairline("field_edge"))
        painter.drawLine(QPointF(zero, row.top()), QPointF(zero, row.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.mark(Tone.WARNING if line.breach_after > 0 else Tone.LOCKED))
        painter.drawRect(_bar(zero, across(line.before), middle, height * 0.15))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.mark(Tone.PLAN), 1.6, Qt.PenStyle.DashLine))
        painter.drawRect(_bar(zero, across(line.after), middle, height * 0.27))
        if line.target is not None:
            x = across(line.target)
            painter.setPen(QPen(self.theme.colour("text"), self.theme.px(2)))
            painter.drawLine(QPointF(x, middle - height * 0.4), QPointF(x, middle + height * 0.4))

    # --- pointing and keyboard --------------------------------------------------------------------------
    def explain_at(self, place: QPointF) -> str:
        """Return the figures of the bar under the pointer."""
        for line, box in zip(self._lines, self.boxes(), strict=True):
            if box.contains(place):
                return weight_words(line)
        return ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the bar under the pointer."""
        for number, box in enumerate(self.boxes()):
            if box.contains(event.position()):
                self._choose(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down pick a bar."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step and self._lines:
            self._choose(max(0, min(self._selected + step, len(self._lines) - 1)))
        else:
            super().keyPressEvent(event)

    def _choose(self, number: int) -> None:
        self.select(number)
        self.line_selected.emit(number)


def _bar(start: float, end: float, middle: float, half: float) -> QRectF:
    """Return a bar between two places, at least a pixel wide."""
    left, right = min(start, end), max(start, end)
    return QRectF(left, middle - half, max(right - left, 1.0), 2 * half)


def _within(column: QRectF, row: QRectF) -> QRectF:
    return QRectF(column.left(), row.top(), column.width(), row.height())

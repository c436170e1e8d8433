"""The bracket bar: the scales of the year over taxable income, and the household's income standing on them."""

from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWhatsThis

from harvestdesk.domain.money import ZERO
from harvestdesk.gui import formatting
from harvestdesk.gui.theme import Space, TextSize, Tone
from harvestdesk.gui.views.tax.bracket_layout import (
    LANES,
    NIIT,
    NOW,
    ORDINARY,
    PLAN,
    PREFERRED,
    BracketLayout,
    Part,
    tick_step,
)
from harvestdesk.gui.views.tax.words import rate
from harvestdesk.services.views.tax_rows import BracketBar

_CENTRE = Qt.AlignmentFlag.AlignHCenter
_RIGHT = Qt.AlignmentFlag.AlignRight


class BracketCanvas(BracketLayout):
    """Paints the lanes; its parts are picked with mouse or keyboard.

    Signals:
        part_selected: key of the part picked, or nothing.
    """

    part_selected = Signal(str)

    # --- painting ------------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint lanes, axis, and where the household stands."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self.theme.colour("surface"))
        if self._bar is not None:
            scale = self._scale_box()
            self._paint_axis(painter, scale)
            self._paint_names(painter, scale)
            parts = self.parts()
            for part in parts:
                self._paint_part(painter, part)
            if not any(p.lane == NIIT for p in parts):
                self._say_no_niit(painter, scale, self._bar)
            self._paint_standing(painter, scale, self._bar)
            self._paint_selected(painter, parts)
        self.paint_focus(painter)
        painter.end()

    def _paint_names(self, painter: QPainter, scale: QRectF) -> None:
        painter.setFont(self.theme.font(TextSize.BODY))
        left = self.gap(Space.MEDIUM)
        for lane in range(self._lane_count()):
            box = self._box(scale, lane, ZERO, None)
            tone = Tone.PLAN if lane == PLAN else Tone.PLAIN if lane == NOW else Tone.MUTED
            place = QRectF(
                left, box.top(), scale.left() - left - self.gap(Space.SMALL), box.height()
            )
            self.write(painter, place, LANES[lane], tone=tone)

    def _paint_part(self, painter: QPainter, part: Part) -> None:
        if part.lane in (ORDINARY, PREFERRED):
            self._paint_band(painter, part)
        elif part.lane == NIIT:
            self._paint_niit(painter, part)
        else:
            self._paint_layer(painter, part)

    def _paint_band(self, painter: QPainter, part: Part) -> None:
        odd = int(part.key.rpartition("-")[2]) % 2
        painter.setPen(self.hairline("field_edge"))
        painter.setBrush(self.theme.colour("band" if odd else "surface"))
        painter.drawRect(part.box)
        self._label(painter, self._clear_of_lines(part), part.title.rpartition(" at ")[2])

    def _clear_of_lines(self, part: Part) -> QRectF:
        """Return the larger side of a band that the line of the household's income divides."""
        bar = self._bar
        if bar is None:
            return part.box
        scale, box = self._scale_box(), part.box
        ends = [bar.now.top] if bar.now.preferred > 0 else []
        marks = ends if part.lane == PREFERRED else [bar.now.ordinary_top]
        if part.lane == NIIT:
            marks = [bar.now.ordinary_top, *ends]
        for x in (self._x(scale, amount) for amount in marks):
            if box.left() < x < box.right():
                left = QRectF(box.left(), box.top(), x - box.left(), box.height())
                right = QRectF(x, box.top(), box.right() - x, box.height())
                box = max(left, right, key=QRectF.width)
        return box

    def _paint_niit(self, painter: QPainter, part: Part) -> None:
        painter.setPen(self.hairline("field_edge"))
        painter.setBrush(self.theme.hatch(Tone.LOCKED))
        painter.drawRect(part.box)
        if self._bar is None:
            return
        words = f"+ {rate(self._bar.niit_rate)}"
        wide = self.metrics(TextSize.BODY).horizontalAdvance(words) + self.gap(Space.MEDIUM)
        clear = self._clear_of_lines(part)
        if wide < clear.width():
            chip = QRectF(clear.center().x() - wide / 2, clear.top() + 1, wide, clear.height() - 2)
            painter.fillRect(chip, self.theme.colour("surface"))
            self._label(painter, chip, words)

    def _say_no_niit(self, painter: QPainter, scale: QRectF, bar: BracketBar) -> None:
        """Say where the tax begins when that is beyond the picture."""
        if bar.niit_from is None:
            return
        words = f"+ {rate(bar.niit_rate)} from {formatting.dollars(bar.niit_from)}"
        painter.setFont(self.theme.font(TextSize.BODY))
        self.write(painter, self._box(scale, NIIT, ZERO, None), words, _RIGHT, Tone.MUTED)

    def _label(self, painter: QPainter, box: QRectF, words: str) -> None:
        """Write words into a box where all of them fit."""
        if (
            self.metrics(TextSize.BODY).horizontalAdvance(words) + self.gap(Space.TINY)
            <= box.width()
        ):
            painter.setFont(self.theme.font(TextSize.BODY))
            self.write(painter, box, words, _CENTRE)

    def _paint_layer(self, painter: QPainter, part: Part) -> None:
        planned = part.lane == PLAN
        key = part.key.rpartition("-")[2]
        tone = Tone.PLAN if planned else Tone.LOCKED if key == "other" else Tone.GAIN
        pen = QPen(self.theme.mark(tone), 1.6 if planned else 1.0)
        if planned:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(self._filling(tone, key, hollow=planned))
        painter.drawRect(part.box.adjusted(0, 1, 0, -1))

    def _filling(self, tone: Tone, key: str, *, hollow: bool) -> QBrush:
        if key == "preferred":
            return self.theme.hatch(tone)
        if hollow:
            return QBrush(Qt.BrushStyle.NoBrush)
        return QBrush(self.theme.mark(tone))

    def _paint_standing(self, painter: QPainter, scale: QRectF, bar: BracketBar) -> None:
        """Draw where ordinary income and taxable income end, up through the scales, and write the sums."""
        self._drop(painter, scale, bar.now.ordinary_top, ORDINARY)
        if bar.now.preferred > 0:
            self._drop(painter, scale, bar.now.top, PREFERRED)
        self._sum(painter, scale, NOW, bar.now.top, Tone.PLAIN)
        if bar.planned is not None:
            self._sum(painter, scale, PLAN, bar.planned.top, Tone.PLAN)

    def _drop(self, painter: QPainter, scale: QRectF, amount: Decimal, lane: int) -> None:
        x = self._x(scale, amount)
        top = self._box(scale, lane, ZERO, None).top()
        bottom = self._box(scale, NOW, ZERO, None).bottom()
        painter.setPen(QPen(self.theme.colour("text"), self.theme.px(2)))
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))

    def _sum(
        self, painter: QPainter, scale: QRectF, lane: int, amount: Decimal, tone: Tone
    ) -> None:
        """Write taxable income right of its bar, or left of its end on a ground of its own."""
        words = formatting.dollars(amount)
        painter.setFont(self.theme.font(TextSize.BODY, strong=True))
        wide = self.metrics(TextSize.BODY, strong=True).horizontalAdvance(words) + 2
        lane_box, gap = self._box(scale, lane, ZERO, None), self.gap(Space.SMALL)
        x = self._x(scale, amount)
        left = x + gap if x + gap + wide <= self.width() else x - gap - wide
        box = QRectF(left, lane_box.top() + 1, wide, lane_box.height() - 2)
        if left < x:
            painter.fillRect(box.adjusted(-gap / 2, 1, gap / 2, -1), self.theme.colour("surface"))
        self.write(painter, box, words, tone=tone)

    def _paint_axis(self, painter: QPainter, scale: QRectF) -> None:
        end = self.axis_end()
        last = self._lane_count() - 1
        bottom = self._box(scale, last, ZERO, None).bottom() + self.gap(Space.TINY)
        painter.setFont(self.theme.font(TextSize.CAPTION))
        painter.setPen(self.hairline("field_edge"))
        painter.drawLine(QPointF(scale.left(), bottom), QPointF(scale.right(), bottom))
        least = self.metrics().horizontalAdvance(formatting.dollars(end)) + self.gap(Space.LARGE)
        step = tick_step(end, scale.width(), least)
        place = ZERO
        while place <= end:
            x = self._x(scale, place)
            painter.setPen(self.hairline("field_edge"))
            painter.drawLine(QPointF(x, bottom), QPointF(x, bottom + self.gap(Space.TINY)))
            box = QRectF(
                x - least / 2, bottom + self.gap(Space.TINY), least, self.metrics().height()
            )
            box.moveRight(min(box.right(), float(self.width())))
            self.write(painter, box, formatting.dollars(place), _CENTRE, Tone.MUTED)
            place += step

    def _paint_selected(self, painter: QPainter, parts: list[Part]) -> None:
        for part in parts:
            if part.key == self._selected:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(self.theme.colour("focus")), 2))
                painter.drawRect(part.box.adjusted(0, 0, 0, 0))

    # --- pointing and keyboard -----------------------------------------------------------------------------
    def part_at(self, place: QPointF) -> Part | None:
        """Return the part at a place."""
        return next((p for p in reversed(self.parts()) if p.box.contains(place)), None)

    def explain_at(self, place: QPointF) -> str:
        """Return what is under the pointer."""
        part = self.part_at(place)
        return "" if part is None else f"{part.title}\n{part.words}"

    def explain(self) -> None:
        """Say what the picked part is, beside it."""
        part = self.part(self._selected)
        words = part.words if part is not None else self.accessibleDescription()
        spot = part.box.bottomLeft().toPoint() if part is not None else self.rect().bottomLeft()
        QWhatsThis.showText(self.mapToGlobal(spot), words, self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick what is under the pointer; beside everything, let go."""
        part = self.part_at(event.position())
        self._choose("" if part is None else part.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk through the parts, Escape lets go."""
        key = Qt.Key(event.key())
        across = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(key, 0)
        down = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(key, 0)
        if key == Qt.Key.Key_Escape and self._selected:
            self._choose("")
        elif (across or down) and self._bar is not None:
            self._choose(self._walked(across, down))
        else:
            super().keyPressEvent(event)

    def _walked(self, across: int, down: int) -> str:
        """Return the part one step away: along its lane, or nearest in the next lane that has one."""
        parts = self.parts()
        at = next((p for p in parts if p.key == self._selected), None)
        if at is None:
            return next((p.key for p in parts if p.lane == NOW), parts[0].key)
        if across:
            lane = [p for p in parts if p.lane == at.lane]
            place = lane.index(at) + across
            return lane[max(0, min(place, len(lane) - 1))].key
        lanes = sorted(
            {p.lane for p in parts if (p.lane - at.lane) * down > 0}, key=lambda n: n * down
        )
        if not lanes:
            return at.key
        middle = at.box.center().x()
        near = [p for p in parts if p.lane == lanes[0]]
        return min(near, key=lambda p: abs(p.box.center().x() - middle)).key

    def _choose(self, key: str) -> None:
        self._selected = key
        self.update()
        self.part_selected.emit(key)

"""The lot picture: days held across, gain up, area is value, shape and colour are status."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from harvestdesk.domain.lot import Term
from harvestdesk.gui import formatting
from harvestdesk.gui.plots.canvas import Canvas
from harvestdesk.gui.plots.marks import Shape, outline, stamp
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.views.lots.marks import STATUSES, Marks
from harvestdesk.gui.views.lots.scale import ONE_YEAR, Scale
from harvestdesk.gui.views.lots.words import LOOKS, explain, quadrant_words
from harvestdesk.services.views.lots import LotRow, LotStatus, Quadrant

_BUCKETS = 12
"""Sizes of marks; more could not be told apart."""
_BIGGEST = 13.0
_SMALLEST = 2.5
_REACH = 9.0
_AT_ONCE = 6_000
"""Marks painted in one turn of the event loop; the rest follow in the next ones."""
_ARROWS = {
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
}


class LotScatter(Canvas):
    """The picture of the lots; what is selected here is selected in the table too.

    Signals:
        selection_changed: ids of the lots the person selected, as a list.
    """

    selection_changed = Signal(list)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Picture of the lots: days held against gain", parent)
        self._all = Marks()
        self._quadrants: Sequence[Quadrant] = ()
        self._marks = Marks()
        self._selected: set[str] = set()
        self._current: int | None = None
        self._band: tuple[QPointF, QPointF] | None = None
        self._layer: QPixmap | None = None
        self._scale = Scale(QRectF(), 400.0, -0.1, 0.1)
        self._xs = np.zeros(0)
        self._ys = np.zeros(0)
        self._radii = np.zeros(0)
        self.painted = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # --- what is shown -----------------------------------------------------------------------------
    def show_marks(self, marks: Marks, quadrants: Sequence[Quadrant]) -> None:
        """Show lots; those without price, cost or date have no place and stay in the table."""
        self._all = marks
        self._quadrants = quadrants
        self.show_only(None)

    def show_only(self, lot_ids: set[str] | None) -> None:
        """Show only these lots; None shows all."""
        self._marks = self._all if lot_ids is None else self._all.only(lot_ids)
        self._current = None
        self._arrange()

    def show_quadrants(self, quadrants: Sequence[Quadrant]) -> None:
        """Write these sums into the corners."""
        self._quadrants = tuple(quadrants)
        self.restyle()
        self.update()

    def select(self, lot_ids: Sequence[str]) -> None:
        """Ring these lots without telling anybody."""
        self._selected = set(lot_ids)
        self.update()

    @property
    def selected(self) -> set[str]:
        """Ids of the ringed lots."""
        return set(self._selected)

    @property
    def shown(self) -> int:
        """Number of lots that have a place in the picture."""
        return len(self._marks.rows)

    def place_of(self, lot_id: str) -> QPointF | None:
        """Return where a lot stands, or None."""
        i = self._marks.place.get(lot_id)
        return None if i is None else QPointF(float(self._xs[i]), float(self._ys[i]))

    # --- geometry ------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """Return a size that shows four hundred lots without crowding."""
        return QSize(self.theme.px(640), self.theme.px(320))

    def minimumSizeHint(self) -> QSize:
        """Return the least that leaves room for axes and corners."""
        return QSize(self.theme.px(360), self.theme.px(200))

    def _plot(self) -> QRectF:
        line = self.metrics().height()
        left = self.metrics().horizontalAdvance(f"{formatting.MINUS}1,000 %") + self.gap(
            Space.SMALL
        )
        # Two lines of corner words above and below, one of tick words under them.
        above, below = 2 * line + self.gap(Space.SMALL), 3 * line + self.gap(Space.MEDIUM)
        return QRectF(self.rect()).adjusted(left, above, -self.gap(Space.MEDIUM), -below)

    def _arrange(self) -> None:
        m = self._marks
        inside = self._plot()
        shrunk = inside.adjusted(0, self.theme.px(4), 0, -self.theme.px(4))
        self._scale = Scale.fitting(shrunk, m.days, m.gains)
        self._xs, self._ys = self._scale.xs(m.days), self._scale.ys(m.gains)
        top = float(self._all.values.max(initial=0.0)) or 1.0
        share = np.sqrt(np.clip(m.values / top, 0.0, 1.0))
        steps = np.round(share * (_BUCKETS - 1)) / (_BUCKETS - 1)
        crowd = min(1.0, (400 / max(len(m.rows), 1)) ** 0.25)
        self._radii = self.theme.px(1) * (_SMALLEST + (_BIGGEST * crowd - _SMALLEST) * steps)
        self.restyle()
        self.update()

    def restyle(self) -> None:
        """Drop the painted marks."""
        self._layer = None
        self.painted = 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the lots anew."""
        super().resizeEvent(event)
        self._arrange()

    # --- painting ----------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, marks, selection and the rubber band."""
        if self._layer is None:
            self._layer = self._paint_layer()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_selection(painter)
        self._paint_band(painter)
        self.paint_focus(painter)
        painter.end()
        if self.painted < len(self._marks.rows):
            QTimer.singleShot(0, self, self._paint_more)

    def _paint_layer(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        layer = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        layer.setDevicePixelRatio(ratio)
        layer.fill(self.theme.colour("surface"))
        painter = QPainter(layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.theme.font(TextSize.CAPTION))
        self._paint_axes(painter)
        self._paint_corners(painter)
        self.painted = 0
        self._paint_marks(painter, ratio)
        painter.end()
        return layer

    def _paint_axes(self, painter: QPainter) -> None:
        plot, line = self._plot(), self.metrics().height()
        for gain in self._scale.gain_ticks(line * 1.6):
            y = self._scale.y(gain)
            painter.setPen(self.hairline("field_edge" if gain == 0 else "hairline"))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            box = QRectF(0, y - line, plot.left() - self.gap(Space.TINY), 2 * line)
            words = formatting.percent(gain, 0)
            words = words if gain <= 0 else f"+{words}"
            self.write(painter, box, words, Qt.AlignmentFlag.AlignRight, Tone.MUTED)
        self._paint_days(painter, plot, line)

    def _paint_days(self, painter: QPainter, plot: QRectF, line: float) -> None:
        # Tick words stand at the very bottom, under the corner words of the losses.
        top = self.height() - line - self.gap(Space.TINY)
        end = plot.left()
        for days, words in self._scale.day_ticks():
            x = self._scale.x(days)
            if days != 365:
                painter.setPen(self.hairline())
                painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            width = self.metrics().horizontalAdvance(words) + 2
            if x - width / 2 < end or x + width / 2 > self.width():
                continue
            box = QRectF(x - width / 2, top, width, line)
            self.write(painter, box, words, Qt.AlignmentFlag.AlignHCenter, Tone.MUTED)
            end = x + width / 2 + self.gap(Space.SMALL)
        year = self._scale.x(ONE_YEAR)
        pen = QPen(self.theme.colour("text"), 1.2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(QPointF(year, plot.top()), QPointF(year, plot.bottom()))
        wide, brief = "long-term from here \u2192", "long-term \u2192"
        room = self.width() - year - self.gap(Space.TINY)
        width = self.metrics().horizontalAdvance(wide) + self.gap(Space.SMALL)
        words = wide if width <= room else brief
        width = self.metrics().horizontalAdvance(words) + self.gap(Space.SMALL)
        box = QRectF(year + self.gap(Space.TINY), plot.top() + 2, width, line)
        painter.fillRect(box, self.theme.colour("surface"))
        self.write(painter, box.adjusted(2, 0, 0, 0), words)

    def _paint_corners(self, painter: QPainter) -> None:
        plot, line = self._plot(), self.metrics().height()
        year = self._scale.x(ONE_YEAR)
        for quadrant in self._quadrants:
            short = quadrant.term is Term.SHORT
            left = plot.left() if short else year + self.gap(Space.TINY)
            right = year - self.gap(Space.TINY) if short else plot.right()
            top = (
                plot.bottom() + self.gap(Space.TINY) if quadrant.loss else self.gap(Space.TINY) / 2
            )
            tone = Tone.LOSS if quadrant.loss else Tone.GAIN
            head, sums = quadrant_words(quadrant)
            self.write(painter, QRectF(left, top, right - left, line), head, tone=Tone.MUTED)
            self.write(painter, QRectF(left, top + line, right - left, line), sums, tone=tone)

    def _paint_marks(self, painter: QPainter, ratio: float) -> None:
        """Paint marks from where the layer stands, as many as one turn may take."""
        first, last = self.painted, min(self.painted + _AT_ONCE, len(self._marks.rows))
        kinds, radii = self._marks.kinds[first:last], self._radii[first:last]
        xs, ys = self._xs[first:last].tolist(), self._ys[first:last].tolist()
        # Marks lie in the order of painting, so that equal ones follow each other.
        starts = np.flatnonzero((np.diff(kinds) != 0) | (np.diff(radii) != 0)) + 1
        ends = [0, *starts.tolist(), last - first]
        for begin, end in pairwise(ends):
            if begin == end:
                continue
            pixmap = self._stamp(STATUSES[int(kinds[begin])], float(radii[begin]), ratio)
            half = pixmap.width() / ratio / 2
            for i in range(begin, end):
                painter.drawPixmap(QPointF(xs[i] - half, ys[i] - half), pixmap)
        self.painted = last

    def _paint_more(self) -> None:
        """Go on with the layer where it was left."""
        if self._layer is None or self.painted >= len(self._marks.rows):
            return
        painter = QPainter(self._layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_marks(painter, self._layer.devicePixelRatio())
        painter.end()
        self.update()

    def _stamp(self, status: LotStatus, radius: float, ratio: float) -> QPixmap:
        look = LOOKS[status]
        small = look.shape in {Shape.DOT, Shape.CROSS}
        least = self.theme.px(4)
        size = min(max(radius * 0.4, self.theme.px(2)), least) if small else max(radius, least)
        return stamp(self.theme, look.shape, look.tone, size, ratio, hatched=look.hatched)

    def _paint_selection(self, painter: QPainter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for lot_id in self._selected:
            i = self._marks.place.get(lot_id)
            if i is not None:
                self._paint_ring(painter, i, 1.6)
        if self._current is not None and self.hasFocus():
            self._paint_ring(painter, self._current, 3.0)

    def _paint_ring(self, painter: QPainter, i: int, width: float) -> None:
        radius = max(float(self._radii[i]), self.theme.px(4)) + self.theme.px(3)
        painter.setPen(QPen(self.theme.colour("text"), width))
        centre = QPointF(float(self._xs[i]), float(self._ys[i]))
        painter.drawPath(outline(Shape.CIRCLE, centre, radius))

    def _paint_band(self, painter: QPainter) -> None:
        if self._band is None:
            return
        painter.setPen(QPen(self.theme.colour("accent"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(self.faded(Tone.PLAN, 0.12))
        painter.drawRect(QRectF(*self._band).normalized())

    # --- pointing ------------------------------------------------------------------------------------
    def lot_at(self, place: QPointF) -> LotRow | None:
        """Return the lot nearest to a place, within reach."""
        i = self._nearest(place)
        return None if i is None else self._marks.rows[i]

    def _nearest(self, place: QPointF) -> int | None:
        if not self._xs.size:
            return None
        away = np.hypot(self._xs - place.x(), self._ys - place.y())
        # What lies on top wins among equals: later marks are painted above earlier ones.
        i = int(away.size - 1 - np.argmin(away[::-1]))
        reach = max(float(self._radii[i]), self.theme.px(_REACH))
        return i if away[i] <= reach else None

    def explain_at(self, place: QPointF) -> str:
        """Return what the lot under the pointer is."""
        row = self.lot_at(place)
        return explain(row) if row else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a rubber band."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._band = (event.position(), event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Stretch the rubber band."""
        if self._band is not None:
            self._band = (self._band[0], event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select what the band holds, or the lot under the pointer; Shift adds to the selection."""
        if self._band is None or event.button() != Qt.MouseButton.LeftButton:
            return
        box = QRectF(self._band[0], event.position()).normalized()
        self._band = None
        if box.width() + box.height() <= self.theme.px(6):
            i = self._nearest(event.position())
            found = set() if i is None else {str(self._marks.rows[i].lot_id)}
            self._current = i
        else:
            found = self._inside(box)
        adding = event.modifiers() & (
            Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
        )
        self._choose(self._selected | found if adding else found)

    def _inside(self, box: QRectF) -> set[str]:
        hit = (
            (self._xs >= box.left())
            & (self._xs <= box.right())
            & (self._ys >= box.top())
            & (self._ys <= box.bottom())
        )
        return {str(self._marks.rows[int(i)].lot_id) for i in np.nonzero(hit)[0]}

    def _choose(self, lot_ids: set[str]) -> None:
        self._selected = lot_ids
        self.update()
        self.selection_changed.emit(sorted(lot_ids))

    # --- keyboard --------------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk from lot to lot, Space adds to the selection, Escape clears it."""
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is not None and self._marks.rows:
            self._walk(step, upright=event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down})
        elif event.key() in {Qt.Key.Key_Space, Qt.Key.Key_Return} and self._current is not None:
            self._choose(self._selected ^ {str(self._marks.rows[self._current].lot_id)})
        elif event.key() == Qt.Key.Key_Escape and self._selected:
            self._choose(set())
        else:
            super().keyPressEvent(event)

    def _walk(self, step: int, *, upright: bool) -> None:
        order = np.argsort(self._ys if upright else self._xs, kind="stable")
        if self._current is None:
            place = 0 if step > 0 else order.size - 1
        else:
            place = int(np.nonzero(order == self._current)[0][0]) + step
        self._current = int(order[max(0, min(place, order.size - 1))])
        row = self._marks.rows[self._current]
        self.setAccessibleDescription(explain(row))
        spot = QPointF(float(self._xs[self._current]), float(self._ys[self._current]))
        QToolTip.showText(self.mapToGlobal(spot.toPoint()), explain(row), self)
        self._choose({str(row.lot_id)})

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        super().focusInEvent(event)
        self.update()

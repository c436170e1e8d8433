"""The picture of the calendar: lanes of identical sets, windows as bars, purchases as markers."""

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QWidget

from harvestdesk.gui.plots.canvas import Canvas
from harvestdesk.gui.plots.marks import Shape, outline, paint_mark
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.views.wash_calendar.timeline import LaneBox, Timeline, stacked
from harvestdesk.gui.views.wash_calendar.words import (
    LOST,
    SHAPES,
    explain_lock,
    explain_marker,
    safe_label,
    short_day,
)
from harvestdesk.services.views.wash_calendar import CalendarView, Lane, LockRow, Marker

_MAX_ZOOM = 12.0
_ZOOM_STEP = 1.25
_NOTHING = CalendarView(date.min, date.min, date.min, date.min, (), ())


class CalendarChart(Canvas):
    """Signals:
    lane_selected: id of the set the person picked.
    """

    lane_selected = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Wash-sale calendar: one lane per identical set", parent)
        self._view = _NOTHING
        self._selected = ""
        self._zoom = 1.0
        self._boxes: list[LaneBox] = []
        self._ground = theme.colour("surface")
        self.painted_markers = 0
        self.painted_bars = 0
        self._down = QScrollBar(Qt.Orientation.Vertical, self)
        self._across = QScrollBar(Qt.Orientation.Horizontal, self)
        for bar in (self._down, self._across):
            bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            bar.valueChanged.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # --- what is shown -------------------------------------------------------------------------------
    def show_calendar(self, view: CalendarView) -> None:
        """Show a calendar, from its beginning."""
        self._view = view
        if self._selected not in {str(x.set_id) for x in view.lanes}:
            self._selected = str(view.lanes[0].set_id) if view.lanes else ""
        self._arrange()

    @property
    def selected(self) -> str:
        """Id of the selected set."""
        return self._selected

    @property
    def zoom(self) -> float:
        """One shows the whole calendar; more shows fewer days."""
        return self._zoom

    def select(self, set_id: str) -> None:
        """Select a lane silently and bring it into view."""
        self._selected = set_id
        for placed in self._boxes:
            if str(placed.lane.set_id) == set_id:
                self._reveal(placed)
        self.update()

    def zoom_to(self, zoom: float) -> None:
        """Zoom around the middle of what is on view."""
        zoom = max(1.0, min(zoom, _MAX_ZOOM))
        middle = (self._across.value() + self._days_width() / 2) / self._zoom
        self._zoom = zoom
        self._arrange()
        self._across.setValue(round(middle * zoom - self._days_width() / 2))

    # --- geometry --------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """Return room for eight lanes."""
        return QSize(self.theme.px(720), self.theme.px(360))

    def minimumSizeHint(self) -> QSize:
        """Return room for three lanes."""
        return QSize(self.theme.px(420), self.theme.px(180))

    def _row(self) -> float:
        return self.metrics().height() + self.gap(Space.TINY)

    def _names_width(self) -> float:
        bold, small = self.metrics(TextSize.BODY, strong=True), self.metrics()
        widths = [bold.horizontalAdvance(self._title_of(x)) for x in self._view.lanes]
        least, most = small.horizontalAdvance(LOST), bold.horizontalAdvance("0") * 22
        return min(max(least, *widths, 0.0), most) + self.gap(Space.LARGE)

    def _head_height(self) -> float:
        return 2 * self._row() + self.gap(Space.TINY)

    def _days_width(self) -> float:
        return max(1.0, self.width() - self._names_width() - self._down.sizeHint().width())

    def _label_room(self) -> float:
        return self.metrics().horizontalAdvance("safe to sell from Sep 30") + self.gap(Space.SMALL)

    def timeline(self) -> Timeline:
        """Return where the days stand now."""
        days = (self._view.last_day - self._view.first_day).days + 1
        per_day = max(1.0, self._days_width() - self._label_room()) * self._zoom / max(days, 1)
        left = self._names_width() - self._across.value()
        return Timeline(self._view.first_day, self._view.last_day, left, per_day)

    def _arrange(self) -> None:
        top = self._head_height()
        gap = self.gap(Space.TINY)
        self._boxes = stacked(self._view.lanes, top, self.width(), self._row(), gap)
        across_height = self._across.sizeHint().height() if self._zoom > 1 else 0
        total = self._boxes[-1].box.bottom() if self._boxes else top
        room = self.height() - across_height
        self._down.setRange(0, max(0, round(total - room)))
        self._down.setPageStep(max(1, round(room - top)))
        self._down.setSingleStep(round(self._row()))
        self._down.setVisible(total > room)
        width = self._down.sizeHint().width()
        self._down.setGeometry(
            self.width() - width - 1, round(top), width, max(1, round(room - top))
        )
        self._across.setRange(0, round(self._days_width() * (self._zoom - 1)))
        self._across.setPageStep(round(self._days_width()))
        self._across.setSingleStep(round(self._days_width() / 10))
        self._across.setVisible(self._zoom > 1)
        left = round(self._names_width())
        self._across.setGeometry(left, round(room), round(self._days_width()), across_height or 1)
        self.update()

    def restyle(self) -> None:
        """Measure anew with the new font."""
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place lanes and scroll bars anew."""
        super().resizeEvent(event)
        self._arrange()

    def _reveal(self, placed: LaneBox) -> None:
        head, bottom = self._head_height(), self.height()
        top = placed.box.top() - self._down.value()
        if top < head:
            self._down.setValue(round(placed.box.top() - head))
        elif top + placed.box.height() > bottom:
            self._down.setValue(round(placed.box.bottom() - bottom))

    # --- painting ----------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint lanes below a head that stays."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self.theme.colour("surface"))
        painter.setFont(self.theme.font(TextSize.CAPTION))
        self.painted_markers = self.painted_bars = 0
        time = self.timeline()
        names = self._names_width()
        painter.save()
        painter.setClipRect(QRectF(0, self._head_height(), self.width(), self.height()))
        painter.translate(0, -self._down.value())
        for placed in self._visible():
            self._paint_ground(painter, placed)
        painter.setClipRect(
            QRectF(names, self._head_height() + self._down.value(), self.width(), self.height())
        )
        self._paint_days(painter, time)
        for placed in self._visible():
            self._paint_lane(painter, time, placed)
        painter.restore()
        for placed in self._visible():
            self._paint_name(painter, placed)
        self._paint_head(painter, time)
        self.paint_focus(painter)
        painter.end()

    def _visible(self) -> list[LaneBox]:
        top, bottom = self._down.value(), self._down.value() + self.height()
        return [b for b in self._boxes if b.box.bottom() >= top and b.box.top() <= bottom]

    def _paint_ground(self, painter: QPainter, placed: LaneBox) -> None:
        if str(placed.lane.set_id) == self._selected:
            painter.fillRect(placed.box, self.theme.colour("selection"))
        painter.setPen(self.hairline())
        painter.drawLine(placed.box.bottomLeft(), placed.box.bottomRight())

    def _paint_days(self, painter: QPainter, time: Timeline) -> None:
        bottom = max(self.height() + self._down.value(), 0)
        for first, _ in time.months():
            painter.setPen(self.hairline())
            painter.drawLine(QPointF(time.x(first), 0), QPointF(time.x(first), bottom))
        year_end = time.x(self._view.year_end + timedelta(days=1))
        painter.setPen(QPen(self.theme.colour("text"), 1.4, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(year_end, 0), QPointF(year_end, bottom))
        today = time.middle(self._view.as_of)
        painter.setPen(QPen(self.theme.colour("accent"), 2))
        painter.drawLine(QPointF(today, 0), QPointF(today, bottom))

    def _paint_head(self, painter: QPainter, time: Timeline) -> None:
        row, names = self._row(), self._names_width()
        head = QRectF(0, 0, self.width(), self._head_height())
        painter.fillRect(head, self.theme.colour("window"))
        painter.setPen(self.hairline())
        painter.drawLine(head.bottomLeft(), head.bottomRight())
        painter.setPen(self.hairline())
        self.write(
            painter,
            QRectF(self.gap(Space.SMALL), row, names, row),
            "Identical set",
            tone=Tone.MUTED,
        )
        painter.save()
        painter.setClipRect(QRectF(names, 0, self.width(), self._head_height()))
        for first, last in time.months():
            left, right = time.span(first, last)
            if first.day == 1:
                painter.setPen(self.hairline())
                painter.drawLine(QPointF(left, 0), QPointF(left, self._head_height()))
            shown = max(left, names) + self.gap(Space.TINY)
            self.write(painter, QRectF(shown, 0, right - shown, row), f"{first:%B %Y}")
        self._paint_dates(painter, time, row)
        painter.restore()

    def _paint_dates(self, painter: QPainter, time: Timeline, row: float) -> None:
        """Write today and the year's end, and Mondays where they leave room."""
        taken: list[tuple[float, float]] = []
        today, end = self._view.as_of, self._view.year_end
        for day, words, tone in (
            (today, f"today {short_day(today)}", Tone.PLAN),
            (end, f"year end {short_day(end)}", Tone.PLAIN),
        ):
            width = self.metrics().horizontalAdvance(words) + self.gap(Space.TINY)
            left = time.middle(day) - width / 2
            taken.append((left, left + width))
            self.write(
                painter,
                QRectF(left, row, width, row),
                words,
                Qt.AlignmentFlag.AlignHCenter,
                tone,
            )
        for day in time.mondays():
            words = str(day.day)
            width = self.metrics().horizontalAdvance(words) + self.gap(Space.SMALL)
            left = time.middle(day) - width / 2
            if all(left > r or left + width < x for x, r in taken):
                box = QRectF(left, row, width, row)
                self.write(painter, box, words, Qt.AlignmentFlag.AlignHCenter, Tone.MUTED)
                taken.append((left, left + width))

    def _title_of(self, lane: Lane) -> str:
        return ", ".join(lane.symbols) if lane.symbols else lane.name

    def _paint_name(self, painter: QPainter, placed: LaneBox) -> None:
        top = placed.box.top() - self._down.value()
        if top + placed.box.height() < self._head_height():
            return
        painter.save()
        painter.setClipRect(QRectF(0, self._head_height(), self._names_width(), self.height()))
        left = self.gap(Space.SMALL)
        width = self._names_width() - left - self.gap(Space.TINY)
        row = self._row()
        first = QRectF(left, top + self.gap(Space.TINY), width, row)
        painter.setFont(self.theme.font(TextSize.BODY, strong=True))
        self.write(painter, first, self._title_of(placed.lane))
        painter.setFont(self.theme.font(TextSize.CAPTION))
        if placed.box.height() >= 2 * row:
            note, tone = self._note_of(placed.lane)
            self.write(painter, first.translated(0, row), note, tone=tone)
        painter.restore()

    def _note_of(self, lane: Lane) -> tuple[str, Tone]:
        if lane.permanent:
            return LOST, Tone.PERMANENT
        return lane.name, Tone.MUTED

    def _paint_lane(self, painter: QPainter, time: Timeline, placed: LaneBox) -> None:
        lane = placed.lane
        chosen = str(lane.set_id) == self._selected
        self._ground = self.theme.colour("selection" if chosen else "surface")
        if placed.windows is not None:
            for row in lane.windows:
                self._paint_window(painter, time, placed.windows, row)
        if placed.purchases is not None:
            self._paint_sell_locks(painter, time, placed.purchases, lane.sell_locks)
        self._paint_last_label(painter, time, placed)
        self._paint_markers(painter, time, placed)

    def _bar(self, time: Timeline, box: QRectF, row: LockRow) -> QRectF:
        left, right = time.span(row.first_day, row.last_day)
        inset = self.theme.px(2)
        return QRectF(left, box.top() + inset, right - left, box.height() - 2 * inset)

    def _paint_window(self, painter: QPainter, time: Timeline, box: QRectF, row: LockRow) -> None:
        tone = Tone.PLAN if row.planned else Tone.LOSS
        bar = self._bar(time, box, row)
        style = Qt.PenStyle.DashLine if row.planned else Qt.PenStyle.SolidLine
        painter.setPen(QPen(self.theme.mark(tone), 1.2, style))
        painter.setBrush(self.faded(tone, 0.22))
        painter.drawRoundedRect(bar, 3, 3)
        x = time.middle(row.cause_on)
        painter.setPen(QPen(self.theme.mark(tone), 3))
        painter.drawLine(QPointF(x, bar.top()), QPointF(x, bar.bottom()))
        words = "plan sells" if row.planned else "sold"
        self.write(painter, bar.adjusted(x - bar.left() + self.theme.px(5), 0, 0, 0), words, tone=tone)
        self._paint_safe(painter, bar.right(), bar, row, tone)
        self.painted_bars += 1

    def _paint_safe(
        self, painter: QPainter, left: float, bar: QRectF, row: LockRow, tone: Tone
    ) -> None:
        words = safe_label(row)
        width = self.metrics().horizontalAdvance(words) + self.theme.px(4)
        box = QRectF(left + self.theme.px(4), bar.top(), width, bar.height())
        painter.fillRect(box, self._ground)
        self.write(painter, box.adjusted(self.theme.px(2), 0, 2, 0), words, tone=tone)

    def _paint_sell_locks(
        self, painter: QPainter, time: Timeline, box: QRectF, rows: Sequence[LockRow]
    ) -> None:
        """Overlapping locks read as one hatched bar; the last safe day counts."""
        for row in rows:
            tone = Tone.PERMANENT if row.permanent else Tone.LOCKED
            bar = self._bar(time, box, row)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.hatch(tone))
            painter.drawRect(bar)
            self.painted_bars += 1

    def _paint_last_label(self, painter: QPainter, time: Timeline, placed: LaneBox) -> None:
        rows, box = placed.lane.sell_locks, placed.purchases
        if not rows or box is None:
            return
        last = max(rows, key=lambda r: (r.first_safe_day, r.permanent))
        tone = Tone.PERMANENT if last.permanent else Tone.LOCKED
        bar = self._bar(time, box, last)
        left, words = bar.right(), self._words_width()
        for marker in placed.lane.markers:
            x = time.middle(marker.on)
            if left - words <= x <= left + self._label_room():
                left = max(left, x + self._radius() * 1.7 + words)
        self._paint_safe(painter, left, bar, last, tone)

    def _words_width(self) -> float:
        return self.metrics().horizontalAdvance("WWW")

    def _paint_markers(self, painter: QPainter, time: Timeline, placed: LaneBox) -> None:
        if placed.purchases is None:
            return
        markers = placed.lane.markers
        for i, marker in enumerate(markers):
            following = time.middle(markers[i + 1].on) if i + 1 < len(markers) else None
            self._paint_marker(painter, time, placed.purchases, marker, following)

    def _paint_marker(
        self,
        painter: QPainter,
        time: Timeline,
        box: QRectF,
        marker: Marker,
        following: float | None,
    ) -> None:
        """Paint mark and initials; where the next mark is too near, the tooltip has the account."""
        centre, radius = QPointF(time.middle(marker.on), box.center().y()), self._radius()
        tone = Tone.PERMANENT if marker.permanent else Tone.PLAIN
        ground = QRectF(centre.x() - radius * 1.6, box.top(), radius * 3.2, box.height())
        width = self.metrics().horizontalAdvance(marker.initials) + self.theme.px(3)
        words = QRectF(centre.x() + radius * 1.7, box.top(), width, box.height())
        room = following is None or following - radius * 1.6 >= words.right()
        inset = self.theme.px(2)
        whole = ground.united(words) if room else ground
        painter.fillRect(whole.adjusted(0, inset, 0, -inset), self._ground)
        shape = SHAPES[marker.kind]
        paint_mark(painter, self.theme, shape, tone, centre, radius, hollow=marker.scheduled)
        if room:
            self.write(painter, words.adjusted(0, 0, 2, 0), marker.initials, tone=tone)
        if marker.inside:
            self._paint_alarm(painter, centre, radius)
        self.painted_markers += 1

    def _radius(self) -> float:
        return self._row() * 0.22

    def _paint_alarm(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        """A red ring and a red triangle with an exclamation mark: this purchase washes a loss."""
        error = self.theme.mark(Tone.ERROR)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(error, 2))
        painter.drawPath(outline(Shape.CIRCLE, centre, radius * 1.9))
        badge = centre + QPointF(0, -radius * 2.9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(error)
        painter.drawPath(outline(Shape.TRIANGLE, badge, radius * 1.1))
        font = self.theme.font(TextSize.CAPTION, strong=True)
        font.setPixelSize(max(7, round(radius * 2.0)))
        painter.setFont(font)
        painter.setPen(self.theme.colour("surface"))
        side = radius * 2.4
        box = QRectF(badge.x() - side / 2, badge.y() - side * 0.45, side, side)
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), "!")
        painter.setFont(self.theme.font(TextSize.CAPTION))

    # --- pointing and keyboard --------------------------------------------------------------------------
    def lane_at(self, place: QPointF) -> LaneBox | None:
        """Return the lane at a place, or None above and below them."""
        if place.y() < self._head_height():
            return None
        y = place.y() + self._down.value()
        return next((b for b in self._boxes if b.box.top() <= y < b.box.bottom()), None)

    def explain_at(self, place: QPointF) -> str:
        """Return what the marker, the bar or the lane under the pointer is."""
        placed = self.lane_at(place)
        if placed is None:
            return ""
        lane, time = placed.lane, self.timeline()
        y = place.y() + self._down.value()
        reach = self._radius() * 2
        if placed.purchases is not None and placed.purchases.contains(QPointF(1, y)):
            for marker in lane.markers:
                if abs(time.middle(marker.on) - place.x()) <= reach:
                    return explain_marker(marker)
            return self._explain_bars(time, placed.purchases, lane.sell_locks, QPointF(place.x(), y))
        if placed.windows is not None:
            return self._explain_bars(time, placed.windows, lane.windows, QPointF(place.x(), y))
        return lane.name

    def _explain_bars(
        self, time: Timeline, box: QRectF, rows: Sequence[LockRow], place: QPointF
    ) -> str:
        hits = [r for r in rows if self._bar(time, box, r).contains(place)]
        return "\n\n".join(explain_lock(r) for r in hits)

    def marker_place(self, set_id: str, number: int) -> QPointF | None:
        """Return where a marker of a lane stands, or None."""
        for placed in self._boxes:
            if str(placed.lane.set_id) == set_id and placed.purchases is not None:
                x = self.timeline().middle(placed.lane.markers[number].on)
                return QPointF(x, placed.purchases.center().y() - self._down.value())
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select a lane."""
        placed = self.lane_at(event.position())
        if placed is not None:
            self._choose(placed)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl zoom, with Shift scroll across."""
        turn = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_to(self._zoom * (_ZOOM_STEP if turn > 0 else 1 / _ZOOM_STEP))
        else:
            across = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            bar = self._across if across else self._down
            bar.setValue(bar.value() - round(turn / 120 * 3 * bar.singleStep()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down pick a lane, Left and Right scroll, plus and minus zoom, Home shows all."""
        key = event.key()
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up} and self._boxes:
            self._step(1 if key == Qt.Key.Key_Down else -1)
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            step = self._across.singleStep()
            self._across.setValue(
                self._across.value() + (step if key == Qt.Key.Key_Right else -step)
            )
        elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.zoom_to(self._zoom * _ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom_to(self._zoom / _ZOOM_STEP)
        elif key == Qt.Key.Key_Home:
            self.zoom_to(1.0)
        else:
            super().keyPressEvent(event)

    def _step(self, step: int) -> None:
        ids = [str(b.lane.set_id) for b in self._boxes]
        place = ids.index(self._selected) + step if self._selected in ids else 0
        self._choose(self._boxes[max(0, min(place, len(ids) - 1))])

    def _choose(self, placed: LaneBox) -> None:
        self._selected = str(placed.lane.set_id)
        self._reveal(placed)
        self.update()
        self.lane_selected.emit(self._selected)

"""The picture of the calendar: lanes of identical sets, windows as bars, purchases as markers."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QWidget

from harvestdesk.gui.theme import Space, TextSize, Theme
from harvestdesk.gui.views.wash_calendar.paint import CalendarPaint
from harvestdesk.gui.views.wash_calendar.timeline import LaneBox, Timeline, stacked
from harvestdesk.gui.views.wash_calendar.words import explain_lock, explain_marker
from harvestdesk.services.views.wash_calendar import CalendarView, LockRow

_MAX_ZOOM = 12.0
_ZOOM_STEP = 1.25


class CalendarChart(CalendarPaint):
    """The picture of the calendar with its own scrolling and zoom.

    Signals:
        lane_selected: id of the set the person picked.
    """

    lane_selected = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Wash-sale calendar: one lane per identical set", parent)
        self._zoom = 1.0
        self._boxes: list[LaneBox] = []
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

    @property
    def scrolled(self) -> int:
        """Pixels the lanes are scrolled down."""
        return self._down.value()

    # --- geometry --------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """Return room for eight lanes."""
        return QSize(self.theme.px(720), self.theme.px(360))

    def minimumSizeHint(self) -> QSize:
        """Return room for three lanes."""
        return QSize(self.theme.px(420), self.theme.px(180))

    def _days_width(self) -> float:
        return max(1.0, self.width() - self._names_width() - self._down.sizeHint().width())

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
        if self._across.isVisible():
            foot = QRectF(self.rect()).adjusted(0, self._across.y(), 0, 0)
            painter.fillRect(foot, self.theme.colour("surface"))
        self.paint_focus(painter)
        painter.end()

    def _visible(self) -> list[LaneBox]:
        top, bottom = self._down.value(), self._down.value() + self.height()
        return [b for b in self._boxes if b.box.bottom() >= top and b.box.top() <= bottom]

    def _paint_ground(self, painter: QPainter, placed: LaneBox) -> None:
        if str(placed.lane.set_id) == self._selected:
            painter.fillRect(placed.box, self.chosen_ground())
        painter.setPen(self.hairline())
        painter.drawLine(placed.box.bottomLeft(), placed.box.bottomRight())

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
            return self._explain_bars(
                time, placed.purchases, lane.sell_locks, QPointF(place.x(), y)
            )
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

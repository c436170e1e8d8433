"""How the calendar is painted: head, names, windows, locks, markers. Scrolling is the chart's."""

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen
from PySide6.QtWidgets import QWidget

from harvestdesk.gui.plots.canvas import Canvas
from harvestdesk.gui.plots.marks import Shape, outline, paint_mark
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.gui.views.wash_calendar.timeline import LaneBox, Timeline
from harvestdesk.gui.views.wash_calendar.words import LOST, SHAPES, safe_label, short_day
from harvestdesk.services.views.wash_calendar import CalendarView, Lane, LockRow, Marker

_HATCH, _EDGE = 0.5, 0.7
"""Strength of the hatch and of its edge: markers and their initials must stand out."""
_NOTHING = CalendarView(date.min, date.min, date.min, date.min, (), ())


class CalendarPaint(Canvas):
    """Paints parts of a calendar; `scrolled` says how far down the lanes have moved."""

    def __init__(self, theme: Theme, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, spoken, parent)
        self._view = _NOTHING
        self._selected = ""
        self._ground = theme.colour("surface")
        self.painted_markers = 0
        self.painted_bars = 0

    @property
    def scrolled(self) -> int:
        """Pixels the lanes are scrolled down."""
        return 0

    def _row(self) -> float:
        return self.metrics().height() + self.gap(Space.TINY)

    def _names_width(self) -> float:
        bold, small = self.metrics(TextSize.BODY, strong=True), self.metrics()
        widths = [bold.horizontalAdvance(self._title_of(x)) for x in self._view.lanes]
        least, most = small.horizontalAdvance(LOST), bold.horizontalAdvance("0") * 22
        return min(max(least, *widths, 0.0), most) + self.gap(Space.LARGE)

    def _head_height(self) -> float:
        return 2 * self._row() + self.gap(Space.TINY)

    def _label_room(self) -> float:
        return self.metrics().horizontalAdvance("safe to sell from Sep 30") + self.gap(Space.SMALL)

    def _paint_days(self, painter: QPainter, time: Timeline) -> None:
        bottom = max(self.height() + self.scrolled, 0)
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
            words = self._month(first, right - shown)
            self.write(painter, QRectF(shown, 0, right - shown, row), words)
        self._paint_dates(painter, time, row)
        painter.restore()

    def _month(self, first: date, room: float) -> str:
        """Return a month as long as there is room for."""
        for words in (f"{first:%B %Y}", f"{first:%b %Y}", f"{first:%b}"):
            if self.metrics().horizontalAdvance(words) <= room:
                return words
        return ""

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
            if any(left < r and left + width > x for x, r in taken):
                continue  # the dashed line says it too
            taken.append((left, left + width))
            painter.fillRect(QRectF(left, row, width, row), self.theme.colour("window"))
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
        top = placed.box.top() - self.scrolled
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
        self._ground = self.chosen_ground() if chosen else self.theme.colour("surface")
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
        self.write(
            painter, bar.adjusted(x - bar.left() + self.theme.px(5), 0, 0, 0), words, tone=tone
        )
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
        bars: list[tuple[QRectF, Tone]] = []
        for row in sorted(rows, key=lambda r: (r.permanent, r.first_day)):
            tone = Tone.PERMANENT if row.permanent else Tone.LOCKED
            bar = self._bar(time, box, row)
            if bars and bars[-1][1] is tone and bar.left() <= bars[-1][0].right():
                bars[-1] = (bars[-1][0].united(bar), tone)
            else:
                bars.append((bar, tone))
            self.painted_bars += 1
        for bar, tone in bars:
            painter.fillRect(bar, self._ground)
            painter.setPen(QPen(self.faded(tone, _EDGE), 1))
            painter.setBrush(QBrush(self.faded(tone, _HATCH), Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(bar, 3, 3)

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
        whole = (ground.united(words) if room else ground).adjusted(0, inset, 0, -inset)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._ground)
        painter.drawRoundedRect(whole, 3, 3)
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

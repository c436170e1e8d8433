"""The curve of tracking error against tax, with a handle that snaps to solved points."""

from decimal import Decimal
from math import floor, log10

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from harvestdesk.gui import formatting
from harvestdesk.gui.plots.canvas import Canvas
from harvestdesk.gui.plots.frontier_words import MARK_WORDS, point_words
from harvestdesk.gui.plots.legend import Key
from harvestdesk.gui.plots.marks import Shape, paint_mark
from harvestdesk.gui.theme import Space, TextSize, Theme, Tone
from harvestdesk.services.views.frontier import FrontierRow, FrontierView, Mark

KEYS = (
    Key("solved point", Tone.PLAN, Shape.DOT),
    Key("no trade", Tone.LOCKED, Shape.SQUARE, hatched=True),
    Key("this plan", Tone.PLAN, Shape.TRIANGLE),
    Key("knee", Tone.GAIN, Shape.DIAMOND),
    Key("chosen", Tone.PLAIN, Shape.RING),
)
_MARKS = {
    Mark.NOTHING: (Shape.SQUARE, Tone.LOCKED, 6.0),
    Mark.PLAN: (Shape.TRIANGLE, Tone.PLAN, 6.0),
    Mark.KNEE: (Shape.DIAMOND, Tone.GAIN, 6.5),
}
_KEYBOARD = (
    "Arrows move from point to point, K to the knee, beyond which tracking error buys ever less tax"
)
_DOT = 3.2
_HANDLE = 9.0
_ROOM = 0.07
"""Share of a scale left free beside its ends."""
_TICKS = 5
_STEPS = (1, 2, 5, 10)


class FrontierCanvas(Canvas):
    """Right: farther from the targets. Up: more tax this year. Down and left is better.

    Signals:
        point_chosen: number of the point the person put the handle on.
    """

    point_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Curve of tracking error against this year's tax", parent)
        self._view: FrontierView | None = None
        self._chosen: int | None = None
        self._dragging = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def chosen(self) -> int | None:
        """Number of the point the handle is on."""
        return self._chosen

    def show_view(self, view: FrontierView | None) -> None:
        """Show a curve, the handle on the point asked for."""
        self._view = view
        self._chosen = None if view is None else view.current
        self._speak()
        self.update()

    def choose(self, place: int) -> None:
        """Put the handle on a point, silently."""
        if self._view is not None and 0 <= place < len(self._view.points):
            self._chosen = place
            self._speak()
            self.update()

    def _speak(self) -> None:
        row = self._row()
        words = "No curve yet" if row is None else f"{point_words(row)}. {_KEYBOARD}"
        self.setAccessibleDescription(words)

    def _row(self) -> FrontierRow | None:
        if self._view is None or self._chosen is None:
            return None
        return self._view.points[self._chosen]

    # --- geometry --------------------------------------------------------------------------------------
    def sizeHint(self) -> QSize:
        """Return a picture that can be read."""
        return QSize(self.theme.px(560), self.theme.px(320))

    def minimumSizeHint(self) -> QSize:
        """Return the least in which axes and points stand apart."""
        return QSize(self.theme.px(280), self.theme.px(170))

    def area(self) -> QRectF:
        """Return where the curve is, inside its axes."""
        caption = self.metrics()
        left = caption.horizontalAdvance(f"{formatting.MINUS}$0,000,000") + self.gap(Space.SMALL)
        top = caption.height() + self.gap(Space.SMALL)
        bottom = 2 * caption.height() + self.gap(Space.MEDIUM)
        right = self.gap(Space.LARGE)
        return QRectF(self.rect()).adjusted(left, top, -right, -bottom)

    def scales(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the ends of both axes: tracking error in basis points, tax in dollars."""
        rows = () if self._view is None else self._view.rows
        across = [float(r.tracking_error_bp) for r in rows] or [0.0, 1.0]
        far = min(across) > max(across) / 2  # then zero would only push the curve to one side
        up = [*(float(r.tax) for r in rows), 0.0]
        return _ends(across if far else [0.0, *across], 1.0), _ends(up, 100.0)

    def place_of(self, row: FrontierRow) -> QPointF:
        """Return where a place of the view is drawn."""
        (low, high), (least, most) = self.scales()
        box = self.area()
        x = (float(row.tracking_error_bp) - low) / (high - low)
        y = (float(row.tax) - least) / (most - least)
        return QPointF(box.left() + x * box.width(), box.bottom() - y * box.height())

    # --- painting ----------------------------------------------------------------------------------------
    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint axes, curve, points, marks with their words, and the handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self.theme.colour("surface"))
        view = self._view
        if view is not None:
            self._paint_across(painter)
            self._paint_up(painter)
            self._paint_curve(painter, view)
            taken = self._paint_handle(painter)
            self._paint_marks(painter, view, taken)
        self.paint_focus(painter)
        painter.end()

    def _paint_across(self, painter: QPainter) -> None:
        box, (low, high) = self.area(), self.scales()[0]
        painter.setFont(self.theme.font(TextSize.CAPTION))
        height = self.metrics().height()
        painter.setPen(self.hairline("field_edge"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        wide = self.metrics().horizontalAdvance("0,000") + self.gap(Space.MEDIUM)
        for value in ticks(low, high, max(2, min(_TICKS, int(box.width() // (2 * wide))))):
            x = box.left() + box.width() * (value - low) / (high - low)
            painter.setPen(self.hairline())
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            words = formatting.number(value, _decimals(high - low))
            label = QRectF(x - wide / 2, box.bottom() + self.gap(Space.TINY), wide, height)
            self.write(painter, label, words, Qt.AlignmentFlag.AlignHCenter, Tone.MUTED)
        under = QRectF(
            box.left(), box.bottom() + self.gap(Space.SMALL) + height, box.width(), height
        )
        self.write(
            painter, under, "Tracking error, bp a year", Qt.AlignmentFlag.AlignRight, Tone.MUTED
        )

    def _paint_up(self, painter: QPainter) -> None:
        box, (least, most) = self.area(), self.scales()[1]
        painter.setFont(self.theme.font(TextSize.CAPTION))
        height = self.metrics().height()
        for value in ticks(least, most, max(2, min(_TICKS, int(box.height() // (2 * height))))):
            y = box.bottom() - box.height() * (value - least) / (most - least)
            painter.setPen(self.hairline("field_edge" if value == 0 else "hairline"))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            label = QRectF(0, y - height / 2, box.left() - self.gap(Space.SMALL), height)
            self.write(
                painter, label, formatting.dollars(value), Qt.AlignmentFlag.AlignRight, Tone.MUTED
            )
        head = QRectF(self.gap(Space.SMALL), 0, self.width(), height)
        self.write(painter, head, "Tax this year; a minus is saved", tone=Tone.MUTED)

    def _paint_curve(self, painter: QPainter, view: FrontierView) -> None:
        places = [self.place_of(row) for row in view.points]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.mark(Tone.PLAN), self.theme.px(2)))
        painter.drawPolyline(QPolygonF(places))
        for place in places:
            paint_mark(painter, self.theme, Shape.DOT, Tone.PLAN, place, self.theme.px(_DOT))

    def _paint_handle(self, painter: QPainter) -> list[QRectF]:
        row = self._row()
        if row is None:
            return []
        place, radius = self.place_of(row), self.theme.px(_HANDLE)
        box = self.area()
        painter.setPen(QPen(self.theme.colour("text"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(place, QPointF(place.x(), box.bottom()))
        painter.drawLine(place, QPointF(box.left(), place.y()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.theme.colour("text"), self.theme.px(2)))
        painter.drawEllipse(place, radius, radius)
        return [QRectF(place.x() - radius, place.y() - radius, 2 * radius, 2 * radius)]

    def _paint_marks(self, painter: QPainter, view: FrontierView, taken: list[QRectF]) -> None:
        """Paint what has a name, its word beside it where no other word stands."""
        painter.setFont(self.theme.font(TextSize.CAPTION))
        for row in view.rows:
            for mark in row.marks:
                if mark not in _MARKS:
                    continue
                shape, tone, radius = _MARKS[mark]
                place = self.place_of(row)
                paint_mark(
                    painter, self.theme, shape, tone, place, self.theme.px(radius),
                    hatched=mark is Mark.NOTHING,
                )  # fmt: skip
                self._label(painter, place, MARK_WORDS[mark], taken)

    def _label(self, painter: QPainter, place: QPointF, words: str, taken: list[QRectF]) -> None:
        metrics, gap = self.metrics(), self.gap(Space.MEDIUM)
        wide, height = metrics.horizontalAdvance(words) + 2, metrics.height()
        for left, top in (
            (place.x() + gap, place.y() - height / 2),
            (place.x() - gap - wide, place.y() - height / 2),
            (place.x() - wide / 2, place.y() - gap - height),
            (place.x() - wide / 2, place.y() + gap),
            (place.x() + gap, place.y() - gap - height),
            (place.x() + gap, place.y() + gap),
        ):
            box = QRectF(left, top, wide, height)
            inside = QRectF(self.rect()).contains(box)
            if inside and not any(box.intersects(other) for other in taken):
                taken.append(box)
                ground = self.theme.colour("surface")
                ground.setAlphaF(0.85)
                painter.fillRect(box, ground)
                self.write(painter, box, words)
                return

    # --- pointing and keyboard --------------------------------------------------------------------------
    def nearest_point(self, place: QPointF) -> int | None:
        """Return the number of the solved point nearest to a place."""
        if self._view is None or not self._view.points:
            return None
        away = [_distance(self.place_of(r), place) for r in self._view.points]
        return away.index(min(away))

    def explain_at(self, place: QPointF) -> str:
        """Return the figures of what is under the pointer."""
        if self._view is None:
            return ""
        near = self.theme.px(_HANDLE)
        rows = sorted(self._view.rows, key=lambda r: _distance(self.place_of(r), place))
        row = rows[0]
        return point_words(row, "\n") if _distance(self.place_of(row), place) <= near else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle; it jumps to the nearest point."""
        self._dragging = True
        self._snap(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the handle from point to point."""
        if self._dragging and event.buttons() & Qt.MouseButton.LeftButton:
            self._snap(event.position())
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let the handle go."""
        self._dragging = False
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from point to point, Home and End to the ends, K to the knee."""
        key, view = Qt.Key(event.key()), self._view
        last = len(view.points) - 1 if view is not None else -1
        now = self._chosen if self._chosen is not None else 0
        places: dict[Qt.Key, int | None] = {
            Qt.Key.Key_Right: now + 1,
            Qt.Key.Key_Down: now + 1,
            Qt.Key.Key_Left: now - 1,
            Qt.Key.Key_Up: now - 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
            Qt.Key.Key_K: view.knee if view is not None else None,
        }
        place = places.get(key)
        if place is None or last < 0:
            super().keyPressEvent(event)
        else:
            self._move(max(0, min(place, last)))

    def _snap(self, where: QPointF) -> None:
        place = self.nearest_point(where)
        if place is not None:
            self._move(place)

    def _move(self, place: int) -> None:
        before = self._chosen
        self.choose(place)
        if self._chosen != before:
            self.point_chosen.emit(place)


def _distance(one: QPointF, other: QPointF) -> float:
    away = one - other
    return float((away.x() ** 2 + away.y() ** 2) ** 0.5)


def _ends(values: list[float], least: float) -> tuple[float, float]:
    """Return the ends of a scale, with a little room beyond the values; never nothing between them."""
    low, high = min(values), max(values)
    wide = max(high - low, least)
    below = _ROOM * wide if low != 0 else 0.0
    return low - below, high + _ROOM * wide


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most `most` + 1 round values between two ends."""
    exact = (high - low) / most
    power = 10.0 ** floor(log10(exact))
    step = next(s * power for s in _STEPS if s * power >= exact)
    first = -floor(-low / step)
    found, number = [], first
    while number * step <= high:
        found.append(number * step)
        number += 1
    return found


def _decimals(wide: float) -> int:
    return 0 if wide >= Decimal(4) else 1

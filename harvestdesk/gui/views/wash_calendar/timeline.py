"""Where days and lanes stand in the picture: geometry without paint."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from PySide6.QtCore import QRectF

from harvestdesk.services.views.wash_calendar import Lane

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Days across.

    Attributes:
        left: where the first day begins, in pixels, scrolling included.
        per_day: width of a day in pixels.
    """

    first: date
    last: date
    left: float
    per_day: float

    def x(self, day: date) -> float:
        """Return where a day begins."""
        return self.left + (day - self.first).days * self.per_day

    def middle(self, day: date) -> float:
        """Return the middle of a day."""
        return self.x(day) + self.per_day / 2

    def span(self, first: date, last: date) -> tuple[float, float]:
        """Return where a span begins and ends, its last day included."""
        return self.x(first), self.x(last + _ONE_DAY)

    def months(self) -> Iterator[tuple[date, date]]:
        """Yield the first and the last day of each month on view."""
        day = self.first
        while day <= self.last:
            following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
            yield day, min(following - _ONE_DAY, self.last)
            day = following

    def mondays(self) -> Iterator[date]:
        """Yield the Mondays on view."""
        day = self.first + timedelta(days=-self.first.weekday() % 7)
        while day <= self.last:
            yield day
            day += timedelta(days=7)


@dataclass(frozen=True, slots=True)
class LaneBox:
    """One lane's rows in the picture; a row is None where the lane has nothing for it."""

    lane: Lane
    box: QRectF
    windows: QRectF | None
    purchases: QRectF | None


def stacked(
    lanes: Sequence[Lane], top: float, width: float, row: float, gap: float
) -> list[LaneBox]:
    """Return the lanes below each other: a row for sales, a row for purchases, as each needs."""
    boxes = []
    for lane in lanes:
        upper = bool(lane.windows)
        lower = bool(lane.sell_locks or lane.markers)
        # A lane whose loss would be gone for good says so under its name: room for two lines.
        height = row * max(upper + lower, 2 if lane.permanent else 1) + 2 * gap
        box = QRectF(0, top, width, height)
        first = QRectF(0, top + gap, width, row)
        second = first.translated(0, row if upper else 0)
        boxes.append(LaneBox(lane, box, first if upper else None, second if lower else None))
        top += height
    return boxes

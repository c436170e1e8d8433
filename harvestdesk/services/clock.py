"""The only place that reads the clock; everything else is handed a date."""

from datetime import UTC, date, datetime
from typing import Protocol


class Clock(Protocol):
    """What day and time it is."""

    def today(self) -> date:
        """Return today's date where the person is."""

    def now(self) -> str:
        """Return the present instant as ISO text in UTC, to the second."""


class SystemClock:
    """The computer's clock."""

    def today(self) -> date:
        """Return today's local date."""
        return datetime.now(UTC).astimezone().date()  # noqa: TID251

    def now(self) -> str:
        """Return the present instant as ISO text in UTC, to the second."""
        return datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251


class FixedClock:
    """A clock that stands still: for tests and for households that are simulated."""

    def __init__(self, day: date) -> None:
        self._day = day

    def today(self) -> date:
        """Return the fixed day."""
        return self._day

    def now(self) -> str:
        """Return midnight UTC of the fixed day."""
        return f"{self._day.isoformat()}T00:00:00+00:00"

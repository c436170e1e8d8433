"""The two axes of the lot picture: days held by their square root, gain by its logarithm.

The square root keeps the first year, where dates decide tax, as wide as the years after it. The
logarithm of price over basis makes halving and doubling equally far from even.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

ONE_YEAR = 365.5
"""Between the last short-term day and the first long-term one (IRC §1222)."""
_DAY_TICKS = (
    (30, "1 month"),
    (91, "3 months"),
    (182, "6 months"),
    (365, "1 year"),
    (730, "2 years"),
    (1095, "3 years"),
    (1826, "5 years"),
    (3652, "10 years"),
    (7305, "20 years"),
)
_GAIN_TICKS = (-0.9, -0.75, -0.5, -0.4, -0.3, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.3)
_GAIN_TICKS_UP = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0)
_LOWEST = -0.97

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps days and gains to the plot rectangle.

    Attributes:
        days_to: right end of the axis in days.
        low, high: ends of the gain axis as fractions.
    """

    plot: QRectF
    days_to: float
    low: float
    high: float

    @classmethod
    def fitting(cls, plot: QRectF, days: Floats, gains: Floats) -> "Scale":
        """Return the scale that shows every lot, the one-year line and the zero line."""
        # Never less than two years: the words beside the one-year line need their room.
        furthest = max(float(days.max(initial=0.0)) * 1.05, 2 * ONE_YEAR)
        known = np.clip(gains, _LOWEST, None)
        low = min(float(known.min(initial=0.0)), -0.1)
        high = max(float(known.max(initial=0.0)), 0.1)
        room = 0.06 * (np.log1p(high) - np.log1p(low))
        return cls(
            plot,
            furthest,
            float(np.expm1(np.log1p(low) - room)),
            float(np.expm1(np.log1p(high) + room)),
        )

    def xs(self, days: Floats) -> Floats:
        """Return the places [lot] of days held."""
        share = np.sqrt(np.maximum(days, 0.0) / self.days_to)
        return np.asarray(self.plot.left() + self.plot.width() * share, dtype=np.float64)

    def ys(self, gains: Floats) -> Floats:
        """Return the heights [lot] of gains as fractions."""
        bottom, top = np.log1p(self.low), np.log1p(self.high)
        share = (np.log1p(np.clip(gains, _LOWEST, None)) - bottom) / (top - bottom)
        return np.asarray(self.plot.bottom() - self.plot.height() * share, dtype=np.float64)

    def x(self, days: float) -> float:
        """Return the place of one number of days."""
        return float(self.xs(np.array([days]))[0])

    def y(self, gain: float) -> float:
        """Return the height of one gain."""
        return float(self.ys(np.array([gain]))[0])

    def place(self, days: float, gain: float) -> QPointF:
        """Return the place of one lot."""
        return QPointF(self.x(days), self.y(gain))

    def day_ticks(self) -> list[tuple[float, str]]:
        """Return the marks of the axis of days that are on it."""
        return [(float(d), words) for d, words in _DAY_TICKS if d <= self.days_to]

    def gain_ticks(self, least: float) -> list[float]:
        """Return the marks of the gain axis at least `least` pixels apart; zero is always one."""
        kept = [0.0]
        for tick in sorted((*_GAIN_TICKS, *_GAIN_TICKS_UP), key=lambda t: (t > 0, abs(t))):
            if not self.low <= tick <= self.high:
                continue
            if all(abs(self.y(tick) - self.y(k)) >= least for k in kept):
                kept.append(tick)
        return sorted(kept)

"""Invented prices for the sample household: a small factor model with a fixed seed.

Every security gets a noise path that starts and ends at zero (a bridge of market, sector and own moves)
on top of a drawn trend, so its last price and its price on one chosen day are exactly as wanted.
"""

import math
import random
from bisect import bisect_right
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

FIRST, LAST = date(2023, 1, 3), date(2025, 12, 5)
HOLIDAYS = {
    (1, 1), (1, 2), (6, 19), (7, 4), (12, 25),
}  # fmt: skip
MOVING_HOLIDAYS = {
    date(2023, 1, 16), date(2023, 2, 20), date(2023, 4, 7), date(2023, 5, 29), date(2023, 9, 4),
    date(2023, 11, 23), date(2024, 1, 15), date(2024, 2, 19), date(2024, 3, 29), date(2024, 5, 27),
    date(2024, 9, 2), date(2024, 11, 28), date(2025, 1, 9), date(2025, 1, 20), date(2025, 2, 17),
    date(2025, 4, 18), date(2025, 5, 26), date(2025, 9, 1), date(2025, 11, 27),
}  # fmt: skip
MARKET, SECTOR, OWN = 0.0095, 0.0042, 0.0100
"""Daily volatilities: about 15, 7 and 16 per cent a year."""
LOADINGS = {
    # asset class: (US market, its own factor, own noise) as multiples of MARKET, MARKET, OWN
    "us_equity": (1.0, 0.0, 0.10),
    "intl_equity": (0.75, 0.45, 0.10),
    "emerging_equity": (0.70, 0.70, 0.15),
    "real_estate": (0.80, 0.60, 0.10),
    "us_bond": (0.05, 0.35, 0.05),
    "muni_bond": (0.04, 0.28, 0.06),
    "intl_bond": (0.04, 0.26, 0.05),
    "commodity": (0.05, 1.00, 0.10),
}


def trading_days() -> list[date]:
    """Return the business days of the sample, a good likeness of the exchange's calendar."""
    days = []
    day = FIRST
    while day <= LAST:
        closed = (day.month, day.day) in HOLIDAYS or day in MOVING_HOLIDAYS
        if day.weekday() < 5 and not closed:
            days.append(day)
        day += timedelta(days=1)
    return days


DAYS = trading_days()
INDEX = {day: n for n, day in enumerate(DAYS)}


def on_or_after(day: date) -> date:
    """Return the first trading day from `day` on."""
    n = bisect_right(DAYS, day - timedelta(days=1))
    return DAYS[min(n, len(DAYS) - 1)]


def bridge(rng: random.Random, daily: float) -> list[float]:
    """Return a random walk of daily volatility `daily` that starts and ends at zero."""
    walk = [0.0]
    for _ in DAYS[1:]:
        walk.append(walk[-1] + rng.gauss(0.0, daily))
    end = walk[-1]
    last = len(walk) - 1
    return [w - end * n / last for n, w in enumerate(walk)]


class Market:
    """The invented market: noise by factor, prices by symbol.

    Attributes:
        closes: closing price in dollars and cents by symbol, one for each of DAYS.
    """

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - it has to be repeatable, not secret
        self._factors: dict[str, list[float]] = {"market": bridge(self._rng, MARKET)}
        self.closes: dict[str, list[Decimal]] = {}

    def _factor(self, name: str, daily: float) -> list[float]:
        if name not in self._factors:
            self._factors[name] = bridge(self._rng, daily)
        return self._factors[name]

    def stock(
        self, symbol: str, sector: str, price: str, anchors: list[tuple[date, float]]
    ) -> None:
        """Add a stock that ends at `price`; on each anchor's day it is exp(offset) times that."""
        beta = self._rng.uniform(0.85, 1.15)
        parts = [
            (beta, self._factors["market"]),
            (1.0, self._factor(f"sector {sector}", SECTOR)),
            (1.0, bridge(self._rng, OWN)),
        ]
        self._add(symbol, price, parts, anchors)

    def fund(
        self, symbol: str, asset_class: str, price: str, anchors: list[tuple[date, float]]
    ) -> None:
        """Add a fund of an asset class, as `stock` does."""
        market, own, noise = LOADINGS[asset_class]
        parts = [
            (market, self._factors["market"]),
            (own, self._factor(f"class {asset_class}", MARKET)),
            (1.0, bridge(self._rng, OWN * noise)),
        ]
        self._add(symbol, price, parts, anchors)

    def _add(
        self,
        symbol: str,
        price: str,
        parts: list[tuple[float, list[float]]],
        anchors: list[tuple[date, float]],
    ) -> None:
        noise = [sum(weight * path[n] for weight, path in parts) for n in range(len(DAYS))]
        points = sorted((INDEX[day], offset - noise[INDEX[day]]) for day, offset in anchors)
        points.append((len(DAYS) - 1, 0.0))
        last = float(price)
        self.closes[symbol] = [
            Decimal(f"{last * math.exp(noise[n] + _line(points, n)):.2f}") for n in range(len(DAYS))
        ]
        self.closes[symbol][-1] = Decimal(price)

    def price(self, symbol: str, day: date) -> Decimal:
        """Return the close of a trading day in dollars."""
        return self.closes[symbol][INDEX[day]]


def _line(points: list[tuple[int, float]], n: int) -> float:
    """Return the piecewise straight line through `points` at day number `n`."""
    if n <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if n <= right:
            return low + (high - low) * (n - left) / (right - left)
    return points[-1][1]

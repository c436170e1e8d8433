"""Prices by date: every price carries the day it is of and where it came from."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from harvestdesk.domain.ids import SecurityId

if TYPE_CHECKING:
    FloatColumn = array[float]
else:
    FloatColumn = array  # not subscriptable at run time before Python 3.12

STALE_AFTER_DAYS = 4
"""A price older than this on the as-of date is stale: a long weekend is not."""


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per share on a day."""

    value: Decimal
    on: date
    source: str = ""

    def is_stale(self, as_of: date) -> bool:
        """True when the price is older than STALE_AFTER_DAYS on `as_of`."""
        return (as_of - self.on).days > STALE_AFTER_DAYS


@dataclass(frozen=True, slots=True)
class PriceBook:
    """The last known price of each security on a day."""

    as_of: date
    prices: Mapping[SecurityId, Price] = field(default_factory=dict)

    def get(self, security_id: SecurityId) -> Price | None:
        """Return the last price on or before `as_of`, or None."""
        return self.prices.get(security_id)

    def stale(self) -> tuple[SecurityId, ...]:
        """Return the securities whose price is stale, in id order."""
        return tuple(sorted(s for s, p in self.prices.items() if p.is_stale(self.as_of)))


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """Closing prices for risk: floating point, never used for money.

    Attributes:
        security_ids: [security]
        days: [day] proleptic ordinals, ascending.
        closes: [security] one array('d') of len(days) each; NaN where there was no price. Adjusted for
            splits, and for dividends where the source was.
    """

    security_ids: tuple[SecurityId, ...] = ()
    days: tuple[int, ...] = ()
    closes: tuple[FloatColumn, ...] = ()

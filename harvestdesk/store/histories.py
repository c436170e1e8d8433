"""Prices over time: the last one of each security, and years of them for risk."""

import json
from array import array
from collections.abc import Iterable
from datetime import date
from math import nan

from sqlalchemy import text
from sqlalchemy.engine import Connection

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.money import PRICE_DIGITS
from harvestdesk.domain.prices import PriceHistory

# The inner query walks the unique index alone; prices of the same day come in the order recorded.
_LAST_PRICES = text("""
SELECT p.security_id, p.on_date, p.source, p.value
FROM (SELECT security_id, max(on_date) AS on_date FROM prices
      WHERE on_date <= :as_of GROUP BY security_id) AS newest
JOIN prices AS p ON p.security_id = newest.security_id AND p.on_date = newest.on_date
ORDER BY p.security_id, p.row_no
""")

_HISTORY = text("""
SELECT security_id, on_date, value FROM prices
WHERE security_id IN (SELECT value FROM json_each(:ids)) AND on_date BETWEEN :first AND :last
ORDER BY security_id, on_date, row_no
""")


def last_prices(connection: Connection, as_of: date) -> list[tuple[str, str, str, int]]:
    """Return (security, day, source, scaled price) rows; the last row of a security counts."""
    rows = connection.execute(_LAST_PRICES, {"as_of": as_of.isoformat()})
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def price_history(
    connection: Connection, security_ids: Iterable[SecurityId], first: date, last: date
) -> PriceHistory:
    """Return the prices of securities between two days, both included.

    Securities without any price in the span are left out; days are those with any price.
    """
    wanted = json.dumps(sorted(set(security_ids)))
    span = {"ids": wanted, "first": first.isoformat(), "last": last.isoformat()}
    rows = connection.execute(_HISTORY, span).all()
    days = sorted({on for _, on, _ in rows})
    place = {on: index for index, on in enumerate(days)}
    unit = float(10**PRICE_DIGITS)
    gaps = array("d", [nan]) * len(days)
    closes: dict[SecurityId, array[float]] = {}
    for security_id, on, value in rows:
        series = closes.get(security_id)
        if series is None:
            series = closes[security_id] = gaps[:]
        series[place[on]] = value / unit
    return PriceHistory(
        tuple(closes),
        tuple(date.fromisoformat(on).toordinal() for on in days),
        tuple(closes.values()),
    )

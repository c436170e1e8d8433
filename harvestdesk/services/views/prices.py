"""Each security's last price: how much, of which day, from where, and whether it is too old."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.snapshot import HouseholdSnapshot


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One security and its last price.

    Attributes:
        price, on: None where there is no price at all.
        days: days between the price and the day of view, None without a price.
        source: where the price came from, as it was stored.
        held: dollars of it in the household.
        stale: older than four days on the day of view, or missing although it is held.
    """

    security_id: SecurityId
    symbol: str
    name: str
    price: Decimal | None
    on: date | None
    days: int | None
    source: str
    held: Decimal
    stale: bool


def price_rows(snapshot: HouseholdSnapshot) -> tuple[PriceRow, ...]:
    """Return the last price of every security: stale ones first, then by symbol."""
    shares: defaultdict[SecurityId, Decimal] = defaultdict(lambda: ZERO)
    for lot in snapshot.lots:
        shares[lot.security_id] += lot.shares
    rows = [
        _row(snapshot, security.id, shares.get(security.id, ZERO))
        for security in snapshot.securities
    ]
    return tuple(sorted(rows, key=lambda r: (not r.stale, r.symbol)))


def _row(snapshot: HouseholdSnapshot, security_id: SecurityId, shares: Decimal) -> PriceRow:
    security = snapshot.security_by_id[security_id]
    price = snapshot.prices.get(security_id)
    return PriceRow(
        security_id=security_id,
        symbol=security.symbol,
        name=security.name,
        price=price.value if price else None,
        on=price.on if price else None,
        days=(snapshot.as_of - price.on).days if price else None,
        source=price.source if price else "",
        held=shares * price.value if price else ZERO,
        stale=price.is_stale(snapshot.as_of) if price else shares > 0,
    )

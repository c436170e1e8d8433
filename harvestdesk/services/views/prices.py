"""Each security's last price: how much, of which day, from where, and whether it is too old."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.risk.builtin_classes import is_cash
from harvestdesk.risk.returns import PriceFault, return_panel


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One security and its last price.

    Attributes:
        price, on: None where there is no price at all.
        days: days between the price and the day of view, None without a price.
        source: where the price came from, as it was stored.
        held: dollars of it in the household.
        stale: older than four days on the day of view, or missing although it is held.
        faults: what looked wrong in the price history, as risk sees it; nothing for cash.
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
    faults: tuple[PriceFault, ...] = ()


def price_rows(snapshot: HouseholdSnapshot) -> tuple[PriceRow, ...]:
    """Return the last price of every security: stale ones first, then by symbol."""
    shares: defaultdict[SecurityId, Decimal] = defaultdict(lambda: ZERO)
    for lot in snapshot.lots:
        shares[lot.security_id] += lot.shares
    faults = price_faults(snapshot)
    rows = [
        replace(
            _row(snapshot, security.id, shares.get(security.id, ZERO)),
            faults=() if is_cash(security) else faults.get(security.id, ()),
        )
        for security in snapshot.securities
    ]
    return tuple(sorted(rows, key=lambda r: (not r.stale, r.symbol)))


def price_faults(snapshot: HouseholdSnapshot) -> dict[SecurityId, tuple[PriceFault, ...]]:
    """Return what looked wrong in the prices risk is measured on, by security."""
    found: defaultdict[SecurityId, tuple[PriceFault, ...]] = defaultdict(tuple)
    for fault in return_panel(snapshot.history, snapshot.as_of, snapshot.risk).faults:
        found[fault.security_id] += (fault,)
    return dict(found)


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

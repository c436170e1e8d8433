"""Which long-term gains to take: the highest gain a dollar first, whole steps of the broker, never above the room.

As much gain as the room holds for the least turnover is a knapsack whose pieces can be cut, so that taking them
in this order is best; only shares that can't be halved, and the smallest order, leave something over.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from harvestdesk.domain.account import Account
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.trades import booked
from harvestdesk.optimize.unspent import share_step

Order = tuple[AccountId, SecurityId]


@dataclass(frozen=True, slots=True)
class GainLot:
    """Shares of a lot at a long-term gain that may be sold and bought back.

    Attributes:
        shares: in the broker's steps; `step` is one of them.
    """

    lot: TaxLot
    price: Decimal
    shares: Decimal
    step: Decimal

    @property
    def order(self) -> Order:
        """Account and security: what is sold together is one order."""
        return self.lot.account_id, self.lot.security_id

    def gain(self, shares: Decimal) -> Decimal:
        """Return the gain of so many shares as it is booked, in dollars."""
        proceeds, basis = booked(self.lot, shares, self.price)
        return proceeds - basis

    @property
    def part(self) -> Decimal:
        """Gain per dollar sold."""
        return self.gain(self.shares) / (self.shares * self.price)


@dataclass(frozen=True, slots=True)
class GainLimits:
    """Dollars of gain and of sales at most, the smallest and the most orders, and shares by security."""

    gain: Decimal
    sold: Decimal | None = None
    min_trade: Decimal = ZERO
    orders: int | None = None
    volume: Mapping[SecurityId, Decimal] | None = None


def gain_lot(lot: TaxLot, price: Decimal, account: Account) -> GainLot | None:
    """Return what of a lot can be sold and bought back; None where that is less than a share."""
    step = share_step(account)
    shares = _whole(lot.shares, step)
    return GainLot(lot, price, shares, step) if shares > 0 else None


def gain_lots(snapshot: HouseholdSnapshot, left: Collection[LotId]) -> tuple[GainLot, ...]:
    """Return the lots that are not left alone, the highest gain a dollar first."""
    prices, accounts = snapshot.prices.prices, snapshot.account_by_id
    found = (
        gain_lot(x, prices[x.security_id].value, accounts[x.account_id])
        for x in snapshot.lots
        if x.id not in left
    )
    return tuple(sorted((x for x in found if x is not None), key=lambda g: (-g.part, g.lot.id)))


def chosen(lots: Sequence[GainLot], limits: GainLimits) -> dict[LotId, Decimal]:
    """Return the shares of each lot to sell; `lots` come in the order they are wanted in."""
    open_to = tuple(lots)
    while True:
        taken = _filled(open_to, limits)
        sold = _orders(open_to, taken)
        small = [o for o, dollars in sold.items() if dollars < limits.min_trade]
        over = 0 if limits.orders is None else len(sold) - limits.orders
        if small:
            out = {small[-1]}
        elif over > 0:
            gains = _gains(open_to)
            out = set(sorted(sold, key=lambda o: (gains[o], o))[:over])
        else:
            return taken
        open_to = tuple(x for x in open_to if x.order not in out)


def best_gain(lots: Sequence[GainLot], limits: GainLimits) -> Decimal:
    """Return dollars of gain no choice exceeds: shares could be cut, and orders were as many and small as wanted."""
    gain, sold = ZERO, ZERO
    for x in lots:
        dollars = x.shares * x.price
        if limits.sold is not None:
            dollars = min(dollars, limits.sold - sold)
        gain += x.gain(x.shares) * dollars / (x.shares * x.price)
        sold += dollars
    return min(gain, limits.gain)


def _filled(lots: Sequence[GainLot], limits: GainLimits) -> dict[LotId, Decimal]:
    taken: dict[LotId, Decimal] = {}
    gain, sold = ZERO, ZERO
    volume = dict(limits.volume or {})
    for x in lots:
        shares = _fitting(x, limits.gain - gain)
        if limits.sold is not None:
            shares = min(shares, _whole((limits.sold - sold) / x.price, x.step))
        security_id = x.lot.security_id
        if security_id in volume:
            shares = min(shares, _whole(volume[security_id], x.step))
            volume[security_id] -= max(ZERO, shares)
        if shares > 0:
            taken[x.lot.id] = shares
            gain += x.gain(shares)
            sold += shares * x.price
    return taken


def _fitting(x: GainLot, room: Decimal) -> Decimal:
    """Return as many shares as have no more gain than there is room for, cents of booking included."""
    whole = x.gain(x.shares)
    if whole <= room:
        return x.shares
    shares = _whole(max(ZERO, room) / whole * x.shares, x.step)
    while shares > 0 and x.gain(shares) > room:
        shares -= x.step
    return shares


def _orders(lots: Sequence[GainLot], taken: Mapping[LotId, Decimal]) -> dict[Order, Decimal]:
    """Return the dollars of each order, in the order they were taken."""
    found: dict[Order, Decimal] = {}
    for x in lots:
        if x.lot.id in taken:
            found[x.order] = found.get(x.order, ZERO) + taken[x.lot.id] * x.price
    return found


def _gains(lots: Sequence[GainLot]) -> dict[Order, Decimal]:
    found: dict[Order, Decimal] = {}
    for x in lots:
        found[x.order] = found.get(x.order, ZERO) + x.gain(x.shares)
    return found


def _whole(shares: Decimal, step: Decimal) -> Decimal:
    return (shares / step).to_integral_value(ROUND_FLOOR) * step

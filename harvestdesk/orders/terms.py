"""How orders are to be worked: market, or a limit some distance from the plan's price."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from enum import StrEnum

from harvestdesk.domain.money import CENT
from harvestdesk.domain.security import SecurityKind
from harvestdesk.orders.ticket import Order, Side

_SUB_DOLLAR_TICK = Decimal("0.0001")
"""Tick of prices below one dollar (Rule 612 of Regulation NMS)."""


class OrderType(StrEnum):
    """Order types in the brokers' common spelling."""

    MARKET = "MKT"
    LIMIT = "LMT"


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """Order type, time in force, and how far a limit stands from the plan's price, in basis points."""

    type: OrderType = OrderType.MARKET
    time_in_force: str = "DAY"
    limit_distance_bp: Decimal = Decimal(50)

    def type_of(self, order: Order) -> OrderType:
        """Return the type of one order: mutual funds only trade at the day's net asset value."""
        return OrderType.MARKET if order.kind is SecurityKind.MUTUAL_FUND else self.type

    def limit_price(self, order: Order) -> Decimal | None:
        """Return the limit in dollars, on a tick and never tighter than asked, or None for market."""
        if self.type_of(order) is OrderType.MARKET:
            return None
        distance = self.limit_distance_bp / 10_000
        is_sale = order.side is Side.SELL
        price = order.price * (1 - distance if is_sale else 1 + distance)
        tick = CENT if price >= 1 else _SUB_DOLLAR_TICK
        return price.quantize(tick, rounding=ROUND_DOWN if is_sale else ROUND_UP)


MARKET_DAY = OrderTerms()
"""Market orders good for the day."""

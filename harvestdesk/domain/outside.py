"""What the household owns elsewhere: not traded by any plan, but part of its risk."""

from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.ids import OutsideHoldingId, SecurityId


@dataclass(frozen=True, slots=True)
class OutsideHolding:
    """A workplace plan that is not imported, vested stock, a trust, a house by its proxy.

    Attributes:
        security_id: what it is; its class and sector are enough where there is no price history.
        value: dollars, not negative.
    """

    id: OutsideHoldingId
    security_id: SecurityId
    value: Decimal
    note: str = ""

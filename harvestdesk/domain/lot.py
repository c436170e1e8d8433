"""Tax lots: shares bought together, with what they cost and since when they are held."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.money import ZERO


class Term(StrEnum):
    """Holding period class of a sale (IRC §1222)."""

    SHORT = "short"
    LONG = "long"


class LotSource(StrEnum):
    """How the shares of a lot came in."""

    BUY = "buy"
    RECURRING = "recurring"
    DRIP = "drip"
    VEST = "vest"
    TRANSFER = "transfer_in"
    GIFT = "gift_in"
    INHERITED = "inherit"
    OPENING = "opening_lot"
    POSITION = "position"
    """Only a position was reported: no acquisition date, so it can be shown but never planned."""


ACQUIRING = frozenset({LotSource.BUY, LotSource.RECURRING, LotSource.DRIP, LotSource.VEST})
"""Sources that are acquisitions in the sense of IRC §1091(a)."""

BOUGHT_IF_RECENT = ACQUIRING | {LotSource.TRANSFER}
"""Lots whose acquired date is that of a purchase: moving shares between accounts undoes no purchase."""


@dataclass(frozen=True, slots=True)
class TaxLot:
    """One tax lot as it stands.

    Attributes:
        shares: shares left, positive.
        acquired_on: real trade date; None where only a position was reported.
        adjusted_acquired_on: date that counts for the term, moved back by tacking (IRC §1223(3)).
        cost_basis: original total cost of the shares left; None where the broker gave none.
        wash_added: disallowed losses added to the basis (IRC §1091(d)).
        purchase: key of the purchase order the lot came from (Rev. Rul. 56-602); empty: the lot itself.
        broker_ref: the broker's own lot id, for lot instructions.
        statement_on: date of the broker's lot file the lot was read from, or None if rebuilt.
        from_decedent: came of inherited shares, handed out on them or tacked to them; `source` tells of
            those themselves.
    """

    id: LotId
    account_id: AccountId
    security_id: SecurityId
    shares: Decimal
    acquired_on: date | None
    adjusted_acquired_on: date | None
    cost_basis: Decimal | None
    wash_added: Decimal = ZERO
    source: LotSource = LotSource.BUY
    purchase: str = ""
    broker_ref: str = ""
    statement_on: date | None = None
    from_decedent: bool = False

    @property
    def always_long(self) -> bool:
        """True where a sale is long-term whatever the dates (IRC §1223(9))."""
        return self.from_decedent or self.source is LotSource.INHERITED

    @property
    def adjusted_basis(self) -> Decimal | None:
        """Total adjusted basis in dollars: cost plus disallowed losses, or None if unknown."""
        return None if self.cost_basis is None else self.cost_basis + self.wash_added

    @property
    def basis_per_share(self) -> Decimal | None:
        """Adjusted basis per share in dollars, unrounded, or None if unknown."""
        basis = self.adjusted_basis
        return None if basis is None or self.shares == 0 else basis / self.shares

    def gain_at(self, price: Decimal) -> Decimal | None:
        """Unrealised gain in dollars of the whole lot at `price` per share (negative: a loss)."""
        basis = self.adjusted_basis
        return None if basis is None else self.shares * price - basis

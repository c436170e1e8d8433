"""The immutable ledger: what happened, as the broker reported it. Corrections supersede."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.ids import AccountId, LotId, SecurityId, TransactionId
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.money import ZERO


class TransactionType(StrEnum):
    """What a ledger row does to shares, basis and cash."""

    BUY = "buy"
    RECURRING = "recurring"
    DRIP = "drip"
    VEST = "vest"
    OPENING_LOT = "opening_lot"
    TRANSFER_IN = "transfer_in"
    GIFT_IN = "gift_in"
    INHERIT = "inherit"
    SELL = "sell"
    TRANSFER_OUT = "transfer_out"
    SPLIT = "split"
    RETURN_OF_CAPITAL = "roc"
    SPIN_OFF = "spin_off"
    """Shares of another company handed out; a part of the basis goes with them (IRC §358(b)(2))."""
    MERGER = "merger"
    """Shares exchanged for another company's, cash perhaps besides (IRC §354, §356)."""
    SYMBOL_CHANGE = "symbol_change"
    SHORT_SALE = "short_sale"
    SHORT_COVER = "short_cover"
    """Shares bought to close a short sale (IRC §1233)."""
    DIVIDEND = "dividend"
    CAPITAL_GAIN_SHORT = "capital_gain_short"
    CAPITAL_GAIN_LONG = "capital_gain_long"
    INTEREST = "interest"
    FEE = "fee"
    TAX = "tax"
    CASH = "cash"
    """Money in or out: deposits, withdrawals, journals."""
    OTHER = "other"
    """Kept with its text; changes neither lots nor windows."""


ACQUISITIONS = frozenset(
    {TransactionType.BUY, TransactionType.RECURRING, TransactionType.DRIP, TransactionType.VEST}
)
"""Acquisitions in the sense of IRC §1091(a)."""

ADDS_SHARES = ACQUISITIONS | {
    TransactionType.OPENING_LOT,
    TransactionType.TRANSFER_IN,
    TransactionType.GIFT_IN,
    TransactionType.INHERIT,
}

PASSES_SHARES = frozenset(
    {TransactionType.SPIN_OFF, TransactionType.MERGER, TransactionType.SYMBOL_CHANGE}
)
"""Corporate actions by which shares become, or bring, those of another security."""

SHORT_TYPES = frozenset({TransactionType.SHORT_SALE, TransactionType.SHORT_COVER})

LOT_SOURCES: Mapping[TransactionType, LotSource] = {
    TransactionType.BUY: LotSource.BUY,
    TransactionType.RECURRING: LotSource.RECURRING,
    TransactionType.DRIP: LotSource.DRIP,
    TransactionType.VEST: LotSource.VEST,
    TransactionType.OPENING_LOT: LotSource.OPENING,
    TransactionType.TRANSFER_IN: LotSource.TRANSFER,
    TransactionType.GIFT_IN: LotSource.GIFT,
    TransactionType.INHERIT: LotSource.INHERITED,
}
"""What the lot of a row that adds shares says of where they came from."""


@dataclass(frozen=True, slots=True)
class LotPick:
    """Shares a sale takes from one named lot."""

    lot_id: LotId
    shares: Decimal


@dataclass(frozen=True, slots=True)
class Transaction:
    """One row of the ledger.

    Attributes:
        on: trade date.
        shares: positive for every type; the type gives the direction. For SPLIT: shares added.
        amount: dollars, positive: total cost with fees (acquisitions), net proceeds (sales), the
            amount itself (dividends, interest); negative only for CASH, FEE and TAX going out.
        fees: commissions inside `amount`, for information.
        acquired_on: original date of shares that came in with their history.
        lot_id: the lot an acquisition creates; empty: named after the transaction.
        purchase: key of the purchase order (Rev. Rul. 56-602); empty: the lot itself.
        ratio: for SPLIT shares after for one before; for SPIN_OFF, MERGER and SYMBOL_CHANGE shares of
            `other_security_id` for one share.
        other_security_id: what shares become, or the company spun off.
        basis_fraction: part of the basis that goes to the shares spun off (Form 8937), 0 to 1.
        picks: lots named by a sale; empty: the relief method decides.
        relief: override of the account's relief method for this sale.
        broker_ref: the broker's id of the row, if any.
        note: the broker's own words.
    """

    id: TransactionId
    on: date
    type: TransactionType
    account_id: AccountId
    security_id: SecurityId | None = None
    shares: Decimal = ZERO
    amount: Decimal = ZERO
    fees: Decimal = ZERO
    acquired_on: date | None = None
    lot_id: LotId | None = None
    purchase: str = ""
    picks: tuple[LotPick, ...] = ()
    relief: ReliefMethod | None = None
    ratio: Decimal | None = None
    broker_ref: str = ""
    note: str = ""
    other_security_id: SecurityId | None = None
    basis_fraction: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ScheduledPurchase:
    """A purchase expected in the future: recurring order, dividend reinvestment or vest.

    Attributes:
        type: RECURRING, DRIP or VEST.
        next_on: next expected date.
        every_days: days between repeats; 0 for a single event, 30 stands for monthly.
        until: last day, or None.
        confirmed: told by the person or the broker; False: inferred from history.
    """

    id: str
    type: TransactionType
    account_id: AccountId
    security_id: SecurityId
    next_on: date
    every_days: int = 0
    until: date | None = None
    shares: Decimal = ZERO
    amount: Decimal = ZERO
    confirmed: bool = True
    note: str = ""

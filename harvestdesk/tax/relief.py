"""Relief methods: which lots a sale takes when the seller names none (Reg. 1.1012-1(c)).

Each method is one sort key over lots; the lowest key is sold first, ties go to the earlier purchase.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.lot import TaxLot, Term
from harvestdesk.domain.money import ZERO
from harvestdesk.tax.holding_period import lot_term


class Sellable(Protocol):
    """What a relief method looks at: a tax lot, or shares of one."""

    @property
    def acquired_on(self) -> date | None:
        """Real acquisition date."""

    @property
    def adjusted_acquired_on(self) -> date | None:
        """Date that counts for the term."""

    @property
    def basis_per_share(self) -> Decimal | None:
        """Adjusted basis per share in dollars; None if unknown."""

    @property
    def always_long(self) -> bool:
        """From a decedent: long-term whatever the dates."""


SortKey = Callable[[Sellable, date, Decimal], tuple[Decimal | int, ...]]


def _acquired(lot: Sellable) -> int:
    """Return the ordinal of the real acquisition date; lots without one count as oldest."""
    return lot.acquired_on.toordinal() if lot.acquired_on else 0


def _basis(lot: Sellable) -> Decimal:
    """Return the basis per share; what differs in the tenth place differs by a division only."""
    return round(lot.basis_per_share or ZERO, 9)


def _fifo(lot: Sellable, _on: date, _price: Decimal) -> tuple[Decimal | int, ...]:
    """First in, first out: the default of Reg. 1.1012-1(c)(1)."""
    return (_acquired(lot),)


def _lifo(lot: Sellable, _on: date, _price: Decimal) -> tuple[Decimal | int, ...]:
    """Last in, first out."""
    return (-_acquired(lot),)


def _hifo(lot: Sellable, _on: date, _price: Decimal) -> tuple[Decimal | int, ...]:
    """Highest adjusted basis per share first."""
    return (-_basis(lot), _acquired(lot))


def _lofo(lot: Sellable, _on: date, _price: Decimal) -> tuple[Decimal | int, ...]:
    """Lowest adjusted basis per share first."""
    return (_basis(lot), _acquired(lot))


def _is_long(lot: Sellable, on: date) -> bool:
    return lot_term(lot, on) is Term.LONG


def _tax_order(lot: Sellable, on: date, price: Decimal) -> tuple[Decimal | int, ...]:
    """Brokers' tax-optimising order: short losses, long losses, long gains, short gains.

    Inside a group the largest loss, or the smallest gain, per share goes first. Brokers publish this
    order in words only; it uses no tax rates.
    """
    gain = price - _basis(lot)
    long_term = _is_long(lot, on)
    group = (1 if long_term else 0) if gain < 0 else (2 if long_term else 3)
    return (group, gain, _acquired(lot))


def _max_loss(lot: Sellable, on: date, price: Decimal) -> tuple[Decimal | int, ...]:
    """Largest loss per share first; at equal loss short-term before long-term."""
    return (price - _basis(lot), int(_is_long(lot, on)), _acquired(lot))


SORT_KEYS: dict[ReliefMethod, SortKey] = {
    ReliefMethod.FIFO: _fifo,
    ReliefMethod.LIFO: _lifo,
    ReliefMethod.HIFO: _hifo,
    ReliefMethod.LOFO: _lofo,
    # No lot was named although the account asks for it: the regulation falls back to FIFO.
    ReliefMethod.SPECIFIC: _fifo,
    ReliefMethod.MIN_TAX: _tax_order,
    ReliefMethod.TAX_ORDER: _tax_order,
    # Average cost: shares leave in the order they came (Reg. 1.1012-1(e)(7)(iii)).
    ReliefMethod.AVERAGE: _fifo,
    ReliefMethod.MAX_LOSS: _max_loss,
}


def order_lots(
    lots: Sequence[TaxLot], method: ReliefMethod, on: date, price: Decimal
) -> list[TaxLot]:
    """Return `lots` in the order a sale on `on` at `price` dollars per share takes them."""
    key = SORT_KEYS[method]
    return sorted(lots, key=lambda lot: key(lot, on, price))

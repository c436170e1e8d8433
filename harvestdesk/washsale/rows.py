"""Rows of Form 8949 and lots left, made from parts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from harvestdesk.domain.frozen import maker_of
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.tax.holding_period import term_of
from harvestdesk.washsale.events import (
    Exchange,
    LedgerLot,
    ReturnOfCapital,
    SaleSlice,
    Sell,
)
from harvestdesk.washsale.holdings import OpenLot, Part
from harvestdesk.washsale.units import from_units, share_of, shares_from_units, to_units

_slice = maker_of(SaleSlice)


def slice_of(  # noqa: PLR0913 - one row's facts
    event: Sell | ReturnOfCapital | Exchange,
    part: Part,
    quantity: int,
    proceeds: int,
    basis: int,
    added: int,
    *,
    replaced_by: OpenLot | None = None,
    permanent: bool = False,
    kind: str = "sale",
    terms: tuple[Term | None, Term | None] = (None, None),
) -> SaleSlice:
    """Return the row of shares sold; `terms` override that of a gain and of a loss."""
    lot = part.lot
    gain = proceeds - basis - added
    acquired = lot.acquired_on
    adjusted = acquired if part.adjusted == lot.acquired else date.fromordinal(part.adjusted)
    term = terms[0] if gain >= 0 else terms[1]
    if term is None:
        term = Term.LONG if part.always_long else term_of(adjusted, event.on)
    cost, result = from_units(basis), from_units(gain)
    return _slice(
        event.id, lot.id, lot.account, lot.symbol, shares_from_units(quantity), acquired, adjusted, event.on,
        from_units(proceeds), from_units(basis + added) if added else cost, cost, result,
        ZERO if replaced_by is None else result.copy_negate(), result if replaced_by is None else ZERO, term,
        None if replaced_by is None else replaced_by.id,
        permanent, kind, lot.basis_known,
    )  # fmt: skip


def ledger_lot(part: Part) -> LedgerLot:
    """Return a part as a lot left."""
    lot = part.lot
    return LedgerLot(
        lot.id, lot.account, lot.symbol, from_units(part.quantity),
        lot.acquired_on, date.fromordinal(part.adjusted),
        from_units(part.basis), from_units(part.added), part.used, part.replaces,
        lot.sheltered, lot.basis_known, part.always_long,
    )  # fmt: skip


def with_added_basis(row: SaleSlice, quantity: int, loss: int) -> tuple[SaleSlice, SaleSlice]:
    """Split a row: the shares left as they were, and `quantity` shares with `loss` in their basis."""
    held = to_units(row.quantity)

    def cut(value: Decimal) -> int:
        return share_of(to_units(value), quantity, held)

    part = replace(
        row,
        quantity=from_units(quantity),
        proceeds=from_units(cut(row.proceeds)),
        basis=from_units(cut(row.basis) + loss),
        original_basis=from_units(cut(row.original_basis)),
        gain=from_units(cut(row.gain) - loss),
        disallowed=from_units(cut(row.disallowed)),
        recognized=from_units(cut(row.recognized) - loss),
    )
    rest = replace(
        row,
        quantity=row.quantity - part.quantity,
        proceeds=row.proceeds - part.proceeds,
        basis=row.basis - from_units(cut(row.basis)),
        original_basis=row.original_basis - part.original_basis,
        gain=row.gain - from_units(cut(row.gain)),
        disallowed=row.disallowed - part.disallowed,
        recognized=row.recognized - from_units(cut(row.recognized)),
    )
    return rest, part

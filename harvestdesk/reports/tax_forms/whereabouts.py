"""Where a disallowed loss is now: in the basis of shares held, gone with shares sold, or lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.money import ZERO, cents
from harvestdesk.washsale.audit import WashEntry
from harvestdesk.washsale.events import LedgerLot, SaleSlice


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the dollars of one disallowed loss are; `open` and `out` add up to it unless it is permanent.

    Attributes:
        open: in the basis of `open_shares` shares still held, which count as held from `held_since`.
        out: left with shares of the lot sold on `sold_on` (or moved out of the file).
        washed_again: sales of these shares whose own loss was disallowed in turn.
    """

    permanent: bool = False
    open: Decimal = ZERO
    open_shares: Decimal = ZERO
    held_since: date | None = None
    out: Decimal = ZERO
    sold_on: tuple[date, ...] = ()
    washed_again: tuple[str, ...] = ()


def whereabouts_of(
    entry: WashEntry, lots: Sequence[LedgerLot], history: Sequence[SaleSlice]
) -> Whereabouts:
    """Return where the loss of an entry is, as the ledger ends."""
    if entry.permanent:
        return Whereabouts(permanent=True)
    loss = cents(entry.loss)
    held = [lot for lot in lots if lot.lot == entry.replaced_by and entry.sale in lot.replaces]
    waiting = min(loss, cents(sum((lot.wash_added for lot in held), ZERO)))
    sold = [
        s
        for s in history
        if s.lot == entry.replaced_by and s.sold >= entry.sold_on and s.basis > s.original_basis
    ]
    out = loss - waiting
    return Whereabouts(
        open=waiting,
        open_shares=sum((lot.quantity for lot in held), ZERO),
        held_since=min((lot.adjusted_acquired for lot in held), default=None),
        out=out,
        sold_on=tuple(sorted({s.sold for s in sold})) if out else (),
        washed_again=tuple(sorted({s.sale for s in sold if s.replaced_by})) if out else (),
    )

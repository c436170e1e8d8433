"""Where a disallowed loss is now: in the basis of shares held, gone with shares sold, or lost."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.money import ZERO, cents
from harvestdesk.reports.tax_forms.sales import TaxSale
from harvestdesk.washsale.audit import WashEntry
from harvestdesk.washsale.events import LedgerLot, SaleSlice


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the dollars of one disallowed loss are; `open` and `out` add up to it unless it is permanent.

    Attributes:
        loss: the dollars, to the cent.
        open: in the basis of `open_shares` shares still held, which count as held from `held_since`.
        out: left with shares of the lot sold on `sold_on` (or moved out of the file).
        washed_again: sales of these shares whose own loss was disallowed in turn.
    """

    loss: Decimal = ZERO
    permanent: bool = False
    open: Decimal = ZERO
    open_shares: Decimal = ZERO
    held_since: date | None = None
    out: Decimal = ZERO
    sold_on: tuple[date, ...] = ()
    washed_again: tuple[str, ...] = ()


def losses_in_cents(entries: Sequence[WashEntry], rows: Sequence[TaxSale]) -> list[Decimal]:
    """Return the loss of each entry to the cent, so that those of a sale and lot add up to its column (g)."""
    due: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        due[row.sale, row.lot] += row.adjustment
    last = {(entry.sale, entry.lot): n for n, entry in enumerate(entries)}
    made: list[Decimal] = []
    for n, entry in enumerate(entries):
        key = (entry.sale, entry.lot)
        amount = due[key] if last[key] == n and due[key] > 0 else cents(entry.loss)
        due[key] -= amount
        made.append(amount)
    return made


def whereabouts_of(
    entry: WashEntry,
    loss: Decimal,
    lots: Sequence[LedgerLot],
    history: Sequence[SaleSlice],
) -> Whereabouts:
    """Return where the `loss` of an entry is, as the ledger ends."""
    if entry.permanent:
        return Whereabouts(loss, permanent=True)
    held = [lot for lot in lots if lot.lot == entry.replaced_by and entry.sale in lot.replaces]
    waiting = min(loss, cents(sum((lot.wash_added for lot in held), ZERO)))
    sold = [
        s
        for s in history
        if s.lot == entry.replaced_by and s.sold >= entry.sold_on and s.basis > s.original_basis
    ]
    out = loss - waiting
    return Whereabouts(
        loss,
        open=waiting,
        open_shares=sum((lot.quantity for lot in held), ZERO),
        held_since=min((lot.adjusted_acquired for lot in held), default=None),
        out=out,
        sold_on=tuple(sorted({s.sold for s in sold})) if out else (),
        washed_again=tuple(sorted({s.sale for s in sold if s.replaced_by})) if out else (),
    )

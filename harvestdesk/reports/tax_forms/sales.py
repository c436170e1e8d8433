"""Rows of Form 8949 from the ledger's sale slices: to the cent, each with its box and what decided it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import LotSource, Term
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.security import SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.tax_forms.boxes import DIGITAL_BOXES_FROM, Box, box_of
from harvestdesk.reports.tax_forms.covered import Origin, Reporting, Standing, standing_of
from harvestdesk.reports.tax_forms.origins import LotOrigins, lot_origins
from harvestdesk.washsale.events import SaleSlice
from harvestdesk.washsale.sale_rows import SaleRow, sale_rows

DISTRIBUTION = "roc_excess"
"""Kind of a slice that is no sale: a distribution beyond the basis (IRC §301(c)(3))."""
MERGER_CASH = "merger_boot"
"""Cash beside new shares in a merger (IRC §356)."""
SHORT_SALE = "short"
"""A short sale bought to cover: acquired and sold on the day it was closed (Instructions for Form 8949)."""


@dataclass(frozen=True, slots=True)
class TaxSale:
    """One row of Form 8949; dollars to the cent, `gain` = proceeds - basis + adjustment.

    Attributes:
        number: place on the page, from 1.
        acquired_on: trade date, column (b); None where nobody told it.
        adjusted_on: date the term goes by (tacking, IRC §1223(3)); None where no date is known.
        basis: column (e), earlier wash additions included; None where the cost isn't known.
        original_basis: the same without wash additions.
        adjustment: column (g), disallowed loss, never negative.
        gain: column (h); None where the basis isn't known.
        permanent: part of the adjustment that is lost for good (Rev. Rul. 2008-5).
        hidden: part of the adjustment the broker can't know of: its replacement is in another account,
            or is another security (Reg. 1.6045-1(d)(6)(iii)).
        hidden_basis: part of the basis that came from such a sale.
        replaced_by: lots the disallowed loss went to.
    """

    sale: str
    lot: str
    account_id: AccountId
    security_id: SecurityId
    shares: Decimal
    acquired_on: date | None
    adjusted_on: date | None
    sold_on: date
    proceeds: Decimal
    basis: Decimal | None
    original_basis: Decimal | None
    adjustment: Decimal
    gain: Decimal | None
    term: Term
    standing: Standing
    kind: str = "sale"
    security_kind: SecurityKind = SecurityKind.STOCK
    source: LotSource = LotSource.BUY
    permanent: Decimal = ZERO
    hidden: Decimal = ZERO
    hidden_basis: Decimal = ZERO
    replaced_by: tuple[str, ...] = ()
    number: int = 0

    @property
    def code(self) -> str:
        """Column (f)."""
        return "W" if self.adjustment > 0 else ""

    @property
    def box(self) -> Box:
        """The box the row belongs under."""
        is_digital = self.security_kind is SecurityKind.CRYPTO
        digital = is_digital and self.sold_on.year >= DIGITAL_BOXES_FROM
        return box_of(self.standing.reporting, self.term, digital=digital)

    @property
    def is_inherited(self) -> bool:
        """Column (b) reads INHERITED (Instructions for Form 8949)."""
        return self.source is LotSource.INHERITED


@dataclass(frozen=True, slots=True)
class TaxSales:
    """The rows of a year.

    Attributes:
        rows: those that are summed, by box, account, day of sale and security, numbered.
        unknown: those whose cost isn't known; never summed.
    """

    year: int
    rows: tuple[TaxSale, ...]
    unknown: tuple[TaxSale, ...] = ()

    def of_box(self, box: Box) -> tuple[TaxSale, ...]:
        """Return the rows under a box."""
        return tuple(row for row in self.rows if row.box is box)

    def boxes(self) -> tuple[Box, ...]:
        """Return the boxes that have rows: Part I first, each in the form's order."""
        used = {row.box for row in self.rows}
        return tuple(sorted(used, key=lambda box: (box.term is Term.LONG, box)))


@dataclass(frozen=True, slots=True)
class Sums:
    """Columns (d), (e), (g) and (h) added up."""

    rows: int
    proceeds: Decimal
    basis: Decimal
    adjustment: Decimal
    gain: Decimal


def sums_of(rows: Iterable[TaxSale]) -> Sums:
    """Return the sums of rows as they are printed, cent by cent."""
    listed = tuple(rows)
    return Sums(
        len(listed),
        sum((r.proceeds for r in listed), ZERO),
        sum((r.basis or ZERO for r in listed), ZERO),
        sum((r.adjustment for r in listed), ZERO),
        sum((r.gain or ZERO for r in listed), ZERO),
    )


def tax_sales(
    snapshot: HouseholdSnapshot,
    year: int,
    slices: Sequence[SaleSlice],
    unknown: Sequence[SaleSlice] = (),
    *,
    history: Sequence[SaleSlice] = (),
    per_lot: bool = True,
) -> TaxSales:
    """Return the rows of a year.

    Args:
        snapshot: the household.
        year: tax year.
        slices: the year's slices of taxable accounts whose basis is known.
        unknown: those whose basis isn't.
        history: slices of every year, to tell where the wash additions of a basis came from.
        per_lot: one row for each sale and lot with column (g) summed, as brokers report; False: one for
            each replacement.
    """
    origins = lot_origins(snapshot, (*slices, *unknown, *history))
    came_from = _hidden_sources(history or slices, origins)
    made = [
        _row(row, origins, came_from) for row in sale_rows((*slices, *unknown), per_lot=per_lot)
    ]
    rows = [row for row in made if row.basis is not None]
    apart = [row for row in made if row.basis is None]
    return TaxSales(
        year,
        _numbered(sorted(rows, key=lambda r: _place(snapshot, r)), 1),
        _numbered(sorted(apart, key=lambda r: _place(snapshot, r)), len(rows) + 1),
    )


def _numbered(rows: Iterable[TaxSale], first: int) -> tuple[TaxSale, ...]:
    return tuple(replace(row, number=n) for n, row in enumerate(rows, first))


def _place(snapshot: HouseholdSnapshot, row: TaxSale) -> tuple[object, ...]:
    accounts = list(snapshot.account_by_id)
    place = accounts.index(row.account_id) if row.account_id in accounts else len(accounts)
    security = snapshot.security_by_id.get(row.security_id)
    symbol = security.symbol if security else str(row.security_id)
    acquired = row.acquired_on or date.min
    return (row.term is Term.LONG, row.box, place, row.sold_on, symbol, acquired, row.sale, row.lot)


def _row(made: SaleRow, origins: LotOrigins, came_from: Mapping[str, bool]) -> TaxSale:
    first, known = made.first, made.basis_known
    origin = origins.of(first)
    washed = [p for p in made.parts if p.replaced_by is not None]
    hidden = [p for p in washed if _is_hidden(p, origins)]
    undated = origin.acquired_on is None and origin.source is not LotSource.INHERITED
    added = made.basis - made.original_basis
    return TaxSale(
        sale=first.sale,
        lot=first.lot,
        account_id=AccountId(first.account),
        security_id=SecurityId(first.symbol),
        shares=sum((p.quantity for p in made.parts), ZERO),
        acquired_on=origin.acquired_on,
        adjusted_on=None if undated else first.adjusted_acquired,
        sold_on=first.sold,
        proceeds=made.proceeds,
        basis=made.basis if known else None,
        original_basis=made.original_basis if known else None,
        adjustment=made.disallowed,
        gain=made.recognized if known else None,
        term=first.term,
        standing=_standing(origin, first),
        kind=first.kind,
        security_kind=origin.kind,
        source=origin.source,
        permanent=made.permanent,
        hidden=min(made.disallowed, cents(_disallowed(hidden))),
        hidden_basis=added if known and came_from.get(first.lot) else ZERO,
        replaced_by=tuple(dict.fromkeys(p.replaced_by for p in washed if p.replaced_by)),
    )


def _standing(origin: Origin, part: SaleSlice) -> Standing:
    if part.kind == DISTRIBUTION:
        return Standing(Reporting.NO_FORM, "distribution")
    found = standing_of(origin, part.sold)
    if part.kind == MERGER_CASH:
        return Standing(found.reporting, "merger_cash")
    if part.kind == SHORT_SALE and found.reporting is Reporting.REPORTED:
        return Standing(found.reporting, "short_sale")
    return found


def _disallowed(parts: Iterable[SaleSlice]) -> Decimal:
    return sum((p.disallowed for p in parts), ZERO)


def _is_hidden(part: SaleSlice, origins: LotOrigins) -> bool:
    """A broker matches within one account and one CUSIP only (Reg. 1.6045-1(d)(6)(iii))."""
    if part.replaced_by is None:
        return False
    return origins.home_of(part.replaced_by) != (part.account, part.symbol)


def _hidden_sources(slices: Iterable[SaleSlice], origins: LotOrigins) -> dict[str, bool]:
    """Return the lots whose basis took in a loss their broker can't know of."""
    return {
        part.replaced_by: True
        for part in slices
        if part.replaced_by is not None and not part.permanent and _is_hidden(part, origins)
    }

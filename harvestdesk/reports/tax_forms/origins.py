"""How the shares of each lot came in, as far as transactions and brokers' lots tell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.lot import LotSource
from harvestdesk.domain.security import SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import ADDS_SHARES, LOT_SOURCES, Transaction
from harvestdesk.reports.tax_forms.covered import Origin
from harvestdesk.washsale.events import SaleSlice
from harvestdesk.washsale.rebuild import PART_MARK, UNDATED

_DATED_ELSEWHERE = frozenset(
    {LotSource.OPENING, LotSource.TRANSFER, LotSource.GIFT, LotSource.INHERITED}
)
"""Shares that came in on another day than they were bought: without the original date there is none."""


@dataclass(frozen=True, slots=True)
class _Known:
    source: LotSource
    has_date: bool


@dataclass(frozen=True, slots=True)
class LotOrigins:
    """Origins by lot id; ids of parts of a lot are those of the lot."""

    kinds: Mapping[SecurityId, SecurityKind]
    _known: Mapping[str, _Known] = field(default_factory=dict)
    _homes: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def of(self, part: SaleSlice) -> Origin:
        """Return the origin of the shares of a slice."""
        known = self._known.get(part.lot, _Known(LotSource.BUY, has_date=True))
        has_date = known.has_date and part.acquired != UNDATED
        acquired: date | None = part.acquired if has_date else None
        kind = self.kinds.get(SecurityId(part.symbol), SecurityKind.STOCK)
        return Origin(kind, known.source, acquired, part.basis_known)

    def home_of(self, lot_id: str) -> tuple[str, str] | None:
        """Return account and security of a lot, or None where nothing is known of it any more."""
        return self._homes.get(lot_id)


def lot_origins(snapshot: HouseholdSnapshot, slices: Iterable[SaleSlice] = ()) -> LotOrigins:
    """Return the origins of a household's lots, sold ones included."""
    known: dict[str, _Known] = {}
    homes: dict[str, tuple[str, str]] = {}
    for part in slices:
        homes[part.lot] = (part.account, part.symbol)
    for row in snapshot.transactions:
        if row.type in ADDS_SHARES and row.security_id is not None:
            lot_id = str(row.lot_id or row.id)
            known[lot_id] = _told(row)
            homes[lot_id] = (row.account_id, row.security_id)
    for lot in (*snapshot.lots, *snapshot.statement_lots):
        lot_id = lot.id.partition(PART_MARK)[0]
        homes[lot_id] = (lot.account_id, lot.security_id)
        if lot.statement_on is not None or lot_id not in known:
            known[lot_id] = _Known(lot.source, has_date=lot.acquired_on is not None)
    return LotOrigins({s.id: s.kind for s in snapshot.securities}, known, homes)


def _told(row: Transaction) -> _Known:
    source = LOT_SOURCES[row.type]
    has_date = row.acquired_on is not None or source not in _DATED_ELSEWHERE
    return _Known(source, has_date)

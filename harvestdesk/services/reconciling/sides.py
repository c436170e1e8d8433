"""Rows of both sides in one form, so that they can be laid beside each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.reconciliation import ByTerm, SaleSide, SideTotals
from harvestdesk.importers.closed_lots.batch import ClosedLot
from harvestdesk.reports.tax_forms.sales import TaxSale
from harvestdesk.tax.holding_period import term_of

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Stated:
    """A broker's closed lot and the account and security it is of.

    Attributes:
        key: the security's id, or `?` and the broker's words where the household has no such security.
    """

    lot: ClosedLot
    file: str
    account_id: AccountId
    key: str
    symbol: str

    @property
    def term(self) -> Term | None:
        """The stated term, or the one of the stated dates."""
        lot = self.lot
        if lot.term is not None or lot.by_term is not None:
            return lot.term
        if lot.acquired is None:
            return None
        return term_of(lot.acquired, lot.sold) if lot.acquired <= lot.sold else Term.SHORT

    @property
    def security_id(self) -> SecurityId | None:
        """The security, if the household has it."""
        return None if self.key.startswith("?") else SecurityId(self.key)


def our_side(rows: Sequence[TaxSale]) -> SaleSide:
    """Return rows of Form 8949 added up."""
    known = [r for r in rows if r.basis is not None]
    whole = len(known) == len(rows)
    result = ByTerm()
    for row in known:
        result += ByTerm.of(row.term, row.gain or ZERO)
    return SaleSide(
        shares=sum((r.shares for r in rows), ZERO),
        sold=rows[0].sold_on,
        acquired=_only(r.acquired_on for r in rows),
        adjusted=_only(r.adjusted_on for r in rows),
        proceeds=sum((r.proceeds for r in rows), ZERO),
        basis=sum((r.basis or ZERO for r in known), ZERO) if whole else None,
        original_basis=sum((r.original_basis or ZERO for r in known), ZERO) if whole else None,
        disallowed=sum((r.adjustment for r in known), ZERO),
        result=result,
        term=_only(r.term for r in rows),
        rows=tuple(dict.fromkeys(r.lot for r in rows)),
        box=_only(r.box.value for r in rows) or "",
    )


def their_side(rows: Sequence[Stated], fallback: Term | None = None) -> SaleSide:
    """Return a broker's rows added up; `fallback` is the term of rows that tell none."""
    lots = [r.lot for r in rows]
    whole = all(x.basis is not None for x in lots)
    originals = [x.original_basis for x in lots]
    result = ByTerm()
    for row in rows:
        result += _result(row, fallback)
    return SaleSide(
        shares=sum((x.shares for x in lots), ZERO),
        sold=lots[0].sold,
        acquired=_only(x.acquired for x in lots),
        adjusted=None,
        proceeds=sum((cents(x.proceeds) for x in lots), ZERO),
        basis=sum((cents(x.basis or ZERO) for x in lots), ZERO) if whole else None,
        original_basis=(
            sum((cents(x or ZERO) for x in originals), ZERO)
            if all(x is not None for x in originals)
            else None
        ),
        disallowed=sum((cents(x.disallowed or ZERO) for x in lots), ZERO),
        result=result,
        term=_only(r.term for r in rows),
        rows=tuple(f"{r.file}:{r.lot.line}" for r in rows),
        box=_only(x.box for x in lots) or "",
        shows_wash=all(x.disallowed is not None for x in lots),
    )


def _result(row: Stated, fallback: Term | None) -> ByTerm:
    """Return what a row recognises; nothing where its basis isn't told."""
    lot = row.lot
    if lot.basis is None:
        return ByTerm()
    total = cents(lot.proceeds) - cents(lot.basis) + cents(lot.disallowed or ZERO)
    if lot.by_term is not None:
        short = cents(lot.by_term[0])
        return ByTerm(short, total - short)
    return ByTerm.of(row.term or fallback or Term.SHORT, total)


def _only(values: Iterable[Value]) -> Value | None:
    found = set(values)
    return found.pop() if len(found) == 1 else None


def totals_of(sides: Iterable[tuple[SaleSide, int]]) -> SideTotals:
    """Return the sums of sides, each with its number of rows."""
    total = SideTotals()
    for side, rows in sides:
        known = side.basis is not None
        total = SideTotals(
            total.rows + rows,
            total.proceeds + (side.proceeds if known else ZERO),
            total.basis + (side.basis or ZERO),
            total.disallowed + side.disallowed,
            total.result + side.result,
            total.unknown + (0 if known else rows),
        )
    return total


def close(one: Decimal | None, other: Decimal | None, tolerance: Decimal) -> bool:
    """True if two amounts are known and differ by rounding only."""
    return one is not None and other is not None and abs(one - other) <= tolerance


def days_apart(one: date, other: date) -> int:
    """Return how many calendar days lie between two days."""
    return abs((one - other).days)

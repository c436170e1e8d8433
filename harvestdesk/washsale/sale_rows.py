"""Sale slices as rows to the cent: the one place where a year's results are rounded.

A tax return adds up printed rows, so everything that speaks of a year does: forms, files, the Tax page,
plans. Proceeds of a sale's rows add up to what it brought; basis and column (g) are rounded row by row.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.washsale.events import SaleSlice


@dataclass(frozen=True, slots=True)
class SaleRow:
    """One row of Form 8949; dollars to the cent.

    Attributes:
        parts: the slices behind it, at least one.
        basis: column (e), earlier wash additions included; means nothing where it isn't known.
        original_basis: the same without wash additions.
        disallowed: column (g), never negative, never more than the loss.
        permanent: part of it that is lost for good (Rev. Rul. 2008-5).
    """

    parts: tuple[SaleSlice, ...]
    proceeds: Decimal
    basis: Decimal
    original_basis: Decimal
    disallowed: Decimal
    permanent: Decimal

    @property
    def first(self) -> SaleSlice:
        """The slice that tells sale, lot, dates, term and kind of all of them."""
        return self.parts[0]

    @property
    def term(self) -> Term:
        """Term of the row."""
        return self.first.term

    @property
    def basis_known(self) -> bool:
        """False where nobody reported the cost."""
        return self.first.basis_known

    @property
    def gain(self) -> Decimal:
        """Column (d) less column (e): before the wash-sale rule."""
        return self.proceeds - self.basis

    @property
    def recognized(self) -> Decimal:
        """Column (h)."""
        return self.gain + self.disallowed


def sale_rows(slices: Iterable[SaleSlice], *, per_lot: bool = True) -> tuple[SaleRow, ...]:
    """Return slices as rows, in their order.

    Args:
        slices: in the order of the ledger.
        per_lot: one row for each sale and lot with column (g) summed, as brokers report; False: one for
            each replacement.
    """
    groups = _grouped(slices, per_lot=per_lot)
    return tuple(
        _row(group, proceeds) for group, proceeds in zip(groups, _proceeds(groups), strict=True)
    )


def _grouped(slices: Iterable[SaleSlice], *, per_lot: bool) -> list[list[SaleSlice]]:
    """Return the slices that share a row.

    A loss and a gain of one lot (shares with different wash additions) stay apart: column (g) never
    exceeds the loss of its row.
    """
    groups: dict[tuple[object, ...], list[SaleSlice]] = defaultdict(list)
    for number, part in enumerate(slices):
        key: tuple[object, ...] = (number,)
        if per_lot:
            loss = part.gain < 0
            known = part.basis_known
            key = (part.sale, part.lot, part.adjusted_acquired, part.term, part.kind, loss, known)
        groups[key].append(part)
    return list(groups.values())


def _proceeds(groups: Iterable[Sequence[SaleSlice]]) -> list[Decimal]:
    """Return column (d) of each row, rounded so that the rows of a sale add up to what it brought."""
    exact: dict[str, Decimal] = defaultdict(Decimal)
    made: list[Decimal] = []
    for parts in groups:
        sale = parts[0].sale
        before = cents(exact[sale])
        exact[sale] += sum((p.proceeds for p in parts), ZERO)
        made.append(cents(exact[sale]) - before)
    return made


def _row(parts: Sequence[SaleSlice], proceeds: Decimal) -> SaleRow:
    basis = cents(sum((p.basis for p in parts), ZERO))
    known = parts[0].basis_known
    disallowed = _disallowed(parts, basis - proceeds) if known else ZERO
    permanent = sum((p.disallowed for p in parts if p.permanent), ZERO)
    return SaleRow(
        tuple(parts),
        proceeds,
        basis,
        cents(sum((p.original_basis for p in parts), ZERO)),
        disallowed,
        min(disallowed, cents(permanent)),
    )


def _disallowed(parts: Sequence[SaleSlice], loss: Decimal) -> Decimal:
    """Return column (g) to the cent: a loss washed whole leaves exactly zero in column (h)."""
    washed = sum((p.disallowed for p in parts), ZERO)
    if washed == 0 or loss <= 0:
        return ZERO
    exact_loss = -sum((p.gain for p in parts), ZERO)
    return loss if washed == exact_loss else min(cents(washed), loss)

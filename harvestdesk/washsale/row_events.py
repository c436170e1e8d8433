"""Rows of a household's ledger as events of the wash-sale ledger."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import TaxLot, Term
from harvestdesk.domain.money import ONE, ZERO
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.transaction import (
    ACQUISITIONS,
    ADDS_SHARES,
    LotPick,
    Transaction,
    TransactionType,
)
from harvestdesk.washsale.events import (
    Acquire,
    CashMerger,
    Distribution,
    Event,
    Exchange,
    Pick,
    ReturnOfCapital,
    Sell,
    ShortClose,
    ShortOpen,
    SpinOff,
    Split,
)
from harvestdesk.washsale.purchases import OPTION_SHARES

UNKNOWN_HERE = Fraction(0)
"""Ratio of an event whose new shares a broker's lot file tells of already: it makes none."""

_DISTRIBUTIONS = {
    TransactionType.CAPITAL_GAIN_SHORT: Term.SHORT,
    TransactionType.CAPITAL_GAIN_LONG: Term.LONG,
}
_BECOMES = frozenset({TransactionType.MERGER, TransactionType.SYMBOL_CHANGE})
_SHARES_PASS = _BECOMES | {TransactionType.SPIN_OFF}


class RowEvents:
    """Turns rows, given in order of time, into events.

    Where a broker's lot file of a later day covers a security of an account, its rows are left out:
    the file shows the lots after them.

    Attributes:
        problems: rows that lack what their event needs.
    """

    def __init__(
        self,
        statement_lots: Iterable[TaxLot],
        securities: Iterable[Security],
        *,
        distributions: bool = False,
    ) -> None:
        known = tuple(securities)
        self._options = {s.id for s in known if s.kind is SecurityKind.OPTION}
        self._symbols = {s.id: s.symbol for s in known}
        self._held: dict[tuple[AccountId, SecurityId], Decimal] = defaultdict(Decimal)
        self._covered: dict[tuple[AccountId, SecurityId], date] = {}
        self._distributions = distributions
        self.problems: list[Problem] = []
        for lot in statement_lots:
            holding = (lot.account_id, lot.security_id)
            self._held[holding] += lot.shares
            last = lot.statement_on or date.max
            self._covered[holding] = max(self._covered.get(holding, date.min), last)

    def of(self, row: Transaction) -> Event | None:
        """Return the event of a row, or None for cash and for what a lot file covers."""
        security_id = row.security_id
        if security_id is None:
            return None
        if row.type in _DISTRIBUTIONS:
            return self._distribution(row, security_id)
        covered = self._is_covered(row, security_id)
        if row.other_security_id is not None and row.type in _SHARES_PASS:
            return self._pass(row, security_id, row.other_security_id, covered=covered)
        if covered:
            return None
        if row.type in ADDS_SHARES:
            self._held[row.account_id, security_id] += row.shares
            return self._acquisition(row, security_id)
        return self._simple(row, security_id)

    def _simple(self, row: Transaction, security_id: SecurityId) -> Event | None:  # noqa: PLR0911 - one line a type
        kind = row.type
        if kind in {TransactionType.SELL, TransactionType.TRANSFER_OUT}:
            return self._sale(row, security_id)
        if kind is TransactionType.SPLIT:
            return self._split(row, security_id)
        if kind is TransactionType.RETURN_OF_CAPITAL:
            return ReturnOfCapital(row.id, row.on, row.account_id, security_id, row.amount)
        if kind is TransactionType.SHORT_SALE:
            return self._short_open(row, security_id)
        if kind is TransactionType.SHORT_COVER:
            return self._short_close(row, security_id)
        if kind is TransactionType.MERGER and row.shares == 0:
            return self._cash_merger(row, security_id)
        if kind in _SHARES_PASS:
            self._problem(row, "other_missing", "it isn't known which security the shares became")
        return None

    def _is_covered(self, row: Transaction, security_id: SecurityId) -> bool:
        last = self._covered.get((row.account_id, security_id))
        return last is not None and row.on <= last

    def _acquisition(self, row: Transaction, security_id: SecurityId) -> Acquire:
        return Acquire(
            row.id, row.on, row.account_id, security_id, row.shares, row.amount,
            row.lot_id or row.id,
            purchase=row.purchase,
            washing=row.type in ACQUISITIONS,
            acquired=row.acquired_on,
            shares_per_unit=OPTION_SHARES if security_id in self._options else ONE,
            # Shares that come in without a cost (a transfer, say) have an unknown basis, not a zero one.
            basis_known=row.amount != 0 or row.type in ACQUISITIONS,
            always_long=row.type is TransactionType.INHERIT,
        )  # fmt: skip

    def _sale(self, row: Transaction, security_id: SecurityId) -> Sell | None:
        self._held[row.account_id, security_id] -= row.shares
        if row.shares <= 0:
            return None
        return Sell(
            row.id, row.on, row.account_id, security_id, row.shares, row.amount,
            _picks(row.picks), row.relief, realises=row.type is TransactionType.SELL,
        )  # fmt: skip

    def _split(self, row: Transaction, security_id: SecurityId) -> Split | None:
        holding = (row.account_id, security_id)
        held = self._held[holding]
        self._held[holding] += row.shares
        ratio = _ratio(row, held, held + row.shares)
        if ratio is None or ratio <= 0:
            return None
        # Whole shares came; the rest of what the ratio gives was paid in cash.
        paid = _times(held, ratio) - self._held[holding]
        if row.amount <= 0 or row.shares == 0 or not 0 < paid < 1:
            return Split(row.id, row.on, security_id, ratio, row.account_id)
        return Split(row.id, row.on, security_id, ratio, row.account_id, row.amount, paid)

    def _short_open(self, row: Transaction, security_id: SecurityId) -> ShortOpen | None:
        if row.shares <= 0:
            return None
        return ShortOpen(row.id, row.on, row.account_id, security_id, row.shares, row.amount)

    def _short_close(self, row: Transaction, security_id: SecurityId) -> ShortClose | None:
        if row.shares <= 0:
            return None
        picks = _picks(row.picks)
        delivers = bool(picks) or row.amount == 0
        if delivers:
            self._held[row.account_id, security_id] -= row.shares
        return ShortClose(
            row.id, row.on, row.account_id, security_id, row.shares, "",
            None if delivers else row.amount, picks, row.relief,
        )  # fmt: skip

    def _distribution(self, row: Transaction, security_id: SecurityId) -> Distribution | None:
        if not self._distributions:
            return None
        term = _DISTRIBUTIONS[row.type]
        return Distribution(row.id, row.on, row.account_id, security_id, term, row.amount)

    def _cash_merger(self, row: Transaction, security_id: SecurityId) -> CashMerger | None:
        """Return a merger without new shares: all cash."""
        held = self._held.pop((row.account_id, security_id), ZERO)
        if held <= 0:
            return None
        return CashMerger(row.id, row.on, security_id, row.amount / held, row.account_id)

    # --- shares that pass into another security ---------------------------------------------------

    def _pass(
        self, row: Transaction, old: SecurityId, new: SecurityId, *, covered: bool
    ) -> Event | None:
        """Return a spin-off, merger or change of symbol, as far as lot files don't cover its two sides."""
        covered_new = self._is_covered(row, new)
        if covered and covered_new:
            return None
        held = self._held[row.account_id, old]
        if not covered and row.type in _BECOMES:
            self._held[row.account_id, old] = ZERO
        ratio = _ratio(row, held, row.shares)
        if not covered_new:
            became = row.shares or _times(held, ratio or UNKNOWN_HERE)
            self._held[row.account_id, new] += became
            if covered:  # where from is only in the lot file, so nothing is known of their lots
                return self._of_unknown_origin(row, new, became)
        if ratio is None and not covered_new:
            self._problem(row, "ratio_missing", "it isn't known how many new shares came for one")
            return None
        shares = UNKNOWN_HERE if covered_new else ratio or UNKNOWN_HERE
        if row.type is TransactionType.SPIN_OFF:
            return self._spin_off(row, (old, new), shares, held)
        return self._exchange(row, (old, new), shares, held)

    def _of_unknown_origin(
        self, row: Transaction, new: SecurityId, shares: Decimal
    ) -> Acquire | None:
        self._problem(row, "basis_missing", "the lots behind the new shares aren't known")
        if shares <= 0:
            return None
        return Acquire(
            row.id, row.on, row.account_id, new, shares, ZERO, row.lot_id or row.id,
            washing=False, basis_known=False,
        )  # fmt: skip

    def _spin_off(
        self, row: Transaction, sides: tuple[SecurityId, SecurityId], ratio: Fraction, held: Decimal
    ) -> SpinOff:
        if row.basis_fraction is None:
            self._problem(
                row, "basis_fraction_missing",
                "the part of the basis that goes to the shares spun off (Form 8937) isn't known, so the "
                "basis of both isn't either",
            )  # fmt: skip
        cash, paid = _paid_in_cash(row, ratio, held)
        return SpinOff(
            row.id, row.on, *sides, ratio, row.basis_fraction, row.account_id, cash, paid
        )

    def _exchange(
        self, row: Transaction, sides: tuple[SecurityId, SecurityId], ratio: Fraction, held: Decimal
    ) -> Exchange:
        if row.type is TransactionType.SYMBOL_CHANGE:
            cash, paid = _paid_in_cash(row, ratio, held)
            return Exchange(
                row.id, row.on, *sides, ratio, row.account_id, same=True,
                cash_in_lieu=cash, fraction=paid,
            )  # fmt: skip
        boot = row.amount / held if held > 0 else ZERO
        if boot > 0:
            self._problem(
                row, "merger_value_missing",
                "cash came beside the new shares; as their value that day isn't known, all of it counts "
                "as gain, though IRC §356 taxes no more than the gain there was",
            )  # fmt: skip
        return Exchange(row.id, row.on, *sides, ratio, row.account_id, cash=boot)

    def _problem(self, row: Transaction, code: str, message: str) -> None:
        of = row.security_id or SecurityId("")
        words = f"{self._symbols.get(of, of)}, {row.on.isoformat()}: {message}"
        self.problems.append(Problem(Severity.WARNING, words, code=code, text=row.id))


def _picks(picks: Iterable[LotPick]) -> tuple[Pick, ...]:
    return tuple(Pick(p.lot_id, p.shares) for p in picks)


def _times(shares: Decimal, ratio: Fraction) -> Decimal:
    return shares * Decimal(ratio.numerator) / ratio.denominator


def _ratio(row: Transaction, held: Decimal, after: Decimal) -> Fraction | None:
    """Return what one share becomes; from the shares there are then where no ratio was reported."""
    if row.ratio is not None:
        return Fraction(row.ratio)
    if held > 0 and after > 0:
        return Fraction(after) / Fraction(held)
    return Fraction(1) if row.type is TransactionType.SYMBOL_CHANGE else None


def _paid_in_cash(
    row: Transaction, ratio: Fraction, held: Decimal
) -> tuple[Decimal, Decimal | None]:
    """Return cash in lieu and the fraction of a share it was paid for."""
    paid = _times(held, ratio) - row.shares
    if row.amount <= 0 or row.shares <= 0 or not 0 < paid < 1:
        return ZERO, None
    return row.amount, paid

"""Lots as of today from what brokers report: their lot files, rolled forward by the ledger.

Where a broker's lot file dated D exists for an account and security, its lots are the truth on D and
only later transactions count; elsewhere the lots are rebuilt from the whole ledger.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lot import BOUGHT_IF_RECENT, LotSource, TaxLot
from harvestdesk.domain.money import MONEY_DIGITS, ONE, SHARES_DIGITS, ZERO, decimal_text, rounded
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.transaction import (
    ACQUISITIONS,
    ADDS_SHARES,
    Transaction,
    TransactionType,
)
from harvestdesk.domain.wash_policy import DEFAULT_POLICY, IdenticalReading, WashPolicy
from harvestdesk.washsale.events import (
    Acquire,
    Event,
    LedgerFacts,
    LedgerLot,
    LedgerSymbol,
    Pick,
    ReturnOfCapital,
    SaleSlice,
    Sell,
    Shortfall,
    Split,
)
from harvestdesk.washsale.identical import SetIndex
from harvestdesk.washsale.ledger import run_ledger
from harvestdesk.washsale.purchases import OPTION_SHARES, is_put

UNDATED = date(1900, 1, 1)
"""Stands inside the ledger for an acquisition date nobody reported."""

_OTHER_PLANS = frozenset({AccountType.PLAN_401K, AccountType.HSA})
_STRICT = WashPolicy(identical=IdenticalReading.STRICT)

PART_MARK = "~"
"""Stands between a lot's id and the number of a part that replaced other shares."""

_SOURCES: dict[TransactionType, LotSource] = {
    TransactionType.BUY: LotSource.BUY,
    TransactionType.RECURRING: LotSource.RECURRING,
    TransactionType.DRIP: LotSource.DRIP,
    TransactionType.VEST: LotSource.VEST,
    TransactionType.OPENING_LOT: LotSource.OPENING,
    TransactionType.TRANSFER_IN: LotSource.TRANSFER,
    TransactionType.GIFT_IN: LotSource.GIFT,
    TransactionType.INHERIT: LotSource.INHERITED,
}


@dataclass(frozen=True, slots=True)
class RebuildResult:
    """Lots as they stand, the sales behind them, and what did not add up."""

    lots: tuple[TaxLot, ...]
    sales: tuple[SaleSlice, ...]
    problems: tuple[Problem, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()


@dataclass(frozen=True, slots=True)
class HouseholdLedger:
    """Ledger facts of a household, with what is needed to turn results back into lots."""

    facts: LedgerFacts
    origins: Mapping[str, TaxLot]
    """Lot as it came in, by lot id: everything the ledger itself doesn't carry."""


def rebuild_lots(
    accounts: Iterable[Account],
    transactions: Sequence[Transaction],
    statement_lots: Sequence[TaxLot],
    identical_sets: Iterable[IdenticalSet],
    *,
    securities: Iterable[Security] = (),
    policy: WashPolicy = DEFAULT_POLICY,
) -> RebuildResult:
    """Return the lots of all accounts after the last transaction.

    A sale of more shares than are known is a problem (the import doesn't reach back far enough), not
    an error.
    """
    ledger = household_ledger(
        accounts, transactions, statement_lots, identical_sets, securities=securities
    )
    result = run_ledger(ledger.facts, policy)
    return RebuildResult(
        _tax_lots(result.lots, ledger.origins),
        result.sales,
        tuple(_problem(s) for s in result.shortfalls),
        result.shortfalls,
    )


def household_ledger(
    accounts: Iterable[Account],
    transactions: Sequence[Transaction],
    statement_lots: Sequence[TaxLot],
    identical_sets: Iterable[IdenticalSet],
    *,
    securities: Iterable[Security] = (),
) -> HouseholdLedger:
    """Return the ledger facts of a household's statements and transactions."""
    known_accounts, known_securities = tuple(accounts), tuple(securities)
    reported: dict[tuple[AccountId, SecurityId | None], date] = {}
    for lot in statement_lots:
        key = (lot.account_id, lot.security_id)
        reported[key] = max(reported.get(key, date.min), lot.statement_on or date.max)
    origins: dict[str, TaxLot] = {lot.id: lot for lot in statement_lots}
    events: list[Event] = [opening_event(lot) for lot in statement_lots]
    books = _ShareCount(statement_lots, known_securities)
    for row in sorted(transactions, key=lambda t: t.on):
        start = reported.get((row.account_id, row.security_id))
        if row.security_id is None or (start is not None and row.on <= start):
            continue
        event = _event(row, row.security_id, books)
        if event is not None:
            events.append(event)
        if isinstance(event, Acquire):
            origins[event.lot] = _origin(row, row.security_id)
    facts = LedgerFacts(
        tuple(events),
        frozenset(a.id for a in known_accounts if not a.type.is_taxable),
        ledger_symbols(known_securities, identical_sets, {e.symbol for e in events}),
        {a.id: a.relief for a in known_accounts},
        other_plans=other_plans(known_accounts),
        owners=owners_of(known_accounts),
    )
    return HouseholdLedger(facts, origins)


def other_plans(accounts: Iterable[Account]) -> frozenset[str]:
    """Return the accounts that are sheltered like an IRA without being one."""
    return frozenset(a.id for a in accounts if a.type in _OTHER_PLANS)


def owners_of(accounts: Iterable[Account]) -> dict[str, frozenset[str]]:
    """Return the people each account belongs to."""
    return {a.id: frozenset(a.owner_ids) for a in accounts}


def ledger_symbols(
    securities: Iterable[Security], identical_sets: Iterable[IdenticalSet], traded: Iterable[str]
) -> dict[str, LedgerSymbol]:
    """Return what each security is to the wash-sale rules, under every reading of them."""
    known, sets = tuple(securities), tuple(identical_sets)
    index = SetIndex.of(known, sets)
    strict = SetIndex.of(known, sets, _STRICT)
    kinds = {s.id: s for s in known}
    symbols: dict[str, LedgerSymbol] = {}
    for name in {*traded, *kinds}:
        security_id = SecurityId(name)
        security = kinds.get(security_id)
        symbols[name] = LedgerSymbol(
            index.set_of(security_id),
            contract=security is not None and security.kind is SecurityKind.OPTION,
            put=security is not None and is_put(security),
            exempt=index.exempt(security_id),
            crypto=security is not None and security.kind is SecurityKind.CRYPTO,
            strict_set_id=strict.set_of(security_id),
            underlying="" if security is None else security.underlying_id or "",
        )
    return symbols


def _acquisition(row: Transaction, security_id: SecurityId, shares_per_unit: Decimal) -> Acquire:
    """Return the ledger event of a row that adds shares."""
    return Acquire(
        row.id, row.on, row.account_id, security_id, row.shares, row.amount,
        row.lot_id or row.id,
        purchase=row.purchase,
        washing=row.type in ACQUISITIONS,
        acquired=row.acquired_on,
        shares_per_unit=shares_per_unit,
        # Shares that come in without a cost (a transfer, say) have an unknown basis, not a zero one.
        basis_known=row.amount != 0 or row.type in ACQUISITIONS,
    )  # fmt: skip


def opening_event(lot: TaxLot) -> Acquire:
    """Return the event of a lot from a statement; recent purchases still count as purchases."""
    acquired = lot.acquired_on or UNDATED
    return Acquire(
        lot.id, acquired, lot.account_id, lot.security_id, lot.shares, lot.cost_basis or ZERO,
        lot.id,
        purchase=lot.purchase,
        washing=lot.source in BOUGHT_IF_RECENT and lot.acquired_on is not None,
        acquired=acquired,
        adjusted=lot.adjusted_acquired_on,
        wash_added=lot.wash_added,
        used=lot.wash_added > 0,
        basis_known=lot.cost_basis is not None,
    )  # fmt: skip


class _ShareCount:
    """Shares held by account and security while the ledger is read, for splits."""

    def __init__(self, statement_lots: Iterable[TaxLot], securities: Iterable[Security]) -> None:
        self._options = {s.id for s in securities if s.kind is SecurityKind.OPTION}
        self._held: dict[tuple[AccountId, SecurityId], Decimal] = defaultdict(Decimal)
        for lot in statement_lots:
            self._held[lot.account_id, lot.security_id] += lot.shares

    def per_unit(self, security_id: SecurityId) -> Decimal:
        """Return the shares one unit of a security stands for."""
        return OPTION_SHARES if security_id in self._options else ONE

    def add(self, row: Transaction, security_id: SecurityId, shares: Decimal) -> None:
        self._held[row.account_id, security_id] += shares

    def split_ratio(self, row: Transaction, security_id: SecurityId) -> Fraction | None:
        """Return what one share becomes; from the shares added where no ratio was reported."""
        if row.ratio is not None:
            return Fraction(row.ratio)
        held = self._held[row.account_id, security_id]
        if held <= 0 or held + row.shares <= 0:
            return None
        return Fraction(held + row.shares) / Fraction(held)


def _event(row: Transaction, security_id: SecurityId, books: _ShareCount) -> Event | None:
    """Return the ledger event of a transaction, or None for cash and other rows."""
    if row.type in ADDS_SHARES:
        books.add(row, security_id, row.shares)
        return _acquisition(row, security_id, books.per_unit(security_id))
    if row.type in {TransactionType.SELL, TransactionType.TRANSFER_OUT}:
        books.add(row, security_id, -row.shares)
        return _sale(row, security_id) if row.shares > 0 else None
    if row.type is TransactionType.SPLIT:
        ratio = books.split_ratio(row, security_id)
        books.add(row, security_id, row.shares)
        if ratio is None or ratio <= 0:
            return None
        return Split(row.id, row.on, security_id, ratio, row.account_id)
    if row.type is TransactionType.RETURN_OF_CAPITAL:
        return ReturnOfCapital(row.id, row.on, row.account_id, security_id, row.amount)
    return None


def _sale(row: Transaction, security_id: SecurityId) -> Sell:
    return Sell(
        row.id, row.on, row.account_id, security_id, row.shares, row.amount,
        # Parts of a rebuilt lot carry a number behind "~"; the ledger knows the whole lot.
        tuple(Pick(p.lot_id.partition(PART_MARK)[0], p.shares) for p in row.picks),
        row.relief,
        realises=row.type is TransactionType.SELL,
    )  # fmt: skip


def _origin(row: Transaction, security_id: SecurityId) -> TaxLot:
    acquired = row.acquired_on or row.on
    return TaxLot(
        LotId(row.lot_id or row.id), row.account_id, security_id, row.shares, acquired, acquired,
        row.amount, source=_SOURCES[row.type], purchase=row.purchase, broker_ref=row.broker_ref,
    )  # fmt: skip


def _tax_lots(rows: Sequence[LedgerLot], origins: Mapping[str, TaxLot]) -> tuple[TaxLot, ...]:
    """Return stored lots: one for each part, rounded so that the parts of a lot still add up."""
    parts: dict[str, list[LedgerLot]] = defaultdict(list)
    for row in rows:
        parts[row.lot].append(row)
    made: list[TaxLot] = []
    for lot_id, rows_of_lot in parts.items():
        origin = origins[lot_id]
        # What replaced nothing keeps the lot's id; matched parts get numbers.
        group = sorted(rows_of_lot, key=lambda p: p.is_replacement)
        shares = _cumulative([p.quantity for p in group], SHARES_DIGITS)
        costs = _cumulative([p.original_basis for p in group], MONEY_DIGITS)
        added = _cumulative([p.wash_added for p in group], MONEY_DIGITS)
        for number, part in enumerate(group):
            if shares[number] <= 0:
                continue
            adjusted = part.adjusted_acquired
            made.append(
                replace(
                    origin,
                    id=origin.id if number == 0 else LotId(f"{origin.id}{PART_MARK}{number + 1}"),
                    shares=shares[number],
                    adjusted_acquired_on=None if origin.acquired_on is None else adjusted,
                    cost_basis=costs[number] if part.basis_known else None,
                    wash_added=added[number],
                    purchase=origin.purchase or (origin.id if len(group) > 1 else ""),
                )
            )
    return tuple(made)


def _cumulative(values: Sequence[Decimal], digits: int) -> list[Decimal]:
    """Return `values` rounded so that every running sum is the rounded running sum."""
    total, done, out = ZERO, ZERO, []
    for value in values:
        total += value
        now = rounded(total, digits)
        out.append(now - done)
        done = now
    return out


def _problem(short: Shortfall) -> Problem:
    return Problem(
        Severity.WARNING,
        f"{short.on.isoformat()}: {decimal_text(short.missing)} more shares were sold than the "
        "imported history knows of; import older transactions or the broker's lot file",
        code="coverage_incomplete",
        text=f"{short.account}/{short.symbol}/{short.sale}",
    )

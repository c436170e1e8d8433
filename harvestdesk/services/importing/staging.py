"""What an import would change: rows compared with what is stored, by counting, and nothing written.

The duplicate rule counts: n identical rows in a file against m stored ones add max(0, n - m). So two real
fills of the same size are both kept, and the same file read twice changes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from operator import attrgetter

from harvestdesk.domain.account import Account
from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.domain.ids import AccountId, LotId, SecurityId, TransactionId
from harvestdesk.domain.lot import LotSource, TaxLot
from harvestdesk.domain.money import (
    MONEY_DIGITS,
    PRICE_DIGITS,
    RATE_DIGITS,
    SHARES_DIGITS,
    ZERO,
    rounded,
)
from harvestdesk.domain.prices import Price
from harvestdesk.domain.transaction import LotPick, Transaction
from harvestdesk.importers.batch import ImportBatch, ParsedLot, ParsedTransaction
from harvestdesk.services.importing.classify import SecurityBook
from harvestdesk.services.importing.keys import (
    Holding,
    by_holding,
    is_older,
    lot_key,
    same_lot,
    transaction_key,
)
from harvestdesk.services.importing.plan_facts import Volumes, fresh_volumes
from harvestdesk.services.importing.positions import StatedPositions
from harvestdesk.services.importing.relations import Relations
from harvestdesk.services.importing.tax_facts import unhappened
from harvestdesk.services.importing.tracing import TracedHoldings

NewId = Callable[[str], str]
AccountOf = Callable[[str], AccountId]
_ALL_BUT_ID = attrgetter(*(f.name for f in fields(Transaction) if f.name != "id"))
"""A fifth of what `replace` takes, which counts for 50,000 rows."""


@dataclass(frozen=True)
class Stored:
    """What the book holds before the import, as far as an import compares with it."""

    accounts: tuple[Account, ...]
    transactions: tuple[Transaction, ...]
    statement_lots: tuple[TaxLot, ...]
    prices: frozenset[tuple[SecurityId, date, Decimal]]
    cash: Mapping[tuple[AccountId, date], Decimal]
    positions: Mapping[AccountId, StatedPositions]
    relations: Relations
    lots: tuple[TaxLot, ...] = ()
    volumes: Volumes = field(default_factory=dict)


@dataclass
class FileCount:
    """Rows of one file by what became of them, and what the comparison found."""

    imported: int = 0
    duplicates: int = 0
    problems: list[Problem] = field(default_factory=list)

    def add(self, is_new: bool) -> None:
        """Count one row."""
        if is_new:
            self.imported += 1
        else:
            self.duplicates += 1


class Stage:
    """Collects the changes of several files in the order they are given.

    Attributes:
        statements: holdings whose stated lots the import replaces.
        transactions, prices, volumes, cash: rows to add; `transactions_of` has the ledger rows by file.
        lines: where a new ledger row stands: its file's count and its line.
        relations: targets, schedules, replacements and sets after the import.
    """

    def __init__(
        self, stored: Stored, securities: SecurityBook, new_id: NewId, as_of: date
    ) -> None:
        self._stored = stored
        self._new_id = new_id
        self._as_of = as_of
        self._known = Counter(transaction_key(t) for t in stored.transactions)
        self._prices = set(stored.prices)
        self._cash = dict(stored.cash)
        self.securities = securities
        self._security_ids: dict[str, SecurityId] = {}
        self.transactions: list[Transaction] = []
        self.transactions_of: list[list[Transaction]] = []
        self.statements: dict[Holding, tuple[TaxLot, ...]] = {}
        self.prices: list[tuple[SecurityId, Price]] = []
        self._volumes = dict(stored.volumes)
        self.volumes: list[tuple[SecurityId, date, Decimal]] = []
        self.cash: list[tuple[AccountId, date, Decimal, str]] = []
        self.positions: dict[Holding, tuple[Decimal, date, int, FileCount]] = {}
        self.stated = dict(stored.positions)
        self.relations = stored.relations
        self.lines: dict[TransactionId, tuple[FileCount, int]] = {}
        self._traced = TracedHoldings(stored.transactions)
        self._lots_now: dict[Holding, tuple[TaxLot, ...]] = by_holding(stored.statement_lots)

    def add(self, batch: ImportBatch, account_of: AccountOf) -> FileCount:
        """Compare one file with what is stored and with the files before it; returns the counts."""
        count = FileCount()
        self.transactions_of.append([])
        known = len(self.securities.added) + len(self.securities.changed)
        self.securities.learn(batch)
        self._add_transactions(batch, account_of, count)
        self._add_lots(batch, account_of, count)
        self._add_positions(batch, account_of, count)
        self._add_prices(batch, count)
        self._add_cash(batch, account_of, count)
        self.relations = self.relations.merged(
            batch, account_of, self.securities.of, self._new_id, count.add
        )
        count.problems.extend(unhappened(batch.external_gains, self._as_of))
        if batch.kind == "securities":
            fresh = len(self.securities.added) + len(self.securities.changed) - known
            count.imported += fresh
            count.duplicates += max(0, len(batch.securities) - fresh)
        if batch.kind == "accounts":
            self._count_accounts(batch, account_of, count)
        return count

    def _count_accounts(self, batch: ImportBatch, account_of: AccountOf, count: FileCount) -> None:
        """Rows of an accounts table are new for their account or for its cash, not for both."""
        known = {a.id for a in self._stored.accounts}
        cash = {row[0] for row in self.cash}
        for parsed in batch.accounts:
            account_id = account_of(parsed.key)
            count.add(account_id not in known or account_id in cash)

    @property
    def stated_before(self) -> Mapping[AccountId, StatedPositions]:
        """Positions files' holdings as they were before the import."""
        return self._stored.positions

    def is_stated(self, account_id: AccountId, symbol: str) -> bool:
        """Return whether the lots of a holding are known from a broker's own lot file."""
        security = self.securities.get(symbol)
        return security is not None and self._has_lot_file((account_id, security.id))

    def lots(self) -> tuple[TaxLot, ...]:
        """Return every stated lot after the import."""
        return tuple(lot for lots in self._lots_now.values() for lot in lots)

    def all_transactions(self) -> tuple[Transaction, ...]:
        """Return the whole ledger after the import, in date order."""
        return tuple(sorted((*self._stored.transactions, *self.transactions), key=lambda t: t.on))

    # --- ledger ------------------------------------------------------------------------------------

    def _add_transactions(
        self, batch: ImportBatch, account_of: AccountOf, count: FileCount
    ) -> None:
        seen: Counter[tuple[object, ...]] = Counter()
        for row in batch.transactions:
            made = self._transaction(row, account_of(row.account_key))
            key = transaction_key(made)
            seen[key] += 1
            is_new = seen[key] > self._known[key]
            count.add(is_new)
            if is_new:
                made = Transaction(TransactionId(self._new_id("txn")), *_ALL_BUT_ID(made))
                self.transactions.append(made)
                self.transactions_of[-1].append(made)
                self.lines[made.id] = (count, row.line)
                self._yield_to_ledger(made)
                if made.on > self._as_of:
                    count.problems.append(_in_the_future(row))
        for key, n in seen.items():
            self._known[key] = max(n, self._known[key])

    def _transaction(self, row: ParsedTransaction, account_id: AccountId) -> Transaction:
        return Transaction(
            id=TransactionId(""),
            on=row.on,
            type=row.type,
            account_id=account_id,
            security_id=self._security_id(row.symbol),
            shares=rounded(row.shares, SHARES_DIGITS),
            amount=ZERO if row.amount is None else rounded(row.amount, MONEY_DIGITS),
            fees=rounded(row.fees, MONEY_DIGITS),
            acquired_on=row.acquired_on,
            lot_id=LotId(f"{account_id}:{row.lot}") if row.lot else None,
            purchase=row.purchase,
            picks=tuple(LotPick(LotId(f"{account_id}:{p.lot}"), p.shares) for p in row.picks),
            relief=row.relief,
            ratio=None if row.ratio is None else rounded(row.ratio, RATE_DIGITS),
            broker_ref=row.broker_ref,
            note=row.note,
            other_security_id=self._security_id(row.other_symbol),
            basis_fraction=(
                None if row.basis_fraction is None else rounded(row.basis_fraction, RATE_DIGITS)
            ),
        )

    def _security_id(self, symbol: str) -> SecurityId | None:
        found = self._security_ids.get(symbol)
        if found is None and symbol:
            found = self._security_ids[symbol] = self.securities.of(symbol).id
        return found

    def _yield_to_ledger(self, transaction: Transaction) -> None:
        """Drop lots known from a position only, once the ledger tells how they came about."""
        holding = self._traced.note(transaction)
        if holding is None or not self._lots_now.get(holding) or self._has_lot_file(holding):
            return
        if self._traced.tells_of(holding, self._has_lot_file):
            self._state(holding, ())

    def _has_lot_file(self, holding: Holding) -> bool:
        lots = self._lots_now.get(holding, ())
        return any(lot.source is not LotSource.POSITION for lot in lots)

    # --- lots and positions ------------------------------------------------------------------------

    def _add_lots(self, batch: ImportBatch, account_of: AccountOf, count: FileCount) -> None:
        on = batch.as_of or self._as_of
        groups: dict[Holding, list[ParsedLot]] = defaultdict(list)
        for row in batch.lots:
            groups[account_of(row.account_key), self.securities.of(row.symbol).id].append(row)
        for holding, rows in groups.items():
            self._add_statement(holding, rows, on, count)
        if batch.lots and batch.positions:
            self._empty_missing(batch, account_of, on)

    def _add_statement(
        self, holding: Holding, rows: Sequence[ParsedLot], on: date, count: FileCount
    ) -> None:
        old = self._lots_now.get(holding, ())
        if any(lot.statement_on is not None and lot.statement_on > on for lot in old):
            count.duplicates += len(rows)
            count.problems.append(
                Problem(
                    Severity.INFO,
                    "these lots are older than the ones already stored and were left out",
                    rows[0].line,
                    code="lots.older",
                )
            )
            return
        stored = Counter(lot_key(lot) for lot in old if lot.statement_on == on)
        fresh = [self._lot(row, holding, on) for row in rows]
        for lot in fresh:
            known = stored[lot_key(lot)] > 0
            stored[lot_key(lot)] -= 1
            count.add(not known)
        if any(stored.values()):
            self._state(holding, self._with_ids(fresh, old))

    def _lot(self, row: ParsedLot, holding: Holding, on: date) -> TaxLot:
        return TaxLot(
            id=LotId(""),
            account_id=holding[0],
            security_id=holding[1],
            shares=rounded(row.shares, SHARES_DIGITS),
            acquired_on=row.acquired_on,
            adjusted_acquired_on=row.adjusted_acquired_on or row.acquired_on,
            cost_basis=None if row.cost_basis is None else rounded(row.cost_basis, MONEY_DIGITS),
            wash_added=rounded(row.wash_added, MONEY_DIGITS),
            source=row.source,
            purchase=row.purchase,
            broker_ref=row.broker_ref,
            statement_on=on,
        )

    def _with_ids(self, lots: Sequence[TaxLot], old: Sequence[TaxLot]) -> tuple[TaxLot, ...]:
        """Give each lot the id it had in the last statement, so that plans keep meaning something."""
        ids: dict[tuple[object, ...], list[LotId]] = defaultdict(list)
        for lot in reversed(old):
            ids[same_lot(lot)].append(lot.id)
        return tuple(
            replace(
                lot,
                id=ids[same_lot(lot)].pop() if ids[same_lot(lot)] else LotId(self._new_id("lot")),
            )
            for lot in lots
        )

    def _empty_missing(self, batch: ImportBatch, account_of: AccountOf, on: date) -> None:
        """A statement of a whole account ends the stated lots of securities it no longer lists."""
        accounts = {account_of(row.account_key) for row in batch.lots}
        named = [(row.account_key, row.symbol) for row in batch.lots]
        named += [(row.account_key, row.symbol) for row in batch.positions]
        listed = {(account_of(key), self.securities.of(symbol).id) for key, symbol in named}
        for holding, lots in list(self._lots_now.items()):
            if holding[0] in accounts and holding not in listed and is_older(lots, on):
                self._state(holding, ())

    def _state(self, holding: Holding, lots: tuple[TaxLot, ...]) -> None:
        self.statements[holding] = lots
        self._lots_now[holding] = lots

    def _add_positions(self, batch: ImportBatch, account_of: AccountOf, count: FileCount) -> None:
        on = batch.as_of or self._as_of
        basis: dict[Holding, Decimal | None] = {}
        shares: dict[Holding, Decimal] = defaultdict(Decimal)
        lines: dict[Holding, int] = {}
        priced: set[int] = set()
        for row in batch.positions:
            holding = (account_of(row.account_key), self.securities.of(row.symbol).id)
            before = basis.get(holding, ZERO)
            known = before is not None and row.cost_basis is not None
            basis[holding] = (before or ZERO) + (row.cost_basis or ZERO) if known else None
            shares[holding] += row.shares
            lines.setdefault(holding, row.line)
            if row.price is not None and self._price(
                holding[1], row.price_on or on, row.price, f"{batch.broker} positions"
            ):
                priced.add(row.line)
        changed = {
            h
            for h in shares
            if self._position_lot(h, rounded(shares[h], SHARES_DIGITS), basis[h], on)
        }
        for row in batch.positions:
            holding = (account_of(row.account_key), self.securities.of(row.symbol).id)
            count.add(row.line in priced or holding in changed)
        for holding, held in shares.items():
            self.positions[holding] = (held, on, lines[holding], count)
        for account_id in {h[0] for h in shares}:
            old = self.stated.get(account_id)
            if old is None or old.on <= on:
                own = {h[1]: held for h, held in shares.items() if h[0] == account_id}
                self.stated[account_id] = StatedPositions(on, own)

    def _position_lot(
        self, holding: Holding, shares: Decimal, basis: Decimal | None, on: date
    ) -> bool:
        """Keep a holding nothing else is known of as one undated lot; returns whether it changed."""
        lots = self._lots_now.get(holding, ())
        if self._has_lot_file(holding) or self._traced.tells_of(holding, self._has_lot_file):
            return False
        if shares <= 0 or (lots and not is_older(lots, on)):
            return False
        made = TaxLot(
            LotId(""),
            *holding,
            shares,
            None,
            None,
            None if basis is None else rounded(basis, MONEY_DIGITS),
            source=LotSource.POSITION,
            statement_on=on,
        )
        self._state(holding, self._with_ids([made], lots))
        return True

    # --- prices and cash ---------------------------------------------------------------------------

    def _add_prices(self, batch: ImportBatch, count: FileCount) -> None:
        source = f"prices file {batch.source.name}"
        averaged = self._add_volumes(batch)
        fresh: dict[int, bool] = {}
        for row in batch.prices:
            security_id = self.securities.of(row.symbol).id
            is_new = self._price(security_id, row.on, row.value, source)
            is_new = is_new or (security_id, row.on) in averaged
            fresh[row.line] = is_new or fresh.get(row.line, False)
        if batch.kind == "prices":  # elsewhere a price stands beside a lot and is part of its row
            for is_new in fresh.values():
                count.add(is_new)

    def _add_volumes(self, batch: ImportBatch) -> set[tuple[SecurityId, date]]:
        """Stage average daily volumes; return the securities and days new ones are of."""
        traded: dict[SecurityId, dict[date, Decimal]] = defaultdict(dict)
        for row in batch.prices:
            if row.volume is not None:
                traded[self.securities.of(row.symbol).id][row.on] = row.volume
        fresh = list(fresh_volumes(traded, self._volumes))
        self.volumes += fresh
        self._volumes |= {(security_id, on): shares for security_id, on, shares in fresh}
        return {(security_id, on) for security_id, on, _ in fresh}

    def _price(self, security_id: SecurityId, on: date, value: Decimal, source: str) -> bool:
        value = rounded(value, PRICE_DIGITS)
        if (security_id, on, value) in self._prices:
            return False
        self._prices.add((security_id, on, value))
        self.prices.append((security_id, Price(value, on, source)))
        return True

    def _add_cash(self, batch: ImportBatch, account_of: AccountOf, count: FileCount) -> None:
        default = batch.as_of or self._as_of
        sums: dict[tuple[AccountId, date], Decimal] = defaultdict(Decimal)
        for row in batch.cash:
            sums[account_of(row.account_key), row.on or default] += row.amount
        changed = {k for k, v in sums.items() if self._cash.get(k) != v}
        for row in batch.cash if batch.kind != "accounts" else ():
            count.add((account_of(row.account_key), row.on or default) in changed)
        for key in sorted(changed):
            self._cash[key] = sums[key]
            self.cash.append(
                (*key, rounded(sums[key], MONEY_DIGITS), f"{batch.broker} {batch.kind}")
            )


def _in_the_future(row: ParsedTransaction) -> Problem:
    return Problem(
        Severity.WARNING,
        f"found {row.on}, which is in the future; the row was read as it is",
        row.line,
        code="date.future",
    )

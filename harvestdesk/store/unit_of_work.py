"""One write: a transaction, an undo step and an account of what it touched."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Table, delete, insert, select, update
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Connection

from harvestdesk.domain.account import Account
from harvestdesk.domain.account_rule import AccountRule
from harvestdesk.domain.changes import Changes
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import Household, Person
from harvestdesk.domain.ids import AccountId, ImportId, SecurityId, TransactionId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import (
    MONEY_DIGITS,
    PRICE_DIGITS,
    SHARES_DIGITS,
    PrecisionLostError,
    rounded,
    to_scaled,
)
from harvestdesk.domain.outside import OutsideHolding
from harvestdesk.domain.prices import Price, PriceHistory
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.relations import Equivalent, IdenticalSet, Replacement
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.security import Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.target import ClassTarget, SecurityTarget
from harvestdesk.domain.tax_year import ExternalGain, LawChange
from harvestdesk.domain.transaction import ScheduledPurchase, Transaction
from harvestdesk.store import codecs, rows, tables, undo_log
from harvestdesk.store.ids import counted_id
from harvestdesk.store.records import ImportRecord
from harvestdesk.store.rows import RowCodec, SqlRow
from harvestdesk.store.tables import ROW_NO

_DIALECT = sqlite_dialect()


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


class HouseholdWriter:
    """What can be changed inside one write; made by `HouseholdBook.write`.

    Nothing is written that is there already: only real differences become part of the undo step.
    """

    def __init__(self, connection: Connection) -> None:
        self._open_connection: Connection | None = connection
        self._counters: dict[str, int] = {}
        self._changes: Changes | None = None

    @property
    def _connection(self) -> Connection:
        if self._open_connection is None:
            raise RuntimeError("the write is over")
        return self._open_connection

    @property
    def changes(self) -> Changes:
        """What the write changed, once it is committed."""
        if self._changes is None:
            raise RuntimeError("the write is not finished")
        return self._changes

    # --- who and where

    def put_household(self, household: Household) -> None:
        """Write the household, its tax profile and its readings of the law over what is there."""
        (row,) = rows.HOUSEHOLD.dump([household])
        (tax,) = _exact(rows.TAX_PROFILE, [household.tax])
        columns = (ROW_NO, *rows.HOUSEHOLD.columns, *rows.TAX_PROFILE.columns)
        self._upsert(tables.household, columns, (ROW_NO,), [(1, *row, *tax)])
        self._replace(tables.wash_options, rows.WASH_COLUMNS, rows.dump_policy(household.wash))

    def put_people(self, people: Sequence[Person]) -> None:
        """Add people or write over those of the same id."""
        self._put(rows.PEOPLE, people)

    def remove_people(self, ids: Collection[str]) -> None:
        """Take people out who own no account."""
        table = tables.people
        self._connection.execute(delete(table).where(table.c.id.in_(list(ids))))

    def put_accounts(self, accounts: Sequence[Account]) -> None:
        """Add accounts or write over those of the same id; people must be there already."""
        self._put(rows.ACCOUNTS, accounts)
        owners = [
            (account.id, position, person_id)
            for account in accounts
            for position, person_id in enumerate(account.owner_ids)
        ]
        table = tables.account_owners
        scope = table.c.account_id.in_([account.id for account in accounts])
        self._replace(table, ("account_id", "position", "person_id"), owners, scope)

    def put_securities(self, securities: Sequence[Security]) -> None:
        """Add securities or write over those of the same id; underlyings may come in any order."""
        first = [s for s in securities if s.underlying_id is None]
        self._put(rows.SECURITIES, first)
        self._put(rows.SECURITIES, [s for s in securities if s.underlying_id is not None])

    # --- what happened

    def add_import(self, record: ImportRecord) -> None:
        """Record a file that is being taken in; rows that name it come after."""
        self._insert(rows.IMPORTS.table, rows.IMPORTS.columns, rows.IMPORTS.dump([record]))

    def add_transactions(
        self, transactions: Sequence[Transaction], import_id: ImportId | None = None
    ) -> None:
        """Add rows to the ledger, which are never changed afterwards.

        Raises:
            BadInputError: a number has more decimals than the file can hold.
        """
        codec = rows.TRANSACTIONS
        self._insert(
            codec.table, codec.columns, _exact(codec, transactions, {"import_id": import_id})
        )
        with _lost_digits():
            picks = [
                (t.id, position, pick.lot_id, to_scaled(pick.shares, SHARES_DIGITS))
                for t in transactions
                for position, pick in enumerate(t.picks)
            ]
        columns = ("transaction_id", "position", "lot_id", "shares")
        self._insert(tables.transaction_picks, columns, picks)

    def supersede_transaction(self, transaction_id: TransactionId, correction: Transaction) -> None:
        """Put a correction in the place of a ledger row, which stays in the file."""
        self.add_transactions([correction])
        table = tables.transactions
        self._connection.execute(
            update(table).where(table.c.id == transaction_id).values(superseded_by=correction.id)
        )

    def replace_statement_lots(
        self, account_id: AccountId, security_ids: Collection[SecurityId], lots: Sequence[TaxLot]
    ) -> None:
        """Put a broker's lots in the place of those of some securities of an account.

        Raises:
            BadInputError: a lot lacks its statement date or a number has too many decimals.
        """
        if any(lot.statement_on is None for lot in lots):
            raise BadInputError("A statement lot has no statement date.", code="lot.undated")
        table = tables.statement_lots
        scope = (table.c.account_id == account_id) & table.c.security_id.in_(list(security_ids))
        codec = rows.STATEMENT_LOTS
        self._replace(table, codec.columns, _exact(codec, lots), scope)

    def replace_lots(self, account_ids: Collection[AccountId], lots: Sequence[TaxLot]) -> None:
        """Put rebuilt lots in the place of the current ones of some accounts.

        These are derived from the ledger, so parts of a cent a split left are rounded to what the file
        holds (a millionth of a dollar, a hundred-millionth of a share).
        """
        try:
            new = rows.LOTS.dump(lots)
        except PrecisionLostError:
            fitted = (_fitted(lot) for lot in lots)
            new = rows.LOTS.dump(lot for lot in fitted if lot.shares)
        scope = tables.lots.c.account_id.in_(list(account_ids))
        self._replace(tables.lots, rows.LOTS.columns, new, scope)

    def put_prices(self, prices: Iterable[tuple[SecurityId, Price]]) -> None:
        """Add prices, or write over those of the same security, day and source.

        Prices are rounded to the hundred-millionth of a dollar.
        """
        found: list[SqlRow] = [
            (s, p.on.isoformat(), p.source, to_scaled(rounded(p.value, PRICE_DIGITS), PRICE_DIGITS))
            for s, p in prices
        ]
        key = ("security_id", "on_date", "source")
        self._upsert(tables.prices, (*key, "value"), key, found)

    def put_cash(self, account_id: AccountId, on: date, amount: Decimal, source: str = "") -> None:
        """Write the cash balance of an account on a day, in dollars."""
        with _lost_digits():
            row = (account_id, on.isoformat(), to_scaled(amount, MONEY_DIGITS), source)
        key = ("account_id", "on_date")
        self._upsert(tables.cash_balances, (*key, "amount", "source"), key, [row])

    def put_scheduled(self, purchases: Sequence[ScheduledPurchase]) -> None:
        """Add expected purchases or write over those of the same id."""
        self._put(rows.SCHEDULED, purchases)

    def remove_scheduled(self, ids: Collection[str]) -> None:
        """Take expected purchases out."""
        table = tables.scheduled
        self._connection.execute(delete(table).where(table.c.id.in_(list(ids))))

    # --- what the household means

    def replace_identical_sets(self, sets: Sequence[IdenticalSet]) -> None:
        """Put these sets of substantially identical securities in the place of all there are.

        Raises:
            BadInputError: a security is in two sets; then neither says what it is identical to.
        """
        members = [
            (s.id, position, security_id)
            for s in sets
            for position, security_id in enumerate(s.security_ids)
        ]
        _refuse_overlap(sets)
        self._put(rows.IDENTICAL_SETS, sets)
        columns = ("set_id", "position", "security_id")
        self._replace(tables.identical_set_members, columns, members)
        table = tables.identical_sets
        self._connection.execute(delete(table).where(table.c.id.not_in([s.id for s in sets])))

    def replace_equivalents(self, equivalents: Sequence[Equivalent]) -> None:
        """Put these preferences in the place of all there are."""
        self._replace_all(rows.EQUIVALENTS, equivalents)

    def replace_replacements(self, replacements: Sequence[Replacement]) -> None:
        """Put these replacement candidates in the place of all there are."""
        self._replace_all(rows.REPLACEMENTS, replacements)

    def replace_class_targets(self, targets: Sequence[ClassTarget]) -> None:
        """Put these class targets in the place of all there are."""
        self._replace_all(rows.CLASS_TARGETS, targets)

    def replace_security_targets(self, targets: Sequence[SecurityTarget]) -> None:
        """Put these security targets in the place of all there are."""
        self._replace_all(rows.SECURITY_TARGETS, targets)

    def replace_external_gains(self, gains: Sequence[ExternalGain]) -> None:
        """Put these gains outside the ledger in the place of all there are."""
        self._replace_all(rows.EXTERNAL_GAINS, gains)

    def replace_law_changes(self, changes: Sequence[LawChange]) -> None:
        """Put these changes of law in the place of all there are."""
        self._replace_all(rows.LAW_CHANGES, changes)

    def replace_account_rules(self, rules: Sequence[AccountRule]) -> None:
        """Put these parts of accounts in plans in the place of all there are; accounts must be there."""
        codec, menus = rows.ACCOUNT_RULES, tables.account_menus
        self._upsert(codec.table, codec.columns, ("account_id",), _exact(codec, rules))
        offered = [
            (rule.account_id, position, security_id)
            for rule in rules
            for position, security_id in enumerate(rule.menu)
        ]
        self._replace(menus, ("account_id", "position", "security_id"), offered)
        kept = [rule.account_id for rule in rules]
        self._connection.execute(delete(codec.table).where(codec.table.c.account_id.not_in(kept)))

    def replace_outside_holdings(self, holdings: Sequence[OutsideHolding]) -> None:
        """Put what is owned elsewhere in the place of all there is; securities must be there already."""
        self._replace_all(rows.OUTSIDE_HOLDINGS, holdings)

    def put_volumes(self, volumes: Iterable[tuple[SecurityId, date, Decimal]]) -> None:
        """Add average shares traded a day, or write over those of the same security and day.

        They are rounded to whole shares: nobody trades by the fraction of an average.
        """
        found: list[SqlRow] = [
            (security_id, on.isoformat(), to_scaled(rounded(shares, 0), SHARES_DIGITS))
            for security_id, on, shares in volumes
        ]
        key = ("security_id", "on_date")
        self._upsert(tables.volumes, (*key, "shares"), key, found)

    def put_risk_settings(self, settings: RiskSettings) -> None:
        """Write how the household has its risk estimated; what follows the defaults is not kept."""
        table = tables.settings
        scope = table.c.key == rows.RISK_KEY
        self._replace(table, ("key", "value"), rows.dump_risk(settings), scope)

    def put_setting(self, key: str, value: str) -> None:
        """Write a setting of the household as JSON text."""
        self._upsert(tables.settings, ("key", "value"), ("key",), [(key, value)])

    def add_proposal(self, proposal: Proposal, inputs: HouseholdSnapshot | None = None) -> None:
        """Keep a plan with the household it was made for; neither is ever changed afterwards.

        The price history is left out of the inputs: the file keeps it by date anyway.
        """
        payload = codecs.dumps(proposal)
        facts = None if inputs is None else replace(inputs, history=PriceHistory())
        row = (
            proposal.id,
            proposal.kind.value,
            proposal.as_of.isoformat(),
            proposal.created_at,
            proposal.fingerprint,
            payload,
            codecs.digest(payload),
            "" if facts is None else codecs.packed(codecs.dumps(facts)),
        )
        self._insert(tables.proposals, tables.data_columns(tables.proposals), [row])

    def new_id(self, prefix: str) -> str:
        """Return the next id of a kind, such as `lot-000012`; none is ever given twice in a file."""
        return self.new_ids(prefix, 1)[0]

    def new_ids(self, prefix: str, count: int) -> list[str]:
        """Return the next `count` ids of a kind."""
        last = self._counters.get(prefix)
        if last is None:
            counters = tables.id_counters.c
            statement = select(counters.last).where(counters.prefix == prefix)
            last = self._connection.execute(statement).scalar_one_or_none() or 0
        self._counters[prefix] = last + count
        return [counted_id(prefix, n) for n in range(last + 1, last + count + 1)]

    def take_ids(self, last: Mapping[str, int]) -> None:
        """Count ids as given that were worked out beforehand by the book's `id_counters`."""
        self._counters.update(last)

    # --- how

    def finish(self, label: str) -> Changes:
        """Write what is pending and keep the undo step; called by the book just before the commit."""
        counters = list(self._counters.items())
        self._upsert(tables.id_counters, ("prefix", "last"), ("prefix",), counters)
        return undo_log.finish(self._connection, label)

    def committed(self, changes: Changes) -> None:
        """Note what was changed; called by the book once the commit is on disk."""
        self._changes = changes

    def close(self) -> None:
        """End the writer's life with its transaction; called by the book."""
        self._open_connection = None

    def _put(self, codec: RowCodec[Any], values: Sequence[_HasId]) -> None:
        self._upsert(codec.table, codec.columns, ("id",), _exact(codec, values))

    def _insert(self, table: Table, columns: Sequence[str], new: Sequence[SqlRow]) -> None:
        if new:
            statement = insert(table).compile(dialect=_DIALECT, column_keys=list(columns))
            self._connection.exec_driver_sql(str(statement), list(new))

    def _upsert(
        self, table: Table, columns: Sequence[str], key: Sequence[str], new: Sequence[SqlRow]
    ) -> None:
        if not new:
            return
        statement = sqlite_insert(table)
        overwritten = {c: statement.excluded[c] for c in columns if c not in key}
        compiled = statement.on_conflict_do_update(
            index_elements=list(key), set_=overwritten
        ).compile(dialect=_DIALECT, column_keys=list(columns))
        self._connection.exec_driver_sql(str(compiled), list(new))

    def _replace_all(self, codec: RowCodec[Any], values: Sequence[object]) -> None:
        self._replace(codec.table, codec.columns, _exact(codec, values))

    def _replace(
        self,
        table: Table,
        columns: Sequence[str],
        new: Sequence[SqlRow],
        scope: ColumnElement[bool] | None = None,
    ) -> None:
        """Make the rows of a scope equal `new`: only those that differ are deleted or inserted."""
        statement = select(table.c[ROW_NO], *(table.c[name] for name in columns))
        if scope is not None:
            statement = statement.where(scope)
        wanted = set(new)
        kept: set[SqlRow] = set()
        gone: list[SqlRow] = []
        for row_no, *values in self._connection.execute(statement):
            if (found := tuple(values)) in wanted:
                kept.add(found)
            else:
                gone.append((row_no,))
        if gone:
            self._connection.exec_driver_sql(
                f"DELETE FROM {table.name} WHERE {ROW_NO} = ?",  # noqa: S608
                gone,
            )
        self._insert(table, columns, [row for row in new if row not in kept])


def _exact(
    codec: RowCodec[Any], values: Iterable[object], extra: Mapping[str, str | None] | None = None
) -> list[SqlRow]:
    with _lost_digits():
        return codec.dump(values, extra)


@contextmanager
def _lost_digits() -> Iterator[None]:
    try:
        yield
    except PrecisionLostError as error:
        raise BadInputError(
            f"{error}: it can't be stored exactly, so nothing was written.", code="store.precision"
        ) from error


def _fitted(lot: TaxLot) -> TaxLot:
    basis = lot.cost_basis
    return replace(
        lot,
        shares=rounded(lot.shares, SHARES_DIGITS),
        cost_basis=None if basis is None else rounded(basis, MONEY_DIGITS),
        wash_added=rounded(lot.wash_added, MONEY_DIGITS),
    )


def _refuse_overlap(sets: Sequence[IdenticalSet]) -> None:
    owner: dict[SecurityId, str] = {}
    for identical in sets:
        for security_id in identical.security_ids:
            if security_id in owner:
                raise BadInputError(
                    f"{security_id} is in {owner[security_id]} and in {identical.name}: a security "
                    "belongs to one set of substantially identical securities.",
                    code="relations.overlap",
                )
            owner[security_id] = identical.name

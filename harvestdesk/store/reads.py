"""What can be asked of a household book; every answer is a domain value, ordered by id."""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.engine import Connection

from harvestdesk.domain.account import Account, ReliefMethod
from harvestdesk.domain.account_rule import AccountRule
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.household import Household, Person
from harvestdesk.domain.ids import AccountId, ProposalId, SecurityId, TransactionId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import MONEY_DIGITS, PRICE_DIGITS, SHARES_DIGITS, from_scaled
from harvestdesk.domain.outside import OutsideHolding
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.domain.prices import Price, PriceBook, PriceHistory
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.relations import Equivalent, IdenticalSet, Replacement
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.security import Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.target import ClassTarget, SecurityTarget
from harvestdesk.domain.tax_year import ExternalGain, LawChange
from harvestdesk.domain.transaction import LotPick, ScheduledPurchase, Transaction
from harvestdesk.store import codecs, histories, rows, tables
from harvestdesk.store.connection import driver, storage_errors, transaction
from harvestdesk.store.ids import IdCounters
from harvestdesk.store.records import BookState, ImportRecord
from harvestdesk.store.rows import RowCodec

T = TypeVar("T")


class BookReader:
    """The reading half of a household book; one thread at a time, the others wait.

    Attributes:
        path: the file.
        view_only: nothing can be written.
    """

    def __init__(self, path: Path, connection: Connection, *, view_only: bool) -> None:
        self.path = path
        self.view_only = view_only
        self._lock = threading.RLock()
        self._open_connection: Connection | None = connection
        self._session = object()
        self._writes = 0

    def state(self) -> BookState:
        """Return a mark of what the book holds; the same mark means that nothing was written since.

        It tells of writes through this book and, by `PRAGMA data_version`, of those of others.
        """
        with self.reading() as connection:
            (version,) = driver(connection).execute("PRAGMA data_version").fetchone()
            return BookState(self._session, self._writes, version)

    def id_counters(self) -> IdCounters:
        """Return counters that give the ids the next write would give."""
        counters = tables.id_counters.c
        return IdCounters(
            {row[0]: row[1] for row in self._rows(select(counters.prefix, counters.last))}
        )

    @property
    def _connection(self) -> Connection:
        if self._open_connection is None:
            raise RuntimeError("the household book is closed")
        return self._open_connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Hold one moment of the file for a block of reads; inside a write, that write's own view."""
        with self._lock, storage_errors(self.path):
            connection = self._connection
            if driver(connection).in_transaction:
                yield connection
            else:
                with transaction(connection, "DEFERRED"):
                    yield connection

    def _rows(self, statement: Select[Any]) -> list[Any]:
        with self.reading() as connection:
            return list(connection.execute(statement).all())

    def _all(self, codec: RowCodec[T], *order: str, **nested: Iterable[Any]) -> tuple[T, ...]:
        return codec.load(self._rows(_ordered(codec, *order)), **nested)

    def household(self) -> Household:
        """Return the household of the file.

        Raises:
            BadInputError: the file was being made when the program stopped.
        """
        columns = tables.wash_options.c
        with self.reading():
            profiles = self._all(rows.TAX_PROFILE)
            decided = self._rows(select(columns.option, columns.choice))
            wash = [rows.load_policy((row.option, row.choice) for row in decided)] * len(profiles)
            found = self._all(rows.HOUSEHOLD, tax=profiles, wash=wash)
        if not found:
            raise BadInputError(
                f"{self.path.name} was not finished when it was made: it holds no household. "
                "Delete it and make it again.",
                code="file.unfinished",
            )
        return found[0]

    def people(self) -> tuple[Person, ...]:
        """Return the people of the household."""
        return self._all(rows.PEOPLE, "id")

    def accounts(self) -> tuple[Account, ...]:
        """Return the accounts with their owners."""
        owners = tables.account_owners.c
        with self.reading():
            pairs = self._rows(
                select(owners.account_id, owners.person_id).order_by(
                    owners.account_id, owners.position
                )
            )
            found = self._rows(_ordered(rows.ACCOUNTS, "id"))
        return rows.ACCOUNTS.load(found, owner_ids=_grouped(pairs, (row[0] for row in found)))

    def securities(self) -> tuple[Security, ...]:
        """Return every security the file knows."""
        return self._all(rows.SECURITIES, "id")

    def lots(self) -> tuple[TaxLot, ...]:
        """Return the current lots of every account."""
        return self._all(rows.LOTS, "id")

    def statement_lots(self) -> tuple[TaxLot, ...]:
        """Return the lots as the brokers' lot files gave them."""
        return self._all(rows.STATEMENT_LOTS, "id")

    def transactions(self, until: date | None = None) -> tuple[Transaction, ...]:
        """Return the ledger in date order, without superseded rows.

        Args:
            until: last trade date wanted; None: all.
        """
        columns = tables.transactions.c
        statement = _ordered(rows.TRANSACTIONS, "on_date", "id").where(
            columns.superseded_by.is_(None)
        )
        if until is not None:
            statement = statement.where(columns.on_date <= until.isoformat())
        with self.reading():
            found = self._rows(statement)
            picks = self._picks()
        return rows.TRANSACTIONS.load(found, picks=[picks.get(row[0], ()) for row in found])

    def relief_methods(self) -> frozenset[ReliefMethod]:
        """Return every relief method an account or a ledger row names."""
        of_rows = tables.transactions.c.relief
        with self.reading():
            named = self._rows(select(tables.accounts.c.relief).distinct())
            named += self._rows(select(of_rows).where(of_rows.is_not(None)).distinct())
        return frozenset(ReliefMethod(row.relief) for row in named)

    def _picks(self) -> dict[TransactionId, tuple[LotPick, ...]]:
        columns = tables.transaction_picks.c
        found = self._rows(
            select(columns.lot_id, columns.shares, columns.transaction_id).order_by(
                columns.transaction_id, columns.position
            )
        )
        result: dict[TransactionId, tuple[LotPick, ...]] = {}
        for pick, row in zip(rows.PICKS.load([row[:2] for row in found]), found, strict=True):
            result[row[2]] = (*result.get(row[2], ()), pick)
        return result

    def scheduled(self) -> tuple[ScheduledPurchase, ...]:
        """Return the purchases expected in the future."""
        return self._all(rows.SCHEDULED, "id")

    def price_book(self, as_of: date) -> PriceBook:
        """Return the last price of each security on or before `as_of`.

        Where several sources gave a price of that day, the one recorded last counts.
        """
        with self.reading() as connection:
            found = histories.last_prices(connection, as_of)
        return PriceBook(as_of, {SecurityId(row[0]): _price(*row[1:]) for row in found})

    def prices(self, first: date, last: date) -> tuple[tuple[SecurityId, Price], ...]:
        """Return every recorded price between two days, both included, exactly."""
        columns = tables.prices.c
        found = self._rows(
            select(columns.security_id, columns.on_date, columns.source, columns.value)
            .where(columns.on_date.between(first.isoformat(), last.isoformat()))
            .order_by(columns.security_id, columns.on_date, columns.row_no)
        )
        return tuple((SecurityId(row[0]), _price(*row[1:])) for row in found)

    def price_history(
        self, security_ids: Iterable[SecurityId], first: date, last: date
    ) -> PriceHistory:
        """Return the prices of securities between two days, both included, for risk."""
        with self.reading() as connection:
            return histories.price_history(connection, security_ids, first, last)

    def cash(self, as_of: date) -> tuple[dict[AccountId, Decimal], dict[AccountId, date]]:
        """Return dollars per account on its last balance on or before `as_of`, and that date."""
        columns = tables.cash_balances.c
        found = self._rows(
            select(columns.account_id, columns.on_date, columns.amount)
            .where(columns.on_date <= as_of.isoformat())
            .order_by(columns.account_id, columns.on_date)
        )
        amounts = {AccountId(a): from_scaled(amount, MONEY_DIGITS) for a, _, amount in found}
        return amounts, {AccountId(a): date.fromisoformat(on) for a, on, _ in found}

    def identical_sets(self) -> tuple[IdenticalSet, ...]:
        """Return the sets of substantially identical securities."""
        members = tables.identical_set_members.c
        with self.reading():
            pairs = self._rows(
                select(members.set_id, members.security_id).order_by(
                    members.set_id, members.position
                )
            )
            found = self._rows(_ordered(rows.IDENTICAL_SETS, "id"))
        ids = _grouped(pairs, (row[0] for row in found))
        return rows.IDENTICAL_SETS.load(found, security_ids=ids)

    def equivalents(self) -> tuple[Equivalent, ...]:
        """Return which securities are good enough in place of others."""
        return self._all(rows.EQUIVALENTS, "primary_id", "member_id")

    def replacements(self) -> tuple[Replacement, ...]:
        """Return what may be bought when a security is sold at a loss, best rank first."""
        return self._all(rows.REPLACEMENTS, "security_id", "rank", "replacement_id")

    def class_targets(self) -> tuple[ClassTarget, ...]:
        """Return the target weights of asset classes."""
        return self._all(rows.CLASS_TARGETS, "asset_class")

    def security_targets(self) -> tuple[SecurityTarget, ...]:
        """Return the target weights inside accounts."""
        return self._all(rows.SECURITY_TARGETS, "account_id", "security_id")

    def external_gains(self) -> tuple[ExternalGain, ...]:
        """Return the gains known or expected outside the ledger, by day."""
        return self._all(rows.EXTERNAL_GAINS, "on_date", "id")

    def law_changes(self) -> tuple[LawChange, ...]:
        """Return the changes of law the household reckons with, by year."""
        return self._all(rows.LAW_CHANGES, "from_year", "id")

    def account_rules(self) -> tuple[AccountRule, ...]:
        """Return how accounts take part in plans; those without a rule take part like any other."""
        menus = tables.account_menus.c
        with self.reading():
            pairs = self._rows(
                select(menus.account_id, menus.security_id).order_by(
                    menus.account_id, menus.position
                )
            )
            found = self._rows(_ordered(rows.ACCOUNT_RULES, "account_id"))
        return rows.ACCOUNT_RULES.load(found, menu=_grouped(pairs, (row[0] for row in found)))

    def outside_holdings(self) -> tuple[OutsideHolding, ...]:
        """Return what the household owns elsewhere."""
        return self._all(rows.OUTSIDE_HOLDINGS, "id")

    def volumes(self, as_of: date) -> dict[SecurityId, Decimal]:
        """Return the average shares traded a day, as last told on or before `as_of`."""
        columns = tables.volumes.c
        found = self._rows(
            select(columns.security_id, columns.shares)
            .where(columns.on_date <= as_of.isoformat())
            .order_by(columns.security_id, columns.on_date)
        )
        return {SecurityId(row[0]): from_scaled(row[1], SHARES_DIGITS) for row in found}

    def volume_history(self) -> dict[tuple[SecurityId, date], Decimal]:
        """Return every average of shares traded a day, by security and the day it is of."""
        columns = tables.volumes.c
        found = self._rows(select(columns.security_id, columns.on_date, columns.shares))
        return {
            (SecurityId(row[0]), date.fromisoformat(row[1])): from_scaled(row[2], SHARES_DIGITS)
            for row in found
        }

    def risk_settings(self) -> RiskSettings:
        """Return how the household has its risk estimated; what it never chose follows the defaults.

        Raises:
            BadInputError: the record is damaged.
        """
        columns = tables.settings.c
        found = self._rows(select(columns.value).where(columns.key == rows.RISK_KEY))
        return rows.load_risk(found[0].value if found else "{}")

    def proposals(self) -> tuple[Proposal, ...]:
        """Return every plan that was kept."""
        columns = tables.proposals.c
        found = self._rows(select(columns.payload).order_by(columns.id))
        return tuple(codecs.loads(Proposal, row.payload) for row in found)

    def proposal(self, proposal_id: ProposalId) -> Proposal | None:
        """Return one plan, or None when the file has none of that id."""
        columns = tables.proposals.c
        found = self._rows(select(columns.payload).where(columns.id == proposal_id))
        return codecs.loads(Proposal, found[0].payload) if found else None

    def proposal_ids(self, kinds: Collection[PlanKind] = tuple(PlanKind)) -> tuple[ProposalId, ...]:
        """Return the ids of the kept plans of some kinds, in the order they were made."""
        columns = tables.proposals.c
        wanted = columns.kind.in_([kind.value for kind in kinds])
        ordered = select(columns.id).where(wanted).order_by(columns.created_at, columns.id)
        return tuple(ProposalId(row.id) for row in self._rows(ordered))

    def proposal_inputs(self, proposal_id: ProposalId) -> HouseholdSnapshot | None:
        """Return the household a plan was made for, without price history; None if it was not kept.

        Raises:
            CodecError: the record is damaged.
        """
        columns = tables.proposals.c
        found = self._rows(select(columns.inputs).where(columns.id == proposal_id))
        text = found[0].inputs if found else ""
        return codecs.loads(HouseholdSnapshot, codecs.unpacked(text)) if text else None

    def imports(self) -> tuple[ImportRecord, ...]:
        """Return the files that were taken in."""
        return self._all(rows.IMPORTS, "id")

    def settings(self) -> dict[str, str]:
        """Return the household's settings: key to JSON text."""
        columns = tables.settings.c
        found = self._rows(select(columns.key, columns.value).order_by(columns.key))
        return {row.key: row.value for row in found}


def _price(on: str, source: str, value: int) -> Price:
    return Price(from_scaled(value, PRICE_DIGITS), date.fromisoformat(on), source)


def _ordered(codec: RowCodec[Any], *order: str) -> Select[Any]:
    columns = codec.table.c
    return select(*(columns[name] for name in codec.mapped_columns)).order_by(
        *(columns[name] for name in order)
    )


def _grouped(pairs: Iterable[tuple[str, str]], keys: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the second items of pairs as one tuple for each key."""
    groups: Mapping[str, list[str]] = {key: [] for key in keys}
    for key, item in pairs:
        groups[key].append(item)
    return [tuple(items) for items in groups.values()]

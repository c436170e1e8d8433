"""Lots worked out anew from brokers' lots and the ledger."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from harvestdesk.domain.account import Account, ReliefMethod
from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import LotSource, TaxLot
from harvestdesk.domain.money import ZERO, decimal_text
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security
from harvestdesk.domain.transaction import Transaction
from harvestdesk.domain.wash_policy import DEFAULT_POLICY, WashPolicy
from harvestdesk.store.reads import BookReader
from harvestdesk.washsale.events import Shortfall, TaxOf
from harvestdesk.washsale.household_run import connected_sets
from harvestdesk.washsale.identical import SetIndex
from harvestdesk.washsale.rebuild import RebuildResult, rebuild_lots

_BASIS_NEEDED = frozenset(
    {LotSource.VEST, LotSource.TRANSFER, LotSource.GIFT, LotSource.INHERITED, LotSource.OPENING}
)
"""Shares never come in this way for nothing: a zero amount means the file gave no basis."""


@dataclass(frozen=True, slots=True)
class LedgerInput:
    """Everything the lots of a household follow from."""

    accounts: tuple[Account, ...]
    transactions: Sequence[Transaction]
    statement_lots: Sequence[TaxLot]
    identical_sets: tuple[IdenticalSet, ...]
    securities: tuple[Security, ...]
    policy: WashPolicy = DEFAULT_POLICY
    tax_of: TaxOf | None = None
    """Tax of a year's results, for least-tax sales; without it they go by the brokers' order."""


def rebuilt_lots(
    accounts: Iterable[Account],
    transactions: Sequence[Transaction],
    statement_lots: Sequence[TaxLot],
    identical_sets: Iterable[IdenticalSet],
    securities: Iterable[Security],
    policy: WashPolicy = DEFAULT_POLICY,
    tax_of: TaxOf | None = None,
) -> RebuildResult:
    """Return the household's lots; those whose basis no file gave have none rather than zero.

    Its problems name account and security as a person knows them.
    """
    accounts, securities = tuple(accounts), tuple(securities)
    result = rebuild_lots(
        accounts,
        transactions,
        statement_lots,
        identical_sets,
        securities=securities,
        policy=policy,
        tax_of=tax_of,
    )
    oversold = len(result.shortfalls)
    names = {a.id: a.name for a in accounts}
    symbols = {s.id: s.symbol for s in securities}
    return replace(
        result,
        lots=tuple(_honest(lot) for lot in result.lots),
        problems=(
            *(_oversold(short, names, symbols) for short in result.shortfalls),
            *result.problems[oversold:],
        ),
    )


def lots_of_book(
    book: BookReader,
    accounts: Sequence[Account] | None = None,
    policy: WashPolicy | None = None,
) -> dict[AccountId, list[TaxLot]]:
    """Return the lots worked out anew of every account that has a ledger or a broker's lots.

    Args:
        book: what is stored.
        accounts: the accounts as they will be; None: as stored.
        policy: the household's reading as it will be; None: as stored.
    """
    transactions, statements = book.transactions(), book.statement_lots()
    told = {t.account_id for t in transactions} | {s.account_id for s in statements}
    rebuilt = rebuilt_lots(
        book.accounts() if accounts is None else accounts,
        transactions,
        statements,
        book.identical_sets(),
        book.securities(),
        policy or book.household().wash,
    )
    lots: dict[AccountId, list[TaxLot]] = {account_id: [] for account_id in sorted(told)}
    for lot in rebuilt.lots:
        if lot.account_id in lots:
            lots[lot.account_id].append(lot)
    return lots


def refreshed_lots(
    facts: LedgerInput, known: Sequence[TaxLot], touched: Collection[SecurityId]
) -> RebuildResult:
    """Return the household's lots, worked out anew only where the ledger of `touched` reaches.

    That is their identical sets, and those that shares passed to or from, in every account: what happens
    elsewhere never changes their lots. Only a least-tax sale looks at all sets, so with one all are run.

    Args:
        facts: accounts, ledger, brokers' lots and relations as they are now.
        known: the lots as they were before `touched` changed.
        touched: securities with new rows or new statements.
    """
    transactions, statement_lots = facts.transactions, facts.statement_lots
    kept: tuple[TaxLot, ...] = ()
    if not _looks_at_all_sets(facts):
        index = SetIndex.of(facts.securities, facts.identical_sets, facts.policy)
        sets = connected_sets(transactions, index, touched)
        reached = {security_id for set_id in sets for security_id in index.members(set_id)}
        transactions = [t for t in transactions if t.security_id in reached]
        statement_lots = [lot for lot in statement_lots if lot.security_id in reached]
        kept = tuple(lot for lot in known if lot.security_id not in reached)
    result = rebuilt_lots(
        facts.accounts,
        transactions,
        statement_lots,
        facts.identical_sets,
        facts.securities,
        facts.policy,
        facts.tax_of,
    )
    return replace(result, lots=(*kept, *result.lots))


def _looks_at_all_sets(facts: LedgerInput) -> bool:
    if facts.tax_of is None:
        return False
    return any(a.relief is ReliefMethod.MIN_TAX for a in facts.accounts) or any(
        t.relief is ReliefMethod.MIN_TAX for t in facts.transactions
    )


def _honest(lot: TaxLot) -> TaxLot:
    if lot.statement_on is None and lot.source in _BASIS_NEEDED and lot.cost_basis == ZERO:
        return replace(lot, cost_basis=None)
    return lot


def _oversold(
    short: Shortfall, names: dict[AccountId, str], symbols: dict[SecurityId, str]
) -> Problem:
    account = names.get(AccountId(short.account), short.account)
    symbol = symbols.get(SecurityId(short.symbol), short.symbol)
    return Problem(
        Severity.WARNING,
        f"{short.on.isoformat()}: {decimal_text(short.missing)} more shares of {symbol} were sold in "
        f"{account} than the imported history knows of; import older transactions or the broker's "
        "lot file",
        code="coverage_incomplete",
        text=short.sale,
    )

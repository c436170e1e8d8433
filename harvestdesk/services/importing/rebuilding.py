"""Lots worked out anew from brokers' lots and the ledger."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from harvestdesk.domain.account import Account, ReliefMethod
from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import LotSource, TaxLot
from harvestdesk.domain.money import ZERO, decimal_text
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security
from harvestdesk.domain.tax_year import ExternalGain, LawChange
from harvestdesk.domain.transaction import Transaction
from harvestdesk.domain.wash_policy import DEFAULT_POLICY, WashPolicy
from harvestdesk.store.database import HouseholdWriter
from harvestdesk.store.reads import BookReader
from harvestdesk.tax.household_tax import least_tax_of
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
    """Tax of a year's results where sales take least tax (`tax.household_tax`)."""


@dataclass(frozen=True, slots=True)
class ChangedFacts:
    """What lots follow from and will be stored instead; None: stays as stored."""

    accounts: Sequence[Account] | None = None
    household: Household | None = None
    external: Sequence[ExternalGain] | None = None
    laws: Sequence[LawChange] | None = None


NOTHING = ChangedFacts()


def lots_of_ledger(facts: LedgerInput) -> RebuildResult:
    """Return what everything a household's lots follow from comes to."""
    return rebuilt_lots(
        facts.accounts,
        facts.transactions,
        facts.statement_lots,
        facts.identical_sets,
        facts.securities,
        facts.policy,
        facts.tax_of,
    )


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


def ledger_of_book(book: BookReader, changed: ChangedFacts = NOTHING) -> LedgerInput:
    """Return everything the lots of a book follow from, as it will be after a change."""
    accounts = book.accounts() if changed.accounts is None else tuple(changed.accounts)
    household = changed.household or book.household()
    transactions = book.transactions()
    return LedgerInput(
        accounts,
        transactions,
        book.statement_lots(),
        book.identical_sets(),
        book.securities(),
        household.wash,
        least_tax_of(
            accounts,
            transactions,
            household.tax,
            book.external_gains() if changed.external is None else changed.external,
            book.law_changes() if changed.laws is None else changed.laws,
        ),
    )


def lots_of_book(
    book: BookReader, changed: ChangedFacts = NOTHING
) -> dict[AccountId, list[TaxLot]]:
    """Return the lots worked out anew of every account that has a ledger or a broker's lots.

    Args:
        book: what is stored.
        changed: what will be stored instead.
    """
    facts = ledger_of_book(book, changed)
    told = {t.account_id for t in facts.transactions}
    told |= {s.account_id for s in facts.statement_lots}
    rebuilt = lots_of_ledger(facts)
    lots: dict[AccountId, list[TaxLot]] = {account_id: [] for account_id in sorted(told)}
    for lot in rebuilt.lots:
        if lot.account_id in lots:
            lots[lot.account_id].append(lot)
    return lots


def lots_by_tax(book: BookReader, changed: ChangedFacts) -> dict[AccountId, list[TaxLot]]:
    """Return the lots worked out anew where sales take least tax; none where no sale does.

    Such sales take other lots when the household's tax is another.
    """
    return lots_of_book(book, changed) if ReliefMethod.MIN_TAX in book.relief_methods() else {}


def put_lots(w: HouseholdWriter, lots: Mapping[AccountId, Sequence[TaxLot]]) -> None:
    """Write lots worked out anew inside an open undo step; nothing where there are none."""
    if lots:
        w.replace_lots(list(lots), [lot for own in lots.values() for lot in own])


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
    kept: tuple[TaxLot, ...] = ()
    if facts.tax_of is None:
        index = SetIndex.of(facts.securities, facts.identical_sets, facts.policy)
        sets = connected_sets(facts.transactions, index, touched)
        reached = {security_id for set_id in sets for security_id in index.members(set_id)}
        kept = tuple(lot for lot in known if lot.security_id not in reached)
        facts = replace(
            facts,
            transactions=[t for t in facts.transactions if t.security_id in reached],
            statement_lots=[x for x in facts.statement_lots if x.security_id in reached],
            securities=tuple(s for s in facts.securities if s.id in reached),
        )
    result = lots_of_ledger(facts)
    return replace(result, lots=(*kept, *result.lots))


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

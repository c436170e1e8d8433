"""Lots as of today from what brokers report: their lot files, rolled forward by the ledger.

Where a broker's lot file dated D exists for an account and security, its lots are the truth on D and
only later transactions count; elsewhere the lots are rebuilt from the whole ledger.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from operator import attrgetter

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.errors import Problem, Severity
from harvestdesk.domain.ids import LotId, SecurityId
from harvestdesk.domain.lot import BOUGHT_IF_RECENT, LotSource, TaxLot
from harvestdesk.domain.money import MONEY_DIGITS, SHARES_DIGITS, ZERO, decimal_text, rounded
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.transaction import LOT_SOURCES, Transaction, TransactionType
from harvestdesk.domain.wash_policy import DEFAULT_POLICY, IdenticalReading, WashPolicy
from harvestdesk.washsale.events import (
    Acquire,
    Event,
    Exchange,
    LedgerFacts,
    LedgerLot,
    LedgerSymbol,
    LotChange,
    MethodRefused,
    OpenShort,
    SaleSlice,
    Shortfall,
    SpinOff,
    TaxOf,
)
from harvestdesk.washsale.identical import SetIndex
from harvestdesk.washsale.ledger import run_ledger
from harvestdesk.washsale.purchases import is_put
from harvestdesk.washsale.row_events import RowEvents

UNDATED = date(1900, 1, 1)
"""Stands inside the ledger for an acquisition date nobody reported."""

PART_MARK = "~"
"""Stands between a lot's id and the number of a part that replaced other shares."""

_OTHER_PLANS = frozenset({AccountType.PLAN_401K, AccountType.HSA})
_STRICT = WashPolicy(identical=IdenticalReading.STRICT)
_AVERAGED = frozenset(
    {SecurityKind.MUTUAL_FUND, SecurityKind.ETF, SecurityKind.MONEY_MARKET, SecurityKind.OTHER}
)
"""Kinds that are or may be shares of a regulated investment company (Reg. 1.1012-1(e)(1)(i))."""


@dataclass(frozen=True, slots=True)
class RebuildResult:
    """Lots as they stand, the sales behind them, and what did not add up."""

    lots: tuple[TaxLot, ...]
    sales: tuple[SaleSlice, ...]
    problems: tuple[Problem, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()
    history: tuple[LotChange, ...] = ()
    shorts: tuple[OpenShort, ...] = ()


@dataclass(frozen=True, slots=True)
class HouseholdLedger:
    """Ledger facts of a household, with what is needed to turn results back into lots."""

    facts: LedgerFacts
    origins: Mapping[str, TaxLot]
    """Lot as it came in, by lot id: everything the ledger itself doesn't carry."""
    problems: tuple[Problem, ...] = ()
    """Corporate actions that lack what the ledger needs of them."""


def rebuild_lots(  # noqa: PLR0913 - everything the lots follow from
    accounts: Iterable[Account],
    transactions: Sequence[Transaction],
    statement_lots: Sequence[TaxLot],
    identical_sets: Iterable[IdenticalSet],
    *,
    securities: Iterable[Security] = (),
    policy: WashPolicy = DEFAULT_POLICY,
    tax_of: TaxOf | None = None,
    history: bool = False,
) -> RebuildResult:
    """Return the lots of all accounts after the last transaction.

    A sale of more shares than are known is a problem (the import doesn't reach back far enough), not
    an error. Least-tax sales go by `tax_of` where it is given (`tax.household_tax`), else by the
    brokers' fixed order; it needs the ledger of the whole household. With `history` the trail of each
    lot is kept.
    """
    known = tuple(securities)
    ledger = household_ledger(
        accounts, transactions, statement_lots, identical_sets, securities=known, tax_of=tax_of
    )
    result = run_ledger(ledger.facts, policy, history=history)
    problems = [_problem(s) for s in result.shortfalls]
    return RebuildResult(
        _tax_lots(result.lots, ledger.origins),
        result.sales,
        (*problems, *ledger.problems, *_refused(result.refused, known)),
        result.shortfalls,
        result.history,
        result.shorts,
    )


def household_ledger(
    accounts: Iterable[Account],
    transactions: Sequence[Transaction],
    statement_lots: Sequence[TaxLot],
    identical_sets: Iterable[IdenticalSet],
    *,
    securities: Iterable[Security] = (),
    tax_of: TaxOf | None = None,
) -> HouseholdLedger:
    """Return the ledger facts of a household's statements and transactions."""
    known_accounts, known_securities = tuple(accounts), tuple(securities)
    origins: dict[str, TaxLot] = {lot.id: lot for lot in statement_lots}
    events: list[Event] = [opening_event(lot) for lot in statement_lots]
    reader = RowEvents(statement_lots, known_securities, distributions=tax_of is not None)
    reinvested: set[SecurityId] = set()
    for row in sorted(transactions, key=attrgetter("on")):
        event = reader.of(_with_whole_lots(row))
        if event is None:
            continue
        events.append(event)
        if isinstance(event, Acquire):
            origins[event.lot] = _origin(row, SecurityId(event.symbol))
            if row.type is TransactionType.DRIP:
                reinvested.add(SecurityId(event.symbol))
    traded = {e.symbol for e in events}
    traded |= {e.new_symbol for e in events if isinstance(e, (SpinOff, Exchange))}
    facts = LedgerFacts(
        tuple(events),
        frozenset(a.id for a in known_accounts if not a.type.is_taxable),
        ledger_symbols(known_securities, identical_sets, traded, reinvested),
        {a.id: a.relief for a in known_accounts},
        tax_of,
        other_plans=other_plans(known_accounts),
        owners=owners_of(known_accounts),
    )
    return HouseholdLedger(facts, origins, tuple(reader.problems))


def other_plans(accounts: Iterable[Account]) -> frozenset[str]:
    """Return the accounts that are sheltered like an IRA without being one."""
    return frozenset(a.id for a in accounts if a.type in _OTHER_PLANS)


def owners_of(accounts: Iterable[Account]) -> dict[str, frozenset[str]]:
    """Return the people each account belongs to."""
    return {a.id: frozenset(a.owner_ids) for a in accounts}


def ledger_symbols(
    securities: Iterable[Security],
    identical_sets: Iterable[IdenticalSet],
    traded: Iterable[str],
    reinvested: Collection[SecurityId] = (),
) -> dict[str, LedgerSymbol]:
    """Return what each security is to the wash-sale rules, under every reading of them.

    Args:
        securities: what is known of them.
        identical_sets: the household's sets.
        traded: securities of the ledger.
        reinvested: securities with shares from dividend reinvestment.
    """
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
            averages=security is None
            or security.kind in _AVERAGED
            or (security.kind is SecurityKind.STOCK and security_id in reinvested),
            crypto=security is not None and security.kind is SecurityKind.CRYPTO,
            strict_set_id=strict.set_of(security_id),
            underlying="" if security is None else security.underlying_id or "",
        )
    return symbols


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
        always_long=lot.always_long,
    )  # fmt: skip


def _with_whole_lots(row: Transaction) -> Transaction:
    """Parts of a rebuilt lot carry a number behind "~"; the ledger knows the whole lot."""
    if not any(PART_MARK in pick.lot_id for pick in row.picks):
        return row
    picks = (replace(p, lot_id=LotId(p.lot_id.partition(PART_MARK)[0])) for p in row.picks)
    return replace(row, picks=tuple(picks))


def _origin(row: Transaction, security_id: SecurityId) -> TaxLot:
    acquired = row.acquired_on or row.on
    return TaxLot(
        LotId(row.lot_id or row.id), row.account_id, security_id, row.shares, acquired, acquired,
        row.amount, source=LOT_SOURCES.get(row.type, LotSource.OPENING), purchase=row.purchase, broker_ref=row.broker_ref,
    )  # fmt: skip


def _tax_lots(rows: Sequence[LedgerLot], origins: Mapping[str, TaxLot]) -> tuple[TaxLot, ...]:
    """Return stored lots: one for each part, rounded so that the parts of a lot still add up."""
    parts: dict[str, list[LedgerLot]] = defaultdict(list)
    for row in rows:
        parts[row.lot].append(row)
    made: list[TaxLot] = []
    for rows_of_lot in parts.values():
        origin = _origin_of(rows_of_lot[0], origins)
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
                    security_id=SecurityId(part.symbol),
                    id=origin.id if number == 0 else LotId(f"{origin.id}{PART_MARK}{number + 1}"),
                    shares=shares[number],
                    adjusted_acquired_on=None if origin.acquired_on is None else adjusted,
                    cost_basis=costs[number] if part.basis_known else None,
                    wash_added=added[number],
                    from_decedent=part.always_long and origin.source is not LotSource.INHERITED,
                    purchase=origin.purchase or (origin.id if len(group) > 1 else ""),
                )
            )
    return tuple(made)


def _origin_of(row: LedgerLot, origins: Mapping[str, TaxLot]) -> TaxLot:
    """Return what a lot came from; a lot of shares spun off is named after the one it came from."""
    origin = origins.get(row.lot)
    if origin is not None:
        return origin
    base = row.lot
    while base not in origins:
        base = base.rpartition("/")[0]
    return replace(
        origins[base], id=LotId(row.lot), source=LotSource.OPENING, purchase="", broker_ref="",
        statement_on=None,
    )  # fmt: skip


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


def _refused(asked: Iterable[MethodRefused], securities: Iterable[Security]) -> Iterator[Problem]:
    symbols = {str(s.id): s.symbol for s in securities}
    for each in asked:
        yield Problem(
            Severity.WARNING,
            f"{symbols.get(each.symbol, each.symbol)}, {each.on.isoformat()}: average cost is for funds and "
            "dividend reinvestment plans; this sale went first in, first out",
            code="average_refused",
            text=each.sale,
        )

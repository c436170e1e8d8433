"""The household at a glance: what it is worth, what could be harvested, what comes up next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.account import AccountType
from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.services.views.drift import DriftView, drift_view
from harvestdesk.services.views.lots import SOON_DAYS, LotRow, LotStatus, LotsView, lots_view
from harvestdesk.services.views.wash_calendar import (
    CalendarView,
    occurrences,
    wash_calendar_view,
)

_AHEAD = timedelta(days=SOON_DAYS)


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """One account: lots at their last price plus cash, and the unrealised result if taxable."""

    account_id: AccountId
    name: str
    type: AccountType
    lots: int
    value: Decimal
    cash: Decimal
    gain: Decimal | None
    oldest_price_on: date | None
    stale_prices: int


class EventKind(StrEnum):
    """What comes up."""

    LOCK_ENDS = "lock_ends"
    LONG_TERM = "long_term"
    SCHEDULED = "scheduled"
    WASHES = "washes"
    """A scheduled purchase that would wash a loss."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that comes up, with its symbols and the dollars it touches."""

    on: date
    kind: EventKind
    symbols: tuple[str, ...]
    account: str
    dollars: Decimal


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the first page says."""

    as_of: date
    total: Decimal
    cash: Decimal
    accounts: tuple[AccountTotal, ...]
    lots: LotsView
    drift: DriftView
    calendar: CalendarView
    stale_symbols: tuple[str, ...]
    events: tuple[Event, ...]


def overview(snapshot: HouseholdSnapshot, proposal: Proposal | None = None) -> Overview:
    """Return the first page of a household; the other pages' rows are inside, computed once."""
    lots = lots_view(snapshot, proposal)
    calendar = wash_calendar_view(snapshot, proposal)
    by_id = snapshot.security_by_id
    held = {lot.security_id for lot in snapshot.lots}
    stale = sorted(by_id[s].symbol for s in snapshot.prices.stale() if s in held)
    return Overview(
        as_of=snapshot.as_of,
        total=snapshot.total_value(),
        cash=sum(snapshot.cash.values(), ZERO),
        accounts=account_totals(snapshot, lots),
        lots=lots,
        drift=drift_view(snapshot, proposal),
        calendar=calendar,
        stale_symbols=tuple(stale),
        events=tuple(sorted(_events(snapshot, lots, calendar), key=lambda e: (e.on, e.kind.value))),
    )


def account_totals(snapshot: HouseholdSnapshot, lots: LotsView) -> tuple[AccountTotal, ...]:
    """Return value, cash and unrealised result per account, in the household's order."""
    return tuple(
        _account_total(snapshot, account.id, [r for r in lots.rows if r.account_id == account.id])
        for account in snapshot.accounts
    )


def _account_total(
    snapshot: HouseholdSnapshot, account_id: AccountId, rows: list[LotRow]
) -> AccountTotal:
    account = snapshot.account_by_id[account_id]
    cash = snapshot.cash.get(account_id, ZERO)
    gains = [r.gain for r in rows if r.gain is not None]
    return AccountTotal(
        account_id=account_id,
        name=account.name,
        type=account.type,
        lots=len(rows),
        value=sum((r.value for r in rows), ZERO) + cash,
        cash=cash,
        gain=sum(gains, ZERO) if account.type.is_taxable and gains else None,
        oldest_price_on=min((r.price_on for r in rows if r.price_on), default=None),
        stale_prices=len({r.security_id for r in rows if r.price_stale}),
    )


def _events(snapshot: HouseholdSnapshot, lots: LotsView, calendar: CalendarView) -> Iterator[Event]:
    horizon = snapshot.as_of + _AHEAD
    for row in calendar.rows:
        if row.first_safe_day <= horizon and not row.planned:
            accounts = ", ".join(row.accounts)
            yield Event(row.first_safe_day, EventKind.LOCK_ENDS, row.symbols, accounts, row.dollars)
    for lot in lots.rows:
        if 0 < lot.days_to_long_term <= SOON_DAYS and lot.status is not LotStatus.SHELTERED:
            on = snapshot.as_of + timedelta(days=lot.days_to_long_term)
            yield Event(on, EventKind.LONG_TERM, (lot.symbol,), lot.account, lot.gain or ZERO)
    washing = {(m.on, m.account_id, m.symbol): m for _, m in calendar.collisions}
    for scheduled in snapshot.scheduled:
        symbol = snapshot.security_by_id[scheduled.security_id].symbol
        account = snapshot.account_by_id[scheduled.account_id]
        for on in occurrences(scheduled, snapshot.as_of, horizon):
            hit = washing.get((on, account.id, symbol))
            kind = EventKind.WASHES if hit else EventKind.SCHEDULED
            dollars = hit.at_stake if hit else scheduled.amount
            yield Event(on, kind, (symbol,), account.name, dollars)

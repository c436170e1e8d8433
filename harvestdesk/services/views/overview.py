"""The household at a glance: what it is worth, what could be harvested, what comes up next."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import AccountType
from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.services.views.agenda import Event, EventKind, agenda
from harvestdesk.services.views.drift import DriftView, drift_view
from harvestdesk.services.views.lots import LotRow, LotsView, lots_view
from harvestdesk.services.views.wash_calendar import CalendarView, wash_calendar_view

__all__ = ["AccountTotal", "Event", "EventKind", "Overview", "account_totals", "overview"]


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
        events=agenda(snapshot, lots, calendar, proposal),
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

"""What to do next: dated, with the dollars at stake, and nothing that is neither."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.money import ZERO
from harvestdesk.domain.plan_settings import PlanKind
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.services.views.lots import SOON_DAYS, LotRow, LotStatus, LotsView
from harvestdesk.services.views.wash_calendar import CalendarView, LockRow

_AHEAD = timedelta(days=SOON_DAYS)


class EventKind(StrEnum):
    """What there is to do, or to know."""

    PLAN = "plan"
    """Losses that could be sold today, and no plan for them."""
    PLAN_AGAIN = "plan_again"
    """There is a plan, but the household has changed since."""
    PLAN_FAILED = "plan_failed"
    """There is a plan, and it did not pass its checks."""
    CARRY_OUT = "carry_out"
    """A plan that passed waits to be carried out."""
    TRADE_AGAIN = "trade_again"
    """There is a household plan, but the household has changed since."""
    TRADES_FAILED = "trades_failed"
    """There is a household plan, and it did not pass its checks."""
    CARRY_OUT_TRADES = "carry_out_trades"
    """A household plan that passed waits to be carried out."""
    WASHES = "washes"
    """A scheduled purchase that would wash a loss."""
    LOSS_TURNS_LONG = "loss_turns_long"
    """A loss counts as short-term up to the day before."""
    YEAR_END = "year_end"
    """Losses realised later count for the next year."""
    LOSS_FREE = "loss_free"
    """A locked loss can be sold again."""
    BUY_FREE = "buy_free"
    """Something sold at a loss may be bought again."""
    LONG_TERM = "long_term"
    """A gain turns long-term."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to do: by when, its symbols, where, and the dollars it touches (positive)."""

    on: date
    kind: EventKind
    symbols: tuple[str, ...]
    account: str
    dollars: Decimal
    lots: int = 0


def agenda(
    snapshot: HouseholdSnapshot,
    lots: LotsView,
    calendar: CalendarView,
    proposal: Proposal | None = None,
) -> tuple[Event, ...]:
    """Return what to do in the next weeks, in order of days; what touches no dollar is left out."""
    found = (
        *_plan(snapshot, lots, proposal),
        *_washing(snapshot, calendar),
        *_turning(snapshot, lots),
        *_ending(snapshot, lots, calendar),
    )
    order = {kind: place for place, kind in enumerate(EventKind)}
    return tuple(sorted(found, key=lambda e: (e.on, order[e.kind], -e.dollars, e.symbols)))


def _plan(
    snapshot: HouseholdSnapshot, lots: LotsView, proposal: Proposal | None
) -> Iterator[Event]:
    today, worth, count = snapshot.as_of, lots.harvestable, lots.harvestable_lots
    if proposal is not None and (proposal.sales or proposal.purchases or proposal.gifts):
        yield _waiting(snapshot, proposal)
    elif worth > 0:
        yield Event(today, EventKind.PLAN, (), "", worth, count)
    if worth > 0:
        yield Event(date(today.year, 12, 31), EventKind.YEAR_END, (), "", worth, count)


def _waiting(snapshot: HouseholdSnapshot, proposal: Proposal) -> Event:
    """A plan to carry out, or to make again; `lots` of a household plan are its trades and gifts."""
    late = proposal.fingerprint != snapshot.fingerprint
    if proposal.kind is PlanKind.HARVEST:
        kinds = (EventKind.PLAN_AGAIN, EventKind.CARRY_OUT, EventKind.PLAN_FAILED)
        dollars, count = proposal.realised_loss, len(proposal.sales)
    else:
        kinds = (EventKind.TRADE_AGAIN, EventKind.CARRY_OUT_TRADES, EventKind.TRADES_FAILED)
        moved = [s.proceeds for s in proposal.sales] + [b.amount for b in proposal.purchases]
        dollars = sum(moved + [g.value for g in proposal.gifts], ZERO)
        count = len(moved) + len(proposal.gifts)
    again, ready, failed = kinds
    kind = again if late else ready if proposal.passed else failed
    return Event(snapshot.as_of, kind, (), "", dollars, count)


def _washing(snapshot: HouseholdSnapshot, calendar: CalendarView) -> Iterator[Event]:
    for _, marker in calendar.collisions:
        if marker.on <= snapshot.as_of + _AHEAD:
            where = marker.account
            yield Event(marker.on, EventKind.WASHES, (marker.symbol,), where, marker.at_stake)


def _turning(snapshot: HouseholdSnapshot, lots: LotsView) -> Iterator[Event]:
    """Lots that turn long-term soon, one event for a day and an account."""
    groups: dict[tuple[date, EventKind, str], list[LotRow]] = defaultdict(list)
    for row in lots.rows:
        if not 0 < row.days_to_long_term <= SOON_DAYS or row.status is LotStatus.SHELTERED:
            continue
        on = snapshot.as_of + timedelta(days=row.days_to_long_term)
        if row.free_loss > 0:
            groups[(on, EventKind.LOSS_TURNS_LONG, row.account)].append(row)
        elif row.gain is not None and row.gain > 0:
            groups[(on, EventKind.LONG_TERM, row.account)].append(row)
    for (on, kind, account), rows in groups.items():
        symbols = tuple(sorted({r.symbol for r in rows}))
        dollars = sum((r.free_loss or r.gain or ZERO for r in rows), ZERO)
        yield Event(on, kind, symbols, account, dollars, len(rows))


def _ending(snapshot: HouseholdSnapshot, lots: LotsView, calendar: CalendarView) -> Iterator[Event]:
    """Locks that end: what is free on the same day, for the same reason, in one line."""
    groups: dict[tuple[date, EventKind], dict[tuple[str, ...], LockRow]] = defaultdict(dict)
    for lane in calendar.lanes:
        for kind, rows in (
            (EventKind.LOSS_FREE, lane.sell_locks),
            (EventKind.BUY_FREE, [w for w in lane.windows if not w.planned]),
        ):
            last = max(rows, key=lambda r: (r.first_safe_day, r.dollars), default=None)
            if last and last.dollars > 0 and last.first_safe_day <= snapshot.as_of + _AHEAD:
                groups[(last.first_safe_day, kind)][last.symbols] = last
    for (on, kind), found in groups.items():
        rows = list(found.values())
        symbols = tuple(sorted(s for r in rows for s in r.symbols))
        # A loss can be sold where it is held, whichever account's purchase locked it; a buy lock holds
        # everywhere.
        accounts = _losing(lots, symbols) if kind is EventKind.LOSS_FREE else []
        yield Event(on, kind, symbols, ", ".join(accounts), sum((r.dollars for r in rows), ZERO))


def _losing(lots: LotsView, symbols: Collection[str]) -> list[str]:
    """Return the accounts that hold these securities at a loss that counts."""
    return sorted(
        {
            r.account
            for r in lots.rows
            if r.symbol in symbols
            and r.status is not LotStatus.SHELTERED
            and r.gain is not None
            and r.gain < 0
        }
    )

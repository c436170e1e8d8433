"""The wash-sale calendar: one lane per identical set, its windows, its purchases, and where they collide."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.ids import AccountId, IdenticalSetId, SecurityId
from harvestdesk.domain.lock import LockKind, WashLock
from harvestdesk.domain.money import ZERO, cents, decimal_text
from harvestdesk.domain.proposal import Proposal
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import ACQUISITIONS, ScheduledPurchase
from harvestdesk.reports.evidence_words import gap_sentence
from harvestdesk.services.views.naming import Names
from harvestdesk.washsale.evidence import Coverage
from harvestdesk.washsale.outlook import locks_on
from harvestdesk.washsale.window import window

_MONTHLY = 30
_MARGIN = timedelta(days=7)
_MAX_REPEATS = 400


class MarkerKind(StrEnum):
    """What kind of acquisition a marker stands for; each has its own shape."""

    PURCHASE = "purchase"
    DRIP = "drip"
    RECURRING = "recurring"
    VEST = "vest"


@dataclass(frozen=True, slots=True)
class LockRow:
    """One lock as the table twin and the command line show it.

    Attributes:
        planned: the lock comes with the plan and does not exist yet.
        dollars: loss at stake, positive.
    """

    set_id: IdenticalSetId
    name: str
    symbols: tuple[str, ...]
    kind: LockKind
    first_day: date
    last_day: date
    first_safe_day: date
    cause: str
    cause_on: date
    account_ids: tuple[AccountId, ...]
    accounts: tuple[str, ...]
    shares: Decimal
    dollars: Decimal
    permanent: bool
    planned: bool
    evidence: str

    @property
    def spills_over(self) -> bool:
        """True when the lock runs past the end of the year of its cause."""
        return self.last_day.year > self.cause_on.year


@dataclass(frozen=True, slots=True)
class Marker:
    """One acquisition of a set, past or expected.

    Attributes:
        scheduled: expected, not yet happened.
        inside: falls inside the 61-day window of a loss sale of the lane.
        permanent: in an IRA-type account: what it washes is lost for good (Rev. Rul. 2008-5).
        at_stake: loss it washes if it happens as shown, dollars, positive; zero outside windows.
    """

    on: date
    kind: MarkerKind
    scheduled: bool
    account_id: AccountId
    account: str
    initials: str
    symbol: str
    shares: Decimal
    permanent: bool
    confirmed: bool = True
    inside: bool = False
    at_stake: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Lane:
    """One identical set: loss-sale windows, sell locks and markers in date order."""

    set_id: IdenticalSetId
    name: str
    symbols: tuple[str, ...]
    windows: tuple[LockRow, ...]
    sell_locks: tuple[LockRow, ...]
    markers: tuple[Marker, ...]

    @property
    def collisions(self) -> tuple[Marker, ...]:
        """Markers inside a window, the expected ones first."""
        return tuple(sorted((m for m in self.markers if m.inside), key=lambda m: not m.scheduled))

    @property
    def permanent(self) -> bool:
        """True when a loss of the lane is, or would be, lost for good."""
        locks = (*self.windows, *self.sell_locks)
        return any(x.permanent for x in locks) or any(
            m.permanent and m.inside for m in self.markers
        )

    @property
    def safe_buy_from(self) -> date | None:
        """First day the set may be bought again anywhere in the household."""
        return max((w.first_safe_day for w in self.windows), default=None)

    @property
    def safe_loss_sale_from(self) -> date | None:
        """First day a loss of the set stands for every share."""
        return max((w.first_safe_day for w in self.sell_locks), default=None)

    @property
    def dollars(self) -> Decimal:
        """Losses at stake in the lane, in dollars, positive.

        Purchases that lock the same lots share one loss: it counts once.
        """
        sold = sum((x.dollars for x in self.windows), ZERO)
        return sold + max((x.dollars for x in self.sell_locks), default=ZERO)


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The calendar between two days; `rows` is the table twin, in order of first safe day.

    Attributes:
        remarks: what is not known of the last 30 days, so that a set without a lock isn't called clear.
    """

    as_of: date
    first_day: date
    last_day: date
    year_end: date
    lanes: tuple[Lane, ...]
    rows: tuple[LockRow, ...]
    remarks: tuple[str, ...] = ()

    @property
    def collisions(self) -> tuple[tuple[Lane, Marker], ...]:
        """Expected purchases that would wash a loss: what must be paused, in date order."""
        found = [(x, m) for x in self.lanes for m in x.markers if m.inside and m.scheduled]
        return tuple(sorted(found, key=lambda pair: pair[1].on))


def wash_calendar_view(
    snapshot: HouseholdSnapshot,
    proposal: Proposal | None = None,
    *,
    locks: Sequence[WashLock] | None = None,
) -> CalendarView:
    """Return the locks of the household, and of a plan, as lanes and as rows.

    Args:
        snapshot: the household on its day.
        proposal: a plan whose own locks are shown beside those in force.
        locks: what `locks_on` said, where the caller has it already.
    """
    names = Names.of(snapshot)
    standing = locks_on(snapshot) if locks is None else locks
    rows = [lock_row(names, lock, planned=False) for lock in standing]
    if proposal is not None:
        seen = {_key(row) for row in rows}
        planned = (lock_row(names, lock, planned=True) for lock in proposal.locks)
        rows += [row for row in planned if _key(row) not in seen]
    rows.sort(key=lambda r: (r.first_safe_day, r.name, r.kind.value))
    first, last = _span(snapshot.as_of, rows)
    return CalendarView(
        as_of=snapshot.as_of,
        first_day=first,
        last_day=last,
        year_end=date(snapshot.as_of.year, 12, 31),
        lanes=_lanes(snapshot, names, rows, (first, last)),
        rows=tuple(rows),
        remarks=coverage_remarks(snapshot),
    )


def coverage_remarks(snapshot: HouseholdSnapshot) -> tuple[str, ...]:
    """Return what keeps any standing of today from being confirmed, each thing once."""
    findings = Coverage(snapshot).set_findings().values()
    gaps = dict.fromkeys(gap for finding in findings for gap in finding.gaps)
    return tuple(dict.fromkeys(gap_sentence(gap, snapshot) for gap in gaps))


def _key(row: LockRow) -> tuple[object, ...]:
    return (row.set_id, row.kind, row.cause_on, row.last_day, row.account_ids)


def lock_row(names: Names, lock: WashLock, *, planned: bool) -> LockRow:
    """Return a lock with the names of its set and accounts."""
    set_id = lock.identical_set_id
    symbols = names.set_symbols(lock.security_ids)
    own = str(set_id).startswith("own:")
    name = (
        names.security(lock.security_ids[0])
        if own and lock.security_ids
        else names.sets.name(set_id)
    )
    return LockRow(
        set_id=set_id,
        name=name or ", ".join(symbols),
        symbols=symbols,
        kind=lock.kind,
        first_day=lock.first_day,
        last_day=lock.last_day,
        first_safe_day=lock.first_safe_day,
        cause=lock.cause,
        cause_on=lock.cause_on,
        account_ids=lock.account_ids,
        accounts=names.accounts(lock.account_ids),
        shares=lock.shares,
        dollars=lock.dollars,
        permanent=lock.permanent,
        planned=planned,
        evidence=lock.evidence,
    )


def _span(as_of: date, rows: Iterable[LockRow]) -> tuple[date, date]:
    """Return the days worth showing: every window whole, and January, where locks spill."""
    rows = tuple(rows)
    first = min([as_of - timedelta(days=31), *(_window_of(r)[0] for r in rows)])
    ends = [r.first_safe_day for r in rows]
    last = max([as_of + timedelta(days=31), date(as_of.year + 1, 1, 1), *ends])
    return first - _MARGIN, last + _MARGIN


def _window_of(row: LockRow) -> tuple[date, date]:
    return (
        window(row.cause_on) if row.kind is LockKind.BUY_LOCKED else (row.first_day, row.last_day)
    )


def _lanes(
    snapshot: HouseholdSnapshot, names: Names, rows: Sequence[LockRow], span: tuple[date, date]
) -> tuple[Lane, ...]:
    shown = {row.set_id for row in rows}
    markers: dict[IdenticalSetId, list[Marker]] = {set_id: [] for set_id in shown}
    for set_id, marker in _markers(snapshot, names, shown, span):
        markers[set_id].append(marker)
    lanes = []
    for set_id in sorted(shown, key=str):
        mine = [r for r in rows if r.set_id == set_id]
        windows = tuple(r for r in mine if r.kind is LockKind.BUY_LOCKED)
        found = sorted(markers[set_id], key=lambda m: (m.on, m.account, m.kind.value))
        lanes.append(
            Lane(
                set_id=set_id,
                name=mine[0].name,
                symbols=mine[0].symbols,
                windows=windows,
                sell_locks=tuple(r for r in mine if r.kind is LockKind.LOSS_SALE_LOCKED),
                markers=tuple(_collided(m, windows) for m in found),
            )
        )
    return tuple(sorted(lanes, key=_urgency))


def _urgency(lane: Lane) -> tuple[object, ...]:
    """What must be paused first, then what was sold, what would be lost for good, and the most dollars."""
    expected = [m for m in lane.markers if m.inside and m.scheduled]
    sold = [w for w in lane.windows if not w.planned]
    return (not expected, not sold, not lane.permanent, -lane.dollars, lane.symbols)


def _collided(marker: Marker, windows: Iterable[LockRow]) -> Marker:
    """Say whether a marker falls inside a window, and what that washes (Reg. 1.1091-1(c), (d))."""
    at_stake, inside = ZERO, False
    for row in windows:
        first, last = window(row.cause_on)
        if not first <= marker.on <= last:
            continue
        inside = True
        if row.shares > 0:
            at_stake += cents(row.dollars * min(marker.shares, row.shares) / row.shares)
    return replace(marker, inside=inside, at_stake=at_stake) if inside else marker


def _markers(
    snapshot: HouseholdSnapshot,
    names: Names,
    shown: set[IdenticalSetId],
    span: tuple[date, date],
) -> Iterator[tuple[IdenticalSetId, Marker]]:
    first, last = span
    for t in snapshot.transactions:
        if t.type not in ACQUISITIONS or t.security_id is None or not first <= t.on <= last:
            continue
        set_id = names.set_of(t.security_id)
        if set_id in shown:
            kind = MarkerKind.PURCHASE if t.type.value == "buy" else MarkerKind(t.type.value)
            yield set_id, _marker(names, t.on, kind, t.account_id, t.security_id, t.shares)
    for s in snapshot.scheduled:
        set_id = names.set_of(s.security_id)
        if set_id not in shown:
            continue
        for on in occurrences(s, snapshot.as_of, last):
            kind = MarkerKind(s.type.value)
            made = _marker(names, on, kind, s.account_id, s.security_id, _expected(snapshot, s))
            yield set_id, replace(made, scheduled=True, confirmed=s.confirmed)


def _marker(
    names: Names,
    on: date,
    kind: MarkerKind,
    account_id: AccountId,
    security_id: SecurityId,
    shares: Decimal,
) -> Marker:
    return Marker(
        on=on,
        kind=kind,
        scheduled=False,
        account_id=account_id,
        account=names.account(account_id),
        initials=names.mark(account_id),
        symbol=names.symbol(security_id),
        shares=shares,
        permanent=not names.is_taxable(account_id),
    )


def _expected(snapshot: HouseholdSnapshot, scheduled: ScheduledPurchase) -> Decimal:
    """Shares a scheduled purchase will buy, about: its dollars at the last price if no shares are set."""
    if scheduled.shares > 0:
        return scheduled.shares
    price = snapshot.prices.get(scheduled.security_id)
    if price is None or price.value <= 0:
        return ZERO
    return (scheduled.amount / price.value).quantize(Decimal("0.0001"))


def occurrences(scheduled: ScheduledPurchase, first: date, last: date) -> Iterator[date]:
    """Yield the days of a scheduled purchase between two days, both inside."""
    end = min(last, scheduled.until) if scheduled.until else last
    for count in range(_MAX_REPEATS):
        on = _nth(scheduled, count)
        if on > end:
            return
        if on >= first:
            yield on
        if scheduled.every_days <= 0:
            return


def _nth(scheduled: ScheduledPurchase, count: int) -> date:
    if scheduled.every_days != _MONTHLY:
        return scheduled.next_on + timedelta(days=count * max(scheduled.every_days, 0))
    months = scheduled.next_on.month - 1 + count
    year, month = scheduled.next_on.year + months // 12, months % 12 + 1
    return _clamped(year, month, scheduled.next_on.day)


def _clamped(year: int, month: int, day: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day, (following - timedelta(days=1)).day))


def wash_calendar_json(view: CalendarView) -> list[dict[str, object]]:
    """Return the locks as the command line prints them."""
    return [
        {
            "identical_set": row.set_id,
            "symbols": list(row.symbols),
            "kind": row.kind.value,
            "first_day": row.first_day.isoformat(),
            "last_day": row.last_day.isoformat(),
            "first_safe_day": row.first_safe_day.isoformat(),
            "cause": row.cause,
            "cause_on": row.cause_on.isoformat(),
            "accounts": list(row.account_ids),
            "shares": decimal_text(row.shares),
            "dollars": format(row.dollars, ".2f"),
            "permanent": row.permanent,
            "evidence": row.evidence,
        }
        for row in view.rows
    ]

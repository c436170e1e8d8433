"""How sure a wash-sale finding is, and what is missing where it isn't: never "clear" without data.

A finding rests on what every account of the household bought in the window. An account is known from the
first day of its imported history to the last day anything imported speaks of; lots with dates tell, besides,
what is still held of older purchases.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.account import Account
from harvestdesk.domain.calendar import trading_day_from
from harvestdesk.domain.ids import AccountId, IdenticalSetId, SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.security import SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import Transaction
from harvestdesk.washsale.events import SaleSlice, Shortfall
from harvestdesk.washsale.identical import SetIndex
from harvestdesk.washsale.recent_sales import is_explained
from harvestdesk.washsale.window import window

_DAY = timedelta(days=1)


class Evidence(StrEnum):
    """How sure a finding is, the surest first."""

    CONFIRMED = "confirmed"
    PROBABLE = "probable"
    """Nothing speaks against it, but something could still come, or can't be traced."""
    UNCLEAR = "unclear"
    """What is known points both ways."""
    COVERAGE_INCOMPLETE = "coverage_incomplete"
    """A basis, a date or a part of the window is not known at all."""


class GapKind(StrEnum):
    """What is missing."""

    NO_HISTORY = "no_history"
    """Nothing of the account was imported for these days."""
    HISTORY_STARTS_LATE = "history_starts_late"
    """The account held the set before its imported history begins."""
    HISTORY_ENDS_EARLY = "history_ends_early"
    """Nothing imported speaks of the account after the day before `first`."""
    POSITIONS_ONLY = "positions_only"
    """The account tells what is held, not when it was bought."""
    LOTS_ONLY = "lots_only"
    """Known from lots still held; what was bought and sold again doesn't show."""
    BASIS_UNKNOWN = "basis_unknown"
    DATE_UNKNOWN = "date_unknown"
    SHARES_MISSING = "shares_missing"
    """More was sold than the imported history knows of."""
    WINDOW_OPEN = "window_open"
    """A purchase until `last` would still wash the loss."""
    BROKER_ADDITION = "broker_addition"
    """The broker added a disallowed loss whose sale can't be traced."""
    UNDERLYING_UNKNOWN = "underlying_unknown"
    """An option whose underlying is not known: it is in no set."""


_STATE_OF = {
    GapKind.NO_HISTORY: Evidence.COVERAGE_INCOMPLETE,
    GapKind.HISTORY_STARTS_LATE: Evidence.COVERAGE_INCOMPLETE,
    GapKind.HISTORY_ENDS_EARLY: Evidence.COVERAGE_INCOMPLETE,
    GapKind.POSITIONS_ONLY: Evidence.COVERAGE_INCOMPLETE,
    GapKind.LOTS_ONLY: Evidence.PROBABLE,
    GapKind.BASIS_UNKNOWN: Evidence.COVERAGE_INCOMPLETE,
    GapKind.DATE_UNKNOWN: Evidence.COVERAGE_INCOMPLETE,
    GapKind.SHARES_MISSING: Evidence.COVERAGE_INCOMPLETE,
    GapKind.WINDOW_OPEN: Evidence.PROBABLE,
    GapKind.BROKER_ADDITION: Evidence.PROBABLE,
    GapKind.UNDERLYING_UNKNOWN: Evidence.UNCLEAR,
}
_RANK = list(Evidence)


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing: in which account, of which security, of which days."""

    kind: GapKind
    account_id: AccountId | None = None
    security_id: SecurityId | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """How sure something is, and what keeps it from being confirmed."""

    gaps: tuple[Gap, ...] = ()

    @property
    def state(self) -> Evidence:
        """The least sure state any gap leaves."""
        return max((_STATE_OF[g.kind] for g in self.gaps), key=_RANK.index, default=_RANK[0])

    def with_gaps(self, gaps: Iterable[Gap]) -> "Finding":
        """Return the finding with more missing, each thing once."""
        return Finding(tuple(dict.fromkeys((*self.gaps, *gaps))))


def sale_findings(
    coverage: "Coverage", rows: Iterable[SaleSlice], shortfalls: Iterable[Shortfall] = ()
) -> dict[str, Finding]:
    """Return how sure the result of each sale is; gains need a basis only, losses the whole window."""
    found: dict[str, Finding] = defaultdict(Finding)
    for row in rows:
        account_id, security_id = AccountId(row.account), SecurityId(row.symbol)
        gaps: list[Gap] = []
        if not row.basis_known:
            gaps.append(Gap(GapKind.BASIS_UNKNOWN, account_id, security_id))
        if row.gain < 0 or not row.basis_known:
            gaps += coverage.gaps_of_sale(security_id, row.sold)
            if row.replaced_by is None:
                gaps += coverage.open_window(security_id, row.sold)
        found[row.sale] = found[row.sale].with_gaps(gaps)
    for short in shortfalls:
        missing = Gap(GapKind.SHARES_MISSING, AccountId(short.account), SecurityId(short.symbol))
        found[short.sale] = found[short.sale].with_gaps([missing])
    return dict(found)


@dataclass(slots=True)
class _Known:
    """What imported data say of one account.

    Attributes:
        first, last: days of the imported history; None without one.
        through: last day anything speaks of, lots and balances included.
    """

    first: date | None = None
    last: date | None = None
    through: date | None = None

    def hears(self, on: date) -> None:
        """Take note of data of a day."""
        self.through = on if self.through is None else max(self.through, on)


class Coverage:
    """What is known of every account of a household, and what is not."""

    def __init__(self, snapshot: HouseholdSnapshot, index: SetIndex | None = None) -> None:
        self._snapshot = snapshot
        self._index = index or SetIndex.of_snapshot(snapshot)
        self._known = _known_days(snapshot)
        self._lots: dict[tuple[AccountId, IdenticalSetId], list[TaxLot]] = defaultdict(list)
        for lot in snapshot.lots:
            self._lots[lot.account_id, self._index.set_of(lot.security_id)].append(lot)
        rows: dict[tuple[AccountId, IdenticalSetId], list[Transaction]] = defaultdict(list)
        for row in snapshot.transactions:
            if row.security_id is not None:
                rows[row.account_id, self._index.set_of(row.security_id)].append(row)
        self._rows = rows
        files = (*snapshot.statement_lots, *snapshot.lots)
        self._with_lot_files = {x.account_id for x in files if x.statement_on is not None}
        self._explained: dict[tuple[AccountId, IdenticalSetId], bool] = {}
        self._of_set: dict[IdenticalSetId, Finding] = {}
        self._unplaced = _unplaced_options(snapshot)

    def set_finding(self, set_id: IdenticalSetId) -> Finding:
        """Return how sure it is what selling a loss of a set today would come to, as of the past."""
        if set_id not in self._of_set:
            first, _ = window(self._snapshot.as_of)
            last = self._snapshot.as_of - _DAY
            gaps = [
                g for a in self._snapshot.accounts for g in self._held_gaps(a, set_id, first, last)
            ]
            gaps += self._unplaced
            self._of_set[set_id] = Finding(tuple(gaps))
        return self._of_set[set_id]

    def set_findings(self) -> dict[IdenticalSetId, Finding]:
        """Return the finding of every set that is held or was sold."""
        held = {s for _, s in self._lots} | {s for _, s in self._rows}
        return {set_id: self.set_finding(set_id) for set_id in sorted(held)}

    def lot_finding(self, lot: TaxLot) -> Finding:
        """Return how sure basis, date and standing of a lot are."""
        gaps: list[Gap] = []
        if lot.cost_basis is None:
            gaps.append(Gap(GapKind.BASIS_UNKNOWN, lot.account_id, lot.security_id))
        if lot.acquired_on is None:
            gaps.append(Gap(GapKind.DATE_UNKNOWN, lot.account_id, lot.security_id))
        if lot.statement_on is not None and lot.wash_added > 0:
            gaps.append(Gap(GapKind.BROKER_ADDITION, lot.account_id, lot.security_id))
        if self._index.exempt(lot.security_id):
            return Finding(tuple(gaps))
        return Finding(tuple(gaps)).with_gaps(
            self.set_finding(self._index.set_of(lot.security_id)).gaps
        )

    def gaps_of_sale(self, security_id: SecurityId, on: date) -> list[Gap]:
        """Return what is missing of the window of a loss sold on a day, up to the as-of date."""
        if self._index.exempt(security_id):
            return []
        first, last = window(on)
        last = min(last, self._snapshot.as_of - _DAY)
        set_id = self._index.set_of(security_id)
        found = [
            gap
            for account in self._snapshot.accounts
            for gap in self._window_gaps(account, set_id, on, (first, last))
        ]
        return [*found, *self._unplaced]

    def open_window(self, security_id: SecurityId, on: date) -> list[Gap]:
        """Return the days still to come in which a purchase washes a loss sold on a day."""
        _, last = window(on)
        if last < self._snapshot.as_of or self._index.exempt(security_id):
            return []
        return [Gap(GapKind.WINDOW_OPEN, None, security_id, self._snapshot.as_of, last)]

    # --- one account ----------------------------------------------------------------------------

    def _held_gaps(
        self, account: Account, set_id: IdenticalSetId, first: date, last: date
    ) -> Iterator[Gap]:
        """Yield what hides purchases of a set between two days that are still held today."""
        known = self._known[account.id]
        if known.through is None:
            yield Gap(GapKind.NO_HISTORY, account.id, None, first, last)
            return
        if any(lot.acquired_on is None for lot in self._lots.get((account.id, set_id), ())):
            through_history = known.first is not None and known.first <= first
            if not (through_history and self._is_explained(account.id, set_id)):
                yield Gap(GapKind.POSITIONS_ONLY, account.id, None, first, last)
        yield from self._end_gap(account.id, known.through, max(first, known.through + _DAY), last)

    def _window_gaps(
        self, account: Account, set_id: IdenticalSetId, sold: date, days: tuple[date, date]
    ) -> Iterator[Gap]:
        """Yield what hides purchases of a set in the window of a sale, held when it was made or later."""
        first, last = days
        known = self._known[account.id]
        if known.through is None:
            yield Gap(GapKind.NO_HISTORY, account.id, None, first, last)
            return
        begins = known.first
        if begins is None:
            dated = all(x.acquired_on for x in self._lots.get((account.id, set_id), ()))
            kind = GapKind.LOTS_ONLY if dated else GapKind.POSITIONS_ONLY
            yield Gap(kind, account.id, None, first, min(last, known.through))
        elif begins > first:
            yield from self._start_gap(account.id, set_id, sold, (first, min(last, begins - _DAY)))
        yield from self._end_gap(account.id, known.through, max(first, known.through + _DAY), last)

    def _start_gap(
        self, account_id: AccountId, set_id: IdenticalSetId, sold: date, days: tuple[date, date]
    ) -> Iterator[Gap]:
        """Yield the days of a window before an account's history, unless its holdings tell of them."""
        begins = self._known[account_id].first
        began_before = begins is not None and begins <= sold
        # What was held when the history began is either still there, dated, or was sold without ever
        # having come in.
        if began_before and self._is_explained(account_id, set_id):
            return
        dated = all(x.acquired_on for x in self._lots.get((account_id, set_id), ()))
        told = dated and (began_before or account_id in self._with_lot_files)
        kind = GapKind.LOTS_ONLY if told else GapKind.HISTORY_STARTS_LATE
        yield Gap(kind, account_id, None, *days)

    @staticmethod
    def _end_gap(account_id: AccountId, through: date, first: date, last: date) -> Iterator[Gap]:
        if through < last and first <= last and trading_day_from(first) <= last:
            yield Gap(GapKind.HISTORY_ENDS_EARLY, account_id, None, first, last)

    def _is_explained(self, account_id: AccountId, set_id: IdenticalSetId) -> bool:
        """True if the history of a set in an account accounts for every share held."""
        key = (account_id, set_id)
        if key not in self._explained:
            rows: dict[SecurityId, list[Transaction]] = defaultdict(list)
            held: dict[SecurityId, Decimal] = defaultdict(lambda: ZERO)
            for row in self._rows.get(key, ()):
                if row.security_id is not None:
                    rows[row.security_id].append(row)
            for lot in self._lots.get(key, ()):
                held[lot.security_id] += lot.shares
            self._explained[key] = all(
                is_explained(rows.get(s, ()), held.get(s, ZERO)) for s in rows.keys() | held.keys()
            )
        return self._explained[key]


def _unplaced_options(snapshot: HouseholdSnapshot) -> tuple[Gap, ...]:
    """Return the options held whose underlying is not known: they could wash a loss of any set."""
    held = {lot.security_id for lot in snapshot.lots}
    return tuple(
        Gap(GapKind.UNDERLYING_UNKNOWN, None, s.id)
        for s in snapshot.securities
        if s.kind is SecurityKind.OPTION and s.underlying_id is None and s.id in held
    )


def _known_days(snapshot: HouseholdSnapshot) -> dict[AccountId, _Known]:
    known = {a.id: _Known() for a in snapshot.accounts}
    for row in snapshot.transactions:
        account = known.get(row.account_id)
        if account is not None:
            account.first = row.on if account.first is None else min(account.first, row.on)
            account.last = row.on if account.last is None else max(account.last, row.on)
            account.hears(row.on)
    for lot in (*snapshot.statement_lots, *snapshot.lots):
        if lot.statement_on is not None and lot.account_id in known:
            known[lot.account_id].hears(lot.statement_on)
    for account_id, on in snapshot.cash_on.items():
        if account_id in known:
            known[account_id].hears(on)
    return known

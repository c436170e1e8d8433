"""Which purchases a loss is matched with: the earliest in the window first, each share once.

Reg. 1.1091-1(c)-(e). Lots that have nothing left to match are skipped for good, so that a long
ledger is walked once.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from harvestdesk.domain.wash_policy import (
    AcquiredBeforeSoldLot,
    DisposedBefore,
    MatchOrder,
    SameDayDisposal,
    WashPolicy,
)
from harvestdesk.washsale.events import LedgerSymbol
from harvestdesk.washsale.holdings import OpenLot
from harvestdesk.washsale.units import DUST, UNIT
from harvestdesk.washsale.window import WINDOW_DAYS

SplitFactor = Callable[[str, int, int], tuple[int, int]]
"""Shares a share of a symbol becomes by splits between two events: numerator, denominator."""


@dataclass(frozen=True, slots=True)
class Match:
    """Shares of a candidate that answer for sold shares.

    Attributes:
        lot: the replacement.
        sold: shares sold at a loss, in their own units, that it replaces.
        units: units of the candidate used up for them.
    """

    lot: OpenLot
    sold: int
    units: int


class Pool:
    """The acquisitions of one identical set, in the order losses are matched with them."""

    def __init__(
        self,
        lots: Sequence[OpenLot],
        symbols: Callable[[str], LedgerSymbol],
        policy: WashPolicy,
        split_factor: SplitFactor,
        now: Callable[[], int],
        same_set: Callable[[str, str], bool] | None = None,
    ) -> None:
        self._lots = sorted((x for x in lots if x.washing), key=lambda x: (x.bought, x.order))
        self._days = [lot.bought for lot in self._lots]
        self._next = list(range(len(self._lots) + 1))
        self._symbols = symbols
        self._policy = policy
        self._literal = policy.disposed_before is DisposedBefore.LITERAL
        self._any_age = policy.acquired_before_sold_lot is AcquiredBeforeSoldLot.COUNTS
        self._sold_today_stays = policy.same_day_disposal is SameDayDisposal.COUNTS
        self._split_factor = split_factor
        self._now = now
        self._same_set = same_set

    def matches(self, sold: OpenLot, quantity: int, day: int) -> Iterator[Match]:
        """Yield what replaces `quantity` shares of `sold`, lost on ordinal `day`.

        The caller uses each match up before it asks for the next one.
        """
        for lot in self._candidates(sold, day):
            if self._replaces(lot, sold):
                match = self._match(lot, sold, quantity)
                if match is not None:
                    yield match
                    quantity -= match.sold
            if quantity <= 0:
                return

    def _candidates(self, sold: OpenLot, day: int) -> Iterator[OpenLot]:
        """Return the acquisitions of the window in the order the household reads the regulation."""
        if self._policy.match_order is MatchOrder.EARLIEST:
            return self._in_window(day)
        return chain(
            (lot for lot in self._in_window(day) if lot.account == sold.account),
            (lot for lot in self._in_window(day) if lot.account != sold.account),
        )

    def _in_window(self, day: int) -> Iterator[OpenLot]:
        """Yield the lots bought in the window that may have shares to match, the earliest first."""
        at = self._alive(bisect_left(self._days, day - WINDOW_DAYS))
        while at < len(self._lots) and self._days[at] <= day + WINDOW_DAYS:
            lot = self._lots[at]
            yield lot
            if not self._literal and not self._left(lot):
                self._next[at] = at + 1
            at = self._alive(at + 1)

    def _alive(self, at: int) -> int:
        """Return the first position from `at` on with shares to match; shortens the path."""
        root = at
        while self._next[root] != root:
            root = self._next[root]
        while self._next[at] != root:
            self._next[at], at = root, self._next[at]
        return root

    def _left(self, lot: OpenLot) -> int:
        fresh = 0 if lot.fresh is None else lot.fresh.quantity
        return fresh + lot.gone_fresh

    def _replaces(self, lot: OpenLot, sold: OpenLot) -> bool:
        if lot.purchase == sold.purchase:
            return False  # what is left of the same purchase replaces nothing, Rev. Rul. 56-602
        if not self._any_age and lot.bought < sold.acquired:
            return False
        if lot.symbol == sold.symbol:
            return True
        if self._same_set is not None and not self._same_set(lot.symbol, sold.symbol):
            return False
        if self._symbols(sold.symbol).contract:
            # §1091(a) reaches "contracts or options to acquire" when stock was sold, not the reverse.
            return False
        return not self._symbols(lot.symbol).put

    def _match(self, lot: OpenLot, sold: OpenLot, quantity: int) -> Match | None:
        left = self._left(lot)
        if not self._sold_today_stays and lot.fresh is not None:
            left -= lot.fresh.promised
        if left <= 0:
            return None
        per_sold, per_unit = self._ratio(lot, sold)
        if left * per_unit >= quantity * per_sold:
            units = quantity * per_sold // per_unit
            return Match(lot, quantity, left if left - units <= DUST else units)
        return Match(lot, left * per_unit // per_sold, left)

    def _ratio(self, lot: OpenLot, sold: OpenLot) -> tuple[int, int]:
        """Return a, b so that `a` candidate units answer for `b` sold shares."""
        alike = lot.symbol == sold.symbol
        if not lot.live:
            numerator, denominator = self._split_factor(sold.symbol, self._now(), lot.order)
            if alike:
                return numerator, denominator
            return UNIT * numerator, lot.cover * denominator
        if alike:
            return 1, 1
        cover, underlying = lot.cover, self._symbols(lot.symbol).underlying
        if not underlying:
            return UNIT, cover
        # A split of the underlying changes what a contract delivers.
        numerator, denominator = self._split_factor(underlying, lot.order, self._now())
        return UNIT * denominator, cover * numerator

"""Short sales: proceeds wait until the sale is closed, and a loss moves to the next short sale.

IRC §1233, Reg. 1.1233-1 and Pub. 550, Short Sales. The result belongs to the day of closing. A loss on
shares bought to cover is disallowed as far as another short sale of the identical set is entered into
within 30 days of closing (§1091(e)); the loss goes to that short sale.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from harvestdesk.domain.lot import Term
from harvestdesk.tax.holding_period import lot_term
from harvestdesk.washsale.books import Books, Numbered, Order
from harvestdesk.washsale.events import (
    Exchange,
    OpenShort,
    SaleSlice,
    Sell,
    ShortClose,
    Shortfall,
    ShortOpen,
    Split,
)
from harvestdesk.washsale.holdings import Part
from harvestdesk.washsale.units import DUST, NO_LOSS_ABOVE, from_units, share_of, to_units
from harvestdesk.washsale.window import WINDOW_DAYS


@dataclass(slots=True, eq=False)
class _Short:
    """Shares sold short with one `added` per share; those that replaced another stand apart.

    Attributes:
        opened: ordinal of the day it was entered into.
        added: disallowed losses of earlier short sales.
        used: has taken over a loss.
        long_held: identical shares held for more than a year when it was opened (§1233(d)).
    """

    id: str
    account: str
    symbol: str
    opened: int
    quantity: int
    proceeds: int
    added: int = 0
    used: bool = False
    long_held: int = 0

    def take(self, quantity: int) -> tuple[int, int]:
        """Remove shares; return their proceeds and additions."""
        proceeds = share_of(self.proceeds, quantity, self.quantity)
        added = share_of(self.added, quantity, self.quantity)
        self.quantity -= quantity
        self.proceeds -= proceeds
        self.added -= added
        return proceeds, added


class Shorts:
    """The short sales of a run, from before they are entered into to their closing."""

    def __init__(
        self, books: Books, events: Sequence[Numbered], same: Callable[[str, str], bool]
    ) -> None:
        self._books = books
        self._same = same
        self._all: list[_Short] = []
        self._live: dict[tuple[str, str], list[_Short]] = defaultdict(list)
        self._marked: list[tuple[Part, int, int]] = []
        for _, event in events:
            if isinstance(event, ShortOpen):
                day, shares = event.on.toordinal(), to_units(event.quantity)
                self._all.append(
                    _Short(
                        event.id, event.account, event.symbol, day, shares, to_units(event.total)
                    )
                )

    def open(self, event: ShortOpen) -> None:
        """Enter into a short sale; losses that moved to it before are in its parts already."""
        entered = [s for s in self._all if s.id == event.id]
        held = sum(p.quantity for p in self._identical(event.symbol) if _is_long(p, event.on))
        for short in entered:
            short.long_held = held
        self._live[event.account, event.symbol] += entered

    def change(self, event: Split | Exchange) -> None:
        """Scale what is open: the lender is owed the new shares, and cash paid on them."""
        becomes = event.new_symbol if isinstance(event, Exchange) else event.symbol
        for account, symbol in list(self._live):
            if symbol != event.symbol or event.account not in {None, account}:
                continue
            moved = self._live.pop((account, symbol))
            for short in moved:
                if isinstance(event, Exchange):
                    short.proceeds -= int(to_units(event.cash * from_units(short.quantity)))
                short.quantity = short.quantity * event.ratio.numerator // event.ratio.denominator
                short.symbol = becomes
            self._live[account, becomes] += moved

    def left(self) -> Iterator[OpenShort]:
        """Yield the short sales still open."""
        for shorts in self._live.values():
            for s in shorts:
                if s.quantity > 0:
                    yield OpenShort(
                        s.id, s.account, s.symbol, date.fromordinal(s.opened),
                        from_units(s.quantity), from_units(s.proceeds), from_units(s.added),
                    )  # fmt: skip

    def close(self, number: int, event: ShortClose) -> list[Order]:
        """Close short sales: report what was bought to cover, or answer the sales by delivery."""
        wanted = to_units(event.quantity)
        cost = None if event.cost is None else to_units(event.cost)
        orders: list[Order] = []
        for short in list(self._live[event.account, event.symbol]):
            quantity = min(short.quantity, wanted)
            if quantity <= 0 or event.opens not in {"", short.id}:
                continue
            self._mark_short_held(short, quantity)
            if cost is None:
                orders.append(self._delivery(number, event, short, quantity))
            else:
                paid = share_of(cost, quantity, wanted)
                cost -= paid
                self._cover(number, event, short, quantity, paid)
            wanted -= quantity
        if wanted > DUST:
            missing = from_units(wanted)
            short_of = (event.id, event.account, event.symbol, event.on, missing, event.opens)
            self._books.shortfalls.append(Shortfall(*short_of, "short_close"))
        return orders

    # --- delivery of shares held ------------------------------------------------------------------

    def _delivery(self, number: int, event: ShortClose, short: _Short, quantity: int) -> Order:
        proceeds, added = short.take(quantity)
        shares = from_units(quantity)
        sale = Sell(
            event.id, event.on, event.account, event.symbol, shares,
            # A loss moved here from an earlier short sale lowers what this one comes to.
            from_units(proceeds - added), event.picks, event.method,
        )  # fmt: skip
        order = Order.of(number, sale)
        order.opened = short.opened
        gain_term = Term.SHORT if self._short_held(short) else None  # §1233(b)(1)
        loss_term = Term.LONG if short.long_held >= quantity else None  # §1233(d)
        short.long_held = max(0, short.long_held - quantity)
        order.terms = (gain_term, loss_term)
        return order

    def _identical(self, symbol: str) -> Iterator[Part]:
        """Yield the shares of the set the household holds outside sheltered accounts."""
        for account, name in list(self._books.queues):
            if account not in self._books.facts.sheltered and self._same(name, symbol):
                for part in self._books.queues[account, name].parts():
                    if part.quantity > 0 and part.lot.basis_known:
                        yield part

    def _short_held(self, short: _Short) -> list[Part]:
        """Return identical shares held at most a year when it was opened, or acquired since."""
        opened = date.fromordinal(short.opened)
        found = [p for p in self._identical(short.symbol) if not _is_long(p, opened)]
        return sorted(found, key=lambda p: (p.lot.acquired, p.lot.order, p.number))

    def _mark_short_held(self, short: _Short, quantity: int) -> None:
        """Note the shares whose holding period starts anew: the earliest, as many as were sold short."""
        for part in self._short_held(short):
            taken = min(quantity, part.quantity)
            if taken > 0:
                self._marked.append((part, taken, part.quantity))
            quantity -= taken

    def settle(self, event: ShortClose) -> None:
        """Let identical short-held shares still there count from the closing: §1233(b)(2)."""
        day = event.on.toordinal()
        for part, marked, before in self._marked:
            left = marked - (before - part.quantity)  # those delivered are gone
            if left <= 0 or part.quantity <= 0:
                continue
            lot = part.lot
            fresh = lot.apart(part, left)
            days = fresh.adjusted - day
            fresh.adjusted = day
            fresh.version += 1
            self._books.queues[lot.account, lot.symbol].add(fresh)
            self._books.note(fresh, event.on, "holding_reset", 0, event.id, days=days)
        self._marked.clear()

    # --- shares bought to cover -------------------------------------------------------------------

    def _cover(
        self, number: int, event: ShortClose, short: _Short, quantity: int, cost: int
    ) -> None:
        """Report a short sale closed with shares bought for it."""
        day = event.on.toordinal()
        proceeds, added = short.take(quantity)
        loses = proceeds - cost - added < NO_LOSS_ABOVE
        long_left, short.long_held = short.long_held, max(0, short.long_held - quantity)
        exempt = self._books.judgement.is_exempt(event.symbol)
        for other in list(self._replacements(short, day)) if loses and not exempt else ():
            moved = min(other.quantity, quantity)
            if moved <= 0:
                break
            part = share_of(proceeds, moved, quantity)
            paid, extra = share_of(cost, moved, quantity), share_of(added, moved, quantity)
            proceeds, cost, added = proceeds - part, cost - paid, added - extra
            quantity -= moved
            taker = self._apart(other, moved)
            taker.added += paid + extra - part
            long_left -= self._report(
                number, event, short, (moved, part, paid, extra), long_left, other.id
            )
        if quantity > 0:
            self._report(number, event, short, (quantity, proceeds, cost, added), long_left)

    def _replacements(self, short: _Short, day: int) -> Iterator[_Short]:
        for other in self._all:
            near = abs(other.opened - day) <= WINDOW_DAYS
            free = other.id != short.id and not other.used and other.quantity > 0
            if near and free and self._same(other.symbol, short.symbol):
                yield other

    def _apart(self, short: _Short, quantity: int) -> _Short:
        """Split off the shares that take over a loss."""
        if quantity == short.quantity:
            short.used = True
            return short
        proceeds, added = short.take(quantity)
        taker = _Short(
            short.id, short.account, short.symbol, short.opened, quantity, proceeds, added, True,
            short.long_held,
        )  # fmt: skip
        self._all.append(taker)
        live = self._live[short.account, short.symbol]
        if short in live:
            live.insert(live.index(short), taker)
        return taker

    def _report(
        self,
        number: int,
        event: ShortClose,
        short: _Short,
        taken: tuple[int, int, int, int],
        long_left: int,
        replaced_by: str | None = None,
    ) -> int:
        """Add the row of a closed short sale; return how many long-held shares its loss used up."""
        quantity, proceeds, cost, added = taken
        if event.account in self._books.facts.sheltered:
            return 0
        gain = proceeds - cost - added
        disallowed = -gain if replaced_by is not None else 0
        # The shares delivered were held for no time, so the result is short-term; where identical
        # shares were long-term when it was opened, a loss is long-term: §1233(d).
        is_long = gain < 0 and long_left >= quantity
        row = SaleSlice(
            event.id, short.id, event.account, event.symbol, from_units(quantity),
            event.on, event.on, event.on,
            from_units(proceeds), from_units(cost + added), from_units(cost), from_units(gain),
            from_units(disallowed), from_units(gain + disallowed),
            Term.LONG if is_long else Term.SHORT, replaced_by, kind="short",
        )  # fmt: skip
        self._books.report(number, row)
        return quantity if is_long else 0


def _is_long(part: Part, on: date) -> bool:
    return lot_term(part, on) is Term.LONG

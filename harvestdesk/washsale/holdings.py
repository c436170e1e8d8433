"""Mutable lots while a ledger runs: every lot is one fresh part and parts already used as replacement."""

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.money import ZERO
from harvestdesk.tax.relief import SORT_KEYS
from harvestdesk.washsale.events import Acquire
from harvestdesk.washsale.units import from_units, share_of, to_units

PRICED_METHODS = frozenset({ReliefMethod.MIN_TAX, ReliefMethod.TAX_ORDER, ReliefMethod.MAX_LOSS})
"""Methods whose order depends on the sale's price and date."""


@dataclass(slots=True, eq=False)
class Part:
    """Shares of a lot with the same basis per share and the same adjusted date.

    Attributes:
        adjusted: proleptic ordinal of the tacked date.
        used: has served as a replacement.
        promised: shares a sale of the running batch has picked and not yet taken.
        version: raised when the basis per share changes, so that older queue entries are void.
        always_long: from a decedent, or tacked to such shares: long-term whatever the dates.
    """

    lot: "OpenLot"
    quantity: int
    basis: int
    added: int
    adjusted: int
    used: bool
    number: int
    replaces: tuple[str, ...] = ()
    promised: int = 0
    version: int = 0
    always_long: bool = False

    def take(self, quantity: int) -> tuple[int, int]:
        """Remove shares; return their original basis and wash additions."""
        held = self.quantity
        if quantity == held:
            basis, added = self.basis, self.added
            self.quantity = self.basis = self.added = 0
            return basis, added
        basis = self.basis * quantity // held
        added = self.added and self.added * quantity // held
        self.quantity -= quantity
        self.basis -= basis
        self.added -= added
        return basis, added

    @property
    def acquired_on(self) -> date:
        """Real acquisition date, as the relief methods ask for it."""
        return self.lot.acquired_on

    @property
    def adjusted_acquired_on(self) -> date:
        """Date that counts for the term."""
        return date.fromordinal(self.adjusted)

    @property
    def basis_per_share(self) -> Decimal | None:
        """Adjusted basis per share in dollars."""
        if self.quantity == 0:
            return None
        return from_units(self.basis + self.added) / from_units(self.quantity)


@dataclass(slots=True, eq=False)
class OpenLot:
    """A lot from before its purchase (a later purchase can be matched already) to its end.

    Attributes:
        order: position of the acquiring event in the ledger.
        bought: ordinal of the acquisition in the sense of §1091; `acquired` that of the history.
        fresh: the part that has replaced nothing yet; all of it has one basis per share.
        used: parts matched with a loss, in the order of matching.
        gone_fresh: shares sold that could still replace others (literal reading only).
    """

    id: str
    account: str
    symbol: str
    order: int
    bought: int
    acquired: int
    acquired_on: date
    purchase: str
    washing: bool
    cover: int
    sheltered: bool
    basis_known: bool
    fresh: Part | None = None
    used: list[Part] = field(default_factory=list)
    gone_fresh: int = 0
    live: bool = False
    numbers: int = 0

    @classmethod
    def of(cls, event: Acquire, order: int, sheltered: bool) -> "OpenLot":
        """Return the lot an acquisition creates."""
        acquired = event.acquired or event.on
        lot = cls(
            event.lot, event.account, event.symbol, order, event.on.toordinal(),
            acquired.toordinal(), acquired, event.purchase or event.lot, event.washing,
            to_units(event.shares_per_unit), sheltered, event.basis_known,
        )  # fmt: skip
        part = Part(
            lot, to_units(event.quantity), to_units(event.total),
            to_units(event.wash_added) if event.wash_added else 0,
            (event.adjusted or acquired).toordinal(), event.used, 0, always_long=event.always_long,
        )  # fmt: skip
        if event.used:
            lot.used.append(part)
        else:
            lot.fresh = part
        return lot

    def parts(self, replacement_first: bool = True) -> Iterator[Part]:
        """Yield the parts with shares left; by default the longest held (tacked) ones first."""
        if self.fresh is not None and not replacement_first:
            yield self.fresh
        yield from self.used
        if self.fresh is not None and replacement_first:
            yield self.fresh

    def match(self, quantity: int) -> Part:
        """Split `quantity` fresh shares off as used and return them."""
        fresh = self.fresh
        assert fresh is not None  # noqa: S101 - the caller saw fresh shares
        if quantity == fresh.quantity:
            self.fresh = None
            fresh.used = True
            fresh.version += 1
            self.numbers += 1
            fresh.number = self.numbers
            self.used.append(fresh)
            return fresh
        basis, added = fresh.take(quantity)
        self.numbers += 1
        part = Part(
            self, quantity, basis, added, fresh.adjusted, True, self.numbers,
            always_long=fresh.always_long,
        )  # fmt: skip
        self.used.append(part)
        return part

    def release(self, part: Part, quantity: int) -> None:
        """Forget that shares leaving now were promised; `part` is the one they leave."""
        kept = min(part.promised, quantity)
        part.promised -= kept
        if kept == quantity:
            return
        quantity -= kept
        for other in self.parts():
            kept = min(other.promised, quantity)
            other.promised -= kept
            quantity -= kept

    def drop(self, part: Part) -> None:
        """Forget a part that has no shares left."""
        if part is self.fresh:
            self.fresh = None
        elif part in self.used:
            self.used.remove(part)

    def apart(self, part: Part, quantity: int) -> Part:
        """Split shares off a part so that their dates can change; return them, or the whole part."""
        if quantity >= part.quantity:
            return part
        basis, added = part.take(quantity)
        self.numbers += 1
        split = replace(
            part, quantity=quantity, basis=basis, added=added, number=self.numbers, promised=0
        )  # fmt: skip
        self.used.append(split)
        return split

    def split(self, ratio: Fraction) -> None:
        """Turn every share into `ratio` shares; basis stays (Reg. 1.307-1)."""
        for part in self.parts():
            part.quantity = part.quantity * ratio.numerator // ratio.denominator
            part.version += 1


_Entry = tuple[tuple[Decimal | int, ...], int, bool, int, int, int, Part]
_ANY_DAY = date(2000, 1, 1)
"""These methods look at neither day nor price."""


class Queue:
    """Lots of one account and symbol in the order the account's relief method sells them."""

    def __init__(self) -> None:
        self.lots: dict[str, OpenLot] = {}
        self._holding: dict[str, OpenLot] = {}
        self._heaps: dict[ReliefMethod, list[_Entry]] = {}
        self._pushed = itertools.count()
        self._averaged = False

    def open(self, lot: OpenLot) -> None:
        """Add a lot on the day of its purchase."""
        lot.live = True
        self.lots[lot.id] = self._holding[lot.id] = lot
        for part in lot.parts():
            self.add(part)

    def add(self, part: Part) -> None:
        """Add a part, or one whose basis per share changed, to the orders in use."""
        self._averaged = False
        for method, heap in self._heaps.items():
            heapq.heappush(heap, self._entry(part, method))

    def parts(self) -> Iterator[Part]:
        """Yield all parts with shares left, lots in order of opening."""
        for lot in list(self._holding.values()):
            if lot.fresh is None and not lot.used:
                del self._holding[
                    lot.id
                ]  # sold out for good, so that a long ledger isn't walked anew
            yield from lot.parts()

    def clear(self) -> None:
        """Forget all lots: their shares are another security's now."""
        self.lots.clear()
        self._holding.clear()
        self._heaps.clear()

    def average(self) -> tuple[Part, ...]:
        """Give all shares of a known basis the same basis per share; return the parts that changed.

        Reg. 1.1012-1(e)(7)(i): all shares of the account, whenever bought. Shares without a known
        basis stay out, as noncovered ones do (§1012(c)(2)).
        """
        if self._averaged:
            return ()
        parts = [p for p in self.parts() if p.quantity > 0 and p.lot.basis_known]
        basis, added = sum(p.basis for p in parts), sum(p.added for p in parts)
        shares = sum(p.quantity for p in parts)
        for part in parts:
            part.basis = share_of(basis, part.quantity, shares)
            part.added = share_of(added, part.quantity, shares)
            part.version += 1
            basis, added, shares = basis - part.basis, added - part.added, shares - part.quantity
        requeue(self)
        self._averaged = True
        return tuple(parts)

    def promise(
        self, quantity: int, method: ReliefMethod, on: date, price: Decimal
    ) -> list[tuple[Part, int]]:
        """Pick up to `quantity` shares by `method` and return the parts and shares picked."""
        if method in PRICED_METHODS:
            return self._promise_priced(quantity, method, on, price)
        heap = self._heaps.get(method)
        if heap is None:
            heap = self._heaps[method] = [self._entry(part, method) for part in self.parts()]
            heapq.heapify(heap)
        picked: list[tuple[Part, int]] = []
        while quantity > 0 and heap:
            _key, _order, _used, _number, _push, version, part = heap[0]
            free = part.quantity - part.promised
            if version != part.version or free <= 0:
                heapq.heappop(heap)
                continue
            taken = free if free < quantity else quantity
            part.promised += taken
            quantity -= taken
            picked.append((part, taken))
        return picked

    def _promise_priced(
        self, quantity: int, method: ReliefMethod, on: date, price: Decimal
    ) -> list[tuple[Part, int]]:
        picked: list[tuple[Part, int]] = []
        for part in self.in_order(method, on, price):
            taken = min(part.quantity - part.promised, quantity)
            if taken > 0:
                part.promised += taken
                quantity -= taken
                picked.append((part, taken))
        return picked

    def in_order(self, method: ReliefMethod, on: date, price: Decimal) -> list[Part]:
        """Return the parts with shares not yet promised, in the order a method sells them."""
        key = SORT_KEYS[method]
        return sorted(
            (p for p in self.parts() if p.quantity > p.promised),
            key=lambda p: (key(p, on, price), p.lot.order, not p.used, p.number),
        )

    def _entry(self, part: Part, method: ReliefMethod) -> _Entry:
        # Equal keys go by order of purchase; the running number keeps parts from being compared.
        by_day = method is ReliefMethod.FIFO  # as its sort key says, without asking for dates
        key = (part.lot.acquired,) if by_day else SORT_KEYS[method](part, _ANY_DAY, ZERO)
        return (
            key, part.lot.order, not part.used, part.number, next(self._pushed), part.version, part,
        )  # fmt: skip


def requeue(queue: Queue) -> None:
    """Put all parts of a queue into its orders again after their basis per share changed."""
    for part in queue.parts():
        queue.add(part)

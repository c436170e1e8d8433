"""The exact wash-sale ledger: what each sale realises, loses to replacements, and what lots are left.

IRC §1091 with Reg. 1.1091-1 and -2: losses in the order of sale (same day: order of acquisition), each
matched with the earliest acquisitions of its 61-day window in any account of the household; matched
shares take over the disallowed loss and the holding period (§1091(d), §1223(3)), except in IRA-type
accounts, where it is lost (Rev. Rul. 2008-5). Each identical set is run on its own, together with sets
its shares come from or turn into.
"""

import gc
import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from operator import attrgetter, itemgetter

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.wash_policy import (
    DEFAULT_POLICY,
    DisposedBefore,
    SameDayDisposal,
    SameDayOrder,
    WashPolicy,
)
from harvestdesk.washsale import corporate_actions
from harvestdesk.washsale.books import Books, Numbered, Order
from harvestdesk.washsale.events import (
    Acquire,
    CashMerger,
    Distribution,
    Event,
    Exchange,
    LedgerFacts,
    LedgerLot,
    LedgerResult,
    LotChange,
    ReturnOfCapital,
    Sell,
    ShortClose,
    ShortOpen,
    SpinOff,
    Split,
)
from harvestdesk.washsale.grouping import Identity, Scales, grouped
from harvestdesk.washsale.holdings import OpenLot, Part
from harvestdesk.washsale.judgement import Judgement
from harvestdesk.washsale.matching import Pool
from harvestdesk.washsale.picking import Planned, Taking, pick
from harvestdesk.washsale.rows import ledger_lot, slice_of, with_added_basis
from harvestdesk.washsale.shorts import Shorts
from harvestdesk.washsale.units import DUST, share_of, to_units
from harvestdesk.washsale.year_so_far import YearSoFar

_LONG = 5000
"""Events from which on a ledger is long."""


def run_ledger(
    facts: LedgerFacts, policy: WashPolicy = DEFAULT_POLICY, *, history: bool = False
) -> LedgerResult:
    """Run a household's ledger.

    Events are taken by date; inside a day in the order given. Sales of more shares than known are
    reported as shortfalls and realise what was there. With `history` the trail of each lot is kept.
    """
    with _no_collections(len(facts.events)):
        return _run(facts, policy, history=history)


@contextmanager
def _no_collections(events: int) -> Iterator[None]:
    """Keep the cyclic garbage collector from walking a long ledger again and again while it grows.

    Nothing is lost by it: what a run leaves behind is collected right after.
    """
    paused = events > _LONG and gc.isenabled()
    if paused:
        gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()


def _run(facts: LedgerFacts, policy: WashPolicy, *, history: bool) -> LedgerResult:
    events = sorted(facts.events, key=attrgetter("on"))
    judgement = Judgement(facts, policy)
    identity = Identity(judgement, policy, events)
    trail: list[tuple[int, LotChange]] | None = [] if history else None
    year = YearSoFar(facts.tax_of) if facts.tax_of and _least_tax_asked(facts) else None
    runs = [
        _SetRun(Books(facts, policy, judgement, trail, year), rows, identity if several else None)
        for rows, several in grouped(events, identity)
    ]
    if year is None:
        for run in runs:
            for _ in run.steps():
                pass
    else:
        _run_side_by_side(runs)
    return _result(runs, trail)


def ledger_set(facts: LedgerFacts, symbol: str, policy: WashPolicy) -> str:
    """Return the identical set of a symbol, before any change of symbol."""
    return Judgement(facts, policy).set_of(symbol)


def _least_tax_asked(facts: LedgerFacts) -> bool:
    return ReliefMethod.MIN_TAX in facts.methods.values() or any(
        isinstance(e, (Sell, ShortClose)) and e.method is ReliefMethod.MIN_TAX for e in facts.events
    )


def _run_side_by_side(runs: Sequence["_SetRun"]) -> None:
    """Take all sets forward together: a least-tax sale sees what the others realised before it."""
    walks = [run.steps() for run in runs]
    waiting = [(next(walk), at) for at, walk in enumerate(walks)]
    heapq.heapify(waiting)
    while waiting:
        _, at = waiting[0]
        # A walk says where it stands before each step; taking it on carries the step out.
        ahead = next(walks[at], None)
        if ahead is None:
            heapq.heappop(waiting)
        else:
            heapq.heapreplace(waiting, (ahead, at))


def _result(runs: Sequence["_SetRun"], trail: list[tuple[int, LotChange]] | None) -> LedgerResult:
    first = itemgetter(0)
    books = [run.books for run in runs]
    sales = [row for b in books for row in b.sales if row[1].quantity > 0]
    lots = sorted((row for run in runs for row in run.left()), key=first)
    income = sorted((row for b in books for row in b.distributions), key=first)
    for b in books:
        b.close()
    return LedgerResult(
        tuple(row for _, row in sorted(sales, key=first)),
        tuple(row for _, row in lots),
        tuple(s for b in books for s in b.shortfalls),
        tuple(change for _, change in sorted(trail or (), key=first)),
        tuple(s for run in runs if run.shorts for s in run.shorts.left()),
        tuple(row for _, row in income),
        tuple(r for b in books for r in b.refused),
    )


class _SetRun:
    """The ledger of one identical set, or of several that shares pass between."""

    def __init__(self, books: Books, events: Sequence[Numbered], identity: Identity | None) -> None:
        self.books = books
        self._events = events
        self._gone: dict[str, list[int]] = defaultdict(list)
        self._literal = books.policy.disposed_before is DisposedBefore.LITERAL
        self._same_day_ignored = books.policy.same_day_disposal is SameDayDisposal.IGNORE
        self._by_acquisition = books.policy.same_day_order is SameDayOrder.ACQUISITION
        same = _one_set if identity is None else identity.same
        scales = Scales(events, same)
        books.expect(events)
        self._pool = Pool(
            tuple(books.lots.values()),
            books.judgement.symbol,
            books.policy,
            scales.between,
            lambda: books.now,
            None if identity is None else identity.same,
        )
        has_shorts = any(isinstance(event, ShortOpen) for _, event in events)
        closes = any(isinstance(event, ShortClose) for _, event in events)
        self.shorts = Shorts(books, events, same) if has_shorts or closes else None

    def steps(self) -> Iterator[tuple[date, int]]:
        """Walk the events; before each step yield where it stands.

        Sales of a day with nothing between them are one step.
        """
        batch: list[Order] = []
        for number, event in self._events:
            if batch and (not isinstance(event, Sell) or event.on != batch[0].sale.on):
                yield batch[0].sale.on, batch[0].number
                self._sell(batch)
                batch = []
            if isinstance(event, Sell):
                batch.append(Order.of(number, event))
                continue
            yield event.on, number
            self.books.now = number
            self._apply(number, event)
        if batch:
            yield batch[0].sale.on, batch[0].number
            self._sell(batch)

    def left(self) -> Iterator[tuple[int, LedgerLot]]:
        """Yield what is left of each lot, with the position of its purchase."""
        for lot in self.books.lots.values():
            for part in lot.parts():
                if part.quantity > 0:
                    yield lot.order, ledger_lot(part)

    # --- events that are no sales ---------------------------------------------------------------

    def _apply(self, number: int, event: Event) -> None:
        if isinstance(event, Acquire):
            self.books.open(event)
        elif isinstance(event, (ShortOpen, ShortClose)):
            self._short(number, event)
        elif isinstance(event, Distribution):
            self._take_income(number, event)
        else:
            sales = self._corporate_action(event)
            if sales:
                self._sell([Order.of(number, sale) for sale in sales])

    def _corporate_action(self, event: Event) -> Sequence[Sell]:
        """Change the lots; return the sales that come with it."""
        books = self.books
        if self.shorts is not None and isinstance(event, (Split, Exchange)):
            self.shorts.change(event)
        if isinstance(event, Split):
            return corporate_actions.split(books, event)
        if isinstance(event, ReturnOfCapital):
            return corporate_actions.return_capital(books, event)
        if isinstance(event, SpinOff):
            return corporate_actions.spin_off(books, event)
        if isinstance(event, Exchange):
            return corporate_actions.exchange(books, event)
        return corporate_actions.cash_merger(books, event) if isinstance(event, CashMerger) else ()

    def _short(self, number: int, event: ShortOpen | ShortClose) -> None:
        if self.shorts is None:
            return
        if isinstance(event, ShortOpen):
            self.shorts.open(event)
            return
        for order in self.shorts.close(number, event):
            self._sell([order])
        self.shorts.settle(event)

    def _take_income(self, number: int, event: Distribution) -> None:
        if event.account not in self.books.facts.sheltered:
            self.books.distributions.append((number, event))
            if self.books.year is not None:
                self.books.year.add_distribution(event)

    # --- sales ------------------------------------------------------------------------------------

    def _sell(self, batch: Sequence[Order]) -> None:
        planned = Planned(asked=self.books.year is not None)
        takings: list[Taking] = []
        for order in batch:
            self.books.now = order.number
            takings += pick(self.books, order, planned)
        if self._by_acquisition and len(takings) > 1:
            takings.sort(key=_acquisition_order)  # 1.1091-1(b)
        for taking in takings:
            self.books.now = taking.order.number
            self._take(taking)

    def _take(self, taking: Taking) -> None:
        """Take the shares picked, from the lot as the losses before it in the batch have left it."""
        lot, wanted, picked = taking.part.lot, taking.quantity, taking.part
        if lot.numbers == taking.matched:
            if picked.quantity >= wanted:  # nothing happened to the lot meanwhile, as nearly always
                picked.promised -= wanted
                self._let_go(taking.order, picked, wanted)
                return
        else:
            # Shares promised before may stay after all: the queue has let go of them.
            queue = self.books.queues[lot.account, lot.symbol]
            for part in lot.parts():
                queue.add(part)
        for part in taking.parts_now(keep_matched=self._same_day_ignored):
            quantity = min(part.quantity, wanted)
            if quantity <= 0:
                continue
            wanted -= quantity
            lot.release(part, quantity)
            self._let_go(taking.order, part, quantity)
            if wanted <= 0:
                return

    def _let_go(self, order: Order, part: Part, quantity: int) -> None:
        """Take shares off a part and out of the household."""
        lot, sale = part.lot, order.sale
        gone = _leave(lot, part, quantity)
        if self.books.trail is not None:
            kind = "sold" if sale.realises else "moved_out"
            self.books.note(gone, sale.on, kind, -gone.basis - gone.added, sale.id)
        if not sale.realises:
            return
        if not lot.sheltered:
            self._realise(order, gone)
        elif self._literal and not gone.used:
            lot.gone_fresh += gone.quantity  # it was acquired all the same; the loss is lost

    def _realise(self, order: Order, gone: Part) -> None:
        """Report the shares sold, matched with their replacements if they were sold at a loss."""
        proceeds = share_of(order.money, gone.quantity, order.shares)
        order.money -= proceeds
        order.shares -= gone.quantity
        sale, lot, judgement = order.sale, gone.lot, self.books.judgement
        if judgement.is_loss(gone, proceeds) and not judgement.is_exempt(sale.symbol):
            day = order.day_of(lot)
            for match in self._pool.matches(lot, gone.quantity, day):
                part = share_of(proceeds, match.sold, gone.quantity)
                proceeds -= part
                basis, added = gone.take(match.sold)
                loss = basis + added - part
                lost = match.lot.sheltered or judgement.is_lost_with_spouse(lot, match.lot)
                since = judgement.held_since(match.lot, gone, day)
                self._replace(match.lot, match.units, loss, order, gone, None if lost else since)
                row = slice_of(
                    sale, gone, match.sold, part, basis, added,
                    replaced_by=match.lot, permanent=lost, terms=order.terms,
                )  # fmt: skip
                self.books.report(order.number, row)
        if gone.quantity > 0:
            # Sold shares whose own loss went into others can't take over another loss.
            if self._literal and not gone.used:
                lot.gone_fresh += gone.quantity
                self._gone[lot.id].append(len(self.books.sales))
            row = slice_of(
                sale, gone, gone.quantity, proceeds, gone.basis, gone.added, terms=order.terms
            )
            self.books.report(order.number, row)

    def _replace(
        self, lot: OpenLot, units: int, loss: int, order: Order, gone: Part, since: int | None
    ) -> None:
        """Give a disallowed loss to the shares that replace the sold ones, held since ordinal `since`.

        None: the loss is lost and nothing passes on.
        """
        fresh = 0 if lot.fresh is None else lot.fresh.quantity
        taken = min(units, fresh)
        if taken < units:  # literal reading only
            amount = loss - share_of(loss, taken, units)
            loss -= amount
            self._amend(lot, units - taken, 0 if since is None else amount)
        if taken == 0:
            return
        part = lot.match(taken)
        part.replaces = (*part.replaces, order.sale.id)
        days = 0
        if since is not None:
            days = part.adjusted - since
            part.added += loss
            part.adjusted = since
            # The period tacked on is that of shares "considered" held over a year: §1223(3), (9).
            part.always_long = part.always_long or gone.always_long
        if lot.live:
            self.books.queues[lot.account, lot.symbol].add(part)
        if self.books.trail is not None:
            kind, amount = ("washed_for_good", 0) if since is None else ("wash_added", loss)
            self.books.note(
                part, order.sale.on, kind, amount, order.sale.id, days=days, other=gone.lot.id
            )

    def _amend(self, lot: OpenLot, units: int, loss: int) -> None:
        """Add a disallowed loss to the basis of shares that were sold before the loss (literal)."""
        lot.gone_fresh -= units
        sales = self.books.sales
        for at in self._gone.get(lot.id, ()):
            number, row = sales[at]
            held = to_units(row.quantity)
            taken = min(units, held)
            if taken > 0:
                amount = share_of(loss, taken, units)
                rest, amended = with_added_basis(row, taken, amount)
                sales[at] = (number, rest)
                sales.append((number, amended))
                units, loss = units - taken, loss - amount


def _one_set(_one: str, _other: str) -> bool:
    return True


def _acquisition_order(taking: Taking) -> tuple[int, int]:
    return taking.part.lot.acquired, taking.part.lot.order


def _leave(lot: OpenLot, part: Part, quantity: int) -> Part:
    """Remove shares from a part and return them as a part of their own."""
    basis, added = part.take(quantity)
    if part.quantity <= DUST:
        basis, added = basis + part.basis, added + part.added
        part.quantity = part.basis = part.added = 0
        lot.drop(part)
    return Part(
        lot, quantity, basis, added, part.adjusted, part.used, 0, part.replaces,
        always_long=part.always_long,
    )  # fmt: skip

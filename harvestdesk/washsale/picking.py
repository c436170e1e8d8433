"""Which shares a sale takes: lots it names, least tax, average cost, or its method's order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.tax.holding_period import lot_term
from harvestdesk.tax.min_tax import Candidate, least_tax_shares
from harvestdesk.tax.relief import SORT_KEYS
from harvestdesk.washsale.books import Books, Order
from harvestdesk.washsale.events import MethodRefused, Pick, Sell
from harvestdesk.washsale.holdings import PRICED_METHODS, Part, Queue
from harvestdesk.washsale.units import DUST, from_units, to_units


@dataclass(slots=True)
class Taking:
    """Shares of one part a sale has picked.

    Attributes:
        method: what picked them; None: the sale named the lot.
        matched: how often the lot had been matched with losses by then.
        replacement_first: order of a named lot's shares.
    """

    order: Order
    part: Part
    quantity: int
    method: ReliefMethod | None
    matched: int
    replacement_first: bool = True

    def parts_now(self, *, keep_matched: bool) -> Iterator[Part]:
        """Yield the parts of the lot in the order the sale takes them now that it is reached.

        A loss of the same batch may have gone into the lot since. The rule for the shares of one lot then
        holds for what the lot has become; `keep_matched`: shares matched since are not the ones sold.
        """
        lot, sale = self.part.lot, self.order.sale
        if lot.numbers == self.matched and self.part.quantity:
            yield self.part
        parts = list(lot.parts(self.replacement_first))
        if self.method is not None:
            key, price = SORT_KEYS[self.method], sale.total / sale.quantity
            parts.sort(key=lambda p: key(p, sale.on, price))
        if keep_matched:
            parts.sort(key=lambda p: p.used and p.number > self.matched)
        yield from parts


@dataclass(slots=True)
class Planned:
    """Results in dollars of sales of the batch at hand that are picked and not yet carried out.

    Attributes:
        asked: False: no sale looks at the year, so nothing is counted.
    """

    asked: bool
    short: Decimal = ZERO
    long: Decimal = ZERO

    def add_all(self, takings: Sequence[Taking]) -> None:
        """Count takings in."""
        for taking in takings if self.asked else ():
            self._add(taking)

    def _add(self, taking: Taking) -> None:
        part, sale = taking.part, taking.order.sale
        basis = part.basis_per_share
        if basis is None or not part.lot.basis_known or part.lot.sheltered or not sale.realises:
            return
        gain = from_units(taking.quantity) * (sale.total / sale.quantity - basis)
        if _is_long(part, sale.on):
            self.long += gain
        else:
            self.short += gain


def pick(books: Books, order: Order, planned: Planned) -> list[Taking]:
    """Return the shares a sale takes, and count them into what is planned.

    What is missing becomes a shortfall.
    """
    sale, wanted = order.sale, order.shares
    takings: list[Taking] = []
    queue = books.queues[sale.account, sale.symbol]
    method = sale.method or books.facts.methods.get(sale.account) or ReliefMethod.FIFO
    if method is ReliefMethod.AVERAGE and not sale.picks:
        method = _averaged(books, sale, queue)
    for named in sale.picks:
        takings += _named(books, order, queue, named)
        wanted -= to_units(named.quantity)
    planned.add_all(takings)
    if wanted <= DUST:
        return takings
    rest = [
        Taking(order, part, quantity, method, part.lot.numbers)
        for part, quantity in _by_method(books, order, queue, wanted, method, planned)
    ]
    missing = wanted - sum(taking.quantity for taking in rest)
    if missing > DUST:
        books.short(sale, missing)
    planned.add_all(rest)
    return takings + rest


def _named(books: Books, order: Order, queue: Queue, named: Pick) -> Iterator[Taking]:
    lot = queue.lots.get(named.lot)
    wanted = to_units(named.quantity)
    first = named.replacement_first is not False
    for part in () if lot is None else lot.parts(first):
        quantity = min(part.quantity - part.promised, wanted)
        if quantity > 0:
            part.promised += quantity
            wanted -= quantity
            yield Taking(order, part, quantity, None, part.lot.numbers, first)
        if wanted <= 0:
            break
    if wanted > DUST:
        books.short(order.sale, wanted, named.lot)


def _averaged(books: Books, sale: Sell, queue: Queue) -> ReliefMethod:
    """Average the basis of the account's shares, or fall back to FIFO where that isn't allowed."""
    if not books.judgement.symbol(sale.symbol).averages:
        books.refused.append(MethodRefused(sale.id, sale.account, sale.symbol, sale.on))
        return ReliefMethod.FIFO
    before = {}
    if books.trail is not None:
        before = {id(p): p.basis + p.added for p in queue.parts()}
    for part in queue.average():
        change = part.basis + part.added - before.get(id(part), 0)
        if books.trail is not None and change:
            books.note(part, sale.on, "averaged", change, sale.id)
    return ReliefMethod.AVERAGE


def _by_method(
    books: Books, order: Order, queue: Queue, wanted: int, method: ReliefMethod, planned: Planned
) -> list[tuple[Part, int]]:
    sale = order.sale
    price = sale.total / sale.quantity if method in PRICED_METHODS else ZERO
    if method is ReliefMethod.MIN_TAX and books.year is not None and sale.realises:
        tax = books.year.tax_from(sale.on.year, planned.short, planned.long)
        sheltered = sale.account in books.facts.sheltered
        if tax is not None and not sheltered:
            parts = queue.in_order(ReliefMethod.TAX_ORDER, sale.on, price)
            offered = [Candidate(*_offer(p, sale.on)) for p in parts]
            shares = least_tax_shares(offered, from_units(wanted), price, tax)
            picked = [(p, to_units(n)) for p, n in zip(parts, shares, strict=True) if n > 0]
            for part, quantity in picked:
                part.promised += quantity
            return picked
    return queue.promise(wanted, method, sale.on, price)


def _offer(part: Part, on: date) -> tuple[Decimal, Decimal, bool]:
    return (
        from_units(part.quantity - part.promised),
        part.basis_per_share or ZERO,
        _is_long(part, on),
    )


def _is_long(part: Part, on: date) -> bool:
    return lot_term(part, on) is Term.LONG

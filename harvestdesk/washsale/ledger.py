"""The exact wash-sale ledger: what each sale realises, loses to replacements, and what lots are left.

IRC §1091 with Reg. 1.1091-1 and -2: losses in the order of sale (same day: order of acquisition), each
matched with the earliest acquisitions of its 61-day window in any account of the household; matched
shares take over the disallowed loss and the holding period (§1091(d), §1223(3)), except in IRA-type
accounts, where it is lost (Rev. Rul. 2008-5). Each identical set is run on its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.lot import Term
from harvestdesk.domain.wash_policy import (
    DEFAULT_POLICY,
    CryptoRule,
    DisposedBefore,
    IdenticalReading,
    LossTest,
    OtherPlans,
    SameDayOrder,
    SpouseBasis,
    Tacking,
    WashPolicy,
)
from harvestdesk.tax.holding_period import term_of
from harvestdesk.washsale.events import (
    Acquire,
    Event,
    LedgerFacts,
    LedgerLot,
    LedgerResult,
    LedgerSymbol,
    Pick,
    ReturnOfCapital,
    SaleSlice,
    Sell,
    Shortfall,
    Split,
)
from harvestdesk.washsale.holdings import OpenLot, Part, Queue
from harvestdesk.washsale.matching import Pool
from harvestdesk.washsale.units import (
    DUST,
    NO_LOSS_ABOVE,
    from_units,
    share_of,
    to_units,
)

_Numbered = tuple[int, Event]


def run_ledger(facts: LedgerFacts, policy: WashPolicy = DEFAULT_POLICY) -> LedgerResult:
    """Run a household's ledger.

    Events are taken by date; inside a day in the order given. Sales of more shares than known are
    reported as shortfalls and realise what was there.
    """
    by_set: dict[str, list[_Numbered]] = defaultdict(list)
    for number, event in enumerate(sorted(facts.events, key=lambda e: e.on)):
        by_set[ledger_set(facts, event.symbol, policy)].append((number, event))
    runs = [_SetRun(facts, policy, events).run() for events in by_set.values()]
    rows = (row for run in runs for row in run.sales if row[1].quantity > 0)
    sales = sorted(rows, key=lambda row: row[0])
    lots = sorted((row for run in runs for row in run.left()), key=lambda row: row[0])
    return LedgerResult(
        tuple(row for _, row in sales),
        tuple(row for _, row in lots),
        tuple(s for run in runs for s in run.shortfalls),
    )


def ledger_set(facts: LedgerFacts, symbol: str, policy: WashPolicy) -> str:
    """Return the identical set a symbol is run with."""
    known = _symbol(facts.symbols, symbol)
    if policy.identical is IdenticalReading.STRICT and known.strict_set_id:
        return known.strict_set_id
    return known.set_id


def _symbol(symbols: Mapping[str, LedgerSymbol], symbol: str) -> LedgerSymbol:
    return symbols.get(symbol) or LedgerSymbol(f"own:{symbol}")


@dataclass(slots=True)
class _Taking:
    """Shares of one part a sale has picked."""

    number: int
    sale: Sell
    part: Part
    quantity: int


class _SetRun:
    """The ledger of one identical set."""

    def __init__(self, facts: LedgerFacts, policy: WashPolicy, events: Sequence[_Numbered]) -> None:
        self._facts = facts
        self._policy = policy
        self._events = events
        self._lots: dict[str, OpenLot] = {}
        self._queues: dict[tuple[str, str], Queue] = defaultdict(Queue)
        self._splits: dict[str, list[tuple[int, Fraction]]] = defaultdict(list)
        self._now = 0
        self._proceeds: dict[int, tuple[int, int]] = {}
        self._gone: dict[str, list[int]] = defaultdict(list)
        self.sales: list[tuple[int, SaleSlice]] = []
        self.shortfalls: list[Shortfall] = []
        for number, event in events:
            if isinstance(event, Acquire):
                self._lots[event.lot] = self._open_lot(event, number)
            elif isinstance(event, Split):
                self._note_split(number, event)
        self._pool = Pool(
            tuple(self._lots.values()),
            lambda symbol: _symbol(facts.symbols, symbol),
            policy,
            self._split_factor,
        )

    def _open_lot(self, event: Acquire, number: int) -> OpenLot:
        lot = OpenLot.of(event, number, event.account in self._facts.sheltered)
        if (
            self._policy.other_plans is OtherPlans.IGNORE
            and event.account in self._facts.other_plans
        ):
            lot.washing = False
        return lot

    def run(self) -> "_SetRun":
        """Walk the events; sales of a day with nothing between them are one batch."""
        for (_, is_sale), group in groupby(
            self._events, key=lambda item: (item[1].on, isinstance(item[1], Sell))
        ):
            rows = list(group)
            if is_sale:
                self._sell([(n, e) for n, e in rows if isinstance(e, Sell)])
                continue
            for number, event in rows:
                self._now = number
                self._apply(event)
        return self

    def left(self) -> Iterator[tuple[int, LedgerLot]]:
        """Yield what is left of each lot, with the position of its purchase."""
        for lot in self._lots.values():
            for part in lot.parts():
                if part.quantity > 0:
                    yield lot.order, _ledger_lot(part)

    # --- events that are no sales ---------------------------------------------------------------

    def _note_split(self, number: int, event: Split) -> None:
        known = self._splits[event.symbol]
        # The same split is reported by every account that holds the shares.
        if not any(self._event_on(n) == event.on and r == event.ratio for n, r in known):
            known.append((number, event.ratio))

    def _event_on(self, number: int) -> date:
        return next(e.on for n, e in self._events if n == number)

    def _split_factor(self, symbol: str, until: int) -> tuple[int, int]:
        factor = Fraction(1)
        for number, ratio in self._splits.get(symbol, ()):
            if self._now < number < until:
                factor *= ratio
        return factor.numerator, factor.denominator

    def _apply(self, event: Event) -> None:
        if isinstance(event, Acquire):
            self._queues[event.account, event.symbol].open(self._lots[event.lot])
        elif isinstance(event, Split):
            for (account, symbol), queue in self._queues.items():
                if symbol == event.symbol and event.account in {None, account}:
                    for lot in queue.lots.values():
                        lot.split(event.ratio)
                    _requeue(queue)
        elif isinstance(event, ReturnOfCapital):
            self._return_capital(event)

    def _return_capital(self, event: ReturnOfCapital) -> None:
        """Lower the basis of all shares of the account alike; beyond it there is gain."""
        queue = self._queues[event.account, event.symbol]
        parts = [p for p in queue.parts() if p.quantity > 0]
        money, shares = to_units(event.total), sum(p.quantity for p in parts)
        for part in parts:
            amount = share_of(money, part.quantity, shares)
            money -= amount
            shares -= part.quantity
            from_basis = min(amount, part.basis)
            from_added = min(amount - from_basis, part.added)
            part.basis -= from_basis
            part.added -= from_added
            part.version += 1
            excess = amount - from_basis - from_added
            if excess > 0 and not part.lot.sheltered:
                row = _slice(event, part, part.quantity, excess, 0, 0, kind="roc_excess")
                self.sales.append((self._now, row))
        _requeue(queue)

    # --- sales ------------------------------------------------------------------------------------

    def _sell(self, batch: list[tuple[int, Sell]]) -> None:
        takings: list[_Taking] = []
        for number, sale in batch:
            self._proceeds[number] = (to_units(sale.total), to_units(sale.quantity))
            takings += self._pick(number, sale)
        if self._policy.same_day_order is SameDayOrder.ACQUISITION:
            takings.sort(key=lambda t: (t.part.lot.acquired, t.part.lot.order))  # 1.1091-1(b)
        for taking in takings:
            self._now = taking.number
            self._take(taking)

    def _pick(self, number: int, sale: Sell) -> Iterator[_Taking]:
        queue = self._queues[sale.account, sale.symbol]
        wanted = to_units(sale.quantity)
        if sale.picks:
            for pick in sale.picks:
                yield from self._pick_named(number, sale, queue, pick)
                wanted -= to_units(pick.quantity)
        if wanted <= DUST:
            return
        method = sale.method or self._facts.methods.get(sale.account) or ReliefMethod.FIFO
        price = sale.total / sale.quantity
        for part, quantity in queue.promise(wanted, method, sale.on, price):
            wanted -= quantity
            yield _Taking(number, sale, part, quantity)
        if wanted > DUST:
            self._short(sale, wanted)

    def _pick_named(self, number: int, sale: Sell, queue: Queue, pick: Pick) -> Iterator[_Taking]:
        lot = queue.lots.get(pick.lot)
        wanted = to_units(pick.quantity)
        for part in () if lot is None else lot.parts(pick.replacement_first is not False):
            quantity = min(part.quantity - part.promised, wanted)
            if quantity > 0:
                part.promised += quantity
                wanted -= quantity
                yield _Taking(number, sale, part, quantity)
            if wanted <= 0:
                break
        if wanted > DUST:
            self._short(sale, wanted, pick.lot)

    def _short(self, sale: Sell, missing: int, lot: str = "") -> None:
        self.shortfalls.append(
            Shortfall(sale.id, sale.account, sale.symbol, sale.on, from_units(missing), lot)
        )

    def _take(self, taking: _Taking) -> None:
        """Take the shares picked; what was matched since is found beside them in the lot."""
        lot, wanted = taking.part.lot, taking.quantity
        while wanted > 0:
            part = taking.part
            if not (part.quantity and part.promised):
                found = next((p for p in lot.parts() if p.quantity and p.promised), None)
                if found is None:
                    return  # only dust of an uneven split was missing
                part = found
            quantity = min(part.quantity, part.promised, wanted)
            wanted -= quantity
            part.promised -= quantity
            gone = _leave(lot, part, quantity)
            if taking.sale.realises and not lot.sheltered:
                self._realise(taking, gone)

    def _realise(self, taking: _Taking, gone: Part) -> None:
        """Report the shares sold, matched with their replacements if they were sold at a loss."""
        money, shares = self._proceeds[taking.number]
        proceeds = share_of(money, gone.quantity, shares)
        self._proceeds[taking.number] = (money - proceeds, shares - gone.quantity)
        sale, lot = taking.sale, gone.lot
        if self._is_loss(gone, proceeds) and not self._is_exempt(sale.symbol):
            day = sale.wash_on or sale.on
            for match in self._pool.matches(lot, gone.quantity, day.toordinal()):
                part = share_of(proceeds, match.sold, gone.quantity)
                proceeds -= part
                basis, added = gone.take(match.sold)
                loss = basis + added - part
                lost = match.lot.sheltered or self._is_lost_with_spouse(lot, match.lot)
                since = self._held_since(match.lot, gone, day.toordinal())
                self._replace(match.lot, match.units, loss, sale, None if lost else since)
                row = _slice(
                    sale, gone, match.sold, part, basis, added,
                    replaced_by=match.lot, permanent=lost,
                )  # fmt: skip
                self._report(taking.number, row, gone)
        if gone.quantity > 0:
            row = _slice(sale, gone, gone.quantity, proceeds, gone.basis, gone.added)
            self._report(taking.number, row, gone)

    def _is_loss(self, gone: Part, proceeds: int) -> bool:
        basis = gone.basis
        if self._policy.loss_test is LossTest.ADJUSTED_BASIS:
            basis += gone.added
        return proceeds - basis < NO_LOSS_ABOVE and gone.lot.basis_known

    def _is_exempt(self, symbol: str) -> bool:
        known = _symbol(self._facts.symbols, symbol)
        return known.exempt and not (known.crypto and self._policy.crypto is CryptoRule.AS_SECURITY)

    def _is_lost_with_spouse(self, sold: OpenLot, replacement: OpenLot) -> bool:
        """True where somebody else's shares would take the loss over and the household reads it as lost."""
        if self._policy.spouse_basis is SpouseBasis.TO_SPOUSE:
            return False
        owners, nobody = self._facts.owners, frozenset[str]()
        sellers = owners.get(sold.account, nobody)
        buyers = owners.get(replacement.account, nobody)
        return bool(sellers and buyers) and not sellers & buyers

    def _held_since(self, replacement: OpenLot, gone: Part, day: int) -> int:
        """Return the ordinal from which shares that replace others count as held."""
        if self._policy.tacking is Tacking.ORIGINAL_DATE:
            return min(replacement.acquired, gone.adjusted)
        return replacement.acquired - (day - gone.adjusted)

    def _report(self, number: int, row: SaleSlice, gone: Part) -> None:
        # Sold shares whose own loss went into others can't take over another loss.
        literal = self._policy.disposed_before is DisposedBefore.LITERAL
        if literal and not gone.used and row.replaced_by is None:
            gone.lot.gone_fresh += to_units(row.quantity)
            self._gone[row.lot].append(len(self.sales))
        self.sales.append((number, row))

    def _replace(self, lot: OpenLot, units: int, loss: int, sale: Sell, since: int | None) -> None:
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
        part.replaces = (*part.replaces, sale.id)
        if since is not None:
            part.added += loss
            part.adjusted = since
        if lot.live:
            self._queues[lot.account, lot.symbol].add(part)

    def _amend(self, lot: OpenLot, units: int, loss: int) -> None:
        """Add a disallowed loss to the basis of shares that were sold before the loss (literal)."""
        lot.gone_fresh -= units
        for at in self._gone.get(lot.id, ()):
            number, row = self.sales[at]
            held = to_units(row.quantity)
            taken = min(units, held)
            if taken > 0:
                amount = share_of(loss, taken, units)
                rest, amended = _with_added_basis(row, taken, amount)
                self.sales[at] = (number, rest)
                self.sales.append((number, amended))
                units, loss = units - taken, loss - amount


def _with_added_basis(row: SaleSlice, quantity: int, loss: int) -> tuple[SaleSlice, SaleSlice]:
    """Split a row: the shares left as they were, and `quantity` shares with `loss` in their basis."""
    held = to_units(row.quantity)

    def cut(value: Decimal) -> int:
        return share_of(to_units(value), quantity, held)

    part = replace(
        row,
        quantity=from_units(quantity),
        proceeds=from_units(cut(row.proceeds)),
        basis=from_units(cut(row.basis) + loss),
        original_basis=from_units(cut(row.original_basis)),
        gain=from_units(cut(row.gain) - loss),
        disallowed=from_units(cut(row.disallowed)),
        recognized=from_units(cut(row.recognized) - loss),
    )
    rest = replace(
        row,
        quantity=row.quantity - part.quantity,
        proceeds=row.proceeds - part.proceeds,
        basis=row.basis - from_units(cut(row.basis)),
        original_basis=row.original_basis - part.original_basis,
        gain=row.gain - from_units(cut(row.gain)),
        disallowed=row.disallowed - part.disallowed,
        recognized=row.recognized - from_units(cut(row.recognized)),
    )
    return rest, part


def _leave(lot: OpenLot, part: Part, quantity: int) -> Part:
    """Remove shares from a part and return them as a part of their own."""
    basis, added = part.take(quantity)
    if part.quantity <= DUST:
        basis, added = basis + part.basis, added + part.added
        part.quantity = part.basis = part.added = 0
        lot.drop(part)
    return Part(lot, quantity, basis, added, part.adjusted, part.used, 0, part.replaces)


def _requeue(queue: Queue) -> None:
    for part in queue.parts():
        queue.add(part)


def _slice(  # noqa: PLR0913 - one row's facts
    event: Sell | ReturnOfCapital,
    part: Part,
    quantity: int,
    proceeds: int,
    basis: int,
    added: int,
    *,
    replaced_by: OpenLot | None = None,
    permanent: bool = False,
    kind: str = "sale",
) -> SaleSlice:
    lot = part.lot
    gain = proceeds - basis - added
    disallowed = 0 if replaced_by is None else -gain
    adjusted = date.fromordinal(part.adjusted)
    return SaleSlice(
        event.id, lot.id, lot.account, lot.symbol, from_units(quantity),
        date.fromordinal(lot.acquired), adjusted, event.on,
        from_units(proceeds), from_units(basis + added), from_units(basis), from_units(gain),
        from_units(disallowed), from_units(gain + disallowed),
        term_of(adjusted, event.on) if adjusted <= event.on else Term.SHORT,
        None if replaced_by is None else replaced_by.id,
        permanent=permanent, kind=kind, basis_known=lot.basis_known,
    )  # fmt: skip


def _ledger_lot(part: Part) -> LedgerLot:
    lot = part.lot
    return LedgerLot(
        lot.id, lot.account, lot.symbol, from_units(part.quantity),
        date.fromordinal(lot.acquired), date.fromordinal(part.adjusted),
        from_units(part.basis), from_units(part.added), part.used, part.replaces,
        lot.sheltered, lot.basis_known,
    )  # fmt: skip

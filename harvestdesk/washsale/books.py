"""What the ledger of a run holds: lots, their queues, and the rows and the trail made so far."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from harvestdesk.domain.lot import Term
from harvestdesk.domain.wash_policy import WashPolicy
from harvestdesk.washsale.events import (
    Acquire,
    Distribution,
    Event,
    LedgerFacts,
    LotChange,
    MethodRefused,
    SaleSlice,
    Sell,
    Shortfall,
)
from harvestdesk.washsale.holdings import OpenLot, Part, Queue
from harvestdesk.washsale.judgement import Judgement
from harvestdesk.washsale.units import from_units, to_units
from harvestdesk.washsale.year_so_far import YearSoFar

Numbered = tuple[int, Event]


@dataclass(slots=True, eq=False)
class Order:
    """A sale being carried out.

    Attributes:
        number: position of its event in the ledger.
        money: proceeds not yet given to shares, in units.
        shares: shares not yet taken, in units.
        opened: ordinal of the short sale it closes by delivery; 0: a plain sale.
        terms: override the term of a gain and of a loss (IRC §1233(b), (d)).
    """

    number: int
    sale: Sell
    money: int
    shares: int
    opened: int = 0
    terms: tuple[Term | None, Term | None] = (None, None)

    @classmethod
    def of(cls, number: int, sale: Sell) -> "Order":
        """Return the order of a sale."""
        return cls(number, sale, to_units(sale.total), to_units(sale.quantity))

    def day_of(self, lot: OpenLot) -> int:
        """Return the ordinal the window is counted from.

        A short sale counts from the day it was entered into where its seller owned the shares
        delivered then, else from delivery (Reg. 1.1091-1(g), Pub. 550).
        """
        if self.opened and lot.bought <= self.opened:
            return self.opened
        return (self.sale.wash_on or self.sale.on).toordinal()


@dataclass(slots=True, eq=False)
class Books:
    """The state of one run; `now` is the number of the event at hand."""

    facts: LedgerFacts
    policy: WashPolicy
    judgement: Judgement
    trail: list[tuple[int, LotChange]] | None = None
    year: YearSoFar | None = None
    now: int = 0
    lots: dict[str, OpenLot] = field(default_factory=dict)
    queues: dict[tuple[str, str], Queue] = field(default_factory=lambda: defaultdict(Queue))
    sales: list[tuple[int, SaleSlice]] = field(default_factory=list)
    shortfalls: list[Shortfall] = field(default_factory=list)
    distributions: list[tuple[int, Distribution]] = field(default_factory=list)
    refused: list[MethodRefused] = field(default_factory=list)

    def expect(self, events: Sequence[Numbered]) -> None:
        """Make the lots of all purchases: a loss can be matched with one still to come."""
        for number, event in events:
            if isinstance(event, Acquire):
                lot = OpenLot.of(event, number, event.account in self.facts.sheltered)
                lot.washing = lot.washing and self.judgement.counts_as_purchase(event.account)
                self.lots[event.lot] = lot

    def open(self, event: Acquire) -> None:
        """Take in the shares of an acquisition."""
        lot = self.lots[event.lot]
        self.queues[event.account, event.symbol].open(lot)
        if self.trail is not None:
            kind = "bought" if event.washing else "opened"
            for part in lot.parts():
                self.note(part, event.on, kind, part.basis, event.id)

    def close(self) -> None:
        """Take lots and their parts apart, which hold each other in memory otherwise."""
        for lot in self.lots.values():
            lot.fresh = None
            lot.used.clear()

    def held(self, symbol: str, account: str | None = None) -> list[Queue]:
        """Return the queues of a symbol, of one account or of all."""
        return [
            queue
            for (owner, name), queue in self.queues.items()
            if name == symbol and account in {None, owner}
        ]

    def parts(self, symbol: str, account: str | None = None) -> Iterator[Part]:
        """Yield the parts of a symbol with shares left."""
        for queue in self.held(symbol, account):
            yield from (part for part in queue.parts() if part.quantity > 0)

    def report(self, number: int, row: SaleSlice) -> None:
        """Keep a row; the year's results go on."""
        self.sales.append((number, row))
        if self.year is not None:
            self.year.add(row)

    def short(self, sale: Sell, missing: int, lot: str = "") -> None:
        """Keep a sale of more shares than there are."""
        self.shortfalls.append(
            Shortfall(sale.id, sale.account, sale.symbol, sale.on, from_units(missing), lot)
        )

    def note(
        self,
        part: Part,
        on: date,
        kind: str,
        amount: int,
        cause: str,
        *,
        days: int = 0,
        other: str = "",
    ) -> None:
        """Add to the trail, where one is kept."""
        if self.trail is not None:
            change = LotChange(
                part.lot.id, on, kind, from_units(part.quantity), from_units(amount), days,
                cause, other,
            )  # fmt: skip
            self.trail.append((self.now, change))

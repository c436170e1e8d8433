"""The year's tax of results by the tax engine, and what they are worth to later years: dollars, exact.

Both are differences from no trade. A loss the year can't use is worth what its carryforward saves later, and a gain
that uses up losses brought forward costs that (methods 1.4). Budgets know of this year's tax only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.money import ZERO
from harvestdesk.tax.carried import CarriedWorth, carried_worth
from harvestdesk.tax.liability import YearTax, year_tax
from harvestdesk.tax.situation import TaxSituation


class NettedTax:
    """Tax of (short, long) results of one situation.

    Attributes:
        situation: whose.
        pieces: of what is saved later, by carried loss; the last one has no end.
    """

    def __init__(self, situation: TaxSituation) -> None:
        self.situation = situation
        self._carried = carried_worth(situation)
        nothing = year_tax(situation, ZERO, ZERO)
        self._nothing, self._worth = nothing.tax, self._worth_of(nothing)
        self.pieces = tuple(_pieces(self._carried, self._worth))

    def tax(self, short: Decimal, long: Decimal) -> Decimal:
        """Return by how much results change this year's tax."""
        return year_tax(self.situation, short, long).tax - self._nothing

    def later(self, short: Decimal, long: Decimal) -> Decimal:
        """Return by how much results change what carried losses save later, at present value."""
        return self.later_of(year_tax(self.situation, short, long))

    def cost(self, short: Decimal, long: Decimal) -> Decimal:
        """Return this year's tax less what is saved later: what counts in an objective."""
        year = year_tax(self.situation, short, long)
        return self.tax_of(year) - self.later_of(year)

    def tax_of(self, year: YearTax) -> Decimal:
        """Return the same as `tax` of a year already worked out."""
        return year.tax - self._nothing

    def later_of(self, year: YearTax) -> Decimal:
        """Return the same as `later` of a year already worked out."""
        return self._worth_of(year) - self._worth

    def _worth_of(self, year: YearTax) -> Decimal:
        return self._carried.of(carried_in(year))


@dataclass(frozen=True)
class Piece:
    """What is saved later, less that of no trade, where carried losses are between two bends: dollars.

    Attributes:
        start, end: carried losses; rate: worth of one dollar more.
        constant: worth of none, as this piece would have it.
    """

    start: float
    end: float
    rate: float
    constant: float


def _pieces(carried: CarriedWorth, nothing: Decimal) -> Iterator[Piece]:
    start, worth = ZERO, ZERO
    for end, following in zip(carried.used, carried.worth, strict=True):
        rate = (following - worth) / (end - start)
        yield Piece(float(start), float(end), float(rate), float(worth - rate * start - nothing))
        start, worth = end, following
    yield Piece(float(start), float("inf"), 0.0, float(worth - nothing))


def carried_in(year: YearTax) -> Decimal:
    """Return the losses a year carries into the next, both terms."""
    return year.netting.carryover_short + year.netting.carryover_long

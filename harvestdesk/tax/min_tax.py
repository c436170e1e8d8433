"""Which shares a sale takes for the least tax of the year, by real netting instead of a fixed order."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from harvestdesk.domain.money import SHARES_DIGITS, ZERO, rounded

TaxOfSale = Callable[[Decimal, Decimal], Decimal]
"""Tax in dollars of a year in which a sale realises this much more short-term and long-term."""

_SAME = Decimal("1e-9")
"""Dollars of tax that make no difference."""
_GRAIN = Decimal(1).scaleb(-SHARES_DIGITS)
_PROBE = Decimal("1e-6")
_FIRST_PIECES = 4
_ODD_POINTS = (Decimal("0.28"), Decimal("0.5"), Decimal("0.83"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Shares of a lot a sale may take; `basis` is the adjusted basis per share in dollars."""

    shares: Decimal
    basis: Decimal
    is_long: bool


def least_tax_shares(
    candidates: Sequence[Candidate], shares: Decimal, price: Decimal, tax: TaxOfSale
) -> tuple[Decimal, ...]:
    """Return how many shares of each candidate a sale of `shares` takes.

    `tax` never falls as a result rises, and is piecewise linear in both; it need not be convex
    (brackets make it so, the loss limit and the netting of terms don't). Inside a term a share of a
    higher basis adds less gain, so swapping it in never costs: the highest basis goes first. What is
    left to choose is the number of short-term shares, one number. At equal tax the split nearest to the
    brokers' order is taken; candidates of equal basis go in the order given.
    """
    search = _Search(candidates, shares, price, tax)
    return search.split_at(search.best())


class _Side:
    """The shares of one term, the highest basis first."""

    def __init__(self, candidates: Sequence[Candidate], is_long: bool, price: Decimal) -> None:
        numbered = [(n, c) for n, c in enumerate(candidates) if c.is_long is is_long]
        self._rows = sorted(numbered, key=lambda row: (-row[1].basis, row[0]))
        self._price = price
        self.total = sum((c.shares for _, c in self._rows), ZERO)

    def knots(self) -> Iterator[Decimal]:
        """Yield the numbers of shares at which a lot ends."""
        count = ZERO
        for _, row in self._rows:
            count += row.shares
            yield count

    def gain(self, shares: Decimal) -> Decimal:
        """Return the gain in dollars of the first `shares`."""
        gain = ZERO
        for _, row in self._rows:
            taken = min(row.shares, shares)
            gain += taken * (self._price - row.basis)
            shares -= taken
            if shares <= 0:
                break
        return gain

    def take(self, shares: Decimal, into: list[Decimal]) -> None:
        """Enter the first `shares` into the list of shares by candidate."""
        for number, row in self._rows:
            into[number] = min(row.shares, max(shares, ZERO))
            shares -= into[number]


@dataclass(frozen=True, slots=True)
class _Point:
    """A number of short-term shares, what it realises, and the tax then."""

    at: Decimal
    short: Decimal
    long: Decimal
    tax: Decimal


class _Search:
    """The least of the tax along the number of short-term shares sold.

    Between the ends of lots both gains are linear, so the tax is piecewise linear with kinks where the
    law has lines. A span is dropped when even its lowest gains of both terms together (the tax is
    monotone) cost no less than the best found; when five of its points lie on a line, an end is its
    least; else it is cut where the lines at its ends cross, which is the kink itself if it has one.
    """

    def __init__(
        self, candidates: Sequence[Candidate], shares: Decimal, price: Decimal, tax: TaxOfSale
    ) -> None:
        self._count = len(candidates)
        self._short = _Side(candidates, False, price)
        self._long = _Side(candidates, True, price)
        self._shares = min(shares, self._short.total + self._long.total)
        self._tax = tax
        self._found: dict[Decimal, _Point] = {}
        self._least: Decimal | None = None
        self._usual = _usual_split(candidates, self._shares, price)

    def split_at(self, short_shares: Decimal) -> tuple[Decimal, ...]:
        """Return the shares by candidate where this many are short-term."""
        taken = [ZERO] * self._count
        self._short.take(short_shares, taken)
        self._long.take(self._shares - short_shares, taken)
        return tuple(taken)

    def best(self) -> Decimal:
        """Return the number of short-term shares of the least tax."""
        low = max(ZERO, self._shares - self._long.total)
        high = min(self._shares, self._short.total)
        ends = {low, high, self._usual}
        ends |= set(self._short.knots()) | {self._shares - k for k in self._long.knots()}
        points = [self._at(x) for x in sorted(x for x in ends if low <= x <= high)]
        for left, right in pairwise(points):
            step = (right.at - left.at) / _FIRST_PIECES
            cuts = [left, *(self._at(left.at + step * n) for n in range(1, _FIRST_PIECES)), right]
            for a, b in pairwise(cuts):
                self._search(a, b)
        least = self._least if self._least is not None else ZERO
        # Only whole grains can be sold; kinks lie between two of them.
        for kink in [p.at for p in self._found.values() if p.tax <= least + _SAME]:
            self._at(max(low, min(high, rounded(kink, SHARES_DIGITS))))
        sold = [p for p in self._found.values() if p.at in ends or p.at % _GRAIN == 0]
        least = min(p.tax for p in sold)
        equal = [p.at for p in sold if p.tax <= least + _SAME]
        return min(equal, key=lambda x: (abs(x - self._usual), x))

    def _at(self, short_shares: Decimal) -> _Point:
        known = self._found.get(short_shares)
        if known is not None:
            return known
        short = self._short.gain(short_shares)
        long = self._long.gain(self._shares - short_shares)
        point = _Point(short_shares, short, long, self._tax(short, long))
        self._found[short_shares] = point
        if self._least is None or point.tax < self._least:
            self._least = point.tax
        return point

    def _search(self, left: _Point, right: _Point) -> None:
        spans = [(left, right)]
        while spans:
            a, b = spans.pop()
            width = b.at - a.at
            if width <= _GRAIN or self._least is None:
                continue
            bound = self._tax(min(a.short, b.short), min(a.long, b.long))
            if bound >= self._least - _SAME or self._is_line(a, b):
                continue
            middle = self._at(self._crossing(a, b))
            spans += [(a, middle), (middle, b)]

    def _is_line(self, a: _Point, b: _Point) -> bool:
        width, rise = b.at - a.at, b.tax - a.tax
        return all(
            abs(self._at(a.at + width * part).tax - a.tax - rise * part) <= _SAME
            for part in _ODD_POINTS
        )

    def _crossing(self, a: _Point, b: _Point) -> Decimal:
        """Return where the lines at both ends of a span cross, or its middle."""
        step = (b.at - a.at) * _PROBE
        from_left = (self._at(a.at + step).tax - a.tax) / step
        from_right = (b.tax - self._at(b.at - step).tax) / step
        if from_left != from_right:
            reach = (b.tax - a.tax - from_right * (b.at - a.at)) / (from_left - from_right)
            # A kink close to an end is better found from a shorter span.
            if step < reach < b.at - a.at - step:
                return a.at + reach
        return (a.at + b.at) / 2


def _usual_split(candidates: Sequence[Candidate], shares: Decimal, price: Decimal) -> Decimal:
    """Return the short-term shares the brokers' order sells: losses first, then long-term gains."""

    def rank(candidate: Candidate) -> tuple[int, Decimal]:
        gain = price - candidate.basis
        return (int(candidate.is_long) if gain < 0 else 3 - int(candidate.is_long), gain)

    short = ZERO
    for row in sorted(candidates, key=rank):
        taken = min(row.shares, shares)
        shares -= taken
        if not row.is_long:
            short += taken
    return short

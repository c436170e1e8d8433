"""Cells of the year's results inside which its tax is linear (methods 1.4).

Short and long results of a plan span a plane. The lines where the tax of the year bends (a sign of the netting
turns, the loss limit, brackets, bands, thresholds, the state's) cut what sales can reach of it into convex
cells. In each of them the tax is two rates and a constant, taken from the exact tax by differences.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from harvestdesk.optimize.engine.netted_tax import NettedTax, carried_in
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray
from harvestdesk.tax.bracket_walk import lines_of
from harvestdesk.tax.liability import YearTax, year_tax

Corner = tuple[float, float]
Corners = tuple[Corner, ...]

STEP = Decimal("0.0001")
"""Dollars over which rates and the slopes of lines are measured, inside a cell."""
NARROW = 0.01
"""Dollars: a line that cuts less than this off a cell is left uncut."""
CENT = Decimal("0.01")
SAME_RATE = 1e-9
SAME_TAX = 1e-4
SAME_AREA = 1e-9


@dataclass(frozen=True)
class Linear:
    """short * result + long * result + constant."""

    short: float
    long: float
    constant: float

    @property
    def rates(self) -> FloatArray:
        """On a further dollar of either term."""
        return np.array([self.short, self.long])

    def over(self, corners: FloatArray) -> FloatArray:
        """[corner] values."""
        return np.asarray(corners @ self.rates + self.constant)

    def at(self, corner: Corner) -> float:
        """Return the value of results."""
        return self.short * corner[0] + self.long * corner[1] + self.constant

    @property
    def turned(self) -> "Linear":
        """The same line seen from its other side."""
        return Linear(-self.short, -self.long, -self.constant)

    def above(self, level: float) -> "Linear":
        """The line less a level."""
        return replace(self, constant=self.constant - level)

    def less(self, other: "Linear", rate: float, constant: float) -> "Linear":
        """The line less a multiple of another and a constant."""
        return Linear(
            self.short - rate * other.short,
            self.long - rate * other.long,
            self.constant - rate * other.constant - constant,
        )

    def same(self, other: "Linear") -> bool:
        """Return True where both are one line of dollars."""
        rates = max(abs(self.short - other.short), abs(self.long - other.long))
        return rates < SAME_RATE and abs(self.constant - other.constant) < SAME_TAX


@dataclass(frozen=True)
class Cell:
    """A convex part of the plane of (short, long) results with linear tax; fractions of value.

    Attributes:
        taxed: this year's tax as a line over the plane, less that of no trade.
        costs: the same less what carried losses save later: what counts in the objective.
        corners: counter-clockwise.
        sides: (short, long) directions of its edges inside what sales can reach, each once.
    """

    taxed: "Linear"
    costs: "Linear"
    corners: FloatArray
    sides: tuple[Corner, ...]

    @property
    def key(self) -> bytes:
        """What tells it from other cells of its problem."""
        return self.corners.tobytes()

    @cached_property
    def tax(self) -> FloatArray:
        """[corner] this year's tax, less that of no trade."""
        return self.taxed.over(self.corners)

    @cached_property
    def cost(self) -> FloatArray:
        """[corner] what the results there cost in the objective."""
        return self.costs.over(self.corners)

    def holds(self, short: float, long: float, room: float) -> bool:
        """Return True where results are inside, or outside by no more than `room`."""
        at = np.array([short, long])
        turned = np.roll(self.corners, -1, axis=0) - self.corners
        outward = np.stack([turned[:, 1], -turned[:, 0]], axis=1)
        length = np.maximum(np.linalg.norm(outward, axis=1), 1e-300)
        distance = ((at - self.corners) * outward).sum(axis=1) / length
        return bool((distance <= room).all())


def cells_of(problem: EngineProblem) -> list[Cell]:
    """Return the cells sales can reach; the problem must have a tax situation."""
    if problem.netted_tax is None:
        raise AssertionError("typed rates hold everywhere: there is nothing to cut")
    box = _reach(problem)
    plane = _Plane(problem.netted_tax, later=problem.values_carried)
    return [
        _cell(corners, linear, box, float(problem.exact.value))
        for linear, corners in _joined(plane.cut(box))
    ]


def _reach(problem: EngineProblem) -> Corners:
    """Return the box of results sales can reach, in dollars, and a dollar more each way."""
    taxed = problem.taxable[problem.lot_account] & problem.sellable
    dollars = problem.lot_gain * problem.lot_most * float(problem.exact.value)
    ends = []
    for term in (~problem.lot_long, problem.lot_long):
        mine = dollars[taxed & term]
        ends.append((float(np.minimum(mine, 0).sum()) - 1, float(np.maximum(mine, 0).sum()) + 1))
    (left, right), (low, high) = ends
    return ((left, low), (right, low), (right, high), (left, high))


@dataclass(frozen=True)
class _Worth:
    """Tax and cost of a part, in dollars."""

    tax: Linear
    cost: Linear

    def same(self, other: "_Worth") -> bool:
        return self.tax.same(other.tax) and self.cost.same(other.cost)


class _Plane:
    """The exact tax of a situation over the plane, in dollars."""

    def __init__(self, netted: NettedTax, *, later: bool) -> None:
        self._netted, self._situation = netted, netted.situation
        self._pieces = netted.pieces if later else ()

    def cut(self, corners: Corners) -> list[tuple[_Worth, Corners]]:
        """Return the cells of a convex part, each with its tax less that of no trade."""
        found: list[tuple[_Worth, Corners]] = []
        waiting = [corners]
        while waiting:
            part = waiting.pop()
            tax, carried, lines = self._around(_middle(part))
            line = next((line for line in lines if _cuts(line, part)), None)
            if line is None:
                found += self._by_piece(part, tax, carried)
                continue
            waiting += [_above(part, line), _above(part, line.turned)]
        return found

    def _around(self, middle: Corner) -> tuple[Linear, Linear, list[Linear]]:
        """Return the tax, the carried losses and the lines around a point; between lines all of them are linear."""
        # A point on a line would see both its sides: cents with an odd tail are on none of the tables'.
        short, long = (Decimal(x).quantize(CENT) + Decimal("0.0037") for x in middle)
        years = []
        for at in ((short, long), (short + STEP, long), (short, long + STEP)):
            year = year_tax(self._situation, *at)
            years.append((year, self._lines(*at, year)))
        tax = _linear(short, long, *(self._netted.tax_of(year) for year, _ in years))
        carried = _linear(short, long, *(carried_in(year) for year, _ in years))
        here = zip(*(lines for _, lines in years), strict=True)
        return tax, carried, [_linear(short, long, *values) for values in here]

    def _by_piece(
        self, part: Corners, tax: Linear, carried: Linear
    ) -> Iterator[tuple[_Worth, Corners]]:
        """Yield a part of linear tax cut where a further carried loss is worth less."""
        if not self._pieces:
            yield _Worth(tax, tax), part
            return
        amounts = [carried.at(corner) for corner in part]
        room = NARROW * max(float(np.hypot(carried.short, carried.long)), SAME_RATE)
        low, high = min(amounts) + room, max(amounts) - room
        if low > high:  # one amount throughout
            low = high = (low + high) / 2
        for piece in self._pieces:
            if piece.end <= low or (piece.start > 0 and piece.start > high):
                continue
            inside = _above(part, carried.above(piece.start)) if piece.start > low else part
            if piece.end <= high:
                inside = _above(inside, carried.above(piece.end).turned)
            yield _Worth(tax, tax.less(carried, piece.rate, piece.constant)), inside

    def _lines(self, short: Decimal, long: Decimal, year: YearTax) -> list[Decimal]:
        return [line.above for line in lines_of(self._situation, short, long, year)]


def _linear(short: Decimal, long: Decimal, at: Decimal, right: Decimal, up: Decimal) -> Linear:
    a, b = (right - at) / STEP, (up - at) / STEP
    return Linear(float(a), float(b), float(at - a * short - b * long))


def _middle(corners: Corners) -> Corner:
    count = len(corners)
    return sum(x for x, _ in corners) / count, sum(y for _, y in corners) / count


def _cuts(line: Linear, corners: Corners) -> bool:
    """Return True where a line has enough of a part on both of its sides."""
    slope = float(np.hypot(line.short, line.long))
    if slope < SAME_RATE:
        return False
    values = [line.at(corner) / slope for corner in corners]
    return min(values) < -NARROW and max(values) > NARROW


def _above(corners: Corners, line: Linear) -> Corners:
    """Return what is left of a convex part where a line is not negative."""
    kept: list[Corner] = []
    for start, end in zip(corners, (*corners[1:], corners[0]), strict=True):
        first, last = line.at(start), line.at(end)
        if first >= 0:
            kept.append(start)
        if first * last < 0:
            share = first / (first - last)
            kept.append(
                (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
            )
    return tuple(kept)


def _joined(cells: list[tuple[_Worth, Corners]]) -> list[tuple[_Worth, Corners]]:
    """Join cells of one tax whose union is convex: a line that bends nothing is no line."""
    joined: list[tuple[_Worth, Corners]] = []
    waiting = list(cells)
    while waiting:
        tax, corners = waiting.pop()
        for number, (other, others) in enumerate(joined):
            if not tax.same(other):
                continue
            hull = _hull((*corners, *others))
            if _area(hull) <= (_area(corners) + _area(others)) * (1 + SAME_AREA):
                del joined[number]
                waiting.append((tax, hull))
                break
        else:
            joined.append((tax, corners))
    return joined


def _area(corners: Corners) -> float:
    turned = (*corners[1:], corners[0])
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, turned, strict=True)) / 2


def _hull(points: Sequence[Corner]) -> Corners:
    """Return the convex hull of points, counter-clockwise."""
    ordered = sorted(set(points))
    return (*_chain(ordered)[:-1], *_chain(ordered[::-1])[:-1])


def _chain(points: Sequence[Corner]) -> list[Corner]:
    kept: list[Corner] = []
    for point in points:
        while len(kept) > 1 and _turn(kept[-2], kept[-1], point) <= 0:
            kept.pop()
        kept.append(point)
    return kept


def _turn(a: Corner, b: Corner, c: Corner) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _cell(corners: Corners, worth: _Worth, box: Corners, value: float) -> Cell:
    tax, cost = (replace(line, constant=line.constant / value) for line in (worth.tax, worth.cost))
    return Cell(tax, cost, np.array(corners) / value, _sides(corners, box))


def _sides(corners: Corners, box: Corners) -> tuple[Corner, ...]:
    """Return the directions of the edges that are not those of the box, each once."""
    found: dict[Corner, None] = {}
    for a, b in zip(corners, (*corners[1:], corners[0]), strict=True):
        across, along = b[1] - a[1], a[0] - b[0]
        if max(abs(across), abs(along)) < NARROW / 10 or _on_box(a, b, box):
            continue
        largest = across if abs(across) >= abs(along) else along
        short, long = round(across / largest, 6), round(along / largest, 6)
        found[short + 0.0, long + 0.0] = None
    return tuple(found)


def _on_box(a: Corner, b: Corner, box: Corners) -> bool:
    (left, low), (right, high) = box[0], box[2]
    return any(
        abs(a[i] - end) < NARROW and abs(b[i] - end) < NARROW
        for i, end in ((0, left), (0, right), (1, low), (1, high))
    )

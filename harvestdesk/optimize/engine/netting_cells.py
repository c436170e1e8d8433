"""Cells of the year's results inside which its tax is linear (methods 1.4).

Short and long results of a plan span a plane. The lines where the tax of the year bends (a sign of the netting
turns, the loss limit, brackets, bands, thresholds, the state's) cut what sales can reach of it into convex
cells. In each of them the tax is two rates and a constant, taken from the exact tax by differences.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from harvestdesk.domain.money import ZERO
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray
from harvestdesk.tax.bracket_walk import lines_of
from harvestdesk.tax.liability import YearTax, year_tax
from harvestdesk.tax.situation import TaxSituation

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
class Cell:
    """A convex part of the plane of (short, long) results with linear tax; fractions of value.

    Attributes:
        short, long: tax on a further dollar of either term.
        constant: tax the linear function has at no result, less the tax of no trade.
        corners: counter-clockwise.
        sides: (short, long) directions of its edges inside what sales can reach, each once.
    """

    short: float
    long: float
    constant: float
    corners: FloatArray
    sides: tuple[Corner, ...]

    @property
    def key(self) -> bytes:
        """What tells it from other cells of its problem."""
        return self.corners.tobytes()

    @cached_property
    def tax(self) -> FloatArray:
        """[corner] tax, less the tax of no trade."""
        return np.asarray(self.corners @ np.array([self.short, self.long]) + self.constant)

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
    if problem.situation is None:
        raise AssertionError("typed rates hold everywhere: there is nothing to cut")
    box = _reach(problem)
    plane = _Plane(problem.situation)
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
class _Linear:
    """a * short + b * long + c, in dollars."""

    a: float
    b: float
    c: float

    def at(self, corner: Corner) -> float:
        return self.a * corner[0] + self.b * corner[1] + self.c

    @property
    def turned(self) -> "_Linear":
        """The same line seen from its other side."""
        return _Linear(-self.a, -self.b, -self.c)

    def same(self, other: "_Linear") -> bool:
        rates = max(abs(self.a - other.a), abs(self.b - other.b))
        return rates < SAME_RATE and abs(self.c - other.c) < SAME_TAX


class _Plane:
    """The exact tax of a situation over the plane, in dollars."""

    def __init__(self, situation: TaxSituation) -> None:
        self._situation = situation
        self._nothing = year_tax(situation, ZERO, ZERO).tax

    def cut(self, corners: Corners) -> list[tuple[_Linear, Corners]]:
        """Return the cells of a convex part, each with its tax less that of no trade."""
        found, waiting = [], [corners]
        while waiting:
            part = waiting.pop()
            tax, lines = self._around(_middle(part))
            line = next((line for line in lines if _cuts(line, part)), None)
            if line is None:
                found.append((tax, part))
                continue
            waiting += [_above(part, line), _above(part, line.turned)]
        return found

    def _around(self, middle: Corner) -> tuple[_Linear, list[_Linear]]:
        """Return the tax and the lines around a point; between lines all of them are linear."""
        # A point on a line would see both its sides: cents with an odd tail are on none of the tables'.
        short, long = (Decimal(x).quantize(CENT) + Decimal("0.0037") for x in middle)
        years = []
        for at in ((short, long), (short + STEP, long), (short, long + STEP)):
            year = year_tax(self._situation, *at)
            years.append((year, self._lines(*at, year)))
        taxes = [year.tax - self._nothing for year, _ in years]
        tax = _linear(short, long, *taxes)
        here = zip(*(lines for _, lines in years), strict=True)
        return tax, [_linear(short, long, *values) for values in here]

    def _lines(self, short: Decimal, long: Decimal, year: YearTax) -> list[Decimal]:
        return [line.above for line in lines_of(self._situation, short, long, year)]


def _linear(short: Decimal, long: Decimal, at: Decimal, right: Decimal, up: Decimal) -> _Linear:
    a, b = (right - at) / STEP, (up - at) / STEP
    return _Linear(float(a), float(b), float(at - a * short - b * long))


def _middle(corners: Corners) -> Corner:
    count = len(corners)
    return sum(x for x, _ in corners) / count, sum(y for _, y in corners) / count


def _cuts(line: _Linear, corners: Corners) -> bool:
    """Return True where a line has enough of a part on both of its sides."""
    slope = float(np.hypot(line.a, line.b))
    if slope < SAME_RATE:
        return False
    values = [line.at(corner) / slope for corner in corners]
    return min(values) < -NARROW and max(values) > NARROW


def _above(corners: Corners, line: _Linear) -> Corners:
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


def _joined(cells: list[tuple[_Linear, Corners]]) -> list[tuple[_Linear, Corners]]:
    """Join cells of one tax whose union is convex: a line that bends nothing is no line."""
    joined: list[tuple[_Linear, Corners]] = []
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


def _cell(corners: Corners, tax: _Linear, box: Corners, value: float) -> Cell:
    sides = _sides(corners, box)
    return Cell(tax.a, tax.b, tax.c / value, np.array(corners) / value, sides)


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

"""The curve of tracking error against tax: plans from "as near to the targets as may be" to "nothing but tax".

Each point is the plan of one risk aversion on the fast path (fast.py), with its own bound and gap. All rules of the
problem hold on the curve; only the price of risk changes.
"""

import math
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.domain.frontier import Frontier, FrontierPoint
from harvestdesk.domain.money import cents
from harvestdesk.optimize.engine.fast import FastModel, FastPoint
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray

NEAREST, FREEST = 3e4, 0.1
"""Risk aversions of the ends: a basis point of tracking error costs 0.03 bp a year, or a millionth of one."""
FIRST = 9
"""Risk aversions tried before the gaps between points are looked at."""
SPARE = 6
"""Points that may be solved beyond those asked for, where some fall together."""
FLIPS = 2
SAME = 2e-3
"""Points nearer than this, as parts of the curve's width and height, are one."""


@dataclass(frozen=True)
class Standing:
    """Where the household stands without any trade; fractions of value.

    Attributes:
        objective: at the risk aversion of the problem.
    """

    tracking_error: float
    objective: float


@dataclass(frozen=True)
class EngineFrontier:
    """Points by rising tracking error and falling tax.

    Attributes:
        nothing: no trade at all, whether rules allow that or not.
        current: number of the point of the risk aversion asked about; None without, or where another point
            is better in both.
        knee: number of the point farthest from the line between the ends, with both axes scaled to the
            curve's width and height: beyond it tax is bought dearly. None for fewer than three points.
        evaluations: of the dual, for the whole curve.
    """

    points: tuple[FastPoint, ...]
    nothing: Standing
    current: int | None
    knee: int | None
    evaluations: int


def frontier(
    problem: EngineProblem, points: int = 21, current: float | None = None
) -> EngineFrontier:
    """Return the curve of a problem.

    Args:
        problem: what the fast path covers.
        points: at most so many, all distinct.
        current: risk aversion of the plan at hand, which gets a point of its own.

    Raises:
        NoPlanError: where no plan keeps every rule.
    """
    model = FastModel(problem)
    found = _Curve(model, points, current).run()
    kept = _undominated(found)
    marked = next((i for i, p in enumerate(kept) if p.risk_aversion == current), None)
    nothing = problem.variance(problem.active)
    return EngineFrontier(
        points=tuple(kept),
        nothing=Standing(math.sqrt(nothing), problem.risk_aversion * nothing),
        current=marked,
        knee=knee_of(kept),
        evaluations=model.evaluations,
    )


class _Curve:
    """Points found so far, by falling risk aversion."""

    def __init__(self, model: FastModel, wanted: int, current: float | None) -> None:
        self._model, self._wanted, self._current = model, wanted, current
        self._found: list[FastPoint] = []
        self._closed: set[tuple[float, float]] = set()

    def run(self) -> list[FastPoint]:
        first = np.geomspace(NEAREST, FREEST, min(FIRST, self._wanted))
        asked = {float(x) for x in first}
        if self._current is not None and self._current > 0:
            asked.add(self._current)
        for aversion in sorted(asked, reverse=True):
            self._add(aversion, None)
        for _ in range(self._wanted + SPARE - len(self._found)):
            if len(_undominated(self._found)) >= self._wanted:
                break
            between = self._widest()
            if between is None:
                break
            self._add(*between)
        return self._found

    def _add(self, aversion: float, beside: FastPoint | None) -> None:
        start = None if beside is None else beside.central
        try:
            point = self._model.point(risk_aversion=aversion, start=start, flips=FLIPS)
        except NoPlanError:
            if not self._found:
                raise
            return
        self._found.append(point)
        self._found.sort(key=lambda p: -p.risk_aversion)

    def _widest(self) -> tuple[float, FastPoint] | None:
        """Return the risk aversion in the middle of the widest part of the curve, and a point beside it."""
        at = _scaled(self._found)
        lengths = np.hypot(*np.diff(at, axis=0).T)
        for number in np.argsort(-lengths):
            one, other = self._found[number], self._found[number + 1]
            pair = (one.risk_aversion, other.risk_aversion)
            if lengths[number] <= SAME:
                return None
            if pair in self._closed or pair[0] <= pair[1] * 1.001:
                continue
            self._closed.add(pair)
            return math.sqrt(pair[0] * pair[1]), one
        return None


def _scaled(points: list[FastPoint]) -> FloatArray:
    """Return [point, axis] tracking error and tax as parts of the curve's width and height."""
    at = np.array([[p.tracking_error, p.tax] for p in points])
    size = at.max(axis=0) - at.min(axis=0)
    return np.asarray((at - at.min(axis=0)) / np.where(size > 0, size, 1.0))


def _undominated(points: list[FastPoint]) -> list[FastPoint]:
    """Return the points no other beats in tracking error and tax, by rising tracking error, none twice."""
    kept: list[FastPoint] = []
    ordered = sorted(points, key=lambda p: (p.tracking_error, p.tax))
    at = {id(p): row for p, row in zip(points, _scaled(points), strict=True)} if points else {}
    for point in ordered:
        if kept and point.tax >= kept[-1].tax:
            continue
        if kept and np.hypot(*(at[id(point)] - at[id(kept[-1])])) < SAME / 4:
            continue
        kept.append(point)
    return kept


def knee_of(points: list[FastPoint]) -> int | None:
    """Return the point farthest below the line between the ends."""
    if len(points) < 3:
        return None
    at = _scaled(points)
    # The ends are (0, 1) and (1, 0): how far below the line is 1 - x - y, but for a factor.
    return int(np.argmax(1.0 - at.sum(axis=1)))


def as_frontier(found: EngineFrontier, value: Decimal) -> Frontier:
    """Return the curve of a household of that many dollars."""
    points = tuple(_point(point, value) for point in found.points)
    nothing = FrontierPoint(
        tracking_error_bp=_basis_points(found.nothing.tracking_error),
        tax=Decimal("0.00"),
        cost=Decimal("0.00"),
        turnover=Decimal(0),
        orders=0,
        risk_aversion=Decimal(0),
        gap=0.0,
    )
    return Frontier(points, nothing, found.current, found.knee)


def _point(point: FastPoint, value: Decimal) -> FrontierPoint:
    return FrontierPoint(
        tracking_error_bp=_basis_points(point.tracking_error),
        tax=cents(Decimal(point.tax) * value),
        cost=cents(Decimal(point.cost) * value),
        turnover=Decimal(point.turnover).quantize(Decimal("0.000001")),
        orders=point.orders,
        risk_aversion=Decimal(repr(point.risk_aversion)),
        gap=point.gap,
    )


def _basis_points(tracking_error: float) -> Decimal:
    return Decimal(tracking_error * 1e4).quantize(Decimal("0.01"))

"""The curve of tracking error against tax: distinct points in order, none beaten, each with its own bound."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from engine_books import book

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.optimize.engine.facts import read_problem
from harvestdesk.optimize.engine.fast import FastModel, FastPoint
from harvestdesk.optimize.engine.frontier import EngineFrontier, as_frontier, frontier, knee_of
from harvestdesk.optimize.engine.plan import solve_problem
from harvestdesk.optimize.engine.problem import EngineProblem


def problem_of(**over) -> EngineProblem:
    return read_problem(book(**{"names": 40, "lots": 6, "seed": 3, **over}))


@pytest.fixture(scope="module")
def curve() -> EngineFrontier:
    return frontier(problem_of(), 15, current=12.0)


def at(points: tuple[FastPoint, ...]) -> np.ndarray:
    return np.array([[p.tracking_error, p.tax] for p in points])


@pytest.mark.parametrize(
    "over",
    [{}, {"accounts": 2}, {"limits": {"turnover": 0.2}}, {"limits": {"tracking_error": 0.04}}],
    ids=str,
)
def test_points_rise_in_tracking_error_and_fall_in_tax(over) -> None:
    problem = problem_of(**over)
    found = frontier(problem, 9)
    steps = np.diff(at(found.points), axis=0)
    assert 3 <= len(found.points) <= 9
    assert (steps[:, 0] > 0).all()
    assert (steps[:, 1] < 0).all()
    for point in found.points:
        assert point.bound <= point.objective
        assert point.tracking_error <= problem.limits.tracking_error + 1e-7
        assert point.turnover <= problem.limits.turnover + 1e-7
    assert found.current is None


def test_it_runs_from_the_targets_to_nothing_but_tax(curve) -> None:
    problem = problem_of()
    freest = FastModel(problem).point(risk_aversion=0.1)
    nearest = solve_problem(replace(problem, risk_aversion=3e4))
    assert len(curve.points) == 15
    assert curve.points[-1].tax == pytest.approx(freest.tax, rel=1e-3)
    assert curve.points[0].tracking_error <= nearest.figures.tracking_error * 1.02
    assert curve.nothing.tracking_error == pytest.approx(np.sqrt(problem.variance(problem.active)))


def test_the_plan_at_hand_has_its_point(curve) -> None:
    assert curve.current is not None
    assert curve.points[curve.current].risk_aversion == 12.0
    plan = solve_problem(replace(problem_of(), risk_aversion=12.0))
    point = curve.points[curve.current]
    assert point.objective == pytest.approx(plan.figures.objective, rel=1e-2)


def test_the_knee_is_the_point_farthest_from_the_line_between_the_ends(curve) -> None:
    xy = at(curve.points)
    xy = (xy - xy.min(axis=0)) / np.ptp(xy, axis=0)
    first, last = xy[0], xy[-1]
    along = last - first
    distance = np.abs(along[0] * (xy[:, 1] - first[1]) - along[1] * (xy[:, 0] - first[0]))
    assert curve.knee == int(np.argmax(distance))
    assert 0 < curve.knee < len(curve.points) - 1
    assert knee_of(list(curve.points[:2])) is None


def test_points_are_spread_over_the_curve(curve) -> None:
    xy = at(curve.points)
    lengths = np.hypot(*np.diff((xy - xy.min(axis=0)) / np.ptp(xy, axis=0), axis=0).T)
    assert lengths.max() <= 0.35
    assert curve.evaluations <= 150 * len(curve.points)


def test_a_curve_under_real_netting_ends_where_losses_save_no_more() -> None:
    profile = {"filing_status": "mfj", "wages": "400000", "realised_short": "30000"}
    found = frontier(problem_of(names=15, lots=3, tax={"profile": profile}), 7)
    steps = np.diff(at(found.points), axis=0)
    assert found.points
    assert (steps[:, 0] > 0).all()
    assert (steps[:, 1] < 0).all()


def test_rules_no_plan_keeps_give_no_curve() -> None:
    with pytest.raises(NoPlanError):
        frontier(problem_of(limits={"tracking_error": 1e-6, "turnover": 1e-6}), 5)


def test_the_household_sees_dollars_and_basis_points(curve) -> None:
    shown = as_frontier(curve, Decimal("2000000"))
    assert len(shown.points) == len(curve.points)
    for dollars, weights in zip(shown.points, curve.points, strict=True):
        assert float(dollars.tax) == pytest.approx(weights.tax * 2e6, abs=0.006)
        assert float(dollars.cost) == pytest.approx(weights.cost * 2e6, abs=0.006)
        assert float(dollars.tracking_error_bp) == pytest.approx(
            weights.tracking_error * 1e4, abs=0.006
        )
        assert dollars.gap == weights.gap
    assert (shown.current, shown.knee) == (curve.current, curve.knee)
    assert shown.nothing.tax == 0
    assert shown.nothing.orders == 0

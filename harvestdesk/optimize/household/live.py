"""Figures of household plans on the fast path: one point in milliseconds for sliders, and the whole curve.

They are of plans in weights. What the fast path doesn't know is left out and named, so that nobody takes the figures
for a plan: the least order and its ticket, the number of orders, volumes where shares move between accounts, and what
takes more than one solve (solving.py).
"""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from harvestdesk.domain.errors import BadInputError, NoPlanError
from harvestdesk.domain.frontier import Frontier, FrontierPoint, LiveFigures
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.plan_settings import PLAN_NAMES, PlanKind, PlanSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.engine.fast import FastModel, FastPoint
from harvestdesk.optimize.engine.frontier import EngineFrontier, Standing, as_frontier, frontier
from harvestdesk.optimize.engine.problem import NO_LIMIT, BoolArray, EngineProblem
from harvestdesk.optimize.household.build import BuiltHousehold, build_household
from harvestdesk.optimize.household.limits import BP
from harvestdesk.optimize.household.plan import within_bands

COVERED = frozenset(
    {PlanKind.REBALANCE, PlanKind.INVEST, PlanKind.WITHDRAW, PlanKind.HARVEST_TARGET}
)
POINTS = 21
FLIPS = 3
"""Sets whose other side is tried: a slider has no time for more."""
NO_ORDER = 1e-7
"""Weight below which nothing is traded."""


@dataclass(frozen=True)
class _Simpler:
    """A problem as the fast path can have it.

    Attributes:
        least: weight below which an order doesn't count.
        left_out: settings it doesn't keep, by field.
    """

    problem: EngineProblem
    least: float
    left_out: tuple[str, ...]


def household_frontier(
    snapshot: HouseholdSnapshot, settings: PlanSettings, points: int = POINTS
) -> Frontier:
    """Return the curve of tracking error against tax for what is asked.

    Raises:
        BadInputError: a kind of plan that isn't weighed against tracking error.
        NoPlanError: no plan keeps every rule.
    """
    _check(settings)
    built = build_household(snapshot, settings)
    simple = _simpler(built)
    found = frontier(simple.problem, points, float(settings.risk_aversion))
    curve = as_frontier(found, built.total)
    counted = tuple(
        replace(shown, orders=_orders(simple, point))
        for shown, point in zip(curve.points, found.points, strict=True)
    )
    return replace(curve, points=counted, left_out=simple.left_out)


class LiveHousehold:
    """A household kept warm between steps: what a step changes decides how much is worked out anew.

    The price of risk and the four budgets cost nothing but the solve; any other setting the problem's arrays too.
    """

    def __init__(self, snapshot: HouseholdSnapshot) -> None:
        self._snapshot = snapshot
        self._key: PlanSettings | None = None
        self._warm: tuple[BuiltHousehold, _Simpler, FastModel] | None = None
        self.built = 0

    def answer(self, settings: PlanSettings) -> LiveFigures:
        """Return what a plan of these settings would come to.

        Raises:
            BadInputError: a kind of plan that isn't weighed, or settings that contradict the household.
            NoPlanError: no plan keeps every rule.
        """
        _check(settings)
        built, simple, model = self._opened(settings)
        if within_bands(replace(built, settings=settings)):
            nothing = _standing(built, simple)
            return LiveFigures(nothing, nothing, simple.left_out)
        point = model.point(
            risk_aversion=float(settings.risk_aversion),
            tracking_error=_limit(settings.tracking_error_bp, BP),
            turnover=None if _sells_what_it_raises(settings) else _limit(settings.turnover, 1.0),
            tax_budget=_limit(settings.tax_budget, 1.0 / built.value),
            gain_budget=_limit(settings.gain_budget, 1.0 / built.value),
            flips=FLIPS,
        )
        shown = replace(_shown(built, (point,)).points[0], orders=_orders(simple, point))
        return LiveFigures(shown, _standing(built, simple), simple.left_out)

    def _opened(self, settings: PlanSettings) -> tuple[BuiltHousehold, _Simpler, FastModel]:
        key = _key(settings)
        if self._warm is None or key != self._key:
            built = build_household(self._snapshot, key)
            simple = _simpler(built)
            self._warm = (built, simple, FastModel(simple.problem))
            self._key = key
            self.built += 1
        return self._warm


def _check(settings: PlanSettings) -> None:
    if settings.kind not in COVERED:
        raise BadInputError(
            f"{PLAN_NAMES[settings.kind]} picks lots by rule, so nothing is weighed against tracking error.",
            code="live.kind",
        )


def _sells_what_it_raises(settings: PlanSettings) -> bool:
    return settings.kind is PlanKind.WITHDRAW


def _key(settings: PlanSettings) -> PlanSettings:
    """Return the settings without what a warm model can be asked anew."""
    turnover = settings.turnover if _sells_what_it_raises(settings) else None
    return replace(
        settings,
        risk_aversion=PlanSettings().risk_aversion,
        tracking_error_bp=None,
        turnover=turnover,
        tax_budget=None,
        gain_budget=None,
        time_limit_seconds=PlanSettings().time_limit_seconds,
    )


def _limit(value: Decimal | None, scale: float) -> float:
    return NO_LIMIT if value is None else float(value) * scale


def _simpler(built: BuiltHousehold) -> _Simpler:
    """Return the problem without what the fast path doesn't know, and name that."""
    problem, settings = built.problem, built.settings
    limits = problem.limits
    out = ["min_trade"] if limits.min_trade > 0 else []
    out += ["ticket_cost"] if limits.ticket_cost > 0 else []
    out += ["max_trades"] if limits.max_trades is not None else []
    least = max(limits.min_trade, NO_ORDER)
    limits = replace(limits, min_trade=0.0, ticket_cost=0.0, max_trades=None)
    problem = replace(problem, limits=limits, may_buy=_affordable(problem))
    if FastModel.covers(problem) == "max_volume":
        problem = replace(problem, most_sold=None, most_bought=None)
        out.append("max_volume_share")
    out += ["piggy_back"] if settings.piggy_back else []
    out += ["location_weight"] if built.location.any() else []
    reason = FastModel.covers(problem)
    if reason is not None:
        raise NoPlanError(f"The fast path doesn't know {reason}.", code="fast.rule", rule=reason)
    return _Simpler(problem, least, tuple(out))


def _affordable(problem: EngineProblem) -> BoolArray:
    """Return [account, security] what may be bought where there is anything to buy with.

    An account without cash or lots buys nothing in any plan; on the fast path its prices would have no hold.
    """
    shape = (len(problem.account_ids), len(problem.symbols))
    may = np.broadcast_to(True, shape) if problem.may_buy is None else problem.may_buy
    least = 0.0 if problem.limits.cash_least is None else problem.limits.cash_least
    raised = np.bincount(
        problem.lot_account, np.where(problem.sellable, problem.lot_most, 0.0), shape[0]
    )
    means = problem.cash - np.minimum(least, problem.cash) + raised
    return np.asarray(may & (means > NO_ORDER)[:, None], dtype=np.bool_)


def _orders(simple: _Simpler, point: FastPoint) -> int:
    """Return how many orders are as large as the least one: sales and purchases of an account and a security."""
    problem = simple.problem
    sold = np.zeros(point.bought.shape)
    np.add.at(sold, (problem.lot_account, problem.lot_security), point.sold)
    return int((sold >= simple.least).sum() + (point.bought >= simple.least).sum())


def _shown(built: BuiltHousehold, points: tuple[FastPoint, ...]) -> Frontier:
    problem = built.problem
    variance = problem.variance(problem.active)
    standing = Standing(float(np.sqrt(variance)), problem.risk_aversion * variance)
    return as_frontier(EngineFrontier(points, standing, None, None, 0), built.total)


def _standing(built: BuiltHousehold, simple: _Simpler) -> FrontierPoint:
    nothing = _shown(built, ()).nothing
    return replace(nothing, cost=ZERO, orders=0)

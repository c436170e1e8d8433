"""One problem to its certified plan: search, shares, and the exact look at what came out."""

import time
from dataclasses import dataclass, field, replace

import numpy as np

from harvestdesk.domain.conflict import RuleKind
from harvestdesk.domain.errors import CancelledError, NoPlanError
from harvestdesk.optimize.engine.case import CASH, NETTING, SECTOR, Case, linear_case
from harvestdesk.optimize.engine.conflicts import conflict_of
from harvestdesk.optimize.engine.duals import payout_price
from harvestdesk.optimize.engine.evaluate import Figures
from harvestdesk.optimize.engine.into_shares import in_shares
from harvestdesk.optimize.engine.netting import netting_conflict, search_netted
from harvestdesk.optimize.engine.problem import EngineProblem, Mode
from harvestdesk.optimize.engine.search import (
    Effort,
    Found,
    Incumbent,
    near,
    relative_gap,
    search,
)
from harvestdesk.optimize.engine.trades import Trades
from harvestdesk.optimize.solve import SolveStatus
from harvestdesk.optimize.solvers import SCS, solver_version

PROVEN = 5e-4
"""Relative gap within which a plan is called optimal; the gap itself always goes with it."""
NEGLIGIBLE = 1e-6
"""Objective, a fraction of value, by which a plan may miss the bound whatever its gap: a dollar in a million."""
LEAST_DUAL = 1e-9
UNDECIDED = frozenset({SolveStatus.FAILED, SolveStatus.LIMIT})


@dataclass(frozen=True)
class EnginePlan:
    """A plan, what it amounts to and how far from the best it can be.

    Attributes:
        bound: no plan is below it; in a harvest, above it.
        gap: of the trades as returned, rounding included.
        rounding: objective lost by whole shares or the broker's step, and by limits kept despite them.
        duals: what one unit more of a rule is worth, by the rule's name.
        case, best: what the trades were rounded from: its prices explain them.
    """

    status: SolveStatus
    trades: Trades
    figures: Figures
    bound: float
    gap: float
    rounding: float
    duals: dict[str, float]
    nodes: int
    solver: str
    version: str
    case: Case
    best: Incumbent
    seconds: dict[str, float] = field(default_factory=dict)


def solve_problem(problem: EngineProblem, effort: Effort | None = None) -> EnginePlan:
    """Return the best plan found, with its bound.

    Raises:
        NoPlanError: naming the rules in conflict where no plan keeps them all.
        CancelledError: when the effort's `stop` says so before there is a plan.
    """
    effort = effort or Effort()
    started = time.perf_counter()
    case, found, effort = _searched(problem, effort)
    if found.best is None and found.status in UNDECIDED and problem.counts_orders:
        case, found, effort = _of_any_size(problem, found, effort)
    best = _best_of(case, found, effort)
    rounding = time.perf_counter()
    made = in_shares(case, best, effort)
    figures, best = made.figures, made.plan
    if figures.broken and found.status is SolveStatus.INACCURATE and effort.solver != SCS:
        return solve_problem(problem, replace(effort, solver=SCS))
    ended = time.perf_counter()
    sign = -1.0 if problem.mode is Mode.HARVEST else 1.0
    bound = sign * _bound(found, sign * figures.objective)
    seconds = {**found.seconds, "total": ended - started}
    seconds["polish"] += ended - rounding
    return EnginePlan(
        status=_status(found, best, figures),
        trades=made.trades,
        figures=figures,
        bound=bound,
        gap=relative_gap(figures.objective, bound),
        rounding=max(0.0, sign * figures.objective - best.objective),
        duals=_duals(case, best),
        nodes=found.nodes,
        solver=effort.solver,
        version=solver_version(effort.solver),
        case=case,
        best=best,
        seconds=seconds,
    )


def _bound(found: Found, objective: float) -> float:
    """Return the bound; it gives way where a plan is better, as cash to the last step of a share lets it be."""
    return found.bound - 2 * max(0.0, found.bound - objective)


def _searched(problem: EngineProblem, effort: Effort) -> tuple[Case, Found, Effort]:
    """Search with Clarabel; where it gives no definite answer, with SCS, and say so in the plan."""
    if _netted(problem):
        netted = search_netted(problem, effort)
        return netted.case, netted.found, netted.effort
    case = linear_case(problem)
    found = search(case, effort)
    unsure = found.best is None and found.status in {SolveStatus.FAILED, SolveStatus.INACCURATE}
    if unsure and not effort.stop():
        effort = replace(effort, solver=SCS)
        found = search(case, effort)
    return case, found, effort


def _of_any_size(
    problem: EngineProblem, undecided: Found, effort: Effort
) -> tuple[Case, Found, Effort]:
    """Return what is found where orders don't count; they are left out until the rules hold when it is in shares."""
    limits = replace(problem.limits, min_trade=0.0, ticket_cost=0.0, max_trades=None)
    case, found, effort = _searched(replace(problem, limits=limits), effort)
    counted = replace(case, problem=replace(case.problem, limits=problem.limits))
    bound = max(found.bound, undecided.bound) if np.isfinite(undecided.bound) else found.bound
    return counted, replace(found, bound=bound), effort


def _netted(problem: EngineProblem) -> bool:
    """Return True where the year's netting matters: a harvest counts losses, whatever they save."""
    counts = problem.mode is Mode.REBALANCE or bool(np.isfinite(problem.limits.tax))
    return problem.situation is not None and counts


def _best_of(case: Case, found: Found, effort: Effort) -> Incumbent:
    if found.best is not None:
        return found.best
    if effort.stop():
        raise CancelledError("Stopped before there was a plan.")
    if found.status in {SolveStatus.INFEASIBLE, SolveStatus.OPTIMAL, SolveStatus.INACCURATE}:
        raise (netting_conflict if _netted(case.problem) else conflict_of)(case, effort)
    raise NoPlanError(
        f"The solver ended with '{found.status.value}' and found no plan.", code="solver.failed"
    )


def _status(found: Found, best: Incumbent, figures: Figures) -> SolveStatus:
    """Return optimal only for a plan that keeps every rule and is proven near the best before it is rounded."""
    if figures.broken:
        return SolveStatus.FAILED
    proven = near(best.objective, found.bound, PROVEN) or best.objective - found.bound <= NEGLIGIBLE
    return SolveStatus.OPTIMAL if proven else SolveStatus.LIMIT


def _duals(case: Case, best: Incumbent) -> dict[str, float]:
    """Return what one unit more of each rule that binds is worth to the objective."""
    duals: dict[str, float] = {}
    for row, price in zip(case.rows, best.prices.rows, strict=True):
        # Of cash the unit is one more in the account; of a limit, one more allowed.
        worth = -float(price) if row.kind == CASH else float(price)
        if row.kind != NETTING and abs(worth) > LEAST_DUAL:
            duals[_name(row.kind, row.name)] = worth
    if case.problem.limits.payout is not None:
        duals["payout"] = -payout_price(case, best.prices.rows)
    limit = case.problem.limits.tracking_error
    price = best.prices.risk - case.problem.risk_price
    if np.isfinite(limit) and price > LEAST_DUAL:
        duals["tracking_error"] = 2 * limit * price
    return duals


def _name(kind: str, name: str) -> str:
    return f"{_PLURALS.get(kind, kind)}.{name}" if name else kind


_PLURALS = {SECTOR: "sectors", RuleKind.ASSET_CLASS: "groups", RuleKind.SECURITY: "securities"}

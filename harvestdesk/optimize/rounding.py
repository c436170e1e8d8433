"""From weights to shares: whole shares or the broker's fraction, the same sides, no cash below zero.

Sales are rounded down, so are purchases; what is left of an account's proceeds buys further single shares
where they bring the mix nearest to the target. If the rounded plan breaks the limit, the problem is solved
again under a limit that much tighter.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal

import numpy as np

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.optimize.build import Built
from harvestdesk.optimize.eligibility import smallest_loss
from harvestdesk.optimize.harvest_solving import nearest_mix, solve_sides
from harvestdesk.optimize.problem import BoolArray, FloatArray, HarvestProblem, IntArray, Side
from harvestdesk.optimize.solve import SolveLimits
from harvestdesk.optimize.unspent import CENT, order_of, share_step

ALL_OF_IT = 0.9999
"""A lot this nearly sold is sold whole: the solver stops a hair short of its bounds."""
REPAIRS = 5
PRUNINGS = 4
WORTH_ANOTHER_SOLVE = 1e-3
"""Share of the losses that dropped sales must make up before the rest is solved again."""


@dataclass(frozen=True)
class RoundedPlan:
    """Shares to trade.

    Attributes:
        sold: [lot] shares; bought: [purchase] shares.
        tracking_error: after exactly these trades.
        repairs: how often the limit had to be tightened for whole shares.
    """

    sold: tuple[Decimal, ...]
    bought: tuple[Decimal, ...]
    tracking_error: float
    repairs: int = 0


def round_plan(built: Built, sides: IntArray, sold: FloatArray, limits: SolveLimits) -> RoundedPlan:
    """Return the solver's sales in shares, with purchases for their proceeds, within the limit."""
    limit = built.problem.limit
    problem = built.problem.all_spent()
    problem, sold = _without_small(built, problem, sides, sold, limits)
    for attempt in range(REPAIRS):
        plan = plan_of(built, sides, whole_sales(built, sold), limits)
        if plan.tracking_error <= limit:
            return replace(plan, repairs=attempt)
        target = problem.limit - 1.5 * (plan.tracking_error - limit) - 1e-4 * limit
        if target <= 0:
            break
        problem = replace(problem, limit=target)
        tighter = solve_sides(problem, sides, limits)
        if tighter is None:
            break
        sold = tighter.sold
    return _shrunk(built, sides, sold, limits)


def _without_small(
    built: Built, problem: HarvestProblem, sides: IntArray, sold: FloatArray, limits: SolveLimits
) -> tuple[HarvestProblem, FloatArray]:
    """Solve again without the sales that rounding would drop, so that others take their room."""
    for _ in range(PRUNINGS):
        shares = whole_sales(built, sold)
        dropped = np.array([n == 0 for n in shares], dtype=np.bool_) & (sold > 0)
        lost = float((problem.lot_value * sold)[dropped].sum())
        if lost <= WORTH_ANOTHER_SOLVE * float(problem.lot_value @ sold):
            break
        problem = replace(problem, lot_limit=np.where(dropped, 0.0, problem.lot_limit))
        again = solve_sides(problem, sides, limits)
        if again is None:
            break
        sold = np.minimum(again.sold, problem.lot_limit)
    return problem, sold


def _shrunk(built: Built, sides: IntArray, sold: FloatArray, limits: SolveLimits) -> RoundedPlan:
    """Return the largest of a few shares of the plan that keeps the limit; nothing at all always does."""
    for share in (0.98, 0.9, 0.75, 0.5, 0.25):
        plan = plan_of(built, sides, whole_sales(built, sold * share), limits)
        if plan.tracking_error <= built.problem.limit:
            return replace(plan, repairs=REPAIRS)
    lots, buys = len(built.losses), len(built.purchases)
    return RoundedPlan((ZERO,) * lots, (ZERO,) * buys, built.te_today, REPAIRS)


def plan_of(
    built: Built, sides: IntArray, shares: Sequence[Decimal], limits: SolveLimits
) -> RoundedPlan:
    """Return the plan that sells these shares of each lot and buys the mix nearest to the target."""
    weights = sold_weights(built, shares)
    bought = _Purchases(built, sides, shares, weights, limits).shares()
    error = built.problem.tracking_error(weights, bought_weights(built, bought))
    return RoundedPlan(tuple(shares), tuple(bought), error)


def sold_weights(built: Built, shares: Sequence[Decimal]) -> FloatArray:
    """Return [lot] weights of share counts."""
    dollars = [float(n * x.price.value) for n, x in zip(shares, built.losses, strict=True)]
    return np.array(dollars, dtype=np.float64) / built.value


def bought_weights(built: Built, shares: Sequence[Decimal]) -> FloatArray:
    """Return [purchase] weights of share counts."""
    prices = purchase_prices(built)
    return np.array([float(n) for n in shares], dtype=np.float64) * prices / built.value


def purchase_prices(built: Built) -> FloatArray:
    """Return [purchase] dollars per share."""
    book = built.snapshot.prices.prices
    return np.array([float(book[c.security_id].value) for c in built.purchases], dtype=np.float64)


def whole_sales(built: Built, sold: FloatArray) -> list[Decimal]:
    """Round each sale down, then drop what is below the smallest loss and the smallest order.

    Lots with a part of their loss disallowed are sold whole or not at all: the part is the same whatever
    is sold of them.
    """
    shares: list[Decimal] = []
    orders: dict[tuple[AccountId, SecurityId], Decimal] = defaultdict(lambda: ZERO)
    for weight, most, loss in zip(sold, built.problem.lot_limit, built.losses, strict=True):
        count = ZERO
        if most > 0 and weight >= ALL_OF_IT * most:
            count = loss.free_shares
        elif weight > 0 and not loss.whole_only:
            exact = Decimal(float(weight * built.value)) / loss.price.value
            step = share_step(built.snapshot.account_by_id[loss.lot.account_id])
            count = exact.quantize(step, rounding=ROUND_DOWN)
        if count * loss.allowed_per_share < smallest_loss(built.settings):
            count = ZERO
        shares.append(count)
        orders[loss.lot.account_id, loss.lot.security_id] += count * loss.price.value
    smallest = built.settings.min_trade
    return [
        ZERO if orders[x.lot.account_id, x.lot.security_id] < smallest else n
        for n, x in zip(shares, built.losses, strict=True)
    ]


class _Purchases:
    """Purchases for one set of rounded sales."""

    def __init__(
        self,
        built: Built,
        sides: IntArray,
        shares: Sequence[Decimal],
        weights: FloatArray,
        limits: SolveLimits,
    ) -> None:
        self._built = built
        self._limits = limits
        self._weights = weights
        self._account = built.problem.buy_account
        self._prices = purchase_prices(built)
        names = built.snapshot.account_by_id
        self._step = [share_step(names[c.account_id]) for c in built.purchases]
        self._steps = np.array([float(x) for x in self._step], dtype=np.float64)
        self._proceeds = _proceeds(built, shares)
        sold_sets = np.unique(built.problem.lot_set[weights > 0])
        open_sets = ~np.isin(built.problem.buy_set, sold_sets)
        self._allowed = open_sets & (sides[built.problem.buy_set] != Side.SELL)

    def shares(self) -> list[Decimal]:
        """Return [purchase] shares."""
        count = len(self._built.purchases)
        if not count or not self._built.problem.replace:
            return [ZERO] * count
        dollars = self._pruned()
        whole = np.floor(dollars / (self._prices * self._steps) + 1e-9)
        self._fill(whole, dollars > 0)
        whole[whole * self._prices * self._steps < float(self._built.settings.min_trade)] = 0.0
        return self._invested(self._affordable(whole))

    def _pruned(self) -> FloatArray:
        """Solve for the mix, then again without what would be too small an order."""
        smallest = np.maximum(
            float(self._built.settings.min_trade), self._prices * self._steps * 0.5
        )
        allowed = self._allowed.copy()
        dollars = np.zeros(len(allowed))
        for _ in range(PRUNINGS):
            dollars = self._mix(allowed)
            small = allowed & (dollars < smallest)
            if not (small & (dollars > 0)).any():
                break
            keep = allowed & ~small
            for account in np.unique(self._account[allowed]):
                mine = np.flatnonzero(allowed & (self._account == account))
                if not keep[mine].any():
                    keep[self._largest(mine, dollars)] = True
            allowed = keep
        return dollars

    def _largest(self, mine: IntArray, dollars: FloatArray) -> IntArray:
        """Return as many of the largest purchases of an account as its proceeds carry."""
        proceeds = float(self._proceeds[self._account[mine[0]]])
        least = max(float(self._built.settings.min_trade), 1.0)
        count = max(1, int(proceeds / (2 * least)))
        return mine[np.argsort(-dollars[mine], kind="stable")[:count]]

    def _mix(self, allowed: BoolArray) -> FloatArray:
        """Return [purchase] dollars of the mix nearest to the target."""
        problem = self._built.problem
        part = problem.keeping(np.ones(len(self._weights), dtype=np.bool_), allowed)
        dollars = np.zeros(len(allowed))
        dollars[allowed] = nearest_mix(part, self._weights, self._limits) * self._built.value
        dollars[dollars < 0.01] = 0.0
        return dollars

    def _fill(self, whole: FloatArray, chosen: BoolArray) -> None:
        """Spend what rounding left of each account's proceeds, one share at a time, in place."""
        problem, value = self._built.problem, self._built.value
        unit = self._prices * self._steps
        spent = np.bincount(self._account, whole * unit, minlength=problem.accounts)
        left = np.array([float(x) for x in self._proceeds]) - spent
        active = problem.active_after(self._weights, whole * unit / value)
        rows = problem.buy_security
        squares = (problem.loadings[rows] ** 2).sum(axis=1) + problem.specific_variance[rows]
        weight = unit / value
        factors = problem.loadings.T @ active
        for _ in range(4 * int(chosen.sum()) + 20):
            fits = chosen & (self._steps == 1.0) & (unit <= left[self._account] - 0.01)
            if not fits.any():
                return
            slope = (
                problem.loadings[rows] @ factors + problem.specific_variance[rows] * active[rows]
            )
            change = weight * (2.0 * slope + squares * weight)
            best = int(np.argmin(np.where(fits, change / weight, np.inf)))
            whole[best] += 1
            left[self._account[best]] -= unit[best]
            active[rows[best]] += weight[best]
            factors = factors + problem.loadings[rows[best]] * weight[best]

    def _affordable(self, whole: FloatArray) -> list[Decimal]:
        """Return exact shares; takes a step off the largest purchase where cents would go missing."""
        built = self._built
        shares = [Decimal(int(n)) * step for n, step in zip(whole, self._step, strict=True)]
        for account in range(len(built.accounts)):
            rows = np.flatnonzero(self._account == account).tolist()
            mine = [i for i in rows if shares[i] > 0]
            while mine and self._cost(shares, mine) > self._proceeds[account]:
                largest = max(mine, key=lambda i: shares[i] * self._price(i))
                shares[largest] -= self._step[largest]
                mine = [i for i in mine if shares[i] > 0]
        return shares

    def _invested(self, shares: list[Decimal]) -> list[Decimal]:
        """Buy more where an account has more left than the bound of the plan allows for."""
        built = self._built
        orders = [order_of(built.snapshot, built.settings, c) for c in built.purchases]
        for account, account_id in enumerate(built.accounts):
            mine = np.flatnonzero(self._allowed & (self._account == account)).tolist()
            left = self._proceeds[account] - self._cost(shares, mine)
            while mine and left >= built.unspent[account_id]:
                best = self._nearest(shares, [i for i in mine if orders[i] <= left - CENT])
                unit = self._price(best) * self._step[best]
                shares[best] += int((left - CENT) / unit) * self._step[best]
                left = self._proceeds[account] - self._cost(shares, mine)
        return shares

    def _nearest(self, shares: list[Decimal], rows: list[int]) -> int:
        """Return the purchase among `rows` of which more brings the mix nearest to the target."""
        problem = self._built.problem
        active = problem.active_after(self._weights, bought_weights(self._built, shares))
        slope = problem.slope(active, problem.buy_security[rows])
        return rows[int(np.argmin(slope))]

    def _price(self, i: int) -> Decimal:
        return self._built.snapshot.prices.prices[self._built.purchases[i].security_id].value

    def _cost(self, shares: list[Decimal], mine: list[int]) -> Decimal:
        return sum((cents(shares[i] * self._price(i)) for i in mine), ZERO)


def _proceeds(built: Built, shares: Sequence[Decimal]) -> list[Decimal]:
    """Return [account] dollars the sales bring, to the cent as they will be booked."""
    totals = dict.fromkeys(built.accounts, ZERO)
    for count, loss in zip(shares, built.losses, strict=True):
        totals[loss.lot.account_id] += cents(count * loss.price.value)
    return [totals[a] for a in built.accounts]

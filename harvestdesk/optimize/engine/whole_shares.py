"""Whole shares: round to the nearest, bring cash back into its bounds, then take single steps that help.

A step is one share more or less of a lot sold or of a purchase. Where cash allows no single one, shares of two
trades are exchanged in an account: one dear share, say, against many cheap ones. Each is judged by what it does to the
objective, risk included, so rounding errors of like securities cancel instead of adding up.
"""

from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.case import CASH, NETTING, Case
from harvestdesk.optimize.engine.problem import BoolArray, FloatArray, IntArray, total_by
from harvestdesk.optimize.problem import Side

MOST_STEPS = 5_000
CAP_ROOM = 1e-9
MOST_EXCHANGES = 200
"""For each account."""
TRIED = 5
"""Numbers of shares tried of an exchange: what is left in cash of each is another."""
LEAST_GAIN = 1e-9
"""Objective, a fraction of value, that an exchange has to be worth: a tenth of a cent a year of a million."""
FIRMNESS = 1e3
"""Objective per weight by which a row misses its least or its most: more than anything is worth."""


@dataclass(frozen=True)
class WholeSteps:
    """Whole shares sold [lot] and bought [account, security]."""

    sold: IntArray
    bought: IntArray


@dataclass(frozen=True)
class Given:
    """What is settled before whole shares are dealt.

    Attributes:
        bought: [account, security]; sold: [lot] weight traded where parts of shares are allowed.
        paid: [account] weight paid out.
        risk_price: of variance in the plan, more than the problem's own where its limit binds.
    """

    bought: FloatArray
    sold: FloatArray
    paid: FloatArray
    risk_price: float = 0.0


class _Steps:
    """Every possible trade, in whole shares: lots that may be sold first, then purchases.

    Attributes:
        count, most: [trade] shares now, and at most.
        sign: [trade] what a share more does to the exposure: -1 or 1.
        weight: [trade] of one share, a fraction of value.
    """

    def __init__(
        self,
        case: Case,
        sold: FloatArray,
        dealt: FloatArray,
        sides: IntArray,
        given: Given,
    ) -> None:
        p = self.problem = case.problem
        value = float(p.exact.value)
        self._risk(given.risk_price)
        self.price = np.array([float(x) for x in p.exact.prices]) / value
        whole = ~p.in_parts
        may_sell = p.sellable & ~(p.is_loss & (sides[p.lot_set] == Side.BUY))
        lost = np.zeros(p.sets, dtype=np.bool_)
        lost[p.lot_set[(sold > 0) & p.is_loss]] = True
        may_buy = p.buyable & (sides[p.set_of] != Side.SELL) & ~lost[p.set_of]
        may_buy = np.broadcast_to(may_buy, dealt.shape)
        if p.may_buy is not None:
            may_buy = may_buy & p.may_buy
        self.lots = np.flatnonzero(may_sell & whole[p.lot_account])
        self.buyers, self.bought = np.nonzero(((dealt > 0) | may_buy) & whole[:, None])
        self.security = np.concatenate([p.lot_security[self.lots], self.bought])
        self.account = np.concatenate([p.lot_account[self.lots], self.buyers])
        self.sign = np.concatenate([-np.ones(len(self.lots)), np.ones(len(self.bought))])
        self.weight = self.price[self.security]
        extra = 0.0 if p.buy_extra is None else p.buy_extra[self.buyers, self.bought]
        buying = np.full(len(self.bought), p.buy_cost) + extra
        self.cost = np.concatenate([case.cost[self.lots], buying])
        wanted = np.concatenate([sold[self.lots], dealt[self.buyers, self.bought]]) / self.weight
        in_lot = [int(p.exact.shares[x]) for x in self.lots]
        room = p.cap[self.bought] / self.price[self.bought]
        self.most = np.concatenate([in_lot, np.floor(room + 1e-9)])
        self.count = np.minimum(np.rint(wanted), self.most)
        names, accounts = len(p.symbols), len(p.cash)
        gone = total_by(p.lot_security, given.sold, names)
        self.given = given.bought.sum(axis=0) - gone
        self._within_caps()
        self._within_volumes((gone, given.bought.sum(axis=0)))
        moved = self.given + np.bincount(self.security, self._moved(), minlength=names)
        self.active = p.active + moved
        self.weights = p.held + moved
        spent = np.bincount(self.account, self._moved(), minlength=accounts)
        raised = np.bincount(p.lot_account, given.sold, minlength=accounts)
        self.cash = p.cash + raised - given.paid - given.bought.sum(axis=1) - spent
        self._rows(case, given)
        self._orders()

    def _risk(self, in_plan: float) -> None:
        """Know what variance costs: where its limit binds, as much as in the plan, so that steps keep to it."""
        p = self.problem
        self.limit = p.limits.tracking_error
        self.risk_price = p.risk_price if np.isinf(self.limit) else max(p.risk_price, in_plan)

    def _orders(self) -> None:
        """Know the weight of each order, where an order has a least one."""
        p = self.problem
        buys = (self.sign > 0).astype(np.intp)
        self.order = (buys * len(p.cash) + self.account) * len(p.symbols) + self.security
        size = 2 * len(p.cash) * len(p.symbols)
        self.ordered = np.bincount(self.order, self.count * self.weight, minlength=size)

    def _rows(self, case: Case, given: Given) -> None:
        """Know what a share more of each trade does to the rows, and where they stand."""
        rows = [row for row in case.rows if row.kind not in {CASH, NETTING}]
        self.least = np.array([row.least for row in rows])
        self.row_most = np.array([row.most for row in rows])
        none = np.zeros(len(self.problem.symbols))
        exposed = [none if row.securities is None else row.securities for row in rows]
        self.per_share = np.empty((len(rows), len(self.weight)))
        self.total = np.empty(len(rows))
        lots = len(self.lots)
        for n, (row, members) in enumerate(zip(rows, exposed, strict=True)):
            self.per_share[n] = members[self.security] * self.sign * self.weight
            self.per_share[n, :lots] += row.lots[self.lots] * self.weight[:lots]
            start = (
                row.offset + row.lots @ given.sold + members @ (self.problem.active + self.given)
            )
            self.total[n] = start + self.per_share[n] @ self.count

    def _missed(self, total: FloatArray) -> FloatArray:
        """Return by how much totals [row, ...] miss their least or their most, all rows together."""
        shape = (-1,) + (1,) * (total.ndim - 1)
        least, most = self.least.reshape(shape), self.row_most.reshape(shape)
        return np.asarray(
            (np.maximum(least - total, 0.0) + np.maximum(total - most, 0.0)).sum(axis=0)
        )

    def _moved(self) -> FloatArray:
        """Return [trade] weight added, less than zero where it is sold."""
        return np.asarray(self.sign * self.count * self.weight)

    def _within_caps(self) -> None:
        """Buy no more of a security, in all accounts, than its largest weight leaves room for."""
        p = self.problem
        over = np.bincount(self.security, self._moved(), minlength=len(p.symbols))
        over = over + p.held + self.given - p.cap
        buys = np.flatnonzero((self.sign > 0) & (self.count > 0))
        for trade in buys[np.argsort(-self.count[buys], kind="stable")]:
            j = self.security[trade]
            if over[j] > CAP_ROOM:
                less = min(self.count[trade], np.ceil(over[j] / self.weight[trade]))
                self.count[trade] -= less
                over[j] -= less * self.weight[trade]

    def _within_volumes(self, given: tuple[FloatArray, FloatArray]) -> None:
        """Trade no more of a security, in all accounts, than it allows; keep what is left of that.

        `given` is what is sold and what is bought already, [security] each.
        """
        p, size = self.problem, len(self.problem.symbols)
        self.left = np.full((2, size), np.inf)
        for side, limit in enumerate((p.most_sold, p.most_bought)):
            if limit is None:
                continue
            sign = 2 * side - 1
            mine = np.where(self.sign == sign, self.count * self.weight, 0.0)
            self.left[side] = limit - given[side] - np.bincount(self.security, mine, minlength=size)
            trades = np.flatnonzero((self.sign == sign) & (self.count > 0))
            for trade in trades[np.argsort(-self.count[trades], kind="stable")]:
                over = -self.left[side, self.security[trade]]
                if over > CAP_ROOM:
                    less = min(self.count[trade], np.ceil(over / self.weight[trade]))
                    self.count[trade] -= less
                    self.left[side, self.security[trade]] += less * self.weight[trade]

    def change(self, step: int) -> FloatArray:
        """Return [trade] the objective's change by `step` shares more of each, infinite if not allowed."""
        p = self.problem
        moved = step * self.sign * self.weight
        slope = 2 * (p.loadings @ (p.loadings.T @ self.active) + p.specific * self.active)
        curve = (p.loadings**2).sum(axis=1) + p.specific
        risk = slope[self.security] * moved + curve[self.security] * moved**2
        after = self.count + step
        allowed = (after >= 0) & (after <= self.most)
        weight = self.weights[self.security] + moved
        allowed &= (moved < 0) | (weight <= p.cap[self.security] + CAP_ROOM)
        left = self.left[(self.sign > 0).astype(np.intp), self.security]
        allowed &= step * self.weight <= left + CAP_ROOM
        worse = self.cost * step * self.weight + self.risk_price * risk
        if self.limit < np.inf:
            over = np.sqrt(np.maximum(self._variance() + risk, 0.0)) - self.limit
            now = np.sqrt(self._variance()) - self.limit
            worse += FIRMNESS * (np.maximum(over, 0.0) - max(now, 0.0))
        if p.counts_orders:  # a share of what isn't traded would be an order more
            least, order = p.limits.min_trade, self.ordered[self.order]
            allowed &= order > 0
            small = np.maximum(least - order - step * self.weight, 0.0)
            worse += FIRMNESS * (small - np.maximum(least - order, 0.0))
        if len(self.total):
            after = self._missed(self.total[:, None] + step * self.per_share)
            worse += FIRMNESS * (after - self._missed(self.total))
        return np.where(allowed, worse, np.inf)

    def _variance(self) -> float:
        return self.problem.variance(self.active)

    def take(self, trade: int, step: int) -> None:
        """Deal `step` shares more of a trade."""
        moved = step * self.sign[trade] * self.weight[trade]
        self.count[trade] += step
        self.total += step * self.per_share[:, trade]
        self.ordered[self.order[trade]] += step * self.weight[trade]
        self.active[self.security[trade]] += moved
        self.weights[self.security[trade]] += moved
        side = int(self.sign[trade] > 0)
        self.left[side, self.security[trade]] -= step * self.weight[trade]
        self.cash[self.account[trade]] -= moved

    def curve_between(self, one: int, other: int) -> float:
        """Return what a weight moved from one trade's security to the other's costs in risk, squared weight."""
        p, a, b = self.problem, self.security[one], self.security[other]
        apart = p.loadings[a] - p.loadings[b]
        own = p.specific[a] + p.specific[b] if a != b else 0.0
        return float(self.risk_price * (apart @ apart + own))

    def cash_after(self, step: int) -> FloatArray:
        """Return [trade] its account's cash after `step` shares more."""
        return np.asarray(self.cash[self.account] - step * self.sign * self.weight)


def whole_steps(
    case: Case, sold: FloatArray, dealt: FloatArray, sides: IntArray, given: Given
) -> WholeSteps:
    """Return whole shares near weights sold [lot] and dealt to accounts [account, security]."""
    steps = _Steps(case, sold, dealt, sides, given)
    p = case.problem
    least = np.zeros(len(p.cash)) if p.limits.cash_least is None else p.limits.cash_least
    ends = _Ends(least, np.maximum(p.limits.cash, least))
    for account in np.flatnonzero(~p.in_parts):
        _repair(steps, int(account), ends)
    _improve(steps, ends)
    if _exchange(steps, ends):
        _improve(steps, ends)
    sold_shares = np.zeros(len(p.lot_ids), dtype=np.intp)
    sold_shares[steps.lots] = steps.count[: len(steps.lots)]
    bought = np.zeros(dealt.shape, dtype=np.intp)
    bought[steps.buyers, steps.bought] = steps.count[len(steps.lots) :]
    return WholeSteps(sold_shares, bought)


@dataclass(frozen=True)
class _Ends:
    """Least and most cash [account] after the plan."""

    least: FloatArray
    most: FloatArray


def _repair(steps: _Steps, account: int, ends: _Ends) -> None:
    """Bring an account's cash between its least and its most by the cheapest steps."""
    mine = steps.account == account
    least = float(ends.least[account])
    for _ in range(MOST_STEPS):
        cash = steps.cash[account]
        if least <= cash <= ends.most[account]:
            return
        best = _cheapest(steps, mine, raise_cash=cash < least, least=least)
        if best is None:
            return
        steps.take(*best)


def _cheapest(
    steps: _Steps, mine: BoolArray, *, raise_cash: bool, least: float
) -> tuple[int, int] | None:
    """Return the step that moves cash the right way at least cost a dollar, never below its least."""
    found: tuple[float, int, int] | None = None
    for step in (-1, 1):
        change = steps.change(step)
        gain = -step * steps.sign * steps.weight
        after = steps.cash_after(step)
        right = mine & (gain > 0 if raise_cash else (gain < 0) & (after >= least))
        price = np.where(right, change / np.abs(gain), np.inf)
        trade = int(np.argmin(price))
        if np.isfinite(price[trade]) and (found is None or price[trade] < found[0]):
            found = (float(price[trade]), trade, step)
    return None if found is None else (found[1], found[2])


def _improve(steps: _Steps, ends: _Ends) -> None:
    """Take the best single step while one helps and keeps cash within bounds."""
    for _ in range(MOST_STEPS):
        best, choice = -1e-12, None
        for step in (-1, 1):
            change = steps.change(step)
            after = steps.cash_after(step)
            least, most = ends.least[steps.account], ends.most[steps.account]
            fine = (after >= least) & (after <= np.maximum(most, steps.cash[steps.account]))
            change = np.where(fine, change, np.inf)
            if not len(change):
                return
            trade = int(np.argmin(change))
            if change[trade] < best:
                best, choice = float(change[trade]), (trade, step)
        if choice is None:
            return
        steps.take(*choice)


def _exchange(steps: _Steps, ends: _Ends) -> bool:
    """Exchange shares of two trades of an account while it helps; True where it did."""
    helped = False
    if not len(steps.weight):
        return helped
    for account in np.unique(steps.account):
        for _ in range(MOST_EXCHANGES):
            pair = _pair(steps, steps.account == account)
            if pair is None or not _exchanged(steps, ends, *pair):
                break
            helped = True
    return helped


def _pair(steps: _Steps, mine: BoolArray) -> tuple[int, int, float] | None:
    """Return the trades that best raise and best spend a dollar of cash, and what a dollar moved gains."""
    rates = np.where(steps.sign < 0, steps.change(1), steps.change(-1)) / steps.weight
    raising = np.where(mine, rates, np.inf)
    up = int(np.argmin(raising))
    rates = np.where(steps.sign < 0, steps.change(-1), steps.change(1)) / steps.weight
    spending = np.where(mine & (np.arange(len(rates)) != up), rates, np.inf)
    down = int(np.argmin(spending))
    gain = -(raising[up] + spending[down])
    return (up, down, float(gain)) if np.isfinite(gain) and gain > 0 else None


def _exchanged(steps: _Steps, ends: _Ends, up: int, down: int, gain: float) -> bool:
    """Exchange as many shares as the pair is worth, or one; False, and nothing done, where neither helps."""
    curve = steps.curve_between(up, down)
    dollars = gain / (2 * curve) if curve > 0 else steps.weight[down]
    best = max(1, int(dollars / steps.weight[down]))
    counts = (best, *range(best - 1, best - TRIED, -1), *range(TRIED, 0, -1))
    return any(_moved_between(steps, ends, (up, down), n) for n in dict.fromkeys(counts) if n > 0)


def _moved_between(steps: _Steps, ends: _Ends, pair: tuple[int, int], count: int) -> bool:
    """Spend cash on `count` shares, or what the other trade raises allows; undone where that does not help."""
    up, down = pair
    account = steps.account[up]
    least, most = float(ends.least[account]), max(ends.most[account], steps.cash[account])
    missing = count * steps.weight[down] - (steps.cash[account] - least)
    raising, spending = int(-steps.sign[up]), int(steps.sign[down])
    room = steps.count[up] if raising < 0 else steps.most[up] - steps.count[up]
    raising *= int(max(0.0, min(np.ceil(missing / steps.weight[up] - 1e-9), room)))
    worse = float(steps.change(raising)[up])
    if raising == 0 or not np.isfinite(worse):
        return False
    steps.take(up, raising)
    over = float(steps.cash[account] - least)
    spending *= max(0, int(over / steps.weight[down] + 1e-9))
    worse += float(steps.change(spending)[down])
    if np.isfinite(worse):
        steps.take(down, spending)
        if worse < -LEAST_GAIN and least <= steps.cash[account] <= most:
            return True
        steps.take(down, -spending)
    steps.take(up, -raising)
    return False

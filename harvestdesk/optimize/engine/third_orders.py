"""Orders of several accounts: for every security, which accounts sell it and whether it is bought.

Given prices of all that ties securities together, a security with some orders chosen is one-dimensional as in
duals.py: each order sells its cheapest lots up to the least order, the rest is sold or bought where that pays. The
best of all choices of every set, added up, bounds every plan from below (a Lagrangian relaxation; that of an
integer problem, so it is closer than the hull of whole sets).
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.duals import (
    FLOATING,
    Prices,
    constant_of,
    order_price,
    purchase_prices,
)
from harvestdesk.optimize.engine.problem import (
    LEAST_ORDER,
    BoolArray,
    EngineProblem,
    FloatArray,
    IntArray,
    total_by,
)

BUYS, SELLS = 0, 1
"""Sides of a set: on the first, losses aren't sold."""
SHARE_HAIR = 1e-9
MOST_ACCOUNTS = 5
"""Accounts of a security that are chosen among; the smaller positions beyond sell what they like."""


@dataclass(frozen=True)
class Choices:
    """What may be chosen of every security; nothing is always a choice, and not among these.

    Attributes:
        security, side, bought: [choice]; `bought` is True where it is bought.
        entry_lot, entry_group: [entry] lots of every order; an order's least is taken of its cheapest lots.
        group_account, group_security, group_least: [order].
        rung_entry, rung_choice: [rung] which lots a choice may sell.
        pair_choice, pair_group: [pair] orders of the choices.
    """

    security: IntArray
    side: IntArray
    bought: BoolArray
    entry_lot: IntArray
    entry_group: IntArray
    group_account: IntArray
    group_security: IntArray
    group_least: FloatArray
    rung_entry: IntArray
    rung_choice: IntArray
    pair_choice: IntArray
    pair_group: IntArray

    def __len__(self) -> int:
        return len(self.security)

    def only(self, kept: BoolArray) -> "Choices":
        """Return some [choice] of them."""
        number = np.cumsum(kept) - 1
        rungs, pairs = kept[self.rung_choice], kept[self.pair_choice]
        return Choices(
            self.security[kept],
            self.side[kept],
            self.bought[kept],
            self.entry_lot,
            self.entry_group,
            self.group_account,
            self.group_security,
            self.group_least,
            self.rung_entry[rungs],
            number[self.rung_choice[rungs]],
            number[self.pair_choice[pairs]],
            self.pair_group[pairs],
        )


def least_orders(problem: EngineProblem) -> FloatArray:
    """Return [account, security] the weight of the least order; where shares are whole, of whole ones."""
    prices = np.array([float(price / problem.exact.value) for price in problem.exact.prices])
    least = problem.limits.min_trade
    whole = np.ceil(least / prices - SHARE_HAIR) * prices
    return np.where(problem.in_parts[:, None], least, np.maximum(whole, least))


def choices_of(problem: EngineProblem) -> Choices:
    """Return all choices of a problem."""
    found = _Listed(problem)
    for security in range(len(problem.symbols)):
        found.add(security)
    return found.choices()


class _Listed:
    """Choices as they are listed, one security after the other."""

    def __init__(self, problem: EngineProblem) -> None:
        self._problem = problem
        self._least = np.maximum(least_orders(problem), LEAST_ORDER)
        lots = np.flatnonzero(problem.sellable)
        order = np.lexsort((problem.lot_account[lots], problem.lot_security[lots]))
        self._lots = lots[order]
        names = np.arange(len(problem.symbols) + 1)
        self._start = np.searchsorted(problem.lot_security[self._lots], names)
        self._buyable = np.zeros(len(problem.symbols), dtype=np.bool_)
        self._buyable[problem.purses.security] = True
        self._alone = np.bincount(problem.set_of, minlength=problem.sets)[problem.set_of] == 1
        self._choices: list[tuple[int, int, bool]] = []
        self._pairs: list[tuple[int, int]] = []
        self._groups: list[tuple[int, int, float]] = []
        self._members: list[IntArray] = []

    def add(self, security: int) -> None:
        """Add the choices of one security."""
        lots = self._lots[self._start[security] : self._start[security + 1]]
        chosen, free = self._orders(security, lots)
        for size in range(1, len(chosen) + 1):
            for some in itertools.combinations(chosen, size):
                self._one(security, SELLS, bought=False, groups=[*some, *free])
        if free and not chosen:
            self._one(security, SELLS, bought=False, groups=free)
        if not self._buyable[security] and self._alone[security]:
            return
        crosses = self._problem.swaps or not self._alone[security]
        kept = lots[~self._problem.is_loss[lots]] if crosses else lots[:0]
        chosen, free = self._orders(security, kept)
        for size in range(len(chosen) + 1):
            for some in itertools.combinations(chosen, size):
                groups = [*some, *free]
                if self._buyable[security]:
                    self._one(security, BUYS, bought=True, groups=groups)
                if groups and not self._alone[security]:
                    self._one(security, BUYS, bought=False, groups=groups)

    def _orders(self, security: int, lots: IntArray) -> tuple[list[int], list[int]]:
        """Return the orders that may be chosen, and those that are free."""
        p = self._problem
        least = self._least[:, security]
        held = total_by(p.lot_account[lots], p.lot_most[lots], len(p.account_ids))
        accounts = [
            int(a)
            for a in np.argsort(-held, kind="stable")
            if held[a] >= least[a] * (1 - SHARE_HAIR)
        ]
        numbers = []
        for rank, account in enumerate(accounts):
            numbers.append(len(self._groups))
            size = float(least[account]) if rank < MOST_ACCOUNTS else 0.0
            self._groups.append((account, security, size))
            self._members.append(lots[p.lot_account[lots] == account])
        return numbers[:MOST_ACCOUNTS], numbers[MOST_ACCOUNTS:]

    def _one(self, security: int, side: int, *, bought: bool, groups: list[int]) -> None:
        number = len(self._choices)
        self._choices.append((security, side, bought))
        self._pairs += [(number, group) for group in groups]

    def choices(self) -> Choices:
        """Return what was listed, as arrays."""
        security, side, bought = _columns(self._choices, 3)
        account, of_security, least = _columns(self._groups, 3)
        choice, group = _columns(self._pairs, 2)
        sizes = np.array([len(m) for m in self._members], dtype=np.intp)
        first = np.cumsum(sizes) - sizes
        of_pair = sizes[group.astype(np.intp)]
        within = np.arange(of_pair.sum()) - np.repeat(np.cumsum(of_pair) - of_pair, of_pair)
        members = [np.zeros(0, dtype=np.intp), *self._members]
        return Choices(
            security.astype(np.intp),
            side.astype(np.intp),
            bought.astype(np.bool_),
            np.concatenate(members),
            np.repeat(np.arange(len(sizes)), sizes),
            account.astype(np.intp),
            of_security.astype(np.intp),
            least,
            np.repeat(first[group.astype(np.intp)], of_pair) + within,
            np.repeat(choice.astype(np.intp), of_pair),
            choice.astype(np.intp),
            group.astype(np.intp),
        )


def _columns(rows: Sequence[Sequence[float]], width: int) -> FloatArray:
    return np.array(rows, dtype=np.float64).reshape(-1, width).T


@dataclass(frozen=True)
class Priced:
    """Every choice at some prices.

    Attributes:
        value: [choice]; infinite where a choice can't be made.
        nothing: [security] value of no trade.
        constant: what the prices cost by themselves; terms: the size of what was added up for it.
        active: [choice] exposure after; sold: [rung]; bought: [choice].
        margin: [choice] entry whose sale, or -1 where the purchase, or -2 where nothing, moves with prices.
    """

    value: FloatArray
    nothing: FloatArray
    constant: float
    terms: float
    active: FloatArray
    sold: FloatArray
    bought: FloatArray
    margin: IntArray


class OrderBound:
    """The closed forms of some choices; `idle` [security] may be left alone, all of them where it isn't given."""

    def __init__(self, case: Case, choices: Choices, idle: BoolArray | None = None) -> None:
        self.case, self.choices = case, choices
        p = case.problem
        self.idle = np.ones(len(p.symbols), dtype=np.bool_) if idle is None else idle
        self._limited = bool(np.isfinite(p.limits.tracking_error))
        self.orders = total_by(choices.pair_choice, np.ones(len(choices.pair_choice)), len(choices))
        self.orders += choices.bought
        self._most = p.lot_most[choices.entry_lot]
        least = np.maximum(least_orders(p).min(axis=0), LEAST_ORDER)
        self._least_bought = least[choices.security]

    def risk_of(self, prices: Prices) -> float:
        """Return the price of variance."""
        return max(prices.risk, 0.0) if self._limited else self.case.problem.risk_price

    def at(self, prices: Prices) -> Priced:
        """Return every choice at prices."""
        p, choices, size = self.case.problem, self.choices, len(self.choices)
        risk = self.risk_of(prices)
        factors = prices.factors if risk > 0 else np.zeros(len(prices.factors))
        cost, pull = self._marginal(prices, factors)
        buy = np.full(len(p.symbols), np.inf)
        np.minimum.at(buy, p.purses.security, purchase_prices(self.case, prices.rows))
        entry_cost = cost[choices.entry_lot]
        forced = self._forced(entry_cost)
        groups = len(choices.group_least)
        of_group = total_by(choices.entry_group, forced, groups)
        spent_group = total_by(choices.entry_group, forced * entry_cost, groups)
        gone = total_by(choices.pair_choice, of_group[choices.pair_group], size)
        spent = total_by(choices.pair_choice, spent_group[choices.pair_group], size)
        rest = self._most - forced
        j = choices.security
        most = self._most_bought(gone, rest)
        curve = risk * p.specific
        rungs = self._rungs(rest, entry_cost, most, buy[j], gone)
        high = p.active[j] - gone + most
        taken, margin = self._taken(rungs, high, curve[j], pull[j], most - p.room[j] - gone)
        sold = taken[: len(choices.rung_entry)]
        undone = np.zeros(size)
        undone[choices.bought] = taken[len(choices.rung_entry) :]
        bought = most - undone
        more = total_by(choices.rung_choice, sold, size)
        active = high - undone - more
        spent += total_by(choices.rung_choice, sold * entry_cost[choices.rung_entry], size)
        spent += np.where(choices.bought, np.where(np.isfinite(buy[j]), buy[j], 0.0) * bought, 0.0)
        spent += order_price(p, prices) * self.orders
        value = curve[j] * active**2 + pull[j] * active + spent
        value[self._impossible(gone, most)] = np.inf
        nothing = curve * p.active**2 + pull * p.active
        constant, terms = constant_of(self.case, prices, risk, factors)
        sold = sold + forced[choices.rung_entry]
        return Priced(value, nothing, constant, terms, active, sold, bought, margin)

    def _marginal(self, prices: Prices, factors: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return [lot] what a sale costs, and [security] the price of exposure."""
        p = self.case.problem
        cost, pull = self.case.cost.copy(), p.loadings @ factors
        for row, price in zip(self.case.rows, prices.rows, strict=True):
            cost += price * row.lots
            if row.securities is not None:
                pull = pull + price * row.securities
        return cost, pull

    def _forced(self, cost: FloatArray) -> FloatArray:
        """Return [entry] what the least of its order takes, the cheapest lots first."""
        choices = self.choices
        order = np.lexsort((cost, choices.entry_group))
        group, most = choices.entry_group[order], self._most[order]
        before = _before(group, most)
        forced = np.empty(len(order))
        forced[order] = np.clip(choices.group_least[group] - before, 0.0, most)
        return forced

    def _most_bought(self, gone: FloatArray, rest: FloatArray) -> FloatArray:
        """Return [choice] the most that may be bought, where all that can be sold is."""
        p, choices = self.case.problem, self.choices
        more = total_by(choices.rung_choice, rest[choices.rung_entry], len(choices)) + gone
        if p.most_sold is not None:
            more = np.minimum(more, p.most_sold[choices.security])
        most = p.room[choices.security] + more
        if p.most_bought is not None:
            most = np.minimum(most, p.most_bought[choices.security])
        return np.where(choices.bought, most, 0.0)

    def _impossible(self, gone: FloatArray, most: FloatArray) -> BoolArray:
        p, choices = self.case.problem, self.choices
        never = choices.bought & (most < self._least_bought)
        if p.most_sold is not None:
            never |= gone > p.most_sold[choices.security] * (1 + 1e-12)
        return np.asarray(never)

    def _rungs(
        self,
        rest: FloatArray,
        cost: FloatArray,
        most: FloatArray,
        buy: FloatArray,
        gone: FloatArray,
    ) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return choice, most and cost of all that may be sold, or not bought, beyond the least."""
        choices, p = self.choices, self.case.problem
        amounts = rest[choices.rung_entry]
        costs = cost[choices.rung_entry]
        if p.most_sold is not None:
            order = np.lexsort((costs, choices.rung_choice))
            of = choices.rung_choice[order]
            left = p.most_sold[choices.security[of]] - gone[of] - _before(of, amounts[order])
            amounts[order] = np.clip(left, 0.0, amounts[order])
        buyers = np.flatnonzero(choices.bought)
        undone = np.maximum(most[buyers] - self._least_bought[buyers], 0.0)
        return (
            np.concatenate([choices.rung_choice, buyers]),
            np.concatenate([amounts, undone]),
            np.concatenate([costs, -buy[buyers]]),
        )

    def _taken(
        self,
        rungs: tuple[IntArray, FloatArray, FloatArray],
        high: FloatArray,
        curve: FloatArray,
        pull: FloatArray,
        kept: FloatArray,
    ) -> tuple[FloatArray, IntArray]:
        """Return [rung] what is taken, and [choice] which of it moves with prices."""
        choice, most, cost = rungs
        order = np.lexsort((cost, choice))
        of, most, cost = choice[order], most[order], cost[order]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            lead = pull[of] - cost
            wanted = high[of] + lead / (2 * curve[of])
        wanted = np.where(np.isfinite(wanted), wanted, np.where(lead > 0, np.inf, -np.inf))
        before = _before(of, most)
        taken = np.clip(np.maximum(wanted, kept[of]) - before, 0.0, most)
        inside = (taken > 0) & (taken < most) & (wanted > kept[of])
        margin = np.full(len(self.choices), -2, dtype=np.intp)
        lots = len(self.choices.rung_entry)
        number = order[inside]
        entries = np.append(self.choices.rung_entry, np.full(len(order) - lots, -1, dtype=np.intp))
        margin[of[inside]] = entries[number]
        found = np.empty(len(order))
        found[order] = taken
        return found, margin

    # --- the best of every set ---

    def by_security(self, priced: Priced) -> tuple[FloatArray, IntArray]:
        """Return [side, security] the least value, and the choice it is of (-1: nothing)."""
        p, choices = self.case.problem, self.choices
        least = np.tile(np.where(self.idle, priced.nothing, np.inf), (2, 1))
        best = np.full(least.shape, -1, dtype=np.intp)
        key = choices.side * len(p.symbols) + choices.security
        order = np.lexsort((priced.value, key))
        first = order[np.unique(key[order], return_index=True)[1]] if len(order) else order
        flat, chosen = least.reshape(-1), best.reshape(-1)
        better = first[priced.value[first] < flat[key[first]]]
        flat[key[better]], chosen[key[better]] = priced.value[better], better
        return least, best

    def sides(self, least: FloatArray) -> tuple[FloatArray, IntArray]:
        """Return [set] the least value, and the side it is on."""
        p = self.case.problem
        of_side = np.array([total_by(p.set_of, row, p.sets) for row in least])
        side = np.argmin(of_side, axis=0)
        return of_side[side, np.arange(p.sets)], side

    def value(self, priced: Priced) -> float:
        """Return what the prices prove: no plan is below it."""
        of_set, _ = self.sides(self.by_security(priced)[0])
        total = float(of_set.sum())
        if not np.isfinite(total):
            return np.inf
        size = priced.terms + float(np.abs(of_set).sum())
        return total + priced.constant - FLOATING * size

    def best(self, priced: Priced) -> IntArray:
        """Return [security] the choice of the best side of its set, or -1."""
        least, best = self.by_security(priced)
        _, side = self.sides(least)
        names = np.arange(least.shape[1])
        return np.asarray(best[side[self.case.problem.set_of], names], dtype=np.intp)


def _before(of: IntArray, amounts: FloatArray) -> FloatArray:
    """Return what comes before each in its group; groups are in order."""
    if not len(of):
        return amounts
    before = np.cumsum(amounts) - amounts
    return np.asarray(before - before[np.searchsorted(of, of)])

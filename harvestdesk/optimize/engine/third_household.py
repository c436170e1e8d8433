"""The search where a set is several orders: choices of third_orders.py at the prices that prove most.

The choices that are best at those prices keep the rows but for a few securities on the border of two choices, and
the rest of the plan makes up for these: with many securities the plan of these orders is next to the bound. So
prices, orders, plan and prices again take turns; then single securities change while that helps, and what is left
of the gap is closed by branching on one choice of a security at a time.
"""

import heapq
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from harvestdesk.optimize.engine.case import Case
from harvestdesk.optimize.engine.dealing import DUST, dealt_out
from harvestdesk.optimize.engine.duals import Prices
from harvestdesk.optimize.engine.problem import BoolArray, FloatArray, IntArray, total_by
from harvestdesk.optimize.engine.search import Effort, Found, Incumbent, near
from harvestdesk.optimize.engine.third_ascent import ascended, nearby
from harvestdesk.optimize.engine.third_exchange import exchanged
from harvestdesk.optimize.engine.third_fixed import OrderPlan, Orders, missed_by, plan_of
from harvestdesk.optimize.engine.third_orders import (
    BUYS,
    SELLS,
    OrderBound,
    Priced,
    choices_of,
    least_orders,
)
from harvestdesk.optimize.solve import SolveStatus

ROUNDS = 5
FIRST_CHANGES = 20
MARGIN = 1.2
"""Times what a row is missed by: the rest of the plan gives a little back."""
CLOSER = 0.7
"""Of what a row was missed by: changes that bring it no closer lead nowhere."""
FEWER = 4
"""Times a plan with too many orders is made again with fewer."""
EXCHANGING = 0.15
"""Of the time allowed, the most for exchanging orders."""
PATIENCE = 200
"""Nodes after which a search that closes nothing of its gap ends."""
PROGRESS = 0.01
"""Of the gap: less isn't getting on."""
LITTLE = 1e-9
"""Of the objective: what a change must promise to be tried."""
NEGLIGIBLE = 5e-7
"""Objective, a fraction of value, that isn't worth branching for: half a dollar in a million."""


@dataclass(frozen=True)
class _Chosen:
    """A plan, and the choices [security] it was made of."""

    plan: OrderPlan
    choices: IntArray


@dataclass(frozen=True, order=True)
class _Node:
    """A part of the search still open: choices kept, and securities that may be left alone."""

    bound: float
    number: int
    kept: BoolArray = field(compare=False)
    idle: BoolArray = field(compare=False)
    prices: Prices = field(compare=False)


def search_household(case: Case, effort: Effort, seed: Found, *, branching: bool = True) -> Found:
    """Return the best plan found where orders of several accounts count, with a true bound.

    `seed` is what was found where they don't: its bound holds, its prices are where to begin.
    """
    return _Household(case, effort, seed).run(branching=branching)


def orders_of_plan(case: Case, plan: Incumbent) -> Orders:
    """Return the orders of a plan that is dealt out."""
    p = case.problem
    sells = np.zeros((len(p.account_ids), len(p.symbols)), dtype=np.bool_)
    made = plan.sold > DUST
    sells[p.lot_account[made], p.lot_security[made]] = True
    dealt = np.zeros_like(sells) if plan.dealt is None else plan.dealt > DUST
    return Orders(sells, plan.bought > DUST, dealt)


def polished_orders(
    case: Case, plan: Incumbent, orders: Orders, effort: Effort
) -> Incumbent | None:
    """Return the best plan of some orders that are dealt out, or None where there is none."""
    found = plan_of(case, orders, effort.stop)
    return None if found is None else _incumbent(found, plan.prices)


def _incumbent(plan: OrderPlan, prices: Prices) -> Incumbent:
    return Incumbent(
        plan.objective, plan.sold, plan.bought, plan.sides, prices, plan.paid, plan.dealt
    )


class _Household:
    """The choices, the best plan and the clock of one case."""

    def __init__(self, case: Case, effort: Effort, seed: Found) -> None:
        self._case, self._effort, self._seed = case, effort, seed
        self._started = time.perf_counter()
        self._bound = OrderBound(case, choices_of(case.problem))
        self._proven = seed.bound
        self._best: _Chosen | None = None
        self._prices: Prices | None = None
        self._seen: set[bytes] = set()
        self._plans = self._nodes = 0
        self._closed = np.inf
        self._size = max(abs(seed.bound), LITTLE)

    def run(self, *, branching: bool) -> Found:
        """Take turns, then change single securities, then branch."""
        seed = self._seed
        if seed.best is None:
            return seed
        self._prices = prices = seed.best.prices
        for _ in range(ROUNDS):
            before = self._proven
            following = self._turn(prices)
            if self._content() or self._proven >= self._effort.enough:
                break
            if following is None and (self._best or self._proven <= before):
                break
            # Where no plan came of the prices, they may prove more yet: that there is none, in the end.
            prices = following or self._prices
        if self._best is None:
            self._begin_near(seed.best)
        self._change(FIRST_CHANGES)
        if branching:
            self._exchange()
            self._branch()
        return self._found()

    def _found(self) -> Found:
        seed, best = self._seed, self._best
        plan = None
        if best is not None and self._prices is not None:
            plan = _incumbent(best.plan, self._prices)
            self._proven = min(self._proven, plan.objective)
        seconds = dict(seed.seconds)
        seconds["polish"] = seconds.get("polish", 0.0) + time.perf_counter() - self._started
        known = plan is not None or self._proven >= self._effort.enough
        status = seed.status if known else SolveStatus.LIMIT
        root = seed.root
        if root is not None and self._prices is not None:
            root = replace(root, prices=self._prices)
        return Found(status, self._proven, plan, root, seed.nodes + self._nodes, seconds)

    def _turn(self, prices: Prices) -> Prices | None:
        """Prove what can be from some prices, make the plan of its choices; return the plan's prices."""
        proof = ascended(self._bound, prices, self._size)
        if proof.value > self._proven:
            self._proven, self._prices = proof.value, proof.prices
        if self._proven >= self._effort.enough:
            return None
        priced = self._bound.at(proof.prices)
        plan = self._try(self._bound.best(priced), priced)
        return None if plan is None else plan.prices

    # --- plans ---

    def _try(self, choices: IntArray, priced: Priced) -> OrderPlan | None:
        """Make the plan of choices [security]; keep it if it is better. Return it before it was dealt out."""
        most = allowed = self._case.problem.limits.max_trades
        for _ in range(FEWER):
            chosen = self._within_count(choices, priced, allowed)
            orders = self._orders(chosen)
            if orders.key in self._seen:
                return None
            self._seen.add(orders.key)
            self._plans += 1
            plan = plan_of(self._case, orders, self._effort.stop)
            if plan is None and self._best is None:
                chosen, plan = self._towards_rows(chosen, orders, priced)
            if plan is None or (self._best and plan.objective >= self._best.plan.objective):
                return plan
            dealt = self._dealt(plan)
            if dealt is None:
                return plan
            over = 0 if most is None else self._count(dealt) - most
            if over <= 0 or allowed is None:
                if self._best is None or dealt.objective < self._best.plan.objective:
                    self._best = _Chosen(dealt, chosen)
                return plan
            allowed = max(0, allowed - over)
        return plan

    def _towards_rows(
        self, chosen: IntArray, orders: Orders, priced: Priced
    ) -> tuple[IntArray, OrderPlan | None]:
        """Return choices that keep the rows these miss, and their plan: the cheapest changes that move far enough."""
        choices, rows = self._bound.choices, self._case.rows
        lots = choices.entry_lot[choices.rung_entry]
        before = np.inf
        for _ in range(FEWER):
            missed = missed_by(self._case, orders, self._effort.stop)
            worst = int(np.argmax(np.abs(missed)))
            if not 0 < abs(missed[worst]) < CLOSER * before:
                break
            before = abs(missed[worst])
            row = rows[worst]
            moved = total_by(choices.rung_choice, row.lots[lots] * priced.sold, len(choices))
            if row.securities is not None:
                moved += row.securities[choices.security] * (
                    priced.active - self._case.problem.active[choices.security]
                )
            chosen = self._moved(
                chosen, priced, -np.sign(missed[worst]) * moved, abs(missed[worst])
            )
            orders = self._orders(chosen)
            plan = plan_of(self._case, orders, self._effort.stop)
            if plan is not None:
                return chosen, plan
        return chosen, None

    def _moved(
        self, chosen: IntArray, priced: Priced, moved: FloatArray, amount: float
    ) -> IntArray:
        """Return choices that move so much more [choice], by the changes that cost least for it."""
        choices, j = self._bound.choices, self._bound.choices.security
        side = np.where(chosen >= 0, choices.side[np.maximum(chosen, 0)], -1)
        of = self._case.problem.set_of
        members = np.bincount(of)[of]
        before = np.where(chosen >= 0, moved[np.maximum(chosen, 0)], 0.0)
        now = np.where(chosen >= 0, priced.value[np.maximum(chosen, 0)], priced.nothing)
        further = moved - before[j]
        fits = (further > LITTLE) & np.isfinite(priced.value)
        fits &= (members[j] == 1) | (side[j] == choices.side)
        price = np.full(len(choices), np.inf)
        np.divide(priced.value - now[j], further, out=price, where=fits)
        changed, left = chosen.copy(), MARGIN * amount
        seen = np.zeros(len(chosen), dtype=np.bool_)
        for number in np.argsort(price, kind="stable"):
            if left <= 0 or not np.isfinite(price[number]):
                break
            if not seen[j[number]]:
                changed[j[number]] = number
                seen[j[number]] = True
                left -= float(further[number])
        return changed

    def _count(self, plan: OrderPlan) -> int:
        dealt = plan.orders.buys if plan.orders.dealt is None else plan.orders.dealt
        return int(plan.orders.sells.sum()) + int(dealt.sum())

    def _dealt(self, plan: OrderPlan) -> OrderPlan | None:
        """Return the plan with its purchases dealt to accounts, none below the least order."""
        p = self._case.problem
        dealt = dealt_out(p, plan.sold, np.where(plan.bought < DUST, 0.0, plan.bought), plan.paid)
        small = dealt < np.maximum(least_orders(p) * (1 - 1e-6), DUST)
        for made in (dealt > DUST, ~small):
            orders = replace(plan.orders, dealt=made)
            found = plan_of(self._case, orders, self._effort.stop)
            if found is not None:
                return found
        return None

    def _orders(self, chosen: IntArray) -> Orders:
        """Return the orders of choices [security]; where a purchase is made, by the purses that may."""
        p, choices = self._case.problem, self._bound.choices
        on = np.zeros(len(choices), dtype=np.bool_)
        on[chosen[chosen >= 0]] = True
        sells = np.zeros((len(p.account_ids), len(p.symbols)), dtype=np.bool_)
        groups = choices.pair_group[on[choices.pair_choice]]
        groups = groups[
            choices.group_least[groups] > 0
        ]  # of more accounts than are chosen among none sells
        sells[choices.group_account[groups], choices.group_security[groups]] = True
        bought = np.zeros(len(p.symbols), dtype=np.bool_)
        bought[choices.security[on & choices.bought]] = True
        buys = np.zeros((p.purses.count, len(p.symbols)), dtype=np.bool_)
        buys[p.purses.purse, p.purses.security] = bought[p.purses.security]
        return Orders(sells, buys)

    def _within_count(self, chosen: IntArray, priced: Priced, most: int | None) -> IntArray:
        """Return choices with no more orders than allowed: those worth least an order are left."""
        if most is None:
            return chosen
        made = np.flatnonzero(chosen >= 0)
        orders = self._bound.orders[chosen[made]]
        worth = (priced.nothing[made] - priced.value[chosen[made]]) / orders
        kept = chosen.copy()
        for number in np.argsort(worth, kind="stable"):
            if self._bound.orders[kept[kept >= 0]].sum() <= most:
                break
            kept[made[number]] = -1
        return kept

    # --- where no choice of the prices has a plan ---

    def _begin_near(self, plan: Incumbent) -> None:
        """Make plans of the orders of a plan of any sizes: all of them, the large ones, and none."""
        p, least = self._case.problem, least_orders(self._case.problem) * (1 - 1e-6)
        names = len(p.symbols)
        of_order = p.lot_account * names + p.lot_security
        sold = total_by(of_order, plan.sold, len(least) * names).reshape(least.shape)
        bought = np.where(plan.bought < DUST, 0.0, plan.bought)
        dealt = dealt_out(p, plan.sold, bought, plan.paid)
        for smallest in (np.full(least.shape, DUST), np.maximum(least, DUST), np.inf):
            orders = self._dealt_orders(sold > smallest, dealt > smallest)
            made = plan_of(self._case, orders, self._effort.stop)
            most = p.limits.max_trades
            if made is None or (most is not None and self._count(made) > most):
                continue
            if self._best is None or made.objective < self._best.plan.objective:
                self._best = _Chosen(made, self._choices_of(orders))

    def _dealt_orders(self, sells: BoolArray, dealt: BoolArray) -> Orders:
        purses = self._case.problem.purses
        buys = np.zeros((purses.count, dealt.shape[1]), dtype=np.bool_)
        accounts, names = np.nonzero(dealt)
        buys[purses.of_account[accounts], names] = True
        return Orders(sells, buys, dealt)

    def _choices_of(self, orders: Orders) -> IntArray:
        """Return the choices [security] that orders are, -1 where they are none."""
        p, choices = self._case.problem, self._bound.choices
        buys = np.asarray(orders.buys.any(axis=0), dtype=np.bool_)
        of_set = np.zeros(p.sets, dtype=np.bool_)
        of_set[p.set_of[buys]] = True
        sells = np.zeros((len(choices), len(p.account_ids)), dtype=np.bool_)
        sells[choices.pair_choice, choices.group_account[choices.pair_group]] = True
        j = choices.security
        other = np.asarray((sells ^ orders.sells[:, j].T).any(axis=1))
        same = np.asarray(~other & (choices.bought == buys[j]))
        same &= choices.side == np.where(of_set[p.set_of[j]], BUYS, SELLS)
        chosen = np.full(len(p.symbols), -1, dtype=np.intp)
        chosen[j[same]] = np.flatnonzero(same)
        return chosen

    # --- single changes ---

    def _change(self, tries: int) -> None:
        """Change the choice of single securities while that helps."""
        while self._best is not None and tries and not self._content():
            before = self._best
            priced = self._bound.at(before.plan.prices)
            for changed in self._changes(before.choices, priced):
                tries -= 1
                self._try(changed, priced)
                if self._best is not before or not tries or self._content():
                    break
            else:
                return

    def _changes(self, chosen: IntArray, priced: Priced) -> Iterator[IntArray]:
        """Yield choices that could be better, the most promising change of a security first."""
        choices = self._bound.choices
        traded = chosen >= 0
        now = np.where(traded, priced.value[np.maximum(chosen, 0)], priced.nothing)
        gain = now[choices.security] - priced.value
        leave = np.where(traded, now - priced.nothing, -np.inf)
        every = np.concatenate([gain, leave])
        p = self._case.problem
        alone = np.bincount(p.set_of, minlength=p.sets)[p.set_of] == 1
        for number in np.argsort(-every, kind="stable"):
            if not every[number] > LITTLE * self._size:
                return
            changed = chosen.copy()
            if number < len(choices):
                j = int(choices.security[number])
                if not alone[j]:
                    self._onto_side(changed, priced, j, int(choices.side[number]))
                changed[j] = number
            else:
                changed[number - len(choices)] = -1
            yield changed

    def _onto_side(self, changed: IntArray, priced: Priced, security: int, side: int) -> None:
        """Move all of a security's set to a side."""
        _, best = self._bound.by_security(priced)
        p, of = self._case.problem, self._bound.choices.side
        for j in np.flatnonzero(p.set_of == p.set_of[security]):
            if changed[j] >= 0 and of[changed[j]] != side:
                changed[j] = best[side, j]

    def _exchange(self) -> None:
        """Exchange orders of accounts where their number counts, or what they cost."""
        p = self._case.problem
        if self._content() or (p.limits.max_trades is None and p.ticket_price == 0):
            return
        until = time.perf_counter() + EXCHANGING * self._effort.seconds
        before = None if self._best is None else self._best.plan
        for start in (before,) if before is None else (before, None):
            if time.perf_counter() < until:
                self._keep(
                    exchanged(
                        self._case, start, self._effort.stop, lambda: time.perf_counter() > until
                    )
                )

    def _keep(self, plan: OrderPlan | None) -> None:
        """Keep a plan that is dealt out where it is the best."""
        if plan is None or (self._best and self._best.plan.objective <= plan.objective):
            return
        self._best = _Chosen(plan, self._choices_of(plan.orders))
        self._prices = self._prices or plan.prices

    # --- branching ---

    def _branch(self) -> None:
        """Split on one choice of a security, taken or not, until the gap is closed."""
        if self._best is None or self._prices is None or self._content():
            return
        bound, self._closed = self._bound, np.inf
        everything = np.ones(len(bound.choices), dtype=np.bool_)
        heap = [_Node(self._proven, 0, everything, bound.idle, self._prices)]
        gap, since = self._gap(), self._nodes
        while heap and not self._content() and self._nodes - since < PATIENCE:
            node = heapq.heappop(heap)
            for kept, idle in self._split(node):
                self._open(heap, kept, idle, node)
            lowest = min([self._closed, *(other.bound for other in heap[:1])])
            self._proven = max(self._proven, min(lowest, self._best.plan.objective))
            if self._gap() < (1 - PROGRESS) * gap:
                gap, since = self._gap(), self._nodes

    def _gap(self) -> float:
        """Return how far the best plan is from what is proven."""
        return np.inf if self._best is None else self._best.plan.objective - self._proven

    def _split(self, node: "_Node") -> list[tuple[BoolArray, BoolArray]]:
        """Return the two parts of a node: [choice] kept, and [security] that may be left alone.

        What can't be in a better plan than the best goes first; a node with nothing left to choose is closed.
        """
        whole = self._bound.choices
        bound = OrderBound(self._case, whole.only(node.kept), node.idle)
        priced = bound.at(node.prices)
        best = bound.best(priced)
        self._try(self._of_all(node.kept, best), self._bound.at(node.prices))
        kept, idle = self._narrowed(node, bound, priced)
        taken = self._of_all(node.kept, best)
        options = total_by(whole.security[kept], np.ones(int(kept.sum())), len(best)) + idle
        open_names = np.flatnonzero(options > 1)
        if not len(open_names):
            self._closed = min(self._closed, self._leaf(kept))
            return []
        j = int(open_names[np.argmax(self._doubt(bound, priced, best)[open_names])])
        mine, alone = whole.security == j, np.arange(len(idle)) == j
        if taken[j] < 0:
            return [(kept & ~mine, idle), (kept, idle & ~alone)]
        this = np.arange(len(whole)) == taken[j]
        return [(kept & (~mine | this), idle & ~alone), (kept & ~this, idle)]

    def _of_all(self, kept: BoolArray, best: IntArray) -> IntArray:
        """Return choices of a part as those of the whole."""
        number = np.flatnonzero(kept)
        return np.where(best >= 0, number[np.maximum(best, 0)], -1) if len(number) else best

    def _narrowed(
        self, node: "_Node", bound: OrderBound, priced: Priced
    ) -> tuple[BoolArray, BoolArray]:
        """Return what a better plan than the best may still choose."""
        assert self._best is not None  # noqa: S101 - branching begins with a plan
        least, _ = bound.by_security(priced)
        room = self._best.plan.objective - bound.value(priced)
        of_set, _ = bound.sides(least)
        p, choices = self._case.problem, bound.choices
        of_side = np.array([total_by(p.set_of, row, p.sets) for row in least])
        side, j = choices.side, choices.security
        with np.errstate(invalid="ignore"):
            rest = of_side[:, p.set_of] - least
            above = rest[side, j] + priced.value - of_set[p.set_of[j]]
            waits = rest.min(axis=0) + priced.nothing - of_set[p.set_of]
        kept = node.kept.copy()
        kept[np.flatnonzero(node.kept)[~(above <= room)]] = False
        return kept, node.idle & (waits <= room)

    def _doubt(self, bound: OrderBound, priced: Priced, best: IntArray) -> FloatArray:
        """Return [security] how little its best choice is better than another with another exposure."""
        p, choices = self._case.problem, bound.choices
        least, _ = bound.by_security(priced)
        low = least.min(axis=0)
        now = np.where(best >= 0, priced.active[np.maximum(best, 0)], p.active)
        j = choices.security
        found = np.full(len(p.symbols), -np.inf)
        apart = np.abs(priced.active - now[j]) + LITTLE
        mine = np.arange(len(choices)) == best[j]
        with np.errstate(invalid="ignore"):
            doubt = apart / (priced.value - low[j] + LITTLE * self._size)
            waits = (np.abs(p.active - now) + LITTLE) / (priced.nothing - low + LITTLE * self._size)
        np.maximum.at(found, j[~mine], np.nan_to_num(doubt[~mine]))
        return np.where(bound.idle & (best >= 0), np.maximum(found, np.nan_to_num(waits)), found)

    def _leaf(self, kept: BoolArray) -> float:
        """Return the bound of a node whose choices are all made: its plan before it is dealt out."""
        p, whole = self._case.problem, self._bound.choices
        chosen = np.full(len(p.symbols), -1, dtype=np.intp)
        chosen[whole.security[kept]] = np.flatnonzero(kept)
        most = p.limits.max_trades
        if most is not None and self._bound.orders[kept].sum() > most:
            return np.inf
        plan = plan_of(self._case, self._orders(chosen), self._effort.stop)
        return np.inf if plan is None else plan.objective

    def _open(self, heap: list["_Node"], kept: BoolArray, idle: BoolArray, parent: "_Node") -> None:
        """Prove what a part holds, and keep it if it is worth splitting."""
        bound = OrderBound(self._case, self._bound.choices.only(kept), idle)
        value, prices = bound.value(bound.at(parent.prices)), parent.prices
        if not self._beaten(value) and np.isfinite(value):
            proof = nearby(bound, parent.prices, self._size)
            value, prices = max((value, prices), (proof.value, proof.prices), key=lambda v: v[0])
        value = max(value, parent.bound)
        self._nodes += 1
        if self._beaten(value):
            self._closed = min(self._closed, value)
        else:
            heapq.heappush(heap, _Node(value, self._nodes, kept, idle, prices))

    # --- when to stop ---

    def _beaten(self, value: float) -> bool:
        """Return True where a part can't hold a plan better by more than the aim."""
        if value >= self._effort.enough:
            return True
        best = self._best
        if best is None:
            return False
        close = best.plan.objective - value <= NEGLIGIBLE
        return close or near(best.plan.objective, value, self._effort.aim)

    def _content(self) -> bool:
        late = time.perf_counter() - self._started > self._effort.seconds or self._effort.stop()
        ended = late or self._proven >= self._effort.enough
        if ended or self._best is None:
            return ended
        tired = self._plans > ROUNDS
        if tired and self._best.plan.objective - self._proven <= NEGLIGIBLE:
            return True
        gap = self._effort.good if tired else self._effort.aim
        return near(self._best.plan.objective, self._proven, gap)

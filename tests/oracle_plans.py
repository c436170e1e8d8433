"""The best plan of a small problem by trying everything: sides of identical sets, orders made or not, cells of tax.

Knows `EngineProblem` and nothing else of the engine. With every choice made the rest is one small convex
program, written out in dense matrices and handed to Clarabel. `tried=ALL` solves each combination of choices;
`tried=OPEN` leaves choices open until their rule is broken, which skips only what can't be better.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import clarabel
import numpy as np

from harvestdesk.optimize.engine.problem import EngineProblem, Mode

SCALE = 100.0
"""Weights are percent inside the solver."""
SEEN = 1e-8
"""Weights (fractions of value) below this are the solver's last digits."""
SAME = 1e-10


class Tried(StrEnum):
    ALL = "all"
    OPEN = "open"


@dataclass(frozen=True)
class TaxPiece:
    """Tax on results (short, long), fractions of value: linear where A @ results <= b."""

    short: float
    long: float
    constant: float
    a: np.ndarray
    b: np.ndarray


@dataclass(frozen=True)
class Best:
    """The best plan: objective (infinite where there is none), sales [lot] and purchases [account, security]."""

    objective: float
    sold: np.ndarray | None = None
    bought: np.ndarray | None = None
    programs: int = 0


@dataclass(frozen=True)
class _Choices:
    """What is decided so far; None: open.

    Attributes:
        selling: set -> losses may be sold (True) or purchases made (False).
        made: order -> made (at least the smallest, and paid for) or not.
    """

    selling: dict[int, bool] = field(default_factory=dict)
    made: dict[int, bool] = field(default_factory=dict)

    def with_side(self, number: int, selling: bool) -> "_Choices":
        return _Choices({**self.selling, number: selling}, self.made)

    def with_order(self, number: int, made: bool) -> "_Choices":
        return _Choices(self.selling, {**self.made, number: made})


class Oracle:
    """A small problem, ready to be tried."""

    def __init__(self, problem: EngineProblem, piece: TaxPiece | None = None) -> None:
        p = self.p = problem
        self.piece = piece
        lots, names, accounts = len(p.lot_ids), len(p.symbols), len(p.account_ids)
        taxed = p.taxable[p.lot_account]
        self.loss = taxed & (p.lot_gain < 0)
        self.harvest = p.mode is Mode.HARVEST
        self.may_sell = ~(self.loss & p.loss_locked[p.lot_security])
        if self.harvest:
            self.may_sell &= self.loss
        if p.left_alone is not None:
            self.may_sell &= ~p.left_alone
        self.deals = [
            (a, j)
            for a, j in itertools.product(range(accounts), range(names))
            if not p.buy_locked[j]
            and (p.not_bought is None or not p.not_bought[j])
            and (p.may_buy is None or p.may_buy[a, j])
        ]
        self.buy_a = np.array([a for a, _ in self.deals], dtype=int)
        self.buy_j = np.array([j for _, j in self.deals], dtype=int)
        self.n_lots, self.n_buys = lots, len(self.deals)
        self.size = lots + self.n_buys + accounts  # the last: paid out by each account
        keys = [*zip(p.lot_account, p.lot_security, strict=True)]
        names_of = [("sell", int(a), int(j)) for a, j in keys] + [("buy", *d) for d in self.deals]
        number = {key: n for n, key in enumerate(sorted(set(names_of)))}
        self.orders = list(number)
        self.order_of = np.array([number[key] for key in names_of], dtype=int)
        lost = {int(p.set_of[j]) for j in p.lot_security[self.loss & self.may_sell]}
        self.sided = sorted(lost & {int(p.set_of[j]) for j in self.buy_j})
        self._write()

    # --- the convex program with no choice made ---

    def _write(self) -> None:
        p, lots = self.p, self.n_lots
        eye = np.eye(len(p.symbols))
        out = np.zeros((len(p.symbols), self.size))
        out[:, :lots] = -eye[p.lot_security].T
        out[:, lots : lots + self.n_buys] = eye[self.buy_j].T
        self.move = out  # active weights after = before + move @ variables
        before = np.bincount(p.lot_security, p.lot_weight, minlength=len(p.symbols))
        outside = 0.0 if p.outside is None else p.outside
        self.x0 = before + outside - p.target
        self.root = np.vstack([p.loadings.T, np.diag(np.sqrt(p.specific))])
        self.cost = np.zeros(self.size)
        self.cost[:lots] = self._cost_of_sales()
        trading = 0.0 if self.harvest else p.cost_rate
        self.cost[lots : lots + self.n_buys] = trading
        if p.buy_extra is not None:
            self.cost[lots : lots + self.n_buys] += p.buy_extra[self.buy_a, self.buy_j]
        payout = p.limits.payout
        if payout is not None:
            self.cost[lots + self.n_buys :] = payout.cost
        self.upper = np.concatenate(
            [
                np.where(self.may_sell, p.lot_weight, 0.0),
                np.full(self.n_buys, 2.0),
                np.zeros(len(p.cash)) if payout is None else np.where(payout.payers, 2.0, 0.0),
            ]
        )
        self.rows: list[tuple[np.ndarray, float]] = []  # row @ variables <= most
        self._write_rows(before)

    def _cost_of_sales(self) -> np.ndarray:
        p = self.p
        extra = 0.0 if p.lot_extra is None else p.lot_extra
        if self.harvest:
            return p.lot_gain + extra
        if self.piece is None:
            return p.lot_rate * p.lot_gain + p.cost_rate + extra
        rate = np.where(p.lot_long, self.piece.long, self.piece.short)
        taxed = p.taxable[p.lot_account]
        return np.where(taxed, rate * p.lot_gain, 0.0) + p.cost_rate + extra

    def _most(self, row: np.ndarray, most: float) -> None:
        if np.isfinite(most):
            self.rows.append((row, most))

    def _of_lots(self, per_lot: np.ndarray) -> np.ndarray:
        row = np.zeros(self.size)
        row[: self.n_lots] = per_lot
        return row

    def _write_rows(self, before: np.ndarray) -> None:
        p, limits, lots = self.p, self.p.limits, self.n_lots
        taxed = p.taxable[p.lot_account]
        for a in range(len(p.cash)):
            change = self._of_lots((p.lot_account == a).astype(float))
            change[lots : lots + self.n_buys] = -(self.buy_a == a).astype(float)
            change[lots + self.n_buys + a] = -1.0
            least = 0.0 if limits.cash_least is None else float(limits.cash_least[a])
            self._most(change, float(limits.cash[a]) - p.cash[a])
            self._most(-change, p.cash[a] - least)
        self._most(self._of_lots(np.ones(lots)), limits.turnover)
        if limits.payout is not None:
            paid = np.zeros(self.size)
            paid[lots + self.n_buys :] = 1.0
            self._most(paid, limits.payout.amount)
            self._most(-paid, -limits.payout.amount)
        self._most(self._of_lots(np.where(taxed, p.lot_gain, 0.0)), limits.gain)
        if limits.loss_least > 0:
            counted = self.loss & ~(p.lot_long & limits.loss_short_only)
            self._most(self._of_lots(np.where(counted, p.lot_gain, 0.0)), -limits.loss_least)
        if self.piece is None:
            self._most(self._of_lots(p.lot_rate * p.lot_gain), limits.tax)
        else:
            self._write_piece(np.where(taxed, p.lot_gain, 0.0))
        for j in range(len(p.symbols)):  # only purchases are held against it
            if (self.buy_j == j).any():
                self._most(self.move[j], max(float(p.cap[j]), before[j]) - before[j])
        for least, most, members in self._groups():
            offset = float(members @ (self.x0 + p.target))
            self._most(members @ self.move, most - offset)
            self._most(-(members @ self.move), offset - least)
        self._write_traded()

    def _write_piece(self, gain: np.ndarray) -> None:
        assert self.piece is not None
        p, piece = self.p, self.piece
        short = self._of_lots(np.where(p.lot_long, 0.0, gain))
        long = self._of_lots(np.where(p.lot_long, gain, 0.0))
        for (s, g), most in zip(piece.a, piece.b, strict=True):
            self._most(s * short + g * long, float(most))
        tax = piece.short * short + piece.long * long
        self._most(tax, p.limits.tax - piece.constant)

    def _groups(self) -> Iterator[tuple[float, float, np.ndarray]]:
        p = self.p
        for name, least, most in p.limits.sectors:
            yield least, most, np.array([float(s == name) for s in p.sectors])
        for group in p.limits.groups:
            yield group.least, group.most, np.asarray(group.members, dtype=float)

    def _write_traded(self) -> None:
        p = self.p
        for j in range(len(p.symbols)):
            if p.most_sold is not None:
                mine = self._of_lots((p.lot_security == j).astype(float))
                self._most(mine, float(p.most_sold[j]))
            if p.most_bought is not None:
                row = np.zeros(self.size)
                row[self.n_lots : self.n_lots + self.n_buys] = self.buy_j == j
                self._most(row, float(p.most_bought[j]))

    # --- choices ---

    @property
    def counts_orders(self) -> bool:
        limits = self.p.limits
        return limits.min_trade > 0 or limits.ticket_cost > 0 or limits.max_trades is not None

    def best(self, tried: Tried = Tried.OPEN) -> Best:
        """Return the best plan of all choices."""
        self.programs = 0
        found = self._all() if tried is Tried.ALL else self._open()
        constant = 0.0 if self.piece is None else self.piece.constant
        return Best(found.objective + constant, found.sold, found.bought, self.programs)

    def _all(self) -> Best:
        best = Best(np.inf)
        orders = range(len(self.orders)) if self.counts_orders else ()
        for sides in itertools.product((True, False), repeat=len(self.sided)):
            for made in itertools.product((True, False), repeat=len(orders)):
                choices = _Choices(
                    dict(zip(self.sided, sides, strict=True)), dict(zip(orders, made, strict=True))
                )
                found = self._solved(choices)
                best = min(best, found, key=lambda b: b.objective)
        return best

    def _open(self) -> Best:
        best, waiting = Best(np.inf), [_Choices()]
        while waiting:
            choices = waiting.pop()
            found = self._solved(choices)
            if found.objective >= best.objective - SAME:
                continue
            further = self._broken(choices, found)
            if further:
                waiting.extend(further)
            else:
                best = found
        return best

    def _broken(self, choices: _Choices, found: Best) -> list[_Choices]:
        """Return both ways to decide the open choice that is broken most; none where all hold."""
        assert found.sold is not None
        assert found.bought is not None
        p = self.p
        sold = np.bincount(p.lot_set[self.loss], found.sold[self.loss], minlength=p.sets)
        bought = np.bincount(p.set_of, found.bought.sum(axis=0), minlength=p.sets)
        both = np.minimum(sold, bought)
        open_sets = [i for i in self.sided if i not in choices.selling and both[i] > SEEN]
        if open_sets:
            worst = max(open_sets, key=lambda i: both[i])
            return [choices.with_side(worst, way) for way in (False, True)]
        amount = self._amounts(found)
        traded = [n for n in range(len(amount)) if amount[n] > SEEN and n not in choices.made]
        limits = p.limits
        small = [n for n in traded if amount[n] < limits.min_trade - SEEN]
        made = sum(choices.made.values())
        most = limits.max_trades
        if small or (traded and limits.ticket_cost > 0 and not self.harvest):
            worst = max(small or traded, key=lambda n: amount[n])
        elif most is not None and traded and made + len(traded) > most:
            worst = max(traded, key=lambda n: amount[n])
        else:
            return []
        return [choices.with_order(worst, way) for way in (False, True)]

    def _amounts(self, found: Best) -> np.ndarray:
        assert found.sold is not None
        assert found.bought is not None
        dealt = np.concatenate([found.sold, found.bought[self.buy_a, self.buy_j]])
        return np.bincount(self.order_of, dealt, minlength=len(self.orders))

    # --- one program ---

    def _solved(self, choices: _Choices) -> Best:
        p, limits, lots = self.p, self.p.limits, self.n_lots
        made = sum(choices.made.values())
        if limits.max_trades is not None and made > limits.max_trades:
            return Best(np.inf)
        upper = self.upper.copy()
        for number, selling in choices.selling.items():
            if selling:
                upper[lots : lots + self.n_buys][p.set_of[self.buy_j] == number] = 0.0
            else:
                upper[:lots][self.loss & (p.lot_set == number)] = 0.0
        rows = list(self.rows)
        for number, is_made in choices.made.items():
            mine = np.append(self.order_of == number, np.zeros(len(p.cash), dtype=bool))
            if not is_made:
                upper[mine] = 0.0
            elif limits.min_trade > 0:
                rows.append((-mine.astype(float), -limits.min_trade))
        found = self._program(upper, rows)
        ticket = 0.0 if self.harvest else limits.ticket_cost
        return Best(found.objective + ticket * made, found.sold, found.bought)

    def _program(self, upper: np.ndarray, rows: list[tuple[np.ndarray, float]]) -> Best:
        """Return the best plan of: 0 <= v <= upper, rows, and a limit on tracking error."""
        self.programs += 1
        kept = upper > 0
        matrix = np.array([row for row, _ in rows])[:, kept]
        most = np.array([m for _, m in rows])
        empty = ~matrix.any(axis=1)
        if (most[empty] < -1e-9).any():
            return Best(np.inf)
        n = int(kept.sum())
        risky = self.root @ self.move[:, kept]
        start = self.root @ self.x0
        price = 0.0 if self.harvest else self.p.risk_aversion
        limit = self.p.limits.tracking_error
        a = [np.eye(n), -np.eye(n), matrix[~empty]]
        b = [upper[kept] * SCALE, np.zeros(n), most[~empty] * SCALE]
        kinds = [clarabel.NonnegativeConeT(2 * n + int((~empty).sum()))]
        if np.isfinite(limit):
            a += [np.zeros((1, n)), -risky]
            b += [np.array([limit * SCALE]), start * SCALE]
            kinds.append(clarabel.SecondOrderConeT(1 + len(start)))
        quadratic = 2 * price / SCALE * (risky.T @ risky)
        linear = self.cost[kept] + 2 * price * (risky.T @ start)
        constant = price * float(start @ start)
        if not n:
            inside = float(start @ start) <= limit**2 + 1e-12
            return self._unpacked(np.zeros(0), kept, constant if inside else np.inf)
        from scipy.sparse import csc_array

        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.max_threads = 1
        settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-10
        solver = clarabel.DefaultSolver(
            csc_array(np.triu(quadratic)),
            linear,
            csc_array(np.vstack(a)),
            np.concatenate(b),
            kinds,
            settings,
        )
        answer = solver.solve()
        if str(answer.status) not in {"Solved", "AlmostSolved", "InsufficientProgress"}:
            return Best(np.inf)
        value = answer.obj_val / SCALE + constant
        return self._unpacked(np.array(answer.x) / SCALE, kept, value)

    def _unpacked(self, found: np.ndarray, kept: np.ndarray, value: float) -> Best:
        variables = np.zeros(self.size)
        variables[kept] = np.maximum(found, 0.0)
        bought = np.zeros((len(self.p.account_ids), len(self.p.symbols)))
        bought[self.buy_a, self.buy_j] = variables[self.n_lots : self.n_lots + self.n_buys]
        return Best(value, variables[: self.n_lots], bought)


def best_plan(
    problem: EngineProblem,
    pieces: Iterable[TaxPiece | None] = (None,),
    tried: Tried = Tried.OPEN,
) -> Best:
    """Return the best plan over all choices and all pieces of the year's tax."""
    found = [Oracle(problem, piece).best(tried) for piece in pieces]
    return min(found, key=lambda b: b.objective)

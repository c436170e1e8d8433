"""A problem of the engine as a mixed-integer program for SCIP: binaries for sides and orders, one quadratic row."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from harvestdesk.optimize.engine.problem import EngineProblem, total_by

SCALE = 100.0
"""Weights and the objective are percent of value inside the solver."""


@dataclass(frozen=True)
class Judged:
    """What SCIP ends with: its best plan (infinite where it has none), what it proves, and how."""

    objective: float
    bound: float
    status: str
    seconds: float


class _Model:
    """A book of one account without rules beside weights, cash, sides and orders."""

    def __init__(self, problem: EngineProblem, seconds: float) -> None:
        from pyscipopt import Model, quicksum

        self.p, self.sum = problem, quicksum
        self.m = Model("plan")
        self.m.hideOutput()
        self.m.setParam("limits/time", seconds)
        self.m.setParam("limits/gap", 1e-6)
        p, m = problem, self.m
        loss_free = ~(p.is_loss & p.loss_locked[p.lot_security])
        most = np.where(loss_free, p.lot_weight, 0.0) * SCALE
        self.s = [m.addVar(lb=0, ub=float(x)) for x in most]
        room = np.where(p.buy_locked, 0.0, np.maximum(p.cap - p.held, 0.0)) * SCALE
        self.room = room
        self.u = [m.addVar(lb=0, ub=float(x)) for x in room]
        self.of_security = [np.flatnonzero(p.lot_security == j) for j in range(len(p.symbols))]
        self._cash()
        self._sides()
        self.tickets: list[Any] = []
        self._orders()
        self._objective()

    def _cash(self) -> None:
        p, m = self.p, self.m
        after = p.cash[0] * SCALE + self.sum(self.s) - self.sum(self.u)
        m.addCons(after >= 0)
        m.addCons(after <= float(p.limits.cash[0]) * SCALE)

    def _sides(self) -> None:
        p, m = self.p, self.m
        for number in range(p.sets):
            lots = np.flatnonzero(p.is_loss & (p.lot_set == number))
            names = np.flatnonzero(p.set_of == number)
            if not len(lots) or not self.room[names].any():
                continue
            z = m.addVar(vtype="B")
            for lot in lots:
                m.addCons(self.s[lot] <= float(p.lot_weight[lot] * SCALE) * z)
            for j in names:
                m.addCons(self.u[j] <= float(self.room[j]) * (1 - z))

    def _orders(self) -> None:
        limits, m = self.p.limits, self.m
        if limits.min_trade <= 0 and limits.ticket_cost <= 0 and limits.max_trades is None:
            return
        held = total_by(self.p.lot_security, self.p.lot_weight, len(self.p.symbols)) * SCALE
        for j, lots in enumerate(self.of_security):
            sold = self.sum(self.s[lot] for lot in lots)
            for amount, most in ((sold, held[j]), (self.u[j], self.room[j])):
                made = m.addVar(vtype="B")
                m.addCons(amount <= float(most) * made)
                m.addCons(amount >= limits.min_trade * SCALE * made)
                self.tickets.append(made)
        if limits.max_trades is not None:
            m.addCons(self.sum(self.tickets) <= limits.max_trades)

    def _objective(self) -> None:
        p, m = self.p, self.m
        x = [m.addVar(lb=None) for _ in p.symbols]
        for j, lots in enumerate(self.of_security):
            before = float(p.active[j] * SCALE)
            m.addCons(x[j] == before - self.sum(self.s[lot] for lot in lots) + self.u[j])
        f = [m.addVar(lb=None) for _ in range(p.loadings.shape[1])]
        for k, factor in enumerate(f):
            m.addCons(factor == self.sum(float(p.loadings[j, k]) * x[j] for j in range(len(x))))
        risk = m.addVar(lb=0)
        own = self.sum(float(p.specific[j]) * x[j] * x[j] for j in range(len(x)))
        m.addCons(self.sum(y * y for y in f) + own <= risk)
        cost = p.lot_rate * p.lot_gain + p.cost_rate
        traded = self.sum(float(c) * s for c, s in zip(cost, self.s, strict=True))
        traded = traded + p.cost_rate * self.sum(self.u)
        paid = p.limits.ticket_cost * SCALE * self.sum(self.tickets)
        m.setObjective(p.risk_aversion / SCALE * risk + traded + paid, "minimize")

    def judged(self) -> Judged:
        m = self.m
        m.optimize()
        best = m.getObjVal() / SCALE if m.getNSols() else np.inf
        return Judged(best, m.getDualbound() / SCALE, m.getStatus(), m.getSolvingTime())


def judged_by_scip(problem: EngineProblem, seconds: float = 60.0) -> Judged:
    """Return what SCIP makes of a problem of one account in so many seconds."""
    if len(problem.account_ids) > 1 or problem.situation is not None:
        raise AssertionError("the model knows one account and typed rates")
    return _Model(problem, seconds).judged()

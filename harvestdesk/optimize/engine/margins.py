"""What one dollar more sold, or bought, does to a plan: parts of a reduced cost at the plan's prices.

All are objective per weight, which is objective dollars per dollar traded; the objective is minimised, so a part
above zero speaks against the trade. The slope of risk is that of the trades as they are (in shares), the
prices of rows are those of the plan they were rounded from.
"""

from functools import cached_property

import numpy as np

from harvestdesk.optimize.engine.case import CASH, NETTING
from harvestdesk.optimize.engine.plan import EnginePlan
from harvestdesk.optimize.engine.problem import FloatArray, Mode
from harvestdesk.optimize.engine.trades import active_after

TRACKING_ERROR = "tracking_error"
SETTLED = 1e-4
"""Objective per weight by which a purchase may miss its margin: whole shares, the solver's last digits."""


class Margins:
    """Slopes of the objective round a plan, sides fixed."""

    def __init__(self, plan: EnginePlan) -> None:
        self._case, self._trades = plan.case, plan.trades
        self._rows = list(zip(plan.case.rows, plan.best.prices.rows, strict=True))
        p = self.problem = plan.case.problem
        self.active = active_after(p, plan.trades)
        self.tracking_error = float(np.sqrt(max(p.variance(self.active), 0.0)))
        limited = bool(np.isfinite(p.limits.tracking_error))
        self.limit_price = max(0.0, plan.best.prices.risk - p.risk_price) if limited else 0.0
        """Objective per variance that the limit on tracking error adds to what risk costs anyway."""

    @cached_property
    def slope(self) -> FloatArray:
        """[security] variance per weight more of it."""
        p = self.problem
        common = p.loadings @ (p.loadings.T @ self.active)
        return np.asarray(2 * (common + p.specific * self.active))

    @property
    def risk_price(self) -> float:
        """Objective per variance, the limit's price included."""
        return self.problem.risk_price + self.limit_price

    @cached_property
    def tax(self) -> FloatArray:
        """[lot] tax per weight sold, at the rates of the plan's place in the year's netting."""
        p = self.problem
        tax = p.lot_rate * p.lot_gain
        for row, price in self._rows:
            if row.kind == NETTING:  # on a line where tax bends the rate is between those beside it
                tax = tax + price * row.lots
        return np.asarray(tax)

    @cached_property
    def parts(self) -> dict[str, FloatArray]:
        """[lot] parts of the reduced cost by name; those of a rule are named by its row."""
        p = self.problem
        first = p.lot_gain if p.mode is Mode.HARVEST else p.lot_rate * p.lot_gain
        risk = -self.slope[p.lot_security]
        parts = {
            "tax": p.lot_gain if p.mode is Mode.HARVEST else self.tax,
            "trading": self._case.cost - first,
            "risk": p.risk_price * risk,
            "cash": np.zeros(len(p.lot_ids)),
            TRACKING_ERROR: self.limit_price * risk,
        }
        for number, (row, price) in enumerate(self._rows):
            if row.kind == NETTING or price == 0:
                continue
            part = price * row.lots
            if row.securities is not None:
                part = part - price * row.securities[p.lot_security]
            name = "cash" if row.kind == CASH else f"row:{number}"
            parts[name] = parts.get(name, 0.0) + part
        return parts

    @cached_property
    def reduced(self) -> FloatArray:
        """[lot] reduced cost: what one weight more of it sold costs, everything else settled anew."""
        return np.asarray(sum(self.parts.values()))

    def parts_of(self, lot: int) -> dict[str, float]:
        """Return the parts of one lot's reduced cost, its proceeds put where the account buys last.

        A purchase at its margin costs nothing in all: its parts take the place of the price of cash. Where
        the account buys nothing that could be more, `cash` stays: what cash is needed for, or has to go to.
        """
        parts = {name: float(part[lot]) for name, part in self.parts.items()}
        bought = self._last_purchase.get(int(self.problem.lot_account[lot]))
        if bought is None:
            return parts
        for name, part in bought.items():
            parts[name] = parts.get(name, 0.0) + part
        parts["risk"] -= sum(bought.values())
        return parts

    @cached_property
    def _last_purchase(self) -> dict[int, dict[str, float]]:
        """Return by account the parts of its largest purchase that could as well be more or less."""
        found: dict[int, dict[str, float]] = {}
        prices = self.problem.exact.prices
        for buy in sorted(self._trades.buys, key=lambda b: -(b.shares * prices[b.security])):
            parts = self.buy_parts(buy.account, buy.security)
            if buy.account not in found and abs(sum(parts.values())) <= SETTLED:
                found[buy.account] = parts
        return found

    def rule_of(self, name: str) -> tuple[str, str]:
        """Return kind and name of the rule a part belongs to; empty where it is no rule's."""
        if name == TRACKING_ERROR:
            return TRACKING_ERROR, ""
        if not name.startswith("row:"):
            return "", ""
        row = self._rows[int(name.removeprefix("row:"))][0]
        return row.kind, row.name

    def buy_parts(self, account: int, security: int) -> dict[str, float]:
        """Return the parts of one weight more of a security bought in an account."""
        p = self.problem
        extra = 0.0 if p.buy_extra is None else float(p.buy_extra[account, security])
        slope = float(self.slope[security])
        parts = {
            "trading": p.buy_cost + extra,
            "risk": p.risk_price * slope,
            "cash": 0.0,
            TRACKING_ERROR: self.limit_price * slope,
        }
        for number, (row, price) in enumerate(self._rows):
            if row.account == account:
                parts["cash"] -= float(price)
            if row.securities is not None and row.securities[security]:
                parts[f"row:{number}"] = float(price * row.securities[security])
        return parts

    def without(self, security: int, weight: float) -> float:
        """Return the tracking error with so much more of a security, all else as it is."""
        p = self.problem
        step = weight**2 * (float((p.loadings[security] ** 2).sum()) + float(p.specific[security]))
        variance = self.tracking_error**2 + weight * float(self.slope[security]) + step
        return float(np.sqrt(max(variance, 0.0)))

"""Small problems of the contract's `solve`, and the same problem written down once more for a plain solver."""

import itertools
from datetime import date, timedelta
from typing import Any

import numpy as np

AS_OF = date(2025, 12, 5)


def book(
    names: int = 8,
    lots: int = 3,
    *,
    seed: int = 0,
    accounts: int = 1,
    members: int = 1,
    **over: Any,
) -> dict[str, Any]:
    """Return a book with losses, gains and drift; `over` replaces fields of the document."""
    rng = np.random.default_rng(seed)
    target = rng.dirichlet(np.full(names, 3.0)) * 0.98
    held = rng.dirichlet(np.full(names, 8.0)) * 0.98
    securities, rows = [], []
    for j in range(names):
        price = float(rng.integers(20, 200))
        securities.append(
            {
                "symbol": f"S{j}",
                "price": price,
                "identical_set": f"G{j // members}",
                "target_weight": round(float(target[j]), 6),
                "max_weight": min(1.0, round(float(target[j]) * 2 + 0.05, 6)),
                "specific_variance": round(float(rng.uniform(0.02, 0.1)), 6),
                "loadings": [round(float(x), 6) for x in rng.normal(0.1, 0.08, 3)],
                "sector": "Energy" if j % 2 else "Utilities",
            }
        )
        for k in range(lots):
            days = int(rng.integers(2, 900))
            rows.append(
                {
                    "id": f"l{j}-{k}",
                    "account": f"A{int(rng.integers(accounts))}",
                    "symbol": f"S{j}",
                    "shares": f"{held[j] / lots * 1_000_000 / price:.4f}",
                    "basis_per_share": f"{price * float(rng.uniform(0.6, 1.5)):.2f}",
                    "acquired": (AS_OF - timedelta(days=days)).isoformat(),
                }
            )
    kinds = ("taxable", "ira", "roth_ira")
    return {
        "schema": "harvestdesk.problem/1",
        "as_of": AS_OF.isoformat(),
        "mode": "rebalance",
        "securities": securities,
        "accounts": [{"id": f"A{a}", "type": kinds[a], "cash": "9000"} for a in range(accounts)],
        "lots": rows,
        "tax": {"rate_short": 0.408, "rate_long": 0.238},
        "objective": {"risk_aversion": 10.0, "cost_rate": 0.0005},
        "locks": {"buy": [], "loss_sale": []},
        "limits": {},
        "fractional": True,
        **over,
    }


class Plain:
    """The problem as the contract states it, one convex program for each choice of sides.

    Knows the JSON document only; nothing of the engine.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.d = document
        self.symbols = [s["symbol"] for s in document["securities"]]
        at = {s: j for j, s in enumerate(self.symbols)}
        self.price = np.array([s["price"] for s in document["securities"]])
        self.lot_j = np.array([at[x["symbol"]] for x in document["lots"]])
        self.accounts = [a["id"] for a in document["accounts"]]
        self.lot_a = np.array([self.accounts.index(x["account"]) for x in document["lots"]])
        dollars = np.array([float(x["shares"]) for x in document["lots"]]) * self.price[self.lot_j]
        cash = np.array([float(a["cash"]) for a in document["accounts"]])
        value = dollars.sum() + cash.sum()
        self.w, self.cash = dollars / value, cash / value
        basis = np.array([float(x["basis_per_share"]) for x in document["lots"]])
        self.gain = 1 - basis / self.price[self.lot_j]
        taxed = np.array([a["type"] == "taxable" for a in document["accounts"]])[self.lot_a]
        days = [(AS_OF - date.fromisoformat(x["acquired"])).days for x in document["lots"]]
        long = np.array(days) > 366
        rates = document["tax"]
        short_rate, long_rate = rates.get("rate_short", 0.0), rates.get("rate_long", 0.0)
        self.taxed, self.long = taxed, long
        self.rate = np.where(taxed, np.where(long, long_rate, short_rate), 0.0)
        self.loss = taxed & (self.gain < 0)
        self.sets = [s["identical_set"] for s in document["securities"]]

    def best(self) -> float:
        """Return the optimum over all sides."""
        names = sorted(set(self.sets))
        values = [
            self.solve(dict(zip(names, sides, strict=True)))
            for sides in itertools.product((True, False), repeat=len(names))
        ]
        return min(values) if self.d["mode"] == "rebalance" else max(values)

    def results(self) -> np.ndarray:
        """Return [term, lot] taxed gain per weight sold, short first."""
        gain = np.where(self.taxed, self.gain, 0.0)
        return np.array([np.where(self.long, 0.0, gain), np.where(self.long, gain, 0.0)])

    def solve(
        self,
        selling: dict[str, bool],
        *,
        tax: tuple[float, float, float] | np.ndarray | None = None,
        budget: tuple[float, float, float] | None = None,
        inside: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> float:
        """Return the optimum with a side for each set; infinite if there is no plan.

        Args:
            tax: short rate, long rate and constant instead of the typed rates; of several, the most counts.
            budget: the same for a tax budget, where it counts otherwise than the objective.
            inside: (A, b): the short and long results r keep A r <= b.
        """
        import cvxpy as cp

        d, n, lots = self.d, len(self.symbols), len(self.w)
        s, u = cp.Variable(lots), cp.Variable((len(self.accounts), n))
        sold = np.eye(n)[self.lot_j].T @ s
        held = np.eye(n)[self.lot_j].T @ self.w
        after = held - sold + cp.sum(u, axis=0)
        x = after - np.array([q["target_weight"] for q in d["securities"]])
        loadings = np.array([q["loadings"] for q in d["securities"]])
        spec = np.array([q["specific_variance"] for q in d["securities"]])
        variance = cp.sum_squares(loadings.T @ x) + cp.sum(cp.multiply(spec, cp.square(x)))
        side = np.array([selling[g] for g in self.sets])
        may_sell = ~self.loss | side[self.lot_j]
        harvest = d["mode"] == "harvest"
        if harvest:
            may_sell &= self.loss
        may_buy = ~side if self.loss.any() else np.ones(n, bool)
        cash = self.cash + np.eye(len(self.accounts))[self.lot_a].T @ s - cp.sum(u, axis=1)
        cap = np.maximum([q["max_weight"] for q in d["securities"]], held)
        rules = [
            s >= 0,
            s <= self.w * may_sell,
            u >= 0,
            cp.sum(u, axis=0) <= 2.0 * may_buy,
            cash >= 0,
            cash <= self.cash,
            after <= cap,
        ]
        limits = d["limits"]
        if "tracking_error" in limits:
            rules.append(variance <= limits["tracking_error"] ** 2)
        if "turnover" in limits:
            rules.append(cp.sum(s) <= limits["turnover"])
        if "gain_budget" in limits:
            rules.append(np.where(self.taxed, self.gain, 0) @ s <= limits["gain_budget"])
        cost = d["objective"]["cost_rate"]
        owed = (self.rate * self.gain) @ s
        if tax is not None:
            lines = np.atleast_2d(np.array(tax))
            owed = cp.max(lines[:, :2] @ (self.results() @ s) + lines[:, 2])
        if inside is not None:
            rules.append(inside[0] @ (self.results() @ s) <= inside[1])
        if "tax_budget" in limits:
            due = owed
            if budget is not None:
                due = np.array(budget[:2]) @ (self.results() @ s) + budget[2]
            rules.append(due <= limits["tax_budget"])
        value = d["objective"]["risk_aversion"] * variance + owed + cost * (cp.sum(s) + cp.sum(u))
        goal = cp.Maximize(-self.gain @ s) if harvest else cp.Minimize(value)
        problem = cp.Problem(goal, rules)
        problem.solve(solver=cp.CLARABEL)
        if problem.status not in {cp.OPTIMAL, cp.OPTIMAL_INACCURATE}:
            return -np.inf if harvest else np.inf
        return float(problem.value)

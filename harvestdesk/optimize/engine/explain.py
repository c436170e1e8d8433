"""Why a plan sells, buys and keeps what it does, and what its rules cost, from the plan's own prices.

At the prices of a plan (its sides fixed) every security stands alone (methods 1.3), so the objective of one
dollar more of a lot is a sum of parts: tax, trading, tracking error, cash, and each rule that binds. That sum is
the *reduced cost* of the lot: nothing for a lot at the margin, above nothing for one the plan keeps. With the
sides as they are the best objective is convex in what is sold of a lot, so reduced cost times dollars is the
least that selling more of it costs ("at the margin"; a first-order figure); `counterfactual` has the exact one.

How a household plan turns these into its reasons: `sales`, `buys` and `kept` carry codes of optimize.plan_codes
with their facts already as text (money in plain dollars, `*_bp` basis points). `symbol`, `account` and
`rule_name` are the problem's own names, which the caller replaces by those people know; facts the engine does
not know (`acquired_on`, lock dates) the caller adds. `left_alone` and `lock_stops` mean that the caller knows
better: it has the rule, or the lock, that took the lot out before the engine saw it. A lot sold in part is in
both `sales` and `kept`. `prices` are ready for PlanMeasures, but for `name`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

import numpy as np

from harvestdesk.domain.conflict import RuleKind
from harvestdesk.domain.proposal import RulePrice
from harvestdesk.optimize.engine.case import objective_of
from harvestdesk.optimize.engine.columns import whole_columns
from harvestdesk.optimize.engine.duals import bound_of
from harvestdesk.optimize.engine.margins import Margins
from harvestdesk.optimize.engine.plan import EnginePlan
from harvestdesk.optimize.engine.problem import EngineProblem, FloatArray, Mode
from harvestdesk.optimize.engine.rule_prices import rule_prices
from harvestdesk.optimize.engine.trades import Buy, Sale
from harvestdesk.optimize.plan_codes import (
    PLAN_KEPT_REASONS,
    PLAN_PURCHASE_REASONS,
    PLAN_SALE_REASONS,
)
from harvestdesk.optimize.problem import Side

SMALL_DOLLARS = 0.5
"""Objective below which a figure says nothing: whole shares and the solver's last digits."""
LEAST_DOLLARS = 0.01
CODES = {**PLAN_SALE_REASONS, **PLAN_PURCHASE_REASONS, **PLAN_KEPT_REASONS}
BP = 1e4
DUST = 1e-9


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a lot is sold or kept.

    Attributes:
        dollars: reduced cost of all that is left of a kept lot; of a sale, what all of it brings (negative).
        rate: the same per dollar sold.
    """

    lot: int
    code: str
    facts: Mapping[str, str]
    dollars: float = 0.0
    rate: float = 0.0


@dataclass(frozen=True, slots=True)
class BuyExplained:
    """Why a security is bought in an account."""

    account: int
    security: int
    code: str
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Explanations:
    """Every trade and every lot left, explained.

    Attributes:
        next_best: [security number -> lot] of securities with lots left: the one that costs least to sell.
        next_lots: lots left in the order of what selling a dollar more of them costs, cheapest first.
    """

    sales: tuple[Explained, ...]
    buys: tuple[BuyExplained, ...]
    kept: tuple[Explained, ...]
    prices: tuple[RulePrice, ...]
    next_best: Mapping[int, int] = field(default_factory=dict)
    next_lots: tuple[int, ...] = ()


def explained(problem: EngineProblem, plan: EnginePlan) -> Explanations:
    """Return why the plan trades what it trades and keeps what it keeps."""
    return _Explainer(problem, plan).all()


def money(dollars: float) -> str:
    """Return dollars as the fact of a code."""
    return str(Decimal(f"{dollars:.2f}") + 0)


def _above(dollars: float) -> str:
    """Return dollars above nothing; empty where there are none."""
    return money(dollars) if dollars >= LEAST_DOLLARS else ""


def _complete(code: str, facts: Mapping[str, str]) -> dict[str, str]:
    """Return exactly the facts of a code; those nobody knows here are empty."""
    return {name: facts.get(name, "") for name in CODES[code].facts}


class _Explainer:
    """One plan, its margins, and what is left of each lot."""

    def __init__(self, problem: EngineProblem, plan: EnginePlan) -> None:
        self._problem, self._plan = problem, plan
        self._margins = Margins(plan)
        self._value = float(problem.exact.value)
        self._sold = np.zeros(len(problem.lot_ids))
        for sale in plan.trades.sales:
            self._sold[sale.lot] = self._weight(int(problem.lot_security[sale.lot]), sale.shares)
        self._left = np.maximum(problem.lot_weight - self._sold, 0.0)
        self._reduced = self._margins.reduced
        self._bought_sets: dict[int, list[str]] = {}
        for security in sorted({buy.security for buy in plan.trades.buys}):
            names = self._bought_sets.setdefault(int(problem.set_of[security]), [])
            names.append(problem.symbols[security])

    def all(self) -> Explanations:
        lots = range(len(self._problem.lot_ids))
        left = [lot for lot in lots if self._left[lot] > DUST]
        kept = tuple(self._kept(lot) for lot in left)
        free = sorted((k for k in kept if self._could_sell(k.lot)), key=lambda k: (k.rate, k.lot))
        nearest: dict[int, int] = {}
        for item in free:
            nearest.setdefault(int(self._problem.lot_security[item.lot]), item.lot)
        return Explanations(
            tuple(self._sale(sale) for sale in self._plan.trades.sales),
            tuple(self._buy(buy) for buy in self._plan.trades.buys),
            kept,
            rule_prices(self._plan, self._margins),
            nearest,
            tuple(item.lot for item in free),
        )

    def _weight(self, security: int, shares: Decimal) -> float:
        exact = self._problem.exact
        return float(shares * exact.prices[security] / exact.value)

    def _could_sell(self, lot: int) -> bool:
        p = self._problem
        other_side = p.is_loss[lot] and int(p.lot_set[lot]) in self._bought_sets
        return bool(p.sellable[lot]) and not other_side

    def _named(self, lot: int) -> dict[str, str]:
        p = self._problem
        return {
            "symbol": p.symbols[int(p.lot_security[lot])],
            "account": p.account_ids[int(p.lot_account[lot])],
        }

    # --- trades ---

    def _sale(self, sale: Sale) -> Explained:
        p, lot, weight = self._problem, sale.lot, float(self._sold[sale.lot])
        gain = sale.shares * (p.exact.prices[int(p.lot_security[lot])] - p.exact.basis[lot])
        dollars = weight * self._value
        tax = 0.0 if p.mode is Mode.HARVEST else float(self._margins.tax[lot]) * dollars
        code, rule = self._why_sold(lot)
        net = -float(self._reduced[lot]) * dollars
        facts = {
            **self._named(lot),
            "proceeds": money(dollars),
            "gain": money(float(gain)),
            "loss": money(-float(gain)) if gain < 0 else "",
            "term": "long" if p.lot_long[lot] else "short",
            "tax_at_margin": _above(tax),
            "saved_at_margin": _above(-tax),
            "net": _above(net),
            **self._risk(int(p.lot_security[lot]), weight),
            **rule,
        }
        return Explained(lot, code, _complete(code, facts), -net, float(self._reduced[lot]))

    def _why_sold(self, lot: int) -> tuple[str, dict[str, str]]:
        """Return the code of the largest part that speaks for a sale, and the rule that asks for it."""
        parts = self._margins.parts_of(lot)
        name = min(parts, key=lambda n: parts[n])
        kind, which = self._margins.rule_of(name)
        rule = {"rule": kind, "rule_name": which}
        if name == "tax":
            harvest = self._problem.mode is Mode.HARVEST
            return ("sale_takes_loss" if harvest else "sale_saves_tax"), rule
        if name == "cash":
            return "sale_raises_cash", rule
        return ("sale_for_rule" if kind else "sale_cuts_risk"), rule

    def _risk(self, security: int, weight: float) -> dict[str, str]:
        """Return what a trade by itself does to tracking error: against the plan without it."""
        margins = self._margins
        without = margins.without(security, weight)
        removed = (without - margins.tracking_error) * BP
        price = margins.problem.risk_price * (without**2 - margins.tracking_error**2)
        return {
            "removed_bp": f"{removed:.2f}" if removed > 0 else "",
            "added_bp": f"{-removed:.2f}" if removed < 0 else "",
            "risk": _above(price * self._value),
        }

    def _buy(self, buy: Buy) -> BuyExplained:
        p, j = self._problem, buy.security
        weight = self._weight(j, buy.shares)
        parts = self._margins.buy_parts(buy.account, j)
        name = min(parts, key=lambda n: parts[n])
        kind, which = self._margins.rule_of(name)
        risk = self._risk(j, -weight)
        code = "buy_cuts_risk" if risk["removed_bp"] else "buy_spends_cash"
        facts = {
            "symbol": p.symbols[j],
            "account": p.account_ids[buy.account],
            "amount": money(weight * self._value),
            **risk,
            "rule": kind,
            "rule_name": which,
        }
        code = "buy_for_rule" if kind else code
        return BuyExplained(buy.account, j, code, _complete(code, facts))

    # --- what is left ---

    def _kept(self, lot: int) -> Explained:
        p = self._problem
        rate, left = float(self._reduced[lot]), float(self._left[lot]) * self._value
        facts = {**self._named(lot), "gain": money(float(p.lot_gain[lot]) * left)}
        code, more = self._why_kept(lot, rate * left, left)
        return Explained(lot, code, _complete(code, {**facts, **more}), rate * left, rate)

    def _why_kept(self, lot: int, net: float, left: float) -> tuple[str, dict[str, str]]:
        p = self._problem
        if not p.sellable[lot]:
            return self._not_sellable(lot)
        symbols = self._bought_sets.get(int(p.lot_set[lot]))
        if symbols and p.is_loss[lot]:
            return "other_side", {"bought_symbols": ", ".join(symbols), "lead": self._lead(lot)}
        if self._rounded_away(lot):
            return self._rounding(lot, left)
        return self._by_price(lot, net, left)

    def _by_price(self, lot: int, net: float, left: float) -> tuple[str, dict[str, str]]:
        """Return what the prices say of a lot that could be sold."""
        parts = {n: part * left for n, part in self._margins.parts_of(lot).items()}
        stopped = self._stopped(lot, net, parts)
        if stopped is not None:
            return stopped
        if self._sold[lot] > DUST and abs(net) <= max(SMALL_DOLLARS, 1e-4 * left):
            return "at_margin", {"left": money(left)}
        if net < -SMALL_DOLLARS:
            return self._order_missing(net)
        return "not_worth", self._sum_of(parts, net)

    def _order_missing(self, net: float) -> tuple[str, dict[str, str]]:
        """Return why a lot is kept that would pay at the margin: its order is one too many, or unproven."""
        limits = self._problem.limits
        ticket = limits.ticket_cost * self._value
        if limits.max_trades is not None and self._orders >= limits.max_trades:
            return "rule_stops", {"rule": RuleKind.MAX_TRADES, "worth": money(-net)}
        if ticket > 0:
            return "ticket_not_worth", {"worth": money(-net), "ticket": money(ticket)}
        if limits.min_trade > 0:
            return "order_too_small", {"min_trade": money(limits.min_trade * self._value)}
        return "within_gap", {"dollars": money(-net)}

    @cached_property
    def _orders(self) -> int:
        p, trades = self._problem, self._plan.trades
        sales = {(int(p.lot_account[s.lot]), int(p.lot_security[s.lot])) for s in trades.sales}
        return len(sales) + len(trades.buys)

    def _not_sellable(self, lot: int) -> tuple[str, dict[str, str]]:
        p = self._problem
        if p.left_alone is not None and p.left_alone[lot]:
            return "left_alone", {}
        if p.is_loss[lot] and p.loss_locked[p.lot_security[lot]]:
            return "lock_stops", {}
        if p.lot_most[lot] <= 0:
            return "left_by_rounding", {"shares": str(p.exact.shares[lot])}
        return "kept_gain", {}  # the harvest maximiser sells losses that count, nothing else

    def _rounded_away(self, lot: int) -> bool:
        """True where the plan in weights sold what the plan in shares does not."""
        wanted = float(self._plan.best.sold[lot])
        p = self._problem
        share = float(p.exact.prices[int(p.lot_security[lot])]) / self._value
        crumb = not p.fractional and self._left[lot] < share
        return bool(crumb or wanted - self._sold[lot] > max(1e-7, 0.5 * float(self._left[lot])))

    def _rounding(self, lot: int, left: float) -> tuple[str, dict[str, str]]:
        p = self._problem
        least = p.limits.min_trade
        order = (p.lot_security == p.lot_security[lot]) & (p.lot_account == p.lot_account[lot])
        wanted = float(self._plan.best.sold[order].sum())
        if self._sold[lot] <= DUST and 0 < wanted < least:
            return "order_too_small", {
                "value": money(wanted * self._value),
                "min_trade": money(least * self._value),
            }
        shares = left / float(p.exact.prices[int(p.lot_security[lot])])
        return "left_by_rounding", {"shares": f"{shares:.6f}".rstrip("0").rstrip(".")}

    def _stopped(
        self, lot: int, net: float, parts: dict[str, float]
    ) -> tuple[str, dict[str, str]] | None:
        """Return the rule without which the sale would pay, or None where none stops it."""
        p = self._problem
        j = int(p.lot_security[lot])
        of_security = float(self._sold[p.lot_security == j].sum())
        if p.most_sold is not None and of_security >= p.most_sold[j] * (1 - 1e-6):
            return "rule_stops", {"rule": RuleKind.VOLUME, "worth": money(max(-net, 0.0))}
        rules = {n: x for n, x in parts.items() if self._margins.rule_of(n)[0] and x > 0}
        own = net - sum(rules.values())
        if not rules or own >= 0:
            return None
        name = max(rules, key=lambda n: rules[n])
        kind, which = self._margins.rule_of(name)
        return "rule_stops", {
            "rule": kind,
            "rule_name": which,
            "worth": money(-own),
            "price": money(rules[name]),
        }

    def _sum_of(self, parts: dict[str, float], net: float) -> dict[str, str]:
        """Return the parts of a reduced cost as facts; they add up to `dollars`."""
        known = {n: parts[n] for n in ("tax", "trading", "risk", "cash")}
        rest = sum(x for n, x in parts.items() if n not in known)
        return {
            "dollars": money(net),
            "tax": money(known["tax"]),
            "trading": money(known["trading"]),
            "risk": money(known["risk"]),
            "cash": money(known["cash"]) if abs(known["cash"]) >= SMALL_DOLLARS else "",
            "rules": money(rest) if abs(rest) >= SMALL_DOLLARS else "",
        }

    def _lead(self, lot: int) -> str:
        """Return the least by which the plan would be worse with a lot's set sold; empty where unproven."""
        lead = float(self._forced[int(self._problem.lot_set[lot])]) * self._value
        return money(lead) if SMALL_DOLLARS < lead < np.inf else ""

    @cached_property
    def _forced(self) -> FloatArray:
        """[set] what the plan's prices prove that having it on the selling side costs, all others open."""
        plan = self._plan
        columns = whole_columns(plan.case.problem, plan.case.cost)
        sides = np.full(len(plan.best.sides), int(Side.OPEN), dtype=np.intp)
        bound = bound_of(plan.case, columns, plan.best.prices, sides)
        best = np.minimum(np.minimum(bound.selling, bound.buying), bound.nothing)
        extra = np.where(np.isfinite(bound.selling), bound.selling - best, np.inf)
        objective = objective_of(plan.case, plan.best.sold, plan.best.bought, plan.best.paid)
        return np.asarray(bound.value + extra - objective)

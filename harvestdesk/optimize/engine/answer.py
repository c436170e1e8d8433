"""The answer of the contract's `solve`, as plain data."""

from typing import Any

from harvestdesk.domain.money import decimal_text, money_text
from harvestdesk.optimize.engine.plan import EnginePlan
from harvestdesk.optimize.engine.problem import EngineProblem


def answer_document(problem: EngineProblem, plan: EnginePlan) -> dict[str, Any]:
    """Return the JSON document of a plan: ratios as numbers, money and shares as text."""
    figures = plan.figures
    sells = [
        {
            "action": "sell",
            "account": problem.account_ids[problem.lot_account[sale.lot]],
            "lot": problem.lot_ids[sale.lot],
            "symbol": problem.symbols[problem.lot_security[sale.lot]],
            "shares": decimal_text(sale.shares),
        }
        for sale in plan.trades.sales
    ]
    buys = [
        {
            "action": "buy",
            "account": problem.account_ids[buy.account],
            "symbol": problem.symbols[buy.security],
            "shares": decimal_text(buy.shares),
        }
        for buy in plan.trades.buys
    ]
    return {
        "status": plan.status.value,
        "objective": figures.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "tracking_error": figures.tracking_error,
        "turnover": figures.turnover,
        "tax_cost": money_text(figures.tax_cost),
        "later_saved": money_text(figures.later_saved),
        "realised_loss": money_text(figures.realised_loss),
        "trades": sells + buys,
        "payouts": [
            {"account": account, "amount": money_text(paid)}
            for account, paid in zip(problem.account_ids, figures.payouts, strict=True)
            if paid
        ],
        "orders": figures.orders,
        "duals": plan.duals,
        "rounding_cost": plan.rounding,
        "nodes": plan.nodes,
        "broken_rules": list(figures.broken),
        "seconds": {name: round(value, 6) for name, value in plan.seconds.items()},
        "solver": plan.solver,
        "solver_version": plan.version,
    }

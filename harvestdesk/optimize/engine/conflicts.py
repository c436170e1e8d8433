"""When nothing is feasible: an elastic solve that says which rules are in conflict, and the cheapest way out."""

import numpy as np

from harvestdesk.domain.errors import NoPlanError
from harvestdesk.optimize.engine.case import CASH, GAIN, SECTOR, TAX, TURNOVER, Case
from harvestdesk.optimize.engine.columns import whole_columns
from harvestdesk.optimize.engine.relaxation import Elastic
from harvestdesk.optimize.engine.search import Effort

LEAST_EXCESS = 1e-6
"""Fractions of value (of tracking error: itself) below which a rule isn't exceeded."""
LEAST_PRICE = 1e-4


def conflict_of(case: Case, effort: Effort) -> NoPlanError:
    """Return the error that names the rules in conflict and the least that would have to give."""
    del effort
    elastic = Elastic(case, whole_columns(case.problem, case.cost))
    elastic.solve()
    gives, binds = [], []
    for row, over, under, price in zip(
        case.rows, elastic.over, elastic.under, elastic.prices, strict=True
    ):
        name = _rule(row.kind, row.name)
        if over > LEAST_EXCESS:
            gives.append(f"{name} would have to be {_amount(case, row.kind, row.most + over)}")
        elif under > LEAST_EXCESS:
            gives.append(f"{name} would have to be {_amount(case, row.kind, row.least - under)}")
        elif abs(price) > LEAST_PRICE:
            binds.append(name)
    limit = case.problem.limits.tracking_error
    if elastic.risk_over > LEAST_EXCESS**2:
        least = float(np.sqrt(limit**2 + elastic.risk_over))
        gives.append(f"limits.tracking_error would have to be {least:.6f}")
    binds += [] if not (case.problem.buy_locked | case.problem.loss_locked).any() else ["locks"]
    rules = "; ".join(gives) or "the sides of the identical sets leave no plan"
    beside = f" In conflict with: {', '.join(binds)}." if binds else ""
    return NoPlanError(
        f"No plan keeps every rule: {rules}.{beside}", code="infeasible", rules=rules
    )


def _rule(kind: str, name: str) -> str:
    if kind == CASH:
        return f"cash of account {name}"
    return f"limits.sectors.{name}" if kind == SECTOR else f"limits.{kind}"


def _amount(case: Case, kind: str, weight: float) -> str:
    if kind in {TURNOVER, SECTOR}:
        return f"{weight:.6f}"
    dollars = float(case.problem.exact.value) * weight
    return (
        f"{dollars:,.2f} dollars ({weight:.6f})" if kind in {CASH, TAX, GAIN} else f"{weight:.6f}"
    )

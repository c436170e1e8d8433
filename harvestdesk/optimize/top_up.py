"""Use the room whole shares left under the limit: whole lots more, the best per basis point first."""

from dataclasses import replace

import numpy as np

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import ZERO
from harvestdesk.optimize.build import Built
from harvestdesk.optimize.eligibility import smallest_loss
from harvestdesk.optimize.marginal import Margins, Swap
from harvestdesk.optimize.problem import IntArray
from harvestdesk.optimize.rounding import RoundedPlan, plan_of
from harvestdesk.optimize.solve import SolveLimits

ROOM_KEPT = 0.999
"""Share of the limit filled up to: purchases are rounded once more afterwards."""


def top_up(built: Built, sides: IntArray, plan: RoundedPlan, limits: SolveLimits) -> RoundedPlan:
    """Return the plan with further lots sold while the limit holds, or the plan itself."""
    margins = Margins(built, plan.sold, plan.bought)
    limit = built.problem.limit * ROOM_KEPT
    if plan.tracking_error >= limit:
        return plan
    sold = list(plan.sold)
    for swap in _in_order(built, margins, plan):
        now = margins.swap(swap.lot) if margins.sellable(swap.lot) else None
        if now is not None and margins.after(now) <= limit:
            margins.apply(now)
            sold[swap.lot] = built.losses[swap.lot].free_shares
    if tuple(sold) == plan.sold:
        return plan
    more = plan_of(built, sides, sold, limits)
    if more.tracking_error > built.problem.limit:
        return plan
    return replace(more, repairs=plan.repairs)


def _in_order(built: Built, margins: Margins, plan: RoundedPlan) -> list[Swap]:
    """Return swaps of what is left of each lot that pays, most value per basis point first."""
    p, settings = built.problem, built.settings
    base = float(np.sqrt(margins.variance))
    ranked: list[tuple[float, Swap]] = []
    ordered: dict[tuple[AccountId, SecurityId], float] = {}
    for loss, sold in zip(built.losses, plan.sold, strict=True):
        key = (loss.lot.account_id, loss.lot.security_id)
        ordered[key] = ordered.get(key, 0.0) + float(sold * loss.price.value)
    for number, loss in enumerate(built.losses):
        left = margins.left[number]
        order = ordered[loss.lot.account_id, loss.lot.security_id] + float(left * loss.price.value)
        if left == ZERO or order < settings.min_trade or not margins.sellable(number):
            continue
        if left * loss.allowed_per_share < smallest_loss(settings):
            continue
        swap = margins.swap(number)
        cost = 0.0 if swap is None or swap.purchase < 0 else p.buy_cost[swap.purchase]
        if swap is not None and p.lot_value[number] > cost:
            value = (p.lot_value[number] - cost) * swap.weight
            ranked.append((value / max(margins.after(swap) - base, 1e-12), swap))
    return [swap for _, swap in sorted(ranked, key=lambda r: -r[0])]

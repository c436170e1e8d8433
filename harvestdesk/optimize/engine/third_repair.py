"""No more orders than allowed, where one set of identical securities may be several of them."""

from dataclasses import replace

import numpy as np

from harvestdesk.optimize.engine.problem import LEAST_ORDER, EngineProblem, FloatArray


def without_excess_orders(
    problem: EngineProblem, sold: FloatArray, bought: FloatArray, most: int
) -> EngineProblem | None:
    """Return the problem without the smallest of too many orders, or None where there are not too many.

    Half of what is too much goes at a time: the rest takes up what they did. Sold is [lot], bought [purse,
    security].
    """
    names = len(problem.symbols)
    number = problem.lot_account * names + problem.lot_security
    sales = np.bincount(number, sold, minlength=len(problem.account_ids) * names)
    sizes = np.concatenate([sales[sales > LEAST_ORDER], bought[bought > LEAST_ORDER]])
    over = len(sizes) - most
    if over <= 0 or not len(sizes):
        return None
    over = min(over, len(sizes))
    limit = float(np.sort(sizes)[(over + 1) // 2 - 1])
    # What isn't traded now stays so: it would only be an order more.
    lots = sales[number] <= limit
    if problem.left_alone is not None:
        lots |= problem.left_alone
    menus = True if problem.may_buy is None else problem.may_buy
    may_buy = menus & (bought > limit)[problem.purses.of_account]
    return replace(problem, left_alone=lots, may_buy=may_buy)

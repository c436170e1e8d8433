"""What whole shares and smallest orders may leave of an account's proceeds in cash.

The solver spends proceeds to the last cent; no broker does. Rounding keeps what stays below these figures,
and the relaxation allows for them, so that its bound holds for plans in shares as well.
"""

from collections.abc import Container, Sequence
from decimal import ROUND_CEILING, Decimal

from harvestdesk.domain.account import Account
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.proposal import HarvestSettings
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.candidates import Candidate

WHOLE = Decimal(1)
FRACTION = Decimal("0.0001")
CENT = Decimal("0.01")


def share_step(account: Account) -> Decimal:
    """Return the smallest part of a share an account's broker trades."""
    return FRACTION if account.fractional else WHOLE


def smallest_order(price: Decimal, step: Decimal, min_trade: Decimal) -> Decimal:
    """Return the dollars of the smallest purchase that is at least `min_trade`."""
    unit = price * step
    steps = max(Decimal(1), (min_trade / unit).to_integral_value(ROUND_CEILING))
    return steps * unit


def order_of(
    snapshot: HouseholdSnapshot, settings: HarvestSettings, candidate: Candidate
) -> Decimal:
    """Return the dollars of the smallest purchase of a candidate."""
    step = share_step(snapshot.account_by_id[candidate.account_id])
    price = snapshot.prices.prices[candidate.security_id].value
    return smallest_order(price, step, settings.min_trade)


def most_unspent(
    snapshot: HouseholdSnapshot,
    settings: HarvestSettings,
    purchases: Sequence[Candidate],
    may_be_sold: Container[SecurityId],
) -> dict[AccountId, Decimal]:
    """Return the dollars below which an account's proceeds may stay in cash.

    With as much left, something could still be bought: the cheapest candidate that no plan sells or, where
    every candidate may be sold instead, whichever is left of them.
    """
    sure: dict[AccountId, Decimal] = {}
    unsure: dict[AccountId, Decimal] = {}
    for candidate in purchases:
        # A cent for the rounding of the order, one for that of the proceeds.
        order = cents(order_of(snapshot, settings, candidate)) + 2 * CENT
        account = candidate.account_id
        if candidate.security_id in may_be_sold:
            unsure[account] = max(unsure.get(account, ZERO), order)
        else:
            sure[account] = min(sure.get(account, order), order)
    return {**unsure, **sure}

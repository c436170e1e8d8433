"""What whole shares and smallest orders may leave of an account's proceeds in cash.

The solver spends proceeds to the last cent; no broker does. Rounding keeps what stays below these figures,
and the relaxation allows for them, so that its bound holds for plans in shares as well.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from harvestdesk.domain.account import Account
from harvestdesk.domain.ids import AccountId
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


def most_unspent(
    snapshot: HouseholdSnapshot, settings: HarvestSettings, purchases: Sequence[Candidate]
) -> dict[AccountId, Decimal]:
    """Return the dollars below which an account's proceeds may stay in cash: its dearest smallest order.

    With as much left, any of the account's candidates could still be bought.
    """
    most: dict[AccountId, Decimal] = {}
    for candidate in purchases:
        step = share_step(snapshot.account_by_id[candidate.account_id])
        price = snapshot.prices.prices[candidate.security_id].value
        order = cents(smallest_order(price, step, settings.min_trade)) + 2 * CENT
        most[candidate.account_id] = max(most.get(candidate.account_id, ZERO), order)
    return most

"""Whether a named relief method sells exactly the lots a plan chose, so that no lots need be named."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account import ReliefMethod
from harvestdesk.domain.ids import LotId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import ZERO
from harvestdesk.tax.relief import order_lots


def method_that_sells(
    chosen: Mapping[LotId, Decimal],
    held: Sequence[TaxLot],
    methods: Iterable[ReliefMethod],
    on: date,
    price: Decimal,
) -> ReliefMethod | None:
    """Return the first of `methods` that sells the shares of `chosen` from `held`, or None.

    `held` are all lots of one security in one account. A method counts only when ties between lots
    can't change the outcome, and never while a lot's date or basis is unknown: the broker may know it.
    """
    if any(lot.acquired_on is None or lot.cost_basis is None for lot in held):
        return None
    wanted = {lot_id: shares for lot_id, shares in chosen.items() if shares > 0}
    total = sum(wanted.values(), ZERO)
    for method in methods:
        picks = [
            _picked(order_lots(lots, method, on, price), total)
            for lots in (list(held), list(reversed(held)))
        ]
        if all(pick == wanted for pick in picks):
            return method
    return None


def _picked(lots: Iterable[TaxLot], total: Decimal) -> dict[LotId, Decimal]:
    left = total
    picked: dict[LotId, Decimal] = {}
    for lot in lots:
        if left <= 0:
            break
        picked[lot.id] = min(lot.shares, left)
        left -= picked[lot.id]
    return picked if left <= 0 else {}

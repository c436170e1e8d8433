"""The exact recheck: the solver proposes, the tax rules decide. A failed check forbids export."""

from collections.abc import Sequence

from harvestdesk.domain.lock import LotStanding
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import Check, LotSale, Purchase
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.build import Built
from harvestdesk.optimize.exact_checks import (
    cash_not_negative,
    concerned,
    net_cash,
    not_buy_locked,
    one_side_per_set,
    shares_available,
    symbols_text,
    tracking_error_within,
)
from harvestdesk.washsale.accepted import is_accepted
from harvestdesk.washsale.check_plan import check_trades
from harvestdesk.washsale.identical import SetIndex


def verify(
    built: Built, sales: Sequence[LotSale], purchases: Sequence[Purchase], tracking_error: float
) -> tuple[Check, ...]:
    """Return every check of a plan: those of the wash-sale ledger first, then our own."""
    index = SetIndex.of_snapshot(built.snapshot)
    return (
        *check_trades(concerned(built.snapshot, index, sales, purchases), sales, purchases),
        _no_gain_sold(sales),
        shares_available(built.snapshot, sales),
        cash_not_negative(built.snapshot, sales, purchases),
        _cash_not_spent(built.snapshot, sales, purchases),
        one_side_per_set(built.snapshot, index, sales, purchases),
        not_buy_locked(built.snapshot, built.buy_locked, purchases),
        _not_loss_locked(built, sales),
        tracking_error_within(tracking_error, built.problem.limit),
    )


def _no_gain_sold(sales: Sequence[LotSale]) -> Check:
    passed = all(s.gain < 0 and s.gain == s.proceeds - s.basis for s in sales)
    return Check("no_gain_sold", passed, {"sales": str(len(sales))})


def _cash_not_spent(
    snapshot: HouseholdSnapshot, sales: Sequence[LotSale], purchases: Sequence[Purchase]
) -> Check:
    net = net_cash(sales, purchases)
    broken = [snapshot.account_by_id[a].name for a, change in net.items() if change < 0]
    return Check("cash_not_spent", not broken, {"accounts": ", ".join(broken)})


def _not_loss_locked(built: Built, sales: Sequence[LotSale]) -> Check:
    locked = []
    for sale in sales:
        standing = built.standings.get(sale.lot_id)
        free = ZERO if standing is None else standing.free_shares
        if sale.shares > free and not _is_accepted(built, sale, standing):
            locked.append(sale.security_id)
    return Check("not_loss_locked", not locked, {"symbols": symbols_text(built.snapshot, locked)})


def _is_accepted(built: Built, sale: LotSale, standing: LotStanding | None) -> bool:
    """True for a locked lot sold whole whose disallowed part is within what the household accepts."""
    percent = built.settings.max_disallowed_percent
    whole = sale.shares == built.snapshot.lot_by_id[sale.lot_id].shares
    return whole and standing is not None and is_accepted(standing, percent)

"""The exact recheck: the solver proposes, the tax rules decide. A failed check forbids export."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lock import LotStanding
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import Check, LotSale, Purchase
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.build import Built
from harvestdesk.washsale.accepted import is_accepted
from harvestdesk.washsale.check_plan import check_trades
from harvestdesk.washsale.identical import SetIndex


def verify(
    built: Built, sales: Sequence[LotSale], purchases: Sequence[Purchase], tracking_error: float
) -> tuple[Check, ...]:
    """Return every check of a plan: those of the wash-sale ledger first, then our own."""
    index = SetIndex.of_snapshot(built.snapshot)
    return (
        *check_trades(_concerned(built.snapshot, index, sales, purchases), sales, purchases),
        _no_gain_sold(sales),
        _shares_available(built.snapshot, sales),
        _cash_not_negative(built.snapshot, sales, purchases),
        _cash_not_spent(built.snapshot, sales, purchases),
        _one_side_per_set(built.snapshot, index, sales, purchases),
        _not_buy_locked(built, purchases),
        _not_loss_locked(built, sales),
        _tracking_error(built, tracking_error),
    )


def _concerned(
    snapshot: HouseholdSnapshot,
    index: SetIndex,
    sales: Sequence[LotSale],
    purchases: Sequence[Purchase],
) -> HouseholdSnapshot:
    """Return the snapshot with the lots of the traded sets only: the rules never reach across sets."""
    sets = {index.set_of(s.security_id) for s in sales}
    sets |= {index.set_of(p.security_id) for p in purchases}
    lots = tuple(x for x in snapshot.lots if index.set_of(x.security_id) in sets)
    return replace(snapshot, lots=lots)


def _symbols(snapshot: HouseholdSnapshot, ids: Sequence[SecurityId]) -> str:
    return ", ".join(sorted({snapshot.security_by_id[s].symbol for s in ids}))


def _no_gain_sold(sales: Sequence[LotSale]) -> Check:
    passed = all(s.gain < 0 and s.gain == s.proceeds - s.basis for s in sales)
    return Check("no_gain_sold", passed, {"sales": str(len(sales))})


def _shares_available(snapshot: HouseholdSnapshot, sales: Sequence[LotSale]) -> Check:
    wanted: Counter[str] = Counter()
    short = []
    for sale in sales:
        wanted[sale.lot_id] += 1
        lot = snapshot.lot_by_id.get(sale.lot_id)
        if lot is None or not ZERO < sale.shares <= lot.shares or wanted[sale.lot_id] > 1:
            short.append(sale.security_id)
    facts = {"sales": str(len(sales)), "symbols": _symbols(snapshot, short)}
    return Check("shares_available", not short, facts)


def _net_cash(sales: Sequence[LotSale], purchases: Sequence[Purchase]) -> dict[AccountId, Decimal]:
    net: dict[AccountId, Decimal] = {}
    for sale in sales:
        net[sale.account_id] = net.get(sale.account_id, ZERO) + sale.proceeds
    for bought in purchases:
        net[bought.account_id] = net.get(bought.account_id, ZERO) - bought.amount
    return net


def _cash_not_negative(
    snapshot: HouseholdSnapshot, sales: Sequence[LotSale], purchases: Sequence[Purchase]
) -> Check:
    """A balance that was below zero before (margin) may stay there, but not fall."""
    broken = [
        snapshot.account_by_id[a].name
        for a, change in _net_cash(sales, purchases).items()
        if change < 0 and snapshot.cash.get(a, ZERO) + change < 0
    ]
    return Check("cash_not_negative", not broken, {"accounts": ", ".join(broken)})


def _cash_not_spent(
    snapshot: HouseholdSnapshot, sales: Sequence[LotSale], purchases: Sequence[Purchase]
) -> Check:
    net = _net_cash(sales, purchases)
    broken = [snapshot.account_by_id[a].name for a, change in net.items() if change < 0]
    return Check("cash_not_spent", not broken, {"accounts": ", ".join(broken)})


def _one_side_per_set(
    snapshot: HouseholdSnapshot,
    index: SetIndex,
    sales: Sequence[LotSale],
    purchases: Sequence[Purchase],
) -> Check:
    sold = {index.set_of(s.security_id) for s in sales}
    both = [p.security_id for p in purchases if index.set_of(p.security_id) in sold]
    return Check("one_side_per_set", not both, {"symbols": _symbols(snapshot, both)})


def _not_buy_locked(built: Built, purchases: Sequence[Purchase]) -> Check:
    locked = [p.security_id for p in purchases if p.security_id in built.buy_locked]
    return Check("not_buy_locked", not locked, {"symbols": _symbols(built.snapshot, locked)})


def _not_loss_locked(built: Built, sales: Sequence[LotSale]) -> Check:
    locked = []
    for sale in sales:
        standing = built.standings.get(sale.lot_id)
        free = ZERO if standing is None else standing.free_shares
        if sale.shares > free and not _is_accepted(built, sale, standing):
            locked.append(sale.security_id)
    return Check("not_loss_locked", not locked, {"symbols": _symbols(built.snapshot, locked)})


def _is_accepted(built: Built, sale: LotSale, standing: LotStanding | None) -> bool:
    """True for a locked lot sold whole whose disallowed part is within what the household accepts."""
    percent = built.settings.max_disallowed_percent
    whole = sale.shares == built.snapshot.lot_by_id[sale.lot_id].shares
    return whole and standing is not None and is_accepted(standing, percent)


def _tracking_error(built: Built, tracking_error: float) -> Check:
    facts = {
        "te_bp": f"{tracking_error * 1e4:.2f}",
        "limit_bp": f"{built.problem.limit * 1e4:.2f}",
    }
    return Check("tracking_error", tracking_error <= built.problem.limit * (1 + 1e-9), facts)

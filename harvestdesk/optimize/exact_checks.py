"""Exact checks that plans of any kind share: shares, cash and sides, in Decimal and from the trades alone."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import Check, LotSale, Purchase
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.washsale.identical import SetIndex


def concerned(
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


def symbols_text(snapshot: HouseholdSnapshot, ids: Iterable[SecurityId]) -> str:
    """Return the symbols of securities, each once, in their order."""
    return ", ".join(sorted({snapshot.security_by_id[s].symbol for s in ids}))


def shares_available(snapshot: HouseholdSnapshot, sales: Sequence[LotSale]) -> Check:
    """Every sale takes shares its lot has, and no lot is sold twice."""
    wanted: Counter[str] = Counter()
    short = []
    for sale in sales:
        wanted[sale.lot_id] += 1
        lot = snapshot.lot_by_id.get(sale.lot_id)
        if lot is None or not ZERO < sale.shares <= lot.shares or wanted[sale.lot_id] > 1:
            short.append(sale.security_id)
    facts = {"sales": str(len(sales)), "symbols": symbols_text(snapshot, short)}
    return Check("shares_available", not short, facts)


def net_cash(sales: Sequence[LotSale], purchases: Sequence[Purchase]) -> dict[AccountId, Decimal]:
    """Return what trades add to the cash of the accounts that trade; dollars."""
    net: dict[AccountId, Decimal] = {}
    for sale in sales:
        net[sale.account_id] = net.get(sale.account_id, ZERO) + sale.proceeds
    for bought in purchases:
        net[bought.account_id] = net.get(bought.account_id, ZERO) - bought.amount
    return net


def cash_not_negative(
    snapshot: HouseholdSnapshot, sales: Sequence[LotSale], purchases: Sequence[Purchase]
) -> Check:
    """A balance that was below zero before (margin) may stay there, but not fall."""
    broken = [
        snapshot.account_by_id[a].name
        for a, change in net_cash(sales, purchases).items()
        if change < 0 and snapshot.cash.get(a, ZERO) + change < 0
    ]
    return Check("cash_not_negative", not broken, {"accounts": ", ".join(broken)})


def one_side_per_set(
    snapshot: HouseholdSnapshot,
    index: SetIndex,
    sales: Iterable[LotSale],
    purchases: Sequence[Purchase],
) -> Check:
    """No identical set of `sales`, the losses sold, is bought too."""
    sold = {index.set_of(s.security_id) for s in sales}
    both = [p.security_id for p in purchases if index.set_of(p.security_id) in sold]
    return Check("one_side_per_set", not both, {"symbols": symbols_text(snapshot, both)})


def not_buy_locked(
    snapshot: HouseholdSnapshot, locked: Collection[SecurityId], purchases: Sequence[Purchase]
) -> Check:
    """Nothing locked against purchases is bought."""
    found = [p.security_id for p in purchases if p.security_id in locked]
    return Check("not_buy_locked", not found, {"symbols": symbols_text(snapshot, found)})


def tracking_error_within(tracking_error: float, limit: float) -> Check:
    """Tracking error after the plan, a fraction a year, is within its limit."""
    facts = {"te_bp": f"{tracking_error * 1e4:.2f}", "limit_bp": f"{limit * 1e4:.2f}"}
    return Check("tracking_error", tracking_error <= limit * (1 + 1e-9), facts)

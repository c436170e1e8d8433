"""Why the figures of the same lot differ: proceeds, basis, disallowed loss.

The tests are exact: a kind is given only where the broker's figure is, to the cent, the one that kind leads to.
"""

from collections.abc import Sequence
from decimal import Decimal

from harvestdesk.domain.money import ZERO, cents, money_text
from harvestdesk.domain.wash_policy import DEFAULT_POLICY
from harvestdesk.reports.figures import usd
from harvestdesk.services.reconciling.case import Case, Kind
from harvestdesk.services.reconciling.sides import Stated, close
from harvestdesk.services.reconciling.washes import basis_sources, hidden_washes, own_sources
from harvestdesk.washsale.window import window


def tell_proceeds(case: Case) -> None:
    """Tell why the proceeds differ: selling costs taken off by one side only, or not known why."""
    gap = case.ours.proceeds - case.theirs.proceeds
    if abs(gap) <= case.tolerance:
        case.rounding += gap
        return
    fees = ZERO
    for sale_id in {r.sale for r in case.pair.ours}:
        row = case.views.sales.get(sale_id)
        sold = sum((r.shares for r in case.pair.ours if r.sale == sale_id), ZERO)
        if row is not None and row.shares:
            fees += row.fees * sold / row.shares
    is_gross = fees > 0 and close(-gap, cents(fees), case.tolerance)
    case.add(
        Kind.SELLING_COSTS if is_gross else Kind.PROCEEDS,
        gap,
        fees=money_text(cents(fees)) if fees else "",
    )


def tell_basis(case: Case, gap: Decimal, statements: Sequence[Stated]) -> None:
    """Tell why the basis differs; `gap` is the basis here less the broker's."""
    if abs(gap) <= case.tolerance:
        case.rounding -= gap
        return
    for test in (_foreign_addition, _return_of_capital, _not_added, _broker_added):
        told = test(case)
        if told is not None:
            case.add(told[0], -gap, **told[1])
            return
    cause = _broker_wash(case, -gap, statements)
    if cause is not None:
        case.add(Kind.BASIS_BROKER_WASH, -gap, sales=cause)
        return
    case.add(Kind.BASIS, -gap)


_Told = tuple[Kind, dict[str, str]] | None


def _foreign_addition(case: Case) -> _Told:
    """The broker's basis is the one its own account alone leads to."""
    seen = case.seen(case.views.broker(case.pair.account_id).get)
    if seen is None or not close(seen.basis, case.theirs.basis, case.tolerance):
        return None
    facts = basis_sources(case.views, case.pair.account_id, case.keys)
    return Kind.BASIS_CROSS_ACCOUNT, facts or {"chain": "yes"}


def _return_of_capital(case: Case) -> _Told:
    """The broker's basis is the one without distributions that lowered it."""
    plain = case.views.broker(case.pair.account_id, returns_capital=False)
    for lots in (case.views.without_returns, plain):
        seen = case.seen(lots.get)
        if seen is not None and close(seen.basis, case.theirs.basis, case.tolerance):
            return Kind.RETURN_OF_CAPITAL, {}
    return None


def _not_added(case: Case) -> _Told:
    """The broker's basis is the plain cost, although losses of its own account belong into it."""
    if case.ours.original_basis == case.ours.basis:
        return None
    if not close(case.ours.original_basis, case.theirs.basis, case.tolerance):
        return None
    return Kind.BASIS_NOT_ADDED, own_sources(case.views, case.pair.account_id, case.keys)


def _broker_added(case: Case) -> _Told:
    """The broker starts from the same cost and says that it added disallowed losses."""
    ours, theirs = case.ours, case.theirs
    if theirs.original_basis is None or theirs.basis is None or ours.basis is None:
        return None
    added = theirs.basis - theirs.original_basis
    same_cost = close(theirs.original_basis, ours.original_basis, case.tolerance)
    if not same_cost or added <= case.tolerance:
        return None
    here = ours.basis - (ours.original_basis or ZERO)
    return Kind.BASIS_BROKER_WASH, {"broker_added": money_text(added), "added": money_text(here)}


def _broker_wash(case: Case, amount: Decimal, statements: Sequence[Stated]) -> str | None:
    """Return the broker's own wash sale whose loss is just what its basis has more."""
    bought = case.theirs.acquired or case.ours.acquired
    if amount <= 0 or bought is None:
        return None
    first, last = window(bought)
    causes = [
        s
        for s in statements
        if s.account_id == case.pair.account_id
        and s.key == case.pair.key
        and first <= s.lot.sold <= last
        and close(s.lot.disallowed, amount, case.tolerance)
    ]
    if len(causes) != 1:
        return None
    lot = causes[0].lot
    return f"{causes[0].symbol} sold {lot.sold.isoformat()}, {usd(amount)} disallowed"


def tell_disallowed(case: Case) -> None:
    """Tell why the disallowed loss differs."""
    stated = case.theirs.disallowed
    gap = case.ours.disallowed - stated
    if abs(gap) <= case.tolerance:
        case.rounding += gap
        return
    for wash in hidden_washes(case.views, case.pair.account_id, case.keys):
        amount = min(wash.amount, case.ours.disallowed)
        case.add(wash.kind, amount, **wash.facts)
        gap -= amount
    if abs(gap) <= case.tolerance:
        case.rounding += gap
        return
    case.add(_rest_of_wash(case, stated), gap, stated=money_text(stated))


def _rest_of_wash(case: Case, stated: Decimal) -> Kind:
    """Return the kind of what is left once the losses washed elsewhere are named."""
    account = case.pair.account_id
    seen = case.seen(case.views.broker(account).get)
    if seen is not None and close(seen.disallowed, stated, case.tolerance):
        return Kind.WASH_ELSEWHERE
    if not case.theirs.shows_wash:
        return Kind.WASH_NOT_SHOWN
    if case.views.snapshot.household.wash != DEFAULT_POLICY:
        usual = case.seen(case.views.broker(account, DEFAULT_POLICY).get)
        if usual is not None and close(usual.disallowed, stated, case.tolerance):
            return Kind.WASH_READING
    return Kind.WASH_AMOUNT

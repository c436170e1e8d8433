"""From a plan to orders: nothing leaves that did not pass, is out of date, or names shares that are not there."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.account import Account
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lot import Term
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.proposal import LotSale, Proposal, Purchase
from harvestdesk.domain.safe_text import order_symbol
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot

SELLS_FIRST = 1
BUYS_AFTER = 2
_ID_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


class Side(StrEnum):
    """Which way an order goes."""

    SELL = "SELL"
    BUY = "BUY"


@dataclass(frozen=True, slots=True)
class OrderLot:
    """Shares an order takes from one lot; `cost_per_share` is the adjusted basis, unrounded."""

    lot_id: LotId
    acquired_on: date
    shares: Decimal
    cost_per_share: Decimal
    term: Term
    broker_ref: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One order for one security in one account.

    Attributes:
        id: short, unique, letters, digits and hyphens only: fits a broker's order reference.
        group: orders of a group may go out together; a group waits for the fills of the one before.
        after: orders this one waits for: a purchase, the sales that pay for it.
        price, price_on: dollars per share the plan used, and the day of that price.
        amount: shares at that price, dollars.
        lots: what a sale takes; empty for purchases.
    """

    id: str
    side: Side
    symbol: str
    kind: SecurityKind
    shares: Decimal
    account_id: AccountId
    account_name: str
    account_tail: str
    custodian: str
    fractional: bool
    price: Decimal
    price_on: date
    amount: Decimal
    group: int
    lots: tuple[OrderLot, ...] = ()
    after: tuple[str, ...] = ()
    simulated: bool = False


def tickets(
    proposal: Proposal, snapshot: HouseholdSnapshot, *, allow_stale_prices: bool = False
) -> tuple[Order, ...]:
    """Return the orders of a plan by account: sales first, then the purchases they pay for.

    Args:
        proposal: the plan; it must have passed every check.
        snapshot: the household as it is now; it must be the one the plan was made for.
        allow_stale_prices: the person has seen that prices are old and wants the orders all the same.

    Raises:
        BadInputError: when the plan must not be traded; the message says why and what to do.
    """
    _require_fit(proposal, snapshot)
    if not allow_stale_prices:
        _require_fresh_prices(proposal, snapshot)
    _require_lots(proposal.sales, snapshot)
    numbers = _Numbers(proposal, snapshot)
    orders: list[Order] = []
    for account in snapshot.accounts:
        sells = _sells(account, proposal.sales, snapshot, numbers)
        buys = _buys(account, proposal.purchases, snapshot, numbers, sells)
        orders += [*sells, *buys]
    return tuple(orders)


class _Numbers:
    """Numbers orders within one plan."""

    def __init__(self, proposal: Proposal, snapshot: HouseholdSnapshot) -> None:
        mark = "SIM" if snapshot.household.simulated else "HD"
        self._stem = f"{mark}-{_ID_UNSAFE.sub('', str(proposal.id))[-16:]}"
        self._last = 0

    def next(self) -> str:
        """Return the next order id."""
        self._last += 1
        return f"{self._stem}-{self._last:03}"


def _require_fit(proposal: Proposal, snapshot: HouseholdSnapshot) -> None:
    if not proposal.passed:
        raise BadInputError(
            f"Plan {proposal.id} did not pass its checks (solver: {proposal.solver.status}) and can't be "
            "exported. Plan again.",
            code="orders.not_passed",
        )
    if proposal.fingerprint != snapshot.fingerprint:
        raise BadInputError(
            f"The household changed since plan {proposal.id} was made (lots, prices, dates or rules), so its "
            "orders would be wrong. Plan again.",
            code="orders.outdated",
        )
    if not proposal.sales and not proposal.purchases:
        raise BadInputError(f"Plan {proposal.id} has no trades to export.", code="orders.empty")


def _require_fresh_prices(proposal: Proposal, snapshot: HouseholdSnapshot) -> None:
    traded = [s.security_id for s in proposal.sales] + [p.security_id for p in proposal.purchases]
    old: list[str] = []
    for security_id in dict.fromkeys(traded):
        price = snapshot.prices.get(security_id)
        if price is None or price.is_stale(snapshot.as_of):
            known = price.on.isoformat() if price else "none"
            old.append(f"{_security(snapshot, security_id).symbol} ({known})")
    if old:
        raise BadInputError(
            f"Prices are too old to trade on {snapshot.as_of.isoformat()}: {', '.join(sorted(old))}. Import "
            "fresh prices and plan again.",
            code="orders.stale_prices",
        )


def _require_lots(sales: Iterable[LotSale], snapshot: HouseholdSnapshot) -> None:
    taken: dict[LotId, Decimal] = {}
    for sale in sales:
        taken[sale.lot_id] = taken.get(sale.lot_id, ZERO) + sale.shares
    for lot_id, shares in taken.items():
        lot = snapshot.lot_by_id.get(lot_id)
        if lot is None or shares > lot.shares or shares <= 0:
            held = "none" if lot is None else str(lot.shares)
            raise BadInputError(
                f"The plan sells {shares} shares of lot {lot_id}, which holds {held}. Plan again.",
                code="orders.lot",
            )


def _sells(
    account: Account, sales: Sequence[LotSale], snapshot: HouseholdSnapshot, numbers: _Numbers
) -> list[Order]:
    groups: dict[SecurityId, list[LotSale]] = {}
    for sale in sales:
        if sale.account_id == account.id:
            groups.setdefault(sale.security_id, []).append(sale)
    named = [(_security(snapshot, security_id), group) for security_id, group in groups.items()]
    simulated = snapshot.household.simulated
    orders = []
    for security, group in sorted(named, key=lambda item: item[0].symbol):
        order = _order(numbers.next(), security, account, group, simulated)
        orders.append(replace(order, lots=_lots(group, snapshot)))
    return orders


def _buys(
    account: Account,
    purchases: Sequence[Purchase],
    snapshot: HouseholdSnapshot,
    numbers: _Numbers,
    sells: Sequence[Order],
) -> list[Order]:
    mine = [
        (_security(snapshot, p.security_id), p) for p in purchases if p.account_id == account.id
    ]
    simulated = snapshot.household.simulated
    orders = []
    for security, purchase in sorted(mine, key=lambda item: item[0].symbol):
        order = _order(numbers.next(), security, account, [purchase], simulated)
        orders.append(replace(order, after=_paid_by(purchase, snapshot, sells)))
    return orders


def _order(
    order_id: str,
    security: Security,
    account: Account,
    parts: Sequence[LotSale] | Sequence[Purchase],
    simulated: bool,
) -> Order:
    first = parts[0]
    is_sale = isinstance(first, LotSale)
    amounts = [p.proceeds if isinstance(p, LotSale) else p.amount for p in parts]
    return Order(
        id=order_id,
        side=Side.SELL if is_sale else Side.BUY,
        symbol=order_symbol(security.symbol),
        kind=security.kind,
        shares=sum((p.shares for p in parts), ZERO),
        account_id=account.id,
        account_name=account.name,
        account_tail=account.number_tail,
        custodian=account.custodian,
        fractional=account.fractional,
        price=first.price,
        price_on=first.price_on,
        amount=sum(amounts, ZERO),
        group=SELLS_FIRST if is_sale else BUYS_AFTER,
        simulated=simulated,
    )


def _lots(sales: Sequence[LotSale], snapshot: HouseholdSnapshot) -> tuple[OrderLot, ...]:
    ordered = sorted(sales, key=lambda s: (s.acquired_on, s.lot_id))
    return tuple(
        OrderLot(
            s.lot_id,
            s.acquired_on,
            s.shares,
            s.basis / s.shares,
            s.term,
            snapshot.lot_by_id[s.lot_id].broker_ref,
        )
        for s in ordered
    )


def _paid_by(
    purchase: Purchase, snapshot: HouseholdSnapshot, sells: Sequence[Order]
) -> tuple[str, ...]:
    """Return the sales a purchase waits for: those it replaces, or all of the account."""
    symbols = {_security(snapshot, s).symbol for s in purchase.replaces}
    named = tuple(order.id for order in sells if order.symbol in symbols)
    return named or tuple(order.id for order in sells)


def _security(snapshot: HouseholdSnapshot, security_id: SecurityId) -> Security:
    security = snapshot.security_by_id.get(security_id)
    if security is None:
        raise BadInputError(
            f"The plan trades {security_id}, which the household does not know. Plan again.",
            code="orders.security",
        )
    return security

"""Whose purchase took a disallowed loss, and whose loss is in a basis: what no single broker can see."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import ZERO, cents, decimal_text
from harvestdesk.domain.reconciliation import DifferenceKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.figures import usd
from harvestdesk.services.reconciling.views import Addition, LotKey, Views
from harvestdesk.washsale.events import SaleSlice

_MAX_NAMED = 4
"""Purchases or sales named one by one; more are counted."""


@dataclass(frozen=True, slots=True)
class Washed:
    """A disallowed loss that one account's purchases took.

    Attributes:
        amount: dollars to the cent, positive.
        facts: the account and its purchases.
    """

    kind: DifferenceKind
    amount: Decimal
    facts: dict[str, str]


def hidden_washes(views: Views, account_id: AccountId, keys: Iterable[LotKey]) -> list[Washed]:
    """Return the disallowed losses of lots sold that the account's broker can't know of."""
    groups: dict[tuple[DifferenceKind, str], list[SaleSlice]] = defaultdict(list)
    for key in keys:
        for part in views.parts.get(key, ()):
            if part.replaced_by is None:
                continue
            home = views.origins.get(part.replaced_by)
            kind = _kind(part, home, account_id)
            if kind is not None:
                where = "" if home is None else str(home.account_id)
                groups[kind, where].append(part)
    return [
        Washed(kind, cents(sum((p.disallowed for p in parts), ZERO)), _facts(views, where, parts))
        for (kind, where), parts in groups.items()
    ]


def _kind(part: SaleSlice, home: TaxLot | None, account_id: AccountId) -> DifferenceKind | None:
    """Return why the broker can't see a wash; None where it can: its own account and security."""
    if part.permanent:
        return DifferenceKind.WASH_PERMANENT
    if home is None:
        return None
    if home.account_id != account_id:
        return DifferenceKind.WASH_CROSS_ACCOUNT
    return DifferenceKind.WASH_OTHER_SECURITY if home.security_id != part.symbol else None


def _facts(views: Views, where: str, parts: Sequence[SaleSlice]) -> dict[str, str]:
    snapshot = views.snapshot
    account = snapshot.account_by_id.get(AccountId(where))
    shares: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts:
        shares[part.replaced_by or ""] += part.quantity
    named = []
    for lot_id, amount in shares.items():
        home = views.origins.get(lot_id)
        if home is not None:
            on = "" if home.acquired_on is None else f" bought {home.acquired_on.isoformat()}"
            named.append(f"{decimal_text(amount)} {_symbol(snapshot, home)}{on}")
    facts = {"purchases": _listed(named), "lots": ", ".join(sorted(shares))}
    if account is not None:
        facts |= {"account": account.name, "account_id": account.id, "type": account.type.value}
    return facts


def _symbol(snapshot: HouseholdSnapshot, lot: TaxLot) -> str:
    security = snapshot.security_by_id.get(lot.security_id)
    return security.symbol if security else str(lot.security_id)


def _listed(named: Sequence[str]) -> str:
    if len(named) <= _MAX_NAMED:
        return "; ".join(named)
    return "; ".join(named[:_MAX_NAMED]) + f"; {len(named) - _MAX_NAMED} more"


def basis_sources(views: Views, account_id: AccountId, keys: Iterable[LotKey]) -> dict[str, str]:
    """Return the facts of the losses in a basis that its broker can't know of; empty if there are none."""
    foreign = [
        addition
        for _, lot in keys
        for addition in views.additions.get(lot, ())
        if _is_foreign(views, addition, lot, account_id)
    ]
    if not foreign:
        return {}
    snapshot = views.snapshot
    names = dict.fromkeys(_account_name(snapshot, a.account) for a in foreign)
    sales = [
        f"{_security_symbol(snapshot, a.symbol)} sold {a.sold.isoformat()} in "
        f"{_account_name(snapshot, a.account)}, {usd(a.amount)} disallowed"
        for a in foreign
    ]
    return {"account": ", ".join(names), "sales": _listed(sales)}


def own_sources(views: Views, account_id: AccountId, keys: Iterable[LotKey]) -> dict[str, str]:
    """Return the facts of the losses in a basis that come from its own account and security."""
    snapshot = views.snapshot
    own = [
        f"{_security_symbol(snapshot, a.symbol)} sold {a.sold.isoformat()}, "
        f"{usd(a.amount)} disallowed"
        for _, lot in keys
        for a in views.additions.get(lot, ())
        if not _is_foreign(views, a, lot, account_id)
    ]
    return {"sales": _listed(own)} if own else {}


def _is_foreign(views: Views, addition: Addition, lot: str, account_id: AccountId) -> bool:
    home = views.origins.get(lot)
    return addition.account != account_id or (
        home is not None and addition.symbol != home.security_id
    )


def _account_name(snapshot: HouseholdSnapshot, account_id: str) -> str:
    account = snapshot.account_by_id.get(AccountId(account_id))
    return account.name if account else account_id


def _security_symbol(snapshot: HouseholdSnapshot, security_id: str) -> str:
    return next((s.symbol for s in snapshot.securities if s.id == security_id), security_id)

"""Drift: how far each asset class is from its target and band, in exact dollars.

Targets are meant for everything the household owns, so what it holds elsewhere counts, as it does in risk.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.security import AssetClass
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.risk.builtin_classes import is_cash


@dataclass(frozen=True, slots=True)
class DriftRow:
    """One asset class; weights are fractions of the value looked at.

    Attributes:
        target, low, high: None where the class has no target.
        breach: the weight is outside its band.
        after_weight: weight after the trades asked about, or None.
        outside: dollars of `value` that are owned elsewhere.
    """

    asset_class: AssetClass
    value: Decimal
    weight: Decimal
    target: Decimal | None
    low: Decimal | None
    high: Decimal | None
    breach: bool
    after_weight: Decimal | None = None
    outside: Decimal = ZERO


def class_drift(
    snapshot: HouseholdSnapshot,
    account_id: AccountId | None = None,
    trades: Mapping[SecurityId, Decimal] | None = None,
) -> tuple[DriftRow, ...]:
    """Return a row for each class held or targeted, in the order of AssetClass.

    Args:
        snapshot: the household.
        account_id: only this account; the household's targets still apply. None: the household with
            what it owns elsewhere.
        trades: dollars bought (positive) or sold (negative) by security; cash pays for them.
    """
    values = _values(snapshot, account_id)
    outside = _outside(snapshot) if account_id is None else {}
    for asset_class, held in outside.items():
        values[asset_class] = values.get(asset_class, ZERO) + held
    total = sum(values.values(), ZERO)
    after = dict(values) if trades is None else _after(snapshot, values, trades)
    targets = {t.asset_class: t for t in snapshot.class_targets}
    rows = []
    for asset_class in AssetClass:
        target = targets.get(asset_class)
        value = values.get(asset_class, ZERO)
        if target is None and value == 0 and after.get(asset_class, ZERO) == 0:
            continue
        weight = value / total if total else ZERO
        rows.append(
            DriftRow(
                asset_class,
                value,
                weight,
                target.weight if target else None,
                target.low if target else None,
                target.high if target else None,
                breach=target is not None and not target.low <= weight <= target.high,
                after_weight=_share(after.get(asset_class, ZERO), total, trades is not None),
                outside=outside.get(asset_class, ZERO),
            )
        )
    return tuple(rows)


def _share(value: Decimal, total: Decimal, asked: bool) -> Decimal | None:
    if not asked:
        return None
    return value / total if total else ZERO


def _class_of(snapshot: HouseholdSnapshot, security_id: SecurityId) -> AssetClass:
    security = snapshot.security_by_id.get(security_id)
    if security is None:
        return AssetClass.OTHER
    return AssetClass.CASH if is_cash(security) else security.asset_class


def _values(snapshot: HouseholdSnapshot, account_id: AccountId | None) -> dict[AssetClass, Decimal]:
    values: dict[AssetClass, Decimal] = defaultdict(lambda: ZERO)
    for lot in snapshot.lots:
        if account_id in {None, lot.account_id}:
            values[_class_of(snapshot, lot.security_id)] += snapshot.value_of(lot)
    for owner, cash in snapshot.cash.items():
        if account_id in {None, owner} and cash:
            values[AssetClass.CASH] += cash
    return dict(values)


def _outside(snapshot: HouseholdSnapshot) -> dict[AssetClass, Decimal]:
    values: dict[AssetClass, Decimal] = defaultdict(lambda: ZERO)
    for holding in snapshot.outside:
        values[_class_of(snapshot, holding.security_id)] += holding.value
    return dict(values)


def _after(
    snapshot: HouseholdSnapshot,
    values: Mapping[AssetClass, Decimal],
    trades: Mapping[SecurityId, Decimal],
) -> dict[AssetClass, Decimal]:
    after: dict[AssetClass, Decimal] = defaultdict(lambda: ZERO, values)
    for security_id, dollars in trades.items():
        after[_class_of(snapshot, security_id)] += dollars
        after[AssetClass.CASH] -= dollars
    return dict(after)

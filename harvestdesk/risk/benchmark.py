"""What the household means to hold, as weights: the yardstick of tracking error."""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.security import AssetClass
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.risk.builtin_classes import is_cash

FloatArray = NDArray[np.float64]


def current_weights(snapshot: HouseholdSnapshot) -> FloatArray:
    """Return [security] weights held today, as fractions of the household's value with its cash."""
    dollars = np.zeros(len(snapshot.securities))
    index = _index(snapshot)
    for (_, security_id), value in _holdings(snapshot).items():
        dollars[index[security_id]] += value
    total = float(snapshot.total_value())
    return dollars / total if total > 0 else dollars


def target_weights(snapshot: HouseholdSnapshot) -> FloatArray:
    """Return [security] target weights of the household, as fractions of its value; the rest is cash.

    An account with targets of its own is measured by them, scaled by the account's value. The rest of the
    household is measured by the class targets, less what those accounts already cover, spread over what it
    holds of each class today; without class targets it is measured by itself. With no target at all
    this is the current weights, and tracking error today is zero.
    """
    if not snapshot.security_targets and not snapshot.class_targets:
        return current_weights(snapshot)
    total = float(snapshot.total_value())
    if total <= 0:
        return np.zeros(len(snapshot.securities))
    covered = _own_models(snapshot)
    modelled = {t.account_id for t in snapshot.security_targets}
    rest = _rest_dollars(snapshot, modelled)
    if snapshot.class_targets:
        rest = _by_class(snapshot, covered, rest, total)
    return (covered + rest) / total


def untracked_classes(snapshot: HouseholdSnapshot) -> tuple[AssetClass, ...]:
    """Return classes with a target that no security of the household stands for: left out of risk."""
    known = {s.asset_class for s in snapshot.securities}
    return tuple(
        t.asset_class
        for t in snapshot.class_targets
        if t.weight > 0 and t.asset_class not in known and t.asset_class is not AssetClass.CASH
    )


def _index(snapshot: HouseholdSnapshot) -> dict[SecurityId, int]:
    return {s.id: i for i, s in enumerate(snapshot.securities)}


def _holdings(snapshot: HouseholdSnapshot) -> Mapping[tuple[AccountId, SecurityId], float]:
    dollars: dict[tuple[AccountId, SecurityId], float] = defaultdict(float)
    for lot in snapshot.lots:
        if lot.security_id in snapshot.security_by_id:
            dollars[lot.account_id, lot.security_id] += float(snapshot.value_of(lot))
    return dollars


def _account_values(snapshot: HouseholdSnapshot) -> Mapping[AccountId, float]:
    values: dict[AccountId, float] = defaultdict(float)
    for account_id, cash in snapshot.cash.items():
        values[account_id] += float(cash)
    for (account_id, _), value in _holdings(snapshot).items():
        values[account_id] += value
    return values


def _own_models(snapshot: HouseholdSnapshot) -> FloatArray:
    """Return [security] target dollars of the accounts that have a model of their own."""
    dollars = np.zeros(len(snapshot.securities))
    index, values = _index(snapshot), _account_values(snapshot)
    for target in snapshot.security_targets:
        if target.security_id in index:
            value = float(target.weight) * values.get(target.account_id, 0.0)
            dollars[index[target.security_id]] += value
    return dollars


def _rest_dollars(snapshot: HouseholdSnapshot, modelled: set[AccountId]) -> FloatArray:
    """Return [security] dollars held today in the accounts without a model of their own."""
    dollars = np.zeros(len(snapshot.securities))
    index = _index(snapshot)
    for (account_id, security_id), value in _holdings(snapshot).items():
        if account_id not in modelled:
            dollars[index[security_id]] += value
    return dollars


def _by_class(
    snapshot: HouseholdSnapshot, covered: FloatArray, rest: FloatArray, total: float
) -> FloatArray:
    """Return [security] target dollars of the rest of the household by its class targets."""
    classes = np.array([s.asset_class.value for s in snapshot.securities])
    riskless = np.array([is_cash(s) for s in snapshot.securities])
    wanted: dict[str, float] = {}
    for target in snapshot.class_targets:
        have = covered[classes == target.asset_class.value].sum()
        wanted[target.asset_class.value] = max(0.0, float(target.weight) * total - float(have))
    room = total - covered.sum()
    asked = sum(wanted.values())
    scale = min(1.0, room / asked) if asked > 0 else 0.0
    dollars = np.zeros(len(classes))
    for name, value in wanted.items():
        members = np.flatnonzero((classes == name) & ~riskless)
        base = rest[members] if rest[members].sum() > 0 else covered[members]
        base = base if base.sum() > 0 else np.ones(len(members))
        if len(members):
            dollars[members] = scale * value * base / base.sum()
    return dollars

"""Limits on weights: bands of asset classes, the no-trade zone, and the limits a person set.

Cash is what securities leave over, so a limit on it is one on all of them together, the other way round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.conflict import RuleKind
from harvestdesk.domain.plan_settings import GroupKind, GroupLimit, PlanSettings, Zone
from harvestdesk.domain.security import AssetClass
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.target import ClassTarget
from harvestdesk.optimize.engine.problem import Group
from harvestdesk.optimize.household.targets import Yardstick, class_members

FloatArray = NDArray[np.float64]

STEPS = 200
"""In how many steps classes go from their aims to their targets."""
LEAST_WIDTH = 0.001
"""A class can't be brought to a point: it ends within so much of it, a fraction of value."""


@dataclass(frozen=True, slots=True)
class ClassWeight:
    """Where a class with a target stands, as fractions of all that is owned."""

    target: ClassTarget
    weight: float

    @property
    def breached(self) -> bool:
        """Outside its band."""
        return not float(self.target.low) - 1e-9 <= self.weight <= float(self.target.high) + 1e-9


def class_weights(
    snapshot: HouseholdSnapshot, held: FloatArray, yard: Yardstick
) -> tuple[ClassWeight, ...]:
    """Return where every class with a target stands today, what is held elsewhere included."""
    members = class_members(snapshot)
    whole = 1.0 + float(yard.outside.sum())
    risky = 1.0 - members[AssetClass.CASH]
    found = []
    for target in snapshot.class_targets:
        inside = members.get(target.asset_class, np.zeros(len(held)))
        own = float(inside @ (held + yard.outside))
        if target.asset_class is AssetClass.CASH:
            own = whole - float(risky @ (held + yard.outside))
        found.append(ClassWeight(target, own / whole))
    return tuple(found)


def band_groups(
    snapshot: HouseholdSnapshot,
    settings: PlanSettings,
    weights: tuple[ClassWeight, ...],
    yard: Yardstick,
    step: float,
    cash: tuple[float, float],
) -> tuple[Group, ...]:
    """Return the bands classes must end in.

    Args:
        snapshot: the household.
        settings: what is asked.
        weights: where the classes stand.
        yard: targets and what is held elsewhere.
        step: weight of a share that can't be halved.
        cash: least and most cash after the plan, fractions of value.
    """
    if settings.zone is Zone.NONE and not settings.keep_bands:
        return ()
    members = class_members(snapshot)
    known = [
        w
        for w in weights
        if w.target.asset_class is AssetClass.CASH
        or members.get(w.target.asset_class, np.zeros(1)).any()
    ]  # of a class that nothing known stands for, a notice says so
    ranges = [(float(w.target.low), float(w.target.high)) for w in known]
    if settings.zone is not Zone.NONE:
        ranges = _zoned(known, settings.zone, max(LEAST_WIDTH, 2 * step), cash)
    return tuple(
        _class_group(w.target.asset_class, members, low, high, yard, paid_from=True)
        for w, (low, high) in zip(known, ranges, strict=True)
    )


def _zoned(
    weights: Sequence[ClassWeight], zone: Zone, width: float, cash: tuple[float, float]
) -> list[tuple[float, float]]:
    """Return the range each class must end in; breached ones go on towards their targets where they must.

    If too many classes are outside, all of them at the ends of their bands may be more, or less, than there
    is: then they go as much further towards their targets, all alike, as makes them add up.
    """
    targeted = {w.target.asset_class for w in weights}
    rest = (0.0, 0.0) if AssetClass.CASH in targeted else cash
    others = 1.0 - sum(w.weight for w in weights)
    if AssetClass.CASH in targeted:
        rest = (0.0, max(0.0, others))
    elif others > 0:
        rest = (cash[0], max(cash[1], others))
    ranges: list[tuple[float, float]] = []
    for further in np.linspace(0.0, 1.0, STEPS + 1):
        ranges = [_range(w, zone, width, float(further)) for w in weights]
        least, most = rest[0] + sum(r[0] for r in ranges), rest[1] + sum(r[1] for r in ranges)
        if least <= 1.0 <= most:
            break
    return ranges


def _range(stands: ClassWeight, zone: Zone, width: float, further: float) -> tuple[float, float]:
    """Return where a class must end: a breached one in a narrow range from its aim inwards."""
    low, high = float(stands.target.low), float(stands.target.high)
    if not stands.breached:
        return low, high
    target, above = float(stands.target.weight), stands.weight > high
    edge = high if above else low
    aim = {Zone.TO_EDGE: edge, Zone.TO_HALF: (edge + target) / 2}.get(zone, target)
    aim += further * (target - aim)
    if aim == target:
        return aim - width / 2, aim + width / 2
    return (aim - width, aim) if above else (aim, aim + width)


def limit_groups(
    snapshot: HouseholdSnapshot, settings: PlanSettings, yard: Yardstick
) -> tuple[Group, ...]:
    """Return the limits a person set on securities, sectors and classes: of the household's own value."""
    members = class_members(snapshot)
    return tuple(_limit(snapshot, limit, members, yard) for limit in settings.group_limits)


def _limit(
    snapshot: HouseholdSnapshot,
    limit: GroupLimit,
    members: Mapping[AssetClass, FloatArray],
    yard: Yardstick,
) -> Group:
    low, high = float(limit.low), float(limit.high)
    if limit.kind is GroupKind.ASSET_CLASS:
        return _class_group(AssetClass(limit.name), members, low, high, yard, paid_from=False)
    if limit.kind is GroupKind.SECTOR:
        inside = [float(s.sector == limit.name) for s in snapshot.securities]
        return Group(RuleKind.SECTOR, limit.name, np.array(inside), low, high)
    inside = [float(s.id == limit.name) for s in snapshot.securities]
    return Group(RuleKind.SECURITY, limit.name, np.array(inside), low, high)


def _class_group(
    kind: AssetClass,
    members: Mapping[AssetClass, FloatArray],
    low: float,
    high: float,
    yard: Yardstick,
    *,
    paid_from: bool,
) -> Group:
    """Return the limit on a class; bands (`paid_from`) are fractions of the whole, and count all of it."""
    elsewhere = float(yard.outside.sum())
    whole = yard.whole if paid_from else yard.whole - elsewhere
    outside = yard.outside if paid_from else np.zeros(len(yard.outside))
    if kind is AssetClass.CASH:
        inside = 1.0 - members[kind]
        low, high = 1.0 - high, 1.0 - low
    else:
        inside = members.get(kind, np.zeros(len(outside)))
    there = float(inside @ outside)
    return Group(
        RuleKind.ASSET_CLASS, kind.value, inside, low * whole - there, high * whole - there
    )


def outside_of(groups: tuple[Group, ...], held: FloatArray) -> tuple[Group, ...]:
    """Return the groups that don't hold today: each of them forces trades."""
    return tuple(
        g for g in groups if not g.least - 1e-9 <= float(g.members @ held) <= g.most + 1e-9
    )

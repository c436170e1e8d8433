"""A conflict in the terms a household was asked in: classes as fractions of what bands and limits are fractions of.

The engine limits securities, so a class's weight there leaves out what is held elsewhere, and a limit on cash is
one on all securities together, the other way round (bands.py). Cash of an account is told in its own dollars, whatever
they count (after_tax.py).
"""

from dataclasses import replace

import numpy as np

from harvestdesk.domain.conflict import Conflict, RuleGive, RuleKind
from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.plan_settings import GroupKind
from harvestdesk.domain.security import AssetClass
from harvestdesk.optimize.household.build import BuiltHousehold
from harvestdesk.optimize.household.targets import class_members

SAME = 1e-6


def in_asked_terms(built: BuiltHousehold, conflict: Conflict) -> Conflict:
    """Return the same conflict with asset classes as people read them."""
    return replace(
        conflict,
        together=tuple(_asked(built, give) for give in conflict.together),
        alone=tuple(_asked(built, give) for give in conflict.alone),
    )


def _asked(built: BuiltHousehold, give: RuleGive) -> RuleGive:
    if give.kind is RuleKind.CASH and give.name in built.account_ids:
        part = float(built.view.part(AccountId(give.name)))
        return replace(give, now=give.now / part, needed=give.needed / part)
    if give.kind is not RuleKind.ASSET_CLASS:
        return give
    limits = [
        (float(x.low), float(x.high))
        for x in built.settings.group_limits
        if (x.kind, x.name) == (GroupKind.ASSET_CLASS, give.name)
    ]
    own = built.yard.whole - float(built.yard.outside.sum())
    of_limit = _turned(give, own, 0.0)
    if any(abs(of_limit.now - (low if of_limit.least else high)) < SAME for low, high in limits):
        return of_limit
    return _turned(give, built.yard.whole, _elsewhere(built, AssetClass(give.name)))


def _elsewhere(built: BuiltHousehold, kind: AssetClass) -> float:
    """Return the weight held elsewhere of what the engine's limit on a class is about."""
    outside, members = built.yard.outside, class_members(built.snapshot)
    if kind is AssetClass.CASH:
        return float((1.0 - members[kind]) @ outside)
    return float(members.get(kind, np.zeros(len(outside))) @ outside)


def _turned(give: RuleGive, whole: float, elsewhere: float) -> RuleGive:
    now, needed = ((x + elsewhere) / whole for x in (give.now, give.needed))
    if give.name == AssetClass.CASH:
        return replace(give, now=1.0 - now, needed=1.0 - needed, least=not give.least)
    return replace(give, now=now, needed=needed)

"""What may be bought in place of what is sold: the replacement lists, then the nearest in the sector."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.account_rule import AccountRule
from harvestdesk.domain.ids import AccountId, IdenticalSetId, SecurityId
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.relations import Replacement
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.optimize.eligibility import LossLot
from harvestdesk.optimize.lot_reasons import is_not_planned
from harvestdesk.risk.factor_model import FactorModel

NEAREST = 15
"""How many neighbours in the sector may stand in for a stock without a replacement list."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One security that may stand in for another.

    Attributes:
        rank: 1 is preferred: the person's own order, or nearness.
        listed: from the person's list; False: nearest in the sector.
        distance: yearly tracking error of the one against the other, for neighbours.
    """

    security_id: SecurityId
    rank: int
    hurdle_bp: Decimal = ZERO
    listed: bool = True
    distance: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A purchase the solver may make, with what it may replace."""

    account_id: AccountId
    security_id: SecurityId
    best: Suggestion
    replaces: tuple[SecurityId, ...]


@dataclass(frozen=True)
class Market:
    """What can be bought at all.

    Attributes:
        buyable: securities with a price, not excluded and not locked against purchases.
        set_of: identical set by security.
    """

    buyable: frozenset[SecurityId]
    set_of: Mapping[SecurityId, IdenticalSetId]

    def identical_to(self, security_ids: Iterable[SecurityId]) -> set[SecurityId]:
        """Return the securities of the sets of these, themselves included."""
        sets = {self.set_of[s] for s in security_ids}
        return {s for s, own in self.set_of.items() if own in sets}


def buyable_securities(
    snapshot: HouseholdSnapshot, barred: Collection[SecurityId]
) -> frozenset[SecurityId]:
    """Return the securities a plan may buy: those with a price, unless they are barred."""
    return frozenset(
        s.id
        for s in snapshot.securities
        if s.id not in barred
        and not is_not_planned(s)
        and (price := snapshot.prices.get(s.id)) is not None
        and price.value > 0
    )


def suggestions(
    snapshot: HouseholdSnapshot,
    model: FactorModel,
    market: Market,
    wanted: Collection[SecurityId],
) -> dict[SecurityId, tuple[Suggestion, ...]]:
    """Return what may be bought for each security of `wanted`, best first."""
    lists: dict[SecurityId, list[Replacement]] = defaultdict(list)
    for row in snapshot.replacements:
        lists[row.security_id].append(row)
    neighbours = _Neighbours(snapshot.securities, model, market)
    found: dict[SecurityId, tuple[Suggestion, ...]] = {}
    for security_id in wanted:
        listed = _from_list(lists.get(security_id, ()), security_id, market)
        found[security_id] = listed or neighbours.of(security_id)
    return found


def candidates(
    losses: Sequence[LossLot],
    by_security: Mapping[SecurityId, tuple[Suggestion, ...]],
    rules: Mapping[AccountId, AccountRule],
) -> tuple[Candidate, ...]:
    """Return the purchases each account may make: what may stand in for a loss it holds and is on its menu."""
    best: dict[tuple[AccountId, SecurityId], Suggestion] = {}
    replaces: dict[tuple[AccountId, SecurityId], list[SecurityId]] = defaultdict(list)
    held = dict.fromkeys((loss.lot.account_id, loss.lot.security_id) for loss in losses)
    for account_id, sold_id in held:
        menu = rules[account_id].menu
        for suggestion in by_security.get(sold_id, ()):
            if menu and suggestion.security_id not in menu:
                continue
            key = (account_id, suggestion.security_id)
            replaces[key].append(sold_id)
            if key not in best or _order(suggestion) < _order(best[key]):
                best[key] = suggestion
    return tuple(
        Candidate(account_id, security_id, suggestion, tuple(replaces[account_id, security_id]))
        for (account_id, security_id), suggestion in best.items()
    )


def _order(suggestion: Suggestion) -> tuple[Decimal, int]:
    return suggestion.hurdle_bp, suggestion.rank


def _from_list(
    rows: Sequence[Replacement], security_id: SecurityId, market: Market
) -> tuple[Suggestion, ...]:
    own = market.set_of.get(security_id)
    return tuple(
        Suggestion(row.replacement_id, row.rank, row.hurdle_bp)
        for row in sorted(rows, key=lambda r: (r.rank, r.replacement_id))
        if row.buy_allowed
        and row.replacement_id in market.buyable
        and market.set_of.get(row.replacement_id) != own
    )


class _Neighbours:
    """Stocks by sector, with the risk of one against the other."""

    def __init__(self, securities: Sequence[Security], model: FactorModel, market: Market) -> None:
        self._model = model
        self._market = market
        self._index = {s: i for i, s in enumerate(model.security_ids)}
        self._security = {s.id: s for s in securities}
        groups: dict[tuple[str, str], list[SecurityId]] = defaultdict(list)
        for s in securities:
            if s.kind is SecurityKind.STOCK and s.id in market.buyable and s.id in self._index:
                groups[s.asset_class.value, s.sector].append(s.id)
        self._groups = {k: np.array([self._index[s] for s in ids]) for k, ids in groups.items()}

    def of(self, security_id: SecurityId) -> tuple[Suggestion, ...]:
        """Return the nearest stocks of the same class and sector, nearest first."""
        security = self._security.get(security_id)
        if security is None or security.kind is not SecurityKind.STOCK:
            return ()
        group = self._groups.get((security.asset_class.value, security.sector))
        if group is None:
            return ()
        distances = self._distances(self._index[security_id], group)
        own = self._market.set_of.get(security_id)
        found: list[Suggestion] = []
        for place in np.argsort(distances, kind="stable"):
            other = self._model.security_ids[group[place]]
            if self._market.set_of.get(other) == own:
                continue
            found.append(
                Suggestion(other, len(found) + 1, listed=False, distance=float(distances[place]))
            )
            if len(found) == NEAREST:
                break
        return tuple(found)

    def _distances(self, index: int, group: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the tracking error of each of a group against one, a fraction a year (methods part 2)."""
        apart = self._model.loadings[group] - self._model.loadings[index]
        own = self._model.specific_variance[group] + self._model.specific_variance[index]
        return np.asarray(np.sqrt((apart**2).sum(axis=1) + own), dtype=np.float64)

"""Losses worth taking although a few shares bought in the window wash a part of them.

Reg. 1.1091-1(c), (d): where fewer shares were acquired than sold, the loss on as many as were acquired is
disallowed, no more. Losses of one day are matched in the order the shares were acquired (1.1091-1(b)), so
that of several lots sold together the earliest one bears it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

from harvestdesk.domain.ids import IdenticalSetId, LotId
from harvestdesk.domain.lock import LotStanding
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import ZERO, cents, rounded
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.washsale.identical import SetIndex

_TENTH = Decimal("0.1")
_TRACES = 9
"""Digits beyond which a figure is only the trace of a division."""


def can_be_accepted(standing: LotStanding) -> bool:
    """True for a blocked lot whose washed part is known to the share and only deferred."""
    return standing.blocked_shares > 0 and standing.exact and not standing.permanent


def is_accepted(standing: LotStanding, max_percent: Decimal) -> bool:
    """True if a blocked lot may be sold whole under a household's limit in percent of its loss.

    Judged as if no other lot were sold: whichever are, no more of this one is disallowed.
    """
    if max_percent <= 0 or not can_be_accepted(standing):
        return False
    return standing.matching_shares * 100 <= max_percent * standing.blocked_shares


def washed_percent(standing: LotStanding) -> Decimal:
    """Return the percent of a blocked lot's loss that would be disallowed, rounded up to a tenth."""
    percent = standing.matching_shares * 100 / standing.blocked_shares
    return percent.quantize(_TENTH, rounding=ROUND_CEILING)


def disallowed_of(loss: Decimal, matched: Decimal, shares: Decimal) -> Decimal:
    """Return the disallowed dollars, to the cent, of a loss on `shares` of which `matched` are washed."""
    return cents(rounded(loss * matched / shares, _TRACES)) if matched > 0 else ZERO


def washed_shares(
    snapshot: HouseholdSnapshot,
    lot_ids: Iterable[LotId],
    standings: Mapping[LotId, LotStanding],
) -> dict[LotId, Decimal]:
    """Return the shares washed of each of these lots if they are sold whole, together, today.

    They must be lots that may be sold together (`sold_together`); free ones have none washed.
    """
    wanted = set(lot_ids)
    index = SetIndex.of_snapshot(snapshot)
    by_set: dict[IdenticalSetId, list[TaxLot]] = defaultdict(list)
    for lot in snapshot.lots:
        if lot.id in wanted and standings[lot.id].blocked_shares > 0:
            by_set[index.set_of(lot.security_id)].append(lot)
    washed = dict.fromkeys(wanted, ZERO)
    for lots in by_set.values():
        left = max(standings[x.id].pool_shares for x in lots)
        for lot in sorted(lots, key=lambda x: x.acquired_on or snapshot.as_of):
            washed[lot.id] = min(left, lot.shares)
            left -= washed[lot.id]
    return washed


def sold_together(
    snapshot: HouseholdSnapshot,
    losses: Mapping[LotId, Decimal],
    standings: Mapping[LotId, LotStanding],
) -> frozenset[LotId]:
    """Return the lots to sell where a set's replacement shares stand at a loss themselves.

    Shares that take over a disallowed loss are not sold in the same plan, or the loss would come back
    under another lot's name. So where a set has blocked lots to sell, either those go that replace nothing
    or those of one purchase: whichever lose more. `losses` are dollars, positive, by lot.
    """
    index = SetIndex.of_snapshot(snapshot)
    by_set: dict[IdenticalSetId, list[LotId]] = defaultdict(list)
    for lot_id in losses:
        by_set[index.set_of(snapshot.lot_by_id[lot_id].security_id)].append(lot_id)
    chosen: set[LotId] = set()
    for lot_ids in by_set.values():
        if any(standings[x].blocked_shares > 0 for x in lot_ids):
            chosen.update(_best_group(lot_ids, losses, standings))
        else:
            chosen.update(lot_ids)
    return frozenset(chosen)


def _best_group(
    lot_ids: Sequence[LotId],
    losses: Mapping[LotId, Decimal],
    standings: Mapping[LotId, LotStanding],
) -> list[LotId]:
    groups: dict[str, list[LotId]] = defaultdict(list)
    for lot_id in lot_ids:
        groups[standings[lot_id].group].append(lot_id)
    return max(groups.values(), key=lambda ids: sum((losses[x] for x in ids), ZERO))

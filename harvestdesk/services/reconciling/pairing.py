"""Rows of both sides laid beside each other: by account, security and day of sale, then lot by lot."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.calendar import settlement_day
from harvestdesk.domain.ids import AccountId
from harvestdesk.domain.money import CENT, ZERO
from harvestdesk.reports.tax_forms.sales import TaxSale
from harvestdesk.services.reconciling.sides import Stated, days_apart

MAX_DAYS = 5
"""Calendar days between trade and settlement: three trading days and a weekend."""
_DUST = Decimal("0.00001")
"""Brokers show shares with three to five decimals."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Rows that are the same lot of the same sale, or rows one side has alone.

    Attributes:
        whole: shares of both sides agree, and so do the lots.
        lots_differ: the shares agree, the lots don't.
        acquired_differs: one lot on both sides, with another day of purchase.
    """

    account_id: AccountId
    key: str
    symbol: str
    ours: tuple[TaxSale, ...]
    theirs: tuple[Stated, ...]
    lots_differ: bool = False
    shares_differ: bool = False
    acquired_differs: bool = False

    @property
    def rows(self) -> int:
        """Number of rows compared; each may be rounded by a cent."""
        return len(self.ours) + len(self.theirs)


_Key = tuple[AccountId, str, date]


def pair_rows(ours: Sequence[TaxSale], theirs: Sequence[Stated]) -> tuple[Pair, ...]:
    """Return every row of both sides in exactly one pair."""
    here, there = _sales_of(ours), _statements_of(theirs)
    pairs: list[Pair] = []
    for key in sorted(here.keys() & there.keys()):
        pairs += _lots(here.pop(key), there.pop(key))
    pairs += _other_day(here, there)
    pairs += [_alone(rows, ()) for _, rows in sorted(here.items())]
    pairs += [_alone((), rows) for _, rows in sorted(there.items())]
    return tuple(pairs)


def _sales_of(rows: Sequence[TaxSale]) -> dict[_Key, list[TaxSale]]:
    found: dict[_Key, list[TaxSale]] = defaultdict(list)
    for row in rows:
        found[row.account_id, row.security_id, row.sold_on].append(row)
    return found


def _statements_of(rows: Sequence[Stated]) -> dict[_Key, list[Stated]]:
    found: dict[_Key, list[Stated]] = defaultdict(list)
    for row in rows:
        found[row.account_id, row.key, row.lot.sold].append(row)
    return found


def _other_day(here: dict[_Key, list[TaxSale]], there: dict[_Key, list[Stated]]) -> list[Pair]:
    """Pair sales of equal shares a few days apart: the file may go by settlement."""
    pairs: list[Pair] = []
    for key in sorted(there):
        account, security, day = key
        nearest = sorted(
            (days_apart(k[2], day), k)
            for k in here
            if k[:2] == (account, security)
            and days_apart(k[2], day) <= MAX_DAYS
            and _same(_shares_here(here[k]), _shares_there(there[key]))
        )
        if nearest:
            pairs += _lots(here.pop(nearest[0][1]), there.pop(key))
    return pairs


def _shares_here(rows: Sequence[TaxSale]) -> Decimal:
    return sum((r.shares for r in rows), ZERO)


def _shares_there(rows: Sequence[Stated]) -> Decimal:
    return sum((r.lot.shares for r in rows), ZERO)


def _same(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= _DUST


def _alone(ours: Sequence[TaxSale], theirs: Sequence[Stated]) -> Pair:
    return _pair(ours, theirs)


def _pair(ours: Sequence[TaxSale], theirs: Sequence[Stated], **marks: bool) -> Pair:
    if ours:
        account, key = ours[0].account_id, str(ours[0].security_id)
    else:
        account, key = theirs[0].account_id, theirs[0].key
    symbol = theirs[0].symbol if theirs else ""
    return Pair(account, key, symbol, tuple(ours), tuple(theirs), **marks)


def _lots(ours: list[TaxSale], theirs: list[Stated]) -> list[Pair]:
    """Pair the lots of one sale; what does not fit lot by lot stays together."""
    here: dict[date | None, list[TaxSale]] = defaultdict(list)
    there: dict[date | None, list[Stated]] = defaultdict(list)
    for sale in ours:
        here[sale.acquired_on].append(sale)
    for row in theirs:
        there[row.lot.acquired].append(row)
    pairs = [
        _pair(here.pop(day), there.pop(day))
        for day in _days(here, there)
        if _same(_shares_here(here[day]), _shares_there(there[day]))
    ]
    pairs += _by_adjusted_day(here, there)
    pairs += _by_settlement_day(here, there)
    rest = [r for rows in here.values() for r in rows], [r for rows in there.values() for r in rows]
    return pairs + _rest(*rest)


def _days(
    here: dict[date | None, list[TaxSale]], there: dict[date | None, list[Stated]]
) -> list[date]:
    return sorted(d for d in here.keys() & there.keys() if d is not None)


def _by_adjusted_day(
    here: dict[date | None, list[TaxSale]], there: dict[date | None, list[Stated]]
) -> list[Pair]:
    """Pair lots where the broker shows the day the term goes by instead of the day of purchase."""
    pairs = []
    for day in sorted(d for d in there if d is not None):
        tacked = [
            r for rows in here.values() for r in rows if r.adjusted_on == day != r.acquired_on
        ]
        if tacked and _same(_shares_here(tacked), _shares_there(there[day])):
            for row in tacked:
                here[row.acquired_on].remove(row)
            pairs.append(_pair(tacked, there.pop(day)))
    return pairs


def _rest(ours: list[TaxSale], theirs: list[Stated]) -> list[Pair]:
    if not ours and not theirs:
        return []
    if not ours or not theirs:
        return [_pair(ours, theirs, shares_differ=True)]
    if not _same(_shares_here(ours), _shares_there(theirs)):
        return [_pair(ours, theirs, shares_differ=True)]
    if all(r.lot.acquired is None for r in theirs):
        return [_pair(ours, theirs)]  # "various" fits any lots
    return [_pair(ours, theirs, lots_differ=True)]


def _by_settlement_day(
    here: dict[date | None, list[TaxSale]], there: dict[date | None, list[Stated]]
) -> list[Pair]:
    """Pair lots of equal shares and cost where the broker shows the day the purchase settled."""
    pairs = []
    for day in sorted(d for d in there if d is not None):
        for bought in sorted(d for d in here if d is not None):
            if settlement_day(bought) == day and _same_lot(here[bought], there[day]):
                pairs.append(_pair(here.pop(bought), there.pop(day), acquired_differs=True))
                break
    return pairs


def _same_lot(ours: Sequence[TaxSale], theirs: Sequence[Stated]) -> bool:
    if not _same(_shares_here(ours), _shares_there(theirs)):
        return False
    costs = {sum((r.basis or ZERO for r in ours), ZERO)}
    costs.add(sum((r.original_basis or ZERO for r in ours), ZERO))
    stated = sum((r.lot.basis or ZERO for r in theirs), ZERO)
    return any(abs(cost - stated) <= CENT * (len(ours) + len(theirs)) for cost in costs)

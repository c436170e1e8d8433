"""Account rules and outside holdings an own CSV may carry, and average volumes of a price history."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from harvestdesk.domain.account_rule import AccountRule
from harvestdesk.domain.ids import AccountId, OutsideHoldingId, SecurityId
from harvestdesk.domain.money import MONEY_DIGITS, rounded
from harvestdesk.domain.outside import OutsideHolding
from harvestdesk.domain.security import Security
from harvestdesk.importers.batch import ParsedAccountRule, ParsedOutside

AccountOf = Callable[[str], AccountId]
SecurityOf = Callable[[str], Security]
NewId = Callable[[str], str]
CountRow = Callable[[bool], None]
Volumes = Mapping[tuple[SecurityId, date], Decimal]

AVERAGED_DAYS = 60
"""Trading days an average daily volume is taken over."""
LEAST_DAYS = 20
"""Fewer days say little of what trades on a usual one."""


def merged_rules(
    stored: Sequence[AccountRule],
    rows: Sequence[ParsedAccountRule],
    account_of: AccountOf,
    security_of: SecurityOf,
    count: CountRow,
) -> tuple[AccountRule, ...]:
    """Return the rules with a file's rows put in, each the whole rule of its account.

    `count` is told of each row whether it is new.
    """
    found = {r.account_id: r for r in stored}
    for row in rows:
        account_id = account_of(row.account_key)
        made = AccountRule(
            account_id,
            row.role,
            tuple(dict.fromkeys(security_of(symbol).id for symbol in row.menu)),
            rounded(row.cash_min, MONEY_DIGITS),
            rounded(row.cash_reserve, MONEY_DIGITS),
            None if row.cash_max is None else rounded(row.cash_max, MONEY_DIGITS),
        )
        count(found.get(account_id, AccountRule(account_id)) != made)
        found[account_id] = made
    return tuple(r for r in found.values() if r != AccountRule(r.account_id))


def merged_outside(
    stored: Sequence[OutsideHolding],
    rows: Sequence[ParsedOutside],
    security_of: SecurityOf,
    new_id: NewId,
    count: CountRow,
) -> tuple[OutsideHolding, ...]:
    """Return the holdings with a file's rows put in; `count` is told of each row whether it is new.

    A row takes the place of the stored one of the same words and security, so that a value can be brought
    up to date; the second of two such rows takes the place of the second.
    """
    found = {h.id: h for h in stored}
    places: dict[tuple[str, SecurityId], list[OutsideHoldingId]] = defaultdict(list)
    for holding in reversed(stored):
        places[holding.note, holding.security_id].append(holding.id)
    for row in rows:
        security_id = security_of(row.symbol).id
        left = places[row.holding, security_id]
        holding_id = left.pop() if left else OutsideHoldingId(new_id("outside"))
        made = OutsideHolding(
            holding_id, security_id, rounded(row.value, MONEY_DIGITS), row.holding
        )
        count(found.get(holding_id) != made)
        found[holding_id] = made
    return tuple(found.values())


def fresh_volumes(
    traded: Mapping[SecurityId, Mapping[date, Decimal]], stored: Volumes
) -> Iterator[tuple[SecurityId, date, Decimal]]:
    """Yield average shares a day by security as of the last day of each month and the last of all.

    An average of fewer than `AVERAGED_DAYS` days is taken only where nothing is known up to its day: a short
    file must not replace what a long one told.

    Args:
        traded: shares by day.
        stored: averages the household has.
    """
    first: dict[SecurityId, date] = {}
    for security_id, on in stored:
        first[security_id] = min(on, first.get(security_id, on))
    for security_id, shares in traded.items():
        known = first.get(security_id, date.max)
        for on, average, days in _averages(shares):
            whole = rounded(average, 0)
            if days < AVERAGED_DAYS and known <= on:
                continue
            if stored.get((security_id, on)) != whole:
                yield security_id, on, whole


def _averages(shares: Mapping[date, Decimal]) -> Iterator[tuple[date, Decimal, int]]:
    days = sorted(shares)
    for i, on in enumerate(days):
        last_of_month = i + 1 == len(days) or days[i + 1].month != on.month
        window = days[max(0, i + 1 - AVERAGED_DAYS) : i + 1]
        if last_of_month and len(window) >= LEAST_DAYS:
            yield on, sum((shares[d] for d in window), Decimal(0)) / len(window), len(window)

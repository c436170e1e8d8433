"""Purchases to expect: dividend reinvestments, recurring orders and vests that keep a rhythm."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from harvestdesk.domain.account import Account
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.transaction import ScheduledPurchase, Transaction, TransactionType
from harvestdesk.services.importing.staging import NewId

_RHYTHMIC = frozenset({TransactionType.DRIP, TransactionType.RECURRING, TransactionType.VEST})
_LEAST_EVENTS = 3
_LOOK_BACK = timedelta(days=400)

Stream = tuple[AccountId, TransactionType, SecurityId]


def inferred_schedule(
    accounts: Sequence[Account],
    transactions: Sequence[Transaction],
    known: Sequence[ScheduledPurchase],
    as_of: date,
    new_id: NewId,
) -> tuple[ScheduledPurchase, ...]:
    """Return the next purchase of every stream of three or more that is not scheduled yet.

    They are marked as inferred, never as told; a stream that missed two beats has stopped.
    """
    have = {(s.account_id, s.type, s.security_id) for s in known}
    ids = {a.id for a in accounts}
    streams: dict[Stream, list[Transaction]] = defaultdict(list)
    for t in transactions:
        recent = as_of - _LOOK_BACK <= t.on <= as_of
        if t.type in _RHYTHMIC and t.security_id is not None and recent and t.account_id in ids:
            streams[t.account_id, t.type, t.security_id].append(t)
    made: list[ScheduledPurchase] = []
    for stream, events in sorted(streams.items()):
        following = None if stream in have else _next(events, as_of)
        if following is not None:
            on, every = following
            made.append(
                ScheduledPurchase(
                    id=new_id("scheduled"),
                    type=stream[1],
                    account_id=stream[0],
                    security_id=stream[2],
                    next_on=on,
                    every_days=every,
                    shares=events[-1].shares,
                    amount=events[-1].amount,
                    confirmed=False,
                    note="inferred from the history",
                )
            )
    return tuple(made)


def _next(events: Sequence[Transaction], as_of: date) -> tuple[date, int] | None:
    """Return the next day and the usual gap in days, or None where there is no rhythm."""
    days = sorted({t.on for t in events})
    if len(days) < _LEAST_EVENTS:
        return None
    every = round(median((b - a).days for a, b in pairwise(days)))
    if (as_of - days[-1]).days > 2 * every:
        return None
    on = days[-1]
    while on <= as_of:
        on += timedelta(days=every)
    return on, every

"""Purchases that can wash a loss sold today: those of the last 30 days and those still to come."""

import calendar
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from harvestdesk.domain.ids import AccountId, IdenticalSetId, SecurityId
from harvestdesk.domain.lot import BOUGHT_IF_RECENT, LotSource, TaxLot
from harvestdesk.domain.money import ZERO
from harvestdesk.domain.security import Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.transaction import (
    ACQUISITIONS,
    ScheduledPurchase,
    Transaction,
    TransactionType,
)
from harvestdesk.washsale.identical import SetIndex
from harvestdesk.washsale.window import window

OPTION_SHARES = Decimal(100)
"""Shares a listed equity option covers."""
MONTHLY = 30
"""`every_days` that stands for a calendar month."""
_PUT = re.compile(r"\d{6}P\d+(\.\d+)?$")

_CAUSE_OF_TYPE = {
    TransactionType.BUY: "purchase",
    TransactionType.RECURRING: "recurring",
    TransactionType.DRIP: "drip",
    TransactionType.VEST: "vest",
}
_CAUSE_OF_SOURCE = {
    LotSource.BUY: "purchase",
    LotSource.RECURRING: "recurring",
    LotSource.DRIP: "drip",
    LotSource.VEST: "vest",
    LotSource.TRANSFER: "purchase",
}
_CAUSE_AHEAD = {
    TransactionType.RECURRING: "recurring",
    TransactionType.DRIP: "drip_scheduled",
    TransactionType.VEST: "vest",
}


@dataclass(frozen=True, slots=True)
class WashingPurchase:
    """One purchase that can wash a loss of its set sold on the as-of date.

    Attributes:
        shares: shares still held and not yet used as a replacement; zero where a scheduled
            purchase has no known size.
        purchase: key of the purchase order; lots with this key are not washed by it (Rev. Rul. 56-602).
        permanent: in an IRA-type account (Rev. Rul. 2008-5).
        blocks: a plan must keep clear of it; False: a person is only told to pause it.
        pausable: can be stopped before it happens.
        exact: `shares` is a fact: no estimate from dollars, no option's cover, no lot whose broker
            already added a disallowed loss to it (it may have served: Reg. 1.1091-1(e)).
    """

    set_id: IdenticalSetId
    account_id: AccountId
    security_id: SecurityId
    on: date
    shares: Decimal
    cause: str
    permanent: bool
    evidence: str
    purchase: str
    blocks: bool = True
    pausable: bool = False
    exact: bool = True


class _Row(NamedTuple):
    """A past purchase, from a lot or from the ledger."""

    account_id: AccountId
    security_id: SecurityId
    on: date
    shares: Decimal
    cause: str
    purchase: str
    exact: bool = True


def recent_purchases(snapshot: HouseholdSnapshot, index: SetIndex) -> tuple[WashingPurchase, ...]:
    """Return the acquisitions of the last 30 days whose shares are still held, in date order.

    Lots say what is left where they carry dates. Where an account reports a position without lots
    (an IRA, say), the ledger's purchases count, up to the shares held.
    """
    first, _ = window(snapshot.as_of)
    bought = _bought_since(snapshot, first)
    lots: dict[tuple[AccountId, SecurityId], list[TaxLot]] = defaultdict(list)
    for lot in snapshot.lots:
        lots[lot.account_id, lot.security_id].append(lot)
    found: list[WashingPurchase] = []
    for (account_id, security_id), held in lots.items():
        if index.exempt(security_id):
            continue
        rows = bought.get((account_id, security_id), [])
        if all(lot.acquired_on is not None for lot in held):
            found += _from_lots(snapshot, index, held, rows, first)
        else:
            found += _from_ledger(snapshot, index, rows, sum((x.shares for x in held), ZERO))
    return tuple(sorted(found, key=lambda p: (p.on, p.account_id, p.security_id, p.purchase)))


def scheduled_purchases(
    snapshot: HouseholdSnapshot, index: SetIndex
) -> tuple[WashingPurchase, ...]:
    """Return the scheduled purchases from today until 30 days ahead, in date order.

    What the person or the broker confirmed blocks, and so does every vest, which nobody can pause. A
    reinvestment or recurring order only inferred from history doesn't block: it is a pause task.
    """
    _, last = window(snapshot.as_of)
    done = {
        (t.account_id, t.security_id)
        for t in snapshot.transactions
        if t.on == snapshot.as_of and t.type in ACQUISITIONS
    }
    found: list[WashingPurchase] = []
    for plan in snapshot.scheduled:
        if index.exempt(plan.security_id) or plan.account_id not in snapshot.account_by_id:
            continue
        for day in occurrences(plan, snapshot.as_of, last):
            if day == snapshot.as_of and (plan.account_id, plan.security_id) in done:
                continue
            found.append(_ahead(snapshot, index, plan, day))
    return tuple(sorted(found, key=lambda p: (p.on, p.account_id, p.security_id, p.purchase)))


def occurrences(plan: ScheduledPurchase, first: date, last: date) -> Iterator[date]:
    """Yield the days of a schedule within `first`..`last`, both ends in."""
    for step in range(_steps_before(plan, first), 1 << 30):
        day = _occurrence(plan, step)
        if day > last or (plan.until is not None and day > plan.until):
            return
        if day >= first:
            yield day
        if plan.every_days <= 0:
            return


def _steps_before(plan: ScheduledPurchase, first: date) -> int:
    """Return a step at or before the first occurrence from `first` on."""
    if plan.every_days <= 0 or plan.next_on >= first:
        return 0
    longest = 31 if plan.every_days == MONTHLY else plan.every_days
    return (first - plan.next_on).days // longest


def _occurrence(plan: ScheduledPurchase, step: int) -> date:
    if plan.every_days != MONTHLY:
        return plan.next_on + timedelta(days=max(plan.every_days, 0) * step)
    months = plan.next_on.month - 1 + step
    year, month = plan.next_on.year + months // 12, months % 12 + 1
    return date(year, month, min(plan.next_on.day, calendar.monthrange(year, month)[1]))


def _bought_since(
    snapshot: HouseholdSnapshot, first: date
) -> dict[tuple[AccountId, SecurityId], list[Transaction]]:
    rows: dict[tuple[AccountId, SecurityId], list[Transaction]] = defaultdict(list)
    for row in snapshot.transactions:
        if row.security_id and row.type in ACQUISITIONS and first <= row.on <= snapshot.as_of:
            rows[row.account_id, row.security_id].append(row)
    return rows


def _from_lots(
    snapshot: HouseholdSnapshot,
    index: SetIndex,
    held: list[TaxLot],
    rows: list[Transaction],
    first: date,
) -> Iterator[WashingPurchase]:
    causes = {row.on: _CAUSE_OF_TYPE[row.type] for row in rows}
    for lot in held:
        day = lot.acquired_on
        if lot.source not in BOUGHT_IF_RECENT or day is None or not first <= day <= snapshot.as_of:
            continue
        if lot.wash_added > 0 and lot.statement_on is None:
            continue  # the ledger split it off as a replacement: one bite only, Reg. 1.1091-1(e)
        shares = covered_shares(snapshot.security_by_id.get(lot.security_id), lot.shares)
        if shares > 0:
            cause = _CAUSE_OF_SOURCE[lot.source]
            if cause == "purchase":  # lot files don't say how; the ledger may
                cause = causes.get(day, cause)
            key = lot.purchase or lot.id
            exact = lot.wash_added == 0
            row = _Row(lot.account_id, lot.security_id, day, shares, cause, key, exact)
            yield _past(snapshot, index, row)


def _from_ledger(
    snapshot: HouseholdSnapshot, index: SetIndex, rows: list[Transaction], held: Decimal
) -> Iterator[WashingPurchase]:
    """Yield purchases of the ledger, the latest first, until the shares held are used up."""
    for row in sorted(rows, key=lambda r: r.on, reverse=True):
        if row.security_id is None or held <= 0:
            return
        taken = min(row.shares, held)
        held -= taken
        shares = covered_shares(snapshot.security_by_id.get(row.security_id), taken)
        if shares > 0:
            key = row.purchase or row.lot_id or row.id
            cause = _CAUSE_OF_TYPE[row.type]
            found = _Row(row.account_id, row.security_id, row.on, shares, cause, key)
            yield _past(snapshot, index, found)


def _past(snapshot: HouseholdSnapshot, index: SetIndex, row: _Row) -> WashingPurchase:
    account = snapshot.account_by_id.get(row.account_id)
    security = snapshot.security_by_id.get(row.security_id)
    is_option = security is not None and security.kind is SecurityKind.OPTION
    return WashingPurchase(
        index.set_of(row.security_id), row.account_id, row.security_id, row.on, row.shares,
        row.cause,
        permanent=account is not None and not account.type.is_taxable,
        evidence="confirmed", purchase=row.purchase, exact=row.exact and not is_option,
    )  # fmt: skip


def _ahead(
    snapshot: HouseholdSnapshot, index: SetIndex, plan: ScheduledPurchase, day: date
) -> WashingPurchase:
    price = snapshot.prices.get(plan.security_id)
    shares = plan.shares
    if shares == 0 and price is not None and price.value > 0:
        shares = plan.amount / price.value
    vest = plan.type is TransactionType.VEST
    return WashingPurchase(
        index.set_of(plan.security_id), plan.account_id, plan.security_id, day, shares,
        _CAUSE_AHEAD.get(plan.type, "recurring"),
        permanent=not snapshot.account_by_id[plan.account_id].type.is_taxable,
        evidence="scheduled" if plan.confirmed else "probable",
        purchase=f"scheduled:{plan.id}:{day.isoformat()}",
        blocks=plan.confirmed or vest, pausable=not vest, exact=plan.shares > 0,
    )  # fmt: skip


def covered_shares(security: Security | None, shares: Decimal) -> Decimal:
    """Return the shares a purchase can replace: 100 per call option, none for a put.

    IRC §1091(a) names options to acquire; a bought put is none (Pub. 550, Options).
    """
    if security is None or security.kind is not SecurityKind.OPTION:
        return shares
    return ZERO if is_put(security) else shares * OPTION_SHARES


def is_put(security: Security) -> bool:
    """True for a put option, told by its OCC symbol (`XYZ 260116P00050000`)."""
    found = _PUT.search(security.symbol.replace(" ", ""))
    return security.kind is SecurityKind.OPTION and found is not None

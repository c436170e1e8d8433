"""Every lot as one row: what it is worth, what it owes, and what the law says about selling it today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lock import LotStanding
from harvestdesk.domain.lot import LotSource, TaxLot, Term
from harvestdesk.domain.money import CENT, ZERO, cents, decimal_text, money_text
from harvestdesk.domain.proposal import LotSale, Proposal, Reason
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.services.views.naming import Names
from harvestdesk.tax.holding_period import days_until_long, lot_term
from harvestdesk.washsale.evidence import Evidence
from harvestdesk.washsale.outlook import lot_standings

_ONE_DAY = timedelta(days=1)
SOON_DAYS = 45
"""A lot that turns long-term within this many days is worth waiting for, or worth hurrying."""


_UNSURE = frozenset({Evidence.UNCLEAR, Evidence.COVERAGE_INCOMPLETE})


class LotStatus(StrEnum):
    """What may be done with a lot today; the picture gives each its own shape and colour."""

    PLANNED = "planned"
    """The plan sells it."""
    SELLABLE = "sellable"
    """At a loss, and no purchase that is known of stands against it."""
    LOCKED = "locked"
    """At a loss that would be washed and move into another lot's basis."""
    PERMANENT = "permanent"
    """At a loss that would be lost for good: the blocking purchase is in an IRA-type account."""
    GAIN = "gain"
    """At a gain, or even."""
    SHELTERED = "sheltered"
    """In an account whose sales are not taxed."""
    UNKNOWN = "unknown"
    """No price, no basis or no date: shown, never planned."""


@dataclass(frozen=True, slots=True)
class LotRow:
    """One lot on the as-of date; dollars and shares exact, `gain_fraction` of the adjusted basis.

    Attributes:
        days_held: since the adjusted acquisition date; None without a date.
        lock_until: last day a loss would be washed, None when nothing is blocked.
        free_shares: shares whose loss no known purchase would wash if sold today.
        planned_shares: shares the plan sells.
        reason: the plan's words about this lot, sold or kept; None without a plan.
        evidence: how sure the standing is, as `Evidence`; nothing is called clear that is not covered.
    """

    lot_id: LotId
    account_id: AccountId
    account: str
    security_id: SecurityId
    symbol: str
    name: str
    shares: Decimal
    acquired_on: date | None
    adjusted_acquired_on: date | None
    source: LotSource
    days_held: int | None
    term: Term | None
    days_to_long_term: int
    cost_basis: Decimal | None
    wash_added: Decimal
    adjusted_basis: Decimal | None
    price: Decimal | None
    price_on: date | None
    price_stale: bool
    value: Decimal
    gain: Decimal | None
    gain_fraction: Decimal | None
    status: LotStatus
    lock_until: date | None = None
    free_shares: Decimal = ZERO
    blocked_shares: Decimal = ZERO
    cause: str = ""
    blocking_accounts: tuple[str, ...] = ()
    planned_shares: Decimal = ZERO
    tax_value: Decimal = ZERO
    reason: Reason | None = None
    evidence: str = "confirmed"

    @property
    def is_loss(self) -> bool:
        """True for a taxable lot below its basis."""
        return self.gain is not None and self.gain < 0 and self.status is not LotStatus.SHELTERED

    @property
    def unsure(self) -> bool:
        """True for a loss whose window the imported data do not cover, or that they leave unclear."""
        return self.is_loss and self.evidence in _UNSURE

    @property
    def free_loss(self) -> Decimal:
        """Loss of the shares no known purchase would wash today, in dollars, positive."""
        if not self.is_loss or self.gain is None or self.shares == 0:
            return ZERO
        return cents(-self.gain * self.free_shares / self.shares)


@dataclass(frozen=True, slots=True)
class Quadrant:
    """Sum of the taxable lots of one term and sign."""

    term: Term
    loss: bool
    lots: int
    gain: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class LotsView:
    """All lots of a household with the sums the page speaks of.

    Attributes:
        harvestable: losses no known purchase would wash if realised today, dollars, positive.
        unsure: part of them the imported data do not cover; may be washed all the same.
        locked: losses that would be washed today, dollars, positive.
        first_free: first day a locked loss is free again.
        last_free: first day all of today's locked losses are free again.
    """

    as_of: date
    rows: tuple[LotRow, ...]
    quadrants: tuple[Quadrant, ...]
    harvestable: Decimal
    harvestable_lots: int
    locked: Decimal
    locked_lots: int
    planned: Decimal
    planned_lots: int
    first_free: date | None
    last_free: date | None
    unsure: Decimal = ZERO
    unsure_lots: int = 0


def lots_view(
    snapshot: HouseholdSnapshot,
    proposal: Proposal | None = None,
    *,
    standings: Mapping[LotId, LotStanding] | None = None,
) -> LotsView:
    """Return every lot as a row, in the snapshot's order, with sums per term and sign.

    Args:
        snapshot: the household on its day.
        proposal: a plan whose sales and reasons are shown with the lots.
        standings: what `lot_standings` said, where the caller has it already.
    """
    known = lot_standings(snapshot) if standings is None else standings
    names = Names.of(snapshot)
    sales = {s.lot_id: s for s in proposal.sales} if proposal else {}
    kept = {k.lot_id: k.reason for k in proposal.kept} if proposal else {}
    rows = tuple(
        _row(snapshot, names, lot, known.get(lot.id), sales.get(lot.id), kept.get(lot.id))
        for lot in snapshot.lots
    )
    return _summed(snapshot.as_of, rows)


def _summed(as_of: date, rows: tuple[LotRow, ...]) -> LotsView:
    free = [r for r in rows if r.free_loss > 0]
    locked = [r for r in rows if r.is_loss and r.blocked_shares > 0]
    ends = [r.lock_until + _ONE_DAY for r in locked if r.lock_until]
    planned = [r for r in rows if r.planned_shares > 0]
    unsure = [r for r in free if r.unsure]
    return LotsView(
        as_of=as_of,
        rows=rows,
        quadrants=quadrants(rows),
        harvestable=sum((r.free_loss for r in free), ZERO),
        harvestable_lots=len(free),
        locked=sum((-(r.gain or ZERO) - r.free_loss for r in locked), ZERO),
        locked_lots=len(locked),
        planned=sum((_planned_loss(r) for r in planned), ZERO),
        planned_lots=len(planned),
        first_free=min(ends, default=None),
        last_free=max(ends, default=None),
        unsure=sum((r.free_loss for r in unsure), ZERO),
        unsure_lots=len(unsure),
    )


def _planned_loss(row: LotRow) -> Decimal:
    if row.gain is None or row.shares == 0 or row.status is LotStatus.SHELTERED:
        return ZERO
    return cents(-row.gain * row.planned_shares / row.shares)


def quadrants(rows: Iterable[LotRow]) -> tuple[Quadrant, ...]:
    """Return the sums of taxable lots: short-term losses, long-term losses, then gains likewise."""
    found: dict[tuple[Term, bool], tuple[int, Decimal, Decimal]] = {
        (term, loss): (0, ZERO, ZERO) for loss in (True, False) for term in Term
    }
    for row in rows:
        if row.term is None or row.gain is None or row.status is LotStatus.SHELTERED:
            continue
        key = (row.term, row.gain < 0)
        count, gain, value = found[key]
        found[key] = (count + 1, gain + row.gain, value + row.value)
    return tuple(Quadrant(term, loss, *sums) for (term, loss), sums in found.items())


def _row(
    snapshot: HouseholdSnapshot,
    names: Names,
    lot: TaxLot,
    standing: LotStanding | None,
    sale: LotSale | None,
    kept: Reason | None,
) -> LotRow:
    price = snapshot.prices.get(lot.security_id)
    gain = lot.gain_at(price.value) if price else None
    basis = lot.adjusted_basis
    held_from = lot.adjusted_acquired_on or lot.acquired_on
    taxable = names.is_taxable(lot.account_id)
    blocked = standing.blocked_shares if standing else ZERO
    free_from = standing.free_from if standing else None
    return LotRow(
        lot_id=lot.id,
        account_id=lot.account_id,
        account=names.account(lot.account_id),
        security_id=lot.security_id,
        symbol=names.symbol(lot.security_id),
        name=names.security(lot.security_id),
        shares=lot.shares,
        acquired_on=lot.acquired_on,
        adjusted_acquired_on=lot.adjusted_acquired_on,
        source=lot.source,
        days_held=(snapshot.as_of - held_from).days if held_from else None,
        term=lot_term(lot, snapshot.as_of) if taxable else None,
        days_to_long_term=days_until_long(lot, snapshot.as_of),
        cost_basis=lot.cost_basis,
        wash_added=lot.wash_added,
        adjusted_basis=basis,
        price=price.value if price else None,
        price_on=price.on if price else None,
        price_stale=bool(price and price.is_stale(snapshot.as_of)),
        value=snapshot.value_of(lot),
        gain=gain,
        gain_fraction=gain / basis if gain is not None and basis else None,
        status=_status(lot, gain, taxable, standing, sale),
        lock_until=free_from - _ONE_DAY if free_from and blocked > 0 else None,
        free_shares=_free_shares(lot, taxable, standing),
        blocked_shares=blocked,
        cause=standing.cause if standing else "",
        blocking_accounts=names.accounts(standing.blocking_account_ids) if standing else (),
        planned_shares=sale.shares if sale else ZERO,
        tax_value=sale.tax_value if sale else ZERO,
        reason=sale.reason if sale else kept,
        evidence=standing.evidence if standing else "confirmed",
    )


def _free_shares(lot: TaxLot, taxable: bool, standing: LotStanding | None) -> Decimal:
    if not taxable:
        return ZERO
    return standing.free_shares if standing else lot.shares


def _status(
    lot: TaxLot,
    gain: Decimal | None,
    taxable: bool,
    standing: LotStanding | None,
    sale: LotSale | None,
) -> LotStatus:
    if not taxable:
        return LotStatus.SHELTERED
    if sale is not None and sale.shares > 0:
        return LotStatus.PLANNED
    if gain is None or (lot.acquired_on is None and lot.adjusted_acquired_on is None):
        return LotStatus.UNKNOWN
    if gain >= 0 or -gain < CENT:
        return LotStatus.GAIN
    if standing is None or standing.free_shares > 0 or standing.blocked_shares == 0:
        return LotStatus.SELLABLE
    return LotStatus.PERMANENT if standing.permanent else LotStatus.LOCKED


def lots_json(view: LotsView) -> list[dict[str, object]]:
    """Return the rows as the command line prints them: money and shares as exact strings."""
    return [_as_json(row) for row in view.rows]


def _as_json(row: LotRow) -> dict[str, object]:
    return {
        "lot": row.lot_id,
        "account": row.account_id,
        "account_name": row.account,
        "symbol": row.symbol,
        "shares": decimal_text(row.shares),
        "acquired": _day(row.acquired_on),
        "adjusted_acquired": _day(row.adjusted_acquired_on),
        "term": row.term.value if row.term else None,
        "days_to_long_term": row.days_to_long_term,
        "cost_basis": _money(row.cost_basis),
        "wash_added": money_text(row.wash_added),
        "adjusted_basis": _money(row.adjusted_basis),
        "price": _money(row.price),
        "price_on": _day(row.price_on),
        "value": money_text(row.value),
        "unrealised_gain": _money(row.gain),
        "gain_fraction": None if row.gain_fraction is None else round(float(row.gain_fraction), 8),
        "status": row.status.value,
        "free_shares": decimal_text(row.free_shares),
        "locked_until": _day(row.lock_until),
        "cause": row.cause,
        "evidence": row.evidence,
        "source": row.source.value,
    }


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _money(value: Decimal | None) -> str | None:
    return None if value is None else money_text(value)

"""One lot with the history of its basis and date: what came in, from which loss sale, and by which rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from harvestdesk.domain.ids import AccountId, LotId, SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.money import ZERO, cents
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.reports.evidence_words import gap_sentence
from harvestdesk.services.views.naming import Names
from harvestdesk.tax.holding_period import long_from
from harvestdesk.washsale.audit import WashEntry, lot_history, wash_entries_of
from harvestdesk.washsale.events import LotChange
from harvestdesk.washsale.evidence import Coverage, Evidence, Finding, GapKind
from harvestdesk.washsale.household_run import run_household
from harvestdesk.washsale.readings import LotReading, household_readings
from harvestdesk.washsale.rebuild import PART_MARK


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One step of a lot's history.

    Attributes:
        kind: as in `LotChange`.
        shares: shares concerned, after the step.
        amount: dollars the adjusted basis changed by, to the cent.
        basis: adjusted basis of the whole lot after it, to the cent; None from an unknown basis on.
        days: days added to the holding period.
        source: account and day of the loss sale a loss came from, in words, or what shares became.
    """

    on: date
    kind: str
    shares: Decimal
    amount: Decimal
    basis: Decimal | None
    days: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class LotDetail:
    """A lot with everything that made its figures.

    Attributes:
        parts: the lot's parts as they stand; more than one where some shares replaced others.
        entries: disallowed losses that came into the lot, and those of its own sales.
        tacked_days: days added to the holding period of this part.
        from_statement: the broker's lot file is where its history begins.
        evidence: how sure all this is, as `Evidence`.
        missing: what keeps it from being confirmed, each with the way out.
        readings: readings of the law under which basis or date are others.
    """

    lot_id: LotId
    symbol: str
    account: str
    shares: Decimal
    acquired_on: date | None
    adjusted_acquired_on: date | None
    long_term_from: date | None
    cost_basis: Decimal | None
    wash_added: Decimal
    adjusted_basis: Decimal | None
    history: tuple[HistoryRow, ...]
    came_in: tuple[WashEntry, ...]
    went_out: tuple[WashEntry, ...]
    parts: tuple[TaxLot, ...] = ()
    from_statement: date | None = None
    evidence: str = Evidence.CONFIRMED
    missing: tuple[str, ...] = ()
    readings: tuple[LotReading, ...] = ()

    @property
    def tacked_days(self) -> int:
        """Days the holding period begins before the purchase."""
        if self.acquired_on is None or self.adjusted_acquired_on is None:
            return 0
        return (self.acquired_on - self.adjusted_acquired_on).days


def lot_detail(snapshot: HouseholdSnapshot, lot_id: LotId) -> LotDetail | None:
    """Return a lot with its history, worked out by the ledger; None where it is not known.

    Runs the lot's identical set: a few milliseconds, more for a set with many trades.
    """
    lot = snapshot.lot_by_id.get(lot_id)
    if lot is None:
        return None
    run = run_household(snapshot, [lot.security_id])
    whole = _whole(lot_id)
    changes = lot_history(snapshot, lot_id, run)
    readings = household_readings(snapshot, run=run)
    entries = wash_entries_of(snapshot, run, readings)
    came_in = tuple(e for e in entries if e.replaced_by == whole)
    finding = _finding(snapshot, lot, came_in)
    names = Names.of(snapshot)
    return LotDetail(
        lot_id,
        names.symbol(lot.security_id),
        names.account(lot.account_id),
        lot.shares,
        lot.acquired_on,
        lot.adjusted_acquired_on,
        long_from(lot),
        lot.cost_basis,
        lot.wash_added,
        lot.adjusted_basis,
        tuple(_rows(changes, entries, names, known=lot.cost_basis is not None)),
        came_in,
        tuple(e for e in entries if e.lot == whole),
        tuple(x for x in snapshot.lots if _whole(x.id) == whole),
        lot.statement_on,
        finding.state,
        tuple(dict.fromkeys(gap_sentence(gap, snapshot) for gap in finding.gaps)),
        readings.lots.get(whole, ()),
    )


def _finding(snapshot: HouseholdSnapshot, lot: TaxLot, came_in: Sequence[WashEntry]) -> Finding:
    """Return how sure a lot's figures are; where sales are not taxed nothing hangs on it.

    What a broker added is no riddle where the sales behind it are known.
    """
    account = snapshot.account_by_id.get(lot.account_id)
    if account is None or not account.type.is_taxable:
        return Finding()
    found = Coverage(snapshot).lot_finding(lot)
    if cents(sum((e.loss for e in came_in if not e.permanent), ZERO)) < lot.wash_added:
        return found
    return Finding(tuple(g for g in found.gaps if g.kind is not GapKind.BROKER_ADDITION))


def _whole(lot_id: str) -> str:
    return lot_id.partition(PART_MARK)[0]


def _rows(
    changes: Sequence[LotChange], entries: Iterable[WashEntry], names: Names, *, known: bool
) -> Iterable[HistoryRow]:
    losses = {e.sale: e for e in entries}
    basis = ZERO
    for change in changes:
        basis += change.amount
        yield HistoryRow(
            change.on,
            change.kind,
            change.shares,
            cents(change.amount),
            cents(basis) if known else None,
            change.days,
            _source(change, losses.get(change.cause), names),
        )


def _source(change: LotChange, entry: WashEntry | None, names: Names) -> str:
    if entry is not None:
        symbol = names.symbol(SecurityId(entry.security_id))
        account = names.account(AccountId(entry.account_id))
        return f"{symbol} sold {entry.sold_on.isoformat()} in {account}"
    if change.kind in {"spin_off", "merger", "symbol_change"} and change.other:
        return names.symbol(SecurityId(change.other))
    return ""

"""When two rows are the same row, and two lots the same lot."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.transaction import PASSES_SHARES, Transaction

Holding = tuple[AccountId, SecurityId]


def transaction_key(t: Transaction) -> tuple[object, ...]:
    """Return everything that makes a ledger row the row it is; the broker's wording is not part of it."""
    # Decimals that are equal hash alike, however many zeros they end in.
    return (
        t.account_id, t.on, t.type, t.security_id, t.shares, t.amount, t.fees, t.acquired_on,
        t.broker_ref, t.other_security_id,
    )  # fmt: skip


def passes_shares(t: Transaction) -> bool:
    """Return whether a row turns shares into those of another security, or into cash."""
    return t.type in PASSES_SHARES and t.security_id is not None


def moves_shares(t: Transaction) -> bool:
    """Return whether a ledger row changes which lots there are."""
    return passes_shares(t) or (t.security_id is not None and t.shares != 0)


def lot_key(lot: TaxLot) -> tuple[object, ...]:
    """Return everything that makes a stated lot the lot it is."""
    return (
        *same_lot(lot),
        lot.shares.normalize(),
        None if lot.cost_basis is None else lot.cost_basis.normalize(),
        lot.wash_added.normalize(),
        lot.adjusted_acquired_on,
        lot.purchase,
    )


def same_lot(lot: TaxLot) -> tuple[object, ...]:
    """Return what stays of a lot from one statement to the next."""
    return (lot.acquired_on, lot.source, lot.broker_ref)


def is_older(lots: Sequence[TaxLot], on: date) -> bool:
    """Return whether any of these lots was stated before `on`."""
    return any(lot.statement_on is None or lot.statement_on < on for lot in lots)


def by_holding(lots: Sequence[TaxLot]) -> dict[Holding, tuple[TaxLot, ...]]:
    """Return lots by account and security."""
    found: dict[Holding, list[TaxLot]] = defaultdict(list)
    for lot in lots:
        found[lot.account_id, lot.security_id].append(lot)
    return {holding: tuple(rows) for holding, rows in found.items()}

"""Load everything a decision needs as of one day, in one read."""

from datetime import date, timedelta

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.relations import Replacement
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.target import SecurityTarget
from harvestdesk.store.reads import BookReader

HISTORY_DAYS = 3 * 365 + 15
"""About three years: enough trading days for a risk model, little enough to load at once."""


def load_snapshot(book: BookReader, as_of: date) -> HouseholdSnapshot:
    """Return the household as of a day.

    Transactions, prices and cash are those known up to `as_of`; lots, relations and targets are the
    current ones.
    """
    with book.reading():
        lots, replacements = book.lots(), book.replacements()
        targets = book.security_targets()
        cash, cash_on = book.cash(as_of)
        history = book.price_history(
            _risk_securities(lots, replacements, targets),
            as_of - timedelta(days=HISTORY_DAYS),
            as_of,
        )
        return HouseholdSnapshot(
            household=book.household(),
            as_of=as_of,
            people=book.people(),
            accounts=book.accounts(),
            securities=book.securities(),
            lots=lots,
            transactions=book.transactions(until=as_of),
            scheduled=book.scheduled(),
            prices=book.price_book(as_of),
            cash=cash,
            cash_on=cash_on,
            identical_sets=book.identical_sets(),
            equivalents=book.equivalents(),
            replacements=replacements,
            class_targets=book.class_targets(),
            security_targets=targets,
            history=history,
        )


def _risk_securities(
    lots: tuple[TaxLot, ...],
    replacements: tuple[Replacement, ...],
    targets: tuple[SecurityTarget, ...],
) -> set[SecurityId]:
    """Return what is held, what may be bought in its place, and what is meant to be held."""
    return (
        {lot.security_id for lot in lots}
        | {r.replacement_id for r in replacements}
        | {t.security_id for t in targets}
    )

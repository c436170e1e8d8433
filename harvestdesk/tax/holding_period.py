"""Holding periods: how long shares must be held before a gain or loss is long-term (IRC §1222).

The day of purchase is left out, the day of sale counts (Rev. Rul. 66-7). Dates, never instants: clock
changes and time zones cannot move them.
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import Protocol

from harvestdesk.domain.lot import Term

_ONE_DAY = timedelta(days=1)


class Held(Protocol):
    """What the term of a lot follows from: a tax lot, or shares of one in the ledger."""

    @property
    def acquired_on(self) -> date | None:
        """Real acquisition date; None where nobody reported it."""

    @property
    def adjusted_acquired_on(self) -> date | None:
        """Date that counts for the term; None: the real one."""

    @property
    def always_long(self) -> bool:
        """From a decedent, so that it counts as held for more than a year."""


def long_term_from(acquired: date) -> date:
    """Return the first day on which a sale of shares acquired on `acquired` is long-term.

    That is the day after the anniversary. Shares acquired on the last day of a month become
    long-term on the first day of the thirteenth month after (Rev. Rul. 66-7): February 28, 2023
    becomes March 1, 2024.
    """
    if acquired.day == monthrange(acquired.year, acquired.month)[1]:
        if acquired.month == 12:
            return date(acquired.year + 2, 1, 1)
        return date(acquired.year + 1, acquired.month + 1, 1)
    return acquired.replace(year=acquired.year + 1) + _ONE_DAY


def term_of(acquired: date, sold: date) -> Term:
    """Return the term of a sale on `sold`; `acquired` is the adjusted (tacked) date."""
    days = (sold - acquired).days
    if not 366 <= days <= 367:  # a year, a leap day, and the day of purchase left out
        return Term.LONG if days > 367 else Term.SHORT
    return Term.LONG if sold >= long_term_from(acquired) else Term.SHORT


def days_to_long_term(acquired: date, on: date) -> int:
    """Return the calendar days from `on` until a sale is long-term; 0 if it is already."""
    return max(0, (long_term_from(acquired) - on).days)


def long_from(lot: Held) -> date | None:
    """Return the first day on which a sale of the lot is long-term; None where no date is known.

    Property from a decedent is long-term from the first day (IRC §1223(9)).
    """
    held_from = lot.adjusted_acquired_on or lot.acquired_on
    return held_from if held_from is None or lot.always_long else long_term_from(held_from)


def lot_term(lot: Held, on: date) -> Term | None:
    """Return the term of a sale of the lot on a day; None where no date is known."""
    if lot.always_long:
        return Term.LONG
    held_from = lot.adjusted_acquired_on or lot.acquired_on
    return None if held_from is None else term_of(held_from, on)


def days_until_long(lot: Held, on: date) -> int:
    """Return the calendar days from `on` until a sale is long-term; 0 if it is, or nobody knows."""
    first = long_from(lot)
    return 0 if first is None else max(0, (first - on).days)

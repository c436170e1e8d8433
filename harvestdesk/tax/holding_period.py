"""Holding periods: how long shares must be held before a gain or loss is long-term (IRC §1222).

The day of purchase is left out, the day of sale counts (Rev. Rul. 66-7). Dates, never instants: clock
changes and time zones cannot move them.
"""

from calendar import monthrange
from datetime import date, timedelta

from harvestdesk.domain.lot import Term

_ONE_DAY = timedelta(days=1)


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

"""Trading days of the US stock exchanges and the day a trade settles."""

from datetime import date, timedelta

_SPECIAL_CLOSURES = frozenset(
    {
        date(2001, 9, 11),
        date(2001, 9, 12),
        date(2001, 9, 13),
        date(2001, 9, 14),
        date(2004, 6, 11),
        date(2007, 1, 2),
        date(2012, 10, 29),
        date(2012, 10, 30),
        date(2018, 12, 5),
        date(2025, 1, 9),
    }
)
"""Whole days the exchanges were closed out of turn: mourning, attack, storm."""
_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY, _SUNDAY = 0, 3, 4, 5, 6
_DAY = timedelta(days=1)


def is_trading_day(day: date) -> bool:
    """Return True when the exchanges trade on `day`."""
    return day.weekday() < _SATURDAY and day not in _SPECIAL_CLOSURES and not _is_holiday(day)


def trading_day_from(day: date) -> date:
    """Return `day` if the exchanges trade then, else the next day they do."""
    while not is_trading_day(day):
        day += _DAY
    return day


def last_trading_day(year: int) -> date:
    """Return the last day of the year on which a sale still counts for it."""
    day = date(year, 12, 31)
    while not is_trading_day(day):
        day -= _DAY
    return day


def settlement_day(traded_on: date) -> date:
    """Return the day a stock or fund trade settles: T+1 since May 28, 2024 (SEC Rule 15c6-1)."""
    days = 1 if traded_on >= date(2024, 5, 28) else 2 if traded_on >= date(2017, 9, 5) else 3
    day = traded_on
    for _ in range(days):
        day = trading_day_from(day + _DAY)
    return day


def _is_holiday(day: date) -> bool:
    year = day.year
    fixed = [date(year, 7, 4), date(year, 12, 25)]
    if year >= 2022:
        fixed.append(date(year, 6, 19))
    if day in {_observed(holiday) for holiday in fixed}:
        return True
    # New Year's Day on a Saturday is not made up for: December 31 closes the books of the year.
    new_year = date(year, 1, 1)
    if day == new_year or (day == date(year, 1, 2) and new_year.weekday() == _SUNDAY):
        return True
    return day in {
        _nth(year, 1, _MONDAY, 3),
        _nth(year, 2, _MONDAY, 3),
        _easter(year) - 2 * _DAY,
        _nth(year, 6, _MONDAY, 1) - 7 * _DAY,
        _nth(year, 9, _MONDAY, 1),
        _nth(year, 11, _THURSDAY, 4),
    }


def _observed(holiday: date) -> date:
    if holiday.weekday() == _SATURDAY:
        return holiday - _DAY
    return holiday + _DAY if holiday.weekday() == _SUNDAY else holiday


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _easter(year: int) -> date:
    """Return Easter Sunday (Meeus, Astronomical Algorithms, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)

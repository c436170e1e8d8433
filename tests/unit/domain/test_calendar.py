from datetime import date, timedelta

import pytest

from harvestdesk.domain.calendar import (
    is_trading_day,
    last_trading_day,
    settlement_day,
    trading_day_from,
)

CLOSED_2025 = "01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25"
CLOSED_2026 = "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25"
CLOSED_2022 = "01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26"


@pytest.mark.parametrize(
    ("year", "closed"), [(2022, CLOSED_2022), (2025, CLOSED_2025), (2026, CLOSED_2026)]
)
def test_holidays__as_the_exchange_lists_them(year: int, closed: str) -> None:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    found = [d.strftime("%m-%d") for d in days if d.weekday() < 5 and not is_trading_day(d)]
    assert found == closed.split()


def test_new_year_on_saturday__december_31_trades() -> None:
    assert is_trading_day(date(2021, 12, 31))
    assert last_trading_day(2021) == date(2021, 12, 31)
    assert last_trading_day(2023) == date(2023, 12, 29)


@pytest.mark.parametrize(
    ("traded", "settled"),
    [
        (date(2025, 12, 5), date(2025, 12, 8)),
        (date(2025, 12, 24), date(2025, 12, 26)),
        (date(2025, 12, 31), date(2026, 1, 2)),
        (date(2022, 12, 5), date(2022, 12, 7)),
        (date(2017, 9, 1), date(2017, 9, 7)),
    ],
)
def test_settlement(traded: date, settled: date) -> None:
    assert settlement_day(traded) == settled


def test_trading_day_from__saturday() -> None:
    assert trading_day_from(date(2025, 12, 6)) == date(2025, 12, 8)
    assert trading_day_from(date(2025, 12, 5)) == date(2025, 12, 5)

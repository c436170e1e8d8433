"""Every form of number and date of the brokers, and nothing guessed."""

from datetime import date
from decimal import Decimal

import pytest

from harvestdesk.importers.values import (
    ISO_DATES,
    CellError,
    NumberStyle,
    number_style,
    parse_date,
    parse_money,
    parse_number,
    parse_shares,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-1,234.56", "-1234.56"),
        ("-$1,234.56", "-1234.56"),
        ("($1,234.56)", "-1234.56"),
        ("(2400.00)", "-2400.00"),
        ("$-1.00", "-1.00"),
        ("+$44.92", "44.92"),
        ("+10", "10"),
        ("$12.00 ", "12.00"),
        ("200.", "200"),
        (".58", "0.58"),
        ("-.0066", "-0.0066"),
        ("1,347", "1347"),
        ("-2.637591265E-4", "-0.0002637591265"),
        ("\u22121.50", "-1.50"),
        ("0", "0"),
    ],
)
def test_numbers_of_every_broker(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "--",
        "-",
        "n/a",
        "N/A",
        "Incomplete",
        "not applicable",
        "Processing",
        "~",
        "MULTI",
        "UNCH",
        " ",
    ],
)
def test_null_marks_are_none_not_zero(text: str) -> None:
    assert parse_number(text) is None
    assert parse_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "1,5",
        "12,34.5",
        "1.234,56",
        "1_000",
        "NaN",
        "Infinity",
        "0x10",
        "1e999",
        "١٢",
        "１２",
        "--5",
        "-+5",
        "5 5",
        "$",
        ".",
        "1..2",
        "abc",
        "5%",
        "(5",
        "'5",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(CellError) as caught:
        parse_money(text)
    assert caught.value.expected


def test_decimal_commas_are_read_only_in_their_style() -> None:
    assert parse_number("1.234,56", NumberStyle.COMMA) == Decimal("1234.56")
    assert parse_number("-€5".replace("€", "$"), NumberStyle.COMMA) == Decimal(-5)
    with pytest.raises(CellError):
        parse_number("1,234.56", NumberStyle.COMMA)
    with pytest.raises(CellError) as caught:
        parse_number("1,234", NumberStyle.UNCLEAR)
    assert "decimal mark" in caught.value.expected
    assert parse_number("1234", NumberStyle.UNCLEAR) == 1234


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        (["1.234,56", "x", "2025-01-02"], NumberStyle.COMMA),
        (["172,50"], NumberStyle.COMMA),
        (["0,125"], NumberStyle.COMMA),
        (["380.50"], NumberStyle.POINT),
        (["1,234.56"], NumberStyle.POINT),
        (["1,234", "5.678", "31.12.2025", "10"], NumberStyle.UNCLEAR),
        (["1,5", "1.5"], None),
    ],
)
def test_the_decimal_mark_is_proved_not_guessed(
    cells: list[str], style: NumberStyle | None
) -> None:
    assert number_style(cells) is style


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12/31/2025", date(2025, 12, 31)),
        ("1/2/2025", date(2025, 1, 2)),
        ("05/01/26", date(2026, 5, 1)),
        ("12-31-2025", date(2025, 12, 31)),
        ("2025-12-31", date(2025, 12, 31)),
        ("2025/05/04", date(2025, 5, 4)),
        ("20251231", date(2025, 12, 31)),
        ("20230311;093000", date(2023, 3, 11)),
        ("2011-08-08;134413", date(2011, 8, 8)),
        ("2024-06-03 10:00:00", date(2024, 6, 3)),
        ("2025-03-15;15:30:00", date(2025, 3, 15)),
        ("20250422 202000", date(2025, 4, 22)),
        ("08/24/2020 13:42:07", date(2020, 8, 24)),
        ("2023-07-07, 15:39:46", date(2023, 7, 7)),
        ("Sep-30-2026", date(2026, 9, 30)),
        ("MAY/15/2023", date(2023, 5, 15)),
        ("22-SEP-2023", date(2023, 9, 22)),
        ("25-Mar-2021", date(2021, 3, 25)),
        ("04/17/2023 as of 04/15/2023", date(2023, 4, 15)),
    ],
)
def test_dates_of_every_broker(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "text", ["31/12/2025", "2025-02-30", "99999999", "0000-01-01", "soon", "12/31", "2025", "45000"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        parse_date(text)


def test_day_and_month_in_figures_are_not_guessed() -> None:
    with pytest.raises(CellError):
        parse_date("03/04/2025", ISO_DATES)
    assert parse_date("03/04/2025", (*ISO_DATES, "dmy")) == date(2025, 4, 3)


def test_values_fit_what_can_be_stored() -> None:
    assert parse_money("1.23456789") == Decimal("1.234568")
    assert parse_shares("0.123456789") == Decimal("0.12345679")
    with pytest.raises(CellError):
        parse_money("99999999999999")
    with pytest.raises(CellError):
        parse_shares("999999999999")

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvestdesk.domain.money import (
    MONEY_DIGITS,
    SHARES_DIGITS,
    PrecisionLostError,
    cents,
    decimal_text,
    from_scaled,
    money_text,
    parse_decimal,
    rounded,
    to_scaled,
)


@given(st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from([MONEY_DIGITS, SHARES_DIGITS]))
def test_scaled__there_and_back_is_exact(units: int, digits: int) -> None:
    assert to_scaled(from_scaled(units, digits), digits) == units


@pytest.mark.parametrize(
    "text", ["0.0000001", "1E-9", "9223372036855", "NaN", "Infinity", "-Infinity"]
)
def test_scaled__what_does_not_fit_is_refused_not_rounded(text: str) -> None:
    with pytest.raises(PrecisionLostError):
        to_scaled(Decimal(text), MONEY_DIGITS)


def test_scaled__the_largest_amounts_still_fit() -> None:
    assert to_scaled(Decimal("9223372036854.775807"), MONEY_DIGITS) == 2**63 - 1
    assert to_scaled(Decimal("-9223372036854.775807"), MONEY_DIGITS) == -(2**63) + 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("2.675", "2.68"),
        ("1.004999", "1.00"),
        ("7", "7.00"),
    ],
)
def test_cents__half_away_from_zero_as_the_forms_round(value: str, text: str) -> None:
    assert str(cents(Decimal(value))) == text
    assert rounded(Decimal(value), 2) == Decimal(text)


@pytest.mark.parametrize(
    ("value", "plain", "money"),
    [
        ("1E+3", "1000", "1000.00"),
        ("1.500", "1.5", "1.50"),
        ("-0.00", "0", "0.00"),
        ("0.123456", "0.123456", "0.123456"),
        ("-12", "-12", "-12.00"),
    ],
)
def test_texts(value: str, plain: str, money: str) -> None:
    assert decimal_text(Decimal(value)) == plain
    assert money_text(Decimal(value)) == money


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12
    )
)
def test_texts__read_back_to_the_same_value(value: Decimal) -> None:
    assert parse_decimal(decimal_text(value)) == value
    assert parse_decimal(money_text(value)) == value


@pytest.mark.parametrize("text", ["", "abc", "1,000", "$5", "NaN", "inf", "--1"])
def test_parse__anything_else_is_none(text: str) -> None:
    assert parse_decimal(text) is None

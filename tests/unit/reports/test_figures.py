"""Figures on paper and on the badge."""

from decimal import Decimal

import pytest

from harvestdesk.reports.figures import proved_percent


@pytest.mark.parametrize(
    ("gap", "percent"),
    [
        (0.000139, "0.02"),
        (0.0001, "0.01"),
        (0.0, "0.01"),
        (-1e-9, "0.01"),
        (0.0421, "4.21"),
        (0.04211, "4.22"),
        (Decimal("0.000139"), "0.02"),
    ],
)
def test_proved_gap__is_rounded_up_so_that_the_promise_holds(gap, percent):
    assert proved_percent(gap) == Decimal(percent)


def test_proved_gap__no_number_proves_nothing():
    assert proved_percent(float("nan")) is None
    assert proved_percent(float("inf")) is None

"""What carried losses are worth later, against following them year by year."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from harvestdesk.domain.household import FilingStatus, RateSource, TaxProfile
from harvestdesk.domain.lot import Term
from harvestdesk.tax.carried import FUTURE_YEARS, carried_worth
from harvestdesk.tax.liability import marginal_value
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.tables import load_tax_year

PROFILE = TaxProfile(
    filing_status=FilingStatus.SINGLE,
    rate_source=RateSource.TABLES,
    wages=Decimal(250_000),
    discount_rate=Decimal("0.05"),
)
HOME = TaxSituation(PROFILE, 2025, load_tax_year(2025), None)


@pytest.mark.parametrize("years", [1, 2, 7])
@pytest.mark.parametrize("term", Term)
def test_whole_years_are_what_following_them_comes_to(years, term) -> None:
    loss = Decimal(3_000) * (years + 1)  # the first 3,000 are this year's
    found = marginal_value(HOME, Decimal(0), Decimal(0), -loss, term)
    assert carried_worth(HOME).of(Decimal(3_000) * years) == pytest.approx(
        found.present_value - found.now, abs=Decimal("0.000001")
    )


def test_the_first_dollars_are_worth_most_and_none_is_worth_nothing() -> None:
    worth = carried_worth(HOME)
    values = [worth.of(Decimal(x)) for x in (0, 1_500, 3_000, 6_000, 9_000)]
    assert values[0] == 0
    assert values[1] == values[2] / 2
    rises = [b - a for a, b in pairwise(values[2:])]
    assert values[2] > rises[0] > rises[1] > 0


def test_the_next_year_is_discounted_once() -> None:
    rate = marginal_value(HOME, Decimal(0), Decimal(0), Decimal(-3_000), Term.LONG).now / 3_000
    assert carried_worth(HOME).of(Decimal(3_000)) == pytest.approx(3_000 * rate / Decimal("1.05"))


def test_what_no_year_reaches_is_worth_nothing() -> None:
    worth = carried_worth(HOME)
    end = Decimal(3_000) * FUTURE_YEARS
    assert worth.of(end) == worth.of(2 * end)
    assert worth.of(end - 3_000) < worth.of(end)


def test_who_has_no_income_saves_nothing_later() -> None:
    poor = replace(HOME, profile=replace(PROFILE, wages=Decimal(0)))
    assert carried_worth(poor).of(Decimal(50_000)) == 0

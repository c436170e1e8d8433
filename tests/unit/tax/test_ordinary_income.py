"""Tax on a payout from a traditional account: the whole return with it, and without."""

from dataclasses import replace
from decimal import Decimal

import pytest

from harvestdesk.domain.household import FilingStatus, RateSource, TaxProfile
from harvestdesk.tax.ordinary_income import ordinary_income_tax
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.tables import load_state, load_tax_year

NONE = Decimal(0)
SINGLE = TaxProfile(
    filing_status=FilingStatus.SINGLE, rate_source=RateSource.TABLES, wages=Decimal(40000)
)


def of(profile, state=None) -> TaxSituation:
    rules = load_state(state, 2025) if state else None
    return TaxSituation(replace(profile, state=state or ""), 2025, load_tax_year(2025), rules)


@pytest.mark.parametrize(
    ("amount", "long", "tax"),
    [
        # 2025, single: taxable income of 24,250 stands in the 12 % bracket, which ends at 48,475.
        ("10000", "0", "1200"),
        ("30000", "0", str(24225 * Decimal("0.12") + 5775 * Decimal("0.22"))),
        # A long gain of 24,100 fills the 0 % band to its end at 48,350: each dollar moves one of it to 15 %.
        ("10000", "24100", "2700"),
        ("0", "0", "0"),
    ],
)
def test_payout__is_taxed_by_brackets_and_moves_gains_up(amount, long, tax) -> None:
    found = ordinary_income_tax(of(SINGLE), NONE, Decimal(long), Decimal(amount))
    assert found == Decimal(tax)


def test_payout__typed_rates_are_flat() -> None:
    typed = TaxProfile(rate_ordinary=Decimal("0.3"))
    assert ordinary_income_tax(of(typed), NONE, NONE, Decimal(10000)) == 3000


def test_payout__a_states_flat_rate_counts() -> None:
    here, there = (
        ordinary_income_tax(of(SINGLE, state), NONE, NONE, Decimal(10000)) for state in ("PA", None)
    )
    rules = load_state("PA", 2025)
    assert rules is not None
    assert rules.rate is not None
    assert here - there == rules.rate * 10000

"""The next dollar: lines by name, traps where a further loss is worth more, values of carried losses."""

from datetime import date
from decimal import Decimal

import pytest

from harvestdesk.domain.household import FilingStatus, RateSource, TaxProfile
from harvestdesk.domain.lot import Term
from harvestdesk.domain.tax_year import ExternalGain, ExternalTerm, LawChange, LawTarget
from harvestdesk.tax.basis import tax_basis
from harvestdesk.tax.liability import (
    bracket_walk,
    loss_rates,
    loss_value,
    marginal_rates,
    marginal_value,
    year_tax,
)
from harvestdesk.tax.situation import TaxSituation
from harvestdesk.tax.tables import load_state, load_tax_year

D = Decimal


def situation(year: int = 2025, state: str = "", **profile: object) -> TaxSituation:
    made = TaxProfile(rate_source=RateSource.TABLES, state=state, **profile)
    rules = load_state(state, year) if state else None
    return TaxSituation(made, year, load_tax_year(year), rules)


SINGLE = {"filing_status": FilingStatus.SINGLE}


def test_walk__names_the_lines_a_long_gain_crosses() -> None:
    walk = bracket_walk(situation(wages=D(40_000), **SINGLE), D(0), D(0), Term.LONG)
    gains = [(s.code, s.to_amount, s.rate) for s in walk if s.from_amount >= 0]
    assert gains == [
        # 40,000 less 15,750 leaves 24,250; 48,350 is the zero line.
        ("zero_rate_max", 24_100, 0),
        ("niit_threshold", 160_000, D("0.15")),
        ("fifteen_rate_max", 509_150, D("0.188")),
        ("reach", 10_000_000, D("0.238")),
    ]
    losses = [(s.code, s.from_amount, s.rate) for s in walk if s.to_amount <= 0]
    assert losses == [("reach", -10_000_000, 0), ("loss_limit", -3_000, D("0.12"))]
    assert [s.facts.get("line") for s in walk if s.code == "niit_threshold"] == ["200000"]


def test_walk__the_rate_of_a_short_gain_can_fall_where_the_long_one_was_pushed_up() -> None:
    home = situation(wages=D(60_000), **SINGLE)
    walk = bracket_walk(home, D(0), D(10_000), Term.SHORT)
    rates = [s.rate for s in walk if s.from_amount >= 0][:3]
    assert rates == [D("0.27"), D("0.12"), D("0.22")]


def test_walk__a_long_loss_is_worth_more_once_long_gains_are_used_up() -> None:
    home = situation(wages=D(200_000))
    assert loss_value(home, D(30_000), D(10_000), D(10_000), Term.LONG) == 1_500
    assert loss_value(home, D(30_000), D(0), D(10_000), Term.LONG) == 2_200


def test_walk__a_cliff_is_a_step_of_no_width() -> None:
    home = situation(2025, "MD", wages=D(330_000), state_rate=D("0.0575"))
    walk = bracket_walk(home, D(0), D(0), Term.LONG)
    (cliff,) = [s for s in walk if s.code == "jump"]
    assert (cliff.from_amount, cliff.to_amount, cliff.tax) == (20_000, 20_000, 400)


def test_walk__at_typed_rates_only_netting_has_lines() -> None:
    typed = TaxSituation(TaxProfile(), 2025)
    walk = bracket_walk(typed, D(5_000), D(0), Term.SHORT)
    assert [(s.from_amount, s.to_amount, s.rate) for s in walk] == [
        (-10_000_000, -8_000, 0),
        (-8_000, -5_000, D("0.37")),
        (-5_000, 0, D("0.408")),
        (0, 10_000_000, D("0.408")),
    ]


def test_rates__tables_missing_fall_back_to_the_typed_ones() -> None:
    home = TaxSituation(TaxProfile(rate_source=RateSource.TABLES), 2025)
    assert marginal_rates(home).short == D("0.408")
    assert year_tax(home, D(1_000), D(0)).tax == 408
    assert tax_basis(home).tables_missing


def test_rates__ordinary_dollar_includes_niit_and_state() -> None:
    home = situation(2025, "CA", wages=D(300_000), investment_income=D(20_000), **SINGLE)
    assert marginal_rates(home).ordinary == D("0.35") + D("0.133")
    edge = situation(wages=D(190_000), investment_income=D(40_000), **SINGLE)
    assert marginal_rates(edge).ordinary == D("0.32") + D("0.038")


def test_value__of_a_carried_loss_is_its_discounted_use() -> None:
    home = situation(wages=D(100_000), discount_rate=D("0.05"), **SINGLE)
    found = marginal_value(home, D(0), D(0), D(-7_500), Term.LONG)
    assert (found.now, found.carried) == (660, 4_500)
    later = 3_000 * D("0.22") / D("1.05") + 1_500 * D("0.22") / D("1.05") ** 2
    assert abs(found.present_value - 660 - later) < D("0.000001")


def test_value__of_a_carried_loss_meets_expected_gains_and_a_change_of_law() -> None:
    gain = ExternalGain("x", date(2026, 6, 30), ExternalTerm.LONG, D(10_000), D("0.5"))
    change = LawChange("l", 2026, LawTarget.LONG_TERM, D("0.05"))
    profile = TaxProfile(rate_source=RateSource.TABLES, wages=D(100_000), **SINGLE)
    home = TaxSituation(profile, 2025, load_tax_year(2025), None, (gain,), (change,))
    found = marginal_value(home, D(0), D(0), D(-8_000), Term.LONG)
    # 3,000 this year; the 5,000 carried meet a gain of 5,000 expected in 2026, at 15 and 5 %.
    assert abs(found.present_value - 660 - 1_000 / D("1.05")) < D("0.000001")


def test_value__of_a_gain_that_uses_a_carryforward_costs_its_later_use() -> None:
    home = situation(wages=D(100_000), carryforward_long=D(9_000), **SINGLE)
    found = marginal_value(home, D(0), D(0), D(3_000), Term.LONG)
    assert (found.now, found.carried) == (0, -3_000)
    assert abs(found.present_value + 660 / D("1.05") ** 2) < D("0.000001")


def test_loss_rates__count_what_is_carried() -> None:
    home = situation(wages=D(100_000), carryforward_short=D(3_000), **SINGLE)
    assert marginal_rates(home).short == D("0.22")
    used_up = loss_rates(home)
    assert abs(used_up.short - D("0.22") / D("1.05")) < D("0.000001")


def test_state__washed_losses_count_where_the_federal_rule_is_not_followed() -> None:
    from dataclasses import replace

    home = replace(situation(2025, "PA", wages=D(100_000), **SINGLE), washed=D(4_000))
    income = year_tax(home, D(0), D(10_000)).income
    assert income is not None
    assert income.state_tax == 6_000 * D("0.0307")


@pytest.mark.parametrize("state", ["OR", "MD"])
def test_state__not_known_is_not_nothing(state: str) -> None:
    found = year_tax(situation(2025, state, wages=D(100_000), **SINGLE), D(0), D(10_000))
    assert found.income is not None
    assert found.income.state_tax is None
    assert not found.state_known
    basis = tax_basis(situation(2025, state, wages=D(100_000), **SINGLE))
    assert not basis.state_known


def test_law_change__on_typed_rates_moves_what_each_stands_for() -> None:
    profile = TaxProfile(rate_short=D("0.4"), rate_long=D("0.2"), rate_ordinary=D("0.3"))
    changes = (
        LawChange("a", 2025, LawTarget.NIIT, D("0.01")),
        LawChange("b", 2026, LawTarget.ORDINARY, D("0.05")),
    )
    now = marginal_rates(TaxSituation(profile, 2025, changes=changes))
    then = marginal_rates(TaxSituation(profile, 2026, changes=changes))
    assert (now.short, now.long, now.ordinary) == (D("0.41"), D("0.21"), D("0.3"))
    assert (then.short, then.long, then.ordinary) == (D("0.46"), D("0.21"), D("0.35"))

"""What a household says about its accounts, what it owns elsewhere and its risk reaches a year-end harvest."""

from array import array
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
from harvest_households import check_sound, etf, kept_codes, lot, plan, snapshot, stock, swap

from harvestdesk.domain.account_rule import AccountRole, AccountRule
from harvestdesk.domain.ids import AccountId, OutsideHoldingId, SecurityId
from harvestdesk.domain.outside import OutsideHolding
from harvestdesk.domain.prices import PriceHistory
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.security import AssetClass
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.target import ClassTarget

JOINT = AccountId("joint")


def household(**more) -> HouseholdSnapshot:
    """100 AAA at 100, now 80; BBB or DDD may replace it; 2,000 shares of CCC keep the weights small."""
    securities = [etf("AAA"), etf("BBB"), etf("CCC"), etf("DDD"), stock("OWN", sector="Energy")]
    return snapshot(
        securities,
        [lot("a", "AAA", 100, 10000), lot("c", "CCC", 2000, 100000)],
        {"AAA": 80, "BBB": 50, "CCC": 100, "DDD": 40},
        replacements=[swap("AAA", "BBB"), swap("AAA", "DDD", rank=2)],
        class_targets=(ClassTarget(AssetClass.US_EQUITY, Decimal(1), Decimal(0), Decimal(1)),),
        **more,
    )


def elsewhere(house: HouseholdSnapshot, symbol: str, value: int) -> HouseholdSnapshot:
    held = OutsideHolding(OutsideHoldingId("outside-1"), SecurityId(symbol), Decimal(value))
    return replace(house, outside=(held,))


def test_an_account_that_never_trades__is_left_alone() -> None:
    house = replace(household(), account_rules=(AccountRule(JOINT, AccountRole.NEVER),))
    proposal = plan(house)
    assert proposal.sales == ()
    assert kept_codes(proposal) == {"a": "never_trade_account", "c": "never_trade_account"}


def test_a_menu__decides_what_is_bought() -> None:
    house = household()
    assert {p.security_id for p in plan(house).purchases} == {"BBB", "DDD"}
    menu = replace(house, account_rules=(AccountRule(JOINT, menu=(SecurityId("DDD"),)),))
    proposal = plan(menu)
    check_sound(menu, proposal)
    assert {p.security_id for p in proposal.purchases} == {"DDD"}
    nothing = replace(house, account_rules=(AccountRule(JOINT, menu=(SecurityId("CCC"),)),))
    assert plan(nothing).purchases == ()


def test_what_is_owned_elsewhere__counts_in_tracking_error_before_and_after() -> None:
    house = household()
    alone, with_stock = plan(house), plan(elsewhere(house, "OWN", 100_000))
    assert with_stock.before.tracking_error_bp > alone.before.tracking_error_bp + 100
    assert with_stock.after.tracking_error_bp > 100
    check_sound(elsewhere(house, "OWN", 100_000), with_stock)


def with_history(house: HouseholdSnapshot, **odd: dict[int, float]) -> HouseholdSnapshot:
    """300 days of small moves; `odd` multiplies the price of a symbol from a day on, 0 for standing still."""
    rng = np.random.default_rng(7)
    moves = {s: 1 + rng.normal(0, 0.01, 300) for s in ("AAA", "BBB", "CCC", "DDD")}
    for symbol, days in odd.items():
        for day, factor in days.items():
            moves[symbol][day] = factor
    first = house.as_of.toordinal() - 300
    days = tuple(range(first, first + 300))
    closes = tuple(array("d", 100 * np.cumprod(m)) for m in moves.values())
    return replace(house, history=PriceHistory(tuple(map(SecurityId, moves)), days, closes))


def test_the_risk_settings_of_the_household__shape_the_model_its_plans_rest_on() -> None:
    house = with_history(household())
    table = replace(house, risk=RiskSettings(use_history=False))
    assert plan(house).solver.risk_model != plan(table).solver.risk_model
    assert house.fingerprint != table.fingerprint
    assert "risk_history_unused" in found(table)
    assert not {"risk_builtin_only", "risk_history_unused"} & found(house).keys()


def found(house: HouseholdSnapshot) -> dict[str, dict[str, str]]:
    return {n.code: dict(n.facts) for n in plan(house).notices}


def test_prices_that_looked_wrong__are_told_with_what_was_made_of_them() -> None:
    sound = found(with_history(household()))
    assert not {code for code in sound if code.startswith("prices_")}
    still = dict.fromkeys(range(40, 47), 1.0)
    house = with_history(household(), AAA={200: 0.5}, CCC={120: 1.31, **still})
    told = found(house)
    on = {n: date.fromordinal(house.history.days[n]).isoformat() for n in (120, 200, 46)}
    assert told["prices_like_split"] == {"symbols": "AAA", "count": "1", "last_on": on[200]}
    assert told["prices_jump"] == {"symbols": "CCC", "count": "1", "last_on": on[120]}
    assert told["prices_stood_still"] == {"symbols": "CCC", "count": "7", "last_on": on[46]}


def test_prices_of_what_is_not_owned__are_no_matter() -> None:
    house = with_history(household(), BBB={200: 0.5})
    assert "prices_like_split" not in found(house)
    assert "prices_like_split" in found(elsewhere(house, "BBB", 1000))

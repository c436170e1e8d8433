"""Targets as weights, and drift from them."""

from decimal import Decimal

import numpy as np
import pytest
from harvest_households import etf, lot, snapshot

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.ids import AccountId, SecurityId
from harvestdesk.domain.security import AssetClass
from harvestdesk.domain.target import ClassTarget, SecurityTarget
from harvestdesk.risk.benchmark import current_weights, target_weights, untracked_classes
from harvestdesk.risk.drift import class_drift

SECURITIES = (etf("AAA"), etf("BBB"), etf("BND", AssetClass.US_BOND))
ACCOUNTS = (
    Account(AccountId("joint"), "Joint", AccountType.JOINT),
    Account(AccountId("ira"), "IRA", AccountType.TRADITIONAL_IRA),
)


def household(**more):
    """600 AAA + 200 BBB in joint with 100 cash, 100 BND in the IRA: 1,000 in all."""
    lots = [
        lot("a", "AAA", 6, 1),
        lot("b", "BBB", 2, 1),
        lot("c", "BND", 1, 1, account="ira"),
    ]
    prices = dict.fromkeys(("AAA", "BBB", "BND"), 100)
    return snapshot(SECURITIES, lots, prices, cash="100", accounts=ACCOUNTS, **more)


def bands(**weights: str) -> tuple[ClassTarget, ...]:
    return tuple(
        ClassTarget(
            AssetClass(name),
            Decimal(w),
            Decimal(w) - Decimal("0.05"),
            Decimal(w) + Decimal("0.05"),
        )
        for name, w in weights.items()
    )


def test_no_targets__the_household_is_its_own_yardstick() -> None:
    assert target_weights(household()) == pytest.approx([0.6, 0.2, 0.1])
    assert (target_weights(household()) == current_weights(household())).all()


def test_class_targets__are_spread_over_what_is_held() -> None:
    weights = target_weights(household(class_targets=bands(us_equity="0.60", us_bond="0.40")))
    assert weights == pytest.approx([0.45, 0.15, 0.40])


def test_security_targets__scale_with_their_account_and_leave_the_rest_to_itself() -> None:
    own = (
        SecurityTarget(AccountId("joint"), SecurityId("AAA"), Decimal("0.5")),
        SecurityTarget(AccountId("joint"), SecurityId("BBB"), Decimal("0.5")),
    )
    assert target_weights(household(security_targets=own)) == pytest.approx([0.45, 0.45, 0.1])


def test_both_targets__classes_count_what_the_models_cover() -> None:
    own = (SecurityTarget(AccountId("joint"), SecurityId("AAA"), Decimal("0.5")),)
    both = household(security_targets=own, class_targets=bands(us_equity="0.5", us_bond="0.5"))
    weights = target_weights(both)
    # The joint account's model takes 45 % in stocks; the household lacks 5 % of stocks, and 50 % of bonds.
    assert weights.sum() == pytest.approx(0.95, abs=0.051)
    assert weights[2] == pytest.approx(0.5, abs=0.03)


def test_targets_never_exceed_the_household() -> None:
    own = (SecurityTarget(AccountId("joint"), SecurityId("AAA"), Decimal(1)),)
    weights = target_weights(household(security_targets=own, class_targets=bands(us_bond="0.8")))
    assert weights.sum() <= 1 + 1e-9
    assert np.isfinite(weights).all()


def test_a_target_class_nobody_holds__is_named() -> None:
    found = untracked_classes(household(class_targets=bands(us_equity="0.9", commodity="0.1")))
    assert found == (AssetClass.COMMODITY,)


def test_empty_household__has_no_weights() -> None:
    empty = snapshot(SECURITIES, [], {}, cash="0", class_targets=bands(us_equity="1"))
    assert target_weights(empty) == pytest.approx([0, 0, 0])


def test_drift__exact_weights_bands_and_breaches() -> None:
    rows = {r.asset_class: r for r in class_drift(household(class_targets=bands(us_equity="0.7")))}
    stocks = rows[AssetClass.US_EQUITY]
    assert (stocks.value, stocks.weight) == (Decimal(800), Decimal("0.8"))
    assert stocks.breach
    assert rows[AssetClass.CASH].weight == Decimal("0.1")
    assert rows[AssetClass.CASH].target is None
    assert not rows[AssetClass.US_BOND].breach


def test_drift__of_one_account() -> None:
    rows = {r.asset_class: r.weight for r in class_drift(household(), AccountId("ira"))}
    assert rows == {AssetClass.US_BOND: Decimal(1)}


def test_drift__after_trades_cash_pays() -> None:
    rows = {
        r.asset_class: r for r in class_drift(household(), trades={SecurityId("BND"): Decimal(50)})
    }
    assert rows[AssetClass.US_BOND].after_weight == Decimal("0.15")
    assert rows[AssetClass.CASH].after_weight == Decimal("0.05")
    assert rows[AssetClass.US_EQUITY].after_weight == Decimal("0.8")

"""Holdings outside: never traded, but counted in the risk of the whole."""

from dataclasses import replace
from decimal import Decimal

import pytest
from harvest_households import etf, lot, snapshot

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import OutsideHoldingId, SecurityId
from harvestdesk.domain.outside import OutsideHolding
from harvestdesk.domain.security import AssetClass, Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.target import ClassTarget
from harvestdesk.risk.benchmark import current_weights, target_weights
from harvestdesk.risk.drift import class_drift
from harvestdesk.risk.exposures import ExposureKind, exposures
from harvestdesk.risk.factor_model import build_model
from harvestdesk.risk.outside import outside_weights, whole_weights
from harvestdesk.risk.tracking_error import tracking_error

STOCKS, BONDS = etf("VTI"), etf("BND", AssetClass.US_BOND)
EMPLOYER = Security(SecurityId("ACME"), "ACME", sector="Energy")

SIXTY_FORTY = tuple(
    ClassTarget(c, Decimal(w), Decimal(w), Decimal(w))
    for c, w in ((AssetClass.US_EQUITY, "0.6"), (AssetClass.US_BOND, "0.4"))
)


def household(*outside: tuple[Security, Decimal | int], **more) -> HouseholdSnapshot:
    """600 in stocks and 400 in bonds, 60/40 wanted, and what is owned elsewhere."""
    lots = [lot("a", "VTI", 6, 1), lot("b", "BND", 4, 1)]
    more.setdefault("class_targets", SIXTY_FORTY)
    house = snapshot((STOCKS, BONDS, EMPLOYER), lots, {"VTI": 100, "BND": 100}, cash="0", **more)
    held = tuple(
        OutsideHolding(OutsideHoldingId(f"outside-{n}"), security.id, Decimal(value))
        for n, (security, value) in enumerate(outside)
    )
    return replace(house, outside=held)


def te(house: HouseholdSnapshot) -> float:
    return tracking_error(build_model(house), whole_weights(house).active)


def test_nothing_outside__is_the_household_itself() -> None:
    house = household()
    whole = whole_weights(house)
    assert (whole.held == current_weights(house)).all()
    assert (whole.target == target_weights(house)).all()
    assert not whole.outside.any()


def test_employer_stock__adds_risk_that_sales_of_stocks_take_off() -> None:
    house = household((EMPLOYER, 200), (EMPLOYER, 300))
    whole = whole_weights(house)
    assert whole.held == pytest.approx([0.6, 0.4, 0.5])
    # Stocks are meant to be 60 % of 1,500; a class is spread over what the household itself holds of it.
    assert whole.target == pytest.approx([0.9, 0.6, 0.0])
    assert te(house) > te(household()) + 0.1
    less = whole.active.copy()
    less[0] -= 0.1
    less[1] += 0.1
    model = build_model(house)
    assert tracking_error(model, less) < te(house)


def test_employer_stock__shows_in_the_bar_of_its_sector() -> None:
    house = household((EMPLOYER, 500))
    bars = {
        row.name: row
        for row in exposures(build_model(house), whole_weights(house).active)
        if row.kind is ExposureKind.SECTOR
    }
    assert bars["Energy"].exposure == pytest.approx(0.5)
    assert bars["Energy"].variance_share > 0.5


def test_the_same_security_outside__adds_to_its_weight() -> None:
    whole = whole_weights(household((STOCKS, 1000)))
    assert whole.held == pytest.approx([1.6, 0.4, 0])
    assert whole.target == pytest.approx([1.2, 0.8, 0])


def test_outside_in_the_proportions_of_the_target__changes_nothing() -> None:
    assert te(household((STOCKS, 600), (BONDS, 400))) == pytest.approx(0, abs=1e-9)


def test_without_targets__the_whole_is_its_own_yardstick() -> None:
    assert te(household((EMPLOYER, 500), class_targets=())) == 0


def test_order_of_outside_holdings__does_not_matter() -> None:
    one = household((EMPLOYER, 10), (BONDS, 20), (STOCKS, 5))
    other = household((STOCKS, 5), (BONDS, 20), (EMPLOYER, 10))
    assert (whole_weights(one).active == whole_weights(other).active).all()


@pytest.mark.parametrize("value", [Decimal(-1), Decimal("NaN")])
def test_a_value_that_is_none__is_refused(value: Decimal) -> None:
    with pytest.raises(BadInputError):
        outside_weights(household((STOCKS, value)))


def test_a_security_nobody_knows__is_refused() -> None:
    with pytest.raises(BadInputError):
        outside_weights(household((Security(SecurityId("ELSE"), "ELSE"), 5)))


def test_a_household_without_value__has_no_weights() -> None:
    house = replace(household((STOCKS, 10)), lots=())
    assert not whole_weights(house).held.any()


def test_drift__counts_what_is_owned_elsewhere_in_the_household_not_in_an_account() -> None:
    house = household((EMPLOYER, 1000))
    stocks, bonds = class_drift(house)
    assert (stocks.value, stocks.outside, stocks.weight) == (1600, 1000, Decimal("0.8"))
    assert (bonds.value, bonds.outside, bonds.weight) == (400, 0, Decimal("0.2"))
    account = house.accounts[0].id
    assert [row.outside for row in class_drift(house, account)] == [0, 0]
    assert sum(row.value for row in class_drift(house, account)) == 1000

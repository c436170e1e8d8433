"""Holdings outside: never traded, but counted in the risk of the whole."""

from decimal import Decimal

import numpy as np
import pytest
from harvest_households import etf, lot, snapshot

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.security import AssetClass, Security
from harvestdesk.domain.target import ClassTarget
from harvestdesk.risk.benchmark import current_weights, target_weights
from harvestdesk.risk.factor_model import build_model
from harvestdesk.risk.outside import OutsideHolding, whole_risk
from harvestdesk.risk.tracking_error import tracking_error

STOCKS, BONDS = etf("VTI"), etf("BND", AssetClass.US_BOND)


def household(**more):
    """600 in stocks and 400 in bonds, 60/40 wanted."""
    lots = [lot("a", "VTI", 6, 1), lot("b", "BND", 4, 1)]
    return snapshot((STOCKS, BONDS), lots, {"VTI": 100, "BND": 100}, cash="0", **more)


SIXTY_FORTY = tuple(
    ClassTarget(c, Decimal(w), Decimal(w), Decimal(w))
    for c, w in ((AssetClass.US_EQUITY, "0.6"), (AssetClass.US_BOND, "0.4"))
)


def outside(security: Security, value: int) -> OutsideHolding:
    return OutsideHolding(security, Decimal(value))


def te(whole) -> float:
    return tracking_error(whole.model, whole.active)


def test_nothing_outside__is_the_household_itself() -> None:
    house = household(class_targets=SIXTY_FORTY)
    whole = whole_risk(house, [])
    model = build_model(house)
    assert whole.model.security_ids == model.security_ids
    assert (whole.model.loadings == model.loadings).all()
    assert whole.active == pytest.approx(current_weights(house) - target_weights(house))
    assert whole.tradable == 2


def test_employer_stock__adds_risk_and_a_row_behind_the_households() -> None:
    house = household(class_targets=SIXTY_FORTY)
    employer = Security(SecurityId("ACME"), "ACME", sector="Energy")
    whole = whole_risk(house, [outside(employer, 200), outside(employer, 300)])
    assert whole.model.security_ids == ("VTI", "BND", "ACME")
    assert whole.tradable == 2
    assert whole.held == pytest.approx([0.6, 0.4, 0.5])
    assert whole.target == pytest.approx([0.9, 0.6, 0.0])
    assert te(whole) > te(whole_risk(house, [])) + 0.1
    # Selling stocks offsets part of it: the plan can see that.
    less = whole.active.copy()
    less[0] -= 0.1
    less[1] += 0.1
    assert tracking_error(whole.model, less) < te(whole)


def test_the_same_security_outside__adds_to_its_weight() -> None:
    whole = whole_risk(household(class_targets=SIXTY_FORTY), [outside(STOCKS, 1000)])
    assert whole.held == pytest.approx([1.6, 0.4])
    assert whole.target == pytest.approx([1.2, 0.8])


def test_outside_in_the_proportions_of_the_target__changes_nothing() -> None:
    house = household(class_targets=SIXTY_FORTY)
    whole = whole_risk(house, [outside(STOCKS, 600), outside(BONDS, 400)])
    assert te(whole) == pytest.approx(0, abs=1e-9)


def test_without_targets__the_whole_is_its_own_yardstick() -> None:
    whole = whole_risk(household(), [outside(Security(SecurityId("ACME"), "ACME"), 500)])
    assert te(whole) == 0


def test_order_of_outside_holdings__does_not_matter() -> None:
    house = household(class_targets=SIXTY_FORTY)
    extra = [outside(Security(SecurityId(s), s), v) for s, v in (("ZZ", 10), ("AA", 20), ("MM", 5))]
    one, other = whole_risk(house, extra), whole_risk(house, extra[::-1])
    assert one.model.security_ids == other.model.security_ids
    assert (one.active == other.active).all()
    assert np.array_equal(one.model.loadings, other.model.loadings)


@pytest.mark.parametrize("value", [Decimal(-1), Decimal("NaN")])
def test_a_value_that_is_none__is_refused(value: Decimal) -> None:
    with pytest.raises(BadInputError):
        whole_risk(household(), [OutsideHolding(STOCKS, value)])


def test_a_household_without_value__has_no_yardstick() -> None:
    empty = snapshot((STOCKS,), [], {}, cash="0")
    with pytest.raises(BadInputError):
        whole_risk(empty, [outside(STOCKS, 10)])

"""Conflicts of households in the terms they were asked in: bands of cash, and what is held elsewhere."""

from dataclasses import replace
from decimal import Decimal

import pytest
from harvest_households import lot
from household_cases import BOND, IRA, JOINT, US, WORLD, household, target

from harvestdesk.domain.conflict import Conflict, RuleGive, RuleKind
from harvestdesk.domain.ids import AccountId, OutsideHoldingId, SecurityId
from harvestdesk.domain.outside import OutsideHolding
from harvestdesk.domain.plan_settings import GroupKind, GroupLimit, PlanSettings
from harvestdesk.domain.security import AssetClass
from harvestdesk.optimize.household.build import build_household
from harvestdesk.optimize.household.conflict_terms import in_asked_terms

CASH = AssetClass.CASH
CASH_BAND = target(CASH, "0.1", "0.05", "0.15")


def saver(**more):
    """100,000 dollars: 30,000 of them cash, with a band of 5 % to 15 % for it."""
    lots = [
        lot("u", "USA", 400, 20000),
        lot("i", "INT", 250, 8000),
        lot("b", "BND", 250, 18000, account="ira"),
    ]
    targets = (
        target(US, "0.4", "0.35", "0.45"),
        target(WORLD, "0.2", "0.15", "0.25"),
        target(BOND, "0.3", "0.25", "0.35"),
        CASH_BAND,
    )
    made = {"cash": {"joint": "30000"}, "only": (JOINT, IRA), "class_targets": targets}
    return household(lots, **{**made, **more})


def turned(of, give: RuleGive, **asked) -> RuleGive:
    settings = PlanSettings(**{"keep_bands": True, **asked})
    found = in_asked_terms(build_household(of, settings), Conflict((give,), (give,)))
    assert found.together == found.alone
    return found.together[0]


def test_cash_band__is_told_of_cash_not_of_what_is_invested() -> None:
    """The engine's limit says: securities at least 85 %, and they can be 70 %. So cash: at most 15 %, and 30 %."""
    of = turned(saver(), RuleGive(RuleKind.ASSET_CLASS, CASH.value, 0.85, 0.70, least=True))
    assert (of.now, of.needed) == pytest.approx((0.15, 0.30))
    assert not of.least
    low = turned(saver(), RuleGive(RuleKind.ASSET_CLASS, CASH.value, 0.95, 0.98))
    assert (low.now, low.needed) == pytest.approx((0.05, 0.02))
    assert low.least


def test_cash_band__the_engines_group_is_the_one_that_is_turned_back() -> None:
    built = build_household(saver(), PlanSettings(keep_bands=True))
    group = next(g for g in built.problem.limits.groups if g.name == CASH.value)
    give = RuleGive(RuleKind.ASSET_CLASS, CASH.value, group.least, group.least - 0.1, least=True)
    told = in_asked_terms(built, Conflict((give,))).together[0]
    assert told.now == pytest.approx(float(CASH_BAND.high))
    give = RuleGive(RuleKind.ASSET_CLASS, CASH.value, group.most, group.most + 0.01)
    told = in_asked_terms(built, Conflict((give,))).together[0]
    assert told.now == pytest.approx(float(CASH_BAND.low))


def outside(of, symbol: str, dollars: int):
    holding = OutsideHolding(OutsideHoldingId("old-plan"), SecurityId(symbol), Decimal(dollars))
    return replace(of, outside=(holding,))


def test_bands__are_fractions_of_all_that_is_owned() -> None:
    of = outside(saver(), "BND", 100000)
    built = build_household(of, PlanSettings(keep_bands=True))
    assert built.yard.whole == 2
    for kind, low, high in ((BOND, 0.25, 0.35), (US, 0.35, 0.45), (CASH, 0.05, 0.15)):
        group = next(g for g in built.problem.limits.groups if g.name == kind.value)
        for engine_end, least in ((group.least, True), (group.most, False)):
            give = RuleGive(RuleKind.ASSET_CLASS, kind.value, engine_end, engine_end, least=least)
            told = in_asked_terms(built, Conflict((give,))).together[0]
            end = low if told.least else high
            assert told.now == pytest.approx(end), (kind, least)


def test_limits__are_fractions_of_the_households_own_value() -> None:
    limit = GroupLimit(GroupKind.ASSET_CLASS, BOND.value, Decimal("0.1"), Decimal("0.2"))
    of = outside(saver(), "BND", 100000)
    settings = PlanSettings(group_limits=(limit,))
    built = build_household(of, settings)
    (group,) = built.problem.limits.groups
    give = RuleGive(RuleKind.ASSET_CLASS, BOND.value, group.most, group.most + 0.05)
    told = in_asked_terms(built, Conflict((give,))).together[0]
    assert (told.now, told.needed) == pytest.approx((0.2, 0.25))


@pytest.mark.parametrize(
    "give",
    [
        RuleGive(RuleKind.TAX_BUDGET, "", 0.0, 1240.0),
        RuleGive(RuleKind.SECTOR, "Energy", 0.05, 0.07),
        RuleGive(RuleKind.CASH, str(AccountId("joint")), 1000.0, 500.0, least=True),
    ],
)
def test_other_rules__stay_as_they_are(give) -> None:
    assert turned(saver(), give) == give

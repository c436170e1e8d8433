"""Settings loosened by what a rule has to give, outward to a sensible step."""

from dataclasses import fields
from decimal import Decimal

import pytest

from harvestdesk.domain.conflict import RuleGive, RuleKind
from harvestdesk.domain.plan_settings import GroupKind, GroupLimit, PlanKind, PlanSettings, Zone
from harvestdesk.domain.relaxed import relaxed

LIMIT = GroupLimit(GroupKind.SECTOR, "Energy", Decimal("0.1"), Decimal("0.2"))
ASKED = PlanSettings(
    tracking_error_bp=Decimal(35),
    tax_budget=Decimal(0),
    gain_budget=Decimal(0),
    turnover=Decimal("0.1"),
    max_trades=5,
    max_volume_share=Decimal("0.02"),
    group_limits=(LIMIT,),
)


@pytest.mark.parametrize(
    ("give", "field", "value"),
    [
        (RuleGive(RuleKind.TAX_BUDGET, "", 0.0, 1239.2), "tax_budget", Decimal(1250)),
        (RuleGive(RuleKind.GAIN_BUDGET, "", 0.0, -660.0), "gain_budget", Decimal(-660)),
        (RuleGive(RuleKind.TURNOVER, "", 0.1, 0.12345), "turnover", Decimal("0.124")),
        (
            RuleGive(RuleKind.TRACKING_ERROR, "", 0.0035, 0.004122),
            "tracking_error_bp",
            Decimal("41.3"),
        ),
        (RuleGive(RuleKind.MAX_TRADES, "", 5.0, 9.0), "max_trades", 9),
        (RuleGive(RuleKind.MIN_TRADE, "", 250.0, 87.5, least=True), "min_trade", Decimal(87)),
        (RuleGive(RuleKind.VOLUME, "", 1.0, 2.51), "max_volume_share", Decimal("0.051")),
    ],
)
def test_one_rule_is_loosened_and_nothing_else(give: RuleGive, field: str, value: Decimal) -> None:
    found = relaxed(ASKED, give)
    assert found is not None
    changed = {f.name for f in fields(ASKED) if getattr(ASKED, f.name) != getattr(found, f.name)}
    assert changed == {field}
    assert getattr(found, field) == value


def test_amounts_are_lowered() -> None:
    asked = PlanSettings(kind=PlanKind.WITHDRAW, amount=Decimal(50_000))
    found = relaxed(asked, RuleGive(RuleKind.PAYOUT, "", 50_000.0, 41_234.7, least=True))
    assert found is not None
    assert found.amount == Decimal(41_200)
    assert relaxed(asked, RuleGive(RuleKind.PAYOUT, "", 50_000.0, 0.0, least=True)) is None


def test_a_limit_on_weights_is_widened_on_the_side_that_gives() -> None:
    high = relaxed(ASKED, RuleGive(RuleKind.SECTOR, "Energy", 0.2, 0.2512))
    low = relaxed(ASKED, RuleGive(RuleKind.SECTOR, "Energy", 0.1, 0.0488, least=True))
    assert high is not None
    assert low is not None
    assert (high.group_limits[0].low, high.group_limits[0].high) == (
        Decimal("0.1"),
        Decimal("0.252"),
    )
    assert (low.group_limits[0].low, low.group_limits[0].high) == (Decimal("0.048"), Decimal("0.2"))


def test_bands_that_give_are_let_go() -> None:
    give = RuleGive(RuleKind.ASSET_CLASS, "us_bond", 0.2, 0.16, least=True)
    banded = PlanSettings(keep_bands=True, zone=Zone.TO_EDGE)
    found = relaxed(banded, give)
    assert found is not None
    assert not found.keep_bands
    assert found.zone is Zone.NONE
    assert relaxed(PlanSettings(), give) is None


@pytest.mark.parametrize("kind", [RuleKind.LOCKS, RuleKind.SIDES, RuleKind.CASH])
def test_what_no_setting_loosens(kind: RuleKind) -> None:
    assert relaxed(ASKED, RuleGive(kind, "a1", 0.0, 100.0)) is None

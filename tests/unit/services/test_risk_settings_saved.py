"""How risk is estimated: checked by field, kept with the household, and what the model then rests on."""

from dataclasses import replace

import pytest

from harvestdesk.domain.changes import Touched
from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.risk_settings import DEFAULT_RISK, RiskSettings
from harvestdesk.risk.sources import RiskSource
from harvestdesk.services.risk_settings import risk_ground, risk_problems, save_risk_settings


def test_settings__are_saved_as_one_step_and_reach_the_snapshot(ctx):
    before = ctx.snapshot()
    assert before.risk == DEFAULT_RISK
    assert save_risk_settings(ctx, DEFAULT_RISK).step == 0
    chosen = RiskSettings(half_life_days=None, most_factors=4)
    assert save_risk_settings(ctx, chosen).touched == Touched.HOUSEHOLD
    seen = ctx.snapshot()
    assert seen.risk == chosen
    assert seen.fingerprint != before.fingerprint
    assert save_risk_settings(ctx, chosen).step == 0
    save_risk_settings(ctx, DEFAULT_RISK)
    assert ctx.snapshot().fingerprint == before.fingerprint
    assert "risk" not in ctx.book.settings()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"lookback_days": 10}, "lookback_days"),
        ({"half_life_days": 0.0}, "half_life_days"),
        ({"half_life_days": float("nan")}, "half_life_days"),
        ({"outlier": 1.0}, "outlier"),
        ({"lookback_days": 100}, "needed_days"),
    ],
)
def test_what_can_not_be__is_told_by_field(values, field):
    assert risk_problems(values).keys() == {field}


def test_sound_settings__have_no_problem():
    assert risk_problems({"half_life_days": None, "lookback_days": 1000}) == {}


def test_more_days_needed_than_looked_at__is_refused(ctx):
    with pytest.raises(BadInputError, match="more days"):
        save_risk_settings(ctx, RiskSettings(lookback_days=60))
    assert ctx.snapshot().risk == DEFAULT_RISK


def test_ground__tells_what_each_security_rests_on(sample):
    seen = sample.snapshot()
    ground = risk_ground(seen)
    assert len(ground.rows) == len(seen.securities)
    owned = [row.held for row in ground.rows]
    assert owned == sorted(owned, reverse=True)
    assert ground.factors > 1
    assert any(row.source is RiskSource.HISTORY and row.days > 200 for row in ground.rows)
    table = risk_ground(seen, replace(seen.risk, use_history=False))
    assert {r.source for r in table.rows} <= {RiskSource.TABLE, RiskSource.CASH, RiskSource.TWIN}
    assert all(row.days == 0 for row in table.rows)
    assert all(row.volatility > 0 for row in table.rows if row.source is not RiskSource.CASH)

"""Factors of groups: copies stay copies in a book of hundreds, and strangers stay strangers."""

import numpy as np
import pytest

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.risk.factor_model import FactorModel, model_of
from harvestdesk.risk.returns import ReturnPanel
from harvestdesk.risk.statistical import decaying_weights
from harvestdesk.risk.tracking_error import tracking_error

GROUPS = RiskSettings(group_factors=True, least_own_share=1e-4)
ALONE = RiskSettings(group_factors=False)
STOCKS = 250


def book(seed: int = 0) -> tuple[list[Security], ReturnPanel]:
    """Return 250 stocks, two gold funds 1 % apart, two bond funds 0.5 % apart, one index twice."""
    rng = np.random.default_rng(seed)
    market = rng.normal(0, 0.01, 504)
    stocks = market[:, None] * rng.uniform(0.6, 1.4, STOCKS) + rng.normal(0, 0.016, (504, STOCKS))
    gold, bonds = rng.normal(0, 0.0095, 504), rng.normal(0, 0.003, 504)
    noise = rng.normal(0, 1, (504, 6)) / 252**0.5 / 2**0.5
    funds = np.column_stack([gold, gold, bonds, bonds, market, market])
    funds += noise * [0.01, 0.01, 0.005, 0.005, 0.004, 0.004]
    securities = [Security(SecurityId(f"S{i:03}"), f"S{i}") for i in range(STOCKS)]
    for name, asset_class, index in (
        ("GOLD", AssetClass.COMMODITY, ""),
        ("BOND", AssetClass.US_BOND, ""),
        ("FUND", AssetClass.US_EQUITY, "S&P 500"),
    ):
        securities += [
            Security(
                SecurityId(f"{name}{k}"),
                name,
                kind=SecurityKind.ETF,
                asset_class=asset_class,
                tracked_index=index,
            )
            for k in "12"
        ]
    return securities, ReturnPanel(tuple(s.id for s in securities), np.hstack([stocks, funds]))


def apart(model: FactorModel, a: str, b: str) -> float:
    active = np.zeros(len(model.security_ids))
    active[model.row_of[SecurityId(a)]], active[model.row_of[SecurityId(b)]] = 1.0, -1.0
    return tracking_error(model, active)


def test_copies__are_near_with_group_factors_and_far_without() -> None:
    securities, panel = book()
    plain, grouped = model_of(securities, panel, ALONE), model_of(securities, panel, GROUPS)
    for name, truth in (("GOLD", 0.01), ("BOND", 0.005), ("FUND", 0.004)):
        assert apart(grouped, f"{name}1", f"{name}2") == pytest.approx(truth, rel=0.4)
        assert apart(plain, f"{name}1", f"{name}2") > 2 * apart(grouped, f"{name}1", f"{name}2")
    assert {"class:commodity", "class:us_bond", "index:S&P 500"} <= set(grouped.factor_names)


def test_total_variances__stay_those_of_the_securities() -> None:
    securities, panel = book()
    grouped = np.diag(model_of(securities, panel, GROUPS).covariance())
    measured = decaying_weights(504) @ panel.returns**2 * 252
    assert grouped == pytest.approx(measured, rel=0.06)  # the shrinking is at most so much


def test_what_has_nothing_in_common__gets_no_factor() -> None:
    rng = np.random.default_rng(7)
    market = rng.normal(0, 0.01, (504, 1))
    returns = market + rng.normal(0, 0.015, (504, 60))
    ids = tuple(SecurityId(f"S{i:02}") for i in range(60))
    sectors = ("Energy", "Utilities", "Materials")
    securities = [Security(s, s, sector=sectors[i % 3]) for i, s in enumerate(ids)]
    model = model_of(securities, ReturnPanel(ids, returns), GROUPS)
    assert not [n for n in model.factor_names if n.startswith("sector:")]


def test_a_sector_that_moves_together__is_found_beyond_the_most_factors() -> None:
    rng = np.random.default_rng(8)
    energy = rng.normal(0, 0.012, (504, 1))
    returns = rng.normal(0, 0.01, (504, 1)) + rng.normal(0, 0.015, (504, 60))
    returns[:, :10] += energy
    ids = tuple(SecurityId(f"S{i:02}") for i in range(60))
    securities = [Security(s, s, sector="Energy" if i < 10 else "") for i, s in enumerate(ids)]
    settings = RiskSettings(most_factors=1, group_factors=True)
    model = model_of(securities, ReturnPanel(ids, returns), settings)
    assert "sector:Energy" in model.factor_names
    tilt = np.where(np.arange(60) < 10, 0.1, -0.02)
    truth = (returns @ tilt).std() * 252**0.5
    assert tracking_error(model, tilt) == pytest.approx(truth, rel=0.15)
    assert tracking_error(model, tilt) > 1.2 * tracking_error(
        model_of(
            securities, ReturnPanel(ids, returns), RiskSettings(most_factors=1, group_factors=False)
        ),
        tilt,
    )


def test_late_comer_seen_only_on_days_without_movement__has_no_loading() -> None:
    rng = np.random.default_rng(3)
    returns = rng.normal(0, 0.01, (60, 1)) + rng.normal(0, 0.01, (60, 4))
    returns[:20, :3] = 0.0
    returns[20:, 3] = np.nan
    ids = tuple(SecurityId(f"S{i}") for i in range(4))
    settings = RiskSettings(needed_days=10, half_life_days=None, leave_out_splits=False)
    model = model_of([Security(s, s) for s in ids], ReturnPanel(ids, returns), settings)
    assert np.isfinite(model.covariance()).all()

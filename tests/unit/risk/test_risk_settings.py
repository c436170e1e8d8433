"""What may be chosen about the model: weights of the days, and what is refused."""

import numpy as np
import pytest

from harvestdesk.domain.errors import BadInputError
from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.security import Security
from harvestdesk.risk.factor_model import model_of
from harvestdesk.risk.returns import ReturnPanel
from harvestdesk.risk.statistical import decaying_weights


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lookback_days", 5),
        ("half_life_days", 0.0),
        ("half_life_days", float("nan")),
        ("volatility_half_life_days", -1.0),
        ("needed_days", 0),
        ("most_factors", 0),
        ("least_own_share", 0.0),
        ("least_own_volatility", float("inf")),
        ("outlier", 0.0),
    ],
)
def test_settings__that_make_no_sense_are_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(BadInputError, match=name):
        RiskSettings(**{name: value})


def test_weights__halve_and_sum_to_one() -> None:
    weights = decaying_weights(200, 50)
    assert weights.sum() == pytest.approx(1)
    assert weights[-51] / weights[-1] == pytest.approx(0.5)
    assert decaying_weights(4, None) == pytest.approx([0.25] * 4)


def calm_then_wild() -> ReturnPanel:
    rng = np.random.default_rng(4)
    market = rng.normal(0, 0.008, 504)
    returns = market[:, None] + rng.normal(0, 0.01, (504, 30))
    returns[-63:] *= 3
    return ReturnPanel(tuple(SecurityId(f"S{i:02}") for i in range(30)), returns)


@pytest.mark.parametrize(
    "settings",
    [
        RiskSettings(volatility_half_life_days=21),
        RiskSettings(half_life_days=21),
    ],
)
def test_a_shorter_half_life__follows_a_wild_market(settings: RiskSettings) -> None:
    panel = calm_then_wild()
    securities = [Security(s, s) for s in panel.security_ids]
    plain = model_of(securities, panel)
    quick = model_of(securities, panel, settings)
    alike = model_of(securities, panel, RiskSettings(half_life_days=None))
    total = [np.trace(m.covariance()) for m in (alike, plain, quick)]
    assert total[0] < total[1] < total[2]
    now = panel.returns[-63:].var(axis=0).sum() * 252
    assert total[2] == pytest.approx(now, rel=0.2)
    assert "half-life 21 days" in quick.description
    assert "half-life" not in plain.description


def test_volatilities_of_their_own__leave_the_correlations_alone() -> None:
    panel = calm_then_wild()
    securities = [Security(s, s) for s in panel.security_ids]

    def correlations(settings: RiskSettings) -> np.ndarray:
        covariance = model_of(securities, panel, settings).covariance()
        deviation = np.sqrt(np.diag(covariance))
        return covariance / np.outer(deviation, deviation)

    quick = correlations(RiskSettings(volatility_half_life_days=21))
    assert quick == pytest.approx(correlations(RiskSettings()), abs=1e-9)

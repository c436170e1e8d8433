"""Whatever the prices: variances are never negative, the order doesn't matter, big books stay small."""

import tracemalloc

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harvestdesk.domain.ids import IdenticalSetId, SecurityId
from harvestdesk.domain.relations import IdenticalSet
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.risk.exposures import exposures
from harvestdesk.risk.factor_model import FactorModel, model_of
from harvestdesk.risk.returns import ReturnPanel, daily_returns

SECTORS = ("", "Energy", "Utilities", "Unheard Of")
PAIR = IdenticalSet(IdenticalSetId("pair"), "", (SecurityId("S01"), SecurityId("S03")))
INDICES = ("", "S&P 500")

choices = st.builds(
    RiskSettings,
    use_history=st.just(True),
    lookback_days=st.just(504),
    half_life_days=st.sampled_from([None, 10.0, 63.0, 252.0]),
    volatility_half_life_days=st.sampled_from([None, 10.0, 63.0]),
    needed_days=st.sampled_from([10, 60, 120]),
    most_factors=st.sampled_from([1, 3, 15, 200]),
    group_factors=st.booleans(),
    shrink_days=st.sampled_from([0.0, 30.0, 1000.0]),
    least_own_share=st.sampled_from([1e-6, 0.001, 0.5]),
    least_own_volatility=st.sampled_from([0.0, 0.02]),
    outlier=st.sampled_from([None, 3.0, 8.0]),
    stale_run=st.sampled_from([2, 5]),
    leave_out_splits=st.booleans(),
)


@st.composite
def books(draw):
    """Return securities and closes with gaps, late comers, copies, stopped, constant and jumping prices."""
    count = draw(st.integers(1, 24))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    days = draw(st.sampled_from([3, 40, 200]))
    kinds = draw(st.lists(st.sampled_from(list(SecurityKind)), min_size=count, max_size=count))
    classes = draw(st.lists(st.sampled_from(list(AssetClass)), min_size=count, max_size=count))
    moves = rng.normal(0, 0.01, (days, 1)) + rng.normal(0, 0.01, (days, count))
    closes = 50 * np.cumprod(1 + moves, axis=0)
    for i in range(count):
        at = int(rng.integers(0, days))
        match draw(st.integers(0, 7)):
            case 0:
                closes[:at, i] = np.nan
            case 1:
                closes[at:, i] = closes[at, i]
            case 2:
                closes[:, i] = 10.0
            case 3:
                closes[at:, i] *= draw(st.sampled_from([0.5, 3.0, 0.01, 1e6]))
            case 4:
                closes[:, i] = closes[:, 0]
            case 5:
                closes[rng.random(days) < 0.3, i] = np.nan
            case _:
                pass
    securities = [
        Security(
            SecurityId(f"S{i:02}"),
            f"S{i}",
            kind=kinds[i],
            asset_class=classes[i],
            sector=draw(st.sampled_from(SECTORS)),
            tracked_index=draw(st.sampled_from(INDICES)),
        )
        for i in range(count)
    ]
    return securities, closes


def model(securities, closes, order, chosen: RiskSettings) -> FactorModel:
    ids = tuple(securities[i].id for i in order)
    returns = daily_returns(closes[:, list(order)], chosen)
    panel = ReturnPanel(ids, returns)
    return model_of([securities[i] for i in order], panel, chosen, (PAIR,))


@given(books(), choices)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_covariance__is_positive_semidefinite_and_finite(book, chosen) -> None:
    securities, closes = book
    found = model(securities, closes, range(len(securities)), chosen)
    covariance = found.covariance()
    assert np.isfinite(covariance).all()
    assert (found.specific_variance >= 0).all()
    assert np.linalg.eigvalsh(covariance).min() >= -1e-9 * max(1.0, np.trace(covariance))
    assert len(found.factor_names) == found.loadings.shape[1]
    assert len(set(found.factor_names)) == len(found.factor_names)
    assert len(found.sources) == len(securities)
    assert all(np.isfinite(r.variance_share) for r in exposures(found, np.ones(len(securities))))


@given(books(), choices, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_order_of_securities__changes_nothing_to_the_last_bit(book, chosen, random) -> None:
    securities, closes = book
    order = list(range(len(securities)))
    random.shuffle(order)
    one = model(securities, closes, range(len(securities)), chosen)
    other = model(securities, closes, order, chosen)
    assert other.security_ids == tuple(securities[i].id for i in order)
    assert np.array_equal(one.loadings[order], other.loadings)
    assert np.array_equal(one.specific_variance[order], other.specific_variance)
    assert (one.description, one.factor_names) == (other.description, other.factor_names)


def test_a_book_of_6000_names__never_makes_a_square_of_them() -> None:
    rng = np.random.default_rng(0)
    count, days = 6000, 130
    returns = rng.normal(0, 0.01, (days, 1)) + rng.normal(0, 0.02, (days, count))
    ids = tuple(SecurityId(f"S{i:04}") for i in range(count))
    securities = [Security(s, s, sector=SECTORS[i % 3 + 1]) for i, s in enumerate(ids)]
    panel = ReturnPanel(ids, returns)
    tracemalloc.start()
    try:
        found = model_of(securities, panel, RiskSettings(group_factors=True))
        exposures(found, np.full(count, 1 / count))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.loadings.shape[0] == count
    assert found.loadings.shape[1] <= 15 + 3
    assert peak < count * count * 8 / 2, "a dense covariance would take 288 MB"

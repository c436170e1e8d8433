"""The factor model: recovers what made the returns, never negative, proxies where history is short."""

from array import array
from datetime import date, timedelta

import numpy as np
import pytest

from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import HouseholdId, SecurityId
from harvestdesk.domain.prices import PriceHistory
from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.risk.builtin_classes import CLASSES, SPECIFIC_VOLATILITY, class_covariance
from harvestdesk.risk.factor_model import build_model, model_of
from harvestdesk.risk.returns import ReturnPanel, daily_returns, return_panel
from harvestdesk.risk.statistical import NEEDED_DAYS, fit
from harvestdesk.risk.tracking_error import tracking_error

AS_OF = date(2025, 12, 5)
DAYS = 520


def simulated(count: int, seed: int = 3, factors: int = 3):
    """Return [day, security] closes with the yearly covariance that made them."""
    rng = np.random.default_rng(seed)
    loadings = rng.normal(0, 0.08, (count, factors))
    loadings[:, 0] += 0.16
    own = rng.uniform(0.15, 0.35, count)
    moves = rng.normal(0, 1, (DAYS, factors)) @ loadings.T + rng.normal(0, 1, (DAYS, count)) * own
    closes = 50 * np.cumprod(1 + moves / np.sqrt(252), axis=0)
    return closes, loadings @ loadings.T + np.diag(own**2)


def ids(count: int) -> tuple[SecurityId, ...]:
    return tuple(SecurityId(f"S{i}") for i in range(count))


def snapshot(securities, closes=None, names=None) -> HouseholdSnapshot:
    history = PriceHistory()
    if closes is not None:
        first = AS_OF - timedelta(days=len(closes) - 1)
        history = PriceHistory(
            tuple(s.id for s in securities) if names is None else names,
            tuple(first.toordinal() + i for i in range(len(closes))),
            tuple(array("d", column.tolist()) for column in np.asarray(closes).T),
        )
    return HouseholdSnapshot(
        Household(HouseholdId("h"), "T"), AS_OF, securities=tuple(securities), history=history
    )


def stocks(count: int, sector: str = "Energy") -> list[Security]:
    return [Security(s, s, sector=sector) for s in ids(count)]


def test_model__recovers_what_made_the_returns() -> None:
    closes, truth = simulated(60)
    model = build_model(snapshot(stocks(60), closes))
    rng = np.random.default_rng(1)
    ratios = []
    for _ in range(50):
        active = rng.normal(0, 1, 60)
        active -= active.mean()
        ratios.append(tracking_error(model, active) / np.sqrt(active @ truth @ active))
    assert np.median(ratios) == pytest.approx(1.0, abs=0.05)
    assert min(ratios) > 0.85
    assert max(ratios) < 1.15
    market = np.full(60, 1 / 60)
    assert tracking_error(model, market) == pytest.approx(np.sqrt(market @ truth @ market), rel=0.1)


def test_model__more_securities_than_days_stays_sensible() -> None:
    closes, truth = simulated(300)
    model = build_model(snapshot(stocks(300), closes[-160:]))
    active = np.zeros(300)
    active[:20], active[20:40] = 0.05, -0.05
    assert tracking_error(model, active) == pytest.approx(
        np.sqrt(active @ truth @ active), rel=0.25
    )


@pytest.mark.parametrize("known", [0, 1, 2, 7, 40])
def test_model__is_positive_semidefinite_whatever_is_known(known: int) -> None:
    closes, _ = simulated(max(known, 1))
    extra = [
        Security(SecurityId(f"X{c}{k}{sector}"), "X", kind=k, asset_class=c, sector=sector)
        for c in AssetClass
        for k in SecurityKind
        for sector in ("", "Energy", "Space")
    ]
    securities = stocks(known) + extra
    model = build_model(snapshot(securities, closes[:, :known], ids(known)))
    assert model.security_ids == tuple(s.id for s in securities)
    covariance = model.covariance()
    assert np.isfinite(covariance).all()
    assert np.linalg.eigvalsh(covariance).min() >= -1e-12
    assert (model.specific_variance >= 0).all()


def test_model__cash_carries_no_risk() -> None:
    securities = [
        Security(SecurityId("MM"), "MM", kind=SecurityKind.MONEY_MARKET),
        Security(SecurityId("C"), "C", asset_class=AssetClass.CASH),
    ]
    assert (build_model(snapshot(securities)).covariance() == 0).all()


def test_builtin_table__is_a_covariance() -> None:
    covariance = class_covariance()
    assert np.allclose(covariance, covariance.T)
    assert np.linalg.eigvalsh(covariance).min() > 0
    assert len(covariance) == len(CLASSES)


def test_no_history__two_funds_of_a_class_differ_by_their_own_movement() -> None:
    funds = [Security(SecurityId(s), s, kind=SecurityKind.ETF) for s in "AB"]
    model = build_model(snapshot(funds))
    own = SPECIFIC_VOLATILITY[SecurityKind.ETF]
    assert tracking_error(model, np.array([1.0, -1.0])) == pytest.approx(own * np.sqrt(2))
    assert model.builtin_only
    assert tracking_error(model, np.array([1.0, 0.0])) == pytest.approx(np.hypot(0.16, own))


def test_no_history__funds_of_one_index_are_nearer_than_funds_of_a_class() -> None:
    funds = [
        Security(SecurityId(s), s, kind=SecurityKind.ETF, tracked_index=index)
        for s, index in (("A", "S&P 500"), ("B", "S&P 500"), ("C", "CRSP"))
    ]
    model = build_model(snapshot(funds))
    same = tracking_error(model, np.array([1.0, -1.0, 0.0]))
    other = tracking_error(model, np.array([1.0, 0.0, -1.0]))
    assert same < 0.01 < other


def test_short_history__takes_the_average_of_its_sector() -> None:
    closes, _ = simulated(20)
    closes[: -(NEEDED_DAYS - 20), 0] = np.nan  # listed a hundred days ago
    model = build_model(snapshot(stocks(20), closes))
    assert model.proxied == ("S0",)
    assert model.loadings[0] == pytest.approx(model.loadings[1:].mean(axis=0))
    assert model.specific_variance[0] > np.median(model.specific_variance[1:])


def test_history_of_other_classes__ties_a_class_without_any() -> None:
    closes, _ = simulated(10)
    securities = [
        *stocks(10),
        Security(SecurityId("I"), "I", kind=SecurityKind.ETF, asset_class=AssetClass.INTL_EQUITY),
        Security(SecurityId("B"), "B", kind=SecurityKind.ETF, asset_class=AssetClass.US_BOND),
    ]
    covariance = build_model(snapshot(securities, closes, ids(10))).covariance()
    deviation = np.sqrt(np.diag(covariance))
    market = covariance[:10].mean(axis=0)
    market_deviation = np.sqrt(covariance[:10, :10].mean())
    correlation = market / deviation / market_deviation
    assert 0.6 < correlation[10] < 0.95
    assert 0.0 < correlation[11] < 0.35


def test_a_stock_that_came_late__is_fitted_to_the_factors_of_the_others() -> None:
    closes, truth = simulated(60)
    closes[: DAYS // 2, 0] = np.nan
    model = build_model(snapshot(stocks(60), closes))
    assert model.proxied == ()
    active = np.zeros(60)
    active[0], active[1] = 1.0, -1.0
    expected = np.sqrt(truth[0, 0] + truth[1, 1] - 2 * truth[0, 1])
    assert tracking_error(model, active) == pytest.approx(expected, rel=0.25)


def test_returns__gaps_zeros_and_stale_runs() -> None:
    closes = np.array([[10.0, 5.0, 1.0], [np.nan, 5.0, 0.0], [11.0, 5.5, 1.0], [12.1, 5.5, 1.1]])
    returns = daily_returns(closes)
    assert np.isnan(returns[:2, 0]).all()
    assert returns[2, 0] == pytest.approx(0.1)
    assert returns[:, 1] == pytest.approx([0, 0.1, 0])
    assert np.isnan(returns[:2, 2]).all()


def test_returns__a_price_that_stopped_has_no_returns() -> None:
    moving = 10 + np.arange(12) % 2
    stopped = np.concatenate([[10, 11, 12], np.full(9, 12.0)])
    returns = daily_returns(np.column_stack([moving, stopped]).astype(float))
    assert np.isfinite(returns[:, 0]).all()
    assert np.isfinite(returns[:2, 1]).all()
    assert np.isnan(returns[2:, 1]).all()


@pytest.mark.parametrize("factor", [1.7, 2.4])
def test_returns__one_bad_print_is_cut_back(factor: float) -> None:
    rng = np.random.default_rng(0)
    closes = 100 * np.cumprod(1 + rng.normal(0, 0.01, (400, 1)), axis=0)
    clean = daily_returns(closes).std()
    closes[200] *= factor
    assert daily_returns(closes).std() < 1.5 * clean


def test_returns__nothing_after_the_day_asked_about() -> None:
    closes, _ = simulated(2)
    history = snapshot(stocks(2), closes).history
    panel = return_panel(history, AS_OF - timedelta(days=100))
    assert panel.days == DAYS - 101
    assert return_panel(history, date(1990, 1, 1)).days == 0


def test_fit__two_near_copies_are_near() -> None:
    rng = np.random.default_rng(5)
    market = rng.normal(0, 0.01, 504)
    returns = market[:, None] + rng.normal(0, 0.0004, (504, 2))
    other = rng.normal(0, 0.01, (504, 4))
    estimate = fit(ReturnPanel(ids(6), np.hstack([returns, other])))
    apart = estimate.loadings[0] - estimate.loadings[1]
    variance = apart @ apart + estimate.specific_variance[:2].sum()
    assert np.sqrt(variance) < 0.03
    assert np.sqrt(estimate.loadings[0] @ estimate.loadings[0]) == pytest.approx(0.16, rel=0.1)


def test_realised_tracking_error__at_real_prices_is_near_the_forecast(shared) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    path = shared / "data" / "us_stocks" / "adj_close_1500_2013_2026.parquet"
    if not path.exists():
        pytest.skip("the price panel (../shared/data) is not here")
    import json

    universe = json.loads((path.parent / "universes.json").read_text())["large100"]
    table = pq.read_table(path, columns=[*universe, "date"])
    closes = np.column_stack([table[t].to_numpy(zero_copy_only=False) for t in universe])
    days = [d.date() if hasattr(d, "date") else d for d in table["date"].to_pylist()]
    rng = np.random.default_rng(0)
    medians = []
    for year in (2016, 2018, 2020, 2022):
        start = next(i for i, d in enumerate(days) if d >= date(year, 12, 5))
        estimate = fit(ReturnPanel(tuple(universe), daily_returns(closes[start - 505 : start])))
        rows = [universe.index(s) for s in estimate.security_ids]
        ahead = closes[start : start + 64, rows] / closes[start - 1 : start + 63, rows] - 1
        ratios = []
        for _ in range(60):
            picks = rng.choice(len(rows), 30, replace=False)
            active = np.zeros(len(rows))
            active[picks[:15]], active[picks[15:]] = 1 / 15, -1 / 15
            factors = estimate.loadings.T @ active
            forecast = np.sqrt(factors @ factors + estimate.specific_variance @ active**2)
            ratios.append((ahead @ active).std() * np.sqrt(252) / forecast)
        medians.append(float(np.median(ratios)))
    assert all(0.65 < m < 1.5 for m in medians), medians
    assert np.mean(medians) == pytest.approx(1.0, abs=0.2)


def test_realised_tracking_error__of_funds_at_real_prices_is_near_the_forecast(shared) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    path = shared / "data" / "etf" / "adj_close_2005_2026.parquet"
    if not path.exists():
        pytest.skip("the price panel (../shared/data) is not here")
    table = pq.read_table(path)
    names = [n for n in table.schema.names if n != "date"]
    closes = np.column_stack([table[n].to_numpy(zero_copy_only=False) for n in names])
    days = [d.date() if hasattr(d, "date") else d for d in table["date"].to_pylist()]
    rng = np.random.default_rng(0)
    medians = []
    for year in (2016, 2018, 2020, 2022, 2024):
        start = next(i for i, d in enumerate(days) if d > date(year, 12, 5))
        old = np.isfinite(closes[start - 505 : start + 63]).all(axis=0)
        known = closes[:, old]
        securities = [
            Security(SecurityId(n), n, kind=SecurityKind.ETF)
            for n, kept in zip(names, old, strict=True)
            if kept
        ]
        panel = ReturnPanel(
            tuple(s.id for s in securities), daily_returns(known[start - 505 : start])
        )
        model = model_of(securities, panel)
        ahead = known[start : start + 63] / known[start - 1 : start + 62] - 1
        ratios = []
        for _ in range(60):
            picks = rng.choice(len(securities), 30, replace=False)
            active = np.zeros(len(securities))
            active[picks[:15]], active[picks[15:]] = 1 / 15, -1 / 15
            done = (ahead @ active).std() * np.sqrt(252)
            ratios.append(done / tracking_error(model, active))
        medians.append(float(np.median(ratios)))
    assert all(0.6 < m < 1.6 for m in medians), medians
    assert 0.8 < np.median(medians) < 1.25

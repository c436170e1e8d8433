"""The risk model: forecasts against what happened at real prices, and speed. `pytest benchmarks --benchmark-only`."""

import numpy as np
import pytest
import risk_realised as oos

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.security import Security
from harvestdesk.risk.exposures import exposures
from harvestdesk.risk.factor_model import model_of
from harvestdesk.risk.returns import ReturnPanel, daily_returns

BOOKS = {
    "large100": lambda: oos.stock_book("large100"),
    "allcap1000": lambda: oos.stock_book("allcap1000"),
    "etf": oos.fund_book,
}
LOW, HIGH = 0.8, 1.25
"""Where the median of realised over forecast tracking error must lie."""
SECONDS_FOR_1000_NAMES_3_YEARS = 0.7
YEARS = (2015, 2016, 2018, 2020, 2021, 2022, 2024)


@pytest.fixture(autouse=True)
def data() -> None:
    if not (oos.DATA / "us_stocks").is_dir():
        pytest.skip("the price panels (../shared/data) are not here")


@pytest.mark.parametrize("settings", ["default", "group factors", "volatilities with half-life 63"])
@pytest.mark.parametrize("book", BOOKS)
def test_forecast_against_realised(benchmark, book: str, settings: str) -> None:
    prices = BOOKS[book]()

    def run():
        with np.errstate(all="ignore"):
            return oos.out_of_sample(prices, oos.SETTINGS[settings], 50, YEARS)

    found = benchmark.pedantic(run, rounds=1)
    for (kind, days), by_year in found.items():
        values = np.concatenate(list(by_year.values()))
        benchmark.extra_info[f"{kind} {days}"] = float(np.median(values))
        assert LOW < np.median(values) < HIGH, (kind, days)
        # Outliers are whole years (a crash in March 2020), not single portfolios.
        within = np.mean([np.log(v).std() for v in by_year.values()])
        assert within < 0.20, (kind, days, within)
    assert len(found) == len(oos.KINDS) * len(oos.HORIZONS)


def test_names_without_history_are_forecast_by_their_sector(benchmark) -> None:
    prices = oos.stock_book("allcap1000")

    def run():
        with np.errstate(all="ignore"):
            return {
                s: oos.hidden_names(prices, RiskSettings(), 50, s, YEARS) for s in (0.2, 0.5, 1.0)
            }

    for share, values in benchmark.pedantic(run, rounds=1).items():
        benchmark.extra_info[f"{share:.0%} hidden"] = float(np.median(values))
        assert LOW < np.median(values) < HIGH, share


def test_like_funds_beside_400_stocks_stay_alike(benchmark) -> None:
    def run():
        with np.errstate(all="ignore"):
            return list(oos.copies(RiskSettings(group_factors=True), YEARS))

    for pair, forecast, realised in benchmark.pedantic(run, rounds=1):
        benchmark.extra_info[pair] = (forecast, realised)
        assert 0.5 < forecast / realised < 2.5, pair


@pytest.mark.parametrize("group_factors", [False, True])
def test_model_of_1000_names_and_three_years(benchmark, group_factors: bool) -> None:
    rng = np.random.default_rng(0)
    moves = rng.normal(0, 0.01, (756, 1)) + rng.normal(0, 0.02, (756, 1000))
    closes = 50 * np.cumprod(1 + moves, axis=0)
    ids = tuple(SecurityId(f"S{i:04}") for i in range(1000))
    sectors = tuple(oos.SECTOR_FUNDS)
    securities = [Security(s, s, sector=sectors[i % 11]) for i, s in enumerate(ids)]
    settings = RiskSettings(lookback_days=756, group_factors=group_factors)

    def run():
        panel = ReturnPanel(ids, daily_returns(closes, settings))
        model = model_of(securities, panel, settings)
        return exposures(model, np.full(1000, 0.001))

    assert benchmark.pedantic(run, rounds=3, warmup_rounds=1)
    assert benchmark.stats.stats.min <= SECONDS_FOR_1000_NAMES_3_YEARS

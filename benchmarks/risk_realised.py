"""Forecast against realised tracking error, out of sample, at real prices: the tables of docs/validation.md.

    PYTHONPATH=. python benchmarks/risk_realised.py [--seeds 200]

A model of the days up to December 5 of a year, random active weights, and what they did in the next 63 and 126
trading days. Reads ../shared/data. Moves of more than 60 % in a day after the forecast are left out: many of those
in this data are spin-offs that were not adjusted.
"""

import argparse
import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.risk_settings import RiskSettings
from harvestdesk.domain.security import AssetClass, Security, SecurityKind
from harvestdesk.risk.builtin_classes import CLASS_VOLATILITY, CLASSES, SECTOR_VOLATILITY
from harvestdesk.risk.factor_model import FactorModel, model_of
from harvestdesk.risk.returns import ReturnPanel, daily_returns

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
YEARS = range(2015, 2026)
HORIZONS = (63, 126)
UNADJUSTED = 0.60
YEAR_ROOT = 252**0.5
GICS = {
    "Technology": "Information Technology",
    "Finance": "Financials",
    "Telecommunications": "Communication Services",
    "Basic Materials": "Materials",
}
COPIES = {
    "GLD IAU": AssetClass.COMMODITY,
    "VTI ITOT": AssetClass.US_EQUITY,
    "VNQ SCHH": AssetClass.REAL_ESTATE,
    "AGG BND": AssetClass.US_BOND,
    "VEA IEFA": AssetClass.INTL_EQUITY,
    "VWO IEMG": AssetClass.EMERGING_EQUITY,
    "MUB VTEB": AssetClass.MUNI_BOND,
}
"""Pairs of funds that do the same job: what one costs in risk when it stands for the other."""
CLASS_FUNDS = {
    AssetClass.US_EQUITY: "VTI",
    AssetClass.INTL_EQUITY: "EFA",
    AssetClass.EMERGING_EQUITY: "EEM",
    AssetClass.REAL_ESTATE: "VNQ",
    AssetClass.COMMODITY: "DBC",
    AssetClass.US_BOND: "AGG",
    AssetClass.MUNI_BOND: "MUB",
    AssetClass.INTL_BOND: "BNDX",
}
SECTOR_FUNDS = {
    "Communication Services": "XLC",
    "Consumer Discretionary": "XLY",
    "Consumer Staples": "XLP",
    "Energy": "XLE",
    "Financials": "XLF",
    "Health Care": "XLV",
    "Industrials": "XLI",
    "Information Technology": "XLK",
    "Materials": "XLB",
    "Real Estate": "XLRE",
    "Utilities": "XLU",
}


@dataclass(frozen=True)
class Book:
    """Closes [day, security] with their days and securities."""

    name: str
    days: np.ndarray
    securities: tuple[Security, ...]
    closes: np.ndarray

    def row(self, day: date) -> int:
        """Return the first row on or after a day."""
        return int(np.searchsorted(self.days, day.toordinal()))


@cache
def _panel(path: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    table = pq.read_table(DATA / path)
    days = [d.date() if hasattr(d, "date") else d for d in table["date"].to_pylist()]
    names = [n for n in table.schema.names if n != "date"]
    closes = {n: table[n].to_numpy(zero_copy_only=False).astype(float) for n in names}
    return np.array([d.toordinal() for d in days]), closes


def stock_book(universe: str) -> Book:
    """Return a universe of stocks with their sectors."""
    folder = DATA / "us_stocks"
    days, closes = _panel("us_stocks/adj_close_1500_2013_2026.parquet")
    tickers = list(json.loads((folder / "universes.json").read_text())[universe])
    rows = csv.DictReader((folder / "meta.csv").read_text(encoding="utf-8").splitlines())
    sectors = {
        r["ticker"]: r["gics_sector"] or GICS.get(r["sector_nasdaq"], r["sector_nasdaq"])
        for r in rows
    }
    securities = tuple(Security(SecurityId(t), t, sector=sectors[t]) for t in tickers)
    return Book(universe, days, securities, np.column_stack([closes[t] for t in tickers]))


def fund_book() -> Book:
    """Return all exchange-traded funds; their classes are not needed for the statistical model."""
    days, closes = _panel("etf/adj_close_2005_2026.parquet")
    securities = tuple(_fund(t, AssetClass.OTHER) for t in closes)
    return Book("ETFs", days, securities, np.column_stack(list(closes.values())))


def _fund(ticker: str, asset_class: AssetClass) -> Security:
    return Security(SecurityId(ticker), ticker, kind=SecurityKind.ETF, asset_class=asset_class)


def mixed_book(stocks: int = 400) -> Book:
    """Return stocks of allcap1000 with pairs of like funds: a direct index beside a fund portfolio."""
    base = stock_book("allcap1000")
    days, closes = _panel("etf/adj_close_2005_2026.parquet")
    rows = np.searchsorted(days, base.days)
    tickers = [(t, c) for pair, c in COPIES.items() for t in pair.split()]
    funds = np.column_stack([closes[t][rows] for t, _ in tickers])
    securities = (*base.securities[:stocks], *(_fund(t, c) for t, c in tickers))
    return Book("mixed", base.days, securities, np.hstack([base.closes[:, :stocks], funds]))


def model_before(
    book: Book, start: int, settings: RiskSettings, hidden: np.ndarray | None = None
) -> FactorModel:
    """Return the model of the days before row `start`; `hidden` securities are without their history."""
    closes = book.closes[max(0, start - settings.lookback_days - 1) : start].copy()
    if hidden is not None:
        closes[:, hidden] = np.nan
    order = sorted(range(len(book.securities)), key=lambda i: book.securities[i].id)
    ids = tuple(book.securities[i].id for i in order)
    panel = ReturnPanel(ids, daily_returns(closes[:, order], settings))
    return model_of(book.securities, panel, settings)


def long_short(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return 5 to 60 names held too much, as many too little."""
    side = int(rng.integers(5, max(6, min(60, count // 3))))
    picks = rng.choice(count, 2 * side, replace=False)
    active = np.zeros(count)
    active[picks[:side]], active[picks[side:]] = 1 / side, -1 / side
    return active


def sampled(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return a skewed index held through a tenth to two thirds of its names: harvested books look so."""
    index = rng.pareto(1.5, count) + 0.3
    index /= index.sum()
    picks = rng.choice(count, int(rng.integers(max(5, count // 10), count * 2 // 3)), replace=False)
    held = np.zeros(count)
    held[picks] = index[picks] / index[picks].sum()
    return held - index


KINDS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "long-short": long_short,
    "sampled index": sampled,
}


def realised(book: Book, start: int, days: int) -> np.ndarray:
    """Return [day, security] returns of the `days` from row `start`; NaN columns where they can't be used."""
    moves = book.closes[start : start + days] / book.closes[start - 1 : start + days - 1] - 1
    bad = ~np.isfinite(moves).all(axis=0) | (np.abs(moves) > UNADJUSTED).any(axis=0)
    moves[:, bad] = np.nan
    return moves


def ratios(
    model: FactorModel, moves: np.ndarray, active: np.ndarray, columns: np.ndarray
) -> np.ndarray:
    """Return [portfolio] realised over forecast tracking error of [portfolio, column] active weights."""
    factors = active @ model.loadings[columns]
    forecast = np.sqrt((factors**2).sum(axis=1) + active**2 @ model.specific_variance[columns])
    return np.asarray((moves[:, columns] @ active.T).std(axis=0) * YEAR_ROOT / forecast)


def usable(book: Book, start: int, moves: np.ndarray, needed: int = 120) -> np.ndarray:
    """Return the columns with history before and prices after."""
    seen = np.isfinite(book.closes[max(0, start - 505) : start]).sum(axis=0) > needed + 5
    return np.flatnonzero(seen & np.isfinite(moves).all(axis=0))


def out_of_sample(
    book: Book,
    settings: RiskSettings,
    seeds: int,
    years: Sequence[int] = YEARS,
    horizons: Sequence[int] = HORIZONS,
) -> dict[tuple[str, int], dict[int, np.ndarray]]:
    """Return ratios by kind of portfolio and horizon, by year."""
    found: dict[tuple[str, int], dict[int, np.ndarray]] = {}
    for year in years:
        start = book.row(date(year, 12, 6))
        model = model_before(book, start, settings)
        for days in horizons:
            if start + days > len(book.days):
                continue
            moves = realised(book, start, days)
            columns = usable(book, start, moves)
            for kind, draw in KINDS.items():
                rng = np.random.default_rng(year)
                active = np.array([draw(rng, len(columns)) for _ in range(seeds)])
                by_year = found.setdefault((kind, days), {})
                by_year[year] = ratios(model, moves, active, columns)
    return found


def hidden_names(
    book: Book, settings: RiskSettings, seeds: int, share: float, years: Sequence[int] = YEARS
) -> np.ndarray:
    """Return ratios where a share of the names has no history and is known by its sector alone."""
    found = []
    for year in years:
        start = book.row(date(year, 12, 6))
        moves = realised(book, start, HORIZONS[0])
        if len(moves) < HORIZONS[0]:
            continue
        rng = np.random.default_rng(year)
        hidden = rng.random(len(book.securities)) < share
        model = model_before(book, start, settings, hidden)
        columns = usable(book, start, moves)
        active = np.array([long_short(rng, len(columns)) for _ in range(seeds)])
        found.append(ratios(model, moves, active, columns))
    return np.concatenate(found)


def copies(
    settings: RiskSettings, years: Sequence[int] = YEARS
) -> Iterator[tuple[str, float, float]]:
    """Yield each pair of like funds in a book of 400 stocks with the medians forecast and realised."""
    book = mixed_book()
    place = {s.symbol: i for i, s in enumerate(book.securities)}
    rows: dict[str, list[tuple[float, float]]] = {pair: [] for pair in COPIES}
    for year in years:
        start = book.row(date(year, 12, 6))
        model = model_before(book, start, settings)
        moves = realised(book, start, HORIZONS[0])
        known = set(model.proxied)
        for pair in COPIES:
            a, b = (place[t] for t in pair.split())
            if {book.securities[a].id, book.securities[b].id} & known or len(moves) < 20:
                continue
            apart = model.loadings[a] - model.loadings[b]
            own = model.specific_variance[a] + model.specific_variance[b]
            forecast = float(np.sqrt(apart @ apart + own))
            done = float((moves[:, a] - moves[:, b]).std() * YEAR_ROOT)
            if np.isfinite(done):
                rows[pair].append((forecast, done))
    for pair, values in rows.items():
        forecast, done = np.median(np.array(values), axis=0)
        yield pair, float(forecast), float(done)


def monthly(tickers: Sequence[str]) -> np.ndarray:
    """Return [month, fund] total returns."""
    days, closes = _panel("etf/adj_close_2005_2026.parquet")
    months = np.array(
        [date.fromordinal(int(d)).year * 12 + date.fromordinal(int(d)).month for d in days]
    )
    last = np.append(np.flatnonzero(np.diff(months)), len(months) - 1)
    prices = np.column_stack([closes[t][last] for t in tickers])
    return prices[1:] / prices[:-1] - 1


def _line(name: str, values: np.ndarray, *more: str) -> str:
    low, middle, high = np.percentile(values, [10, 50, 90])
    spread = np.sqrt((np.log(values) ** 2).mean())
    cells = (name, *more, f"{middle:.2f}", f"{low:.2f} to {high:.2f}", f"{spread:.2f}")
    return "| " + " | ".join(cells) + " |"


SETTINGS = {
    "no group factors": RiskSettings(group_factors=False),
    "default": RiskSettings(),
    "volatilities with half-life 63": RiskSettings(
        volatility_half_life_days=63, group_factors=False
    ),
    "half-life 63 for all": RiskSettings(half_life_days=63, group_factors=False),
    "all days alike": RiskSettings(half_life_days=None, group_factors=False),
    "three years": RiskSettings(lookback_days=756, half_life_days=378, group_factors=False),
}


def _print_bias(seeds: int) -> None:
    books = (stock_book("large100"), stock_book("allcap1000"), fund_book())
    print("| settings | book | portfolios | days | median | 10 % to 90 % | log error |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for label, settings in SETTINGS.items():
        for book in books:
            found = out_of_sample(book, settings, seeds)
            for (kind, days), by_year in found.items():
                values = np.concatenate(list(by_year.values()))
                print(_line(label, values, book.name, kind, str(days)))
                if label == "default" and days == HORIZONS[0] and kind == "long-short":
                    years = (f"{y} {np.median(v):.2f}" for y, v in by_year.items())
                    print("<!-- median by year:", ", ".join(years), "-->")


def _print_hidden(seeds: int) -> None:
    book = stock_book("allcap1000")
    print(
        "\n| names without history | median | 10 % to 90 % | log error |\n| --- | --- | --- | --- |"
    )
    for share in (0.0, 0.2, 0.5, 1.0):
        print(_line(f"{share:.0%}", hidden_names(book, RiskSettings(), seeds, share)))


def _print_copies() -> None:
    plain = {pair: f for pair, f, _ in copies(RiskSettings(group_factors=False))}
    print("\n| pair | no group factors bp | default bp | realised bp |\n| --- | --- | --- | --- |")
    for pair, forecast, done in copies(RiskSettings()):
        print(f"| {pair} | {plain[pair] * 1e4:.0f} | {forecast * 1e4:.0f} | {done * 1e4:.0f} |")


def _print_table() -> None:
    moves = monthly(list(CLASS_FUNDS.values()))
    print("\n| class | built in | fund | measured |\n| --- | --- | --- | --- |")
    for k, (asset_class, fund) in enumerate(CLASS_FUNDS.items()):
        built_in = CLASS_VOLATILITY[CLASSES.index(asset_class)]
        print(
            f"| {asset_class} | {built_in:.1%} | {fund} | {np.nanstd(moves[:, k]) * 12**0.5:.1%} |"
        )
    moves = monthly([*SECTOR_FUNDS.values(), "SPY"])
    for k, (sector, fund) in enumerate(SECTOR_FUNDS.items()):
        apart = np.nanstd(moves[:, k] - moves[:, -1]) * 12**0.5
        print(f"| {sector} | {SECTOR_VOLATILITY[sector]:.1%} | {fund} less SPY | {apart:.1%} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    seeds = parser.parse_args().seeds
    with np.errstate(all="ignore"):
        _print_bias(seeds)
        _print_hidden(seeds)
        _print_copies()
        _print_table()


if __name__ == "__main__":
    main()

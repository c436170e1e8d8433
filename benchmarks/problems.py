"""Problems of the contract's `solve`: books of a factor model, and books at real prices of ../shared/data."""

from datetime import date, timedelta
from typing import Any

import numpy as np

SECTORS = ("Energy", "Health Care", "Industrials", "Technology", "Utilities")
AS_OF = date(2025, 12, 5)


def factor_book(
    names: int,
    lots: int,
    *,
    seed: int = 0,
    factors: int = 20,
    risk_aversion: float = 10.0,
    accounts: int = 1,
    members: int = 1,
) -> dict[str, Any]:
    """Return a book of a factor model: lots bought over three years at simulated prices.

    Args:
        accounts: lots are spread over so many, the first of them taxable, every third one an IRA.
        members: securities in each identical set.
    """
    rng = np.random.default_rng(seed)
    loadings = rng.normal(0, 0.05, (names, factors))
    loadings[:, 0] = rng.uniform(0.1, 0.25, names)
    specific = rng.uniform(0.02, 0.12, names)
    target = rng.dirichlet(np.full(names, 2.0)) * 0.995
    held = target * np.exp(rng.normal(0, 0.15, names))
    held /= held.sum()
    kinds = ["taxable" if a % 3 != 2 else "ira" for a in range(accounts)]
    securities = [
        {
            "symbol": f"S{j}",
            "price": 100.0,
            "identical_set": f"G{j // members}",
            "target_weight": float(target[j]),
            "max_weight": float(min(1.0, 3 * target[j] + 0.002)),
            "specific_variance": float(specific[j]),
            "loadings": [float(x) for x in loadings[j]],
            "sector": SECTORS[j % len(SECTORS)],
        }
        for j in range(names)
    ]
    rows = []
    for j in range(names):
        share = rng.dirichlet(np.full(lots, 3.0)) * held[j] * 1e6 / 100
        days = rng.integers(1, 1095, lots)
        vol = np.sqrt(loadings[j] @ loadings[j] + specific[j])
        growth = np.exp(vol * np.sqrt(days / 365) * rng.normal(0, 1, lots) + 0.05 * days / 365)
        rows += [
            {
                "id": f"l{j}-{k}",
                "account": f"A{int(rng.integers(accounts))}",
                "symbol": f"S{j}",
                "shares": f"{share[k]:.6f}",
                "basis_per_share": f"{100 / growth[k]:.4f}",
                "acquired": (AS_OF - timedelta(days=int(days[k]))).isoformat(),
            }
            for k in range(lots)
        ]
    return {
        "schema": "harvestdesk.problem/1",
        "as_of": AS_OF.isoformat(),
        "mode": "rebalance",
        "securities": securities,
        "accounts": [{"id": f"A{a}", "type": k, "cash": "2000"} for a, k in enumerate(kinds)],
        "lots": rows,
        "tax": {"rate_short": 0.408, "rate_long": 0.238},
        "objective": {"risk_aversion": risk_aversion, "cost_rate": 0.0005},
        "locks": {"buy": [], "loss_sale": []},
        "limits": {},
        "fractional": True,
    }


def real_book(
    universe: str,
    as_of: date,
    *,
    draw: int | None = None,
    risk_aversion: float = 10.0,
    months: int = 36,
) -> dict[str, Any]:
    """Return a book at real prices: an index bought monthly, targets at its weights of the day.

    Args:
        universe: of ../shared/data; `draw` picks one of the draws of conc50.
    """
    import csv
    import json

    from real_household import CAP_YEAR, DATA, Panel, _history, _weights, months_before

    from harvestdesk.risk.returns import return_panel
    from harvestdesk.risk.statistical import fit

    tickers = json.loads((DATA / "universes.json").read_text())[universe]
    tickers = tickers if draw is None else tickers[str(draw)]
    meta = {r["ticker"]: r for r in csv.DictReader((DATA / "meta.csv").open(encoding="utf-8"))}
    prices = Panel(DATA / "close_splitadj_2013_2024.parquet", tickers)
    today = prices.row(as_of)
    risk = fit(return_panel(_history(prices.tickers, as_of), as_of))
    known = {str(s): k for k, s in enumerate(risk.security_ids)}
    rows = [prices.row(m) + 1 for m in months_before(as_of, months)]
    usable = np.isfinite(prices.closes[today]) & np.array([t in known for t in prices.tickers])
    names = [t for t, ok in zip(prices.tickers, usable, strict=True) if ok]
    closes = prices.closes[:, usable]
    weights = _weights(closes, closes[prices.row(CAP_YEAR)], names, meta)
    shares = weights[rows] / np.where(closes[rows] > 0, closes[rows], np.inf)
    shares *= 1e6 / float((shares * closes[today]).sum())
    securities = [
        {
            "symbol": t,
            "price": round(float(closes[today, i]), 4),
            "target_weight": float(weights[today, i]) * 0.995,
            "specific_variance": float(risk.specific_variance[known[t]]),
            "loadings": [float(x) for x in risk.loadings[known[t]]],
            "sector": meta[t]["gics_sector"] or meta[t]["sector_nasdaq"] or "Other",
        }
        for i, t in enumerate(names)
    ]
    lots = [
        {
            "id": f"{t}-{k}",
            "account": "A0",
            "symbol": t,
            "shares": f"{shares[k, i]:.6f}",
            "basis_per_share": f"{closes[row, i]:.4f}",
            "acquired": date.fromordinal(int(prices.days[row])).isoformat(),
        }
        for k, row in enumerate(rows)
        for i, t in enumerate(names)
        if shares[k, i] >= 1e-6 and np.isfinite(closes[row, i])
    ]
    return {
        "schema": "harvestdesk.problem/1",
        "as_of": as_of.isoformat(),
        "mode": "rebalance",
        "securities": securities,
        "accounts": [{"id": "A0", "type": "taxable", "cash": "2000"}],
        "lots": lots,
        "tax": {"rate_short": 0.408, "rate_long": 0.238},
        "objective": {"risk_aversion": risk_aversion, "cost_rate": 0.0005},
        "locks": {"buy": [], "loss_sale": []},
        "limits": {},
        "fractional": True,
    }

"""A $2,000,000 account at real prices, bought monthly over two years, harvested on a December day.

    python benchmarks/real_household.py [--universe large100|allcap1000] [--as-of 2022-12-05]

Prices are split-adjusted closes; risk comes from dividend-adjusted closes of the two years before. Weights are
market values of the day, carried along with the price from a 2013 estimate. Reads ../shared/data.
"""

import argparse
import csv
import json
from array import array
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import AccountId, HouseholdId, LotId, ProposalId, SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.prices import Price, PriceBook, PriceHistory
from harvestdesk.domain.proposal import HarvestSettings, Proposal
from harvestdesk.domain.security import Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.target import SecurityTarget
from harvestdesk.optimize.cancel import NeverCancelled, silent
from harvestdesk.optimize.harvest import plan_harvest

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "us_stocks"
ACCOUNT = AccountId("index")
VALUE = 2_000_000
MONTHS = 24
HISTORY_DAYS = 520
CENT = Decimal("0.01")
CAP_YEAR = date(2013, 12, 31)
LARGEST_CAP_2013 = 1e12
GICS = {
    "Technology": "Information Technology",
    "Finance": "Financials",
    "Telecommunications": "Communication Services",
    "Basic Materials": "Materials",
}
"""Sector names of the second source, where the first has none."""


class Panel:
    """Closes of a parquet file: [day, security]."""

    def __init__(self, path: Path, tickers: list[str]) -> None:
        table = pq.read_table(path)
        name = "date" if "date" in table.schema.names else table.schema.names[-1]
        days = [d.date() if hasattr(d, "date") else d for d in table[name].to_pylist()]
        self.days = np.array([d.toordinal() for d in days])
        self.tickers = [t for t in tickers if t in table.schema.names]
        self.closes = np.column_stack(
            [table[t].to_numpy(zero_copy_only=False).astype(float) for t in self.tickers]
        )

    def row(self, day: date) -> int:
        """Return the last row on or before a day."""
        return int(np.searchsorted(self.days, day.toordinal(), "right")) - 1


def months_before(as_of: date, count: int) -> list[date]:
    """Return the first days of the `count` months before the month of `as_of`, oldest first."""
    start = as_of.year * 12 + as_of.month - 1
    return [date((start - k) // 12, (start - k) % 12 + 1, 1) for k in range(count, 0, -1)]


def household(universe: str, as_of: date, *, fractional: bool = True) -> HouseholdSnapshot:
    """Return the account of a universe on a day."""
    tickers = json.loads((DATA / "universes.json").read_text())[universe]
    meta = {r["ticker"]: r for r in csv.DictReader((DATA / "meta.csv").open(encoding="utf-8"))}
    prices = Panel(DATA / "close_splitadj_2013_2024.parquet", tickers)
    today = prices.row(as_of)
    usable = np.isfinite(prices.closes[today])
    names = [t for t, ok in zip(prices.tickers, usable, strict=True) if ok]
    closes = prices.closes[:, usable]
    weights = _weights(closes, closes[prices.row(CAP_YEAR)], names, meta)
    ids = [SecurityId(t) for t in names]
    day = date.fromordinal(int(prices.days[today]))
    rows = [prices.row(m) + 1 for m in months_before(as_of, MONTHS)]
    return HouseholdSnapshot(
        Household(HouseholdId("real"), f"{universe} {as_of}"),
        as_of,
        accounts=(Account(ACCOUNT, "Index", AccountType.TAXABLE, fractional=fractional),),
        securities=tuple(Security(s, s, sector=_sector(meta[s])) for s in ids),
        lots=_lots(ids, closes, weights, rows, prices.days, today, fractional),
        prices=PriceBook(
            as_of,
            {s: Price(Decimal(f"{closes[today, i]:.4f}"), day) for i, s in enumerate(ids)},
        ),
        cash={ACCOUNT: Decimal(1000)},
        cash_on={ACCOUNT: as_of},
        security_targets=tuple(
            SecurityTarget(ACCOUNT, s, Decimal(f"{weights[today, i] * 0.9995:.8f}"))
            for i, s in enumerate(ids)
        ),
        history=_history(names, as_of),
    )


def _sector(row: dict[str, str]) -> str:
    return row["gics_sector"] or GICS.get(row["sector_nasdaq"], row["sector_nasdaq"])


def _weights(
    closes: np.ndarray, base: np.ndarray, names: list[str], meta: dict[str, dict[str, str]]
) -> np.ndarray:
    """Return [day, security] weights by market value: the estimate of 2013 carried along with the price."""
    caps = np.array([float(meta[t]["cap_proxy_2013_12"] or "nan") for t in names])
    caps[caps > LARGEST_CAP_2013] = np.nan  # estimates blown up by later reverse splits
    caps = np.where(np.isfinite(caps), caps, np.nanmedian(caps))
    value = np.nan_to_num(caps * closes / np.where(np.isfinite(base), base, np.nan))
    return value / value.sum(axis=1, keepdims=True).clip(1e-9)


def _lots(
    ids: list[SecurityId],
    closes: np.ndarray,
    weights: np.ndarray,
    rows: list[int],
    days: np.ndarray,
    today: int,
    fractional: bool,
) -> tuple[TaxLot, ...]:
    """Return lots of equal monthly amounts, scaled so that they are worth VALUE today."""
    bought = weights[rows] / np.where(closes[rows] > 0, closes[rows], np.inf)
    bought *= VALUE / float((bought * np.nan_to_num(closes[today])).sum())
    step = Decimal("0.0001") if fractional else Decimal(1)
    lots = []
    for k, row in enumerate(rows):
        on = date.fromordinal(int(days[row]))
        for i, security_id in enumerate(ids):
            shares = Decimal(f"{bought[k, i]:.6f}").quantize(step)
            if shares > 0:
                basis = (shares * Decimal(f"{closes[row, i]:.4f}")).quantize(CENT)
                lot_id = LotId(f"{security_id}-{on}")
                lots.append(TaxLot(lot_id, ACCOUNT, security_id, shares, on, on, basis))
    return tuple(lots)


def _history(names: list[str], as_of: date) -> PriceHistory:
    panel = Panel(DATA / "adj_close_1500_2013_2026.parquet", names)
    last = panel.row(as_of) + 1
    rows = slice(max(0, last - HISTORY_DAYS), last)
    return PriceHistory(
        tuple(SecurityId(t) for t in panel.tickers),
        tuple(int(d) for d in panel.days[rows]),
        tuple(array("d", panel.closes[rows, i].tolist()) for i in range(len(panel.tickers))),
    )


def harvest(snapshot: HouseholdSnapshot, limit_bp: int = 35) -> Proposal:
    """Return the plan of a household with default settings."""
    return plan_harvest(
        snapshot,
        HarvestSettings(tracking_error_bp=Decimal(limit_bp)),
        proposal_id=ProposalId("benchmark"),
        created_at="",
        token=NeverCancelled(),
        report=silent,
    )


def describe(universe: str, snapshot: HouseholdSnapshot, plan: Proposal) -> str:
    """Return one row of the table in docs/validation.md."""
    largest = max(float(t.weight) for t in snapshot.security_targets)
    seconds = plan.solver.seconds
    return (
        f"| {universe} | {len(snapshot.securities)} x {len(snapshot.lots)} | {largest:.1%} "
        f"| {plan.before.unrealised_losses:,.0f} | {plan.realised_loss:,.0f} "
        f"| {len(plan.sales)} / {len(plan.purchases)} "
        f"| {plan.before.tracking_error_bp} | {plan.after.tracking_error_bp} "
        f"| {plan.solver.gap:.2%} | {seconds['solve']:.2f} | {seconds['total']:.2f} "
        f"| {plan.solver.status}, checks {'passed' if plan.passed else 'FAILED'} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--universe", action="append", choices=["large100", "allcap1000"])
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2022, 12, 5))
    parser.add_argument("--limit-bp", type=int, default=35)
    parser.add_argument("--whole", action="store_true", help="whole shares only")
    wanted = parser.parse_args()
    print(
        "| universe | names x lots | largest weight | losses | harvested | sales / purchases "
        "| TE before bp | TE after bp | gap | solve s | total s | result |"
    )
    print("| --- " * 12 + "|")
    for universe in wanted.universe or ["large100", "allcap1000"]:
        snapshot = household(universe, wanted.as_of, fractional=not wanted.whole)
        harvest(snapshot, wanted.limit_bp)  # the first plan pays for imports
        print(describe(universe, snapshot, harvest(snapshot, wanted.limit_bp)))


if __name__ == "__main__":
    main()

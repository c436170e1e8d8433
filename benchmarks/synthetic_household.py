"""A made-up direct-index household of any size, with two years of simulated price history."""

from array import array
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from harvestdesk.domain.account import Account, AccountType
from harvestdesk.domain.household import Household
from harvestdesk.domain.ids import AccountId, HouseholdId, LotId, SecurityId
from harvestdesk.domain.lot import TaxLot
from harvestdesk.domain.prices import Price, PriceBook, PriceHistory
from harvestdesk.domain.security import Security
from harvestdesk.domain.snapshot import HouseholdSnapshot
from harvestdesk.domain.target import SecurityTarget

SECTORS = (
    "Communication Services",
    "Consumer Discretionary",
    "Consumer Staples",
    "Energy",
    "Financials",
    "Health Care",
    "Industrials",
    "Information Technology",
    "Materials",
    "Real Estate",
    "Utilities",
)
AS_OF = date(2025, 12, 5)
CENT = Decimal("0.01")


def household(
    names: int, lots_each: int, *, seed: int = 7, days: int = 520, fractional: bool = False
) -> HouseholdSnapshot:
    """Return a $2,000,000 taxable account of `names` stocks bought in `lots_each` lots over the days."""
    rng = np.random.default_rng(seed)
    sectors = rng.integers(0, len(SECTORS), names)
    closes = _prices(rng, names, days, sectors)
    account = AccountId("index")
    ids = [SecurityId(f"S{i:04d}") for i in range(names)]
    weights = rng.pareto(1.5, names) + 0.3
    weights /= weights.sum()
    bought_on = np.sort(rng.choice(days - 30, lots_each, replace=False))
    dollars = 2_000_000 * weights / lots_each
    lots = []
    for i, security_id in enumerate(ids):
        for k, day in enumerate(bought_on):
            cost = closes[day, i]
            shares = Decimal(f"{max(1.0, dollars[i] / closes[-1, i]):.4f}")
            shares = shares if fractional else shares.quantize(Decimal(1))
            on = _day(days, int(day))
            basis = (shares * Decimal(f"{cost:.2f}")).quantize(CENT)
            lots.append(
                TaxLot(LotId(f"{security_id}-{k}"), account, security_id, shares, on, on, basis)
            )
    prices = {
        s: Price(Decimal(f"{closes[-1, i]:.2f}"), AS_OF, "simulated") for i, s in enumerate(ids)
    }
    return HouseholdSnapshot(
        Household(HouseholdId("h"), "Synthetic", simulated=True),
        AS_OF,
        accounts=(Account(account, "Index", AccountType.TAXABLE, fractional=fractional),),
        securities=tuple(Security(s, s, sector=SECTORS[sectors[i]]) for i, s in enumerate(ids)),
        lots=tuple(lots),
        prices=PriceBook(AS_OF, prices),
        cash={account: Decimal(5000)},
        cash_on={account: AS_OF},
        security_targets=tuple(
            SecurityTarget(account, s, Decimal(f"{weights[i] * 0.997:.8f}"))
            for i, s in enumerate(ids)
        ),
        history=PriceHistory(
            tuple(ids),
            tuple(_day(days, d).toordinal() for d in range(days)),
            tuple(array("d", closes[:, i].tolist()) for i in range(names)),
        ),
    )


def _day(days: int, number: int) -> date:
    return AS_OF - timedelta(days=round((days - 1 - number) * 7 / 5))


def _prices(rng: np.random.Generator, names: int, days: int, sectors: np.ndarray) -> np.ndarray:
    market = rng.normal(0, 0.01, days)
    market -= market.mean()  # a flat market: about half of the names end lower
    sector = rng.normal(0, 0.005, (days, len(SECTORS)))
    beta = rng.normal(1.0, 0.25, names)
    own = rng.normal(0, 1, (days, names)) * rng.uniform(0.010, 0.022, names)
    returns = market[:, None] * beta + sector[:, sectors] + own
    return rng.uniform(15, 250, names) * np.exp(np.cumsum(returns, axis=0))

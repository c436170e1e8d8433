"""Securities of the contract's `solve` from JSON."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from harvestdesk.optimize.engine.problem import FloatArray
from harvestdesk.optimize.engine.reading import Fields, number_at, refuse

FIELDS = (
    "symbol",
    "price",
    "identical_set",
    "target_weight",
    "min_weight",
    "max_weight",
    "held_outside",
    "volume",
    "specific_variance",
    "loadings",
    "sector",
)
MOST_RISK = 1e9
"""Risk aversion, variances and loadings beyond this are a mistake of units."""
ROUNDING = 1e-9
"""Weights typed with few digits may add up to this much more than one."""


@dataclass(frozen=True)
class Universe:
    """Securities as read: columns in the order of the document.

    Attributes:
        least, cap: weight after the plan; outside: weight held elsewhere.
        volumes: shares traded on an average day; None where nobody said.
    """

    number: dict[str, int]
    prices: tuple[Decimal, ...]
    target: FloatArray
    least: FloatArray
    cap: FloatArray
    outside: FloatArray
    volumes: tuple[Decimal | None, ...]
    specific: FloatArray
    loadings: FloatArray
    sets: tuple[str, ...]
    sectors: tuple[str, ...]


@dataclass(frozen=True)
class _Security:
    symbol: str
    price: Decimal
    target: float
    least: float
    cap: float
    outside: float
    volume: Decimal | None
    specific: float
    loadings: list[float]
    set: str
    sector: str


def read_universe(top: Fields) -> Universe:
    """Return the securities of a problem."""
    found: dict[str, _Security] = {}
    factors = None
    for row in top.rows("securities", FIELDS):
        security = _security(row, factors)
        if security.symbol in found:
            refuse(row.at("symbol"), f"{security.symbol!r} is there twice.")
        found[security.symbol] = security
        factors = len(security.loadings)
    if not found:
        refuse("securities", "expected at least one security.")
    rows = list(found.values())
    total = sum(s.target for s in rows)
    if total > 1.0 + ROUNDING:
        refuse("securities", f"target weights add up to {total:g}, more than 1.")
    return Universe(
        number={symbol: j for j, symbol in enumerate(found)},
        prices=tuple(s.price for s in rows),
        target=np.array([s.target for s in rows]),
        least=np.array([s.least for s in rows]),
        cap=np.array([s.cap for s in rows]),
        outside=np.array([s.outside for s in rows]),
        volumes=tuple(s.volume for s in rows),
        specific=np.array([s.specific for s in rows]),
        loadings=np.array([s.loadings for s in rows], dtype=np.float64).reshape(len(rows), -1),
        sets=tuple(s.set for s in rows),
        sectors=tuple(s.sector for s in rows),
    )


def _security(row: Fields, factors: int | None) -> _Security:
    symbol, price = row.text("symbol"), row.money("price")
    if price <= 0:
        refuse(row.at("price"), "expected a price above zero.")
    least = row.number("min_weight", 0.0, 1.0, default=0.0)
    cap = row.number("max_weight", 0.0, 1.0, default=1.0)
    if least > cap:
        refuse(row.at("min_weight"), f"{least:g} is more than max_weight, {cap:g}.")
    return _Security(
        symbol=symbol,
        price=price,
        target=row.number("target_weight", 0.0, 1.0),
        least=least,
        cap=cap,
        outside=row.number("held_outside", 0.0, 1.0, default=0.0),
        volume=row.money("volume") if row.has("volume") else None,
        specific=row.number("specific_variance", 0.0, MOST_RISK),
        loadings=_loadings(row, factors),
        set=row.text("identical_set", symbol),
        sector=row.text("sector", " ").strip(),
    )


def _loadings(row: Fields, factors: int | None) -> list[float]:
    given = row.items("loadings")
    if factors is not None and len(given) != factors:
        refuse(row.at("loadings"), f"{len(given)} numbers, where the first security has {factors}.")
    return [
        number_at(value, f"{row.at('loadings')}[{k}]", -MOST_RISK, MOST_RISK)
        for k, value in enumerate(given)
    ]

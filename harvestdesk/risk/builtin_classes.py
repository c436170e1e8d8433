"""Built-in risk of asset classes and sectors, for securities without price history.

Assumptions, set by hand: round figures of the classes' broad indices (standard deviation of yearly returns and
correlation), the movement of a sector against its class, and the own movement of one security. They are meant to
be sensible rather than precise; price history replaces them as soon as it is there. docs/validation.md sets them
beside the monthly returns of funds of the classes and sectors, 2005 to 2026 (US stocks 15.3 %, developed 16.7 %,
emerging 20.9 %, real estate 21.4 %, commodities 18.7 %, US bonds 4.5 %, municipals 5.2 %); international bonds
are meant unhedged, between hedged (4.0 %) and currency risk. Correlations lie a little under those of 2005 to 2026.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from harvestdesk.domain.security import AssetClass, Security, SecurityKind

CLASSES: Final = (
    AssetClass.US_EQUITY,
    AssetClass.INTL_EQUITY,
    AssetClass.EMERGING_EQUITY,
    AssetClass.REAL_ESTATE,
    AssetClass.COMMODITY,
    AssetClass.US_BOND,
    AssetClass.MUNI_BOND,
    AssetClass.INTL_BOND,
    AssetClass.OTHER,
)
"""Classes that carry risk, in the order of the table below."""

CLASS_VOLATILITY: Final = (0.16, 0.17, 0.21, 0.19, 0.17, 0.055, 0.05, 0.065, 0.16)

CLASS_CORRELATION: Final = (
    (1.00, 0.85, 0.72, 0.72, 0.30, 0.15, 0.20, 0.20, 0.60),
    (0.85, 1.00, 0.82, 0.66, 0.38, 0.18, 0.22, 0.30, 0.58),
    (0.72, 0.82, 1.00, 0.56, 0.42, 0.16, 0.20, 0.30, 0.54),
    (0.72, 0.66, 0.56, 1.00, 0.22, 0.32, 0.34, 0.32, 0.48),
    (0.30, 0.38, 0.42, 0.22, 1.00, 0.00, 0.00, 0.05, 0.30),
    (0.15, 0.18, 0.16, 0.32, 0.00, 1.00, 0.72, 0.74, 0.10),
    (0.20, 0.22, 0.20, 0.34, 0.00, 0.72, 1.00, 0.56, 0.12),
    (0.20, 0.30, 0.30, 0.32, 0.05, 0.74, 0.56, 1.00, 0.14),
    (0.60, 0.58, 0.54, 0.48, 0.30, 0.10, 0.12, 0.14, 1.00),
)

SECTOR_VOLATILITY: Final = {
    "Communication Services": 0.09,
    "Consumer Discretionary": 0.08,
    "Consumer Staples": 0.09,
    "Energy": 0.18,
    "Financials": 0.10,
    "Health Care": 0.09,
    "Industrials": 0.06,
    "Information Technology": 0.09,
    "Materials": 0.09,
    "Real Estate": 0.12,
    "Utilities": 0.13,
}
"""Movement of a GICS sector against its class, a year."""
OTHER_SECTOR_VOLATILITY: Final = 0.10

SPECIFIC_VOLATILITY: Final = {
    SecurityKind.STOCK: 0.28,
    SecurityKind.ETF: 0.03,
    SecurityKind.MUTUAL_FUND: 0.04,
    SecurityKind.BOND: 0.03,
    SecurityKind.OPTION: 0.60,
    SecurityKind.MONEY_MARKET: 0.0,
    SecurityKind.CRYPTO: 0.65,
    SecurityKind.OTHER: 0.20,
}
SAME_INDEX_VOLATILITY: Final = 0.005
"""Own movement left between funds of one index."""
FUNDS: Final = frozenset({SecurityKind.ETF, SecurityKind.MUTUAL_FUND})


def class_covariance() -> NDArray[np.float64]:
    """Return [class, class] the covariance a year, in the order of CLASSES."""
    deviation = np.array(CLASS_VOLATILITY)
    return np.asarray(np.array(CLASS_CORRELATION) * np.outer(deviation, deviation))


def is_cash(security: Security) -> bool:
    """True for what counts as cash: it carries no risk."""
    return security.asset_class is AssetClass.CASH or security.kind is SecurityKind.MONEY_MARKET

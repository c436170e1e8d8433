"""What asset classes are assumed to return a year, and how much of it is taxed on the way.

Assumptions, set by hand: round figures of the classes' broad indices. Yields are those of broad index funds in
the last decade; the part of a yield taxed as ordinary income follows IRC §1(h)(11) (dividends of domestic and
treaty companies qualify), §199A(b)(1)(B) funds of real estate pay mostly ordinary dividends, and interest of
municipal bonds is exempt (§103(a)). Total returns only matter here relative to each other and through compounding:
asset location compares accounts, never classes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from harvestdesk.domain.security import AssetClass


@dataclass(frozen=True, slots=True)
class ClassReturn:
    """Fractions of value a year.

    Attributes:
        total: return before any tax, everything below included.
        ordinary: paid out and taxed as ordinary income.
        qualified: paid out and taxed like long-term gains.
        exempt: paid out and free of federal tax.
        realised: gains a fund distributes, taxed long-term.
    """

    total: float
    ordinary: float = 0.0
    qualified: float = 0.0
    exempt: float = 0.0
    realised: float = 0.0


CLASS_RETURNS: Final[Mapping[AssetClass, ClassReturn]] = {
    AssetClass.US_EQUITY: ClassReturn(0.065, ordinary=0.001, qualified=0.014),
    AssetClass.INTL_EQUITY: ClassReturn(0.065, ordinary=0.008, qualified=0.022),
    AssetClass.EMERGING_EQUITY: ClassReturn(0.070, ordinary=0.012, qualified=0.015),
    AssetClass.REAL_ESTATE: ClassReturn(0.060, ordinary=0.030, qualified=0.002, realised=0.003),
    AssetClass.COMMODITY: ClassReturn(0.035, ordinary=0.010),
    AssetClass.US_BOND: ClassReturn(0.040, ordinary=0.038),
    AssetClass.MUNI_BOND: ClassReturn(0.031, exempt=0.030),
    AssetClass.INTL_BOND: ClassReturn(0.038, ordinary=0.036),
    AssetClass.CASH: ClassReturn(0.030, ordinary=0.030),
    AssetClass.OTHER: ClassReturn(0.050, ordinary=0.010, qualified=0.010),
}

"""Securities: what is held, which index it tracks, and the job it does."""

from dataclasses import dataclass
from enum import StrEnum

from harvestdesk.domain.ids import SecurityId


class SecurityKind(StrEnum):
    """The legal kind of a security."""

    STOCK = "stock"
    ETF = "etf"
    MUTUAL_FUND = "mutual_fund"
    BOND = "bond"
    OPTION = "option"
    MONEY_MARKET = "money_market"
    CRYPTO = "crypto"
    OTHER = "other"


class AssetClass(StrEnum):
    """Asset classes of targets and drift."""

    US_EQUITY = "us_equity"
    INTL_EQUITY = "intl_equity"
    EMERGING_EQUITY = "emerging_equity"
    REAL_ESTATE = "real_estate"
    COMMODITY = "commodity"
    US_BOND = "us_bond"
    MUNI_BOND = "muni_bond"
    INTL_BOND = "intl_bond"
    CASH = "cash"
    OTHER = "other"


ASSET_CLASS_NAMES: dict[AssetClass, str] = {
    AssetClass.US_EQUITY: "US stocks",
    AssetClass.INTL_EQUITY: "Developed international stocks",
    AssetClass.EMERGING_EQUITY: "Emerging market stocks",
    AssetClass.REAL_ESTATE: "Real estate",
    AssetClass.COMMODITY: "Commodities",
    AssetClass.US_BOND: "US bonds",
    AssetClass.MUNI_BOND: "Municipal bonds",
    AssetClass.INTL_BOND: "International bonds",
    AssetClass.CASH: "Cash",
    AssetClass.OTHER: "Other",
}


@dataclass(frozen=True, slots=True)
class Security:
    """One security.

    Attributes:
        symbol: upper case, share class with a dot (`BRK.B`); a CUSIP where there is no ticker.
        sector: GICS sector name, or empty.
        tracked_index: name of the index a fund tracks, or empty.
        role: the job of the holding in the household's words ("core", "direct index", "stock comp").
    """

    id: SecurityId
    symbol: str
    name: str = ""
    kind: SecurityKind = SecurityKind.STOCK
    asset_class: AssetClass = AssetClass.US_EQUITY
    sector: str = ""
    tracked_index: str = ""
    role: str = ""
    cusip: str = ""
    underlying_id: SecurityId | None = None


def normal_symbol(text: str) -> str:
    """Return a symbol in the house form: upper case, share class behind a dot (`BRK B` -> `BRK.B`)."""
    symbol = text.strip().upper().rstrip("*")
    for mark in ("/", " ", "-"):
        head, found, tail = symbol.partition(mark)
        if found and head.isalpha() and len(tail) == 1 and tail.isalpha():
            return f"{head}.{tail}"
    return symbol

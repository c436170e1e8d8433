"""What an imported security is: the file's hints first, then a small table of funds, then "a stock"."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from harvestdesk.assets import resource
from harvestdesk.domain.ids import SecurityId
from harvestdesk.domain.security import AssetClass, Security, SecurityKind, normal_symbol
from harvestdesk.importers.batch import ImportBatch, ParsedSecurity


@dataclass(frozen=True, slots=True)
class FundFacts:
    """What is known of a common fund; `tracked_index` decides which funds count as identical."""

    symbol: str
    name: str
    issuer: str
    tracked_index: str
    asset_class: AssetClass


@lru_cache(maxsize=1)
def fund_facts() -> Mapping[str, FundFacts]:
    """Return the built-in table of funds by symbol (resources/replacements/etf_facts.toml)."""
    rows = read_toml("etf_facts.toml")["fund"]
    return {
        row["symbol"]: FundFacts(
            row["symbol"],
            row["name"],
            row["issuer"],
            row["tracked_index"],
            AssetClass(row["asset_class"]),
        )
        for row in rows
    }


def read_toml(name: str) -> dict[str, Any]:
    """Return one file of resources/replacements."""
    return tomllib.loads(resource("replacements", name).read_text(encoding="utf-8"))


class SecurityBook:
    """The household's securities while an import is put together.

    Attributes:
        added: securities the import brings.
        changed: known securities a file now says more about.
    """

    def __init__(self, known: Iterable[Security], new_id: Callable[[str], str]) -> None:
        self._by_symbol: dict[str, Security] = {}
        self._by_cusip: dict[str, Security] = {}
        self._new_id = new_id
        self.added: dict[SecurityId, Security] = {}
        self.changed: dict[SecurityId, Security] = {}
        for security in known:
            self._index(security)

    def learn(self, batch: ImportBatch) -> None:
        """Take in the descriptions a file gives of its securities."""
        for parsed in batch.securities:
            security = self.get(parsed.symbol, parsed.cusip)
            if security is None:
                self._add(_classified(parsed, SecurityId("")))
            else:
                self._complete(security, parsed)
        for parsed in batch.securities:
            if parsed.underlying:
                option = self.of(parsed.symbol)
                self._store(replace(option, underlying_id=self.of(parsed.underlying).id))

    def get(self, symbol: str, cusip: str = "") -> Security | None:
        """Return the security a symbol or CUSIP stands for, or None."""
        found = self._by_symbol.get(normal_symbol(symbol))
        return found or (self._by_cusip.get(cusip) if cusip else None)

    def of(self, symbol: str) -> Security:
        """Return the security of a symbol, making one if the household has none yet."""
        return self.get(symbol) or self._add(_classified(ParsedSecurity(symbol), SecurityId("")))

    def by_id(self) -> dict[SecurityId, Security]:
        """Return every security, known and new, by id."""
        return {s.id: s for s in self._by_symbol.values()}

    def _add(self, security: Security) -> Security:
        made = replace(security, id=SecurityId(self._new_id("security")))
        self.added[made.id] = made
        self._index(made)
        return made

    def _complete(self, security: Security, parsed: ParsedSecurity) -> None:
        """Fill in what is empty; what the household knows already stays."""
        fuller = replace(
            security,
            name=security.name or parsed.name,
            sector=security.sector or parsed.sector,
            tracked_index=security.tracked_index or parsed.tracked_index,
            role=security.role or parsed.role,
            cusip=security.cusip or parsed.cusip,
        )
        if fuller != security:
            self._store(fuller)

    def _store(self, security: Security) -> None:
        if security.id in self.added:
            self.added[security.id] = security
        else:
            self.changed[security.id] = security
        self._index(security)

    def _index(self, security: Security) -> None:
        self._by_symbol[normal_symbol(security.symbol)] = security
        if security.cusip:
            self._by_cusip[security.cusip] = security


def _classified(parsed: ParsedSecurity, security_id: SecurityId) -> Security:
    symbol = normal_symbol(parsed.symbol)
    facts = fund_facts().get(symbol)
    kind = parsed.kind or (SecurityKind.ETF if facts else SecurityKind.STOCK)
    return Security(
        id=security_id,
        symbol=symbol,
        name=parsed.name or (facts.name if facts else ""),
        kind=kind,
        asset_class=parsed.asset_class or (facts.asset_class if facts else _class_of(kind)),
        sector=parsed.sector,
        tracked_index=parsed.tracked_index or (facts.tracked_index if facts else ""),
        role=parsed.role,
        cusip=parsed.cusip,
    )


def _class_of(kind: SecurityKind) -> AssetClass:
    """Return the asset class assumed where nothing says it; funds of unknown content are "other"."""
    return {
        SecurityKind.STOCK: AssetClass.US_EQUITY,
        SecurityKind.BOND: AssetClass.US_BOND,
        SecurityKind.MONEY_MARKET: AssetClass.CASH,
    }.get(kind, AssetClass.OTHER)

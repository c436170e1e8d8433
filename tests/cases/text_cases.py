"""Reads wash-sale cases written as short texts a tax person can read: given, sell, expect.

A file states one rule, with its authority in the comment at its head, and holds one or more cases:

    case Bought back on day 30
    topics after, boundary
    account roth roth_ira              (other accounts are taxable and the household's own)
    account hers taxable spouse
    identical AAA AAA.B                (one line for a set)
    security C50 call on XYZ           (call, put or warrant; or: security COIN crypto)
    method hifo                        (default: every sale names its lots)
    reading same_day_disposal=ignore   (a reading other than the default)
    given
    2025-01-06 taxable buys 100 XYZ for 10000 as L1
    2025-01-06 taxable buys 50 XYZ at 9.50 fees 5 as L2 order P1
    2025-02-03 split XYZ 2 for 1
    sell
    2025-06-16 taxable sells 100 XYZ of L1 for 9000
    expect
    L1 100 shares gain -1000 disallowed 1000 recognised 0 short into L2
    L2 left 100 shares basis 10100 since 2025-01-16
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

VERBS = {
    "buys": "buy",
    "reinvests": "drip",
    "vests": "vest",
    "buys-option": "option_buy",
    "holds": "opening_lot",
    "is-given": "gift_in",
    "inherits": "inherit",
    "transfers-in": "transfer_in",
    "sells": "sell",
    "sells-short": "short_open",
    "covers": "short_close",
    "delivers": "short_close",
}
TRADE = re.compile(
    r"(?P<date>\S+) (?P<account>\S+) (?P<verb>\S+) (?P<quantity>\S+) (?P<symbol>\S+)"
    r"(?: of (?P<lots>\S+(?: \S+)?(?: and \S+ \S+)*?))?(?P<plain> plain first)?"
    r"(?: by (?P<method>\S+))?"
    r"(?: (?P<money>for|at) (?P<amount>\S+))?(?: fees (?P<fees>\S+))?(?: as (?P<lot>\S+))?"
    r"(?: order (?P<purchase>\S+))?(?: covering (?P<covers>\S+))?(?: acquired (?P<acquired>\S+))?"
    r"(?P<used> already-replacement)?(?: against (?P<opens>\S+))?$"
)
SPLIT = re.compile(r"(?P<date>\S+) split (?P<symbol>\S+) (?P<new>\d+) for (?P<old>\d+)$")
CAPITAL = re.compile(
    r"(?P<date>\S+) (?P<account>\S+) gets (?P<total>\S+) capital back on (?P<symbol>\S+)$"
)
SPIN_OFF = re.compile(
    r"(?P<date>\S+) (?P<symbol>\S+) spins off (?P<new>\S+) (?P<gives>\d+) for (?P<old>\d+)"
    r" with (?P<fraction>\S+) of the basis(?: cash in lieu (?P<cash>\S+))?$"
)
MERGER = re.compile(
    r"(?P<date>\S+) (?P<symbol>\S+) merges into (?P<new>\S+) (?P<gives>\d+) for (?P<old>\d+)"
    r"(?: and (?P<boot>\S+) in cash)?(?: worth (?P<worth>\S+))?(?: cash in lieu (?P<cash>\S+))?$"
)
RENAMED = re.compile(r"(?P<date>\S+) (?P<symbol>\S+) becomes (?P<new>\S+)$")
SECURITY = re.compile(r"security (?P<symbol>\S+) (?P<kind>call|put|warrant) on (?P<on>\S+)$")

SALE = re.compile(
    r"(?P<lot>\S+) (?P<quantity>\S+) shares gain (?P<gain>\S+) disallowed (?P<disallowed>\S+) "
    r"recognised (?P<recognised>\S+) (?P<term>short|long)(?: into (?P<into>\S+))?(?P<good> for good)?$"
)
LEFT = re.compile(
    r"(?P<lot>\S+) left (?P<quantity>\S+) shares basis (?P<basis>\S+) since (?P<since>\S+)$"
)
TOTAL = re.compile(r"total (?P<name>\w+) (?P<amount>\S+)$")
YEAR = re.compile(r"year (?P<year>\d{4}) (?P<name>\w+) (?P<amount>\S+)$")
HARVEST = re.compile(
    r"harvest (?P<lot>\S+) loss (?P<loss>\S+) (?P<term>short|long)(?P<risk> with wash risk)?"
    r"(?: washing (?P<washed>\S+))?$"
)
BLOCKS = re.compile(r"(?P<lot>\S+) bought (?P<date>\S+) blocks until (?P<safe>\S+)$")


@dataclass
class TextCase:
    """One case: the facts in the layout of the case schema, and what they come to."""

    name: str
    topics: set[str] = field(default_factory=set)
    facts: dict[str, Any] = field(default_factory=dict)
    readings: dict[str, str] = field(default_factory=dict)
    sales: Counter = field(default_factory=Counter)
    left: Counter = field(default_factory=Counter)
    totals: dict[str, Decimal] = field(default_factory=dict)
    years: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    harvest: list[dict[str, Any]] = field(default_factory=list)
    blocks: list[dict[str, str]] = field(default_factory=list)

    @property
    def is_screen(self) -> bool:
        return "as_of" in self.facts


def read_cases(path: Path) -> Iterator[TextCase]:
    """Yield the cases of a file."""
    lines = [x for x in path.read_text(encoding="utf-8").splitlines() if x and x[0] != "#"]
    starts = [at for at, line in enumerate(lines) if line.startswith("case ")] or [0]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        block = lines[start:end]
        title = block.pop(0)[5:] if block[0].startswith("case ") else ""
        yield _Reader(f"{path.stem}: {title}" if title else path.stem).read(block)


class _Reader:
    def __init__(self, name: str) -> None:
        self.case = TextCase(name)
        self.accounts: dict[str, dict[str, str]] = {}
        self.groups: list[dict[str, Any]] = []
        self.symbols: list[dict[str, str]] = []
        self.prices: dict[str, str] = {}
        self.rows: list[dict[str, Any]] = []
        self.rest: dict[str, str] = {"lot_method": "specific"}

    def read(self, lines: list[str]) -> TextCase:
        part = "head"
        for line in lines:
            if line in {"given", "sell", "expect"}:
                part = line
            elif part == "expect":
                self.expect(line)
            elif not self.setting(line):
                self.rows.append(self.transaction(line) | {"id": f"t{len(self.rows)}"})
        for row in self.rows:
            if "account" in row:
                kind = "ira" if row["account"] == "ira" else "taxable"
                owner = "spouse" if row["account"] == "spouse" else "self"
                self.accounts.setdefault(
                    row["account"], {"id": row["account"], "type": kind, "owner": owner}
                )
        for row in self.rows:  # a short sale is named by the lot it was given
            if row.get("opens"):
                opened = next(r for r in self.rows if r.get("lot") == row["opens"])
                row["opens"] = opened["id"]
        self.case.facts = {
            **self.rest,
            "accounts": list(self.accounts.values()),
            "identical_groups": self.groups,
            "symbols": self.symbols,
            "transactions": sorted(self.rows, key=lambda row: row["date"]),
        }
        if self.prices:
            self.case.facts["prices"] = self.prices
        return self.case

    # --- the head ---------------------------------------------------------------------------------

    def setting(self, line: str) -> bool:
        word, _, rest = line.partition(" ")
        values = rest.split()
        known = {
            "topics": lambda: self.case.topics.update(x.strip() for x in rest.split(",")),
            "identical": lambda: self.groups.append(
                {"id": f"g{len(self.groups)}", "symbols": values}
            ),
            "account": lambda: self.account(*values),
            "security": lambda: self.symbols.append(self.security(line, values)),
            "method": lambda: self.rest.update(lot_method=rest),
            "same-day-order": lambda: self.rest.update(same_day_order=rest),
            "on": lambda: self.rest.update(as_of=rest),
            "price": lambda: self.prices.update({values[0]: values[1]}),
            "reading": lambda: self.case.readings.update([rest.split("=")]),
        }
        if word not in known:
            return False
        known[word]()
        return True

    def account(self, name: str, kind: str, owner: str = "self") -> None:
        self.accounts[name] = {"id": name, "type": kind, "owner": owner}

    def security(self, line: str, values: list[str]) -> dict[str, str]:
        found = SECURITY.match(line)
        if found is None:
            return {"symbol": values[0], "asset_class": values[1]}
        kind = found["kind"]
        return {
            "symbol": found["symbol"], "underlying": found["on"],
            "asset_class": "warrant" if kind == "warrant" else "option",
            "right": "put" if kind == "put" else "call",
        }  # fmt: skip

    # --- what happened ----------------------------------------------------------------------------

    def transaction(self, line: str) -> dict[str, Any]:
        for pattern, reader in (
            (SPLIT, _split), (CAPITAL, _capital), (SPIN_OFF, _spin_off), (MERGER, _merger),
            (RENAMED, _renamed), (TRADE, _trade),
        ):  # fmt: skip
            if found := pattern.match(line):
                return reader(found)
        raise AssertionError(f"{self.case.name}: {line!r} is not understood")

    # --- what it comes to -------------------------------------------------------------------------

    def expect(self, line: str) -> None:
        case = self.case
        if found := SALE.match(line):
            amounts = [Decimal(found[x]) for x in ("quantity", "gain", "disallowed", "recognised")]
            case.sales[
                (found["lot"], *amounts, found["term"], found["into"], bool(found["good"]))
            ] += 1
        elif found := LEFT.match(line):
            basis = Decimal(found["basis"])
            case.left[found["lot"], Decimal(found["quantity"]), basis, found["since"]] += 1
        elif found := TOTAL.match(line):
            case.totals[found["name"]] = Decimal(found["amount"])
        elif found := YEAR.match(line):
            case.years[found["year"], found["name"]] = Decimal(found["amount"])
        elif found := HARVEST.match(line):
            case.harvest.append(_harvest(found))
        elif found := BLOCKS.match(line):
            case.blocks.append(
                {"lot": found["lot"], "date": found["date"], "first_safe_sale_date": found["safe"]}
            )
        else:
            assert line == "nothing", f"{case.name}: {line!r} is not understood"


def _harvest(found: re.Match[str]) -> dict[str, Any]:
    made = {
        "lot": found["lot"], "loss": found["loss"], "term": found["term"],
        "wash_risk": bool(found["risk"]),
    }  # fmt: skip
    return made | ({"washed_if_sold": found["washed"]} if found["washed"] else {})


def _trade(found: re.Match[str]) -> dict[str, Any]:
    row = {key: found[key] for key in ("date", "account", "quantity", "symbol")}
    row["type"] = VERBS[found["verb"]]
    if found["amount"]:
        row["price" if found["money"] == "at" else "total"] = found["amount"]
    for name, key in (
        ("fees", "fees"), ("lot", "lot"), ("purchase", "purchase"), ("acquired", "acquired"),
        ("covers", "shares_per_unit"), ("method", "method"), ("opens", "opens"),
    ):  # fmt: skip
        if found[name]:
            row[key] = found[name]
    if found["used"]:
        row["already_replacement"] = True
    if found["lots"]:
        row["lots"] = list(_picks(found))
    return row


def _picks(found: re.Match[str]) -> Iterator[dict[str, str]]:
    for pick in found["lots"].split(" and "):
        lot, _, quantity = pick.partition(" ")
        named = {"lot": lot, "quantity": quantity or found["quantity"]}
        yield named | ({"sublot_order": "replacement_last"} if found["plain"] else {})


def _split(found: re.Match[str]) -> dict[str, Any]:
    ratio = f"{found['new']}/{found['old']}"
    return {"type": "split", "ratio": ratio, "date": found["date"], "symbol": found["symbol"]}


def _capital(found: re.Match[str]) -> dict[str, Any]:
    return {"type": "roc", **found.groupdict()}


def _spin_off(found: re.Match[str]) -> dict[str, Any]:
    return _action("spin_off", found) | {"basis_fraction": found["fraction"]}


def _merger(found: re.Match[str]) -> dict[str, Any]:
    row = _action("merger", found)
    if found["boot"]:
        row["cash_per_share"] = found["boot"]
    if found["worth"]:
        row["value_per_share"] = found["worth"]
    return row


def _action(kind: str, found: re.Match[str]) -> dict[str, Any]:
    row = {
        "type": kind, "date": found["date"], "symbol": found["symbol"],
        "new_symbol": found["new"], "ratio": f"{found['gives']}/{found['old']}",
    }  # fmt: skip
    return row | ({"cash_in_lieu": found["cash"]} if found["cash"] else {})


def _renamed(found: re.Match[str]) -> dict[str, Any]:
    row = {"type": "symbol_change", "date": found["date"]}
    return row | {"symbol": found["symbol"], "new_symbol": found["new"]}


def sale_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a row of `sales` as the texts tell it."""
    amounts = (Decimal(row[x]) for x in ("quantity", "gain", "disallowed", "recognized"))
    return (row["lot"], *amounts, row["term"], row["replaced_by"], row["permanent"])


def left_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return a row of `lots` as the texts tell it."""
    return (row["lot"], Decimal(row["quantity"]), Decimal(row["basis"]), row["adjusted_acquired"])

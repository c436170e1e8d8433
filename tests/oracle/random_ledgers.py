"""Random households as facts of the case schema: small, crowded, and never selling what isn't there.

The dates crowd around the edges of the window, the prices repeat so that bases tie, and every kind of
transaction of the schema turns up. A seed always gives the same household.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from brute_force import DEFAULTS, evaluate

STEPS = (0, 0, 0, 0, 0, 1, 1, 2, 3, 5, 9, 14, 21, 29, 30, 31, 32, 90, 366)
KINDS = {
    "buy": 10, "sell": 12, "drip": 2, "vest": 1, "twins": 1, "opening_lot": 1, "transfer_in": 1,
    "gift_in": 1, "inherit": 1, "split": 1, "roc": 1, "option_buy": 2,
}  # fmt: skip
ACCOUNTS = (
    {"id": "B", "type": "taxable", "owner": "self"},
    {"id": "S", "type": "taxable", "owner": "spouse"},
    {"id": "I", "type": "ira", "owner": "self"},
    {"id": "R", "type": "roth_ira", "owner": "spouse"},
    {"id": "K", "type": "401k", "owner": "self"},
    {"id": "H", "type": "hsa", "owner": "self"},
    {"id": "J", "type": "joint", "owner": "self"},
)
SYMBOLS = (
    {"symbol": "Z"},
    {"symbol": "COIN", "asset_class": "crypto"},
)
CONTRACTS = (
    {"symbol": "XCALL", "asset_class": "option", "underlying": "X", "right": "call"},
    {"symbol": "XPUT", "asset_class": "option", "underlying": "X", "right": "put"},
    {"symbol": "XWAR", "asset_class": "warrant", "underlying": "X", "right": "call"},
)
COVERS = {"XCALL": "100", "XPUT": "100", "XWAR": "1"}
RATIOS = ("2", "3", "3/2", "1/2", "1/10", "1/5")
METHODS = ("fifo", "lifo", "hifo", "lofo")
OTHER_READINGS = {
    "disposed_before": "literal",
    "same_day_disposal": "ignore",
    "acquired_before_sold_lot": "ignore",
    "match_order": "own_account_first",
    "tacking": "original_date",
    "other_plans": "ignore",
    "spouse_basis": "lost",
    "loss_test": "original_cost",
    "crypto": "as_security",
}


class Maker:
    """Draws one household; what it holds is asked of the brute-force engine."""

    def __init__(self, seed: int, longest: int = 14) -> None:
        self.random = random = Random(seed)
        self.longest = longest
        self.policy = dict(DEFAULTS)
        if random.random() < 0.25:
            for name in random.sample(sorted(OTHER_READINGS), random.randint(1, 2)):
                self.policy[name] = OTHER_READINGS[name]
        if self.policy["disposed_before"] == "literal":
            # Nobody who counts shares sold before leaves out those sold the same day.
            self.policy["same_day_disposal"] = "counts"
        others = random.sample(ACCOUNTS, random.choice((0, 1, 1, 2, 3)))
        self.accounts = [{"id": "A", "type": "taxable", "owner": "self"}, *others]
        self.symbols: list[dict[str, str]] = [{"symbol": "X"}]
        grouped = random.random() < 0.4
        if grouped:
            self.symbols.append({"symbol": "Y"})
        self.symbols += random.sample(SYMBOLS, random.choice((0, 0, 1, 2)))
        self.contracts = random.sample(CONTRACTS, random.choice((0, 0, 0, 1, 2)))
        self.groups = [{"id": "g", "symbols": ["X", "Y"]}] if grouped else []
        self.method = random.choice((*METHODS, "specific"))
        self.day = date(random.randint(2022, 2025), random.randint(1, 12), random.randint(1, 28))
        self.rows: list[dict[str, Any]] = []
        self.listed = random.random() < 0.1

    def facts(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "accounts": self.accounts,
            "lot_method": self.method,
            "identical_groups": self.groups,
            "symbols": [s for s in (*self.symbols, *self.contracts) if len(s) > 1],
            "transactions": self.rows,
        }
        return {**made, "same_day_order": "as_listed"} if self.listed else made

    def draw(self) -> tuple[dict[str, Any], dict[str, str]]:
        kinds, weights = zip(*KINDS.items(), strict=True)
        for _ in range(self.random.randint(4, self.longest)):
            self.day += timedelta(days=self.random.choice(STEPS))
            kind = self.random.choices(kinds, weights)[0]
            {"sell": self.sell, "split": self.split, "roc": self.roc, "twins": self.twins}.get(
                kind, lambda kind=kind: self.arrive(kind)
            )()
        return self.facts(), self.policy

    # --- arrivals -------------------------------------------------------------------------------

    def arrive(self, kind: str) -> None:
        if kind == "option_buy" and not self.contracts:
            kind = "buy"
        symbol = self.any_symbol(contract=kind == "option_buy")
        row = self.row(kind, symbol)
        row |= {"quantity": self.quantity(contract=kind == "option_buy"), "lot": f"L{row['id']}"}
        self.price(row)
        if kind == "option_buy":
            row["shares_per_unit"] = COVERS[symbol]
        if kind in {"opening_lot", "transfer_in", "gift_in", "inherit"}:
            back = timedelta(days=self.random.choice((0, 5, 31, 200, 364, 365, 366, 900)))
            row["acquired"] = (self.day - back).isoformat()
        elif kind == "buy" and self.random.random() < 0.02:
            row["already_replacement"] = True
        self.rows.append(row)

    def twins(self) -> None:
        """One purchase order that came as two lots (Rev. Rul. 56-602)."""
        self.arrive("buy")
        first = self.rows[-1]
        first["purchase"] = f"P{first['id']}"
        second = {**first, "id": f"t{len(self.rows)}", "lot": f"Lt{len(self.rows)}"}
        self.rows.append(second)

    def price(self, row: dict[str, Any]) -> None:
        low = row["type"] == "sell" and self.random.random() < 0.5
        price = Decimal(self.random.choice((5, 6, 7) if low else (6, 8, 8, 9, 10, 10, 11, 12, 15)))
        if self.random.random() < 0.3:
            price += Decimal(self.random.randint(1, 99)) / 100
        if self.random.random() < 0.5:
            row["price"] = str(price)
            if self.random.random() < 0.3:
                row["fees"] = str(Decimal(self.random.randint(1, 500)) / 100)
        else:
            row["total"] = str(round(price * Decimal(row["quantity"]), 2))

    def quantity(self, *, contract: bool) -> str:
        if contract:
            return str(self.random.randint(1, 2))
        draw = self.random.random()
        if draw < 0.7:
            return str(self.random.choice((1, 2, 3, 5, 10, 10, 20, 50, 100, 150)))
        if draw < 0.9:
            return str(Decimal(self.random.randint(1, 400)) / 8)
        return str(Decimal(self.random.randint(1, 30_000)) / 1000)

    # --- what happens to what is held -----------------------------------------------------------

    def sell(self) -> None:
        held = self.held()
        free = sorted({(x["account"], x["symbol"]) for x in held})
        if not free:
            return self.arrive("buy")
        account, symbol = self.random.choice(free)
        lots = [x for x in held if (x["account"], x["symbol"]) == (account, symbol)]
        named = self.method == "specific" or self.random.random() < 0.3
        if named:
            lots = self.random.sample(lots, self.random.choice((1, 1, 2)) if len(lots) > 1 else 1)
        row = self.row("sell", symbol, account)
        picks = [(x["lot"], self.part(x["quantity"])) for x in lots]
        picks = [(lot, shares) for lot, shares in picks if shares]
        if not picks:
            return None
        row["quantity"] = str(sum(shares for _, shares in picks))
        if named:
            row["lots"] = [{"lot": lot, "quantity": str(shares)} for lot, shares in picks]
            if self.random.random() < 0.1:
                row["lots"][0]["sublot_order"] = "replacement_last"
        elif self.random.random() < 0.4:
            row["method"] = self.random.choice(METHODS)
        self.price(row)
        self.rows.append(row)
        return None

    def part(self, held: Fraction) -> Decimal:
        """Return all of `held`, or some of it that a decimal can say."""
        portion = self.random.choice((1, 1, 1, Fraction(1, 2), Fraction(1, 4), Fraction(9, 10)))
        shares = Decimal(int(held * portion * 1_000_000)) / 1_000_000
        whole = Decimal(int(shares))
        return whole if whole and self.random.random() < 0.5 else shares

    def held(self) -> list[dict[str, Any]]:
        """Return what is held of each lot, in the order the lots came."""
        left: dict[str, dict[str, Any]] = {}
        for lot in evaluate(self.facts(), self.policy)["lots"]:
            entry = left.setdefault(lot["lot"], {**lot, "quantity": Fraction(0)})
            entry["quantity"] += lot["quantity"]
        return list(left.values())

    def split(self) -> None:
        symbol = self.random.choice([s["symbol"] for s in self.symbols])
        row = self.row("split", symbol)
        del row["account"]
        self.rows.append({**row, "ratio": self.random.choice(RATIOS)})

    def roc(self) -> None:
        free = sorted({(x["account"], x["symbol"]) for x in self.held()})
        if free:
            account, symbol = self.random.choice(free)
            total = Decimal(self.random.choice((100, 5_000, 20_000, 100_000))) / 100
            self.rows.append({**self.row("roc", symbol, account), "total": str(total)})

    def any_symbol(self, *, contract: bool) -> str:
        if not contract and self.random.random() < 0.6:
            return "X"
        return self.random.choice(self.contracts if contract else self.symbols)["symbol"]

    def row(self, kind: str, symbol: str, account: str | None = None) -> dict[str, Any]:
        if account is None:
            account = "A" if self.random.random() < 0.4 else self.random.choice(self.accounts)["id"]
        return {
            "id": f"t{len(self.rows)}", "date": self.day.isoformat(), "type": kind,
            "account": account, "symbol": symbol,
        }  # fmt: skip


def random_household(seed: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the facts and the readings of household number `seed`."""
    return Maker(seed).draw()


def random_households(
    first: int, count: int
) -> Iterator[tuple[int, dict[str, Any], dict[str, str]]]:
    for seed in range(first, first + count):
        yield (seed, *random_household(seed))

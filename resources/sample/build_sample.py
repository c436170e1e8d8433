"""Builds the files of the simulated sample household; run it to write them anew beside this script.

The seed fixes everything: running it again gives the same bytes. Nothing here is a real price, account or
company; fund symbols are real names with invented prices.
"""

import random
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import log
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import files  # noqa: E402
import names  # noqa: E402
from market import DAYS, LAST, Market, on_or_after  # noqa: E402

SEED = 20251205
INDEX_VALUE = Decimal(2_000_000)
PURCHASE_DAYS = [
    on_or_after(date(y, m, 17)) for y in (2023, 2024, 2025) for m in (1, 4, 7, 10)
]  # fmt: skip
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Lot:
    """One open lot: shares, day and total cost in dollars."""

    symbol: str
    day: date
    shares: Decimal
    cost: Decimal


@dataclass(frozen=True)
class Row:
    """One ledger row: `kind` is buy, sell, drip, dividend, vest, deposit."""

    day: date
    kind: str
    symbol: str
    shares: Decimal
    price: Decimal
    amount: Decimal


def build_market(rng: random.Random) -> Market:
    """Return the invented price paths of every security of the household."""
    market = Market(SEED)
    losses = {s: (day, over) for s, _, day, over in (*names.FREE_LOSSES, *names.BLOCKED_LOSSES)}
    for symbol, _, sector, price, _ in names.STOCKS:
        market.stock(symbol, sector, price, _anchors(symbol, losses, rng))
    for symbol, asset_class, price, anchors in names.FUNDS:
        market.fund(symbol, asset_class, price, list(anchors))
    return market


def _anchors(
    symbol: str, losses: dict[str, tuple[date, float]], rng: random.Random
) -> list[tuple[date, float]]:
    """Return the trend of a stock: a steady rise, or a rise to its peak and a fall after it."""
    if symbol not in losses:
        return [(DAYS[0], -rng.uniform(0.38, 0.62))]
    day, over = losses[symbol]
    anchors = [(DAYS[0], -rng.uniform(0.36, 0.46)), (day, log(1 + over))]
    if symbol in names.TOP_UPS:
        anchors.append((names.TOP_UP_DAY, -0.012))
    if symbol == "ZHAV":
        # The vests before and after the peak are gains, so that only the index lot stands at a loss.
        anchors[1:1] = [(on_or_after(date(2025, 2, 18)), -0.06)]
        anchors += [(on_or_after(date(2025, 5, 15)), -0.07), (names.VEST_DAY, -0.015)]
    if symbol == "ZCOR":
        anchors.append((names.ROTH_DAY, -0.01))
    return anchors


def index_lots(market: Market, rng: random.Random) -> list[Lot]:
    """Return the lots of the direct index: eighteen at a loss, every other one at a gain."""
    lots: list[Lot] = []
    stated = {
        s: (Decimal(loss), day) for s, loss, day, _ in (*names.FREE_LOSSES, *names.BLOCKED_LOSSES)
    }
    total = sum(row[4] for row in names.STOCKS)
    for symbol, _, _, price_text, weight in names.STOCKS:
        price = Decimal(price_text)
        wanted = int(
            INDEX_VALUE * weight / total / price * Decimal(f"{rng.uniform(0.985, 1.015):.4f}")
        )
        if symbol in stated:
            loss, day = stated[symbol]
            shares = (loss / (market.price(symbol, day) - price)).to_integral_value()
            lots.append(Lot(symbol, day, shares, shares * price + loss))
            wanted -= int(shares)
            if symbol in names.TOP_UPS:
                bought = shares + 5
                cost = bought * market.price(symbol, names.TOP_UP_DAY)
                lots.append(Lot(symbol, names.TOP_UP_DAY, bought, cost))
                wanted -= int(bought)
        lots.extend(_gain_lots(market, rng, symbol, wanted))
    return lots


def _gain_lots(market: Market, rng: random.Random, symbol: str, wanted: int) -> list[Lot]:
    """Split the rest of a holding over purchase days on which it was well cheaper than today."""
    price = market.price(symbol, LAST)
    days = [d for d in PURCHASE_DAYS if market.price(symbol, d) < price * Decimal("0.96")]
    chosen = sorted(rng.sample(days, min(len(days), rng.randint(4, 6))))
    parts = [rng.uniform(0.6, 1.4) for _ in chosen]
    lots = []
    left = wanted
    for n, (day, part) in enumerate(zip(chosen, parts, strict=True)):
        last = n == len(chosen) - 1
        shares = left if last else round(wanted * part / sum(parts))
        left -= shares
        lots.append(Lot(symbol, day, Decimal(shares), shares * market.price(symbol, day)))
    return lots


def purchases(market: Market, plan: dict[str, list[tuple[date, int]]]) -> list[Row]:
    """Return the ledger rows of plain purchases at the day's close."""
    rows = []
    for symbol, buys in plan.items():
        for wished, shares in buys:
            day = on_or_after(wished)
            price = market.price(symbol, day)
            rows.append(Row(day, "buy", symbol, Decimal(shares), price, price * shares))
    return rows


def reinvestments(market: Market, rows: list[Row], symbols: tuple[str, ...]) -> list[Row]:
    """Return quarterly distributions of funds already held, each bought back in fractions."""
    made: list[Row] = []
    for symbol in symbols:
        for wished in names.DRIP_DAYS:
            day = on_or_after(wished)
            held = sum(
                (r.shares for r in (*rows, *made) if r.symbol == symbol and r.day < day), Decimal(0)
            )
            price = market.price(symbol, day)
            amount = (held * price * Decimal(str(names.YIELDS[symbol]))).quantize(CENT)
            if amount:
                shares = (amount / price).quantize(Decimal("0.001"))
                made.append(Row(day, "dividend", symbol, Decimal(0), price, amount))
                made.append(Row(day, "drip", symbol, shares, price, amount))
    return made


def vests(market: Market) -> list[Row]:
    """Return quarterly vests of the employer's stock, all cheaper than today but for the index's lot."""
    rows = []
    for year in (2023, 2024, 2025):
        for month in (2, 5, 8, 11):
            day = on_or_after(date(year, month, 16 if month != 11 else 17))
            price = market.price("ZHAV", day)
            rows.append(Row(day, "vest", "ZHAV", Decimal(60), price, price * 60))
    return rows


def open_lots(rows: list[Row]) -> list[Lot]:
    """Return the lots a ledger without sales leaves open."""
    return [
        Lot(r.symbol, r.day, r.shares, r.amount) for r in rows if r.kind in {"buy", "drip", "vest"}
    ]


def swap(market: Market) -> tuple[list[Row], list[Row]]:
    """Return the November swap of the joint account: one fund sold at a loss, another bought."""
    bought, sold = date(2024, 10, 7), names.SWAP_DAY
    old, new = market.price("VWO", bought), market.price("VWO", sold)
    other = market.price("IEMG", sold)
    past = [
        Row(bought, "buy", "VWO", Decimal(420), old, old * 420),
        Row(sold, "sell", "VWO", Decimal(420), new, new * 420),
    ]
    return past, [Row(sold, "buy", "IEMG", Decimal(330), other, other * 330)]


def sold_again(market: Market) -> list[Row]:
    """Return what the joint account bought and sold again: nothing of it is held today."""
    rows = []
    for symbol, count, bought, sold in names.JOINT_SOLD:
        shares = Decimal(count)
        for kind, day in (("buy", bought), ("sell", sold)):
            price = market.price(symbol, day)
            rows.append(Row(day, kind, symbol, shares, price, price * shares))
    return rows


def recurring(market: Market) -> list[Row]:
    """Return the 401(k)'s purchases every other Friday since November of last year."""
    rows = []
    day = date(2025, 11, 28)
    while day >= date(2024, 11, 1):
        price = market.price("VXUS", on_or_after(day))
        rows.append(Row(on_or_after(day), "recurring", "VXUS", Decimal(26), price, price * 26))
        day = date.fromordinal(day.toordinal() - 14)
    return sorted(rows, key=lambda r: r.day)


def check(market: Market, index: list[Lot], joint: list[Lot]) -> None:
    """Refuse to write a household that does not tell the story it is meant to tell."""
    lost = [lot for lot in index if lot.cost > lot.shares * market.price(lot.symbol, LAST)]
    free = {row[0] for row in names.FREE_LOSSES}
    harvestable = [
        lot.cost - lot.shares * market.price(lot.symbol, LAST) for lot in lost if lot.symbol in free
    ]
    wanted = (18, 12, Decimal("71400.00"))
    found = (len(lost), len(harvestable), sum(harvestable))
    if found != wanted:
        raise SystemExit(f"the direct index came out as {found}, not {wanted}")
    spoiled = {
        lot.symbol for lot in joint if lot.cost > lot.shares * market.price(lot.symbol, LAST)
    }
    if spoiled != {"VXUS", "BNDX"}:
        raise SystemExit(f"the joint account has losses in {sorted(spoiled)}, not in VXUS and BNDX")


def build(folder: Path) -> None:
    """Write every file of the sample household into `folder`."""
    rng = random.Random(SEED)  # noqa: S311 - it has to be repeatable, not secret
    market = build_market(rng)
    index = index_lots(market, rng)
    sold, bought = swap(market)
    joint_rows = [*purchases(market, names.HOLDINGS_JOINT), *vests(market), *bought]
    joint_rows += reinvestments(market, joint_rows, names.JOINT_REINVESTS)
    joint = open_lots(joint_rows)
    check(market, index, joint)
    ira = purchases(market, names.HOLDINGS_IRA)
    ira += reinvestments(market, ira, names.IRA_REINVESTS)
    roth = purchases(market, names.HOLDINGS_ROTH)
    roth += reinvestments(market, roth, names.ROTH_REINVESTS)
    files.write_prices(folder, market)
    files.write_own_tables(folder, market, recurring(market))
    files.write_schwab(folder, market, joint, [*joint_rows, *sold, *sold_again(market)])
    files.write_flex(folder, market, index)
    files.write_fidelity(folder, market, ira, roth)


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)

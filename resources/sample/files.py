"""Writes the sample household in the layouts brokers use, so that the real readers read it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import names
from market import DAYS, LAST, Market

NAME_OF = {s[0]: f"{s[1]} (simulated)" for s in names.STOCKS}
FUND_NAMES = {
    "IVV": "ISHARES CORE S&P 500 ETF",
    "VOO": "VANGUARD S&P 500 ETF",
    "VTI": "VANGUARD TOTAL STOCK MARKET ETF",
    "IJR": "ISHARES CORE S&P SMALL CAP ETF",
    "VB": "VANGUARD SMALL CAP ETF",
    "VEA": "VANGUARD FTSE DEVELOPED MARKETS ETF",
    "IEFA": "ISHARES CORE MSCI EAFE ETF",
    "VXUS": "VANGUARD TOTAL INTL STOCK ETF",
    "IEMG": "ISHARES CORE MSCI EMERGING MARKETS ETF",
    "VWO": "VANGUARD FTSE EMERGING MARKETS ETF",
    "VNQ": "VANGUARD REAL ESTATE ETF",
    "BND": "VANGUARD TOTAL BOND MARKET ETF",
    "VTEB": "VANGUARD TAX EXEMPT BOND ETF",
    "BNDX": "VANGUARD TOTAL INTL BOND ETF",
    "GLD": "SPDR GOLD SHARES",
}
HISTORY_DAYS = 504
"""Two years of daily closes are enough for the risk model."""
JOINT_CASH, INDEX_CASH = Decimal("41850.27"), Decimal("6214.90")
IRA_CASH, ROTH_CASH, PLAN_CASH = Decimal("38411.62"), Decimal("22730.05"), Decimal("0.00")
IRA_NUMBER, ROTH_NUMBER, FLEX_ID = "X52209104", "X52207755", "U7000318"


def name_of(symbol: str) -> str:
    """Return a security's name; invented companies say that they are simulated."""
    return NAME_OF.get(symbol) or FUND_NAMES[symbol]


def plain(value: Decimal) -> str:
    """Return a decimal without exponent or trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def dollars(value: Decimal) -> str:
    """Return an amount the way Schwab prints it."""
    sign = "-" if value < 0 else ""
    return f"{sign}${abs(value):,.2f}"


def us(day: date) -> str:
    """Return a day as month/day/year."""
    return day.strftime("%m/%d/%Y")


def write(path: Path, lines: Iterable[str], end: str = "\n") -> None:
    """Write lines as UTF-8 with the given line end."""
    path.write_bytes("".join(f"{line}{end}" for line in lines).encode())


def quoted(cells: Sequence[str]) -> str:
    """Return one CSV row with every cell quoted."""
    return ",".join(f'"{cell}"' for cell in cells)


def shares_by_symbol(rows: Iterable[Any]) -> dict[str, Decimal]:
    """Return the shares lots or ledger rows add up to, in order of first appearance."""
    held: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        held[row.symbol] += row.shares
    return dict(held)


def write_prices(folder: Path, market: Market) -> None:
    """Write two years of closes, one column a symbol."""
    symbols = sorted(market.closes)
    lines = [",".join(["date", *symbols])]
    for n in range(len(DAYS) - HISTORY_DAYS, len(DAYS)):
        cells = [DAYS[n].isoformat(), *(plain(market.closes[s][n]) for s in symbols)]
        lines.append(",".join(cells))
    write(folder / "simulated-prices.csv", lines)


# --- our own tables ----------------------------------------------------------------------------------

SAID = "# Simulated: no account, price or company here is real."


def write_own_tables(folder: Path, market: Market, recurring: Sequence[Any]) -> None:
    """Write accounts, securities, the 401(k), schedule and targets as HarvestDesk CSV."""
    write(
        folder / "accounts.csv",
        [
            SAID,
            "account,name,type,owner,custodian,number_tail,relief,reinvests,fractional,cash,cash_on",
            "Rivera joint,Rivera joint,joint,Alex Rivera; Jordan Rivera,schwab,4417,fifo,yes,no,,",
            "Direct index,Direct index,taxable,Alex Rivera,ibkr,0318,specific,no,no,,",
            "Alex traditional IRA,Alex traditional IRA,ira,Alex Rivera,fidelity,9104,fifo,yes,no,,",
            "Jordan Roth IRA,Jordan Roth IRA,roth_ira,Jordan Rivera,fidelity,7755,fifo,yes,no,,",
            f"Alex 401(k),Alex 401(k),401k,Alex Rivera,other,,fifo,yes,yes,{PLAN_CASH},{LAST}",
        ],
    )
    write(
        folder / "securities.csv",
        [
            SAID,
            "symbol,name,kind,asset_class,sector,role",
            *(
                f"{s},{name} (simulated),stock,us_equity,{sector},"
                f"{'stock comp' if s == 'ZHAV' else 'direct index'}"
                for s, name, sector, _, _ in names.STOCKS
            ),
        ],
    )
    write(folder / "401k-transactions.csv", [SAID, *_plan_rows(market, recurring)])
    write(
        folder / "schedule.csv",
        [
            SAID,
            "account,symbol,type,next,every_days,shares,amount,confirmed,note",
            "Alex 401(k),VXUS,recurring,2025-12-12,14,26,,yes,payroll contribution",
            "Rivera joint,ZHAV,vest,2026-02-17,91,60,,yes,restricted stock units",
        ],
    )
    write(
        folder / "class-targets.csv",
        [SAID, "asset_class,weight,low,high", *(",".join(row) for row in names.CLASS_TARGETS)],
    )
    write(
        folder / "external-gains.csv",
        [
            SAID,
            "year,quarter,term,amount,probability,kind,note",
            *(",".join(f'"{c}"' if "," in c else c for c in row) for row in names.EXTERNAL_GAINS),
        ],
    )
    write(
        folder / "law-changes.csv",
        [SAID, "from_year,target,points,note", *(",".join(row) for row in names.LAW_CHANGES)],
    )
    total = sum(row[4] for row in names.STOCKS)
    write(
        folder / "index-model.csv",
        [
            SAID,
            "account,symbol,weight",
            *(f"Direct index,{row[0]},{Decimal(row[4]) / total:.6f}" for row in names.STOCKS),
        ],
    )


def _plan_rows(market: Market, recurring: Sequence[Any]) -> list[str]:
    rows = ["account,date,type,symbol,shares,amount,note"]
    for symbol, (shares, day) in names.PLAN_OPENING.items():
        amount = Decimal(shares) * market.price(symbol, day)
        rows.append(
            f"Alex 401(k),{day},buy,{symbol},{shares},{amount},conversion of the plan's menu"
        )
    rows += [
        f"Alex 401(k),{r.day},recurring,{r.symbol},{r.shares},{r.amount},payroll contribution"
        for r in recurring
    ]
    return rows


# --- Schwab --------------------------------------------------------------------------------------------

POSITION_COLUMNS = [
    "Symbol", "Description", "Quantity", "Price", "Price Change $", "Price Change %", "Market Value",
    "Day Change $", "Day Change %", "Cost Basis", "Gain/Loss $", "Gain/Loss %", "Reinvest Dividends?",
    "Capital Gains?", "% Of Account", "Security Type",
]  # fmt: skip
LOT_COLUMNS = [
    "Open Date", "Quantity", "Price", "Cost/Share", "Market Value", "Cost Basis", "Gain/Loss $",
    "Gain/Loss %", "Holding Period",
]  # fmt: skip
STAMP = "05:12 PM ET, 12/05/2025"


def write_schwab(folder: Path, market: Market, lots: Sequence[Any], rows: Sequence[Any]) -> None:
    """Write the joint account as Schwab does: positions, lot details per symbol, transactions."""
    held = shares_by_symbol(lots)
    lines = [quoted([f"Positions for account Joint XXXX-4417 as of {STAMP}"]), ""]
    lines.append(quoted(POSITION_COLUMNS))
    total = JOINT_CASH + sum((n * market.price(s, LAST) for s, n in held.items()), Decimal(0))
    for symbol, shares in held.items():
        price = market.price(symbol, LAST)
        cost = sum((lot.cost for lot in lots if lot.symbol == symbol), Decimal(0))
        value = shares * price
        share = f"{value / total * 100:.2f}%"
        lines.append(
            quoted(
                [symbol, name_of(symbol).upper(), plain(shares), dollars(price), "$0.00", "0%",
                 dollars(value), "$0.00", "0%", dollars(cost), dollars(value - cost),
                 f"{(value / cost - 1) * 100:+.2f}%",
                 "Yes" if symbol in names.JOINT_REINVESTS else "No", "--", share,
                 "Equity" if symbol in NAME_OF else "ETFs & Closed End Funds"]
            )
        )  # fmt: skip
    cash = ["Cash & Cash Investments", *["--"] * 5, dollars(JOINT_CASH), "$0.00", "0%", *["--"] * 5,
            f"{JOINT_CASH / total * 100:.2f}%", "Cash and Money Market"]  # fmt: skip
    lines += [quoted(cash), quoted(["Account Total", *["--"] * 5, dollars(total), *["--"] * 9])]
    write(folder / "schwab-positions-simulated.csv", lines, "\r\n")
    for symbol in held:
        _write_lot_details(folder, market, symbol, [lot for lot in lots if lot.symbol == symbol])
    _write_schwab_history(folder, rows)


def _write_lot_details(folder: Path, market: Market, symbol: str, lots: Sequence[Any]) -> None:
    price = market.price(symbol, LAST)
    lines = [quoted([f"{symbol} Lot Details for XXXX-4417 as of {STAMP}"]), "", quoted(LOT_COLUMNS)]
    for lot in sorted(lots, key=lambda one: one.day, reverse=True):
        value = lot.shares * price
        old = (LAST - lot.day).days > 365
        lines.append(
            quoted(
                [us(lot.day), plain(lot.shares), dollars(price), f"${lot.cost / lot.shares:.4f}",
                 dollars(value), dollars(lot.cost), dollars(value - lot.cost),
                 f"{(value / lot.cost - 1) * 100:+.2f}%", "Long Term" if old else "Short Term"]
            )
        )  # fmt: skip
    shares = sum((lot.shares for lot in lots), Decimal(0))
    cost = sum((lot.cost for lot in lots), Decimal(0))
    lines.append(
        quoted(["Total", plain(shares), "--", "--", dollars(shares * price), dollars(cost),
                dollars(shares * price - cost), "--", "--"])
    )  # fmt: skip
    write(folder / f"schwab-lots-{symbol}-simulated.csv", lines, "\r\n")


def _write_schwab_history(folder: Path, rows: Sequence[Any]) -> None:
    title = f"Transactions  for account Joint XXXX-4417 as of 12/05/2025 17:12:44 ET From {us(DAYS[0])} to {us(LAST)}"
    lines = [quoted([title])]
    lines.append(
        quoted(
            [
                "Date",
                "Action",
                "Symbol",
                "Description",
                "Quantity",
                "Price",
                "Fees & Comm",
                "Amount",
            ]
        )
    )
    actions = {"buy": "Buy", "sell": "Sell", "drip": "Reinvest Shares", "dividend": "Reinvest Dividend",
               "vest": "Stock Plan Activity"}  # fmt: skip
    for r in sorted(rows, key=lambda one: (one.day, one.symbol, one.kind), reverse=True):
        signed = {"buy": -r.amount, "drip": -r.amount}.get(r.kind, r.amount)
        bare = r.kind in {"dividend", "vest"}
        lines.append(
            quoted(
                [us(r.day), actions[r.kind], r.symbol, name_of(r.symbol).upper(),
                 plain(r.shares) if r.shares else "", "" if bare else f"${plain(r.price)}", "",
                 "" if r.kind == "vest" else dollars(signed)]
            )
        )  # fmt: skip
    write(folder / "schwab-transactions-simulated.csv", lines, "\r\n")


# --- Interactive Brokers -------------------------------------------------------------------------------


def write_flex(folder: Path, market: Market, lots: Sequence[Any]) -> None:
    """Write the direct index as a Flex query with positions by lot, trades and cash."""
    top = f'accountId="{FLEX_ID}"'
    out = [
        '<FlexQueryResponse queryName="harvest (simulated)" type="AF">',
        '<FlexStatements count="1">',
    ]
    out.append(
        f'<FlexStatement {top} fromDate="20251105" toDate="20251205" period="" whenGenerated="20251205;180412">'
    )
    out.append(
        f'<AccountInformation {top} acctAlias="Direct index" currency="USD" accountType="Individual" />'
    )
    out.append("<CashReport>")
    out.append(
        f'<CashReportCurrency {top} fromDate="20251105" toDate="20251205" currency="USD" startingCash="5911.40" endingCash="{INDEX_CASH}" endingSettledCash="{INDEX_CASH}" />'
    )
    out.append("</CashReport>")
    out.append("<OpenPositions>")
    for number, symbol in enumerate(dict.fromkeys(lot.symbol for lot in lots)):
        own = sorted((lot for lot in lots if lot.symbol == symbol), key=lambda one: one.day)
        out += _flex_positions(market, symbol, own, 700000 + number)
    out.append("</OpenPositions>")
    out += _flex_trades(market, lots)
    out += ["</FlexStatement>", "</FlexStatements>", "</FlexQueryResponse>"]
    write(folder / "ibkr-flex-simulated.xml", out)


def _flex_positions(market: Market, symbol: str, lots: Sequence[Any], conid: int) -> list[str]:
    price = market.price(symbol, LAST)
    shares = sum((lot.shares for lot in lots), Decimal(0))
    cost = sum((lot.cost for lot in lots), Decimal(0))

    def row(level: str, n: Decimal, basis: Decimal, opened: str, ref: str) -> str:
        return (
            f'<OpenPosition accountId="{FLEX_ID}" currency="USD" assetCategory="STK" symbol="{symbol}" '
            f'description="{name_of(symbol).upper()}" conid="{conid}" reportDate="20251205" '
            f'position="{plain(n)}" markPrice="{plain(price)}" positionValue="{plain(n * price)}" '
            f'costBasisPrice="{basis / n:.6f}" costBasisMoney="{plain(basis)}" side="Long" '
            f'levelOfDetail="{level}" openDateTime="{opened}" originatingTransactionID="{ref}" />'
        )

    rows = [row("SUMMARY", shares, cost, "", "")]
    for n, lot in enumerate(lots, start=1):
        rows.append(row("LOT", lot.shares, lot.cost, f"{lot.day:%Y%m%d};101500", f"{conid}{n:03d}"))
    return rows


def _flex_trades(market: Market, lots: Sequence[Any]) -> list[str]:
    rows = ["<Trades>"]
    recent = [lot for lot in lots if lot.day == names.TOP_UP_DAY]
    for n, lot in enumerate(recent, start=1):
        price = market.price(lot.symbol, lot.day)
        rows.append(
            f'<Trade accountId="{FLEX_ID}" currency="USD" assetCategory="STK" symbol="{lot.symbol}" '
            f'description="{name_of(lot.symbol).upper()}" tradeID="8800{n}" transactionID="9900{n}" '
            f'dateTime="{lot.day:%Y%m%d};101500" tradeDate="{lot.day:%Y%m%d}" transactionType="ExchTrade" '
            f'quantity="{plain(lot.shares)}" tradePrice="{plain(price)}" tradeMoney="{plain(lot.cost)}" '
            f'proceeds="{plain(-lot.cost)}" ibCommission="0" ibCommissionCurrency="USD" taxes="0" '
            f'netCash="{plain(-lot.cost)}" cost="{plain(lot.cost)}" buySell="BUY" openCloseIndicator="O" '
            'levelOfDetail="EXECUTION" />'
        )
    paid = sum((lot.cost for lot in recent), Decimal(0))
    rows += [
        "</Trades>",
        "<CashTransactions>",
        f'<CashTransaction accountId="{FLEX_ID}" currency="USD" symbol="" description="CASH RECEIPTS / ELECTRONIC FUND TRANSFERS" dateTime="20251119;093000" settleDate="20251119" reportDate="20251119" amount="{plain(paid + Decimal("303.50"))}" type="Deposits/Withdrawals" transactionID="77001" levelOfDetail="DETAIL" />',
        "</CashTransactions>",
    ]
    return rows


# --- Fidelity ------------------------------------------------------------------------------------------

FIDELITY_COLUMNS = (
    "Account number,Account name,Symbol,Description,Quantity,Last price,Last price change,Current value,"
    "Today's gain/loss dollar,Today's gain/loss percent,Total gain/loss dollar,Total gain/loss percent,"
    "Percent of account,Cost basis total,Average cost basis,Type"
)
HISTORY_COLUMNS = (
    "Run Date,Account,Account Number,Action,Symbol,Description,Type,Price ($),Quantity,Commission ($),"
    "Fees ($),Accrued Interest ($),Amount ($),Settlement Date"
)


def write_fidelity(folder: Path, market: Market, ira: Sequence[Any], roth: Sequence[Any]) -> None:
    """Write both IRAs as Fidelity does: one positions file and one history."""
    accounts = [
        (IRA_NUMBER, "Alex traditional IRA", ira, IRA_CASH),
        (ROTH_NUMBER, "Jordan Roth IRA", roth, ROTH_CASH),
    ]
    lines = [FIDELITY_COLUMNS]
    for number, name, rows, cash in accounts:
        lines.append(f"{number},{name},SPAXX**,HELD IN MONEY MARKET,,,,${cash},,,,,,,,Cash,")
        lines += _fidelity_positions(market, number, name, rows)
    lines += [
        "",
        '"Simulated. No account or price here is real."',
        "",
        '"Date exported Dec-05-2025 6:10 p.m ET"',
    ]
    write(folder / "fidelity-positions-simulated.csv", lines)
    write(folder / "fidelity-history-simulated.csv", _fidelity_history(accounts))


def _fidelity_positions(market: Market, number: str, name: str, rows: Sequence[Any]) -> list[str]:
    lines = []
    for symbol, shares in shares_by_symbol(rows).items():
        price = market.price(symbol, LAST)
        value = (shares * price).quantize(Decimal("0.01"))
        cost = sum(
            (r.amount for r in rows if r.symbol == symbol and r.kind != "dividend"), Decimal(0)
        )
        cost = cost.quantize(Decimal("0.01"))
        gain = value - cost
        lines.append(
            f"{number},{name},{symbol},{name_of(symbol).upper()},{plain(shares)},${price},+$0.00,${value},"
            f"+$0.00,+0.00%,{'+' if gain >= 0 else '-'}${abs(gain)},{gain / cost * 100:+.2f}%,,"
            f"${cost},${cost / shares:.2f},Cash,"
        )
    return lines


def _fidelity_history(accounts: Sequence[tuple[str, str, Sequence[Any], Decimal]]) -> list[str]:
    everything = [(r, number, name) for number, name, rows, _ in accounts for r in rows]
    lines = [HISTORY_COLUMNS]
    verbs = {"buy": "YOU BOUGHT", "drip": "REINVESTMENT", "dividend": "DIVIDEND RECEIVED"}
    for r, number, name in sorted(
        everything, key=lambda one: (one[0].day, one[1], one[0].symbol, one[0].kind), reverse=True
    ):
        title = name_of(r.symbol).upper()
        price = "" if r.kind == "dividend" else str(r.price)
        shares = "0.000" if r.kind == "dividend" else plain(r.shares)
        amount = r.amount if r.kind == "dividend" else -r.amount
        lines.append(
            f'{us(r.day)},"{name}","{number}","{verbs[r.kind]} {title} ({r.symbol}) (Cash)",{r.symbol},'
            f'"{title}",Cash,{price},{shares},,,,{amount.quantize(Decimal("0.01"))},'
            f"{us(r.day) if r.kind == 'buy' else ''}"
        )
    lines += ["", "", '"Simulated. No account or price here is real."']
    return lines

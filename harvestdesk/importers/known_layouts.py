"""Files that are plainly some broker's but have no reader yet: named instead of guessed at."""

import re
from dataclasses import dataclass

from harvestdesk.importers.tolerant import Source, normal_name


@dataclass(frozen=True, slots=True)
class KnownLayout:
    """A layout without a reader.

    Attributes:
        columns: normalised names that stand together in one row, all of them.
        opening: pattern the start of the text matches, or empty.
        advice: what to download instead.
    """

    broker: str
    kind: str
    columns: frozenset[str] = frozenset()
    opening: str = ""
    advice: str = ""


def _columns(text: str) -> frozenset[str]:
    return frozenset(text.split(","))


KNOWN = (
    KnownLayout(
        "OFX/QFX",
        "download for money programs",
        opening=r"(?:OFXHEADER|(?:<\?[^>]*>\s*)*<OFX>|\s*<OFX>)",
    ),
    KnownLayout("TXF", "tax software file", opening=r"V0\d\d\s*\r?\nA"),
    KnownLayout(
        "Schwab",
        "bank account history",
        _columns("check #,description,withdrawal,deposit,runningbalance"),
        advice="HarvestDesk reads brokerage accounts only",
    ),
    KnownLayout("Schwab", "equity awards", opening=r"\{[^\[]*\"Transactions\"\s*:"),
    KnownLayout("Schwab", "1099 form data", _columns("form,box,amount")),
    KnownLayout(
        "Fidelity",
        "NetBenefits open lots",
        _columns("date acquired,quantity,cost basis,sale availability date"),
    ),
    KnownLayout("Fidelity", "statement", _columns("account type,account,beginning mkt value")),
    KnownLayout(
        "Interactive Brokers",
        "activity statement or transaction history CSV",
        opening=r"\"?(?:Statement|Cuenta|Kontoauszug)\"?,\"?(?:Header|Data)\"?,",
        advice="run a Flex Query with open positions at lot level, in XML (its closed lots can be compared with "
        "Compare with broker's closed lots)",
    ),
    KnownLayout(
        "Interactive Brokers",
        "Flex Query in CSV",
        _columns("buy/sell,tradedate,tradeprice"),
        advice="choose XML as the format of the Flex Query",
    ),
    KnownLayout(
        "Vanguard",
        "transactions",
        _columns("account number,trade date,transaction type,investment name,shares"),
    ),
    KnownLayout(
        "Vanguard", "holdings", _columns("account number,investment name,symbol,shares,share price")
    ),
    KnownLayout("Vanguard", "cost basis", _columns("symbol/cusip,quantity,total cost")),
    KnownLayout("E*TRADE", "positions", _columns("symbol,security type,sort by,sort order")),
    KnownLayout("E*TRADE", "positions", opening=r"\"?Account Summary\"?,*\s*\r?\n\"?Account\"?,"),
    KnownLayout(
        "E*TRADE", "transactions", _columns("activity/trade date,transaction date,activity type")
    ),
    KnownLayout(
        "E*TRADE", "transactions", _columns("transactiondate,transactiontype,securitytype")
    ),
    KnownLayout("Merrill", "positions", _columns("cob date,security #,symbol,cusip #")),
    KnownLayout(
        "Merrill",
        "transactions",
        _columns("settlement date,description,symbol/ cusip,quantity,amount"),
    ),
    KnownLayout(
        "JPMorgan", "positions", _columns("asset class,asset strategy,asset strategy detail")
    ),
    KnownLayout(
        "JPMorgan", "activity", _columns("trade date,post date,account name,local currency")
    ),
    KnownLayout(
        "TD Ameritrade",
        "transactions",
        _columns("date,transaction id,description,net cash balance"),
    ),
    KnownLayout(
        "TD Ameritrade", "transactions", _columns("date,transaction id,description,reg fee")
    ),
    KnownLayout(
        "thinkorswim",
        "account statement",
        opening=r"(?s).{0,300}Account Statement for \S+ \([^)]*\) since",
    ),
    KnownLayout(
        "Robinhood", "transactions", _columns("activity date,process date,instrument,trans code")
    ),
    KnownLayout(
        "Morgan Stanley StockPlan",
        "releases",
        _columns("vest date,order number,plan,net share proceeds"),
    ),
    KnownLayout(
        "Morgan Stanley StockPlan",
        "withdrawals",
        _columns("execution date,order number,plan,order status"),
    ),
    KnownLayout("Ameriprise", "positions", opening=r"\"?AMERIPRISE BROKERAGE"),
    KnownLayout(
        "T. Rowe Price",
        "positions",
        _columns("account type,account name,ticker,account number,owners"),
    ),
    KnownLayout(
        "HealthEquity", "HSA transactions", _columns("date,fund,category,total shares,total value")
    ),
)


def known_layout(source: Source) -> KnownLayout | None:
    """Return the layout the file plainly has, or None."""
    named = [
        frozenset(normal_name(c) for c in row.cells) for row in source.rows[:60] if row.filled >= 3
    ]
    for layout in KNOWN:
        if layout.opening and re.match(layout.opening, source.head):
            return layout
        if layout.columns and any(layout.columns <= names for names in named):
            return layout
    return None

"""Reading 50,000 rows: the preview of a large import must come within two seconds."""

import random

import pytest

from harvestdesk.importers.registry import read_bytes

ROWS = 50_000
_RANDOM = random.Random(1976)


def _days() -> list[str]:
    return [
        f"{month:02d}/{day:02d}/{year}"
        for year in range(2016, 2026)
        for month in range(1, 13)
        for day in range(1, 29)
    ]


def schwab_transactions() -> bytes:
    days, lines = (
        _days(),
        ['"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"'],
    )
    for number in range(ROWS):
        day, symbol = days[number % len(days)], f"Q{number % 997:03d}"
        price, shares = _RANDOM.randint(1000, 50000) / 100, _RANDOM.randint(1, 900)
        action, sign = ("Buy", "-") if number % 3 else ("Sell", "")
        lines.append(
            f'"{day}","{action}","{symbol}X","QUILL {symbol} CORP","{shares:,}","${price:,.2f}","$0.65",'
            f'"{sign}${shares * price:,.2f}"'
        )
    return "\n".join(lines).encode()


def own_lots() -> bytes:
    head = "account,symbol,name,kind,asset_class,sector,shares,acquired,cost_basis,broker_ref,as_of,price"
    rows = [
        f"Joint,Q{n % 997:03d}X,Quill {n % 997},stock,us_equity,Industrials,{_RANDOM.randint(1, 900)},"
        f"20{16 + n % 9}-0{1 + n % 9}-1{n % 10},{_RANDOM.randint(100, 99999)}.25,L{n},2025-12-05,10.5"
        for n in range(ROWS)
    ]
    return "\n".join([head, *rows]).encode()


def flex_trades() -> bytes:
    rows = [
        f'<Trade accountId="U4004731" currency="USD" assetCategory="STK" subCategory="COMMON" symbol="Q{n % 997:03d}X" '
        f'description="QUILL {n % 997}" tradeID="{n}" tradeDate="202{n % 5}0{1 + n % 9}1{n % 10}" quantity="{1 + n % 90}" '
        f'tradePrice="10.5" taxes="0" ibCommission="-1" ibCommissionCurrency="USD" netCash="-{100 + n % 90}.25" '
        'openCloseIndicator="O" notes="" buySell="BUY" levelOfDetail="EXECUTION" />'
        for n in range(ROWS)
    ]
    head = '<FlexQueryResponse><FlexStatements><FlexStatement accountId="U4004731"><Trades>\n'
    return (
        head + "\n".join(rows) + "\n</Trades></FlexStatement></FlexStatements></FlexQueryResponse>"
    ).encode()


@pytest.mark.parametrize(
    "make", [schwab_transactions, own_lots, flex_trades], ids=lambda make: make.__name__
)
def test_50_000_rows(benchmark, make) -> None:
    raw = make()
    batch = benchmark.pedantic(read_bytes, args=("f.csv", raw), rounds=3, iterations=1)
    assert batch.rows == ROWS
    assert len(batch.transactions) + len(batch.lots) == ROWS
    if benchmark.stats is not None:
        assert benchmark.stats.stats.min <= 2.0
